import { contentId, metricId, type Digest } from "@sayso/protocol/eventId.ts"
import type { Event, Rejected, Stamp } from "@sayso/protocol/event.ts"
import { never } from "@sayso/protocol/never.ts"
import type { Batch } from "../journal/journal.ts"
import type { Metrics } from "../metrics.ts"
import type { BadItem } from "./evalMetric.ts"

/** One row for one table. Made by the store's pure `event → line`, which main hands in: intake does not know the store. */
export type ToLine = (
  event: Event,
  stamp: Stamp,
  source: string,
) => { readonly table: string; readonly line: string }

export interface AcceptDeps {
  readonly append: (batches: readonly Batch[]) => Promise<void>
  readonly toLine: ToLine
  readonly digest: Digest
  readonly metrics: Metrics
  /** Epoch ms. */
  readonly now: () => number
}

/** Stamps events and resolves with their ids, in order, once their bytes are on disk. */
export type Accept = (org: string, source: string, events: readonly Event[]) => Promise<string[]>

export function createAccept({ append, toLine, digest, metrics, now }: AcceptDeps): Accept {
  const nextSequence = createSequence()
  return async (org, source, events) => {
    const arrivedMs = now()
    const linesOf = new Map<string, string[]>()
    const ids = events.map((event) => {
      const id = idOf(org, event, digest)
      const { table, line } = toLine(event, { org, arrivedMs, sequence: nextSequence(arrivedMs), id }, source)
      const lines = linesOf.get(table)
      if (lines) lines.push(line)
      else linesOf.set(table, [line])
      return id
    })
    const started = performance.now()
    await append([...linesOf].map(([stream, lines]) => ({ stream, lines })))
    metrics.observe("sayso_append_seconds", (performance.now() - started) / 1000)
    for (const [table, lines] of linesOf) {
      if (table === "rejected") metrics.count("sayso_events_rejected_total", { source }, lines.length)
      else metrics.count("sayso_events_accepted_total", { source, table }, lines.length)
    }
    return ids
  }
}

/** The most of a rejected body that is kept, in characters. */
const maxKeptBody = 65_536

/** An item that could not be used as the event that tells people so. */
export function rejectedEvent(format: string, bad: BadItem): Event {
  const [first] = bad.problems
  const rejected: Rejected = {
    format,
    code: first?.code ?? "bad_body",
    detail: bad.problems.map((problem) => problem.detail).join(" "),
    pointer: first?.pointer ?? bad.pointer,
    body: cut(asText(bad.item)),
  }
  return { kind: "rejected", rejected }
}

/** A body that could not be read at all as the event that tells people so. */
export function unreadableBody(format: string, code: string, detail: string, body: Buffer): Event {
  const text = body.subarray(0, maxKeptBody * 4).toString("utf8")
  return { kind: "rejected", rejected: { format, code, detail, pointer: "", body: cut(text) } }
}

function cut(text: string): string {
  return text.length > maxKeptBody ? `${text.slice(0, maxKeptBody).toWellFormed()}…` : text
}

function asText(item: unknown): string {
  try {
    return (JSON.stringify(item) ?? "").toWellFormed()
  } catch {
    return "(nests too deeply to be shown)"
  }
}

function idOf(org: string, event: Event, digest: Digest): string {
  switch (event.kind) {
    case "eval_metric":
      return metricId(org, event.metric, digest)
    case "span":
      return event.span.span_id
    case "withdrawal":
      return event.withdrawal.event_id
    case "rejected":
      return contentId(["rejected", org, event.rejected], digest)
    default:
      return never(event)
  }
}

/**
 * Rising numbers that order arrivals within a millisecond, as decimal digits: the milliseconds, then six for the place.
 * They never go back, even where the clock does or a millisecond takes more than a million events.
 */
function createSequence(): (nowMs: number) => string {
  let lastMs = 0
  let place = 0
  return (nowMs) => {
    place += 1
    if (nowMs > lastMs || place === 1_000_000) {
      lastMs = Math.max(lastMs + 1, nowMs)
      place = 0
    }
    return `${lastMs}${String(place).padStart(6, "0")}`
  }
}
