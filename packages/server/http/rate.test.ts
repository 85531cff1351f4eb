import { expect, test } from "vitest"
import { createRate } from "./rate.ts"

/** How many of so many requests at once are let through. */
function letThrough(ask: (key: string) => void, key: string, count: number): number {
  let passed = 0
  for (let at = 0; at < count; at += 1) {
    try {
      ask(key)
      passed += 1
    } catch (error) {
      expect(error).toMatchObject({
        code: "too_fast",
        message: expect.stringMatching(/more than \d+ requests a second \(SAYSO_MAX_REQUESTS_PER_SECOND\)/),
      })
    }
  }
  return passed
}

test.each([
  ["at first, two seconds' worth", 10, 0, 20],
  ["after a tenth of a second", 10, 100, 1],
  ["after less than one request's time, none", 10, 99, 0],
  ["after a second", 10, 1_000, 10],
  ["after an hour, no more than at first", 10, 3_600_000, 20],
  ["with a clock that went back, none", 10, -5_000, 0],
  ["one a second", 1, 1_000, 1],
  ["a million a second", 1_000_000, 1, 1_000],
])("%s", (_name, perSecond, laterMs, expected) => {
  let nowMs = 1_700_000_000_000
  const ask = createRate(perSecond, () => nowMs)
  expect(letThrough(ask, "a", perSecond * 2 + 5)).toBe(perSecond * 2)
  if (laterMs === 0) return
  nowMs += laterMs
  expect(letThrough(ask, "a", expected + 5)).toBe(expected)
})

test("each key has its own", () => {
  const ask = createRate(1, () => 0)
  expect(["a", "b", "a", "__proto__"].map((key) => letThrough(ask, key, 3))).toEqual([2, 2, 0, 2])
})

test("what was refused does not count: who keeps asking is let in as early as who waits", () => {
  let nowMs = 0
  const ask = createRate(10, () => nowMs)
  letThrough(ask, "a", 20)
  let passed = 0
  for (; nowMs < 1_000; nowMs += 1) passed += letThrough(ask, "a", 1)
  expect(passed).toBe(9)
  expect(letThrough(ask, "a", 5)).toBe(1)
})

test("a hundred thousand keys do not stay in memory, and each is still bounded", () => {
  const ask = createRate(1, () => 0)
  for (let at = 0; at < 100_000; at += 1) ask(`key ${at}`)
  expect(letThrough(ask, "last", 10)).toBe(2)
})
