import type { Span } from "@sayso/protocol/event.ts"
import { expect, test } from "vitest"
import type { Attributes, OtlpSpan, Origin, Value } from "./model.ts"
import { readSpan, repeatsLlmObs } from "./span.ts"

// Where each convention puts things, beyond what the captured requests show.

const bare: OtlpSpan = {
  trace_id: "6b039df8000000006f88f242fcf83b93",
  span_id: "175e0b1e58f7833f",
  parent_id: "",
  name: "",
  start_ns: "1795399160267038523",
  end_ns: "1795399160267038523",
  attributes: {},
  events: [],
  links: [],
  status: { code: 0, message: "" },
}
const nobody: Origin = { resource: {}, scope: { name: "", version: "" } }

/** What a span is of which nothing more is said. */
const empty: Span = {
  trace_id: bare.trace_id,
  span_id: bare.span_id,
  parent_id: "",
  apm_trace_id: "",
  name: "",
  span_kind: "task",
  ml_app: "",
  service: "",
  env: "",
  version: "",
  session_id: "",
  user_id: "",
  feedback_join_keys: [],
  tags: [],
  status: "ok",
  start_ns: "1795399160267038523",
  duration_ns: 0,
  model_name: "",
  model_provider: "",
  input: null,
  output: null,
  metadata: {},
  metrics: {},
  error: { type: "", message: "", stack: "" },
  meta: {},
}

/** A span with more said about it, and what that changes. It carries no results. */
function checkSpan(
  title: string,
  span: Partial<OtlpSpan>,
  expected: Partial<Span>,
  origin: Partial<Origin> = {},
) {
  test(title, () => {
    const results = { metrics: [], bad: [] }
    const item = { ...bare, ...span }
    expect(readSpan({ item, origin: { ...nobody, ...origin }, at: "/0" }, results)).toStrictEqual({
      ...empty,
      ...expected,
    })
    expect(results).toEqual({ metrics: [], bad: [] })
  })
}

function check(title: string, attributes: Attributes, expected: Partial<Span>) {
  checkSpan(title, { attributes }, expected)
}

/** A value in one attribute of a span of one kind. The tags, of which the attributes of the kind are some, are left aside. */
function some(title: string, attributes: Attributes, expected: Partial<Span>) {
  test(title, () => {
    const placed = { item: { ...bare, attributes }, origin: nobody, at: "/0" }
    expect(readSpan(placed, { metrics: [], bad: [] })).toMatchObject(expected)
  })
}

check("the least there may be", {}, {})

// Kinds. In our own word they are used up; other words stay to be searched.

for (const [key, value, kind] of [
  ["gen_ai.operation.name", "chat", "llm"],
  ["gen_ai.operation.name", "generate_content", "llm"],
  ["gen_ai.operation.name", "text_completion", "llm"],
  ["gen_ai.operation.name", "embeddings", "embedding"],
  ["gen_ai.operation.name", "execute_tool", "tool"],
  ["gen_ai.operation.name", "invoke_agent", "agent"],
  ["gen_ai.operation.name", "create_agent", "agent"],
  ["gen_ai.operation.name", "invoke_workflow", "workflow"],
  ["gen_ai.operation.name", "agent_step", "task"],
  ["gen_ai.operation.name", "constructor", "task"],
  ["openinference.span.kind", "CHAIN", "workflow"],
  ["openinference.span.kind", "RETRIEVER", "retrieval"],
  ["openinference.span.kind", "RERANKER", "task"],
  ["openinference.span.kind", "GUARDRAIL", "task"],
  ["openinference.span.kind", "EVALUATOR", "task"],
  ["openinference.span.kind", "PROMPT", "task"],
  ["traceloop.span.kind", "session", "task"],
  ["llm.request.type", "chat", "llm"],
  ["llm.request.type", "completion", "llm"],
  ["llm.request.type", "rerank", "task"],
  ["ai.operationId", "ai.generateText", "workflow"],
  ["ai.operationId", "ai.generateText.doGenerate", "llm"],
  ["ai.operationId", "ai.streamText", "workflow"],
  ["ai.operationId", "ai.streamText.doStream", "llm"],
  ["ai.operationId", "ai.generateObject", "workflow"],
  ["ai.operationId", "ai.streamObject", "workflow"],
  ["ai.operationId", "ai.streamObject.doStream", "llm"],
  ["ai.operationId", "ai.embed", "workflow"],
  ["ai.operationId", "ai.embedMany", "workflow"],
  ["ai.operationId", "ai.embedMany.doEmbed", "embedding"],
  ["ai.operationId", "ai.toolCall", "tool"],
  ["ai.operationId", "ai.rerank", "task"],
] as const) {
  check(`${key} ${value} is ${kind}`, { [key]: value }, { span_kind: kind, tags: [`${key}:${value}`] })
}
for (const [key, value, kind] of [
  ["gen_ai.operation.name", "retrieval", "retrieval"],
  ["openinference.span.kind", "LLM", "llm"],
  ["openinference.span.kind", "TOOL", "tool"],
  ["openinference.span.kind", "AGENT", "agent"],
  ["openinference.span.kind", "EMBEDDING", "embedding"],
  ["traceloop.span.kind", "workflow", "workflow"],
  ["traceloop.span.kind", "agent", "agent"],
  ["traceloop.span.kind", "tool", "tool"],
  ["traceloop.span.kind", "task", "task"],
] as const) {
  check(`${key} ${value} is used up`, { [key]: value }, { span_kind: kind })
}
check(
  "a model without a kind",
  { "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o" },
  { span_kind: "llm", model_provider: "openai", model_name: "gpt-4o" },
)
check(
  "a query of a vector store",
  { "db.system": "pinecone", "db.vector.query.top_k": 3 },
  { span_kind: "retrieval", tags: ["db.system:pinecone", "db.vector.query.top_k:3"] },
)
check(
  "the first convention decides",
  { "traceloop.span.kind": "tool", "gen_ai.operation.name": "chat", "openinference.span.kind": "AGENT" },
  {
    span_kind: "llm",
    tags: ["traceloop.span.kind:tool", "gen_ai.operation.name:chat", "openinference.span.kind:AGENT"],
  },
)

