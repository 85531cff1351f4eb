import { useQuery } from "@tanstack/react-query"
import { useNavigate, useSearch } from "@tanstack/react-router"
import { ArrowUp, FilterX } from "lucide-react"
import { lazy, Suspense, useEffect, useRef } from "react"
import { feedbackFields, type FeedbackFilter } from "../../queries.ts"
import { Choose } from "../../parts/Choose.tsx"
import { several } from "../../parts/figures.ts"
import { CannotShow, Loading, Notice } from "../../parts/states.tsx"
import { button } from "../../parts/styles.ts"
import { FeedbackList } from "./FeedbackList.tsx"
import { useFeedback, type Feedback } from "./useFeedback.ts"
import { useFirstScreenFirst } from "./useFirstScreenFirst.ts"

// Seen once, and not again after the first feedback.
const FirstSteps = lazy(async () => ({ default: (await import("./FirstSteps.tsx")).FirstSteps }))

/** What users said, newest first. */
export function FeedbackPage() {
  const { open, ...filter } = useSearch({ from: "/" })
  const feedback = useFeedback(filter)
  const shown = useFirstScreenFirst(feedback.events)
  const fresh = feedback.freshCount
  useEffect(() => {
    document.title = `${fresh > 0 ? `(${fresh}) ` : ""}Feedback · Sayso`
  }, [fresh])

  if (feedback.error !== null) return <CannotShow error={feedback.error} again={feedback.again} />
  const filtered = Object.keys(filter).length > 0
  if (feedback.loaded && feedback.events.length === 0 && !filtered) {
    return (
      <Suspense>
        <FirstSteps />
      </Suspense>
    )
  }
  return (
    <>
      <h1 className="sr-only">Feedback</h1>
      <Toolbar filter={filter} feedback={feedback} />
      <div className="mx-auto max-w-4xl px-4">
        {!feedback.loaded && <Loading label="Loading feedback" rows={8} />}
        {feedback.loaded && feedback.events.length === 0 && <NothingMatches />}
        <FeedbackList events={shown} fresh={feedback.letIn} open={open} />
        {shown.length > 0 && shown.length === feedback.events.length && <End feedback={feedback} />}
      </div>
    </>
  )
}

function Toolbar({ filter, feedback }: { filter: FeedbackFilter; feedback: Feedback }) {
  const { data: fields } = useQuery(feedbackFields())
  const navigate = useNavigate({ from: "/" })
  const narrow = (change: FeedbackFilter) =>
    void navigate({ search: (before) => ({ ...before, open: undefined, ...change }), resetScroll: false })
  const kinds: [string, FeedbackFilter["assessment"]][] = [
    ["All", undefined],
    ["Good", "pass"],
    ["Bad", "fail"],
  ]
  return (
    <div className="sticky top-12 z-20 border-b border-line bg-page">
      <div className="mx-auto flex max-w-4xl flex-wrap items-center gap-1.5 px-4 py-2 sm:gap-2">
        <div className="flex rounded-md border border-line p-0.5" role="group" aria-label="Assessment">
          {kinds.map(([name, assessment]) => (
            <button
              key={name}
              type="button"
              aria-pressed={filter.assessment === assessment}
              className="h-6.5 rounded px-2 text-sm text-quiet hover:text-ink sm:px-2.5 aria-pressed:bg-hover aria-pressed:font-medium aria-pressed:text-ink"
              onClick={() => narrow({ assessment })}
            >
              {name}
            </button>
          ))}
        </div>
        <Choose
          what="Application"
          all="All apps"
          value={filter.ml_app}
          values={fields?.ml_apps ?? []}
          onChoose={(ml_app) => narrow({ ml_app })}
        />
        <Choose
          what="Label"
          all="All labels"
          value={filter.label}
          values={fields?.labels.map(({ label }) => label) ?? []}
          onChoose={(label) => narrow({ label })}
        />
        <Liveness feedback={feedback} />
      </div>
    </div>
  )
}

/** Whether what arrives is seen at once; and what has arrived, to be let in when the reader likes. */
function Liveness({ feedback }: { feedback: Feedback }) {
  if (!feedback.live) {
    return (
      <span className="ms-auto flex items-center gap-1.5 text-sm text-warn" role="status">
        <span className="size-2 rounded-full bg-warn" /> The server does not answer
      </span>
    )
  }
  if (feedback.freshCount === 0) {
    return (
      <span
        className="ms-auto flex items-center gap-1.5 text-sm text-faint"
        title="New feedback shows up here by itself"
      >
        <span className="breathe size-2 rounded-full bg-good" aria-hidden />{" "}
        <span className="max-sm:sr-only">Live</span>
      </span>
    )
  }
  return (
    <button
      type="button"
      className="ms-auto inline-flex h-8 items-center gap-1.5 rounded-full bg-accent px-3 text-sm font-medium text-page hover:opacity-90"
      onClick={() => {
        feedback.show()
        scrollTo({ top: 0 })
      }}
    >
      <ArrowUp className="size-3.5" aria-hidden />
      {feedback.freshIsAll ? "50 or more" : feedback.freshCount} new
    </button>
  )
}

function NothingMatches() {
  const navigate = useNavigate({ from: "/" })
  return (
    <Notice
      icon={<FilterX />}
      title="No feedback matches"
      action={
        <button type="button" className={button} onClick={() => void navigate({ search: {} })}>
          Show all feedback
        </button>
      }
    >
      None that counts now has this application, label and assessment together. What arrives and matches shows
      up here by itself.
    </Notice>
  )
}

/** Loads more as one comes near the end, and says where the end is. */
function End({ feedback }: { feedback: Feedback }) {
  const mark = useRef<HTMLDivElement>(null)
  const { more, loadingMore, loadMore } = feedback
  useEffect(() => {
    if (!mark.current || !more || loadingMore) return undefined
    const watch = new IntersectionObserver(
      // One call may tell of several crossings, when one scrolls fast.
      (crossings) => crossings.some(({ isIntersecting }) => isIntersecting) && loadMore(),
      { rootMargin: "600px" },
    )
    watch.observe(mark.current)
    return () => watch.disconnect()
  }, [more, loadingMore, loadMore])
  return (
    <div ref={mark} className="grid place-items-center py-8 text-sm text-faint">
      {more ? (
        <button type="button" className={button} onClick={loadMore} disabled={loadingMore}>
          {loadingMore ? "Loading…" : "Load more"}
        </button>
      ) : (
        <p>{several(feedback.events.length, "piece")} of feedback: that is all.</p>
      )}
    </div>
  )
}
