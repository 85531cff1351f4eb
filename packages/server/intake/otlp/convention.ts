import type { Bag } from "./attributes.ts"
import type { Content } from "./messages.ts"

/** What is one text on a span, wherever a convention puts it. */
export type TextField =
  | "model"
  | "provider"
  | "responseId"
  | "toolName"
  | "toolId"
  | "toolType"
  | "toolDescription"

/** Figures under Datadog's names: tokens, dollars, and seconds. */
export type Figure =
  | "input_tokens"
  | "output_tokens"
  | "total_tokens"
  | "cache_read_input_tokens"
  | "cache_write_input_tokens"
  | "reasoning_output_tokens"
  | "time_to_first_token"
  | "total_cost"
  | "input_cost"
  | "output_cost"

/** An event of a span while it is read. */
export interface EventBag {
  readonly name: string
  readonly time_ns: string
  readonly bag: Bag
}

/** One span while it is read. */
export interface Reading {
  readonly kind: string
  readonly bag: Bag
  readonly events: readonly EventBag[]
}

/** Where one family of instrumentations puts things. All of it is asked in turn, and the first that answers wins. */
export interface Convention {
  readonly texts: { readonly [Field in TextField]?: readonly string[] }
  readonly figures: { readonly [Field in Figure]?: readonly string[] }
  /** Figures in milliseconds. */
  readonly milliseconds?: readonly string[]
  /** Prefixes of figures, and what stands in their place where a figure has no name of ours. */
  readonly usage: { readonly [prefix: string]: string }
  /** Prefixes of model settings. */
  readonly settings: readonly string[]
  /** Prefixes under which applications put whatever they like. */
  readonly free: readonly string[]
  /** Takes what only repeats other attributes. */
  takeRepeats?(bag: Bag): void
  input(reading: Reading): Content | undefined
  output(reading: Reading): Content | undefined
  prompt?(bag: Bag): Record<string, unknown> | undefined
  tools(bag: Bag): readonly unknown[]
  finishReasons(bag: Bag): readonly unknown[]
}
