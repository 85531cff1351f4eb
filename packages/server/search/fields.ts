import type { FeedbackFields, SpanName } from "@sayso/protocol/api.ts"
import { sql } from "../store/sql.ts"
import type { Store } from "../store/store.ts"
import { visible, type Reader } from "./scope.ts"

const most = 1000

interface LabelRow {
  label: string
  metric_types: FeedbackFields["labels"][number]["metric_types"]
  least: number | null
  greatest: number | null
}

/**
 * The applications and labels that feedback has, the most frequent first. Copies and what is history or withdrawn count as
 * well: this says what one can ask for, and the lists say what there is. Of scores one in a hundred at either end is left out,
 * so that a stray one does not make another scale of all.
 */
export async function listFeedbackFields(store: Store, reader: Reader): Promise<FeedbackFields> {
  const given = sql`${visible(reader, "eval_metrics")} AND event_kind = 'feedback'`
  const [apps, labels] = await Promise.all([
    store.rows<{ ml_app: string }>(
      sql`SELECT ml_app ${given} AND ml_app != '' GROUP BY ml_app ORDER BY count() DESC, ml_app LIMIT ${most}`,
    ),
    store.rows<LabelRow>(
      sql`SELECT label, arraySort(groupUniqArray(metric_type)) AS metric_types, quantileExact(0.01)(score_value) AS least, quantileExact(0.99)(score_value) AS greatest
        ${given} GROUP BY label ORDER BY count() DESC, label LIMIT ${most}`,
    ),
  ])
  const newest = labels.length === 0 ? await newestSpan(store, reader) : undefined
  return {
    ...(newest && { newest_span: newest }),
    ml_apps: apps.map((row) => row.ml_app),
    labels: labels.map(({ label, metric_types, least, greatest }) => ({
      label,
      metric_types,
      ...(least !== null && greatest !== null && { scores: { min: least, max: greatest } }),
    })),
  }
}

/** What tells somebody who waits for feedback that spans do arrive. */
async function newestSpan(store: Store, reader: Reader): Promise<FeedbackFields["newest_span"]> {
  const [row] = await store.rows<SpanName & { time_ms: string }>(
    sql`SELECT trace_id, span_id, name, span_kind, ml_app, session_id, toUnixTimestamp64Milli(time) AS time_ms
      ${visible(reader, "spans")} ORDER BY time DESC LIMIT 1`,
  )
  if (!row) return undefined
  const { time_ms, ...span } = row
  return { ...span, time: Number(time_ms) }
}
