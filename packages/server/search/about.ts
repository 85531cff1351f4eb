import type { About, StoredFeedback } from "@sayso/protocol/api.ts"
import { raw, sql, typed, type Sql } from "../store/sql.ts"
import type { Store } from "../store/store.ts"
import { lastCopies } from "./copies.ts"
import { createIdIndex, keysOf } from "./ids.ts"
import { spellings } from "./joined.ts"
import { distinct, hasOne, isOne, portions } from "./lookup.ts"
import { moment, visible, type Reader } from "./scope.ts"

/** The order of spans by time. Many start in the same millisecond as their parent. */
export const byTime: Sql = raw("time, start_ns, span_id")

/**
 * Looks up what these events are about, in a few statements for all of them: the first by time of what has arrived. For a trace
 * that is its root span, or the first of all while no root is there; for a session, the same of the trace of the first span that
 * names it.
 */
export async function findAbout(
  store: Store,
  reader: Reader,
  events: readonly StoredFeedback[],
): Promise<(event: StoredFeedback) => About | undefined> {
  const anyCopies: From = (which) => sql`${visible(reader, "spans")} AND (${which})`
  const onlyLast: From = (which) => lastCopies(reader, allColumns, which)
  const ask = { store, reader, events }
  const tried = await Promise.all(
    [bySpan, byTraceOrSession, byJoinKey].map(async (way) => ({
      way,
      found: await way({ ...ask, from: anyCopies }),
    })),
  )
  // To look only at last copies costs several times as much, and hardly ever is the first by time not a last one.
  const isLast = await lastOf(
    store,
    reader,
    tried.flatMap(({ found }) => found.read),
  )
  const found = await Promise.all(
    tried.map(async ({ way, found }) => (found.read.every(isLast) ? found : way({ ...ask, from: onlyLast }))),
  )
  return (event) => {
    const [span] = found.flatMap(({ of }) => of(event) ?? [])
    return span && aboutOf(span)
  }
}

/** From the table to a condition on spans, open for an order. */
type From = (which: Sql) => Sql

interface Question {
  readonly store: Store
  readonly reader: Reader
  readonly events: readonly StoredFeedback[]
  readonly from: From
}

/** What events of a kind are about, and all that was read to find it. */
interface Found {
  readonly read: readonly FoundSpan[]
  readonly of: (event: StoredFeedback) => FoundSpan | undefined
}

interface FoundSpan extends About {
  apm_trace_id: string
  trace_key: string
  span_key: string
  sequence: string
  /** The name by which it was found. */
  target: unknown
}

/** The columns of {@link FoundSpan}, and those that are asked about. */
const foundColumns: Sql = raw(
  "trace_id, span_id, name, span_kind, ml_app, session_id, apm_trace_id, trace_key, span_key, sequence",
)
const allColumns: Sql = sql`${foundColumns}, span_keys, trace_keys, trace_uppers, join_keys, parent_id, time, start_ns`

async function bySpan({ store, events, from }: Question): Promise<Found> {
  const ids = given(events, "span_id")
  const read = await firstOfEach(store, ids, raw("span_id"), from(hasOne("span_keys", keysOf(ids))))
  const byId = createIdIndex(read.map((span) => [span.span_id, span] as const))
  return { read, of: ({ span_id }) => (span_id === undefined ? undefined : byId.find(span_id)[0]) }
}

async function byTraceOrSession(question: Question): Promise<Found> {
  const { store, events, from } = question
  const sessions = given(events, "session_id")
  const naming = await firstOfEach(
    store,
    sessions,
    raw("session_id"),
    from(isOne("session_id", sessions, said("session_id", question))),
  )
  const traceOf = new Map(naming.map((span) => [span.session_id, span.trace_id]))
  const ids = distinct([...given(events, "trace_id"), ...traceOf.values()])
  const keys = keysOf(ids)
  // By the readings of an id and not by its text: a tracer's id may be that of any number of traces.
  const reading = sql`arrayJoin(arrayFilter(reading -> reading.1 IN ${keys}, arrayZip(trace_keys, trace_uppers)))`
  const roots = await firstOfEach(
    store,
    ids,
    reading,
    from(hasOne("trace_keys", keys)),
    sql`parent_id != '', ${byTime}`,
  )
  const byId = createIdIndex(roots.flatMap((span) => spellings(span).map((id) => [id, span] as const)))
  return {
    read: [...naming, ...roots],
    of({ trace_id, session_id }) {
      const id = trace_id ?? traceOf.get(session_id ?? "")
      return id === undefined ? undefined : byId.find(id)[0]
    },
  }
}

async function byJoinKey(question: Question): Promise<Found> {
  const { store, events, from } = question
  const keys = given(events, "feedback_join_key")
  const asked = said("join_key", question)
  const carried = sql`arrayJoin(arrayFilter(key -> ${isOne("key", keys, asked)}, join_keys))`
  const read = await firstOfEach(store, keys, carried, from(hasOne("join_keys", keys, asked)))
  const byKey = new Map(read.map((span) => [span.target, span]))
  return { read, of: ({ feedback_join_key: key }) => byKey.get(key) }
}

function given(
  events: readonly StoredFeedback[],
  target: "span_id" | "trace_id" | "session_id" | "feedback_join_key",
): string[] {
  return distinct(events.map((event) => event[target] ?? ""))
}

/** The question for a column of the events, for where its values are too many to be sent. */
function said(column: "session_id" | "join_key", { reader, events }: Question): Sql {
  const ids = typed([...new Set(events.map((event) => event.id))], "Array(UUID)")
  const times = events.map((event) => event.time)
  return sql`SELECT ${raw(column)} ${visible(reader, "eval_metrics")} AND event_kind = 'feedback'
    AND time >= ${moment(Math.min(...times))} AND time <= ${moment(Math.max(...times))} AND id IN ${ids}`
}

/** The first span of each target, in their order. However many there are, the engine gives out one for each. */
async function firstOfEach(
  store: Store,
  names: readonly string[],
  target: Sql,
  from: Sql,
  order: Sql = byTime,
): Promise<FoundSpan[]> {
  if (names.length === 0) return []
  return store.rows(sql`SELECT ${foundColumns}, ${target} AS target ${from}
    ORDER BY ${order}, sequence DESC LIMIT 1 BY target`)
}

/** Looks up which of the spans are the last copies of theirs. */
async function lastOf(
  store: Store,
  reader: Reader,
  spans: readonly FoundSpan[],
): Promise<(span: FoundSpan) => boolean> {
  type Copy = Pick<FoundSpan, "trace_key" | "span_key" | "sequence">
  const nameOf = (copy: Copy): string => `${copy.trace_key} ${copy.span_key} ${copy.sequence}`
  const last = new Set<string>()
  for (const keys of portions([...new Set(spans.map((span) => BigInt(span.span_key)))])) {
    const copies = await store.rows<Copy>(
      sql`SELECT trace_key, span_key, max(sequence) AS sequence ${visible(reader, "spans")} AND ${hasOne("span_keys", keys)}
        GROUP BY trace_key, span_key`,
    )
    for (const copy of copies) last.add(nameOf(copy))
  }
  return (span) => last.has(nameOf(span))
}

function aboutOf({ trace_id, span_id, name, span_kind, ml_app, session_id }: FoundSpan): About {
  return { trace_id, span_id, name, span_kind, ml_app, session_id }
}
