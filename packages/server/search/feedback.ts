import type {
  FeedbackDetail,
  FeedbackQuery,
  ListedFeedback,
  SpanName,
  StoredFeedback,
  UnmatchedFeedback,
} from "@sayso/protocol/api.ts"
import { fault } from "@sayso/protocol/errors.ts"
import { isEventId } from "@sayso/protocol/eventId.ts"
import { idsMeet } from "@sayso/protocol/ids.ts"
import { feedbackOf, type MetricRow } from "../store/rows.ts"
import { and, raw, sql, typed, type Sql } from "../store/sql.ts"
import type { Store } from "../store/store.ts"
import { byTime, findAbout } from "./about.ts"
import { lastCopies } from "./copies.ts"
import { readCursor, writeCursor, type Position } from "./cursor.ts"
import { createIdIndex, keysOf, readingsInclude } from "./ids.ts"
import { judge, judged, type Word } from "./judged.ts"
import { distinct, hasOne, isOne, portions } from "./lookup.ts"
import { moment, visible, type Reader, type Window } from "./scope.ts"

export interface Page<T> {
  readonly data: T[]
  readonly meta: { cursor?: string }
}

export interface PageRequest {
  readonly limit: number
  readonly cursor?: string | undefined
}

type Filter = Omit<FeedbackQuery, "limit" | "cursor" | "from" | "to" | "all"> &
  Window & { all?: boolean | undefined }

/** A row of the index walk: where an event, or a copy of it, stands in the list. */
interface Place {
  id: string
  time_ms: string
}

/** Feedback, newest first by its time. Without `all`, only current events; with `about`, also what each is about. */
export async function listFeedback(
  store: Store,
  reader: Reader,
  filter: Filter,
  page: PageRequest,
): Promise<Page<ListedFeedback>> {
  // Where all is shown, the first step is enough but for copies; else it walks on over what was superseded.
  const steps = [
    filter.all === true ? page.limit + 1 : page.limit + 10,
    200,
    ...Array.from({ length: 18 }, () => 500),
  ]
  const found = await walk<Place & Word, StoredFeedback>(
    page,
    steps,
    (from, rows) =>
      store.rows(sql`SELECT id, ${timeMs}, vote_keys ${placesAfter(reader, filter, from)} LIMIT ${rows}`),
    async (places) => {
      const events = await judgePlaces(store, reader, places)
      return filter.all === true ? events : events.filter((event) => event.state === "current")
    },
  )
  if (filter.about !== true) return found
  const aboutOf = await findAbout(store, reader, found.data)
  const listed = found.data.map((event) => {
    const about = aboutOf(event)
    return about ? { ...event, about } : event
  })
  return { data: listed, meta: found.meta }
}

/** Current feedback whose target has not arrived, newest first. */
export async function listUnmatched(
  store: Store,
  reader: Reader,
  page: PageRequest,
  nowMs: number,
): Promise<Page<UnmatchedFeedback>> {
  const columns = sql`id, ${timeMs}, span_id, trace_id, session_id, join_key`
  return walk<Targeted, UnmatchedFeedback>(
    page,
    // To look whether targets are there costs not much more for many of them than for few.
    [500, 5_000],
    (from, rows) => store.rows(sql`SELECT ${columns} ${placesAfter(reader, {}, from)} LIMIT ${rows}`),
    async (places, from) => {
      const matched = await matchedTargets(store, reader, places, from)
      const current: StoredFeedback[] = []
      for (const some of portions(places.filter((place) => !matched(place)))) {
        const events = await judgePlaces(store, reader, await withVotes(store, reader, some))
        current.push(...events.filter((event) => event.state === "current"))
        if (current.length > page.limit) break
      }
      return current.map((event) => ({
        ...event,
        reason: whyUnmatched(event),
        age_ms: nowMs - event.arrived,
      }))
    },
  )
}

/** One event with the words around it, and what has arrived that it is about. */
export async function getFeedback(store: Store, reader: Reader, id: string): Promise<FeedbackDetail> {
  const missing = fault("not_found", `There is no feedback event ${id}.`)
  if (!isEventId(id)) throw missing
  const [itself] = await store.rows<Word>(
    sql`SELECT id, vote_keys ${visible(reader, "eval_metrics")} AND id = ${typed(id, "UUID")} AND event_kind = 'feedback' LIMIT 1`,
  )
  if (!itself) throw missing
  const around = await judge(store, reader, hasOne("vote_keys", itself.vote_keys.map(BigInt)))
  const events = around.map(feedbackOf).sort((a, b) => b.time - a.time || b.arrived - a.arrived)
  const event = events.find((candidate) => candidate.id === itself.id)
  if (!event) throw missing
  const history = events.filter((other) => other !== event && sameTarget(other, event))
  return { ...event, history, matched: await matchedBy(store, reader, event) }
}

const timeMs: Sql = sql`toUnixTimestamp64Milli(time) AS time_ms`

