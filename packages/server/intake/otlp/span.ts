import type { Span } from "@sayso/protocol/event.ts"
import type { JsonObject } from "../json.ts"
import { text } from "../span.ts"
import { createBag, filled, isScalar, listOf, parsed, takeMembers, type Bag } from "./attributes.ts"
import type { Convention, EventBag, Figure, Reading, TextField } from "./convention.ts"
import { genAi } from "./genAi.ts"
import { kindOf } from "./kind.ts"
import type { Attributes, Origin, OtlpSpan, Placed, Value } from "./model.ts"
import { openInference } from "./openInference.ts"
import { openLlmetry } from "./openLlmetry.ts"
import { evaluationEvent, millisecondsOf, readAnnotations, readEvaluation, type Results } from "./results.ts"
import { vercel } from "./vercel.ts"

/** Each is asked in turn for each thing, and the first that answers wins. */
const conventions: readonly Convention[] = [genAi, openInference, openLlmetry, vercel]

/** A text that is short enough to be a tag (Datadog). */
const maxTag = 256

const maxRepeated = 1_024

/** Kinds that ask a model themselves. Around them others repeat the sum of what they used. */
const askModels = new Set(["llm", "embedding"])

/** Whether dd-trace made the span of an LLM span that it sends on another path as well. */
export function repeatsLlmObs(attributes: Attributes): boolean {
  const flag = (key: string): string => (Object.hasOwn(attributes, key) ? text(attributes[key]) : "")
  return (
    ["1", "true"].includes(flag("_dd.llmobs.submitted")) ||
    ["1", "true"].includes(flag("_dd.llmobs.artificial_gen_ai_tags"))
  )
}

/** What a resource says for all of its spans. */
interface Sender {
  /** The application: what says so outright, else the project, else the service. */
  readonly ml_app: string
  readonly service: string
  readonly version: string
  readonly env: string
  readonly language: string
  /** What else is said of the process and its machine. */
  readonly machine: JsonObject
}

const appKeys = ["ml_app", "_dd.ml_app"]
/** Each resource is read once. Where a span names its application, that of the resource is one attribute more. */
const senders = new WeakMap<Attributes, Sender>()
const sendersOfNamed = new WeakMap<Attributes, Sender>()

/** Who sent something: its own word for the application comes before its resource's. */
export function senderOf(bag: Bag, resource: Attributes): Sender {
  const named = bag.text(...appKeys)
  const known = named === "" ? senders : sendersOfNamed
  const sender = known.get(resource) ?? readSender(createBag(resource), named !== "")
  known.set(resource, sender)
  return named === "" ? sender : { ...sender, ml_app: named }
}

function readSender(resource: Bag, named: boolean): Sender {
  const said = named ? "" : resource.text(...appKeys) || resource.text("openinference.project.name")
  const service = resource.text("service.name")
  return {
    ml_app: said || (service.startsWith("unknown_service") ? "" : service),
    service,
    version: resource.text("service.version"),
    env: resource.text("deployment.environment.name", "deployment.environment"),
    language: resource.text("telemetry.sdk.language"),
    machine: Object.fromEntries(resource.rest()),
  }
}

/**
 * A span of OTLP in the form that every wire format is brought to. What no convention knows is kept: short values as tags,
 * others in the metadata. Evaluations and feedback that the span carries go to `results`.
 */
