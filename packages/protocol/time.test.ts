import fc from "fast-check"
import { expect, test } from "vitest"
import { dayMs, hourMs, orderTime, placeInTime } from "./time.ts"

const arrived = Date.UTC(2026, 10, 22, 12)

test("an hour and a day, in milliseconds", () => expect([hourMs, dayMs]).toEqual([3_600_000, 86_400_000]))

/** Where an event that arrived at noon stands in time, given what its client claims. */
function check(title: string, claimedMs: number, expected: number) {
  test(`placed: ${title}`, () => expect(placeInTime(claimedMs, arrived)).toBe(expected))
}

check("now", arrived, arrived)
check("an hour ago", arrived - hourMs, arrived - hourMs)
check("400 days ago", arrived - 400 * dayMs, arrived - 400 * dayMs)
check("a millisecond before that", arrived - 400 * dayMs - 1, arrived)
check("24 hours ahead", arrived + dayMs, arrived + dayMs)
check("a millisecond after that", arrived + dayMs + 1, arrived)
check("1970", 0, arrived)
check("seconds taken for milliseconds", arrived / 1000, arrived)
check("2999", Date.UTC(2999, 0), arrived)
check("not a number", Number.NaN, arrived)
check("infinity", Number.POSITIVE_INFINITY, arrived)
check("before the epoch", -1, arrived)

/** What orders a word that first arrived at noon. */
function ordered(title: string, claimedMs: number, expected: number) {
  test(`ordered: ${title}`, () => expect(orderTime(claimedMs, arrived)).toBe(expected))
}

ordered("now", arrived, arrived)
ordered("an hour ago", arrived - hourMs, arrived - hourMs)
ordered("1970 is believed: it is merely old", 0, 0)
ordered("24 hours ahead", arrived + dayMs, arrived + dayMs)
ordered("2999 cannot freeze a vote", Date.UTC(2999, 0), arrived + dayMs)

const anyTime = fc.integer({ min: 0, max: 100_000_000_000_000 })

test("the time is always near the arrival, and the claimed one where that is", () => {
  fc.assert(
    fc.property(anyTime, anyTime, (claimed, arrival) => {
      const time = placeInTime(claimed, arrival)
      expect(time >= arrival - 400 * dayMs && time <= arrival + dayMs).toBe(true)
      expect([claimed, arrival]).toContain(time)
    }),
  )
})

test("a later claim never orders earlier, and a vote of the next day beats any clock", () => {
  fc.assert(
    fc.property(anyTime, anyTime, anyTime, (a, b, arrival) => {
      expect(orderTime(Math.max(a, b), arrival)).toBeGreaterThanOrEqual(orderTime(Math.min(a, b), arrival))
      const nextDay = arrival + dayMs + 1
      expect(orderTime(nextDay, nextDay)).toBeGreaterThan(orderTime(a, arrival))
    }),
  )
})
