import type { EvalMetric } from "./event.ts"

/** A digest of a text as at least 32 hex digits, for instance SHA-256. Handed in, because this package knows no runtime. */
export type Digest = (text: string) => string

/**
 * An eval metric as one flat JSON object, named as the store names its columns: most of its row, and all that its id is derived
 * from. What is empty is left out. The order of the client's keys and tags does not matter; everything else does, the
 * claimed time too.
 */
export function metricContent(metric: EvalMetric): string {
  const feedback = metric.event_kind === "feedback" ? metric : undefined
  const evaluation = metric.event_kind === "evaluation" ? metric : undefined
  const joinOn = evaluation?.join_on
  // In this order, which is part of every id.
  return JSON.stringify({
    event_kind: metric.event_kind,
    eval_scope: metric.eval_scope,
    span_id: feedback?.span_id ?? joinOn?.span?.span_id,
    trace_id: feedback?.trace_id ?? joinOn?.span?.trace_id,
    session_id: metric.session_id,
    join_key: feedback?.feedback_join_key,
    join_tag: joinOn?.tag && `${joinOn.tag.key}:${joinOn.tag.value}`,
    label: metric.label,
    metric_type: metric.metric_type,
    categorical_value: filled(metric.categorical_value),
    score_value: metric.score_value,
    boolean_value: metric.boolean_value,
    text_value: filled(metric.text_value),
    json_value: metric.json_value && canonicalJson(metric.json_value),
    assessment: metric.assessment,
    reasoning: filled(metric.reasoning),
    submitter_id: feedback?.submitter.id,
    submitter_type: filled(feedback?.submitter.type),
    ml_app: filled(metric.ml_app),
    tags: metric.tags && sortedOnce(metric.tags),
    metadata: metric.metadata && canonicalJson(metric.metadata),
    status: evaluation?.status,
    error: evaluation?.error && canonicalJson(evaluation.error),
    timestamp_ms: metric.timestamp_ms,
  })
}

/** The id of an eval metric, derived from the org and its {@link metricContent}: an event that is sent again counts once. */
export function metricId(org: string, content: string, digest: Digest): string {
  return uuidOf(`${JSON.stringify(org)}\n${content}`, digest)
}

function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text
}

/** Each tag once, in an order that does not hang on the client's; undefined for none. */
function sortedOnce(tags: readonly string[]): readonly string[] | undefined {
  if (tags.length === 0) return undefined
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
