import { fromBinary, toJson, type DescMessage, type Message } from "@bufbuild/protobuf"
import { BinaryReader } from "@bufbuild/protobuf/wire"
import { Fault, fault } from "@sayso/protocol/errors.ts"
import { refuseTooMany } from "../evalMetric.ts"
import { isObject, readJson, type JsonObject } from "../json.ts"
import { text } from "../span.ts"
import type {
  Attributes,
  Decoded,
  Encoding,
  Origin,
  OtlpEvent,
  OtlpLink,
  OtlpLog,
  OtlpSpan,
  Placed,
  Unreadable,
  Value,
} from "./model.ts"
import {
  ExportLogsServiceRequestSchema,
  ExportTraceServiceRequestSchema,
  LogRecordSchema,
  SpanSchema,
} from "./otlp_pb.ts"

/** How deep the value of an attribute or a body may nest. What lies deeper becomes null. */
const maxLevels = 100

/**
 * The spans of a body.
 *
 * @throws a Fault `bad_json` or `bad_body` for a body that is none, `too_many` for more than a body may hold.
 */
export function decodeTraces(bytes: Uint8Array, encoding: Encoding): Decoded<OtlpSpan> {
  return decode(bytes, encoding, traces)
}

/** The log records of a body, as {@link decodeTraces} does spans. */
export function decodeLogs(bytes: Uint8Array, encoding: Encoding): Decoded<OtlpLog> {
  return decode(bytes, encoding, logs)
}

/** The names of a list: today's first, since OTLP before 0.15 had others, and some senders write them in snake case. */
type Names = readonly [string, ...string[]]

interface Signal<Item> {
  /** The lists on the way from the body through resources and scopes to the items. */
  readonly lists: readonly [Names, Names, Names]
  readonly schema: DescMessage
  readonly itemSchema: DescMessage
  /** An item, or why it is none. */
  readonly read: (fields: JsonObject) => Item | string
}

const traces: Signal<OtlpSpan> = {
  lists: [
    ["resourceSpans", "resource_spans"],
    ["scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"],
    ["spans"],
  ],
  schema: ExportTraceServiceRequestSchema,
  itemSchema: SpanSchema,
  read: readSpan,
}

const logs: Signal<OtlpLog> = {
  lists: [
    ["resourceLogs", "resource_logs"],
    ["scopeLogs", "scope_logs", "instrumentationLibraryLogs", "instrumentation_library_logs"],
    ["logRecords", "log_records"],
  ],
  schema: ExportLogsServiceRequestSchema,
  itemSchema: LogRecordSchema,
  read: readLog,
}

function decode<Item>(bytes: Uint8Array, encoding: Encoding, signal: Signal<Item>): Decoded<Item> {
  const [resources, scopes, leaves] = signal.lists
  const body = encoding === "json" ? readJson(bufferOf(bytes)) : readProtobuf(bytes, signal.schema)
  if (listIn(body, resources) === undefined)
    throw fault("bad_body", `The body is a JSON object with a list "${resources[0]}".`, { pointer: "" })
  refuseTooMany(countItems(body, signal.lists))

  const items: Placed<Item>[] = []
  const bad: Unreadable[] = []
  eachPart(body, resources, "", (ofResource, atResource) => {
    const resource = readAttributes(objectOf(objectOf(ofResource)["resource"])["attributes"])
    eachPart(ofResource, scopes, atResource, (ofScope, atScope) => {
      const origin: Origin = { resource, scope: readScope(objectOf(ofScope)) }
      eachPart(ofScope, leaves, atScope, (part, at) => {
        const item = isObject(part) ? signal.read(part) : "Here belongs an object."
        if (typeof item === "string") bad.push({ at, item: shown(part), detail: item })
        else items.push({ item, origin, at })
      })
    })
  })
  return { items, bad }

  function eachPart(of: unknown, names: Names, at: string, read: (part: unknown, at: string) => void): void {
    const found = listIn(of, names)
    if (found) for (const [index, part] of found.list.entries()) read(part, `${at}/${found.name}/${index}`)
    else bad.push({ at, item: of, detail: `Here belongs an object with a list "${names[0]}".` })
  }

  /** JSON can say all of it, while a message has bytes and bigints. */
  function shown(part: unknown): unknown {
    return encoding === "json" ? part : toJson(signal.itemSchema, part as Message)
  }
}

interface NamedList {
  readonly name: string
  readonly list: readonly unknown[]
}

