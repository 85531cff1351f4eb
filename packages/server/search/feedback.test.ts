import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Event, Evaluation, Feedback } from "@sayso/protocol/event.ts"
import { dayMs, hourMs } from "@sayso/protocol/time.ts"
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

async function orgWith(...events: Event[]): Promise<{ org: Org; ids: string[] }> {
  const org = world.newOrg()
  return { org, ids: await org.arrive(events) }
}

describe("feedback comes back field by field as it was sent", () => {
  const text = `it's "x" \\ \n\t\0 🦄 C:\\users \u2028`
  const common = { label: text, timestamp_ms: nowMs - 1, submitter: { id: text, type: "user" } }
  const check = (title: string, metric: Omit<Feedback, "event_kind">): void =>
    test(title, async () => {
      const sent: Feedback = { event_kind: "feedback", ...metric }
      const { org, ids } = await orgWith({ kind: "eval_metric", metric: sent })
      const stored = {
        ...sent,
        tags: sent.tags?.toSorted() ?? [],
        id: ids[0],
        time: nowMs - 1,
        arrived: nowMs,
        state: "current",
      }
      const { history, matched, ...found } = await world.search.getFeedback(org, ids[0] ?? "")
      expect(found).toEqual(stored)
      expect(history).toEqual([])
      expect(matched).toEqual({ span_count: 0, trace_ids: [], session_ids: [], spans: [] })
      expect((await world.search.listFeedback(org, {}, { limit: 2 })).data).toEqual([stored])
    })

  check("categorical, on a span, with all that may be said", {
    ...common,
    eval_scope: "span",
    span_id: "ABC",
    metric_type: "categorical",
    categorical_value: text,
    ml_app: text,
    tags: [text, "a:b"],
    assessment: "fail",
    reasoning: text,
    metadata: { deep: [{ x: [1, null, text] }] },
  })
  check("an empty category", {
    ...common,
    eval_scope: "span",
    span_id: "-1",
    metric_type: "categorical",
    categorical_value: "",
  })
  check("score, on a trace", {
    ...common,
    eval_scope: "trace",
    trace_id: "0x1",
    metric_type: "score",
    score_value: -0.1,
  })
  check("score 0", { ...common, eval_scope: "trace", trace_id: "0x1", metric_type: "score", score_value: 0 })
  check("a score without a value", { ...common, eval_scope: "trace", trace_id: "0x1", metric_type: "score" })
  check("boolean, on a session", {
    ...common,
    eval_scope: "session",
    session_id: text,
    metric_type: "boolean",
    boolean_value: false,
  })
  check("json, on a join key", {
    ...common,
    eval_scope: "external",
    feedback_join_key: text,
    metric_type: "json",
    json_value: { a: { b: [text] }, c: null },
  })
  check("text", {
    ...common,
    eval_scope: "external",
    feedback_join_key: "k",
    metric_type: "text",
    text_value: text.repeat(10_000),
  })
  check("an empty text", {
    ...common,
    eval_scope: "external",
    feedback_join_key: "k",
    metric_type: "text",
    text_value: "",
  })
  check("of a submitter without a type", {
    ...common,
    submitter: { id: "u" },
    eval_scope: "session",
    session_id: "s",
    metric_type: "categorical",
    categorical_value: "up",
  })
})

