import type { Evaluation, Event, EvalMetric, Feedback, Span, Stamp } from "@sayso/protocol/event.ts"
import { readId } from "@sayso/protocol/ids.ts"
import { dayMs } from "@sayso/protocol/time.ts"
import fc from "fast-check"
import { expect, test } from "vitest"
import { toLine } from "./lines.ts"

type Row = Record<string, unknown>

const arrivedMs = Date.UTC(2026, 10, 22, 12)
const claimedMs = arrivedMs - 5_000
const stamp: Stamp = {
  org: "acme",
  arrivedMs,
  sequence: `${arrivedMs}000007`,
  id: "7d1f71cb-2ee1-872d-8745-1c66f2e657db",
}
const stamped = { org: "acme", arrived: arrivedMs, sequence: `${arrivedMs}000007` }

function rowOf(event: Event): Row {
  return JSON.parse(toLine(event, stamp, "test").line) as Row
}

/** The columns of an event's row that matter here. */
function check(title: string, event: Event, expected: Row) {
  test(title, () => expect(rowOf(event)).toMatchObject(expected))
}

const traceId = "6b039df8000000006f88f242fcf83b93"
const traceKey = "8036939904568540051"
const traceUpper = "7711180675465871360"
const apmTraceId = "6b039df80000000006a062641c29acda"
const spanId = "1683795535652684607"

// Spans.

const span: Span = {
  trace_id: traceId,
  span_id: spanId,
  parent_id: "8739371203765590348",
  apm_trace_id: apmTraceId,
  name: "chat",
  span_kind: "llm",
  ml_app: "wire-app",
  service: "web",
  env: "dev",
  version: "1.0.0",
  session_id: "sess-42",
  user_id: "user-7",
  feedback_join_keys: ["ticket-981", "A:b "],
  tags: ["env:dev", "n:null"],
  status: "error",
  start_ns: `${claimedMs}123456`,
  duration_ns: 17_467_529,
  model_name: "gpt-4o",
  model_provider: "openai",
  input: { messages: [{ role: "user", content: "é\n🙂" }] },
  output: "x",
  metadata: { temperature: 0.2 },
  metrics: { input_tokens: 21, my_metric: 1.5 },
  error: { type: "TypeError", message: "no", stack: "at a\nat b" },
  meta: { tool_definitions: [] },
}
const spanEvent = (changes: Partial<Span> = {}): Event => ({ kind: "span", span: { ...span, ...changes } })

test("the row of a span", () => {
  expect(toLine(spanEvent(), stamp, "sdk-spans").table).toBe("spans")
  expect(rowOf(spanEvent())).toStrictEqual({
    ...stamped,
    trace_id: traceId,
    span_id: spanId,
    parent_id: "8739371203765590348",
    apm_trace_id: apmTraceId,
    trace_key: traceKey,
    span_key: spanId,
    trace_keys: [traceKey, "477489742610017498"],
    trace_uppers: [traceUpper, traceUpper],
    span_keys: [spanId],
    name: "chat",
    span_kind: "llm",
    ml_app: "wire-app",
    service: "web",
    env: "dev",
    version: "1.0.0",
    session_id: "sess-42",
    user_id: "user-7",
    join_keys: ["ticket-981", "A:b "],
    tags: ["env:dev", "n:null"],
    status: "error",
    start_ns: `${claimedMs}123456`,
    duration_ns: 17_467_529,
    model_name: "gpt-4o",
    model_provider: "openai",
    input: '{"messages":[{"role":"user","content":"é\\n🙂"}]}',
    output: '"x"',
    metadata: '{"temperature":0.2}',
    metrics: { input_tokens: 21, my_metric: 1.5 },
    error_type: "TypeError",
    error_message: "no",
    error_stack: "at a\nat b",
    meta: '{"tool_definitions":[]}',
    source: "test",
    time: claimedMs,
  })
})