/** The list of an object, under the name it has there; empty where it is left out, undefined where it is something else. */
function listIn(value: unknown, names: Names): NamedList | undefined {
  if (!isObject(value)) return undefined
  const name = names.find((name) => (value[name] ?? null) !== null)
  if (name === undefined) return { name: names[0], list: [] }
  const list = value[name]
  return Array.isArray(list) ? { name, list } : undefined
}

/** A part without items costs as much as one with a single one. */
function countItems(part: unknown, [names, ...deeper]: readonly Names[]): number {
  const list = names && listIn(part, names)?.list
  if (!list || list.length === 0) return 1
  return deeper.length === 0
    ? list.length
    : list.reduce<number>((sum, child) => sum + countItems(child, deeper), 0)
}

/** Three messages for each level of a value, and as much again to spare. */
const recursionLimit = 6 * maxLevels

/**
 * So many messages are made of a body at most. A span, an attribute and its value are one each: fifty thousand spans of forty
 * attributes are read.
 */
const maxMessages = 4_000_000

/** A body as an object that is built like its JSON, but for identifiers, bytes and long integers. */
function readProtobuf(bytes: Uint8Array, schema: DescMessage): unknown {
  try {
    // None is smaller than two bytes, so that only a large body needs to be looked over.
    if (bytes.length > 2 * maxMessages) refuseTooManyMessages(new BinaryReader(bytes), bytes.length, schema)
    return fromBinary(schema, bytes, { readUnknownFields: false, recursionLimit })
  } catch (error) {
    if (error instanceof Fault) throw error
    const detail =
      "The body is not OTLP in protobuf. Send it whole, as the exporter made it; JSON needs Content-Type: application/json."
    throw fault("bad_body", detail, { pointer: "" }, error)
  }
}

/** Looks over a body before anything is made of it: a message may be two bytes there, and is a hundred in memory. */
function refuseTooManyMessages(reader: BinaryReader, length: number, schema: DescMessage): void {
  let messages = 0
  visit(length, schema, recursionLimit)

  function visit(end: number, { fields }: DescMessage, left: number): void {
    messages += 1
    if (messages > maxMessages)
      throw fault(
        "too_many",
        `A body holds at most ${maxMessages} spans, attributes and values taken together.`,
      )
    if (left === 0) throw new RangeError("The body nests too deeply.")
    while (reader.pos < end) {
      const [number, type] = reader.tag()
      const inner = fields.find((field) => field.number === number)?.message
      if (inner) visit(reader.uint32() + reader.pos, inner, left - 1)
      else reader.skip(type, number)
    }
  }
}

// The items, in the names of JSON. Identifiers and bytes are texts in JSON and bytes in protobuf, long integers texts,
// numbers or bigints.

function readScope(head: JsonObject): Origin["scope"] {
  const scope = objectOf(head["scope"] ?? head["instrumentationLibrary"] ?? head["instrumentation_library"])
  return { name: text(scope["name"]), version: text(scope["version"]) }
}

/** A span, or why it is none. */
function readSpan(item: JsonObject): OtlpSpan | string {
  const trace_id = readId(item["traceId"] ?? item["trace_id"], 16)
  if (!trace_id) return "A span has a traceId: 16 bytes, in JSON as 32 hex digits, and not all zero."
  const span_id = readId(item["spanId"] ?? item["span_id"], 8)
  if (!span_id) return "A span has a spanId: 8 bytes, in JSON as 16 hex digits, and not all zero."
  const parent_id = readId(item["parentSpanId"] ?? item["parent_span_id"], 8)
  if (parent_id === undefined) return "parentSpanId is 8 bytes, in JSON as 16 hex digits, or is left out."
  const status = objectOf(item["status"])
  return {
    trace_id,
    span_id,
    parent_id,
    name: text(item["name"]),
    start_ns: readTime(item["startTimeUnixNano"] ?? item["start_time_unix_nano"]),
    end_ns: readTime(item["endTimeUnixNano"] ?? item["end_time_unix_nano"]),
    attributes: readAttributes(item["attributes"]),
    events: objectsOf(item["events"]).map(readEvent),
    links: objectsOf(item["links"]).map(readLink),
    status: { code: statusCodes.get(status["code"]) ?? 0, message: text(status["message"]) },
  }
}

const statusCodes = new Map<unknown, number>([
  [1, 1],
  [2, 2],
  ["STATUS_CODE_OK", 1],
  ["STATUS_CODE_ERROR", 2],
])

