import { Fault } from "@sayso/protocol/errors.ts"
import fc from "fast-check"
import { expect, test } from "vitest"
import { isObject, maxDepth, readJson, shallowEnough } from "./json.ts"

type Body = string | Buffer

const bytesOf = (body: Body): Buffer => (typeof body === "string" ? Buffer.from(body) : body)

/** A body and what it says. */
function check(title: string, body: Body, expected: unknown) {
  test(title, () => expect(readJson(bytesOf(body))).toStrictEqual(expected))
}

/** A body that is refused, and where reading stopped. */
function refused(title: string, body: Body, where: string) {
  test(`refused: ${title}`, () => expect(detailOf(bytesOf(body))).toBe(`The body is not JSON: ${where}.`))
}

/** The detail of a refusal; undefined where the body is read. Anything but a Fault bad_json is thrown on. */
function detailOf(body: Buffer): string | undefined {
  try {
    readJson(body)
    return undefined
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "bad_json" || error.problems.length !== 1) throw error
    return error.message
  }
}

// Strict JSON.

check("a document", '{"a":[1,2.5,-3e2,true,false,null,"x"]}', { a: [1, 2.5, -300, true, false, null, "x"] })
check("blanks around it", ' \t\r\n{"a" : 1}\n', { a: 1 })
check("a scalar alone", "17", 17)
check("the escapes", String.raw`"\"\\\/\b\f\n\r\té"`, '"\\/\b\f\n\r\té')
check("text that is not ASCII", '{"é":"日本語 🙂"}', { é: "日本語 🙂" })
check(
  "a key that JavaScript knows",
  '{"__proto__":{"a":1},"constructor":2}',
  JSON.parse('{"__proto__":{"a":1},"constructor":2}'),
)
check("a key twice: the last counts", '{"a":1,"a":2}', { a: 2 })
check("the word NaN in a string", '["NaN","-Infinity NaN"," Infinity"]', [
  "NaN",
  "-Infinity NaN",
  " Infinity",
])

// What official SDKs send although it is no JSON.

check("a path that the Node SDK collapsed", String.raw`{"text_value":"C:\users\\bob"}`, {
  text_value: String.raw`C:\users\bob`,
})
check("a collapsed path in a collapsed path", String.raw`["\\\users"]`, [String.raw`\\users`])
check("a bad escape beside sound ones", String.raw`["\"\u\né\u12\uZZZZ\\u0041"]`, [
  '"\\u\né\\u12\\uZZZZ\\u0041',
])
check("a bad escape at the end of a string", String.raw`["\u","\x"]`, [String.raw`\u`, String.raw`\x`])
check("a bad escape in a key", String.raw`{"C:\users":1}`, { "C:\\users": 1 })
check("a backslash and a letter that is no escape", String.raw`["\a\Q\ \é\'"]`, [String.raw`\a\Q\ \é\'`])
check("NaN and both infinities", '{"a":NaN,"b":Infinity,"c":-Infinity}', { a: null, b: null, c: null })
check("minus NaN, as some languages print it", "[-NaN]", [null])
check("NaN in arrays, with and without blanks", "[NaN,1, NaN ,[Infinity],-Infinity]", [
  null,
  1,
  null,
  [null],
  null,
])
check("NaN alone", "NaN", null)
check("a NaN beside the word", '["NaN",NaN]', ["NaN", null])
check("a raw line end, tab and NUL in a string", '["a\nb\tc\u0000d"]', ["a\nb\tc\u0000d"])
check("a raw control character in a key", '{"a\nb":1}', { "a\nb": 1 })
check("a byte order mark", '\ufeff{"a":1}', { a: 1 })
check("a byte order mark and a slip", '\ufeff["C:\\users",NaN]', ["C:\\users", null])
check("a slip beside every kind of value", '{"a":[NaN,true,false,null,-0.5e+3,10,{}, [],"x"],"b":{"c":{}}}', {
  a: [null, true, false, null, -500, 10, {}, [], "x"],
  b: { c: {} },
})
check("all of it at once", '\ufeff{"a":"\\u\n","b":[NaN],"c":"\\ud800"}', {
  a: "\\u\n",
  b: [null],
  c: "\ufffd",
})

// What UTF-8 cannot hold.

