import { sha256 } from "@noble/hashes/sha2.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"

/**
 * One way to read an id. `key` is the low 64 bits of the number that was read, or of the hash of the exact text
 * where it is no number. `upper` is the upper half of a full 128-bit number, and 0 where the upper half is unknown
 * (64-bit ids, ids padded with zeros, texts).
 */
export interface Reading {
  readonly key: bigint
  readonly upper: bigint
}

const mask64 = (1n << 64n) - 1n
const min64 = -(1n << 63n)
const decimal = /^([+-]?)(\d+)$/
const prefixedHex = /^0[xX]([0-9a-fA-F]+)$/
const bareHex = /^(?:[0-9a-fA-F]{16}|[0-9a-fA-F]{32})$/

/** Of the usual lengths, with a letter, so that it is no decimal. */
const fullHex = /^(?=\d*[a-fA-F])(?:[\da-fA-F]{16}|[\da-fA-F]{32})$/
const shortDecimal = /^\d+$/

/**
 * The readings of a span or trace id, the likeliest first; never empty. The same span is named `1683795535652684607`
 * by one client and `175e0b1e58f7833f` by another, and a trace by 32 hex digits or by the decimal of its low half
 * (signed, from Java). Digits that could be either notation give both readings.
 *
 * Only span and trace ids have spellings: session ids and join keys match as exact text.
 */
export function readId(id: string): readonly [Reading, ...Reading[]] {
  // What nearly every client sends is read without detours: full hex, and a decimal of 64 bits.
  if (fullHex.test(id)) return [hexHalves(id)]
  if (id.length < 16 && shortDecimal.test(id)) return [{ key: BigInt(id), upper: 0n }]
  const asHex = hexReading(id)
  const asDecimal = decimalReading(id)
  if (asHex && asDecimal) return id.length === 32 ? [asHex, asDecimal] : [asDecimal, asHex]
  return [asHex ?? asDecimal ?? textReading(id)]
}

/** Whether two ids can name the same span or trace: a shared key, and no two upper halves that differ. */
export function idsMeet(a: string, b: string): boolean {
  return readingsMeet(readId(a), readId(b))
}

/** {@link idsMeet} for ids that were read before. */
export function readingsMeet(a: readonly Reading[], b: readonly Reading[]): boolean {
  return a.some((x) =>
    b.some((y) => x.key === y.key && (x.upper === 0n || y.upper === 0n || x.upper === y.upper)),
  )
}

function decimalReading(id: string): Reading | undefined {
  const [, sign, digits] = decimal.exec(id) ?? []
  const value = numberOf("", digits)
  if (value === undefined) return undefined
  if (sign === "-") return -value < min64 ? undefined : halves(-value & mask64)
  return value >> 128n === 0n ? halves(value) : undefined
}

function hexReading(id: string): Reading | undefined {
  const value = numberOf("0x", bareHex.test(id) ? id : prefixedHex.exec(id)?.[1])
  return value === undefined || value >> 128n !== 0n ? undefined : halves(value)
}

/** Digits without leading zeros as a number; undefined where they are surely more than 128 bits. */
function numberOf(prefix: "" | "0x", digits = ""): bigint | undefined {
  const significant = digits.replace(/^0+(?=.)/, "")
  return significant === "" || significant.length > 39 ? undefined : BigInt(prefix + significant)
}

function hexHalves(id: string): Reading {
  if (id.length === 16) return { key: BigInt(`0x${id}`), upper: 0n }
  return { key: BigInt(`0x${id.slice(16)}`), upper: BigInt(`0x${id.slice(0, 16)}`) }
}

function textReading(id: string): Reading {
  const hash = sha256(utf8ToBytes(id))
  let key = 0n
  for (const byte of hash.subarray(0, 8)) key = (key << 8n) | BigInt(byte)
  return { key, upper: 0n }
}

function halves(value: bigint): Reading {
  return { key: value & mask64, upper: value >> 64n }
}
