import { expect, test } from "vitest"
import { readContents } from "./contents.ts"
import type { OtlpLog, Value } from "./model.ts"

const trace_id = "6b039df8000000006f88f242fcf83b93"
const span_id = "175e0b1e58f7833f"
const time_ns = "1795400217260332593"
const details = "gen_ai.client.inference.operation.details"

function log(event_name: string, body: Value, more: Partial<OtlpLog> = {}): OtlpLog {
  return { trace_id, span_id, event_name, time_ns, body, attributes: {}, ...more }
}

/** Log records of one span, and the messages that they say. */
function check(
  title: string,
  logs: readonly OtlpLog[],
  input: readonly object[],
  output: readonly object[] = [],
) {
  test(title, () => {
    expect(readContents(logs)).toStrictEqual({
      contents: [{ trace_id, span_id, input, output, time_ns }],
      dropped: 0,
    })
  })
}

const parisCall = {
  id: "call_1",
  type: "function",
  function: { name: "weather", arguments: '{"city":"Paris"}' },
}
const call = { name: "weather", arguments: { city: "Paris" }, tool_id: "call_1", type: "function" }

check(
  "a conversation in the order of its records, which all have one time (OpenTelemetry JS)",
  [
    log("gen_ai.system.message", { content: "be nice" }),
    log("gen_ai.user.message", { content: "Weather?" }),
    log("gen_ai.assistant.message", { tool_calls: [parisCall] }),
    log("gen_ai.tool.message", { id: "call_1", content: '{"t":21}' }),
    log("gen_ai.choice", { finish_reason: "stop", index: 0, message: { content: "21 degrees." } }),
  ],
  [
    { role: "system", content: "be nice" },
    { role: "user", content: "Weather?" },
    { role: "assistant", content: "", tool_calls: [call] },
    { role: "tool", content: '{"t":21}', tool_id: "call_1" },
  ],
  [{ role: "assistant", content: "21 degrees.", finish_reason: "stop" }],
)
check(
  "a choice with a role and a call (OpenTelemetry Python)",
  [
    log("gen_ai.choice", {
      index: 0,
      finish_reason: "tool_calls",
      message: { role: "assistant", tool_calls: [parisCall] },
    }),
  ],
  [],
  [{ role: "assistant", content: "", tool_calls: [call], finish_reason: "tool_calls" }],
)
check(
  "the name of a tool without the words of its call",
  [
    log("gen_ai.assistant.message", {
      tool_calls: [{ id: "c", type: "function", function: { name: "weather" } }],
    }),
  ],
  [
    {
      role: "assistant",
      content: "",
      tool_calls: [{ name: "weather", arguments: {}, tool_id: "c", type: "function" }],
    },
  ],
)
check("a body that is a text", [log("gen_ai.user.message", "hi")], [{ role: "user", content: "hi" }])
check(
  "a body in a JSON text",
  [log("gen_ai.user.message", '{"role":"developer","content":"hi"}')],
  [{ role: "developer", content: "hi" }],
)
check(
  "a choice whose message is a text",
  [log("gen_ai.choice", { message: "hi" })],
  [],
  [{ role: "assistant", content: "hi" }],
)
check(
  "the details of an operation as structure (Responses)",
  [
    log(details, null, {
      attributes: {
        "gen_ai.system_instructions": [{ type: "text", content: "be nice" }],
        "gen_ai.input.messages": [{ role: "user", parts: [{ type: "text", content: "hi" }] }],
        "gen_ai.output.messages": [
          { role: "assistant", parts: [{ type: "text", content: "hello" }], finish_reason: "stop" },
        ],
        "gen_ai.request.model": "gpt-4o",
      },
    }),
  ],
  [
    { role: "system", content: "be nice" },
    { role: "user", content: "hi" },
  ],
  [{ role: "assistant", content: "hello", finish_reason: "stop" }],
)
check(
  "details that are no messages",
  [log(details, null, { attributes: { "gen_ai.input.messages": "hi" } })],
  [{ role: "", content: "hi" }],
)

test("each span has its own, and what says nothing is not kept", () => {
  const other = { span_id: "00f067aa0ba902b7", time_ns: "soon" }
  const logs = [
    log("gen_ai.user.message", { content: "a" }),
    log("gen_ai.user.message", { content: "b" }, other),
    log("gen_ai.user.message", { content: "c" }, { time_ns: "5" }),
    // Without the words.
    log("gen_ai.user.message", {}),
    log("gen_ai.user.message", null),
    log("gen_ai.tool.message", { id: "call_1" }),
    log("gen_ai.choice", { finish_reason: "stop", index: 0, message: {} }),
    log(details, null, { attributes: { "gen_ai.operation.name": "chat" } }),
    // Of no span.
    log("gen_ai.user.message", { content: "d" }, { trace_id: "" }),
    log("gen_ai.user.message", { content: "e" }, { span_id: "" }),
    // Of something else.
    log("", "GET / 200"),
    log("gen_ai.user.messages", { content: "f" }),
    log("constructor", { content: "g" }),
  ]
  expect(readContents(logs)).toStrictEqual({
    contents: [
      {
        trace_id,
        span_id,
        input: [
          { role: "user", content: "a" },
          { role: "user", content: "c" },
        ],
        output: [],
        time_ns,
      },
      {
        trace_id,
        span_id: other.span_id,
        input: [{ role: "user", content: "b" }],
        output: [],
        time_ns: "0",
      },
    ],
    dropped: 10,
  })
})
