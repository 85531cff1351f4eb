import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Event, Span } from "@sayso/protocol/event.ts"
import { dayMs } from "@sayso/protocol/time.ts"
import { createStore } from "../store/store.ts"
import { createSearch } from "./search.ts"
import { feedback, idIn, nowMs, openWorld, span, type Org, type World } from "./world.testing.ts"

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

type Target = Parameters<typeof feedback>[0]

/** A start so many milliseconds into the scene. */
const at = (ms: number): Pick<Span, "start_ns"> => ({ start_ns: `${nowMs - 120_000 + ms}000000` })

/** What is listed as being what feedback on each target is about, as `trace/span`. */
async function aboutEach(org: Org, targets: readonly Target[]): Promise<(string | undefined)[]> {
  const events = targets.map((target) => feedback(target))
  await org.arrive(events)
  const { data } = await world.search.listFeedback(org, { about: true }, { limit: 1000 })
  const byId = new Map(data.map((event) => [event.id, event]))
  return events.map((event) => {
    const listed = byId.get(idIn(org, event))
    expect(listed).toBeDefined()
    return listed?.about && `${listed.about.trace_id}/${listed.about.span_id}`
  })
}

async function about(org: Org, target: Target): Promise<string | undefined> {
  const [found] = await aboutEach(org, [target])
  return found
}

/** Feedback on the target is about the span, once all has arrived; the same is of no interest to another org. */
const check = (title: string, target: Target, expected: string | undefined, ...arriving: Event[]): void =>
  test(title, async () => {
    const [org, other] = [world.newOrg(), world.newOrg()]
    expect(await about(org, target)).toBeUndefined()
    await org.arrive(arriving)
    expect(await about(org, target)).toBe(expected)
    expect(await about(other, target)).toBeUndefined()
  })

const low = "00000000000000ff"
const [upperA, upperB] = [`aaaaaaaaaaaaaaaa${low}`, `bbbbbbbbbbbbbbbb${low}`]

describe("feedback on a span is about it", () => {
  const spans = [span("1", "254"), span("1", "255", { parent_id: "254" })]
  check("by its id", { span_id: "255" }, "1/255", ...spans)
  check("in hexadecimal", { span_id: low }, "1/255", ...spans)
  check("with a prefix, in capitals", { span_id: "0xFF" }, "1/255", ...spans)
  check("with an upper half", { span_id: upperA }, "1/255", ...spans)
  check("not with another upper half", { span_id: upperA }, undefined, span("1", upperB))
  check("by a negative number", { span_id: "-1" }, "1/ffffffffffffffff", span("1", "ffffffffffffffff"))
  check("by a text", { span_id: "my span" }, "1/my span", span("1", "my span"), span("1", "My span"))
  check("not by the id of a trace", { span_id: "1" }, undefined, ...spans)
  check(
    "the first by time of several",
    { span_id: "255" },
    `2/${low}`,
    span("1", "255", at(3)),
    span("2", low, at(1)),
    span("3", "255", at(2)),
  )
  check(
    "the first within a millisecond",
    { span_id: "255" },
    "2/255",
    span("1", "255", { start_ns: `${nowMs - 1000}000002` }),
    span("2", "255", { start_ns: `${nowMs - 1000}000001` }),
  )
})

