export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** How far back a client's clock is believed. */
const believedPastMs = 400 * dayMs

/**
 * The time that lists, windows and charts use (epoch ms): the client's where it lies between the arrival minus 400 days
 * and the arrival plus 24 hours, else the arrival. Absurd claims can so neither scatter the storage nor hide at the end of a list.
 */
export function placeInTime(claimedMs: number, arrivedMs: number): number {
  return claimedMs >= arrivedMs - believedPastMs && claimedMs <= arrivedMs + dayMs ? claimedMs : arrivedMs
}

/**
 * What orders the words of one submitter (epoch ms): the greatest is current. The claimed time is believed only up to
 * 24 hours past the first arrival, so that a clock in 2999 cannot freeze a vote.
 */
export function orderTime(claimedMs: number, firstArrivedMs: number): number {
  return Math.min(claimedMs, firstArrivedMs + dayMs)
}
