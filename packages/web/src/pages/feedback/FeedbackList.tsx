import { useQuery } from "@tanstack/react-query"
import type { ListedFeedback } from "@sayso/protocol/api.ts"
import { dayOf } from "../../parts/figures.ts"
import { useNow } from "../../parts/When.tsx"
import { feedbackFields } from "../../queries.ts"
import { FeedbackRow } from "./FeedbackRow.tsx"

/** The events by day. */
export function FeedbackList({
  events,
  fresh,
  gone,
  open,
}: {
  events: readonly ListedFeedback[]
  fresh: ReadonlySet<string>
  gone: ReadonlySet<string>
  open: string | undefined
}) {
  const nowMs = useNow()
  const { data: fields } = useQuery(feedbackFields())
  const days = Map.groupBy(events, (event) => dayOf(event.time, nowMs))
  return [...days].map(([day, ofDay]) => (
    <section key={day} aria-label={day}>
      <h2 className="pt-5 pb-1 text-xs font-semibold tracking-wide text-faint">{day}</h2>
      <ol>
        {ofDay.map((event) => (
          <FeedbackRow
            key={event.id}
            event={event}
            scale={fields?.labels.find(({ label }) => label === event.label)?.scores}
            isFresh={fresh.has(event.id)}
            isGone={gone.has(event.id)}
            isOpen={event.id === open}
          />
        ))}
      </ol>
    </section>
  ))
}
