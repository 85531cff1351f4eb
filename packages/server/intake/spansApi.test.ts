import type { Span } from "@sayso/protocol/event.ts"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { SpansBody } from "./span.ts"
import { readSdkSpans, readSpansApi } from "./spansApi.ts"

type Fields = Record<string, unknown>

function span(span_id: string, more: Fields = {}): Fields {
  return { trace_id: "6b039df8000000006f88f242fcf83b93", span_id, start_ns: "1795399160267038500", ...more }
}

/** The Spans API's body. */
function body(attributes: Fields): Fields {
  return { data: { type: "span", attributes } }
}

/** What is read, in short: the spans by id, the bad items by pointer, and how many were sampled out. */
function brief({ spans, bad, dropped }: SpansBody): [string[], string[], number] {
  return [spans.map(({ span_id }) => span_id), bad.map(({ pointer }) => pointer), dropped]
}

const sampledOut = { _dd: { sampling_decision: "0" } }

test("the Spans API: every span of the body, with what the body says for all", () => {
  const shared = {
    ml_app: "shop",
    session_id: "sess-42",
    feedback_join_key: "ticket-981",
    tags: ["env:prod", "ml_app:no"],
  }
  const own = { session_id: "own", tags: ["env:dev"], meta: { kind: "tool" } }
  const { spans, bad, dropped } = readSpansApi(body({ ...shared, spans: [span("1"), span("2", own)] }))
  expect([bad, dropped]).toEqual([[], 0])
  expect(
    spans.map(({ span_id, span_kind, session_id, env, tags, feedback_join_keys }) => [
      span_id,
      span_kind,
      session_id,
      env,
      tags,
      feedback_join_keys,
    ]),
  ).toEqual([
    ["1", "task", "sess-42", "prod", ["env:prod", "ml_app:no"], ["ticket-981"]],
    ["2", "tool", "own", "dev", ["env:prod", "ml_app:no", "env:dev"], ["ticket-981"]],
  ])
})

test("the Spans API: a body without spans is no error", () => {
  expect(brief(readSpansApi(body({ ml_app: "shop", spans: [] })))).toEqual([[], [], 0])
})

test("the Spans API: bad items are named by where they stand, beside the good ones", () => {
  const spans = [span("1"), null, span("2", sampledOut), span("", { duration: "x" }), span("3")]
  const read = readSpansApi(body({ spans }))
  const at = "/data/attributes/spans"
  expect(brief(read)).toEqual([["1", "3"], [`${at}/1`, `${at}/3`], 1])
  expect(read.bad.map(({ item }) => item)).toEqual([null, spans[3]])
  expect(read.bad.flatMap(({ problems }) => problems.map(({ code, pointer }) => [code, pointer]))).toEqual([
    ["bad_body", `${at}/1`],
    ["bad_body", `${at}/3/span_id`],
    ["bad_body", `${at}/3/duration`],
  ])
})

for (const wrong of [
  null,
  "spans",
  [],
  [span("1")],
  {},
  { data: [] },
  { data: {} },
  body({}),
  body({ spans: {} }),
  span("1"),
]) {
  test(`the Spans API: no spans in ${JSON.stringify(wrong).slice(0, 40)}`, () => {
    const pointer = "/data/attributes/spans"
    const problems = [{ code: "bad_body", pointer, detail: `The spans belong in an array at ${pointer}.` }]
    expect(readSpansApi(wrong)).toEqual({ spans: [], dropped: 0, bad: [{ item: wrong, pointer, problems }] })
  })
}

test("an SDK's body: a list of envelopes, or one alone", () => {
  const envelope = { "_dd.stage": "raw", event_type: "span", spans: [span("1"), span("2")] }
  expect(brief(readSdkSpans([envelope, { spans: [span("3")] }]))).toEqual([["1", "2", "3"], [], 0])
  expect(brief(readSdkSpans(envelope))).toEqual([["1", "2"], [], 0])
  expect(brief(readSdkSpans([]))).toEqual([[], [], 0])
})

test("an SDK's body: each envelope speaks for its own spans", () => {
  const { spans } = readSdkSpans([
    { ml_app: "a", session_id: "s", tags: { env: "dev" }, spans: [span("1")] },
    { spans: [span("2", { tags: ["ml_app:b"] })] },
  ])
  expect(spans.map(({ ml_app, session_id, env }) => [ml_app, session_id, env])).toEqual([
    ["a", "s", "dev"],
    ["b", "", ""],
  ])
})

test("an SDK's body: what cannot be used is kept apart, and its neighbours are taken", () => {
  const envelopes = [
    { spans: [span("1"), 5] },
    "?",
    {},
    { spans: "none" },
    { spans: [span("2", sampledOut), span("3")] },
  ]
  const read = readSdkSpans(envelopes)
  expect(brief(read)).toEqual([["1", "3"], ["/0/spans/1", "/1", "/2", "/3"], 1])
  expect(read.bad.map(({ item }) => item)).toEqual([5, "?", {}, { spans: "none" }])
  expect(read.bad.map(({ problems }) => problems.map(({ detail }) => detail))).toEqual([
    ["A span is a JSON object."],
    ['An envelope is an object with a list of "spans".'],
    ['An envelope is an object with a list of "spans".'],
    ['An envelope is an object with a list of "spans".'],
  ])
})

