import type {
  EvalMetric,
  Event,
  Rejected,
  Span,
  SpanContent,
  Stamp,
  Withdrawal,
} from "@sayso/protocol/event.ts"
import { metricContent } from "@sayso/protocol/eventId.ts"
import { readId, type Reading } from "@sayso/protocol/ids.ts"
import { never } from "@sayso/protocol/never.ts"
import { placeInTime } from "@sayso/protocol/time.ts"
import type { Table } from "./tables.ts"

/** One row as the journal keeps it and the store inserts it: a JSON document without a newline. */
export interface Line {
  readonly table: Table
  readonly line: string
}

/**
 * The row of an event. Pure; `source` names the wire format it came in. A column that would hold its type's default is left
 * out: it costs the same bytes on disk, and the engine half the time to read.
 */
export function toLine(event: Event, stamp: Stamp, source: string): Line {
  switch (event.kind) {
    case "span":
      return { table: "spans", line: JSON.stringify(spanRow(event.span, stamp, source)) }
    case "eval_metric":
      return { table: "eval_metrics", line: metricLine(event.metric, stamp, source) }
    case "content":
      return { table: "span_contents", line: JSON.stringify(contentRow(event.content, stamp, source)) }
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
    parent_id: filled(span.parent_id),
    apm_trace_id: filled(span.apm_trace_id),
    trace_key: String(own[0].key),
    span_key: String(spanReadings[0].key),
    trace_keys: keysOf(readings),
    trace_uppers: uppersOf(readings),
    span_keys: keysOf(spanReadings),
    name: filled(span.name),
    span_kind: filled(span.span_kind),
    ml_app: filled(span.ml_app),
    service: filled(span.service),
    env: filled(span.env),
    version: filled(span.version),
    session_id: filled(span.session_id),
    user_id: filled(span.user_id),
    join_keys: some(span.feedback_join_keys),
    tags: some(span.tags),
    status: span.status,
    start_ns: span.start_ns,
    duration_ns: span.duration_ns,
    model_name: filled(span.model_name),
    model_provider: filled(span.model_provider),
    input: json(span.input),
    output: json(span.output),
    metadata: json(span.metadata),
    metrics: span.metrics,
    error_type: filled(span.error.type),
    error_message: filled(span.error.message),
    error_stack: filled(span.error.stack),
    meta: json(span.meta),
    source,
    time: placeInTime(Number(BigInt(span.start_ns) / 1_000_000n), stamp.arrivedMs),
    arrived: stamp.arrivedMs,
    sequence: stamp.sequence,
  }
}

/** Most of the row is there already, as the text that the id is derived from. */
function metricLine(metric: EvalMetric, stamp: Stamp, source: string): string {
  const content = stamp.content ?? metricContent(metric)
  const head = `{"org":${JSON.stringify(stamp.org)},"id":"${stamp.id}",`
  const time = placeInTime(metric.timestamp_ms, stamp.arrivedMs)
  const tail = `"source":${JSON.stringify(source)},"time":${time},"arrived":${stamp.arrivedMs},"sequence":"${stamp.sequence}"}`
  return `${head}${content.slice(1, -1)},${targetOf(metric)}${tail}`
}

/** The keys of the span or trace that a metric is about, as members of its row. */
function targetOf(metric: EvalMetric): string {
  const named = metric.event_kind === "feedback" ? metric : metric.join_on?.span
  const spanId = named?.span_id ?? ""
  const traceId = named?.trace_id ?? ""
  // An evaluation of a trace names it by its root span; where it gives the trace's id as well, that says it better.
  const target = metric.eval_scope === "trace" && traceId !== "" ? traceId : spanId || traceId
  if (target === "") return ""
  const readings = readId(target)
  const trace = target === spanId && traceId !== "" ? `"target_trace_key":"${readId(traceId)[0].key}",` : ""
  return `"target_keys":${digits(keysOf(readings))},"target_uppers":${digits(uppersOf(readings))},${trace}`
}

function digits(numbers: readonly string[]): string {
  return `["${numbers.join('","')}"]`
}

function contentRow(content: SpanContent, stamp: Stamp, source: string): object {
  const traceReadings = readId(content.trace_id)
  return {
    org: stamp.org,
    id: stamp.id,
    trace_id: content.trace_id,
    span_id: content.span_id,
    trace_keys: keysOf(traceReadings),
    trace_uppers: uppersOf(traceReadings),
    span_keys: keysOf(readId(content.span_id)),
    input: json(some(content.input)),
    output: json(some(content.output)),
    time_ns: content.time_ns,
    source,
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

/** The text, or nothing where it is the empty text. */
function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text
}

function some<Item>(items: readonly Item[] | undefined): readonly Item[] | undefined {
  return items?.length === 0 ? undefined : items
}

/** JSON as text for a String column; nothing stays nothing. */
function json(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : JSON.stringify(value)
}
