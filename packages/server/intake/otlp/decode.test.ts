import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf"
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import { Fault } from "@sayso/protocol/errors.ts"
import fc from "fast-check"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { expect, test } from "vitest"
import { maxEvents } from "../evalMetric.ts"
import { decodeLogs, decodeTraces } from "./decode.ts"
import type { Encoding, Origin, OtlpLog, OtlpSpan, Value } from "./model.ts"
import {
  ExportLogsServiceRequestSchema,
  ExportTraceServiceRequestSchema,
  type AnyValueSchema,
  type SpanSchema,
} from "./otlp_pb.ts"

type Fields = Record<string, unknown>

const traceId = "eff1bce6b6c83a01c9500120841d6bf7"
const spanId = "fa07b16efb6b2b0a"

/** What a span is of which nothing more is said. */
const emptySpan: OtlpSpan = {
  trace_id: traceId,
  span_id: spanId,
  parent_id: "",
  name: "",
  start_ns: "0",
  end_ns: "0",
  attributes: {},
  events: [],
  links: [],
  status: { code: 0, message: "" },
}

const emptyLog: OtlpLog = {
  trace_id: "",
  span_id: "",
  event_name: "",
  time_ns: "0",
  body: null,
  attributes: {},
}

const json = (body: unknown): Buffer => Buffer.from(JSON.stringify(body))
const spansBody = (...spans: unknown[]): Buffer => json({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const logsBody = (...logRecords: unknown[]): Buffer =>
  json({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
const spanOf = (fields: Fields): Fields => ({ traceId, spanId, ...fields })

/** A span in JSON with more said about it, and what that changes. */
function span(title: string, fields: Fields, expected: Partial<OtlpSpan>) {
  test(title, () => {
    const { items, bad } = decodeTraces(spansBody(spanOf(fields)), "json")
    expect(bad).toEqual([])
    expect(items.map(({ item }) => item)).toStrictEqual([{ ...emptySpan, ...expected }])
  })
}

/** A log record in JSON, and what it says. */
function log(title: string, fields: Fields, expected: Partial<OtlpLog>) {
  test(title, () => {
    const { items, bad } = decodeLogs(logsBody(fields), "json")
    expect(bad).toEqual([])
    expect(items.map(({ item }) => item)).toStrictEqual([{ ...emptyLog, ...expected }])
  })
}

/** A value in JSON, and what it becomes. */
function value(title: string, any: unknown, expected: Value) {
  test(`value: ${title}`, () => {
    const [read] = decodeTraces(spansBody(spanOf({ attributes: [{ key: "a", value: any }] })), "json").items
    expect(read?.item.attributes).toStrictEqual({ a: expected })
  })
}

/** A span in JSON that is none, and why. */
function unreadable(title: string, item: unknown, detail: string) {
  test(`unreadable: ${title}`, () => {
    const { items, bad } = decodeTraces(spansBody(item, spanOf({})), "json")
    expect(items).toHaveLength(1)
    expect(bad).toStrictEqual([{ at: "/resourceSpans/0/scopeSpans/0/spans/0", item, detail }])
  })
}

/** A body that is refused whole, by code and detail. */
function refused(title: string, body: Buffer, encoding: Encoding, code: string, detail: string) {
  test(`refused: ${title}`, () => {
    expect(faultOf(() => decodeTraces(body, encoding))).toBe(`${code}: ${detail}`)
  })
}

/** The Fault that is thrown, undefined where there is none. Anything else is thrown on. */
function faultOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return `${error.code}: ${error.message}`
  }
}

// What real exporters sent.

interface Capture {
  headers: Record<string, string>
  body: unknown
  bodyBase64?: string
}

const fixtures = join(import.meta.dirname, "../../../../test/fixtures/otlp")

function capture(file: string) {
  const { headers, body, bodyBase64 } = JSON.parse(readFileSync(join(fixtures, file), "utf8")) as Capture
  const sent = bodyBase64 === undefined ? json(body) : Buffer.from(bodyBase64, "base64")
  const bytes = headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent
  return decodeTraces(bytes, headers["content-type"] === "application/json" ? "json" : "protobuf")
}

/** Of each span: its name, its trace, itself and its parent, and how many attributes, events and links it has. */
function captured(file: string, origin: RegExp, ...expected: string[]) {
  test(`captured: ${file}`, () => {
    const { items, bad } = capture(file)
    expect(bad).toEqual([])
    const lines = items.map(({ item }) => {
      const ids = [item.trace_id.slice(0, 8), item.span_id, item.parent_id || "root"]
      const counts = [Object.keys(item.attributes), item.events, item.links].map((list) => list.length)
      return `${item.name} | ${ids.join(" ")} | ${counts.join(" ")} | ${item.status.code}`
    })
    expect(lines).toEqual(expected)
    for (const { origin: found } of items)
      expect(
        `${found.scope.name} ${found.scope.version} ${found.resource["service.name"] as string}`,
      ).toMatch(origin)
  })
}

captured(
  "proto/001-POST-v1_traces.json",
  /^my-app 1\.0\.0 otel-app$/,
  "chat gpt-4o | eff1bce6 fa07b16efb6b2b0a c550d6df59a5ae63 | 18 1 0 | 0",
  "execute_tool get_weather | eff1bce6 94b8772be2577d1b c550d6df59a5ae63 | 14 1 1 | 2",
  "invoke_agent weather | eff1bce6 c550d6df59a5ae63 root | 9 0 0 | 0",
)
captured(
  "http-json-gzip/001-POST-v1_traces.json",
  /^my-app 1\.0\.0 otel-app$/,
  "chat gpt-4o | 1903215f db2a7b4e40aa3782 6399959dd50d3e7a | 18 1 0 | 0",
  "execute_tool get_weather | 1903215f 8597c03c6e289f56 6399959dd50d3e7a | 14 1 1 | 2",
  "invoke_agent weather | 1903215f 6399959dd50d3e7a root | 9 0 0 | 0",
)
captured(
  "traceloop/004-POST-v1_traces.json",
  /^@traceloop\/node-server-sdk 0\.27\.0 trl-app$/,
  "get_weather.tool | b9da252e c6f75adc5fb19d61 a5f64b332626d9a1 | 10 0 0 | 0",
)
captured(
  "openinference-openai/007-POST-v1_traces.json",
  /^(@arizeai\/openinference-instrumentation-openai 4\.2\.7|app ) llm-app$/,
  "OpenAI Chat Completions | 55057dff 1a2d39159cec9868 2de0349b8717d44d | 32 0 0 | 1",
  "OpenAI Chat Completions | 55057dff 15496236516725ad 2de0349b8717d44d | 37 0 0 | 1",
  "OpenAI Chat Completions | 55057dff f1a349cd17302341 2de0349b8717d44d | 23 0 0 | 0",
  "OpenAI Embeddings | 55057dff c3a33b54177c7554 2de0349b8717d44d | 14 0 0 | 1",
  "OpenAI Responses | 55057dff 9d1eb4bb72b4b270 2de0349b8717d44d | 27 0 0 | 1",
  "handle | 55057dff 2de0349b8717d44d root | 0 0 0 | 0",
)

test("captured: one program in both encodings says the same but for ids and times", () => {
  const said = (file: string) => {
    const own = /"[0-9a-f]{32}"|"[0-9a-f]{16}"|"\d{19}"/g
    return JSON.stringify(capture(file).items, undefined, 1).replace(own, "#")
  }
  const [first] = capture("proto/001-POST-v1_traces.json").items
  expect(first?.item).toMatchObject({
    start_ns: "1795400217260000000",
    end_ns: "1795400217260420694",
    attributes: {
      "gen_ai.request.temperature": 0.2,
      "gen_ai.usage.input_tokens": 21,
      "gen_ai.response.finish_reasons": ["tool_calls"],
    },
  })
  expect(said("proto/001-POST-v1_traces.json")).toBe(said("http-json-gzip/001-POST-v1_traces.json"))
})

// The body around the items.

test("an item knows its place, its resource and its scope, and the ones of a scope share them", () => {
  const attributes = [{ key: "service.name", value: { stringValue: "shop" } }]
  const body = {
    resourceSpans: [
      { scopeSpans: [] },
      {
        resource: { attributes },
        scopeSpans: [{ scope: { name: "lib", version: "1.2" }, spans: [spanOf({}), spanOf({})] }, {}],
      },
    ],
  }
  const { items, bad } = decodeTraces(json(body), "json")
  const origin: Origin = { resource: { "service.name": "shop" }, scope: { name: "lib", version: "1.2" } }
  expect(bad).toEqual([])
  expect(items.map(({ at }) => at)).toEqual([
    "/resourceSpans/1/scopeSpans/0/spans/0",
    "/resourceSpans/1/scopeSpans/0/spans/1",
  ])
  expect(items[0]?.origin).toStrictEqual(origin)
  expect(items[1]?.origin).toBe(items[0]?.origin)
})

/** A body with one empty span, in an older or another spelling, and where the span is found. */
function spelled(title: string, body: unknown, at: string, scope = { name: "", version: "" }) {
  test(`spelled: ${title}`, () => {
    expect(decodeTraces(json(body), "json")).toStrictEqual({
      items: [{ item: emptySpan, origin: { resource: {}, scope }, at }],
      bad: [],
    })
  })
}

spelled(
  "in snake case",
  { resource_spans: [{ scope_spans: [{ spans: [{ trace_id: traceId, span_id: spanId }] }] }] },
  "/resource_spans/0/scope_spans/0/spans/0",
)
spelled(
  "as before OTLP 0.15",
  {
    resourceSpans: [
      {
        instrumentationLibrarySpans: [
          { instrumentationLibrary: { name: "lib", version: "3" }, spans: [spanOf({})] },
        ],
      },
    ],
  },
  "/resourceSpans/0/instrumentationLibrarySpans/0/spans/0",
  { name: "lib", version: "3" },
)
spelled(
  "with null where something is left out",
  {
    resourceSpans: [
      {
        resource: null,
        scopeSpans: [
          {
            scope: null,
            spans: [
              spanOf({
                parentSpanId: null,
                name: null,
                attributes: null,
                events: null,
                links: null,
                status: null,
              }),
            ],
          },
        ],
      },
    ],
  },
  "/resourceSpans/0/scopeSpans/0/spans/0",
)

for (const [title, body] of Object.entries({
  "an empty object": {},
  "no resource": { resourceSpans: [] },
  "null for the list": { resourceSpans: null },
  "no scope": { resourceSpans: [{}] },
  "another signal": { resourceMetrics: [{ scopeMetrics: [] }] },
})) {
  test(`nothing in it: ${title}`, () =>
    expect(decodeTraces(json(body), "json")).toStrictEqual({ items: [], bad: [] }))
}
test("nothing in it: no bytes of protobuf", () =>
  expect(decodeTraces(Buffer.alloc(0), "protobuf")).toStrictEqual({ items: [], bad: [] }))

// A span, field by field.

span("the least there may be", {}, {})
span("ids in upper case", { traceId: traceId.toUpperCase(), spanId: spanId.toUpperCase() }, {})
span("a parent", { parentSpanId: "C550D6DF59A5AE63" }, { parent_id: "c550d6df59a5ae63" })
span("a parent of zeros", { parentSpanId: "0".repeat(16) }, {})
span("an empty parent", { parentSpanId: "" }, {})
span(
  "times as texts",
  { startTimeUnixNano: "1795400217260000001", endTimeUnixNano: "1795400217260420694" },
  { start_ns: "1795400217260000001", end_ns: "1795400217260420694" },
)
span(
  "times as numbers, as dd-trace has them",
  { startTimeUnixNano: 1795400217260000000, endTimeUnixNano: 1795400217.7 },
  { start_ns: "1795400217260000000", end_ns: "1795400218" },
)
span("times that are none", { startTimeUnixNano: "yesterday", endTimeUnixNano: -1 }, {})
span("times beyond 64 bits", { startTimeUnixNano: "9".repeat(21), endTimeUnixNano: 1e300 }, {})
span("times of other types", { startTimeUnixNano: {}, endTimeUnixNano: true }, {})
span(
  "in snake case",
  { parent_span_id: "c550d6df59a5ae63", start_time_unix_nano: "1", end_time_unix_nano: "2" },
  { parent_id: "c550d6df59a5ae63", start_ns: "1", end_ns: "2" },
)
span(
  "a status by number",
  { status: { code: 2, message: "timeout" } },
  { status: { code: 2, message: "timeout" } },
)
span("a status by name", { status: { code: "STATUS_CODE_ERROR" } }, { status: { code: 2, message: "" } })
span("a good status by name", { status: { code: "STATUS_CODE_OK" } }, { status: { code: 1, message: "" } })
span("a status that nobody knows", { status: { code: 7 } }, {})
span("a status of a name that JavaScript knows", { status: { code: "constructor" } }, {})
span("a status that is a text", { status: "error" }, {})
span(
  "events and links",
  {
    events: [{ name: "exception", timeUnixNano: "5", attributes: [{ key: "a", value: { intValue: 1 } }] }, 3],
    links: [{ traceId: traceId.toUpperCase(), spanId }, { trace_id: "no", span_id: spanId }, null],
  },
  {
    events: [{ name: "exception", time_ns: "5", attributes: { a: 1 } }],
    links: [
      { trace_id: traceId, span_id: spanId, attributes: {} },
      { trace_id: "", span_id: spanId, attributes: {} },
    ],
  },
)
span("lists that are none", { attributes: {}, events: "none", links: 1 }, {})
span(
  "attributes without a key or a value, and what is no attribute",
  { attributes: [{ value: { stringValue: "x" } }, { key: "a" }, null, 7, "b", []] },
  { attributes: { "": "x", a: null } },
)
span(
  "an attribute twice: the last counts",
  {
    attributes: [
      { key: "a", value: { intValue: 1 } },
      { key: "a", value: { intValue: 2 } },
    ],
  },
  { attributes: { a: 2 } },
)

test("a key that JavaScript knows is data like any other, in attributes and in maps", () => {
  const list = ["__proto__", "constructor", "toString"].map((key) => ({ key, value: { stringValue: key } }))
  const attributes = [...list, { key: "map", value: { kvlistValue: { values: list } } }]
  const [read] = decodeTraces(spansBody(spanOf({ attributes })), "json").items
  const found = read?.item.attributes
  const expected = '{"__proto__":"__proto__","constructor":"constructor","toString":"toString"'
  expect(JSON.stringify(found)).toBe(`${expected},"map":${expected}}}`)
  expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
  expect(({} as Fields)["polluted"]).toBeUndefined()
})

test("what a body inherits is not its own: __proto__ with fields in it names no span", () => {
  const body = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"__proto__":{"traceId":"${traceId}","spanId":"${spanId}"}}]}]}]}`
  expect(decodeTraces(Buffer.from(body), "json").bad).toHaveLength(1)
})

// Values.

value("a text", { stringValue: "x" }, "x")
value("an empty text", { stringValue: "" }, "")
value("a number for a text", { stringValue: 5 }, "5")
value("false", { boolValue: false }, false)
value("a text for a boolean", { boolValue: "true" }, null)
value("an integer as text", { intValue: "-42" }, -42)
value("an integer as number", { intValue: 42 }, 42)
value("zero", { intValue: "0" }, 0)
value("the largest safe integer", { intValue: "9007199254740991" }, 9007199254740991)
value("the next one", { intValue: "9007199254740992" }, "9007199254740992")
value("the smallest 64-bit integer", { intValue: "-9223372036854775808" }, "-9223372036854775808")
value("an unsafe number", { intValue: 1795400217260000000 }, "1795400217260000000")
value("a fraction for an integer", { intValue: 1.5 }, 1.5)
value("an integer that is none", { intValue: "ten" }, null)
value("an integer of a million digits", { intValue: "9".repeat(1_000_000) }, null)
value("an integer past all bounds", { intValue: 1e300 }, null)
value("a double", { doubleValue: 0.25 }, 0.25)
value("a double as text", { doubleValue: "0.25" }, 0.25)
value(
  "NaN and Infinity",
  { arrayValue: { values: [{ doubleValue: "NaN" }, { doubleValue: "-Infinity" }] } },
  [null, null],
)
value("an empty text for a double", { doubleValue: "" }, null)
value("bytes stay base64", { bytesValue: "AQID" }, "AQID")
value("a list", { arrayValue: { values: [{ stringValue: "x" }, {}, null, { intValue: 1 }] } }, [
  "x",
  null,
  null,
  1,
])
value("an empty list", { arrayValue: {} }, [])
value("a map", { kvlistValue: { values: [{ key: "k", value: { boolValue: true } }] } }, { k: true })
value("an empty map", { kvlistValue: {} }, {})
value("in snake case", { array_value: { values: [{ int_value: "1" }, { string_value: "x" }] } }, [1, "x"])
value("nothing", {}, null)
value("null", null, null)
value("a bare text", "x", null)
value("null beside a value", { stringValue: null, intValue: 3 }, 3)
value("an alternative that nobody knows", { otherValue: 3 }, null)
value("an alternative that JavaScript knows", { constructor: 3 }, null)

// Items that are none.

const noTrace = "A span has a traceId: 16 bytes, in JSON as 32 hex digits, and not all zero."
const noSpan = "A span has a spanId: 8 bytes, in JSON as 16 hex digits, and not all zero."
unreadable("no ids", {}, noTrace)
unreadable("a trace of zeros", spanOf({ traceId: "0".repeat(32) }), noTrace)
unreadable("a trace of 64 bits", spanOf({ traceId: spanId }), noTrace)
unreadable("a trace in base64", spanOf({ traceId: "7/G85rbIOgHJUAEghB1r9w==" }), noTrace)
unreadable("a trace that is no hex", spanOf({ traceId: "g".repeat(32) }), noTrace)
unreadable("a trace that is a number", spanOf({ traceId: 7 }), noTrace)
unreadable("a span of zeros", spanOf({ spanId: "0".repeat(16) }), noSpan)
unreadable("a span in decimal digits", spanOf({ spanId: "17874210438" }), noSpan)
unreadable(
  "a parent that is no id",
  spanOf({ parentSpanId: "undefined" }),
  "parentSpanId is 8 bytes, in JSON as 16 hex digits, or is left out.",
)
unreadable("null", null, "Here belongs an object.")
unreadable("a list", [], "Here belongs an object.")

test("unreadable: parts of a body that are none, beside good ones", () => {
  const good = { scopeSpans: [{ spans: [spanOf({})] }] }
  const body = { resourceSpans: [7, { scopeSpans: "none" }, { scopeSpans: [null, { spans: {} }] }, good] }
  const { items, bad } = decodeTraces(json(body), "json")
  expect(items.map(({ at }) => at)).toEqual(["/resourceSpans/3/scopeSpans/0/spans/0"])
  expect(bad.map(({ at, detail }) => `${at}: ${detail}`)).toEqual([
    '/resourceSpans/0: Here belongs an object with a list "scopeSpans".',
    '/resourceSpans/1: Here belongs an object with a list "scopeSpans".',
    '/resourceSpans/2/scopeSpans/0: Here belongs an object with a list "spans".',
    '/resourceSpans/2/scopeSpans/1: Here belongs an object with a list "spans".',
  ])
})

test("unreadable: a span of protobuf is shown as JSON", () => {
  const attributes = [{ key: "big", value: { intValue: 2n ** 60n } }]
  const { items, bad } = decodeTraces(
    protobufSpans({ name: "chat", spanId: Buffer.alloc(8), attributes }),
    "protobuf",
  )
  expect(items).toEqual([])
  expect(bad).toStrictEqual([
    {
      at: "/resourceSpans/0/scopeSpans/0/spans/0",
      item: {
        name: "chat",
        attributes: [{ key: "big", value: { intValue: String(2n ** 60n) } }],
        spanId: "AAAAAAAAAAA=",
      },
      detail: noTrace,
    },
  ])
})

// Log records.

log("the least there may be", {}, {})
log("ids", { traceId: traceId.toUpperCase(), spanId }, { trace_id: traceId, span_id: spanId })
log("ids of zeros", { traceId: "0".repeat(32), spanId: "0".repeat(16) }, {})
log(
  "when it happened, before when it was observed",
  { timeUnixNano: "5", observedTimeUnixNano: "7" },
  { time_ns: "5" },
)
log("only when it was observed", { timeUnixNano: "0", observedTimeUnixNano: "7" }, { time_ns: "7" })
log("its name", { eventName: "gen_ai.choice" }, { event_name: "gen_ai.choice" })
log(
  "its name as an attribute",
  { attributes: [{ key: "event.name", value: { stringValue: "gen_ai.choice" } }] },
  { event_name: "gen_ai.choice", attributes: { "event.name": "gen_ai.choice" } },
)
log(
  "a body with structure",
  { body: { kvlistValue: { values: [{ key: "index", value: { intValue: "0" } }] } } },
  { body: { index: 0 } },
)
log("a body of text", { body: { stringValue: "hello" } }, { body: "hello" })
log(
  "in snake case",
  { trace_id: traceId, span_id: spanId, observed_time_unix_nano: "7", event_name: "x" },
  { trace_id: traceId, span_id: spanId, time_ns: "7", event_name: "x" },
)

test("unreadable: a log record whose ids are none", () => {
  const { items, bad } = decodeLogs(logsBody({ traceId: "x" }, { spanId: traceId }, "text"), "json")
  expect(items).toEqual([])
  expect(bad.map(({ at, detail }) => `${at}: ${detail}`)).toEqual([
    "/resourceLogs/0/scopeLogs/0/logRecords/0: traceId is 16 bytes, in JSON as 32 hex digits, or is left out.",
    "/resourceLogs/0/scopeLogs/0/logRecords/1: spanId is 8 bytes, in JSON as 16 hex digits, or is left out.",
    "/resourceLogs/0/scopeLogs/0/logRecords/2: Here belongs an object.",
  ])
})

// Protobuf, written by field number as opentelemetry-proto 1.x has them, so that otlp.proto cannot be wrong unseen.

type Write = (writer: BinaryWriter) => BinaryWriter
const message = (...fields: Write[]): Uint8Array =>
  fields.reduce((writer, write) => write(writer), new BinaryWriter()).finish()
const bytes =
  (field: number, value: Uint8Array | string): Write =>
  (writer) =>
    writer.tag(field, WireType.LengthDelimited).bytes(Buffer.from(value as Uint8Array))
const inner = (field: number, ...fields: Write[]): Write => bytes(field, message(...fields))
const time =
  (field: number, value: string): Write =>
  (writer) =>
    writer.tag(field, WireType.Bit64).fixed64(value)
const integer =
  (field: number, value: string): Write =>
  (writer) =>
    writer.tag(field, WireType.Varint).int64(value)
const double =
  (field: number, value: number): Write =>
  (writer) =>
    writer.tag(field, WireType.Bit64).double(value)
const entry = (field: number, key: string, ...any: Write[]): Write =>
  inner(field, bytes(1, key), inner(2, ...any))

/** A body of protobuf around the fields of its one item. */
const around = (...fields: Write[]): Uint8Array => message(inner(1, inner(2, inner(2, ...fields))))

const ids: readonly Write[] = [bytes(1, Buffer.from(traceId, "hex")), bytes(2, Buffer.from(spanId, "hex"))]

test("protobuf: a span with every field, and some that nobody reads", () => {
  const body = message(
    inner(
      1,
      inner(1, entry(1, "service.name", bytes(1, "shop")), integer(2, "3")),
      inner(
        2,
        inner(1, bytes(1, "lib"), bytes(2, "1.2")),
        inner(
          2,
          ...ids,
          bytes(3, "vendor=state"),
          bytes(4, Buffer.from("c550d6df59a5ae63", "hex")),
          bytes(5, "chat"),
          integer(6, "3"),
          time(7, "1795400217260000001"),
          time(8, "18446744073709551615"),
          entry(9, "text", bytes(1, "zwölf 🙂")),
          entry(9, "bool", integer(2, "0")),
          entry(9, "int", integer(3, "-42")),
          entry(9, "long", integer(3, "-9223372036854775808")),
          entry(9, "double", double(4, 0.25)),
          entry(9, "nan", double(4, Number.NaN)),
          entry(9, "list", inner(5, inner(1, bytes(1, "")), inner(1))),
          entry(9, "map", inner(6, entry(1, "__proto__", integer(3, "1")))),
          entry(9, "bytes", bytes(7, Uint8Array.of(1, 2, 3))),
          entry(9, "new", bytes(99, "x")),
          integer(10, "1"),
          inner(11, time(1, "5"), bytes(2, "exception"), entry(3, "a", integer(3, "1")), integer(4, "1")),
          inner(13, ...ids, bytes(3, "state"), entry(4, "b", integer(3, "2"))),
          inner(15, bytes(2, "timeout"), integer(3, "2")),
          (writer) => writer.tag(16, WireType.Bit32).fixed32(257),
        ),
        bytes(3, "https://opentelemetry.io/schemas/1.37.0"),
      ),
    ),
  )
  expect(JSON.stringify(decodeTraces(body, "protobuf"))).toBe(
    JSON.stringify({
      items: [
        {
          item: {
            trace_id: traceId,
            span_id: spanId,
            parent_id: "c550d6df59a5ae63",
            name: "chat",
            start_ns: "1795400217260000001",
            end_ns: "18446744073709551615",
            attributes: {
              text: "zwölf 🙂",
              bool: false,
              int: -42,
              long: "-9223372036854775808",
              double: 0.25,
              nan: null,
              list: ["", null],
              map: JSON.parse('{"__proto__":1}') as Value,
              bytes: "AQID",
              new: null,
            },
            events: [{ name: "exception", time_ns: "5", attributes: { a: 1 } }],
            links: [{ trace_id: traceId, span_id: spanId, attributes: { b: 2 } }],
            status: { code: 2, message: "timeout" },
          },
          origin: { resource: { "service.name": "shop" }, scope: { name: "lib", version: "1.2" } },
          at: "/resourceSpans/0/scopeSpans/0/spans/0",
        },
      ],
      bad: [],
    }),
  )
})

test("protobuf: a log record with every field", () => {
  const body = around(
    time(1, "0"),
    integer(2, "9"),
    bytes(3, "INFO"),
    inner(5, inner(6, entry(1, "content", bytes(1, "hi")))),
    entry(6, "gen_ai.system", bytes(1, "openai")),
    bytes(9, Buffer.from(traceId, "hex")),
    bytes(10, Buffer.from(spanId, "hex")),
    time(11, "7"),
    bytes(12, "gen_ai.user.message"),
  )
  expect(decodeLogs(body, "protobuf").items).toStrictEqual([
    {
      item: {
        trace_id: traceId,
        span_id: spanId,
        event_name: "gen_ai.user.message",
        time_ns: "7",
        body: { content: "hi" },
        attributes: { "gen_ai.system": "openai" },
      },
      origin: { resource: {}, scope: { name: "", version: "" } },
      at: "/resourceLogs/0/scopeLogs/0/logRecords/0",
    },
  ])
})

test("protobuf: text that was cut within a character is kept up to it", () => {
  const body = around(...ids, bytes(5, Uint8Array.of(0x61, 0xe2, 0x82)))
  expect(decodeTraces(body, "protobuf").items[0]?.item.name).toBe("a\ufffd")
})

for (const [title, fields] of Object.entries({
  "a trace of 8 bytes": [bytes(1, Buffer.alloc(8, 1)), bytes(2, Buffer.alloc(8, 1))],
  "a trace of zeros": [bytes(1, Buffer.alloc(16)), bytes(2, Buffer.alloc(8, 1))],
  "a span of 16 bytes": [bytes(1, Buffer.alloc(16, 1)), bytes(2, Buffer.alloc(16, 1))],
  "a parent of 1 byte": [...ids, bytes(4, Buffer.alloc(1, 1))],
})) {
  test(`unreadable: in protobuf, ${title}`, () => {
    const { items, bad } = decodeTraces(around(...fields), "protobuf")
    expect([items.length, bad.length]).toEqual([0, 1])
  })
}

test("bytes that are a part of a larger buffer", () => {
  const whole = Buffer.concat([Buffer.from("xx"), spansBody(spanOf({})), Buffer.from("xx")])
  expect(decodeTraces(new Uint8Array(whole).subarray(2, -2), "json").items).toHaveLength(1)
})

// Bodies that are refused whole.

const notProtobuf =
  "The body is not OTLP in protobuf. Send it whole, as the exporter made it; JSON needs Content-Type: application/json."
const notObject = 'The body is a JSON object with a list "resourceSpans".'
const oneSpan = Buffer.from(around(...ids))
refused(
  "JSON that stops",
  Buffer.from("{"),
  "json",
  "bad_json",
  "The body is not JSON: it ends after 1 bytes, before it is complete.",
)
refused("JSON that is a list", json([]), "json", "bad_body", notObject)
refused("JSON whose list is none", json({ resourceSpans: {} }), "json", "bad_body", notObject)
refused("protobuf as JSON", oneSpan, "json", "bad_json", "The body is not JSON: byte 2 cannot be read.")
refused("JSON as protobuf", spansBody(spanOf({})), "protobuf", "bad_body", notProtobuf)
refused("protobuf that stops", oneSpan.subarray(0, -1), "protobuf", "bad_body", notProtobuf)
refused(
  "a length past the end",
  Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
  "protobuf",
  "bad_body",
  notProtobuf,
)
refused("a group that never ends", Buffer.alloc(100_000, 0x0b), "protobuf", "bad_body", notProtobuf)

// What would fill the memory or the stack.

const many = maxEvents + 1
const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)
const tooMany = (count: number) => new RegExp(`^too_many: .* and this one has ${count}\\.$`)

test(`${maxEvents} spans are read, one more is refused, in both encodings`, () => {
  const item = inner(2, ...ids)
  const protobuf = (count: number) => message(inner(1, inner(2, ...times(count, item))))
  const asJson = (count: number) => spansBody(...times(count, spanOf({})))
  expect(decodeTraces(protobuf(maxEvents), "protobuf").items).toHaveLength(maxEvents)
  expect(decodeTraces(asJson(maxEvents), "json").items).toHaveLength(maxEvents)
  expect(faultOf(() => decodeTraces(protobuf(many), "protobuf"))).toMatch(tooMany(many))
  expect(faultOf(() => decodeTraces(asJson(many), "json"))).toMatch(tooMany(many))
})

for (const [title, body] of Object.entries({
  resources: { resourceLogs: times(many, {}) },
  "resources that are none": { resourceLogs: times(many, 0) },
  scopes: { resourceLogs: [{ scopeLogs: times(many, {}) }] },
  "log records": { resourceLogs: [{ scopeLogs: [{ logRecords: times(many, {}) }] }] },
})) {
  test(`empty ${title} cost as much as full ones`, () => {
    expect(faultOf(() => decodeLogs(json(body), "json"))).toMatch(tooMany(many))
  })
}

/** So many messages of two bytes: a field's tag, and a length of nothing. */
const empties = (field: number): Uint8Array => Buffer.alloc(8_000_002, Buffer.from([field * 8 + 2, 0]))

for (const [title, body] of Object.entries({
  resources: () => empties(1),
  scopes: () => message(bytes(1, empties(2))),
  spans: () => message(inner(1, bytes(2, empties(2)))),
  attributes: () => message(inner(1, inner(2, bytes(2, empties(9))))),
  values: () => around(...ids, entry(9, "a", bytes(5, empties(1)))),
})) {
  test(`a body of two-byte messages is refused before anything is made of it: ${title}`, () => {
    expect(faultOf(() => decodeTraces(body(), "protobuf"))).toBe(
      "too_many: A body holds at most 4000000 spans, attributes and values taken together.",
    )
  })
}

/** How deep a value nests. */
function depthOf(value: Value | undefined): number {
  let depth = 0
  for (let at = value; typeof at === "object" && at !== null; depth += 1) at = Object.values(at)[0]
  return depth
}

const nesting = {
  lists: {
    json: (any: string) => `{"arrayValue":{"values":[${any}]}}`,
    protobuf: (any: Uint8Array) => message(inner(5, bytes(1, any))),
  },
  maps: {
    json: (any: string) => `{"kvlistValue":{"values":[{"key":"k","value":${any}}]}}`,
    protobuf: (any: Uint8Array) => message(inner(6, inner(1, bytes(1, "k"), bytes(2, any)))),
  },
}

for (const [title, { json, protobuf }] of Object.entries(nesting)) {
  const jsonOf = (levels: number) => {
    const [before = "", after = ""] = json("|").split("|")
    const any = `${before.repeat(levels)}{"intValue":1}${after.repeat(levels)}`
    return Buffer.from(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${traceId}","spanId":"${spanId}","attributes":[{"key":"a","value":${any}}]}]}]}]}`,
    )
  }
  const protobufOf = (levels: number) => {
    let any = message(integer(3, "1"))
    for (let level = 0; level < levels; level += 1) any = protobuf(any)
    return around(...ids, inner(9, bytes(1, "a"), bytes(2, any)))
  }
  const depth = (body: Uint8Array, encoding: Encoding) => {
    const [read] = decodeTraces(body, encoding).items
    return depthOf(read?.item.attributes["a"])
  }
  test(`${title} are read to 100 levels, and what is deeper becomes null`, () => {
    for (const levels of [0, 1, 99, 100, 101, 150]) {
      const expected = Math.min(levels, 100)
      expect([levels, depth(jsonOf(levels), "json")]).toEqual([levels, expected])
      expect([levels, depth(protobufOf(levels), "protobuf")]).toEqual([levels, expected])
    }
  })
  test(`${title} of any depth do not fill the stack`, () => {
    expect(depth(jsonOf(100_000), "json")).toBe(100)
    expect(faultOf(() => decodeTraces(protobufOf(2_000), "protobuf"))).toBe(`bad_body: ${notProtobuf}`)
  })
}

