import { expect, test } from "vitest"
import type { JoinedFeedback, Session, StoredSpan } from "@sayso/protocol/api.ts"
import { converse } from "./turns.ts"

const span = (span_id: string, more: Partial<StoredSpan> = {}): StoredSpan =>
  ({ span_id, parent_id: "", span_kind: "workflow", input: null, output: null, ...more }) as StoredSpan

const trace = (trace_id: string, start_ns: string, spans: StoredSpan[]): Session["traces"][number] =>
  ({
    trace_id,
    start_ns,
    apm_trace_ids: [],
    root_span_id: spans[0]?.span_id,
    spans,
  }) as unknown as Session["traces"][number]

const feedback = (id: string, more: Partial<JoinedFeedback>): JoinedFeedback =>
  ({ id, on_spans: [], state: "current", ...more }) as JoinedFeedback

const session = (traces: Session["traces"], said: JoinedFeedback[] = []): Session =>
  ({ session_id: "s", traces, feedback: said }) as unknown as Session

test("turns by their start, with what was asked and answered", () => {
  const later = trace("t2", "20", [span("b", { input: { value: "And now?" }, output: { value: "Now." } })])
  const first = trace("t1", "3", [span("a", { input: { value: "When?" }, output: { value: "Soon." } })])
  const { turns } = converse(session([later, first]))
  expect(turns.map((turn) => [turn.asked, turn.answered].map(({ messages }) => messages[0]?.text))).toEqual([
    ["When?", "Soon."],
    ["And now?", "Now."],
  ])
})

test("of a conversation that is sent whole, only what is new", () => {
  const messages = ["system:Be brief.", "user:When?", "assistant:Soon.", "user:Really?"].map((text) => {
    const [role, content] = text.split(":")
    return { role, content }
  })
  const { turns } = converse(
    session([trace("t", "1", [span("a", { span_kind: "llm", input: { messages } })])]),
  )
  expect(turns[0]?.asked.messages.map(({ text }) => text)).toEqual(["Really?"])
})

test("a silent root lets the span below it speak", () => {
  const spans = [
    span("a"),
    span("b", { span_kind: "tool", input: { value: "no" } }),
    span("c", { span_kind: "llm", input: { value: "yes" } }),
  ]
  expect(converse(session([trace("t", "1", spans)])).turns[0]?.asked.messages[0]?.text).toBe("yes")
})

test("each event is in one place", () => {
  const traces = [trace("000000000000001f", "1", [span("a")]), trace("t2", "2", [span("b")])]
  const said = [
    feedback("on a", { eval_scope: "span", on_spans: ["a"] }),
    feedback("on 1f", { eval_scope: "trace", trace_id: "31" }),
    feedback("on b", { eval_scope: "span", on_spans: ["b"] }),
    feedback("session", { eval_scope: "session", session_id: "s" }),
    feedback("key", { eval_scope: "external", feedback_join_key: "k", on_spans: ["a", "b"] }),
  ]
  const { turns, around } = converse(session(traces, said))
  expect([...turns.map((turn) => turn.feedback), around].map((events) => events.map(({ id }) => id))).toEqual(
    [["on a", "on 1f"], ["on b"], ["session", "key"]],
  )
})

test.each<[string, string[], string[]]>([
  ["a question stands before what tools said", ["user:Where?", "assistant:", "tool:x"], ["Where?"]],
  ["an answer that was begun for the model is none", ["user:Where?", "assistant:Well,"], ["Where?"]],
  ["two questions in a row", ["user:a", "assistant:b", "user:c", "user:d"], ["c", "d"]],
  ["nobody asked", ["assistant:b"], ["b"]],
])("%s", (_name, said, asked) => {
  const messages = said.map((text) => ({ role: text.split(":")[0], content: text.split(":")[1] }))
  const { turns } = converse(
    session([trace("t", "1", [span("a", { span_kind: "llm", input: { messages } })])]),
  )
  expect(turns[0]?.asked.messages.map(({ text }) => text)).toEqual(asked)
})
