import type {
  BriefSpan,
  Entity,
  Session,
  StoredEvaluation,
  StoredFeedback,
  StoredSpan,
  Trace,
  TraceHead,
  TraceOutline,
} from "@sayso/protocol/api.ts"
import { fault } from "@sayso/protocol/errors.ts"
import { idsMeet } from "@sayso/protocol/ids.ts"
import {
  briefSpanColumns,
  briefSpanOf,
  evaluationOf,
  feedbackOf,
  spanColumns,
  spanOf,
  type BriefSpanRow,
  type SpanRow,
} from "../store/rows.ts"
import { and, or, raw, sql, type Sql } from "../store/sql.ts"
import type { Store } from "../store/store.ts"
import { withContents } from "./contents.ts"
import { lastCopies } from "./copies.ts"
import { createIdIndex, keysOf, readingsInclude } from "./ids.ts"
import { placeEvaluations, placeFeedback, spellings, summarise, type Scene } from "./joined.ts"
import { judge } from "./judged.ts"
import { distinct, hasOne, isOne } from "./lookup.ts"
import { visible, type Reader } from "./scope.ts"

/** A trace by any spelling of its id. Several traces that share it (one APM trace, split) come as one. */
export function getTrace(store: Store, reader: Reader, id: string): Promise<Trace> {
  return readTrace(store, reader, id, readSpans)
}

/** {@link getTrace} without what is large in its spans, which is not even read. */
export function getTraceOutline(store: Store, reader: Reader, id: string): Promise<TraceOutline> {
  return readTrace(store, reader, id, readBriefSpans)
}

/** One span of what {@link getTrace} gives. Where several meet the id: the one of exactly this text, else the first by time. */
export async function getSpan(
  store: Store,
  reader: Reader,
  traceId: string,
  spanId: string,
): Promise<StoredSpan> {
  const inTrace = readingsInclude("trace_keys", "trace_uppers", traceId)
  const near = await readSpans(store, reader, and([inTrace, hasOne("span_keys", keysOf([spanId]))]))
  const span =
    near.find((candidate) => candidate.span_id === spanId) ??
    near.find((candidate) => idsMeet(candidate.span_id, spanId))
  if (!span) throw fault("not_found", `No span ${spanId} of a trace ${traceId} has arrived.`)
  return span
}

/** A session: the traces of which some span names it, as a whole, in the order of their starts. */
export async function getSession(store: Store, reader: Reader, id: string): Promise<Session> {
  const { which, near } = await readTraces(store, reader, sql`session_id = ${id}`, readSpans)
  // A span's last copy may have left the session.
  const spans = inTracesOf(near, (span) => span.session_id === id)
  const said = await readSaid(store, reader, which, spans, { sessionIds: [id] })
  const placed = placeSaid(
    {
      spans,
      traceIds: distinct(spans.flatMap(spellings)),
      sessionIds: [id],
      sessionCounts: true,
      spanCounts: (span) => span.session_id === "" || span.session_id === id,
      spansWithTag: said.spansWithTag,
    },
    said,
  )
  if (spans.length === 0 && placed.feedback.length + placed.evaluations.length === 0) {
    throw fault("not_found", `No span, evaluation or feedback of a session ${id} has arrived.`)
  }
  return {
    session_id: id,
    ml_apps: distinct(spans.map((span) => span.ml_app)),
    ...(spans[0] && { start_ns: spans[0].start_ns }),
    traces: byTrace(spans).map((own) => ({ ...headOf(own), spans: own })),
    ...placed,
  }
}

/** A join key: what was said about it, and the spans that carry it with their traces and sessions. */
export async function getEntity(store: Store, reader: Reader, key: string): Promise<Entity> {
  const carrying = sql`has(join_keys, ${key})`
  const [rows, wide, { near }] = await Promise.all([
    judge(store, reader, sql`join_key = ${key}`),
    readSpans(store, reader, carrying),
    readTraces(store, reader, carrying, readHeads),
  ])
  // A span's last copy may carry the key no more.
  const carries = (span: HeadSpan): boolean => span.feedback_join_keys.includes(key)
  const still = new Set(near.filter(carries).map(nameOf))
  const spans = wide.filter((span) => still.has(nameOf(span)))
  const feedback = rows.map(feedbackOf).sort(newestFirst)
  if (spans.length === 0 && feedback.length === 0) {
    throw fault("not_found", `No feedback has the feedback_join_key ${key}, and no span carries it.`)
  }
  const onSpans = spans.map((span) => span.span_id)
  const joined = feedback.map((event) => ({
    ...event,
    on_spans: onSpans,
    counted: event.state === "current",
  }))
  const traces = byTrace(inTracesOf(near, carries))
  // A span that names no session belongs to its trace's.
  const sessions = traces.flatMap((own) =>
    own.filter(carries).flatMap((span) => span.session_id || sessionsOf(own)),
  )
  return {
    feedback_join_key: key,
    spans,
    traces: traces.map((own) => headOf(own)),
    session_ids: distinct(sessions),
    feedback: joined,
    summary: summarise(joined),
  }
}