describe("an evaluation comes back field by field as it was sent", () => {
  const check = (title: string, metric: Omit<Evaluation, "event_kind" | "timestamp_ms">): void =>
    test(title, async () => {
      const sent: Evaluation = { event_kind: "evaluation", timestamp_ms: nowMs - 1, ...metric }
      const here = span("5", "7", { session_id: "s", tags: ["job:a:b"] })
      const { org, ids } = await orgWith(here, { kind: "eval_metric", metric: sent })
      const { evaluations } = await world.search.getSession(org, "s")
      const places = { on_spans: metric.session_id === undefined ? ["7"] : [], counted: true }
      const stored = {
        ...sent,
        tags: sent.tags ?? [],
        id: ids[1],
        time: nowMs - 1,
        arrived: nowMs,
        state: "current",
      }
      expect(evaluations).toEqual([{ ...stored, ...places }])
    })
  const onSpan = { join_on: { span: { span_id: "7", trace_id: "5" } }, eval_scope: "span" } as const

  check("of a span", {
    ...onSpan,
    label: "a",
    metric_type: "json",
    json_value: { x: 1 },
    reasoning: "r",
    assessment: "pass",
  })
  check("of a span without its trace", {
    ...onSpan,
    join_on: { span: { span_id: "7" } },
    label: "a",
    metric_type: "boolean",
    boolean_value: true,
  })
  check("of a trace", {
    ...onSpan,
    eval_scope: "trace",
    label: "a",
    metric_type: "score",
    score_value: 0,
    ml_app: "m",
    tags: ["t"],
  })
  check("of a session", {
    session_id: "s",
    eval_scope: "session",
    label: "a",
    metric_type: "categorical",
    categorical_value: "x",
  })
  check("by a tag", {
    join_on: { tag: { key: "job", value: "a:b" } },
    eval_scope: "span",
    label: "a",
    metric_type: "score",
    score_value: 1,
  })
  check("that failed", {
    ...onSpan,
    label: "a",
    metric_type: "score",
    status: "ERROR",
    error: { type: "T", message: "m" },
  })
  check("that failed to categorise", {
    ...onSpan,
    label: "a",
    metric_type: "categorical",
    status: "WARN",
    error: { type: "T" },
  })
  check("that went well and says so", {
    ...onSpan,
    label: "a",
    metric_type: "categorical",
    categorical_value: "",
    status: "OK",
  })
})

describe("one feedback event", () => {
  const say = (second: number, more: Partial<Feedback> = {}): Event =>
    feedback({ trace_id: "255" }, { timestamp_ms: nowMs - hourMs + second * 1000, ...more })

  test("has the other words of its submitter on its target under its label, newest first", async () => {
    const others = [
      say(3, { submitter: { id: "v" } }),
      say(3, { submitter: { id: "u", type: "agent" } }),
      say(3, { label: "other" }),
      feedback({ trace_id: "254" }),
      feedback({ span_id: "255" }),
    ]
    const { org, ids } = await orgWith(
      say(1),
      say(4),
      feedback({ trace_id: "00000000000000ff" }, { timestamp_ms: nowMs }),
      say(2),
      ...others,
    )
    await org.arrive([say(1), say(4), withdrawal(ids[1] ?? "")], nowMs + dayMs)
    const event = await world.search.getFeedback(org, ids[0] ?? "")
    expect([event.id, event.state]).toEqual([ids[0], "superseded"])
    expect(event.history.map(({ id, state }) => [id, state])).toEqual([
      [ids[2], "current"],
      [ids[1], "withdrawn"],
      [ids[3], "superseded"],
    ])
  })

  test("has no word on another number with the same lower half in its history", async () => {
    const [one, two] = ["aaaaaaaaaaaaaaaa00000000000000ff", "bbbbbbbbbbbbbbbb00000000000000ff"]
    const { org, ids } = await orgWith(
      feedback({ trace_id: one }, { timestamp_ms: nowMs - 3 }),
      feedback({ trace_id: two }, { timestamp_ms: nowMs - 2 }),
      feedback({ trace_id: "255" }, { timestamp_ms: nowMs - 1 }),
    )
    const history = async (at: number): Promise<unknown> =>
      (await world.search.getFeedback(org, ids[at] ?? "")).history.map(({ id }) => ids.indexOf(id))
    expect([await history(0), await history(1), await history(2)]).toEqual([[2], [2], [1, 0]])
  })

  test("is found by its id in capitals, and by nothing else", async () => {
    const { org, ids } = await orgWith(say(1), evaluation({ session_id: "s" }))
    const [id = "", evaluationId = ""] = ids
    expect((await world.search.getFeedback(org, id.toUpperCase())).id).toBe(id)
    for (const other of [
      evaluationId,
      "7c9e6679-7425-40de-944b-e07fc1f90ae7",
      "",
      "x",
      `${id}0`,
      `{${id}}`,
      id.replaceAll("-", ""),
    ]) {
      await expect(world.search.getFeedback(org, other)).rejects.toMatchObject({
        code: "not_found",
        message: `There is no feedback event ${other}.`,
      })
    }
    await expect(world.search.getFeedback(world.newOrg(), id)).rejects.toMatchObject({ code: "not_found" })
  })

  test("stands at its first arrival, and stays the same event when it is withdrawn and sent again", async () => {
    const { org, ids } = await orgWith(say(1))
    await org.arrive([withdrawal(ids[0] ?? "", "a slip"), say(1)], nowMs + 9 * dayMs)
    expect(await world.search.getFeedback(org, ids[0] ?? "")).toMatchObject({
      arrived: nowMs,
      state: "withdrawn",
      withdrawn: { time: nowMs + 9 * dayMs, reason: "a slip" },
    })
  })
})

