import { fault } from "@sayso/protocol/errors.ts"

const maxKeys = 10_000

/**
 * A bound on the requests of each key: a bucket that holds two seconds' worth and is filled evenly.
 *
 * @throws (when asked) a Fault `too_fast`.
 */
export function createRate(perSecond: number, now: () => number): (key: string) => void {
  const buckets = new Map<string, { left: number; atMs: number }>()
  return (key) => {
    const nowMs = now()
    let bucket = buckets.get(key)
    if (!bucket) {
      // Full buckets say nothing that a new one would not.
      if (buckets.size >= maxKeys) buckets.clear()
      buckets.set(key, (bucket = { left: perSecond * 2, atMs: nowMs }))
    }
    const earned = (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1000
    bucket.left = Math.min(perSecond * 2, bucket.left + earned)
    bucket.atMs = nowMs
    if (bucket.left < 1) {
      throw fault(
        "too_fast",
        `This key has sent more than ${perSecond} requests a second (SAYSO_MAX_REQUESTS_PER_SECOND).`,
      )
    }
    bucket.left -= 1
  }
}
