import { Evaluation, Feedback } from "@sayso/protocol/event.ts"
import { Compile } from "typebox/compile"
import { expect, test } from "vitest"
import { createBag } from "./attributes.ts"
import type { Attributes } from "./model.ts"
import { millisecondsOf, readAnnotations, readEvaluation, type About, type Results } from "./results.ts"

const trace_id = "6b039df8000000006f88f242fcf83b93"
const span_id = "175e0b1e58f7833f"
const about: About = {
  trace_id,
  span_id,
  session_id: "sess-42",
  ml_app: "",
  timestamp_ms: 1_795_400_217_260,
  at: "/resourceSpans/0",
}
const join_on = { span: { span_id, trace_id } }

const isFeedback = Compile(Feedback)
const isEvaluation = Compile(Evaluation)

function read(reader: (results: Results) => void): Results {
  const results: Results = { metrics: [], bad: [] }
  reader(results)
  for (const metric of results.metrics) {
    const schema = metric.event_kind === "feedback" ? isFeedback : isEvaluation
    expect(schema.Errors(metric)).toEqual([])
  }
  return results
}

/** The attributes of an event `gen_ai.evaluation.result`, and the evaluation that it becomes. */
function check(title: string, attributes: Attributes, expected: object, target: Partial<About> = {}) {
  test(title, () => {
    const results = read((to) => readEvaluation(createBag(attributes), { ...about, ...target }, to))
    const common = { event_kind: "evaluation", eval_scope: "span", join_on, timestamp_ms: about.timestamp_ms }
    expect(results).toStrictEqual({ metrics: [{ ...common, ...expected }], bad: [] })
  })
}

/** Attributes that make no event, and why. They are kept as they came. */
function refused(title: string, attributes: Attributes, detail: string, target: Partial<About> = {}) {
  test(`refused: ${title}`, () => {
    const results = read((to) => readEvaluation(createBag(attributes), { ...about, ...target }, to))
    const pointer = about.at
    expect(results).toStrictEqual({
      metrics: [],
      bad: [{ item: attributes, pointer, problems: [{ code: "bad_body", pointer, detail }] }],
    })
  })
}

const name = { "gen_ai.evaluation.name": "relevance" }

check(
  "a score",
  { ...name, "gen_ai.evaluation.score.value": 0.5 },
  { label: "relevance", metric_type: "score", score_value: 0.5 },
)
check(
  "a score in digits",
  { ...name, "gen_ai.evaluation.score.value": "4" },
  { label: "relevance", metric_type: "score", score_value: 4 },
)
check(
  "a word",
  { ...name, "gen_ai.evaluation.score.label": "relevant" },
  { label: "relevance", metric_type: "categorical", categorical_value: "relevant" },
)
check(
  "a score and its word are one answer, so that it counts once",
  {
    ...name,
    "gen_ai.evaluation.score.value": 1,
    "gen_ai.evaluation.score.label": "relevant",
    "gen_ai.evaluation.explanation": "It answers.",
    "gen_ai.response.id": "resp-1",
    evaluator: '{"model":"gpt-4o"}',
  },
  {
    label: "relevance",
    metric_type: "score",
    score_value: 1,
    reasoning: "It answers.",
    metadata: { label: "relevant", "gen_ai.response.id": "resp-1", evaluator: { model: "gpt-4o" } },
  },
)
for (const [word, assessment] of [
  ["pass", "pass"],
  ["FAIL", "fail"],
] as const) {
  check(
    `${word} is an assessment too`,
    { ...name, "gen_ai.evaluation.score.label": word },
    { label: "relevance", metric_type: "categorical", categorical_value: word, assessment },
  )
}
check(
  "a name with dots",
  { "gen_ai.evaluation.name": "rag.v2.relevance", "gen_ai.evaluation.score.value": 1 },
  { label: "rag_v2_relevance", metric_type: "score", score_value: 1 },
)
check(
  "the application",
  { ...name, "gen_ai.evaluation.score.value": 1 },
  { label: "relevance", ml_app: "chat", metric_type: "score", score_value: 1 },
  { ml_app: "chat" },
)
check(
  "an evaluator that failed",
  { ...name, "error.type": "timeout", "gen_ai.evaluation.explanation": "The judge was away." },
  {
    label: "relevance",
    metric_type: "score",
    status: "ERROR",
    error: { type: "timeout", message: "The judge was away." },
    reasoning: "The judge was away.",
  },
)
check(
  "of no span, by the id of its response",
  { ...name, "gen_ai.evaluation.score.value": 1, "gen_ai.response.id": "resp-1" },
  {
    label: "relevance",
    metric_type: "score",
    score_value: 1,
    join_on: { tag: { key: "gen_ai.response.id", value: "resp-1" } },
  },
  { trace_id: "", span_id: "" },
)
check(
  "of a span whose trace is not said",
  { ...name, "gen_ai.evaluation.score.value": 1 },
  { label: "relevance", metric_type: "score", score_value: 1, join_on: { span: { span_id } } },
  { trace_id: "" },
)