describe("what a feedback event is about", () => {
  const about = { session_id: "s", feedback_join_keys: ["k"], ml_app: "agent", span_kind: "tool" }
  const spans = [
    span("1", "10", { ...about, start_ns: `${nowMs + 2}000000` }),
    span("1", "11", { ...about, start_ns: `${nowMs + 1}000000`, session_id: "" }),
    span("2", "20", { ...about, start_ns: `${nowMs}000000`, session_id: "t" }),
    span("3", "30"),
  ]
  const check = (title: string, target: Parameters<typeof feedback>[0], expected: object): void =>
    test(title, async () => {
      const { org, ids } = await orgWith(feedback(target, { ml_app: "web" }), ...spans)
      await org.arrive(spans, nowMs + 9 * dayMs)
      await world.newOrg().arrive([...spans, span("1", "12", about)])
      const { matched } = await world.search.getFeedback(org, ids[0] ?? "")
      expect({ ...matched, spans: matched.spans.map(({ span_id }) => span_id) }).toEqual(expected)
    })

  check(
    "a span",
    { span_id: "000000000000000a" },
    { span_count: 1, trace_ids: ["1"], session_ids: ["s"], spans: ["10"] },
  )
  check(
    "a trace",
    { trace_id: "0x1" },
    { span_count: 2, trace_ids: ["1"], session_ids: ["s"], spans: ["11", "10"] },
  )
  check(
    "a session",
    { session_id: "t" },
    { span_count: 1, trace_ids: ["2"], session_ids: ["t"], spans: ["20"] },
  )
  check(
    "a join key",
    { feedback_join_key: "k" },
    { span_count: 3, trace_ids: ["1", "2"], session_ids: ["s", "t"], spans: ["20", "11", "10"] },
  )
  check(
    "nothing that has arrived",
    { span_id: "1" },
    { span_count: 0, trace_ids: [], session_ids: [], spans: [] },
  )
  check(
    "a full number with another upper half",
    { span_id: "aaaaaaaaaaaaaaaa000000000000000a" },
    {
      span_count: 1,
      trace_ids: ["1"],
      session_ids: ["s"],
      spans: ["10"],
    },
  )

  test("is not a span whose full number differs in its upper half", async () => {
    const { org, ids } = await orgWith(
      feedback({ span_id: "aaaaaaaaaaaaaaaa00000000000000ff" }),
      span("1", "bbbbbbbbbbbbbbbb00000000000000ff"),
    )
    expect((await world.search.getFeedback(org, ids[0] ?? "")).matched.span_count).toBe(0)
  })

  test("is named by the first 100 spans, and counted in all", async () => {
    const many = Array.from({ length: 150 }, (_, at) =>
      span("1", String(at + 1), { start_ns: `${nowMs + at}000000` }),
    )
    const { org, ids } = await orgWith(feedback({ trace_id: "1" }), ...many)
    const { matched } = await world.search.getFeedback(org, ids[0] ?? "")
    expect(matched.span_count).toBe(150)
    expect(matched.spans.map(({ span_id }) => Number(span_id))).toEqual(
      Array.from({ length: 100 }, (_, at) => at + 1),
    )
    expect(matched.spans[0]).toEqual({
      trace_id: "1",
      span_id: "1",
      name: "span 1",
      span_kind: "llm",
      ml_app: "chat",
      session_id: "",
    })
  })
})