/** Reads the spans of which a condition is true, each once (its last copy), by their start. */
type Read<S> = (store: Store, reader: Reader, which: Sql) => Promise<S[]>

async function readTrace<S extends BriefSpan>(
  store: Store,
  reader: Reader,
  id: string,
  read: Read<S>,
): Promise<Omit<Trace, "spans"> & { spans: S[] }> {
  const which = readingsInclude("trace_keys", "trace_uppers", id)
  const spans = await read(store, reader, which)
  const head = headOf(spans, id)
  const traceIds = distinct([id, ...spans.flatMap(spellings)])
  const said = await readSaid(store, reader, which, spans, { traceId: id, sessionIds: head.session_ids })
  const scene: Scene = {
    spans,
    traceIds,
    sessionIds: head.session_ids,
    sessionCounts: false,
    spanCounts: () => true,
    spansWithTag: said.spansWithTag,
  }
  const placed = placeSaid(scene, said)
  if (spans.length === 0 && placed.feedback.length + placed.evaluations.length === 0) {
    throw fault("not_found", `No span, evaluation or feedback of a trace ${id} has arrived.`)
  }
  return { ...head, spans, ...placed }
}

/** What the head of a trace is made of. */
type HeadSpan = Pick<StoredSpan, (typeof headFields)[number] | "feedback_join_keys" | "duration_ns">

const headFields = [
  "trace_id",
  "span_id",
  "parent_id",
  "apm_trace_id",
  "name",
  "ml_app",
  "session_id",
  "user_id",
  "status",
  "start_ns",
] as const

/** The spans of every trace that has one with this condition, and what they were found by. Other traces may share a spelling. */
async function readTraces<S>(
  store: Store,
  reader: Reader,
  condition: Sql,
  read: Read<S>,
): Promise<{ which: Sql; near: S[] }> {
  const from = sql`${visible(reader, "spans")} AND ${condition}`
  const rows = await store.rows<{ trace_id: string }>(sql`SELECT DISTINCT trace_id ${from}`)
  const keys = keysOf(rows.map((row) => row.trace_id))
  const which = hasOne("trace_keys", keys, sql`SELECT arrayJoin(trace_keys) ${from}`)
  return { which, near: keys.length === 0 ? [] : await read(store, reader, which) }
}

/** {@link Read}: whole. */
async function readSpans(store: Store, reader: Reader, which: Sql): Promise<StoredSpan[]> {
  const rows = await store.rows<SpanRow & Copy>(copies(reader, which, spanColumns))
  const spans = withoutEarlier(rows).map(({ sequence: _, ...row }) => spanOf(row))
  return withContents(store, reader, spans)
}

/** {@link Read}: without what makes them large. */
async function readBriefSpans(store: Store, reader: Reader, which: Sql): Promise<BriefSpan[]> {
  const rows = await store.rows<BriefSpanRow & Copy>(copies(reader, which, briefSpanColumns))
  return withoutEarlier(rows).map(({ sequence: _, ...row }) => briefSpanOf(row))
}

/** {@link Read}: no more than what heads are made of. */
async function readHeads(store: Store, reader: Reader, which: Sql): Promise<HeadSpan[]> {
  type Row = Omit<HeadSpan, "duration_ns"> & Copy & { duration_ns: string }
  const columns = raw(`${headFields.join(", ")}, duration_ns, join_keys AS feedback_join_keys`)
  const rows = await store.rows<Row>(copies(reader, which, columns))
  return withoutEarlier(rows).map(({ sequence: _, ...row }) => ({
    ...row,
    duration_ns: Number(row.duration_ns),
  }))
}

interface Copy {
  trace_id: string
  span_id: string
  sequence: string
}

function copies(reader: Reader, which: Sql, columns: Sql): Sql {
  return sql`SELECT * FROM (
    SELECT ${columns}, sequence ${visible(reader, "spans")} AND (${which})
    ORDER BY sequence DESC LIMIT 1 BY trace_id, span_id
  ) ORDER BY start_ns, start_ns + duration_ns, span_id`
}

/** A span may have been sent again with other spellings of its ids: the later copy stands for it. */
function withoutEarlier<Row extends Copy>(rows: readonly Row[]): Row[] {
  const byId = createIdIndex(rows.map((row) => [row.span_id, row] as const))
  const later = (a: Row, b: Row): boolean => BigInt(a.sequence) > BigInt(b.sequence)
  return rows.filter((row) =>
    byId
      .find(row.span_id)
      .every((other) => other === row || !idsMeet(other.trace_id, row.trace_id) || later(row, other)),
  )
}

/** The spans of which the trace has one with this property. */
function inTracesOf<S extends HeadSpan>(spans: readonly S[], property: (span: S) => boolean): S[] {
  const wanted = createIdIndex(
    distinct(spans.filter(property).map((span) => span.trace_id)).map((id) => [id, id] as const),
  )
  const found = new Map<string, boolean>()
  return spans.filter(({ trace_id: id }) => {
    const known = found.get(id) ?? wanted.find(id).length > 0
    found.set(id, known)
    return known
  })
}

