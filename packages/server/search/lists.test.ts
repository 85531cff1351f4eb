import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Event } from "@sayso/protocol/event.ts"
import { dayMs, hourMs } from "@sayso/protocol/time.ts"
import type { Page } from "./feedback.ts"
import {
  evaluation,
  feedback,
  idIn,
  nowMs,
  openWorld,
  rejected,
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

/** Every page of a list; `between` happens after each. */
async function readAll<T>(
  page: (cursor: string | undefined) => Promise<Page<T>>,
  between: (pages: number) => Promise<unknown> = async () => {},
): Promise<T[]> {
  const all: T[] = []
  let cursor: string | undefined
  for (let pages = 1; pages < 1000; pages += 1) {
    const { data, meta } = await page(cursor)
    all.push(...data)
    cursor = meta.cursor
    if (cursor === undefined) return all
    await between(pages)
  }
  throw new Error("the list has no end")
}

/** One submitter each, so that none supersedes another. */
function votes(count: number, more: (at: number) => object): Event[] {
  return Array.from({ length: count }, (_, at) =>
    feedback({ session_id: "s" }, { submitter: { id: `u${at}` }, ...more(at) }),
  )
}

/** Of one time, by id, which the engine orders by its second half. */
const newestFirst = (a: { time: number; id: string }, b: { time: number; id: string }): number =>
  b.time - a.time || (a.id.slice(19) + a.id < b.id.slice(19) + b.id ? 1 : -1)

describe("feedback, newest first", () => {
  test("of an org without any is empty", async () => {
    expect(await world.search.listFeedback(world.newOrg(), {}, { limit: 5 })).toEqual({ data: [], meta: {} })
  })

  for (const limit of [1, 3, 7]) {
    test(`comes once each over pages of ${limit}, while copies and new events arrive`, async () => {
      const org = world.newOrg()
      // Three share each time, and the clocks of some are absurd.
      const events = votes(40, (at) => ({
        timestamp_ms:
          at % 9 === 4 ? at : at % 11 === 5 ? Date.UTC(2999, 0, 1) : nowMs - Math.floor(at / 3) * 1000,
      }))
      await org.arrive(events, nowMs)
      await org.arrive([...events, ...events.slice(10, 30), ...events.slice(20, 30)], nowMs + 1000)
      const found = await readAll(
        (cursor) => world.search.listFeedback(org, {}, { limit, cursor }),
        async (pages) => {
          if (pages > 12) return
          const later = nowMs + pages * dayMs
          const fresh = [
            feedback({ session_id: "new" }, { submitter: { id: `n${pages}` }, timestamp_ms: later }),
          ]
          await org.arrive([...events.slice(pages, pages + 9), ...fresh], later)
        },
      )
      expect(found.map(({ id }) => id)).toEqual([...new Set(found.map(({ id }) => id))])
      expect(found).toEqual([...found].sort(newestFirst))
      const old = found.filter((event) => event.session_id === "s")
      expect(old.map(({ id }) => id).sort()).toEqual(events.map((event) => idIn(org, event)).sort())
      for (const event of old) expect(event.arrived).toBe(nowMs)
    })
  }

  test("has a page for what is exactly one, and no cursor after the last", async () => {
    const org = world.newOrg()
    await org.arrive(votes(5, (at) => ({ timestamp_ms: nowMs - at })))
    const whole = await world.search.listFeedback(org, {}, { limit: 5 })
    expect([whole.data.length, whole.meta]).toEqual([5, {}])
    const part = await world.search.listFeedback(org, {}, { limit: 4 })
    expect([part.data.length, typeof part.meta.cursor]).toEqual([4, "string"])
  })

  test(
    "walks over any number of words that were superseded, and over copies",
    { timeout: 60_000 },
    async () => {
      const org = world.newOrg()
      const wavering = Array.from({ length: 1_500 }, (_, at) =>
        feedback({ span_id: "1" }, { timestamp_ms: nowMs - 10_000 + at }),
      )
      const [steady, first] = [
        votes(2, (at) => ({ timestamp_ms: nowMs - 20_000 - at })),
        wavering.slice(0, 1),
      ]
      await org.arrive([...wavering, ...steady])
      for (let time = 0; time < 3; time += 1) await org.arrive([...wavering.slice(-400), ...first])
      const current = await readAll((cursor) => world.search.listFeedback(org, {}, { limit: 2, cursor }))
      expect(current.map(({ id }) => id)).toEqual(
        [wavering.at(-1) as Event, ...steady].map((event) => idIn(org, event)),
      )
      const all = await readAll((cursor) =>
        world.search.listFeedback(org, { all: true }, { limit: 1000, cursor }),
      )
      expect(all).toHaveLength(1_502)
      expect(all).toEqual([...all].sort(newestFirst))
    },
  )

  test("refuses a cursor that it did not give out", async () => {
    for (const cursor of ["", "x", "W10", Buffer.from('["1","x"]').toString("base64url")]) {
      await expect(world.search.listFeedback(world.newOrg(), {}, { limit: 5, cursor })).rejects.toMatchObject(
        {
          code: "bad_parameter",
        },
      )
    }
  })

  test("keeps orgs apart, ids and all", async () => {
    const [one, two] = [world.newOrg(), world.newOrg()]
    await one.arrive(votes(3, (at) => ({ timestamp_ms: nowMs - at })))
    expect((await world.search.listFeedback(two, { all: true }, { limit: 5 })).data).toEqual([])
    const foreign = await world.search.listFeedback(one, {}, { limit: 1 })
    const after = await world.search.listFeedback(two, {}, { limit: 5, cursor: foreign.meta.cursor })
    expect(after).toEqual({ data: [], meta: {} })
  })
})

describe("filters", () => {
  const events = {
    plain: feedback({ session_id: "s" }, { timestamp_ms: nowMs - 5 * hourMs, ml_app: "web" }),
    failed: feedback(
      { session_id: "s" },
      { timestamp_ms: nowMs - 4 * hourMs, label: "resolved", assessment: "fail" },
    ),
    passed: feedback(
      { span_id: "1" },
      { timestamp_ms: nowMs - 3 * hourMs, assessment: "pass", ml_app: "bot" },
    ),
    score: feedback(
      { trace_id: "1" },
      {
        timestamp_ms: nowMs - 2 * hourMs,
        metric_type: "score",
        score_value: 1,
        submitter: { id: "it's", type: "agent" },
      },
    ),
    older: feedback({ span_id: "1" }, { timestamp_ms: nowMs - 6 * hourMs, ml_app: "bot" }),
    absurd: feedback({ feedback_join_key: "k" }, { timestamp_ms: 0, submitter: { id: "absurd" } }),
  }
  let org: Org
  beforeAll(async () => {
    org = world.newOrg()
    await org.arrive([...Object.values(events), evaluation({ session_id: "s" }, { ml_app: "web" })])
  })

  type Filter = Parameters<World["search"]["listFeedback"]>[1]

  const check = (title: string, filter: Filter, ...expected: (keyof typeof events)[]): void =>
    test(title, async () => {
      const { data } = await world.search.listFeedback(org, filter, { limit: 10 })
      const names = Object.entries(events).map(([name, event]) => [idIn(org, event), name])
      expect(data.map(({ id }) => Object.fromEntries(names)[id])).toEqual(expected)
    })

  check("none", {}, "absurd", "score", "passed", "failed", "plain")
  check("all", { all: true }, "absurd", "score", "passed", "failed", "plain", "older")
  check("all false is the same as none", { all: false }, "absurd", "score", "passed", "failed", "plain")
  check("ml_app", { ml_app: "bot" }, "passed")
  check("ml_app, all", { ml_app: "bot", all: true }, "passed", "older")
  check("label", { label: "resolved" }, "failed")
  check("assessment", { assessment: "pass" }, "passed")
  check("metric_type", { metric_type: "score" }, "score")
  check("submitter_id", { submitter_id: "it's" }, "score")
  check("two of them", { ml_app: "bot", assessment: "pass" }, "passed")
  check("two that none meets", { ml_app: "web", assessment: "pass" })
  check("from, inclusive", { fromMs: nowMs - 3 * hourMs }, "absurd", "score", "passed")
  check("to, exclusive", { toMs: nowMs - 3 * hourMs }, "failed", "plain")
  check("a window", { fromMs: nowMs - 4 * hourMs, toMs: nowMs - 3 * hourMs }, "failed")
  check("a window goes by the event's time, not by the clock that was wrong", { fromMs: 0, toMs: hourMs })
  check("a window that nothing is in", { fromMs: nowMs + dayMs })
  check("what is superseded outside a window is so inside it", { toMs: nowMs - 5.5 * hourMs })
  check("and shown with all", { toMs: nowMs - 5.5 * hourMs, all: true }, "older")
})

test("a window sees what arrived long after it, and before it by a wrong clock", async () => {
  const org = world.newOrg()
  const [late] = await org.arrive([feedback({ span_id: "1" }, { timestamp_ms: nowMs - 300 * dayMs })], nowMs)
  const [early] = await org.arrive([feedback({ span_id: "2" }, { timestamp_ms: nowMs + 23 * hourMs })], nowMs)
  const inWindow = async (fromMs: number): Promise<unknown> => {
    const { data } = await world.search.listFeedback(org, { fromMs, toMs: fromMs + hourMs }, { limit: 5 })
    return data.map(({ id }) => id)
  }
  expect(await inWindow(nowMs - 300 * dayMs)).toEqual([late])
  expect(await inWindow(nowMs + 23 * hourMs)).toEqual([early])
})

describe("unmatched feedback", () => {
  const unmatched = async (org: Org): Promise<string[]> => {
    const found = await readAll((cursor) =>
      world.search.listUnmatched(org, { limit: 2, cursor }, nowMs + 5_000),
    )
    expect(found).toEqual([...found].sort(newestFirst))
    return found.map(({ id }) => id)
  }

  /** Hangs in the air, until what it is about arrives. */
  const check = (
    title: string,
    about: Parameters<typeof feedback>[0],
    unlike: readonly Event[],
    arriving: Event,
  ): void =>
    test(title, async () => {
      const org = world.newOrg()
      const [id] = await org.arrive([feedback(about, { ml_app: "web" })])
      await world.newOrg().arrive([arriving])
      await org.arrive(unlike)
      expect(await unmatched(org)).toEqual([id])
      await org.arrive([arriving], nowMs + 30 * dayMs)
      expect(await unmatched(org)).toEqual([])
    })

  const low = "00000000000000ff"
  const others = [span("8", "9", { session_id: "t", feedback_join_keys: ["l"] })]
  check("on a span", { span_id: "255" }, others, span("1", "255"))
  check("on a span in another spelling", { span_id: "255" }, others, span("1", `0x${low}`))
  check(
    "on a span whose number is the trace's of another",
    { span_id: "255" },
    [span("255", "1")],
    span("1", "255"),
  )
  check(
    "on a full number with another upper half",
    { span_id: `aaaaaaaaaaaaaaaa${low}` },
    [span("1", `bbbbbbbbbbbbbbbb${low}`)],
    span("1", "255"),
  )
  check("on a trace", { trace_id: "255" }, [span("1", "255")], span(low, "1"))
  check(
    "on a trace with another upper half",
    { trace_id: `aaaaaaaaaaaaaaaa${low}` },
    [span(`bbbbbbbbbbbbbbbb${low}`, "1")],
    span(`AAAAAAAAAAAAAAAA${low.toUpperCase()}`, "1"),
  )
  check(
    "on a trace that the tracer names",
    { trace_id: "255" },
    others,
    span("1", "1", { apm_trace_id: `cc${low.repeat(2).slice(2)}` }),
  )
  check(
    "on a trace named by a text",
    { trace_id: "my trace" },
    [span("My trace", "1")],
    span("my trace", "1"),
  )
  check("on a session", { session_id: "s" }, others, span("1", "1", { session_id: "s" }))
  check(
    "on a session that is looked for as a text",
    { session_id: "10" },
    [span("1", "2", { session_id: "0xa" })],
    span("1", "1", { session_id: "10" }),
  )
  check(
    "on a join key",
    { feedback_join_key: "k" },
    others,
    span("1", "1", { feedback_join_keys: ["a", "k"] }),
  )
  check(
    "on a join key in another case",
    { feedback_join_key: "k" },
    [span("1", "2", { feedback_join_keys: ["K"] })],
    span("1", "1", { feedback_join_keys: ["k"] }),
  )

  // Copies of one week are merged by and by, copies of two never.
  for (const later of [0, 8 * dayMs]) {
    test(`is what a span's last copy has left, ${later / dayMs} days after the first`, async () => {
      const org = world.newOrg()
      const said = [
        feedback({ session_id: "s" }),
        feedback({ feedback_join_key: "k" }),
        feedback({ span_id: "2" }),
      ]
      await org.arrive([...said, span("1", "2", { session_id: "s", feedback_join_keys: ["k"] })])
      expect(await unmatched(org)).toEqual([])
      await org.arrive([span("1", "2", { session_id: "t", feedback_join_keys: ["l"] })], nowMs + later)
      const left = said.slice(0, 2).map((event) => idIn(org, event))
      for (let time = 0; time < 2; time += 1) {
        expect((await unmatched(org)).sort()).toEqual([...left].sort())
        for (const id of left) {
          expect((await world.search.getFeedback(org, id)).matched.span_count).toBe(0)
        }
        await world.tidy()
      }
    })
  }

  test("says why, and since when", async () => {
    const org = world.newOrg()
    const targets = [{ span_id: "1" }, { trace_id: "1" }, { session_id: "1" }, { feedback_join_key: "1" }]
    await org.arrive(targets.map((about, at) => feedback(about, { timestamp_ms: nowMs - at })))
    const { data } = await world.search.listUnmatched(org, { limit: 10 }, nowMs + 7_000)
    expect(data.map(({ reason, age_ms }) => [reason, age_ms])).toEqual([
      ["No span with this id has arrived. It joins by itself when one does.", 7_000],
      ["No span of a trace with this id has arrived. It joins by itself when one does.", 7_000],
      ["No span that names this session has arrived. It joins by itself when one does.", 7_000],
      [
        "No span that carries this feedback_join_key, as a field or a tag, has arrived. It joins by itself when one does.",
        7_000,
      ],
    ])
  })

  test("is only what counts: no history, nothing withdrawn, no evaluations", async () => {
    const org = world.newOrg()
    const [old, current, gone] = [
      feedback({ span_id: "1" }, { timestamp_ms: nowMs - 2_000 }),
      feedback({ span_id: "1" }, { timestamp_ms: nowMs - 1_000 }),
      feedback({ span_id: "2" }),
    ]
    await org.arrive([old, current, gone, evaluation({ join_on: { span: { span_id: "3" } } })])
    await org.arrive([withdrawal(idIn(org, gone)), current])
    expect(await unmatched(org)).toEqual([idIn(org, current)])
  })

  test("is found behind many words that were superseded", async () => {
    const org = world.newOrg()
    const wavering = Array.from({ length: 2_500 }, (_, at) =>
      feedback({ span_id: "1" }, { timestamp_ms: nowMs - 10_000 + at }),
    )
    const [last, older] = [
      wavering.at(-1) as Event,
      feedback({ span_id: "2" }, { timestamp_ms: nowMs - 20_000 }),
    ]
    await org.arrive([...wavering, older])
    expect(await unmatched(org)).toEqual([idIn(org, last), idIn(org, older)])
  })

  test("is found among very much that matches", { timeout: 60_000 }, async () => {
    const org = world.newOrg()
    const matching = Array.from({ length: 2_000 }, (_, at) => [
      feedback({ span_id: String(at) }, { timestamp_ms: nowMs - at }),
      feedback({ trace_id: String(at) }, { timestamp_ms: nowMs - at }),
      feedback({ session_id: `a session with a long name ${at}` }, { timestamp_ms: nowMs - at }),
      feedback({ feedback_join_key: `k${at}` }, { timestamp_ms: nowMs - at }),
    ]).flat()
    const spans = Array.from({ length: 2_000 }, (_, at) =>
      span(String(at), String(at), {
        session_id: `a session with a long name ${at}`,
        feedback_join_keys: [`k${at}`],
      }),
    )
    const loose = [1, 500, 1_999].map((at) =>
      feedback({ span_id: `loose ${at}` }, { timestamp_ms: nowMs - at }),
    )
    await org.arrive([...matching, ...loose, ...spans])
    expect(await unmatched(org)).toEqual(loose.map((event) => idIn(org, event)))
  })
})

describe("rejected events, newest first", () => {
  test("stand once each, where they first arrived", async () => {
    const org = world.newOrg()
    const events = Array.from({ length: 11 }, (_, at) => rejected(`detail ${at}`))
    for (const [at, event] of events.entries()) await org.arrive([event], nowMs + Math.floor(at / 2) * 1000)
    await org.arrive(events.slice(2, 5), nowMs + 40 * dayMs)
    const all = await readAll(
      (cursor) => world.search.listRejected(org, { limit: 3, cursor }),
      (pages) => org.arrive(events.slice(pages, pages + 4), nowMs + (50 + pages) * dayMs),
    )
    expect(all.map(({ detail }) => detail).sort()).toEqual(events.map((_, at) => `detail ${at}`).sort())
    expect(all.map(({ arrived }) => arrived)).toEqual(
      [5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0].map((second) => nowMs + second * 1000),
    )
    expect((await world.search.listRejected(world.newOrg(), { limit: 3 })).data).toEqual([])
  })

  test("come back as they were kept", async () => {
    const org = world.newOrg()
    const event = rejected(`it's "bad" \\ \n\0 🦄`)
    const [id] = await org.arrive([event])
    const { data } = await world.search.listRejected(org, { limit: 3 })
    expect(data).toEqual([event.kind === "rejected" && { id, ...event.rejected, arrived: nowMs }])
  })
})
