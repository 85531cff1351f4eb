import { fault, type ErrorCode } from "@sayso/protocol/errors.ts"
import {
  assessments,
  evaluationStatuses,
  metricTypes,
  type EvalMetric,
  type EvalScope,
  type MetricType,
  type Span,
} from "@sayso/protocol/event.ts"
import { never } from "@sayso/protocol/never.ts"
import { isObject, maxDepth, shallowEnough, type JsonObject } from "./json.ts"

/** One thing wrong with an item, and where: a JSON pointer into the body. */
export interface ItemProblem {
  readonly code: ErrorCode
  readonly pointer: string
  readonly detail: string
}

/** An item that cannot be used, whole, with all that is wrong with it. */
export interface BadItem {
  readonly item: unknown
  readonly pointer: string
  readonly problems: readonly ItemProblem[]
}

export interface MetricsBody {
  readonly metrics: readonly EvalMetric[]
  readonly bad: readonly BadItem[]
  /** Whether an official SDK made the body: its clients never retry, or for ever, so the good items must be taken. */
  readonly fromSdk: boolean
}

const root = "/data/attributes/metrics"
const sharedTags = "/data/attributes/tags"
const targets = ["span_id", "trace_id", "session_id", "feedback_join_key"] as const
const scopeOfTarget = {
  span_id: "span",
  trace_id: "trace",
  session_id: "session",
  feedback_join_key: "external",
} as const satisfies Record<(typeof targets)[number], EvalScope>

const valueFields = {
  categorical: "categorical_value",
  score: "score_value",
  boolean: "boolean_value",
  json: "json_value",
  text: "text_value",
} as const satisfies Record<MetricType, string>
const typedFields = Object.values(valueFields)

export interface MetricsOptions {
  /** The path alone says that an SDK made the body. */
  readonly fromSdk: boolean
  /** Version 1 names an evaluation's span by flat `span_id` and `trace_id`, version 2 by `join_on`. */
  readonly version: 1 | 2
  /** All that is past the limits in an event, for bodies that are large enough to hold such. */
  readonly over?: OverLimits
}

/** What of an event is past the limits of the server. */
export type OverLimits = (event: EvalMetric | Span, at: string) => readonly ItemProblem[]

/** A body of the Evaluations API (Datadog): `{data:{type:"evaluation_metric",attributes:{metrics:[…],tags?}}}`. */
export function readEvalMetrics(
  body: unknown,
  { fromSdk: sdkPath, version, over }: MetricsOptions,
): MetricsBody {
  const attributes = isObject(body) && isObject(body["data"]) ? body["data"]["attributes"] : undefined
  const items = isObject(attributes) ? attributes["metrics"] : undefined
  if (!isObject(attributes) || !Array.isArray(items)) {
    return unusable(body, root, `The metrics belong in an array at ${root}.`, sdkPath)
  }
  if (items.length === 0) return unusable(body, root, "metrics must not be empty.", sdkPath)
  refuseTooMany(items.length)
  const fromSdk = sdkPath || items.some(madeBySdk)
  const shared = texts(attributes["tags"])
  if (!fromSdk && present(attributes["tags"]) && !isTextList(attributes["tags"])) {
    return unusable(body, sharedTags, tagsAreTexts, fromSdk)
  }
  const metrics: EvalMetric[] = []
  const bad: BadItem[] = []
  items.forEach((item: unknown, index) => {
    const read = readMetric(version === 1 ? withJoinOn(item) : item, `${root}/${index}`, shared, fromSdk)
    const problems = Array.isArray(read) ? read : (over?.(read, `${root}/${index}`) ?? [])
    if (Array.isArray(read) || problems.length > 0) bad.push({ item, pointer: `${root}/${index}`, problems })
    else metrics.push(read)
  })
  return { metrics, bad, fromSdk }
}

/**
 * Fifty times what an SDK sends at once. A small event may cost a thousand times its bytes: its row, or all that is wrong
 * with it.
 */
export const maxEvents = 50_000

/** @throws a Fault `too_many`: a body that is mostly brackets must not fill the memory. */
export function refuseTooMany(events: number, most = maxEvents): void {
  if (events > most)
    throw fault(
      "too_many",
      `A body holds at most ${most} events (SAYSO_MAX_EVENTS), and this one has ${events}.`,
    )
}

/** An evaluation of version 1 in the form of version 2. */
function withJoinOn(item: unknown): unknown {
  if (
    !isObject(item) ||
    item["event_kind"] === "feedback" ||
    present(item["join_on"]) ||
    !present(item["span_id"])
  )
    return item
  const { span_id, trace_id, ...rest } = item
  return { ...rest, join_on: { span: { span_id, trace_id } } }
}

