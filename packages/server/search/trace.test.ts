import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Event, Span } from "@sayso/protocol/event.ts"
import { dayMs } from "@sayso/protocol/time.ts"
import { createStore } from "../store/store.ts"
import { createSearch } from "./search.ts"
import {
  evaluation,
  feedback,
  nowMs,
  openWorld,
  span,
  withdrawal,
  type Org,
  type World,
} from "./world.testing.ts"

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

interface Placed {
  label: string
  on_spans: string[]
  counted: boolean
}

/** What was said and where, by its label: `+ 11 12` counts and is drawn on two spans, `- ` neither. */
function seen(placed: readonly Placed[]): Record<string, string> {
  expect(new Set(placed.map(({ label }) => label)).size).toBe(placed.length)
  return Object.fromEntries(
    placed.map(({ label, on_spans, counted }) => [label, [counted ? "+" : "-", ...on_spans].join(" ")]),
  )
}

const inTrace = async (org: Org, id: string): Promise<unknown> =>
  seen((await world.search.getTrace(org, id)).feedback)
const inSession = async (org: Org, id: string): Promise<unknown> =>
  seen((await world.search.getSession(org, id)).feedback)
const inEntity = async (org: Org, key: string): Promise<unknown> =>
  seen((await world.search.getEntity(org, key)).feedback)

async function orgWith(...events: Event[]): Promise<Org> {
  const org = world.newOrg()
  await org.arrive(events)
  return org
}

describe("feedback rolls up, never down", () => {
  const about = { session_id: "s" }
  const spans = [
    span("1", "10", about),
    span("1", "11", { ...about, parent_id: "10", feedback_join_keys: ["k"] }),
    span("1", "12", { ...about, parent_id: "11" }),
    span("2", "20", about),
    span("3", "30", { session_id: "other" }),
  ]
  const said = [
    feedback({ span_id: "11" }, { label: "on a span", ml_app: "another" }),
    feedback({ trace_id: "1" }, { label: "on the trace" }),
    feedback({ session_id: "s" }, { label: "on the session" }),
    feedback({ feedback_join_key: "k" }, { label: "on the key" }),
    feedback({ span_id: "20" }, { label: "on the other trace's span" }),
    feedback({ trace_id: "3" }, { label: "on another session's trace" }),
  ]

  const check = (title: string, arrive: (org: Org) => Promise<unknown>): void =>
    test(title, async () => {
      const org = world.newOrg()
      await arrive(org)
      expect(await inTrace(org, "1")).toEqual({
        "on a span": "+ 11",
        "on the trace": "+",
        "on the session": "-",
        "on the key": "+ 11",
      })
      expect(await inTrace(org, "2")).toEqual({ "on the other trace's span": "+ 20", "on the session": "-" })
      expect(await inSession(org, "s")).toEqual({
        "on a span": "+ 11",
        "on the trace": "+",
        "on the session": "+",
        "on the key": "+ 11",
        "on the other trace's span": "+ 20",
      })
      expect(await inSession(org, "other")).toEqual({ "on another session's trace": "+" })
      expect(await inEntity(org, "k")).toEqual({ "on the key": "+ 11" })
    })

  check("feedback after its spans", async (org) => {
    await org.arrive(spans)
    await org.arrive(said, nowMs + dayMs)
  })
  check("feedback before its spans", async (org) => {
    await org.arrive(said)
    await org.arrive(spans, nowMs + 30 * dayMs)
  })
  check("feedback between them", async (org) => {
    await org.arrive(spans.slice(0, 1))
    await org.arrive(said)
    await org.arrive(spans.slice(1))
    await org.arrive([...said, ...spans])
  })

  test("it counts in the summary where it counts", async () => {
    const org = await orgWith(...spans, ...said)
    const labels = async (page: Promise<{ summary: { label: string; count: number }[] }>): Promise<unknown> =>
      (await page).summary.map(({ label, count }) => `${count} ${label}`)
    expect(await labels(world.search.getTrace(org, "1"))).toEqual([
      "1 on a span",
      "1 on the key",
      "1 on the trace",
    ])
    expect(await labels(world.search.getEntity(org, "k"))).toEqual(["1 on the key"])
  })
})

