import Type, { type Static, type TSchema } from "typebox"
import {
  evaluationStatuses,
  JoinOn,
  metricFields,
  metricTypes,
  Span,
  Submitter,
  targetFields,
} from "./event.ts"

/** What a caller needs to be allowed: send events, read them, or nothing at all. */
export type Scope = "intake" | "read" | "open"

/** Which port serves the path: `agent` means both, since the main port serves the tracers' paths as well. */
export type Face = "main" | "agent"

export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT"
  /** With `{name}` for parameters. */
  readonly path: string
  readonly summary: string
  readonly scope: Scope
  readonly face: Face
  readonly query?: TSchema
  /** The body, as documentation: readers of wire formats check it themselves, with a message for every rule. */
  readonly body?: TSchema
  readonly output?: TSchema
  readonly status: 200 | 202
}

const Millis = Type.Number({ description: "Epoch milliseconds" })

/** What became of a word: the latest counts, an older one is history, a withdrawn one is neither. */
export const states = ["current", "superseded", "withdrawn"] as const

const storedFields = {
  id: Type.String({
    format: "uuid",
    description: "Derived from the content: the same event always has the same id",
  }),
  ...metricFields,
  time: Type.Number({
    description: "Epoch ms that lists use: the claimed time where it is believable, else the arrival",
  }),
  arrived: Type.Number({ description: "Epoch ms of the first copy's arrival" }),
  state: Type.Enum([...states]),
  withdrawn: Type.Optional(Type.Object({ time: Millis, reason: Type.String() })),
}

/** A feedback event as it is read back: the wire's fields and what became of it. */
export const StoredFeedback = Type.Object({
  event_kind: Type.Literal("feedback"),
  eval_scope: Type.Enum(["span", "trace", "session", "external"]),
  ...targetFields,
  submitter: Submitter,
  ...storedFields,
})
export type StoredFeedback = Static<typeof StoredFeedback>

