import type { JoinedFeedback, Session, StoredSpan } from "@sayso/protocol/api.ts"
import { idsMeet } from "@sayso/protocol/ids.ts"
import { isEmpty, readContent, type Content } from "../../parts/conversation.ts"

type SessionTrace = Session["traces"][number]

/** One trace of a session, as a turn of its conversation. */
export interface Turn {
  readonly trace: SessionTrace
  readonly asked: Content
  readonly answered: Content
  /** What was said about this turn, given on it or on one of its spans. */
  readonly feedback: readonly JoinedFeedback[]
}

export interface Conversation {
  readonly turns: readonly Turn[]
  /** Feedback on the session as a whole, and on join keys that its spans carry. */
  readonly around: readonly JoinedFeedback[]
}

/** A session's traces by time, each with what was said about it. Each event is in one place. */
export function converse(session: Session): Conversation {
  const traces = session.traces.toSorted((a, b) => (BigInt(a.start_ns) < BigInt(b.start_ns) ? -1 : 1))
  const traceOfSpan = new Map<string, SessionTrace>()
  for (const trace of traces) for (const span of trace.spans) traceOfSpan.set(span.span_id, trace)
  const byTrace = new Map<SessionTrace, JoinedFeedback[]>()
  const around: JoinedFeedback[] = []
  for (const event of session.feedback) {
    const trace = placeOf(event, traces, traceOfSpan)
    if (trace) byTrace.set(trace, [...(byTrace.get(trace) ?? []), event])
    else around.push(event)
  }
  const turns = traces.map((trace): Turn => ({
    trace,
    ...exchangeOf(trace),
    feedback: byTrace.get(trace) ?? [],
  }))
  return { turns, around }
}

function placeOf(
  event: JoinedFeedback,
  traces: readonly SessionTrace[],
  traceOfSpan: ReadonlyMap<string, SessionTrace>,
): SessionTrace | undefined {
  switch (event.eval_scope) {
    case "span":
      return traceOfSpan.get(event.on_spans[0] ?? "")
    case "trace":
      return traces.find(({ trace_id, apm_trace_ids }) =>
        [trace_id, ...apm_trace_ids].some((id) => idsMeet(id, event.trace_id ?? "")),
      )
    case "session":
    case "external":
      return undefined
  }
}

/** What the user asked and the application answered: the root's, else the outermost span's that has any. */
function exchangeOf(trace: SessionTrace): Pick<Turn, "asked" | "answered"> {
  const root = trace.spans.find((span) => span.span_id === trace.root_span_id)
  const candidates = [...(root ? [root] : []), ...trace.spans.filter((span) => speaks(span))]
  const contents = candidates.map((span) => ({
    asked: latest(readContent(span.input, "user")),
    answered: readContent(span.output, "assistant"),
  }))
  const none: Content = { messages: [], documents: [] }
  return (
    contents.find(({ asked, answered }) => !isEmpty(asked) || !isEmpty(answered)) ?? {
      asked: none,
      answered: none,
    }
  )
}

function speaks(span: StoredSpan): boolean {
  return ["workflow", "agent", "llm"].includes(span.span_kind)
}

/**
 * Of a conversation that is sent whole each time, what the user said last: all since the answer before it. Instructions to the
 * model and what tools said are in the trace.
 */
function latest(content: Content): Content {
  const spoken = content.messages.filter(({ role }) => !["system", "developer", "tool"].includes(role))
  const last = spoken.findLastIndex(({ role }) => role === "user")
  const before = spoken.slice(0, Math.max(last, 0)).findLastIndex(({ role }) => role === "assistant")
  const news = last < 0 ? spoken : spoken.slice(before + 1, last + 1)
  return { messages: news, documents: content.documents, ...(content.rest && { rest: content.rest }) }
}