describe("a trace of several sessions", () => {
  const spans = [
    span("1", "10", { session_id: "a", feedback_join_keys: ["ka"] }),
    span("1", "11", { session_id: "b", parent_id: "10", feedback_join_keys: ["kb"] }),
    span("1", "12", { parent_id: "11", feedback_join_keys: ["kn"] }),
  ]
  const said = [
    feedback({ span_id: "10" }, { label: "on a's span" }),
    feedback({ span_id: "11" }, { label: "on b's span" }),
    feedback({ span_id: "12" }, { label: "on nobody's span" }),
    feedback({ trace_id: "1" }, { label: "on the trace" }),
    feedback({ session_id: "a" }, { label: "on a" }),
    feedback({ session_id: "b" }, { label: "on b" }),
    feedback({ feedback_join_key: "ka" }, { label: "on a's key" }),
    feedback({ feedback_join_key: "kn" }, { label: "on nobody's key" }),
  ]
  let org: Org
  beforeAll(async () => {
    org = await orgWith(...spans, ...said)
  })

  test("belongs to each as a whole, and counts what was said on its own spans and on nobody's", async () => {
    const both = { "on nobody's span": "+ 12", "on the trace": "+", "on nobody's key": "+ 12" }
    expect(await inSession(org, "a")).toEqual({
      ...both,
      "on a's span": "+ 10",
      "on b's span": "- 11",
      "on a": "+",
      "on a's key": "+ 10",
    })
    expect(await inSession(org, "b")).toEqual({
      ...both,
      "on a's span": "- 10",
      "on b's span": "+ 11",
      "on b": "+",
      "on a's key": "- 10",
    })
  })

  test("counts all that was said on its spans, and shows what was said on its sessions", async () => {
    expect(await inTrace(org, "1")).toEqual({
      "on a's span": "+ 10",
      "on b's span": "+ 11",
      "on nobody's span": "+ 12",
      "on the trace": "+",
      "on a": "-",
      "on b": "-",
      "on a's key": "+ 10",
      "on nobody's key": "+ 12",
    })
    expect((await world.search.getTrace(org, "1")).session_ids).toEqual(["a", "b"])
  })

  test("gives an entity the sessions where it counts", async () => {
    const sessions = async (key: string): Promise<string[]> =>
      (await world.search.getEntity(org, key)).session_ids
    expect(await sessions("ka")).toEqual(["a"])
    expect(await sessions("kb")).toEqual(["b"])
    expect(await sessions("kn")).toEqual(["a", "b"])
  })
})

describe("a join key on several spans", () => {
  const keyed = { feedback_join_keys: ["k"], session_id: "s" }
  let org: Org
  beforeAll(async () => {
    org = await orgWith(
      span("1", "10", { ...keyed, name: "first" }),
      span("1", "11", { ...keyed, parent_id: "10" }),
      span("1", "12", { parent_id: "10" }),
      span("2", "20", { ...keyed, name: "second", feedback_join_keys: ["other", "k"] }),
      span("3", "30", { session_id: "s" }),
      feedback({ feedback_join_key: "k" }, { label: "thumbs" }),
      feedback({ feedback_join_key: "other" }, { label: "else" }),
    )
  })

  test("counts once for each row", async () => {
    expect(await inTrace(org, "1")).toEqual({ thumbs: "+ 10 11" })
    expect(await inTrace(org, "2")).toEqual({ thumbs: "+ 20", else: "+ 20" })
    expect(await inTrace(org, "3")).toEqual({})
    expect(await inSession(org, "s")).toEqual({ thumbs: "+ 10 11 20", else: "+ 20" })
    const { summary } = await world.search.getSession(org, "s")
    expect(summary.map(({ label, count }) => [label, count])).toEqual([
      ["else", 1],
      ["thumbs", 1],
    ])
  })

  test("is an entity with their traces, whole, and their sessions", async () => {
    const entity = await world.search.getEntity(org, "k")
    expect(seen(entity.feedback)).toEqual({ thumbs: "+ 10 11 20" })
    expect(entity.spans.map(({ span_id }) => span_id)).toEqual(["10", "11", "20"])
    expect(entity.traces.map(({ trace_id, name, span_count }) => [trace_id, name, span_count])).toEqual([
      ["1", "first", 3],
      ["2", "second", 1],
    ])
    expect(entity.session_ids).toEqual(["s"])
  })
})

