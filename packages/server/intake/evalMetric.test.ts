import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { readEvalMetrics, type MetricsBody } from "./evalMetric.ts"
import { readJson } from "./json.ts"

type Fields = Record<string, unknown>

const now = 1_795_399_160_300
const sdkTag = "ddtrace.version:6.21.0"

/** A thumbs-down of one user on one span, with changes. A member that is undefined is left out. */
function feedback(changes: Fields = {}): Fields {
  return {
    event_kind: "feedback",
    span_id: "1683795535652684607",
    label: "thumbs",
    metric_type: "categorical",
    categorical_value: "down",
    timestamp_ms: now,
    submitter: { id: "user-123" },
    ...changes,
  }
}

/** A score of one span, with changes. */
function evaluation(changes: Fields = {}): Fields {
  return {
    join_on: { span: { span_id: "1683795535652684607", trace_id: "6b039df8000000006f88f242fcf83b93" } },
    label: "relevance",
    metric_type: "score",
    score_value: 0.87,
    timestamp_ms: now,
    ...changes,
  }
}

const thumb: Fields = { ...feedback(), eval_scope: "span" }
const score: Fields = { ...evaluation(), event_kind: "evaluation", eval_scope: "span" }

function read(
  items: unknown[],
  options = { fromSdk: false, version: 2 as 1 | 2 },
  tags?: unknown,
): MetricsBody {
  const body = { data: { type: "evaluation_metric", attributes: { metrics: items, tags } } }
  return readEvalMetrics(JSON.parse(JSON.stringify(body)), options)
}

