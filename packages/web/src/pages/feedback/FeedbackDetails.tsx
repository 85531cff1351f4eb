import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import type { FeedbackDetail } from "@sayso/protocol/api.ts"
import { feedbackDetail } from "../../queries.ts"
import { Id } from "../../parts/Copy.tsx"
import { count, exactly, several } from "../../parts/figures.ts"
import { Json } from "../../parts/Json.tsx"
import { KindIcon } from "../../parts/KindIcon.tsx"
import { MarkText } from "../../parts/MarkView.tsx"
import { useScales } from "../../parts/useScales.ts"
import { When } from "../../parts/When.tsx"
import { History } from "../../parts/WordsView.tsx"
import { CannotShow } from "../../parts/states.tsx"
import { Facts } from "../../parts/Facts.tsx"

/** All there is to know about one event, below its row: earlier words, ids, what it is about. */
export function FeedbackDetails({ id }: { id: string }) {
  const { data: event, error, refetch } = useQuery(feedbackDetail(id))
  if (error && !event) return <CannotShow error={error} again={() => void refetch()} />
  return event ? <DetailsOf event={event} /> : <p className="breathe mt-3 text-sm text-faint">Loading…</p>
}

/** `alone`: on the page of its own. */
export function DetailsOf({ event, alone = false }: { event: FeedbackDetail; alone?: boolean }) {
  const scales = useScales()
  const { matched, history } = event
  const votes = history.filter((other) => other.metric_type !== "text" && event.metric_type !== "text")
  const later = votes.filter((other) => other.state === "current")
  const earlier = votes.filter((other) => other.state !== "current")
  return (
    <div
      className={`mt-3 flex cursor-auto flex-col gap-3 ${alone ? "" : "border-t border-line pt-3"}`}
      data-details
    >
      {later.map((other) => (
        <p key={other.id} className="text-sm">
          A later word stands in its place:{" "}
          <Link to="/feedback/$id" params={{ id: other.id }} className="link">
            <MarkText answer={other} scale={scales(other.label)} /> <When at={other.time} />
          </Link>
        </p>
      ))}
      {earlier.length > 0 && <History events={earlier} scale={scales(event.label)} />}
      <Facts
        facts={{
          "said at": exactly(event.timestamp_ms),
          ...(Math.abs(event.arrived - event.timestamp_ms) > 60_000 && {
            "arrived at": exactly(event.arrived),
          }),
          submitter: `${event.submitter.id}${event.submitter.type === undefined ? "" : ` (${event.submitter.type})`}`,
          application: alone && event.ml_app,
          assessment: event.assessment,
          "span id": event.span_id && <Id text={event.span_id} what="the span id" />,
          "trace id": event.trace_id && <Id text={event.trace_id} what="the trace id" />,
          session: event.session_id && <Id text={event.session_id} what="the session id" />,
          "join key": event.feedback_join_key && <Id text={event.feedback_join_key} what="the join key" />,
          "event id": (
            <span className="inline-flex max-w-full items-center gap-2">
              <Id text={event.id} what="the event id" />
              {!alone && (
                <Link to="/feedback/$id" params={{ id: event.id }} className="link shrink-0 text-xs">
                  Its own page
                </Link>
              )}
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
        <Targets event={event} />
      </div>
    </div>
  )
}

const most = 8

/** The spans that were meant; for a trace or a session its traces, since all of their spans are. */
function Targets({ event: { eval_scope, matched } }: { event: FeedbackDetail }) {
  const whole = eval_scope === "trace" || eval_scope === "session"
  const all = whole ? matched.trace_ids.length : matched.span_count
  const line = "inline-flex max-w-full items-center gap-1.5 py-0.5 hover:underline"
  return (
    <ul className="mt-1">
      {whole &&
        matched.trace_ids.slice(0, most).map((id) => {
          const first = matched.spans.find((span) => span.trace_id === id)
          return (
            <li key={id}>
              <Link
                to="/traces/$traceId"
                params={{ traceId: id }}
                search={{ tab: "feedback" }}
                className={line}
              >
                <KindIcon kind={first?.span_kind ?? ""} />
                <bdi className="truncate">{first?.name || id}</bdi>
                <bdi className="truncate text-faint">{first?.ml_app}</bdi>
              </Link>
            </li>
          )
        })}
      {!whole &&
        matched.spans.slice(0, most).map((span) => (
          <li key={`${span.trace_id} ${span.span_id}`}>
            <Link
              to="/traces/$traceId"
              params={{ traceId: span.trace_id }}
              search={{ span: span.span_id, tab: "feedback" }}
              className={line}
            >
              <KindIcon kind={span.span_kind} />
              <bdi className="truncate">{span.name || span.span_id}</bdi>
              <bdi className="truncate text-faint">{span.ml_app}</bdi>
            </Link>
          </li>
        ))}
      {all > most && <li className="text-faint">and {count(all - most)} more</li>}
    </ul>
  )
}