export const StoredEvaluation = Type.Object({
  event_kind: Type.Literal("evaluation"),
  eval_scope: Type.Enum(["span", "trace", "session"]),
  join_on: Type.Optional(JoinOn),
  session_id: Type.Optional(Type.String()),
  ...storedFields,
  status: Type.Optional(Type.Enum([...evaluationStatuses])),
  error: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type StoredEvaluation = Static<typeof StoredEvaluation>

const joinedFields = {
  on_spans: Type.Array(Type.String(), {
    description: "Ids of the spans here that it was given on, by their id or by a join key they carry",
  }),
  counted: Type.Boolean({
    description:
      "Whether it counts here: it is current, and it was given here or further down (feedback rolls up, never down)",
  }),
}
export const JoinedFeedback = Type.Object({ ...StoredFeedback.properties, ...joinedFields })
export type JoinedFeedback = Static<typeof JoinedFeedback>
export const JoinedEvaluation = Type.Object({ ...StoredEvaluation.properties, ...joinedFields })
export type JoinedEvaluation = Static<typeof JoinedEvaluation>

export const LabelSummary = Type.Object({
  label: Type.String(),
  count: Type.Number({ description: "Current events that count here" }),
  pass: Type.Number(),
  fail: Type.Number(),
  submitters: Type.Number({ description: "How many different submitters" }),
  values: Type.Record(Type.String(), Type.Number(), {
    description: "Categorical and boolean answers, counted",
  }),
  mean: Type.Optional(Type.Number({ description: "Of the scores" })),
})
export type LabelSummary = Static<typeof LabelSummary>

export const StoredSpan = Type.Object({
  ...Span.properties,
  time: Type.Number({ description: "Epoch ms that lists use" }),
  arrived: Millis,
})
export type StoredSpan = Static<typeof StoredSpan>

const traceHead = {
  trace_id: Type.String(),
  apm_trace_ids: Type.Array(Type.String(), { description: "Other spellings, from the tracer" }),
  session_ids: Type.Array(Type.String(), { description: "Every session that a span of it names" }),
  user_ids: Type.Array(Type.String(), { description: "Every user that a span of it names" }),
  ml_apps: Type.Array(Type.String()),
  name: Type.String({ description: "The root span's; empty while no root has arrived" }),
  root_span_id: Type.Optional(Type.String()),
  status: Type.Enum(["ok", "error"]),
  start_ns: Type.String(),
  duration_ns: Type.Number({ description: "From the first start to the last end" }),
  span_count: Type.Number(),
  error_count: Type.Number(),
}
export const TraceHead = Type.Object(traceHead)
export type TraceHead = Static<typeof TraceHead>

const said = {
  feedback: Type.Array(JoinedFeedback, {
    description: "All that was said about it, with history, newest first; each event once",
  }),
  evaluations: Type.Array(JoinedEvaluation),
  summary: Type.Array(LabelSummary, { description: "The feedback that counts here, by label" }),
}

export const Trace = Type.Object({ ...traceHead, spans: Type.Array(StoredSpan), ...said })
export type Trace = Static<typeof Trace>

/** A span without what makes it large: enough to draw the tree and the timeline of a trace. */
export const BriefSpan = Type.Object({
  ...Type.Omit(StoredSpan, ["input", "output", "metadata", "meta", "error"]).properties,
  error: Type.Object({
    type: Type.String(),
    message: Type.String({ description: "The first 300 characters" }),
  }),
})
export type BriefSpan = Static<typeof BriefSpan>

export const TraceOutline = Type.Object({ ...traceHead, spans: Type.Array(BriefSpan), ...said })
export type TraceOutline = Static<typeof TraceOutline>

export const Session = Type.Object({
  session_id: Type.String(),
  ml_apps: Type.Array(Type.String()),
  start_ns: Type.Optional(Type.String()),
  traces: Type.Array(Type.Object({ ...traceHead, spans: Type.Array(StoredSpan) })),
  ...said,
})
export type Session = Static<typeof Session>

export const Entity = Type.Object({
  feedback_join_key: Type.String(),
  spans: Type.Array(StoredSpan, { description: "The spans that carry the key" }),
  traces: Type.Array(TraceHead),
  session_ids: Type.Array(Type.String()),
  feedback: said.feedback,
  summary: said.summary,
})
export type Entity = Static<typeof Entity>

export const SpanName = Type.Object({
  trace_id: Type.String(),
  span_id: Type.String(),
  name: Type.String(),
  span_kind: Type.String(),
  ml_app: Type.String(),
  session_id: Type.String(),
})
export type SpanName = Static<typeof SpanName>

export const FeedbackDetail = Type.Object({
  ...StoredFeedback.properties,
  history: Type.Array(StoredFeedback, {
    description: "The other words of this submitter on this target under this label, newest first",
  }),
  matched: Type.Object(
    {
      span_count: Type.Number(),
      trace_ids: Type.Array(Type.String()),
      session_ids: Type.Array(Type.String()),
      spans: Type.Array(SpanName, { description: "The first 100 by time" }),
    },
    { description: "What has arrived that it is about" },
  ),
})
export type FeedbackDetail = Static<typeof FeedbackDetail>

/** The first by time of what has arrived that a feedback event is about: for a trace or session its root span. */
export const About = Type.Object({
  trace_id: Type.String(),
  span_id: Type.String(),
  name: Type.String(),
  span_kind: Type.String(),
  ml_app: Type.String(),
  session_id: Type.String({ description: "Empty where the span names no session" }),
})
export type About = Static<typeof About>

/** A row of the feedback list. */
export const ListedFeedback = Type.Object({
  ...StoredFeedback.properties,
  about: Type.Optional(About),
})
export type ListedFeedback = Static<typeof ListedFeedback>

/** What a list can be filtered by: the values that feedback has, the most frequent first. */
export const FeedbackFields = Type.Object({
  ml_apps: Type.Array(Type.String()),
  labels: Type.Array(
    Type.Object({
      label: Type.String(),
      metric_types: Type.Array(Type.Enum([...metricTypes])),
      scores: Type.Optional(
        Type.Object(
          { min: Type.Number(), max: Type.Number() },
          { description: "From where to where its scores go, but for one in a hundred at either end" },
        ),
      ),
    }),
  ),
  newest_span: Type.Optional(
    Type.Object(
      { ...SpanName.properties, time: Millis },
      { description: "While there is no feedback: the latest of the spans that have arrived" },
    ),
  ),
})
export type FeedbackFields = Static<typeof FeedbackFields>

export const UnmatchedFeedback = Type.Object({
  ...StoredFeedback.properties,
  reason: Type.String({ description: "Why it hangs in the air" }),
  age_ms: Type.Number({ description: "Since its arrival" }),
})
export type UnmatchedFeedback = Static<typeof UnmatchedFeedback>

export const StoredRejected = Type.Object({
  id: Type.String({ format: "uuid" }),
  format: Type.String(),
  code: Type.String(),
  detail: Type.String(),
  pointer: Type.String(),
  body: Type.String(),
  arrived: Millis,
})
export type StoredRejected = Static<typeof StoredRejected>

const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 50 })),
  cursor: Type.Optional(Type.String({ description: "meta.cursor of the page before" })),
}

