import { fault, type Fault } from "@sayso/protocol/errors.ts"
import { maxDepth } from "./json.ts"

/** A list or a map can be one byte on the wire and is a hundred here: more than a body that means well ever has. */
export const maxContainers = 1_000_000

/** How many lists and maps may still be read. Readings that belong to one request share one. */
export interface Budget {
  containers: number
}

/** Integers under these keys are given as text, because the readers take no id that went through a JavaScript number. */
const idKeys = new Set(["span_id", "trace_id", "parent_id", "apm_trace_id"])

/**
 * Whether a body is msgpack: by its media type, or by a first byte that begins a list or a map in msgpack and nothing in
 * JSON. A body that begins like JSON's lists and maps is JSON, whatever its media type says.
 */
export function isMsgpack(mediaType: string, firstByte: number | undefined): boolean {
  if (firstByte === undefined) return false
  const beginsContainer = (firstByte >= 0x80 && firstByte < 0xa0) || (firstByte >= 0xdc && firstByte < 0xe0)
  const beginsJson = firstByte === 0x7b || firstByte === 0x5b
  return beginsContainer || (mediaType.includes("msgpack") && !beginsJson)
}

/**
 * A msgpack body as the plain values that JSON would have given, so that the same readers take it. Integers past 2^53 are
 * their decimal digits as text, and so are the integers of the four id fields; binary is base64, or what `ofBinary` makes
 * of it; a timestamp is an ISO 8601 text; what is no number is null, and bytes that are not UTF-8 become U+FFFD.
 *
 * The reader is our own because a library's gives no bound on depth and memory, and refuses a body for one key `__proto__`.
 * The bytes are msgpack's specification: github.com/msgpack/msgpack/blob/master/spec.md.
 *
 * @throws a Fault `bad_body` that names the byte where reading stopped, or `too_deep`. It quotes nothing.
 */