describe("a span that is sent again", () => {
  const old = { name: "old", session_id: "s", feedback_join_keys: ["k"], output: "half" }
  const sent = (trace: string, id: string, more: Partial<Span> = {}): Event =>
    span(trace, id, { ...old, ...more })
  const last = (trace: string, id: string): Event =>
    span(trace, id, { name: "new", session_id: "t", feedback_join_keys: ["l"], output: "whole" })

  const check = (title: string, again: Event): void =>
    test(title, async () => {
      const org = world.newOrg()
      await org.arrive([sent("255", "16"), feedback({ span_id: "16" })])
      await org.arrive([again], nowMs + 8 * dayMs)
      await org.arrive([sent("255", "16", { name: "older" })], nowMs - 8 * dayMs)
      const { spans, span_count, name } = await world.search.getTrace(org, "255")
      expect(spans.map((span) => [span.name, span.output])).toEqual([["new", "whole"]])
      expect([span_count, name]).toEqual([1, "new"])
      expect((await world.search.getSession(org, "t")).traces).toHaveLength(1)
      await expect(world.search.getSession(org, "s")).rejects.toMatchObject({ code: "not_found" })
      expect((await world.search.getEntity(org, "l")).spans).toHaveLength(1)
      await expect(world.search.getEntity(org, "k")).rejects.toMatchObject({ code: "not_found" })
      const { data } = await world.search.listFeedback(org, {}, { limit: 2 })
      const { matched } = await world.search.getFeedback(org, data[0]?.id ?? "")
      expect(matched.span_count).toBe(1)
    })

  check("is one span, with its last content", last("255", "16"))
  check("also in another spelling", last("00000000000000ff", "0x10"))
  check("also with the whole number of its trace", last("aaaaaaaaaaaaaaaa00000000000000ff", "0x0010"))

  test("twice in one request is one span", async () => {
    const org = await orgWith(sent("1", "2"), last("1", "2"))
    expect((await world.search.getTrace(org, "1")).spans.map(({ name }) => name)).toEqual(["new"])
  })

  test("is not another trace's span of the same id", async () => {
    const org = await orgWith(sent("1", "2"), last("3", "2"), feedback({ span_id: "2" }, { label: "both" }))
    expect(await inTrace(org, "1")).toEqual({ both: "+ 2" })
    expect(await inTrace(org, "3")).toEqual({ both: "+ 2" })
    const traces = ["aaaaaaaaaaaaaaaa00000000000000ff", "bbbbbbbbbbbbbbbb00000000000000ff"]
    const halves = await orgWith(...traces.map((trace) => sent(trace, "2")))
    expect((await world.search.getSession(halves, "s")).traces).toHaveLength(2)
  })
})

describe("evaluations", () => {
  const onSpan = (label: string, span_id: string, trace_id?: string, more: object = {}): Event =>
    evaluation(
      { join_on: { span: { span_id, ...(trace_id !== undefined && { trace_id }) } }, ...more },
      { label },
    )
  const byTag = evaluation({ join_on: { tag: { key: "job", value: "a:1" } } }, { label: "by tag" })
  const tagged = { tags: ["x", "job:a:1"] }
  const placed = async (org: Org, id: string): Promise<unknown> =>
    seen((await world.search.getTrace(org, id)).evaluations)

  test("are drawn on their span, their trace's root and their session, and roll up too", async () => {
    const org = await orgWith(
      span("1", "10", { session_id: "s" }),
      span("1", "11", { parent_id: "10", session_id: "s" }),
      onSpan("with its trace", "11", "1"),
      onSpan("in another spelling", "000000000000000b", "0x1"),
      onSpan("without its trace", "11"),
      onSpan("in another trace", "11", "2"),
      onSpan("on the trace by its root", "10", undefined, { eval_scope: "trace" }),
      onSpan("on the trace by its id", "99", "1", { eval_scope: "trace" }),
      evaluation({ session_id: "s" }, { label: "on the session" }),
      evaluation({ session_id: "t" }, { label: "on another session" }),
    )
    const onTrace = {
      "with its trace": "+ 11",
      "in another spelling": "+ 11",
      "without its trace": "+ 11",
      "on the trace by its root": "+ 10",
      "on the trace by its id": "+",
    }
    expect(await placed(org, "1")).toEqual({ ...onTrace, "on the session": "-" })
    expect(seen((await world.search.getSession(org, "s")).evaluations)).toEqual({
      ...onTrace,
      "on the session": "+",
    })
  })

  test("by a tag belong to the one span that carries it, and to none where there are two", async () => {
    const org = await orgWith(byTag, span("1", "10"), span("1", "11", tagged))
    expect(await placed(org, "1")).toEqual({ "by tag": "+ 11" })
    await org.arrive([span("1", "11", tagged), span("0000000000000001", "0x0b", tagged)], nowMs + 9 * dayMs)
    expect(await placed(org, "1")).toEqual({ "by tag": "+ 0x0b" })
    await world.newOrg().arrive([span("2", "20", tagged)])
    expect(await placed(org, "1")).toEqual({ "by tag": "+ 0x0b" })
    await org.arrive([span("2", "20", tagged)])
    expect(await placed(org, "1")).toEqual({})
    expect(await placed(org, "2")).toEqual({})
    await org.arrive([span("2", "20", { tags: ["job:b"] })], nowMs + 9 * dayMs)
    for (let time = 0; time < 2; time += 1) {
      expect(await placed(org, "1")).toEqual({ "by tag": "+ 0x0b" })
      await world.tidy()
    }
  })
})

