import * as fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Evaluation, Event, Feedback, Span } from "@sayso/protocol/event.ts"
import { Fault } from "@sayso/protocol/errors.ts"
import { idsMeet } from "@sayso/protocol/ids.ts"
import { dayMs, orderTime, placeInTime } from "@sayso/protocol/time.ts"
import type { Reader } from "./scope.ts"
import {
  evaluation,
  feedback,
  idIn,
  nowMs,
  openWorld,
  span,
  withdrawal,
  type World,
} from "./world.testing.ts"

// The search against a second telling of the rules, which has no index, no SQL and no haste: over a few ids in many
// spellings, in any order of arrival, with copies, each case in an org of its own among all the others.

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

/** One thing that arrives; a second arrival of the same event is a copy. Their order is that of the server's sequence. */
interface Arrived {
  readonly event: Event
  readonly atMs: number
}

const upperA = "aaaaaaaaaaaaaaaa00000000000000ff"
const upperB = "bbbbbbbbbbbbbbbb00000000000000ff"
const tracer = "cccccccccccccccc00000000000000aa"

/** Some are one span in two spellings, some have one id in two traces, some are in one trace of the tracer. */
const spanNames: [trace: string, id: string, more?: Partial<Span>][] = [
  [upperA, "501"],
  ["255", "0x01f5"],
  [upperB, "506"],
  [upperA.toUpperCase(), "502"],
  ["7007", "503", { apm_trace_id: tracer, tags: ["job:1"] }],
  ["0x1b5f", "504", { apm_trace_id: tracer, tags: ["job:2", "job:1"] }],
  ["my trace", "root", { apm_trace_id: tracer, tags: ["job:2"] }],
  ["1234567890123456", "505"],
  ["9", "503", { tags: ["job:3"] }],
]
const traceIds = [
  upperA,
  upperB,
  "255",
  "00000000000000ff",
  "7007",
  "0000000000001b5f",
  tracer,
  "170",
  "my trace",
  "My trace",
  "1234567890123456",
  "+1234567890123456",
  "0x1234567890123456",
  "9",
  "nothing",
]
const spanIds = ["501", "0x00000000000001f5", "502", "503", "504", "505", "506", "root", "99"]
const sessions = ["s1", "s2"]
const joinKeys = ["k1", "k2"]

const time = fc.constantFrom(
  nowMs - 3000,
  nowMs - 2000,
  nowMs - 1000,
  nowMs + 20 * dayMs,
  Date.UTC(2999, 0, 1),
  5,
)
const ml_app = fc.constantFrom("a", "b")

const someSpan = fc
  .tuple(
    fc.constantFrom(...spanNames),
    fc.record({
      name: fc.constantFrom("x", "y"),
      parent_id: fc.constantFrom("", "", "501"),
      // Of two spans that start in one millisecond, one may still be the first.
      start_ns: fc.constantFrom(`${nowMs - 2000}000000`, `${nowMs - 2000}500000`, `${nowMs - 1000}000000`),
      session_id: fc.constantFrom("", "", ...sessions),
      feedback_join_keys: fc.subarray(joinKeys),
      ml_app,
    }),
  )
  .map(([[trace, id, more], own]) => span(trace, id, { ...more, ...own }))

const someFeedback = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...spanIds).map((span_id) => ({ span_id })) },
      { weight: 4, arbitrary: fc.constantFrom(...traceIds).map((trace_id) => ({ trace_id })) },
      { weight: 1, arbitrary: fc.constantFrom(...sessions, "s3").map((session_id) => ({ session_id })) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(...joinKeys, "k3").map((feedback_join_key) => ({ feedback_join_key })),
      },
    ),
    fc.record({
      label: fc.constantFrom("l", "m"),
      submitter: fc.constantFrom({ id: "u" }, { id: "u", type: "agent" }, { id: "v" }),
      timestamp_ms: time,
      ml_app,
    }),
    fc.constantFrom<Partial<Feedback>>(
      {},
      {},
      { metric_type: "text", text_value: "t" },
      { metric_type: "score", score_value: 1 },
    ),
  )
  .map(([about, who, what]) => feedback(about, { ...who, ...what }))

