import { hash } from "node:crypto"
import { gzipSync } from "node:zlib"
import { expect, test } from "vitest"
import { Fault } from "@sayso/protocol/errors.ts"
import { toLine } from "../store/lines.ts"
import { createTake, placesFor, type Job, type Taken } from "./take.ts"

const take = createTake({ toLine, digest: (text) => hash("sha256", text), estimateCosts: () => ({}) })
const limits = {
  bodyBytes: 100_000,
  events: 3,
  depth: 1_000,
  fieldChars: 100_000,
  tags: 1_000,
  tagChars: 65_536,
}
const job = (format: Job["format"], body: unknown, more: Partial<Job> = {}): Job => ({
  format,
  bytes: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  encoding: "",
  mediaType: "application/json",
  fromSdk: false,
  version: 2,
  org: "acme",
  arrivedMs: 1_700_000_000_000,
  places: { ms: 1_700_000_000_000, first: 0 },
  limits,
  ...more,
})

const vote = (label: string, more: object = {}): object => ({
  event_kind: "feedback",
  session_id: "s",
  label,
  metric_type: "boolean",
  boolean_value: true,
  timestamp_ms: 1,
  submitter: { id: "u" },
  ...more,
})
const metrics = (...items: unknown[]): object => ({ data: { attributes: { metrics: items } } })
const span = (span_id: string, more: object = {}): object => ({
  trace_id: "1",
  span_id,
  start_ns: 1,
  ...more,
})
const spans = (...items: unknown[]): object => ({ data: { attributes: { spans: items } } })
const otlp = (...items: object[]): object => ({ resourceSpans: [{ scopeSpans: [{ spans: items }] }] })
const otlpSpan = (name: string): object => ({
  traceId: "00000000000000000000000000000001",
  spanId: "0000000000000001",
  name,
  startTimeUnixNano: "1",
  endTimeUnixNano: "2",
})

/** How many rows of each table, or the code of the refusal. */
function outcome(asked: Job): string {
  try {
    return tables(take(asked))
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}

function tables({ batches, sampledOut, answer }: Taken): string {
  const rows = batches.map((batch) => {
    expect(String(batch.bytes).trimEnd().split("\n")).toHaveLength(batch.rows)
    return `${batch.rows} ${batch.stream}`
  })
  return [
    ...rows.toSorted(),
    ...(sampledOut > 0 ? [`${sampledOut} dropped`] : []),
    ...(answer.status ? [`answers ${answer.status}`] : []),
  ].join(", ")
}

function check(name: string, asked: Job, expected: string) {
  test(name, () => expect(outcome(asked)).toBe(expected))
}

const fromSdk = { fromSdk: true }
check("a direct call", job("eval-metric", metrics(vote("a"), vote("b"))), "2 eval_metrics")
check("with one bad item is refused whole", job("eval-metric", metrics(vote("a"), 1)), "bad_body")
check(
  "an SDK's good items are kept beside the bad",
  job("eval-metric", metrics(vote("a"), 1), fromSdk),
  "1 eval_metrics, 1 rejected",
)
check(
  "an SDK's mark in the items does the same",
  job("eval-metric", metrics(vote("a", { tags: ["ddtrace.version:1"] }), 1)),
  "1 eval_metrics, 1 rejected",
)
check("spans", job("spans-api", spans(span("1"))), "1 spans")
check("bad spans", job("spans-api", spans(span("1"), 1)), "bad_body")
check(
  "bad spans with an SDK's mark",
  job("spans-api", spans(span("1", { tags: ["ddtrace.version:1"] }), 1)),
  "1 rejected, 1 spans",
)
check(
  "an SDK's spans",
  job("sdk-spans", [{ spans: [span("1"), 1, span("2", { _dd: { sampling_decision: "0" } })] }]),
  "1 rejected, 1 spans, 1 dropped",
)
check("OTLP", job("otlp-traces", otlp(otlpSpan("a"))), "1 spans")

check(
  "as many events as there may be",
  job("eval-metric", metrics(vote("a"), vote("b"), vote("c"))),
  "3 eval_metrics",
)
for (const [format, body] of [
  ["eval-metric", metrics(vote("a"), vote("b"), vote("c"), vote("d"))],
  ["spans-api", spans(span("1"), span("2"), span("3"), span("4"))],
  ["sdk-spans", [{ spans: [span("1"), span("2")] }, { spans: [span("3"), 4] }]],
  ["otlp-traces", otlp(otlpSpan("a"), otlpSpan("b"), otlpSpan("c"), otlpSpan("d"))],
] as const) {
  check(`one more: ${format}`, job(format, body), "too_many")
  check(`one more, of an SDK: ${format}`, job(format, body, fromSdk), "too_many")
}

check("no JSON", job("eval-metric", "{"), "bad_json")
check("no JSON of an SDK is kept", job("eval-metric", "{", fromSdk), "1 rejected")
check("no JSON with an SDK's mark is kept", job("spans-api", '{"ddtrace.version:1"'), "1 rejected")
check(
  "no OTLP is kept, and refused so that it is not sent again",
  job("otlp-traces", "{"),
  "1 rejected, answers 400",
)

const packed = gzipSync(JSON.stringify(metrics(vote("a"))))
check("gzip", job("eval-metric", packed, { encoding: "gzip" }), "1 eval_metrics")
check("x-gzip", job("eval-metric", packed, { encoding: "x-gzip" }), "1 eval_metrics")
check("identity", job("eval-metric", metrics(vote("a")), { encoding: "identity" }), "1 eval_metrics")
check("no gzip", job("eval-metric", "{}", { encoding: "gzip" }), "bad_json")
check("half of a gzip", job("eval-metric", packed.subarray(0, 40), { encoding: "gzip" }), "bad_json")
check("another packing", job("eval-metric", packed, { encoding: "br" }), "bad_media_type")
check(
  "another packing of an SDK is kept",
  job("eval-metric", packed, { encoding: "br", ...fromSdk }),
  "1 rejected",
)
check("a bomb", job("eval-metric", gzipSync(Buffer.alloc(100_001)), { encoding: "gzip" }), "too_large")
check(
  "a bomb of an SDK is not kept",
  job("eval-metric", gzipSync(Buffer.alloc(100_001)), { encoding: "gzip", ...fromSdk }),
  "too_large",
)

test("the answer of a direct call has each event with its id, an SDK's is as long as it must be", () => {
  const direct = JSON.parse(String(take(job("eval-metric", metrics(vote("a")))).answer.body))
  expect(direct.data.attributes.metrics).toEqual([
    expect.objectContaining({ ...vote("a"), id: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
  ])
  const brief = JSON.parse(String(take(job("eval-metric", metrics(vote("a")), fromSdk)).answer.body))
  expect(brief.data.attributes.metrics[0].label).toBe(undefined)
})

test("the same body has the same ids, another org's has others", () => {
  const idsOf = (org: string): unknown[] =>
    JSON.parse(
      String(take(job("eval-metric", metrics(vote("a"), vote("b")), { org })).answer.body),
    ).data.attributes.metrics.map(({ id }: { id: string }) => id)
  expect(idsOf("acme")).toEqual(idsOf("acme"))
  expect(new Set([...idsOf("acme"), ...idsOf("other")]).size).toBe(4)
})

test.each([
  ["", 1],
  ["{}", 3],
  ["x".repeat(1_000), 4],
])("places for a body of %j", (text, count) => {
  expect(placesFor(Buffer.from(text), false, limits)).toBe(count)
  expect(placesFor(Buffer.from(text), true, limits)).toBe(4)
})
