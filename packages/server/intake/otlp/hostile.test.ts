import { Evaluation, Feedback, Span, SpanContent } from "@sayso/protocol/event.ts"
import fc from "fast-check"
import { Compile } from "typebox/compile"
import { expect, test } from "vitest"
import { createBag, parsed, unquoted } from "./attributes.ts"
import { readContents } from "./contents.ts"
import type { Attributes, OtlpEvent, OtlpLog, OtlpSpan, Value } from "./model.ts"
import { readOtlpLogs, readOtlpTraces } from "./otlp.ts"
import { readEvaluation, type Results } from "./results.ts"
import { readSpan } from "./span.ts"

// Attributes are foreign: whatever they hold, a span comes out that is what its schema says.

const isSpan = Compile(Span)
const isContent = Compile(SpanContent)
const isFeedback = Compile(Feedback)
const isEvaluation = Compile(Evaluation)

/** Keys that are read somewhere, so that odd values meet every reader. */
const keys = [
  "ml_app",
  "session.id",
  "user.id",
  "feedback_join_key",
  "metadata",
  "_dd.ml_obs.metadata",
  "tag.tags",
  "error.type",
  "gen_ai.operation.name",
  "gen_ai.system_instructions",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.prompt",
  "gen_ai.event.content",
  "gen_ai.tool.definitions",
  "gen_ai.tool.call.arguments",
  "gen_ai.retrieval.documents",
  "gen_ai.retrieval.query.text",
  "gen_ai.response.finish_reasons",
  "gen_ai.response.id",
  "gen_ai.request.__proto__",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.__proto__",
  "gen_ai.evaluation.name",
  "gen_ai.evaluation.score.value",
  "gen_ai.evaluation.score.label",
  "gen_ai.prompt.0.role",
  "gen_ai.prompt.0.content",
  "gen_ai.prompt.0.tool_calls.0.arguments",
  "gen_ai.completion.0.function_call.name",
  "openinference.span.kind",
  "llm.input_messages.0.message.role",
  "llm.input_messages.0.message.content",
  "llm.input_messages.0.message.__proto__",
  "llm.input_messages.0.message.contents.0.message_content.type",
  "llm.input_messages.0.message.contents.0.message_content.text",
  "llm.input_messages.9999.message.tool_calls.0.tool_call.function.arguments",
  "llm.input_messages.4294967295.message.content",
  "llm.prompts.0.prompt.text",
  "llm.invocation_parameters",
  "llm.prompt_template.variables",
  "llm.tools.0.tool.json_schema",
  "llm.token_count.total",
  "llm.cost.total",
  "input.value",
  "input.mime_type",
  "output.value",
  "embedding.embeddings.0.embedding.text",
  "embedding.embeddings.0.embedding.vector",
  "retrieval.documents.0.document.content",
  "retrieval.documents.0.document.metadata",
  "annotations.0.annotation.name",
  "annotations.0.annotation.score",
  "annotations.0.annotation.label",
  "annotations.0.annotation.annotator_kind",
  "annotations.0.annotation.identifier",
  "annotations.0.annotation.metadata",
  "session.annotations.0.annotation.name",
  "session.annotations.0.annotation.score",
  "trace.annotations.0.annotation.explanation",
  "traceloop.span.kind",
  "traceloop.entity.input",
  "traceloop.association.properties.__proto__",
  "llm.request.functions.0.name",
  "db.query.result.metadata",
  "ai.operationId",
  "ai.prompt",
  "ai.prompt.messages",
  "ai.prompt.tools",
  "ai.response.text",
  "ai.response.toolCalls",
  "ai.response.files",
  "ai.values",
  "ai.ranking",
  "ai.telemetry.metadata.tags",
  "ai.telemetry.metadata.__proto__",
  "ai.settings.context.sessionId",
  "ai.usage.tokens",
  "__proto__",
  "constructor",
  "toString",
]

