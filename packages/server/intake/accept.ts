import type { Event } from "@sayso/protocol/event.ts"
import type { Batch } from "../journal/pack.ts"
import type { Metrics } from "../metrics.ts"
import { stamp, type Places, type StampDeps } from "./stamp.ts"

export interface KeepDeps {
  readonly append: (batches: readonly Batch[]) => Promise<void>
  readonly metrics: Metrics
}

/** Resolves once the rows are on disk. */
export type Keep = (source: string, batches: readonly Batch[]) => Promise<void>

export function createKeep({ append, metrics }: KeepDeps): Keep {
  return async (source, batches) => {
    if (batches.length === 0) return
    const started = performance.now()
    await append(batches)
    metrics.observe("sayso_append_seconds", (performance.now() - started) / 1000)
    for (const { stream, rows } of batches) {
      if (stream === "rejected") metrics.count("sayso_events_rejected_total", { source }, rows)
      else metrics.count("sayso_events_accepted_total", { source, table: stream }, rows)
    }
  }
}

export interface AcceptDeps extends StampDeps {
  readonly keep: Keep
  readonly places: (nowMs: number, count: number) => Places
  /** Epoch ms. */
  readonly now: () => number
}

/** Stamps events and resolves with their ids, in order, once their bytes are on disk. */
export type Accept = (org: string, source: string, events: readonly Event[]) => Promise<string[]>

export function createAccept({ keep, places, now, ...deps }: AcceptDeps): Accept {
  return async (org, source, events) => {
    const arrivedMs = now()
    const arrival = { org, source, arrivedMs, places: places(arrivedMs, events.length) }
    const { ids, batches } = stamp(deps, arrival, events)
    await keep(source, batches)
    return ids
  }
}
