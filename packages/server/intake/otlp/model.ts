/**
 * What an OTLP body says, whichever of its two encodings it came in. Ids are lower-case hex ("" where absent), times epoch
 * nanoseconds as decimal digits, integers numbers where they are safe and decimal digits where they are not.
 */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

export type Attributes = Readonly<Record<string, Value>>

/** What the spans or log records of one part of a body have in common: who sent them, and by which library. */
export interface Origin {
  readonly resource: Attributes
  /** The instrumentation scope. */
  readonly scope: { readonly name: string; readonly version: string }
}

export interface OtlpEvent {
  readonly name: string
  readonly time_ns: string
  readonly attributes: Attributes
}

export interface OtlpLink {
  readonly trace_id: string
  readonly span_id: string
  readonly attributes: Attributes
}

export interface OtlpSpan {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_id: string
  readonly name: string
  readonly start_ns: string
  readonly end_ns: string
  readonly attributes: Attributes
  readonly events: readonly OtlpEvent[]
  readonly links: readonly OtlpLink[]
  /** 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message: string }
}

export interface OtlpLog {
  readonly trace_id: string
  readonly span_id: string
  /** The field of that name, else the attribute `event.name`. */
  readonly event_name: string
  /** When it happened, else when it was observed. */
  readonly time_ns: string
  readonly body: Value
  readonly attributes: Attributes
}

/** One span or log record with where it came from, and its place in the body (for messages about it). */
export interface Placed<Item> {
  readonly item: Item
  readonly origin: Origin
  readonly at: string
}

/** An item that is not even a span or a log record: no id, no object. */
export interface Unreadable {
  readonly at: string
  readonly item: unknown
  readonly detail: string
}

export interface Decoded<Item> {
  readonly items: readonly Placed<Item>[]
  readonly bad: readonly Unreadable[]
}

/** The two encodings, by the request's media type. */
export type Encoding = "protobuf" | "json"
