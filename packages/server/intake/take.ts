import { Fault, fault, type Problem } from "@sayso/protocol/errors.ts"
import type { EvalMetric, Event, Span } from "@sayso/protocol/event.ts"
import { never } from "@sayso/protocol/never.ts"
import { gunzipSync } from "node:zlib"
import type { Batch } from "../journal/pack.ts"
import { readApmTraces } from "./apmTraces.ts"
import type { EstimateCosts } from "./costs.ts"
import { readEvalMetrics, refuseTooMany, type BadItem, type OverLimits } from "./evalMetric.ts"
import { readJson } from "./json.ts"
import { createOverLimits, type Limits } from "./limits.ts"
import { isMsgpack, readMsgpack } from "./msgpack.ts"
import { exportAnswer, statusAnswer } from "./otlp/answer.ts"
import type { Encoding } from "./otlp/model.ts"
import { readOtlpLogs, readOtlpTraces, type OtlpBody } from "./otlp/otlp.ts"
import { rejectedEvent, unreadableBody } from "./rejected.ts"
import type { SpansBody } from "./span.ts"
import { readSdkSpans, readSpansApi } from "./spansApi.ts"
import { apmAnswer } from "./tracer.ts"
import { stamp, type Places, type StampDeps } from "./stamp.ts"

/** The wire formats. A row's `source` names the one it came in. */
export type Format = "eval-metric" | "spans-api" | "sdk-spans" | "apm-traces" | "otlp-traces" | "otlp-logs"

/** A request body that is to become rows. Plain data, so that another thread can do it. */
export interface Job {
  readonly format: Format
  readonly bytes: Uint8Array
  /** The Content-Encoding, in lower case; empty for none. */
  readonly encoding: string
  /** The media type, in lower case and without parameters. */
  readonly mediaType: string
  /** The path alone says that an SDK made the body: its clients never retry, or for ever. */
  readonly fromSdk: boolean
  /** Of the Evaluations API. */
  readonly version: 1 | 2
  readonly org: string
  /** Epoch ms. */
  readonly arrivedMs: number
  /** At least {@link placesFor} of the body. */
  readonly places: Places
  readonly limits: Limits
}

/** What became of a body: rows that are not on disk yet, and the answer for when they are. */
export interface Taken {
  readonly batches: readonly Batch[]
  /** Spans that the client's own sampling decided against. */
  readonly sampledOut: number
  readonly answer: {
    readonly body: string | Uint8Array
    readonly type?: string
    /** The endpoint's own status, unless it says otherwise. */
    readonly status?: 400
  }
}

/** Turns a body into rows. Pure. @throws a Fault where the body is refused whole. */
export type Take = (job: Job) => Taken

/** How many places in the order of arrivals a body can need: no event is smaller than a byte, and there is a bound on events. */
export function placesFor(bytes: Uint8Array, packed: boolean, limits: Limits): number {
  const most = limits.events + 1
  return packed ? most : Math.min(most, bytes.length + 1)
}

/** The most problems that one refusal lists. */
const maxProblems = 1_000

/** So many metrics of a direct call are given back whole; of more only what the server found out: the id and the scope. */
const maxEchoed = 100

const jsonApi = "application/vnd.api+json; charset=utf-8"

/** What is read from a body, before it is stamped. */
interface Read {
  readonly events: readonly Event[]
  readonly bad: readonly BadItem[]
  readonly sampledOut?: number
  /** Whether bad items are kept beside the good ones; else they make the whole body refused. */
  readonly lenient: boolean
  answer(ids: readonly string[]): Taken["answer"]
}

export interface TakeDeps extends StampDeps {
  readonly estimateCosts: EstimateCosts
}

export function createTake(deps: TakeDeps): Take {
  return (job) => {
    const read = readBody(job, deps)
    if (!read.lenient) refuseWhole(read.bad)
    refuseTooMany(read.events.length + read.bad.length, job.limits.events)
    const rejected = read.bad.map((bad) => rejectedEvent(job.format, bad))
    const { ids, batches } = stamp(deps, { ...job, source: job.format }, [...read.events, ...rejected])
    return { batches, sampledOut: read.sampledOut ?? 0, answer: read.answer(ids) }
  }
}

/** An unreadable body of an SDK is kept as one rejected event, since nobody would hear a refusal. */
function readBody(job: Job, deps: TakeDeps): Read {
  let bytes = bufferOf(job.bytes)
  try {
    bytes = unpack(job)
    return readFormat(job, bytes, deps)
  } catch (error) {
    if (!(error instanceof Fault) || !keepsUnreadable(job, bytes, error)) throw error
    const event = unreadableBody(job.format, error.code, error.message, bytes)
    return { events: [event], bad: [], lenient: true, answer: () => refusal(job, error) }
  }
}

/** What is too large is refused all the same: what would be kept of it tells nobody anything. */
function keepsUnreadable({ format, fromSdk }: Job, bytes: Buffer, { code }: Fault): boolean {
  if (code === "too_large" || code === "too_many") return false
  return fromSdk || format.startsWith("otlp") || bytes.includes("ddtrace.version:")
}

/** OpenTelemetry's exporters never repeat what got a 400; Datadog's would go on for ever with what got one. */
function refusal(job: Job, { message }: Fault): Taken["answer"] {
  if (!job.format.startsWith("otlp")) return { body: "{}\n" }
  return { status: 400, ...statusAnswer(otlpEncoding(job.mediaType), message) }
}