export function readSpan({ item, origin, at }: Placed<OtlpSpan>, results: Results): Span {
  const bag = createBag(item.attributes)
  const events = item.events.map(({ name, time_ns, attributes }) => ({
    name,
    time_ns,
    bag: createBag(attributes),
  }))
  const reading: Reading = { kind: kindOf(bag), bag, events }
  const { trace_id, span_id, parent_id } = item

  for (const convention of conventions) convention.takeRepeats?.(bag)
  const metadata = createMetadata()
  const free = readFree(bag, metadata)
  const { ml_app, service, version, env, language, machine } = senderOf(bag, origin.resource)
  const session_id = firstText([bag, sessionKeys], [free, sessionKeys]) || sessionByEnding(bag)
  const user_id = firstText([bag, userKeys], [free, userKeys])
  const feedback_join_keys = readJoinKeys(bag, free)
  const error = readError(item, bag, events)

  const about = { trace_id, span_id, session_id: repeatable(session_id), ml_app: repeatable(ml_app), at }
  readAnnotations(bag, { ...about, timestamp_ms: millisecondsOf(item.end_ns) }, results)
  for (const event of events) {
    if (event.name !== evaluationEvent) continue
    readEvaluation(event.bag, { ...about, timestamp_ms: millisecondsOf(event.time_ns) }, results)
  }

  const input = inputOf(reading)
  const output = firstOf((convention) => convention.output(reading)) ?? null
  const tools = firstOf((convention) => nonEmpty(convention.tools(bag)))
  const model_name = bag.text(...textKeys.model)
  const model_provider = providerOf(bag.text(...textKeys.provider))
  const response = bag.text(...textKeys.responseId)
  const { metrics, usage } = readUsage(reading)
  readSettings(bag, tools !== undefined, metadata)
  readTool(bag, metadata)
  for (const [key, value] of free.rest()) metadata.add(key, value)
  if (Object.keys(usage).length > 0) metadata.add("usage", usage)

  const meta: JsonObject = {}
  if (tools) meta["tool_definitions"] = tools
  for (const key of ["input.value", "output.value"]) {
    const raw = bag.take(key)
    if (filled(raw)) meta[key] = raw
  }
  const tags = [
    ...ownTags(bag),
    // Evaluations may name a span by it.
    ...(response === "" ? [] : [`gen_ai.response.id:${response}`]),
    ...(language === "" ? [] : [`language:${language}`]),
    ...free.rest().flatMap(([key, value]) => (isShort(value) ? [`${key}:${value}`] : [])),
  ]
  for (const [key, value] of bag.rest()) {
    if (isShort(value)) tags.push(`${key}:${value}`)
    else metadata.add(key, value)
  }
  Object.assign(meta, readSurroundings(item, origin, events, machine))

  return {
    trace_id,
    span_id,
    parent_id: /^0*$/.test(parent_id) ? "" : parent_id,
    apm_trace_id: "",
    name: item.name,
    span_kind: reading.kind,
    ml_app,
    service,
    env,
    version,
    session_id,
    user_id,
    feedback_join_keys,
    tags: [...new Set(tags)],
    status: item.status.code === 2 ? "error" : "ok",
    start_ns: digits(item.start_ns),
    duration_ns: durationOf(item),
    model_name,
    model_provider,
    input,
    output,
    metadata: metadata.all(),
    metrics,
    error,
    meta,
  }
}

const sessionKeys = ["session_id", "sessionId", "session.id", "gen_ai.conversation.id", "langfuse.session.id"]
const sessionEndings = [".session_id", ".sessionId"]
const userKeys = ["user_id", "userId", "user.id", "enduser.id", "langfuse.user.id"]

/** The keys of all conventions, put together once: every span is asked for each of them. */
const keysOf = (field: TextField): readonly string[] => conventions.flatMap(({ texts }) => texts[field] ?? [])
const textKeys = {
  model: keysOf("model"),
  provider: keysOf("provider"),
  responseId: keysOf("responseId"),
}
const toolKeys = [
  ["tool_name", keysOf("toolName")],
  ["tool_id", keysOf("toolId")],
  ["tool_type", keysOf("toolType")],
  ["tool_description", keysOf("toolDescription")],
] as const
const millisecondKeys = conventions.flatMap(({ milliseconds }) => milliseconds ?? [])
const usagePrefixes = conventions.flatMap(({ usage }) => Object.entries(usage))
const settingPrefixes = conventions.flatMap(({ settings }) => settings)
const freePrefixes = conventions.flatMap(({ free }) => free)

function firstOf<T>(ask: (convention: Convention) => T | undefined): T | undefined {
  for (const convention of conventions) {
    const said = ask(convention)
    if (said !== undefined) return said
  }
  return undefined
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined
}

/** The first text, wherever it stands; places that repeat it are used up with it. */
function firstText(...places: readonly (readonly [Bag, readonly string[]])[]): string {
  let found = ""
  for (const [bag, keys] of places) {
    if (found === "") found = bag.text(...keys)
    else takeEqual(bag, keys, found)
  }
  return found
}

function takeEqual(bag: Bag, keys: readonly string[], said: string): void {
  for (const key of keys) if (text(bag.peek(key)) === said) bag.take(key)
}

/** Applications and instrumentations put it under names of their own, too. */
function sessionByEnding(bag: Bag): string {
  const keys = bag.rest().flatMap(([key, value]) => (endsAsSession(key) && isScalar(value) ? [key] : []))
  return firstText([bag, keys.slice(0, 1)], [bag, keys])
}