describe("a trace is found by any spelling of its id", () => {
  const check = (stored: string, ...asked: string[]): void =>
    test(stored, async () => {
      const org = await orgWith(span(stored, "10"), feedback({ trace_id: stored }, { label: "own" }))
      for (const id of [stored, ...asked]) {
        const trace = await world.search.getTrace(org, id)
        expect([id, trace.trace_id, trace.span_count, seen(trace.feedback)]).toEqual([
          id,
          stored,
          1,
          { own: "+" },
        ])
      }
    })
  check(
    "66f1a5b300000000175e0e96e0a0ea3f",
    "66F1A5B300000000175E0E96E0A0EA3F",
    "175e0e96e0a0ea3f",
    "1683799351859669567",
  )
  check("18446744073709551615", "-1", "ffffffffffffffff", "0xFFFFFFFFFFFFFFFF")
  check("1234567890123456", "0x1234567890123456", "+1234567890123456", "00001234567890123456")
  check("trace/with 'quotes' & 🦄")
  check("x".repeat(5_000))

  test("the tracer's id names it too, and all traces that it was split into", async () => {
    const apm = { apm_trace_id: "66f1a5b300000000175e0e96e0a0ea3f" }
    const org = await orgWith(
      span("first", "10", { ...apm, name: "first" }),
      span("second", "20", { ...apm, parent_id: "10" }),
      span("third", "30"),
      feedback({ trace_id: "1683799351859669567" }, { label: "by the tracer's" }),
      feedback({ trace_id: "first" }, { label: "by its own" }),
    )
    const split = await world.search.getTrace(org, "175e0e96e0a0ea3f")
    expect(split.spans.map(({ span_id }) => span_id)).toEqual(["10", "20"])
    expect([split.trace_id, split.name, split.apm_trace_ids]).toEqual(["first", "first", [apm.apm_trace_id]])
    expect(seen(split.feedback)).toEqual({ "by the tracer's": "+", "by its own": "+" })
    expect((await world.search.getTrace(org, "first")).span_count).toBe(1)
    expect(await inTrace(org, "first")).toEqual({ "by the tracer's": "+", "by its own": "+" })
    expect(await inTrace(org, "second")).toEqual({ "by the tracer's": "+" })
    expect(await inTrace(org, "third")).toEqual({})
  })

  test("but not by another number with the same lower half", async () => {
    const org = await orgWith(span("aaaaaaaaaaaaaaaa00000000000000ff", "10"))
    await expect(world.search.getTrace(org, "bbbbbbbbbbbbbbbb00000000000000ff")).rejects.toMatchObject({
      code: "not_found",
    })
  })
})

