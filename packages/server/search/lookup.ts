import { raw, sql, type Sql } from "../store/sql.ts"

/** So many values are looked up one by one through a column's index; more are cheaper as a set, in one pass over the column. */
export const few = 32

/** So much of a list is sent as a parameter: a server bounds one (`http_max_field_value_size`, 128 KiB). */
const maxListCharacters = 50_000

/**
 * Whether the array column has one of the values. Where they are too many to be sent, the engine asks the question, which
 * gives the same values.
 */
export function hasOne(column: string, values: readonly bigint[] | readonly string[], question?: Sql): Sql {
  if (values.length === 0) return raw("false")
  if (question && !fits(values)) return sql`arrayExists(item -> item GLOBAL IN (${question}), ${raw(column)})`
  if (values.length <= few) return sql`hasAny(${raw(column)}, ${values})`
  return sql`arrayExists(item -> item IN ${values}, ${raw(column)})`
}

/** Whether the column is one of the values: {@link hasOne} for a column of one value. */
export function isOne(column: string, values: readonly string[], question: Sql): Sql {
  if (values.length === 0) return raw("false")
  return fits(values) ? sql`${raw(column)} IN ${values}` : sql`${raw(column)} GLOBAL IN (${question})`
}

function fits(values: readonly bigint[] | readonly string[]): boolean {
  let characters = 0
  for (const value of values) characters += typeof value === "bigint" ? 20 : value.length
  return characters <= maxListCharacters
}

/** The items in portions that are few enough for one question. */
export function portions<T>(items: readonly T[], size = 1000): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  )
}

/** Each text once, in the order of appearance; empty ones say nothing. */
export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== "")
}
