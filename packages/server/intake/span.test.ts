import type { Span } from "@sayso/protocol/event.ts"
import { expect, test } from "vitest"
import { readSpan, sampledOut, tagList, text, type SpanDefaults } from "./span.ts"

type Fields = Record<string, unknown>

const trace_id = "6b039df8000000006f88f242fcf83b93"
const bare = {
  trace_id,
  span_id: "1683795535652684607",
  start_ns: 1_795_399_160_267_038_500,
  meta: { kind: "llm" },
}

/** What a span is of which nothing more is said. */
const empty: Span = {
  trace_id,
  span_id: "1683795535652684607",
  parent_id: "",
  apm_trace_id: "",
  name: "",
  span_kind: "llm",
  ml_app: "",
  service: "",
  env: "",
  version: "",
  session_id: "",
  user_id: "",
  feedback_join_keys: [],
  tags: [],
  status: "ok",
  start_ns: "1795399160267038500",
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

const noDefaults: SpanDefaults = { tags: [] }

/** A span with more said about it, and what that changes. */
function check(title: string, fields: Fields, expected: Partial<Span>, defaults = noDefaults) {
  test(title, () =>
    expect(readSpan({ ...bare, ...fields }, "/spans/0", defaults)).toStrictEqual({ ...empty, ...expected }),
  )
}

/** A span that cannot be used, with every problem as `pointer: detail`. */
function refused(title: string, item: unknown, ...problems: string[]) {
  test(`refused: ${title}`, () => {
    const read = readSpan(item, "/spans/0", noDefaults)
    expect(Array.isArray(read) ? read.map(({ pointer, detail }) => `${pointer}: ${detail}`) : read).toEqual(
      problems,
    )
  })
}

check("the least there may be", {}, {})

// The kind, in the three places of three clients.

check("the kind of the Spans API", { meta: { kind: "retrieval" } }, { span_kind: "retrieval" })
check("the kind of the Node SDK", { meta: { "span.kind": "agent" } }, { span_kind: "agent" })
check("the kind of the Python SDK", { meta: { span: { kind: "tool" } } }, { span_kind: "tool" })
check("no kind", { meta: {} }, { span_kind: "task" })
check("no meta", { meta: undefined }, { span_kind: "task" })
check("a kind that nobody knows", { meta: { kind: "guardrail" } }, { span_kind: "guardrail" })

// What has no place of its own stays in meta.

check(
  "links, collection errors and metadata that is no object",
  {
    span_links: [{ trace_id: "1", span_id: "2" }],
    collection_errors: ["dropped_io"],
    config: null,
    meta: { kind: "llm", metadata: "plain", tool_definitions: [] },
  },
  {
    meta: {
      span_links: [{ trace_id: "1", span_id: "2" }],
      collection_errors: ["dropped_io"],
      metadata: "plain",
      tool_definitions: [],
    },
  },
)

// The error, flat or nested.

const error = { type: "TypeError", message: "x is undefined", stack: "at y" }
check(
  "a nested error, as Python and the Spans API have it",
  { status: "error", meta: { kind: "llm", error } },
  { status: "error", error },
)
check(
  "a flat error, as Node has it",
  {
    status: "error",
    meta: {
      "span.kind": "llm",
      "error.type": "TypeError",
      "error.message": "x is undefined",
      "error.stack": "at y",
    },
  },
  { status: "error", error },
)
check("an error without details", { status: "error" }, { status: "error" })
check(
  "an error that leaves the status out",
  { meta: { kind: "llm", error: { message: "no" } } },
  {
    status: "error",
    error: { type: "", message: "no", stack: "" },
  },
)
check(
  "an error of which only the type is known",
  { meta: { kind: "llm", error: { type: "Timeout" } } },
  {
    status: "error",
    error: { type: "Timeout", message: "", stack: "" },
  },
)
check(
  "a status of ok beside a message",
  { status: "ok", meta: { kind: "llm", error: { message: "retried" } } },
  {
    error: { type: "", message: "retried", stack: "" },
  },
)
check("another status", { status: "warn" }, {})
check("an error of null", { meta: { kind: "llm", error: null } }, {})

// Who and where: fields before tags, the span's own before the envelope's.

check(
  "ml_app in the tags, as SDKs send it",
  { tags: ["ml_app:wire-app"] },
  { ml_app: "wire-app", tags: ["ml_app:wire-app"] },
)
check("ml_app of the envelope", {}, { ml_app: "shop" }, { ml_app: "shop", tags: [] })
check(
  "ml_app in the envelope's tags",
  {},
  { ml_app: "shop", tags: ["ml_app:shop"] },
  { tags: ["ml_app:shop"] },
)
check(
  "ml_app: the span's tag before the envelope's tag and field",
  { tags: ["ml_app:own"] },
  { ml_app: "own", tags: ["ml_app:shared", "ml_app:own"] },
  { ml_app: "shop", tags: ["ml_app:shared"] },
)
check(
  "ml_app: the span's field before its tag",
  { ml_app: "field", tags: ["ml_app:tag"] },
  { ml_app: "field", tags: ["ml_app:tag"] },
)
check(
  "a user's tag comes last and overrides",
  { tags: ["env:dev", "version:1", "env:override"] },
  {
    env: "override",
    version: "1",
    tags: ["env:dev", "version:1", "env:override"],
  },
)
check(
  "a value with colons and commas",
  { tags: ["service:a:b,c"] },
  { service: "a:b,c", tags: ["service:a:b,c"] },
)
check(
  "an empty value, as unset settings arrive",
  { tags: ["env:", "version:"] },
  { tags: ["env:", "version:"] },
)
check("a tag that only begins like another", { tags: ["envy:dev", "env"] }, { tags: ["envy:dev", "env"] })
check(
  "service as a field, from Java",
  { service: "field", tags: ["service:tag"] },
  { service: "field", tags: ["service:tag"] },
)
check(
  "tags as a map",
  { tags: { env: "dev", count: 3, flag: true, list: ["a", "b"], none: null } },
  {
    env: "dev",
    tags: ["env:dev", "count:3", "flag:true", "list:a", "list:b", "none:"],
  },
)

check("the session as a field", { session_id: "sess-42" }, { session_id: "sess-42" })
check(
  "the session as a tag",
  { tags: ["session_id:sess-42"] },
  { session_id: "sess-42", tags: ["session_id:sess-42"] },
)
check("the session of the envelope", {}, { session_id: "sess-42" }, { session_id: "sess-42", tags: [] })
check(
  "the session: field, then tag, then envelope",
  { session_id: "field", tags: ["session_id:tag"] },
  { session_id: "field", tags: ["session_id:tag"] },
  { session_id: "envelope", tags: [] },
)
check("a session that is a number, as Node passes it on", { session_id: 42 }, { session_id: "42" })
check("a session is exact text", { session_id: " 0042 " }, { session_id: " 0042 " })

check("the join key as a field", { feedback_join_key: "ticket-981" }, { feedback_join_keys: ["ticket-981"] })
check(
  "the join key as a tag",
  { tags: ["feedback_join_key:ticket-981"] },
  {
    feedback_join_keys: ["ticket-981"],
    tags: ["feedback_join_key:ticket-981"],
  },
)
check(
  "the envelope's join key",
  {},
  { feedback_join_keys: ["ticket-981"] },
  { feedback_join_key: "ticket-981", tags: [] },
)
check(
  "the envelope's join key only where the span has no field",
  { feedback_join_key: "own" },
  { feedback_join_keys: ["own"] },
  { feedback_join_key: "shared", tags: [] },
)
check(
  "every join key counts, once, exactly as it was written",
  {
    feedback_join_key: "A",
    tags: ["feedback_join_key:a", "feedback_join_key: A:b ", "feedback_join_key:A", "feedback_join_key:"],
  },
  {
    feedback_join_keys: ["A", "shared", "a", " A:b "],
    tags: [
      "feedback_join_key:shared",
      "feedback_join_key:a",
      "feedback_join_key: A:b ",
      "feedback_join_key:A",
      "feedback_join_key:",
    ],
  },
  { tags: ["feedback_join_key:shared"] },
)

// Ids.

for (const parent_id of ["undefined", "0", "", null, undefined, 0]) {
  check(`no parent: ${JSON.stringify(parent_id)}`, { parent_id }, { parent_id: "" })
}
check("a parent", { parent_id: "8739371203765590348" }, { parent_id: "8739371203765590348" })
check("a parent in hex", { parent_id: "00f067aa0ba902b7" }, { parent_id: "00f067aa0ba902b7" })
check("a parent that is a small number", { parent_id: 17 }, { parent_id: "17" })
check(
  "ids are kept as they were spelled",
  { trace_id: "0X00AB", span_id: "-0005" },
  { trace_id: "0X00AB", span_id: "-0005" },
)
check(
  "ids of 5,000 characters",
  { trace_id: "t".repeat(5_000), span_id: "日本語" },
  { trace_id: "t".repeat(5_000), span_id: "日本語" },
)
check(
  "the tracer's trace id",
  { _dd: { apm_trace_id: "6b039df80000000006a062641c29acda" } },
  {
    apm_trace_id: "6b039df80000000006a062641c29acda",
  },
)
check(
  "the tracer's trace id under its older name",
  { _dd: { span_id: "1", trace_id: "6b03" } },
  { apm_trace_id: "6b03" },
)
check("the tracer's trace id in the Spans API", { apm_trace_id: "6b03" }, { apm_trace_id: "6b03" })

// Times.

check(
  "a start beyond what a JS number holds exactly, as digits",
  { start_ns: "1795399160267038523" },
  { start_ns: "1795399160267038523" },
)
check(
  "a start as Node writes it",
  { start_ns: JSON.parse("1795399160267038500") },
  { start_ns: "1795399160267038500" },
)
check("a start in 1970", { start_ns: 0 }, { start_ns: "0" })
check("a start before it", { start_ns: -5 }, { start_ns: "-5" })
check(
  "a start in 2999, in more than 64 bits",
  { start_ns: 32_503_680_000_000_000_000 },
  { start_ns: "32503680000000000000" },
)
check("a start of 10 ** 30", { start_ns: 1e30 }, { start_ns: "1000000000000000019884624838656" })
check("a start with a fraction", { start_ns: 1.6 }, { start_ns: "2" })
check("a duration", { duration: 17_467_529 }, { duration_ns: 17_467_529 })
check("a duration with a fraction", { duration: 1.6 }, { duration_ns: 2 })
check("a duration of null, which was NaN", { duration: null }, { duration_ns: 0 })
check("a negative duration, from a clock that was set back", { duration: -5_000 }, { duration_ns: 0 })
check("the longest duration", { duration: Number.MAX_SAFE_INTEGER }, { duration_ns: Number.MAX_SAFE_INTEGER })

// What happened.

check(
  "what a model was asked and answered",
  {
    name: "chat",
    meta: {
      kind: "llm",
      model_name: "gpt-4o",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "Weather?" }] },
      output: { messages: [] },
      metadata: { temperature: 0.2 },
      tool_definitions: [{ name: "get_weather" }],
    },
    metrics: { input_tokens: 21, my_metric: 1.5 },
  },
  {
    name: "chat",
    model_name: "gpt-4o",
    model_provider: "openai",
    input: { messages: [{ role: "user", content: "Weather?" }] },
    output: { messages: [] },
    metadata: { temperature: 0.2 },
    metrics: { input_tokens: 21, my_metric: 1.5 },
    meta: { tool_definitions: [{ name: "get_weather" }] },
  },
)
check(
  "an experiment's input and output are any JSON",
  { meta: { kind: "experiment", input: 17, output: [false] } },
  {
    span_kind: "experiment",
    input: 17,
    output: [false],
  },
)
check(
  "metrics that are no numbers are left out",
  { metrics: { a: 1, b: "2", c: null, d: true, e: {}, f: 0, g: JSON.parse("1e400") } },
  {
    metrics: { a: 1, f: 0 },
  },
)
check("metrics that are no object", { metrics: [1] }, {})
check("names and models that are no texts", { name: { a: 1 }, meta: { kind: "llm", model_name: ["x"] } }, {})
check("what nobody knows is ignored", { color: "blue", _dd: { stage: "raw" } }, {})