function endsAsSession(key: string): boolean {
  return sessionEndings.some((ending) => key.endsWith(ending))
}

interface Metadata {
  /** Nothing is overwritten: what is said twice and differently has both. */
  add(key: string, value: unknown): void
  all(): JsonObject
}

function createMetadata(): Metadata {
  const members = new Map<string, unknown>()
  return {
    add(name, value) {
      let key = name
      while (members.has(key)) {
        if (JSON.stringify(members.get(key)) === JSON.stringify(value)) return
        key = `attribute.${key}`
      }
      members.set(key, value)
    },
    all: () => Object.fromEntries(members),
  }
}

/** What applications say of their own accord, under the names that they chose. */
function readFree(bag: Bag, metadata: Metadata): Bag {
  const members = new Map<string, Value>()
  const sources = [
    ["_dd.ml_obs.metadata.", takeMembers(bag, "_dd.ml_obs.metadata")],
    ["metadata.", takeMembers(bag, "metadata")],
    ...freePrefixes.map((prefix) => [prefix, bag.under(prefix)] as const),
  ] as const
  for (const [prefix, entries] of sources) {
    for (const [key, value] of entries ?? []) {
      if (!members.has(key)) members.set(key, value)
      else if (members.get(key) !== value) metadata.add(`${prefix}${key}`, value)
    }
  }
  return createBag(members)
}

/** All of them count, exactly as they were written. */
function readJoinKeys(bag: Bag, free: Bag): string[] {
  const given = [
    bag.take("feedback_join_key"),
    bag.take("gen_ai.feedback_join_key"),
    bag.take("feedbackJoinKey"),
    free.take("feedback_join_key"),
    free.take("feedbackJoinKey"),
  ]
  const said = given.filter((value) => value !== undefined)
  if (said.length === 0) return []
  const keys = said.flatMap((value) => (Array.isArray(value) ? (value as Value[]) : [value])).map(text)
  return [...new Set(keys)].filter((key) => key !== "")
}

/** An exception by itself is no error: only the status says that the operation failed. */
function readError({ status }: OtlpSpan, bag: Bag, events: readonly EventBag[]): Span["error"] {
  if (status.code !== 2) return { type: "", message: "", stack: "" }
  const exception = events.findLast(({ name }) => exceptions.has(name))?.bag ?? createBag({})
  const said = createBag({ message: status.message })
  return {
    type: firstText([bag, ["error.type"]], [exception, ["exception.type"]]),
    message: firstText([said, ["message"]], [bag, ["error.message"]], [exception, ["exception.message"]]),
    stack: exception.text("exception.stacktrace"),
  }
}

const exceptions = new Set(["exception", "gen_ai.client.operation.exception"])

function inputOf(reading: Reading): JsonObject | null {
  const content = firstOf((convention) => convention.input(reading))
  const prompt = firstOf((convention) => convention.prompt?.(reading.bag))
  return content || prompt ? { ...content, ...(prompt && { prompt }) } : null
}

const figures = (
  [
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "reasoning_output_tokens",
    "time_to_first_token",
    "total_cost",
    "input_cost",
    "output_cost",
  ] as const satisfies readonly Figure[]
).map((name) => ({ name, keys: conventions.flatMap((convention) => convention.figures[name] ?? []) }))

/** The figures of a span that asked a model are its metrics. Those of any other are a sum over such spans, and count there. */
function readUsage({ kind, bag }: Reading): { metrics: Record<string, number>; usage: JsonObject } {
  const found: { [Name in Figure]?: number } = {}
  for (const { name, keys } of figures) {
    const value = bag.number(...keys)
    if (value !== undefined) found[name] = value
  }
  const milliseconds = bag.number(...millisecondKeys)
  if (milliseconds !== undefined) found.time_to_first_token ??= milliseconds / 1000
  const usage = createMetadata()
  if (!askModels.has(kind)) for (const [name, value] of Object.entries(found)) usage.add(name, value)
  for (const [prefix, name] of usagePrefixes)
    for (const [key, value] of bag.under(prefix)) usage.add(`${name}${key}`, value)
  if (!askModels.has(kind)) return { metrics: {}, usage: usage.all() }
  const { input_tokens: asked, output_tokens: answered } = found
  if (asked !== undefined || answered !== undefined) found.total_tokens ??= (asked ?? 0) + (answered ?? 0)
  return { metrics: { ...found }, usage: usage.all() }
}

