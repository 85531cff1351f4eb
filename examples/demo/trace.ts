// Spans as the public Spans API takes them, made in the order in which they would have happened.
import type { Random } from "./random.ts"

export interface Message {
  role: string
  content?: string
  tool_calls?: ToolCall[]
  tool_results?: { name: string; result: string; tool_id: string; type: string }[]
  tool_id?: string
}

export interface ToolCall {
  name: string
  arguments: object
  tool_id: string
  type: string
}

export interface Document {
  name: string
  id: string
  text: string
  score?: number
}

export interface Failure {
  type: string
  message: string
  stack: string
}

/** What a span can say of itself, in the words of the wire. */
export interface Fields {
  input?: { value?: string; messages?: Message[]; documents?: Document[]; prompt?: object }
  output?: { value?: string; messages?: Message[]; documents?: Document[] }
  metadata?: Record<string, unknown>
  metrics?: Record<string, number>
  tags?: readonly string[]
  model_name?: string
  model_provider?: string
  tool_definitions?: readonly object[]
  error?: Failure
  joinKey?: string
}

export interface Span {
  trace_id: string
  span_id: string
  parent_id: string
  name: string
  ml_app: string
  service: string
  session_id: string
  feedback_join_key?: string
  tags: string[]
  /** Epoch ns as digits, which a JSON number would lose some of. */
  start_ns: string
  /** ns */
  duration: number
  status: "ok" | "error"
  meta: { kind: string } & Omit<Fields, "metrics" | "tags" | "joinKey">
  metrics: Record<string, number>
}

export interface TraceStart {
  readonly mlApp: string
  readonly service: string
  readonly sessionId: string
  readonly startMs: number
  readonly tags: readonly string[]
  /** Makes the ids. What happens in the trace has a source of its own, so that ids stay when the talk changes. */
  readonly ids: Random
}

export interface TraceMaker {
  readonly traceId: string
  readonly spans: Span[]
  /** Begins a span inside the one that is open. */
  open(kind: string, name: string, fields?: Fields): Span
  /** Ends the span that was opened last. */
  close(fields?: Fields): Span
  /** A span without children that takes `ms`. */
  add(kind: string, name: string, ms: number, fields?: Fields): Span
  wait(ms: number): void
  /** Epoch ms of where it has got to. */
  nowMs(): number
}

export function startTrace({ mlApp, service, sessionId, startMs, tags, ids }: TraceStart): TraceMaker {
  const traceId = ids.hex(32)
  const spans: Span[] = []
  const opened: { span: Span; startUs: number }[] = []
  // Microseconds since 1970 fit into a JavaScript number, nanoseconds do not.
  let nowUs = startMs * 1_000

  const maker: TraceMaker = {
    traceId,
    spans,
    open(kind, name, fields = {}) {
      if (spans.length > 0) maker.wait(ids.between(0.2, 4))
      const span: Span = {
        trace_id: traceId,
        span_id: ids.spanId(),
        parent_id: opened.at(-1)?.span.span_id ?? "undefined",
        name,
        ml_app: mlApp,
        service,
        session_id: sessionId,
        tags: [...tags],
        start_ns: `${nowUs}000`,
        duration: 0,
        status: "ok",
        meta: { kind },
        metrics: {},
      }
      spans.push(span)
      opened.push({ span, startUs: nowUs })
      say(span, fields)
      return span
    },
    close(fields = {}) {
      maker.wait(ids.between(0.1, 2))
      const { span, startUs } = opened.pop()!
      span.duration = (nowUs - startUs) * 1_000
      say(span, fields)
      return span
    },
    add(kind, name, ms, fields = {}) {
      maker.open(kind, name, fields)
      maker.wait(ms)
      return maker.close()
    },
    wait(ms) {
      nowUs += Math.max(1, Math.round(ms * 1_000))
    },
    nowMs: () => Math.ceil(nowUs / 1_000),
  }
  return maker
}

function say(span: Span, { metrics, tags, joinKey, ...meta }: Fields): void {
  Object.assign(span.meta, meta)
  Object.assign(span.metrics, metrics)
  if (tags) span.tags.push(...tags)
  if (joinKey !== undefined) span.feedback_join_key = joinKey
  if (meta.error) span.status = "error"
}
