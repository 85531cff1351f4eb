import type { IncomingHttpHeaders } from "node:http"
import type { EndpointName } from "@sayso/protocol/api.ts"
import type { Caller } from "./caller.ts"

/** One request, checked: who asks, and what came. */
export interface Call {
  readonly caller: Caller
  readonly endpoint: EndpointName
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  /** For reads: checked against the endpoint's schema, numbers and booleans read. Empty for all else. */
  readonly query: Readonly<Record<string, unknown>>
  /** The body's bytes as they came; empty where there is none. */
  readonly body: Buffer
  readonly headers: IncomingHttpHeaders
  /** Whether it came in on the agent port, where only tracers call. */
  readonly onAgentPort: boolean
  /** For reads: aborts when the client goes away. What was sent is taken all the same. */
  readonly signal: AbortSignal
}

export interface Answer {
  readonly body: unknown
  /** JSON, unless it says otherwise. A body that is a string or bytes is sent as it is. */
  readonly type?: string
  /** The endpoint's own status, unless it says otherwise. */
  readonly status?: number
}

export type Handler = (call: Call) => Promise<Answer>
export type Handlers = Readonly<Record<EndpointName, Handler>>

/** In lower case and without parameters; empty where there is none. */
export function mediaTypeOf(headers: IncomingHttpHeaders): string {
  return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? ""
}
