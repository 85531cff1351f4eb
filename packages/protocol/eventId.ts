import type { EvalMetric } from "./event.ts"

/** A digest of a text as at least 32 hex digits, for instance SHA-256. Handed in, because this package knows no runtime. */
export type Digest = (text: string) => string

/**
 * The id of an eval metric, derived from the org and the normalised content: an event that is sent again gets the same
 * id and counts once. The order of keys and of tags does not matter; everything else does, the claimed time too.
 */
export function metricId(org: string, metric: EvalMetric, digest: Digest): string {
  const feedback = metric.event_kind === "feedback" ? metric : undefined
  const evaluation = metric.event_kind === "evaluation" ? metric : undefined
  const joinOn = evaluation?.join_on
  // Parts in a fixed order cost a fraction of sorting the keys; only what has keys of its own is sorted.
  const parts: (string | number | boolean | undefined)[] = [
    "eval_metric",
    org,
    metric.event_kind,
    metric.eval_scope,
    feedback?.span_id ?? joinOn?.span?.span_id,
    feedback?.trace_id ?? joinOn?.span?.trace_id,
    metric.session_id,
    feedback?.feedback_join_key,
    joinOn?.tag?.key,
    joinOn?.tag?.value,
    feedback?.submitter.id,
    feedback?.submitter.type,
    metric.label,
    metric.metric_type,
    metric.categorical_value,
    metric.score_value,
    metric.boolean_value,
    metric.text_value,
    metric.json_value && canonicalJson(metric.json_value),
    metric.timestamp_ms,
    metric.ml_app,
    metric.assessment,
    metric.reasoning,
    metric.metadata && canonicalJson(metric.metadata),
    evaluation?.status,
    evaluation?.error && canonicalJson(evaluation.error),
  ]
  for (const tag of sortedOnce(metric.tags)) parts.push(tag)
  return uuidOf(JSON.stringify(parts), digest)
}

/** Each tag once, in an order that does not hang on the client's. */
function sortedOnce(tags: readonly string[] | undefined): readonly string[] {
  if (!tags || tags.length === 0) return []
  const sorted = tags.toSorted()
  return sorted.filter((tag, at) => at === 0 || sorted[at - 1] !== tag)
}

/** The id of anything else that is known by its content. `parts` are compared in order. */
export function contentId(parts: readonly unknown[], digest: Digest): string {
  return uuidOf(canonicalJson(parts), digest)
}

/** Whether a text has the form of an event's id. */
export function isEventId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}

/** JSON with sorted keys and without undefined members, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const members: string[] = []
  for (const [key, member] of Object.entries(value).sort(byKey)) {
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${members.join(",")}}`
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A UUID of version 8 (RFC 9562 §5.8: custom) from the first 122 bits of the digest. */
function uuidOf(text: string, digest: Digest): string {
  const hex = digest(text)
  const variant = ((parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