describe("without spans", () => {
  const said = [
    feedback({ trace_id: "255" }, { label: "trace" }),
    feedback({ session_id: "255" }, { label: "session" }),
    feedback({ feedback_join_key: "255" }, { label: "key" }),
    feedback({ span_id: "255" }, { label: "span" }),
  ]
  let org: Org
  beforeAll(async () => {
    org = await orgWith(...said)
  })

  test("there is what was said", async () => {
    const { feedback: placed, ...trace } = await world.search.getTrace(org, "0x00000000000000ff")
    expect(seen(placed)).toEqual({ trace: "+" })
    expect(trace).toMatchObject({
      trace_id: "0x00000000000000ff",
      name: "",
      span_count: 0,
      start_ns: "0",
      spans: [],
    })
    const session = await world.search.getSession(org, "255")
    expect(seen(session.feedback)).toEqual({ session: "+" })
    expect(session).toMatchObject({ session_id: "255", traces: [], ml_apps: [] })
    expect(session).not.toHaveProperty("start_ns")
    const entity = await world.search.getEntity(org, "255")
    expect(seen(entity.feedback)).toEqual({ key: "+" })
    expect(entity).toMatchObject({ spans: [], traces: [], session_ids: [] })
  })

  const check = (title: string, ask: (org: Org) => Promise<unknown>, detail: string): void =>
    test(title, async () => {
      await expect(ask(org)).rejects.toMatchObject({ code: "not_found", message: detail })
    })
  check(
    "nor feedback, a trace is not found",
    (org) => world.search.getTrace(org, "nobody"),
    "No span, evaluation or feedback of a trace nobody has arrived.",
  )
  check(
    "nor feedback, neither is its outline",
    (org) => world.search.getTraceOutline(org, "nobody"),
    "No span, evaluation or feedback of a trace nobody has arrived.",
  )
  check(
    "a span is not found, whatever was said about it",
    (org) => world.search.getSpan(org, "255", "255"),
    "No span 255 of a trace 255 has arrived.",
  )
  check(
    "nor feedback, a session is not found",
    (org) => world.search.getSession(org, "nobody"),
    "No span, evaluation or feedback of a session nobody has arrived.",
  )
  check(
    "nor feedback, an entity is not found",
    (org) => world.search.getEntity(org, "nobody"),
    "No feedback has the feedback_join_key nobody, and no span carries it.",
  )

  test("a session is looked for as an exact text", async () => {
    await expect(world.search.getSession(org, "00000000000000ff")).rejects.toMatchObject({
      code: "not_found",
    })
  })

  test("another org finds nothing under the same ids", async () => {
    const other = await orgWith(span("9", "9"))
    await org.arrive([span("255", "255", { session_id: "255", feedback_join_keys: ["255"] })])
    const { getTrace, getTraceOutline, getSession, getEntity } = world.search
    const getSpan = (reader: Org, id: string): Promise<unknown> => world.search.getSpan(reader, id, id)
    for (const ask of [getTrace, getTraceOutline, getSpan, getSession, getEntity]) {
      await expect(ask(other, "255")).rejects.toMatchObject({ code: "not_found" })
      await expect(ask(org, "255")).resolves.toBeDefined()
    }
  })
})

describe("the head of a trace", () => {
  const at = (second: number): { start_ns: string } => ({ start_ns: `${nowMs / 1000 + second}123456789` })

  test("is made from all of its spans, with the name of its root", async () => {
    const org = await orgWith(
      span("1", "11", {
        ...at(2),
        parent_id: "10",
        name: "child",
        status: "error",
        ml_app: "b",
        duration_ns: 9_000_000_000,
      }),
      span("1", "10", { ...at(1), name: "root", ml_app: "a", duration_ns: 5_000_000_000 }),
      span("1", "12", { ...at(3), parent_id: "10", status: "error" }),
    )
    const { spans, ...head } = await world.search.getTrace(org, "1")
    expect(spans.map(({ span_id }) => span_id)).toEqual(["10", "11", "12"])
    expect(head).toMatchObject({
      trace_id: "1",
      name: "root",
      root_span_id: "10",
      status: "ok",
      ml_apps: ["a", "b", "chat"],
      start_ns: at(1).start_ns,
      duration_ns: 10_000_000_000,
      span_count: 3,
      error_count: 2,
    })
  })

  test("has no name while its root is missing, and the status of what is there", async () => {
    const org = await orgWith(span("1", "11", { parent_id: "10", status: "error" }))
    const trace = await world.search.getTrace(org, "1")
    expect(trace).toMatchObject({ name: "", status: "error", trace_id: "1" })
    expect(trace).not.toHaveProperty("root_span_id")
  })

  test("bears clocks of any time", async () => {
    const org = await orgWith(
      span("1", "10", { start_ns: "-5" }),
      span("1", "11", {
        parent_id: "10",
        start_ns: "99999999999999999999999999999999999999",
        duration_ns: Number.MAX_SAFE_INTEGER,
      }),
    )
    const trace = await world.search.getTrace(org, "1")
    expect(trace.spans.map(({ start_ns, duration_ns, time }) => [start_ns, duration_ns, time])).toEqual([
      ["-5", 1_000_000, nowMs],
      ["99999999999999999999999999999999999999", Number.MAX_SAFE_INTEGER, nowMs],
    ])
  })
})