const needs =
  "A result needs gen_ai.evaluation.name, and an answer: gen_ai.evaluation.score.value or score.label."
refused("nothing said", {}, needs)
refused("no name", { "gen_ai.evaluation.score.value": 1 }, needs)
refused("no answer", { ...name, "gen_ai.evaluation.explanation": "It answers." }, needs)
refused("a score that is none", { ...name, "gen_ai.evaluation.score.value": [1] }, needs)
refused(
  "of nothing",
  { ...name, "gen_ai.evaluation.score.value": 1 },
  "An evaluation needs the context of a span, or gen_ai.response.id.",
  { trace_id: "", span_id: "" },
)

/** The members of one annotation of OpenInference, under the prefix of what it is about, and what it becomes. */
function annotation(
  title: string,
  prefix: string,
  members: Attributes,
  expected: Partial<Results>,
  target: Partial<About> = {},
) {
  test(title, () => {
    const attributes = Object.fromEntries(
      Object.entries(members).map(([key, value]) => [`${prefix}.${key}`, value]),
    )
    const bag = createBag({ ...attributes, other: 1, "annotations.x.annotation.name": "odd" })
    expect(read((to) => readAnnotations(bag, { ...about, ...target }, to))).toStrictEqual({
      metrics: [],
      bad: [],
      ...expected,
    })
    expect(bag.rest().map(([key]) => key)).toEqual(["other", "annotations.x.annotation.name"])
  })
}

const helpful = { label: "helpful", timestamp_ms: about.timestamp_ms }
const byUser = { submitter: { id: "u-7", type: "user" }, metadata: { annotator_kind: "HUMAN" } }
const person = {
  "annotation.name": "helpful",
  "annotation.annotator_kind": "HUMAN",
  "annotation.identifier": "u-7",
}