function unusable(item: unknown, pointer: string, detail: string, fromSdk: boolean): MetricsBody {
  return { metrics: [], bad: [{ item, pointer, problems: [{ code: "bad_body", pointer, detail }] }], fromSdk }
}

/** Every SDK puts its version into the tags of each item. */
function madeBySdk(item: unknown): boolean {
  const tags = isObject(item) ? item["tags"] : undefined
  return (
    Array.isArray(tags) && tags.some((tag) => typeof tag === "string" && tag.startsWith("ddtrace.version:"))
  )
}

/** One item while it is read: what it says, how tolerant to be, and where to note what is wrong or odd. */
interface Item {
  readonly fields: JsonObject
  readonly at: string
  readonly isFeedback: boolean
  /** For SDK traffic: whatever an official SDK can legally emit is taken. */
  readonly lenient: boolean
  readonly problems: ItemProblem[]
  readonly warnings: string[]
}

/** Notes what is wrong with a field, by its pointer in the item; "" is the item itself. */
function complain(item: Item, field: string, detail: string, code: ErrorCode = "bad_body"): undefined {
  item.problems.push({ code, pointer: field === "" ? item.at : `${item.at}/${field}`, detail })
}

/** One item as an event, or all that is wrong with it. */
function readMetric(
  fields: unknown,
  at: string,
  shared: string[],
  lenient: boolean,
): EvalMetric | ItemProblem[] {
  if (!isObject(fields))
    return [{ code: "bad_body", pointer: at, detail: "An eval metric is a JSON object." }]
  const kind = fields["event_kind"] ?? "evaluation"
  if (kind !== "evaluation" && kind !== "feedback") {
    return [
      { code: "bad_body", pointer: `${at}/event_kind`, detail: "event_kind is evaluation or feedback." },
    ]
  }
  const isFeedback = kind === "feedback"
  const item: Item = { fields, at, isFeedback, lenient, problems: [], warnings: [] }
  const target = isFeedback ? readFeedbackTarget(item) : readEvaluationTarget(item)
  const label = readLabel(item)
  const answer = readAnswer(item)
  const metric = {
    event_kind: kind,
    eval_scope: target.eval_scope,
    span_id: target.span_id,
    trace_id: target.trace_id,
    session_id: target.session_id,
    feedback_join_key: target.feedback_join_key,
    join_on: target.join_on,
    label,
    metric_type: answer.metric_type,
    status: answer.status,
    error: answer.error,
    categorical_value: answer.categorical_value,
    score_value: answer.score_value,
    boolean_value: answer.boolean_value,
    json_value: answer.json_value,
    text_value: answer.text_value,
    timestamp_ms: readTimestamp(item),
    submitter: isFeedback ? readSubmitter(item) : undefined,
    ml_app: readText(item, "ml_app"),
    assessment: readOneOf(item, "assessment", assessments),
    reasoning: readText(item, "reasoning"),
    metadata: readObject(item, "metadata"),
    tags: readTags(item, shared),
  }
  // The rules are the schema's and more: what passed them is an EvalMetric, and a property test holds the two together.
  return item.problems.length > 0 ? item.problems : (metric as EvalMetric)
}

/** What an item is about, as far as it says so. */
interface Target {
  eval_scope?: EvalScope
  span_id?: string
  trace_id?: string
  session_id?: string | undefined
  feedback_join_key?: string
  join_on?: JsonObject | undefined
}

/** The metric type and its value. */
interface Answer {
  metric_type: MetricType | undefined
  status?: string | undefined
  error?: JsonObject | undefined
  categorical_value?: string
  score_value?: number
  boolean_value?: boolean
  json_value?: JsonObject
  text_value?: string
}

function readFeedbackTarget(item: Item): Target {
  const { fields } = item
  if (present(fields["join_on"])) {
    complain(
      item,
      "join_on",
      "Feedback has no join_on: name its target in span_id, trace_id, session_id or feedback_join_key.",
    )
  }
  const given = targets.filter((name) => present(fields[name]))
  const [target] = given
  if (target === undefined || given.length > 1) {
    const found = given.length === 0 ? "None was given" : `${given.join(" and ")} were given`
    complain(item, "", `Feedback names exactly one of ${targets.join(", ")}. ${found}.`)
    return {}
  }
  const value = readText(item, target)
  if (value === "") complain(item, target, `${target} is empty.`)
  const inferred = scopeOfTarget[target]
  if (present(fields["eval_scope"]) && fields["eval_scope"] !== inferred) {
    complain(item, "eval_scope", `The target is a ${target}, so eval_scope is ${inferred} or left out.`)
  }
  return { eval_scope: inferred, [target]: value }
}

