import { encode } from "@msgpack/msgpack"
import { Fault } from "@sayso/protocol/errors.ts"
import type { Span } from "@sayso/protocol/event.ts"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readApmTraces } from "./apmTraces.ts"
import type { SpansBody } from "./span.ts"
import { readSdkSpans } from "./spansApi.ts"

interface Capture {
  readonly body?: unknown
  readonly bodyBase64?: string
}

const captured = (folder: string, file: string): Capture =>
  JSON.parse(
    readFileSync(new URL(`../../../test/fixtures/${folder}/${file}`, import.meta.url), "utf8"),
  ) as Capture

const bytesOf = ({ bodyBase64 = "" }: Capture): Buffer => Buffer.from(bodyBase64, "base64")

const riding = readSdkSpans(
  readApmTraces(bytesOf(captured("ddtrace-python/apm-traces", "003-POST-v0.4_traces.json"))).envelopes,
)
const direct = readSdkSpans(
  captured("ddtrace-python/apm-tracing-off", "002-POST-evp_proxy_v2_api_v2_llmobs.json").body,
)

const pack = (value: unknown): Buffer => Buffer.from(encode(value, { useBigInt64: true }))

/** A span of an APM trace as ddtrace sends it, with these LLM data. */
function apmSpan(data: unknown, more: object = {}): object {
  return {
    service: "shop-web",
    name: "answer",
    resource: "workflow",
    trace_id: 2n ** 63n + 1n,
    span_id: 2n ** 64n - 1n,
    parent_id: 17,
    start: 1_795_494_433_000_000_001n,
    duration: 2_000,
    meta: { "_dd.p.tid": "6b050e3100000000" },
    metrics: { _sampling_priority_v1: 1 },
    type: "llm",
    ...(data !== undefined && { meta_struct: { _llmobs: data } }),
    ...more,
  }
}

const llm = {
  trace_id: "6b050e310000000007eb076256021add",
  parent_id: "undefined",
  name: "answer",
  meta: { span: { kind: "workflow" }, input: { value: "hello" } },
  tags: { ml_app: "shop", "a:b": "c:d" },
  metrics: { tokens: 3 },
  _dd: { sample_rate: "1", sampling_decision: "1" },
}

const read = (...traces: object[][]): SpansBody => readSdkSpans(readApmTraces(pack(traces)).envelopes)

