// What happens in this week, and the figures that the data keeps to. The README tells it; test/demo.test.ts counts it.
import { dayMs, hourMs, weekMs } from "./rhythm.ts"

export const story = {
  /** Of the votes on answers about returns: the share of thumbs down before and after version 7 of the shop's prompt. */
  returnsDown: 0.12,
  /** While version 7 was out. It was meant to sound generous, and promises refunds that the shop does not give. */
  returnsDownInVersion7: 0.45,
  /** Of the coding agent's suggestions: the share that was accepted as it was, by model. */
  acceptedOldModel: 0.52,
  acceptedNewModel: 0.73,
} as const

export interface Calendar {
  readonly startMs: number
  readonly endMs: number
  /** The shop's prompt goes from version 6 to 7: at 10:00 on day five. */
  readonly version7Ms: number
  /** And from 7 to 8: at 15:00 of the day after. */
  readonly version8Ms: number
  /** The coding agent sends half of its sessions to the new model: on day three. */
  readonly newModelMs: number
}

export function calendarOf(endMs: number): Calendar {
  const startMs = endMs - weekMs
  const version7Ms = nextAt(10, startMs + 4 * dayMs)
  return {
    startMs,
    endMs,
    version7Ms,
    version8Ms: version7Ms + 29 * hourMs,
    newModelMs: nextAt(8, startMs + 2 * dayMs),
  }
}

/** The next time from then on that a clock shows the full hour, in UTC. */
export function nextAt(hour: number, fromMs: number): number {
  const at = Math.floor(fromMs / dayMs) * dayMs + hour * hourMs
  return at >= fromMs ? at : at + dayMs
}
