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

export type Call = Pick<BriefSpan, "span_id" | "parent_id" | "span_kind" | "metrics">

/** The tokens of all model calls. */
export function modelTokens(spans: readonly Call[]): number {
  const calls = leafCalls(spans, ({ metrics }) => tokensOf(metrics) !== undefined)
  return calls.reduce((sum, span) => sum + (tokensOf(span.metrics)?.total ?? 0), 0)
}

/** The model calls that count, without what the spans above them repeat as their sum, whatever kind those are. */
export function leafCalls<Span extends Call>(
  spans: readonly Span[],
  counts: (span: Span) => boolean,
): readonly Span[] {
  const calls = spans.filter(
    (span) => (span.span_kind === "llm" || span.span_kind === "embedding") && counts(span),
  )
  const parentOf = new Map(spans.map((span) => [span.span_id, span.parent_id]))
  // Each span is passed once on the way up, so that neither a deep trace nor a circle takes long.
  const above = new Set<string>()
  for (const { parent_id } of calls)
    for (let id = parent_id; id !== "" && !above.has(id); id = parentOf.get(id) ?? "") above.add(id)
  return calls.filter((span) => !above.has(span.span_id))
}
