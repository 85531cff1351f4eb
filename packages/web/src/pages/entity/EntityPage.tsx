import { useQuery } from "@tanstack/react-query"
import { Link, useParams } from "@tanstack/react-router"
import { CircleAlert, MessagesSquare } from "lucide-react"
import { useEffect, useState, type ReactNode } from "react"
import type { Entity, TraceHead } from "@sayso/protocol/api.ts"
import { idsMeet } from "@sayso/protocol/ids.ts"
import { entity as entityQuery } from "../../queries.ts"
import { Copy } from "../../parts/Copy.tsx"
import { Crumbs } from "../../parts/Crumbs.tsx"
import { duration, msOf, several } from "../../parts/figures.ts"
import { KindIcon } from "../../parts/KindIcon.tsx"
import { CannotShow, Loading } from "../../parts/states.tsx"
import { AppName } from "../../parts/Submitter.tsx"
import { Summary } from "../../parts/Summary.tsx"
import { When } from "../../parts/When.tsx"
import { WordsList } from "../../parts/WordsView.tsx"

/** A ticket, an incident, a message: what was said about it, and every trace and session that carries its key. */
export function EntityPage() {
  const { key } = useParams({ from: "/entities/$key" })
  const { data: entity, error, refetch } = useQuery(entityQuery(key))
  useEffect(() => {
    document.title = `${key} · Sayso`
  }, [key])
  if (error && !entity)
    return <CannotShow error={error} again={() => void refetch()} missing="Nothing carries this join key" />
  return (
    <div className="mx-auto max-w-6xl px-4">
      {entity ? <WholeEntity entity={entity} /> : <Loading label="Loading the entity" />}
    </div>
  )
}

function WholeEntity({ entity }: { entity: Entity }) {
  const traces = entity.traces.toSorted((a, b) => (BigInt(a.start_ns) < BigInt(b.start_ns) ? 1 : -1))
  return (
    <>
      <header className="border-b border-line py-2.5">
        <Crumbs here="Join key" />
        <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1">
          <div className="flex max-w-full min-w-0 items-center gap-1">
            <h1 className="min-w-0 text-xl font-semibold tracking-tight">
              <bdi className="line-clamp-3 wrap-anywhere">{entity.feedback_join_key}</bdi>
            </h1>
            <Copy text={entity.feedback_join_key} what="the join key" />
          </div>
          <Summary summary={entity.summary} />
        </div>
        <div className="mt-1 flex flex-wrap items-center gap-x-4 text-sm text-quiet">
          <span>
            carried by {several(entity.spans.length, "span")} in {several(traces.length, "trace")} of{" "}
            {several(entity.session_ids.length, "session")}
          </span>
        </div>
      </header>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <section className="pt-5" aria-labelledby="said">
          <Title id="said">What was said about it</Title>
          {entity.feedback.length === 0 ? (
            <p className="text-quiet">Nobody has said anything about it yet.</p>
          ) : (
            <div className="max-w-2xl">
              <WordsList events={entity.feedback} />
            </div>
          )}
        </section>
        <div>
          <section className="pt-5" aria-labelledby="traces">
            <Title id="traces">Traces that carry it</Title>
            {traces.length === 0 ? (
              <p className="text-quiet">
                No span that carries this key has arrived. What was said joins by itself when one comes.
              </p>
            ) : (
              <More items={traces} of="trace">
                {(trace) => <TraceLine key={trace.trace_id} trace={trace} entity={entity} />}
              </More>
            )}
          </section>
          {entity.session_ids.length > 0 && (
            <section className="pt-6" aria-labelledby="sessions">
              <Title id="sessions">Sessions</Title>
              <More items={entity.session_ids} of="session">
                {(id) => (
                  <li key={id}>
                    <Link
                      to="/sessions/$sessionId"
                      params={{ sessionId: id }}
                      className="-mx-2 flex items-center gap-1.5 rounded-md px-2 py-1.5 hover:bg-panel"
                    >
                      <MessagesSquare className="size-3.5 shrink-0 text-faint" aria-hidden />
                      <bdi className="min-w-0 truncate">{id}</bdi>
                    </Link>
                  </li>
                )}
              </More>
            </section>
          )}
        </div>
      </div>
      <div className="h-16" />
    </>
  )
}

function Title({ id, children }: { id: string; children: string }) {
  return (
    <h2 id={id} className="mb-2 text-xs font-semibold tracking-wide text-faint">
      {children}
    </h2>
  )
}

/** A trace with the spans of it that carry the key. */
function TraceLine({ trace, entity }: { trace: TraceHead; entity: Entity }) {
  const carrying = entity.spans.filter((span) => idsMeet(span.trace_id, trace.trace_id))
  const [first] = carrying
  return (
    <li>
      <Link
        to="/traces/$traceId"
        params={{ traceId: trace.trace_id }}
        search={first ? { span: first.span_id, tab: "feedback" } : {}}
        className="-mx-2 block rounded-md px-2 py-1.5 hover:bg-panel"
      >
        <span className="flex items-center gap-2">
          <bdi className="truncate font-medium">{trace.name || first?.name || trace.trace_id}</bdi>
          {trace.error_count > 0 && (
            <CircleAlert className="size-3.5 shrink-0 text-bad" role="img" aria-label="has errors" />
          )}
          <When at={msOf(trace.start_ns)} className="ms-auto shrink-0 text-xs text-faint" />
        </span>
        <span className="mt-0.5 flex flex-wrap items-center gap-x-3 text-sm text-quiet">
          {trace.ml_apps.map((name) => (
            <AppName key={name} name={name} />
          ))}
          <span className="tabular-nums">{duration(trace.duration_ns)}</span>
          {first && first.name !== trace.name && (
            <span className="inline-flex min-w-0 items-center gap-1">
              <KindIcon kind={first.span_kind} />
              <bdi className="truncate">{first.name}</bdi>
            </span>
          )}
          {carrying.length > 1 && (
            <span className="text-faint">{several(carrying.length, "span")} carry it</span>
          )}
        </span>
      </Link>
    </li>
  )
}

const shown = 50

/** A list of which the first are shown, and the rest on demand. */
function More<T>({
  items,
  of,
  children,
}: {
  items: readonly T[]
  of: string
  children: (item: T) => ReactNode
}) {
  const [all, setAll] = useState(false)
  const some = all ? items : items.slice(0, shown)
  return (
    <>
      <ul>{some.map(children)}</ul>
      {some.length < items.length && (
        <button type="button" className="link mt-1 text-sm" onClick={() => setAll(true)}>
          Show {several(items.length - shown, `more ${of}`)}
        </button>
      )}
    </>
  )
}
