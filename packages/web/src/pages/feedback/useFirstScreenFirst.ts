import { startTransition, useEffect, useState } from "react"

const firstScreen = 12
let seenBefore = false

/**
 * At the very first only what fits the screen, so that it is there sooner; the rest follows at once. Whoever comes back to a
 * list comes back to a place in it, and so gets all of it.
 */
export function useFirstScreenFirst<T>(items: readonly T[]): readonly T[] {
  const [whole, setWhole] = useState(seenBefore)
  const any = items.length > 0
  useEffect(() => {
    if (!any) return
    seenBefore = true
    startTransition(() => setWhole(true))
  }, [any])
  return whole ? items : items.slice(0, firstScreen)
}
