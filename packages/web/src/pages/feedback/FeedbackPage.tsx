import { useQuery } from "@tanstack/react-query"
import { useNavigate, useSearch } from "@tanstack/react-router"
import { ArrowUp, FilterX } from "lucide-react"
import { lazy, Suspense, useEffect, useRef } from "react"
import { Refusal } from "../../api.ts"
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
  const { open, ml_app, label, assessment } = useSearch({ from: "/" })
  const filter = given({ ml_app, label, assessment })
  const feedback = useFeedback(filter)
  const shown = useFirstScreenFirst(feedback.events)
  const fresh = feedback.freshCount
  useEffect(() => {
    document.title = `${fresh > 0 ? `(${fresh}) ` : ""}Feedback · Sayso`
  }, [fresh])

  const closed = [feedback.error, feedback.trouble].find(
    (error) => feedback.error !== null || needsKey(error),
  )
  if (closed) return <CannotShow error={closed} again={feedback.again} />
  const filtered = Object.keys(filter).length > 0
  const nothing = feedback.loaded && feedback.events.length === 0 && !feedback.more
  if (nothing && !filtered) {
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
      <div className="mx-auto max-w-5xl px-4">
        {!feedback.loaded && <Loading label="Loading feedback" rows={8} />}
        {nothing && <NothingMatches />}
        <FeedbackList events={shown} fresh={feedback.letIn} gone={feedback.gone} open={open} />
        {feedback.loaded && !nothing && shown.length === feedback.events.length && (
          <End feedback={feedback} />
        )}
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
      <div className="mx-auto flex max-w-5xl items-center gap-1.5 px-4 py-2 sm:gap-2">
        <div
          className="flex shrink-0 rounded-md border border-line p-0.5"
          role="group"
          aria-label="Assessment"
        >
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

/** Over the list, where the bar has no room: the list itself must not move. */
const onPhone =
  "max-sm:fixed max-sm:inset-x-0 max-sm:top-27 max-sm:mx-auto max-sm:w-fit max-sm:max-w-[90vw] max-sm:rounded-full max-sm:px-3 max-sm:shadow-(--shadow)"

/** Whether what arrives is seen at once; and what has arrived, to be let in when the reader likes. */
function Liveness({ feedback }: { feedback: Feedback }) {
  const { trouble, freshCount, freshIsMore } = feedback
  const news = `${freshIsMore ? "50 or more" : freshCount} new`
  const away = trouble instanceof Refusal && trouble.code === "away"
  const said = trouble ? (away ? "The server does not answer" : trouble.message) : freshCount > 0 ? news : ""
  return (
    <div className="ms-auto flex min-w-0 items-center">
      {/* Always here, so that what is written into it is read out. */}
      <span
        className={trouble ? "flex min-w-0 items-center gap-1.5 text-sm text-warn" : "sr-only"}
        role="status"
      >
        {trouble && <span className="size-2 shrink-0 rounded-full bg-warn" aria-hidden />}
        <span className="truncate" title={said}>
          {said}
        </span>
      </span>
      {!trouble && freshCount === 0 && (
        <span
          className="flex items-center gap-1.5 text-sm text-faint"
          title="New feedback shows up here by itself"
        >
          <span className="breathe size-2 rounded-full bg-good" aria-hidden />
          <span className="max-sm:sr-only">Live</span>
        </span>
      )}
      {!trouble && freshCount > 0 && (
        <button
          type="button"
          className={`inline-flex h-8 shrink-0 items-center gap-1.5 rounded-full bg-accent px-3 text-sm font-medium whitespace-nowrap text-page hover:opacity-90 ${onPhone}`}
          onClick={() => {
            feedback.show()
            scrollTo({ top: 0 })
          }}
        >
          <ArrowUp className="size-3.5" aria-hidden />
          {news}
        </button>
      )}
    </div>
  )
}

/** The filter without what it leaves open: equal filters are the same list. */
function given(filter: FeedbackFilter): FeedbackFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

function needsKey(error: Error | null): boolean {
  return error instanceof Refusal && ["key_missing", "key_invalid", "scope_missing"].includes(error.code)
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
      Nothing has this application, label and assessment together. New feedback that matches appears here by
      itself.
    </Notice>
  )
}

/** Loads more as one comes near the end, and says where the end is. */
function End({ feedback }: { feedback: Feedback }) {
  const mark = useRef<HTMLDivElement>(null)
  const { more, loadingMore, loadMore, moreError } = feedback
  const byItself = more && !loadingMore && moreError === null
  useEffect(() => {
    if (!mark.current || !byItself) return undefined
    const watch = new IntersectionObserver(
      // One call may tell of several crossings, when one scrolls fast.
      (crossings) => crossings.some(({ isIntersecting }) => isIntersecting) && loadMore(),
      { rootMargin: "600px" },
    )
    watch.observe(mark.current)
    return () => watch.disconnect()
  }, [byItself, loadMore])
  return (
    <div ref={mark} className="flex flex-col items-center gap-2 py-8 text-sm text-faint">
      {moreError && <p className="text-warn">{moreError.message}</p>}
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
