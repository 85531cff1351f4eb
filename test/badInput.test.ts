// What no client should send, and some do: a clear answer or a tolerant reading, never a crash, a hang, or a lost
// neighbour. After each of these tests the server must still be ready.
import type { OutgoingHttpHeaders } from "node:http"
import { connect } from "node:net"
import { gzipSync } from "node:zlib"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { errors, type ErrorCode } from "@sayso/protocol/errors.ts"
import { startSayso, until, type Answer, type Body, type Json, type Sayso } from "./harness.ts"

const metricsPath = "/api/intake/llm-obs/v2/eval-metric"
const metricsPathV1 = "/api/intake/llm-obs/v1/eval-metric"
const spansPath = "/api/intake/llm-obs/v1/trace/spans"
const sdkSpansPath = "/api/v2/llmobs"
const at = "/data/attributes/metrics"
const limit = 33_554_432

let sayso: Sayso

beforeAll(async () => {
  sayso = await startSayso()
})
afterAll(async () => {
  expect(sayso.log()).not.toMatch(/"level":[56]0/)
  expect(await sayso.stop()).toBe(0)
})
afterEach(async () => expect((await sayso.get("/readyz")).status).toBe(200))

// ── Bodies ──

const feedback = (more: object = {}): Json => ({
  event_kind: "feedback",
  span_id: "11",
  label: "thumbs",
  metric_type: "categorical",
  categorical_value: "up",
  timestamp_ms: 1_700_000_000_000,
  submitter: { id: "u-1" },
  ...more,
})
const evaluation = (more: object = {}): Json => ({
  label: "tone",
  metric_type: "score",
  score_value: 0.5,
  join_on: { span: { span_id: "11", trace_id: "12" } },
  timestamp_ms: 1_700_000_000_000,
  ...more,
})
const span = (more: object = {}): Json => ({
  trace_id: "12",
  span_id: "11",
  parent_id: "undefined",
  name: "chat",
  start_ns: 1_700_000_000_000_000_000,
  duration: 1_000,
  status: "ok",
  meta: { kind: "llm" },
  ...more,
})
const metrics = (...items: unknown[]): Json => ({
  data: { type: "evaluation_metric", attributes: { metrics: items } },
})
const spans = (...items: unknown[]): Json => ({
  data: { type: "span", attributes: { ml_app: "app", spans: items } },
})
const envelopes = (...items: unknown[]): Json => items.map((item) => ({ event_type: "span", spans: [item] }))
/** A body as text, with a part that JSON.stringify cannot make. */
const withRaw = (body: Json, raw: string): string => JSON.stringify(body).replace('"<raw>"', raw)
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`

// ── Answers ──

/** The answer is a refusal in the one shape there is, and its first error is this one. */
function expectRefused(answer: Answer, code: ErrorCode, source?: object, detail?: RegExp | string): void {
  const { status, title } = errors[code]
  expect({
    status: answer.status,
    type: answer.headers["content-type"],
    text: answer.text.slice(0, 500),
  }).toMatchObject({
    status,
    type: "application/vnd.api+json; charset=utf-8",
  })
  expect(Object.keys(answer.json)).toEqual(["errors"])
  for (const error of answer.json.errors) {
    expect(error).toMatchObject({
      status: expect.stringMatching(/^\d{3}$/),
      code: expect.any(String),
      title: expect.any(String),
    })
    expect(error.detail).toMatch(/^\S.*\.$/s)
    expect(Object.keys(error)).toEqual([
      "status",
      "code",
      "title",
      "detail",
      ...(error.source ? ["source"] : []),
    ])
  }
  const [first] = answer.json.errors
  expect(first).toMatchObject({ status: String(status), code, title })
  expect(first.source).toEqual(source)
  if (detail instanceof RegExp) expect(first.detail).toMatch(detail)
  else if (detail !== undefined) expect(first.detail).toContain(detail)
}

const pointer = (path: string): object => ({ pointer: path })
const parameter = (name: string): object => ({ parameter: name })

async function accepted(answer: Promise<Answer>): Promise<Json> {
  const { status, json, text } = await answer
  expect({ status, text: text.slice(0, 500) }).toMatchObject({ status: 202 })
  return json
}

/** Sends one piece of feedback, and gives it as it is read back. */
async function readBack(answer: Promise<Answer>): Promise<Json> {
  const { data } = await accepted(answer)
  return read(`/api/v1/feedback/${data.attributes.metrics[0].id}`)
}

/** What stands under a path, as soon as it stands there. */
async function read(path: string): Promise<Json> {
  return until(async () => {
    const { status, json, text } = await sayso.get(path)
    expect({ status, text: text.slice(0, 500) }).toMatchObject({ status: 200 })
    return json.data
  })
}

const onAgent = (path: string, body: Body, headers: Record<string, string> = {}): Promise<Answer> =>
  sayso.send("POST", sayso.agentUrl + path, body, headers)

// ── A direct call is taken whole or not at all ──

describe("a direct call that cannot be used is refused, naming the place", () => {
  const refuses = (
    name: string,
    item: unknown,
    field: string,
    detail: string | RegExp,
    code: ErrorCode = "bad_body",
  ): void => {
    test(name, async () => {
      const answer = await sayso.post(metricsPath, metrics(feedback({ label: "good-neighbour" }), item))
      expectRefused(answer, code, pointer(field === "" ? `${at}/1` : `${at}/1/${field}`), detail)
    })
  }

  refuses("two targets", feedback({ trace_id: "12" }), "", "span_id and trace_id were given")
  refuses(
    "four targets",
    feedback({ trace_id: "1", session_id: "s", feedback_join_key: "k" }),
    "",
    "exactly one of",
  )
  refuses("no target", feedback({ span_id: undefined }), "", "None was given")
  refuses("an empty target", feedback({ span_id: "" }), "span_id", "span_id is empty")
  refuses("a number as an id", feedback({ span_id: 2 ** 62 }), "span_id", "cannot hold a 64-bit id")
  refuses(
    "an object as a join key",
    feedback({ span_id: undefined, feedback_join_key: {} }),
    "feedback_join_key",
    "string",
  )
  refuses("join_on on feedback", feedback({ join_on: { span: { span_id: "1" } } }), "join_on", "no join_on")
  refuses(
    "a scope that is not the target's",
    feedback({ eval_scope: "trace" }),
    "eval_scope",
    "eval_scope is span",
  )
  refuses("no submitter", feedback({ submitter: undefined }), "submitter", "needs a submitter")
  refuses("a submitter that is a text", feedback({ submitter: "u-1" }), "submitter", "an object")
  refuses(
    "a submitter without an id",
    feedback({ submitter: { type: "user" } }),
    "submitter/id",
    "submitter.id is needed",
  )
  refuses("an empty submitter id", feedback({ submitter: { id: "" } }), "submitter/id", "not empty")
  refuses("a number as submitter id", feedback({ submitter: { id: 7 } }), "submitter/id", "a string")
  refuses(
    "a number as submitter type",
    feedback({ submitter: { id: "u", type: 7 } }),
    "submitter/type",
    "a string",
  )
  refuses("no label", feedback({ label: undefined }), "label", "label is needed")
  refuses("an empty label", feedback({ label: "" }), "label", "not empty")
  refuses("a number as label", feedback({ label: 7 }), "label", "a string")
  refuses("a dot in a feedback label", feedback({ label: "a.b" }), "label", "no dot")
  refuses("no metric type", feedback({ metric_type: undefined }), "metric_type", "metric_type is needed")
  refuses("an unknown metric type", feedback({ metric_type: "stars" }), "metric_type", "categorical, score")
  refuses("no value", feedback({ categorical_value: undefined }), "categorical_value", "is needed")
  refuses(
    "a value in another field",
    feedback({ categorical_value: undefined, boolean_value: true }),
    "boolean_value",
    "belongs in",
  )
  refuses("two values", feedback({ score_value: 1 }), "score_value", "belongs in categorical_value")
  refuses("a number as category", feedback({ categorical_value: 3 }), "categorical_value", "a string")
  const answer = (type: string, value: unknown): Json =>
    feedback({ metric_type: type, categorical_value: undefined, [`${type}_value`]: value })
  refuses("a text as score", answer("score", "4"), "score_value", "number")
  refuses("a text as boolean", answer("boolean", "true"), "boolean_value", "true or false")
  refuses("a list as json", answer("json", [1]), "json_value", "JSON object")
  refuses("a number as text", answer("text", 7), "text_value", "a string")
  refuses("no time", feedback({ timestamp_ms: undefined }), "timestamp_ms", "timestamp_ms is needed")
  refuses("a text as time", feedback({ timestamp_ms: "now" }), "timestamp_ms", "whole number")
  refuses("a time before 1970", feedback({ timestamp_ms: -1 }), "timestamp_ms", "from 0 to")
  refuses("a fraction of a millisecond", feedback({ timestamp_ms: 1.5 }), "timestamp_ms", "whole number")
  refuses("a time past all clocks", feedback({ timestamp_ms: 1e300 }), "timestamp_ms", "whole number")
  refuses("an unknown assessment", feedback({ assessment: "good" }), "assessment", "pass, fail")
  refuses("a text as tags", feedback({ tags: "a:b" }), "tags", "array")
  refuses("a number among the tags", feedback({ tags: ["a:b", 1] }), "tags", "array")
  refuses("a number as reasoning", feedback({ reasoning: 7 }), "reasoning", "a string")
  refuses("a list as metadata", feedback({ metadata: [] }), "metadata", "JSON object")
  refuses("a warning as status of feedback", feedback({ status: "WARN" }), "status", "always has a value")
  refuses(
    "an unknown kind of event",
    feedback({ event_kind: "vote" }),
    "event_kind",
    "evaluation or feedback",
  )
  refuses(
    "text in an evaluation",
    evaluation({ metric_type: "text", text_value: "x" }),
    "metric_type",
    "Only feedback",
  )
  refuses("an evaluation without a target", evaluation({ join_on: undefined }), "join_on", "join_on.span")
  refuses(
    "an evaluation with flat ids",
    evaluation({ join_on: undefined, span_id: "1", trace_id: "2" }),
    "join_on",
    "join_on.span",
  )
  refuses(
    "an evaluation by span and by tag",
    evaluation({ join_on: { span: { span_id: "1" }, tag: { key: "k", value: "v" } } }),
    "join_on",
    "either",
  )
  refuses(
    "an evaluation of a span without its id",
    evaluation({ join_on: { span: { trace_id: "1" } } }),
    "join_on/span",
    "span_id",
  )
  refuses(
    "a join key on an evaluation",
    evaluation({ feedback_join_key: "k" }),
    "feedback_join_key",
    "no feedback_join_key",
  )
  refuses(
    "an evaluation of something else",
    evaluation({ eval_scope: "external" }),
    "eval_scope",
    "span, trace, session",
  )
  refuses("a number as event", 7, "", "JSON object")
  refuses("null as event", null, "", "JSON object")
  refuses("a list as event", [], "", "JSON object")
  refuses(
    "json past the depth",
    answer("json", JSON.parse(nested(1_001))),
    "json_value",
    "deeper than 1000 levels",
    "too_deep",
  )

  test("NaN is no score", async () => {
    const body = withRaw(metrics(answer("score", "<raw>")), "NaN")
    expectRefused(
      await sayso.post(metricsPath, body),
      "bad_body",
      pointer(`${at}/0/score_value`),
      "score_value is needed",
    )
  })

  test("a number past all numbers is no score", async () => {
    const body = withRaw(metrics(answer("score", "<raw>")), "1e400")
    expectRefused(await sayso.post(metricsPath, body), "bad_body", pointer(`${at}/0/score_value`), "finite")
  })

  test("100,000 levels", async () => {
    const body = withRaw(metrics(answer("json", "<raw>")), nested(100_000))
    expectRefused(await sayso.post(metricsPath, body), "too_deep", pointer(`${at}/0/json_value`))
  })

  test("every bad item is named, and everything that is wrong with it", async () => {
    const answer = await sayso.post(
      metricsPath,
      metrics({}, feedback(), feedback({ label: "a.b", submitter: {} })),
    )
    expectRefused(answer, "bad_body", pointer(`${at}/0/join_on`))
    const pointers = answer.json.errors.map((error: Json) => error.source.pointer)
    expect(pointers.filter((path: string) => path.startsWith(`${at}/0/`)).sort()).toEqual(
      ["join_on", "label", "metric_type", "timestamp_ms"].map((field) => `${at}/0/${field}`),
    )
    expect(pointers.filter((path: string) => path.startsWith(`${at}/2/`))).toEqual([
      `${at}/2/label`,
      `${at}/2/submitter/id`,
    ])
    expect(pointers.some((path: string) => path.startsWith(`${at}/1`))).toBe(false)
  })

  test.each<[string, Body, ErrorCode, object | undefined, string]>([
    ["an empty body", "", "bad_json", undefined, "it is empty"],
    ["blanks", " \n ", "bad_json", undefined, "it is empty"],
    ["half a document", '{"data":{"attributes"', "bad_json", undefined, "21 bytes"],
    ["a stray comma", '{"data":,}', "bad_json", undefined, "byte 8"],
    ["no JSON", "hello", "bad_json", undefined, "byte 0"],
    ["two documents", "{}{}", "bad_json", undefined, "byte 2"],
    ["zero bytes", Buffer.alloc(100), "bad_json", undefined, "byte 0"],
    ["a text", '"x"', "bad_body", pointer(at), "belong in an array"],
    ["null", "null", "bad_body", pointer(at), "belong in an array"],
    ["a list", "[]", "bad_body", pointer(at), "belong in an array"],
    ["no attributes", { data: {} }, "bad_body", pointer(at), "belong in an array"],
    ["no metrics", { data: { attributes: {} } }, "bad_body", pointer(at), "belong in an array"],
    [
      "metrics that are no list",
      { data: { attributes: { metrics: {} } } },
      "bad_body",
      pointer(at),
      "belong in an array",
    ],
    ["no metric in the list", metrics(), "bad_body", pointer(at), "must not be empty"],
    ["100,000 open brackets", "[".repeat(100_000), "bad_json", undefined, "100000 bytes"],
  ])("%s", async (_name, body, code, source, detail) => {
    expectRefused(await sayso.post(metricsPath, body), code, source, detail)
  })

  const spansAt = "/data/attributes/spans"
  test.each<[string, Body, ErrorCode, string | undefined, string]>([
    ["no spans", { data: { attributes: {} } }, "bad_body", spansAt, "belong in an array"],
    ["malformed JSON", '{"data"', "bad_json", undefined, "7 bytes"],
    ["a span that is no object", spans(7), "bad_body", `${spansAt}/0`, "JSON object"],
    [
      "a number as span id",
      spans(span({ span_id: 5 })),
      "bad_body",
      `${spansAt}/0/span_id`,
      "cannot hold a 64-bit id",
    ],
    [
      "no trace id",
      spans(span(), span({ trace_id: undefined })),
      "bad_body",
      `${spansAt}/1/trace_id`,
      "trace_id is needed",
    ],
    [
      "an empty span id",
      spans(span({ span_id: "" })),
      "bad_body",
      `${spansAt}/0/span_id`,
      "span_id is needed",
    ],
    [
      "no start",
      spans(span({ start_ns: undefined })),
      "bad_body",
      `${spansAt}/0/start_ns`,
      "epoch nanoseconds",
    ],
    [
      "a date as start",
      spans(span({ start_ns: "2026-01-01" })),
      "bad_body",
      `${spansAt}/0/start_ns`,
      "epoch nanoseconds",
    ],
    [
      "a span past the depth",
      withRaw(spans(span({ meta: "<raw>" })), nested(100_000)),
      "too_deep",
      `${spansAt}/0`,
      "1000 levels",
    ],
  ])("the Spans API: %s", async (_name, body, code, path, detail) => {
    expectRefused(
      await sayso.post(spansPath, body),
      code,
      path === undefined ? undefined : pointer(path),
      detail,
    )
  })

  test("a withdrawal with a reason that is no text, and of an event whose id is none", async () => {
    const id = "00000000-0000-8000-8000-000000000000"
    expectRefused(
      await sayso.post(`/api/v1/feedback/${id}/withdraw`, { reason: 7 }),
      "bad_body",
      pointer("/reason"),
    )
    expectRefused(await sayso.post(`/api/v1/feedback/${id}/withdraw`, "{"), "bad_json")
    expectRefused(await sayso.post("/api/v1/feedback/nonsense/withdraw", {}), "not_found", undefined, "UUID")
  })

  test("nothing of all this was kept", async () => {
    const { data } = await accepted(sayso.post(metricsPath, metrics(feedback({ label: "last" }))))
    await read(`/api/v1/feedback/${data.attributes.metrics[0].id}`)
    const labels = (await read("/api/v1/feedback?all=true")).map((event: Json) => event.label)
    expect(labels).toEqual(["last"])
    expect(await read("/api/v1/rejected")).toEqual([])
    expect((await sayso.get("/api/v1/traces/12")).json.data?.spans ?? []).toEqual([])
  })
})

// ── SDK traffic: the good is taken, the bad is kept with its reason ──

describe("on SDK traffic good neighbours are taken, and bad ones are kept as rejected", () => {
  /** The rejected events whose body holds the mark. */
  const rejectedWith = async (mark: string): Promise<Json[]> =>
    until(async () => {
      const found = (await read("/api/v1/rejected?limit=1000")).filter((event: Json) =>
        event.body.includes(mark),
      )
      expect(found).not.toEqual([])
      return found
    })

  const ways: [string, (body: Body, headers?: Record<string, string>) => Promise<Answer>][] = [
    ["the agent port", (body, headers) => onAgent(metricsPath, body, headers)],
    ["/evp_proxy/v2", (body, headers) => sayso.post(`/evp_proxy/v2${metricsPath}`, body, headers)],
    [
      "/evp_proxy/v4 on the agent port",
      (body, headers) => onAgent(`/evp_proxy/v4${metricsPath}`, body, headers),
    ],
    ["a body with an SDK's mark", (body, headers) => sayso.post(metricsPath, body, headers)],
  ]

  test.each(ways)("eval metrics through %s", async (name, send) => {
    const mark = `sdk-${ways.findIndex(([other]) => other === name)}`
    const tags = ["ddtrace.version:6.21.0"]
    const good = [
      feedback({ label: `${mark}-a`, tags }),
      evaluation({ label: `${mark}-b`, tags }),
      feedback({ label: `${mark}-c`, tags }),
    ]
    const twoTargets = feedback({ trace_id: "2", label: `${mark}-two`, tags })
    const dotted = feedback({ label: `${mark}.dot`, tags })
    const json = await accepted(send(metrics(good[0], twoTargets, good[1], dotted, good[2])))
    expect(json.data.attributes.metrics).toHaveLength(3)

    await until(async () => expect(await rejectedWith(mark)).toHaveLength(2))
    const byPointer = (await rejectedWith(mark)).toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1))
    expect(byPointer).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        format: "eval-metric",
        code: "bad_body",
        pointer: `${at}/1`,
        detail: expect.stringContaining("span_id and trace_id were given"),
        body: JSON.stringify(twoTargets),
        arrived: expect.any(Number),
      },
      expect.objectContaining({
        code: "bad_body",
        pointer: `${at}/3/label`,
        detail: expect.stringContaining("no dot"),
      }),
    ])
    const stored = await until(async () => {
      const events = (await read("/api/v1/feedback?all=true&limit=1000")).filter((event: Json) =>
        event.label.startsWith(mark),
      )
      expect(events).toHaveLength(2)
      return events
    })
    expect(stored.map((event: Json) => event.label).sort()).toEqual([`${mark}-a`, `${mark}-c`])
  })

  test.each([
    ["the main port", (body: Body) => sayso.post(sdkSpansPath, body)],
    ["the agent port", (body: Body) => onAgent(sdkSpansPath, body)],
    ["/evp_proxy/v2", (body: Body) => onAgent(`/evp_proxy/v2${sdkSpansPath}`, body)],
  ])("spans through %s", async (name, send) => {
    const trace_id = `spans through ${name}`
    const bad = span({ trace_id, span_id: 7 })
    const deep = withRaw(envelopes(span({ trace_id, span_id: "3", meta: "<raw>" })), nested(100_000)).slice(
      1,
      -1,
    )
    const good = JSON.stringify(
      envelopes(span({ trace_id, span_id: "1" }), bad, span({ trace_id, span_id: "2" }), 7),
    ).slice(1, -1)
    expect(await accepted(send(`[${good},${deep}]`))).toEqual({})
    const { spans: stored } = await read(`/api/v1/traces/${encodeURIComponent(trace_id)}`)
    expect(stored.map((one: Json) => one.span_id)).toEqual(["1", "2"])
    const [rejected] = await rejectedWith(JSON.stringify(trace_id))
    expect(rejected).toMatchObject({
      format: "sdk-spans",
      code: "bad_body",
      pointer: "/1/spans/0/span_id",
      body: JSON.stringify(bad),
    })
    const all = await read("/api/v1/rejected?limit=1000")
    expect(all).toContainEqual(
      expect.objectContaining({ code: "too_deep", pointer: "/4/spans/0", format: "sdk-spans" }),
    )
    expect(all).toContainEqual(
      expect.objectContaining({ code: "bad_body", pointer: "/3/spans/0", body: "7" }),
    )
  })

  test.each<[string, string, Body, Record<string, string>, string, string]>([
    ["malformed eval metrics", metricsPath, '{"unreadable-1"', {}, "bad_json", "unreadable-1"],
    ["malformed spans", sdkSpansPath, '[{"unreadable-2":}]', {}, "bad_json", "unreadable-2"],
    ["no gzip", metricsPath, "unreadable-3", { "content-encoding": "gzip" }, "bad_json", "unreadable-3"],
    [
      "another packing",
      sdkSpansPath,
      "unreadable-4",
      { "content-encoding": "zstd" },
      "bad_media_type",
      "unreadable-4",
    ],
    ["metrics of another shape", metricsPath, { data: "unreadable-5" }, {}, "bad_body", "unreadable-5"],
    ["envelopes of another shape", sdkSpansPath, { "unreadable-6": [] }, {}, "bad_body", "unreadable-6"],
  ])(
    "a body that cannot be read is one rejected event: %s",
    async (_name, path, body, headers, code, mark) => {
      await accepted(onAgent(path, body, headers))
      const rejected = await rejectedWith(mark)
      expect(rejected).toEqual([expect.objectContaining({ code, detail: expect.stringMatching(/\S/) })])
    },
  )

  test("what is sent again and again stands among the rejected once, and a long one is cut", async () => {
    const body = `{"repeated": "${"x".repeat(200_000)}"`
    for (let times = 0; times < 3; times += 1) await accepted(onAgent(metricsPath, body))
    const [rejected, ...more] = await rejectedWith("repeated")
    expect(more).toEqual([])
    expect(rejected?.["body"]).toHaveLength(65_537)
  })

  test.each<[string, Json, object]>([
    [
      "a fraction of a millisecond",
      { timestamp_ms: 1_700_000_000_000.9 },
      { timestamp_ms: 1_700_000_000_000 },
    ],
    [
      "a boolean as score",
      { metric_type: "score", categorical_value: undefined, score_value: true },
      { score_value: 1 },
    ],
    ["scalars among the tags", { tags: ["a:b", 7, true] }, { tags: ["7", "a:b", "true"] }],
    ["any text as id", { span_id: "not-a-number!" }, { span_id: "not-a-number!" }],
    ["a negative id", { span_id: "-1" }, { span_id: "-1" }],
    ["an empty category", { categorical_value: "" }, { categorical_value: "" }],
    [
      "null in optional fields",
      { reasoning: null, assessment: null, ml_app: null },
      { categorical_value: "up" },
    ],
    [
      "any submitter type",
      { submitter: { id: "u", type: "employee of the month" } },
      { submitter: { id: "u", type: "employee of the month" } },
    ],
  ])("what an SDK can emit is taken: %s", async (name, more, expected) => {
    expect(await readBack(onAgent(metricsPath, metrics(feedback({ label: name, ...more }))))).toMatchObject(
      expected,
    )
  })

  test("a score that was NaN is taken without a value, and with a warning", async () => {
    const item = feedback({
      label: "nan",
      metric_type: "score",
      categorical_value: undefined,
      score_value: "<raw>",
    })
    const stored = await readBack(onAgent(metricsPath, withRaw(metrics(item), "NaN")))
    expect(stored).not.toHaveProperty("score_value")
    expect(stored.tags).toEqual(["sayso.warning:score_value_was_not_a_number"])
  })
})

// ── Odd, and taken ──

describe("odd bodies are read with tolerance", () => {
  test("a million characters come back as they were", async () => {
    const text = 'Straße 🚂 \\ " \n'.repeat(70_000)
    expect(text.length).toBeGreaterThan(1_000_000)
    const item = feedback({
      label: "million",
      metric_type: "text",
      categorical_value: undefined,
      text_value: text,
    })
    const stored = await readBack(sayso.post(metricsPath, metrics(item)))
    expect(stored.text_value === text).toBe(true)
  })

  test.each([
    ["1970", 0],
    ["2999", 32_472_144_000_000],
  ])("a claimed time in %s is kept, and the arrival stands for it in lists", async (year, timestamp_ms) => {
    const stored = await readBack(
      sayso.post(metricsPath, metrics(feedback({ label: `in-${year}`, timestamp_ms }))),
    )
    expect(stored).toMatchObject({ timestamp_ms, time: stored.arrived, state: "current" })
    const trace_id = `trace of ${year}`
    await accepted(sayso.post(spansPath, spans(span({ trace_id, start_ns: `${timestamp_ms}000000` }))))
    const [one] = (await read(`/api/v1/traces/${encodeURIComponent(trace_id)}`)).spans
    expect(one).toMatchObject({
      start_ns: timestamp_ms === 0 ? expect.stringMatching(/^0+$/) : `${timestamp_ms}000000`,
      time: one.arrived,
    })
  })

  test("a vote with a clock in 2999 can be changed a day later at the latest, and one of 1970 does not win", async () => {
    const vote = (value: string, timestamp_ms: number): Json =>
      metrics(feedback({ label: "clock", categorical_value: value, timestamp_ms }))
    await readBack(sayso.post(metricsPath, vote("now", Date.now())))
    const old = await readBack(sayso.post(metricsPath, vote("old", 1)))
    expect(old.state).toBe("superseded")
    expect((await readBack(sayso.post(metricsPath, vote("far", 32_472_144_000_000)))).state).toBe("current")
  })

  test("ids of 5,000 characters are taken, joined and found", async () => {
    const long = (name: string): string => `${name}/ü?${"x".repeat(4_990)}`
    const [trace_id, span_id, session_id, feedback_join_key] = ["t", "s", "c", "k"].map(long)
    await accepted(sayso.post(spansPath, spans(span({ trace_id, span_id, session_id, feedback_join_key }))))
    const targets = [{ span_id }, { trace_id }, { session_id }, { feedback_join_key }]
    await accepted(
      sayso.post(
        metricsPath,
        metrics(...targets.map((target) => feedback({ span_id: undefined, label: "long", ...target }))),
      ),
    )
    const views = [
      `traces/${encodeURIComponent(trace_id ?? "")}`,
      `sessions/${encodeURIComponent(session_id ?? "")}`,
    ]
    for (const view of views) {
      const { feedback: said } = await until(async () => {
        const data = await read(`/api/v1/${view}`)
        expect(data.feedback).toHaveLength(4)
        return data
      })
      expect(said.map((event: Json) => event.eval_scope).sort()).toEqual([
        "external",
        "session",
        "span",
        "trace",
      ])
    }
    expect(
      (await read(`/api/v1/entities/${encodeURIComponent(feedback_join_key ?? "")}`)).spans[0],
    ).toMatchObject({ trace_id, span_id })
    const inTheAir = await read("/api/v1/feedback/unmatched?limit=1000")
    expect(inTheAir.filter((event: Json) => event.label === "long")).toEqual([])
  })

  const comment = (text: string): string =>
    withRaw(
      metrics(
        feedback({ label: "raw", metric_type: "text", categorical_value: undefined, text_value: "<raw>" }),
      ),
      `"${text}"`,
    )
  const raws: [string, string, string][] = [
    ["a \\u that is no escape", "C:\\users and \\u12", "C:\\users and \\u12"],
    ["an unknown escape", "\\x41", "\\x41"],
    ["a lone high surrogate", "a\\ud83db", "a\ufffdb"],
    ["a lone low surrogate", "\\ude00", "\ufffd"],
    ["a whole pair", "\\ud83d\\ude00", "😀"],
    ["a control character", "a\nb\u0001", "a\nb\u0001"],
    ["a zero character", "a\\u0000b", "a\u0000b"],
  ]
  describe.each([
    ["directly", (body: Body) => sayso.post(metricsPath, body)],
    ["by an SDK", (body: Body) => onAgent(metricsPath, body)],
  ])("sent %s", (way, send) => {
    test.each(raws)("%s", async (name, raw, text) => {
      const body = comment(raw).replace('"raw"', JSON.stringify(`${name} ${way}`))
      expect((await readBack(send(body))).text_value).toBe(text)
    })

    test("bytes that are no UTF-8", async () => {
      const [before = "", after = ""] = comment("~~")
        .replace('"raw"', JSON.stringify(`bytes ${way}`))
        .split("~~")
      const body = Buffer.concat([
        Buffer.from(before),
        Buffer.from([0x61, 0xff, 0xc3, 0x28]),
        Buffer.from(after),
      ])
      expect((await readBack(send(body))).text_value).toBe("a\ufffd\ufffd(")
    })

    test("lone surrogates in keys", async () => {
      const json = withRaw(
        metrics(
          feedback({
            label: `keys ${way}`,
            metric_type: "json",
            categorical_value: undefined,
            json_value: "<raw>",
          }),
        ),
        '{"\\ud83d":"\\udc00"}',
      )
      expect((await readBack(send(json))).json_value).toEqual({ "\ufffd": "\ufffd" })
    })
  })

  test.each<[string, OutgoingHttpHeaders]>([
    ["text/plain", { "content-type": "text/plain" }],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["JSON:API", { "content-type": "application/vnd.api+json" }],
    ["msgpack", { "content-type": "application/msgpack" }],
    ["no name at all", { "content-type": undefined }],
  ])("JSON under the name of %s is read as JSON", async (name, headers) => {
    expect(
      await readBack(sayso.post(metricsPath, metrics(feedback({ label: name })), headers)),
    ).toMatchObject({ label: name })
  })

  test("a media type that is none is refused", async () => {
    expectRefused(
      await sayso.post(metricsPath, metrics(feedback()), { "content-type": ";;;" }),
      "bad_media_type",
    )
  })

  test("unknown fields are ignored, and unknown parameters of an intake are, too", async () => {
    const item = feedback({
      label: "extra",
      colour: "red",
      submitter: { id: "u", name: "Mara" },
      deep: JSON.parse(nested(2_000)),
    })
    const body = { ...metrics(item), more: 1 }
    const stored = await readBack(sayso.post(`${metricsPath}?dd-source=x&dd-source=y`, body))
    expect(stored).toMatchObject({ label: "extra", submitter: { id: "u" } })
    expect(stored).not.toHaveProperty("colour")
    expect(stored.submitter).not.toHaveProperty("name")
  })

  test("tags of the payload are added to every metric's", async () => {
    const body = metrics(feedback({ label: "shared", tags: ["a:1"] }))
    body.data.attributes.tags = ["b:2"]
    expect((await readBack(sayso.post(metricsPath, body))).tags).toEqual(["a:1", "b:2"])
  })

  test("an evaluation of version 1 names its span by flat ids", async () => {
    const trace_id = "trace of version 1"
    const item = evaluation({ label: "flat.v1", join_on: undefined, span_id: "11", trace_id })
    const { data } = await accepted(sayso.post(metricsPathV1, metrics(item)))
    expect(data.attributes.metrics[0]).toMatchObject({ eval_scope: "span" })
    await accepted(sayso.post(spansPath, spans(span({ trace_id }))))
    await until(async () =>
      expect((await read(`/api/v1/traces/${encodeURIComponent(trace_id)}`)).evaluations).toEqual([
        expect.objectContaining({ label: "flat_v1", join_on: { span: { span_id: "11", trace_id } } }),
      ]),
    )
  })

  test.each<[string, Record<string, string>, (text: string) => Body]>([
    ["gzip", { "content-encoding": "gzip" }, gzipSync],
    ["x-gzip, in capitals", { "content-encoding": "X-GZIP" }, gzipSync],
    ["identity", { "content-encoding": "identity" }, (text) => text],
  ])("%s is unpacked", async (name, headers, pack) => {
    for (const to of [sayso.url, sayso.agentUrl]) {
      const body = pack(
        JSON.stringify(
          metrics(feedback({ label: `packed as ${name} to ${to === sayso.url ? "main" : "agent"}` })),
        ),
      )
      const stored = await readBack(sayso.send("POST", to + metricsPath, body, headers))
      expect(stored.label).toContain(name)
    }
  })

  test.each<[string, string, Body]>([
    ["no gzip", "gzip", "{}"],
    ["half a gzip", "gzip", gzipSync(JSON.stringify(metrics(feedback({ label: "half" })))).subarray(0, 60)],
    ["nothing as gzip", "gzip", ""],
  ])("%s is refused", async (_name, encoding, body) => {
    expectRefused(
      await sayso.post(metricsPath, body, { "content-encoding": encoding }),
      "bad_json",
      undefined,
      "gzip",
    )
  })

  test("another packing is refused", async () => {
    expectRefused(
      await sayso.post(metricsPath, "x", { "content-encoding": "br" }),
      "bad_media_type",
      undefined,
      "gzip",
    )
  })
})

// ── Too much ──

describe("too much is refused, and the client hears of it", () => {
  const blank = Buffer.alloc(40_000_000, " ")
  const chunked = { "transfer-encoding": "chunked" }
  const bomb = gzipSync(Buffer.alloc(200_000_000))

  describe.each([
    ["main", () => sayso.url],
    ["agent", () => sayso.agentUrl],
  ])("on the %s port", (port, to) => {
    const paths = port === "main" ? [metricsPath, spansPath, sdkSpansPath] : [metricsPath, sdkSpansPath]
    test("40 MB that nobody reads are dropped as they come, and the tracer is answered", async () => {
      expect((await sayso.send("POST", `${to()}/v0.4/traces`, blank)).status).toBe(200)
      expect((await sayso.send("POST", `${to()}/telemetry/x`, blank, chunked)).status).toBe(202)
    })

    test.each(paths)("40 MB to %s", async (path) => {
      expectRefused(await sayso.send("POST", to() + path, blank), "too_large", undefined, `${limit} bytes`)
      expectRefused(
        await sayso.send("POST", to() + path, blank, chunked),
        "too_large",
        undefined,
        `${limit} bytes`,
      )
    })

    test("40 MB from a client that sends all before it listens", async () => {
      const answer = await fetch(to() + metricsPath, { method: "POST", body: blank })
      expect([answer.status, await answer.text()]).toEqual([413, expect.stringContaining("too_large")])
    })

    test("200 kB of gzip that hold 200 MB", async () => {
      expect(bomb.length).toBeLessThan(300_000)
      const answer = await sayso.send("POST", to() + metricsPath, bomb, { "content-encoding": "gzip" })
      expectRefused(answer, "too_large", undefined, `unpacks to more than ${limit} bytes`)
    })

    test.each([
      ["of nothing", "{},"],
      ["of numbers", "1,"],
      ["of whole events", `${JSON.stringify(feedback({ label: "many" }))},`],
    ])("a list %s", async (_name, item) => {
      const items = item.repeat(60_000).slice(0, -1)
      const answer = await sayso.send(
        "POST",
        to() + metricsPath,
        `{"data":{"attributes":{"metrics":[${items}]}}}`,
      )
      expectRefused(
        answer,
        "too_many",
        undefined,
        "at most 50000 events (SAYSO_MAX_EVENTS), and this one has 60000",
      )
      const envelope = await sayso.send("POST", to() + sdkSpansPath, `[{"spans":[${items}]}]`)
      expectRefused(
        envelope,
        "too_many",
        undefined,
        "at most 50000 events (SAYSO_MAX_EVENTS), and this one has 60000",
      )
    })
  })

  test("a refusal lists a thousand problems at most", async () => {
    const answer = await sayso.post(metricsPath, metrics(...Array.from({ length: 2_000 }, () => 1)))
    expectRefused(answer, "bad_body", pointer(`${at}/0`))
    expect(answer.json.errors).toHaveLength(1_000)
  })
})

// ── The connection itself ──

/** Writes to a port as it is, and gives all that comes back until either side ends. */
function raw(url: string, text: string | Buffer, end = false): Promise<string> {
  const { port, hostname: host } = new URL(url)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect({ port: Number(port), host, allowHalfOpen: true })
    socket.on("data", (chunk: Buffer) => chunks.push(chunk))
    // A reset is an end as well; what came before counts.
    socket.on("error", () => {})
    socket.on("close", () => resolve(Buffer.concat(chunks).toString()))
    socket.on("end", () => socket.end())
    socket.write(text, () => end && socket.destroySoon())
  })
}

const head = (path: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

const accepts = async (): Promise<string> =>
  (await sayso.get("/metrics")).text
    .split("\n")
    .filter((line) => /^sayso_events_(accepted|rejected)_total/.test(line))
    .join("\n")

describe("a broken connection breaks nothing else", () => {
  test("a body that stops half way is not kept", async () => {
    const before = await accepts()
    const text = JSON.stringify(metrics(feedback({ label: "half" })))
    for (const url of [sayso.url, sayso.agentUrl]) {
      await raw(url, head(metricsPath, text.length + 10) + text, true)
      await raw(url, head(metricsPath, text.length) + text.slice(0, 50), true)
      await raw(
        url,
        `POST ${metricsPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}`,
        true,
      )
      await raw(url, "POST ", true)
    }
    const { data } = await accepted(sayso.post(metricsPath, metrics(feedback({ label: "whole" }))))
    await read(`/api/v1/feedback/${data.attributes.metrics[0].id}`)
    const labels = (await read("/api/v1/feedback?limit=1000")).map((event: Json) => event.label)
    expect(labels.filter((label: string) => label === "half" || label === "whole")).toEqual(["whole"])
    const numbers = (text: string): number =>
      [...text.matchAll(/ (\d+)$/gm)].reduce((sum, found) => sum + Number(found[1]), 0)
    expect(numbers(await accepts())).toBe(numbers(before) + 1)
  })

  test("connections that stand still do not hold up others", async () => {
    const text = JSON.stringify(metrics(feedback({ label: "idle" })))
    const openings = [
      "",
      "POST ",
      head(metricsPath, text.length),
      head(metricsPath, text.length) + text.slice(0, 20),
    ]
    const sockets = [sayso.url, sayso.agentUrl].flatMap((url) =>
      Array.from({ length: 40 }, (_, index) => {
        const socket = connect(Number(new URL(url).port), "127.0.0.1")
        socket.on("error", () => {})
        socket.write(openings[index % openings.length] ?? "")
        return socket
      }),
    )
    await Promise.all(sockets.map((socket) => new Promise<void>((sent) => socket.write("", () => sent()))))
    const started = Date.now()
    await readBack(sayso.post(metricsPath, metrics(feedback({ label: "beside the idle" }))))
    await accepted(onAgent(metricsPath, metrics(feedback({ label: "beside the idle ones" }))))
    expect(Date.now() - started).toBeLessThan(10_000)
    for (const socket of sockets) socket.destroy()
  })

  const tls = Buffer.from("16030100c5010000c10303", "hex")
  test.each<[string, string | Buffer, ErrorCode]>([
    ["noise", "hello\r\n\r\n", "bad_http"],
    ["the first bytes of TLS", Buffer.concat([tls, Buffer.alloc(200, 1)]), "bad_http"],
    ["an unknown method", "BREW /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "bad_http"],
    [
      "a negative length",
      `POST ${metricsPath} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n{}`,
      "bad_http",
    ],
    [
      "a length and chunks",
      `POST ${metricsPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
      "bad_http",
    ],
    [
      "a chunk without a size",
      `POST ${metricsPath} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}`,
      "bad_http",
    ],
    [
      "a header of 20 kB",
      `GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`,
      "headers_too_large",
    ],
    [
      "a path of 20 kB",
      `GET /api/v1/traces/${"x".repeat(20_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
      "headers_too_large",
    ],
  ])("%s is answered and ended", async (_name, text, code) => {
    for (const url of [sayso.url, sayso.agentUrl]) {
      const [top = "", body = ""] = (await raw(url, text)).split("\r\n\r\n")
      const [status, ...fields] = top.split("\r\n")
      expect(status).toMatch(new RegExp(`^HTTP/1\\.1 ${errors[code].status} `))
      const headers = Object.fromEntries(fields.map((field) => field.toLowerCase().split(": ")))
      expect(headers).toMatchObject({
        connection: "close",
        "content-length": String(Buffer.byteLength(body)),
      })
      expectRefused({ status: errors[code].status, headers, text: body, json: JSON.parse(body) }, code)
    }
  })
})

// ── The URL ──

describe("a URL that cannot be used is refused", () => {
  const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

  test.each([
    ["nothing=1", "nothing", "There is no parameter nothing. There are ml_app"],
    ["__proto__=1", "__proto__", "There is no parameter __proto__"],
    ["limit=0", "limit", "limit"],
    ["limit=1001", "limit", "1000"],
    ["limit=-1", "limit", "whole number"],
    ["limit=1.5", "limit", "whole number"],
    ["limit=1e2", "limit", "whole number"],
    ["limit=many", "limit", "whole number"],
    ["limit=", "limit", "whole number"],
    ["limit=1&limit=2", "limit", "more than once"],
    ["limit=99999999999999999999", "limit", "1000"],
    ["cursor=", "cursor", "meta.cursor"],
    ["cursor=nonsense", "cursor", "meta.cursor"],
    [`cursor=${cursorOf(["1", "00000000-0000-0000-0000-000000000000"])}`, "cursor", "meta.cursor"],
    [`cursor=${cursorOf([1, "-".repeat(36)])}`, "cursor", "meta.cursor"],
    [`cursor=${cursorOf([1e300, "00000000-0000-0000-0000-000000000000"])}`, "cursor", "meta.cursor"],
    ["from=yesterday", "from", "ISO 8601"],
    ["from=", "from", "ISO 8601"],
    ["to=9999999999999999", "to", "ISO 8601"],
    ["from=-9999999999999999", "from", "ISO 8601"],
    ["to=2026-13-01", "to", "ISO 8601"],
    ["all=yes", "all", "true or false"],
    ["assessment=good", "assessment", "assessment"],
    ["metric_type=stars", "metric_type", "metric_type"],
  ])("/api/v1/feedback?%s", async (query, name, detail) => {
    expectRefused(await sayso.get(`/api/v1/feedback?${query}`), "bad_parameter", parameter(name), detail)
  })

  test.each(["feedback/unmatched", "rejected"])("/api/v1/%s takes a page and nothing else", async (path) => {
    expectRefused(
      await sayso.get(`/api/v1/${path}?label=x`),
      "bad_parameter",
      parameter("label"),
      "There are limit, cursor",
    )
    expectRefused(await sayso.get(`/api/v1/${path}?cursor=x`), "bad_parameter", parameter("cursor"))
    expectRefused(await sayso.get(`/api/v1/${path}?limit=0`), "bad_parameter", parameter("limit"))
  })

  test("a parameter where there is none", async () => {
    expectRefused(
      await sayso.get("/api/v1/traces/1?limit=1"),
      "bad_parameter",
      parameter("limit"),
      "This endpoint has none",
    )
  })

  test.each([
    "from=1970-01-01&limit=1",
    "from=0&limit=1",
    "to=2999-01-01T00:00:00Z&limit=1",
    "from=-8640000000000000&limit=1",
    "to=8640000000000000&limit=1",
    "all=true&limit=1",
    "limit=1",
  ])("/api/v1/feedback?%s is a window like any other", async (query) => {
    const { status, json } = await sayso.get(`/api/v1/feedback?${query}`)
    expect([status, json.data.length > 0]).toEqual([200, true])
  })

  test.each([
    "/nothing",
    "/api/v1",
    "/api/v1/feedbacks",
    "/api/v2/llmobs/more",
    "/../../etc/passwd",
    "/api/v1/traces/",
    "/%2e%2e/data",
  ])("there is nothing at %s", async (path) => {
    expectRefused(await sayso.get(path), "not_found", undefined, "There is nothing at")
  })

  test.each(["/api/v1/traces/%ZZ", "/api/v1/traces/%ff", "/api/v1/sessions/%ED%A0%80"])(
    "%s has an escape that is none",
    async (path) => {
      expectRefused(await sayso.get(path), "bad_parameter", undefined, "UTF-8")
    },
  )

  test.each([
    ["/api/v1/traces/nothing", "No span, evaluation or feedback of a trace nothing"],
    ["/api/v1/traces/%00", "has arrived"],
    ["/api/v1/traces/%27%20OR%201%3D1%20--", "' OR 1=1 --"],
    ["/api/v1/sessions/nothing", "session nothing"],
    ["/api/v1/entities/a%2Fb%5C", "a/b\\"],
    ["/api/v1/feedback/nothing", "There is no feedback event nothing"],
    ["/api/v1/feedback/00000000-0000-8000-8000-000000000000", "There is no feedback event"],
  ])("%s is not there", async (path, detail) => {
    expectRefused(await sayso.get(path), "not_found", undefined, detail)
  })

  test.each([
    ["POST", "/api/v1/feedback", "GET"],
    ["DELETE", "/api/v1/feedback/", "GET"],
    ["GET", metricsPath, "POST"],
    ["PUT", spansPath, "POST"],
    ["DELETE", "/v0.4/traces", "GET, POST, PUT"],
    ["PATCH", "/readyz", "GET"],
    ["GET", "/api/v1/feedback/x/withdraw", "POST"],
    ["OPTIONS", "/api/v1/traces/x", "GET"],
  ])("%s %s is the wrong method", async (method, path, allow) => {
    const answer = await sayso.send(method, sayso.url + path)
    expectRefused(answer, "method_not_allowed", undefined, `takes ${allow}`)
    expect(answer.headers.allow).toBe(allow)
  })
})

// The last, since every list that shows it moves all of it.
test("a body of just under the limit is taken", async () => {
  const text = "x".repeat(limit - 1_000)
  const item = feedback({
    label: "just under",
    metric_type: "text",
    categorical_value: undefined,
    text_value: text,
  })
  const stored = await readBack(sayso.post(metricsPath, metrics(item)))
  expect(stored.text_value === text).toBe(true)
})
