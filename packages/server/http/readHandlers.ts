import type { FeedbackQuery, PageQuery } from "@sayso/protocol/api.ts"
import type { Search } from "../search/search.ts"
import { readMoment } from "./query.ts"
import type { Call, Handlers } from "./route.ts"

type ReadNames =
  | "listFeedback"
  | "listFeedbackFields"
  | "listUnmatched"
  | "getFeedback"
  | "getTrace"
  | "getTraceOutline"
  | "getSpan"
  | "getSession"
  | "getEntity"
  | "listRejected"

/** What reads events. Each asks the search for its answer and wraps it as `data`. */
export function readHandlers({
  search,
  now,
}: {
  search: (signal: AbortSignal) => Search
  now: () => number
}): Pick<Handlers, ReadNames> {
  return {
    async listFeedback(call) {
      const { from, to, limit, cursor, ...filter } = call.query as FeedbackQuery
      const window = { fromMs: readMoment("from", from), toMs: readMoment("to", to) }
      return {
        body: await search(call.signal).listFeedback(
          call.caller,
          { ...filter, ...window },
          { limit: limit ?? 50, cursor },
        ),
      }
    },
    listFeedbackFields: async (call) => ({
      body: { data: await search(call.signal).listFeedbackFields(call.caller) },
    }),
    listUnmatched: async (call) => ({
      body: await search(call.signal).listUnmatched(call.caller, pageOf(call), now()),
    }),
    listRejected: async (call) => ({
      body: await search(call.signal).listRejected(call.caller, pageOf(call)),
    }),
    getFeedback: async (call) => ({
      body: { data: await search(call.signal).getFeedback(call.caller, idOf(call)) },
    }),
    getTrace: async (call) => ({
      body: { data: await search(call.signal).getTrace(call.caller, idOf(call)) },
    }),
    getTraceOutline: async (call) => ({
      body: { data: await search(call.signal).getTraceOutline(call.caller, idOf(call)) },
    }),
    getSpan: async (call) => ({
      body: {
        data: await search(call.signal).getSpan(call.caller, idOf(call), call.params["span_id"] ?? ""),
      },
    }),
    getSession: async (call) => ({
      body: { data: await search(call.signal).getSession(call.caller, idOf(call)) },
    }),
    getEntity: async (call) => ({
      body: { data: await search(call.signal).getEntity(call.caller, call.params["key"] ?? "") },
    }),
  }
}

function idOf(call: Call): string {
  return call.params["id"] ?? ""
}

function pageOf(call: Call): { limit: number; cursor: string | undefined } {
  const { limit, cursor } = call.query as PageQuery
  return { limit: limit ?? 50, cursor }
}
