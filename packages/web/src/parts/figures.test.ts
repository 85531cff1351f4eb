import { describe, expect, test } from "vitest"
import { ago, approximately, dayOf, dollars, duration, exactDollars, msOf, several } from "./figures.ts"

const now = new Date(2026, 10, 23, 12, 0, 0).getTime()
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe("how long ago", () => {
  test.each([
    [0, "just now"],
    [59_000, "just now"],
    [-5_000, "just now"],
    [-30_000, "in a moment"],
    [-2 * hour, "in 2 hr."],
    [minute, "1 min. ago"],
    [59 * minute, "59 min. ago"],
    [hour, "1 hr. ago"],
    [23 * hour, "23 hr. ago"],
    [25 * hour, "yesterday"],
    [37 * hour, "2 days ago"],
    [6 * day, "6 days ago"],
    [8 * day, "Sun 15 November"],
    [400 * day, "Sun, 19 October 2025"],
  ])("%i ms: %s", (past, words) => expect(ago(now - past, now)).toBe(words))
})

test.each([
  [0, "Today"],
  [13 * hour, "Yesterday"],
  [2 * day, "Saturday 21 November"],
  [7 * day, "Mon 16 November"],
  [-day, "Tue 24 November"],
])("the day %i ms ago is %s", (past, words) => expect(dayOf(now - past, now)).toBe(words))

test.each([
  [0, "0 ns"],
  [999, "999 ns"],
  [1_500, "1.5 µs"],
  [999_499, "999 µs"],
  [999_600, "1 ms"],
  [34_100_000, "34.1 ms"],
  [999_600_000, "1 s"],
  [1_240_000_000, "1.24 s"],
  [59_940_000_000, "59.9 s"],
  [59_960_000_000, "1 min"],
  [125_000_000_000, "2 min 5 s"],
  [3_600_000_000_000, "1 h"],
  [4_800_000_000_000, "1 h 20 min"],
])("%i ns is %s", (ns, text) => expect(duration(ns)).toBe(text))

test("a time in ns keeps its microseconds", () => {
  expect(msOf("1795421816762345678")).toBe(1795421816762.345)
  expect(msOf("-1000000")).toBe(-1)
})

test("counts agree with their noun", () => {
  expect([several(0, "span"), several(1, "span"), several(1234, "span")]).toEqual([
    "0 spans",
    "1 span",
    "1,234 spans",
  ])
})

test.each([
  [0, "$0.00", "$0.00"],
  [0.000_000_33, "<$0.0001", "$0.00000033"],
  [0.000_099_99, "<$0.0001", "$0.00009999"],
  [0.000_1, "$0.0001", "$0.0001"],
  [0.004_2, "$0.0042", "$0.0042"],
  [0.004_249, "$0.0042", "$0.004249"],
  [0.009_99, "$0.01", "$0.00999"],
  [0.1, "$0.10", "$0.10"],
  [0.123_4, "$0.12", "$0.1234"],
  [1.005_1, "$1.01", "$1.0051"],
  [1_234.5, "$1,234.50", "$1,234.50"],
  [-0.5, "-$0.50", "-$0.50"],
  [1e300, "$1E300", "$1E300"],
])("%d dollars are %s", (value, text, exact) => {
  expect(dollars(value)).toBe(text)
  expect(exactDollars(value)).toBe(exact)
})

test("about an amount", () => {
  expect(approximately(0.004_2, "about ")).toBe("about $0.0042")
  expect(approximately(0.000_01, "~")).toBe("<$0.0001")
})
