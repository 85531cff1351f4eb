// What a newcomer does in the first five minutes: pastes the two printed lines into a shell and reads them back.
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startSayso, until, type Json, type Sayso } from "./harness.ts"

const run = promisify(execFile)
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let sayso: Sayso
/** What the two lines printed when they were pasted. */
let thumb: Json
let comment: Json

beforeAll(async () => {
  sayso = await startSayso()
  ;[thumb, comment] = await paste()
  await until(async () => expect((await sayso.get("/api/v1/feedback")).json.data).toHaveLength(2))
})

afterAll(() => sayso.stop())

/** Pastes the printed lines as they are, and gives the metric that each echoed. */
async function paste(): Promise<Json[]> {
  const lines = sayso.printed().split("\n")
  const posts = lines.filter((line) => /^ +curl .* -d '/.test(line))
  expect(posts).toHaveLength(2)
  const answers = await Promise.all(
    posts.map((line) => run("sh", ["-c", `${line} -w '\\n%{http_code} %{content_type}'`])),
  )
  return answers.map(({ stdout }) => {
    const [body = "", blank, status] = stdout.split("\n")
    expect([blank, status]).toEqual(["", "202 application/vnd.api+json; charset=utf-8"])
    const { data } = JSON.parse(body)
    expect(data).toEqual({
      type: "evaluation_metric",
      id: expect.stringMatching(uuid),
      attributes: { metrics: [expect.anything()] },
    })
    return data.attributes.metrics[0]
  })
}

const who = { id: "user-1", type: "user" }

test("the greeting begins with the pages and a week to look at", () => {
  expect(sayso.printed()).toMatch(
    new RegExp(`^Open ${sayso.url}\n\n.*:\n\n {2}SAYSO_URL=${sayso.url} npm run demo\n\nSayso listens`),
  )
})

test("the greeting says where to look", async () => {
  expect(sayso.printed()).toMatch(
    /^Sayso listens on http:\/\/127\.0\.0\.1:\d+ \(chdb, local mode: no key needed\)$/m,
  )
  expect(sayso.printed()).toMatch(/^ {2}Datadog tracers: http:\/\/127\.0\.0\.1:\d+$/m)
  const line = sayso
    .printed()
    .split("\n")
    .find((text) => /^ +curl -s \S+\/api\/v1\/feedback$/.test(text))
  const { stdout } = await run("sh", ["-c", line ?? "exit 1"])
  expect(JSON.parse(stdout).data).toHaveLength(2)
})

test("each line is answered with the metric, its id and the inferred scope", () => {
  expect(thumb).toEqual({
    id: expect.stringMatching(uuid),
    event_kind: "feedback",
    eval_scope: "span",
    span_id: "5367402366830997855",
    label: "thumbs",
    metric_type: "categorical",
    categorical_value: "down",
    assessment: "fail",
    submitter: who,
    timestamp_ms: expect.any(Number),
  })
  expect(comment).toEqual({
    id: expect.stringMatching(uuid),
    event_kind: "feedback",
    eval_scope: "external",
    feedback_join_key: "ticket-981",
    label: "comment",
    metric_type: "text",
    text_value: "The answer named the wrong train.",
    submitter: who,
    timestamp_ms: expect.any(Number),
  })
})

test("both stand in the list of feedback", async () => {
  const { status, headers, json } = await sayso.get("/api/v1/feedback")
  expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"])
  const stored = (metric: Json): object => ({
    ...metric,
    tags: [],
    state: "current",
    time: metric.timestamp_ms,
    arrived: expect.any(Number),
  })
  expect(json.data).toEqual(expect.arrayContaining([stored(thumb), stored(comment)]))
  expect(json.meta).toEqual({})
  for (const { arrived, time } of json.data) expect(arrived).toBeGreaterThanOrEqual(time)
})

test("one event is read with its history and what it matches, which is nothing yet", async () => {
  const { status, json } = await sayso.get(`/api/v1/feedback/${thumb.id}`)
  expect(status).toBe(200)
  expect(json.data).toMatchObject({ ...thumb, state: "current" })
  expect(json.data.history).toEqual([])
  expect(json.data.matched).toEqual({ span_count: 0, trace_ids: [], session_ids: [], spans: [] })
})

test("both hang in the air until their spans arrive, and say so", async () => {
  const { json } = await sayso.get("/api/v1/feedback/unmatched")
  const reasonOf = (id: string): unknown => json.data.find((event: Json) => event.id === id)?.reason
  expect(json.data).toHaveLength(2)
  expect(reasonOf(thumb.id)).toMatch(/^No span with this id has arrived\./)
  expect(reasonOf(comment.id)).toMatch(
    /^No span that carries this feedback_join_key, as a field or a tag, has arrived\./,
  )
  for (const { age_ms } of json.data) expect(age_ms).toBeGreaterThanOrEqual(0)
})

test("nothing was rejected", async () => {
  expect((await sayso.get("/api/v1/rejected")).json).toEqual({ data: [], meta: {} })
})

test("the join key is an entity, before any span carries it", async () => {
  const { status, json } = await sayso.get("/api/v1/entities/ticket-981")
  expect(status).toBe(200)
  expect(json.data).toMatchObject({
    feedback_join_key: "ticket-981",
    spans: [],
    traces: [],
    session_ids: [],
  })
  expect(json.data.feedback).toEqual([expect.objectContaining({ ...comment, on_spans: [], counted: true })])
  expect(json.data.summary).toEqual([
    { label: "comment", count: 1, pass: 0, fail: 0, submitters: 1, values: {} },
  ])
})

test("pasting the lines again gives the same ids and counts once", async () => {
  const again = await paste()
  expect(again.map(({ id }) => id)).toEqual([thumb.id, comment.id])
  const figures = await until(async () => {
    const { text } = await sayso.get("/metrics")
    expect(text).toContain('sayso_drained_rows_total{table="eval_metrics"} 4')
    return text
  })
  expect(figures).toContain('sayso_events_accepted_total{source="eval-metric",table="eval_metrics"} 4')
  expect((await sayso.get("/api/v1/feedback?all=true")).json.data).toHaveLength(2)
  expect((await sayso.get(`/api/v1/feedback/${thumb.id}`)).json.data.history).toEqual([])
  expect((await sayso.get("/api/v1/entities/ticket-981")).json.data.summary[0].count).toBe(1)
})

test("a later word of the same person supersedes the first, which becomes history", async () => {
  const { id: _, eval_scope: __, ...words } = thumb
  const metric = {
    ...words,
    categorical_value: "up",
    assessment: "pass",
    timestamp_ms: thumb.timestamp_ms + 1,
  }
  const body = { data: { type: "evaluation_metric", attributes: { metrics: [metric] } } }
  const { status, json } = await sayso.post("/api/intake/llm-obs/v2/eval-metric", body)
  expect(status).toBe(202)
  const later = json.data.attributes.metrics[0].id
  const now = await until(async () => {
    const detail = (await sayso.get(`/api/v1/feedback/${thumb.id}`)).json.data
    expect([detail.state, detail.history.length]).toEqual(["superseded", 1])
    return detail
  })
  expect(now.history).toEqual([
    expect.objectContaining({ id: later, categorical_value: "up", state: "current" }),
  ])
  const ids = (await sayso.get("/api/v1/feedback?label=thumbs")).json.data.map((event: Json) => event.id)
  expect(ids).toEqual([later])
})

test("a withdrawn word counts no more, and the one before it does not come back", async () => {
  const [later] = (await sayso.get("/api/v1/feedback?label=thumbs")).json.data
  const { status, json } = await sayso.post(`/api/v1/feedback/${later.id}/withdraw`, { reason: "a slip" })
  expect([status, json]).toEqual([202, { data: { event_id: later.id, reason: "a slip" } }])
  await until(async () => expect((await sayso.get("/api/v1/feedback?label=thumbs")).json.data).toEqual([]))
  const { state, withdrawn } = (await sayso.get(`/api/v1/feedback/${later.id}`)).json.data
  expect([state, withdrawn]).toEqual(["withdrawn", { reason: "a slip", time: expect.any(Number) }])
  const all = (await sayso.get("/api/v1/feedback?label=thumbs&all=true")).json.data
  expect(all.map((event: Json) => event.state).sort()).toEqual(["superseded", "withdrawn"])
})
