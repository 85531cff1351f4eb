import { Evaluation, Feedback, Span } from "@sayso/protocol/event.ts"
import fc from "fast-check"
import { Compile } from "typebox/compile"
import { expect, test } from "vitest"
import { readEvalMetrics } from "./evalMetric.ts"
import { sampledOut } from "./span.ts"
import { readSdkSpans, readSpansApi } from "./spansApi.ts"

// Foreign data is parsed once, at the door: whatever these readers let in is what the schemas of the protocol say.

const isFeedback = Compile(Feedback)
const isEvaluation = Compile(Evaluation)
const isSpan = Compile(Span)

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    "",
    "x",
    "a.b",
    0,
    -1,
    1.5,
    1e300,
    Infinity,
    true,
    false,
    [],
    {},
    ["a:b"],
    ["a", 1],
  ),
  fc.jsonValue({ maxDepth: 2 }),
)

/** An object of these members, each as it should be, or missing, or odd. Most are as they should be. */
function almost(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const each = Object.entries(members).map(([name, good]) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof(
        { weight: 24, arbitrary: good },
        { weight: 1, arbitrary: odd },
        { weight: 1, arbitrary: fc.constant(undefined) },
      ),
    ),
  )
  return fc
    .tuple(...each)
    .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)))
}

const maybe = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: good })
const nothing = maybe(odd).filter((value) => value === undefined || value === null)
const id = fc.oneof(fc.string({ minLength: 1 }), fc.bigInt({ min: 1n }).map(String))
const tags = fc.array(fc.oneof(fc.string(), fc.constant("ml_app:web")), { maxLength: 3 })
const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), {
  maxKeys: 2,
  noNullPrototype: true,
})

const answers: Record<string, fc.Arbitrary<unknown>> = {
  categorical: fc.string(),
  // JSON has no -0.
  score: fc.double({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0),
  boolean: fc.boolean(),
  json: object,
  text: fc.string(),
}
const common = {
  label: fc.string({ minLength: 1 }).map((label) => label.replaceAll(".", "-")),
  timestamp_ms: fc.nat(2_000_000_000_000),
  ml_app: maybe(fc.string()),
  tags: maybe(tags),
  assessment: maybe(fc.constantFrom("pass", "fail")),
  reasoning: maybe(fc.string()),
  metadata: maybe(object),
  status: maybe(fc.constantFrom("OK", "WARN", "ERROR")),
  error: maybe(object),
  unknown: maybe(odd),
}

const anyMetric = fc
  .tuple(
    fc.constantFrom("feedback", "evaluation"),
    fc.constantFrom(...Object.keys(answers)),
    fc.nat(3),
    fc.nat(3),
  )
  .chain(([kind, type, target, extra]) => {
    const answer = { metric_type: fc.constant(type), [`${type}_value`]: answers[type] ?? odd }
    const field = ["span_id", "trace_id", "session_id", "feedback_join_key"][target] ?? "span_id"
    const about =
      kind === "feedback"
        ? { [field]: id, submitter: almost({ id, type: maybe(fc.string()) }), join_on: nothing }
        : extra > 0
          ? {
              join_on:
                extra > 1
                  ? almost({ span: almost({ span_id: id, trace_id: maybe(id) }) })
                  : almost({ tag: almost({ key: id, value: fc.string() }) }),
              eval_scope: maybe(fc.constantFrom("span", "trace")),
            }
          : { session_id: id, eval_scope: maybe(fc.constant("session")) }
    return almost({ event_kind: fc.constant(kind), ...about, ...answer, ...common })
  })

const runs = { numRuns: 2_000 }

/** What it says; a member that is undefined says nothing. */
const membersOf = (metric: object): string[] =>
  Object.entries(metric).flatMap(([name, value]) => (value === undefined ? [] : [name]))

/** Reads items that should mostly be good, and holds every event that comes out to its schema. */
function holds(fromSdk: boolean) {
  test(`every eval metric that is taken is what its schema says${fromSdk ? ", from an SDK too" : ""}`, () => {
    let taken = 0
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: anyMetric }, { weight: 1, arbitrary: odd }), {
          minLength: 1,
          maxLength: 3,
        }),
        (items) => {
          const body = { data: { attributes: { metrics: items } } }
          const { metrics, bad } = readEvalMetrics(body, { fromSdk, version: 2 })
          expect(metrics.length + bad.length).toBe(items.length)
          taken += metrics.length
          for (const metric of metrics) {
            const schema = metric.event_kind === "feedback" ? isFeedback : isEvaluation
            expect(schema.Errors(metric)).toEqual([])
            // It is JSON through and through: nothing is lost on the way to the store.
            expect(JSON.parse(JSON.stringify(metric))).toEqual(metric)
            const values = membersOf(metric).filter((name) => name.endsWith("_value"))
            expect(values.every((name) => name === `${metric.metric_type}_value`)).toBe(true)
          }
          for (const { problems, pointer } of bad) {
            expect(problems.length).toBeGreaterThan(0)
            expect(
              problems.every((problem) => problem.pointer.startsWith(pointer) && problem.detail !== ""),
            ).toBe(true)
          }
        },
      ),
      runs,
    )
    expect(taken).toBeGreaterThan(runs.numRuns / 2)
  })
}

