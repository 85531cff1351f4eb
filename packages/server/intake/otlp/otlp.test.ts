import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import type { Span } from "@sayso/protocol/event.ts"
import { expect, test } from "vitest"
import { isObject } from "../json.ts"
import { readOtlpLogs, readOtlpTraces } from "./otlp.ts"

// What captured requests of real clients become, span by span and field by field.

const folder = join(import.meta.dirname, "../../../../test/fixtures/otlp")

interface Captured {
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly bodyBase64?: string
}

/** The bytes that were sent where they were kept, else the same JSON. */
function bytesOf({ headers, body, bodyBase64 }: Captured): Buffer {
  if (bodyBase64 === undefined) return Buffer.from(JSON.stringify(body))
  const bytes = Buffer.from(bodyBase64, "base64")
  return headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes
}

/** An attribute of a span or of one of its events, as the capture shows it. */
type Sent = (span_id: string, key: string) => string

/** What a span is of which nothing more is said. */
const empty: Omit<Span, "trace_id" | "span_id"> = {
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
  start_ns: "0",
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

/** A captured request with what all of its spans have in common, and each of them. */
function captured(
  title: string,
  file: string,
  shared: Partial<Span>,
  expected: (sent: Sent) => readonly Partial<Span>[],
) {
  test(`${title} (${file})`, () => {
    const request = JSON.parse(readFileSync(join(folder, file), "utf8")) as Captured
    const encoding = request.headers["content-type"] === "application/json" ? "json" : "protobuf"
    expect(readOtlpTraces(bytesOf(request), encoding)).toStrictEqual({
      spans: expected(sentIn(request.body)).map((span) => ({ ...empty, ...shared, ...span })),
      metrics: [],
      contents: [],
      bad: [],
      dropped: 0,
    })
  })
}

function sentIn(body: unknown): Sent {
  return (span_id, key) => {
    const span = all(body, (object) => object["spanId"] === span_id && "name" in object)
    const attribute = all(span, (object) => object["key"] === key)[0]?.["value"]
    return isObject(attribute) ? String(attribute["stringValue"]) : ""
  }
}

function all(
  value: unknown,
  wanted: (object: Record<string, unknown>) => boolean,
): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return []
  const inside = Object.values(value).flatMap((member) => all(member, wanted))
  return isObject(value) && wanted(value) ? [value, ...inside] : inside
}

const traceloopResource = {
  "host.name": "h1",
  "host.arch": "amd64",
  "host.id": "0123456789abcdef0123456789abcdef",
  "process.pid": 20568,
  "process.executable.name": "/application-under-test/node22/node_modules/node/bin/node",
  "process.executable.path": "/application-under-test/node22/node_modules/node/bin/node",
  "process.command_args": [
    "/application-under-test/node22/node_modules/node/bin/node",
    "/application-under-test/trl/trl.cjs",
  ],
  "process.runtime.version": "22.23.3",
  "process.runtime.name": "nodejs",
  "process.runtime.description": "Node.js",
  "process.command": "/application-under-test/trl/trl.cjs",
  "process.owner": "root",
}