/**
 * A page of a list that is walked along its index, in steps of so many rows. `keep` has the events of a step in its order,
 * each in its place, so that it is there only once in the whole list. A list that keeps little of what it walks over hands
 * out a cursor after the last step, so that no request runs away.
 */
async function walk<P extends Place, T extends StoredFeedback>(
  page: PageRequest,
  steps: readonly number[],
  placesFrom: (from: Position | undefined, rows: number) => Promise<P[]>,
  keep: (places: P[], from: Position | undefined) => Promise<T[]>,
): Promise<Page<T>> {
  let at = page.cursor === undefined ? undefined : readCursor(page.cursor)
  const found: T[] = []
  for (const rows of steps) {
    const places = await placesFrom(at, rows)
    const last = places.at(-1)
    if (last) found.push(...(await keep(places, at)))
    if (found.length > page.limit) break
    if (places.length < rows || !last) return { data: found, meta: {} }
    at = positionOf(last)
  }
  const data = found.slice(0, page.limit)
  const last = found.length > page.limit ? data.at(-1) : undefined
  const position: Position | undefined = last ? [last.time, last.id] : at
  return { data, meta: position ? { cursor: writeCursor(position) } : {} }
}

/** From the table to the order: every copy of the feedback after a position, in the order of the list. */
function placesAfter(reader: Reader, filter: Filter, from: Position | undefined): Sql {
  const conditions: Sql[] = [sql`event_kind = 'feedback'`]
  if (filter.ml_app !== undefined) conditions.push(sql`ml_app = ${filter.ml_app}`)
  if (filter.label !== undefined) conditions.push(sql`label = ${filter.label}`)
  if (filter.assessment !== undefined) conditions.push(sql`assessment = ${filter.assessment}`)
  if (filter.metric_type !== undefined) conditions.push(sql`metric_type = ${filter.metric_type}`)
  if (filter.submitter_id !== undefined) conditions.push(sql`submitter_id = ${filter.submitter_id}`)
  if (from) conditions.push(after(from))
  return sql`${visible(reader, "eval_metrics", { fromMs: filter.fromMs, toMs: filter.toMs })} AND ${and(conditions)}
ORDER BY time DESC, id DESC`
}

/** The time by itself is for the index, which does not know pairs. */
function after([timeMs, id]: Position): Sql {
  return sql`time <= ${moment(timeMs)} AND (time, id) < (${moment(timeMs)}, ${typed(id, "UUID")})`
}

function upTo([timeMs, id]: Position): Sql {
  return sql`time >= ${moment(timeMs)} AND (time, id) >= (${moment(timeMs)}, ${typed(id, "UUID")})`
}

function positionOf(place: Place): Position {
  return [Number(place.time_ms), place.id]
}

/**
 * The events that stand in these places, in their order. A later copy of an event may have another time, and then another
 * place: the event stands in that of its first copy.
 */
async function judgePlaces(
  store: Store,
  reader: Reader,
  places: readonly (Place & Word)[],
): Promise<StoredFeedback[]> {
  if (places.length === 0) return []
  const rows = await store.rows<MetricRow>(judged(reader, places, within(places)))
  const byId = new Map(rows.map((row) => [row.id, row]))
  const inPlace = places.flatMap((place) => {
    const row = byId.get(place.id)
    return row?.time_ms === place.time_ms ? [row] : []
  })
  return [...new Set(inPlace)].map(feedbackOf)
}

/** The places with what the words in them are judged by. */
async function withVotes(store: Store, reader: Reader, places: readonly Place[]): Promise<(Place & Word)[]> {
  const ids = typed([...new Set(places.map((place) => place.id))], "Array(UUID)")
  const words = await store.rows<Word>(
    sql`SELECT id, vote_keys ${visible(reader, "eval_metrics")} AND ${within(places)} AND id IN ${ids}`,
  )
  const byId = new Map(words.map((word) => [word.id, word]))
  return places.flatMap((place) => {
    const word = byId.get(place.id)
    return word ? [{ ...place, ...word }] : []
  })
}

/** The times of the places, by which the storage is sorted. */
function within(places: readonly Place[]): Sql {
  const times = places.map((place) => Number(place.time_ms))
  return sql`event_kind = 'feedback' AND time >= ${moment(Math.min(...times))} AND time <= ${moment(Math.max(...times))}`
}

function sameTarget(a: StoredFeedback, b: StoredFeedback): boolean {
  if (a.span_id !== undefined && b.span_id !== undefined) return idsMeet(a.span_id, b.span_id)
  if (a.trace_id !== undefined && b.trace_id !== undefined) return idsMeet(a.trace_id, b.trace_id)
  return a.session_id === b.session_id && a.feedback_join_key === b.feedback_join_key
}

