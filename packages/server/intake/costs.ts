import { calcPrice, findProvider, type ModelInfo, type ModelPrice, type Usage } from "@pydantic/genai-prices"
import type { Span } from "@sayso/protocol/event.ts"

/**
 * `estimated_input_cost`, `estimated_output_cost` and `estimated_total_cost` of a model call in US dollars: its tokens at the
 * list price of the moment it started. Empty where nobody could say, and where the client itself said what the call cost.
 * The total can be more than the two: some providers also charge for the request.
 */
export type EstimateCosts = (
  span: Pick<Span, "span_kind" | "model_name" | "model_provider" | "start_ns" | "metrics">,
) => Record<string, number>

/** What a client says of a cost. Any of them, and there is no estimate: two figures for one call would be added up. */
const saidByClients = [
  "input_cost",
  "output_cost",
  "total_cost",
  "estimated_input_cost",
  "estimated_output_cost",
  "estimated_total_cost",
]

/** How many names are remembered, and how many may be new at once. */
const maxNames = 1_000
/** How many new names each call adds to that: to search the table takes a hundred times as long as to remember. */
const newNamesPerCall = 1 / 20
/** No model and no provider is called anything longer. */
const maxNameLength = 200

/**
 * Remembers what each model is in the table, the latest used. A flood of names that nobody knows costs little and pushes out
 * no model that is in use; new names then wait their turn, and have no estimate until it comes.
 */
export function createEstimateCosts(): EstimateCosts {
  const remembered = new Map<string, ModelInfo | undefined>()
  let mayBeNew = maxNames

  const modelOf = (provider: string, name: string): ModelInfo | undefined => {
    if (name === "" || Math.max(provider.length, name.length) > maxNameLength) return undefined
    mayBeNew = Math.min(maxNames, mayBeNew + newNamesPerCall)
    const key = `${provider}\n${name}`
    const known = remembered.has(key)
    if (!known && mayBeNew < 1) return undefined
    if (!known) mayBeNew -= 1
    const model = known ? remembered.get(key) : findModel(provider, name)
    remembered.delete(key)
    remembered.set(key, model)
    const [oldest] = remembered.keys()
    if (remembered.size > maxNames && oldest !== undefined) remembered.delete(oldest)
    return model
  }

  return ({ span_kind, model_name, model_provider, start_ns, metrics }) => {
    if (span_kind !== "llm" && span_kind !== "embedding") return {}
    if (saidByClients.some((name) => metrics[name] !== undefined)) return {}
    const usage = usageOf(metrics, span_kind)
    const timestamp = new Date(Number(start_ns) / 1e6)
    if (!usage || Number.isNaN(timestamp.getTime())) return {}
    const model = modelOf(model_provider, model_name)
    if (!model) return {}
    const provider = { id: "found", name: "found", api_pattern: "", models: [model] }
    const cost = calcPrice(usage, model.id, { provider, timestamp })
    if (!cost || !pricesAll(usage, cost.model_price)) return {}
    return {
      estimated_input_cost: dollars(cost.input_price),
      estimated_output_cost: dollars(cost.output_price),
      estimated_total_cost: dollars(cost.total_price),
    }
  }
}

/** Past this it is no count of tokens. */
const maxTokens = 1e12

/**
 * Tokens as the table counts them: cached ones are part of the input, reasoning is part of the output. So they are on
 * Datadog's wire, too; where a part is more than its whole, the client did not count it in (dd-trace corrects its own
 * integrations in the same way).
 */