check("a lone high surrogate", String.raw`["a\ud800b"]`, ["a\ufffdb"])
check("a lone low surrogate", String.raw`["a\udc00b"]`, ["a\ufffdb"])
check("in upper case and in mixed", String.raw`["\uD800","\uDBFF","\uDC00","\udFfF"]`, [
  "\ufffd",
  "\ufffd",
  "\ufffd",
  "\ufffd",
])
check("in a key", String.raw`{"a\ud800":1}`, { "a\ufffd": 1 })
check("at the end of a string", String.raw`["\ud83d"]`, ["\ufffd"])
check("two halves in the wrong order", String.raw`["\ude00\ud83d"]`, ["\ufffd\ufffd"])
check("half a pair before a whole one", String.raw`["\ud83d\ud83d\ude00"]`, ["\ufffd😀"])
check("half a pair before a character", String.raw`["\ud83d😀"]`, ["\ufffd😀"])
check("a pair is kept", String.raw`["\ud83d\ude00","\uD83D\uDE00","\uD83d\uDe00"]`, ["😀", "😀", "😀"])
check("neighbours of the surrogates are kept", String.raw`["\ud7ff\ue000\ud7FF\uE000"]`, [
  "\ud7ff\ue000\ud7ff\ue000",
])
check("a backslash and the letters of half a pair", String.raw`["\\ud800","\\\ud800","\\\\ud800"]`, [
  String.raw`\ud800`,
  "\\\ufffd",
  String.raw`\\ud800`,
])
check("a bad escape and then half a pair", String.raw`["\x\ud800","\ud83x"]`, [
  "\\x\ufffd",
  String.raw`\ud83x`,
])
check("bytes that are not UTF-8", Buffer.from([0x5b, 0x22, 0xff, 0xc3, 0x22, 0x5d]), ["\ufffd\ufffd"])
check("a surrogate in bytes", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), "\ufffd\ufffd\ufffd")

test("half a pair is found at any depth", () => {
  const levels = 50_000
  const body = `${"[".repeat(levels)}"\\ud800"${"]".repeat(levels)}`
  let value = readJson(Buffer.from(body))
  while (Array.isArray(value)) value = value[0] as unknown
  expect(value).toBe("\ufffd")
})

// What nobody can read. The detail names the byte, and says nothing of what stands there.

refused("nothing", "", "it is empty")
refused("blanks", " \n ", "it is empty")
refused("a byte order mark alone", "\ufeff", "it is empty")
refused("an object that stops", '{"a":1', "it ends after 6 bytes, before it is complete")
refused("a string that stops", '{"a":"secret', "it ends after 12 bytes, before it is complete")
refused("a string that stops in an escape", '["a\\', "it ends after 4 bytes, before it is complete")
refused("an array that stops after a comma", "[1, ", "it ends after 4 bytes, before it is complete")
refused("a key without its value", '{"a"', "it ends after 4 bytes, before it is complete")
refused("a word", "hello", "byte 0 cannot be read")
refused("a word that begins like null", "nul", "byte 0 cannot be read")
refused("a word that goes on after null", "nullify", "byte 4 cannot be read")
refused("a word that goes on after NaN", "[NaNny]", "byte 4 cannot be read")
refused("a form", "text_value=secret", "byte 0 cannot be read")
refused("XML", "<feedback/>", "byte 0 cannot be read")
refused("an unquoted key", "{secret: 1}", "byte 1 cannot be read")
refused("NaN as a key", "{NaN: 1}", "byte 1 cannot be read")
refused("single quotes", "{'a': 1}", "byte 1 cannot be read")
refused("a comma before the end of an object", '{"a":1,}', "byte 7 cannot be read")
refused("a comma before the end of an array", "[1,]", "byte 3 cannot be read")
refused("two commas", "[1,,2]", "byte 3 cannot be read")
refused("no comma", '["secret" 2]', "byte 10 cannot be read")
refused("no colon", '{"a" 1}', "byte 5 cannot be read")
refused("no value", '{"a":}', "byte 5 cannot be read")
refused("the wrong bracket", '{"a":[1}', "byte 7 cannot be read")
refused("one bracket too many", "[1]]", "byte 3 cannot be read")
refused("something after the end", '{"a":1} secret', "byte 8 cannot be read")
refused("two documents", '{"a":1}\n{"a":2}', "byte 8 cannot be read")
refused("a zero before a number", "[01]", "byte 2 cannot be read")
refused("a plus before a number", "[+1]", "byte 1 cannot be read")
refused("a plus before Infinity", "[+Infinity]", "byte 1 cannot be read")
refused("a point at the end of a number", "[1.]", "byte 2 cannot be read")
refused("a minus alone", "[-]", "byte 1 cannot be read")
refused("a hex number", "[0x1f]", "byte 2 cannot be read")
refused("undefined", '{"a":undefined}', "byte 5 cannot be read")
refused("a comment", '/* secret */ {"a":1}', "byte 0 cannot be read")
refused("a backslash outside of a string", '{\\"a\\":1}', "byte 1 cannot be read")
refused("a blank that JSON does not know", '{"a":\u00a01}', "byte 5 cannot be read")
refused("a byte order mark in the middle", '[\ufeff"a"]', "byte 1 cannot be read")
refused("two byte order marks", '\ufeff\ufeff["a"]', "byte 3 cannot be read")
refused("UTF-16", Buffer.from('{"a":1}', "utf16le"), "byte 1 cannot be read")
refused("gzip that nobody unpacked", Buffer.from([0x1f, 0x8b, 0x08, 0x00]), "byte 0 cannot be read")
refused("after characters of several bytes", '["日本語🙂" x]', "byte 17 cannot be read")
refused(
  "after bytes that are not UTF-8",
  Buffer.from([0x5b, 0x22, 0xff, 0xff, 0x22, 0x78]),
  "byte 5 cannot be read",
)
refused("after slips that are mended", '[NaN,"C:\\users","a\nb", oops]', "byte 23 cannot be read")
refused("after half a pair", '["\\ud800", oops]', "byte 11 cannot be read")

