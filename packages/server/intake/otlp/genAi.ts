import { filled, listOf, parsed, takeList, type Bag } from "./attributes.ts"
import type { Convention, EventBag, Reading } from "./convention.ts"
import {
  contentOf,
  nameResults,
  readDocument,
  readMessage,
  withSystem,
  type Content,
  type Message,
} from "./messages.ts"
import type { Value } from "./model.ts"

const detailsEvent = "gen_ai.client.inference.operation.details"

/** OpenTelemetry's semantic conventions for generative AI, with the names that they have left behind. */
export const genAi: Convention = {
  texts: {
    model: ["gen_ai.response.model", "gen_ai.request.model"],
    provider: ["gen_ai.provider.name", "gen_ai.system"],
    responseId: ["gen_ai.response.id"],
    toolName: ["gen_ai.tool.name"],
    toolId: ["gen_ai.tool.call.id"],
    toolType: ["gen_ai.tool.type"],
    toolDescription: ["gen_ai.tool.description"],
  },
  figures: {
    input_tokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"],
    output_tokens: ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"],
    total_tokens: ["gen_ai.usage.total_tokens"],
    cache_read_input_tokens: ["gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"],
    cache_write_input_tokens: [
      "gen_ai.usage.cache_creation.input_tokens",
      "gen_ai.usage.cache_creation_input_tokens",
    ],
    reasoning_output_tokens: ["gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"],
    time_to_first_token: [
      "gen_ai.response.time_to_first_chunk",
      "gen_ai.client.operation.time_to_first_chunk",
    ],
    total_cost: ["gen_ai.usage.cost", "gen_ai.usage.total_cost"],
    input_cost: ["gen_ai.usage.input_cost"],
    output_cost: ["gen_ai.usage.output_cost"],
  },
  usage: { "gen_ai.usage.": "" },
  settings: ["gen_ai.request."],
  free: [],

  input({ kind, bag, events }) {
    if (kind === "tool" && filled(bag.peek("gen_ai.tool.call.arguments"))) {
      return { value: bag.take("gen_ai.tool.call.arguments") }
    }
    const query = bag.take("gen_ai.retrieval.query.text")
    if (filled(query)) return { value: query }
    const own = inputOf(bag) ?? contentOf(bag.take("gen_ai.prompt"))
    if (own) return own
    for (const event of events) {
      const told =
        event.name === detailsEvent
          ? inputOf(event.bag)
          : event.name === "gen_ai.content.prompt"
            ? contentOf(event.bag.take("gen_ai.prompt"))
            : undefined
      if (told) return told
    }
    return said(events, (name) => name !== "choice")
  },

  output({ kind, bag, events }: Reading) {
    if (kind === "tool" && filled(bag.peek("gen_ai.tool.call.result"))) {
      return { value: bag.take("gen_ai.tool.call.result") }
    }
    const documents = takeList(bag, "gen_ai.retrieval.documents")
    if (documents) return { documents: documents.map(readDocument) }
    const own = contentOf(bag.take("gen_ai.output.messages")) ?? contentOf(bag.take("gen_ai.completion"))
    if (own) return own
    for (const event of events) {
      const told =
        event.name === detailsEvent
          ? contentOf(event.bag.take("gen_ai.output.messages"))
          : event.name === "gen_ai.content.completion"
            ? contentOf(event.bag.take("gen_ai.completion"))
            : undefined
      if (told) return told
    }
    return said(events, (name) => name === "choice")
  },

  prompt(bag) {
    const id = bag.text("gen_ai.prompt.name")
    const version = bag.text("gen_ai.prompt.version")
    return id === "" ? undefined : { id, ...(version !== "" && { version }) }
  },

  tools: (bag) => takeList(bag, "gen_ai.tool.definitions") ?? [],

  finishReasons(bag) {
    const reasons = bag.take("gen_ai.response.finish_reasons")
    return filled(reasons) ? (listOf(reasons) ?? [reasons]) : []
  },
}

/** What the attributes of a span, of its event or of a log record say went in. */
export function inputOf(bag: Bag): Content | undefined {
  return withSystem(bag.take("gen_ai.system_instructions"), contentOf(bag.take("gen_ai.input.messages")))
}

const messageEvent = /^gen_ai\.(system|user|assistant|tool)\.message$|^gen_ai\.(choice)$/

/** Who speaks in an event of one message: a role, or `choice` for what the model answered; undefined for other events. */
export function speakerOf(eventName: string): string | undefined {
  const [, role, choice] = messageEvent.exec(eventName) ?? []
  return role ?? choice
}

/** The messages of one such event by its body; none where the client kept the words to itself. */
export function messagesOf(speaker: string, body: Value): Message[] {
  const read = parsed(body)
  const fields = isMembers(read) ? read : { content: read }
  const { message, index: _index, id, role, ...rest } = fields
  const inner =
    message !== undefined && isMembers(message)
      ? message
      : { ...(message !== undefined && { content: message }) }
  const given = {
    ...rest,
    ...inner,
    role: inner["role"] ?? role ?? (speaker === "choice" ? "assistant" : speaker),
    ...(id !== undefined && (speaker === "tool" ? { tool_call_id: id } : { id })),
  }
  return readMessage(given).filter((item) =>
    Object.entries(item).some(
      ([key, value]) => !["role", "finish_reason", "tool_id"].includes(key) && filled(value),
    ),
  )
}

/** Some instrumentations say each message in an event of the span: as its attributes, or as JSON in one of them. */
function said(events: readonly EventBag[], mine: (speaker: string) => boolean): Content | undefined {
  const messages: Message[] = []
  for (const { name, bag } of events) {
    const speaker = speakerOf(name)
    if (speaker === undefined || !mine(speaker)) continue
    bag.text("gen_ai.system", "gen_ai.provider.name")
    const body =
      bag.take("gen_ai.event.content") ??
      Object.fromEntries(bag.rest().map(([key, value]) => [key, parsed(value)]))
    for (const message of messagesOf(speaker, body)) messages.push(message)
    for (const [key] of bag.rest()) bag.take(key)
  }
  nameResults(messages)
  return messages.length > 0 ? { messages } : undefined
}

function isMembers(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
