import type { Span } from "@sayso/protocol/event.ts"
import { describe, expect, test } from "vitest"
import { createEstimateCosts } from "./costs.ts"

type Metrics = Span["metrics"]

/** A model call of 23 November 2026. */
function call(model_provider: string, model_name: string, metrics: Metrics, more: Partial<Span> = {}) {
  return { span_kind: "llm", model_provider, model_name, start_ns: "1795399160267038500", metrics, ...more }
}

function estimate(...args: Parameters<typeof call>): Metrics {
  return createEstimateCosts()(call(...args))
}

/** What a million tokens in and a million out cost, which is how prices are published. */
const million = { input_tokens: 1e6, output_tokens: 1e6 }
const thousand = { input_tokens: 1_000, output_tokens: 1_000 }

function costs(input: number, output: number, total = Number((input + output).toPrecision(12))): Metrics {
  return { estimated_input_cost: input, estimated_output_cost: output, estimated_total_cost: total }
}

// Published prices in dollars per million tokens, in and out.

describe.each([
  [
    "gpt-4o",
    2.5,
    10,
    ["openai", "OpenAI", "openai.chat", "azure", "azure_openai", "azure.chat", "az.ai.openai"],
  ],
  ["gpt-4o-mini-2024-07-18", 0.15, 0.6, ["openai", "custom", "unknown", "", " OpenAI "]],
  ["gpt-4.1-2025-04-14", 2, 8, ["openai.responses", "custom"]],
  ["GPT-4.1-mini", 0.4, 1.6, ["openai", "custom"]],
  ["openai/gpt-4o", 2.5, 10, ["openai", "openrouter", "litellm", "gateway", "custom"]],
  ["ft:gpt-4o-mini-2024-07-18:acme::x", 0.3, 1.2, ["openai"]],
  ["claude-sonnet-4-20250514", 3, 15, ["anthropic", "Anthropic", "anthropic.messages", "custom"]],
  ["claude-3-5-haiku-latest", 0.8, 4, ["anthropic", "unknown"]],
  ["claude-sonnet-4@20250514", 3, 15, ["gcp.vertex_ai", "vertex.anthropic.messages"]],
  [
    "us.anthropic.claude-sonnet-4-20250514-v1:0",
    3,
    15,
    ["aws.bedrock", "amazon_bedrock", "amazon-bedrock", "AWS", "anthropic", "custom"],
  ],
  ["arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-lite-v1:0", 0.06, 0.24, ["aws.bedrock"]],
  [
    "gemini-2.5-flash",
    0.3,
    2.5,
    ["google", "gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai", "vertexai", "custom"],
  ],
  ["models/gemini-2.0-flash", 0.1, 0.4, ["google.generative-ai", "Google"]],
  ["mistral-large-latest", 2, 6, ["mistral", "mistral_ai", "mistral.chat", "MistralAI"]],
  ["grok-3", 3, 15, ["xai", "x_ai", "xai.chat", "x-ai"]],
])("%s", (model, input, output, providers) => {
  test.each(providers)("of %j", (provider) =>
    expect(estimate(provider, model, million)).toEqual(costs(input, output)),
  )
})

test.each([
  ["text-embedding-3-small", { input_tokens: 1e6 }, 0.02],
  ["text-embedding-3-large", { total_tokens: 1e6 }, 0.13],
  ["text-embedding-3-large", { input_tokens: 2e6, output_tokens: 5, total_tokens: 9 }, 0.26],
])("an embedding by %s of %j", (model, metrics, input) =>
  expect(estimate("openai", model, metrics as Metrics, { span_kind: "embedding" })).toEqual(costs(input, 0)),
)

// Cached tokens cost less to read (0.3) and more to write (3.75, for an hour 6) than others (3). Output costs 15.

