import { isObject } from "../json.ts"
import { filled, listOf, parsed, unquoted, type Bag } from "./attributes.ts"
import type { Convention, EventBag } from "./convention.ts"
import { readDocument, readMessages, type Content, type Message } from "./messages.ts"

/** OpenLLMetry, of Traceloop: what it had before the GenAI conventions, and what it has beside them still. */
export const openLlmetry: Convention = {
  texts: {},
  figures: {
    input_tokens: ["llm.usage.prompt_tokens"],
    output_tokens: ["llm.usage.completion_tokens"],
    total_tokens: ["llm.usage.total_tokens"],
  },
  usage: { "llm.usage.": "" },
  settings: [],
  free: ["traceloop.association.properties."],

  input({ bag }) {
    const messages = [...messagesAt(bag, "gen_ai.prompt"), ...messagesAt(bag, "llm.prompts")]
    if (messages.length > 0) return { messages: readMessages(messages) ?? [] }
    return entityOf(bag, "input")
  },

  output({ bag, events }) {
    const messages = [...messagesAt(bag, "gen_ai.completion"), ...messagesAt(bag, "llm.completions")]
    if (messages.length > 0) return { messages: readMessages(messages) ?? [] }
    const value = entityOf(bag, "output")
    if (value) return value
    const documents = events.filter(({ name }) => name === "db.query.result").map(documentOf)
    return documents.length > 0 ? { documents } : undefined
  },

  tools(bag) {
    return bag.list("llm.request.functions").map((item) => {
      return Object.fromEntries(item.rest().map(([key, value]) => [key, parsed(value)]))
    })
  },

  finishReasons: () => [],
}

function messagesAt(bag: Bag, prefix: string): Message[] {
  return bag.list(prefix).map((item) => {
    const calls = item.list("tool_calls").map((call) => Object.fromEntries(call.rest()))
    const oldCall = Object.fromEntries(item.under("function_call."))
    // Pictures and the like come as a list of parts in the text.
    const content = item.take("content")
    const parts = listOf(content)
    const isParts = parts?.every((part) => isObject(part) && typeof part["type"] === "string") === true
    return Object.fromEntries<unknown>([
      ...item.rest(),
      ["content", isParts ? parts : content],
      ["tool_calls", filled(oldCall) ? [...calls, oldCall] : calls],
    ])
  })
}

/** What a function took or gave. Its SDK makes JSON of everything, and a text in quotes of a text. */
function entityOf(bag: Bag, side: "input" | "output"): Content | undefined {
  const value = bag.take(`traceloop.entity.${side}`)
  if (value === undefined) return undefined
  const read = unquoted(value)
  return { value: typeof read === "string" ? read : value }
}

/** One thing that a vector store found. */
function documentOf({ bag }: EventBag): Record<string, unknown> {
  return readDocument(
    Object.fromEntries(bag.under("db.query.result.").map(([key, value]) => [key, parsed(value)])),
  )
}