const someEvaluation = fc
  .tuple(
    fc.constantFrom<Parameters<typeof evaluation>[0]>(
      { join_on: { span: { span_id: "503", trace_id: "7007" } } },
      { join_on: { span: { span_id: "0x1f7", trace_id: "0x1b5f" } } },
      { join_on: { span: { span_id: "503" } } },
      { join_on: { span: { span_id: "505" } } },
      { join_on: { span: { span_id: "root", trace_id: "170" } } },
      { join_on: { span: { span_id: "root" } }, eval_scope: "trace" },
      { join_on: { span: { span_id: "98", trace_id: "7007" } }, eval_scope: "trace" },
      { join_on: { tag: { key: "job", value: "1" } } },
      { join_on: { tag: { key: "job", value: "3" } } },
      { session_id: "s1" },
    ),
    fc.record({ ml_app, timestamp_ms: time, score_value: fc.constantFrom(0, 1) }),
  )
  .map(([about, more]) => evaluation(about, more))

/** Events, which arrive in an order of their own, some more than once, and some of which are withdrawn. */
const someCase = fc
  .record({
    events: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: someSpan },
        { weight: 5, arbitrary: someFeedback },
        { weight: 2, arbitrary: someEvaluation },
      ),
      { minLength: 1, maxLength: 14 },
    ),
    order: fc.array(
      fc.record({
        at: fc.nat(),
        laterMs: fc.constantFrom(0, 0, 1000, 8 * dayMs),
        withdraws: fc.nat(9).map((n) => n === 0),
      }),
      { minLength: 6, maxLength: 24 },
    ),
    traceIds: fc.subarray(traceIds, { minLength: 2, maxLength: 2 }),
    sessionId: fc.constantFrom(...sessions),
    joinKey: fc.constantFrom(...joinKeys),
    spanId: fc.constantFrom(...spanIds),
  })
  .map((drawn) => ({ ...drawn, org: "" }))
type Case = typeof someCase extends fc.Arbitrary<infer C> ? C : never

function arrivalsOf({ events, order, org }: Case): Arrived[] {
  let atMs = nowMs
  return order.map(({ at, laterMs, withdraws }) => {
    atMs += laterMs
    const event = events[at % events.length] as Event
    const withdrawn = withdraws && event.kind === "eval_metric" && event.metric.event_kind === "feedback"
    return { event: withdrawn ? withdrawal(idIn({ org }, event)) : event, atMs }
  })
}

/** An eval metric as it counts: its first copy. */
interface Known<M> {
  readonly id: string
  readonly metric: M
  readonly atMs: number
  readonly place: number
}

