import { decode, encode } from "@msgpack/msgpack"
import { Fault, type ErrorCode } from "@sayso/protocol/errors.ts"
import fc from "fast-check"
import { expect, test } from "vitest"
import { maxDepth } from "./json.ts"
import { isMsgpack, maxContainers, readMsgpack } from "./msgpack.ts"
import { readSdkSpans } from "./spansApi.ts"

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex")

/** Bytes as hex, and what they say. */
function check(title: string, digits: string, expected: unknown) {
  test(title, () => expect(readMsgpack(hex(digits))).toStrictEqual(expected))
}

/** Bytes that are refused, and how it is said. */
function refused(title: string, digits: string, detail: string, code: ErrorCode = "bad_body") {
  test(`refused: ${title}`, () => expect(refusalOf(hex(digits))).toEqual([code, detail]))
}

/** The code and the detail of a refusal; undefined where the body is read. Anything but a Fault is thrown on. */
function refusalOf(body: Uint8Array): [ErrorCode, string] | undefined {
  try {
    readMsgpack(body)
    return undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return [error.code, error.message]
  }
}

// Each form of the specification, in its order.

check("nothing and the two truths", "93 c0 c2 c3", [null, false, true])
check("small integers", "94 00 7f ff e0", [0, 127, -1, -32])
check(
  "unsigned integers",
  "94 cc ff cd ffff ce ffffffff cf 0000000000000001",
  [255, 65_535, 4_294_967_295, 1],
)
check(
  "signed integers",
  "94 d0 80 d1 8000 d2 80000000 d3 ffffffffffffffff",
  [-128, -32_768, -2_147_483_648, -1],
)
check("floats, as they are on the wire", "92 ca 4a8cd2d2 cb 3fb999999999999a", [4_614_505, 0.1])
check("no numbers", "94 ca 7fc00000 ca 7f800000 cb fff0000000000000 cb 7ff8000000000000", [
  null,
  null,
  null,
  null,
])
check("texts", "94 a161 d90162 da000163 db0000000164", ["a", "b", "c", "d"])
check("binary as base64", "93 c40301ff02 c500020a0b c60000000100", ["Af8C", "Cgs=", "AA=="])
check("lists", "93 91c0 dc000101 dd0000000102", [[null], [1], [2]])
check("maps", "93 81a16101 de0001a16202 df00000001a16303", [{ a: 1 }, { b: 2 }, { c: 3 }])
check("empty ones", "96 90 80 a0 c400 dc0000 df00000000", [[], {}, "", "", [], {}])
check("extensions as base64", "96 d40501 d5050102 d60501020304 c70105ff c8000105fe c90000000105fd", [
  "AQ==",
  "AQI=",
  "AQIDBA==",
  "/w==",
  "/g==",
  "/Q==",
])

// What JSON has no word for.

check(
  "integers past 2^53 keep their digits",
  "94 cf 001fffffffffffff cf 0020000000000000 cf ffffffffffffffff d3 8000000000000000",
  [9_007_199_254_740_991, "9007199254740992", "18446744073709551615", "-9223372036854775808"],
)
test("integers of ids are text, whatever their size, and only they", () => {
  const ids = { span_id: 7, trace_id: 2n ** 64n - 1n, parent_id: 0, apm_trace_id: 65_536, id: 7 }
  expect(readMsgpack(encode({ ...ids, list: [{ span_id: 1 }] }, { useBigInt64: true }))).toEqual({
    span_id: "7",
    trace_id: "18446744073709551615",
    parent_id: "0",
    apm_trace_id: "65536",
    id: 7,
    list: [{ span_id: "1" }],
  })
})
check(
  "timestamps of 32, 64 and 96 bits",
  "93 d6ff 6553f100 d7ff 773594006553f100 c70cff 1dcd6500 ffffffffffffffff",
  ["2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.500Z", "1969-12-31T23:59:59.500Z"],
)
check("a timestamp that is no date, and one of no known size", "92 c70cff 00000000 7fffffffffffffff d4ff01", [
  "AAAAAH//////////",
  "AQ==",
])
check("keys that are no texts", "85 0101 c0 02 c3 03 cfffffffffffffffff 04 c40161 05", {
  "1": 1,
  null: 2,
  true: 3,
  "18446744073709551615": 4,
  "YQ==": 5,
})
check("a key twice: the last counts", "82 a16101 a16102", { a: 2 })
check("bytes that are not UTF-8, and surrogates", "93 a2 c328 a3 eda080 a6 eda0bdedb880", [
  "\ufffd(",
  "\ufffd\ufffd\ufffd",
  "\ufffd".repeat(6),
])
check("text that is not ASCII, in keys too", "81 a4 f09f9980 a3 e697a5", { "🙀": "日" })