/** The spans by trace, in the order of their starts. Ids that meet name one. */
function byTrace<S extends HeadSpan>(spans: readonly S[]): S[][] {
  const byId = createIdIndex<S[]>()
  const byText = new Map<string, S[]>()
  for (const span of spans) {
    const text = span.trace_id
    let own = byText.get(text) ?? byId.find(text)[0]
    if (!own) byId.add(text, (own = []))
    byText.set(text, own)
    own.push(span)
  }
  return [...new Set(byText.values())]
}

function nameOf(span: HeadSpan): string {
  return JSON.stringify([span.trace_id, span.span_id])
}

interface Said {
  readonly feedback: StoredFeedback[]
  readonly evaluations: StoredEvaluation[]
  readonly spansWithTag: ReadonlyMap<string, number>
}

/**
 * All that was said about the spans, which are of `which`, their traces, and the sessions. A superset;
 * {@link placeFeedback} decides what belongs where.
 */
async function readSaid(
  store: Store,
  reader: Reader,
  which: Sql,
  spans: readonly BriefSpan[],
  about: { traceId?: string; sessionIds: readonly string[] },
): Promise<Said> {
  const of = (value: string): Sql => sql`SELECT ${raw(value)} ${visible(reader, "spans")} AND (${which})`
  const ids = spans.flatMap((span) => [span.span_id, ...spellings(span)])
  const joinKeys = distinct(spans.flatMap((span) => span.feedback_join_keys))
  const tags = distinct(spans.flatMap((span) => span.tags))
  const rows = await judge(
    store,
    reader,
    or([
      hasOne("target_keys", keysOf(about.traceId === undefined ? [] : [about.traceId])),
      hasOne("target_keys", keysOf(ids), of("arrayJoin(arrayConcat(trace_keys, span_keys))")),
      isOne("session_id", about.sessionIds, of("session_id")),
      isOne("join_key", joinKeys, of("arrayJoin(join_keys)")),
      isOne("join_tag", tags, of("arrayJoin(tags)")),
    ]),
  )
  const joinTags = distinct(rows.map((row) => row.join_tag))
  return {
    feedback: rows.filter((row) => row.event_kind === "feedback").map(feedbackOf),
    evaluations: rows.filter((row) => row.event_kind === "evaluation").map(evaluationOf),
    spansWithTag: await countSpansWithTag(store, reader, joinTags, of("arrayJoin(tags)")),
  }
}

/** How many spans carry each of the tags, over all that has arrived. */
async function countSpansWithTag(
  store: Store,
  reader: Reader,
  tags: readonly string[],
  question: Sql,
): Promise<Map<string, number>> {
  if (tags.length === 0) return new Map()
  const carriers = lastCopies(reader, sql`tags`, hasOne("tags", tags, question))
  const rows = await store.rows<{ tag: string; spans: string }>(
    sql`SELECT arrayJoin(arrayDistinct(tags)) AS tag, count() AS spans ${carriers}
      GROUP BY tag HAVING ${isOne("tag", tags, question)}`,
  )
  return new Map(rows.map((row) => [row.tag, Number(row.spans)]))
}

function placeSaid(scene: Scene, said: Said): Pick<Trace, "feedback" | "evaluations" | "summary"> {
  const feedback = placeFeedback(scene, said.feedback).sort(newestFirst)
  return {
    feedback,
    evaluations: placeEvaluations(scene, said.evaluations).sort(newestFirst),
    summary: summarise(feedback),
  }
}

function headOf(spans: readonly HeadSpan[], id = spans[0]?.trace_id ?? ""): TraceHead {
  const root = spans.find((span) => span.parent_id === "")
  const first = root ?? spans[0]
  const starts = spans.map((span) => BigInt(span.start_ns))
  const start = starts.reduce((least, at) => (at < least ? at : least), starts[0] ?? 0n)
  const end = spans.reduce((latest, span, index) => {
    const at = (starts[index] ?? 0n) + BigInt(span.duration_ns)
    return at > latest ? at : latest
  }, start)
  return {
    trace_id: first?.trace_id ?? id,
    apm_trace_ids: distinct(spans.map((span) => span.apm_trace_id)),
    session_ids: sessionsOf(spans),
    user_ids: distinct(spans.map((span) => span.user_id)),
    ml_apps: distinct(spans.map((span) => span.ml_app)),
    name: root?.name ?? "",
    ...(root && { root_span_id: root.span_id }),
    status: spans.some((span) => span.status === "error" && (span === root || !root)) ? "error" : "ok",
    start_ns: String(start),
    duration_ns: Number(end - start),
    span_count: spans.length,
    error_count: spans.filter((span) => span.status === "error").length,
  }
}

function sessionsOf(spans: readonly HeadSpan[]): string[] {
  return distinct(spans.map((span) => span.session_id))
}

/** Of equals by id, so that what is read twice comes in one order. */
function newestFirst(a: StoredFeedback | StoredEvaluation, b: StoredFeedback | StoredEvaluation): number {
  return b.time - a.time || b.arrived - a.arrived || (a.id < b.id ? -1 : 1)
}