for (const wrong of [null, "spans", 5, {}]) {
  test(`an SDK's body that is ${JSON.stringify(wrong)}`, () => {
    expect(brief(readSdkSpans(wrong))).toEqual([[], [""], 0])
  })
}

// Every event costs more than its bytes, so that there is a most of them.

const most = 50_000
const many = (count: number): Fields[] => Array.from({ length: count }, () => span("1"))

/** A body of so many spans. */
function bounded(title: string, read: (count: number) => SpansBody) {
  test(`at most 50,000 spans: ${title}`, () => {
    expect(() => read(most)).not.toThrow()
    expect(() => read(most + 1)).toThrow("at most 50000 events (SAYSO_MAX_EVENTS), and this one has 50001")
  })
}

bounded("the Spans API", (count) => readSpansApi(body({ spans: many(count) })))
bounded("one envelope", (count) => readSdkSpans([{ spans: many(count) }]))
bounded("an envelope for each", (count) => readSdkSpans(many(count).map((each) => ({ spans: [each] }))))
bounded("in all envelopes together", (count) =>
  readSdkSpans([{ spans: many(20_000) }, { spans: many(count - 20_000) }]),
)
bounded("envelopes that are none, and empty ones", (count) =>
  readSdkSpans([
    ...Array.from({ length: 20_000 }, () => null),
    ...Array.from({ length: count - 20_000 }, () => ({ spans: [] })),
  ]),
)

// What was captured.

function captured(folder: string, file: string): { spans: Fields[] }[] {
  const path = join(import.meta.dirname, "../../../test/fixtures/dd-trace", folder, file)
  return (JSON.parse(readFileSync(path, "utf8")) as { body: { spans: Fields[] }[] }).body
}

const whole = readSdkSpans(captured("proxied-auto-v5-node20", "005-POST-evp_proxy_v2_api_v2_llmobs.json"))

function named(name: string): Span | undefined {
  return whole.spans.find((each) => each.name === name)
}

test("captured: every span of a whole process", () => {
  expect([whole.bad, whole.dropped]).toEqual([[], 0])
  expect(
    whole.spans.map(({ name, span_kind, parent_id, session_id, status }) =>
      [name, span_kind, parent_id, session_id, status].join(" "),
    ),
  ).toEqual([
    "chat_completion llm 8739371203765590348 sess-42 ok",
    "get_weather tool 8739371203765590348 sess-42 ok",
    "kb_search retrieval 8739371203765590348 sess-42 ok",
    "embed embedding 8739371203765590348 sess-42 ok",
    "final_answer llm 8739371203765590348 sess-42 ok",
    "postprocess task 8739371203765590348 sess-42 ok",
    "planner agent 477489742610017498 sess-42 ok",
    "handle_chat workflow  sess-42 ok",
    "broken_tool tool  sess-43 error",
    "bare llm   ok",
    "wrapped workflow   ok",
    "renamed task   ok",
  ])
})

