import type { EvalMetric, Span } from "@sayso/protocol/event.ts"
import type { ItemProblem, OverLimits } from "./evalMetric.ts"
import { maxDepth, shallowEnough } from "./json.ts"

/** How much one request may hold. Each is a setting. */
export interface Limits {
  /** The bytes of a body, as sent and as unpacked. */
  readonly bodyBytes: number
  readonly events: number
  /** How deep JSON may nest. */
  readonly depth: number
  /** The characters of one field: of a text, or of all texts in a value. */
  readonly fieldChars: number
  /** How many tags an event may have. */
  readonly tags: number
  readonly tagChars: number
}

const nothing: readonly ItemProblem[] = []

/** The check for the events of a body of so many bytes: what cannot be in it, because it is small, is not looked for. */
export function createOverLimits(bytes: number, limits: Limits): OverLimits {
  const mayBeLong = bytes > limits.fieldChars || limits.depth < maxDepth
  const mayHaveTags = bytes > limits.tags || bytes > limits.tagChars
  if (!mayBeLong && !mayHaveTags) return () => nothing
  return (event, at) => {
    const tags = mayHaveTags ? tagProblem(event.tags, limits) : undefined
    if (!mayBeLong && !tags) return nothing
    return [
      ...(tags ? [{ ...tags, pointer: `${at}/tags` }] : []),
      ...(mayBeLong ? fieldProblems(event, at, limits) : []),
    ]
  }
}

function tagProblem(
  tags: readonly string[] | undefined,
  limits: Limits,
): Omit<ItemProblem, "pointer"> | undefined {
  if (!tags) return undefined
  if (tags.length > limits.tags) {
    const detail = `An event has at most ${limits.tags} tags (SAYSO_MAX_TAGS), and this one has ${tags.length}.`
    return { code: "too_many_tags", detail }
  }
  for (const tag of tags) {
    if (tag.length > limits.tagChars)
      return {
        code: "too_long",
        detail: `A tag has at most ${limits.tagChars} characters (SAYSO_MAX_TAG_CHARS).`,
      }
  }
  return undefined
}

function fieldProblems(event: EvalMetric | Span, at: string, limits: Limits): ItemProblem[] {
  return Object.entries(event).flatMap(([field, value]): ItemProblem[] => {
    if (field === "tags") return []
    const pointer = `${at}/${field}`
    if (charsUpTo(value, limits.fieldChars) > limits.fieldChars) {
      const detail = `${field} has more than ${limits.fieldChars} characters (SAYSO_MAX_FIELD_CHARS).`
      return [{ code: "too_long", pointer, detail }]
    }
    if (shallowEnough(value, limits.depth)) return []
    const detail = `${field} nests deeper than ${limits.depth} levels (SAYSO_MAX_DEPTH).`
    return [{ code: "too_deep", pointer, detail }]
  })
}

/** The characters of all texts in a value, which nests no deeper than {@link maxDepth}; counting ends past `most`. */
function charsUpTo(value: unknown, most: number): number {
  if (typeof value === "string") return value.length
  if (typeof value !== "object" || value === null) return 0
  const isList = Array.isArray(value)
  let sum = 0
  for (const [key, member] of Object.entries(value)) {
    sum += (isList ? 0 : key.length) + charsUpTo(member, most)
    if (sum > most) return sum
  }
  return sum
}
