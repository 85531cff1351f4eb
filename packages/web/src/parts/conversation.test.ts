import { describe, expect, test } from "vitest"
import { isEmpty, parsed, readContent, type Message } from "./conversation.ts"

const message = (role: string, text: string, more: Partial<Message> = {}): Message => ({
  role,
  text,
  toolCalls: [],
  toolResults: [],
  attachments: [],
  ...more,
})

describe("nothing", () => {
  test.each([null, undefined, "", {}, { value: "" }, { value: null }])("%j", (given) => {
    expect(isEmpty(readContent(given, "user"))).toBe(true)
  })
})

describe("a value", () => {
  test.each<[unknown, Message[]]>([
    [{ value: "Hello" }, [message("user", "Hello")]],
    ["Hello", [message("user", "Hello")]],
    [{ value: 42 }, [message("user", "42")]],
    [{ value: '{"city":"Paris"}' }, [message("user", "", { json: { city: "Paris" } })]],
    [{ value: "{not json}" }, [message("user", "{not json}")]],
    [{ value: '[{"role":"user","content":"Hi"}]' }, [message("user", "Hi")]],
    [{ value: '{"messages":[{"role":"user","content":"Hi"}]}' }, [message("user", "Hi")]],
    [{ value: "[1,2]" }, [message("user", "", { json: [1, 2] })]],
    [["a", "b"], [message("user", "", { json: ["a", "b"] })]],
  ])("%j", (given, messages) => expect(readContent(given, "user").messages).toEqual(messages))
})

describe("messages", () => {
  const read = (...messages: unknown[]) => readContent({ messages }, "user").messages

  test("keep role and order; a missing role is empty", () => {
    expect(read({ role: "system", content: "Be brief." }, { content: "Hi" })).toEqual([
      message("system", "Be brief."),
      message("", "Hi"),
    ])
  })

  test("ask for tools, with arguments as an object or as text", () => {
    const calls = [
      { name: "find", arguments: { id: 1 }, tool_id: "a" },
      { type: "function", id: "b", function: { name: "find", arguments: '{"id":2}' } },
    ]
    expect(read({ role: "assistant", tool_calls: calls })).toEqual([
      message("assistant", "", {
        toolCalls: [
          { name: "find", id: "a", given: { id: 1 } },
          { name: "find", id: "b", given: { id: 2 } },
        ],
      }),
    ])
  })

  test("carry tool results once, whether listed or as the message itself", () => {
    expect(read({ role: "tool", content: '{"ok":true}', tool_id: "a" })).toEqual([
      message("tool", "", { toolResults: [{ name: "", id: "a", result: { ok: true } }] }),
    ])
    expect(
      read({ role: "tool", content: "done", tool_results: [{ name: "find", result: "done", tool_id: "a" }] }),
    ).toEqual([message("tool", "", { toolResults: [{ name: "find", id: "a", result: "done" }] })])
  })

  test("may be in parts, of which some are no text", () => {
    const content = [
      { type: "text", text: "Look:" },
      { type: "image_url" },
      { type: "text", content: "a cat" },
    ]
    expect(read({ role: "user", content })).toEqual([
      message("user", "Look:\n\na cat", { attachments: ["image_url"] }),
    ])
    expect(read({ role: "user", content: "x", image_parts: [{ mime_type: "image/png" }] })).toEqual([
      message("user", "x", { attachments: ["image/png"] }),
    ])
  })

  test("that are none stay JSON", () => {
    const content = readContent({ messages: "no list", other: 1 }, "user")
    expect(content).toEqual({ messages: [], documents: [], rest: { messages: "no list", other: 1 } })
  })
})

test("documents and prompts have places of their own", () => {
  const content = readContent(
    {
      value: "delivery",
      documents: [{ id: "d1", name: "Delivery", score: 0.9, text: "Two days." }, { text: { a: 1 } }],
      prompt: { id: "p", version: "7", template: "You are {{x}}", variables: { x: "kind" } },
    },
    "",
  )
  expect(content).toEqual({
    messages: [message("", "delivery")],
    documents: [
      { id: "d1", name: "Delivery", score: 0.9, text: "Two days." },
      { id: "", name: "", text: '{"a":1}' },
    ],
    prompt: { id: "p", version: "7", template: "You are {{x}}", variables: { x: "kind" } },
  })
})

test("only objects and lists are taken out of a text", () => {
  expect(parsed("12")).toBe("12")
  expect(parsed('"x"')).toBe('"x"')
  expect(parsed(' {"a":1} ')).toEqual({ a: 1 })
  expect(parsed("[broken]")).toBe("[broken]")
})

test("tool calls and results may be parts of a message", () => {
  const messages = [
    {
      role: "assistant",
      content: [
        { type: "text", text: "Let me see." },
        { type: "tool_use", id: "a", name: "find", input: { n: 1 } },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: "none" }] },
    { role: "assistant", parts: [{ type: "tool_call", id: "b", name: "find", arguments: { n: 2 } }] },
    { role: "tool", parts: [{ type: "tool_call_response", id: "b", response: { found: 2 } }] },
  ]
  expect(readContent({ messages }, "user").messages).toEqual([
    message("assistant", "Let me see.", { toolCalls: [{ name: "find", id: "a", given: { n: 1 } }] }),
    message("user", "", { toolResults: [{ name: "", id: "a", result: "none" }] }),
    message("assistant", "", { toolCalls: [{ name: "find", id: "b", given: { n: 2 } }] }),
    message("tool", "", { toolResults: [{ name: "", id: "b", result: { found: 2 } }] }),
  ])
})

test.each<[object, object | undefined]>([
  [{ messages: [], value: "" }, undefined],
  [{ messages: [{ role: "user", content: "Hi" }], value: "also" }, { value: "also" }],
  [{ prompt: "a text" }, { prompt: "a text" }],
])("nothing that was sent is left out: %j", (given, rest) =>
  expect(readContent(given, "").rest).toEqual(rest),
)

test("JSON that nests without end stays a text", () => {
  const text = "[".repeat(5_000) + "]".repeat(5_000)
  expect(parsed(text)).toBe(text)
})
