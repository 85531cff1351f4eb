import type { HelpPage } from "./catalog.ts"

export type Topic = "delivery" | "returns" | "payment" | "products" | "account"
/** What the answer is worth: bad is beside the point, a promise is more than the shop gives, failed met an error. */
export type Quality = "good" | "bad" | "promise" | "failed"

/** How the customer feels about it. */
export type Mood = "up" | "down"

export type Language = "en" | "de" | "ja" | "ar" | "hi"

export interface Tool {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly result: Readonly<Record<string, unknown>> | readonly unknown[]
}

/**
 * One question with what the assistant does about it, what it may answer, and what people then say. Texts have slots
 * such as `{order}` that are filled with the facts of the conversation. What people say begins with `~` where they can
 * only know it days later: the parcel came, the jacket fits. `2|` in front means that it answers the second answer only.
 */
export interface Turn {
  readonly ask: readonly string[]
  /** The help pages that the search finds, the best one first. */
  readonly help?: readonly HelpPage[]
  readonly tools?: readonly Tool[]
  readonly good: readonly string[]
  /** Answers that are beside the point or wrong. */
  readonly bad?: readonly string[]
  /** Answers that promise what the shop does not give: version 7 of the prompt makes them. */
  readonly promise?: readonly string[]
  /** What people say after a good answer. */
  readonly praise?: readonly string[]
  /** After a bad one. */
  readonly blame?: readonly string[]
  /** After a good answer that is bad news. */
  readonly grumble?: readonly string[]
  /** After a promise that turned out to be none. */
  readonly betrayed?: readonly string[]
  /** Why an evaluator says no. */
  readonly wrong?: string
}

export interface Scene {
  readonly name: string
  readonly topic: Topic
  /** How often it happens, beside the others. */
  readonly share?: number
  readonly language?: Language
  /** What it is about, as categories or names of products; any of them where it is left out. */
  readonly about?: readonly string[]
  /** Only products that come in sizes. */
  readonly sized?: true
  /** More facts, of which one set holds for the whole conversation. */
  readonly facts?: readonly Readonly<Record<string, string>>[]
  readonly turns: readonly Turn[]
}