for (const [prefix, target] of [
  ["annotations.0", { eval_scope: "span", span_id }],
  ["trace.annotations.0", { eval_scope: "trace", trace_id }],
  ["session.annotations.0", { eval_scope: "session", session_id: "sess-42" }],
] as const) {
  annotation(
    `a person's word in ${prefix} is feedback on a ${target.eval_scope}`,
    prefix,
    { ...person, "annotation.score": 1, "annotation.explanation": "It helped." },
    {
      metrics: [
        {
          event_kind: "feedback",
          ...target,
          ...helpful,
          ...byUser,
          metric_type: "score",
          score_value: 1,
          reasoning: "It helped.",
        },
      ],
    },
  )
}
for (const [prefix, target] of [
  ["annotations.3", { eval_scope: "span", join_on }],
  ["trace.annotations.3", { eval_scope: "trace", join_on }],
  ["session.annotations.3", { eval_scope: "session", session_id: "sess-42" }],
] as const) {
  annotation(
    `a model's word in ${prefix} is an evaluation of a ${target.eval_scope}`,
    prefix,
    {
      "annotation.name": "help.ful",
      "annotation.label": "Fail",
      "annotation.annotator_kind": "LLM",
      "annotation.identifier": "judge-1",
      "annotation.explanation": "No.",
      "annotation.metadata": '{"model":"gpt-4o"}',
    },
    {
      metrics: [
        {
          event_kind: "evaluation",
          ...target,
          label: "help_ful",
          timestamp_ms: about.timestamp_ms,
          assessment: "fail",
          reasoning: "No.",
          metadata: { model: "gpt-4o", annotator_kind: "LLM", identifier: "judge-1" },
          metric_type: "categorical",
          categorical_value: "Fail",
        },
      ],
    },
  )
}
annotation(
  "OpenInference's other word for it",
  "evaluations.0",
  { "evaluation.name": "helpful", "evaluation.score": 0.5, "evaluation.annotator_kind": "CODE" },
  {
    metrics: [
      {
        event_kind: "evaluation",
        eval_scope: "span",
        join_on,
        ...helpful,
        metadata: { annotator_kind: "CODE" },
        metric_type: "score",
        score_value: 0.5,
      },
    ],
  },
)
annotation(
  "a person without a name is no submitter",
  "annotations.0",
  { "annotation.name": "helpful", "annotation.label": "yes", "annotation.annotator_kind": "HUMAN" },
  {
    metrics: [
      {
        event_kind: "evaluation",
        eval_scope: "span",
        join_on,
        ...helpful,
        metadata: { annotator_kind: "HUMAN" },
        metric_type: "categorical",
        categorical_value: "yes",
      },
    ],
  },
)
annotation(
  "a person may answer in words alone",
  "annotations.0",
  { ...person, "annotation.explanation": "Thank you." },
  {
    metrics: [
      {
        event_kind: "feedback",
        eval_scope: "span",
        span_id,
        ...helpful,
        ...byUser,
        metric_type: "text",
        text_value: "Thank you.",
      },
    ],
  },
)
function saysNot(item: object, detail: string): Partial<Results> {
  return { bad: [{ item, pointer: about.at, problems: [{ code: "bad_body", pointer: about.at, detail }] }] }
}
annotation(
  "a model answers in words alone",
  "annotations.0",
  { "annotation.name": "helpful", "annotation.explanation": "Yes." },
  saysNot(
    { "annotation.name": "helpful", "annotation.explanation": "Yes." },
    "A result needs annotation.name, and an answer: annotation.score or label.",
  ),
)
annotation(
  "a session that the span does not name",
  "session.annotations.0",
  { ...person, "annotation.score": 1 },
  saysNot({ ...person, "annotation.score": 1 }, "This is said about a session, and its span names none."),
  { session_id: "" },
)

test("several annotations, each by itself", () => {
  const bag = createBag({
    "annotations.1.annotation.name": "b",
    "annotations.1.annotation.score": 2,
    "annotations.0.annotation.name": "a",
    "annotations.0.annotation.score": 1,
    "annotations.2.annotation.name": "c",
  })
  const { metrics, bad } = read((to) => readAnnotations(bag, about, to))
  expect(metrics.map(({ label, score_value }) => [label, score_value])).toEqual([
    ["a", 1],
    ["b", 2],
  ])
  expect(bad.map(({ item }) => item)).toEqual([{ "annotation.name": "c" }])
})

test("milliseconds of nanoseconds", () => {
  expect(["0", "999999", "1795400217260332593", "18446744073709551615"].map(millisecondsOf)).toEqual([
    0, 0, 1_795_400_217_260, 18_446_744_073_709,
  ])
  expect(["", "soon", "-5", "9".repeat(21)].map(millisecondsOf)).toEqual([0, 0, 0, 0])
})