// Who: the application, its release, the session, the user, the join keys.

function fromResource(title: string, resource: Attributes, expected: Partial<Span>) {
  checkSpan(title, {}, expected, { resource })
}

fromResource(
  "the application is the service",
  { "service.name": "api", "service.version": "2", "deployment.environment.name": "dev" },
  { ml_app: "api", service: "api", version: "2", env: "dev" },
)
fromResource("the environment under its older name", { "deployment.environment": "dev" }, { env: "dev" })
fromResource(
  "a service that nobody named is no application",
  { "service.name": "unknown_service:node" },
  { service: "unknown_service:node" },
)
fromResource(
  "the project before the service",
  { "service.name": "api", "openinference.project.name": "proj" },
  { ml_app: "proj", service: "api" },
)
fromResource(
  "ml_app before the project, which stays",
  { ml_app: "chat", "openinference.project.name": "proj", "service.name": "api" },
  { ml_app: "chat", service: "api", meta: { resource: { "openinference.project.name": "proj" } } },
)
fromResource(
  "the language is a tag, and the machine stays",
  { "telemetry.sdk.language": "nodejs", "telemetry.sdk.name": "opentelemetry", "process.pid": 5 },
  {
    tags: ["language:nodejs"],
    meta: { resource: { "telemetry.sdk.name": "opentelemetry", "process.pid": 5 } },
  },
)
checkSpan(
  "the span's own ml_app before all",
  { attributes: { "_dd.ml_app": "mine" } },
  { ml_app: "mine", meta: { resource: { ml_app: "theirs" } } },
  { resource: { ml_app: "theirs" } },
)
checkSpan(
  "the library that made the span",
  {},
  { meta: { scope: { name: "ai", version: "1.0" } } },
  { scope: { name: "ai", version: "1.0" } },
)

for (const key of [
  "session_id",
  "session.id",
  "gen_ai.conversation.id",
  "traceloop.association.properties.session_id",
  "traceloop.association.properties.sessionId",
  "ai.telemetry.metadata.sessionId",
  "ai.telemetry.metadata.session_id",
  "ai.settings.context.sessionId",
  "app.session_id",
  "app.sessionId",
]) {
  check(`a session in ${key}`, { [key]: "sess-42" }, { session_id: "sess-42" })
}
check(
  "sessions that differ: the first wins, and the others stay",
  { "gen_ai.conversation.id": "conv-1", "session.id": "sess-1", "ai.telemetry.metadata.sessionId": "sess-1" },
  { session_id: "sess-1", tags: ["gen_ai.conversation.id:conv-1"] },
)
check("a session that is a number", { "session.id": 42 }, { session_id: "42" })
for (const key of [
  "user.id",
  "enduser.id",
  "user_id",
  "traceloop.association.properties.user_id",
  "traceloop.association.properties.userId",
  "ai.telemetry.metadata.userId",
  "ai.settings.context.user_id",
]) {
  check(`a user in ${key}`, { [key]: "u-7" }, { user_id: "u-7" })
}
check("an app's user_id is anybody", { "app.user_id": "u-7" }, { tags: ["app.user_id:u-7"] })
for (const key of [
  "feedback_join_key",
  "gen_ai.feedback_join_key",
  "traceloop.association.properties.feedback_join_key",
  "ai.telemetry.metadata.feedback_join_key",
  "ai.telemetry.metadata.feedbackJoinKey",
]) {
  check(`a join key in ${key}`, { [key]: "ticket-981" }, { feedback_join_keys: ["ticket-981"] })
  check(`join keys in ${key}`, { [key]: ["a", "b", "", "a"] }, { feedback_join_keys: ["a", "b"] })
}
for (const key of ["metadata", "_dd.ml_obs.metadata"]) {
  check(
    `session, user and join keys in the JSON of ${key}`,
    { [key]: '{"session_id":"sess-42","user_id":"u-7","feedback_join_key":["a","b"],"k":"v"}' },
    {
      session_id: "sess-42",
      user_id: "u-7",
      feedback_join_keys: ["a", "b"],
      tags: ["k:v"],
      metadata: { k: "v" },
    },
  )
}
check(
  "join keys of all places count, exactly as they were written",
  {
    feedback_join_key: " A ",
    "ai.telemetry.metadata.feedbackJoinKey": 5,
    metadata: '{"feedback_join_key":"[x]"}',
  },
  { feedback_join_keys: [" A ", "[x]", "5"] },
)

