// How feedback meets what it is about, over HTTP alone: in any order of arrival, by any spelling, and counted once.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startSayso, until, type Json, type Sayso } from "./harness.ts"

const metricsPath = "/api/intake/llm-obs/v2/eval-metric"
const spansPath = "/api/intake/llm-obs/v1/trace/spans"

let sayso: Sayso
beforeAll(async () => {
  sayso = await startSayso()
})
afterAll(() => sayso.stop())

let clock = Date.now() - 60_000
const feedback = (target: object, more: object = {}): Json => ({
  event_kind: "feedback",
  ...target,
  label: "thumbs",
  metric_type: "categorical",
  categorical_value: "up",
  timestamp_ms: (clock += 1),
  submitter: { id: "u-1", type: "user" },
  ...more,
})
const span = (trace_id: string, span_id: string, more: object = {}): Json => ({
  trace_id,
  span_id,
  parent_id: "undefined",
  name: `span ${span_id}`,
  start_ns: (clock += 1) * 1e6,
  duration: 1_000,
  meta: { kind: "llm" },
  ...more,
})

/** Sends eval metrics, and gives their echoes. */
async function say(...metrics: Json[]): Promise<Json[]> {
  const { status, json, text } = await sayso.post(metricsPath, {
    data: { type: "evaluation_metric", attributes: { metrics } },
  })
  expect([status, text.slice(0, 500)]).toEqual([202, expect.anything()])
  return json.data.attributes.metrics
}

async function sendSpans(spans: Json[], more: object = {}): Promise<void> {
  const body = { data: { type: "span", attributes: { ml_app: "app", ...more, spans } } }
  expect((await sayso.post(spansPath, body)).status).toBe(202)
}

/** What the API says under a path, as soon as it passes. */
function reads(path: string, check: (data: Json) => void): Promise<void> {
  return until(async () => {
    const { status, json } = await sayso.get(`/api/v1/${path}`)
    expect([path, status]).toEqual([path, 200])
    check(json.data)
  })
}

const idsOf = (events: Json[]): string[] => events.map((event) => event.id)

describe("five metric types on four targets", () => {
  const values = {
    categorical: "bad",
    score: 0,
    boolean: false,
    json: { why: [1, { a: null }] },
    text: "so so",
  }
  const targets = { span_id: "span", trace_id: "trace", session_id: "session", feedback_join_key: "external" }

  test.each(Object.entries(targets))(
    "%s is echoed with the scope %s, and read back",
    async (target, eval_scope) => {
      const sent = Object.entries(values).map(([metric_type, value]) => {
        const { categorical_value: _, ...rest } = feedback(
          { [target]: `all-${target}` },
          { label: `${target}-${metric_type}` },
        )
        return { ...rest, metric_type, [`${metric_type}_value`]: value }
      })
      const echoed = await say(...sent)
      expect(echoed).toEqual(
        sent.map((metric) => ({ ...metric, eval_scope, id: expect.stringMatching(/^[0-9a-f-]{36}$/) })),
      )
      for (const metric of echoed)
        await reads(`feedback/${metric.id}`, (event) => expect(event).toMatchObject(metric))
    },
  )
})

describe("the order of arrival does not matter", () => {
  test.each(["before", "after"])("feedback %s its span joins by itself, and rolls up", async (when) => {
    const [traceId, spanId, sessionId, key] = ["t", "s", "c", "k"].map((name) => `${name} ${when}`)
    const send = (): Promise<void> =>
      sendSpans([span(traceId ?? "", spanId ?? "", { session_id: sessionId, feedback_join_key: key })])
    if (when === "after") await send()
    const said = await say(
      feedback({ span_id: spanId }),
      feedback({ trace_id: traceId }),
      feedback({ session_id: sessionId }),
      feedback({ feedback_join_key: key }),
    )
    if (when === "before") {
      await reads("feedback/unmatched", (events) =>
        expect(idsOf(events)).toEqual(expect.arrayContaining(idsOf(said))),
      )
      await send()
    }
    await reads("feedback/unmatched", (events) => {
      for (const id of idsOf(said)) expect(idsOf(events)).not.toContain(id)
    })
    const scopes = (events: Json[], counted: boolean): string[] =>
      events
        .filter((event) => event.counted === counted)
        .map((event) => String(event.eval_scope))
        .sort()
    await reads(`traces/${traceId}`, ({ feedback: events, summary }) => {
      expect(scopes(events, true)).toEqual(["external", "span", "trace"])
      expect(scopes(events, false)).toEqual(["session"])
      expect(summary).toEqual([
        expect.objectContaining({ label: "thumbs", count: 3, submitters: 1, values: { up: 3 } }),
      ])
    })
    await reads(`sessions/${sessionId}`, ({ feedback: events, summary }) => {
      expect(scopes(events, true)).toEqual(["external", "session", "span", "trace"])
      expect(summary).toEqual([expect.objectContaining({ count: 4, submitters: 1 })])
    })
  })
})

