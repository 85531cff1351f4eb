import { createHash } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import { idsMeet, readId, readingsMeet } from "./ids.ts"

/** The readings of an id as `key`, or `upper:key` where there is an upper half, in hex without leading zeros. */
function readings(id: string, ...expected: string[]) {
  test(`reads ${show(id)}`, () => {
    const found = readId(id).map(({ key, upper }) =>
      upper === 0n ? key.toString(16) : `${upper.toString(16)}:${key.toString(16)}`,
    )
    expect(found).toEqual(expected)
  })
}

/** Whether two ids meet, said from either side. */
function check(a: string, b: string, expected: boolean, why: string) {
  test(`${show(a)} and ${show(b)} ${expected ? "meet" : "do not meet"}: ${why}`, () => {
    expect([idsMeet(a, b), idsMeet(b, a)]).toEqual([expected, expected])
  })
}

function show(id: string): string {
  return id.length > 40 ? `${JSON.stringify(id.slice(0, 20))}… (${id.length})` : JSON.stringify(id)
}

readings("0", "0")
readings("1683795535652684607", "175e0b1e58f7833f")
readings("18446744073709551615", "ffffffffffffffff")
readings("+5", "5")
readings("-1", "ffffffffffffffff")
readings("-9223372036854775808", "8000000000000000")
readings("20245611112024561111", "1:18f6dc0a60ecd5d7")
readings("340282366920938463463374607431768211455", "ffffffffffffffff:ffffffffffffffff")
readings("175e0b1e58f7833f", "175e0b1e58f7833f")
readings("175E0B1E58F7833F", "175e0b1e58f7833f")
readings("0x175e0b1e58f7833f", "175e0b1e58f7833f")
readings("0X5", "5")
readings("0x0", "0")
readings("6b039df80000000006a062641c29acda", "6b039df800000000:6a062641c29acda")
readings("0000000000000000175e0b1e58f7833f", "175e0b1e58f7833f")
readings("00000000000000000000000000000007", "7", "7")
// Digits that could be both notations: the likelier one is first, decimal for 16 and hex for 32.
readings("1000000000000000", "38d7ea4c68000", "1000000000000000")
readings("10000000000000000000000000000000", "1000000000000000:0", "7e37be2022:c0914b2680000000")

/** Ids that are no number: their one key is the first 64 bits of the SHA-256 of the exact text. */
function text(id: string, why: string) {
  test(`${show(id)} is a text: ${why}`, () => {
    const hash = createHash("sha256").update(id).digest("hex")
    expect(readId(id)).toEqual([{ key: BigInt(`0x${hash.slice(0, 16)}`), upper: 0n }])
    expect(idsMeet(id, id)).toBe(true)
    expect(idsMeet(id, `${id} `)).toBe(false)
  })
}

text("", "empty")
text("not-a-number!", "letters")
text("日本語-🙂", "unicode")
text("75e0b1e58f7833f", "15 hex digits")
text("g75e0b1e58f7833f", "16 characters, one of them no hex digit")
text(" 5", "a blank before it")
text("5\n", "a line end after it")
text("1.5", "a fraction")
text("1e3", "an exponent")
text("+", "a sign alone")
text("--5", "two signs")
text("0x", "a prefix alone")
text("-0x5", "a sign before hex")
text("٣٤", "digits of another script")
text("-9223372036854775809", "below what 64 bits with a sign hold")
text("340282366920938463463374607431768211456", "2^128")
text(`0x1${"0".repeat(32)}`, "2^128 in hex")
text("9".repeat(5_000), "5,000 digits")
text("x".repeat(5_000), "5,000 characters")
text("f".repeat(5_000), "5,000 hex digits")