/** The rules of design.md, section 1, told once more. */
function reference(arrived: readonly Arrived[], reader: Reader) {
  const copies = arrived.flatMap(({ event }) => (event.kind === "span" ? [event.span] : []))
  const spans = lastCopies(copies)
  const known = new Map<string, Known<Feedback | Evaluation>>()
  const withdrawn = new Set<string>()
  for (const [place, { event, atMs }] of arrived.entries()) {
    const id = idIn(reader, event)
    if (event.kind === "withdrawal") withdrawn.add(event.withdrawal.event_id)
    if (event.kind === "eval_metric" && !known.has(id))
      known.set(id, { id, metric: event.metric, atMs, place })
  }
  const all = [...known.values()]

  const later = (a: Known<unknown>, b: Known<unknown>, aTime: number, bTime: number): boolean => {
    const [aOrder, bOrder] = [orderTime(aTime, a.atMs), orderTime(bTime, b.atMs)]
    return aOrder > bOrder || (aOrder === bOrder && a.place > b.place)
  }
  const stateOf = (word: Known<Feedback | Evaluation>): string => {
    if (withdrawn.has(word.id)) return "withdrawn"
    const superseded = all.some(
      (other) =>
        sameQuestion(other.metric, word.metric) &&
        later(other, word, other.metric.timestamp_ms, word.metric.timestamp_ms),
    )
    return superseded ? "superseded" : "current"
  }

  /** Where each word stands on a page with these spans; `here` is how it belongs to the page, and whether it counts. */
  const place = (
    pageSpans: readonly Span[],
    here: (metric: Feedback | Evaluation) => "counts" | "shows" | undefined,
    spanCounts: (span: Span) => boolean,
  ) => {
    const placed = all.flatMap((word) => {
      const onSpans = pageSpans.filter((span) => isAbout(word.metric, span, spans))
      const belongs = here(word.metric)
      if (onSpans.length === 0 && !belongs) return []
      const counts = belongs === "counts" || onSpans.some(spanCounts)
      const state = stateOf(word)
      return [
        {
          ...word,
          state,
          counted: counts && state === "current",
          on: onSpans.map((span) => span.span_id).sort(),
        },
      ]
    })
    const counted = placed.filter((word) => word.metric.event_kind === "feedback" && word.counted)
    return {
      words: placed.map(({ id, state, counted, on }) => [id, state, counted, on] as const).sort(),
      summary: [...Map.groupBy(counted, (word) => word.metric.label)]
        .map(([label, same]) => [label, same.length])
        .sort(),
    }
  }

  const found = <P extends { words: readonly unknown[] }>(some: readonly Span[], page: P) =>
    some.length + page.words.length === 0 ? "not_found" : { spans: names(some), ...page }

  const inTrace = (id: string): Span[] =>
    lastCopies(copies.filter((span) => spellings(span).some((spelling) => idsMeet(spelling, id))))

  /** The first by time of what a word is about, and of equals the one that arrived last. */
  const aboutOf = (metric: Feedback): Span | undefined => {
    const ordered = [...spans].reverse().sort(byStart)
    const { span_id, feedback_join_key } = metric
    if (span_id !== undefined || feedback_join_key !== undefined)
      return ordered.find((span) => isAbout(metric, span, []))
    const id = metric.trace_id ?? ordered.find((span) => isSessionOf(metric, span))?.trace_id
    const own = ordered.filter(
      (span) => id !== undefined && spellings(span).some((other) => idsMeet(other, id)),
    )
    return own.find((span) => span.parent_id === "") ?? own[0]
  }

  return {
    span(traceId: string, id: string) {
      const near = inTrace(traceId)
        .filter((span) => idsMeet(span.span_id, id))
        .sort(byStart)
      const span = near.find((one) => one.span_id === id) ?? near[0]
      return span ? names([span]) : "not_found"
    },
    trace(id: string) {
      const own = inTrace(id)
      const ids = [id, ...own.flatMap(spellings)]
      const here = (metric: Feedback | Evaluation) => {
        const traceId = traceOf(metric)
        if (traceId !== undefined && ids.some((other) => idsMeet(other, traceId))) return "counts"
        const named =
          metric.eval_scope === "session" && own.some((span) => span.session_id === metric.session_id)
        return named ? "shows" : undefined
      }
      return found(
        own,
        place(own, here, () => true),
      )
    },
    session(id: string) {
      const naming = spans.filter((span) => span.session_id === id)
      const own = spans.filter((span) => naming.some((other) => idsMeet(other.trace_id, span.trace_id)))
      const here = (metric: Feedback | Evaluation) => {
        const traceId = traceOf(metric)
        const onTrace =
          traceId !== undefined && own.flatMap(spellings).some((other) => idsMeet(other, traceId))
        return onTrace || (metric.eval_scope === "session" && metric.session_id === id) ? "counts" : undefined
      }
      return found(
        own,
        place(own, here, (span) => span.session_id === "" || span.session_id === id),
      )
    },
    entity(key: string) {
      const own = spans.filter((span) => span.feedback_join_keys.includes(key))
      const here = (metric: Feedback | Evaluation) =>
        metric.event_kind === "feedback" && metric.feedback_join_key === key ? "counts" : undefined
      const said = place(own, here, () => true)
      const words = said.words.filter(([id]) => here(known.get(id)?.metric as Feedback))
      const page = { words, summary: said.summary.filter(() => false) }
      const traces = spans.filter((span) => own.some((other) => idsMeet(other.trace_id, span.trace_id)))
      const sessionIds = own.flatMap((span) =>
        span.session_id !== ""
          ? [span.session_id]
          : traces.filter((other) => idsMeet(other.trace_id, span.trace_id)).map((other) => other.session_id),
      )
      const answer = found(own, page)
      if (answer === "not_found") return answer
      const labels = words.filter(([, , counted]) => counted).map(([id]) => known.get(id)?.metric.label ?? "")
      return {
        ...answer,
        summary: [...Map.groupBy(labels, (label) => label)]
          .map(([label, same]) => [label, same.length])
          .sort(),
        sessionIds: [...new Set(sessionIds)].filter((id) => id !== "").sort(),
      }
    },
    feedback: all
      .filter((word): word is Known<Feedback> => word.metric.event_kind === "feedback")
      .map((word) => ({
        id: word.id,
        state: stateOf(word),
        time: placeInTime(word.metric.timestamp_ms, word.atMs),
        matched: spans.some(
          (span) =>
            isAbout(word.metric, span, []) || isTraceOf(word.metric, span) || isSessionOf(word.metric, span),
        ),
        about: names([aboutOf(word.metric) ?? []].flat()),
        history: all
          .filter((other) => other !== word && sameQuestion(other.metric, word.metric, true))
          .map((other) => [other.id, stateOf(other)])
          .sort(),
      })),
  }
}

