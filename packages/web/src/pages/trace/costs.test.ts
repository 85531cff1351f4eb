import { describe, expect, test } from "vitest"
import { spanCost, traceCost } from "./costs.ts"
import type { Call } from "./tokens.ts"

const listPrice = "the tokens at the list price when the span started. The client sent no cost."

describe("the cost of a span", () => {
  test.each<[Record<string, number>, string, string]>([
    [{ total_cost: 0.0042 }, "$0.0042", "$0.0042, as the client sent it"],
    [{ input_cost: 0.25, output_cost: 0.5 }, "$0.75", "$0.75, as the client sent it"],
    [{ total_cost: 0, estimated_total_cost: 3 }, "$0.00", "$0.00, as the client sent it"],
    [{ output_cost: 2, estimated_total_cost: 3 }, "$2.00", "$2.00, as the client sent it"],
    [
      { estimated_input_cost: 0.001, estimated_output_cost: 0.003_21, estimated_total_cost: 0.004_21 },
      "about $0.0042, estimated from tokens",
      `$0.00421: ${listPrice}`,
    ],
    [{ estimated_input_cost: 0.000_002 }, "<$0.0001, estimated from tokens", `$0.000002: ${listPrice}`],
  ])("%j", (metrics, text, title) => expect(spanCost(metrics)).toEqual({ text, title }))

  test.each([{}, { input_tokens: 30 }, { tool_cost: 1 }])("none: %j", (metrics) =>
    expect(spanCost(metrics as Record<string, number>)).toBeUndefined(),
  )
})

describe("the cost of a trace", () => {
  const span = (span_id: string, parent_id: string, span_kind: string, metrics: Call["metrics"]): Call => ({
    span_id,
    parent_id,
    span_kind,
    metrics,
  })
  const sent = { total_cost: 0.1 }
  const estimated = { estimated_total_cost: 0.2 }

  test.each<[string, Call[], string, string]>([
    [
      "sent",
      [span("1", "", "llm", sent), span("2", "", "embedding", sent)],
      "$0.20",
      "$0.20 for 2 model calls, 2 as the client sent it",
    ],
    [
      "estimated",
      [span("1", "", "llm", estimated)],
      "~$0.20 estimated",
      "$0.20 for 1 model call, 1 estimated from tokens at list prices",
    ],
    [
      "both, without digits that only binary fractions have",
      [span("1", "", "llm", sent), span("2", "", "llm", estimated)],
      "~$0.30 partly estimated",
      "$0.30 for 2 model calls, 1 as the client sent it, 1 estimated from tokens at list prices",
    ],
    [
      "an agent's sum and a model call's sum are not counted again",
      [
        span("1", "", "agent", { total_cost: 0.2 }),
        span("2", "1", "llm", { total_cost: 0.2 }),
        span("3", "2", "llm", estimated),
      ],
      "~$0.20 estimated",
      "$0.20 for 1 model call, 1 estimated from tokens at list prices",
    ],
    [
      "a call of unknown price",
      [span("1", "", "llm", sent), span("2", "", "llm", { input_tokens: 30 })],
      "$0.10",
      "$0.10 for 1 model call, 1 as the client sent it, 1 more of unknown price",
    ],
    [
      "hardly anything",
      [span("1", "", "llm", { estimated_total_cost: 0.000_002 })],
      "<$0.0001 estimated",
      "$0.000002 for 1 model call, 1 estimated from tokens at list prices",
    ],
  ])("%s", (_, spans, text, title) => expect(traceCost(spans)).toEqual({ text, title }))

  test("nobody knows", () =>
    expect(
      traceCost([span("1", "", "llm", { input_tokens: 3 }), span("2", "", "tool", sent)]),
    ).toBeUndefined())
})
