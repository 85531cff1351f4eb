import type {
  BriefSpan,
  StoredEvaluation,
  StoredFeedback,
  StoredRejected,
  StoredSpan,
} from "@sayso/protocol/api.ts"
import { raw, type Sql } from "./sql.ts"

/** A span as the store gives it back without what makes it large. 64-bit integers come as decimal strings. */
export interface BriefSpanRow {
  trace_id: string
  span_id: string
  parent_id: string
  apm_trace_id: string
  name: string
  span_kind: string
  ml_app: string
  service: string
  env: string
  version: string
  session_id: string
  user_id: string
  join_keys: string[]
  tags: string[]
  status: "ok" | "error"
  start_ns: string
  duration_ns: string
  model_name: string
  model_provider: string
  metrics: Record<string, number>
  error_type: string
  error_message: string
  time_ms: string
  arrived_ms: string
}

/** A span as the store gives it back, whole. */
export interface SpanRow extends BriefSpanRow {
  input: string
  output: string
  metadata: string
  error_stack: string
  meta: string
}

const narrowColumns = `trace_id, span_id, parent_id, apm_trace_id, name, span_kind, ml_app, service, env, version, session_id,
  user_id, join_keys, tags, status, start_ns, duration_ns, model_name, model_provider, metrics, error_type,
  toUnixTimestamp64Milli(time) AS time_ms, toUnixTimestamp64Milli(arrived) AS arrived_ms`

/** The columns of {@link BriefSpanRow}. */
export const briefSpanColumns: Sql = raw(`${narrowColumns}, leftUTF8(error_message, 300) AS error_message`)

/** The columns of {@link SpanRow}. */
export const spanColumns: Sql = raw(
  `${narrowColumns}, error_message, error_stack, input, output, metadata, meta`,
)

export function briefSpanOf(row: BriefSpanRow): BriefSpan {
  const { join_keys, duration_ns, error_type, error_message, time_ms, arrived_ms, ...same } = row
  return {
    ...same,
    feedback_join_keys: join_keys,
    duration_ns: Number(duration_ns),
    error: { type: error_type, message: error_message },
    time: Number(time_ms),
    arrived: Number(arrived_ms),
  }
}

export function spanOf({ input, output, metadata, error_stack, meta, ...row }: SpanRow): StoredSpan {
  const brief = briefSpanOf(row)
  return {
    ...brief,
    input: parsed(input) ?? null,
    output: parsed(output) ?? null,
    metadata: (parsed(metadata) ?? {}) as Record<string, unknown>,
    meta: parsed(meta) ?? {},
    error: { ...brief.error, stack: error_stack },
  }
}

/** An eval metric as the store gives it back, with what became of it. */
export interface MetricRow {
  id: string
  event_kind: "evaluation" | "feedback"
  eval_scope: "span" | "trace" | "session" | "external"
  span_id: string
  trace_id: string
  session_id: string
  join_key: string
  join_tag: string
  label: string
  metric_type: StoredFeedback["metric_type"]
  categorical_value: string
  score_value: number | null
  boolean_value: boolean | null
  text_value: string
  json_value: string
  assessment: "" | "pass" | "fail"
  reasoning: string
  submitter_id: string
  submitter_type: string
  ml_app: string
  tags: string[]
  metadata: string
  status: "" | "OK" | "WARN" | "ERROR"
  error: string
  timestamp_ms: string
  time_ms: string
  arrived_ms: string
  sequence: string
  latest: number
  withdrawn_ms: string
  withdrawn_reason: string
}

/** The stored columns of {@link MetricRow}; the last three are made by the question. */
export const metricColumns: Sql =
  raw(`id, event_kind, eval_scope, span_id, trace_id, session_id, join_key, join_tag, label,
  metric_type, categorical_value, score_value, boolean_value, text_value, json_value, assessment, reasoning, submitter_id,
  submitter_type, ml_app, tags, metadata, status, error, timestamp_ms, toUnixTimestamp64Milli(time) AS time_ms,
  toUnixTimestamp64Milli(arrived) AS arrived_ms, sequence`)