check("1683795535652684607", "175e0b1e58f7833f", true, "a span in decimal and in hex")
check("1683795535652684607", "175E0B1E58F7833F", true, "any case")
check("1683795535652684607", "0x175e0b1e58f7833f", true, "with a prefix")
check("1683795535652684607", "+1683795535652684607", true, "with a plus")
check("1683795535652684607", "0001683795535652684607", true, "leading zeros")
check("0xff", "255", true, "a short prefixed one")
check("-5", "18446744073709551611", true, "signed and unsigned, from Java")
check("-5", "fffffffffffffffb", true, "signed, and hex")
check("-5", "5", false, "the sign counts")
check("6b039df800000000f6a062641c29acda", "-675431761996829478", true, "Java's signed low half of a trace")
check("6b039df80000000006a062641c29acda", "477489742610017498", true, "the low half of a trace")
check("6b039df80000000006a062641c29acda", "06a062641c29acda", true, "the low half in hex")
check(
  "6b039df80000000006a062641c29acda",
  "142246176426453679733882719598946135258",
  true,
  "128 bits in decimal",
)
check(
  "6b039df80000000006a062641c29acda",
  "000000000000000006a062641c29acda",
  true,
  "an empty upper half is unknown",
)
check("6b039df80000000006a062641c29acda", "6b039df90000000006a062641c29acda", false, "different upper halves")
check("6b039df80000000006a062641c29acda", "6b039df80000000006a062641c29acdb", false, "different low halves")
check("20245611112024561111", "1798867038315009495", true, "a long decimal by its low half")
check("1000000000000000", "0x1000000000000000", true, "digits that could be hex")
check("1000000000000000", "0001000000000000000", true, "and decimal")
check("msg_01H8", "msg_01h8", false, "the case of a text counts")
check("", "0", false, "empty is not zero")

test("a span id meets any reading of another, a trace by either of its spellings", () => {
  const trace = [...readId("6b039df8000000006f88f242fcf83b93"), ...readId("6b039df80000000006a062641c29acda")]
  expect(readingsMeet(trace, readId("477489742610017498"))).toBe(true)
  expect(readingsMeet(readId("8036939904568540051"), trace)).toBe(true)
  expect(readingsMeet(trace, readId("6b039df90000000006a062641c29acda"))).toBe(false)
})

const number64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const digits = fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEFx+-"), maxLength: 45 })
const anyId = fc.oneof(digits, fc.string({ unit: "binary" }), fc.string(), number64.map(String))

test("any id meets itself, and meeting has no direction", () => {
  fc.assert(
    fc.property(anyId, anyId, (a, b) => {
      expect(idsMeet(a, a)).toBe(true)
      expect(idsMeet(a, b)).toBe(idsMeet(b, a))
    }),
    { numRuns: 2_000 },
  )
})

test("any id has one or two readings of 64 bits each", () => {
  fc.assert(
    fc.property(anyId, (id) => {
      const found = readId(id)
      expect(found.length === 1 || found.length === 2).toBe(true)
      for (const { key, upper } of found) {
        expect(BigInt.asUintN(64, key)).toBe(key)
        expect(BigInt.asUintN(64, upper)).toBe(upper)
      }
    }),
    { numRuns: 2_000 },
  )
})

test("all spellings of a 64-bit number meet, and no spelling of its neighbour does", () => {
  fc.assert(
    fc.property(number64, (number) => {
      const hex = number.toString(16).padStart(16, "0")
      const spellings = [
        String(number),
        `+${number}`,
        String(BigInt.asIntN(64, number)),
        hex,
        hex.toUpperCase(),
        `0x${number.toString(16)}`,
        hex.padStart(32, "0"),
        `6b039df800000000${hex}`,
        String((0x6b039df800000000n << 64n) | number),
      ]
      // The last digit is lost where a JS number comes in between.
      const neighbour = `0x${(number ^ 1n).toString(16)}`
      for (const a of spellings) {
        for (const b of spellings) expect(idsMeet(a, b), `${a} ${b}`).toBe(true)
        expect(readId(a)[0].key === number || readId(a)[1]?.key === number, a).toBe(true)
      }
      expect(idsMeet(`0x${number.toString(16)}`, neighbour)).toBe(false)
      expect(idsMeet(`0x${number.toString(16)}`, `0x${number.toString(16)}`)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test("full 128-bit ids meet only where both halves are equal", () => {
  const upper = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n })
  fc.assert(
    fc.property(upper, upper, number64, (a, b, low) => {
      const spell = (high: bigint) => `0x${((high << 64n) | low).toString(16)}`
      expect(idsMeet(spell(a), spell(b))).toBe(a === b)
    }),
    { numRuns: 500 },
  )
})

test("a megabyte of anything is read in a moment", () => {
  const started = performance.now()
  for (const part of ["0", "9", "f", "0x", "-"]) readId(part.repeat(1_000_000))
  readId(`${"0".repeat(1_000_000)}x`)
  expect(performance.now() - started).toBeLessThan(5_000)
})
