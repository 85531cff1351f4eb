import { Fault } from "@sayso/protocol/errors.ts"
import { isObject, type JsonObject } from "./json.ts"
import { maxContainers, readMsgpack, type Budget } from "./msgpack.ts"
import { tagList, text } from "./span.ts"

/** Where ddtrace (Python, from 4.11 on) puts the LLM data of a span: msgpack inside the span's `meta_struct`. */
const carrier = "_llmobs"

/**
 * The LLM spans that ride in APM traces (`/v0.4/traces`), as an envelope that `readSdkSpans` takes; without any, none. All
 * else in the traces is left behind: most of them have nothing for us, and are not even read. Spans of v0.5 are lists
 * and have no room for such data.
 *
 * Each comes out as the same client would have sent it to the LLM intake (ddtrace 4.16, `LLMObs._llmobs_span_event`).
 *
 * @throws a Fault where the body holds LLM data and is not msgpack
 */
export function readApmTraces(bytes: Uint8Array): { envelopes: unknown[] } {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(carrier))
    return { envelopes: [] }
  const budget = { containers: maxContainers }
  const traces = listOf(readMsgpack(bytes, (binary) => binary, budget))
  const spans = traces.flatMap((trace) => spansOf(listOf(trace).filter(isObject), budget))
  return { envelopes: spans.length === 0 ? [] : [{ event_type: "span", spans }] }
}

function spansOf(trace: readonly JsonObject[], budget: Budget): unknown[] {
  const carriers = trace.filter((span) => Object.hasOwn(objectOf(span["meta_struct"]), carrier))
  if (carriers.length === 0) return []
  const upper = upperHalf(trace)
  return carriers.map((span) => spanOf(span, apmTraceId(span, upper), budget))
}

function spanOf(span: JsonObject, apmTraceId: string, budget: Budget): unknown {
  const data = unpack(objectOf(span["meta_struct"])[carrier], budget)
  // What cannot be read goes on as it is, so that the next reader refuses this span and not its neighbours.
  if (!isObject(data)) return data
  const failed = Number(span["error"] ?? 0) !== 0
  const span_id = text(span["span_id"])
  return {
    ...data,
    trace_id: data["trace_id"] ?? apmTraceId,
    span_id,
    parent_id: data["parent_id"] ?? "undefined",
    name: data["name"] ?? span["name"],
    start_ns: span["start"],
    duration: span["duration"],
    status: failed ? "error" : "ok",
    tags: tagsOf(span, data, failed),
    _dd: { ...objectOf(data["_dd"]), span_id, trace_id: apmTraceId, apm_trace_id: apmTraceId },
  }
}

/** The LLM data's own, and what the tracer adds of the outcome. */
function tagsOf(span: JsonObject, data: JsonObject, failed: boolean): string[] {
  const type = text(objectOf(span["meta"])["error.type"])
  const outcome = [`error:${failed ? 1 : 0}`, ...(type === "" ? [] : [`error_type:${type}`])]
  return [...tagList(data["tags"]), ...outcome].toSorted()
}

function unpack(packed: unknown, budget: Budget): unknown {
  if (!Buffer.isBuffer(packed)) return packed
  try {
    return readMsgpack(packed, undefined, budget)
  } catch (error) {
    if (error instanceof Fault) return packed.toString("base64")
    throw error
  }
}

/** Spans carry the lower 64 bits of their trace id; the upper ones stand once in a trace, as 16 hex digits. */
function upperHalf(trace: readonly JsonObject[]): string {
  const found = trace.map((span) => text(objectOf(span["meta"])["_dd.p.tid"]))
  return found.find((digits) => /^[0-9a-f]{16}$/.test(digits)) ?? ""
}

/** 32 hex digits, or decimal where the id has no upper half. */
function apmTraceId(span: JsonObject, upper: string): string {
  const lower = text(span["trace_id"])
  if (upper === "" || !/^\d{1,20}$/.test(lower)) return lower
  return upper + BigInt(lower).toString(16).padStart(16, "0")
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