const message = {
  role: fc.constantFrom<unknown>("user", "tool", null, 5, {}),
  content: fc.oneof(fc.string(), fc.constant(null), fc.jsonValue({ maxDepth: 2 })),
  parts: fc.array(
    fc.record(
      {
        type: fc.constantFrom<unknown>(
          "text",
          "reasoning",
          "tool_call",
          "tool-result",
          "blob",
          "x",
          null,
          [],
        ),
        content: fc.jsonValue({ maxDepth: 1 }),
        text: fc.jsonValue({ maxDepth: 1 }),
        id: fc.jsonValue({ maxDepth: 1 }),
        arguments: fc.jsonValue({ maxDepth: 1 }),
        output: fc.jsonValue({ maxDepth: 1 }),
        function: fc.jsonValue({ maxDepth: 1 }),
        __proto__: fc.constant(null),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    { maxLength: 3 },
  ),
  tool_calls: fc.jsonValue({ maxDepth: 3 }),
  function_call: fc.jsonValue({ maxDepth: 1 }),
}
const messages = fc.array(fc.record(message, { requiredKeys: [], noNullPrototype: true }), { maxLength: 3 })

const value = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    "LLM",
    "EMBEDDING",
    "chat",
    "HUMAN",
    "pass",
    '{"',
    "[[",
    "[]",
    "{}",
    '"a"',
    '"\\ud800"',
  ),
  fc.constantFrom<unknown>(0, -1, 0.5, Number.NaN, Infinity, 1e300, true, false, null, "9".repeat(40)),
  fc.constantFrom<unknown>('{"__proto__":{"polluted":true}}', '[{"__proto__":[]}]', '{"\\ud800":"\\udc00"}'),
  fc.string(),
  messages,
  messages.map((list) => JSON.stringify(list)),
  fc.jsonValue({ maxDepth: 3 }),
  fc.json({ maxDepth: 3 }),
) as fc.Arbitrary<Value>

const attributes = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: fc.string() }),
      value,
    ),
    {
      maxLength: 20,
    },
  )
  .map((entries): Attributes => Object.fromEntries(entries))

const time = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  fc.constantFrom("", "0", "-1", "soon"),
)
const eventNames = [
  "exception",
  "gen_ai.user.message",
  "gen_ai.choice",
  "gen_ai.client.inference.operation.details",
  "gen_ai.content.prompt",
  "gen_ai.evaluation.result",
  "db.query.result",
  "__proto__",
]
const event: fc.Arbitrary<OtlpEvent> = fc.record({
  name: fc.constantFrom(...eventNames),
  time_ns: time,
  attributes,
})

const trace_id = "6b039df8000000006f88f242fcf83b93"
const span_id = "175e0b1e58f7833f"

const anySpan: fc.Arbitrary<OtlpSpan> = fc.record({
  trace_id: fc.constant(trace_id),
  span_id: fc.constant(span_id),
  parent_id: fc.constantFrom("", "0000000000000000", "00f067aa0ba902b7"),
  name: fc.string(),
  start_ns: time,
  end_ns: time,
  attributes,
  events: fc.array(event, { maxLength: 3 }),
  links: fc.constant([]),
  status: fc.record({ code: fc.constantFrom(0, 1, 2, 7), message: fc.string() }),
})
const origin = fc.record({
  resource: attributes,
  scope: fc.record({ name: fc.string(), version: fc.string() }),
})

function holds({ metrics, bad }: Results): void {
  for (const metric of metrics) {
    const schema = metric.event_kind === "feedback" ? isFeedback : isEvaluation
    expect(schema.Errors(metric)).toEqual([])
    expect(metric.label).not.toContain(".")
  }
  for (const { problems } of bad) expect(problems).toHaveLength(1)
}

const runs = { numRuns: 600 }

