import { dayMs } from "@sayso/protocol/time.ts"
import { metricColumns, type MetricRow } from "../store/rows.ts"
import { raw, sql, typed, type Sql } from "../store/sql.ts"
import type { Store } from "../store/store.ts"
import { hasOne, portions } from "./lookup.ts"
import { visible, type Reader } from "./scope.ts"

/** An event's id, and who answers which question about what: the words that share one of these supersede each other. */
export interface Word {
  id: string
  vote_keys: string[]
}

/** The eval metrics of which the condition is true, with what became of each. It may ask for what all copies of an event share. */
export async function judge(store: Store, reader: Reader, which: Sql): Promise<MetricRow[]> {
  const words = await store.rows<Word>(
    sql`SELECT id, vote_keys ${visible(reader, "eval_metrics")} AND (${which}) LIMIT 1 BY id`,
  )
  const rows: MetricRow[] = []
  for (const some of portions(words)) rows.push(...(await store.rows<MetricRow>(judged(reader, some))))
  return rows
}

/**
 * These eval metrics with what became of each: one row per event (its first copy), `latest` where no later word supersedes
 * it, and when it was withdrawn. `within` may narrow where they are looked for, as far as the first copies are in it.
 *
 * Words supersede each other when they share a reading of the target's id, unless both ids are full 128-bit numbers with
 * different upper halves: hence a rank among all, among equals, and among those whose upper half is unknown. The
 * greatest (claimed time, at most a day past arrival; then arrival) is the latest. `text` accumulates.
 *
 * The words around are many and read narrowly; only what was asked for is read whole.
 */
export function judged(reader: Reader, asked: readonly Word[], within: Sql = raw("true")): Sql {
  const ids = typed([...new Set(asked.map((word) => word.id))], "Array(UUID)")
  const votes = [...new Set(asked.flatMap((word) => word.vote_keys))].map(BigInt)
  return sql`WITH
  words AS (
    SELECT id, sequence, vote_keys, target_uppers, event_kind = 'feedback' AND metric_type = 'text' AS adds,
      (least(timestamp_ms, toUnixTimestamp64Milli(arrived) + ${dayMs}), sequence) AS rank
    ${visible(reader, "eval_metrics")} AND ${hasOne("vote_keys", votes)}
    ORDER BY sequence LIMIT 1 BY id
  ),
  votes AS (
    SELECT id, sequence, adds OR rank = if(upper = 0,
      maxIf(rank, NOT adds) OVER (PARTITION BY vote),
      greatest(maxIf(rank, NOT adds) OVER (PARTITION BY vote, upper), maxIf(rank, NOT adds AND upper = 0) OVER (PARTITION BY vote))
    ) AS latest
    FROM words ARRAY JOIN vote_keys AS vote, if(empty(target_uppers), [toUInt64(0)], target_uppers) AS upper
  ),
  verdicts AS (SELECT id, sequence, min(latest) AS latest FROM votes GROUP BY id, sequence),
  gone AS (
    SELECT event_id AS id, min(toUnixTimestamp64Milli(arrived)) AS withdrawn_ms, argMin(reason, sequence) AS withdrawn_reason
    ${visible(reader, "withdrawals")} AND event_id IN ${ids} GROUP BY event_id
  ),
  events AS (SELECT ${metricColumns} ${visible(reader, "eval_metrics")} AND id IN ${ids} AND ${within})
SELECT * FROM events INNER JOIN verdicts USING (id, sequence) LEFT JOIN gone USING (id)
LIMIT 1 BY id`
}
