import type { JoinedEvaluation, JoinedFeedback } from "@sayso/protocol/api.ts"

/** Where in a trace something was said, seen from one of its spans. */
export type Origin =
  | { readonly from: "span" }
  | { readonly from: "trace" }
  | { readonly from: "session"; readonly id: string }
  | { readonly from: "entity"; readonly key: string; readonly carried: boolean }
  | { readonly from: "elsewhere"; readonly spanId: string }
  | { readonly from: "nowhere" }

export function originOf(event: JoinedFeedback | JoinedEvaluation, spanId: string): Origin {
  const here = event.on_spans.includes(spanId)
  switch (event.eval_scope) {
    case "span": {
      const [first] = event.on_spans
      return here
        ? { from: "span" }
        : first === undefined
          ? { from: "nowhere" }
          : { from: "elsewhere", spanId: first }
    }
    case "trace":
      return { from: "trace" }
    case "session":
      return { from: "session", id: event.session_id ?? "" }
    case "external":
      return { from: "entity", key: event.feedback_join_key ?? "", carried: here }
  }
}

const order: readonly Origin["from"][] = ["span", "trace", "entity", "session", "elsewhere", "nowhere"]

/** Events by where they were given: the span first, then what stands around it, then its neighbours. Each event once. */
export function byOrigin<Event extends JoinedFeedback | JoinedEvaluation>(
  events: readonly Event[],
  spanId: string,
): [Origin, Event[]][] {
  const groups = Map.groupBy(events, (event) => JSON.stringify(originOf(event, spanId)))
  return [...groups]
    .map(([origin, group]): [Origin, Event[]] => [JSON.parse(origin) as Origin, group])
    .toSorted(([a], [b]) => order.indexOf(a.from) - order.indexOf(b.from))
}
