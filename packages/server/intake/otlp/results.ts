import type { EvalMetric } from "@sayso/protocol/event.ts"
import type { BadItem } from "../evalMetric.ts"
import type { JsonObject } from "../json.ts"
import { parsed, takeMembers, type Bag } from "./attributes.ts"
import type { Value } from "./model.ts"

export const evaluationEvent = "gen_ai.evaluation.result"

/** The events that evaluations and people's words became, and what could not become one. */
export interface Results {
  readonly metrics: EvalMetric[]
  readonly bad: BadItem[]
}

/** What a result is about, by whom and when it was sent. Ids are empty where there is none. */
export interface About {
  readonly trace_id: string
  readonly span_id: string
  readonly session_id: string
  readonly ml_app: string
  readonly timestamp_ms: number
  /** The place in the body. */
  readonly at: string
}

/** One result, before it is known whether it says enough. */
interface Given {
  readonly name: string
  readonly score: number | undefined
  readonly label: string
  readonly explanation: string
  readonly metadata: JsonObject
}

/** Epoch milliseconds of epoch nanoseconds in digits. */
export function millisecondsOf(time_ns: string): number {
  return /^\d{1,20}$/.test(time_ns) ? Number(time_ns.slice(0, -6)) : 0
}

/** An event `gen_ai.evaluation.result` (OpenTelemetry), from a log record or on a span. */
export function readEvaluation(bag: Bag, about: About, results: Results): void {
  const item = Object.fromEntries(bag.rest())
  const response = about.span_id === "" ? bag.text("gen_ai.response.id") : ""
  const errorType = bag.text("error.type")
  const given: Given = {
    name: bag.text("gen_ai.evaluation.name"),
    score: bag.number("gen_ai.evaluation.score.value"),
    label: bag.text("gen_ai.evaluation.score.label"),
    explanation: bag.text("gen_ai.evaluation.explanation"),
    metadata: membersLeft(bag),
  }
  if (about.span_id === "" && response === "") {
    results.bad.push(bad(item, about, "An evaluation needs the context of a span, or gen_ai.response.id."))
    return
  }
  const failed =
    errorType === ""
      ? undefined
      : { status: "ERROR" as const, error: { type: errorType, message: given.explanation } }
  const answer = answerOf(given) ?? (failed && { metric_type: "score" as const })
  if (given.name === "" || answer === undefined) {
    results.bad.push(bad(item, about, saysTooLittle("gen_ai.evaluation.")))
    return
  }
  results.metrics.push({
    event_kind: "evaluation",
    eval_scope: "span",
    join_on:
      about.span_id === ""
        ? { tag: { key: "gen_ai.response.id", value: response } }
        : { span: spanOf(about) },
    ...commonOf(given, about),
    ...answer,
    ...failed,
  })
}

/** Where the results of a span stand, what one of them is called there, and what it is about. */
const places = [
  ["annotations", "annotation", "span"],
  ["evaluations", "evaluation", "span"],
  ["trace.annotations", "annotation", "trace"],
  ["trace.evaluations", "evaluation", "trace"],
  ["session.annotations", "annotation", "session"],
  ["session.evaluations", "evaluation", "session"],
] as const

/** Annotations and evaluations that OpenInference flattens into the keys of a span, about it, its trace or its session. */
export function readAnnotations(bag: Bag, about: About, results: Results): void {
  for (const [list, word, scope] of places)
    for (const item of bag.list(list)) readAnnotation(item, word, scope, about, results)
}

/** What a person says is feedback; what a model or a program says, or nobody who has a name, is an evaluation. */
function readAnnotation(
  bag: Bag,
  word: string,
  scope: (typeof places)[number][2],
  about: About,
  results: Results,
): void {
  const item = Object.fromEntries(bag.rest())
  const kind = bag.text(`${word}.annotator_kind`)
  const identifier = bag.text(`${word}.identifier`)
  const byPerson = kind.toUpperCase() === "HUMAN" && identifier !== ""
  const metadata = takeMembers(bag, `${word}.metadata`) ?? []
  const given: Given = {
    name: bag.text(`${word}.name`),
    score: bag.number(`${word}.score`),
    label: bag.text(`${word}.label`),
    explanation: bag.text(`${word}.explanation`),
    metadata: Object.fromEntries<unknown>([
      ...bag.rest(),
      ...metadata,
      ...(kind === "" ? [] : [["annotator_kind", kind] as const]),
      ...(identifier === "" || byPerson ? [] : [["identifier", identifier] as const]),
    ]),
  }
  const answer =
    answerOf(given) ??
    (byPerson && given.explanation !== ""
      ? { metric_type: "text" as const, text_value: given.explanation }
      : undefined)
  if (given.name === "" || answer === undefined) {
    results.bad.push(bad(item, about, saysTooLittle(`${word}.`)))
    return
  }
  if (scope === "session" && about.session_id === "") {
    results.bad.push(bad(item, about, "This is said about a session, and its span names none."))
    return
  }
  const session = { session_id: about.session_id }
  if (byPerson) {
    const target =
      scope === "session"
        ? session
        : scope === "trace"
          ? { trace_id: about.trace_id }
          : { span_id: about.span_id }
    const { reasoning, ...common } = commonOf(given, about)
    results.metrics.push({
      event_kind: "feedback",
      eval_scope: scope,
      ...target,
      submitter: { id: identifier, type: "user" },
      ...common,
      ...(reasoning !== undefined && answer.metric_type !== "text" && { reasoning }),
      ...answer,
    })
    return
  }
  results.metrics.push({
    event_kind: "evaluation",
    eval_scope: scope,
    ...(scope === "session" ? session : { join_on: { span: spanOf(about) } }),
    ...commonOf(given, about),
    ...answer,
  })
}

/**
 * The one answer of a result. It counts once, so a score with a label is a score, and the label stands in the metadata.
 */
function answerOf({ score, label }: Given) {
  if (score !== undefined) return { metric_type: "score" as const, score_value: score }
  return label === "" ? undefined : { metric_type: "categorical" as const, categorical_value: label }
}

/** What every result has, whoever says it. */
function commonOf({ name, score, label, explanation, metadata }: Given, { ml_app, timestamp_ms }: About) {
  const assessment = (["pass", "fail"] as const).find((word) => word === label.toLowerCase())
  const more = score !== undefined && label !== "" ? { ...metadata, label } : metadata
  return {
    // A label is a key in searches, where a dot would lead somewhere.
    label: name.replaceAll(".", "_"),
    timestamp_ms,
    ...(ml_app !== "" && { ml_app }),
    ...(assessment && { assessment }),
    ...(explanation !== "" && { reasoning: explanation }),
    ...(Object.keys(more).length > 0 && { metadata: more }),
  }
}

function spanOf({ span_id, trace_id }: About) {
  return { span_id, ...(trace_id !== "" && { trace_id }) }
}

function membersLeft(bag: Bag): JsonObject {
  const rest = bag.rest()
  for (const [key] of rest) bag.take(key)
  return Object.fromEntries(rest.map(([key, value]): [string, Value] => [key, parsed(value)]))
}

function saysTooLittle(prefix: string): string {
  const score = prefix === "gen_ai.evaluation." ? "score.value or score.label" : "score or label"
  return `A result needs ${prefix}name, and an answer: ${prefix}${score}.`
}

function bad(item: JsonObject, { at }: About, detail: string): BadItem {
  return { item, pointer: at, problems: [{ code: "bad_body", pointer: at, detail }] }
}
