export type Facts = Readonly<Record<string, string | number>>

/**
 * A text, or a value with texts in it, with every `{slot}` filled. A text that is nothing but a slot becomes the fact
 * itself, so that numbers stay numbers.
 *
 * @throws an Error that names a slot without a fact.
 */
export function fill<T>(value: T, facts: Facts): T {
  return filled(value, facts) as T
}

function filled(value: unknown, facts: Facts): unknown {
  if (typeof value === "string") return fillText(value, facts)
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, facts))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, facts)]))
}

function fillText(text: string, facts: Facts): string | number {
  const fact = (name: string): string | number => {
    const found = facts[name]
    if (found === undefined) throw new Error(`There is no fact for {${name}} in: ${text}`)
    return found
  }
  const alone = /^\{(\w+)\}$/.exec(text)?.[1]
  if (alone !== undefined) return fact(alone)
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(fact(name)))
}