test("every span is what its schema says, and so is all that it carries", () => {
  fc.assert(
    fc.property(anySpan, origin, (item, from) => {
      const results: Results = { metrics: [], bad: [] }
      const before = JSON.stringify([item, from])
      const span = readSpan({ item, origin: from, at: "/0" }, results)
      expect(isSpan.Errors(span)).toEqual([])
      expect(Object.keys(span)).toEqual(Object.keys(Span.properties))
      expect(Number.isSafeInteger(span.duration_ns)).toBe(true)
      expect(Object.values(span.metrics).every(Number.isFinite)).toBe(true)
      expect(new Set(span.tags).size).toBe(span.tags.length)
      holds(results)
      // The same attributes may stand in other spans of the body.
      expect(JSON.stringify([item, from])).toBe(before)
    }),
    runs,
  )
  expect({}).not.toHaveProperty("polluted")
})

test("every text and number of a span is found again somewhere", () => {
  const plain = fc.oneof(fc.stringMatching(/^[a-z]{6,12}$/), fc.integer({ min: 100_000, max: 9_999_999 }))
  const entry = fc.tuple(fc.constantFrom(...keys.filter((key) => !/mime_type|annotation/.test(key))), plain)
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
      const item = {
        trace_id,
        span_id,
        parent_id: "",
        name: "",
        start_ns: "0",
        end_ns: "0",
        events: [],
        links: [],
      }
      const said = Object.fromEntries(entries)
      const span = readSpan(
        {
          item: { ...item, attributes: said, status: { code: 2, message: "" } },
          origin: { resource: {}, scope: { name: "", version: "" } },
          at: "/0",
        },
        { metrics: [], bad: [] },
      )
      const kept = JSON.stringify(span)
      for (const value of Object.values(said)) expect(kept).toContain(String(value))
    }),
    runs,
  )
})

test("every evaluation and every message of a log record is what its schema says", () => {
  const log: fc.Arbitrary<OtlpLog> = fc.record({
    trace_id: fc.constantFrom("", trace_id),
    span_id: fc.constantFrom("", span_id),
    event_name: fc.constantFrom(...eventNames),
    time_ns: time,
    body: value,
    attributes,
  })
  fc.assert(
    fc.property(fc.array(log, { maxLength: 4 }), (logs) => {
      const { contents, dropped } = readContents(logs)
      for (const content of contents) {
        expect(isContent.Errors(content)).toEqual([])
        expect(content.input.length + content.output.length).toBeGreaterThan(0)
      }
      expect(dropped).toBeLessThanOrEqual(logs.length)
      const results: Results = { metrics: [], bad: [] }
      for (const item of logs) {
        const about = {
          trace_id: item.trace_id,
          span_id: item.span_id,
          session_id: "",
          ml_app: "",
          timestamp_ms: 0,
          at: "",
        }
        readEvaluation(createBag(item.attributes), about, results)
      }
      expect(results.metrics.length + results.bad.length).toBe(logs.length)
      holds(results)
    }),
    runs,
  )
})