// The model, its figures and its settings.

const llm = { "openinference.span.kind": "LLM" }

check(
  "the model that answered, and the one that was asked",
  { ...llm, "gen_ai.response.model": "gpt-4o-2024", "gen_ai.request.model": "gpt-4o" },
  { span_kind: "llm", model_name: "gpt-4o-2024", metadata: { model: "gpt-4o" } },
)
for (const key of [
  "llm.response.model_name",
  "llm.model_name",
  "embedding.model_name",
  "reranker.model_name",
]) {
  check(`the model in ${key}`, { [key]: "m" }, { model_name: "m" })
}
for (const key of ["gen_ai.provider.name", "llm.provider", "llm.system", "ai.model.provider"]) {
  check(`the provider in ${key}`, { [key]: "p" }, { model_provider: "p" })
}
check(
  "the provider that runs it before the one that made it",
  { "llm.system": "openai", "llm.provider": "azure" },
  { model_provider: "azure", tags: ["llm.system:openai"] },
)

for (const [key, name] of [
  ["gen_ai.usage.input_tokens", "input_tokens"],
  ["gen_ai.usage.prompt_tokens", "input_tokens"],
  ["llm.token_count.prompt", "input_tokens"],
  ["llm.usage.prompt_tokens", "input_tokens"],
  ["ai.usage.inputTokens", "input_tokens"],
  ["ai.usage.promptTokens", "input_tokens"],
  ["ai.usage.tokens", "input_tokens"],
  ["gen_ai.usage.output_tokens", "output_tokens"],
  ["gen_ai.usage.completion_tokens", "output_tokens"],
  ["llm.token_count.completion", "output_tokens"],
  ["llm.usage.completion_tokens", "output_tokens"],
  ["ai.usage.outputTokens", "output_tokens"],
  ["ai.usage.completionTokens", "output_tokens"],
] as const) {
  check(key, { ...llm, [key]: 21 }, { span_kind: "llm", metrics: { [name]: 21, total_tokens: 21 } })
}
for (const [key, name] of [
  ["gen_ai.usage.total_tokens", "total_tokens"],
  ["llm.token_count.total", "total_tokens"],
  ["llm.usage.total_tokens", "total_tokens"],
  ["ai.usage.totalTokens", "total_tokens"],
  ["gen_ai.usage.cache_read.input_tokens", "cache_read_input_tokens"],
  ["gen_ai.usage.cache_read_input_tokens", "cache_read_input_tokens"],
  ["llm.token_count.prompt_details.cache_read", "cache_read_input_tokens"],
  ["ai.usage.cachedInputTokens", "cache_read_input_tokens"],
  ["ai.usage.inputTokenDetails.cacheReadTokens", "cache_read_input_tokens"],
  ["gen_ai.usage.cache_creation.input_tokens", "cache_write_input_tokens"],
  ["gen_ai.usage.cache_creation_input_tokens", "cache_write_input_tokens"],
  ["llm.token_count.prompt_details.cache_write", "cache_write_input_tokens"],
  ["ai.usage.inputTokenDetails.cacheWriteTokens", "cache_write_input_tokens"],
  ["gen_ai.usage.reasoning.output_tokens", "reasoning_output_tokens"],
  ["gen_ai.usage.reasoning_tokens", "reasoning_output_tokens"],
  ["llm.token_count.completion_details.reasoning", "reasoning_output_tokens"],
  ["ai.usage.reasoningTokens", "reasoning_output_tokens"],
  ["ai.usage.outputTokenDetails.reasoningTokens", "reasoning_output_tokens"],
  ["gen_ai.response.time_to_first_chunk", "time_to_first_token"],
  ["gen_ai.client.operation.time_to_first_chunk", "time_to_first_token"],
  ["gen_ai.usage.cost", "total_cost"],
  ["llm.cost.total", "total_cost"],
  ["llm.cost.prompt", "input_cost"],
  ["llm.cost.completion", "output_cost"],
] as const) {
  check(key, { ...llm, [key]: 0.5 }, { span_kind: "llm", metrics: { [name]: 0.5 } })
  check(
    `${key} of an agent is a sum over its children`,
    { "openinference.span.kind": "AGENT", [key]: 0.5 },
    { span_kind: "agent", metadata: { usage: { [name]: 0.5 } } },
  )
}
for (const key of ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"]) {
  check(
    `${key} is in seconds`,
    { ...llm, [key]: 250 },
    { span_kind: "llm", metrics: { time_to_first_token: 0.25 } },
  )
}
check(
  "figures with no name of ours",
  {
    ...llm,
    "llm.token_count.prompt_details.audio": 3,
    "llm.cost.prompt_details.audio": 0.1,
    "gen_ai.usage.images": 2,
  },
  {
    span_kind: "llm",
    metadata: { usage: { images: 2, "prompt_details.audio": 3, "cost.prompt_details.audio": 0.1 } },
  },
)
check(
  "figures that are no numbers",
  {
    ...llm,
    "gen_ai.usage.input_tokens": "many",
    "gen_ai.usage.output_tokens": "9",
    "llm.token_count.total": Number.NaN,
  },
  {
    span_kind: "llm",
    metrics: { output_tokens: 9, total_tokens: 9 },
    metadata: { usage: { input_tokens: "many", total: Number.NaN } },
  },
)
check(
  "figures of an agent that say two things",
  { "openinference.span.kind": "AGENT", "gen_ai.usage.input_tokens": "many", "ai.usage.tokens": 5 },
  { span_kind: "agent", metadata: { usage: { input_tokens: 5, "attribute.input_tokens": "many" } } },
)
check(
  "settings, of which the first word counts and none is lost",
  {
    "gen_ai.request.temperature": 0.2,
    "gen_ai.request.stop_sequences": ["a"],
    "ai.settings.temperature": 0.3,
    "ai.settings.maxOutputTokens": 100,
    "ai.settings.topP": 0.9,
    "llm.top_k": 5,
    "llm.invocation_parameters": '{"temperature":0.2,"seed":7,"tools":[]}',
    "llm.chat.stop_sequences": ["a"],
  },
  {
    metadata: {
      top_k: 5,
      stop_sequences: ["a"],
      max_tokens: 100,
      top_p: 0.9,
      temperature: 0.2,
      "attribute.temperature": 0.3,
      seed: 7,
      tools: [],
    },
  },
)
check(
  "settings that are no JSON",
  { "llm.invocation_parameters": "hot" },
  { tags: ["llm.invocation_parameters:hot"] },
)
for (const [key, value] of [
  ["gen_ai.response.finish_reasons", ["stop"]],
  ["gen_ai.response.finish_reasons", '["stop"]'],
  ["gen_ai.response.finish_reasons", "stop"],
  ["llm.finish_reason", "stop"],
  ["ai.response.finishReason", "stop"],
] as const) {
  check(`${key} ${JSON.stringify(value)}`, { [key]: value }, { metadata: { finish_reasons: ["stop"] } })
}
check(
  "finish reasons that differ",
  {
    "gen_ai.response.finish_reasons": ["stop", "stop"],
    "ai.response.finishReason": "length",
    "llm.finish_reason": "stop",
  },
  { metadata: { finish_reasons: ["stop", "stop", "length"] } },
)
for (const key of ["gen_ai.response.id", "ai.response.id"]) {
  check(
    `${key} is a tag, by which evaluations find the span`,
    { [key]: "r-1" },
    { tags: ["gen_ai.response.id:r-1"] },
  )
}

