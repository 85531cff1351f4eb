import Type, { type Static } from "typebox"

/** The answer to a question is one of these types; `text` only for feedback. */
export const metricTypes = ["categorical", "score", "boolean", "json", "text"] as const
export type MetricType = (typeof metricTypes)[number]

/** What an event is about; `external` is feedback on a join key. */
export const evalScopes = ["span", "trace", "session", "external"] as const
export type EvalScope = (typeof evalScopes)[number]

export const assessments = ["pass", "fail"] as const
export const evaluationStatuses = ["OK", "WARN", "ERROR"] as const

const JsonObject = Type.Record(Type.String(), Type.Unknown())

export const Submitter = Type.Object({
  id: Type.String({
    minLength: 1,
    description: "Who said it: the application's own name for the user or agent",
  }),
  type: Type.Optional(Type.String({ description: "Free text; `user` and `agent` are usual" })),
})
export type Submitter = Static<typeof Submitter>

/** What every eval metric carries, whatever it is about. Field names are the wire's. */
export const metricFields = {
  label: Type.String({ minLength: 1, description: "The question's name" }),
  metric_type: Type.Enum([...metricTypes]),
  categorical_value: Type.Optional(Type.String()),
  score_value: Type.Optional(Type.Number()),
  boolean_value: Type.Optional(Type.Boolean()),
  json_value: Type.Optional(JsonObject),
  text_value: Type.Optional(Type.String()),
  timestamp_ms: Type.Number({
    minimum: 0,
    description: "When it was said, by the client's clock, in epoch ms",
  }),
  ml_app: Type.Optional(
    Type.String({ description: "The application that sends it; it does not limit the join" }),
  ),
  tags: Type.Optional(Type.Array(Type.String(), { description: "`key:value` texts" })),
  assessment: Type.Optional(Type.Enum([...assessments])),
  reasoning: Type.Optional(Type.String({ description: "Why, in words" })),
  metadata: Type.Optional(JsonObject),
}

/** The four targets of feedback, of which exactly one is given. */
export const targetFields = {
  span_id: Type.Optional(Type.String()),
  trace_id: Type.Optional(Type.String()),
  session_id: Type.Optional(Type.String()),
  feedback_join_key: Type.Optional(
    Type.String({ description: "The team's own name for an entity: an incident, a ticket, a message id" }),
  ),
}

export const JoinOn = Type.Object({
  span: Type.Optional(
    Type.Object({ span_id: Type.String({ minLength: 1 }), trace_id: Type.Optional(Type.String()) }),
  ),
  tag: Type.Optional(Type.Object({ key: Type.String({ minLength: 1 }), value: Type.String() })),
})

/** Feedback as the wire has it: a result with a submitter about exactly one target. */
export const Feedback = Type.Object({
  event_kind: Type.Literal("feedback"),
  eval_scope: Type.Enum([...evalScopes]),
  ...targetFields,
  submitter: Submitter,
  ...metricFields,
})
export type Feedback = Static<typeof Feedback>

/** An evaluation as the wire has it: a result of the team's own evaluator about a span, a trace or a session. */
export const Evaluation = Type.Object({
  event_kind: Type.Literal("evaluation"),
  eval_scope: Type.Enum(["span", "trace", "session"]),
  join_on: Type.Optional(JoinOn),
  session_id: Type.Optional(Type.String()),
  ...metricFields,
  status: Type.Optional(Type.Enum([...evaluationStatuses])),
  error: Type.Optional(JsonObject),
})
export type Evaluation = Static<typeof Evaluation>

/** The wire's name for one evaluation or feedback event. */
export type EvalMetric = Evaluation | Feedback

/** One operation of an application, in the form every wire format is brought to. */
export const Span = Type.Object({
  trace_id: Type.String({ minLength: 1 }),
  span_id: Type.String({ minLength: 1 }),
  parent_id: Type.String({ description: "Empty for a root" }),
  apm_trace_id: Type.String({ description: "One more spelling of the trace, from the tracer; may be empty" }),
  name: Type.String(),
  span_kind: Type.String({ description: "llm, agent, workflow, task, tool, embedding, retrieval, …" }),
  ml_app: Type.String(),
  service: Type.String(),
  env: Type.String(),
  version: Type.String(),
  session_id: Type.String({ description: "Empty where the span names no session" }),
  user_id: Type.String({ description: "Whom the application served; empty where the span names nobody" }),
  feedback_join_keys: Type.Array(Type.String()),
  tags: Type.Array(Type.String()),
  status: Type.Enum(["ok", "error"]),
  start_ns: Type.String({
    pattern: "^-?\\d+$",
    description: "Epoch ns as decimal digits: a JSON number would lose some",
  }),
  duration_ns: Type.Number({ minimum: 0 }),
  model_name: Type.String(),
  model_provider: Type.String(),
  input: Type.Unknown({ description: "`value`, `messages`, `documents`, `prompt`, as the client sent them" }),
  output: Type.Unknown(),
  metadata: JsonObject,
  metrics: Type.Record(Type.String(), Type.Number(), { description: "Tokens, costs and times by name" }),
  error: Type.Object({ type: Type.String(), message: Type.String(), stack: Type.String() }),
  meta: Type.Object({}, { additionalProperties: true, description: "What else the client put into `meta`" }),
})
export type Span = Static<typeof Span>

/**
 * Messages that a client sends apart from the span they belong to, as some OpenTelemetry instrumentations do in logs. They
 * may come before the span, after it, or without it, and stand in where the span itself has no messages.
 */
export const SpanContent = Type.Object({
  trace_id: Type.String({ minLength: 1 }),
  span_id: Type.String({ minLength: 1 }),
  input: Type.Array(Type.Unknown(), { description: "Messages, as a span's `input.messages` has them" }),
  output: Type.Array(Type.Unknown(), { description: "Messages, as a span's `output.messages` has them" }),
  time_ns: Type.String({
    pattern: "^\\d+$",
    description: "Epoch ns as decimal digits: orders what came in pieces",
  }),
})
export type SpanContent = Static<typeof SpanContent>

/** One more event that takes a feedback event out of the counts. The vote before it does not come back. */
export const Withdrawal = Type.Object({
  event_id: Type.String({ format: "uuid" }),
  reason: Type.String(),
})
export type Withdrawal = Static<typeof Withdrawal>

/** What could not be used, kept with the reason so that people are told. */
export const Rejected = Type.Object({
  format: Type.String({ description: "The wire format it came in" }),
  code: Type.String({ description: "A code of docs/errors.md" }),
  detail: Type.String(),
  pointer: Type.String({ description: "Where in the body it stood, as a JSON pointer" }),
  body: Type.String({ description: "The event, or the unreadable body, as text; long ones are cut" }),
})
export type Rejected = Static<typeof Rejected>

export type Event =
  | { kind: "span"; span: Span }
  | { kind: "eval_metric"; metric: EvalMetric }
  | { kind: "content"; content: SpanContent }
  | { kind: "withdrawal"; withdrawal: Withdrawal }
  | { kind: "rejected"; rejected: Rejected }

/** What the server adds to every event at the door. */
export interface Stamp {
  /** The tenant. Nothing crosses it. */
  readonly org: string
  /** Epoch ms of this copy's arrival. */
  readonly arrivedMs: number
  /** Orders arrivals within a millisecond: decimal digits, rising. */
  readonly sequence: string
  /** Derived from org and content for everything but spans, which are named by (trace, span). */
  readonly id: string
  /** An eval metric's `metricContent`, where it was asked for the id already. */
  readonly content?: string | undefined
}
