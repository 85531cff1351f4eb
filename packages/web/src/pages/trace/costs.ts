import { approximately, count, dollars, exactDollars, several } from "../../parts/figures.ts"
import { leafCalls, tokensOf, type Call } from "./tokens.ts"

/** What a span cost in US dollars: as the client said, else as the server made it out from the tokens. */
interface Cost {
  readonly dollars: number
  readonly estimated: boolean
}

function costOf(metrics: Readonly<Record<string, number>>): Cost | undefined {
  const sent = totalOf(metrics["total_cost"], metrics["input_cost"], metrics["output_cost"])
  if (sent !== undefined) return { dollars: sent, estimated: false }
  const estimate = totalOf(
    metrics["estimated_total_cost"],
    metrics["estimated_input_cost"],
    metrics["estimated_output_cost"],
  )
  return estimate === undefined ? undefined : { dollars: estimate, estimated: true }
}

function totalOf(total?: number, input?: number, output?: number): number | undefined {
  return total ?? (input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0))
}

/** A cost as a page shows it, and what stands behind it. */
interface CostWords {
  readonly text: string
  readonly title: string
}

export function spanCost(metrics: Readonly<Record<string, number>>): CostWords | undefined {
  const cost = costOf(metrics)
  if (!cost) return undefined
  const exact = exactDollars(cost.dollars)
  if (!cost.estimated) return { text: dollars(cost.dollars), title: `${exact}, as the client sent it` }
  return {
    text: `${approximately(cost.dollars, "about ")}, estimated from tokens`,
    title: `${exact}: the tokens at the list price when the span started. The client sent no cost.`,
  }
}

/** What all model calls of a trace cost together. */
export function traceCost(spans: readonly Call[]): CostWords | undefined {
  const costs = leafCalls(spans, ({ metrics }) => costOf(metrics) !== undefined).flatMap(
    ({ metrics }) => costOf(metrics) ?? [],
  )
  if (costs.length === 0) return undefined
  const sum = costs.reduce((so, cost) => so + cost.dollars, 0)
  const estimated = costs.filter((cost) => cost.estimated).length
  const sent = costs.length - estimated
  const unknown = leafCalls(
    spans,
    ({ metrics }) => !costOf(metrics) && tokensOf(metrics) !== undefined,
  ).length
  const parts = [
    `${exactDollars(Number(sum.toPrecision(12)))} for ${several(costs.length, "model call")}`,
    sent > 0 && `${count(sent)} as the client sent it`,
    estimated > 0 && `${count(estimated)} estimated from tokens at list prices`,
    unknown > 0 && `${count(unknown)} more of unknown price`,
  ]
  const title = parts.filter((part) => part !== false).join(", ")
  if (estimated === 0) return { text: dollars(sum), title }
  return { text: `${approximately(sum, "~")} ${sent > 0 ? "partly " : ""}estimated`, title }
}