describe("claude-sonnet-4-0 with a cache", () => {
  test.each<[string, Metrics, number, number]>([
    ["read", { input_tokens: 1e6, cache_read_input_tokens: 900_000 }, 0.57, 0],
    ["written", { input_tokens: 1e6, cache_write_input_tokens: 200_000 }, 3.15, 0],
    [
      "read and written",
      { input_tokens: 1e6, cache_read_input_tokens: 500_000, cache_write_input_tokens: 500_000 },
      2.025,
      0,
    ],
    [
      "written for five minutes and for an hour",
      {
        input_tokens: 1e6,
        cache_write_input_tokens: 200_000,
        ephemeral_5m_input_tokens: 100_000,
        ephemeral_1h_input_tokens: 100_000,
      },
      3.375,
      0,
    ],
    ["written, without the sum", { input_tokens: 1e6, ephemeral_1h_input_tokens: 100_000 }, 3.3, 0],
    ["not counted in", { input_tokens: 100_000, cache_read_input_tokens: 900_000 }, 0.57, 0],
    [
      "beside what was not cached",
      { non_cached_input_tokens: 100_000, cache_read_input_tokens: 90_000 },
      0.327,
      0,
    ],
    ["and an output", { input_tokens: 1e6, cache_read_input_tokens: 1e6, output_tokens: 1_000 }, 0.3, 0.015],
  ])("%s", (_, metrics, input, output) =>
    expect(estimate("anthropic", "claude-sonnet-4-0", metrics)).toEqual(costs(input, output)),
  )
})

test.each<[string, string, string, Metrics, Metrics]>([
  [
    "cached tokens where the table has one price",
    "openai",
    "gpt-4",
    { input_tokens: 1e6, cache_read_input_tokens: 5e5 },
    costs(30, 0),
  ],
  ["reasoning is output", "openai", "o3", { ...million, reasoning_output_tokens: 9e5 }, costs(2, 8)],
  [
    "reasoning that was not counted in",
    "openai",
    "o3",
    { output_tokens: 1e5, reasoning_output_tokens: 9e5 },
    costs(0, 8),
  ],
  [
    "reasoning with a price of its own",
    "perplexity",
    "sonar-deep-research",
    { ...million, reasoning_output_tokens: 1e6 },
    costs(2, 3),
  ],
  ["a price for the request", "perplexity", "sonar", thousand, costs(0.001, 0.001, 0.014)],
  [
    "a long prompt",
    "google",
    "gemini-2.5-pro",
    { input_tokens: 200_001, output_tokens: 1_000 },
    costs(0.5000025, 0.015),
  ],
  [
    "a prompt not quite as long",
    "google",
    "gemini-2.5-pro",
    { input_tokens: 200_000, output_tokens: 1_000 },
    costs(0.25, 0.01),
  ],
  ["an output alone", "openai", "gpt-4o", { output_tokens: 30 }, costs(0, 0.0003)],
])("%s", (_, provider, model, metrics, expected) =>
  expect(estimate(provider, model, metrics)).toEqual(expected),
)

// o3 became cheaper on 10 June 2025; DeepSeek was cheaper from 16:30 to 00:30 UTC.

test.each([
  ["o3", "2025-06-09T23:59:59.999Z", costs(10, 40)],
  ["o3", "2025-06-10T00:00:00Z", costs(2, 8)],
  ["o3", "1969-01-01T00:00:00Z", costs(10, 40)],
  ["deepseek-chat", "2026-11-23T16:29:59Z", costs(0.27, 1.1)],
  ["deepseek-chat", "2026-11-23T16:30:00Z", costs(0.135, 0.55)],
])("%s at %s", (model, at, expected) => {
  const start_ns = `${BigInt(Date.parse(at)) * 1_000_000n}`
  const provider = model === "o3" ? "openai" : "deepseek"
  expect(estimate(provider, model, million, { start_ns })).toEqual(expected)
})

