import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query"
import { useCallback, useEffect, useMemo, useState } from "react"
import type { ListedFeedback } from "@sayso/protocol/api.ts"
import { feedbackFields, feedbackList, newestFeedback, type FeedbackFilter } from "../../queries.ts"
import { freshOf, goneOf, letIn } from "./merge.ts"

export interface Feedback {
  readonly events: readonly ListedFeedback[]
  readonly loaded: boolean
  readonly error: Error | null
  readonly again: () => void
  /** How many have arrived that the list does not show yet. */
  readonly freshCount: number
  /** Whether there may be more of them than were asked for. */
  readonly freshIsMore: boolean
  /** Ids of events in the list that count no more: withdrawn, or a later word stands in their place. */
  readonly gone: ReadonlySet<string>
  /** Ids of what was let in last. */
  readonly letIn: ReadonlySet<string>
  /** Lets in what has arrived. */
  readonly show: () => void
  /** Why the server gave no news the last time it was asked. */
  readonly trouble: Error | null
  readonly more: boolean
  readonly loadingMore: boolean
  readonly loadMore: () => void
  /** Why more could not be loaded. */
  readonly moreError: Error | null
}

/** The list as far as it was read, and what has arrived since. Nothing moves before the reader lets it in. */
export function useFeedback(filter: FeedbackFilter): Feedback {
  const queries = useQueryClient()
  const list = useInfiniteQuery(feedbackList(filter))
  const newest = useQuery(newestFeedback(filter, list.data?.pages[0]))
  const [entered, setEntered] = useState<ReadonlySet<string>>(new Set())

  const pages = list.data?.pages
  const fresh = newest.data && pages ? freshOf(newest.data, pages) : []
  const merge = useCallback(() => {
    if (!newest.data || !pages) return
    const merged = letIn(newest.data, pages)
    const { queryKey } = feedbackList(filter)
    // A page that is under way would bring back the list as it was.
    void queries.cancelQueries({ queryKey, exact: true })
    if (merged) {
      queries.setQueryData(
        queryKey,
        (before) =>
          before && { ...before, pages: merged, pageParams: before.pageParams.slice(0, merged.length) },
      )
    } else {
      void queries.resetQueries({ queryKey, exact: true })
    }
    void queries.invalidateQueries({ queryKey: feedbackFields().queryKey })
  }, [queries, filter, newest.data, pages])

  const show = (): void => {
    setEntered(new Set(fresh.map((event) => event.id)))
    merge()
  }

  // Where nothing is shown, nothing can move.
  const empty = pages !== undefined && pages.every((page) => page.data.length === 0)
  const arrived = fresh.length > 0
  useEffect(() => {
    if (empty && arrived) merge()
  }, [empty, arrived, merge])

  const { fetchNextPage, refetch } = list
  return {
    events: pages?.flatMap((page) => page.data) ?? [],
    loaded: list.data !== undefined,
    error: list.isError && !list.data ? list.error : null,
    again: useCallback(() => void refetch(), [refetch]),
    freshCount: fresh.length,
    freshIsMore:
      fresh.length > 0 && fresh.length === newest.data?.data.length && newest.data.meta.cursor !== undefined,
    letIn: entered,
    show,
    gone: useMemo(
      () => (newest.data && pages ? goneOf(newest.data, pages) : new Set<string>()),
      [newest.data, pages],
    ),
    trouble: newest.failureReason ?? newest.error,
    more: list.hasNextPage,
    loadingMore: list.isFetchingNextPage,
    moreError: list.isFetchNextPageError ? list.error : null,
    loadMore: useCallback(() => void fetchNextPage(), [fetchNextPage]),
  }
}