function byStart(a: Span, b: Span): number {
  return (
    Number(BigInt(a.start_ns) - BigInt(b.start_ns)) ||
    (a.span_id < b.span_id ? -1 : Number(a.span_id > b.span_id))
  )
}

function names(some: readonly Pick<Span, "trace_id" | "span_id" | "name">[]): string[] {
  return some.map((span) => [span.trace_id, span.span_id, span.name].join(" ")).sort()
}

/** The spans in the order of their arrival, without those that a later one replaces. */
function lastCopies(spans: readonly Span[]): Span[] {
  return spans.filter(
    (span, place) => !spans.some((later, laterPlace) => laterPlace > place && sameSpan(later, span)),
  )
}

function sameSpan(a: Span, b: Span): boolean {
  return idsMeet(a.span_id, b.span_id) && idsMeet(a.trace_id, b.trace_id)
}

function spellings(span: Span): string[] {
  return span.apm_trace_id === "" ? [span.trace_id] : [span.trace_id, span.apm_trace_id]
}

/** The trace that a word is about. */
function traceOf(metric: Feedback | Evaluation): string | undefined {
  if (metric.event_kind === "feedback") return metric.trace_id
  return metric.eval_scope === "trace" ? metric.join_on?.span?.trace_id : undefined
}

/** Whether a word is about the span itself, by its id, a key or a tag. */
function isAbout(metric: Feedback | Evaluation, span: Span, everywhere: readonly Span[]): boolean {
  if (metric.event_kind === "feedback") {
    if (metric.feedback_join_key !== undefined)
      return span.feedback_join_keys.includes(metric.feedback_join_key)
    return metric.span_id !== undefined && idsMeet(metric.span_id, span.span_id)
  }
  const { tag, span: on } = metric.join_on ?? {}
  if (tag) {
    const text = `${tag.key}:${tag.value}`
    const carriers = everywhere.filter((other) => other.tags.includes(text))
    return span.tags.includes(text) && carriers.every((other) => sameSpan(other, span))
  }
  if (!on || !idsMeet(on.span_id, span.span_id)) return false
  const { trace_id } = on
  return trace_id === undefined || spellings(span).some((id) => idsMeet(id, trace_id))
}

function isTraceOf(metric: Feedback, span: Span): boolean {
  const { trace_id } = metric
  return trace_id !== undefined && spellings(span).some((id) => idsMeet(id, trace_id))
}

function isSessionOf(metric: Feedback, span: Span): boolean {
  return metric.session_id !== undefined && metric.session_id === span.session_id
}

/** Whether two words answer the same question, so that the later supersedes; `texts` do so only for the history. */
function sameQuestion(a: Feedback | Evaluation, b: Feedback | Evaluation, texts = false): boolean {
  if (a.event_kind !== b.event_kind || a.label !== b.label || a.eval_scope !== b.eval_scope) return false
  const meet = (x: string | undefined, y: string | undefined): boolean =>
    x === undefined || y === undefined ? x === y : idsMeet(x, y)
  if (a.event_kind === "feedback" && b.event_kind === "feedback") {
    if (!texts && (a.metric_type === "text" || b.metric_type === "text")) return false
    if (a.submitter.id !== b.submitter.id || a.submitter.type !== b.submitter.type) return false
    if (a.session_id !== b.session_id || a.feedback_join_key !== b.feedback_join_key) return false
    return meet(a.span_id, b.span_id) && meet(a.trace_id, b.trace_id)
  }
  if (a.event_kind !== "evaluation" || b.event_kind !== "evaluation") return false
  if (a.ml_app !== b.ml_app || a.session_id !== b.session_id) return false
  const [onA, onB] = [a.join_on?.span, b.join_on?.span]
  const [tagA, tagB] = [a.join_on?.tag, b.join_on?.tag].map((tag) => tag && `${tag.key}:${tag.value}`)
  if (tagA !== tagB || (onA === undefined) !== (onB === undefined)) return false
  // A trace is named by its id where that is given, else by its root span.
  if (a.eval_scope === "trace" && (onA?.trace_id !== undefined || onB?.trace_id !== undefined))
    return meet(onA?.trace_id, onB?.trace_id)
  return meet(onA?.span_id, onB?.span_id) && meet(onA?.trace_id, onB?.trace_id)
}

interface Word {
  id: string
  state: string
  counted: boolean
  on_spans: string[]
}