captured(
  "OpenTelemetry's own conventions, in protobuf",
  "proto/001-POST-v1_traces.json",
  {
    trace_id: "eff1bce6b6c83a01c9500120841d6bf7",
    ml_app: "otel-app",
    service: "otel-app",
    env: "dev",
    version: "2.0.0",
  },
  (sent) => [
    {
      span_id: "fa07b16efb6b2b0a",
      parent_id: "c550d6df59a5ae63",
      name: "chat gpt-4o",
      span_kind: "llm",
      tags: [
        "gen_ai.response.id:chatcmpl-1",
        "gen_ai.operation.name:chat",
        "gen_ai.output.type:text",
        "server.address:api.openai.com",
        "server.port:443",
      ],
      start_ns: "1795400217260000000",
      duration_ns: 420694,
      model_name: "gpt-4o-2024-08-06",
      model_provider: "openai",
      input: {
        messages: [
          { role: "system", content: "You are helpful" },
          { role: "user", content: "Weather in Paris?" },
        ],
      },
      output: {
        messages: [
          {
            finish_reason: "tool_call",
            role: "assistant",
            content: "",
            tool_calls: [{ name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_1" }],
          },
        ],
      },
      metadata: { finish_reasons: ["tool_calls"], model: "gpt-4o", temperature: 0.2, max_tokens: 100 },
      metrics: { input_tokens: 21, output_tokens: 9, cache_read_input_tokens: 5, total_tokens: 30 },
      meta: {
        tool_definitions: [{ type: "function", name: "get_weather", parameters: {} }],
        events: [
          {
            name: "gen_ai.client.inference.operation.details",
            time_ns: "1795400217260332593",
            attributes: { "gen_ai.operation.name": "chat" },
          },
        ],
        scope: { name: "my-app", version: "1.0.0" },
      },
    },
    {
      span_id: "94b8772be2577d1b",
      parent_id: "c550d6df59a5ae63",
      name: "execute_tool get_weather",
      span_kind: "tool",
      tags: [
        "gen_ai.operation.name:execute_tool",
        "b:true",
        "d:1.5",
        "neg:-3",
        "big:9007199254740991",
        "uni:é漢😀",
      ],
      status: "error",
      start_ns: "1795400217261000000",
      duration_ns: 486962,
      input: { value: '{"city":"Paris"}' },
      output: { value: '{"t":21}' },
      metadata: {
        tool_name: "get_weather",
        tool_id: "call_1",
        tool_type: "function",
        arr: ["x", "y"],
        nums: [1, 2],
      },
      error: {
        type: "TypeError",
        message: "tool boom",
        stack: sent("94b8772be2577d1b", "exception.stacktrace"),
      },
      meta: {
        span_links: [
          { trace_id: "eff1bce6b6c83a01c9500120841d6bf7", span_id: "c550d6df59a5ae63", attributes: { a: 1 } },
        ],
        scope: { name: "my-app", version: "1.0.0" },
      },
    },
    {
      span_id: "c550d6df59a5ae63",
      name: "invoke_agent weather",
      span_kind: "agent",
      session_id: "sess-42",
      user_id: "u-7",
      feedback_join_keys: ["ticket-981"],
      tags: [
        "gen_ai.operation.name:invoke_agent",
        "gen_ai.agent.id:asst_1",
        "gen_ai.agent.name:weather",
        "gen_ai.conversation.id:conv-42",
      ],
      start_ns: "1795400217259000000",
      duration_ns: 2603229,
      model_provider: "openai",
      meta: { scope: { name: "my-app", version: "1.0.0" } },
    },
  ],
)

captured(
  "the same in JSON, with gzip",
  "http-json-gzip/001-POST-v1_traces.json",
  {
    trace_id: "1903215fe3e77e5f268489b85a8abf3f",
    ml_app: "otel-app",
    service: "otel-app",
    env: "dev",
    version: "2.0.0",
  },
  (sent) => [
    {
      span_id: "db2a7b4e40aa3782",
      parent_id: "6399959dd50d3e7a",
      name: "chat gpt-4o",
      span_kind: "llm",
      tags: [
        "gen_ai.response.id:chatcmpl-1",
        "gen_ai.operation.name:chat",
        "gen_ai.output.type:text",
        "server.address:api.openai.com",
        "server.port:443",
      ],
      start_ns: "1795400218635000000",
      duration_ns: 355397,
      model_name: "gpt-4o-2024-08-06",
      model_provider: "openai",
      input: {
        messages: [
          { role: "system", content: "You are helpful" },
          { role: "user", content: "Weather in Paris?" },
        ],
      },
      output: {
        messages: [
          {
            finish_reason: "tool_call",
            role: "assistant",
            content: "",
            tool_calls: [{ name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_1" }],
          },
        ],
      },
      metadata: { finish_reasons: ["tool_calls"], model: "gpt-4o", temperature: 0.2, max_tokens: 100 },
      metrics: { input_tokens: 21, output_tokens: 9, cache_read_input_tokens: 5, total_tokens: 30 },
      meta: {
        tool_definitions: [{ type: "function", name: "get_weather", parameters: {} }],
        events: [
          {
            name: "gen_ai.client.inference.operation.details",
            time_ns: "1795400218635282168",
            attributes: { "gen_ai.operation.name": "chat" },
          },
        ],
        scope: { name: "my-app", version: "1.0.0" },
      },
    },
    {
      span_id: "8597c03c6e289f56",
      parent_id: "6399959dd50d3e7a",
      name: "execute_tool get_weather",
      span_kind: "tool",
      tags: [
        "gen_ai.operation.name:execute_tool",
        "b:true",
        "d:1.5",
        "neg:-3",
        "big:9007199254740991",
        "uni:é漢😀",
      ],
      status: "error",
      start_ns: "1795400218636000000",
      duration_ns: 467493,
      input: { value: '{"city":"Paris"}' },
      output: { value: '{"t":21}' },
      metadata: {
        tool_name: "get_weather",
        tool_id: "call_1",
        tool_type: "function",
        arr: ["x", "y"],
        nums: [1, 2],
      },
      error: {
        type: "TypeError",
        message: "tool boom",
        stack: sent("8597c03c6e289f56", "exception.stacktrace"),
      },
      meta: {
        span_links: [
          { trace_id: "1903215fe3e77e5f268489b85a8abf3f", span_id: "6399959dd50d3e7a", attributes: { a: 1 } },
        ],
        scope: { name: "my-app", version: "1.0.0" },
      },
    },
    {
      span_id: "6399959dd50d3e7a",
      name: "invoke_agent weather",
      span_kind: "agent",
      session_id: "sess-42",
      user_id: "u-7",
      feedback_join_keys: ["ticket-981"],
      tags: [
        "gen_ai.operation.name:invoke_agent",
        "gen_ai.agent.id:asst_1",
        "gen_ai.agent.name:weather",
        "gen_ai.conversation.id:conv-42",
      ],
      start_ns: "1795400218634000000",
      duration_ns: 2397584,
      model_provider: "openai",
      meta: { scope: { name: "my-app", version: "1.0.0" } },
    },
  ],
)

captured(
  "OpenInference's instrumentation of OpenAI",
  "openinference-openai/007-POST-v1_traces.json",
  { trace_id: "55057dff90f43c85223b39cfb29f1400", ml_app: "proj", service: "llm-app" },
  (sent) => [
    {
      span_id: "1a2d39159cec9868",
      parent_id: "2de0349b8717d44d",
      name: "OpenAI Chat Completions",
      span_kind: "llm",
      session_id: "sess-42",
      user_id: "u-7",
      tags: ["t1", "t2", "k:v"],
      start_ns: "1795400234675000000",
      duration_ns: 64856862,
      model_name: "gpt-4o-2024-08-06",
      model_provider: "openai",
      input: {
        messages: [
          { role: "system", content: "You are helpful" },
          { role: "user", content: "Weather in Paris?" },
        ],
        prompt: { version: "v1", template: "Weather in {{city}}?", variables: { city: "Paris" } },
      },
      output: {
        messages: [
          {
            role: "assistant",
            content: "",
            tool_calls: [{ name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_abc" }],
          },
        ],
      },
      metadata: {
        finish_reasons: ["tool_calls"],
        model: "gpt-4o",
        temperature: 0.2,
        max_tokens: 100,
        user: "end-user-1",
        k: "v",
        usage: { "prompt_details.audio": 0, "completion_details.audio": 0 },
      },
      metrics: {
        input_tokens: 21,
        output_tokens: 9,
        total_tokens: 30,
        cache_read_input_tokens: 5,
        reasoning_output_tokens: 2,
      },
      meta: {
        tool_definitions: [
          {
            type: "function",
            function: {
              name: "get_weather",
              description: "w",
              parameters: { type: "object", properties: { city: { type: "string" } } },
            },
          },
        ],
        "input.value": sent("1a2d39159cec9868", "input.value"),
        "output.value": sent("1a2d39159cec9868", "output.value"),
        scope: { name: "@arizeai/openinference-instrumentation-openai", version: "4.2.7" },
      },
    },
    {
      span_id: "15496236516725ad",
      parent_id: "2de0349b8717d44d",
      name: "OpenAI Chat Completions",
      span_kind: "llm",
      session_id: "sess-42",
      user_id: "u-7",
      tags: ["t1", "t2", "k:v"],
      start_ns: "1795400234740000000",
      duration_ns: 7996674,
      model_name: "gpt-4o-2024-08-06",
      model_provider: "openai",
      input: {
        messages: [
          { role: "system", content: "You are helpful" },
          { role: "user", content: "Weather in Paris?" },
          {
            role: "assistant",
            content: "",
            tool_calls: [{ name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_abc" }],
          },
          { role: "tool", content: '{"t":21}', tool_id: "call_abc" },
        ],
        prompt: { version: "v1", template: "Weather in {{city}}?", variables: { city: "Paris" } },
      },
      output: { messages: [{ role: "assistant", content: "It is 21 degrees in Paris." }] },
      metadata: {
        finish_reasons: ["stop"],
        model: "gpt-4o",
        k: "v",
        usage: { "prompt_details.audio": 0, "completion_details.audio": 0 },
      },
      metrics: {
        input_tokens: 21,
        output_tokens: 9,
        total_tokens: 30,
        cache_read_input_tokens: 5,
        reasoning_output_tokens: 2,
      },
      meta: {
        tool_definitions: [
          {
            type: "function",
            function: {
              name: "get_weather",
              description: "w",
              parameters: { type: "object", properties: { city: { type: "string" } } },
            },
          },
        ],
        "input.value": sent("15496236516725ad", "input.value"),
        "output.value": sent("15496236516725ad", "output.value"),
        scope: { name: "@arizeai/openinference-instrumentation-openai", version: "4.2.7" },
      },
    },
    {
      span_id: "f1a349cd17302341",
      parent_id: "2de0349b8717d44d",
      name: "OpenAI Chat Completions",
      span_kind: "llm",
      session_id: "sess-42",
      user_id: "u-7",
      tags: ["t1", "t2", "k:v"],
      start_ns: "1795400234748000000",
      duration_ns: 13270472,
      model_name: "gpt-4o",
      model_provider: "openai",
      input: {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "hi" },
              { type: "image", image_url: { url: "data:image/png;base64,aGk=" } },
            ],
          },
        ],
        prompt: { version: "v1", template: "Weather in {{city}}?", variables: { city: "Paris" } },
      },
      output: { messages: [{ role: "assistant", content: "It is 21 degrees." }] },
      metadata: {
        finish_reasons: ["stop"],
        model: "gpt-4o",
        stream: true,
        stream_options: { include_usage: true },
        k: "v",
      },
      meta: {
        "input.value": sent("f1a349cd17302341", "input.value"),
        scope: { name: "@arizeai/openinference-instrumentation-openai", version: "4.2.7" },
      },
    },
    {
      span_id: "c3a33b54177c7554",
      parent_id: "2de0349b8717d44d",
      name: "OpenAI Embeddings",
      span_kind: "embedding",
      session_id: "sess-42",
      user_id: "u-7",
      tags: ["t1", "t2", "k:v"],
      start_ns: "1795400234762000000",
      duration_ns: 13549265,
      model_name: "text-embedding-3-small",
      model_provider: "openai",
      input: {
        documents: [{ text: "paris" }],
        prompt: { version: "v1", template: "Weather in {{city}}?", variables: { city: "Paris" } },
      },
      metadata: { k: "v" },
      meta: { scope: { name: "@arizeai/openinference-instrumentation-openai", version: "4.2.7" } },
    },
    {
      span_id: "9d1eb4bb72b4b270",
      parent_id: "2de0349b8717d44d",
      name: "OpenAI Responses",
      span_kind: "llm",
      session_id: "sess-42",
      user_id: "u-7",
      tags: ["t1", "t2", "k:v"],
      start_ns: "1795400234776000000",
      duration_ns: 12486760,
      model_name: "gpt-4o-2024-08-06",
      model_provider: "openai",
      input: {
        messages: [
          { role: "system", content: "be nice" },
          { role: "user", content: "hello" },
        ],
        prompt: { version: "v1", template: "Weather in {{city}}?", variables: { city: "Paris" } },
      },
      output: { messages: [{ role: "assistant", content: "Hello from responses" }] },
      metadata: { model: "gpt-4o", instructions: "be nice", k: "v" },
      metrics: {
        input_tokens: 12,
        output_tokens: 4,
        total_tokens: 16,
        cache_read_input_tokens: 3,
        reasoning_output_tokens: 1,
      },
      meta: {
        "input.value": '{"model":"gpt-4o","input":"hello","instructions":"be nice"}',
        "output.value": sent("9d1eb4bb72b4b270", "output.value"),
        scope: { name: "@arizeai/openinference-instrumentation-openai", version: "4.2.7" },
      },
    },
    {
      span_id: "2de0349b8717d44d",
      name: "handle",
      span_kind: "task",
      start_ns: "1795400234674000000",
      duration_ns: 122873364,
      meta: { scope: { name: "app" } },
    },
  ],
)

captured("OpenLLMetry's SDK: chat gpt-4o, 003", "traceloop/003-POST-v1_traces.json", {}, () => [
  {
    trace_id: "b9da252e71173b846f4a094f536b329a",
    span_id: "01916104cc0271d7",
    parent_id: "a5f64b332626d9a1",
    name: "chat gpt-4o",
    span_kind: "llm",
    ml_app: "trl-app",
    service: "trl-app",
    session_id: "sess-42",
    user_id: "u-7",
    tags: [
      "gen_ai.response.id:chatcmpl-mock1",
      "chat_id:c1",
      "gen_ai.operation.name:chat",
      "traceloop.workflow.name:planner",
      "gen_ai.agent.name:planner",
    ],
    start_ns: "1795400236339000000",
    duration_ns: 262230423,
    model_name: "gpt-4o-2024-08-06",
    model_provider: "openai",
    input: {
      messages: [
        { role: "system", content: "You are helpful" },
        { role: "user", content: "Weather in Paris?" },
      ],
    },
    output: {
      messages: [
        {
          finish_reason: "tool_call",
          role: "assistant",
          content: "",
          tool_calls: [{ name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_abc" }],
        },
      ],
    },
    metadata: {
      finish_reasons: ["tool_call"],
      model: "gpt-4o",
      max_tokens: 100,
      temperature: 0.2,
      chat_id: "c1",
    },
    metrics: { input_tokens: 21, output_tokens: 9, total_tokens: 30 },
    meta: {
      tool_definitions: [
        {
          type: "function",
          function: {
            name: "get_weather",
            description: "w",
            parameters: { type: "object", properties: { city: { type: "string" } } },
          },
        },
      ],
      scope: { name: "@traceloop/instrumentation-openai", version: "0.27.0" },
      resource: traceloopResource,
    },
  },
])

captured("OpenLLMetry's SDK: get_weather.tool, 004", "traceloop/004-POST-v1_traces.json", {}, () => [
  {
    trace_id: "b9da252e71173b846f4a094f536b329a",
    span_id: "c6f75adc5fb19d61",
    parent_id: "a5f64b332626d9a1",
    name: "get_weather.tool",
    span_kind: "tool",
    ml_app: "trl-app",
    service: "trl-app",
    session_id: "sess-42",
    user_id: "u-7",
    tags: [
      "chat_id:c1",
      "traceloop.workflow.name:planner",
      "gen_ai.agent.name:planner",
      "traceloop.entity.name:get_weather",
    ],
    start_ns: "1795400236602000000",
    duration_ns: 265293,
    input: { value: '{"args":[],"kwargs":{"city":"Paris"}}' },
    output: { value: '{"t":21}' },
    metadata: { chat_id: "c1" },
    meta: { scope: { name: "@traceloop/node-server-sdk", version: "0.27.0" }, resource: traceloopResource },
  },
])

captured("OpenLLMetry's SDK: chat gpt-4o, 006", "traceloop/006-POST-v1_traces.json", {}, () => [
  {
    trace_id: "b9da252e71173b846f4a094f536b329a",
    span_id: "9ce90809f7b88d92",
    parent_id: "a5f64b332626d9a1",
    name: "chat gpt-4o",
    span_kind: "llm",
    ml_app: "trl-app",
    service: "trl-app",
    session_id: "sess-42",
    user_id: "u-7",
    tags: [
      "gen_ai.response.id:chatcmpl-mock1",
      "chat_id:c1",
      "gen_ai.operation.name:chat",
      "traceloop.workflow.name:planner",
      "gen_ai.agent.name:planner",
    ],
    start_ns: "1795400236646000000",
    duration_ns: 1015341589,
    model_name: "gpt-4o-2024-08-06",
    model_provider: "openai",
    input: { messages: [{ role: "user", content: "hi" }] },
    output: { messages: [{ finish_reason: "stop", role: "assistant", content: "It is 21 degrees." }] },
    metadata: { finish_reasons: ["stop"], model: "gpt-4o", chat_id: "c1" },
    metrics: { input_tokens: 1, output_tokens: 6, total_tokens: 7 },
    meta: {
      scope: { name: "@traceloop/instrumentation-openai", version: "0.27.0" },
      resource: traceloopResource,
    },
  },
])

captured("OpenLLMetry's SDK: chat gpt-4o, 007", "traceloop/007-POST-v1_traces.json", {}, () => [
  {
    trace_id: "b9da252e71173b846f4a094f536b329a",
    span_id: "ee6e92bea2d84f44",
    parent_id: "a5f64b332626d9a1",
    name: "chat gpt-4o",
    span_kind: "llm",
    ml_app: "trl-app",
    service: "trl-app",
    session_id: "sess-42",
    user_id: "u-7",
    tags: [
      "gen_ai.response.id:chatcmpl-mock1",
      "chat_id:c1",
      "gen_ai.operation.name:chat",
      "traceloop.workflow.name:planner",
      "gen_ai.agent.name:planner",
    ],
    start_ns: "1795400236602000000",
    duration_ns: 41996244,
    model_name: "gpt-4o-2024-08-06",
    model_provider: "openai",
    input: {
      messages: [
        { role: "system", content: "You are helpful" },
        { role: "user", content: "Weather in Paris?" },
        {
          role: "assistant",
          content: "",
          tool_calls: [{ name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_abc" }],
        },
        {
          role: "tool",
          content: "",
          tool_results: [{ name: "get_weather", result: '{"t":21}', tool_id: "call_abc" }],
        },
      ],
    },
    output: {
      messages: [{ finish_reason: "stop", role: "assistant", content: "It is 21 degrees in Paris." }],
    },
    metadata: { finish_reasons: ["stop"], model: "gpt-4o", chat_id: "c1" },
    metrics: { input_tokens: 21, output_tokens: 9, total_tokens: 30 },
    meta: {
      tool_definitions: [
        {
          type: "function",
          function: {
            name: "get_weather",
            description: "w",
            parameters: { type: "object", properties: { city: { type: "string" } } },
          },
        },
      ],
      scope: { name: "@traceloop/instrumentation-openai", version: "0.27.0" },
      resource: traceloopResource,
    },
  },
])

captured("OpenLLMetry's SDK: chat gpt-4o, 010", "traceloop/010-POST-v1_traces.json", {}, () => [
  {
    trace_id: "b9da252e71173b846f4a094f536b329a",
    span_id: "5206d7666ac1e6d2",
    parent_id: "a5f64b332626d9a1",
    name: "chat gpt-4o",
    span_kind: "llm",
    ml_app: "trl-app",
    service: "trl-app",
    session_id: "sess-42",
    user_id: "u-7",
    tags: [
      "gen_ai.response.id:resp_1",
      "chat_id:c1",
      "gen_ai.operation.name:chat",
      "traceloop.workflow.name:planner",
      "gen_ai.agent.name:planner",
    ],
    start_ns: "1795400237714000000",
    duration_ns: 6726882,
    model_name: "gpt-4o-2024-08-06",
    model_provider: "openai",
    input: { messages: [{ role: "user", content: "hello" }] },
    output: { messages: [{ finish_reason: "stop", role: "assistant", content: "Hello from responses" }] },
    metadata: { finish_reasons: ["stop"], model: "gpt-4o", chat_id: "c1" },
    metrics: { input_tokens: 12, output_tokens: 4, total_tokens: 16 },
    meta: {
      scope: { name: "@traceloop/instrumentation-openai", version: "0.27.0" },
      resource: traceloopResource,
    },
  },
])

captured("OpenLLMetry's SDK: planner.agent, 012", "traceloop/012-POST-v1_traces.json", {}, () => [
  {
    trace_id: "b9da252e71173b846f4a094f536b329a",
    span_id: "a5f64b332626d9a1",
    parent_id: "2449d59f0ac0c54d",
    name: "planner.agent",
    span_kind: "agent",
    ml_app: "trl-app",
    service: "trl-app",
    session_id: "sess-42",
    user_id: "u-7",
    tags: [
      "chat_id:c1",
      "traceloop.workflow.name:planner",
      "gen_ai.agent.name:planner",
      "traceloop.entity.name:planner",
    ],
    start_ns: "1795400236338000000",
    duration_ns: 1389923909,
    input: { value: '{"args":["question"],"kwargs":{}}' },
    output: { value: "done" },
    metadata: { chat_id: "c1" },
    meta: { scope: { name: "@traceloop/node-server-sdk", version: "0.27.0" }, resource: traceloopResource },
  },
])

captured("OpenLLMetry's SDK: my_workflow.workflow, 013", "traceloop/013-POST-v1_traces.json", {}, () => [
  {
    trace_id: "b9da252e71173b846f4a094f536b329a",
    span_id: "2449d59f0ac0c54d",
    name: "my_workflow.workflow",
    span_kind: "workflow",
    ml_app: "trl-app",
    service: "trl-app",
    session_id: "sess-42",
    user_id: "u-7",
    tags: [
      "chat_id:c1",
      "traceloop.workflow.name:my_workflow",
      "traceloop.entity.name:my_workflow",
      "traceloop.entity.version:3",
    ],
    start_ns: "1795400236336000000",
    duration_ns: 1392134987,
    input: { value: '{"args":["input1"],"kwargs":{}}' },
    output: { value: "out" },
    metadata: { chat_id: "c1" },
    meta: { scope: { name: "@traceloop/node-server-sdk", version: "0.27.0" }, resource: traceloopResource },
  },
])

captured(
  "the AI SDK 6",
  "vercel-ai6/001-POST-v1_traces.json",
  {
    ml_app: "vercel-app",
    service: "vercel-app",
    session_id: "sess-42",
    user_id: "u-7",
    feedback_join_keys: ["ticket-981"],
  },
  (sent) => [
    {
      trace_id: "26d412449ab5125169f30babf6f96c0b",
      span_id: "bdd35a4589917b85",
      parent_id: "900ffe2f94c9f149",
      name: "ai.generateText.doGenerate",
      span_kind: "llm",
      tags: [
        "gen_ai.response.id:resp-1",
        "ai.operationId:ai.generateText.doGenerate",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      start_ns: "1795400316876000000",
      duration_ns: 873585,
      model_name: "gpt-4o-2024-08-06",
      model_provider: "openai",
      input: {
        messages: [
          { role: "system", content: "You are helpful" },
          { role: "user", content: "Weather in Paris?" },
        ],
      },
      output: {
        messages: [
          {
            role: "assistant",
            content: "",
            tool_calls: [{ name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_1" }],
          },
        ],
      },
      metadata: {
        finish_reasons: ["tool-calls"],
        model: "gpt-4o",
        max_tokens: 100,
        tool_choice: { type: "auto" },
        temperature: 0.2,
        maxRetries: 2,
        timestamp: "1970-01-01T00:00:00.000Z",
        tags: ["a", "b"],
        usage: { "inputTokenDetails.noCacheTokens": 16, "outputTokenDetails.textTokens": 7 },
      },
      metrics: {
        input_tokens: 21,
        output_tokens: 9,
        total_tokens: 30,
        cache_read_input_tokens: 5,
        cache_write_input_tokens: 0,
        reasoning_output_tokens: 2,
      },
      meta: {
        tool_definitions: [
          {
            type: "function",
            name: "get_weather",
            description: "weather",
            inputSchema: {
              $schema: "http://json-schema.org/draft-07/schema#",
              type: "object",
              properties: { city: { type: "string" } },
              required: ["city"],
              additionalProperties: false,
            },
          },
        ],
        scope: { name: "ai" },
      },
    },
    {
      trace_id: "26d412449ab5125169f30babf6f96c0b",
      span_id: "0c387e70570c6da5",
      parent_id: "900ffe2f94c9f149",
      name: "ai.toolCall",
      span_kind: "tool",
      tags: ["ai.operationId:ai.toolCall", "ai.telemetry.functionId:chat-fn"],
      start_ns: "1795400316879000000",
      duration_ns: 486511,
      input: { value: '{"city":"Paris"}' },
      output: { value: '{"t":21,"city":"Paris"}' },
      metadata: { tool_name: "get_weather", tool_id: "call_1", tags: ["a", "b"] },
      meta: { scope: { name: "ai" } },
    },
    {
      trace_id: "26d412449ab5125169f30babf6f96c0b",
      span_id: "7a1a8a4222ce621f",
      parent_id: "900ffe2f94c9f149",
      name: "ai.generateText.doGenerate",
      span_kind: "llm",
      tags: [
        "gen_ai.response.id:resp-2",
        "ai.operationId:ai.generateText.doGenerate",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      start_ns: "1795400316880000000",
      duration_ns: 181800,
      model_name: "gpt-4o-2024-08-06",
      model_provider: "openai",
      input: {
        messages: [
          { role: "system", content: "You are helpful" },
          { role: "user", content: "Weather in Paris?" },
          {
            role: "assistant",
            content: "",
            tool_calls: [{ name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_1" }],
          },
          {
            role: "tool",
            content: "",
            tool_results: [{ name: "get_weather", result: { t: 21, city: "Paris" }, tool_id: "call_1" }],
          },
        ],
      },
      output: { messages: [{ role: "assistant", content: "It is 21 degrees." }] },
      metadata: {
        finish_reasons: ["stop"],
        model: "gpt-4o",
        max_tokens: 100,
        tool_choice: { type: "auto" },
        temperature: 0.2,
        maxRetries: 2,
        timestamp: "1970-01-01T00:00:00.000Z",
        tags: ["a", "b"],
        usage: { "inputTokenDetails.noCacheTokens": 16, "outputTokenDetails.textTokens": 7 },
      },
      metrics: {
        input_tokens: 21,
        output_tokens: 9,
        total_tokens: 30,
        cache_read_input_tokens: 5,
        cache_write_input_tokens: 0,
        reasoning_output_tokens: 2,
      },
      meta: {
        tool_definitions: [
          {
            type: "function",
            name: "get_weather",
            description: "weather",
            inputSchema: {
              $schema: "http://json-schema.org/draft-07/schema#",
              type: "object",
              properties: { city: { type: "string" } },
              required: ["city"],
              additionalProperties: false,
            },
          },
        ],
        scope: { name: "ai" },
      },
    },
    {
      trace_id: "26d412449ab5125169f30babf6f96c0b",
      span_id: "900ffe2f94c9f149",
      name: "ai.generateText",
      span_kind: "workflow",
      tags: [
        "ai.operationId:ai.generateText",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      start_ns: "1795400316871000000",
      duration_ns: 9864733,
      model_name: "gpt-4o",
      model_provider: "openai",
      input: {
        messages: [
          { role: "system", content: "You are helpful" },
          { role: "user", content: "Weather in Paris?" },
        ],
      },
      output: { messages: [{ role: "assistant", content: "It is 21 degrees." }] },
      metadata: {
        finish_reasons: ["stop"],
        max_tokens: 100,
        temperature: 0.2,
        maxRetries: 2,
        tags: ["a", "b"],
        usage: {
          "inputTokenDetails.noCacheTokens": 32,
          "outputTokenDetails.textTokens": 14,
          input_tokens: 42,
          output_tokens: 18,
          total_tokens: 60,
          cache_read_input_tokens: 10,
          cache_write_input_tokens: 0,
          reasoning_output_tokens: 4,
        },
      },
      meta: { scope: { name: "ai" } },
    },
    {
      trace_id: "416324770378d606dc67dd3c511c1d1c",
      span_id: "d87450aa4762a19c",
      parent_id: "3bbbe0c64132deb0",
      name: "ai.streamText.doStream",
      span_kind: "llm",
      tags: [
        "gen_ai.response.id:rs",
        "ai.operationId:ai.streamText.doStream",
        "ai.telemetry.functionId:chat-fn",
      ],
      start_ns: "1795400316887000000",
      duration_ns: 7404516,
      model_name: "gpt-4o-2024-08-06",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "hi" }] },
      output: { messages: [{ role: "assistant", content: "Hello world" }] },
      metadata: {
        finish_reasons: ["stop"],
        model: "gpt-4o",
        maxRetries: 2,
        msToFinish: 4.271952999999996,
        avgOutputTokensPerSecond: 2106.7647513912275,
        timestamp: "1970-01-01T00:00:00.000Z",
        tags: ["a", "b"],
        usage: { "inputTokenDetails.noCacheTokens": 16, "outputTokenDetails.textTokens": 7 },
      },
      metrics: {
        input_tokens: 21,
        output_tokens: 9,
        total_tokens: 30,
        cache_read_input_tokens: 5,
        cache_write_input_tokens: 0,
        reasoning_output_tokens: 2,
        time_to_first_token: 0.0018605679999999438,
      },
      meta: {
        events: [
          {
            name: "ai.stream.firstChunk",
            time_ns: "1795400316889061445",
            attributes: { "ai.response.msToFirstChunk": 1.8605679999999438 },
          },
          { name: "ai.stream.finish", time_ns: "1795400316891378560", attributes: {} },
        ],
        scope: { name: "ai" },
      },
    },
    {
      trace_id: "416324770378d606dc67dd3c511c1d1c",
      span_id: "3bbbe0c64132deb0",
      name: "ai.streamText",
      span_kind: "workflow",
      tags: ["ai.operationId:ai.streamText", "ai.telemetry.functionId:chat-fn"],
      start_ns: "1795400316884000000",
      duration_ns: 11919349,
      model_name: "gpt-4o",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "hi" }] },
      output: { messages: [{ role: "assistant", content: "Hello world" }] },
      metadata: {
        finish_reasons: ["stop"],
        maxRetries: 2,
        tags: ["a", "b"],
        usage: {
          "inputTokenDetails.noCacheTokens": 16,
          "outputTokenDetails.textTokens": 7,
          input_tokens: 21,
          output_tokens: 9,
          total_tokens: 30,
          cache_read_input_tokens: 5,
          cache_write_input_tokens: 0,
          reasoning_output_tokens: 2,
        },
      },
      meta: { scope: { name: "ai" } },
    },
    {
      trace_id: "0ddb0572b6804bbe547d89deeb7f0413",
      span_id: "df95c2c1932e274f",
      parent_id: "d0dee5e6647ca45c",
      name: "ai.embed.doEmbed",
      span_kind: "embedding",
      tags: [
        "ai.operationId:ai.embed.doEmbed",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      start_ns: "1795400316899000000",
      duration_ns: 228799,
      model_name: "text-embedding-3-small",
      model_provider: "openai",
      input: { documents: [{ text: "paris" }] },
      output: { value: "[0.1,0.2,0.3]" },
      metadata: { maxRetries: 2, tags: ["a", "b"] },
      metrics: { input_tokens: 3, total_tokens: 3 },
      meta: { scope: { name: "ai" } },
    },
    {
      trace_id: "0ddb0572b6804bbe547d89deeb7f0413",
      span_id: "d0dee5e6647ca45c",
      name: "ai.embed",
      span_kind: "workflow",
      tags: [
        "ai.operationId:ai.embed",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      start_ns: "1795400316899000000",
      duration_ns: 801468,
      model_name: "text-embedding-3-small",
      model_provider: "openai",
      input: { value: "paris" },
      output: { value: "[0.1,0.2,0.3]" },
      metadata: { maxRetries: 2, tags: ["a", "b"], usage: { input_tokens: 3 } },
      meta: { scope: { name: "ai" } },
    },
    {
      trace_id: "6537eea39137de8d0203cdece7f434e9",
      span_id: "45005541bba1ba32",
      parent_id: "864d9195b28f754f",
      name: "ai.generateObject.doGenerate",
      span_kind: "llm",
      tags: [
        "gen_ai.response.id:aiobj-n4xhqBH6zJ0cdCIEu8O6Pzb6",
        "ai.operationId:ai.generateObject.doGenerate",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      start_ns: "1795400316902000000",
      duration_ns: 335547,
      model_name: "gpt-4o",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "obj" }] },
      output: { messages: [{ role: "assistant", content: '{"a":1}' }] },
      metadata: {
        finish_reasons: ["stop"],
        maxRetries: 2,
        timestamp: "2026-11-23T02:18:36.902Z",
        tags: ["a", "b"],
      },
      metrics: { input_tokens: 21, output_tokens: 9, total_tokens: 30 },
      meta: { scope: { name: "ai" } },
    },
    {
      trace_id: "6537eea39137de8d0203cdece7f434e9",
      span_id: "864d9195b28f754f",
      name: "ai.generateObject",
      span_kind: "workflow",
      tags: [
        "ai.operationId:ai.generateObject",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      start_ns: "1795400316901000000",
      duration_ns: 2348762,
      model_name: "gpt-4o",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "obj" }] },
      output: { messages: [{ role: "assistant", content: '{"a":1}' }] },
      metadata: {
        finish_reasons: ["stop"],
        schema: {
          $schema: "http://json-schema.org/draft-07/schema#",
          type: "object",
          properties: { a: { type: "number" } },
          required: ["a"],
          additionalProperties: false,
        },
        maxRetries: 2,
        output: "object",
        tags: ["a", "b"],
        usage: { input_tokens: 21, output_tokens: 9 },
      },
      meta: { scope: { name: "ai" } },
    },
    {
      trace_id: "72415be9f3609371ec46f6da597e868c",
      span_id: "05c19f619f5db187",
      parent_id: "bf77547439e7e134",
      name: "ai.generateText.doGenerate",
      span_kind: "llm",
      tags: [
        "ai.operationId:ai.generateText.doGenerate",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      status: "error",
      start_ns: "1795400316904000000",
      duration_ns: 299053,
      model_name: "gpt-4o",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "x" }] },
      metadata: { maxRetries: 0, tags: ["a", "b"] },
      error: {
        type: "Error",
        message: "upstream 500",
        stack: sent("05c19f619f5db187", "exception.stacktrace"),
      },
      meta: { scope: { name: "ai" } },
    },
    {
      trace_id: "72415be9f3609371ec46f6da597e868c",
      span_id: "bf77547439e7e134",
      name: "ai.generateText",
      span_kind: "workflow",
      tags: [
        "ai.operationId:ai.generateText",
        "ai.telemetry.functionId:chat-fn",
        "ai.request.headers.user-agent:ai/6.0.326",
      ],
      status: "error",
      start_ns: "1795400316904000000",
      duration_ns: 580591,
      model_name: "gpt-4o",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "x" }] },
      metadata: { maxRetries: 0, tags: ["a", "b"] },
      error: {
        type: "Error",
        message: "upstream 500",
        stack: sent("bf77547439e7e134", "exception.stacktrace"),
      },
      meta: { scope: { name: "ai" } },
    },
  ],
)

// What is not kept, and what cannot be.

const trace_id = "6b039df8000000006f88f242fcf83b93"
const span_id = "175e0b1e58f7833f"

interface Item {
  readonly [field: string]: unknown
}

function traces(...spans: unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
}

function logs(...logRecords: unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }))
}