describe("feedback on a trace is about its root", () => {
  const late = span("255", "10", at(2))
  const children = [
    span("255", "12", { ...at(1), parent_id: "11" }),
    span("255", "11", { ...at(0), parent_id: "10" }),
  ]
  for (const id of ["255", low, "0xFF", upperA]) {
    check(`by ${id}`, { trace_id: id }, "255/10", late, ...children)
  }
  check("not with another upper half", { trace_id: upperA }, undefined, span(upperB, "1"))
  check(
    "with the upper half that it has",
    { trace_id: upperA },
    `${upperA}/2`,
    span(upperB, "1", at(0)),
    span(upperA, "2", at(1)),
  )
  check("not by the id of a span", { trace_id: "10" }, undefined, late)
  check("by a text", { trace_id: "my trace" }, "my trace/1", span("my trace", "1"))
  check("or its first span, while no root is there", { trace_id: "255" }, "255/11", ...children)
  check(
    "the first of several",
    { trace_id: "255" },
    "255/13",
    late,
    ...children,
    span(low, "14", at(3)),
    span("255", "13", at(1)),
  )
  check(
    "by the tracer's id, of all that it was split into",
    { trace_id: low },
    "two/20",
    span("one", "10", { ...at(0), apm_trace_id: "255", parent_id: "9" }),
    span("two", "20", { ...at(2), apm_trace_id: upperA }),
    span("three", "30", { ...at(3), apm_trace_id: upperA }),
  )

  test("which may arrive late", async () => {
    const org = world.newOrg()
    await org.arrive(children.slice(0, 1))
    expect(await about(org, { trace_id: low })).toBe("255/12")
    await org.arrive(children.slice(1), nowMs + 1000)
    expect(await about(org, { trace_id: low })).toBe("255/11")
    await org.arrive([late], nowMs + 8 * dayMs)
    expect(await about(org, { trace_id: low })).toBe("255/10")
  })
})

describe("feedback on a session is about the root of its first trace", () => {
  const inS = { session_id: "s" }
  check("", inS, "2/20", span("1", "10", { ...inS, ...at(2) }), span("2", "20", { ...inS, ...at(1) }))
  check(
    "which need not name the session itself",
    inS,
    "1/10",
    span("1", "10", at(3)),
    span("1", "11", { ...inS, ...at(1), parent_id: "10" }),
    span("2", "20", { ...inS, ...at(2) }),
  )
  check(
    "or its first span, while no root is there",
    inS,
    "1/12",
    span("1", "11", { ...inS, ...at(1), parent_id: "10" }),
    span("1", "12", { ...at(0), parent_id: "10" }),
    span("2", "20", { ...inS, ...at(2) }),
  )
  check(
    "whose trace is spelled in two ways",
    inS,
    "255/10",
    span(low, "11", { ...inS, ...at(0), parent_id: "10" }),
    span("255", "10", at(1)),
  )
  check("as an exact text", { session_id: "255" }, undefined, span("1", "10", { session_id: low }))
})

describe("feedback on a join key is about the first span that carries it", () => {
  const key = { feedback_join_key: "k" }
  const carrying = (...keys: string[]): Partial<Span> => ({ feedback_join_keys: keys })
  check("alone", key, "1/11", span("1", "10"), span("1", "11", { ...carrying("k"), parent_id: "10" }))
  check("or among others", key, "1/10", span("1", "10", carrying("a", "k", "k")))
  check(
    "wherever it is",
    key,
    "2/20",
    span("1", "10", { ...carrying("k"), ...at(1) }),
    span("2", "20", { ...carrying("k"), ...at(0), parent_id: "19" }),
  )
  check("as an exact text", key, undefined, span("1", "10", carrying("K", " k")))
})

describe("a span that was sent again counts by its last copy", () => {
  const old = { ...at(0), session_id: "s", feedback_join_keys: ["k"] }
  const targets = [{ span_id: "10" }, { trace_id: "1" }, { session_id: "s" }, { feedback_join_key: "k" }]
  const other = span("2", "20", { ...old, ...at(5) })

  // Copies of one week are merged by and by, copies of two never.
  for (const later of [0, 8 * dayMs]) {
    const sentAgain = (title: string, more: Partial<Span>, ...expected: (string | undefined)[]): void =>
      test(`${title}, ${later / dayMs} days later`, async () => {
        const org = world.newOrg()
        await org.arrive([span("1", "10", old), other])
        expect(await aboutEach(org, targets)).toEqual(["1/10", "1/10", "1/10", "1/10"])
        await org.arrive([span("1", "10", { ...old, ...more })], nowMs + later)
        for (let time = 0; time < 2; time += 1) {
          expect(await aboutEach(org, targets)).toEqual(expected)
          await world.tidy()
        }
      })

    sentAgain("as it was", {}, "1/10", "1/10", "1/10", "1/10")
    sentAgain("when it has left its session", { session_id: "t" }, "1/10", "1/10", "2/20", "1/10")
    sentAgain("when it has lost its join key", { feedback_join_keys: [] }, "1/10", "1/10", "1/10", "2/20")
    sentAgain("when it started later", at(9), "1/10", "1/10", "2/20", "2/20")
    sentAgain("when it is no root any more", { parent_id: "9" }, "1/10", "1/10", "1/10", "1/10")
  }

  test("with its last name and application", async () => {
    const org = world.newOrg()
    await org.arrive([span("1", "10", { ...old, name: "old" }), feedback({ span_id: "10" })])
    await org.arrive(
      [span("1", "0x0a", { ...old, name: "new", ml_app: "agent", span_kind: "tool" })],
      nowMs + 8 * dayMs,
    )
    const { data } = await world.search.listFeedback(org, { about: true }, { limit: 5 })
    expect(data[0]?.about).toEqual({
      trace_id: "1",
      span_id: "0x0a",
      name: "new",
      span_kind: "tool",
      ml_app: "agent",
      session_id: "s",
    })
  })
})