holds(false)
holds(true)

test("what a direct call may send means the same from an SDK", () => {
  fc.assert(
    fc.property(anyMetric, (item) => {
      const body = { data: { attributes: { metrics: [item] } } }
      const direct = readEvalMetrics(body, { fromSdk: false, version: 2 })
      if (direct.bad.length > 0 || direct.fromSdk) return
      expect(readEvalMetrics(body, { fromSdk: true, version: 2 }).metrics).toEqual(direct.metrics)
    }),
    runs,
  )
})

test("feedback that is taken has exactly one target, of its scope, a submitter and a value", () => {
  const scopes = { span_id: "span", trace_id: "trace", session_id: "session", feedback_join_key: "external" }
  fc.assert(
    fc.property(anyMetric, (item) => {
      const [metric] = readEvalMetrics(
        { data: { attributes: { metrics: [item] } } },
        { fromSdk: false, version: 2 },
      ).metrics
      if (metric?.event_kind !== "feedback") return
      const given = Object.entries(scopes).filter(([name]) => membersOf(metric).includes(name))
      expect(given.map(([, scope]) => scope)).toEqual([metric.eval_scope])
      expect(metric.submitter.id).not.toBe("")
      expect(membersOf(metric).filter((name) => name.endsWith("_value"))).toHaveLength(1)
      expect(metric.label).not.toContain(".")
    }),
    runs,
  )
})

const anySpan = almost({
  trace_id: id,
  span_id: id,
  parent_id: maybe(id),
  name: fc.string(),
  start_ns: fc.oneof(
    fc.nat(),
    fc.bigInt({ min: 0n, max: 10n ** 19n }).map(String),
    fc.double({ min: 0, max: 1e20, noNaN: true }),
  ),
  duration: fc.oneof(fc.nat(), fc.double({ min: -1e9, max: 1e9, noNaN: true })),
  status: maybe(fc.constantFrom("ok", "error")),
  session_id: maybe(id),
  feedback_join_key: maybe(id),
  ml_app: maybe(fc.string()),
  service: maybe(fc.string()),
  tags: maybe(fc.oneof(tags, object)),
  metrics: maybe(fc.dictionary(fc.string(), fc.oneof(fc.double(), odd))),
  meta: almost({
    kind: maybe(fc.string()),
    input: odd,
    output: odd,
    metadata: maybe(object),
    error: maybe(almost({ type: fc.string(), message: fc.string(), stack: fc.string() })),
    model_name: maybe(fc.string()),
    more: maybe(odd),
  }),
  _dd: maybe(almost({ apm_trace_id: id, sampling_decision: fc.constantFrom("0", "1") })),
})

for (const [title, read] of [
  [
    "the Spans API",
    (spans: unknown[], more: object) => readSpansApi({ data: { attributes: { ...more, spans } } }),
  ],
  ["an SDK", (spans: unknown[], more: object) => readSdkSpans([{ ...more, spans }])],
] as const) {
  test(`every span of ${title} that is taken is what its schema says`, () => {
    const shared = almost({ ml_app: fc.string(), session_id: maybe(id), feedback_join_key: maybe(id), tags })
    let taken = 0
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: anySpan }, { weight: 1, arbitrary: odd }), {
          maxLength: 3,
        }),
        shared,
        (items, more) => {
          const { spans, bad, dropped } = read(items, more)
          expect(dropped).toBe(items.filter(sampledOut).length)
          expect(spans.length + bad.length + dropped).toBe(items.length)
          taken += spans.length
          for (const span of spans) {
            expect(isSpan.Errors(span)).toEqual([])
            expect(Number.isSafeInteger(span.duration_ns)).toBe(true)
            expect(new Set(span.feedback_join_keys).size).toBe(span.feedback_join_keys.length)
            expect(Object.keys(span)).toEqual(Object.keys(Span.properties))
          }
        },
      ),
      runs,
    )
    expect(taken).toBeGreaterThan(runs.numRuns / 2)
  })
}

test("any JSON at all is read or named as bad", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(anySpan), anyMetric), (value) => {
      for (const body of [
        value,
        { data: value },
        { data: { attributes: value } },
        { data: { attributes: { metrics: value, spans: value, tags: value } } },
      ]) {
        for (const fromSdk of [false, true]) {
          const metrics = readEvalMetrics(body, { fromSdk, version: fromSdk ? 1 : 2 })
          expect(metrics.metrics.length + metrics.bad.length).toBeGreaterThan(0)
        }
        expect(readSpansApi(body).dropped).toBeGreaterThanOrEqual(0)
        expect(readSdkSpans(body).dropped).toBeGreaterThanOrEqual(0)
      }
    }),
    { numRuns: 1_000 },
  )
})
