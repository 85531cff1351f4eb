import type { Span } from "@sayso/protocol/event.ts"
import { refuseTooMany, type BadItem, type OverLimits } from "./evalMetric.ts"
import { isObject } from "./json.ts"
import { readSpan, sampledOut, tagList, text, type SpanDefaults, type SpansBody } from "./span.ts"

const root = "/data/attributes"

/** A body of the public Spans API (Datadog): `{data:{type:"span",attributes:{ml_app,session_id,tags,spans:[…]}}}`. */
export function readSpansApi(body: unknown, over?: OverLimits): SpansBody {
  const attributes = isObject(body) && isObject(body["data"]) ? body["data"]["attributes"] : undefined
  const items = isObject(attributes) ? attributes["spans"] : undefined
  if (!isObject(attributes) || !Array.isArray(items)) {
    const detail = `The spans belong in an array at ${root}/spans.`
    return {
      spans: [],
      dropped: 0,
      bad: [
        {
          item: body,
          pointer: `${root}/spans`,
          problems: [{ code: "bad_body", pointer: `${root}/spans`, detail }],
        },
      ],
    }
  }
  refuseTooMany(items.length)
  const read = readSpans(items, `${root}/spans`, defaultsOf(attributes), over)
  return { ...read, spans: read.spans.map(withValues) }
}

/** Where a call has messages and no value, the value is inferred from them (Datadog's documentation of the Spans API). */
function withValues(span: Span): Span {
  return { ...span, input: withValue(span.input, "user"), output: withValue(span.output, "assistant") }
}

/** The value is the last thing that the speaker said, or else anybody. */
function withValue(content: unknown, speaker: string): unknown {
  if (!isObject(content) || (content["value"] ?? undefined) !== undefined) return content
  const messages: unknown[] = Array.isArray(content["messages"]) ? content["messages"] : []
  const spoken = messages.filter(isObject).filter((message) => text(message["content"]) !== "")
  const last = spoken.findLast((message) => message["role"] === speaker) ?? spoken.at(-1)
  return last ? { ...content, value: text(last["content"]) } : content
}

/**
 * A body of the SDKs' own span intake: a list of envelopes `{event_type:"span",spans:[…]}`, or one envelope alone.
 * `ml_app` and the session usually stand in the tags.
 */
export function readSdkSpans(body: unknown, over?: OverLimits): SpansBody {
  const envelopes: unknown[] = Array.isArray(body) ? body : [body]
  refuseTooMany(envelopes.reduce((sum: number, envelope) => sum + countSpans(envelope), 0))
  const read = envelopes.map((envelope: unknown, index): SpansBody => {
    const at = Array.isArray(body) ? `/${index}` : ""
    if (isObject(envelope) && Array.isArray(envelope["spans"])) {
      return readSpans(envelope["spans"], `${at}/spans`, defaultsOf(envelope), over)
    }
    const detail = 'An envelope is an object with a list of "spans".'
    return {
      spans: [],
      dropped: 0,
      bad: [{ item: envelope, pointer: at, problems: [{ code: "bad_body", pointer: at, detail }] }],
    }
  })
  return {
    spans: read.flatMap((part) => part.spans),
    bad: read.flatMap((part) => part.bad),
    dropped: read.reduce((sum, part) => sum + part.dropped, 0),
  }
}

/** An envelope without spans costs as much as one with a single one. */
function countSpans(envelope: unknown): number {
  return isObject(envelope) && Array.isArray(envelope["spans"]) ? Math.max(1, envelope["spans"].length) : 1
}

function readSpans(
  items: readonly unknown[],
  at: string,
  defaults: SpanDefaults,
  over?: OverLimits,
): SpansBody {
  const spans: Span[] = []
  const bad: BadItem[] = []
  let dropped = 0
  items.forEach((item, index) => {
    if (sampledOut(item)) {
      dropped += 1
      return
    }
    const pointer = `${at}/${index}`
    const read = readSpan(item, pointer, defaults)
    const problems = Array.isArray(read) ? read : (over?.(read, pointer) ?? [])
    if (Array.isArray(read) || problems.length > 0) bad.push({ item, pointer, problems })
    else spans.push(read)
  })
  return { spans, bad, dropped }
}

function defaultsOf(envelope: Record<string, unknown>): SpanDefaults {
  return {
    ml_app: text(envelope["ml_app"]),
    session_id: text(envelope["session_id"]),
    feedback_join_key: text(envelope["feedback_join_key"]),
    tags: tagList(envelope["tags"]),
  }
}