describe("the latest word counts", () => {
  test("one submitter's later word supersedes; another's stands beside it; text accumulates", async () => {
    const target = { trace_id: "votes" }
    const [up] = await say(feedback(target))
    const [down] = await say(feedback(target, { categorical_value: "down" }))
    const [other] = await say(feedback(target, { submitter: { id: "u-2", type: "user" } }))
    const [agent] = await say(feedback(target, { submitter: { id: "u-1", type: "agent" } }))
    const text = { label: "comment", metric_type: "text", categorical_value: undefined }
    const comments = await say(
      feedback(target, { ...text, text_value: "one" }),
      feedback(target, { ...text, text_value: "two" }),
    )
    await reads("traces/votes", ({ feedback: events, summary }) => {
      expect(idsOf(events.filter((event: Json) => event.state === "current")).sort()).toEqual(
        idsOf([down, other, agent, ...comments]).sort(),
      )
      expect(summary).toEqual([
        expect.objectContaining({ label: "thumbs", count: 3, submitters: 3, values: { down: 1, up: 2 } }),
        expect.objectContaining({ label: "comment", count: 2, submitters: 1 }),
      ])
    })
    await reads(`feedback/${down?.id}`, ({ history }) => expect(idsOf(history)).toEqual([up?.id]))
  })

  test("a word that arrives late, and was said before, is history at once", async () => {
    const target = { session_id: "late" }
    const [now] = await say(feedback(target, { timestamp_ms: 1_700_000_000_002 }))
    const [before] = await say(
      feedback(target, { timestamp_ms: 1_700_000_000_001, categorical_value: "down" }),
    )
    await reads(`feedback/${before?.id}`, ({ state, history }) => {
      expect([state, idsOf(history)]).toEqual(["superseded", [now?.id]])
    })
  })

  test("one span under two spellings is one target", async () => {
    const decimal = "1683795535652684607"
    const [first] = await say(feedback({ span_id: decimal }))
    const [second] = await say(
      feedback({ span_id: BigInt(decimal).toString(16).padStart(16, "0") }, { categorical_value: "down" }),
    )
    await reads(`feedback/${first?.id}`, ({ state, history }) => {
      expect([state, idsOf(history)]).toEqual(["superseded", [second?.id]])
    })
  })
})

describe("a trace has spellings", () => {
  const hex = "6b039df8000000006f88f242fcf83b93"
  const low = BigInt(`0x${hex.slice(16)}`)
  const apm = "00000000000000005d37b019233e5e68"
  const spellings = {
    "32 hex digits": hex,
    capitals: hex.toUpperCase(),
    "the low half in decimal": String(low),
    "the low half in hex": hex.slice(16),
    "all of it in decimal": String(BigInt(`0x${hex}`)),
    "the tracer's own id": apm,
    "the tracer's id in decimal": String(BigInt(`0x${apm}`)),
  }

  test.each(Object.entries(spellings))("%s", async (name, id) => {
    await sendSpans([span(hex, "77", { apm_trace_id: apm })])
    const [said] = await say(feedback({ trace_id: id }, { label: name }))
    await reads(`traces/${id}`, (trace) => {
      expect(trace).toMatchObject({ trace_id: hex, span_count: 1 })
      expect(trace.feedback).toContainEqual(expect.objectContaining({ id: said?.id, counted: true }))
    })
  })

  test("another trace with the same low half is another trace", async () => {
    const other = `ffffffff00000000${hex.slice(16)}`
    await sendSpans([span(other, "78")])
    await reads(`traces/${other}`, ({ spans }) =>
      expect(spans.map((one: Json) => one.span_id)).toEqual(["78"]),
    )
    await reads(`traces/${hex}`, ({ spans }) => expect(spans.map((one: Json) => one.span_id)).toEqual(["77"]))
  })
})

