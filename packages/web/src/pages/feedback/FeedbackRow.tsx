import { Link, useNavigate, type LinkProps } from "@tanstack/react-router"
import { ChevronDown, Hourglass, Link2, MessagesSquare, Ticket } from "lucide-react"
import { memo, type MouseEvent } from "react"
import type { ListedFeedback } from "@sayso/protocol/api.ts"
import { Json } from "../../parts/Json.tsx"
import type { Scale } from "../../parts/mark.ts"
import { MarkSign, MarkText } from "../../parts/MarkView.tsx"
import { KindIcon } from "../../parts/KindIcon.tsx"
import { Said } from "../../parts/Said.tsx"
import { AppName, SubmitterName } from "../../parts/Submitter.tsx"
import { When } from "../../parts/When.tsx"
import { FeedbackDetails } from "./FeedbackDetails.tsx"

interface RowProps {
  readonly event: ListedFeedback
  readonly scale: Scale | undefined
  readonly isFresh: boolean
  /** It was withdrawn, or a later word stands in its place, since the list was loaded. */
  readonly isGone: boolean
  readonly isOpen: boolean
}

/** One event: the mark, the words in full, and below who said it, where, and on what. */
export const FeedbackRow = memo(({ event, scale, isFresh, isGone, isOpen }: RowProps) => {
  const navigate = useNavigate({ from: "/" })
  const target = targetOf(event)
  const words = hasWords(event)
  const unfold = () =>
    void navigate({
      search: (before) => ({ ...before, open: isOpen ? undefined : event.id }),
      replace: true,
      resetScroll: false,
    })
  // A click anywhere goes where the link goes, unless it is on something else or ends a selection.
  const follow = (click: MouseEvent<HTMLElement>) => {
    const on = click.target as HTMLElement
    if (click.defaultPrevented || on.closest("a, button, input, summary, [role=treeitem], [data-details]"))
      return
    if (getSelection()?.isCollapsed === false) return
    if (click.metaKey || click.ctrlKey) return
    if (target.to) void navigate(target.to as Parameters<typeof navigate>[0])
    else unfold()
  }
  return (
    <li
      className={`-mx-2 cursor-pointer rounded-lg px-2 py-3 hover:bg-panel ${isFresh ? "let-in" : ""} ${isOpen ? "bg-panel" : ""}`}
      onClick={follow}
    >
      <article className={`flex gap-3 ${isGone ? "opacity-60" : ""}`}>
        <MarkSign answer={event} scale={scale} />
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-start gap-x-4 gap-y-1.5">
            <div className={`min-w-0 flex-1 pt-1 ${words ? "" : "sm:w-56 sm:flex-none"}`}>
              <Words event={event} scale={scale} />
            </div>
            {/* Below the words; where there are none, in their line if it has the room. */}
            <div
              className={`order-3 flex w-full flex-wrap items-center gap-x-4 gap-y-1 text-sm text-quiet ${words ? "" : "sm:order-none sm:w-auto sm:min-w-0 sm:flex-1 sm:flex-nowrap sm:pt-1.5"}`}
            >
              {event.metric_type === "text" && <LabelName label={event.label} />}
              <Around event={event} target={target} inColumns={!words} />
              {isGone && <span className="rounded bg-hover px-1.5 text-xs">counts no more</span>}
            </div>
            <div className="order-2 flex shrink-0 items-center gap-1 pt-0.5">
              <When at={event.time} className="text-sm text-faint" />
              <button
                type="button"
                className="grid size-7 place-items-center rounded text-faint hover:bg-hover hover:text-ink"
                aria-expanded={isOpen}
                aria-label={`Details of ${event.label} by ${event.submitter.id}`}
                title="Details and history"
                onClick={unfold}
              >
                <ChevronDown className={`size-4 transition-transform ${isOpen ? "rotate-180" : ""}`} />
              </button>
            </div>
          </div>
          {isOpen && <FeedbackDetails id={event.id} />}
        </div>
      </article>
    </li>
  )
})
FeedbackRow.displayName = "FeedbackRow"

