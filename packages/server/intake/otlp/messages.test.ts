import { expect, test } from "vitest"
import { contentOf, readDocument, readMessages, withSystem } from "./messages.ts"
import type { Value } from "./model.ts"

/** One message as a client sends it, and the messages that it becomes. */
function check(title: string, given: object, ...expected: object[]) {
  test(title, () => expect(readMessages([given])).toStrictEqual(expected))
}

// Words.

check("a text", { role: "user", content: "hi" }, { role: "user", content: "hi" })
check("no content", { role: "assistant", content: null, refusal: null }, { role: "assistant", content: "" })
check("no role", { content: "hi" }, { role: "", content: "hi" })
check("content that is a number", { role: "user", content: 5 }, { role: "user", content: "5" })
check(
  "content that is JSON",
  { role: "user", content: { city: "Paris" } },
  { role: "user", content: { city: "Paris" } },
)
check(
  "OpenTelemetry's parts",
  { role: "user", parts: [{ type: "text", content: "hi" }], finish_reason: "stop" },
  { role: "user", content: "hi", finish_reason: "stop" },
)
check(
  "several texts",
  {
    role: "user",
    content: [
      { type: "text", text: "a" },
      { type: "input_text", text: "b" },
      { type: "output_text", text: "c" },
      "d",
    ],
  },
  { role: "user", content: "a\n\nb\n\nc\n\nd" },
)
check(
  "texts whose words the client kept to itself",
  { role: "user", parts: [{ type: "text" }] },
  { role: "user", content: "" },
)
check(
  "a text with more to it stays a part",
  {
    role: "user",
    content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" }, annotations: [] }],
  },
  {
    role: "user",
    content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" }, annotations: [] }],
  },
)
check(
  "content and parts at once",
  { role: "user", content: "a", parts: [{ type: "text", content: "b" }] },
  { role: "user", content: "a", parts: [{ type: "text", content: "b" }] },
)

// Pictures, thoughts, and parts that nobody knows.

check(
  "a picture by its address, among texts",
  {
    role: "user",
    content: [
      { type: "text", text: "what?" },
      { type: "image_url", image_url: { url: "https://a.example/b.png" } },
    ],
  },
  {
    role: "user",
    content: [
      { type: "text", text: "what?" },
      { type: "image_url", image_url: { url: "https://a.example/b.png" } },
    ],
  },
)
check(
  "bytes are data, not words",
  { role: "user", parts: [{ type: "blob", modality: "image", mime_type: "image/png", content: "aGk=" }] },
  { role: "user", content: [{ type: "blob", modality: "image", mime_type: "image/png", data: "aGk=" }] },
)
check(
  "a part that nobody knows",
  { role: "user", parts: [{ type: "item_reference", id: "x" }] },
  { role: "user", content: [{ type: "item_reference", id: "x" }] },
)
check(
  "a thought is said before the answer",
  {
    role: "assistant",
    parts: [
      { type: "reasoning", content: "hm" },
      { type: "text", content: "yes" },
    ],
  },
  { role: "reasoning", content: "hm" },
  { role: "assistant", content: "yes" },
)
check(
  "nothing but a thought (Anthropic)",
  { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "s" }] },
  { role: "reasoning", content: "hm", signature: "s" },
)
check(
  "a thought without words",
  { role: "assistant", parts: [{ type: "reasoning" }] },
  { role: "assistant", content: "" },
)

// Calls of tools, and what they answered.

