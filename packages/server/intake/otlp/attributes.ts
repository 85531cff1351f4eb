import { isObject, readJson, shallowEnough } from "../json.ts"
import { text } from "../span.ts"
import type { Attributes, Value } from "./model.ts"

/** Attributes while they are read. What is taken is gone, so that what is left was understood by nobody. */
export class Bag {
  readonly #left: Map<string, Value>
  /** A bit for each letter that a key begins with: most prefixes are those of other conventions, and no key need be looked at. */
  #letters = 0

  constructor(left: Map<string, Value>) {
    this.#left = left
    for (const key of left.keys()) this.#letters |= letterOf(key)
  }

  has(key: string): boolean {
    return this.#left.has(key)
  }

  /** Looks without taking. */
  peek(key: string): Value | undefined {
    return this.#left.get(key)
  }

  take(key: string): Value | undefined {
    const value = this.#left.get(key)
    if (value !== undefined) this.#left.delete(key)
    return value
  }

  /** The first of these keys that holds a text, a number or a boolean. Later keys that say the same are taken too. */
  text(...keys: readonly string[]): string {
    return this.#first(keys, textOf) ?? ""
  }

  /** The first of these keys that holds a number, also one in digits. Later keys that say the same are taken too. */
  number(...keys: readonly string[]): number | undefined {
    return this.#first(keys, numberOf)
  }

  #first<T>(keys: readonly string[], read: (value: Value) => T | undefined): T | undefined {
    let found: T | undefined
    for (const key of keys) {
      const value = this.#left.get(key)
      if (value === undefined) continue
      const said = read(value)
      if (said === undefined || (found !== undefined && said !== found)) continue
      found = said
      this.#left.delete(key)
    }
    return found
  }

  /** All that begins with the prefix, without it. */
  under(prefix: string): [key: string, value: Value][] {
    const found: [string, Value][] = []
    if ((this.#letters & letterOf(prefix)) === 0) return found
    for (const key of this.#left.keys()) {
      if (key.startsWith(prefix)) found.push([key.slice(prefix.length), this.take(key) as Value])
    }
    return found
  }

  /** The items of a list that was flattened to `prefix.N.key`, in the order of N; of each only one member, where it is named. */
  list(prefix: string, member?: string): Bag[] {
    if ((this.#letters & letterOf(prefix)) === 0) return []
    const items = new Map<number, Map<string, Value>>()
    for (const [key, value] of this.#left) {
      if (!key.startsWith(prefix) || key[prefix.length] !== ".") continue
      const dot = key.indexOf(".", prefix.length + 1)
      const digits = key.slice(prefix.length + 1, dot)
      const name = key.slice(dot + 1)
      if (dot === -1 || name === "" || !place.test(digits) || (member !== undefined && name !== member))
        continue
      const item = items.get(Number(digits))
      if (item) item.set(name, value)
      else items.set(Number(digits), new Map([[name, value]]))
      this.#left.delete(key)
    }
    return [...items].toSorted(([a], [b]) => a - b).map(([, item]) => new Bag(item))
  }

  rest(): [key: string, value: Value][] {
    return [...this.#left]
  }
}

/** Foreign keys never become members of an object by assignment: `__proto__` is a key like any other. */
export function createBag(attributes: Attributes | Iterable<readonly [string, Value]>): Bag {
  const left = new Map<string, Value>()
  // A value of nothing says nothing.
  const keep = (key: string, value: Value | undefined): void => {
    if (value !== null && value !== undefined && value !== "") left.set(key, value)
  }
  if (isIterable(attributes)) for (const [key, value] of attributes) keep(key, value)
  else for (const key of Object.keys(attributes)) keep(key, attributes[key])
  return new Bag(left)
}

function isIterable(
  attributes: Attributes | Iterable<readonly [string, Value]>,
): attributes is Iterable<readonly [string, Value]> {
  return Symbol.iterator in attributes
}

function letterOf(text: string): number {
  return 1 << (text.charCodeAt(0) & 31)
}

/** The place in a list comes from outside: it orders and never makes an array as long as it says. */
const place = /^\d{1,4}$/

function textOf(value: Value): string | undefined {
  return text(value) || undefined
}

function numberOf(value: Value): number | undefined {
  const number =
    typeof value === "string" && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value
  return typeof number === "number" && Number.isFinite(number) ? number : undefined
}

/** Past this a JSON text inside an attribute stays a text. */
const maxTextDepth = 100

/** What a JSON text of an object or a list holds. Any other value, and a text that is not quite JSON, stays what it is. */
export function parsed(value: Value): Value {
  if (typeof value !== "string") return value
  const trimmed = value.trim()
  const last = trimmed.at(-1)
  if (!(trimmed.startsWith("{") && last === "}") && !(trimmed.startsWith("[") && last === "]")) return value
  try {
    const read = readText(trimmed)
    return shallowEnough(read, maxTextDepth) ? (read as Value) : value
  } catch {
    return value
  }
}

/** Most texts are strict JSON without a surrogate; those that are not are read with tolerance. */
function readText(text: string): unknown {
  if (!text.includes("\\u") && text.isWellFormed()) {
    try {
      return JSON.parse(text)
    } catch {}
  }
  return readJson(Buffer.from(text))
}

/** As {@link parsed}, and a text in quotes without them: what went through `JSON.stringify` whatever it was. */
export function unquoted(value: Value): Value {
  if (typeof value !== "string" || !value.startsWith('"')) return parsed(value)
  try {
    const read: unknown = JSON.parse(value)
    return typeof read === "string" ? read.toWellFormed() : value
  } catch {
    return value
  }
}

/** A list, or one that stands in a JSON text; anything else is none. */
export function listOf(value: Value | undefined): readonly Value[] | undefined {
  const read = value === undefined ? undefined : parsed(value)
  return Array.isArray(read) ? (read as readonly Value[]) : undefined
}

/** An object, or one that stands in a JSON text, as its members; anything else is none. */
function membersOf(value: Value | undefined): [string, Value][] | undefined {
  const read = value === undefined ? undefined : parsed(value)
  return isObject(read) ? Object.entries(read) : undefined
}

/** Takes a list, or one that stands in a JSON text; leaves anything else. */
export function takeList(bag: Bag, key: string): readonly Value[] | undefined {
  const list = listOf(bag.peek(key))
  if (list) bag.take(key)
  return list
}

/** Takes an object, or one that stands in a JSON text; leaves anything else. */
export function takeMembers(bag: Bag, key: string): [string, Value][] | undefined {
  const members = membersOf(bag.peek(key))
  if (members) bag.take(key)
  return members
}

/** A text, a number or a boolean. */
export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
}

/** Whether there is anything in it: no null, no empty text, list or object. */
export function filled(value: unknown): boolean {
  if (typeof value !== "object" || value === null)
    return value !== undefined && value !== null && value !== ""
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0
}