/** Who said it, in which application, and on what. */
function Around({ event, target, inColumns }: { event: ListedFeedback; target: Target; inColumns: boolean }) {
  const column = inColumns ? "flex min-w-0 sm:w-36 sm:shrink-0" : "contents"
  return (
    <>
      <span className={column}>
        <SubmitterName submitter={event.submitter} />
      </span>
      {(event.ml_app !== undefined || inColumns) && (
        <span className={column}>{event.ml_app !== undefined && <AppName name={event.ml_app} />}</span>
      )}
      {target.to ? (
        <Link
          {...target.to}
          className="inline-flex max-w-72 min-w-0 items-center gap-1 rounded hover:text-ink hover:underline"
        >
          {target.icon}
          <bdi className="truncate">{target.name}</bdi>
        </Link>
      ) : (
        <span
          className="inline-flex max-w-72 min-w-0 items-center gap-1 text-warn"
          title="It joins by itself when its target arrives"
        >
          <Hourglass className="size-3.5 shrink-0" aria-hidden />
          <bdi className="truncate">{target.name}</bdi>
        </span>
      )}
    </>
  )
}

function hasWords({ text_value, json_value, reasoning }: ListedFeedback): boolean {
  return text_value !== undefined || json_value !== undefined || reasoning !== undefined
}

function LabelName({ label }: { label: string }) {
  return (
    <bdi className="text-quiet wrap-anywhere" title="label">
      {label}
    </bdi>
  )
}

/** The answer, and what was said in words or as JSON. */
function Words({ event, scale }: { event: ListedFeedback; scale: Scale | undefined }) {
  return (
    <>
      {event.text_value === undefined ? (
        <p className="flex flex-wrap items-center gap-x-2">
          <LabelName label={event.label} />
          <MarkText answer={event} scale={scale} />
        </p>
      ) : (
        <Said text={event.text_value} className="text-lg" />
      )}
      {event.json_value !== undefined && (
        <div className="mt-1.5 max-w-xl">
          <Json value={event.json_value} label={event.label} />
        </div>
      )}
      {event.reasoning !== undefined && <Said text={event.reasoning} className="mt-1 text-lg" />}
    </>
  )
}

interface Target {
  readonly name: string
  readonly icon: React.ReactNode
  /** Where it is looked at; undefined while nothing of it has arrived. */
  readonly to?: LinkProps
}

const icon = "size-3.5 shrink-0"

/** What the event is about, and the page that shows it. */
function targetOf({
  about,
  eval_scope,
  span_id,
  trace_id,
  session_id,
  feedback_join_key: key,
}: ListedFeedback): Target {
  switch (eval_scope) {
    case "span":
      return about
        ? {
            name: about.name || about.span_id,
            icon: <KindIcon kind={about.span_kind} />,
            to: {
              to: "/traces/$traceId",
              params: { traceId: about.trace_id },
              search: { span: about.span_id, tab: "feedback" },
            },
          }
        : { name: `waits for span ${span_id}`, icon: null }
    case "trace":
      return about
        ? {
            name: about.name || about.trace_id,
            icon: <Link2 className={icon} role="img" aria-label="trace" />,
            to: { to: "/traces/$traceId", params: { traceId: about.trace_id }, search: { tab: "feedback" } },
          }
        : { name: `waits for trace ${trace_id}`, icon: null }
    case "session":
      return {
        name: session_id ?? "",
        icon: <MessagesSquare className={icon} role="img" aria-label="session" />,
        ...(about && { to: { to: "/sessions/$sessionId", params: { sessionId: session_id ?? "" } } }),
        ...(!about && { name: `waits for session ${session_id}` }),
      }
    case "external":
      return {
        name: key ?? "",
        icon: <Ticket className={icon} role="img" aria-label="join key" />,
        to: { to: "/entities/$key", params: { key: key ?? "" } },
      }
  }
}