// Tools.

check(
  "a tool (GenAI)",
  {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "weather",
    "gen_ai.tool.call.id": "c1",
    "gen_ai.tool.type": "function",
    "gen_ai.tool.description": "says it",
    "gen_ai.tool.call.arguments": { city: "Paris" },
    "gen_ai.tool.call.result": "21",
  },
  {
    span_kind: "tool",
    tags: ["gen_ai.operation.name:execute_tool"],
    input: { value: { city: "Paris" } },
    output: { value: "21" },
    metadata: { tool_name: "weather", tool_id: "c1", tool_type: "function", tool_description: "says it" },
  },
)
check(
  "a tool (OpenInference)",
  {
    "openinference.span.kind": "TOOL",
    "tool.name": "weather",
    "tool.description": "says it",
    "tool.id": "c1",
    "tool.parameters": '{"city":"Paris"}',
    "output.value": "21",
    "output.mime_type": "text/plain",
  },
  {
    span_kind: "tool",
    input: { value: '{"city":"Paris"}' },
    output: { value: "21" },
    metadata: { tool_name: "weather", tool_id: "c1", tool_description: "says it" },
  },
)
check(
  "a tool (OpenLLMetry): its SDK makes JSON of everything",
  {
    "traceloop.span.kind": "tool",
    "traceloop.entity.input": '{"args":[1]}',
    "traceloop.entity.output": '"out"',
  },
  { span_kind: "tool", input: { value: '{"args":[1]}' }, output: { value: "out" } },
)
check(
  "a tool (AI SDK)",
  {
    "ai.operationId": "ai.toolCall",
    "operation.name": "ai.toolCall",
    "ai.toolCall.name": "weather",
    "ai.toolCall.id": "c1",
    "ai.toolCall.args": '{"city":"Paris"}',
    "ai.toolCall.result": "21",
  },
  {
    span_kind: "tool",
    tags: ["ai.operationId:ai.toolCall"],
    input: { value: '{"city":"Paris"}' },
    output: { value: "21" },
    metadata: { tool_name: "weather", tool_id: "c1" },
  },
)
for (const [title, attributes, definitions] of [
  ["GenAI", { "gen_ai.tool.definitions": '[{"name":"f"}]' }, [{ name: "f" }]],
  ["GenAI, as structure", { "gen_ai.tool.definitions": [{ name: "f" }] }, [{ name: "f" }]],
  [
    "OpenInference",
    { "llm.tools.0.tool.json_schema": '{"name":"f"}', "llm.tools.1.tool.name": "g" },
    [{ name: "f" }, { "tool.name": "g" }],
  ],
  [
    "OpenLLMetry",
    {
      "llm.request.functions.0.name": "f",
      "llm.request.functions.0.description": "d",
      "llm.request.functions.0.parameters": '{"type":"object"}',
    },
    [{ name: "f", description: "d", parameters: { type: "object" } }],
  ],
  ["AI SDK", { "ai.prompt.tools": ['{"name":"f"}'] }, [{ name: "f" }]],
] as const satisfies readonly (readonly [string, Attributes, unknown])[]) {
  check(`the definitions of tools (${title})`, attributes, { meta: { tool_definitions: definitions } })
}
check(
  "the definitions of tools once, where the settings repeat them",
  {
    "llm.tools.0.tool.json_schema": '{"name":"f"}',
    "llm.invocation_parameters": '{"tools":[{"name":"f"}],"seed":7}',
  },
  { metadata: { seed: 7 }, meta: { tool_definitions: [{ name: "f" }] } },
)