export const FeedbackQuery = Type.Object({
  ml_app: Type.Optional(Type.String()),
  label: Type.Optional(Type.String()),
  assessment: Type.Optional(Type.Enum(["pass", "fail"])),
  metric_type: Type.Optional(Type.Enum([...metricTypes])),
  submitter_id: Type.Optional(Type.String()),
  from: Type.Optional(Type.String({ description: "ISO 8601 or epoch ms, by the event's time" })),
  to: Type.Optional(Type.String({ description: "Exclusive" })),
  all: Type.Optional(Type.Boolean({ default: false, description: "Also superseded and withdrawn events" })),
  about: Type.Optional(
    Type.Boolean({
      default: false,
      description: "Also say what each event is about, where that has arrived",
    }),
  ),
  ...page,
})
export type FeedbackQuery = Static<typeof FeedbackQuery>

export const PageQuery = Type.Object(page)
export type PageQuery = Static<typeof PageQuery>

/** Lists answer `{data: […], meta: {cursor?}}`: no cursor means the end. */
function list(item: TSchema): TSchema {
  return Type.Object({ data: Type.Array(item), meta: Type.Object({ cursor: Type.Optional(Type.String()) }) })
}

function one(item: TSchema): TSchema {
  return Type.Object({ data: item })
}

const Accepted = Type.Object({}, { additionalProperties: true })

export const MetricsAnswer = Type.Object({
  data: Type.Object({
    type: Type.Literal("evaluation_metric"),
    id: Type.String({ format: "uuid" }),
    attributes: Type.Object({
      metrics: Type.Array(
        Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: true }),
        {
          description:
            "Each metric that was taken, with its id and the inferred eval_scope; the rest of it only in answers to direct calls of up to 100",
        },
      ),
    }),
  }),
})

const MetricsBody = Type.Object({
  data: Type.Object({
    type: Type.Literal("evaluation_metric"),
    attributes: Type.Object({
      metrics: Type.Array(
        Type.Object({
          event_kind: Type.Optional(Type.Enum(["evaluation", "feedback"])),
          ...targetFields,
          join_on: Type.Optional(JoinOn),
          submitter: Type.Optional(Submitter),
          ...metricFields,
        }),
      ),
      tags: Type.Optional(Type.Array(Type.String(), { description: "Added to every metric's" })),
    }),
  }),
})