test("keys that JavaScript knows are keys", () => {
  const body = hex("83 a9 5f5f70726f746f5f5f 81 a16101 ab 636f6e7374727563746f72 02 a8 746f537472696e67 03")
  const expected = JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3}')
  const read = readMsgpack(body) as Record<string, unknown>
  expect(read).toStrictEqual(expected)
  expect(Object.keys(read)).toEqual(Object.keys(expected))
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
  expect(({} as Record<string, unknown>)["a"]).toBeUndefined()
})

test("binary is what the caller makes of it", () => {
  expect(readMsgpack(hex("92 c40301ff02 a161"), (bytes) => bytes.length)).toEqual([3, "a"])
})

test("a part of a larger buffer is read alone", () => {
  expect(readMsgpack(new Uint8Array(hex("ff 91 a161 ff")).subarray(1, 4))).toEqual(["a"])
})

// Refusals.

const early = (length: number) =>
  `The body is not msgpack: it ends after ${length} bytes, before it is complete.`

refused("nothing at all", "", "The body is not msgpack: it is empty.")
refused("a list that is cut short", "92 01", early(2))
refused("a map without its last value", "81 a161", early(3))
refused("a text that is cut short", "d9 05 6161", early(4))
refused("a number that is cut short", "cf 000000", early(4))
refused("a length that is cut short", "dd 0000", early(3))
refused("an extension without its type", "d4", early(1))
refused("more behind the end", "01 02 03", "The body is not msgpack: 2 bytes follow its end.")
refused("the one byte that means nothing", "92 01 c1", "The body is not msgpack: byte 2 cannot be read.")
refused("a map as a key", "81 80 01", "The body is not msgpack: byte 1 cannot be read.")
refused("JSON", Buffer.from('{"a":1}').toString("hex"), "The body is not msgpack: 6 bytes follow its end.")

// Headers that claim more than there is.

for (const [title, head] of [
  ["a list of four billion", "dd ffffffff"],
  ["a map of four billion", "df ffffffff"],
  ["a text of four billion bytes", "db ffffffff"],
  ["binary of four billion bytes", "c6 ffffffff"],
  ["an extension of four billion bytes", "c9 ffffffff 05"],
] as const) {
  refused(title, `${head} 00 00`, early(hex(head).length + 2))
}

test("headers within headers, each of which could be true, take no memory of their own", () => {
  const lists = Buffer.concat(
    Array.from({ length: 900 }, (_, at) => hex(`dd ${(6_000_000 - at * 5).toString(16).padStart(8, "0")}`)),
  )
  const before = process.memoryUsage().heapUsed
  expect(refusalOf(Buffer.concat([lists, Buffer.alloc(5_990_000)]))?.[0]).toBe("bad_body")
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(400e6)
})

test("lists and maps are counted: a byte each on the wire, a hundred here", () => {
  const lists = (count: number) => {
    const head = Buffer.alloc(5)
    head.writeUInt8(0xdd)
    head.writeUInt32BE(count, 1)
    return Buffer.concat([head, Buffer.alloc(count, 0x90)])
  }
  expect(readMsgpack(lists(maxContainers - 1))).toHaveLength(maxContainers - 1)
  expect(refusalOf(lists(maxContainers))).toEqual([
    "bad_body",
    "The body holds more than 1000000 lists and maps.",
  ])
})

test.each([
  ["lists", "91"],
  ["maps", "81 00"],
])("%s may nest as deep as in JSON, and no deeper", (_, open) => {
  const nested = (levels: number) => hex(`${open.repeat(levels - 1)} 90`)
  expect(refusalOf(nested(maxDepth))).toBeUndefined()
  expect(refusalOf(nested(maxDepth + 1))).toEqual([
    "too_deep",
    `The body nests deeper than ${maxDepth} levels.`,
  ])
  expect(refusalOf(nested(200_000))?.[0]).toBe("too_deep")
})

// Against another implementation.

test("what another implementation writes is read as it reads it", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "grapheme", maxDepth: 6 }), (value) => {
      const bytes = encode(value)
      expect(readMsgpack(bytes)).toEqual(decode(bytes))
    }),
  )
})

test("JSON values come out as JSON gives them", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      expect(readMsgpack(encode(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test("any bytes are read or refused by a Fault", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void refusalOf(bytes)))
  const sound = encode({ spans: [{ span_id: "1", meta: { a: [1.5, null, new Date(0)] }, tags: ["x:y"] }] })
  fc.assert(
    fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, byte) => {
      const broken = Uint8Array.from(sound)
      broken[at] = byte
      refusalOf(broken)
      expect(refusalOf(sound.subarray(0, at))?.[0]).toBe("bad_body")
    }),
  )
})