// What a model was asked, and what it said.

const hi = [{ role: "user", content: "hi" }]
const hello = [{ role: "assistant", content: "hello" }]

function talk(title: string, attributes: Attributes, expected: Partial<Span> = {}) {
  check(title, attributes, { input: { messages: hi }, output: { messages: hello }, ...expected })
}

talk("messages (GenAI)", {
  "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
  "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"hello"}]}]',
})
talk("messages (GenAI, as structure)", {
  "gen_ai.input.messages": [{ role: "user", parts: [{ type: "text", content: "hi" }] }],
  "gen_ai.output.messages": [{ role: "assistant", parts: [{ type: "text", content: "hello" }] }],
})
talk("messages (GenAI, in the attributes before those)", {
  "gen_ai.prompt": '[{"role":"user","content":"hi"}]',
  "gen_ai.completion": '[{"role":"assistant","content":"hello"}]',
})
talk(
  "messages (OpenInference), of which the raw value repeats one",
  {
    ...llm,
    "llm.input_messages.0.message.role": "user",
    "llm.input_messages.0.message.content": "hi",
    "input.value": '{"q":"hi"}',
    "input.mime_type": "application/json",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.content": "hello",
    "output.value": "hello",
    "output.mime_type": "text/plain",
  },
  { span_kind: "llm", meta: { "input.value": '{"q":"hi"}' } },
)
talk("a completion (OpenInference)", {
  "llm.prompts.0.prompt.text": "hi",
  "llm.choices.0.completion.text": "hello",
})
talk("messages (OpenLLMetry)", {
  "gen_ai.prompt.0.role": "user",
  "gen_ai.prompt.0.content": "hi",
  "gen_ai.completion.0.role": "assistant",
  "gen_ai.completion.0.content": "hello",
})
talk("messages (OpenLLMetry, before GenAI)", {
  "llm.prompts.0.role": "user",
  "llm.prompts.0.content": "hi",
  "llm.completions.0.role": "assistant",
  "llm.completions.0.content": "hello",
})
talk("messages (AI SDK)", {
  "ai.prompt.messages": '[{"role":"user","content":[{"type":"text","text":"hi"}]}]',
  "ai.response.text": "hello",
})
for (const prompt of [
  '{"prompt":"hi"}',
  '{"messages":[{"role":"user","content":"hi"}]}',
  '{"prompt":[{"role":"user","content":"hi"}]}',
]) {
  talk(`a prompt (AI SDK): ${prompt}`, { "ai.prompt": prompt, "ai.response.text": "hello" })
}
check(
  "what the model thought, made and asked for (AI SDK)",
  {
    "ai.response.reasoning": "hm",
    "ai.response.text": "hello",
    "ai.response.files": '[{"type":"file","mediaType":"image/png","data":"aGk="}]',
    "ai.response.toolCalls": '[{"toolCallId":"c1","toolName":"f","input":"{\\"a\\":1}"}]',
  },
  {
    output: {
      messages: [
        { role: "reasoning", content: "hm" },
        {
          role: "assistant",
          content: [
            { type: "text", text: "hello" },
            { type: "file", mediaType: "image/png", data: "aGk=" },
          ],
          tool_calls: [{ name: "f", arguments: { a: 1 }, tool_id: "c1" }],
        },
      ],
    },
  },
)
check(
  "values that no convention can read stay as they are",
  {
    "gen_ai.input.messages": "hi there",
    "gen_ai.output.messages": '[{"role":',
    "gen_ai.tool.definitions": "none",
    "ai.prompt.tools": "none",
    "ai.response.toolCalls": "none",
  },
  {
    input: { value: "hi there" },
    output: { value: '[{"role":' },
    tags: ["gen_ai.tool.definitions:none", "ai.prompt.tools:none"],
    metadata: { toolCalls: "none" },
  },
)
check(
  "calls and answers of tools (OpenLLMetry)",
  {
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content":
      '[{"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":"https://a.example/b.png"}}]',
    "gen_ai.prompt.1.role": "tool",
    "gen_ai.prompt.1.content": '{"t":21}',
    "gen_ai.prompt.1.tool_call_id": "c1",
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.finish_reason": "tool_calls",
    "gen_ai.completion.0.tool_calls.0.name": "f",
    "gen_ai.completion.0.tool_calls.0.arguments": '{"a":1}',
    "gen_ai.completion.0.function_call.name": "g",
    "gen_ai.completion.0.function_call.arguments": "{}",
  },
  {
    input: {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "what?" },
            { type: "image_url", image_url: { url: "https://a.example/b.png" } },
          ],
        },
        { role: "tool", content: '{"t":21}', tool_id: "c1" },
      ],
    },
    output: {
      messages: [
        {
          role: "assistant",
          content: "",
          finish_reason: "tool_calls",
          tool_calls: [
            { name: "f", arguments: { a: 1 } },
            { name: "g", arguments: {} },
          ],
        },
      ],
    },
  },
)
check(
  "an old call, and a thought, in a message (OpenInference)",
  {
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.contents.0.message_content.type": "reasoning",
    "llm.output_messages.0.message.contents.0.message_content.text": "hm",
    "llm.output_messages.0.message.contents.1.message_content.type": "text",
    "llm.output_messages.0.message.contents.1.message_content.text": "hello",
    "llm.output_messages.0.message.function_call_name": "f",
    "llm.output_messages.0.message.function_call_arguments_json": '{"a":1}',
    "llm.output_messages.0.message.name": "bot",
  },
  {
    output: {
      messages: [
        { role: "reasoning", content: "hm" },
        {
          role: "assistant",
          content: "hello",
          name: "bot",
          tool_calls: [{ name: "f", arguments: { a: 1 } }],
        },
      ],
    },
  },
)
check(
  "lists are ordered by their numbers, and need not be whole",
  {
    "llm.input_messages.10.message.content": "c",
    "llm.input_messages.2.message.content": "b",
    "llm.input_messages.0.message.content": "a",
    "llm.input_messages.4294967295.message.content": "far",
    "llm.input_messages.x.message.content": "odd",
  },
  {
    input: { messages: ["a", "b", "c"].map((content) => ({ role: "", content })) },
    tags: ["llm.input_messages.4294967295.message.content:far", "llm.input_messages.x.message.content:odd"],
  },
)
check(
  "a prompt from a template (OpenInference)",
  {
    "prompt.id": "p-1",
    "llm.prompt_template.template": "Weather in {{city}}?",
    "llm.prompt_template.variables": '{"city":"Paris"}',
    "llm.prompt_template.version": "v1",
  },
  {
    input: {
      prompt: { id: "p-1", version: "v1", template: "Weather in {{city}}?", variables: { city: "Paris" } },
    },
  },
)
check(
  "a prompt by its name (GenAI)",
  { "gen_ai.prompt.name": "greet" },
  { input: { prompt: { id: "greet" } } },
)
check(
  "the first convention that says something is believed, and the other kept",
  {
    "gen_ai.input.messages": '[{"role":"user","content":"hi"}]',
    "traceloop.entity.input": '"other"',
    "ai.prompt": '{"prompt":"third"}',
  },
  { input: { messages: hi }, tags: ['traceloop.entity.input:"other"', 'ai.prompt:{"prompt":"third"}'] },
)

