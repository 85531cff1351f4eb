interface ErrorRow {
  readonly status: number
  readonly title: string
  readonly todo: string
  /** The detail of each case says what to do by itself; else the row's `todo` stands behind it in the answer. */
  readonly told?: true
}

/**
 * Every error code as a row: the HTTP status it answers with, what it means, and what the caller can do.
 * docs/errors.md is made from these rows.
 */
export const errors = {
  bad_json: {
    status: 400,
    title: "The body is not JSON",
    todo: "Send one JSON document. The detail names the first byte that could not be read.",
    told: true,
  },
  bad_body: {
    status: 400,
    title: "The body has the wrong shape",
    todo: "Each error's source.pointer names the place in the body, and its detail what belongs there.",
    told: true,
  },
  bad_parameter: {
    status: 400,
    title: "A parameter of the URL cannot be used",
    todo: "source.parameter names it, and the detail says what it may be.",
    told: true,
  },
  too_deep: {
    status: 400,
    title: "The JSON is nested too deeply",
    todo: "Flatten the value; the detail gives the limit.",
    told: true,
  },
  too_long: {
    status: 400,
    title: "A field is too long",
    todo: "Shorten it; the detail names the field, the limit and the setting that sets it.",
    told: true,
  },
  too_many_tags: {
    status: 400,
    title: "An event has too many tags",
    todo: "Send fewer; the detail gives the limit and the setting that sets it.",
    told: true,
  },
  cut_short: {
    status: 400,
    title: "The body stopped before its end",
    todo: "Send it again: nothing of it was kept.",
  },
  bad_http: {
    status: 400,
    title: "The request is not HTTP",
    todo: "Speak HTTP/1.1 on this port, without TLS; a proxy in front of it can add that.",
    told: true,
  },
  key_missing: {
    status: 403,
    title: "A key is needed",
    todo: "Send an API key (intake) in DD-API-KEY, or an application key (reads) in DD-APPLICATION-KEY; either also as a Bearer token. `npm run sayso -- keys create` makes one.",
  },
  key_invalid: {
    status: 403,
    title: "API key is invalid",
    todo: "`npm run sayso -- keys list` shows the keys by name, `npm run sayso -- keys create` makes another.",
  },
  scope_missing: {
    status: 403,
    title: "This key may not do that",
    todo: "API keys send events, application keys read them. Use the other kind.",
  },
  origin_refused: {
    status: 403,
    title: "Not from a web page",
    todo: "In local mode only programs on this machine and the server's own pages may call. Use a key, or the address the server printed.",
  },
  not_found: { status: 404, title: "Not found", todo: "The detail says what was looked for.", told: true },
  method_not_allowed: {
    status: 405,
    title: "The path exists, the method does not",
    todo: "The Allow header lists the methods of this path.",
    told: true,
  },
  too_slow: {
    status: 408,
    title: "The request took too long to arrive",
    todo: "Nothing of it was kept. Send it again in smaller batches, or over a faster line.",
  },
  too_large: {
    status: 413,
    title: "The body is too large",
    todo: "Send it in smaller batches; the detail gives the limit, which SAYSO_MAX_BODY_BYTES sets.",
  },
  too_many: {
    status: 413,
    title: "The body holds too many events",
    todo: "Send it in smaller batches; the detail gives the limit. Nothing of it was kept.",
  },
  bad_media_type: {
    status: 415,
    title: "The body's media type cannot be read here",
    todo: "Send application/json, as it is or with Content-Encoding: gzip.",
  },
  too_fast: {
    status: 429,
    title: "Too many requests with this key",
    todo: "Wait as long as Retry-After says, and send more events in a request; nothing of this one was kept.",
  },
  overloaded: {
    status: 429,
    title: "The server has as much to do as it can hold",
    todo: "Wait as long as Retry-After says, and send it again: nothing of it was kept.",
  },
  headers_too_large: {
    status: 431,
    title: "The headers are too large",
    todo: "Send fewer or shorter headers, and a shorter URL.",
    told: true,
  },
  internal: {
    status: 500,
    title: "A fault in Sayso",
    todo: "Please report it with the request id from the detail; the server's log has the cause under that id.",
  },
  journal_full: {
    status: 503,
    title: "The journal is full",
    todo: "The store has not taken events for a while. Nothing of this request was kept: send it again later. See /readyz for the cause; SAYSO_JOURNAL_MAX_BYTES sets the bound.",
  },
  journal_failed: {
    status: 503,
    title: "The journal could not be written",
    todo: "The disk refused the write (full, read-only or failing). Nothing of this request was kept: send it again later.",
  },
  store_unavailable: {
    status: 503,
    title: "The store cannot be reached",
    todo: "Events are still taken and kept. Read again later; /readyz says when.",
  },
  query_too_expensive: {
    status: 422,
    title: "The question is too expensive",
    todo: "It passed the limit on time, memory or rows. Narrow the time range or add a filter.",
  },
  shutting_down: {
    status: 503,
    title: "The server is stopping",
    todo: "Nothing of this request was kept: send it again later.",
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errors

/** Where in the request the trouble is: a JSON pointer into the body, or the name of a URL parameter. */
export type ErrorSource = { pointer: string } | { parameter: string }

/** One thing wrong with a request. */
export interface Problem {
  code: ErrorCode
  detail: string
  source?: ErrorSource
}

/** A refusal that speaks to the caller. A bug is a plain Error; anything thrown as a Fault is answered by its row. */
export class Fault extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly [Problem, ...Problem[]], options?: ErrorOptions) {
    super(problems.map((problem) => problem.detail).join(" "), options)
    this.name = "Fault"
    this.problems = problems
  }

  /** The code of the first problem, which decides the status. */
  get code(): ErrorCode {
    return this.problems[0]?.code ?? "internal"
  }
}

/** One problem as a Fault, to throw. */
export function fault(code: ErrorCode, detail: string, source?: ErrorSource, cause?: unknown): Fault {
  const problem: Problem = source ? { code, detail, source } : { code, detail }
  return new Fault([problem], cause === undefined ? undefined : { cause })
}
