import { expect, test } from "vitest"
import type { JoinedFeedback } from "@sayso/protocol/api.ts"
import { groupWords } from "./words.ts"

const event = (id: string, more: Partial<JoinedFeedback>): JoinedFeedback => ({
  id,
  event_kind: "feedback",
  eval_scope: "span",
  span_id: "s1",
  on_spans: ["s1"],
  submitter: { id: "mara" },
  label: "thumbs",
  metric_type: "categorical",
  timestamp_ms: 0,
  time: 0,
  arrived: 0,
  state: "current",
  counted: true,
  ...more,
})

test.each<[string, JoinedFeedback[], string[]]>([
  ["a changed vote is one", [event("a", { state: "superseded", time: 1 }), event("b", { time: 2 })], ["b<a"]],
  [
    "another submitter stands alone",
    [event("a", {}), event("b", { submitter: { id: "jonas" } })],
    ["a", "b"],
  ],
  [
    "so does one of another type",
    [event("a", {}), event("b", { submitter: { id: "mara", type: "agent" } })],
    ["a", "b"],
  ],
  ["and another label", [event("a", {}), event("b", { label: "stars" })], ["a", "b"]],
  [
    "comments accumulate",
    [event("a", { metric_type: "text", time: 1 }), event("b", { metric_type: "text", time: 2 })],
    ["b", "a"],
  ],
  [
    "spellings of a span are the same span",
    [event("a", { span_id: "0x10", state: "superseded" }), event("b", { span_id: "16", time: 3 })],
    ["b<a"],
  ],
  [
    "what stands comes first, whatever the clock said",
    [event("a", { time: 9, state: "superseded" }), event("b", { time: 2 })],
    ["b<a"],
  ],
  [
    "the newest first",
    [event("a", { time: 1 }), event("b", { time: 2, label: "x" }), event("c", { time: 3, label: "y" })],
    ["c", "b", "a"],
  ],
])("%s", (_name, events, expected) => {
  expect(
    groupWords(events).map(({ latest, history }) => [latest, ...history].map(({ id }) => id).join("<")),
  ).toEqual(expected)
})