function readFormat(job: Job, bytes: Buffer, deps: TakeDeps): Read {
  const { format, limits, fromSdk, version } = job
  const over = createOverLimits(bytes.length, limits)
  switch (format) {
    case "eval-metric": {
      const body = documentOf(job, bytes)
      const { metrics, bad, fromSdk: lenient } = readEvalMetrics(body, { fromSdk, version, over })
      return {
        events: metrics.map(metricEvent),
        bad,
        lenient,
        answer: (ids) => metricsAnswer(ids, metrics, fromSdk),
      }
    }
    case "spans-api": {
      const lenient = bytes.includes("ddtrace.version:")
      return spansRead(readSpansApi(documentOf(job, bytes), over), deps, lenient)
    }
    case "sdk-spans":
      return spansRead(readSdkSpans(documentOf(job, bytes), over), deps, true)
    case "apm-traces": {
      const read = spansRead(readSdkSpans(readApmTraces(bytes).envelopes, over), deps, true)
      return { ...read, answer: () => ({ body: `${JSON.stringify(apmAnswer)}\n` }) }
    }
    case "otlp-traces":
      return otlpRead(readOtlpTraces(bytes, otlpEncoding(job.mediaType)), "traces", job, over, deps)
    case "otlp-logs":
      return otlpRead(readOtlpLogs(bytes, otlpEncoding(job.mediaType)), "logs", job, over, deps)
    default:
      return never(format)
  }
}

function metricEvent(metric: EvalMetric): Event {
  return { kind: "eval_metric", metric }
}

function spanEvent(span: Span, { estimateCosts }: TakeDeps): Event {
  return { kind: "span", span: { ...span, metrics: { ...span.metrics, ...estimateCosts(span) } } }
}

function spansRead({ spans, bad, dropped }: SpansBody, deps: TakeDeps, lenient: boolean): Read {
  const events = spans.map((span) => spanEvent(span, deps))
  return { events, bad, sampledOut: dropped, lenient, answer: () => ({ body: "{}\n" }) }
}

/** The protocol has no pointers: what is bad is counted in the answer, and kept with its reason. */
function otlpRead(
  body: OtlpBody,
  signal: "traces" | "logs",
  { mediaType }: Job,
  over: OverLimits,
  deps: TakeDeps,
): Read {
  const events: Event[] = []
  const bad = [...body.bad]
  for (const span of body.spans) {
    const problems = over(span, "")
    if (problems.length === 0) events.push(spanEvent(span, deps))
    else bad.push({ item: { trace_id: span.trace_id, span_id: span.span_id }, pointer: "", problems })
  }
  for (const content of body.contents) events.push({ kind: "content", content })
  const said = [...new Set(bad.flatMap(({ problems }) => problems.map(({ detail }) => detail)))]
  return {
    events: [...events, ...body.metrics.map(metricEvent)],
    bad,
    lenient: true,
    answer: () => exportAnswer(otlpEncoding(mediaType), signal, bad.length, said.slice(0, 10).join(" ")),
  }
}

/** The encoding of an OTLP body by its media type: what is not JSON is protobuf. */
export function otlpEncoding(mediaType: string): Encoding {
  return mediaType === "application/json" ? "json" : "protobuf"
}

/** JSON, or msgpack as the Java SDK sends it, as a value. */
function documentOf({ mediaType }: Job, bytes: Buffer): unknown {
  return isMsgpack(mediaType, bytes[0]) ? readMsgpack(bytes) : readJson(bytes)
}

/** @throws a Fault `too_large` when it unpacks past the limit, `bad_media_type` for another encoding than gzip. */
function unpack({ bytes, encoding, limits }: Job): Buffer {
  const packed = bufferOf(bytes)
  if (encoding === "" || encoding === "identity") return packed
  if (encoding !== "gzip" && encoding !== "x-gzip")
    throw fault("bad_media_type", "Content-Encoding is gzip, or is left out.")
  try {
    return gunzipSync(packed, { maxOutputLength: limits.bodyBytes })
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      throw fault("too_large", `The body unpacks to more than ${limits.bodyBytes} bytes.`, undefined, error)
    }
    throw fault(
      "bad_json",
      "The body is not the gzip that its Content-Encoding says. Pack it, or leave the header out.",
      undefined,
      error,
    )
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** SDKs read no more of it than the status. */
function metricsAnswer(
  ids: readonly string[],
  metrics: readonly EvalMetric[],
  fromSdk: boolean,
): Taken["answer"] {
  const brief = fromSdk || metrics.length > maxEchoed
  const taken = metrics.map((metric, at) => {
    const id = ids[at]
    return brief ? { id, eval_scope: metric.eval_scope } : { id, ...metric }
  })
  // The first event stands for the request: who sends it again gets the same answer.
  const data = { type: "evaluation_metric", id: ids[0], attributes: { metrics: taken } }
  return { type: jsonApi, body: `${JSON.stringify({ data })}\n` }
}

/** @throws a Fault that names every bad item, when there is one: a direct call is taken whole or not at all. */
function refuseWhole(bad: readonly BadItem[]): void {
  const problems: Problem[] = bad.flatMap((item) =>
    item.problems.map(({ code, detail, pointer }) => ({ code, detail, source: { pointer } })),
  )
  const [first, ...more] = problems.slice(0, maxProblems)
  if (first) throw new Fault([first, ...more])
}