/** What is left of a span when what differs between two runs of one program is taken away. */
function alike({ spans }: SpansBody): object[] {
  const names = new Map(spans.map((span) => [span.span_id, span.name]))
  const said = (text: string): string => names.get(text) ?? text
  return spans
    .map(({ trace_id: _, apm_trace_id: __, span_id: ___, start_ns: ____, duration_ns: _____, ...span }) => ({
      ...span,
      parent_id: said(span.parent_id),
      meta: JSON.parse(JSON.stringify(span.meta), (___, value) =>
        typeof value === "string" ? said(value) : value,
      ) as unknown,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

test("captured: what rides in an APM trace is what the same program sends to the LLM intake", () => {
  expect([riding.bad, riding.dropped, direct.bad, direct.dropped]).toEqual([[], 0, [], 0])
  expect(riding.spans.map(({ name, span_kind }) => [name, span_kind])).toEqual([
    ["support_agent", "agent"],
    ["answer", "workflow"],
    ["embed", "embedding"],
    ["search_help", "retrieval"],
    ["choose_tool", "llm"],
    ["open_ticket", "tool"],
    ["tidy_up", "task"],
  ])
  expect(alike(riding)).toEqual(alike(direct))
})

test("captured: ids are exact, and lead from child to parent", () => {
  const idsOf = ({ spans }: SpansBody) => new Map(spans.map((span) => [span.name, span]))
  for (const body of [riding, direct]) {
    const at = idsOf(body)
    expect(at.get("support_agent")?.parent_id).toBe("")
    expect(at.get("answer")?.parent_id).toBe(at.get("support_agent")?.span_id)
    expect(at.get("tidy_up")?.parent_id).toBe(at.get("answer")?.span_id)
    expect(new Set(body.spans.map(({ trace_id }) => trace_id)).size).toBe(1)
    const [apmTraceId, ...others] = new Set(body.spans.map(({ apm_trace_id }) => apm_trace_id))
    expect(others).toEqual([])
    expect(apmTraceId).toMatch(/^[0-9a-f]{32}$/)
    // Both ids begin with the second in which the trace began.
    expect(apmTraceId?.slice(0, 16)).toBe(body.spans[0]?.trace_id.slice(0, 16))
  }
})

test("captured: a span with an error, and one with all that a model call has", () => {
  const named = (name: string): Span | undefined => riding.spans.find((span) => span.name === name)
  expect(named("open_ticket")).toMatchObject({
    status: "error",
    error: {
      type: "builtins.ValueError",
      message: "no such order: é漢😀",
      stack: expect.stringContaining("Traceback"),
    },
    feedback_join_keys: ["ticket-1"],
    tags: expect.arrayContaining(["error:1", "error_type:builtins.ValueError", "ddtrace.version:4.16.0"]),
  })
  expect(named("choose_tool")).toMatchObject({
    model_name: "gpt-4o-mini",
    model_provider: "openai",
    service: "shop-web",
    env: "test",
    version: "1.2.3",
    ml_app: "shop",
    session_id: "session-1",
    metrics: { input_tokens: 21, output_tokens: 9, total_tokens: 30 },
    start_ns: expect.stringMatching(/^\d{19}$/),
    duration_ns: expect.any(Number),
  })
})

test.each([
  ["proxied-auto-v5-node20", "007"],
  ["auto-openai", "009"],
  ["otel-mix", "004"],
  ["sample-rate-0", "005"],
])(
  "captured: the Node tracer's APM traces (%s) carry nothing: it sends its LLM spans by themselves",
  (folder, number) => {
    const bytes = bytesOf(captured(`dd-trace/${folder}`, `${number}-PUT-v0.4_traces.json`))
    expect(bytes.length).toBeGreaterThan(500)
    expect(readApmTraces(bytes)).toEqual({ envelopes: [] })
  },
)

test("a span takes from APM what its LLM data leave out", () => {
  const { spans, bad } = read([apmSpan(pack({ meta: { span: { kind: "task" } } }))])
  expect(bad).toEqual([])
  expect(spans[0]).toMatchObject({
    trace_id: "6b050e31000000008000000000000001",
    span_id: "18446744073709551615",
    // What called it may be no LLM span, so that the APM parent would be one that nobody has.
    parent_id: "",
    apm_trace_id: "6b050e31000000008000000000000001",
    name: "answer",
    span_kind: "task",
    start_ns: "1795494433000000001",
    duration_ns: 2_000,
    status: "ok",
    tags: ["error:0"],
  })
})

test("the upper half of a trace id stands on one span of the trace; without any, the id is the lower half", () => {
  const trace = [apmSpan(undefined), apmSpan(pack(llm), { meta: {} })]
  expect(read(trace).spans[0]?.apm_trace_id).toBe("6b050e31000000008000000000000001")
  const plain = (tid?: string) => [
    apmSpan(pack(llm), { meta: tid === undefined ? {} : { "_dd.p.tid": tid } }),
  ]
  expect(read(plain(), plain("xyz"), plain("")).spans.map((span) => span.apm_trace_id)).toEqual(
    Array.from({ length: 3 }, () => "9223372036854775809"),
  )
})

test("tags become a list with the outcome", () => {
  const tags = (data: object, more: object = {}) =>
    read([apmSpan(pack({ ...llm, ...data }), more)]).spans[0]?.tags
  expect(tags({})).toEqual(["a:b:c:d", "error:0", "ml_app:shop"])
  expect(tags({ tags: ["x:1"] })).toEqual(["error:0", "x:1"])
  expect(tags({ tags: null }, { error: 1, meta: { "error.type": "builtins.KeyError" } })).toEqual([
    "error:1",
    "error_type:builtins.KeyError",
  ])
})

test("only spans with LLM data are taken, of every trace, and those that the client dropped are not", () => {
  const dropped = { ...llm, _dd: { sampling_decision: "0" } }
  const second = apmSpan(pack(llm), { span_id: 5 })
  const body = read(
    [apmSpan(undefined), apmSpan(pack(llm)), apmSpan(undefined, { meta_struct: { appsec: pack({}) } })],
    [apmSpan(undefined)],
    [second, apmSpan(pack(dropped), { span_id: 6 })],
  )
  expect(body.spans.map(({ span_id }) => span_id)).toEqual(["18446744073709551615", "5"])
  expect([body.bad, body.dropped]).toEqual([[], 1])
})

test("LLM data that cannot be read cost their own span alone", () => {
  const { spans, bad } = read([
    apmSpan(Buffer.from("c1ff", "hex")),
    apmSpan(pack([1, 2])),
    apmSpan(pack(7)),
    apmSpan(null),
    apmSpan(pack({ ...llm, trace_id: 5 })),
    apmSpan(pack({ ...llm, trace_id: [] })),
    apmSpan(pack(llm)),
  ])
  expect(spans.map(({ trace_id }) => trace_id)).toEqual(["5", llm.trace_id])
  expect(bad.map(({ pointer, problems }) => [pointer, problems[0]?.pointer])).toEqual([
    ["/0/spans/0", "/0/spans/0"],
    ["/0/spans/1", "/0/spans/1"],
    ["/0/spans/2", "/0/spans/2"],
    ["/0/spans/3", "/0/spans/3"],
    ["/0/spans/5", "/0/spans/5/trace_id"],
  ])
})

test("lists and maps are counted over the whole body", () => {
  const half = pack({ ...llm, meta: { input: Array.from({ length: 400_000 }, () => []) } })
  const { spans, bad } = read([apmSpan(half), apmSpan(half, { span_id: 2 }), apmSpan(half, { span_id: 3 })])
  expect(spans.map(({ span_id }) => span_id)).toEqual(["18446744073709551615", "2"])
  expect(bad.map(({ pointer }) => pointer)).toEqual(["/0/spans/2"])
})

test("LLM data that are not packed are taken too", () => {
  expect(read([apmSpan(llm)]).spans[0]).toMatchObject({ trace_id: llm.trace_id, span_kind: "workflow" })
})

test("keys that JavaScript knows do no harm", () => {
  const key = "__proto__"
  const named = pack({ ...llm, tags: { proto_name: "x" } }).toString("latin1")
  const evil = Buffer.from(named.replace("\u00aaproto_name", `\u00a9${key}`), "latin1")
  expect(evil.includes(key)).toBe(true)
  expect(read([apmSpan(evil)]).spans[0]?.tags).toEqual(["__proto__:x", "error:0"])
  expect(({} as Record<string, unknown>)["ml_app"]).toBeUndefined()
})

test.each<[title: string, body: unknown]>([
  ["no traces", []],
  ["a map", { _llmobs: 1 }],
  ["a text", "_llmobs"],
  ["traces that are no lists", ["_llmobs", 1, { _llmobs: {} }]],
  ["spans that are no maps", [["_llmobs", 1, ["_llmobs"]]]],
  ["LLM data at the wrong place", [[apmSpan(undefined, { _llmobs: pack(llm), meta: { _llmobs: "x" } })]]],
  ["LLM data in a list", [[apmSpan(undefined, { meta_struct: ["_llmobs"] })]]],
  // A table of texts, and spans as lists of numbers into it.
  ["traces of v0.5", [["", "_llmobs", "answer"], [[[1, 2, 2, 5, 6, 0, 7, 8, 0, { 1: 1 }, {}, 0]]]]],
])("nothing comes of %s", (_, body) => {
  expect(readApmTraces(pack(body))).toEqual({ envelopes: [] })
})

test("bytes that hold no LLM data are not even read", () => {
  expect(readApmTraces(Buffer.from("no msgpack"))).toEqual({ envelopes: [] })
  expect(readApmTraces(new Uint8Array())).toEqual({ envelopes: [] })
  expect(() => readApmTraces(Buffer.from("no msgpack, and _llmobs"))).toThrow(Fault)
})