interface Page {
  feedback: Word[]
  evaluations: Word[]
  summary: { label: string; count: number }[]
}

/** A page in the reference's form. */
function told(page: Page, spans: Parameters<typeof names>[0]) {
  const words = [...page.feedback, ...page.evaluations]
  return {
    spans: names(spans),
    words: words
      .map(({ id, state, counted, on_spans }) => [id, state, counted, [...on_spans].sort()] as const)
      .sort(),
    summary: page.summary.map(({ label, count }) => [label, count]).sort(),
  }
}

async function orNotFound<T>(asking: Promise<T>): Promise<T | "not_found"> {
  return asking.catch((error: unknown) => {
    if (error instanceof Fault && error.code === "not_found") return "not_found"
    throw error
  })
}

async function compare(one: Case): Promise<void> {
  const { search } = world
  const expected = reference(arrivalsOf(one), one)
  for (const id of one.traceIds) {
    const trace = await orNotFound(search.getTrace(one, id).then((trace) => told(trace, trace.spans)))
    expect(trace, `trace ${id}`).toEqual(expected.trace(id))
    const outline = await orNotFound(
      search.getTraceOutline(one, id).then((trace) => told(trace, trace.spans)),
    )
    expect(outline, `outline of trace ${id}`).toEqual(trace)
    const span = await orNotFound(search.getSpan(one, id, one.spanId).then((span) => names([span])))
    expect(span, `span ${one.spanId} of trace ${id}`).toEqual(expected.span(id, one.spanId))
  }
  const session = await orNotFound(
    search.getSession(one, one.sessionId).then((session) =>
      told(
        session,
        session.traces.flatMap(({ spans }) => spans),
      ),
    ),
  )
  expect(session, `session ${one.sessionId}`).toEqual(expected.session(one.sessionId))
  const entity = await orNotFound(
    search.getEntity(one, one.joinKey).then((entity) => ({
      ...told({ ...entity, evaluations: [] }, entity.spans),
      sessionIds: [...entity.session_ids].sort(),
    })),
  )
  expect(entity, `entity ${one.joinKey}`).toEqual(expected.entity(one.joinKey))
  const all = await search.listFeedback(one, { all: true, about: true }, { limit: 100 })
  expect(
    all.data.map(({ id, about }) => [id, names([about ?? []].flat())]).sort(),
    "what feedback is about",
  ).toEqual(expected.feedback.map(({ id, about }) => [id, about]).sort())
  expect(all.data.map(({ id, state, time }) => [id, state, time]).sort(), "all feedback").toEqual(
    expected.feedback.map(({ id, state, time }) => [id, state, time]).sort(),
  )
  expect(all.data.map((event) => event.time)).toEqual(
    all.data.map((event) => event.time).sort((a, b) => b - a),
  )
  const current = expected.feedback.filter(({ state }) => state === "current")
  const list = await search.listFeedback(one, {}, { limit: 100 })
  expect(list.data.map(({ id }) => id).sort(), "current feedback").toEqual(current.map(({ id }) => id).sort())
  const loose = await search.listUnmatched(one, { limit: 100 }, nowMs)
  expect(loose.data.map(({ id }) => id).sort(), "unmatched").toEqual(
    current
      .filter(({ matched }) => !matched)
      .map(({ id }) => id)
      .sort(),
  )
  const [first] = expected.feedback
  if (!first) return
  const detail = await search.getFeedback(one, first.id)
  expect([detail.state, detail.matched.span_count > 0], "one event").toEqual([first.state, first.matched])
  expect(detail.history.map(({ id, state }) => [id, state]).sort(), "history").toEqual(first.history)
}

test(
  "the search says what the rules say, before the engine has merged and after",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someCase, { minLength: 40, maxLength: 40 }), async (drawn) => {
        const cases = drawn.map((one) => ({ ...one, ...world.newOrg() }))
        const steps = Math.max(...cases.map(({ order }) => order.length))
        // A few segments, in each of which many orgs have something.
        for (let from = 0; from < steps; from += 6) {
          await world.arriveIn(
            cases.flatMap((one) =>
              arrivalsOf(one)
                .slice(from, from + 6)
                .map(({ event, atMs }) => ({ org: one.org, events: [event], atMs })),
            ),
          )
        }
        await Promise.all(cases.map(compare))
        await world.tidy()
        await Promise.all(cases.slice(0, 5).map(compare))
      }),
      { numRuns: 1, endOnFailure: true },
    )
  },
)