// Anything at all.

function protobufSpans(...spans: MessageInitShape<typeof SpanSchema>[]): Uint8Array {
  const body = create(ExportTraceServiceRequestSchema, { resourceSpans: [{ scopeSpans: [{ spans }] }] })
  return toBinary(ExportTraceServiceRequestSchema, body)
}

/** Either a result or a Fault; anything else fails the test. */
function survives(body: Uint8Array): void {
  for (const encoding of ["json", "protobuf"] as const) {
    faultOf(() => JSON.stringify(decodeTraces(body, encoding)))
    faultOf(() => JSON.stringify(decodeLogs(body, encoding)))
  }
}

test("any bytes give a result or a Fault", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives))
})

test("a real body with some bytes changed, dropped or doubled gives a result or a Fault", () => {
  const sources = ["proto", "http-json-gzip"].map((folder) => {
    const file = join(fixtures, folder, "001-POST-v1_traces.json")
    const { bodyBase64 = "", headers } = JSON.parse(readFileSync(file, "utf8")) as Capture
    const sent = Buffer.from(bodyBase64, "base64")
    return headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent
  })
  const edit = fc.tuple(
    fc.nat(10_000),
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom("set", "drop", "double"),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...sources),
      fc.array(edit, { minLength: 1, maxLength: 5 }),
      (source, edits) => {
        let body = Buffer.from(source)
        for (const [at, byte, kind] of edits) {
          const index = at % body.length
          if (kind === "set") body[index] = byte
          else if (kind === "drop")
            body = Buffer.concat([body.subarray(0, index), body.subarray(index + 1 + (byte % 8))])
          else body = Buffer.concat([body.subarray(0, index + 1), body.subarray(index)])
          if (body.length === 0) return
        }
        survives(body)
      },
    ),
  )
})

