import { createHash } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import { Evaluation, Feedback, type EvalMetric } from "./event.ts"
import { canonicalJson, contentId, metricContent, metricId } from "./eventId.ts"

const digest = (text: string): string => createHash("sha256").update(text).digest("hex")
const idOf = (metric: EvalMetric, org = "acme"): string => metricId(org, metricContent(metric), digest)

const feedback: Feedback = {
  event_kind: "feedback",
  eval_scope: "span",
  span_id: "1683795535652684607",
  submitter: { id: "user-123", type: "user" },
  label: "stars",
  metric_type: "score",
  score_value: 4,
  timestamp_ms: 1_795_399_160_300,
  ml_app: "wire-app",
  tags: ["ml_app:wire-app", "channel:web"],
  assessment: "pass",
  reasoning: "helpful answer",
  metadata: { page: { path: "/chat", depth: 2 } },
}

const evaluation: Evaluation = {
  event_kind: "evaluation",
  eval_scope: "span",
  join_on: { span: { span_id: "1683795535652684607", trace_id: "6b039df8000000006f88f242fcf83b93" } },
  label: "relevance",
  metric_type: "score",
  score_value: 0.87,
  timestamp_ms: 1_700_000_000_123,
}

/** The same event, said differently. */
function same(title: string, a: EvalMetric, b: EvalMetric) {
  test(`the same id: ${title}`, () => expect(idOf(b)).toBe(idOf(a)))
}

/** Another event. */
function other(title: string, a: EvalMetric, b: EvalMetric) {
  test(`another id: ${title}`, () => expect(idOf(b)).not.toBe(idOf(a)))
}

test("an id is the same for ever: what is stored under it must be found again", () => {
  expect(idOf(feedback)).toBe("b6153e7e-c088-8972-93af-43fcdc6d553b")
  expect(idOf(evaluation)).toBe("ffd78acf-a98e-87f3-875b-a9688e147644")
})

same("keys in another order", feedback, Object.fromEntries(Object.entries(feedback).reverse()) as Feedback)
same("inner keys in another order", feedback, {
  ...feedback,
  submitter: { type: "user", id: "user-123" },
  metadata: { page: { depth: 2, path: "/chat" } },
})
same("an undefined reasoning", evaluation, { ...evaluation, ...({ reasoning: undefined } as object) })
same("tags in another order", feedback, { ...feedback, tags: ["channel:web", "ml_app:wire-app"] })
same("a tag twice", feedback, { ...feedback, tags: ["channel:web", "ml_app:wire-app", "channel:web"] })
same("no tags and an empty list", evaluation, { ...evaluation, tags: [] })
same("undefined members", feedback, {
  ...feedback,
  ...({ trace_id: undefined, text_value: undefined } as object),
})
same("4 and 4.0", feedback, { ...feedback, score_value: JSON.parse("4.0") as number })

other("another target", feedback, { ...feedback, span_id: "1683795535652684608" })
other("another spelling of the target", feedback, { ...feedback, span_id: "175e0b1e58f7833f" })
other("another kind of target", feedback, { ...feedback, eval_scope: "trace" })
other("another submitter", feedback, { ...feedback, submitter: { id: "user-124", type: "user" } })
other("another type of submitter", feedback, { ...feedback, submitter: { id: "user-123", type: "agent" } })
other("no type of submitter", feedback, { ...feedback, submitter: { id: "user-123" } })
other("another label", feedback, { ...feedback, label: "star" })
other("another type", feedback, { ...feedback, metric_type: "json" })
other("another value", feedback, { ...feedback, score_value: 5 })
other("a millisecond later", feedback, { ...feedback, timestamp_ms: feedback.timestamp_ms + 1 })
other("another ml_app", feedback, { ...feedback, ml_app: "web" })
other("one more tag", feedback, { ...feedback, tags: ["ml_app:wire-app", "channel:web", "a:b"] })
other("two tags as one", feedback, { ...feedback, tags: ["ml_app:wire-app,channel:web"] })
other("another assessment", feedback, { ...feedback, assessment: "fail" })
other("another reasoning", feedback, { ...feedback, reasoning: "helpful answer." })
other("other metadata", feedback, { ...feedback, metadata: { page: { path: "/chat", depth: 3 } } })
other("a number as a text", feedback, { ...feedback, metadata: { page: { path: "/chat", depth: "2" } } })
other("another trace of the span", evaluation, {
  ...evaluation,
  join_on: { span: { span_id: "1683795535652684607" } },
})
other("a status", evaluation, { ...evaluation, status: "OK" })
other("an error", evaluation, { ...evaluation, error: { type: "Timeout" } })

test("another id: another org", () => {
  expect(idOf(feedback, "other")).not.toBe(idOf(feedback, "acme"))
})