describe("a page", () => {
  const count = 300
  const long = "with a long name ".repeat(20)
  const targets = Array.from({ length: count }, (_, n): Target[] => [
    { span_id: `${n + 1}` },
    { trace_id: `trace ${n} ${long}` },
    { session_id: `session ${n} ${long}` },
    { feedback_join_key: `key ${n} ${long}` },
    { feedback_join_key: `nobody's ${n}` },
  ]).flat()
  const spans = Array.from({ length: count }, (_, n) =>
    span(`trace ${n} ${long}`, `${n + 1}`, {
      session_id: `session ${n} ${long}`,
      feedback_join_keys: [`key ${n} ${long}`],
    }),
  )

  test("of more names than fit into a parameter is answered whole, in few statements", async () => {
    const org = world.newOrg()
    await org.arrive(spans)
    await org.arrive(targets.slice(0, 1000).map((target) => feedback(target)))
    const asked: number[] = []
    const counting = createStore({
      ...world.link,
      async rows(statement, settings) {
        const rows = await world.link.rows(statement, settings)
        asked.push(rows.length)
        return rows
      },
    })
    const { listFeedback } = createSearch(counting)(new AbortController().signal)
    const { data } = await listFeedback(org, { about: true }, { limit: 1000 })
    expect(data).toHaveLength(1000)
    for (const { about, ...event } of data) {
      const number = /\d+/.exec(
        event.span_id ?? event.trace_id ?? event.session_id ?? event.feedback_join_key ?? "",
      )
      const place = Number(number?.[0]) - (event.span_id === undefined ? 0 : 1)
      const expected = event.feedback_join_key?.startsWith("nobody's") === true ? undefined : spans[place]
      expect(about?.span_id).toBe(expected?.kind === "span" ? expected.span.span_id : undefined)
    }
    expect(asked.length).toBeLessThan(10)
  })

  test("says nothing of it unless it is asked, and is otherwise the same", async () => {
    const org = world.newOrg()
    await org.arrive([...spans.slice(0, 5), ...targets.slice(0, 25).map((target) => feedback(target))])
    const page = { limit: 10 }
    const plain = await world.search.listFeedback(org, {}, page)
    const more = await world.search.listFeedback(org, { about: true }, page)
    expect(plain.data.filter((event) => "about" in event)).toEqual([])
    expect(more).toEqual({ ...plain, data: plain.data.map((event, n) => ({ ...event, ...more.data[n] })) })
    expect(await world.search.listFeedback(world.newOrg(), { about: true }, page)).toEqual({
      data: [],
      meta: {},
    })
  })
})

test(
  "a session, a join key and a trace of 100,000 spans hand out one each",
  { timeout: 120_000 },
  async () => {
    const org = world.newOrg()
    const great = (n: number): Event =>
      span("1", String(n + 1), {
        ...at(n),
        parent_id: n === 70_000 ? "" : "9",
        session_id: "s",
        feedback_join_keys: ["k"],
      })
    for (let from = 100_000; from > 0; from -= 20_000) {
      await org.arrive(Array.from({ length: 20_000 }, (_, n) => great(from - 20_000 + n)))
    }
    const targets = [{ trace_id: "1" }, { session_id: "s" }, { feedback_join_key: "k" }]
    expect(await aboutEach(org, targets)).toEqual(["1/70001", "1/70001", "1/1"])
  },
)