function fromEvents(
  title: string,
  events: readonly (readonly [string, Attributes])[],
  expected: Partial<Span>,
) {
  checkSpan(
    title,
    { events: events.map(([name, attributes]) => ({ name, time_ns: "5", attributes })) },
    expected,
  )
}

fromEvents(
  "messages in an event of the span (GenAI)",
  [
    [
      "gen_ai.client.inference.operation.details",
      {
        "gen_ai.system_instructions": "be nice",
        "gen_ai.input.messages": '[{"role":"user","content":"hi"}]',
        "gen_ai.output.messages": [{ role: "assistant", content: "hello" }],
      },
    ],
  ],
  { input: { messages: [{ role: "system", content: "be nice" }, ...hi] }, output: { messages: hello } },
)
fromEvents(
  "messages in one event each (GenAI before that)",
  [
    ["gen_ai.system.message", { "gen_ai.system": "openai", content: "be nice" }],
    ["gen_ai.user.message", { "gen_ai.event.content": '{"role":"user","content":"hi"}' }],
    ["gen_ai.choice", { index: 0, finish_reason: "stop", message: '{"role":"assistant","content":"hello"}' }],
  ],
  {
    input: { messages: [{ role: "system", content: "be nice" }, ...hi] },
    output: { messages: [{ role: "assistant", content: "hello", finish_reason: "stop" }] },
  },
)
fromEvents(
  "messages in two events (GenAI before that)",
  [
    ["gen_ai.content.prompt", { "gen_ai.prompt": '[{"role":"user","content":"hi"}]' }],
    ["gen_ai.content.completion", { "gen_ai.completion": '[{"role":"assistant","content":"hello"}]' }],
  ],
  { input: { messages: hi }, output: { messages: hello } },
)

