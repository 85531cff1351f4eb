import { describe, expect, test } from "vitest"
import { modelTokens, tokensOf, type Call } from "./tokens.ts"

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

describe("the tokens of all model calls", () => {
  const span = (span_id: string, parent_id: string, span_kind: string, total_tokens?: number): Call => ({
    span_id,
    parent_id,
    span_kind,
    metrics: total_tokens === undefined ? {} : { total_tokens },
  })

  test.each<[string, Call[], number]>([
    [
      "an agent's sum is not counted again",
      [
        span("1", "", "agent", 30),
        span("2", "1", "llm", 10),
        span("3", "1", "llm", 20),
        span("4", "1", "tool"),
      ],
      30,
    ],
    ["an embedding counts", [span("1", "", "embedding", 5)], 5],
    [
      "a model call's sum of those below it is not counted again",
      [
        span("1", "", "llm", 30),
        span("2", "1", "task"),
        span("3", "2", "llm", 10),
        span("4", "2", "llm", 20),
      ],
      30,
    ],
    ["a call below without tokens takes none away", [span("1", "", "llm", 30), span("2", "1", "llm")], 30],
    ["a parent that never came", [span("2", "1", "llm", 7)], 7],
    ["spans in a circle end", [span("1", "2", "task"), span("2", "1", "task"), span("3", "2", "llm", 7)], 7],
  ])("%s", (_, spans, sum) => expect(modelTokens(spans)).toBe(sum))
})
