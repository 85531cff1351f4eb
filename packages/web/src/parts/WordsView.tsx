import { Link } from "@tanstack/react-router"
import { ChevronRight } from "lucide-react"
import type { ReactNode } from "react"
import type { JoinedFeedback, StoredFeedback } from "@sayso/protocol/api.ts"
import { exactly, several } from "./figures.ts"
import { Json } from "./Json.tsx"
import type { Scale } from "./mark.ts"
import { MarkSign, MarkText } from "./MarkView.tsx"
import { Said } from "./Said.tsx"
import { SubmitterName } from "./Submitter.tsx"
import { When } from "./When.tsx"
import { useScales } from "./useScales.ts"
import { groupWords, type Words } from "./words.ts"

/** All that was said in one place, each submitter's words as one card. */
export function WordsList({ events }: { events: readonly JoinedFeedback[] }) {
  const scales = useScales()
  return (
    <div className="flex flex-col gap-2">
      {groupWords(events).map((words) => (
        <WordsCard key={words.latest.id} words={words} scale={scales(words.latest.label)} />
      ))}
    </div>
  )
}

/** What a submitter says now, with what they said before one click away. */
export function WordsCard({
  words,
  scale,
  on,
}: {
  words: Words
  scale?: Scale | undefined
  /** Where it was given, if that is not plain from where the card stands. */
  on?: ReactNode
}) {
  const { latest, history } = words
  const withdrawn = latest.state === "withdrawn"
  return (
    <article className="flex gap-2.5 rounded-lg border border-line bg-raised p-2.5">
      <div className={withdrawn ? "opacity-50 grayscale" : ""}>
        <MarkSign answer={latest} scale={scale} small />
      </div>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 text-sm">
          <bdi className="font-medium wrap-anywhere">{latest.label}</bdi>
          <span className={withdrawn ? "line-through opacity-60" : ""}>
            <MarkText answer={latest} scale={scale} />
          </span>
          {latest.state !== "current" && (
            <span className="rounded bg-hover px-1.5 text-xs text-quiet">{latest.state}</span>
          )}
          <When at={latest.time} className="ms-auto text-xs text-faint" />
        </div>
        {latest.text_value !== undefined && (
          <Said text={latest.text_value} className={`mt-1 ${withdrawn ? "line-through opacity-60" : ""}`} />
        )}
        {latest.json_value !== undefined && (
          <div className="mt-1.5">
            <Json value={latest.json_value} label={latest.label} />
          </div>
        )}
        {latest.reasoning !== undefined && <Said text={latest.reasoning} className="mt-1" />}
        {latest.withdrawn && (
          <p className="mt-1 text-sm text-faint">
            Withdrawn <When at={latest.withdrawn.time} />
            {latest.withdrawn.reason && (
              <>
                : <bdi className="wrap-anywhere">{latest.withdrawn.reason}</bdi>
              </>
            )}
          </p>
        )}
        <div className="mt-1 flex flex-wrap items-center gap-x-3 text-xs text-faint">
          <SubmitterName submitter={latest.submitter} />
          {on}
        </div>
        {history.length > 0 && (
          <details className="group mt-1.5">
            <summary className="flex list-none items-center gap-1 rounded text-xs text-quiet hover:text-ink [&::-webkit-details-marker]:hidden">
              <ChevronRight className="size-3 transition-transform group-open:rotate-90" aria-hidden />
              {several(history.length, "earlier answer")}
            </summary>
            <div className="mt-1.5">
              <History events={history} scale={scale} />
            </div>
          </details>
        )}
      </div>
    </article>
  )
}

/** Earlier words, newest first, along a line. */
export function History({ events, scale }: { events: readonly StoredFeedback[]; scale?: Scale | undefined }) {
  return (
    <ol className="flex flex-col gap-1.5 border-s-2 border-line ps-3 text-sm" aria-label="Earlier answers">
      {events.map((event) => (
        <li key={event.id} className="text-quiet">
          <span className="flex flex-wrap items-baseline gap-x-2">
            <MarkText answer={event} scale={scale} />
            <span className="text-xs text-faint" title={exactly(event.timestamp_ms)}>
              {event.state === "withdrawn" && "withdrawn · "}
              <When at={event.time} />
            </span>
          </span>
          {event.reasoning !== undefined && <Said text={event.reasoning} />}
          {event.text_value !== undefined && <Said text={event.text_value} />}
        </li>
      ))}
    </ol>
  )
}

/** Where a group of words was given, with a link to its own page where it has one. */
export function SessionLink({ id }: { id: string }) {
  return (
    <Link to="/sessions/$sessionId" params={{ sessionId: id }} className="link">
      <bdi className="wrap-anywhere">{id}</bdi>
    </Link>
  )
}

export function EntityLink({ name }: { name: string }) {
  return (
    <Link to="/entities/$key" params={{ key: name }} className="link">
      <bdi className="wrap-anywhere">{name}</bdi>
    </Link>
  )
}
