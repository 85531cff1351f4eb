import type {
  BriefSpan,
  JoinedEvaluation,
  JoinedFeedback,
  LabelSummary,
  StoredEvaluation,
  StoredFeedback,
} from "@sayso/protocol/api.ts"
import { idsMeet } from "@sayso/protocol/ids.ts"
import { createIdIndex, type IdIndex } from "./ids.ts"

/** What is looked at, a trace or a session or an entity: what was said is placed on its spans, and counted. */
export interface Scene {
  readonly spans: readonly BriefSpan[]
  /** The traces that are here, in any spelling. */
  readonly traceIds: readonly string[]
  /** The sessions that what is here belongs to. */
  readonly sessionIds: readonly string[]
  /** Whether what was said about one of these sessions counts here: feedback rolls up, never down. */
  readonly sessionCounts: boolean
  /** Whether what was said on a span counts here; a trace may have spans of another session. */
  readonly spanCounts: (span: BriefSpan) => boolean
  /** How many spans carry a tag, over all that has arrived: an evaluation joins by a tag only where exactly one does. */
  readonly spansWithTag: ReadonlyMap<string, number>
}

/** Feedback where it was given. What belongs to none of the spans, traces and sessions here is left out. */
export function placeFeedback(scene: Scene, events: readonly StoredFeedback[]): JoinedFeedback[] {
  const places = indexScene(scene)
  return events.flatMap((event) => {
    const { span_id, feedback_join_key: key } = event
    const spans = key === undefined ? places.spansOf(span_id) : (places.spansByKey.get(key) ?? [])
    return place(scene, places, event, spans, event.trace_id)
  })
}

/** Evaluations where they belong: a span's by its id and trace or by its tag, a trace's at its root span. */
export function placeEvaluations(scene: Scene, events: readonly StoredEvaluation[]): JoinedEvaluation[] {
  const places = indexScene(scene)
  return events.flatMap((event) => {
    const { span, tag } = event.join_on ?? {}
    if (tag) {
      const text = `${tag.key}:${tag.value}`
      const only = scene.spansWithTag.get(text) === 1
      return place(
        scene,
        places,
        event,
        only ? scene.spans.filter((candidate) => candidate.tags.includes(text)) : [],
        undefined,
      )
    }
    const spans = places.spansOf(span?.span_id).filter((candidate) => inTrace(candidate, span?.trace_id))
    return place(scene, places, event, spans, event.eval_scope === "trace" ? span?.trace_id : undefined)
  })
}

function place<Event extends StoredFeedback | StoredEvaluation>(
  scene: Scene,
  places: Places,
  event: Event,
  spans: readonly BriefSpan[],
  traceId: string | undefined,
): (Event & { on_spans: string[]; counted: boolean })[] {
  const onTrace = traceId !== undefined && places.traces.find(traceId).length > 0
  const onSession = event.eval_scope === "session" && scene.sessionIds.includes(event.session_id ?? "")
  if (spans.length === 0 && !onTrace && !onSession) return []
  const counts = onTrace || (onSession && scene.sessionCounts) || spans.some(scene.spanCounts)
  return [
    { ...event, on_spans: spans.map((span) => span.span_id), counted: counts && event.state === "current" },
  ]
}

function inTrace(span: BriefSpan, traceId: string | undefined): boolean {
  return traceId === undefined || spellings(span).some((id) => idsMeet(id, traceId))
}

/** The ids that name the span's trace. */
export function spellings(span: Pick<BriefSpan, "trace_id" | "apm_trace_id">): string[] {
  return span.apm_trace_id === "" ? [span.trace_id] : [span.trace_id, span.apm_trace_id]
}

/** Where things can be placed, each found by what names it. */
interface Places {
  readonly spansOf: (id: string | undefined) => BriefSpan[]
  readonly spansByKey: ReadonlyMap<string, BriefSpan[]>
  readonly traces: IdIndex<string>
}

function indexScene({ spans, traceIds }: Scene): Places {
  const byId = createIdIndex(spans.map((span) => [span.span_id, span] as const))
  const spansByKey = new Map<string, BriefSpan[]>()
  for (const span of spans) {
    for (const key of new Set(span.feedback_join_keys)) {
      const there = spansByKey.get(key)
      if (there) there.push(span)
      else spansByKey.set(key, [span])
    }
  }
  return {
    spansOf: (id) => (id === undefined ? [] : byId.find(id)),
    spansByKey,
    traces: createIdIndex(traceIds.map((id) => [id, id] as const)),
  }
}

/** The feedback that counts, by label, the most first. */
export function summarise(events: readonly JoinedFeedback[]): LabelSummary[] {
  const byLabel = Map.groupBy(
    events.filter((event) => event.counted),
    (event) => event.label,
  )
  const summaries = [...byLabel].map(([label, said]): LabelSummary => {
    const scores = said.flatMap((event) => event.score_value ?? [])
    const answers = said.flatMap((event) => event.categorical_value ?? event.boolean_value ?? []).map(String)
    const byAnswer = [...Map.groupBy(answers, (answer) => answer)]
    return {
      label,
      count: said.length,
      pass: said.filter((event) => event.assessment === "pass").length,
      fail: said.filter((event) => event.assessment === "fail").length,
      submitters: new Set(said.map((event) => JSON.stringify([event.submitter.type, event.submitter.id])))
        .size,
      // From entries, since an answer may be "constructor".
      values: Object.fromEntries(byAnswer.map(([answer, same]) => [answer, same.length])),
      ...(scores.length > 0 && { mean: scores.reduce((sum, score) => sum + score, 0) / scores.length }),
    }
  })
  return summaries.sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1))
}