async function matchedBy(
  store: Store,
  reader: Reader,
  event: StoredFeedback,
): Promise<FeedbackDetail["matched"]> {
  const columns = sql`trace_id, span_id, name, span_kind, ml_app, session_id, trace_keys, trace_uppers, span_keys, join_keys, time, start_ns`
  const from = lastCopies(reader, columns, await aboutSpans(store, reader, event))
  const [totals] = await store.rows<{ span_count: string; trace_ids: string[]; session_ids: string[] }>(
    sql`SELECT count() AS span_count, groupUniqArray(1000)(trace_id) AS trace_ids,
      groupUniqArrayIf(1000)(session_id, session_id != '') AS session_ids ${from}`,
  )
  const spans = await store.rows<SpanName>(
    sql`SELECT trace_id, span_id, name, span_kind, ml_app, session_id ${from} ORDER BY ${byTime} LIMIT 100`,
  )
  return {
    span_count: Number(totals?.span_count ?? 0),
    trace_ids: totals?.trace_ids.sort() ?? [],
    session_ids: totals?.session_ids.sort() ?? [],
    spans,
  }
}

/** The condition on spans that the event is about them. */
async function aboutSpans(store: Store, reader: Reader, event: StoredFeedback): Promise<Sql> {
  if (event.trace_id !== undefined) return readingsInclude("trace_keys", "trace_uppers", event.trace_id)
  if (event.session_id !== undefined) return sql`session_id = ${event.session_id}`
  if (event.feedback_join_key !== undefined) return sql`has(join_keys, ${event.feedback_join_key})`
  const id = event.span_id ?? ""
  const near = hasOne("span_keys", keysOf([id]))
  const texts = await store.rows<{ span_id: string }>(
    sql`SELECT DISTINCT span_id ${visible(reader, "spans")} AND ${near} LIMIT 1000`,
  )
  return sql`${near} AND span_id IN ${texts.map((row) => row.span_id).filter((text) => idsMeet(text, id))}`
}

/** What a feedback event is about: one of the four is filled. */
interface Targeted extends Place {
  span_id: string
  trace_id: string
  session_id: string
  join_key: string
}

type Target = "span_id" | "trace_id" | "session_id" | "join_key"

/** Looks up which targets have arrived, of the events of a step that began at `from`. */
async function matchedTargets(
  store: Store,
  reader: Reader,
  events: readonly Targeted[],
  from: Position | undefined,
): Promise<(event: Targeted) => boolean> {
  const given = (target: Target): string[] => distinct(events.map((event) => event[target]))
  const last = events.at(-1)
  const step = and([
    sql`event_kind = 'feedback'`,
    ...(from ? [after(from)] : []),
    ...(last ? [upTo(positionOf(last))] : []),
  ])
  const said = (value: Sql, target: Target): Sql =>
    sql`SELECT ${value} ${visible(reader, "eval_metrics")} AND ${step} AND ${raw(target)} != ''`
  const find = async (found: Sql, from: Sql): Promise<string[]> => {
    const rows = await store.rows<{ found: string }>(sql`SELECT DISTINCT ${found} AS found ${from}`)
    return rows.map((row) => row.found)
  }
  const keys = sql`arrayJoin(target_keys)`
  const [spanIds, traceIds, sessionIds, joinKeys] = await Promise.all([
    // A span's id is the same in all of its copies.
    find(
      sql`span_id`,
      sql`${visible(reader, "spans")} AND ${hasOne("span_keys", keysOf(given("span_id")), said(keys, "span_id"))}`,
    ),
    find(
      sql`arrayJoin([trace_id, apm_trace_id])`,
      lastCopies(
        reader,
        sql`trace_id, apm_trace_id, trace_keys`,
        hasOne("trace_keys", keysOf(given("trace_id")), said(keys, "trace_id")),
      ),
    ),
    find(
      sql`session_id`,
      lastCopies(
        reader,
        sql`session_id`,
        isOne("session_id", given("session_id"), said(sql`session_id`, "session_id")),
      ),
    ),
    find(
      sql`arrayJoin(join_keys)`,
      lastCopies(
        reader,
        sql`join_keys`,
        hasOne("join_keys", given("join_key"), said(sql`join_key`, "join_key")),
      ),
    ),
  ])
  const spans = createIdIndex(spanIds.map((id) => [id, id] as const))
  const traces = createIdIndex(distinct(traceIds).map((id) => [id, id] as const))
  const sessions = new Set(sessionIds)
  const entities = new Set(joinKeys)
  return ({ span_id, trace_id, session_id, join_key }) =>
    (span_id !== "" && spans.find(span_id).length > 0) ||
    (trace_id !== "" && traces.find(trace_id).length > 0) ||
    (session_id !== "" && sessions.has(session_id)) ||
    (join_key !== "" && entities.has(join_key))
}

function whyUnmatched(event: StoredFeedback): string {
  const more = "It joins by itself when one does."
  if (event.span_id !== undefined) return `No span with this id has arrived. ${more}`
  if (event.trace_id !== undefined) return `No span of a trace with this id has arrived. ${more}`
  if (event.session_id !== undefined) return `No span that names this session has arrived. ${more}`
  return `No span that carries this feedback_join_key, as a field or a tag, has arrived. ${more}`
}
