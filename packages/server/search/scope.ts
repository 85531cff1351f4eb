import { dayMs } from "@sayso/protocol/time.ts"
import { raw, sql, typed, type Sql } from "../store/sql.ts"
import type { Table } from "../store/tables.ts"

/** Who asks. Nothing crosses an org. */
export interface Reader {
  readonly org: string
}

/** A window over the events' time in epoch ms; `toMs` is exclusive. */
export interface Window {
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

/**
 * `FROM table WHERE` what the reader may see, open for further conditions by `and`. Every read of events passes through here.
 * A window prunes the storage, which is partitioned by arrival: nothing arrives a day before its time.
 */
export function visible(reader: Reader, table: Table, window: Window = {}): Sql {
  const conditions = [sql`FROM ${raw(table)} WHERE org = ${reader.org}`]
  if (window.fromMs !== undefined) {
    conditions.push(
      sql` AND time >= ${moment(window.fromMs)} AND arrived >= ${moment(window.fromMs - dayMs)}`,
    )
  }
  if (window.toMs !== undefined) conditions.push(sql` AND time < ${moment(window.toMs)}`)
  return { kind: "sql", strings: ["", ...conditions.map(() => "")], values: conditions }
}

/** Epoch ms as a moment of the engine. */
export function moment(ms: number): Sql {
  return sql`fromUnixTimestamp64Milli(${typed(Math.round(ms), "Int64")}, 'UTC')`
}