test("a refusal quotes nothing of the body, wherever it may be looked for", () => {
  const secret = "4111-1111 at position 99"
  try {
    readJson(Buffer.from(`{"card": ${secret}}`))
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(Fault)
    expect(
      JSON.stringify([error, String(error), (error as Error).cause, (error as Error).stack]),
    ).not.toContain("4111")
    expect((error as Fault).message).toContain("byte 13 cannot be read")
  }
})

// Depth.

function nested(levels: number): unknown {
  let value: unknown = []
  for (let level = 1; level < levels; level += 1) value = level % 2 ? { a: value } : [value]
  return value
}

for (const open of ["[", '{"a":', '[{"a":']) {
  test(`100,000 levels of ${open} are read, or refused, without a crash`, () => {
    const levels = 100_000
    const close = [...open]
      .toReversed()
      .map((character) => (character === "[" ? "]" : character === "{" ? "}" : ""))
    const value = readJson(Buffer.from(`${open.repeat(levels)}1${close.join("").repeat(levels)}`))
    expect(shallowEnough(value)).toBe(false)
    expect(detailOf(Buffer.from(open.repeat(levels)))).toContain(`ends after ${open.length * levels} bytes`)
    expect(detailOf(Buffer.from(`${open.repeat(levels)}x`))).toContain(`byte ${open.length * levels} cannot`)
  })
}

test(`a value of ${maxDepth} levels is shallow enough, one more is not`, () => {
  expect(shallowEnough(nested(maxDepth))).toBe(true)
  expect(shallowEnough(nested(maxDepth + 1))).toBe(false)
  expect(shallowEnough({ a: 1, b: [2, nested(maxDepth)] })).toBe(false)
  expect(shallowEnough(nested(3), 3)).toBe(true)
  expect(shallowEnough(nested(3), 2)).toBe(false)
  expect(shallowEnough({ a: {}, b: 1 }, 2)).toBe(true)
  expect([1, "a", null, true, undefined].every((value) => shallowEnough(value, 0))).toBe(true)
})

test("an object is an object: no array and not null", () => {
  expect([{}, { a: 1 }].map(isObject)).toEqual([true, true])
  expect([[], null, undefined, "a", 1, true].map(isObject)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ])
})

// Anything at all.

const runs = { numRuns: 1_000 }

test("any JSON value is read as it was written", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
      expect(readJson(Buffer.from(JSON.stringify(value, null, indent)))).toStrictEqual(
        JSON.parse(JSON.stringify(value)),
      )
    }),
    runs,
  )
})

