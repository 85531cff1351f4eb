import { useQuery } from "@tanstack/react-query"
import { useParams } from "@tanstack/react-router"
import { useEffect } from "react"
import { feedbackDetail } from "../../queries.ts"
import { Crumbs } from "../../parts/Crumbs.tsx"
import { CannotShow, Loading } from "../../parts/states.tsx"
import { useScales } from "../../parts/useScales.ts"
import { wordsOf } from "../../parts/mark.ts"
import { WordsCard } from "../../parts/WordsView.tsx"
import { DetailsOf } from "./FeedbackDetails.tsx"

/** One feedback event at an address of its own, to be passed on. */
export function EventPage() {
  const { id } = useParams({ from: "/feedback/$id" })
  const { data: event, error, refetch } = useQuery(feedbackDetail(id))
  const scales = useScales()
  useEffect(() => {
    document.title = event ? `${event.label}: ${wordsOf(event)} · Sayso` : "Feedback · Sayso"
  }, [event])
  if (error && !event)
    return <CannotShow error={error} again={() => void refetch()} missing="No such feedback has arrived" />
  return (
    <div className="mx-auto max-w-3xl px-4 py-2.5">
      <Crumbs here="One event" />
      {event ? (
        <div className="mt-4">
          <h1 className="sr-only">{event.label}</h1>
          <WordsCard
            words={{ latest: { ...event, on_spans: [], counted: event.state === "current" }, history: [] }}
            scale={scales(event.label)}
          />
          <DetailsOf event={event} alone />
        </div>
      ) : (
        <Loading rows={2} label="Loading the event" />
      )}
    </div>
  )
}
