import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query"
import type { FeedbackQuery, ListedFeedback } from "@sayso/protocol/api.ts"
import { api, type Page } from "./api.ts"

/** What the list can be narrowed to, as it stands in the URL. */
export type FeedbackFilter = {
  readonly [Field in "ml_app" | "label" | "assessment"]?: FeedbackQuery[Field] | undefined
}

const pageRows = 50
const pollMs = 2_000

/** The list as far as it was loaded. What arrives later is let in by the reader, so it is never fetched again by itself. */
export function feedbackList(filter: FeedbackFilter) {
  return infiniteQueryOptions({
    queryKey: ["feedback", filter],
    queryFn: ({ pageParam, signal }) =>
      api.listFeedback({ ...filter, about: true, limit: pageRows, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.meta.cursor,
    staleTime: Infinity,
  })
}

/** The newest of the list, asked for again and again while the page can be seen; at first they are the list's own top. */
export function newestFeedback(filter: FeedbackFilter, top: Page<ListedFeedback> | undefined) {
  return queryOptions({
    queryKey: ["newest feedback", filter, top === undefined ? "waits" : "asks"],
    queryFn: ({ signal }) => api.listFeedback({ ...filter, about: true, limit: pageRows }, signal),
    refetchInterval: pollMs,
    staleTime: pollMs,
    enabled: top !== undefined,
    ...(top && { initialData: top }),
    gcTime: pollMs,
  })
}

export function feedbackFields() {
  return queryOptions({
    queryKey: ["feedback fields"],
    queryFn: ({ signal }) => api.listFeedbackFields(signal),
    staleTime: 30_000,
  })
}

export function feedbackDetail(id: string) {
  return queryOptions({
    queryKey: ["feedback event", id],
    queryFn: ({ signal }) => api.getFeedback(id, signal),
    staleTime: 10_000,
  })
}

/** What was said may wait for spans that are still to come: while it does, they are asked for. */
const waitMs = 3_000

export function traceOutline(id: string) {
  return queryOptions({
    queryKey: ["trace", id],
    queryFn: ({ signal }) => api.getTraceOutline(id, signal),
    staleTime: 10_000,
    refetchInterval: ({ state: { data } }) => data !== undefined && data.root_span_id === undefined && waitMs,
  })
}

export function wholeSpan(traceId: string, spanId: string) {
  return queryOptions({
    queryKey: ["span", traceId, spanId],
    queryFn: ({ signal }) => api.getSpan(traceId, spanId, signal),
    staleTime: 60_000,
  })
}

export function session(id: string) {
  return queryOptions({
    queryKey: ["session", id],
    queryFn: ({ signal }) => api.getSession(id, signal),
    staleTime: 10_000,
    refetchInterval: ({ state: { data } }) => data?.traces.length === 0 && waitMs,
  })
}

export function entity(key: string) {
  return queryOptions({
    queryKey: ["entity", key],
    queryFn: ({ signal }) => api.getEntity(key, signal),
    staleTime: 10_000,
    refetchInterval: ({ state: { data } }) => data?.traces.length === 0 && waitMs,
  })
}
