import { afterAll, beforeAll, expect, test } from "vitest"
import type { Feedback, Event } from "@sayso/protocol/event.ts"
import { dayMs } from "@sayso/protocol/time.ts"
import { evaluation, feedback, openWorld, nowMs, span, withdrawal, type World } from "./world.testing.ts"

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

const said = (n: number, more: Partial<Feedback>): Event =>
  feedback({ session_id: "s" }, { submitter: { id: `u${n}` }, ...more })
const scored = (n: number, score?: number): Event =>
  said(n, { label: "stars", metric_type: "score", ...(score !== undefined && { score_value: score }) })

const check = (title: string, expected: object, ...events: Event[]): void =>
  test(title, async () => {
    const org = world.newOrg()
    await org.arrive(events)
    await world.newOrg().arrive([said(1, { label: "another org's", ml_app: "another org's" })])
    expect(await world.search.listFeedbackFields(org)).toEqual(expected)
  })

const thumbs = { label: "thumbs", metric_types: ["categorical"] }

check(
  "no feedback has no fields",
  { ml_apps: [], labels: [] },
  evaluation({ session_id: "s" }, { ml_app: "a" }),
)
check(
  "while there is none, the latest span says that spans arrive",
  {
    ml_apps: [],
    labels: [],
    newest_span: expect.objectContaining({ trace_id: "1", span_id: "3", time: nowMs }) as object,
  },
  span("1", "2", { start_ns: `${nowMs - 1_000}000000` }),
  span("1", "3", { start_ns: `${nowMs}000000` }),
)
check("an application that was not named is none", { ml_apps: [], labels: [thumbs] }, said(1, {}))
check(
  "the most frequent come first, equals by name",
  { ml_apps: ["web", "app", "bot"], labels: [{ ...thumbs, label: "done" }, thumbs] },
  said(1, { ml_app: "bot" }),
  said(2, { ml_app: "app", label: "done" }),
  said(3, { ml_app: "web", label: "done" }),
  said(4, { ml_app: "web", label: "done" }),
)
check(
  "scores say from where to where",
  { ml_apps: [], labels: [{ label: "stars", metric_types: ["score"], scores: { min: -0.5, max: 5 } }] },
  ...[3, -0.5, 5, 0].map((score, n) => scored(n, score)),
)
check(
  "scores of nothing say nothing",
  { ml_apps: [], labels: [{ label: "stars", metric_types: ["score"] }] },
  scored(1),
)
check(
  "a label may be asked in several ways",
  {
    ml_apps: [],
    labels: [{ label: "stars", metric_types: ["boolean", "score", "text"], scores: { min: 0, max: 0 } }],
  },
  scored(1, 0),
  said(2, { label: "stars", metric_type: "text", text_value: "5" }),
  said(3, { label: "stars", metric_type: "boolean", boolean_value: true }),
)

test("what was superseded or withdrawn, or came twice, is still a field, once", async () => {
  const org = world.newOrg()
  const [id = ""] = await org.arrive([said(1, { ml_app: "web" }), said(1, { ml_app: "app", label: "done" })])
  await org.arrive([withdrawal(id), said(1, { ml_app: "web" })], nowMs + 8 * dayMs)
  expect(await world.search.listFeedbackFields(org)).toEqual({
    ml_apps: ["web", "app"],
    labels: [thumbs, { ...thumbs, label: "done" }],
  })
})

test("there are at most 1,000 of each", async () => {
  const org = world.newOrg()
  const frequent = [1, 2].map((n) => said(n, { ml_app: "often", label: "often" }))
  const many = Array.from({ length: 1_200 }, (_, n) => said(n, { ml_app: `app ${n}`, label: `label ${n}` }))
  await org.arrive([...many, ...frequent])
  const { ml_apps, labels } = await world.search.listFeedbackFields(org)
  expect([ml_apps.length, ml_apps[0], labels.length, labels[0]?.label]).toEqual([
    1000,
    "often",
    1000,
    "often",
  ])
})