test("any JSON in the place of anything gives a result or a Fault", () => {
  const names = [
    "resourceSpans",
    "scopeSpans",
    "spans",
    "resourceLogs",
    "scopeLogs",
    "logRecords",
    "attributes",
    "key",
  ]
  const key = fc.constantFrom(
    ...names,
    "value",
    "traceId",
    "arrayValue",
    "values",
    "events",
    "status",
    "__proto__",
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 8 },
      fc.constantFrom<unknown>(null, 1, "x", traceId, true),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
    ),
  }))
  fc.assert(fc.property(tree, (body) => survives(json(body))))
})

/** A value in both encodings: as its JSON, and as what the library writes. */
interface Both {
  json: unknown
  protobuf: MessageInitShape<typeof AnyValueSchema>
}

const string = fc.string({ unit: "grapheme" })
const { any } = fc.letrec<{ any: Both }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    string.map((text): Both => ({ json: { stringValue: text }, protobuf: { stringValue: text } })),
    fc.boolean().map((bool): Both => ({ json: { boolValue: bool }, protobuf: { boolValue: bool } })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((int): Both => ({
      json: { intValue: String(int) },
      protobuf: { intValue: int },
    })),
    fc
      .maxSafeInteger()
      .map((int): Both => ({ json: { intValue: int }, protobuf: { intValue: BigInt(int) } })),
    fc.double().map((double): Both => ({
      json: { doubleValue: Number.isFinite(double) ? double + 0 : String(double) },
      protobuf: { doubleValue: double + 0 },
    })),
    fc.uint8Array().map((data): Both => ({
      json: { bytesValue: Buffer.from(data).toString("base64") },
      protobuf: { bytesValue: data },
    })),
    fc.constant<Both>({ json: {}, protobuf: {} }),
    fc.array(tie("any"), { maxLength: 4 }).map((values): Both => ({
      json: { arrayValue: { values: values.map(({ json }) => json) } },
      protobuf: { arrayValue: { values: values.map(({ protobuf }) => protobuf) } },
    })),
    fc.array(fc.tuple(string, tie("any")), { maxLength: 4 }).map((entries): Both => ({
      json: { kvlistValue: { values: entries.map(([key, { json }]) => ({ key, value: json })) } },
      protobuf: { kvlistValue: { values: entries.map(([key, { protobuf }]) => ({ key, value: protobuf })) } },
    })),
  ),
}))

