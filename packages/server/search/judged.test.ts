import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Event } from "@sayso/protocol/event.ts"
import { dayMs, hourMs } from "@sayso/protocol/time.ts"
import {
  evaluation,
  feedback,
  idIn,
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

/** Words by a name, and the withdrawals among them: `-a` withdraws `a`. */
type Words = Record<string, Event | undefined>

/** What became of each feedback word of the org, as `a current, b superseded`. */
async function fates(org: Org, words: Words): Promise<string> {
  const { data } = await world.search.listFeedback(org, { all: true }, { limit: 1000 })
  return describeAll(org, words, data)
}

function describeAll(org: Org, words: Words, found: readonly { id: string; state: string }[]): string {
  const names = Object.entries(words).filter(
    (entry): entry is [string, Event] => entry[1]?.kind === "eval_metric",
  )
  const states = names.map(([name, event]) => {
    const same = found.filter((row) => row.id === idIn(org, event))
    return `${name} ${same.map((row) => row.state).join("+") || "missing"}`
  })
  expect(found).toHaveLength(names.length)
  return states.join(", ")
}

/** Lets the words arrive one after the other, a minute between them, in each org in its own order. */
async function say(
  words: Words,
  orders: readonly (readonly [org: Org, order: readonly string[]])[],
): Promise<void> {
  const steps = Math.max(...orders.map(([, order]) => order.length))
  for (let step = 0; step < steps; step += 1) {
    const arrivals = orders.map(([{ org }, order]) => {
      const name = order[step] ?? ""
      const named = words[name.slice(1)]
      const event = name.startsWith("-") && named ? withdrawal(idIn({ org }, named)) : words[name]
      return { org, events: event ? [event] : [], atMs: nowMs + step * 60_000 }
    })
    await world.arriveIn(arrivals)
  }
}

function ordersOf(names: readonly string[]): string[][] {
  if (names.length < 2) return [[...names]]
  return names.flatMap((first) =>
    ordersOf(names.filter((name) => name !== first)).map((rest) => [first, ...rest]),
  )
}

/** In every order of arrival. */
function check(
  title: string,
  words: Words,
  expected: string,
  look = fates,
  before: readonly Event[] = [],
): void {
  test(title, async () => {
    const orders = ordersOf(Object.keys(words)).map((order) => [world.newOrg(), order] as const)
    if (before.length > 0)
      await world.arriveIn(orders.map(([{ org }]) => ({ org, events: before, atMs: nowMs })))
    await say(words, orders)
    const found = await Promise.all(
      orders.map(async ([org, order]) => `${order.join()}: ${await look(org, words)}`),
    )
    expect(found).toEqual(orders.map(([, order]) => `${order.join()}: ${expected}`))
  })
}

/** In the order as written. */
function checkInOrder(title: string, words: Words, expected: string): void {
  test(title, async () => {
    const org = world.newOrg()
    await say(words, [[org, Object.keys(words)]])
    expect(await fates(org, words)).toBe(expected)
  })
}

const on = { span_id: "77" }
const at = (second: number): { timestamp_ms: number } => ({ timestamp_ms: nowMs - dayMs + second * 1000 })

describe("the latest word counts", () => {
  check("of one, it is current", { a: feedback(on, at(1)) }, "a current")
  check(
    "by the claimed time, whatever arrives first",
    { a: feedback(on, at(1)), b: feedback(on, at(2)), c: feedback(on, at(3)) },
    "a superseded, b superseded, c current",
  )
  check(
    "also where it says the same again",
    {
      a: feedback(on, { ...at(1), categorical_value: "up" }),
      b: feedback(on, { ...at(2), categorical_value: "up" }),
    },
    "a superseded, b current",
  )
  checkInOrder(
    "of the same time, by arrival",
    { a: feedback(on, { ...at(1), reasoning: "a" }), b: feedback(on, { ...at(1), reasoning: "b" }) },
    "a superseded, b current",
  )
  checkInOrder(
    "of the same time, by arrival, the other way round",
    { b: feedback(on, { ...at(1), reasoning: "b" }), a: feedback(on, { ...at(1), reasoning: "a" }) },
    "b superseded, a current",
  )
  check(
    "whatever the type of the answer",
    {
      a: feedback(on, { ...at(1), metric_type: "boolean", boolean_value: true }),
      b: feedback(on, { ...at(2), metric_type: "score", score_value: 3 }),
    },
    "a superseded, b current",
  )
  check(
    "and texts accumulate, beside whatever else is said under the label",
    {
      a: feedback(on, { ...at(1), metric_type: "text", text_value: "first" }),
      b: feedback(on, { ...at(3), metric_type: "text", text_value: "second" }),
      c: feedback(on, { ...at(2), label: "thumbs" }),
    },
    "a current, b current, c current",
  )

  test("a clock in 2999 freezes a vote for a day and no longer", async () => {
    const words = {
      far: feedback(on, { timestamp_ms: Date.UTC(2999, 0, 1) }),
      soon: feedback(on, { timestamp_ms: nowMs + 10 * hourMs }),
      later: feedback(on, { timestamp_ms: nowMs + 30 * hourMs }),
    }
    const org = world.newOrg()
    await org.arrive([words.far], nowMs)
    await org.arrive([words.soon], nowMs + 10 * hourMs)
    const { far, soon } = words
    expect(await fates(org, { far, soon })).toBe("far current, soon superseded")
    await org.arrive([words.later], nowMs + 30 * hourMs)
    expect(await fates(org, words)).toBe("far superseded, soon superseded, later current")
  })

  test("clocks in 2999 among themselves go by arrival", async () => {
    const words = {
      a: feedback(on, { timestamp_ms: Date.UTC(2999, 5, 1) }),
      b: feedback(on, { timestamp_ms: Date.UTC(2999, 0, 1) }),
    }
    const org = world.newOrg()
    await org.arrive([words.a], nowMs)
    await org.arrive([words.b], nowMs + hourMs)
    expect(await fates(org, words)).toBe("a superseded, b current")
  })

  test("times of old clocks, in 1970, order as they are", async () => {
    const words = { a: feedback(on, { timestamp_ms: 2 }), b: feedback(on, { timestamp_ms: 1 }) }
    const org = world.newOrg()
    await say(words, [[org, ["a", "b"]]])
    expect(await fates(org, words)).toBe("a current, b superseded")
  })
})

describe("apart are", () => {
  const apart = (title: string, a: Event, b: Event): void => check(title, { a, b }, "a current, b current")
  apart(
    "submitters",
    feedback(on, { ...at(1), submitter: { id: "u" } }),
    feedback(on, { ...at(2), submitter: { id: "v" } }),
  )
  apart(
    "submitters of two types",
    feedback(on, { ...at(1), submitter: { id: "u", type: "user" } }),
    feedback(on, { ...at(2), submitter: { id: "u", type: "agent" } }),
  )
  apart(
    "a submitter of a type and one of none",
    feedback(on, { ...at(1), submitter: { id: "u", type: "user" } }),
    feedback(on, { ...at(2), submitter: { id: "u" } }),
  )
  apart("labels", feedback(on, { ...at(1), label: "a" }), feedback(on, { ...at(2), label: "b" }))
  apart("a span and a trace of one id", feedback({ span_id: "5" }, at(1)), feedback({ trace_id: "5" }, at(2)))
  apart(
    "a session and a join key of one text",
    feedback({ session_id: "5" }, at(1)),
    feedback({ feedback_join_key: "5" }, at(2)),
  )
  apart("two spans", feedback({ span_id: "5" }, at(1)), feedback({ span_id: "6" }, at(2)))
  apart(
    "spellings of a session",
    feedback({ session_id: "10" }, at(1)),
    feedback({ session_id: "000000000000000a" }, at(2)),
  )
  apart(
    "join keys in two cases",
    feedback({ feedback_join_key: "Inc" }, at(1)),
    feedback({ feedback_join_key: "inc" }, at(2)),
  )
  apart(
    "names that only look alike when put together",
    feedback(on, { ...at(1), label: "ab", submitter: { id: "c" } }),
    feedback(on, { ...at(2), label: "a", submitter: { id: "bc" } }),
  )
  test("orgs", async () => {
    const [one, two] = [world.newOrg(), world.newOrg()]
    const words = { a: feedback(on, at(1)) }
    await one.arrive([words.a])
    await two.arrive([feedback(on, at(2)), withdrawal(idIn(one, words.a))])
    expect(await fates(one, words)).toBe("a current")
  })
})

describe("one target in two spellings is one target", () => {
  const same = (a: string, b: string): void => {
    check(
      `span ${a} and ${b}`,
      { a: feedback({ span_id: a }, at(1)), b: feedback({ span_id: b }, at(2)) },
      "a superseded, b current",
    )
    check(
      `trace ${b} and ${a}`,
      { a: feedback({ trace_id: b }, at(1)), b: feedback({ trace_id: a }, at(2)) },
      "a superseded, b current",
    )
  }
  same("1683799351859669567", "175e0e96e0a0ea3f")
  same("175E0E96E0A0EA3F", "0x175e0e96e0a0ea3f")
  same("0000000000000000175e0e96e0a0ea3f", "1683799351859669567")
  same("66f1a5b300000000175e0e96e0a0ea3f", "1683799351859669567")
  same("66f1a5b300000000175e0e96e0a0ea3f", "66F1A5B300000000175E0E96E0A0EA3F")
  same("-1", "18446744073709551615")
  same("-1", "ffffffffffffffff")
  same("007", "7")
  // Digits that could be either notation.
  same("1234567890123456", "0x1234567890123456")
  same("1234567890123456", "+1234567890123456")
  same("a text", "a text")
})

describe("full 128-bit numbers", () => {
  const one = "aaaaaaaaaaaaaaaa00000000000000ff"
  const two = "bbbbbbbbbbbbbbbb00000000000000ff"
  const low = "255"
  const word = (id: string, second: number): Event => feedback({ trace_id: id }, at(second))
  check("whose upper halves differ are two", { a: word(one, 1), b: word(two, 2) }, "a current, b current")
  check(
    "a later word on the low half supersedes both",
    { a: word(one, 1), b: word(two, 2), c: word(low, 3) },
    "a superseded, b superseded, c current",
  )
  check(
    "an earlier one is superseded by either",
    { c: word(low, 1), a: word(one, 2), b: word(two, 3) },
    "c superseded, a current, b current",
  )
  check(
    "one between supersedes the earlier and is superseded by the later",
    { a: word(one, 1), c: word(low, 2), b: word(two, 3) },
    "a superseded, c superseded, b current",
  )
})

describe("a withdrawal", () => {
  const a = feedback(on, at(1))
  const b = feedback(on, at(2))
  const c = feedback(on, at(3))
  check("takes the vote away", { a, "-a": undefined }, "a withdrawn")
  check("does not bring back the one before", { a, b, "-b": undefined }, "a superseded, b withdrawn")
  check("of an older one leaves the current", { a, b, "-a": undefined }, "a withdrawn, b current")
  check(
    "is followed by a new vote, which counts",
    { a, b, "-b": undefined, c },
    "a superseded, b withdrawn, c current",
  )
  check("of all leaves none", { a, b, "-a": undefined, "-b": undefined }, "a withdrawn, b withdrawn")
  check(
    "of a text leaves the other texts",
    {
      d: feedback(on, { ...at(1), metric_type: "text", text_value: "first" }),
      e: feedback(on, { ...at(2), metric_type: "text", text_value: "second" }),
      "-d": undefined,
    },
    "d withdrawn, e current",
  )
  check("of nothing changes nothing", { a, "-nobody": undefined }, "a current")

  test("that is sent again keeps its first time and reason", async () => {
    const org = world.newOrg()
    const [id = ""] = await org.arrive([a])
    await org.arrive([withdrawal(id, "second")], nowMs + 14 * dayMs)
    await org.arrive([withdrawal(id, "first")], nowMs + 7 * dayMs)
    await org.arrive([withdrawal(id, "third")], nowMs + 21 * dayMs)
    const { withdrawn, state } = await world.search.getFeedback(org, id)
    expect({ withdrawn, state }).toEqual({
      withdrawn: { time: nowMs + 7 * dayMs, reason: "first" },
      state: "withdrawn",
    })
  })
})

describe("evaluations", () => {
  const of = (score: number, second: number, more = {}): Event =>
    evaluation(
      { join_on: { span: { span_id: "77", trace_id: "5" } } },
      { ...at(second), score_value: score, ...more },
    )

  const here = [span("5", "77", { session_id: "s", tags: ["job:1", "job:2"] })]
  const looked = async (org: Org, words: Words): Promise<string> =>
    describeAll(org, words, (await world.search.getSession(org, "s")).evaluations)
  const checkEvaluations = (title: string, words: Words, expected: string): void =>
    check(title, words, expected, looked, here)

  checkEvaluations(
    "of one label: the latest counts",
    { a: of(1, 1), b: of(2, 2), c: of(3, 3) },
    "a superseded, b superseded, c current",
  )
  checkEvaluations(
    "of two applications are apart",
    { a: of(1, 1, { ml_app: "x" }), b: of(2, 2, { ml_app: "y" }) },
    "a current, b current",
  )
  checkEvaluations(
    "of two labels are apart",
    { a: of(1, 1, { label: "x" }), b: of(2, 2, { label: "y" }) },
    "a current, b current",
  )
  checkEvaluations(
    "of a session: the latest counts",
    { a: evaluation({ session_id: "s" }, at(1)), b: evaluation({ session_id: "s" }, at(2)), c: of(1, 3) },
    "a superseded, b current, c current",
  )
  checkEvaluations(
    "by a tag: the latest of that tag counts",
    {
      a: evaluation({ join_on: { tag: { key: "job", value: "1" } } }, at(1)),
      b: evaluation({ join_on: { tag: { key: "job", value: "1" } } }, at(2)),
      c: evaluation({ join_on: { tag: { key: "job", value: "2" } } }, at(3)),
    },
    "a superseded, b current, c current",
  )
  checkEvaluations(
    "in two spellings of span and trace are of one target",
    {
      a: of(1, 1),
      b: evaluation(
        { join_on: { span: { span_id: "000000000000004d", trace_id: "0000000000000005" } } },
        at(2),
      ),
    },
    "a superseded, b current",
  )
  checkEvaluations(
    "of a span and of its trace are apart",
    {
      a: of(1, 1),
      b: evaluation({ join_on: { span: { span_id: "77", trace_id: "5" } }, eval_scope: "trace" }, at(2)),
    },
    "a current, b current",
  )
  checkEvaluations(
    "that failed are words too",
    { a: of(1, 1), b: of(0, 2, { status: "ERROR", error: { type: "Timeout" } }) },
    "a superseded, b current",
  )

  test("and feedback leave each other alone", async () => {
    const org = world.newOrg()
    const words = { a: feedback({ session_id: "s" }, { ...at(1), label: "same" }) }
    await org.arrive([words.a, evaluation({ session_id: "s" }, { ...at(2), label: "same" })])
    const { evaluations } = await world.search.getSession(org, "s")
    expect(evaluations.map(({ state }) => state)).toEqual(["current"])
    expect(await fates(org, words)).toBe("a current")
  })
})

describe("what is sent again", () => {
  const a = feedback(on, at(1))
  const b = feedback(on, at(1.001))
  const tied = feedback(on, { ...at(1), reasoning: "tied" })

  test("counts once and keeps its first arrival, over segments and weeks, before and after merges", async () => {
    const org = world.newOrg()
    await org.arrive([a, a], nowMs + 8 * dayMs)
    await org.arrive([a], nowMs)
    await org.arrive([a, b], nowMs + 21 * dayMs)
    const look = async (): Promise<unknown> => {
      const { data } = await world.search.listFeedback(org, { all: true }, { limit: 10 })
      expect(await fates(org, { a, b })).toBe("a superseded, b current")
      return data.map(({ id, arrived }) => [id, arrived])
    }
    const expected = [
      [idIn(org, b), nowMs + 21 * dayMs],
      [idIn(org, a), nowMs],
    ]
    expect(await look()).toEqual(expected)
    await world.tidy()
    expect(await look()).toEqual(expected)
  })

  test("is no later word for that", async () => {
    const org = world.newOrg()
    await say({ a, tied }, [[org, ["a", "tied", "a", "a"]]])
    expect(await fates(org, { a, tied })).toBe("a superseded, tied current")
  })

  test("does not undo a withdrawal", async () => {
    const org = world.newOrg()
    await say({ a }, [[org, ["a", "-a", "a"]]])
    expect(await fates(org, { a })).toBe("a withdrawn")
  })

  test("in another order of tags and fields is the same event", async () => {
    const org = world.newOrg()
    const ids = await org.arrive([
      feedback(on, { ...at(1), tags: ["x", "y"] }),
      feedback(on, { tags: ["y", "x"], ...at(1) }),
    ])
    expect(new Set(ids).size).toBe(1)
    expect((await world.search.listFeedback(org, { all: true }, { limit: 10 })).data).toHaveLength(1)
  })
})
