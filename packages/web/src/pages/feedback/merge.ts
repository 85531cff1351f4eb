import type { ListedFeedback } from "@sayso/protocol/api.ts"
import type { Page } from "../../api.ts"
import { voteOf } from "../../parts/words.ts"

/** Of the newest that the server has, what the list does not show yet. */
export function freshOf(
  newest: Page<ListedFeedback>,
  pages: readonly Page<ListedFeedback>[],
): ListedFeedback[] {
  const known = new Set(pages.flatMap((page) => page.data.map((event) => event.id)))
  return newest.data.filter((event) => !known.has(event.id))
}

/** Of what the list shows, the ids that the server would have sent among the newest, and has not: they count no more. */
export function goneOf(newest: Page<ListedFeedback>, pages: readonly Page<ListedFeedback>[]): Set<string> {
  const top = new Set(newest.data.map((event) => event.id))
  const last = newest.meta.cursor === undefined ? undefined : newest.data.at(-1)
  const shown = pages.flatMap((page) => page.data)
  return new Set(shown.flatMap(({ id, time }) => (!top.has(id) && (!last || time > last.time) ? [id] : [])))
}

/**
 * The list with its top as the server has it now: new events are in, and what no longer counts is out, also further down
 * where a newer word has taken its place. Undefined where the newest do not reach down to what the list has, so that
 * something between would be missing.
 */
export function letIn(
  newest: Page<ListedFeedback>,
  pages: readonly Page<ListedFeedback>[],
): Page<ListedFeedback>[] | undefined {
  const last = newest.data.at(-1)
  if (newest.meta.cursor === undefined || !last) return [newest]
  const shown = pages.flatMap((page) => page.data)
  // Ids say nothing about the order: the server sorts them by their bytes.
  const top = new Set(newest.data.map((event) => event.id))
  if (!shown.some((event) => top.has(event.id) || event.time > last.time)) return undefined
  const votes = new Set(newest.data.filter((event) => event.metric_type !== "text").map(voteOf))
  const stays = (event: ListedFeedback): boolean =>
    !top.has(event.id) &&
    event.time <= last.time &&
    (event.metric_type === "text" || !votes.has(voteOf(event)))
  const rest = pages.map((page) => ({ ...page, data: page.data.filter(stays) }))
  const [first, ...others] = rest
  return first ? [{ ...first, data: [...newest.data, ...first.data] }, ...others] : [newest]
}
