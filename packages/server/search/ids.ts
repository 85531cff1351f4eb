import { readId, readingsMeet, type Reading } from "@sayso/protocol/ids.ts"
import { or, raw, sql, type Sql } from "../store/sql.ts"

/** The keys of ids, in any of their spellings, each once. */
export function keysOf(ids: readonly string[]): bigint[] {
  return [...new Set([...new Set(ids)].flatMap((id) => readId(id).map((reading) => reading.key)))]
}

/**
 * Whether one of the readings kept in two parallel columns is the id, in any of its spellings. The first part is for the index,
 * the second keeps apart full 128-bit ids whose upper halves differ.
 */
export function readingsInclude(keys: string, uppers: string, id: string): Sql {
  const readings = readId(id)
  const wanted = readings.map((reading) => reading.key)
  return sql`hasAny(${raw(keys)}, ${wanted}) AND arrayExists((key, upper) -> ${or(readings.map(meets))}, ${raw(keys)}, ${raw(uppers)})`
}

function meets({ key, upper }: Reading): Sql {
  return upper === 0n ? sql`key = ${key}` : sql`key = ${key} AND (upper = 0 OR upper = ${upper})`
}

/** Things that are found by any spelling of their ids. */
export interface IdIndex<T> {
  add(id: string, item: T): void
  /** Each once, in the order in which they were added. */
  find(id: string): T[]
}

export function createIdIndex<T>(items: Iterable<readonly [id: string, item: T]> = []): IdIndex<T> {
  interface Entry {
    readonly place: number
    readonly readings: readonly Reading[]
    readonly item: T
  }
  const byKey = new Map<bigint, Entry[]>()
  let place = 0
  const add = (id: string, item: T): void => {
    const entry = { place: (place += 1), readings: readId(id), item }
    for (const { key } of entry.readings) {
      const there = byKey.get(key)
      if (there) there.push(entry)
      else byKey.set(key, [entry])
    }
  }
  const find = (id: string): T[] => {
    const readings = readId(id)
    const near = new Set(readings.flatMap(({ key }) => byKey.get(key) ?? []))
    const found = [...near].filter((entry) => readingsMeet(entry.readings, readings))
    return [...new Set(found.sort((a, b) => a.place - b.place).map(({ item }) => item))]
  }
  for (const [id, item] of items) add(id, item)
  return { add, find }
}