function attribute(key: string, value: string): Item {
  return { key, value: { stringValue: value } }
}

const bare = { traceId: trace_id, spanId: span_id, name: "a", startTimeUnixNano: "1", endTimeUnixNano: "3" }

for (const [key, value] of [
  ["_dd.llmobs.submitted", "1"],
  ["_dd.llmobs.artificial_gen_ai_tags", "true"],
] as const) {
  test(`a span that dd-trace sends on another path as well, by ${key}`, () => {
    const read = readOtlpTraces(traces({ ...bare, attributes: [attribute(key, value)] }, bare), "json")
    expect(read).toMatchObject({ spans: [{ span_id, tags: [] }], dropped: 1, bad: [] })
  })
  test(`a span is kept where ${key} says otherwise`, () => {
    const read = readOtlpTraces(traces({ ...bare, attributes: [attribute(key, "0")] }), "json")
    expect(read).toMatchObject({ spans: [{ span_id, tags: [`${key}:0`] }], dropped: 0 })
  })
}

test("an item that is none is named with its place, and the others are kept", () => {
  const read = readOtlpTraces(traces(bare, 5, { ...bare, traceId: "" }), "json")
  expect(read.spans.map((span) => span.span_id)).toEqual([span_id])
  expect(
    read.bad.map(({ item, pointer, problems }) => ({ item, pointer, at: problems[0]?.pointer })),
  ).toEqual([
    {
      item: 5,
      pointer: "/resourceSpans/0/scopeSpans/0/spans/1",
      at: "/resourceSpans/0/scopeSpans/0/spans/1",
    },
    {
      item: { ...bare, traceId: "" },
      pointer: "/resourceSpans/0/scopeSpans/0/spans/2",
      at: "/resourceSpans/0/scopeSpans/0/spans/2",
    },
  ])
  expect(
    read.bad.every(({ problems }) => problems[0]?.code === "bad_body" && problems[0].detail !== ""),
  ).toBe(true)
})

