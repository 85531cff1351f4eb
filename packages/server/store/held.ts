import type { Link } from "./connect.ts"
import { raw, render, sql, typed } from "./sql.ts"
import type { Table } from "./tables.ts"

/** What names a row in each table, and which of its copies has to be there: the first that came, or any later one as well. */
const identities: Record<
  Table,
  { readonly columns: readonly [string, ...string[]]; readonly firstCounts: boolean }
> = {
  spans: { columns: ["trace_id", "span_id"], firstCounts: false },
  eval_metrics: { columns: ["id"], firstCounts: true },
  span_contents: { columns: ["id"], firstCounts: true },
  withdrawals: { columns: ["event_id"], firstCounts: true },
  rejected: { columns: ["id"], firstCounts: true },
}

type Row = Record<string, string>

/** So many characters of names are asked for at once: a server bounds a parameter (`http_max_field_value_size`, 128 KiB). */
const atOnce = 60_000

/**
 * Whether the table has every row of the NDJSON, or a copy that stands for it. This asks the table itself, because the
 * engine remembers a token a moment before its rows are in the table: killed between the two, it takes the rows
 * for stored and passes over them when they are sent again.
 */
export async function holdsRows(link: Link, table: Table, body: Buffer): Promise<boolean> {
  const lines = body
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
  let some: Row[] = []
  let characters = 0
  for (const line of lines) {
    const row = JSON.parse(line) as Row
    some.push(row)
    characters += nameOf(table, row).length + 3
    if (characters < atOnce) continue
    if (!(await holdsSome(link, table, some))) return false
    some = []
    characters = 0
  }
  return some.length === 0 || holdsSome(link, table, some)
}

function nameOf(table: Table, row: Row): string {
  return row[identities[table].columns[0]] ?? ""
}

async function holdsSome(link: Link, table: Table, rows: readonly Row[]): Promise<boolean> {
  const { columns, firstCounts } = identities[table]
  const [first] = columns
  const names = [...new Set(rows.map((row) => nameOf(table, row)))]
  const key = (row: Row): string => JSON.stringify([row["org"], ...columns.map((column) => row[column])])
  const type = first === "trace_id" ? "Array(String)" : "Array(UUID)"
  const found = (await link.rows(
    render(sql`SELECT org, ${raw(columns.join(", "))}, min(sequence) AS earliest, max(sequence) AS latest
      FROM ${raw(table)} WHERE ${raw(first)} IN ${typed(names, type)} GROUP BY org, ${raw(columns.join(", "))}`),
    { output_format_json_quote_64bit_integers: 1 },
  )) as Row[]
  const held = new Map(found.map((row) => [key(row), row]))
  return rows.every((row) => {
    const there = held.get(key(row))
    if (!there) return false
    const sequence = BigInt(row["sequence"] ?? 0)
    return firstCounts ? BigInt(there["earliest"] ?? 0) <= sequence : BigInt(there["latest"] ?? 0) >= sequence
  })
}
