// Calls of language models: how long they take and what they count.
import type { Random } from "./random.ts"
import type { Document, Fields, Message, Span, TraceMaker } from "./trace.ts"

interface Model {
  readonly name: string
  readonly provider: string
  readonly firstTokenMs: number
  readonly tokensPerSecond: number
  /** Thinks before it answers, and charges for it. */
  readonly reasons?: boolean
}

export const models = {
  gpt5: { name: "gpt-5", provider: "openai", firstTokenMs: 1_900, tokensPerSecond: 72, reasons: true },
  gpt5mini: {
    name: "gpt-5-mini",
    provider: "openai",
    firstTokenMs: 620,
    tokensPerSecond: 145,
    reasons: true,
  },
  flash: { name: "gemini-2.5-flash", provider: "google", firstTokenMs: 410, tokensPerSecond: 210 },
  sonnet45: { name: "claude-sonnet-4-5", provider: "anthropic", firstTokenMs: 1_150, tokensPerSecond: 76 },
  sonnet5: { name: "claude-sonnet-5", provider: "anthropic", firstTokenMs: 2_400, tokensPerSecond: 44 },
  haiku: { name: "claude-haiku-4-5", provider: "anthropic", firstTokenMs: 480, tokensPerSecond: 160 },
} as const satisfies Record<string, Model>

export interface ModelCall {
  readonly name: string
  readonly model: Model
  readonly messages: readonly Message[]
  readonly reply: Message
  readonly temperature?: number
  readonly maxTokens?: number
  readonly prompt?: object
  readonly tools?: readonly object[]
  readonly fields?: Fields
}

/** A call that succeeds. The messages are copied, since the conversation goes on growing. */
export function callModel(trace: TraceMaker, random: Random, call: ModelCall): Span {
  const { name, model, messages, reply, temperature = 0.2, maxTokens = 1_024, prompt, tools, fields } = call
  const input = countTokens(messages)
  const written = countTokens([reply])
  const reasoning = "reasons" in model && model.reasons ? Math.round(random.spread(90, 0.7)) : 0
  const output = written + reasoning
  const firstMs = random.spread(model.firstTokenMs + (reasoning / model.tokensPerSecond) * 1_000, 0.3)
  const ms = firstMs + (written / random.spread(model.tokensPerSecond, 0.15)) * 1_000
  // Whatever the last call of this conversation had seen is cached; the first message always was.
  const seen = messages.length > 2 ? messages.slice(0, -1) : messages.slice(0, 1)
  return trace.add("llm", name, ms, {
    model_name: model.name,
    model_provider: model.provider,
    input: { messages: [...messages], ...(prompt && { prompt }) },
    output: { messages: [reply] },
    metadata: {
      temperature,
      max_tokens: maxTokens,
      stream: true,
      stop_reason: reply.tool_calls ? "tool_use" : "stop",
    },
    metrics: {
      input_tokens: input,
      output_tokens: output,
      total_tokens: input + output,
      cache_read_input_tokens: random.chance(0.7) ? countTokens(seen) : 0,
      ...(reasoning > 0 && { reasoning_output_tokens: reasoning }),
      time_to_first_token: Math.round(firstMs) / 1_000,
    },
    ...(tools && { tool_definitions: tools }),
    ...fields,
  })
}

/** A call that the provider refuses or that never comes back. */
export function failModel(trace: TraceMaker, ms: number, call: ModelCall, error: Fields["error"]): Span {
  return trace.add("llm", call.name, ms, {
    model_name: call.model.name,
    model_provider: call.model.provider,
    input: { messages: [...call.messages], ...(call.prompt && { prompt: call.prompt }) },
    metadata: { temperature: call.temperature ?? 0.2, max_tokens: call.maxTokens ?? 1_024, stream: true },
    ...(error && { error }),
  })
}

export function askForTools(
  calls: readonly { name: string; arguments: object }[],
  random: Random,
  content = "",
): Message {
  // Only what a model says: a call that is passed in may know its result already.
  const tool_calls = calls.map(({ name, arguments: args }) => ({
    name,
    arguments: args,
    tool_id: `call_${random.hex(12)}`,
    type: "function",
  }))
  return { role: "assistant", ...(content !== "" && { content }), tool_calls }
}

export function toolAnswer({ name, tool_id }: { name: string; tool_id: string }, result: unknown): Message {
  const text = typeof result === "string" ? result : JSON.stringify(result)
  return { role: "tool", tool_id, tool_results: [{ name, result: text, tool_id, type: "function" }] }
}

export function embed(trace: TraceMaker, random: Random, text: string): Span {
  const tokens = Math.ceil(text.length / 4)
  return trace.add("embedding", "embed_question", random.spread(38), {
    model_name: "text-embedding-3-small",
    model_provider: "openai",
    input: { documents: [{ text } as Document] },
    output: { value: "[1 embedding of 1536 dimensions]" },
    metrics: { input_tokens: tokens, total_tokens: tokens },
  })
}

/** About four characters are one token. */
function countTokens(messages: readonly Message[]): number {
  return Math.ceil(JSON.stringify(messages).length / 4)
}
