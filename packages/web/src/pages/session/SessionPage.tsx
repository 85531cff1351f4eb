import { useQuery } from "@tanstack/react-query"
import { Link, useParams } from "@tanstack/react-router"
import { ArrowUpRight, CircleAlert } from "lucide-react"
import { useEffect, useMemo } from "react"
import type { JoinedFeedback, Session } from "@sayso/protocol/api.ts"
import { session as sessionQuery } from "../../queries.ts"
import { isEmpty } from "../../parts/conversation.ts"
import { ContentView } from "../../parts/Conversation.tsx"
import { Copy } from "../../parts/Copy.tsx"
import { Crumbs } from "../../parts/Crumbs.tsx"
import { clock, compact, dayOf, duration, msOf, several } from "../../parts/figures.ts"
import { KindIcon } from "../../parts/KindIcon.tsx"
import { CannotShow, Loading } from "../../parts/states.tsx"
import { AppName } from "../../parts/Submitter.tsx"
import { Summary } from "../../parts/Summary.tsx"
import { useScales } from "../../parts/useScales.ts"
import { useNow, When } from "../../parts/When.tsx"
import { groupWords } from "../../parts/words.ts"
import { EntityLink, WordsCard, WordsList } from "../../parts/WordsView.tsx"
import { modelTokens } from "../trace/tokens.ts"
import { converse, type Turn } from "./turns.ts"

/** A session as one conversation, with what was said about it beside the turn that it is about. */
export function SessionPage() {
  const { sessionId } = useParams({ from: "/sessions/$sessionId" })
  const { data: session, error, refetch } = useQuery(sessionQuery(sessionId))
  useEffect(() => {
    document.title = `${sessionId} · Sayso`
  }, [sessionId])
  if (error && !session)
    return <CannotShow error={error} again={() => void refetch()} missing="No such session has arrived" />
  return (
    <div className="mx-auto max-w-6xl px-4">
      {session ? <WholeSession session={session} /> : <Loading label="Loading the session" />}
    </div>
  )
}

function WholeSession({ session }: { session: Session }) {
  const { turns, around } = useMemo(() => converse(session), [session])
  const nowMs = useNow()
  const days = Map.groupBy(turns, ({ trace }) => dayOf(msOf(trace.start_ns), nowMs))
  return (
    <>
      <SessionHeader session={session} />
      {turns.length === 0 && (
        <p className="py-6 text-quiet">
          No span of this session has arrived yet. What was said about it is kept, and joins by itself when
          they come.
        </p>
      )}
      {[...days].map(([day, ofDay]) => (
        <section key={day} aria-label={day}>
          <h2 className="pt-6 pb-2 text-xs font-semibold tracking-wide text-faint">{day}</h2>
          {ofDay.map((turn) => (
            <TurnView key={turn.trace.trace_id} turn={turn} />
          ))}
        </section>
      ))}
      {around.length > 0 && <Around events={around} />}
      <div className="h-16" />
    </>
  )
}

function SessionHeader({ session }: { session: Session }) {
  return (
    <header className="border-b border-line py-2.5">
      <Crumbs here="Session" />
      <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1">
        <div className="flex max-w-full min-w-0 items-center gap-1">
          <h1 className="min-w-0 text-xl font-semibold tracking-tight">
            <bdi className="line-clamp-3 wrap-anywhere">{session.session_id}</bdi>
          </h1>
          <Copy text={session.session_id} what="the session id" />
        </div>
        <Summary summary={session.summary} />
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-x-4 text-sm text-quiet">
        {session.ml_apps.map((name) => (
          <AppName key={name} name={name} />
        ))}
        {session.start_ns !== undefined && <When at={msOf(session.start_ns)} />}
        <span>{several(session.traces.length, "turn")}</span>
      </div>
    </header>
  )
}

function TurnView({ turn }: { turn: Turn }) {
  const { trace, asked, answered, feedback } = turn
  const tokens = modelTokens(trace.spans)
  const empty = isEmpty(asked) && isEmpty(answered)
  return (
    <article className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-3 border-b border-line py-4 last-of-type:border-0 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0">
        <p className="mb-2 flex flex-wrap items-center gap-x-3 text-xs text-faint">
          <Link
            to="/traces/$traceId"
            params={{ traceId: trace.trace_id }}
            className="inline-flex max-w-full min-w-0 items-center gap-1 rounded font-medium text-quiet hover:text-ink hover:underline"
          >
            <bdi className="truncate">{trace.name || "trace"}</bdi>
            <ArrowUpRight className="size-3.5" aria-hidden />
          </Link>
          <span className="tabular-nums">{clock(msOf(trace.start_ns))}</span>
          <span className="tabular-nums">{duration(trace.duration_ns)}</span>
          <span>{several(trace.span_count, "span")}</span>
          {tokens > 0 && <span className="tabular-nums">{compact(tokens)} tokens</span>}
          {trace.error_count > 0 && (
            <span className="inline-flex items-center gap-1 text-bad">
              <CircleAlert className="size-3.5" aria-hidden /> {several(trace.error_count, "error")}
            </span>
          )}
        </p>
        <div className="flex max-w-2xl flex-col gap-3">
          {empty && <p className="text-quiet">The client sent neither input nor output for this turn.</p>}
          {!isEmpty(asked) && <ContentView content={asked} label="input" />}
          {!isEmpty(answered) && <ContentView content={answered} label="output" />}
        </div>
      </div>
      {feedback.length > 0 && <TurnFeedback turn={turn} />}
    </article>
  )
}

/** In the margin where there is one, below the turn where there is none. */
function TurnFeedback({ turn: { trace, feedback } }: { turn: Turn }) {
  const scales = useScales()
  const nameOf = (event: JoinedFeedback) => trace.spans.find((span) => span.span_id === event.on_spans[0])
  return (
    <aside className="flex flex-col gap-2 self-start" aria-label="Feedback on this turn">
      {groupWords(feedback).map((words) => {
        const span = nameOf(words.latest)
        return (
          <WordsCard
            key={words.latest.id}
            words={words}
            scale={scales(words.latest.label)}
            on={
              span &&
              span.span_id !== trace.root_span_id && (
                <Link
                  to="/traces/$traceId"
                  params={{ traceId: trace.trace_id }}
                  search={{ span: span.span_id, tab: "feedback" }}
                  className="inline-flex max-w-full min-w-0 items-center gap-1 hover:text-ink hover:underline"
                >
                  on <KindIcon kind={span.span_kind} className="size-3" />
                  <bdi className="truncate">{span.name}</bdi>
                </Link>
              )
            }
          />
        )
      })}
    </aside>
  )
}

function Around({ events }: { events: readonly JoinedFeedback[] }) {
  const groups = Map.groupBy(events, (event) => event.feedback_join_key)
  return (
    <section className="max-w-2xl pt-6">
      {[...groups].map(([key, group]) => (
        <div key={key ?? ""} className="mb-5">
          <h2 className="mb-2 text-sm font-medium text-quiet wrap-anywhere">
            {key === undefined ? (
              "On the session as a whole"
            ) : (
              <>
                On the join key <EntityLink name={key} />
              </>
            )}
          </h2>
          <WordsList events={group} />
        </div>
      ))}
    </section>
  )
}