function readEvaluationTarget(item: Item): Target {
  const { fields } = item
  if (present(fields["feedback_join_key"])) {
    complain(
      item,
      "feedback_join_key",
      "An evaluation has no feedback_join_key; feedback has event_kind: feedback.",
    )
  }
  const scope = readOneOf(item, "eval_scope", ["span", "trace", "session"])
  const session = readText(item, "session_id")
  if (scope === "session" || (scope === undefined && session !== undefined && !present(fields["join_on"]))) {
    if (present(fields["join_on"]))
      complain(item, "join_on", "An evaluation of a session has session_id and no join_on.")
    if (!session) complain(item, "session_id", "An evaluation of a session names it in session_id.")
    return { eval_scope: "session", session_id: session }
  }
  return { eval_scope: scope ?? "span", join_on: readJoinOn(item) }
}

function readJoinOn(item: Item): JsonObject | undefined {
  const joinOn = item.fields["join_on"]
  if (!isObject(joinOn)) {
    return complain(
      item,
      "join_on",
      "An evaluation needs join_on.span {span_id, trace_id} or join_on.tag {key, value}, or is of a session (eval_scope and session_id). Feedback has event_kind: feedback.",
    )
  }
  const { span, tag } = joinOn
  if (present(span) === present(tag)) return complain(item, "join_on", "join_on has either span or tag.")
  if (present(tag)) {
    if (!isObject(tag) || !filled(tag["key"]) || typeof tag["value"] !== "string") {
      return complain(item, "join_on/tag", "join_on.tag is {key, value}, both strings.")
    }
    return { tag: { key: tag["key"], value: tag["value"] } }
  }
  if (!isObject(span) || !filled(span["span_id"])) {
    return complain(
      item,
      "join_on/span",
      "join_on.span is {span_id, trace_id}, both strings; span_id must not be empty.",
    )
  }
  const trace = span["trace_id"]
  if (present(trace) && typeof trace !== "string")
    return complain(item, "join_on/span/trace_id", idIsText("trace_id"))
  return { span: { span_id: span["span_id"], ...(filled(trace) && { trace_id: trace }) } }
}

/** The metric type and its one value; for an evaluation also the status, and the error where it has no value. */
function readAnswer(item: Item): Answer {
  const { fields, isFeedback } = item
  const status = readOneOf(item, "status", evaluationStatuses)
  const error = readObject(item, "error")
  const failed = status === "WARN" || status === "ERROR"
  if (failed && isFeedback)
    complain(item, "status", "Feedback always has a value, so its status is OK or left out.")
  if (failed && !isFeedback && !error)
    complain(item, "error", `An evaluation with status ${status} says why in error {type, message}.`)

  const type = readOneOf(item, "metric_type", metricTypes)
  const answer: Answer = isFeedback ? { metric_type: type } : { metric_type: type, status, error }
  if (type === undefined) {
    if (!present(fields["metric_type"]))
      complain(item, "metric_type", `metric_type is needed: ${metricTypes.join(", ")}.`)
    return answer
  }
  if (type === "text" && !isFeedback)
    complain(item, "metric_type", "Only feedback can be of metric_type text.")
  const field = valueFields[type]
  const value = fields[field]
  const others = typedFields.filter((name) => name !== field && present(fields[name]))
  const [other] = others
  if (other !== undefined && (isFeedback || !present(value))) {
    complain(
      item,
      other,
      `metric_type is ${type}, so the value belongs in ${field}, not in ${others.join(" or ")}.`,
    )
  } else if (item.lenient && type === "score" && notFinite(value)) {
    item.warnings.push("sayso.warning:score_value_was_not_a_number")
  } else if (present(value)) {
    Object.assign(answer, { [field]: readValue(item, type, field) })
  } else if (isFeedback || !failed) {
    complain(item, field, `metric_type is ${type}, so ${field} is needed.`)
  }
  return answer
}

function readValue(item: Item, type: MetricType, field: string): unknown {
  const { fields, lenient } = item
  const value = fields[field]
  switch (type) {
    case "categorical":
    case "text":
      return typeof value === "string" ? value : complain(item, field, `${field} must be a string.`)
    case "score":
      // Python counts True as a number.
      if (lenient && typeof value === "boolean") return Number(value)
      return Number.isFinite(value) ? value : complain(item, field, `${field} must be a finite number.`)
    case "boolean":
      return typeof value === "boolean" ? value : complain(item, field, `${field} must be true or false.`)
    case "json":
      if (!isObject(value)) return complain(item, field, `${field} must be a JSON object.`)
      return shallowEnough(value) ? value : complain(item, field, tooDeep(field), "too_deep")
    default:
      return never(type)
  }
}

