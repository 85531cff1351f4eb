import { fault } from "@sayso/protocol/errors.ts"

/** How deep accepted JSON may nest. Deeper values would need a stack of their own at every later step. */
export const maxDepth = 1_000

/**
 * The body as JSON. What strict JSON refuses is read once more with tolerance, because official SDKs send it: a `\u`
 * that is no escape (the Node SDK turns `C:\users` into one) stays as written, NaN and Infinity become null, control
 * characters in strings are kept, a byte order mark is skipped. Bytes that are not UTF-8 and lone surrogates become
 * U+FFFD, since no UTF-8 store can hold them.
 *
 * @throws a Fault `bad_json` that names the byte where reading stopped, and quotes nothing, since it may be user text.
 */
export function readJson(body: Buffer): unknown {
  const text = wellFormed(body.toString("utf8"))
  try {
    return JSON.parse(text)
  } catch {
    const stop = findStop(body.toString("latin1"))
    if (stop === undefined) return JSON.parse(mend(text))
    const early = text.trim() === "" ? "it is empty" : `it ends after ${stop} bytes, before it is complete`
    throw fault(
      "bad_json",
      `The body is not JSON: ${stop < body.length ? `byte ${stop} cannot be read` : early}.`,
    )
  }
}

/** One escape in a string: a whole surrogate pair, half of one, or any other. */
const escape =
  /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|[^])/g

/** The same text, at the same length, with every escaped lone surrogate replaced. The bytes themselves cannot hold one. */
function wellFormed(text: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return text
  return text.replace(escape, (whole, half?: string) => (half === undefined ? whole : "\\ufffd"))
}

const blank = " \t\n\r"
const byteOrderMark = "\u00ef\u00bb\u00bf"
const scalar = /true|false|null|-?(?:NaN|Infinity|(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y

/**
 * Where even the tolerant reading stops: the offset of the first byte that it cannot use, or the length where more was
 * to come; undefined where it reads all. The engine's own messages name no position for most faults, and quote user text.
 *
 * @param bytes one character for each byte
 */
function findStop(bytes: string): number | undefined {
  /** The brackets that wait for their end, by that end. */
  const ends: string[] = []
  /** What may come next: a bracket, a comma, a colon, a string by its quote, and any other value by `v`. */
  let allowed = '"v[{'
  let at = bytes.startsWith(byteOrderMark) ? byteOrderMark.length : 0
  for (;;) {
    while (at < bytes.length && blank.includes(bytes[at] as string)) at += 1
    if (at >= bytes.length) return allowed === "" ? undefined : bytes.length
    const character = bytes[at] as string
    const kind = '"[]{},:'.includes(character) ? character : "v"
    if (!allowed.includes(kind)) return at
    const isKey = kind === '"' && !allowed.includes("v")
    if (kind === "v") {
      scalar.lastIndex = at
      if (!scalar.test(bytes)) return at
      at = scalar.lastIndex
    } else if (kind === '"') {
      const end = endOfString(bytes, at)
      if (end === undefined) return bytes.length
      at = end
    } else at += 1

    if (kind === "[" || kind === "{") {
      ends.push(kind === "[" ? "]" : "}")
      allowed = kind === "[" ? '"v[{]' : '"}'
    } else if (kind === ",") allowed = ends.at(-1) === "]" ? '"v[{' : '"'
    else if (kind === ":") allowed = '"v[{'
    else if (isKey) allowed = ":"
    else {
      if (kind === "]" || kind === "}") ends.pop()
      allowed = ends.length === 0 ? "" : `,${ends.at(-1)}`
    }
  }
}

/** Past the closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1
    else if (text[at] === '"') return at + 1
  }
  return undefined
}

const notANumber = /-?(?:NaN|Infinity)\b/y
const escapeLetters = '"\\/bfnrt'
const fourHex = /[0-9a-fA-F]{4}/y

/** The same text with the slips mended that {@link readJson} tolerates. One pass; other faults stay faults. */
function mend(text: string): string {
  const out: string[] = []
  let from = text.startsWith("\ufeff") ? 1 : 0
  let inString = false
  const replace = (at: number, length: number, by: string): void => {
    out.push(text.slice(from, at), by)
    from = at + length
  }
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] as string
    if (!inString) {
      if (character === '"') inString = true
      else if (character === "N" || character === "I" || character === "-") {
        notANumber.lastIndex = at
        const found = notANumber.exec(text)?.[0]
        if (found === undefined) continue
        replace(at, found.length, "null")
        at += found.length - 1
      }
    } else if (character === '"') inString = false
    else if (character === "\\") {
      const next = text[at + 1] ?? ""
      fourHex.lastIndex = at + 2
      const sound = next === "u" ? fourHex.test(text) : next !== "" && escapeLetters.includes(next)
      if (sound) at += 1
      else replace(at, 1, "\\\\")
    } else if (character < " ") replace(at, 1, `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
  }
  out.push(text.slice(from))
  return out.join("")
}

/** Whether the value nests no deeper than {@link maxDepth}. */
export function shallowEnough(value: unknown, left = maxDepth): boolean {
  if (typeof value !== "object" || value === null) return true
  if (left === 0) return false
  if (Array.isArray(value)) return value.every((item) => shallowEnough(item, left - 1))
  for (const key in value) {
    if (!shallowEnough((value as Record<string, unknown>)[key], left - 1)) return false
  }
  return true
}

export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