check("a span without a spelling from the tracer", spanEvent({ apm_trace_id: "" }), {
  trace_keys: [traceKey],
  trace_uppers: [traceUpper],
})
check("a trace whose upper half is empty", spanEvent({ apm_trace_id: "0000000000000000000000000000000a" }), {
  trace_keys: [traceKey, "10"],
  trace_uppers: [traceUpper, "0"],
})
check("a span in hex has the key of its decimal", spanEvent({ span_id: "175e0b1e58f7833f" }), {
  span_key: spanId,
  span_keys: [spanId],
})
check("a negative span, from Java", spanEvent({ span_id: "-1" }), { span_key: "18446744073709551615" })
check(
  "digits that could be both: every reading, the likelier first",
  spanEvent({ span_id: "1000000000000000", trace_id: "7", apm_trace_id: "" }),
  {
    span_key: "1000000000000000",
    span_keys: ["1000000000000000", "1152921504606846976"],
    trace_key: "7",
    trace_keys: ["7"],
    trace_uppers: ["0"],
  },
)
check(
  "an id that is no number has the key of its hash",
  spanEvent({ trace_id: "日本語", apm_trace_id: "" }),
  {
    trace_key: String(readId("日本語")[0].key),
    trace_uppers: ["0"],
  },
)
test("what is empty is left out: the engine puts the same there", () => {
  const empty = {
    parent_id: "",
    tags: [],
    input: null,
    output: undefined,
    error: { type: "", message: "", stack: "" },
  }
  const columns = Object.keys(rowOf(spanEvent(empty)))
  for (const column of ["parent_id", "tags", "input", "output", "error_type", "error_stack"])
    expect(columns).not.toContain(column)
})
check("falsy input is not nothing", spanEvent({ input: 0, output: false }), { input: "0", output: "false" })
check("a start in 1970: the time is the arrival", spanEvent({ start_ns: "5" }), {
  start_ns: "5",
  time: arrivedMs,
})
check("a start in 2999: the time is the arrival", spanEvent({ start_ns: "32503680000000000000" }), {
  start_ns: "32503680000000000000",
  time: arrivedMs,
})
check("a start before the epoch", spanEvent({ start_ns: "-5" }), { start_ns: "-5", time: arrivedMs })
check("a start 400 days ago", spanEvent({ start_ns: `${arrivedMs - 400 * dayMs}000000` }), {
  time: arrivedMs - 400 * dayMs,
})

// Eval metrics.

const common = {
  label: "stars",
  metric_type: "score",
  score_value: 4,
  timestamp_ms: claimedMs,
  ml_app: "wire-app",
  tags: ["ml_app:wire-app", "channel:web"],
  assessment: "pass",
  reasoning: "helpful\nanswer",
  metadata: { page: "/chat" },
} as const
const submitter = { id: "user-123", type: "user" }

/** What the engine puts into an eval metric's row where the line says nothing. */
const nothing = {
  span_id: "",
  trace_id: "",
  session_id: "",
  join_key: "",
  join_tag: "",
  target_keys: [],
  target_uppers: [],
  target_trace_key: "0",
  categorical_value: "",
  score_value: null,
  boolean_value: null,
  text_value: "",
  json_value: "",
  assessment: "",
  reasoning: "",
  submitter_id: "",
  submitter_type: "",
  ml_app: "",
  tags: [],
  metadata: "",
  status: "",
  error: "",
}
const row = { ...stamped, ...nothing, id: stamp.id, source: "test", timestamp_ms: claimedMs, time: claimedMs }

/** The whole row of an eval metric: what the event says, beside what every row has. */
function metric(title: string, event: EvalMetric, expected: Row) {
  test(title, () => {
    const { table, line } = toLine({ kind: "eval_metric", metric: event }, stamp, "test")
    expect(table).toBe("eval_metrics")
    const said = JSON.parse(line) as Row
    expect(Object.values(said), "what is empty is left out").not.toContain("")
    expect({ ...nothing, ...said }).toStrictEqual({
      ...row,
      label: event.label,
      metric_type: event.metric_type,
      ...expected,
    })
  })
}

const thumb = {
  event_kind: "feedback",
  submitter: { id: "ann" },
  label: "thumbs",
  metric_type: "categorical",
  timestamp_ms: claimedMs,
} as const
const feedback = (about: Partial<Feedback>): Feedback => ({
  ...thumb,
  eval_scope: "span",
  categorical_value: "down",
  ...about,
})
const said = { event_kind: "feedback", eval_scope: "span", categorical_value: "down", submitter_id: "ann" }