test("what a span carries beside itself: an evaluation, a person's word, and one that says too little", () => {
  const read = readOtlpTraces(
    traces({
      ...bare,
      attributes: [
        attribute("ml_app", "chat"),
        attribute("annotations.0.annotation.name", "helpful"),
        attribute("annotations.0.annotation.label", "yes"),
        attribute("annotations.0.annotation.annotator_kind", "HUMAN"),
        attribute("annotations.0.annotation.identifier", "u-7"),
      ],
      events: [
        {
          name: "gen_ai.evaluation.result",
          timeUnixNano: "1795400217260332593",
          attributes: [
            attribute("gen_ai.evaluation.name", "relevance"),
            { key: "gen_ai.evaluation.score.value", value: { doubleValue: 0.5 } },
          ],
        },
        { name: "gen_ai.evaluation.result", timeUnixNano: "1", attributes: [] },
      ],
    }),
    "json",
  )
  expect(read.spans).toMatchObject([{ span_id, tags: [], metadata: {}, meta: {} }])
  expect(read.metrics).toStrictEqual([
    {
      event_kind: "feedback",
      eval_scope: "span",
      span_id,
      submitter: { id: "u-7", type: "user" },
      label: "helpful",
      timestamp_ms: 0,
      ml_app: "chat",
      metadata: { annotator_kind: "HUMAN" },
      metric_type: "categorical",
      categorical_value: "yes",
    },
    {
      event_kind: "evaluation",
      eval_scope: "span",
      join_on: { span: { span_id, trace_id } },
      label: "relevance",
      timestamp_ms: 1_795_400_217_260,
      ml_app: "chat",
      metric_type: "score",
      score_value: 0.5,
    },
  ])
  expect(read.bad.map(({ pointer, problems }) => [pointer, problems[0]?.detail])).toEqual([
    [
      "/resourceSpans/0/scopeSpans/0/spans/0",
      "A result needs gen_ai.evaluation.name, and an answer: gen_ai.evaluation.score.value or score.label.",
    ],
  ])
})

