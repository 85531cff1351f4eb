import { contentId, metricContent, metricId, type Digest } from "@sayso/protocol/eventId.ts"
import type { Event, Stamp } from "@sayso/protocol/event.ts"
import { never } from "@sayso/protocol/never.ts"
import { batchOf, type Batch } from "../journal/pack.ts"

/** One row for one table. Made by the store's pure `event → line`, which is handed in: intake does not know the store. */
export type ToLine = (
  event: Event,
  stamp: Stamp,
  source: string,
) => { readonly table: string; readonly line: string }

/** Places in the order of arrivals that were set aside for the events of one request. */
export interface Places {
  /** Epoch ms, or later where the places before were not yet used up. */
  readonly ms: number
  /** The first place within the millisecond. */
  readonly first: number
}

const placesInMs = 1_000_000

/** When and for whom events came in. */
export interface Arrival {
  readonly org: string
  /** The wire format. */
  readonly source: string
  /** Epoch ms. */
  readonly arrivedMs: number
  readonly places: Places
}

export interface StampDeps {
  readonly toLine: ToLine
  readonly digest: Digest
}

/** Stamps events: their ids, in order, and their rows by table. Pure. */
export function stamp(
  { toLine, digest }: StampDeps,
  { org, source, arrivedMs, places }: Arrival,
  events: readonly Event[],
): { ids: string[]; batches: Batch[] } {
  const linesOf = new Map<string, string[]>()
  const ids = events.map((event, at) => {
    const content = event.kind === "eval_metric" ? metricContent(event.metric) : undefined
    const id = content === undefined ? idOf(org, event, digest) : metricId(org, content, digest)
    const place = places.first + at
    const sequence = `${places.ms + Math.floor(place / placesInMs)}${String(place % placesInMs).padStart(6, "0")}`
    const { table, line } = toLine(event, { org, arrivedMs, sequence, id, content }, source)
    const lines = linesOf.get(table)
    if (lines) lines.push(line)
    else linesOf.set(table, [line])
    return id
  })
  return { ids, batches: [...linesOf].map(([stream, lines]) => batchOf(stream, lines)) }
}

function idOf(org: string, event: Event, digest: Digest): string {
  switch (event.kind) {
    case "eval_metric":
      return metricId(org, metricContent(event.metric), digest)
    case "span":
      return event.span.span_id
    case "content":
      return contentId(["content", org, event.content], digest)
    case "withdrawal":
      return event.withdrawal.event_id
    case "rejected":
      return contentId(["rejected", org, event.rejected], digest)
    default:
      return never(event)
  }
}

/**
 * Sets places in the order of arrivals aside: rising numbers of the millisecond and six digits. They never go back, even where
 * the clock does or a millisecond takes more than a million events.
 */
export function createSequence(): (nowMs: number, count: number) => Places {
  let ms = 0
  let next = 0
  return (nowMs, count) => {
    if (nowMs > ms) {
      ms = nowMs
      next = 0
    }
    const places = { ms, first: next }
    ms += Math.floor((next + count) / placesInMs)
    next = (next + count) % placesInMs
    return places
  }
}