const all: Feedback = {
  ...common,
  tags: [...common.tags],
  event_kind: "feedback",
  eval_scope: "span",
  span_id: spanId,
  submitter,
}
metric("feedback that says all", all, {
  event_kind: "feedback",
  eval_scope: "span",
  span_id: spanId,
  target_keys: [spanId],
  target_uppers: ["0"],
  score_value: 4,
  assessment: "pass",
  reasoning: "helpful\nanswer",
  submitter_id: "user-123",
  submitter_type: "user",
  ml_app: "wire-app",
  tags: ["channel:web", "ml_app:wire-app"],
  metadata: '{"page":"/chat"}',
})
metric("feedback on a span", feedback({ span_id: "00f067aa0ba902b7" }), {
  ...said,
  span_id: "00f067aa0ba902b7",
  target_keys: ["67667974448284343"],
  target_uppers: ["0"],
})
metric("feedback on a trace", feedback({ eval_scope: "trace", trace_id: traceId }), {
  ...said,
  eval_scope: "trace",
  trace_id: traceId,
  target_keys: [traceKey],
  target_uppers: [traceUpper],
})
metric(
  "feedback on a session has no keys: it matches as exact text",
  feedback({ eval_scope: "session", session_id: "17" }),
  {
    ...said,
    eval_scope: "session",
    session_id: "17",
  },
)
metric(
  "feedback on a join key has none either",
  feedback({ eval_scope: "external", feedback_join_key: "17" }),
  {
    ...said,
    eval_scope: "external",
    join_key: "17",
  },
)
metric(
  "feedback on digits that could be both",
  feedback({ eval_scope: "trace", trace_id: "00000000000000001000000000000000" }),
  {
    ...said,
    eval_scope: "trace",
    trace_id: "00000000000000001000000000000000",
    target_keys: ["1152921504606846976", "1000000000000000"],
    target_uppers: ["0", "0"],
  },
)

const untyped = { ...said, span_id: "7", target_keys: ["7"], target_uppers: ["0"], categorical_value: "" }
const answer = (value: Partial<Feedback>): Feedback => {
  const { categorical_value: _, ...rest } = feedback({ span_id: "7" })
  return { ...rest, ...value }
}
metric("a score of 0", answer({ metric_type: "score", score_value: 0 }), { ...untyped, score_value: 0 })
metric("a score that was no number", answer({ metric_type: "score" }), untyped)
metric("false", answer({ metric_type: "boolean", boolean_value: false }), {
  ...untyped,
  boolean_value: false,
})
metric("an object", answer({ metric_type: "json", json_value: { b: 1, a: [null] } }), {
  ...untyped,
  json_value: '{"a":[null],"b":1}',
})
metric("a comment", answer({ metric_type: "text", text_value: "Great, merci é 😀" }), {
  ...untyped,
  text_value: "Great, merci é 😀",
})

const evaluation = (about: Partial<Evaluation>): Evaluation => ({
  event_kind: "evaluation",
  eval_scope: "span",
  label: "relevance",
  metric_type: "score",
  score_value: 0.87,
  timestamp_ms: claimedMs,
  ...about,
})
const scored = { event_kind: "evaluation", eval_scope: "span", score_value: 0.87 }

