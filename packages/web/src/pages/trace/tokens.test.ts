import { expect, test } from "vitest"
import { modelTokens, tokensOf } from "./tokens.ts"

test.each([
  [{}, undefined],
  [
    { input_tokens: 3, output_tokens: 4 },
    { input: 3, output: 4, total: 7 },
  ],
  [
    { input_tokens: 3, total_tokens: 9 },
    { input: 3, total: 9 },
  ],
  [{ total_tokens: 0 }, { total: 0 }],
])("%j", (metrics, tokens) => expect(tokensOf(metrics as Record<string, number>)).toEqual(tokens))

test("an agent's sum of its model calls is not counted again", () => {
  const spans = [
    { span_kind: "agent", metrics: { total_tokens: 30 } },
    { span_kind: "llm", metrics: { total_tokens: 10 } },
    { span_kind: "llm", metrics: { input_tokens: 15, output_tokens: 5 } },
    { span_kind: "tool", metrics: {} },
  ]
  expect(modelTokens(spans)).toBe(30)
})