// Embeddings, retrieval and reranking.

check(
  "texts and their vectors (OpenInference)",
  {
    "openinference.span.kind": "EMBEDDING",
    "embedding.embeddings.0.embedding.text": "a",
    "embedding.embeddings.0.embedding.vector": [0.1, 0.2],
    "embedding.embeddings.1.embedding.text": "b",
    "embedding.embeddings.1.embedding.vector": [0.3, 0.4],
  },
  {
    span_kind: "embedding",
    input: { documents: [{ text: "a" }, { text: "b" }] },
    output: {
      value: [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
    },
  },
)
check(
  "texts and their vectors (AI SDK)",
  {
    "ai.operationId": "ai.embedMany.doEmbed",
    "ai.values": ['"a"', '"b"'],
    "ai.embeddings": ["[0.1]", "[0.2]"],
  },
  {
    span_kind: "embedding",
    tags: ["ai.operationId:ai.embedMany.doEmbed"],
    input: { documents: [{ text: "a" }, { text: "b" }] },
    output: { value: ["[0.1]", "[0.2]"] },
  },
)
check(
  "a question and what was found (GenAI)",
  {
    "gen_ai.operation.name": "retrieval",
    "gen_ai.retrieval.query.text": "where?",
    "gen_ai.retrieval.documents": '[{"id":"d1","score":0.95},{"id":"d2","score":0.8,"content":"here"}]',
  },
  {
    span_kind: "retrieval",
    input: { value: "where?" },
    output: {
      documents: [
        { id: "d1", score: 0.95 },
        { id: "d2", score: 0.8, text: "here" },
      ],
    },
  },
)
check(
  "a question and what was found (OpenInference)",
  {
    "openinference.span.kind": "RETRIEVER",
    "input.value": "where?",
    "retrieval.documents.0.document.id": "d1",
    "retrieval.documents.0.document.content": "here",
    "retrieval.documents.0.document.score": 0.9,
    "retrieval.documents.0.document.metadata": '{"page":3}',
    "output.value": '{"documents":["here"]}',
    "output.mime_type": "application/json",
  },
  {
    span_kind: "retrieval",
    tags: ["openinference.span.kind:RETRIEVER"],
    input: { value: "where?" },
    output: { documents: [{ id: "d1", score: 0.9, metadata: { page: 3 }, text: "here" }] },
    meta: { "output.value": '{"documents":["here"]}' },
  },
)
check(
  "what was put in order (OpenInference)",
  {
    "reranker.query": "where?",
    "reranker.input_documents.0.document.content": "a",
    "reranker.output_documents.0.document.content": "b",
  },
  { input: { value: "where?", documents: [{ text: "a" }] }, output: { documents: [{ text: "b" }] } },
)
check(
  "what was put in order (AI SDK)",
  { "ai.documents": ['"a"', '{"text":"b","n":1}'], "ai.ranking": ['{"originalIndex":1,"score":0.9}'] },
  {
    input: { documents: [{ text: "a" }, { text: "b", n: 1 }] },
    output: { value: [{ originalIndex: 1, score: 0.9 }] },
  },
)
fromEvents(
  "what a vector store found (OpenLLMetry)",
  [
    [
      "db.query.result",
      {
        "db.query.result.id": "d1",
        "db.query.result.document": "here",
        "db.query.result.metadata": '{"page":3}',
      },
    ],
    ["db.query.embeddings", { "db.query.embeddings.vector": "[0.1]" }],
  ],
  {
    output: { documents: [{ id: "d1", metadata: { page: 3 }, text: "here" }] },
    meta: {
      events: [
        { name: "db.query.embeddings", time_ns: "5", attributes: { "db.query.embeddings.vector": "[0.1]" } },
      ],
    },
  },
)
check(
  "an input of any other kind",
  { "input.value": "a", "output.value": "b" },
  { input: { value: "a" }, output: { value: "b" } },
)
check(
  "an unusual type of a value",
  { "input.value": "UklGRg==", "input.mime_type": "audio/wav" },
  { input: { value: "UklGRg==" }, tags: ["input.mime_type:audio/wav"] },
)

// What nobody knows is kept: short values to be searched, long ones to be read.

const long = "x".repeat(257)
const unknown: Value = { a: [1] }
check(
  "unknown attributes",
  {
    "a.text": "x".repeat(256),
    "a.long": long,
    "a.number": -1.5,
    "a.flag": false,
    "a.list": ["x"],
    "a.object": unknown,
    "a.none": null,
    "a.empty": "",
  },
  {
    tags: [`a.text:${"x".repeat(256)}`, "a.number:-1.5", "a.flag:false"],
    metadata: { "a.long": long, "a.list": ["x"], "a.object": unknown },
  },
)
check(
  "what applications say of their own accord",
  {
    "traceloop.association.properties.chat_id": "c1",
    "ai.telemetry.metadata.tags": ["a", "b"],
    "ai.settings.context.plan": "pro",
    metadata: '{"k":"v","deep":{"a":1}}',
    "_dd.ml_obs.metadata": `{"long":"${long}"}`,
    "tag.tags": '["t1","t2"]',
  },
  {
    tags: ["t1", "t2", "k:v", "chat_id:c1", "plan:pro"],
    metadata: { long, k: "v", deep: { a: 1 }, chat_id: "c1", tags: ["a", "b"], plan: "pro" },
  },
)
check("own tags as a list", { "tag.tags": ["t1", 2] }, { tags: ["t1", "2"] })
check("own tags as one text", { "tag.tags": "t1" }, { tags: ["t1"] })
check(
  "the same key from two places",
  { metadata: '{"k":"a"}', "ai.telemetry.metadata.k": "b", "traceloop.association.properties.k": "a" },
  { tags: ["k:a"], metadata: { "ai.telemetry.metadata.k": "b", k: "a" } },
)
check("metadata that is no object", { metadata: "much" }, { tags: ["metadata:much"] })
checkSpan(
  "links, and events that nobody knows",
  {
    links: [
      { trace_id: "aa", span_id: "bb", attributes: {} },
      { trace_id: "cc", span_id: "dd", attributes: { why: "retry" } },
    ],
    events: [
      { name: "tick", time_ns: "5", attributes: {} },
      { name: "exception", time_ns: "6", attributes: { "exception.message": "caught" } },
    ],
  },
  {
    meta: {
      span_links: [
        { trace_id: "aa", span_id: "bb" },
        { trace_id: "cc", span_id: "dd", attributes: { why: "retry" } },
      ],
      events: [
        { name: "tick", time_ns: "5", attributes: {} },
        { name: "exception", time_ns: "6", attributes: { "exception.message": "caught" } },
      ],
    },
  },
)

// How it went.

const exception = {
  name: "exception",
  time_ns: "6",
  attributes: { "exception.type": "TypeError", "exception.message": "boom", "exception.stacktrace": "at a" },
}
checkSpan(
  "a failure",
  { status: { code: 2, message: "it broke" } },
  { status: "error", error: { type: "", message: "it broke", stack: "" } },
)
checkSpan(
  "a failure with its exception",
  { status: { code: 2, message: "" }, events: [exception] },
  { status: "error", error: { type: "TypeError", message: "boom", stack: "at a" } },
)
checkSpan(
  "a failure that says two things",
  {
    status: { code: 2, message: "it broke" },
    attributes: { "error.type": "500" },
    events: [exception],
  },
  {
    status: "error",
    error: { type: "500", message: "it broke", stack: "at a" },
    meta: {
      events: [
        {
          name: "exception",
          time_ns: "6",
          attributes: { "exception.type": "TypeError", "exception.message": "boom" },
        },
      ],
    },
  },
)
checkSpan(
  "an exception alone is no failure",
  { status: { code: 0, message: "" }, attributes: { "error.type": "500" }, events: [exception] },
  { tags: ["error.type:500"], meta: { events: [exception] } },
)
checkSpan("a success", { status: { code: 1, message: "fine" } }, {})

checkSpan("a duration", { end_ns: "1795399160267038600" }, { duration_ns: 77 })
checkSpan("no end", { end_ns: "0" }, {})
checkSpan("a clock that was set back", { end_ns: "5" }, {})
checkSpan(
  "the longest duration",
  { start_ns: "0", end_ns: "18446744073709551615" },
  { start_ns: "0", duration_ns: Number.MAX_SAFE_INTEGER },
)
checkSpan(
  "a name, and a parent",
  { name: "chat", parent_id: "00f067aa0ba902b7" },
  { name: "chat", parent_id: "00f067aa0ba902b7" },
)
checkSpan("a parent of zeros is none", { parent_id: "0000000000000000" }, {})

some(
  "an agent's own name is a tag",
  { "gen_ai.agent.name": "planner" },
  { tags: ["gen_ai.agent.name:planner"] },
)

test("keys are only keys", () => {
  const attributes = JSON.parse(
    '{"__proto__":"a","constructor":"b","metadata":"{\\"__proto__\\":{\\"polluted\\":1}}","llm.input_messages.0.message.__proto__":"c","gen_ai.request.__proto__":"d"}',
  ) as Attributes
  const span = readSpan({ item: { ...bare, attributes }, origin: nobody, at: "/0" }, { metrics: [], bad: [] })
  expect(span.tags).toEqual(["__proto__:a", "constructor:b"])
  expect(JSON.stringify(span.metadata)).toBe('{"__proto__":"d","attribute.__proto__":{"polluted":1}}')
  expect(JSON.stringify(span.input)).toBe('{"messages":[{"__proto__":"c","role":"","content":""}]}')
  expect({}).not.toHaveProperty("polluted")
})

test("what repeats a span of another path says so", () => {
  const flags = (value: Value) => [
    repeatsLlmObs({ "_dd.llmobs.submitted": value }),
    repeatsLlmObs({ "_dd.llmobs.artificial_gen_ai_tags": value }),
  ]
  expect(["1", 1, "true", true].flatMap(flags).every(Boolean)).toBe(true)
  expect(["0", 0, "", false, null, []].flatMap(flags).some(Boolean)).toBe(false)
  expect(repeatsLlmObs({})).toBe(false)
})
