// What people and evaluators say, as the eval-metric endpoint takes it.

export type Target =
  | { readonly span_id: string }
  | { readonly trace_id: string }
  | { readonly session_id: string }
  | { readonly feedback_join_key: string }

export interface Submitter {
  readonly id: string
  readonly type: "user" | "agent"
}

/** A label with its answer. */
export interface Answer {
  label: string
  metric_type: "categorical" | "score" | "boolean" | "json" | "text"
  categorical_value?: string
  score_value?: number
  boolean_value?: boolean
  json_value?: Record<string, unknown>
  text_value?: string
  assessment?: "pass" | "fail"
}

interface Circumstances {
  timestamp_ms: number
  ml_app: string
  reasoning?: string
  tags?: string[]
  metadata?: Record<string, unknown>
}

export type Feedback = { event_kind: "feedback"; submitter: Submitter } & Target &
  Answer &
  Omit<Circumstances, "metadata">

/** What an evaluation is about: a span, the one span that carries a tag, or a session. */
export type Subject =
  | { readonly join_on: { span: { span_id: string; trace_id: string } } }
  | { readonly join_on: { tag: { key: string; value: string } } }
  | { readonly session_id: string }

export type Evaluation = { event_kind: "evaluation" } & Subject & Answer & Circumstances

/** Where something was said, and whatever else is known of it. */
export type Setting = Omit<Circumstances, "timestamp_ms">

/** Everything that is said about one application in the week. */
export interface Told {
  readonly feedback: Feedback[]
  readonly evaluations: Evaluation[]
}

export interface Listener extends Told {
  say(by: Submitter, target: Target, answer: Answer, atMs: number, setting: Omit<Setting, "metadata">): void
  judge(subject: Subject, answer: Answer, atMs: number, setting: Setting): void
}

/** Keeps what is said until `endMs`. What would be said later has not been said yet. */
export function listenUntil(endMs: number): Listener {
  const feedback: Feedback[] = []
  const evaluations: Evaluation[] = []
  return {
    feedback,
    evaluations,
    say(submitter, target, answer, atMs, setting) {
      const event: Feedback = {
        event_kind: "feedback",
        ...target,
        submitter,
        ...answer,
        timestamp_ms: Math.round(atMs),
        ...setting,
      }
      if (event.timestamp_ms <= endMs) feedback.push(event)
    },
    judge(subject, answer, atMs, setting) {
      const event: Evaluation = {
        event_kind: "evaluation",
        ...subject,
        ...answer,
        timestamp_ms: Math.round(atMs),
        ...setting,
      }
      if (event.timestamp_ms <= endMs) evaluations.push(event)
    },
  }
}

export function user(id: string): Submitter {
  return { id, type: "user" }
}

export function agent(id: string): Submitter {
  return { id, type: "agent" }
}

export function passed(pass: boolean): { assessment: "pass" | "fail" } {
  return { assessment: pass ? "pass" : "fail" }
}

export function thumbs(up: boolean): Answer {
  return choice("thumbs", up ? "up" : "down", up)
}

export function choice(label: string, value: string, pass?: boolean): Answer {
  return {
    label,
    metric_type: "categorical",
    categorical_value: value,
    ...(pass !== undefined && passed(pass)),
  }
}

/** One to five stars. Three are neither a pass nor a fail. */
export function stars(count: number): Answer {
  return { ...score("rating", count), ...(count !== 3 && passed(count > 3)) }
}

export function score(label: string, value: number): Answer {
  return { label, metric_type: "score", score_value: value }
}

export function yes(label: string, value: boolean): Answer {
  return { label, metric_type: "boolean", boolean_value: value, ...passed(value) }
}

export function details(label: string, value: Record<string, unknown>): Answer {
  return { label, metric_type: "json", json_value: value }
}

export function comment(text: string): Answer {
  return { label: "comment", metric_type: "text", text_value: text }
}