test("a text that nests deeply stays a text", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
  expect(parsed(deep)).toBe(deep)
  const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`
  expect(parsed(nested(100))).not.toBe(nested(100))
  expect(parsed(nested(101))).toBe(nested(101))
})

test("JSON in texts", () => {
  expect(parsed(' {"a":NaN} ')).toEqual({ a: null })
  expect(parsed('["\\ud800"]')).toEqual(["\ufffd"])
  expect(["", "a", "5", "null", "[1", "{]", '"a"', 5, true, null].map(parsed)).toEqual([
    "",
    "a",
    "5",
    "null",
    "[1",
    "{]",
    '"a"',
    5,
    true,
    null,
  ])
  expect(['"a"', '"\\ud800"', '"', "a", "[1]", 5].map(unquoted)).toEqual(["a", "\ufffd", '"', "a", [1], 5])
})

test("many attributes, many items of a list, many events", () => {
  const list = (count: number, make: (index: number) => [string, Value]): Attributes =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)))
  const bare = { trace_id, span_id, parent_id: "", name: "", start_ns: "0", end_ns: "0", links: [] }
  const none = { code: 0, message: "" }
  const nobody = { resource: {}, scope: { name: "", version: "" } }
  const read = (attributes: Attributes, events: OtlpEvent[] = []): Span =>
    readSpan(
      { item: { ...bare, attributes, events, status: none }, origin: nobody, at: "/0" },
      { metrics: [], bad: [] },
    )
  expect(read(list(50_000, (index) => [`key.${index}`, index])).tags).toHaveLength(50_000)
  expect(read(list(10_001, (index) => [`llm.input_messages.${index}.message.content`, "a"]))).toMatchObject({
    input: { messages: { length: 10_000 } },
    tags: ["llm.input_messages.10000.message.content:a"],
  })
  const event = { name: "gen_ai.user.message", time_ns: "1", attributes: { content: "hi" } }
  expect(
    read(
      {},
      Array.from({ length: 20_000 }, () => event),
    ),
  ).toMatchObject({
    input: { messages: { length: 20_000 } },
  })
})

test("more of something than a call has arguments", () => {
  const count = 300_000
  const thoughts = Array.from({ length: count }, () => ({ type: "reasoning", content: "hm" }))
  const many = { "gen_ai.event.content": { content: thoughts } }
  const log = { trace_id, span_id, event_name: "gen_ai.user.message", time_ns: "1", attributes: {} }
  const { contents } = readContents([
    { ...log, body: "hi" },
    { ...log, body: { content: thoughts } },
  ])
  expect(contents[0]?.input).toHaveLength(count + 1)
  const item = { trace_id, span_id, parent_id: "", name: "", start_ns: "0", end_ns: "0", links: [] }
  const attributes = Object.fromEntries(thoughts.map((_, index) => [`app.${index}.session_id`, index]))
  const events = [{ name: "gen_ai.user.message", time_ns: "1", attributes: many }]
  const origin = { resource: {}, scope: { name: "", version: "" } }
  const span = readSpan(
    { item: { ...item, attributes, events, status: { code: 0, message: "" } }, origin, at: "/0" },
    { metrics: [], bad: [] },
  )
  expect(span).toMatchObject({ session_id: "0", input: { messages: { length: count } } })
  expect(span.tags).toHaveLength(count - 1)
})

test("what every result of a span would repeat is left out where it is long", () => {
  const results: Results = { metrics: [], bad: [] }
  const annotation = { "annotation.name": "a", "annotation.score": 1 }
  const attributes = {
    ml_app: "a".repeat(1_025),
    "session.id": "s".repeat(1_025),
    ...Object.fromEntries(
      ["annotations.0.", "session.annotations.0."].flatMap((prefix) =>
        Object.entries(annotation).map(([key, value]) => [prefix + key, value]),
      ),
    ),
  }
  const item = {
    trace_id,
    span_id,
    parent_id: "",
    name: "",
    start_ns: "0",
    end_ns: "0",
    links: [],
    events: [],
  }
  const origin = { resource: {}, scope: { name: "", version: "" } }
  readSpan({ item: { ...item, attributes, status: { code: 0, message: "" } }, origin, at: "/0" }, results)
  expect(results.metrics.map((metric) => metric.ml_app)).toEqual([undefined])
  expect(results.bad.map(({ item }) => item)).toEqual([annotation])
})

test("a body of more events than a body holds", () => {
  const annotations = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`annotations.${index}.annotation.name`, "a"]),
  )
  const attributes = Object.entries(annotations).map(([key, value]) => ({
    key,
    value: { stringValue: value },
  }))
  const spans = Array.from({ length: 6 }, () => ({ traceId: trace_id, spanId: span_id, attributes }))
  const body = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))
  expect(() => readOtlpTraces(body, "json")).toThrow("A body holds at most 50000 events")
})

test("bodies that are none", () => {
  for (const read of [readOtlpTraces, readOtlpLogs]) {
    expect(() => read(Buffer.from("{"), "json")).toThrow()
    expect(read(Buffer.from(""), "protobuf")).toEqual({
      spans: [],
      metrics: [],
      contents: [],
      bad: [],
      dropped: 0,
    })
  }
})