test("a span comes back field by field as it was sent", async () => {
  const text = `it's "x" \\ \n\t\0 🦄 C:\\users \u2028`
  const sent: Span = {
    trace_id: "66f1a5b300000000175e0e96e0a0ea3f",
    span_id: "18446744073709551615",
    parent_id: "1",
    apm_trace_id: "1",
    name: text,
    span_kind: "tool",
    ml_app: text,
    service: "svc",
    env: "prod",
    version: "1.2.3",
    session_id: text,
    user_id: "",
    feedback_join_keys: ["k", text],
    tags: [text, "a:b", "a:b"],
    status: "error",
    start_ns: "1795005559123456789",
    duration_ns: 9_007_199_254_740_991,
    model_name: "m",
    model_provider: "p",
    input: { messages: [{ role: "user", content: text }], value: null },
    output: [1, true, null, text],
    metadata: { deep: { list: [1.5, { x: text }] } },
    metrics: { input_tokens: 12, cost: 0.000_001, [text]: 1e300 },
    error: { type: "E", message: text, stack: "a\n  at b" },
    meta: { other: [text] },
  }
  const org = await orgWith({ kind: "span", span: sent })
  const { spans } = await world.search.getTrace(org, sent.trace_id)
  expect(spans).toEqual([{ ...sent, time: 1_795_005_559_123, arrived: nowMs }])
  expect(await world.search.getSpan(org, sent.trace_id, sent.span_id)).toEqual(spans[0])
})

describe("the outline of a trace", () => {
  const about = { session_id: "s", feedback_join_keys: ["k"], tags: ["job:1"], metrics: { input_tokens: 3 } }
  const great = { input: "in", output: "out", metadata: { a: 1 }, meta: { b: 2 } }
  const message = "🦄".repeat(400)
  const spans = [
    span("255", "10", { ...about, ...great, status: "error", error: { type: "E", message, stack: "at x" } }),
    span("255", "11", { ...great, parent_id: "10", error: { type: "", message: "short", stack: "" } }),
    span("254", "12", great),
  ]
  const said = [
    feedback({ span_id: "11" }, { label: "on a span", metadata: { c: 3 } }),
    feedback({ trace_id: "0xff" }, { label: "on the trace" }),
    feedback({ session_id: "s" }, { label: "on the session" }),
    feedback({ feedback_join_key: "k" }, { label: "on the key" }),
    evaluation({ join_on: { tag: { key: "job", value: "1" } } }, { label: "by tag" }),
  ]

  for (const id of ["255", "00000000000000ff", "0xFF"]) {
    test(`by ${id} is the trace without what is large in its spans`, async () => {
      const org = await orgWith(...spans, ...said)
      await org.arrive([...spans, ...said], nowMs + 8 * dayMs)
      const trace = await world.search.getTrace(org, id)
      const brief = trace.spans.map(({ input: _i, output: _o, metadata: _m, meta: _e, error, ...rest }) => ({
        ...rest,
        error: { type: error.type, message: [...error.message].slice(0, 300).join("") },
      }))
      expect([brief.length, trace.feedback.length, trace.evaluations.length]).toEqual([2, 4, 1])
      expect(await world.search.getTraceOutline(org, id)).toEqual({ ...trace, spans: brief })
    })
  }

  test("without spans is what was said", async () => {
    const org = await orgWith(...said)
    expect(await world.search.getTraceOutline(org, "255")).toEqual(await world.search.getTrace(org, "255"))
  })

  test("reads nothing large of a span", async () => {
    const org = await orgWith(...spans, ...said)
    const ofSpans: string[] = []
    const store = createStore({
      ...world.link,
      rows(statement, settings) {
        if (!statement.text.includes("FROM eval_metrics")) ofSpans.push(statement.text)
        return world.link.rows(statement, settings)
      },
    })
    const { getTraceOutline, getTrace } = createSearch(store)(new AbortController().signal)
    const great = /\b(input|output|metadata|meta|error_stack)\b/
    await getTrace(org, "255")
    expect(ofSpans.filter((text) => great.test(text))).toHaveLength(1)
    ofSpans.length = 0
    await getTraceOutline(org, "255")
    expect([ofSpans.length, ofSpans.filter((text) => great.test(text))]).toEqual([2, []])
  })
})