// What cannot be used.

for (const item of [null, "span", 5, [bare]]) {
  refused(JSON.stringify(item).slice(0, 10), item, "/spans/0: A span is a JSON object.")
}
for (const id of ["trace_id", "span_id"]) {
  for (const value of [undefined, null, "", {}, []]) {
    refused(
      `${id} ${JSON.stringify(value)}`,
      { ...bare, [id]: value },
      `/spans/0/${id}: ${id} is needed: a string.`,
    )
  }
  const number = `/spans/0/${id}: ${id} must be a string: a JSON number cannot hold a 64-bit id.`
  refused(`${id} as a number`, { ...bare, [id]: 5 }, number)
}
refused(
  "a parent that a JSON number cannot hold",
  { ...bare, parent_id: 2 ** 60 },
  "/spans/0/parent_id: parent_id must be a string: a JSON number cannot hold a 64-bit id.",
)
const whole = "a whole number of epoch nanoseconds, better as a string of digits, which keeps them all"
refused("no start", { ...bare, start_ns: undefined }, `/spans/0/start_ns: start_ns is needed: ${whole}.`)
refused("a start of null", { ...bare, start_ns: null }, `/spans/0/start_ns: start_ns is needed: ${whole}.`)
for (const start_ns of ["", "soon", "1.5", "2026-11-22T00:00:00Z", 1e38, -1e300, "9".repeat(39), true, {}]) {
  refused(
    `a start of ${JSON.stringify(start_ns)}`,
    { ...bare, start_ns },
    `/spans/0/start_ns: start_ns must be ${whole}.`,
  )
}
for (const duration of ["17", 2 ** 53, 1e300, true, {}]) {
  refused(
    `a duration of ${JSON.stringify(duration)}`,
    { ...bare, duration },
    "/spans/0/duration: duration must be a number of nanoseconds below 2^53.",
  )
}
refused(
  "all that is wrong is said at once",
  { duration: "long" },
  "/spans/0/trace_id: trace_id is needed: a string.",
  "/spans/0/span_id: span_id is needed: a string.",
  `/spans/0/start_ns: start_ns is needed: ${whole}.`,
  "/spans/0/duration: duration must be a number of nanoseconds below 2^53.",
)

