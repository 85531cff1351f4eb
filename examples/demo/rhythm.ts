// When people use an application: by the hour of the day and the day of the week.
import type { Random } from "./random.ts"

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
export const weekMs = 7 * dayMs

export interface Rhythm {
  /** How busy each hour of a working day is, from midnight on, in UTC. */
  readonly hours: readonly number[]
  /** What a Saturday or Sunday has of a working day. */
  readonly weekend: number
}

/** Customers in Europe: the lunch break, and most of all the sofa. */
export const shopping: Rhythm = {
  hours: [2, 1, 1, 1, 1, 3, 7, 12, 17, 20, 22, 24, 23, 20, 19, 19, 21, 24, 29, 32, 28, 19, 10, 5],
  weekend: 0.75,
}

/** Developers between Lisbon and Bangalore. */
export const officeHours: Rhythm = {
  hours: [0.3, 0.2, 0.2, 0.5, 2, 5, 9, 16, 24, 28, 27, 20, 18, 25, 27, 24, 18, 10, 6, 4, 3, 2, 1, 0.5],
  weekend: 0.14,
}

/** Alerts do not sleep, but most of them follow the load and the deployments. */
export const alerts: Rhythm = {
  hours: [3, 3, 4, 3, 3, 4, 6, 9, 13, 15, 14, 11, 12, 15, 16, 14, 11, 9, 9, 8, 7, 5, 4, 3],
  weekend: 0.5,
}

/** `count` times (epoch ms) between two others, in order, as busy as the rhythm says. */
export function timesOf(
  { hours, weekend }: Rhythm,
  { fromMs, toMs, count }: { fromMs: number; toMs: number; count: number },
  random: Random,
): number[] {
  const steps = Math.ceil((toMs - fromMs) / hourMs)
  const starts = Array.from({ length: steps }, (_, step) => fromMs + step * hourMs)
  const weights = starts.map((startMs) => {
    const at = new Date(startMs)
    const day = at.getUTCDay()
    return hours[at.getUTCHours()]! * (day === 0 || day === 6 ? weekend : 1)
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)

  const times: number[] = []
  let step = 0
  let before = 0
  for (let index = 0; index < count; index++) {
    // One per equal share of the whole, somewhere in it: busy hours get more, and no gap is left by chance.
    const goal = ((index + random.next()) / count) * total
    while (step < steps - 1 && before + weights[step]! <= goal) before += weights[step++]!
    const within = (goal - before) / weights[step]!
    times.push(Math.round(Math.min(starts[step]! + within * hourMs, toMs - 1)))
  }
  return times
}