describe("a span is found by any spelling of its trace's id and its own", () => {
  const low = "00000000000000ff"
  const [upperA, upperB] = [`aaaaaaaaaaaaaaaa${low}`, `bbbbbbbbbbbbbbbb${low}`]
  const at = (second: number): { start_ns: string } => ({ start_ns: `${nowMs / 1000 + second}000000000` })
  const check = (
    title: string,
    ids: readonly [trace: string, span: string],
    expected: string | undefined,
    ...spans: Event[]
  ): void =>
    test(title, async () => {
      const org = await orgWith(...spans)
      const asking = world.search.getSpan(org, ...ids).then((one) => one.name)
      if (expected !== undefined) await expect(asking).resolves.toBe(expected)
      else {
        const message = `No span ${ids[1]} of a trace ${ids[0]} has arrived.`
        await expect(asking).rejects.toMatchObject({ code: "not_found", message })
      }
    })
  const named = (trace: string, id: string, more: Partial<Span> = {}): Event =>
    span(trace, id, { name: `${trace}/${id}`, ...more })

  const one = named("255", "254")
  const others = [named("255", "253"), named("253", "254")]
  for (const trace of ["255", low, "0xFF", upperA]) {
    for (const id of ["254", "00000000000000FE", "0xfe"]) {
      check(`${trace} and ${id}`, [trace, id], "255/254", ...others, one)
    }
  }
  check("by texts", ["my trace", "a/b 'c' 🦄"], "my trace/a/b 'c' 🦄", named("my trace", "a/b 'c' 🦄"))
  check("by the tracer's id", [low, "1"], "my trace/1", named("my trace", "1", { apm_trace_id: "255" }))
  check("not in another trace", ["254", "254"], undefined, ...others, one)
  check("not by another span's id", ["255", "255"], undefined, ...others, one)
  check("not by another upper half of its trace", [upperA, "1"], undefined, named(upperB, "1"))
  check("nor of its own", ["1", upperA], undefined, named("1", upperB))
  const split = { apm_trace_id: "77" }
  check(
    "the one of exactly this text, of several that meet it",
    ["77", low],
    `two/${low}`,
    named("one", "255", { ...split, ...at(0) }),
    named("two", low, { ...split, ...at(2) }),
    named("three", upperA, { ...split, ...at(1) }),
  )
  check(
    "else the first by time",
    ["77", "0xff"],
    "two/255",
    named("one", "255", { ...split, ...at(1) }),
    named("two", "255", { ...split, ...at(0) }),
  )

  test("and is its last copy", async () => {
    const org = await orgWith(span("255", "10", { name: "old", output: "half" }))
    await org.arrive([span(low, "0x0a", { name: "new", output: "whole" })], nowMs + 8 * dayMs)
    for (const id of ["10", "0x0a", "000000000000000a"]) {
      expect(await world.search.getSpan(org, "255", id)).toMatchObject({ name: "new", output: "whole" })
    }
  })
})

test("what was said is listed with its history, newest first, and counted by what is current", async () => {
  const say = (second: number, value: string, more: object = {}): Event =>
    feedback(
      { trace_id: "1" },
      { timestamp_ms: nowMs - 60_000 + second * 1000, categorical_value: value, ...more },
    )
  const org = world.newOrg()
  const [gone = ""] = await org.arrive([say(5, "up", { submitter: { id: "w" } })])
  await org.arrive(
    [
      say(1, "up", { assessment: "pass" }),
      say(2, "down", { assessment: "fail" }),
      say(3, "constructor", { submitter: { id: "v" }, assessment: "pass" }),
      say(4, "__proto__", { submitter: { id: "v", type: "agent" } }),
      say(6, "", { label: "stars", metric_type: "score", score_value: 4 }),
      say(7, "", { label: "stars", metric_type: "score", score_value: 1, submitter: { id: "v" } }),
      say(8, "", { label: "done", metric_type: "boolean", boolean_value: false }),
      withdrawal(gone),
    ].map((event) => withoutOtherValues(event)),
  )
  const trace = await world.search.getTrace(org, "1")
  expect(
    trace.feedback.map(({ timestamp_ms, state }) => `${(timestamp_ms - nowMs) / 1000 + 60} ${state}`),
  ).toEqual([
    "8 current",
    "7 current",
    "6 current",
    "5 withdrawn",
    "4 current",
    "3 current",
    "2 current",
    "1 superseded",
  ])
  expect(trace.summary).toEqual([
    {
      label: "thumbs",
      count: 3,
      pass: 1,
      fail: 1,
      submitters: 3,
      values: Object.fromEntries([
        ["down", 1],
        ["constructor", 1],
        ["__proto__", 1],
      ]),
    },
    { label: "stars", count: 2, pass: 0, fail: 0, submitters: 2, values: {}, mean: 2.5 },
    { label: "done", count: 1, pass: 0, fail: 0, submitters: 1, values: { false: 1 } },
  ])
})

