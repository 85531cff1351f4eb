// The demo's week is what its README says, and sending it twice is sending it once.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { story } from "../examples/demo/story.ts"
import type { Feedback } from "../examples/demo/said.ts"
import type { Span } from "../examples/demo/trace.ts"
import { firstTraceId, makeWeek, type Week } from "../examples/demo/week.ts"
import { cleanEnvironment, listen, startSayso, until, type Json, type Sayso } from "./harness.ts"

const endMs = Date.parse("2026-11-20T16:30:00Z")
const targets = ["span_id", "trace_id", "session_id", "feedback_join_key"] as const
type TargetName = (typeof targets)[number]

describe("the week", () => {
  const week = makeWeek({ seed: 1, endMs })
  const all = [...week.feedback, ...week.evaluations]

  test("is the same for the same seed and end, and another for another", () => {
    expect(JSON.stringify(makeWeek({ seed: 1, endMs }))).toBe(JSON.stringify(week))
    const other = makeWeek({ seed: 2, endMs })
    expect(other.feedback).not.toEqual(week.feedback)
    expect(new Set([...spanIds(other), ...spanIds(week)]).size).toBe(other.spans.length + week.spans.length)
  })

  test("is about as large as promised", () => {
    expect(week.spans.length).toBeGreaterThan(18_000)
    expect(week.spans.length).toBeLessThan(24_000)
    expect(new Set(week.spans.map(({ session_id }) => session_id)).size).toBeGreaterThan(2_900)
    expect(week.feedback.length).toBeGreaterThan(2_300)
    expect(week.feedback.length).toBeLessThan(2_900)
    expect(week.evaluations.length).toBeGreaterThan(300)
    const largest = Math.max(...countBy(week.spans, ({ trace_id }) => trace_id).values())
    expect(largest).toBeGreaterThan(550)
    expect(new Set(week.spans.map(({ meta }) => meta.kind))).toEqual(
      new Set(["llm", "tool", "workflow", "agent", "retrieval", "embedding", "task"]),
    )
  })

  test("has ids as tracers make them, each of them once", () => {
    expect(new Set(spanIds(week)).size).toBe(week.spans.length)
    const odd = week.spans.filter(
      ({ trace_id, span_id }) => !/^[0-9a-f]{32}$/.test(trace_id) || BigInt(span_id) >= 2n ** 63n,
    )
    expect(odd).toEqual([])
    const parents = new Set(["undefined", ...week.spans.map(({ trace_id, span_id }) => trace_id + span_id)])
    const orphans = week.spans.filter(
      ({ trace_id, parent_id }) => !parents.has(parent_id) && !parents.has(trace_id + parent_id),
    )
    expect(orphans).toEqual([])
  })

  test("starts with the trace by which it is found, and nothing in it is later than its end", () => {
    expect(week.spans[0]?.trace_id).toBe(firstTraceId({ seed: 1 }))
    expect(week.spans[0]?.start_ns).toBe(`${week.calendar.startMs}000000`)
    const lastSpanNs = week.spans.map(({ start_ns, duration }) => BigInt(start_ns) + BigInt(duration))
    expect(lastSpanNs.filter((ns) => ns > BigInt(endMs) * 1_000_000n)).toEqual([])
    expect(all.filter(({ timestamp_ms }) => timestamp_ms > endMs)).toEqual([])
    expect(all.filter(({ timestamp_ms }) => timestamp_ms < week.calendar.startMs)).toEqual([])
  })

  test("is said after what it is about", () => {
    const startMs = startsOf(week)
    const early = all.filter((event) => event.timestamp_ms < (startMs.get(subjectOf(event)) ?? 0))
    expect(early).toEqual([])
  })

  test("has no slot that was left open", () => {
    // The templates of prompts have double braces, and keep them; code may have any.
    const said = all
      .map((event) => JSON.stringify(event))
      .filter((text) => /[{|][a-zA-Z]+\}|"~|"\d\|/.test(text))
    expect(said).toEqual([])
    const answers = week.spans.filter(
      ({ ml_app, meta }) =>
        ml_app === "shop-assistant" &&
        /\{\w+\}/.test(JSON.stringify([meta.output, meta.input?.value, meta.input?.messages])),
    )
    expect(answers.map(({ meta }) => meta.output)).toEqual([])
  })

  test("names targets that are there, but for the few that never arrive", () => {
    const startMs = startsOf(week)
    const lost = all.filter((event) => !startMs.has(subjectOf(event)))
    expect(lost).toEqual(week.unmatched.toSorted((a, b) => a.timestamp_ms - b.timestamp_ms))
    expect(lost).toHaveLength(6)
    for (const { feedback } of week.withdrawals) expect(week.feedback).toContain(feedback)
  })

  test("has every metric type on every target", () => {
    const shapes = new Set(week.feedback.map((event) => `${event.metric_type} ${targetOf(event)[0]}`))
    const types = ["categorical", "score", "boolean", "json", "text"]
    expect(shapes).toEqual(new Set(types.flatMap((type) => targets.map((target) => `${type} ${target}`))))
  })

  test("keeps the figures of its stories, whatever the seed and the end", () => {
    for (const seed of [1, 2]) {
      const told = makeWeek({ seed, endMs: endMs - seed * 31 * 3_600_000 })
      const down = returnsDown(told)
      expect(down["6"]).toBeCloseTo(story.returnsDown, 1)
      expect(Math.abs((down["7"] ?? 0) - story.returnsDownInVersion7)).toBeLessThan(0.06)
      expect(down["8"]).toBeLessThan(0.2)
      const accepted = acceptedByModel(told)
      expect(Math.abs((accepted["claude-sonnet-4-5"] ?? 0) - story.acceptedOldModel)).toBeLessThan(0.06)
      expect(Math.abs((accepted["claude-sonnet-5"] ?? 0) - story.acceptedNewModel)).toBeLessThan(0.06)
    }
  })

  test("has the people of its stories", () => {
    const { worstTraceId, furiousSessionId, disputedKey } = week.worthOpening
    const furious = week.feedback.filter(({ submitter }) => submitter.id === "customer-20417")
    expect(new Set(furious.map(({ score_value }) => score_value))).toEqual(new Set([1, undefined]))
    expect(furious.some((event) => "session_id" in event && event.session_id === furiousSessionId)).toBe(true)

    const traces = new Set(
      week.spans.filter(({ feedback_join_key: key }) => key === disputedKey).map(({ trace_id }) => trace_id),
    )
    const disputed = week.feedback.filter(
      (event) =>
        targetOf(event)[1] === disputedKey || ("trace_id" in event && traces.has(event.trace_id ?? "")),
    )
    expect(new Set(disputed.map(({ submitter }) => submitter.id)).size).toBe(6)
    expect(new Set(disputed.map(({ assessment }) => assessment))).toEqual(
      new Set(["pass", "fail", undefined]),
    )
    expect(week.feedback.filter((event) => targetOf(event)[1] === worstTraceId).length).toBeGreaterThan(5)
  })
})

