import type { EvalMetric, Span, SpanContent } from "@sayso/protocol/event.ts"
import { refuseTooMany, type BadItem } from "../evalMetric.ts"
import { createBag } from "./attributes.ts"
import { readContents } from "./contents.ts"
import { decodeLogs, decodeTraces } from "./decode.ts"
import type { Encoding, OtlpLog, Unreadable } from "./model.ts"
import { createBound } from "./origin.ts"
import { evaluationEvent, millisecondsOf, readEvaluation, type Results } from "./results.ts"
import { readSpan, repeatsLlmObs, senderOf } from "./span.ts"

/** What an OTLP body becomes. */
export interface OtlpBody {
  readonly spans: readonly Span[]
  readonly metrics: readonly EvalMetric[]
  readonly contents: readonly SpanContent[]
  readonly bad: readonly BadItem[]
  /** What was accepted and not kept, on purpose. */
  readonly dropped: number
}

/**
 * The spans of a body, whichever conventions they follow, and the results that they carry.
 *
 * @throws a Fault for a body that cannot be read at all, or holds too many events.
 */
export function readOtlpTraces(bytes: Uint8Array, encoding: Encoding): OtlpBody {
  const { items, bad } = decodeTraces(bytes, encoding)
  const spans: Span[] = []
  const results: Results = { metrics: [], bad: bad.map(badItem) }
  const bound = createBound()
  let dropped = 0
  for (const { item, origin, at } of items) {
    if (repeatsLlmObs(item.attributes)) dropped += 1
    else spans.push(readSpan({ item, origin: bound(origin), at }, results))
    // A span may carry thousands of results.
    refuseTooMany(spans.length + results.metrics.length + results.bad.length)
  }
  return { spans, ...results, contents: [], dropped }
}

/** The log records of a body: messages that their spans leave out, and evaluations. Other logs are dropped. Throws as {@link readOtlpTraces}. */
export function readOtlpLogs(bytes: Uint8Array, encoding: Encoding): OtlpBody {
  const { items, bad } = decodeLogs(bytes, encoding)
  const results: Results = { metrics: [], bad: bad.map(badItem) }
  const bound = createBound()
  const others: OtlpLog[] = []
  for (const { item, origin, at } of items) {
    if (item.event_name !== evaluationEvent) {
      others.push(item)
      continue
    }
    const bag = createBag(item.attributes)
    bag.take("event.name")
    const about = {
      trace_id: item.trace_id,
      span_id: item.span_id,
      session_id: "",
      ml_app: senderOf(bag, bound(origin).resource).ml_app,
      timestamp_ms: millisecondsOf(item.time_ns),
      at,
    }
    readEvaluation(bag, about, results)
  }
  return { spans: [], ...results, ...readContents(others) }
}

function badItem({ at, item, detail }: Unreadable): BadItem {
  return { item, pointer: at, problems: [{ code: "bad_body", pointer: at, detail }] }
}
