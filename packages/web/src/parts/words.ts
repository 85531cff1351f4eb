import type { JoinedFeedback, StoredFeedback } from "@sayso/protocol/api.ts"

/** What one submitter said under one label on one target: the word that stands now, and the ones before it. */
export interface Words {
  readonly latest: JoinedFeedback
  /** Newest first. */
  readonly history: readonly JoinedFeedback[]
}

/** Events as their submitters' words, newest first. Comments accumulate, so each stands alone. */
export function groupWords(events: readonly JoinedFeedback[]): Words[] {
  const groups = Map.groupBy(events, (event) => (event.metric_type === "text" ? event.id : voteOf(event)))
  return [...groups.values()]
    .flatMap((said): Words[] => {
      const [first, ...others] = said.toSorted(latestFirst)
      return first ? [{ latest: first, history: others }] : []
    })
    .toSorted((a, b) => b.latest.time - a.latest.time)
}

/** What has to be the same for a later word to take the place of an earlier one. */
export function voteOf(event: StoredFeedback & { on_spans?: readonly string[] }): string {
  const { span_id, trace_id, session_id, feedback_join_key, label, submitter } = event
  // Two spellings of a span's id are on the same span.
  const span = span_id === undefined ? undefined : (event.on_spans?.[0] ?? span_id)
  return JSON.stringify([span, trace_id, session_id, feedback_join_key, label, submitter.type, submitter.id])
}

function latestFirst(a: JoinedFeedback, b: JoinedFeedback): number {
  const standing = Number(b.state === "current") - Number(a.state === "current")
  return standing || b.time - a.time || b.arrived - a.arrived
}
