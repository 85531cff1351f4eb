import type { Store } from "../store/store.ts"
import { getFeedback, listFeedback, listUnmatched } from "./feedback.ts"
import { listFeedbackFields } from "./fields.ts"
import { listRejected } from "./rejected.ts"
import { getEntity, getSession, getSpan, getTrace, getTraceOutline } from "./trace.ts"

type Bound<F> = F extends (store: Store, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never

/** Every question that can be asked of the events. Each takes the reader first, and nothing crosses the reader's org. */
export interface Search {
  readonly listFeedback: Bound<typeof listFeedback>
  readonly listFeedbackFields: Bound<typeof listFeedbackFields>
  readonly listUnmatched: Bound<typeof listUnmatched>
  readonly getFeedback: Bound<typeof getFeedback>
  readonly listRejected: Bound<typeof listRejected>
  readonly getTrace: Bound<typeof getTrace>
  readonly getTraceOutline: Bound<typeof getTraceOutline>
  readonly getSpan: Bound<typeof getSpan>
  readonly getSession: Bound<typeof getSession>
  readonly getEntity: Bound<typeof getEntity>
}

/** The questions, bound to a store. They end when the signal of whoever asks aborts. */
export function createSearch(everybody: Store): (signal: AbortSignal) => Search {
  return (signal) =>
    bind({ ...everybody, rows: (question, options) => everybody.rows(question, { ...options, signal }) })
}

function bind(store: Store): Search {
  return {
    listFeedback: (...rest) => listFeedback(store, ...rest),
    listFeedbackFields: (...rest) => listFeedbackFields(store, ...rest),
    listUnmatched: (...rest) => listUnmatched(store, ...rest),
    getFeedback: (...rest) => getFeedback(store, ...rest),
    listRejected: (...rest) => listRejected(store, ...rest),
    getTrace: (...rest) => getTrace(store, ...rest),
    getTraceOutline: (...rest) => getTraceOutline(store, ...rest),
    getSpan: (...rest) => getSpan(store, ...rest),
    getSession: (...rest) => getSession(store, ...rest),
    getEntity: (...rest) => getEntity(store, ...rest),
  }
}