/** Another value for each field that the schemas know: a field that is added later is missed here, and noticed. */
const changes: Record<string, unknown> = {
  event_kind: "neither",
  eval_scope: "session",
  span_id: "1",
  trace_id: "1",
  session_id: "sess-43",
  feedback_join_key: "ticket-982",
  join_on: { tag: { key: "order", value: "17" } },
  submitter: { id: "user-9" },
  label: "another",
  metric_type: "text",
  categorical_value: "down",
  score_value: 0,
  boolean_value: false,
  json_value: {},
  text_value: "else",
  timestamp_ms: 0,
  ml_app: "else",
  tags: ["a:b"],
  assessment: "fail",
  reasoning: "else",
  metadata: {},
  status: "WARN",
  error: {},
}

for (const [metric, schema] of [
  [feedback, Feedback],
  [evaluation, Evaluation],
] as const) {
  test(`every field of ${metric.event_kind} is part of its id`, () => {
    const silent = Object.keys(schema.properties).filter((name) => {
      const changed = { ...metric, [name]: changes[name] }
      return changes[name] === undefined || idOf(changed) === idOf(metric)
    })
    expect(silent).toEqual([])
  })
}

test("texts with quotes and brackets in one field never pass for another field's", () => {
  const text = fc.string({ unit: fc.constantFrom(...'",[]{}ab\\') })
  fc.assert(
    fc.property(text, text, text, text, (label, reasoning, otherLabel, otherReasoning) => {
      const a = idOf({ ...feedback, label, reasoning })
      const b = idOf({ ...feedback, label: otherLabel, reasoning: otherReasoning })
      expect(a === b).toBe(label === otherLabel && reasoning === otherReasoning)
    }),
    { numRuns: 500 },
  )
})

test("a copy of any value has the same id", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.string()), (json_value, tags) => {
      const copy = backwards(json_value) as Record<string, unknown>
      expect(idOf({ ...feedback, json_value: copy, tags: tags.toReversed() })).toBe(
        idOf({ ...feedback, json_value, tags }),
      )
    }),
  )
})

test("every id is a UUID of version 8 (RFC 9562), whatever the digest", () => {
  const digests = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 64 })
  fc.assert(
    fc.property(digests, (hex) => {
      const id = contentId(["rejected"], () => hex)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(id.replaceAll("-", "").replace(/^(.{12}).(...)./, "$1$2")).toBe(
        hex.slice(0, 32).replace(/^(.{12}).(...)./, "$1$2"),
      )
    }),
  )
})

test("every digit of the digest but the version's is in the id", () => {
  const zero = contentId([], () => "0".repeat(32))
  const lost = Array.from({ length: 32 }, (_, index) => index).filter(
    (index) => contentId([], () => flipped(index)) === zero,
  )
  expect(lost).toEqual([12])
})

/** Zeros with the lowest bit of one digit set. */
function flipped(index: number): string {
  return "0".repeat(index) + "1" + "0".repeat(31 - index)
}

test("ids of other things compare their parts in order", () => {
  expect(contentId(["a", "b"], digest)).toBe(contentId(["a", "b"], digest))
  expect(contentId(["a", "b"], digest)).not.toBe(contentId(["b", "a"], digest))
  expect(contentId(["ab"], digest)).not.toBe(contentId(["a", "b"], digest))
  expect(contentId([{ a: 1, b: 2 }], digest)).toBe(contentId([{ b: 2, a: 1 }], digest))
})

/** A value and its one text. */
function check(value: unknown, expected: string) {
  test(`canonical: ${expected}`, () => expect(canonicalJson(value)).toBe(expected))
}

check({ b: 1, a: 2 }, '{"a":2,"b":1}')
check({ b: { d: 1, c: [{ f: 1, e: 2 }] } }, '{"b":{"c":[{"e":2,"f":1}],"d":1}}')
check({ a: undefined, b: null }, '{"b":null}')
check([1, undefined, null], "[1,null,null]")
check(undefined, "null")
check({ 10: "ten", 9: "nine", a: 1 }, '{"10":"ten","9":"nine","a":1}')
check({ é: 1, z: 2, Z: 3, "": 4 }, '{"":4,"Z":3,"z":2,"é":1}')
check('a "quote" and \u0001', '"a \\"quote\\" and \\u0001"')
check([-0, 1e21, 0.1], "[0,1e+21,0.1]")
check([Number.NaN, Number.POSITIVE_INFINITY], "[null,null]")
check(JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}')

test("canonical JSON says what JSON says, whatever the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(backwards(value))).toBe(text)
      expect(canonicalJson(JSON.parse(text))).toBe(text)
    }),
    { numRuns: 500 },
  )
})

/** The same value with the keys of every object in reverse. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, backwards(member)]),
  )
}

test("values as deep as intake takes them have a canonical text", () => {
  let value: unknown = 1
  for (let level = 0; level < 1_000; level += 1) value = { a: [value] }
  expect(canonicalJson(value)).toBe(JSON.stringify(value))
})
