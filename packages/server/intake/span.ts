import type { Span } from "@sayso/protocol/event.ts"
import { idIsText, type BadItem, type ItemProblem } from "./evalMetric.ts"
import { isObject, maxDepth, shallowEnough, type JsonObject } from "./json.ts"

/** What an envelope says for all of its spans. */
export interface SpanDefaults {
  readonly ml_app?: string
  readonly session_id?: string
  readonly feedback_join_key?: string
  readonly tags: readonly string[]
}

/** `dropped` counts spans that the client's own sampling decided against: it sends them all the same. */
export interface SpansBody {
  readonly spans: readonly Span[]
  readonly bad: readonly BadItem[]
  readonly dropped: number
}

const noParent = new Set(["undefined", "0", ""])
/** Keys of `meta` that have a place of their own in a Span. */
const placed = new Set([
  "span",
  "span.kind",
  "kind",
  "input",
  "output",
  "metadata",
  "model_name",
  "model_provider",
  "error",
  "error.type",
  "error.message",
  "error.stack",
])

/** Notes what is wrong with a field. */
type Complain = (field: string, detail: string) => void

/**
 * One span of the Spans API or of an SDK's envelope (Datadog), or all that is wrong with it. The kind stands in one of three
 * places, the error in one of two, and session and join keys may be fields or tags.
 */
export function readSpan(item: unknown, at: string, defaults: SpanDefaults): Span | ItemProblem[] {
  if (!isObject(item)) return [{ code: "bad_body", pointer: at, detail: "A span is a JSON object." }]
  if (!shallowEnough(item)) {
    return [{ code: "too_deep", pointer: at, detail: `The span nests deeper than ${maxDepth} levels.` }]
  }
  const problems: ItemProblem[] = []
  const complain: Complain = (field, detail) => {
    problems.push({ code: "bad_body", pointer: `${at}/${field}`, detail })
  }
  const needed = (name: string): string => {
    const value = item[name]
    if (typeof value === "string" && value !== "") return value
    complain(name, typeof value === "number" ? idIsText(name) : `${name} is needed: a string.`)
    return ""
  }
  const meta = objectOf(item["meta"])
  const dd = objectOf(item["_dd"])
  // The envelope's come first, so that the span's own win.
  const tags = [...defaults.tags, ...tagList(item["tags"])]
  const tag = lastTags(tags)
  const error = readError(meta)
  const failed = error.type !== "" || error.message !== ""
  const span: Span = {
    trace_id: needed("trace_id"),
    span_id: needed("span_id"),
    parent_id: parentOf(item["parent_id"], complain),
    apm_trace_id: text(dd["apm_trace_id"]) || text(dd["trace_id"]) || text(item["apm_trace_id"]),
    name: text(item["name"]),
    span_kind:
      text(meta["span.kind"]) || text(objectOf(meta["span"])["kind"]) || text(meta["kind"]) || "task",
    ml_app: text(item["ml_app"]) || tag("ml_app") || (defaults.ml_app ?? ""),
    service: text(item["service"]) || tag("service"),
    env: tag("env"),
    version: tag("version"),
    session_id: text(item["session_id"]) || tag("session_id") || (defaults.session_id ?? ""),
    user_id: text(item["user_id"]) || tag("user_id") || tag("usr.id") || tag("user.id"),
    feedback_join_keys: joinKeys(item, tags, defaults),
    tags,
    status: item["status"] === "error" || (failed && item["status"] !== "ok") ? "error" : "ok",
    start_ns: nanoseconds(item["start_ns"], complain),
    duration_ns: duration(item["duration"], complain),
    model_name: text(meta["model_name"]),
    model_provider: text(meta["model_provider"]),
    input: meta["input"] ?? null,
    output: meta["output"] ?? null,
    metadata: objectOf(meta["metadata"]),
    metrics: numbers(item["metrics"]),
    error,
    meta: restOf(item, meta),
  }
  return problems.length > 0 ? problems : span
}

/** What else the client said of the span, beside `meta` and in it, so that nothing is lost. */
function restOf(item: JsonObject, meta: JsonObject): JsonObject {
  const rest = Object.fromEntries(Object.entries(meta).filter(([key]) => !placed.has(key)))
  for (const key of ["span_links", "collection_errors", "config"])
    if (present(item[key])) rest[key] = item[key]
  if (present(meta["metadata"]) && !isObject(meta["metadata"])) rest["metadata"] = meta["metadata"]
  return rest
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** Whether the client's sampling decided against the span (SDKs send such spans with "0"; only the server drops them). */
export function sampledOut(item: unknown): boolean {
  return isObject(item) && String(objectOf(item["_dd"])["sampling_decision"]) === "0"
}

/** Tags as `key:value` texts: a list as it is, a map flattened. */
export function tagList(tags: unknown): string[] {
  if (Array.isArray(tags)) return tags.filter((tag) => typeof tag !== "object").map(String)
  if (!isObject(tags)) return []
  return Object.entries(tags).flatMap(([key, value]) => [value].flat().map((item) => `${key}:${text(item)}`))
}

/** Looks up the last tag of a key: user tags come last and override what the tracer set. */
function lastTags(tags: readonly string[]): (key: string) => string {
  return (key) => tags.findLast((tag) => tag.startsWith(`${key}:`))?.slice(key.length + 1) ?? ""
}

/** The span's keys: its own field, else the envelope's; and every tag of that name. Exact texts. */
function joinKeys(item: JsonObject, tags: readonly string[], defaults: SpanDefaults): string[] {
  const prefix = "feedback_join_key:"
  const tagged = tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length))
  const field = text(item["feedback_join_key"]) || (defaults.feedback_join_key ?? "")
  return [...new Set([field, ...tagged])].filter((key) => key !== "")
}

function parentOf(value: unknown, complain: Complain): string {
  if (typeof value === "number" && !Number.isSafeInteger(value)) complain("parent_id", idIsText("parent_id"))
  const parent = text(value)
  return noParent.has(parent) ? "" : parent
}

function readError(meta: JsonObject): Span["error"] {
  const nested = objectOf(meta["error"])
  const part = (name: string): string => text(nested[name]) || text(meta[`error.${name}`])
  return { type: part("type"), message: part("message"), stack: part("stack") }
}

/** Past this a 128-bit integer ends; no clock is meant to get near. */
const maxNanoseconds = 1e38

function nanoseconds(value: unknown, complain: Complain): string {
  if (typeof value === "number" && Math.abs(value) < maxNanoseconds) return digitsOf(Math.round(value))
  if (typeof value === "string" && /^-?\d{1,38}$/.test(value)) return value
  const what = "a whole number of epoch nanoseconds, better as a string of digits, which keeps them all"
  complain(
    "start_ns",
    value === undefined || value === null ? `start_ns is needed: ${what}.` : `start_ns must be ${what}.`,
  )
  return "0"
}

/** The digits as the client wrote them where JavaScript can print them, which it does without an exponent below 1e21. */
function digitsOf(value: number): string {
  return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString()
}

function duration(value: unknown, complain: Complain): number {
  if (value === undefined || value === null) return 0
  // A clock that was set back while the span ran gives a negative duration.
  if (typeof value === "number" && value <= Number.MAX_SAFE_INTEGER) return Math.max(0, Math.round(value))
  complain("duration", "duration must be a number of nanoseconds below 2^53.")
  return 0
}

function numbers(value: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries(objectOf(value)).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  )
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** A scalar as text, anything else as the empty text. */
export function text(value: unknown): string {
  if (typeof value === "string") return value
  return typeof value === "number" || typeof value === "boolean" ? String(value) : ""
}