// When a body is msgpack.

const firstByte = (text: string): number | undefined => Buffer.from(text)[0]

test.each<[mediaType: string, first: number | undefined, expected: boolean]>([
  ["application/msgpack", 0x83, true],
  ["application/x-msgpack", 0x91, true],
  ["application/vnd.msgpack", 0xc0, true],
  ["application/msgpack", firstByte("{}"), false],
  ["application/msgpack", firstByte("[]"), false],
  ["application/json", firstByte("{}"), false],
  ["application/json", 0x83, true],
  ["", 0xdd, true],
  ["", 0xdf, true],
  ["", 0xdb, false],
  ["", 0xe0, false],
  ["", firstByte("\ufeff{}"), false],
  ["", firstByte('"x"'), false],
  ["application/msgpack", undefined, false],
])("a body of %s that begins with %s: %s", (mediaType, first, expected) => {
  expect(isMsgpack(mediaType, first)).toBe(expected)
})

// The Java SDK.

test("the Java SDK's envelope: one map, with a start past 2^53 and the duration as a float of 32 bits", () => {
  const span = {
    span_id: "4680265461435284450",
    trace_id: "6b039df5000000004e6759db968c5782",
    parent_id: "undefined",
    name: "chat",
    start_ns: 1_795_399_157_174_528_513n,
    duration: 17_401_856,
    status: "error",
    _dd: {
      span_id: "4680265461435284450",
      trace_id: "6b039df5000000004e6759db968c5782",
      apm_trace_id: "6b039df5000000004e6759db968c5782",
    },
    session_id: "session-1",
    metrics: { input_tokens: 21, cost: 0.5 },
    tags: ["language:jvm", "ml_app:shop", "session_id:session-1", "feedback_join_key:ticket-1"],
    meta: {
      "span.kind": "llm",
      error: { message: "no é", type: "java.lang.IllegalStateException", stack: "at Chat.java" },
      model_name: "gpt-4o",
      model_provider: "openai",
      input: { messages: [{ role: "user", content: "Where is order 48213?" }] },
      metadata: { temperature: 0.25, count: 3n },
    },
  }
  const body = Buffer.from(
    encode(
      { event_type: "span", "_dd.stage": "raw", spans: [span, { ...span, span_id: "1" }] },
      { useBigInt64: true },
    ),
  )
  // The duration is a float of 32 bits there, where the library here writes an integer.
  const integer = hex("ce 01098800")
  expect(body.includes(integer)).toBe(true)
  const float = hex("ca 4b84c400")
  const asSent = Buffer.from(
    body.toString("latin1").replaceAll(integer.toString("latin1"), float.toString("latin1")),
    "latin1",
  )

  expect(isMsgpack("application/msgpack", asSent[0])).toBe(true)
  const { spans, bad } = readSdkSpans(readMsgpack(asSent))
  expect(bad).toEqual([])
  expect(spans.map(({ span_id }) => span_id)).toEqual(["4680265461435284450", "1"])
  expect(spans[0]).toMatchObject({
    trace_id: "6b039df5000000004e6759db968c5782",
    parent_id: "",
    apm_trace_id: "6b039df5000000004e6759db968c5782",
    name: "chat",
    span_kind: "llm",
    ml_app: "shop",
    session_id: "session-1",
    feedback_join_keys: ["ticket-1"],
    status: "error",
    start_ns: "1795399157174528513",
    duration_ns: 17_401_856,
    model_name: "gpt-4o",
    input: { messages: [{ role: "user", content: "Where is order 48213?" }] },
    metadata: { temperature: 0.25, count: 3 },
    metrics: { input_tokens: 21, cost: 0.5 },
    error: { message: "no é", type: "java.lang.IllegalStateException", stack: "at Chat.java" },
  })
})

test("an envelope whose ids are numbers keeps them, large and small", () => {
  const ids = { trace_id: 2n ** 63n + 1n, span_id: 5, parent_id: 2n ** 64n - 1n }
  const spans = [{ ...ids, start_ns: 1n, duration: 1 }]
  const read = readSdkSpans(readMsgpack(encode({ spans }, { useBigInt64: true })))
  expect(read.bad).toEqual([])
  expect(read.spans[0]).toMatchObject({
    trace_id: "9223372036854775809",
    span_id: "5",
    parent_id: "18446744073709551615",
  })
})
