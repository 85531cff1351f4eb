import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import type { FeedbackDetail } from "@sayso/protocol/api.ts"
import { feedbackDetail } from "../../queries.ts"
import { Id } from "../../parts/Copy.tsx"
import { exactly, several } from "../../parts/figures.ts"
import { Json } from "../../parts/Json.tsx"
import { KindIcon } from "../../parts/KindIcon.tsx"
import { History } from "../../parts/WordsView.tsx"
import { CannotShow } from "../../parts/states.tsx"
import { Facts } from "../../parts/Facts.tsx"

/** All there is to know about one event, below its row: earlier words, ids, what it is about. */
export function FeedbackDetails({ id }: { id: string }) {
  const { data: event, error, refetch } = useQuery(feedbackDetail(id))
  if (error) return <CannotShow error={error} again={() => void refetch()} />
  return event ? <DetailsOf event={event} /> : <p className="breathe mt-3 text-sm text-faint">Loading…</p>
}

export function DetailsOf({ event }: { event: FeedbackDetail }) {
  const { matched, history } = event
  const others = history.filter((other) => other.metric_type !== "text")
  return (
    <div className="mt-3 flex cursor-auto flex-col gap-3 border-t border-line pt-3" data-details>
      {others.length > 0 && <History events={others} />}
      <Facts
        facts={{
          "said at": exactly(event.timestamp_ms),
          ...(Math.abs(event.arrived - event.timestamp_ms) > 60_000 && {
            "arrived at": exactly(event.arrived),
          }),
          submitter: `${event.submitter.id}${event.submitter.type === undefined ? "" : ` (${event.submitter.type})`}`,
          assessment: event.assessment,
          "span id": event.span_id && <Id text={event.span_id} what="the span id" />,
          "trace id": event.trace_id && <Id text={event.trace_id} what="the trace id" />,
          session: event.session_id && <Id text={event.session_id} what="the session id" />,
          "join key": event.feedback_join_key && <Id text={event.feedback_join_key} what="the join key" />,
          "event id": (
            <span className="inline-flex max-w-full items-center gap-2">
              <Id text={event.id} what="the event id" />
              <Link to="/feedback/$id" params={{ id: event.id }} className="link shrink-0 text-xs">
                Its own page
              </Link>
            </span>
          ),
          tags: event.tags && event.tags.length > 0 ? event.tags.join(", ") : undefined,
        }}
      />
      {event.metadata && <Json value={event.metadata} label="metadata" />}
      <div className="text-sm">
        <p className="text-faint">
          {matched.span_count === 0
            ? "Nothing that it is about has arrived. It joins by itself when that comes."
            : `About ${several(matched.span_count, "span")} in ${several(matched.trace_ids.length, "trace")}${
                matched.session_ids.length > 0 ? ` of ${several(matched.session_ids.length, "session")}` : ""
              }:`}
        </p>
        <ul className="mt-1">
          {matched.spans.slice(0, 8).map((span) => (
            <li key={`${span.trace_id} ${span.span_id}`}>
              <Link
                to="/traces/$traceId"
                params={{ traceId: span.trace_id }}
                search={{ span: span.span_id, tab: "feedback" }}
                className="inline-flex max-w-full items-center gap-1.5 py-0.5 hover:underline"
              >
                <KindIcon kind={span.span_kind} />
                <bdi className="truncate">{span.name || span.span_id}</bdi>
                <bdi className="truncate text-faint">{span.ml_app}</bdi>
              </Link>
            </li>
          ))}
        </ul>
        {matched.span_count > 8 && <p className="text-faint">and {matched.span_count - 8} more</p>}
      </div>
    </div>
  )
}