const call = { name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_1" }

check(
  "a call (OpenTelemetry)",
  {
    role: "assistant",
    parts: [{ type: "tool_call", id: "call_1", name: "get_weather", arguments: { city: "Paris" } }],
  },
  { role: "assistant", content: "", tool_calls: [call] },
)
check(
  "a call (OpenAI)",
  {
    role: "assistant",
    content: null,
    tool_calls: [
      { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Paris"}' } },
    ],
  },
  { role: "assistant", content: "", tool_calls: [{ ...call, type: "function" }] },
)
check(
  "a call (OpenAI's first form)",
  { role: "assistant", function_call: { name: "get_weather", arguments: '{"city":"Paris"}' } },
  { role: "assistant", content: "", tool_calls: [{ name: "get_weather", arguments: { city: "Paris" } }] },
)
check(
  "a call (Anthropic)",
  {
    role: "assistant",
    content: [
      { type: "text", text: "let me see" },
      { type: "tool_use", id: "call_1", name: "get_weather", input: { city: "Paris" } },
    ],
  },
  { role: "assistant", content: "let me see", tool_calls: [call] },
)
check(
  "a call (AI SDK)",
  {
    role: "assistant",
    content: [
      { type: "tool-call", toolCallId: "call_1", toolName: "get_weather", input: { city: "Paris" } },
      { type: "tool-call", toolCallId: "call_2", toolName: "get_weather", args: '{"city":"Oslo"}' },
    ],
  },
  {
    role: "assistant",
    content: "",
    tool_calls: [call, { name: "get_weather", arguments: { city: "Oslo" }, tool_id: "call_2" }],
  },
)
check(
  "a call has two ids (Responses): the answer names the second",
  {
    role: "assistant",
    parts: [{ type: "tool_call", id: "fc_1", call_id: "call_1", name: "get_weather", server: "s" }],
  },
  {
    role: "assistant",
    content: "",
    tool_calls: [{ id: "fc_1", name: "get_weather", arguments: {}, tool_id: "call_1", server: "s" }],
  },
)
check(
  "arguments that are not quite JSON stay as they are",
  { role: "assistant", tool_calls: [{ id: "c", function: { name: "f", arguments: '{"city":' } }] },
  { role: "assistant", content: "", tool_calls: [{ name: "f", arguments: '{"city":', tool_id: "c" }] },
)
check(
  "an answer (OpenTelemetry)",
  { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: '{"t":21}' }] },
  { role: "tool", content: "", tool_results: [{ name: "", result: '{"t":21}', tool_id: "call_1" }] },
)
check(
  "an answer (OpenAI)",
  { role: "tool", tool_call_id: "call_1", content: '{"t":21}' },
  { role: "tool", content: '{"t":21}', tool_id: "call_1" },
)
check(
  "an answer (Anthropic)",
  {
    role: "user",
    content: [{ type: "tool_result", tool_use_id: "call_1", content: "21 degrees", is_error: false }],
  },
  {
    role: "user",
    content: "",
    tool_results: [{ name: "", result: "21 degrees", tool_id: "call_1", is_error: false }],
  },
)
for (const [output, result] of [
  [{ type: "json", value: { t: 21 } }, { t: 21 }],
  [{ type: "text", value: "21" }, "21"],
  [
    { type: "error-text", value: "boom" },
    { type: "error-text", value: "boom" },
  ],
] as const) {
  check(
    `an answer of type ${output.type} (AI SDK)`,
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "call_1", toolName: "get_weather", output }],
    },
    { role: "tool", content: "", tool_results: [{ name: "get_weather", result, tool_id: "call_1" }] },
  )
}

test("an answer has the name of the call that it answers", () => {
  const messages = readMessages([
    { role: "assistant", parts: [{ type: "tool_call", id: "call_1", name: "get_weather", arguments: {} }] },
    { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: "21" }] },
    { role: "tool", parts: [{ type: "tool_call_response", id: "other", response: "22" }] },
  ])
  expect(messages?.map((message) => message["tool_results"])).toEqual([
    undefined,
    [{ name: "get_weather", result: "21", tool_id: "call_1" }],
    [{ name: "", result: "22", tool_id: "other" }],
  ])
})

test("what is no list of messages", () => {
  expect([null, "a", 5, {}, ["a"], [null], [[]]].filter(readMessages)).toEqual([])
})

/** An attribute that should hold messages, with what instructions stand apart, and what is made of both. */
function attribute(title: string, given: Value | undefined, system: Value | undefined, expected: unknown) {
  test(title, () => expect(withSystem(system, contentOf(given))).toStrictEqual(expected))
}

const user = { role: "user", content: "hi" }
const system = { role: "system", content: "be nice" }
const hi = '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]'

attribute("messages in a JSON text", hi, undefined, { messages: [user] })
attribute("messages as they are", [{ role: "user", parts: [{ type: "text", content: "hi" }] }], undefined, {
  messages: [user],
})
attribute("no messages", "[]", undefined, undefined)
attribute("a text that is no JSON", "hi", undefined, { value: "hi" })
attribute("a text that is almost JSON", '[{"role":', undefined, { value: '[{"role":' })
attribute("JSON that is no list of messages", '{"a":1}', undefined, { value: '{"a":1}' })
attribute("instructions as parts", hi, '[{"type":"text","content":"be nice"}]', { messages: [system, user] })
attribute("instructions as one part", hi, { type: "text", content: "be nice" }, { messages: [system, user] })
attribute("instructions as a text", hi, "be nice", { messages: [system, user] })
attribute("instructions alone", undefined, "be nice", { messages: [system] })
attribute("instructions beside a value", "hi", "be nice", { value: "hi", messages: [system] })
attribute("instructions that say nothing", hi, '[{"type":"text"}]', { messages: [user] })
attribute(
  "instructions that the messages begin with anyway",
  '[{"role":"system","content":"be nice"},{"role":"user","content":"hi"}]',
  "be nice",
  { messages: [system, user] },
)
attribute(
  "instructions that the messages say otherwise",
  '[{"role":"system","content":"be brief"}]',
  "be nice",
  { messages: [system, { role: "system", content: "be brief" }] },
)

test("documents", () => {
  expect(readDocument({ id: "1", score: 0.5, content: "a", metadata: null })).toStrictEqual({
    id: "1",
    score: 0.5,
    text: "a",
  })
  expect(readDocument({ text: "a", title: "b" })).toStrictEqual({ text: "a", title: "b" })
  expect(readDocument({ id: "1" })).toStrictEqual({ id: "1" })
  expect(readDocument("a")).toStrictEqual({ text: "a" })
  expect(readDocument(5)).toStrictEqual({ text: "5" })
})