/** How the model was asked to answer, and how it stopped. */
function readSettings(bag: Bag, hasTools: boolean, metadata: Metadata): void {
  const reasons = conventions.map((convention) => convention.finishReasons(bag))
  const [first = [], ...others] = reasons.filter((list) => list.length > 0)
  const more = others.flat().filter((reason) => !first.includes(reason))
  if (first.length > 0) metadata.add("finish_reasons", [...first, ...more])
  const asked = bag.text("gen_ai.request.model", "llm.request.model_name", "ai.model.id")
  if (asked !== "") metadata.add("model", asked)
  for (const [key, name] of settings) {
    const value = bag.take(key)
    if (value !== undefined) metadata.add(name, parsed(value))
  }
  for (const prefix of settingPrefixes)
    for (const [key, value] of bag.under(prefix)) metadata.add(key, parsed(value))
  for (const [key, value] of takeMembers(bag, "llm.invocation_parameters") ?? [])
    if (key !== "tools" || !hasTools) metadata.add(key, value)
}

/** Settings that have no prefix of their own, or another name than most. */
const settings = [
  ["llm.top_k", "top_k"],
  ["llm.frequency_penalty", "frequency_penalty"],
  ["llm.presence_penalty", "presence_penalty"],
  ["llm.chat.stop_sequences", "stop_sequences"],
  ["ai.settings.maxOutputTokens", "max_tokens"],
  ["ai.settings.maxTokens", "max_tokens"],
  ["ai.settings.topP", "top_p"],
  ["ai.settings.topK", "top_k"],
  ["ai.settings.frequencyPenalty", "frequency_penalty"],
  ["ai.settings.presencePenalty", "presence_penalty"],
  ["ai.settings.stopSequences", "stop_sequences"],
  ["ai.prompt.toolChoice", "tool_choice"],
  ["ai.schema", "schema"],
] as const

function readTool(bag: Bag, metadata: Metadata): void {
  for (const [name, keys] of toolKeys) {
    const said = bag.text(...keys)
    if (said !== "") metadata.add(name, said)
  }
}

/** OpenInference's own tags: a list, or its JSON. */
function ownTags(bag: Bag): string[] {
  const given = bag.take("tag.tags")
  return (listOf(given) ?? [given]).map(text).filter((tag) => tag !== "")
}

/** What every result of a span repeats is no novel. */
function repeatable(said: string): string {
  return said.length <= maxRepeated ? said : ""
}

function isShort(value: Value): value is string | number | boolean {
  return isScalar(value) && (typeof value !== "string" || value.length <= maxTag)
}

/** What stands around a span: its links, the events that nobody read, and who made it where. */
function readSurroundings(
  { links, events: sent }: OtlpSpan,
  { scope }: Origin,
  events: readonly EventBag[],
  machine: JsonObject,
): JsonObject {
  const left = events.filter(
    ({ name, bag }, index) =>
      bag.rest().length > 0 ||
      (name !== evaluationEvent && Object.keys(sent[index]?.attributes ?? {}).length === 0),
  )
  const scoped = {
    ...(scope.name !== "" && { name: scope.name }),
    ...(scope.version !== "" && { version: scope.version }),
  }
  return {
    ...(links.length > 0 && {
      span_links: links.map(({ trace_id, span_id, attributes }) => ({
        trace_id,
        span_id,
        ...(filled(attributes) && { attributes: { ...attributes } }),
      })),
    }),
    ...(left.length > 0 && {
      events: left.map(({ name, time_ns, bag }) => ({
        name,
        time_ns,
        attributes: Object.fromEntries(bag.rest()),
      })),
    }),
    ...(filled(scoped) && { scope: scoped }),
    ...(filled(machine) && { resource: machine }),
  }
}

function digits(time_ns: string): string {
  return /^\d{1,20}$/.test(time_ns) ? time_ns : "0"
}

/** None where the clock was set back, or the span has no end. */
function durationOf({ start_ns, end_ns }: OtlpSpan): number {
  const duration = Number(BigInt(digits(end_ns)) - BigInt(digits(start_ns)))
  return Math.min(Math.max(0, duration), Number.MAX_SAFE_INTEGER)
}

/** In lower case, as Datadog has it, and without the interface that the Vercel AI SDK names behind it (`openai.chat`). */
function providerOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/\.(?:chat|responses|completion|embedding|messages|image|speech|transcription)$/, "")
}