test("captured: a model's span, field by field", () => {
  expect(named("chat_completion")).toStrictEqual({
    trace_id: "6b039df8000000006f88f242fcf83b93",
    span_id: "1683795535652684607",
    parent_id: "8739371203765590348",
    apm_trace_id: "6b039df80000000006a062641c29acda",
    name: "chat_completion",
    span_kind: "llm",
    ml_app: "wire-app",
    service: "wire-demo",
    env: "override-env",
    version: "1.0.0",
    session_id: "sess-42",
    user_id: "",
    feedback_join_keys: ["ticket-981"],
    tags: [
      "team:core",
      "version:1.0.0",
      "env:override-env",
      "service:wire-demo",
      "source:integration",
      "ml_app:wire-app",
      "ddtrace.version:5.132.0",
      "error:0",
      "language:javascript",
      "session_id:sess-42",
      "feedback_join_key:ticket-981",
      "prompt_tracking_instrumentation_method:annotated",
    ],
    status: "ok",
    start_ns: "1795399160267038500",
    duration_ns: 17_467_529,
    model_name: "gpt-4o",
    model_provider: "openai",
    input: {
      messages: [
        { role: "system", content: "You are helpful" },
        { role: "user", content: "Weather in Paris?" },
      ],
      prompt: {
        id: "weather-prompt",
        version: "1.2.3",
        variables: { city: "Paris" },
        template: "Weather in {{city}}?",
        tags: { team: "x" },
        _dd_context_variable_keys: ["ctx"],
        _dd_query_variable_keys: ["city"],
      },
    },
    output: {
      messages: [
        {
          role: "assistant",
          content: "",
          tool_calls: [
            { name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_1", type: "function" },
          ],
        },
      ],
    },
    metadata: { temperature: 0.2, max_tokens: 100, _dd: { cost_tags: ["feedback_join_key"] } },
    metrics: {
      input_tokens: 21,
      output_tokens: 9,
      total_tokens: 30,
      cache_read_input_tokens: 5,
      cache_write_input_tokens: 2,
      reasoning_output_tokens: 1,
      time_to_first_token: 0.31,
      my_metric: 1.5,
    },
    error: { type: "", message: "", stack: "" },
    meta: {
      tool_definitions: [
        {
          name: "get_weather",
          description: "Weather",
          schema: { type: "object", properties: { city: { type: "string" } } },
          version: "1.0.0",
        },
      ],
      agent_attribution: { pagent_name: "planner", pagent_span_id: "8739371203765590348" },
    },
  } satisfies Span)
})

test("captured: documents, tools and values are kept as they were sent", () => {
  expect([named("kb_search")?.input, named("kb_search")?.output]).toEqual([
    { value: "paris weather" },
    { documents: [{ text: "Paris is mild", name: "doc1", id: "d1", score: 0.92 }, { text: "x" }] },
  ])
  expect([named("get_weather")?.input, named("get_weather")?.output]).toEqual([
    { value: '{"city":"Paris"}' },
    { value: '{"temp_c":21}' },
  ])
  expect(named("embed")?.metrics).toEqual({ input_tokens: 3, total_tokens: 3 })
  expect(named("planner")?.metadata).toMatchObject({
    _dd: { agent_manifest: { name: "planner", tools: [{ name: "get_weather" }] } },
  })
})

test("captured: an error has its type, message and stack, and stands in meta no more", () => {
  const broken = named("broken_tool")
  expect(broken?.error.type).toBe("TypeError")
  expect(broken?.error.message).not.toBe("")
  expect(broken?.error.stack).toContain(broken?.error.message)
  expect(Object.keys(broken?.meta ?? {})).toEqual([])
})

test("captured: what OpenTelemetry, auto-instrumentation and the smallest process send", () => {
  const files = [
    ["otel-mix", "003-POST-evp_proxy_v2_api_v2_llmobs.json"],
    ["auto-openai", "008-POST-evp_proxy_v2_api_v2_llmobs.json"],
    ["proxied-explicit-agentless0", "002-POST-evp_proxy_v2_api_v2_llmobs.json"],
  ] as const
  const read = files.map(([folder, file]) => readSdkSpans(captured(folder, file)))
  expect(read.map(({ spans, bad, dropped }) => [spans.length, bad, dropped])).toEqual([
    [1, [], 0],
    [7, [], 0],
    [1, [], 0],
  ])
  expect(read[0]?.spans[0]?.apm_trace_id).toMatch(/^0{16}[0-9a-f]{16}$/)
  expect(
    read[1]?.spans.filter(({ status }) => status === "error").map(({ error }) => error.message !== ""),
  ).toEqual([true])
})

test("captured: a span that was sampled out is dropped", () => {
  expect(brief(readSdkSpans(captured("sample-rate-0", "002-POST-evp_proxy_v2_api_v2_llmobs.json")))).toEqual([
    [],
    [],
    1,
  ])
})

// A value that is not given is inferred from the messages.

const system = { role: "system", content: "Be brief." }
const user = { role: "user", content: "Hi?" }
const answer = { role: "assistant", content: "Hello." }
const call = { role: "assistant", content: "", tool_calls: [{ name: "look" }] }

function infers(title: string, meta: Fields, input: unknown, output: unknown) {
  test(`inferred: ${title}`, () => {
    const [read] = readSpansApi(body({ spans: [span("1", { meta })] })).spans
    const valueOf = (content: unknown): unknown => (content as Fields | null)?.["value"]
    expect([valueOf(read?.input), valueOf(read?.output)]).toEqual([input, output])
  })
}

infers(
  "the last words of the user and of the model",
  {
    input: { messages: [system, user, answer, { ...user, content: "And now?" }, call] },
    output: { messages: [call, answer] },
  },
  "And now?",
  "Hello.",
)
infers(
  "nobody's role",
  { input: { messages: [system] }, output: { messages: [{ content: "So." }] } },
  "Be brief.",
  "So.",
)
infers("a value wins", { input: { value: "own", messages: [user] } }, "own", undefined)
infers("an empty value is one", { input: { value: "", messages: [user] } }, "", undefined)
infers("nothing was said", { input: { messages: [call] }, output: { messages: [] } }, undefined, undefined)
infers("no messages", { input: { messages: "x" }, output: "text" }, undefined, undefined)

test("an SDK's span stays as it was sent", () => {
  const input = { messages: [user] }
  expect(readSdkSpans({ spans: [span("1", { meta: { input } })] }).spans[0]?.input).toEqual(input)
})