const key = fc.oneof(string, fc.constantFrom("__proto__", "constructor", "event.name"))
const attributes = fc.array(fc.tuple(key, any), { maxLength: 5 })
const asJson = (entries: [string, Both][]) => entries.map(([key, { json }]) => ({ key, value: json }))
const asProtobuf = (entries: [string, Both][]) =>
  entries.map(([key, { protobuf }]) => ({ key, value: protobuf }))
const id = (length: number) =>
  fc.oneof(fc.uint8Array({ minLength: length, maxLength: length }), fc.constant(new Uint8Array(length)))
const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)
const hex = (data: Uint8Array) => Buffer.from(data).toString("hex")

test("the two encodings of a span say the same", () => {
  const arbitrary = fc.record({
    trace: id(16),
    span: id(8),
    parent: id(8),
    name: string,
    start: nanos,
    end: nanos,
    code: fc.nat(2),
    message: string,
    attributes,
    resource: attributes,
    event: fc.record({ name: string, time: nanos, attributes }),
    link: fc.record({ trace: id(16), span: id(8), attributes }),
  })
  fc.assert(
    fc.property(arbitrary, (it) => {
      const common = { name: it.name, startTimeUnixNano: it.start, endTimeUnixNano: it.end }
      const status = { code: it.code, message: it.message }
      const event = { name: it.event.name, timeUnixNano: it.event.time }
      const scope = { name: it.name, version: it.message }
      const inJson = {
        ...common,
        status,
        traceId: hex(it.trace),
        spanId: hex(it.span),
        parentSpanId: hex(it.parent),
        attributes: asJson(it.attributes),
        events: [{ ...event, attributes: asJson(it.event.attributes) }],
        links: [
          { traceId: hex(it.link.trace), spanId: hex(it.link.span), attributes: asJson(it.link.attributes) },
        ],
      }
      const inProtobuf = {
        ...common,
        status,
        traceId: it.trace,
        spanId: it.span,
        parentSpanId: it.parent,
        attributes: asProtobuf(it.attributes),
        events: [{ ...event, attributes: asProtobuf(it.event.attributes) }],
        links: [{ traceId: it.link.trace, spanId: it.link.span, attributes: asProtobuf(it.link.attributes) }],
      }
      const fromJson = decodeTraces(
        json({
          resourceSpans: [
            { resource: { attributes: asJson(it.resource) }, scopeSpans: [{ scope, spans: [inJson] }] },
          ],
        }),
        "json",
      )
      const body = create(ExportTraceServiceRequestSchema, {
        resourceSpans: [
          { resource: { attributes: asProtobuf(it.resource) }, scopeSpans: [{ scope, spans: [inProtobuf] }] },
        ],
      })
      const fromProtobuf = decodeTraces(toBinary(ExportTraceServiceRequestSchema, body), "protobuf")
      expect(JSON.stringify(fromProtobuf.items)).toBe(JSON.stringify(fromJson.items))
      expect(fromProtobuf.bad.map(({ at, detail }) => [at, detail])).toEqual(
        fromJson.bad.map(({ at, detail }) => [at, detail]),
      )
      expect(fromJson.items.length + fromJson.bad.length).toBe(1)
    }),
  )
})

