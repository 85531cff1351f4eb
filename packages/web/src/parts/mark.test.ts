import { expect, test } from "vitest"
import { markOf, toneOf, wordsOf, type Answer, type Mark, type Scale, type Tone } from "./mark.ts"

function check(answer: Answer, mark: Mark, tone: Tone, words: string, scale?: Scale): void {
  test(`${JSON.stringify(answer)} is ${mark.kind}, ${tone}`, () => {
    expect(markOf(answer, scale)).toEqual(mark)
    expect(toneOf(answer, mark)).toBe(tone)
    expect(wordsOf(answer)).toBe(words)
  })
}

const categorical = (categorical_value: string, assessment?: "pass" | "fail"): Answer => ({
  metric_type: "categorical",
  categorical_value,
  ...(assessment && { assessment }),
})
const score = (score_value: number, assessment?: "pass" | "fail"): Answer => ({
  metric_type: "score",
  score_value,
  ...(assessment && { assessment }),
})
const stars = { min: 1, max: 5 }

check(categorical("down"), { kind: "thumb", up: false }, "bad", "down")
check(categorical("Thumbs_Up"), { kind: "thumb", up: true }, "good", "Thumbs_Up")
check(categorical("👍", "fail"), { kind: "thumb", up: true }, "bad", "👍")
check(categorical("accepted"), { kind: "yes", yes: true }, "good", "accepted")
check(categorical("rejected", "fail"), { kind: "yes", yes: false }, "bad", "rejected")
check(categorical("too slow"), { kind: "chip", text: "too slow" }, "plain", "too slow")
check(categorical("constructor"), { kind: "chip", text: "constructor" }, "plain", "constructor")
check(score(4), { kind: "stars", filled: 4, of: 5 }, "plain", "4", stars)
check(score(3.5, "pass"), { kind: "stars", filled: 3.5, of: 5 }, "good", "3.5", stars)
check(score(1, "fail"), { kind: "stars", filled: 1, of: 5 }, "bad", "1", stars)
check(score(1), { kind: "share", value: 1 }, "plain", "1", { min: 0, max: 1 })
check(score(0.123456), { kind: "share", value: 0.123456 }, "plain", "0.1235", { min: 0, max: 1 })
check(score(-0.5), { kind: "number", value: -0.5 }, "plain", "-0.5", { min: -1, max: 1 })
check(score(72), { kind: "number", value: 72 }, "plain", "72", { min: 0, max: 100 })
check(score(72), { kind: "number", value: 72 }, "plain", "72")
check(score(7.25), { kind: "number", value: 7.25 }, "plain", "7.25", stars)
check(score(3), { kind: "number", value: 3 }, "plain", "3")
check(score(1, "fail"), { kind: "number", value: 1 }, "bad", "1", { min: 1, max: 1 })
check({ metric_type: "boolean", boolean_value: false }, { kind: "yes", yes: false }, "plain", "false")
check(
  { metric_type: "boolean", boolean_value: true, assessment: "pass" },
  { kind: "yes", yes: true },
  "good",
  "true",
)
check({ metric_type: "text", text_value: "Hm." }, { kind: "quote" }, "plain", "Comment")
check({ metric_type: "json", json_value: {} }, { kind: "json" }, "plain", "JSON")