test("a span nests 1,000 levels and no more", () => {
  const deep = (levels: number): Fields => {
    let value: Fields = {}
    for (let level = 1; level < levels; level += 1) value = { a: value }
    return { ...bare, meta: value }
  }
  expect(readSpan(deep(999), "/spans/0", noDefaults)).toMatchObject({ span_id: bare.span_id })
  expect(readSpan(deep(1_000), "/spans/0", noDefaults)).toEqual([
    { code: "too_deep", pointer: "/spans/0", detail: "The span nests deeper than 1000 levels." },
  ])
})

test("a span is sampled out when its client says 0", () => {
  const decided = (decision: unknown) => sampledOut({ ...bare, _dd: { sampling_decision: decision } })
  expect(["0", 0].map(decided)).toEqual([true, true])
  expect(["1", 1, undefined, null, "", "00", false].map(decided)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
    false,
  ])
  expect([null, "x", [], {}, { _dd: null }, { _dd: "0" }].map(sampledOut)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ])
})

test("tags are texts", () => {
  expect(tagList(["a:1", 5, true, null, {}, ["b"]])).toEqual(["a:1", "5", "true"])
  expect(tagList({ a: [1, [2], null, "x"], b: {} })).toEqual(["a:1", "a:", "a:", "a:x", "b:"])
  expect([undefined, null, "a:1", 5].map(tagList)).toEqual([[], [], [], []])
})

test("a scalar has a text", () => {
  expect(["a", "", 5, 1.5, true, false].map(text)).toEqual(["a", "", "5", "1.5", "true", "false"])
  expect([null, undefined, {}, [], ["a"]].map(text)).toEqual(["", "", "", "", ""])
})
