import type { Attributes, Origin, Value } from "./model.ts"

/** What a body says once stands in every span of it, so there is a bound on how much that may be. */
const maxAttributes = 128
const maxCharacters = 8_192
const maxScope = 256

/** The attribute that says how many others were left out. */
const leftOut = "sayso.attributes_left_out"

/**
 * Cuts what the spans of one body have in common to what each of them can repeat. A body names few resources, and each is
 * measured once.
 */
export function createBound(): (origin: Origin) => Origin {
  const measured = new Map<Attributes, Attributes>()
  return ({ resource, scope }) => {
    const known = measured.get(resource) ?? boundAttributes(resource)
    measured.set(resource, known)
    const { name, version } = scope
    return { resource: known, scope: { name: name.slice(0, maxScope), version: version.slice(0, maxScope) } }
  }
}

/** The first attributes that fit; a long one is left out and those after it are not. */
function boundAttributes(attributes: Attributes): Attributes {
  const entries = Object.entries(attributes)
  const kept: [string, Value][] = []
  let characters = 0
  for (const [key, value] of entries) {
    const length = key.length + JSON.stringify(value).length
    if (kept.length === maxAttributes || characters + length > maxCharacters) continue
    characters += length
    kept.push([key, value])
  }
  const missing = entries.length - kept.length
  return Object.fromEntries(missing === 0 ? kept : [...kept, [leftOut, missing] as const])
}