describe("the command", () => {
  let sayso: Sayso

  beforeAll(async () => {
    sayso = await startSayso()
  })
  afterAll(() => sayso.stop())

  test("twice is once", async () => {
    const first = await demo("--url", sayso.url, "--sessions", "300")
    expect(first).toMatchObject({ code: 0, stderr: "" })
    const { spans, feedback } = sent(first.stdout)
    // Reads are a moment behind.
    await until(async () => expect((await counts(sayso)).feedback).toBe(feedback))
    const before = await counts(sayso)
    expect(before).toMatchObject({ unmatched: 6, rejected: 0, withdrawn: 3 })
    expect(first.stdout).toContain("INC-2041")

    const second = await demo("--url", sayso.url, "--sessions", "300")
    expect(second).toMatchObject({ code: 0, stderr: "" })
    expect(second.stdout).toContain("is there already")
    expect(sent(second.stdout)).toEqual({ spans, feedback })
    expect(second.stdout.split("\n").slice(2)).toEqual(first.stdout.split("\n").slice(1))
    expect(await counts(sayso)).toEqual(before)
  })

  test("does not move a week that is there, nor into the future", async () => {
    const moved = await demo("--url", sayso.url, "--sessions", "300", "--end", "2026-01-01T00:00:00Z")
    expect(moved.code).toBe(1)
    expect(moved.stderr).toMatch(/^The week of seed 1 is there already and ends at .*Z\. Leave --end out/)
    const early = await demo("--url", sayso.url, "--end", "2999-01-01")
    expect(early).toMatchObject({ code: 1, stderr: "--end 2999-01-01 lies in the future.\n" })
  })

  test("says where it found nobody", async () => {
    const { code, stderr } = await demo("--url", "http://127.0.0.1:9")
    expect(code).toBe(1)
    expect(stderr).toBe(
      "Nothing answers at http://127.0.0.1:9: start one with npm start, or say where it is with --url.\n",
    )
  })
})

function spanIds({ spans }: Week): string[] {
  return spans.map(({ span_id }) => span_id)
}

function targetOf(event: Feedback): [name: TargetName, value: string] {
  const found = Object.entries(event).find(([name]) => targets.some((target) => target === name))
  return found as [TargetName, string]
}

/** What an event is about, as one text. */
function subjectOf(event: Week["feedback"][number] | Week["evaluations"][number]): string {
  if (event.event_kind === "feedback") return targetOf(event).join(" ")
  if ("session_id" in event) return `session_id ${event.session_id}`
  const { join_on } = event as { join_on: { span?: { span_id: string }; tag?: { value: string } } }
  return join_on.span ? `span_id ${join_on.span.span_id}` : `tag ${join_on.tag?.value}`
}

