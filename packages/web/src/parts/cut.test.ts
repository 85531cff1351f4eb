import { expect, test } from "vitest"
import { cutAt } from "./cut.ts"

test("a text that fits is whole", () => {
  expect(cutAt("")).toBe(0)
  expect(cutAt("short")).toBe(5)
  expect(cutAt("x".repeat(2_199))).toBe(2_199)
})

test("a long one is cut at its length or at its lines", () => {
  expect(cutAt("x".repeat(100_000))).toBe(2_000)
  expect(cutAt("line\n".repeat(1_000))).toBe(24 * 5 - 1)
})

test("no character is cut in two", () => {
  const text = `${"x".repeat(1_999)}${"😀".repeat(500)}`
  expect(text.slice(0, cutAt(text))).toBe("x".repeat(1_999))
})
