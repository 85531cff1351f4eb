import type { StoredEvaluation, StoredFeedback } from "@sayso/protocol/api.ts"

/** The part of an event that carries its answer. */
export type Answer = Pick<
  StoredFeedback | StoredEvaluation,
  | "metric_type"
  | "categorical_value"
  | "score_value"
  | "boolean_value"
  | "json_value"
  | "text_value"
  | "assessment"
>

/** From where to where the scores of a label go. */
export interface Scale {
  readonly min: number
  readonly max: number
}

/** How an answer is drawn so that it is read at a glance. */
export type Mark =
  | { kind: "thumb"; up: boolean }
  | { kind: "stars"; filled: number; of: number }
  | { kind: "share"; value: number }
  | { kind: "number"; value: number }
  | { kind: "yes"; yes: boolean }
  | { kind: "chip"; text: string }
  | { kind: "quote" }
  | { kind: "json" }

export type Tone = "good" | "bad" | "plain"

const up = new Set([
  "up",
  "thumbs_up",
  "thumbs-up",
  "thumbs up",
  "thumbsup",
  "like",
  "liked",
  "upvote",
  "positive",
  "+1",
  "👍",
])
const down = new Set([
  "down",
  "thumbs_down",
  "thumbs-down",
  "thumbs down",
  "thumbsdown",
  "dislike",
  "disliked",
  "downvote",
  "negative",
  "-1",
  "👎",
])
const yes = new Set(["accepted", "accept", "yes", "applied", "approved"])
const no = new Set(["rejected", "reject", "no", "dismissed", "declined"])

/** A score's range is not on the wire: it is read from what the label has had. Where that says nothing, it is a number. */
export function markOf(answer: Answer, scale?: Scale): Mark {
  switch (answer.metric_type) {
    case "categorical": {
      const text = answer.categorical_value ?? ""
      const word = text.trim().toLowerCase()
      const thumb = thumbOf(text)
      if (thumb !== undefined) return { kind: "thumb", up: thumb }
      if (yes.has(word) || no.has(word)) return { kind: "yes", yes: yes.has(word) }
      return { kind: "chip", text }
    }
    case "score": {
      const value = answer.score_value ?? 0
      if (scale && scale.min >= 0 && scale.max > 1 && scale.max <= 5 && value >= 0 && value <= 5)
        return { kind: "stars", filled: value, of: 5 }
      if (scale && scale.min >= 0 && scale.min < 1 && scale.max <= 1 && value >= 0 && value <= 1)
        return { kind: "share", value }
      return { kind: "number", value }
    }
    case "boolean":
      return { kind: "yes", yes: answer.boolean_value ?? false }
    case "json":
      return { kind: "json" }
    case "text":
      return { kind: "quote" }
  }
}

/** Whether an answer is a thumb, and which. */
export function thumbOf(answer: string): boolean | undefined {
  const word = answer.trim().toLowerCase()
  return up.has(word) ? true : down.has(word) ? false : undefined
}

/** Good or bad as the sender assessed it; where nobody did, only a thumb or an acceptance says so by itself. */
export function toneOf(answer: Answer, mark: Mark): Tone {
  if (answer.assessment !== undefined) return answer.assessment === "pass" ? "good" : "bad"
  if (mark.kind === "thumb") return mark.up ? "good" : "bad"
  if (mark.kind === "yes" && answer.metric_type === "categorical") return mark.yes ? "good" : "bad"
  return "plain"
}

/** The answer in words, for people who do not see the mark. */
export function wordsOf(answer: Answer): string {
  switch (answer.metric_type) {
    case "categorical":
      return answer.categorical_value ?? ""
    case "score":
      return scoreText(answer.score_value ?? 0)
    case "boolean":
      return String(answer.boolean_value ?? false)
    case "json":
      return "JSON"
    case "text":
      return "Comment"
  }
}

export function scoreText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toLocaleString("en", { maximumSignificantDigits: 4 })
}