test("logs: messages of spans, evaluations, and others that are not kept", () => {
  const at = { timeUnixNano: "1795400217260332593" }
  const body = (content: string): Item => ({
    kvlistValue: { values: [{ key: "content", value: { stringValue: content } }] },
  })
  const read = readOtlpLogs(
    logs(
      { ...at, traceId: trace_id, spanId: span_id, eventName: "gen_ai.user.message", body: body("Weather?") },
      { ...at, traceId: trace_id, spanId: span_id, body: { stringValue: "GET / 200" } },
      {
        ...at,
        eventName: "gen_ai.evaluation.result",
        attributes: [
          attribute("gen_ai.evaluation.name", "tone"),
          attribute("gen_ai.evaluation.score.label", "Pass"),
          attribute("gen_ai.response.id", "resp-1"),
        ],
      },
      { ...at, traceId: "zz" },
    ),
    "json",
  )
  expect(read).toMatchObject({
    spans: [],
    contents: [
      {
        trace_id,
        span_id,
        input: [{ role: "user", content: "Weather?" }],
        output: [],
        time_ns: "1795400217260332593",
      },
    ],
    metrics: [
      {
        event_kind: "evaluation",
        join_on: { tag: { key: "gen_ai.response.id", value: "resp-1" } },
        label: "tone",
        assessment: "pass",
        metric_type: "categorical",
        categorical_value: "Pass",
      },
    ],
    bad: [{ pointer: "/resourceLogs/0/scopeLogs/0/logRecords/3" }],
    dropped: 1,
  })
})