function readEvent(event: JsonObject): OtlpEvent {
  return {
    name: text(event["name"]),
    time_ns: readTime(event["timeUnixNano"] ?? event["time_unix_nano"]),
    attributes: readAttributes(event["attributes"]),
  }
}

function readLink(link: JsonObject): OtlpLink {
  return {
    trace_id: readId(link["traceId"] ?? link["trace_id"], 16) ?? "",
    span_id: readId(link["spanId"] ?? link["span_id"], 8) ?? "",
    attributes: readAttributes(link["attributes"]),
  }
}

/** A log record, or why it is none. Most belong to no span. */
function readLog(item: JsonObject): OtlpLog | string {
  const trace_id = readId(item["traceId"] ?? item["trace_id"], 16)
  if (trace_id === undefined) return "traceId is 16 bytes, in JSON as 32 hex digits, or is left out."
  const span_id = readId(item["spanId"] ?? item["span_id"], 8)
  if (span_id === undefined) return "spanId is 8 bytes, in JSON as 16 hex digits, or is left out."
  const attributes = readAttributes(item["attributes"])
  const happened = readTime(item["timeUnixNano"] ?? item["time_unix_nano"])
  const observed = item["observedTimeUnixNano"] ?? item["observed_time_unix_nano"]
  return {
    trace_id,
    span_id,
    event_name: text(item["eventName"] ?? item["event_name"]) || text(attributes["event.name"]),
    time_ns: happened === "0" ? readTime(observed) : happened,
    body: readValue(item["body"], maxLevels),
    attributes,
  }
}

/** Lower-case hex of so many bytes, "" where there is none or it is all zero, undefined where it is something else. */
function readId(value: unknown, bytes: number): string | undefined {
  const hex = value instanceof Uint8Array ? bufferOf(value).toString("hex") : (value ?? "")
  if (hex === "") return ""
  if (typeof hex !== "string" || hex.length !== 2 * bytes || !/^[0-9a-f]*$/i.test(hex)) return undefined
  return /^0*$/.test(hex) ? "" : hex.toLowerCase()
}

/** Epoch nanoseconds; "0" is OTLP's own word for a time that nobody knows. */
function readTime(value: unknown): string {
  const digits = typeof value === "number" ? String(Math.round(value)) : value
  return typeof digits === "string" && /^[1-9]\d{0,19}$/.test(digits) ? digits : "0"
}

/** Of a key that comes twice the last counts. */
function readAttributes(list: unknown, left = maxLevels): Attributes {
  const attributes: Record<string, Value> = {}
  for (const item of listOf(list)) {
    if (!isObject(item)) continue
    const key = text(item["key"])
    const value = readValue(item["value"], left)
    // It is a key like any other, which an assignment would not make of it.
    if (key === "__proto__") Object.defineProperty(attributes, key, { ...ordinary, value })
    else attributes[key] = value
  }
  return attributes
}

const ordinary = { configurable: true, enumerable: true, writable: true }

function readValue(any: unknown, left: number): Value {
  if (left === 0 || !isObject(any)) return null
  // The object's own keys, since a protobuf message inherits the values that it does not have.
  for (const key of Object.keys(any)) {
    const value = any[key]
    if ((value ?? null) === null) continue
    switch (key) {
      case "stringValue":
      case "string_value":
        return text(value)
      case "boolValue":
      case "bool_value":
        return typeof value === "boolean" ? value : null
      case "intValue":
      case "int_value":
        return readInteger(value)
      case "doubleValue":
      case "double_value":
        return readDouble(value)
      case "arrayValue":
      case "array_value":
        return listOf(objectOf(value)["values"]).map((item) => readValue(item, left - 1))
      case "kvlistValue":
      case "kvlist_value":
        return readAttributes(objectOf(value)["values"], left - 1)
      case "bytesValue":
      case "bytes_value":
        return value instanceof Uint8Array ? bufferOf(value).toString("base64") : text(value)
      default:
    }
  }
  return null
}

function readInteger(value: unknown): Value {
  if (typeof value === "string") return /^-?\d{1,20}$/.test(value) ? readInteger(BigInt(value)) : null
  if (typeof value === "bigint") {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  // Below 1e21 JavaScript prints a number without an exponent, and in the digits that the client wrote.
  if (typeof value !== "number" || Math.abs(value) >= 1e21) return null
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : value
}

/** JSON has NaN and Infinity as texts; here they become null, as everywhere. */
function readDouble(value: unknown): Value {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof number === "number" && Number.isFinite(number) ? number : null
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function objectsOf(value: unknown): JsonObject[] {
  return listOf(value).filter(isObject)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