test("the two encodings of a log record say the same", () => {
  const arbitrary = fc.record({
    trace: id(16),
    span: id(8),
    time: fc.oneof(nanos, fc.constant("0")),
    observed: nanos,
    name: string,
    body: any,
    attributes,
  })
  fc.assert(
    fc.property(arbitrary, (it) => {
      const common = { timeUnixNano: it.time, observedTimeUnixNano: it.observed, eventName: it.name }
      const inJson = {
        ...common,
        traceId: hex(it.trace),
        spanId: hex(it.span),
        body: it.body.json,
        attributes: asJson(it.attributes),
      }
      const inProtobuf = {
        ...common,
        traceId: it.trace,
        spanId: it.span,
        body: it.body.protobuf,
        attributes: asProtobuf(it.attributes),
      }
      const body = create(ExportLogsServiceRequestSchema, {
        resourceLogs: [{ scopeLogs: [{ logRecords: [inProtobuf] }] }],
      })
      const fromProtobuf = decodeLogs(toBinary(ExportLogsServiceRequestSchema, body), "protobuf")
      const fromJson = decodeLogs(logsBody(inJson), "json")
      expect(JSON.stringify(fromProtobuf)).toBe(JSON.stringify(fromJson))
      expect(fromJson.items).toHaveLength(1)
    }),
  )
})