/** What a direct call may send, and the event that it becomes. Undefined members of `expected` must be missing. */
function takes(title: string, item: Fields, expected: Fields, version: 1 | 2 = 2) {
  test(title, () => {
    const { metrics, bad } = read([item], { fromSdk: false, version })
    expect(bad).toEqual([])
    expect(metrics).toEqual([defined(expected)])
  })
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** What a direct call may not send, with every problem as `pointer within the item: detail`. */
function refuses(title: string, item: unknown, ...problems: string[]) {
  test(`refused: ${title}`, () => {
    const { metrics, bad } = read([item])
    expect(metrics).toEqual([])
    expect(bad.map((each) => [each.pointer, each.item])).toEqual([
      ["/data/attributes/metrics/0", JSON.parse(JSON.stringify(item))],
    ])
    expect(complaints(bad[0]?.problems ?? [])).toEqual(problems)
  })
}

function complaints(problems: MetricsBody["bad"][number]["problems"]): string[] {
  return problems.map(
    ({ pointer, detail }) => `${pointer.replace(/^\/data\/attributes\/metrics\/\d+/, "")}: ${detail}`,
  )
}

// The body.

/** A body that is no list of metrics, as one bad item. */
function unusable(title: string, body: unknown, pointer: string, detail: string) {
  for (const fromSdk of [false, true]) {
    test(`unusable: ${title}${fromSdk ? ", from an SDK" : ""}`, () => {
      const problems = [{ code: "bad_body", pointer, detail }]
      const bad = [{ item: body, pointer, problems }]
      expect(readEvalMetrics(body, { fromSdk, version: 2 })).toEqual({ metrics: [], bad, fromSdk })
    })
  }
}

const at = "/data/attributes/metrics"
const belongs = `The metrics belong in an array at ${at}.`
unusable("null", null, at, belongs)
unusable("a text", "feedback", at, belongs)
unusable("a list", [feedback()], at, belongs)
unusable("an empty object", {}, at, belongs)
unusable("no attributes", { data: { type: "evaluation_metric" } }, at, belongs)
unusable("attributes are a list", { data: { attributes: [] } }, at, belongs)
unusable("no metrics", { data: { attributes: {} } }, at, belongs)
unusable("metrics are an object", { data: { attributes: { metrics: { 0: feedback() } } } }, at, belongs)
unusable("no metric", { data: { attributes: { metrics: [] } } }, at, "metrics must not be empty.")

for (const item of [null, "feedback", 5, true, [feedback()]]) {
  refuses(`an item that is ${JSON.stringify(item).slice(0, 12)}`, item, ": An eval metric is a JSON object.")
}

test("evaluations and feedback come mixed in one body, and keep their order", () => {
  const { metrics, bad } = read([feedback(), evaluation(), feedback({ label: "second" })])
  expect(bad).toEqual([])
  expect(metrics.map((metric) => [metric.event_kind, metric.label])).toEqual([
    ["feedback", "thumbs"],
    ["evaluation", "relevance"],
    ["feedback", "second"],
  ])
})

test("every bad item is named, with all that is wrong with it", () => {
  const { metrics, bad } = read([feedback(), feedback({ label: "a.b", submitter: {} }), null, evaluation()])
  expect(metrics).toHaveLength(2)
  expect(bad.flatMap((item) => item.problems.map(({ pointer }) => pointer))).toEqual([
    `${at}/1/label`,
    `${at}/1/submitter/id`,
    `${at}/2`,
  ])
})

test("a body holds at most 50,000 items", () => {
  const many = (count: number) => ({
    data: { attributes: { metrics: Array.from({ length: count }, () => feedback()) } },
  })
  for (const fromSdk of [false, true]) {
    const options = { fromSdk, version: 2 } as const
    expect(readEvalMetrics(many(50_000), options).metrics).toHaveLength(50_000)
    expect(() => readEvalMetrics(many(50_001), options)).toThrow(
      expect.objectContaining({ code: "too_many" }),
    )
    expect(() => readEvalMetrics(many(50_001), options)).toThrow(
      "at most 50000 events (SAYSO_MAX_EVENTS), and this one has 50001",
    )
  }
})

// The kind.

takes("feedback says so", feedback(), thumb)
takes("anything else is an evaluation", evaluation(), score)
takes("an evaluation may say so", evaluation({ event_kind: "evaluation" }), score)
takes("a kind of null is none", evaluation({ event_kind: null }), score)
refuses(
  "another kind",
  feedback({ event_kind: "vote" }),
  "/event_kind: event_kind is evaluation or feedback.",
)
refuses(
  "a kind in capitals",
  feedback({ event_kind: "Feedback" }),
  "/event_kind: event_kind is evaluation or feedback.",
)
refuses(
  "a kind that is no text",
  feedback({ event_kind: 1 }),
  "/event_kind: event_kind is evaluation or feedback.",
)

// The one target of feedback, and its scope.

const noTarget = { span_id: undefined }
const targets = [
  ["span_id", "span"],
  ["trace_id", "trace"],
  ["session_id", "session"],
  ["feedback_join_key", "external"],
] as const

for (const [field, scope] of targets) {
  const about = (changes: Fields = {}) => feedback({ ...noTarget, [field]: "x-1", ...changes })
  const taken = { ...thumb, ...noTarget, [field]: "x-1", eval_scope: scope }
  takes(`${field}: the scope is ${scope}`, about(), taken)
  takes(`${field}: the scope may be given`, about({ eval_scope: scope }), taken)
  takes(`${field}: a scope of null is inferred`, about({ eval_scope: null }), taken)
  takes(
    `${field}: the other three may be null`,
    { ...about({ span_id: null, trace_id: null }), [field]: "x-1" },
    taken,
  )
  takes(`${field}: ids look as they like`, about({ [field]: "日本語 🙂 {}" }), {
    ...taken,
    [field]: "日本語 🙂 {}",
  })
  takes(`${field}: 5,000 characters`, about({ [field]: "i".repeat(5_000) }), {
    ...taken,
    [field]: "i".repeat(5_000),
  })
  refuses(`${field}: empty`, about({ [field]: "" }), `/${field}: ${field} is empty.`)
  for (const [, other] of targets.filter(([name]) => name !== field)) {
    const detail = `The target is a ${field}, so eval_scope is ${scope} or left out.`
    refuses(`${field}: the scope ${other}`, about({ eval_scope: other }), `/eval_scope: ${detail}`)
  }
  refuses(
    `${field}: a scope that is none`,
    about({ eval_scope: "spans" }),
    `/eval_scope: The target is a ${field}, so eval_scope is ${scope} or left out.`,
  )
}

const oneOf = "Feedback names exactly one of span_id, trace_id, session_id, feedback_join_key."
refuses("no target", feedback(noTarget), `: ${oneOf} None was given.`)
refuses("a target of null", feedback({ span_id: null }), `: ${oneOf} None was given.`)
refuses("two targets", feedback({ trace_id: "1" }), `: ${oneOf} span_id and trace_id were given.`)
refuses(
  "four targets",
  feedback({ trace_id: "1", session_id: "1", feedback_join_key: "1" }),
  `: ${oneOf} span_id and trace_id and session_id and feedback_join_key were given.`,
)
refuses(
  "two targets, one of them empty",
  feedback({ session_id: "" }),
  `: ${oneOf} span_id and session_id were given.`,
)
refuses(
  "an id that is a number",
  feedback({ span_id: 1_683_795 }),
  "/span_id: span_id must be a string: a JSON number cannot hold a 64-bit id.",
)
refuses(
  "a session that is a number",
  feedback({ ...noTarget, session_id: 42 }),
  "/session_id: session_id must be a string.",
)
refuses(
  "a join key that is an object",
  feedback({ ...noTarget, feedback_join_key: { id: "ticket-981" } }),
  "/feedback_join_key: feedback_join_key must be a string.",
)
refuses(
  "join_on",
  feedback({ join_on: { span: { span_id: "1", trace_id: "2" } } }),
  "/join_on: Feedback has no join_on: name its target in span_id, trace_id, session_id or feedback_join_key.",
)
refuses(
  "join_on and no target",
  feedback({ ...noTarget, join_on: { span: { span_id: "1", trace_id: "2" } } }),
  "/join_on: Feedback has no join_on: name its target in span_id, trace_id, session_id or feedback_join_key.",
  `: ${oneOf} None was given.`,
)
takes("a join_on of null", feedback({ join_on: null }), thumb)

// The submitter.

takes("a submitter with a type", feedback({ submitter: { id: "a", type: "agent" } }), {
  ...thumb,
  submitter: { id: "a", type: "agent" },
})
takes("any type of submitter", feedback({ submitter: { id: "a", type: "" } }), {
  ...thumb,
  submitter: { id: "a", type: "" },
})
takes("a type of null is none", feedback({ submitter: { id: "a", type: null } }), {
  ...thumb,
  submitter: { id: "a" },
})
takes("what else a submitter has is ignored", feedback({ submitter: { id: "a", name: "Ann" } }), {
  ...thumb,
  submitter: { id: "a" },
})
takes("an evaluation's submitter is ignored", evaluation({ submitter: { id: "" } }), score)
refuses(
  "no submitter",
  feedback({ submitter: undefined }),
  "/submitter: Feedback needs a submitter: {id, type?}.",
)
refuses(
  "a submitter of null",
  feedback({ submitter: null }),
  "/submitter: Feedback needs a submitter: {id, type?}.",
)
refuses(
  "a submitter that is a text",
  feedback({ submitter: "ann" }),
  "/submitter: submitter must be an object: {id, type?}.",
)
refuses(
  "a submitter that is a list",
  feedback({ submitter: ["ann"] }),
  "/submitter: submitter must be an object: {id, type?}.",
)
refuses(
  "a submitter without an id",
  feedback({ submitter: { type: "user" } }),
  "/submitter/id: submitter.id is needed.",
)
refuses("an id of null", feedback({ submitter: { id: null } }), "/submitter/id: submitter.id is needed.")
refuses(
  "an empty id",
  feedback({ submitter: { id: "" } }),
  "/submitter/id: submitter.id must be a string that is not empty.",
)
refuses(
  "a numeric id",
  feedback({ submitter: { id: 7 } }),
  "/submitter/id: submitter.id must be a string that is not empty.",
)
refuses(
  "a numeric type",
  feedback({ submitter: { id: "a", type: 7 } }),
  "/submitter/type: submitter.type must be a string.",
)

// The metric type and its value.

const noValue = { categorical_value: undefined, score_value: undefined }
const million = "ä".repeat(1_000_000)

/** A metric type with values that it can have and some that it cannot. */
const values = [
  ["categorical", ["up", ""], [1, true, ["up"], { up: 1 }], "categorical_value must be a string."],
  ["score", [4, 0, -1.5, 1e300], ["4", true, [4], {}], "score_value must be a finite number."],
  ["boolean", [true, false], ["true", 1, 0, {}], "boolean_value must be true or false."],
  ["json", [{ q1: "a", q2: [null] }, {}], ["{}", 1, ["a"], true], "json_value must be a JSON object."],
  ["text", ["Great, merci é 😀", "", million], [1, false, ["a"], { a: 1 }], "text_value must be a string."],
] as const

for (const [metric_type, good, wrong, detail] of values) {
  const field = `${metric_type}_value`
  const kinds = metric_type === "text" ? [feedback] : [feedback, evaluation]
  for (const make of kinds) {
    const base = make === feedback ? thumb : score
    const said = (value: unknown) => make({ ...noValue, metric_type, [field]: value })
    const title = `${metric_type} ${make.name}`
    for (const value of good) {
      const shown = JSON.stringify(value).slice(0, 20)
      takes(`${title}: ${shown}`, said(value), { ...base, ...noValue, metric_type, [field]: value })
    }
    for (const value of wrong)
      refuses(`${title}: ${JSON.stringify(value)}`, said(value), `/${field}: ${detail}`)
    const needed = `/${field}: metric_type is ${metric_type}, so ${field} is needed.`
    refuses(`${title}: no value`, said(undefined), needed)
    refuses(`${title}: null`, said(null), needed)
    const other = metric_type === "boolean" ? "text_value" : "boolean_value"
    refuses(
      `${title}: the value in ${other}`,
      { ...said(undefined), [other]: metric_type === "boolean" ? "yes" : true },
      `/${other}: metric_type is ${metric_type}, so the value belongs in ${field}, not in ${other}.`,
    )
  }
}

refuses(
  "feedback with two values",
  feedback({ score_value: 1, text_value: "" }),
  "/score_value: metric_type is categorical, so the value belongs in categorical_value, not in score_value or text_value.",
)
takes("an evaluation with two values: the one of its type counts", evaluation({ boolean_value: true }), score)
takes("feedback with another value of null", feedback({ score_value: null }), thumb)
const types = "categorical, score, boolean, json, text"
refuses(
  "no metric type",
  feedback({ metric_type: undefined }),
  `/metric_type: metric_type is needed: ${types}.`,
)
refuses(
  "a metric type of null",
  feedback({ metric_type: null }),
  `/metric_type: metric_type is needed: ${types}.`,
)
refuses(
  "another metric type",
  feedback({ metric_type: "stars" }),
  `/metric_type: metric_type is one of ${types}.`,
)
refuses(
  "a metric type in capitals",
  feedback({ metric_type: "Categorical" }),
  `/metric_type: metric_type is one of ${types}.`,
)
refuses(
  "text in an evaluation",
  evaluation({ score_value: undefined, metric_type: "text", text_value: "good" }),
  "/metric_type: Only feedback can be of metric_type text.",
)
test("refused: a score that JavaScript cannot hold", () => {
  const text = JSON.stringify({ data: { attributes: { metrics: [evaluation()] } } }).replace("0.87", "1e400")
  const { bad } = readEvalMetrics(JSON.parse(text), { fromSdk: false, version: 2 })
  expect(complaints(bad[0]?.problems ?? [])).toEqual(["/score_value: score_value must be a finite number."])
})

// The label.

takes("a label of any characters", feedback({ label: "Wie war's? 🙂 [1]" }), {
  ...thumb,
  label: "Wie war's? 🙂 [1]",
})
takes("a label of any length", feedback({ label: "l".repeat(5_000) }), { ...thumb, label: "l".repeat(5_000) })
takes("every dot in an evaluation's label becomes _", evaluation({ label: "a.b..c." }), {
  ...score,
  label: "a_b__c_",
})
refuses(
  "a dot in a feedback label",
  feedback({ label: "a.b" }),
  "/label: A feedback label has no dot: it is a key in searches.",
)
for (const [kind, make] of [
  ["feedback", feedback],
  ["an evaluation", evaluation],
] as const) {
  refuses(`no label of ${kind}`, make({ label: undefined }), "/label: label is needed: the question's name.")
  refuses(
    `a label of null of ${kind}`,
    make({ label: null }),
    "/label: label is needed: the question's name.",
  )
  refuses(
    `an empty label of ${kind}`,
    make({ label: "" }),
    "/label: label must be a string that is not empty.",
  )
  refuses(
    `a numeric label of ${kind}`,
    make({ label: 5 }),
    "/label: label must be a string that is not empty.",
  )
}

// The time.

const wholeMs = "timestamp_ms must be a whole number of epoch milliseconds, from 0 to 2^53 - 1."
for (const timestamp_ms of [0, 1_700_000_000, now, Date.UTC(2999, 0), Number.MAX_SAFE_INTEGER]) {
  takes(`the time ${timestamp_ms}`, feedback({ timestamp_ms }), { ...thumb, timestamp_ms })
}
for (const timestamp_ms of [
  -1,
  1.5,
  1e300,
  Number.MAX_SAFE_INTEGER + 1,
  "1795399160300",
  "2026-11-22",
  true,
  [],
  {},
]) {
  refuses(`the time ${JSON.stringify(timestamp_ms)}`, feedback({ timestamp_ms }), `/timestamp_ms: ${wholeMs}`)
}
takes("a whole number with a point", feedback({ timestamp_ms: JSON.parse("1.7e12") }), {
  ...thumb,
  timestamp_ms: 1_700_000_000_000,
})
refuses(
  "no time",
  feedback({ timestamp_ms: undefined }),
  "/timestamp_ms: timestamp_ms is needed: the time in epoch milliseconds.",
)
refuses(
  "a time of null",
  feedback({ timestamp_ms: null }),
  "/timestamp_ms: timestamp_ms is needed: the time in epoch milliseconds.",
)

// What an evaluation is about.

takes("a span without its trace", evaluation({ join_on: { span: { span_id: "1" } } }), {
  ...score,
  join_on: { span: { span_id: "1" } },
})
takes(
  "an empty or null trace is none",
  evaluation({ join_on: { span: { span_id: "1", trace_id: "" }, tag: null } }),
  {
    ...score,
    join_on: { span: { span_id: "1" } },
  },
)
takes(
  "what else a span has is ignored",
  evaluation({ join_on: { span: { span_id: "1", trace_id: "2", name: "x" }, more: 1 } }),
  {
    ...score,
    join_on: { span: { span_id: "1", trace_id: "2" } },
  },
)
takes("a tag", evaluation({ join_on: { tag: { key: "order", value: "17" } } }), {
  ...score,
  join_on: { tag: { key: "order", value: "17" } },
})
takes("a tag with an empty value", evaluation({ join_on: { tag: { key: "order", value: "" } } }), {
  ...score,
  join_on: { tag: { key: "order", value: "" } },
})
takes("the scope span", evaluation({ eval_scope: "span" }), score)
takes("a trace by its root span", evaluation({ eval_scope: "trace" }), { ...score, eval_scope: "trace" })
takes(
  "a trace by a tag",
  evaluation({ eval_scope: "trace", join_on: { tag: { key: "order", value: "17" } } }),
  {
    ...score,
    eval_scope: "trace",
    join_on: { tag: { key: "order", value: "17" } },
  },
)
const ofSession = { ...score, join_on: undefined, eval_scope: "session", session_id: "sess-42" }
takes(
  "a session",
  evaluation({ join_on: undefined, eval_scope: "session", session_id: "sess-42" }),
  ofSession,
)
takes("a session, inferred", evaluation({ join_on: null, session_id: "sess-42" }), ofSession)
takes("a session beside join_on is not the target", evaluation({ session_id: "sess-42" }), score)

const needsJoin =
  "/join_on: An evaluation needs join_on.span {span_id, trace_id} or join_on.tag {key, value}, or is of a session (eval_scope and session_id). Feedback has event_kind: feedback."
refuses("nothing", evaluation({ join_on: undefined }), needsJoin)
refuses("a join_on that is a text", evaluation({ join_on: "span" }), needsJoin)
refuses(
  "ids as feedback has them",
  evaluation({ join_on: undefined, span_id: "1", trace_id: "2" }),
  needsJoin,
)
refuses("feedback that does not say so", { ...feedback(), event_kind: undefined }, needsJoin)
refuses("a trace without its root span", evaluation({ join_on: undefined, eval_scope: "trace" }), needsJoin)
refuses("an empty join_on", evaluation({ join_on: {} }), "/join_on: join_on has either span or tag.")
refuses(
  "span and tag",
  evaluation({ join_on: { span: { span_id: "1" }, tag: { key: "a", value: "b" } } }),
  "/join_on: join_on has either span or tag.",
)
for (const span of ["1", {}, { span_id: "" }, { span_id: 1 }, { trace_id: "2" }]) {
  refuses(
    `join_on.span ${JSON.stringify(span)}`,
    evaluation({ join_on: { span } }),
    "/join_on/span: join_on.span is {span_id, trace_id}, both strings; span_id must not be empty.",
  )
}
refuses(
  "a trace that is a number",
  evaluation({ join_on: { span: { span_id: "1", trace_id: 2 } } }),
  "/join_on/span/trace_id: trace_id must be a string: a JSON number cannot hold a 64-bit id.",
)
for (const tag of ["order:17", {}, { key: "", value: "1" }, { key: "a" }, { key: "a", value: 17 }]) {
  refuses(
    `join_on.tag ${JSON.stringify(tag)}`,
    evaluation({ join_on: { tag } }),
    "/join_on/tag: join_on.tag is {key, value}, both strings.",
  )
}
refuses(
  "a session with join_on",
  evaluation({ eval_scope: "session", session_id: "sess-42" }),
  "/join_on: An evaluation of a session has session_id and no join_on.",
)
for (const session_id of [undefined, null, ""]) {
  refuses(
    `a session ${JSON.stringify(session_id)}`,
    evaluation({ join_on: undefined, eval_scope: "session", session_id }),
    "/session_id: An evaluation of a session names it in session_id.",
  )
}
refuses(
  "the scope external",
  evaluation({ eval_scope: "external" }),
  "/eval_scope: eval_scope is one of span, trace, session.",
)
refuses(
  "a join key",
  evaluation({ feedback_join_key: "ticket-981" }),
  "/feedback_join_key: An evaluation has no feedback_join_key; feedback has event_kind: feedback.",
)

// Status and error.

const timeout = { type: "Timeout", message: "after 30 s" }
const failed = { ...score, score_value: undefined, error: timeout }
takes("an evaluation that is OK", evaluation({ status: "OK" }), { ...score, status: "OK" })
for (const status of ["WARN", "ERROR"]) {
  takes(`${status} needs no value`, evaluation({ score_value: undefined, status, error: timeout }), {
    ...failed,
    status,
  })
  takes(`${status} may have one`, evaluation({ status, error: timeout }), {
    ...score,
    status,
    error: timeout,
  })
  refuses(
    `${status} without an error`,
    evaluation({ score_value: undefined, status }),
    `/error: An evaluation with status ${status} says why in error {type, message}.`,
  )
  refuses(
    `${status} with the value of another type`,
    evaluation({ score_value: undefined, boolean_value: true, status, error: timeout }),
    "/boolean_value: metric_type is score, so the value belongs in score_value, not in boolean_value.",
  )
  refuses(
    `feedback with ${status}`,
    feedback({ status, error: timeout }),
    "/status: Feedback always has a value, so its status is OK or left out.",
  )
}
takes("feedback that is OK: it says nothing", feedback({ status: "OK", error: null }), thumb)
takes("an error without a status, and a value", evaluation({ error: {} }), { ...score, error: {} })
refuses(
  "OK without a value",
  evaluation({ score_value: undefined, status: "OK" }),
  "/score_value: metric_type is score, so score_value is needed.",
)
refuses("another status", evaluation({ status: "FAILED" }), "/status: status is one of OK, WARN, ERROR.")
refuses("an error that is a text", evaluation({ error: "timeout" }), "/error: error must be a JSON object.")

// What else there may be.

takes(
  "everything",
  feedback({ ml_app: "web", assessment: "fail", reasoning: "too long", metadata: { a: [1] }, tags: ["k:v"] }),
  {
    ...thumb,
    ml_app: "web",
    assessment: "fail",
    reasoning: "too long",
    metadata: { a: [1] },
    tags: ["k:v"],
  },
)
takes(
  "everything of an evaluation",
  evaluation({ ml_app: "web", assessment: "pass", reasoning: "", metadata: {}, tags: [""] }),
  {
    ...score,
    ml_app: "web",
    assessment: "pass",
    reasoning: "",
    metadata: {},
    tags: [""],
  },
)
takes(
  "null is as good as nothing",
  feedback({
    ml_app: null,
    assessment: null,
    reasoning: null,
    metadata: null,
    tags: null,
    status: null,
    error: null,
  }),
  thumb,
)
takes("what nobody knows is ignored", feedback({ rating: 5, id: "mine", eval_metric_metadata: {} }), thumb)
takes("no tags are no tags", feedback({ tags: [] }), thumb)
refuses("a numeric ml_app", feedback({ ml_app: 5 }), "/ml_app: ml_app must be a string.")
refuses(
  "another assessment",
  feedback({ assessment: "good" }),
  "/assessment: assessment is one of pass, fail.",
)
refuses(
  "an assessment that is true",
  feedback({ assessment: true }),
  "/assessment: assessment is one of pass, fail.",
)
refuses("a numeric reasoning", feedback({ reasoning: 5 }), "/reasoning: reasoning must be a string.")
refuses("metadata that is a list", feedback({ metadata: [] }), "/metadata: metadata must be a JSON object.")
refuses(
  "metadata that is a text",
  evaluation({ metadata: "{}" }),
  "/metadata: metadata must be a JSON object.",
)
for (const tags of ["k:v", { k: "v" }, ["k:v", 5], [null]]) {
  refuses(
    `tags ${JSON.stringify(tags)}`,
    feedback({ tags }),
    '/tags: tags must be an array of "key:value" strings.',
  )
}

test("the body's tags follow those of every item", () => {
  const { metrics } = read([feedback({ tags: ["a:1"] }), evaluation()], undefined, ["team:core", "env:dev"])
  expect(metrics.map(({ tags }) => tags)).toEqual([
    ["a:1", "team:core", "env:dev"],
    ["team:core", "env:dev"],
  ])
})

for (const tags of ["team:core", { team: "core" }, [5]]) {
  test(`refused: the body's tags ${JSON.stringify(tags)}`, () => {
    const { metrics, bad } = read([feedback()], undefined, tags)
    expect(metrics).toEqual([])
    expect(bad.map((item) => item.problems)).toEqual([
      [
        {
          code: "bad_body",
          pointer: "/data/attributes/tags",
          detail: 'tags must be an array of "key:value" strings.',
        },
      ],
    ])
  })
}

function nested(levels: number): Fields {
  let value: Fields = {}
  for (let level = 1; level < levels; level += 1) value = { a: value }
  return value
}

for (const field of ["json_value", "metadata", "error"]) {
  const deep = (levels: number) =>
    evaluation({
      ...(field === "json_value" && { score_value: undefined, metric_type: "json" }),
      [field]: nested(levels),
    })
  test(`${field} nests 1,000 levels and no more`, () => {
    expect(read([deep(1_000)]).bad).toEqual([])
    const [bad] = read([deep(1_001)]).bad
    expect(bad?.problems).toEqual([
      { code: "too_deep", pointer: `${at}/0/${field}`, detail: `${field} nests deeper than 1000 levels.` },
    ])
  })
}

test("all that is wrong is said at once", () => {
  const { bad } = read([
    { event_kind: "feedback", label: "a.b", metric_type: "score", score_value: "4", tags: "x" },
  ])
  expect(bad[0]?.problems.map(({ pointer }) => pointer.slice(at.length))).toEqual([
    "/0",
    "/0/label",
    "/0/score_value",
    "/0/timestamp_ms",
    "/0/submitter",
    "/0/tags",
  ])
})

// Version 1, as Java still sends evaluations.

const flat = { join_on: undefined, span_id: "-3374", trace_id: "6b039df8000000006f88f242fcf83b93" }
takes(
  "version 1: flat ids",
  evaluation(flat),
  { ...score, join_on: { span: { span_id: "-3374", trace_id: flat.trace_id } } },
  1,
)
takes(
  "version 1: a span alone",
  evaluation({ ...flat, trace_id: undefined }),
  { ...score, join_on: { span: { span_id: "-3374" } } },
  1,
)
takes("version 1: join_on as in version 2", evaluation(), score, 1)
takes("version 1: feedback is what it is", feedback(), thumb, 1)
takes("version 1: a session", evaluation({ join_on: undefined, session_id: "sess-42" }), ofSession, 1)

test("version 1: no ids at all", () => {
  const { bad } = read([evaluation({ join_on: undefined })], { fromSdk: false, version: 1 })
  expect(complaints(bad[0]?.problems ?? [])).toEqual([needsJoin])
})

// What SDKs send that a direct call may not.

test("a body is an SDK's when its path or any of its items says so", () => {
  const fromSdk = (tags: unknown, path = false) =>
    read([evaluation(), feedback({ tags })], { fromSdk: path, version: 2 }).fromSdk
  expect(fromSdk([])).toBe(false)
  expect(fromSdk(["ddtrace:6.21.0", "x-ddtrace.version:1"])).toBe(false)
  expect(fromSdk("ddtrace.version:6.21.0")).toBe(false)
  expect(fromSdk(["env:dev", sdkTag])).toBe(true)
  expect(fromSdk([], true)).toBe(true)
})

/** What an SDK may send, and the event that it becomes. */
function tolerates(title: string, item: Fields, expected: Fields) {
  for (const [how, options, tags] of [
    ["by its tag", { fromSdk: false, version: 2 }, [sdkTag]],
    ["by its path", { fromSdk: true, version: 2 }, []],
  ] as const) {
    test(`from an SDK, known ${how}: ${title}`, () => {
      const given = [...tags, ...((item["tags"] ?? []) as string[])]
      const { metrics, bad } = read([{ ...item, tags: given }], options)
      const all = [...given, ...((expected["tags"] ?? []) as string[])]
      expect(bad).toEqual([])
      expect(metrics).toEqual([defined({ ...expected, tags: all.length > 0 ? all : undefined })])
    })
  }
}

const rating = (changes: Fields = {}) =>
  feedback({ ...noValue, metric_type: "score", score_value: 1, ...changes })
const rated = { ...thumb, ...noValue, metric_type: "score", score_value: 1 }
const noNumber = { score_value: undefined, tags: ["sayso.warning:score_value_was_not_a_number"] }
tolerates("true as a score, from Python", rating({ score_value: true }), rated)
tolerates("false as a score", rating({ score_value: false }), { ...rated, score_value: 0 })
tolerates("NaN as a score, which is null", rating({ score_value: null }), { ...rated, ...noNumber })
tolerates("an evaluation's score of NaN", evaluation({ score_value: null }), { ...score, ...noNumber })
tolerates("a time with a fraction", feedback({ timestamp_ms: 1.5 }), { ...thumb, timestamp_ms: 1 })
tolerates("a time that no clock shows", feedback({ timestamp_ms: 1e300 }), {
  ...thumb,
  timestamp_ms: Number.MAX_SAFE_INTEGER,
})
tolerates("a time of Infinity, which is null", feedback({ timestamp_ms: null }), {
  ...thumb,
  timestamp_ms: Number.MAX_SAFE_INTEGER,
})
tolerates("an evaluation's label that is a number", evaluation({ label: 5.5 }), { ...score, label: "5_5" })
tolerates("an evaluation's label that is true", evaluation({ label: true }), { ...score, label: "true" })
tolerates("an evaluation's label with dots", evaluation({ label: "dotted.label" }), {
  ...score,
  label: "dotted_label",
})
tolerates("an empty text", feedback({ ...noValue, metric_type: "text", text_value: "" }), {
  ...thumb,
  ...noValue,
  metric_type: "text",
  text_value: "",
})
tolerates("ids that are none", feedback({ span_id: "not-a-number!" }), { ...thumb, span_id: "not-a-number!" })
tolerates("Java's negative ids", feedback({ span_id: "-3374" }), { ...thumb, span_id: "-3374" })
tolerates("an ml_app of any characters", feedback({ ml_app: "My App!__" }), { ...thumb, ml_app: "My App!__" })
tolerates("Python's failed evaluation", evaluation({ score_value: undefined, status: "ERROR", error: {} }), {
  ...failed,
  status: "ERROR",
  error: {},
})

test("from an SDK: a score of more digits than JavaScript can hold has no value, and says so", () => {
  const body = JSON.stringify({ data: { attributes: { metrics: [evaluation({ tags: [sdkTag] })] } } })
  for (const digits of ["1e400", "-1e400", "1".repeat(400)]) {
    const { metrics, bad } = readEvalMetrics(JSON.parse(body.replace("0.87", digits)), {
      fromSdk: false,
      version: 2,
    })
    expect(bad).toEqual([])
    expect(metrics).toEqual([defined({ ...score, ...noNumber, tags: [sdkTag, ...noNumber.tags] })])
  }
})

test("from an SDK: tags that are no texts become texts, and what is no scalar is left out", () => {
  const { metrics } = read([feedback({ tags: [sdkTag, 5, true, null, {}, "n:null"] })], undefined, "no list")
  expect(metrics.map(({ tags }) => tags)).toEqual([[sdkTag, "5", "true", "n:null"]])
})

test("from an SDK: a bad item is kept apart with all its errors, and its neighbours are taken", () => {
  const bad = feedback({ label: "a.b", submitter: null, score_value: 1, timestamp_ms: "soon" })
  const { metrics, bad: kept, fromSdk } = read([feedback({ tags: [sdkTag] }), bad, "?", evaluation()])
  expect(fromSdk).toBe(true)
  expect(metrics.map(({ event_kind }) => event_kind)).toEqual(["feedback", "evaluation"])
  expect(kept.map(({ item, pointer }) => [pointer, item])).toEqual([
    [`${at}/1`, bad],
    [`${at}/2`, "?"],
  ])
  expect(kept.flatMap(({ problems }) => complaints(problems))).toEqual([
    "/label: A feedback label has no dot: it is a key in searches.",
    "/score_value: metric_type is categorical, so the value belongs in categorical_value, not in score_value.",
    `/timestamp_ms: ${wholeMs}`,
    "/submitter: Feedback needs a submitter: {id, type?}.",
    ": An eval metric is a JSON object.",
  ])
})

/** What no SDK can say is bad from an SDK too. */
function rejects(title: string, item: Fields, problem: string) {
  test(`from an SDK, rejected: ${title}`, () => {
    const { metrics, bad } = read([{ ...item, tags: [sdkTag] }])
    expect(metrics).toEqual([])
    expect(complaints(bad[0]?.problems ?? [])).toEqual([problem])
  })
}

rejects(
  "a boolean of null",
  feedback({ ...noValue, metric_type: "boolean", boolean_value: null }),
  "/boolean_value: metric_type is boolean, so boolean_value is needed.",
)
rejects(
  "a score that is missing",
  rating({ score_value: undefined }),
  "/score_value: metric_type is score, so score_value is needed.",
)
rejects(
  "a score that is a text",
  rating({ score_value: "1" }),
  "/score_value: score_value must be a finite number.",
)
rejects(
  "a boolean that is a number",
  feedback({ ...noValue, metric_type: "boolean", boolean_value: 1 }),
  "/boolean_value: boolean_value must be true or false.",
)
rejects("a time before the epoch", feedback({ timestamp_ms: -1 }), `/timestamp_ms: ${wholeMs}`)
rejects(
  "no time",
  feedback({ timestamp_ms: undefined }),
  "/timestamp_ms: timestamp_ms is needed: the time in epoch milliseconds.",
)
rejects(
  "a label that is an object",
  evaluation({ label: {} }),
  "/label: label must be a string that is not empty.",
)
rejects("two targets", feedback({ trace_id: "1" }), `: ${oneOf} span_id and trace_id were given.`)

// What was captured.

function captured(folder: string, file: string): Fields[] {
  const path = join(import.meta.dirname, "../../../test/fixtures/dd-trace", folder, file)
  const { body } = JSON.parse(readFileSync(path, "utf8")) as {
    body: { data: { attributes: { metrics: Fields[] } } }
  }
  return body.data.attributes.metrics
}

const batch = captured(
  "proxied-auto-v5-node20",
  "006-POST-evp_proxy_v2_api_intake_llm_obs_v2_eval_metric.json",
)
const scopes = {
  span: "span",
  spanId: "span",
  traceId: "trace",
  sessionId: "session",
  feedbackJoinKey: "external",
} as const

for (const metricType of ["categorical", "score", "boolean", "json", "text"]) {
  for (const [target, scope] of Object.entries(scopes)) {
    test(`captured: ${metricType} feedback by ${target}`, () => {
      const items = batch.filter(({ label }) => label === `m_${metricType}_${target}`)
      expect(items).toHaveLength(1)
      const { metrics, bad } = read(items, { fromSdk: true, version: 2 })
      expect(bad).toEqual([])
      expect(metrics).toEqual([{ ...items[0], eval_scope: scope }])
    })
  }
}

test("captured: the whole batch is taken, as it was said", () => {
  const { metrics, bad, fromSdk } = read(batch)
  expect([metrics.length, bad, fromSdk]).toEqual([42, [], true])
  const { metrics: byPath } = read(batch, { fromSdk: true, version: 2 })
  expect(byPath).toEqual(metrics)
  const differing = metrics.flatMap((metric, index) => {
    const changes = changed(batch[index] ?? {}, { ...metric, eval_scope: undefined })
    return Object.keys(changes).length === 0 ? [] : [[batch[index]?.["label"], changes]]
  })
  const warned = [item("nan_score")["tags"], [...(item("nan_score")["tags"] as string[]), ...noNumber.tags]]
  expect(differing).toEqual([
    ["dotted.label", { label: ["dotted.label", "dotted_label"] }],
    ["nan_score", { score_value: [null, undefined], tags: warned }],
    ["inf_score", { score_value: [null, undefined], tags: warned }],
    ["ts_float", { timestamp_ms: [1.5, 1] }],
  ])
})

function item(label: string): Fields {
  return batch.find((each) => each["label"] === label) ?? {}
}

/** The members that reading changed, as [sent, read]. */
function changed(item: Fields, metric: Fields): Fields {
  const names = new Set([...Object.keys(item), ...Object.keys(metric)])
  const different = [...names].filter((name) => JSON.stringify(item[name]) !== JSON.stringify(metric[name]))
  return Object.fromEntries(different.map((name) => [name, [item[name], metric[name]]]))
}

test("captured: with OpenTelemetry on top", () => {
  const items = captured("otel-mix", "002-POST-evp_proxy_v2_api_intake_llm_obs_v2_eval_metric.json")
  const { metrics, bad } = read(items)
  expect([metrics.length, bad]).toEqual([items.length, []])
})

test("the Node SDK's broken escape does not lose its batch", () => {
  const body = JSON.stringify({
    data: { attributes: { metrics: [feedback({ reasoning: "C:\\users\\bob" }), feedback()] } },
  })
  const read = readEvalMetrics(readJson(Buffer.from(body.replaceAll("\\\\u", "\\u"))), {
    fromSdk: true,
    version: 2,
  })
  expect(read.bad).toEqual([])
  expect(read.metrics.map(({ reasoning }) => reasoning)).toEqual(["C:\\users\\bob", undefined])
})