test("strings of any UTF-16 come out as UTF-8 can hold them, keys too", () => {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code))
  const half = fc.integer({ min: 0xd7fe, max: 0xe001 }).map((code) => String.fromCharCode(code))
  const anyText = fc.string({ unit: fc.oneof(unit, half, fc.constantFrom("\\", '"', "u", "d", "8", "0")) })
  fc.assert(
    fc.property(anyText, anyText, (key, value) => {
      const escaped = JSON.stringify([value, { [key]: value }]).replace(
        /[^ -~]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      )
      const expected = [value.toWellFormed(), { [key.toWellFormed()]: value.toWellFormed() }]
      expect(readJson(Buffer.from(escaped))).toStrictEqual(expected)
    }),
    runs,
  )
})

test("texts whose doubled backslashes were collapsed before u, as the Node SDK does, are read and keep their neighbours", () => {
  const path = fc.string({ unit: fc.constantFrom("\\", "u", "users", "0", "a", '"', "\n", "é") })
  fc.assert(
    fc.property(path, (text) => {
      const body = JSON.stringify(["before", text, "after"]).replaceAll("\\\\u", "\\u")
      const [before, , after, ...more] = readJson(Buffer.from(body)) as unknown[]
      expect([before, after, more]).toEqual(["before", "after", []])
    }),
    runs,
  )
})

/** Bytes that look like JSON, so that reading gets somewhere before it stops. */
const almost = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(
      fc.constantFrom(
        ...'[]{},:"\\u0dD8NaI-1.e+ \n\u0000é',
        "NaN",
        "Infinity",
        "null",
        "true",
        "\\ud83d",
        '"a"',
        '"a":',
        "\ufeff",
      ),
      { maxLength: 12 },
    )
    .map((parts) => Buffer.from(parts.join(""))),
  fc
    .tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(2))
    .map(([value, at, byte, cut]) => {
      const body = Buffer.from(JSON.stringify(value))
      const index = at % body.length
      return Buffer.concat([body.subarray(0, index), Buffer.from([byte]), body.subarray(index + cut)])
    }),
)

test("any bytes are read or refused as bad_json", () => {
  fc.assert(
    fc.property(almost, (body) => {
      const detail = detailOf(body)
      if (detail !== undefined)
        expect(detail).toMatch(
          /: (it is empty|byte \d+ cannot be read|it ends after \d+ bytes, before it is complete)\.$/,
        )
    }),
    { numRuns: 5_000 },
  )
})

test("what strict JSON takes is never refused", () => {
  fc.assert(
    fc.property(almost, (body) => {
      let strict: unknown
      try {
        strict = JSON.parse(body.toString())
      } catch {
        return
      }
      expect(readJson(body)).toStrictEqual(wellFormed(strict))
    }),
    { numRuns: 5_000 },
  )
})

/** The value with every lone surrogate replaced. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.toWellFormed(), wellFormed(member)]),
  )
}

test("nothing before the named byte is at fault", () => {
  fc.assert(
    fc.property(almost, (body) => {
      const detail = detailOf(body)
      const at = Number(/byte (\d+)/.exec(detail ?? "")?.[1] ?? Number.NaN)
      if (Number.isNaN(at)) return
      expect(detailOf(body.subarray(0, at)) ?? "").not.toContain("cannot be read")
      expect(at).toBeLessThan(body.length)
    }),
    { numRuns: 5_000 },
  )
})

for (const [title, part] of [
  ["backslashes", "\\"],
  ["collapsed escapes", "\\u"],
  ["lone surrogates", "\\ud800"],
  ["control characters", "\u0001"],
  ["quotes", '"'],
  ["minus signs", "-"],
  ["digits", "1"],
  ["NaN", "NaN,"],
  ["letters", "N"],
  ["blanks", " "],
  ["brackets", "["],
  ["bytes that are not UTF-8", "\u00ff"],
] as const) {
  test(`5 MB of ${title} are read or refused in a moment`, () => {
    const many = Buffer.from(part.repeat(5_000_000 / part.length), "latin1")
    const started = performance.now()
    for (const quote of ["", '"'])
      detailOf(Buffer.concat([Buffer.from(`["\\u",${quote}`), many, Buffer.from(`${quote}]`)]))
    expect(performance.now() - started).toBeLessThan(20_000)
  })
}