/** An eval metric with the value of its type alone, as intake makes them. */
function withoutOtherValues(event: Event): Event {
  if (event.kind !== "eval_metric" || event.metric.metric_type === "categorical") return event
  const { categorical_value: _, ...metric } = event.metric
  return { kind: "eval_metric", metric }
}

test("a great trace: more ids, keys and tags than fit into a parameter", { timeout: 60_000 }, async () => {
  const count = 6_000
  const spans = Array.from({ length: count }, (_, at) =>
    span("1", String(10_000 + at), {
      parent_id: at === 0 ? "" : "10000",
      session_id: `session ${at % 3000} with a long name`,
      user_id: "",
      feedback_join_keys: [`key ${at} with a long name`],
      tags: [`job:${at} with a long name`],
      start_ns: `${nowMs + at}000000`,
    }),
  )
  const few = [0, 2_999, count - 1]
  const said = [
    ...few.map((at) => feedback({ span_id: String(10_000 + at) }, { label: `span ${at}` })),
    ...few.map((at) => feedback({ feedback_join_key: `key ${at} with a long name` }, { label: `key ${at}` })),
    feedback({ session_id: "session 2999 with a long name" }, { label: "session" }),
    feedback({ trace_id: "0x1" }, { label: "trace" }),
    feedback({ trace_id: "2" }, { label: "other trace" }),
    feedback({ span_id: "1" }, { label: "other span" }),
  ]
  const evaluations = few.map((at) =>
    evaluation({ join_on: { tag: { key: "job", value: `${at} with a long name` } } }, { label: `tag ${at}` }),
  )
  const org = await orgWith(...spans, ...said, ...evaluations)
  const trace = await world.search.getTrace(org, "1")
  expect([trace.span_count, trace.name]).toEqual([count, "span 10000"])
  expect(seen(trace.feedback)).toEqual({
    "span 0": "+ 10000",
    "span 2999": "+ 12999",
    "span 5999": "+ 15999",
    "key 0": "+ 10000",
    "key 2999": "+ 12999",
    "key 5999": "+ 15999",
    session: "-",
    trace: "+",
  })
  expect(seen(trace.evaluations)).toEqual({
    "tag 0": "+ 10000",
    "tag 2999": "+ 12999",
    "tag 5999": "+ 15999",
  })
})

test(
  "a great session and a great entity: more traces than fit into a parameter",
  { timeout: 60_000 },
  async () => {
    const count = 3_000
    const about = { session_id: "s", feedback_join_keys: ["k"] }
    const spans = Array.from({ length: count }, (_, at) => [
      span(`trace ${at}`, `${at + 1}`, about),
      span(`trace ${at}`, `${at + 100_001}`, { parent_id: `${at + 1}` }),
    ]).flat()
    const said = [
      feedback({ trace_id: "trace 2999" }, { label: "trace" }),
      feedback({ span_id: "102999" }, { label: "span" }),
      feedback({ feedback_join_key: "k" }, { label: "key" }),
    ]
    const org = await orgWith(...spans, ...said)
    const session = await world.search.getSession(org, "s")
    expect(session.traces).toHaveLength(count)
    expect(
      session.feedback.map(({ label, counted, on_spans }) => [label, counted, on_spans.length]).sort(),
    ).toEqual([
      ["key", true, count],
      ["span", true, 1],
      ["trace", true, 0],
    ])
    const entity = await world.search.getEntity(org, "k")
    expect([entity.spans.length, entity.traces.length]).toEqual([count, count])
    expect(entity.traces.every(({ span_count }) => span_count === 2)).toBe(true)
  },
)
