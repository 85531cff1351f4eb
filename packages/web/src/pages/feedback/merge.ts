import type { ListedFeedback } from "@sayso/protocol/api.ts"
import type { Page } from "../../api.ts"

type Position = Pick<ListedFeedback, "time" | "id">

/** Of the newest that the server has, what the list does not show yet. */
export function freshOf(
  newest: Page<ListedFeedback>,
  pages: readonly Page<ListedFeedback>[],
): ListedFeedback[] {
  const known = new Set(pages.flatMap((page) => page.data.map((event) => event.id)))
  return newest.data.filter((event) => !known.has(event.id))
}

/**
 * The list with its top as the server has it now: new events are in, and what no longer counts is out. Undefined where the
 * newest do not reach down to what the list has, so that something between would be missing.
 */
export function letIn(
  newest: Page<ListedFeedback>,
  pages: readonly Page<ListedFeedback>[],
): Page<ListedFeedback>[] | undefined {
  const last = newest.data.at(-1)
  if (newest.meta.cursor === undefined || !last) return [newest]
  const shown = pages.flatMap((page) => page.data)
  if (!shown.some((event) => event.id === last.id || isNewer(event, last))) return undefined
  const rest = pages.map((page) => ({ ...page, data: page.data.filter((event) => isNewer(last, event)) }))
  const [first, ...others] = rest
  return first ? [{ ...first, data: [...newest.data, ...first.data] }, ...others] : [newest]
}

/** The order of the list: by time, then by id, newest first. */
function isNewer(a: Position, b: Position): boolean {
  return a.time > b.time || (a.time === b.time && a.id > b.id)
}