test("a join key may come from a span's field, the payload's field or a tag, and one feedback shows on all of them", async () => {
  await sendSpans([span("key field", "1", { feedback_join_key: "order 7" })])
  await sendSpans([span("key payload", "2")], { feedback_join_key: "order 7" })
  await sendSpans([
    span("key tag", "3", { tags: ["feedback_join_key:order 7", "feedback_join_key:order 8"] }),
  ])
  const [said] = await say(feedback({ feedback_join_key: "order 7" }))
  for (const [trace, spanId] of Object.entries({ "key field": "1", "key payload": "2", "key tag": "3" })) {
    await reads(`traces/${encodeURIComponent(trace)}`, ({ feedback: events }) => {
      expect(events).toEqual([expect.objectContaining({ id: said?.id, on_spans: [spanId], counted: true })])
    })
  }
  await reads("entities/order%207", ({ spans, traces, feedback: events, summary }) => {
    expect(spans.map((one: Json) => one.span_id)).toEqual(["1", "2", "3"])
    expect(traces).toHaveLength(3)
    expect([idsOf(events), summary[0].count]).toEqual([[said?.id], 1])
  })
  await reads("entities/order%208", ({ spans }) =>
    expect(spans.map((one: Json) => one.span_id)).toEqual(["3"]),
  )
})

test("an evaluation by a tag joins the one span that carries it", async () => {
  const evaluation = (value: string): Json => ({
    label: "by tag",
    metric_type: "boolean",
    boolean_value: true,
    join_on: { tag: { key: "msg", value } },
    timestamp_ms: (clock += 1),
  })
  await sendSpans([span("tagged", "1", { tags: ["msg:a:1"] }), span("tagged", "2", { tags: ["msg:b"] })])
  await sendSpans([span("tagged too", "3", { tags: ["msg:b"] })])
  await say(evaluation("a:1"), evaluation("b"))
  await reads("traces/tagged", ({ evaluations }) => {
    expect(evaluations).toEqual([
      expect.objectContaining({
        join_on: { tag: { key: "msg", value: "a:1" } },
        on_spans: ["1"],
        counted: true,
      }),
    ])
  })
})

test("a span that is sent again stands once, with its last copy", async () => {
  await sendSpans([span("again", "1", { name: "first" })])
  await reads("traces/again", ({ name }) => expect(name).toBe("first"))
  await sendSpans([span("again", "1", { name: "second" })])
  await reads("traces/again", ({ name, span_count }) => expect([name, span_count]).toEqual(["second", 1]))
})

test("pages are complete and stable while more arrives, and filters combine", async () => {
  const mark = { ml_app: "pages", session_id: undefined }
  const many = Array.from({ length: 25 }, (_, index) =>
    feedback(
      { trace_id: `page ${index}` },
      { ...mark, assessment: index % 2 ? "pass" : "fail", submitter: { id: `p-${index % 5}` } },
    ),
  )
  const sent = await say(...many)
  const query = "ml_app=pages&limit=10"
  await reads(`feedback?ml_app=pages`, (events) => expect(events).toHaveLength(25))
  const seen: string[] = []
  for (let cursor = ""; ;) {
    const { json } = await sayso.get(`/api/v1/feedback?${query}${cursor}`)
    seen.push(...idsOf(json.data))
    if (json.meta.cursor === undefined) break
    cursor = `&cursor=${json.meta.cursor}`
    // Newer than all of them: they belong before the first page.
    await say(feedback({ trace_id: `newer ${seen.length}` }, mark))
    await reads("feedback?ml_app=pages&limit=1", ([event]) =>
      expect(event.trace_id).toBe(`newer ${seen.length}`),
    )
  }
  expect(seen).toEqual(idsOf(sent).toReversed())
  const { data } = (
    await sayso.get("/api/v1/feedback?ml_app=pages&assessment=fail&submitter_id=p-2&label=thumbs")
  ).json
  expect(idsOf(data).sort()).toEqual(
    idsOf(sent.filter((_, index) => index % 2 === 0 && index % 5 === 2)).sort(),
  )
  const [from, to] = [many[5].timestamp_ms, many[8].timestamp_ms]
  for (const [a, b] of [
    [from, to],
    [new Date(from).toISOString(), new Date(to).toISOString()],
  ]) {
    const window = (await sayso.get(`/api/v1/feedback?ml_app=pages&from=${a}&to=${b}`)).json.data
    expect(idsOf(window)).toEqual(idsOf(sent.slice(5, 8)).toReversed())
  }
})