type Stored = Omit<
  StoredFeedback,
  "event_kind" | "eval_scope" | "submitter" | "span_id" | "trace_id" | "feedback_join_key"
>

export function feedbackOf(row: MetricRow): StoredFeedback {
  return {
    event_kind: "feedback",
    eval_scope: row.eval_scope,
    ...filled({
      span_id: row.span_id,
      trace_id: row.trace_id,
      session_id: row.session_id,
      feedback_join_key: row.join_key,
    }),
    submitter: { id: row.submitter_id, ...filled({ type: row.submitter_type }) },
    ...storedOf(row),
  }
}

export function evaluationOf(row: MetricRow): StoredEvaluation {
  const [key = "", ...value] = row.join_tag.split(":")
  const joinOn = row.join_tag !== "" ? { tag: { key, value: value.join(":") } } : spanTarget(row)
  const error = parsed(row.error) as Record<string, unknown> | undefined
  return {
    event_kind: "evaluation",
    eval_scope: row.eval_scope === "external" ? "span" : row.eval_scope,
    ...(joinOn && { join_on: joinOn }),
    ...storedOf(row),
    ...(row.status !== "" && { status: row.status }),
    ...(error && { error }),
  }
}

function spanTarget(row: MetricRow): StoredEvaluation["join_on"] {
  return row.span_id === ""
    ? undefined
    : { span: { span_id: row.span_id, ...filled({ trace_id: row.trace_id }) } }
}

function storedOf(row: MetricRow): Stored {
  const metadata = parsed(row.metadata) as Record<string, unknown> | undefined
  const withdrawn = row.withdrawn_ms !== "0"
  return {
    id: row.id,
    ...filled({ session_id: row.session_id }),
    label: row.label,
    metric_type: row.metric_type,
    ...valueOf(row),
    timestamp_ms: Number(row.timestamp_ms),
    ...filled({ ml_app: row.ml_app, reasoning: row.reasoning }),
    tags: row.tags,
    ...(row.assessment !== "" && { assessment: row.assessment }),
    ...(metadata && { metadata }),
    time: Number(row.time_ms),
    arrived: Number(row.arrived_ms),
    state: withdrawn ? "withdrawn" : row.latest ? "current" : "superseded",
    ...(withdrawn && { withdrawn: { time: Number(row.withdrawn_ms), reason: row.withdrawn_reason } }),
  }
}

/** The one typed value. An empty text or category is a value, too; only a score or boolean can be missing. */
function valueOf(row: MetricRow): Partial<Stored> {
  const answered = row.status !== "WARN" && row.status !== "ERROR"
  switch (row.metric_type) {
    case "categorical":
      return answered || row.categorical_value !== "" ? { categorical_value: row.categorical_value } : {}
    case "text":
      return { text_value: row.text_value }
    case "score":
      return row.score_value === null ? {} : { score_value: row.score_value }
    case "boolean":
      return row.boolean_value === null ? {} : { boolean_value: row.boolean_value }
    case "json":
      return row.json_value === "" ? {} : { json_value: parsed(row.json_value) as Record<string, unknown> }
  }
}

export interface RejectedRow extends Omit<StoredRejected, "arrived"> {
  arrived_ms: string
}

export function rejectedOf({ arrived_ms, ...row }: RejectedRow): StoredRejected {
  return { ...row, arrived: Number(arrived_ms) }
}

function parsed(text: string): unknown {
  return text === "" ? undefined : JSON.parse(text)
}

/** Without the members that are empty, which is how the store keeps what was not given. */
function filled<K extends string>(members: Record<K, string>): Partial<Record<K, string>> {
  const entries = Object.entries(members).filter(([, value]) => value !== "")
  return Object.fromEntries(entries) as Partial<Record<K, string>>
}