/** How NaN and Infinity arrive: as null, or in so many digits that JavaScript cannot hold the number. */
function notFinite(value: unknown): boolean {
  return value === null || value === Infinity || value === -Infinity
}

function readLabel(item: Item): string | undefined {
  const { fields, isFeedback, lenient } = item
  const raw = fields["label"]
  // The Node SDK sends an evaluation's label as it was given, whatever its type.
  const label = lenient && (typeof raw === "number" || typeof raw === "boolean") ? String(raw) : raw
  if (!present(label)) return complain(item, "label", "label is needed: the question's name.")
  if (!filled(label)) return complain(item, "label", "label must be a string that is not empty.")
  if (!isFeedback) return label.replaceAll(".", "_")
  return label.includes(".")
    ? complain(item, "label", "A feedback label has no dot: it is a key in searches.")
    : label
}

function readTimestamp(item: Item): number | undefined {
  const { fields, lenient } = item
  // The Node SDK passes on fractions and whatever else its caller took for a time; Infinity arrives as null.
  const value = lenient && fields["timestamp_ms"] === null ? Infinity : fields["timestamp_ms"]
  if (!present(value))
    return complain(item, "timestamp_ms", "timestamp_ms is needed: the time in epoch milliseconds.")
  if (typeof value === "number" && value >= 0) {
    if (lenient) return Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER)
    if (Number.isSafeInteger(value)) return value
  }
  return complain(
    item,
    "timestamp_ms",
    "timestamp_ms must be a whole number of epoch milliseconds, from 0 to 2^53 - 1.",
  )
}

function readSubmitter(item: Item): JsonObject | undefined {
  const submitter = item.fields["submitter"]
  if (!present(submitter)) return complain(item, "submitter", "Feedback needs a submitter: {id, type?}.")
  if (!isObject(submitter)) return complain(item, "submitter", "submitter must be an object: {id, type?}.")
  const { id, type } = submitter
  if (!present(id)) complain(item, "submitter/id", "submitter.id is needed.")
  else if (!filled(id)) complain(item, "submitter/id", "submitter.id must be a string that is not empty.")
  if (present(type) && typeof type !== "string")
    return complain(item, "submitter/type", "submitter.type must be a string.")
  return { id, ...(present(type) && { type }) }
}

/** The item's own tags, then what the body says for all of its items, then ours. */
function readTags(item: Item, shared: readonly string[]): string[] | undefined {
  const own = item.fields["tags"]
  if (present(own) && !isTextList(own) && !(item.lenient && Array.isArray(own))) {
    complain(item, "tags", tagsAreTexts)
    return undefined
  }
  const tags = texts(own)
  tags.push(...shared, ...item.warnings)
  return tags.length === 0 ? undefined : tags
}

// In the optional fields null counts as absent, since clients write either.

function readText(item: Item, name: string): string | undefined {
  const value = item.fields[name]
  if (!present(value)) return undefined
  if (typeof value === "string") return value
  return complain(
    item,
    name,
    name === "span_id" || name === "trace_id" ? idIsText(name) : `${name} must be a string.`,
  )
}

function readObject(item: Item, name: string): JsonObject | undefined {
  const value = item.fields[name]
  if (!present(value)) return undefined
  if (!isObject(value)) return complain(item, name, `${name} must be a JSON object.`)
  return shallowEnough(value) ? value : complain(item, name, tooDeep(name), "too_deep")
}

function readOneOf<const T extends string>(item: Item, name: string, allowed: readonly T[]): T | undefined {
  const value = item.fields[name]
  if (!present(value)) return undefined
  return (
    allowed.find((candidate) => candidate === value) ??
    complain(item, name, `${name} is one of ${allowed.join(", ")}.`)
  )
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null
}

function filled(value: unknown): value is string {
  return typeof value === "string" && value !== ""
}

/** The scalars of a list as texts; anything else gives none. */
function texts(value: unknown): string[] {
  const found: string[] = []
  if (!Array.isArray(value)) return found
  for (const item of value as (number | object)[]) if (typeof item !== "object") found.push(String(item))
  return found
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
}

const tagsAreTexts = 'tags must be an array of "key:value" strings.'

export function idIsText(name: string): string {
  return `${name} must be a string: a JSON number cannot hold a 64-bit id.`
}

function tooDeep(name: string): string {
  return `${name} nests deeper than ${maxDepth} levels.`
}