metric(
  "an evaluation of a span names its trace",
  evaluation({ join_on: { span: { span_id: spanId, trace_id: traceId } } }),
  {
    ...scored,
    span_id: spanId,
    trace_id: traceId,
    target_keys: [spanId],
    target_uppers: ["0"],
    target_trace_key: traceKey,
  },
)
metric("an evaluation of a span alone", evaluation({ join_on: { span: { span_id: spanId } } }), {
  ...scored,
  span_id: spanId,
  target_keys: [spanId],
  target_uppers: ["0"],
})
metric(
  "an evaluation of a trace is about the trace's id",
  evaluation({ eval_scope: "trace", join_on: { span: { span_id: spanId, trace_id: traceId } } }),
  {
    ...scored,
    eval_scope: "trace",
    span_id: spanId,
    trace_id: traceId,
    target_keys: [traceKey],
    target_uppers: [traceUpper],
  },
)
metric(
  "an evaluation of a trace that gives only its root span",
  evaluation({ eval_scope: "trace", join_on: { span: { span_id: spanId } } }),
  {
    ...scored,
    eval_scope: "trace",
    span_id: spanId,
    target_keys: [spanId],
    target_uppers: ["0"],
  },
)
metric("an evaluation of a session", evaluation({ eval_scope: "session", session_id: "sess-42" }), {
  ...scored,
  eval_scope: "session",
  session_id: "sess-42",
})
metric(
  "an evaluation of the span with a tag",
  evaluation({ join_on: { tag: { key: "order", value: "17:b" } } }),
  {
    ...scored,
    join_tag: "order:17:b",
  },
)
metric(
  "an evaluation that failed",
  evaluation({ join_on: { span: { span_id: "7" } }, status: "ERROR", error: { type: "Timeout" } }),
  {
    ...scored,
    span_id: "7",
    target_keys: ["7"],
    target_uppers: ["0"],
    status: "ERROR",
    error: '{"type":"Timeout"}',
  },
)

for (const [title, timestamp_ms, time] of [
  ["1970", 0, arrivedMs],
  ["2999", Date.UTC(2999, 0), arrivedMs],
  ["the largest number", Number.MAX_SAFE_INTEGER, arrivedMs],
  ["23 hours ahead", arrivedMs + 23 * 3_600_000, arrivedMs + 23 * 3_600_000],
] as const) {
  check(
    `claimed: ${title}`,
    { kind: "eval_metric", metric: feedback({ span_id: "7", timestamp_ms }) },
    { timestamp_ms, time, arrived: arrivedMs },
  )
}

// The other two.

test("the row of a withdrawal", () => {
  const event: Event = { kind: "withdrawal", withdrawal: { event_id: stamp.id, reason: "by mistake" } }
  expect(toLine(event, stamp, "api").table).toBe("withdrawals")
  expect(rowOf(event)).toStrictEqual({ ...stamped, event_id: stamp.id, reason: "by mistake", source: "test" })
})

test("the row of messages that came apart from their span", () => {
  const input = [{ role: "user", content: "hi" }]
  const content = { trace_id: traceId, span_id: "00f067aa0ba902b7", input, output: [], time_ns: "17" }
  expect(toLine({ kind: "content", content }, stamp, "otlp-logs").table).toBe("span_contents")
  expect(rowOf({ kind: "content", content })).toStrictEqual({
    ...stamped,
    id: stamp.id,
    trace_id: traceId,
    span_id: "00f067aa0ba902b7",
    trace_keys: [traceKey],
    trace_uppers: [traceUpper],
    span_keys: ["67667974448284343"],
    input: '[{"role":"user","content":"hi"}]',
    time_ns: "17",
    source: "test",
  })
})

test("the row of a rejected event", () => {
  const rejected = { format: "eval-metric", code: "bad_body", detail: "No.", pointer: "/0", body: "{}" }
  expect(toLine({ kind: "rejected", rejected }, stamp, "test").table).toBe("rejected")
  expect(rowOf({ kind: "rejected", rejected })).toStrictEqual({ ...stamped, id: stamp.id, ...rejected })
})

test("any texts and ids give one line of JSON, which says them again", () => {
  const unit = fc.oneof(fc.string(), fc.constantFrom("\n", "\r\n", "\u2028", '"', "\\", "\u0000"))
  const anyText = fc.array(unit).map((parts) => parts.join(""))
  fc.assert(
    fc.property(anyText, anyText, fc.dictionary(fc.string(), fc.jsonValue()), (id, words, object) => {
      const metric = feedback({ span_id: id, reasoning: words, metadata: object })
      for (const event of [
        { kind: "eval_metric", metric },
        spanEvent({ span_id: id, trace_id: words, name: words, meta: object, tags: [words] }),
        { kind: "withdrawal", withdrawal: { event_id: id, reason: words } },
      ] as const) {
        const { line } = toLine(event, stamp, "test")
        expect(line).not.toMatch(/[\n\r]/)
        // What is empty is left out.
        expect(["", ...Object.values(JSON.parse(line) as Row)]).toContain(words)
      }
    }),
  )
})