/** When everything that can be spoken about began (epoch ms). */
function startsOf({ spans }: Week): Map<string, number> {
  const starts = new Map<string, number>()
  for (const span of spans) {
    const names = [
      `span_id ${span.span_id}`,
      `trace_id ${span.trace_id}`,
      `session_id ${span.session_id}`,
      ...(span.feedback_join_key === undefined ? [] : [`feedback_join_key ${span.feedback_join_key}`]),
      ...span.tags.filter((tag) => tag.startsWith("message_id:")).map((tag) => `tag ${tag.slice(11)}`),
    ]
    for (const name of names)
      if (!starts.has(name)) starts.set(name, Number(BigInt(span.start_ns) / 1_000_000n))
  }
  return starts
}

/** The latest word of everybody on everything, as a server would count it; what was withdrawn does not count. */
function current({ feedback, withdrawals }: Week): Feedback[] {
  const latest = new Map<string, Feedback>()
  for (const event of feedback) {
    if (withdrawals.some((withdrawal) => withdrawal.feedback === event)) continue
    latest.set(JSON.stringify([targetOf(event), event.label, event.submitter]), event)
  }
  return [...latest.values()]
}

/** The share of thumbs down on answers about returns, by the version of the prompt. The usual customers only. */
function returnsDown(week: Week): Record<string, number> {
  const roots = new Map(week.spans.filter(isRoot).map((span) => [span.trace_id, span]))
  const spans = new Map(week.spans.map((span) => [span.span_id, span]))
  const replies = new Map(
    week.spans.filter(({ name }) => name === "write_reply").map((span) => [span.trace_id, span]),
  )
  const votes = current(week).flatMap((event) => {
    const [name, value] = targetOf(event)
    const traceId = name === "span_id" ? spans.get(value)?.trace_id : value
    const root = roots.get(traceId ?? "")
    const version = (replies.get(traceId ?? "")?.meta.input?.prompt as { version: string } | undefined)
      ?.version
    const counts =
      event.label === "thumbs" &&
      event.ml_app === "shop-web" &&
      event.submitter.id !== "customer-20417" &&
      root?.tags.includes("topic:returns") === true
    return counts && version !== undefined
      ? [{ group: version, yes: event.categorical_value === "down" }]
      : []
  })
  return shares(votes)
}

function acceptedByModel(week: Week): Record<string, number> {
  const models = new Map(
    week.spans
      .filter((span) => isRoot(span) && span.name === "coding_agent")
      .map((span) => [span.trace_id, String(span.meta.metadata?.["model"])]),
  )
  const spans = new Map(week.spans.map((span) => [span.span_id, span]))
  const votes = current(week).flatMap((event) => {
    const model = models.get(spans.get(targetOf(event)[1])?.trace_id ?? "")
    return event.label === "suggestion_accepted" && model !== undefined
      ? [{ group: model, yes: event.categorical_value === "accepted" }]
      : []
  })
  return shares(votes)
}

function isRoot({ parent_id }: Span): boolean {
  return parent_id === "undefined"
}

function shares(votes: readonly { group: string; yes: boolean }[]): Record<string, number> {
  const groups = Object.groupBy(votes, ({ group }) => group)
  return Object.fromEntries(
    Object.entries(groups).map(([group, members = []]) => [
      group,
      members.filter(({ yes }) => yes).length / members.length,
    ]),
  )
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

/** Runs the real command to its end. */
async function demo(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const main = join(import.meta.dirname, "..", "examples", "demo", "main.ts")
  const child = spawn(process.execPath, [main, ...args], { env: cleanEnvironment({}) })
  const { printed, log } = listen(child)
  const [code] = (await once(child, "close")) as [number | null]
  return { code, stdout: printed(), stderr: log() }
}

/** What the command says that it sent. */
function sent(stdout: string): { spans: number; feedback: number } {
  const [, spans = "", feedback = ""] = /Sent ([\d,]+) spans .* ([\d,]+) feedback events/.exec(stdout) ?? []
  return { spans: Number(spans.replaceAll(",", "")), feedback: Number(feedback.replaceAll(",", "")) }
}

async function counts(sayso: Sayso): Promise<Record<string, unknown>> {
  const feedback = await everything(sayso, "/api/v1/feedback?all=true&")
  const worst = await sayso.get(`/api/v1/traces/${firstTraceId({ seed: 1, sessions: 300 })}`)
  const entity = await sayso.get("/api/v1/entities/INC-2041")
  return {
    feedback: feedback.length,
    current: feedback.filter(({ state }) => state === "current").length,
    withdrawn: feedback.filter(({ state }) => state === "withdrawn").length,
    unmatched: (await everything(sayso, "/api/v1/feedback/unmatched?")).length,
    rejected: (await everything(sayso, "/api/v1/rejected?")).length,
    firstTrace: [worst.json.data.span_count, worst.json.data.start_ns],
    entity: [entity.json.data.spans.length, entity.json.data.summary],
  }
}

/** All pages of a list. */
async function everything(sayso: Sayso, path: string): Promise<Json[]> {
  const items: Json[] = []
  for (let cursor = ""; ;) {
    const { json } = await sayso.get(`${path}limit=1000${cursor}`)
    items.push(...json.data)
    if (json.meta.cursor === undefined) return items
    cursor = `&cursor=${encodeURIComponent(json.meta.cursor)}`
  }
}
