import { isObject, readJson, shallowEnough } from "../json.ts"
import { text } from "../span.ts"
import type { Attributes, Value } from "./model.ts"

/** Attributes while they are read. What is taken is gone, so that what is left was understood by nobody. */
export interface Bag {
  has(key: string): boolean
  /** Looks without taking. */
  peek(key: string): Value | undefined
  take(key: string): Value | undefined
  /** The first of these keys that holds a text, a number or a boolean. Later keys that say the same are taken too. */
  text(...keys: readonly string[]): string
  /** The first of these keys that holds a number, also one in digits. Later keys that say the same are taken too. */
  number(...keys: readonly string[]): number | undefined
  /** All that begins with the prefix, without it. */
  under(prefix: string): [key: string, value: Value][]
  /** The items of a list that was flattened to `prefix.N.key`, in the order of N; of each only one member, where it is named. */
  list(prefix: string, member?: string): Bag[]
  rest(): [key: string, value: Value][]
}

/** Foreign keys never become members of an object by assignment: `__proto__` is a key like any other. */
export function createBag(attributes: Attributes | Iterable<readonly [string, Value]>): Bag {
  const entries = isIterable(attributes) ? attributes : Object.entries(attributes)
  const left = new Map<string, Value>()
  // A value of nothing says nothing.
  for (const [key, value] of entries)
    if (value !== null && value !== undefined && value !== "") left.set(key, value)

  const take = (key: string): Value | undefined => {
    const value = left.get(key)
    left.delete(key)
    return value
  }
  function first<T>(keys: readonly string[], read: (value: Value) => T | undefined): T | undefined {
    let found: T | undefined
    for (const key of keys) {
      const value = left.get(key)
      if (value === undefined) continue
      const said = read(value)
      if (said === undefined || (found !== undefined && said !== found)) continue
      found = said
      left.delete(key)
    }
    return found
  }
  const under = (prefix: string): [string, Value][] => {
    const found = [...left].filter(([key]) => key.startsWith(prefix))
    for (const [key] of found) left.delete(key)
    return found.map(([key, value]) => [key.slice(prefix.length), value])
  }
  return {
    has: (key) => left.has(key),
    peek: (key) => left.get(key),
    take,
    text: (...keys) => first(keys, (value) => text(value) || undefined) ?? "",
    number: (...keys) => first(keys, numberOf),
    under,
    list(prefix, member) {
      const items = new Map<number, [string, Value][]>()
      const start = `${prefix}.`
      for (const [key, value] of left) {
        if (!key.startsWith(start)) continue
        const [, digits, name] = listKey.exec(key.slice(start.length)) ?? []
        if (digits === undefined || name === undefined || (member !== undefined && name !== member)) continue
        const item = items.get(Number(digits))
        if (item) item.push([name, value])
        else items.set(Number(digits), [[name, value]])
        left.delete(key)
      }
      return [...items].toSorted(([a], [b]) => a - b).map(([, item]) => createBag(item))
    },
    rest: () => [...left],
  }
}

function isIterable(
  attributes: Attributes | Iterable<readonly [string, Value]>,
): attributes is Iterable<readonly [string, Value]> {
  return Symbol.iterator in attributes
}

/** The place in a list comes from outside: it orders and never makes an array as long as it says. */
const listKey = /^(\d{1,4})\.(.+)$/s

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
  const ends = `${trimmed[0] ?? ""}${trimmed.at(-1) ?? ""}`
  if (ends !== "{}" && ends !== "[]") return value
  try {
    const read = readJson(Buffer.from(trimmed))
    return shallowEnough(read, maxTextDepth) ? (read as Value) : value
  } catch {
    return value
  }
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
  if (Array.isArray(value)) return value.length > 0
  if (isObject(value)) return Object.keys(value).length > 0
  return value !== undefined && value !== null && value !== ""
}
