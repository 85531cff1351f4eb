import type { repos } from "./repos.ts"

/** What a developer does with a suggestion. */
export type Verdict = "accepted" | "edited" | "rejected"

export interface Edit {
  readonly path: string
  /** A unified diff. */
  readonly diff: string
}

/** One thing that a developer asks for, what the agent does about it, and what the developer says. */
export interface Task {
  readonly name: string
  readonly repo: keyof typeof repos
  readonly share?: number
  readonly ask: readonly string[]
  readonly search: readonly string[]
  readonly reads: readonly string[]
  readonly edits?: readonly Edit[]
  readonly test?: { readonly command: string; readonly fails?: string; readonly passes: string }
  /** Markdown */
  readonly answer: string
  /** What it says when it took the wrong way. */
  readonly weak: string
  /** What developers write when they take it, when they change it first, and when they throw it away. */
  readonly accepted: readonly string[]
  readonly edited: readonly string[]
  readonly rejected: readonly string[]
  readonly follow?: readonly { readonly ask: string; readonly answer: string }[]
}