describe("no estimate", () => {
  test.each([
    ["a model that nobody knows", "openai", "gpt-4onsense"],
    ["no model", "openai", ""],
    ["a provider of its own", "acme", "gpt-4o"],
    ["a provider that hosts it elsewhere", "ollama", "gpt-4o"],
    ["an open model of no provider", "custom", "gpt-oss-120b"],
    ["an open model of no provider, in the table", "custom", "deepseek-chat"],
    ["a name that only begins like a maker's", "custom", "my-claude-sonnet-4-0"],
    ["a model paid by the page", "mistral", "mistral-ocr-latest"],
    ["a prototype", "__proto__", "__proto__"],
    ["an object's own word", "openai", "constructor"],
    ["an object's own word of no provider", "", "hasOwnProperty"],
    ["a name of a megabyte", "openai", `gpt-4o${" ".repeat(1e6)}`],
    ["a provider of a megabyte", `openai${" ".repeat(1e6)}`, "gpt-4o"],
  ])("%s", (_, provider, model) => expect(estimate(provider, model, thousand)).toEqual({}))

  test.each<[string, Metrics]>([
    ["no tokens", {}],
    ["none that were used", { input_tokens: 0, output_tokens: 0 }],
    ["only a sum", { total_tokens: 30 }],
    ["fewer than none", { input_tokens: -1, output_tokens: 5 }],
    ["fewer than none from the cache", { input_tokens: 10, cache_read_input_tokens: -1 }],
    ["fewer than none that were not cached", { non_cached_input_tokens: -5, cache_read_input_tokens: 10 }],
    ["no number", { input_tokens: Number.NaN, output_tokens: 5 }],
    ["without end", { input_tokens: 5, output_tokens: Number.POSITIVE_INFINITY }],
    ["absurdly many", { input_tokens: 1e300, output_tokens: 5 }],
    ["the client's total", { ...thousand, total_cost: 0.5 }],
    ["the client's cost of the input", { ...thousand, input_cost: 0 }],
    ["the client's own estimate", { ...thousand, estimated_total_cost: 0.25 }],
  ])("%s", (_, metrics) => expect(estimate("openai", "gpt-4o", metrics)).toEqual({}))

  test.each(["tool", "agent", "workflow", "task", ""])("a span of kind %j", (span_kind) =>
    expect(estimate("openai", "gpt-4o", thousand, { span_kind })).toEqual({}),
  )

  test("a time that no calendar has", () =>
    expect(estimate("openai", "gpt-4o", thousand, { start_ns: "9".repeat(38) })).toEqual({}))
})

// What is remembered.

test("the same name costs the same again, of each provider and at each time", () => {
  const estimateCosts = createEstimateCosts()
  const before = { start_ns: "1700000000000000000" }
  for (let round = 0; round < 3; round += 1) {
    expect(estimateCosts(call("openai", "o3", million))).toEqual(costs(2, 8))
    expect(estimateCosts(call("openai", "o3", million, before))).toEqual(costs(10, 40))
    expect(estimateCosts(call("acme", "o3", million))).toEqual({})
    expect(estimateCosts(call("openai", "o3", thousand))).toEqual(costs(0.002, 0.008))
  }
})

test("a flood of new names pushes out no model in use, and they wait until it is over", () => {
  const estimateCosts = createEstimateCosts()
  const known = call("openai", "gpt-4o", million)
  const fresh = call("anthropic", "claude-sonnet-4-0", million)
  expect(estimateCosts(known)).toEqual(costs(2.5, 10))
  for (let at = 0; at < 5_000; at += 1) {
    estimateCosts(call("openai", `nobody-knows-${at}`, million))
    if (at % 500 === 0) expect(estimateCosts(known)).toEqual(costs(2.5, 10))
  }
  expect(estimateCosts(fresh)).toEqual({})
  for (let at = 0; at < 40; at += 1) estimateCosts(known)
  expect(estimateCosts(fresh)).toEqual(costs(3, 15))
})

test("names that are too long are not even counted", () => {
  const estimateCosts = createEstimateCosts()
  const long = "x".repeat(201)
  for (let at = 0; at < 3_000; at += 1) estimateCosts(call("openai", `${at}${long}`, million))
  expect(estimateCosts(call("openai", "gpt-4o", million))).toEqual(costs(2.5, 10))
})
