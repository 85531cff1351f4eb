import type { BriefSpan } from "@sayso/protocol/api.ts"

/** Tokens in and out of a span, as far as the client counted them. */
export interface Tokens {
  readonly input?: number
  readonly output?: number
  readonly total: number
}

export function tokensOf(metrics: Readonly<Record<string, number>>): Tokens | undefined {
  const { input_tokens: input, output_tokens: output, total_tokens: total } = metrics
  if (input === undefined && output === undefined && total === undefined) return undefined
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    total: total ?? (input ?? 0) + (output ?? 0),
  }
}

/** The tokens of all model calls. What a span above them repeats as its sum is not counted again. */
export function modelTokens(spans: readonly Pick<BriefSpan, "span_kind" | "metrics">[]): number {
  const calls = spans.filter((span) => span.span_kind === "llm" || span.span_kind === "embedding")
  return calls.reduce((sum, span) => sum + (tokensOf(span.metrics)?.total ?? 0), 0)
}