const SpansBody = Type.Object({
  data: Type.Object({
    type: Type.Literal("span"),
    attributes: Type.Object({
      ml_app: Type.String(),
      session_id: Type.Optional(Type.String()),
      feedback_join_key: Type.Optional(Type.String()),
      tags: Type.Optional(Type.Array(Type.String())),
      spans: Type.Array(Type.Object({}, { additionalProperties: true })),
    }),
  }),
})

const WithdrawBody = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 10_000 })) })

/** Every endpoint, by name. The server binds a handler to each; OpenAPI, docs and clients are made from the rows. */
export const endpoints = {
  sendEvalMetrics: {
    method: "POST",
    path: "/api/intake/llm-obs/v2/eval-metric",
    summary: "Send evaluations and feedback (Datadog's Evaluations API)",
    scope: "intake",
    face: "agent",
    body: MetricsBody,
    output: MetricsAnswer,
    status: 202,
  },
  sendEvalMetricsV1: {
    method: "POST",
    path: "/api/intake/llm-obs/v1/eval-metric",
    summary: "The same for older clients: evaluations name their span by flat span_id and trace_id",
    scope: "intake",
    face: "agent",
    body: MetricsBody,
    output: MetricsAnswer,
    status: 202,
  },
  sendEvalMetricsProxied: {
    method: "POST",
    path: "/evp_proxy/{proxy}/api/intake/llm-obs/{version}/eval-metric",
    summary: "The same, as SDKs send it through an Agent",
    scope: "intake",
    face: "agent",
    body: MetricsBody,
    output: MetricsAnswer,
    status: 202,
  },
  sendSpans: {
    method: "POST",
    path: "/api/intake/llm-obs/v1/trace/spans",
    summary: "Send spans (Datadog's Spans API)",
    scope: "intake",
    face: "main",
    body: SpansBody,
    output: Accepted,
    status: 202,
  },
  sendSdkSpans: {
    method: "POST",
    path: "/api/v2/llmobs",
    summary: "Send spans in an SDK's envelope",
    scope: "intake",
    face: "agent",
    output: Accepted,
    status: 202,
  },
  sendSdkSpansProxied: {
    method: "POST",
    path: "/evp_proxy/{proxy}/api/v2/llmobs",
    summary: "The same, as SDKs send it through an Agent",
    scope: "intake",
    face: "agent",
    output: Accepted,
    status: 202,
  },
  sendApmTraces: {
    method: "POST",
    path: "/v0.4/traces",
    summary:
      "APM traces of a tracer; of these, only the LLM spans that newer Python tracers put into them are kept",
    scope: "intake",
    face: "agent",
    output: Accepted,
    status: 200,
  },
  putApmTraces: {
    method: "PUT",
    path: "/v0.4/traces",
    summary: "The same, as most tracers send it",
    scope: "intake",
    face: "agent",
    output: Accepted,
    status: 200,
  },
  sendOtlpTraces: {
    method: "POST",
    path: "/v1/traces",
    summary: "Send spans by OpenTelemetry's protocol (OTLP/HTTP, protobuf or JSON)",
    scope: "intake",
    face: "agent",
    output: Accepted,
    status: 200,
  },
  sendOtlpLogs: {
    method: "POST",
    path: "/v1/logs",
    summary:
      "Send log records by OpenTelemetry's protocol; those that hold messages or results of model calls are kept",
    scope: "intake",
    face: "agent",
    output: Accepted,
    status: 200,
  },
  sendOtlpMetrics: {
    method: "POST",
    path: "/v1/metrics",
    summary: "OpenTelemetry's metrics: taken so that exporters are content, and not kept",
    scope: "intake",
    face: "agent",
    output: Accepted,
    status: 200,
  },
  agentInfo: {
    method: "GET",
    path: "/info",
    summary: "What a tracer asks first: which paths there are",
    scope: "open",
    face: "agent",
    output: Type.Object(
      { version: Type.String(), endpoints: Type.Array(Type.String()) },
      { additionalProperties: true },
    ),
    status: 200,
  },
  listFeedback: {
    method: "GET",
    path: "/api/v1/feedback",
    summary: "Feedback, newest first",
    scope: "read",
    face: "main",
    query: FeedbackQuery,
    output: list(ListedFeedback),
    status: 200,
  },
  listFeedbackFields: {
    method: "GET",
    path: "/api/v1/feedback/fields",
    summary: "The applications and labels that feedback has, the most frequent first, at most 1,000 each",
    scope: "read",
    face: "main",
    output: one(FeedbackFields),
    status: 200,
  },
  listUnmatched: {
    method: "GET",
    path: "/api/v1/feedback/unmatched",
    summary: "Feedback whose target has not arrived, newest first",
    scope: "read",
    face: "main",
    query: PageQuery,
    output: list(UnmatchedFeedback),
    status: 200,
  },
  getFeedback: {
    method: "GET",
    path: "/api/v1/feedback/{id}",
    summary: "One feedback event with its history and what it is about",
    scope: "read",
    face: "main",
    output: one(FeedbackDetail),
    status: 200,
  },
  withdrawFeedback: {
    method: "POST",
    path: "/api/v1/feedback/{id}/withdraw",
    summary:
      "Take a feedback event out of the counts, before or after it arrives; the body may say {reason}, the first withdrawal stands, and the vote before it does not come back",
    scope: "intake",
    face: "main",
    body: WithdrawBody,
    output: one(Type.Object({ event_id: Type.String(), reason: Type.String() })),
    status: 202,
  },
  getTrace: {
    method: "GET",
    path: "/api/v1/traces/{id}",
    summary: "A trace by any spelling of its id, with spans, evaluations and feedback",
    scope: "read",
    face: "main",
    output: one(Trace),
    status: 200,
  },
  getTraceOutline: {
    method: "GET",
    path: "/api/v1/traces/{id}/outline",
    summary: "The same without what spans took and gave: enough to draw a large trace",
    scope: "read",
    face: "main",
    output: one(TraceOutline),
    status: 200,
  },
  getSpan: {
    method: "GET",
    path: "/api/v1/traces/{id}/spans/{span_id}",
    summary: "One span of a trace, whole, by any spelling of both ids",
    scope: "read",
    face: "main",
    output: one(StoredSpan),
    status: 200,
  },
  getSession: {
    method: "GET",
    path: "/api/v1/sessions/{id}",
    summary: "A session with its traces, evaluations and feedback",
    scope: "read",
    face: "main",
    output: one(Session),
    status: 200,
  },
  getEntity: {
    method: "GET",
    path: "/api/v1/entities/{key}",
    summary: "A join key with its feedback and everything that carries it",
    scope: "read",
    face: "main",
    output: one(Entity),
    status: 200,
  },
  listRejected: {
    method: "GET",
    path: "/api/v1/rejected",
    summary: "What arrived and could not be used, with the reason, newest first",
    scope: "read",
    face: "main",
    query: PageQuery,
    output: list(StoredRejected),
    status: 200,
  },
  health: {
    method: "GET",
    path: "/healthz",
    summary: "200 while the process runs",
    scope: "open",
    face: "main",
    output: Type.Object({ status: Type.Literal("ok") }),
    status: 200,
  },
  ready: {
    method: "GET",
    path: "/readyz",
    summary: "200 when events are taken and can be read; else 503 with what is missing",
    scope: "open",
    face: "main",
    output: Type.Object({ status: Type.String(), checks: Type.Record(Type.String(), Type.String()) }),
    status: 200,
  },
  metrics: {
    method: "GET",
    path: "/metrics",
    summary: "The server's own figures, for Prometheus",
    scope: "read",
    face: "main",
    status: 200,
  },
  openapi: {
    method: "GET",
    path: "/openapi.json",
    summary: "This table as an OpenAPI document",
    scope: "open",
    face: "main",
    status: 200,
  },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