test("what is acknowledged can be read soon after", async () => {
  const started = performance.now()
  const [said] = await say(feedback({ session_id: "quick" }))
  await reads(`feedback/${said?.id}`, () => {})
  expect(performance.now() - started).toBeLessThan(3_000)
})

test("nothing of all this was rejected, and the log has no complaint", async () => {
  await reads("rejected", (events) => expect(events).toEqual([]))
  expect(sayso.log()).not.toMatch(/"level":[4-6]0/)
})

describe("a page of feedback and the trace behind it", () => {
  const [trace, root, child] = ["page/trace 🦄", "7001", "page/span 1"]
  const sent = [
    feedback({ span_id: child }, { ml_app: "page", label: "page-thumbs" }),
    feedback({ session_id: "page-s" }, { ml_app: "page", label: "page-thumbs" }),
    feedback({ feedback_join_key: "page-nobody" }, { ml_app: "page", label: "page-thumbs" }),
    feedback({ trace_id: trace }, { label: "page-stars", metric_type: "score", score_value: 4 }),
  ].map(({ categorical_value, ...rest }) =>
    rest.metric_type === "score" ? rest : { ...rest, categorical_value },
  )
  const path = (id: string, rest: string): string => `traces/${encodeURIComponent(id)}${rest}`

  beforeAll(async () => {
    await say(...sent)
    await sendSpans(
      [
        span(trace, root, { session_id: "page-s" }),
        span(trace, child, { parent_id: root, meta: { kind: "tool", input: { value: "a long question" } } }),
      ],
      { ml_app: "page-agent" },
    )
    await reads(path(trace, ""), ({ span_count }) => expect(span_count).toBe(2))
  })

  test("says what each is about, where it was asked and has arrived", async () => {
    await reads("feedback?ml_app=page&about=true", (events: Json[]) =>
      expect(events.map(({ about }) => about)).toEqual([
        undefined,
        expect.objectContaining({
          trace_id: trace,
          span_id: root,
          ml_app: "page-agent",
          session_id: "page-s",
        }),
        expect.objectContaining({
          trace_id: trace,
          span_id: child,
          span_kind: "tool",
          name: `span ${child}`,
        }),
      ]),
    )
    await reads("feedback?ml_app=page&about=false", (events: Json[]) =>
      expect(events.filter((event) => "about" in event)).toEqual([]),
    )
  })

  test("has the fields that it can be filtered by", async () => {
    await reads("feedback/fields", ({ ml_apps, labels }) => {
      expect(ml_apps).toContain("page")
      expect(labels).toContainEqual({ label: "page-thumbs", metric_types: ["categorical"] })
      expect(labels).toContainEqual({
        label: "page-stars",
        metric_types: ["score"],
        scores: { min: 4, max: 4 },
      })
    })
  })

  test("leads to the outline of the trace, and to each span", async () => {
    await reads(path(trace, "/outline"), ({ spans, feedback: said, root_span_id }) => {
      expect(root_span_id).toBe(root)
      expect(spans.map((one: Json) => [one.span_id, one.input, one.error])).toEqual([
        [root, undefined, { type: "", message: "" }],
        [child, undefined, { type: "", message: "" }],
      ])
      expect(said).toHaveLength(3)
    })
    await reads(path(trace, `/spans/${encodeURIComponent(child)}`), (one) =>
      expect(one).toMatchObject({ span_id: child, input: { value: "a long question" } }),
    )
    await reads(path(trace, "/spans/0x1b59"), (one) => expect(one).toMatchObject({ span_id: root }))
    for (const missing of [path("page/nothing", "/outline"), path(trace, "/spans/page-nothing")]) {
      const { status, json } = await sayso.get(`/api/v1/${missing}`)
      expect([status, json.errors[0].code, json.errors[0].detail]).toEqual([
        404,
        "not_found",
        expect.stringMatching(/^No span.* has arrived\.$/),
      ])
    }
  })
})