function usageOf(metrics: Span["metrics"], kind: "llm" | "embedding"): Usage | undefined {
  const count = (name: string): number => metrics[name] ?? 0
  const cache_read_tokens = count("cache_read_input_tokens")
  const written = count("ephemeral_5m_input_tokens") + count("ephemeral_1h_input_tokens")
  const cache_write_tokens = metrics["cache_write_input_tokens"] ?? written
  const cached = cache_read_tokens + cache_write_tokens
  // An embedding has nothing but input, and the Vercel AI SDK counts it as a total.
  const input = metrics["input_tokens"] ?? (kind === "embedding" ? count("total_tokens") : 0)
  const notCached = metrics["non_cached_input_tokens"] ?? (input < cached ? input : input - cached)
  const output = kind === "embedding" ? 0 : count("output_tokens")
  const reasoning = kind === "embedding" ? 0 : count("reasoning_output_tokens")
  const usage = {
    input_tokens: notCached + cached,
    cache_read_tokens,
    cache_write_tokens,
    cache_write_1h_tokens: Math.min(count("ephemeral_1h_input_tokens"), cache_write_tokens),
    output_tokens: output < reasoning ? output + reasoning : output,
    output_reasoning_tokens: reasoning,
  }
  const counts = [...Object.values(usage), notCached, output]
  const sound = counts.every((tokens) => tokens >= 0 && tokens <= maxTokens)
  return sound && usage.input_tokens + usage.output_tokens > 0 ? usage : undefined
}

/** Whether tokens are what the model is charged by: for some it is pages or hours, and of others no price is known. */
function pricesAll(usage: Usage, price: ModelPrice): boolean {
  return (
    ((usage["input_tokens"] ?? 0) === 0 || price["input_mtok"] !== undefined) &&
    ((usage["output_tokens"] ?? 0) === 0 || price["output_mtok"] !== undefined)
  )
}

/** Without the last digits, where binary fractions are not quite what was meant. */
function dollars(value: number): number {
  return Number(value.toPrecision(12))
}

/** What clients put for a provider that they do not know, or that only passes calls on. */
const unnamed = new Set(["", "custom", "unknown", "litellm", "gateway"])

/** Providers in OpenTelemetry's spelling, as far as the table does not know it. */
const spellings = new Map([
  ["gcp.gen_ai", "google"],
  ["x_ai", "x-ai"],
])

/** Names that only one maker gives, so that they say whose price it is. Open models are not among them: anybody may run those. */
const makers: readonly [RegExp, string][] = [
  [/^(?:gpt-\d|chatgpt-|o\d|text-embedding-)/, "openai"],
  [/^claude-/, "anthropic"],
  [/^gemini-/, "google"],
  [/^(?:[a-z-]+\.)?(?:amazon|anthropic)\./, "aws"],
]

/**
 * The model in the table: as its provider's, under the whole name or what follows its last slash ("models/gemini-2.5-pro",
 * an ARN), else as its maker's. A provider of a name that the table does not know has prices that nobody here knows.
 */
function findModel(provider: string, name: string): ModelInfo | undefined {
  const said = provider.trim().toLowerCase()
  const known = [said, spellings.get(said), firstWord(said)].find(isProvider)
  if (known === undefined && !unnamed.has(said)) return undefined
  const last = name.slice(name.lastIndexOf("/") + 1)
  const maker = makers.find(([names]) => names.test(last.trim().toLowerCase()))?.[1]
  const found = lookUp(known, name) ?? lookUp(known, last) ?? lookUp(maker, last)
  return found && onlyTokens(found)
}

/** The Vercel AI SDK says "xai.chat", and so on. */
function firstWord(text: string): string | undefined {
  return /^[a-z0-9]+/.exec(text)?.[0]
}

function isProvider(name: string | undefined): boolean {
  return name !== undefined && !unnamed.has(name) && findProvider({ providerId: name }) !== undefined
}

function lookUp(provider: string | undefined, name: string): ModelInfo | undefined {
  return provider === undefined ? undefined : calcPrice({}, name, { providerId: provider })?.model
}

/** What can be charged for a span, which has counts of tokens alone: none of searches, pages or sounds. */
const ofTokens = [
  "input_mtok",
  "cache_read_mtok",
  "cache_write_mtok",
  "cache_write_1h_mtok",
  "output_mtok",
  "output_reasoning_mtok",
  "requests_kcount",
]

/** The model by its id and these prices alone, because the library compares every price with every other on every call. */
function onlyTokens({ id, prices }: ModelInfo): ModelInfo {
  const pick = (all: ModelPrice): ModelPrice =>
    Object.fromEntries(ofTokens.filter((key) => all[key] !== undefined).map((key) => [key, all[key]]))
  return {
    id,
    match: { equals: id },
    prices: Array.isArray(prices)
      ? prices.map((period) => ({ ...period, prices: pick(period.prices) }))
      : pick(prices),
  }
}