export function readMsgpack(
  body: Uint8Array,
  ofBinary: (bytes: Buffer) => unknown = (bytes) => bytes.toString("base64"),
  budget: Budget = { containers: maxContainers },
): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let at = 0

  /** Where the next `length` bytes begin. They are behind it afterwards. */
  const pass = (length: number): number => {
    if (length > bytes.length - at) throw endsEarly(bytes.length)
    const from = at
    at += length
    return from
  }
  const text = (length: number): string => bytes.toString("utf8", pass(length), at)
  const binary = (length: number): Buffer => bytes.subarray(pass(length), at)

  const list = (length: number, depth: number): unknown[] => {
    enter(length, depth)
    const items: unknown[] = []
    for (let index = 0; index < length; index += 1) items.push(value(depth + 1))
    return items
  }
  const map = (length: number, depth: number): Record<string, unknown> => {
    enter(length * 2, depth)
    const entries: Record<string, unknown> = {}
    for (let index = 0; index < length; index += 1) {
      const key = keyOf(value(depth + 1))
      const item = value(depth + 1)
      const kept = typeof item === "number" && idKeys.has(key) ? String(item) : item
      // An assignment to this name would set the prototype. JSON.parse makes an own property of it too.
      if (key === "__proto__")
        Object.defineProperty(entries, key, {
          value: kept,
          enumerable: true,
          writable: true,
          configurable: true,
        })
      else entries[key] = kept
    }
    return entries
  }
  /** No header is believed that claims more values than there are bytes left. */
  const enter = (values: number, depth: number): void => {
    budget.containers -= 1
    if (depth > maxDepth) throw fault("too_deep", `The body nests deeper than ${maxDepth} levels.`)
    if (values > bytes.length - at) throw endsEarly(bytes.length)
    if (budget.containers < 0)
      throw fault("bad_body", `The body holds more than ${maxContainers} lists and maps.`)
  }
  const extension = (length: number): unknown => {
    const type = bytes.readInt8(pass(1))
    const data = binary(length)
    return type === timestampType ? (timestamp(data) ?? ofBinary(data)) : ofBinary(data)
  }

  function value(depth: number): unknown {
    const head = bytes.readUInt8(pass(1))
    if (head < 0x80) return head
    if (head < 0x90) return map(head & 0x0f, depth)
    if (head < 0xa0) return list(head & 0x0f, depth)
    if (head < 0xc0) return text(head & 0x1f)
    if (head >= 0xe0) return head - 0x100
    switch (head) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
        return ofBinary(binary(bytes.readUInt8(pass(1))))
      case 0xc5:
        return ofBinary(binary(bytes.readUInt16BE(pass(2))))
      case 0xc6:
        return ofBinary(binary(bytes.readUInt32BE(pass(4))))
      case 0xc7:
        return extension(bytes.readUInt8(pass(1)))
      case 0xc8:
        return extension(bytes.readUInt16BE(pass(2)))
      case 0xc9:
        return extension(bytes.readUInt32BE(pass(4)))
      case 0xca:
        return finite(bytes.readFloatBE(pass(4)))
      case 0xcb:
        return finite(bytes.readDoubleBE(pass(8)))
      case 0xcc:
        return bytes.readUInt8(pass(1))
      case 0xcd:
        return bytes.readUInt16BE(pass(2))
      case 0xce:
        return bytes.readUInt32BE(pass(4))
      case 0xcf:
        return integer(bytes.readBigUInt64BE(pass(8)))
      case 0xd0:
        return bytes.readInt8(pass(1))
      case 0xd1:
        return bytes.readInt16BE(pass(2))
      case 0xd2:
        return bytes.readInt32BE(pass(4))
      case 0xd3:
        return integer(bytes.readBigInt64BE(pass(8)))
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return extension(2 ** (head - 0xd4))
      case 0xd9:
        return text(bytes.readUInt8(pass(1)))
      case 0xda:
        return text(bytes.readUInt16BE(pass(2)))
      case 0xdb:
        return text(bytes.readUInt32BE(pass(4)))
      case 0xdc:
        return list(bytes.readUInt16BE(pass(2)), depth)
      case 0xdd:
        return list(bytes.readUInt32BE(pass(4)), depth)
      case 0xde:
        return map(bytes.readUInt16BE(pass(2)), depth)
      case 0xdf:
        return map(bytes.readUInt32BE(pass(4)), depth)
      default:
        throw cannotBeRead(at - 1)
    }
  }

  const keyOf = (key: unknown): string => {
    if (typeof key === "object" && key !== null) throw cannotBeRead(at - 1)
    return String(key)
  }

  const read = value(1)
  if (at < bytes.length)
    throw fault("bad_body", `The body is not msgpack: ${bytes.length - at} bytes follow its end.`)
  return read
}

const endsEarly = (length: number): Fault =>
  fault(
    "bad_body",
    length === 0
      ? "The body is not msgpack: it is empty."
      : `The body is not msgpack: it ends after ${length} bytes, before it is complete.`,
  )

const cannotBeRead = (at: number): Fault =>
  fault("bad_body", `The body is not msgpack: byte ${at} cannot be read.`)

function integer(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/** As JSON has it: NaN and infinities are nothing. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

const timestampType = -1

/** The instant as ISO 8601 in ms; undefined where it is none that a Date can hold. */
function timestamp(data: Buffer): string | undefined {
  const ms = milliseconds(data)
  // Past this many ms from the epoch there are no dates in JavaScript.
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined
}

function milliseconds(data: Buffer): number {
  if (data.length === 4) return data.readUInt32BE() * 1e3
  if (data.length === 8) {
    const both = data.readBigUInt64BE()
    return Number(both & 0x3_ffff_ffffn) * 1e3 + Number(both >> 34n) / 1e6
  }
  if (data.length === 12) return Number(data.readBigInt64BE(4)) * 1e3 + data.readUInt32BE() / 1e6
  return Number.NaN
}
