import type { EvalMetric, Event, Rejected, Span, Stamp, Withdrawal } from "@sayso/protocol/event.ts"
import { readId, type Reading } from "@sayso/protocol/ids.ts"
import { never } from "@sayso/protocol/never.ts"
import { placeInTime } from "@sayso/protocol/time.ts"
import type { Table } from "./tables.ts"

/** One row as the journal keeps it and the store inserts it: a JSON document without a newline. */
export interface Line {
  readonly table: Table
  readonly line: string
}

/** The row of an event. Pure; `source` names the wire format it came in. */
export function toLine(event: Event, stamp: Stamp, source: string): Line {
  switch (event.kind) {
    case "span":
      return { table: "spans", line: JSON.stringify(spanRow(event.span, stamp, source)) }
    case "eval_metric":
      return { table: "eval_metrics", line: JSON.stringify(metricRow(event.metric, stamp, source)) }
    case "withdrawal":
      return { table: "withdrawals", line: JSON.stringify(withdrawalRow(event.withdrawal, stamp, source)) }
    case "rejected":
      return { table: "rejected", line: JSON.stringify(rejectedRow(event.rejected, stamp)) }
    default:
      return never(event)
  }
}

function spanRow(span: Span, stamp: Stamp, source: string): object {
  const own = readId(span.trace_id)
  const readings = span.apm_trace_id === "" ? own : [...own, ...readId(span.apm_trace_id)]
  const spanReadings = readId(span.span_id)
  return {
    org: stamp.org,
    trace_id: span.trace_id,
    span_id: span.span_id,
    parent_id: span.parent_id,
    apm_trace_id: span.apm_trace_id,
    trace_key: String(own[0].key),
    span_key: String(spanReadings[0].key),
    trace_keys: keysOf(readings),
    trace_uppers: uppersOf(readings),
    span_keys: keysOf(spanReadings),
    name: span.name,
    span_kind: span.span_kind,
    ml_app: span.ml_app,
    service: span.service,
    env: span.env,
    version: span.version,
    session_id: span.session_id,
    join_keys: span.feedback_join_keys,
    tags: span.tags,
    status: span.status,
    start_ns: span.start_ns,
    duration_ns: span.duration_ns,
    model_name: span.model_name,
    model_provider: span.model_provider,
    input: json(span.input),
    output: json(span.output),
    metadata: json(span.metadata),
    metrics: span.metrics,
    error_type: span.error.type,
    error_message: span.error.message,
    error_stack: span.error.stack,
    meta: json(span.meta),
    source,
    time: placeInTime(Number(BigInt(span.start_ns) / 1_000_000n), stamp.arrivedMs),
    arrived: stamp.arrivedMs,
    sequence: stamp.sequence,
  }
}

function metricRow(metric: EvalMetric, stamp: Stamp, source: string): object {
  const feedback = metric.event_kind === "feedback" ? metric : undefined
  const evaluation = metric.event_kind === "evaluation" ? metric : undefined
  const joinOn = evaluation?.join_on
  const spanId = feedback?.span_id ?? joinOn?.span?.span_id ?? ""
  const traceId = feedback?.trace_id ?? joinOn?.span?.trace_id ?? ""
  // An evaluation of a trace names it by its root span; where it gives the trace's id as well, that says it better.
  const target = metric.eval_scope === "trace" && traceId !== "" ? traceId : spanId || traceId
  const readings = target === "" ? [] : readId(target)
  return {
    org: stamp.org,
    id: stamp.id,
    event_kind: metric.event_kind,
    eval_scope: metric.eval_scope,
    span_id: spanId,
    trace_id: traceId,
    session_id: metric.session_id ?? "",
    join_key: feedback?.feedback_join_key ?? "",
    join_tag: joinOn?.tag ? `${joinOn.tag.key}:${joinOn.tag.value}` : "",
    target_keys: keysOf(readings),
    target_uppers: uppersOf(readings),
    target_trace_key: target === spanId && traceId !== "" ? String(readId(traceId)[0].key) : "0",
    label: metric.label,
    metric_type: metric.metric_type,
    categorical_value: metric.categorical_value ?? "",
    score_value: metric.score_value ?? null,
    boolean_value: metric.boolean_value ?? null,
    text_value: metric.text_value ?? "",
    json_value: json(metric.json_value),
    assessment: metric.assessment ?? "",
    reasoning: metric.reasoning ?? "",
    submitter_id: feedback?.submitter.id ?? "",
    submitter_type: feedback?.submitter.type ?? "",
    ml_app: metric.ml_app ?? "",
    tags: metric.tags ?? [],
    metadata: json(metric.metadata),
    status: evaluation?.status ?? "",
    error: json(evaluation?.error),
    source,
    timestamp_ms: metric.timestamp_ms,
    time: placeInTime(metric.timestamp_ms, stamp.arrivedMs),
    arrived: stamp.arrivedMs,
    sequence: stamp.sequence,
  }
}

function withdrawalRow(withdrawal: Withdrawal, stamp: Stamp, source: string): object {
  return {
    org: stamp.org,
    event_id: withdrawal.event_id,
    reason: withdrawal.reason,
    source,
    arrived: stamp.arrivedMs,
    sequence: stamp.sequence,
  }
}

function rejectedRow(rejected: Rejected, stamp: Stamp): object {
  return { org: stamp.org, id: stamp.id, ...rejected, arrived: stamp.arrivedMs, sequence: stamp.sequence }
}

function keysOf(readings: readonly Reading[]): string[] {
  return readings.map((reading) => String(reading.key))
}

function uppersOf(readings: readonly Reading[]): string[] {
  return readings.map((reading) => String(reading.upper))
}

/** JSON as text for a String column; nothing is the empty text. */
function json(value: unknown): string {
  return value === undefined || value === null ? "" : JSON.stringify(value)
}
