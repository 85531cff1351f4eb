import { filled, parsed, takeMembers, type Bag } from "./attributes.ts"
import type { Convention, Reading } from "./convention.ts"
import { readDocument, readMessages, type Content, type Message } from "./messages.ts"
import type { Value } from "./model.ts"

/** OpenInference, of Arize and Phoenix: lists are flattened into keys, and every span may have a raw value beside them. */
export const openInference: Convention = {
  texts: {
    model: [
      "llm.response.model_name",
      "llm.model_name",
      "llm.request.model_name",
      "embedding.model_name",
      "reranker.model_name",
    ],
    provider: ["llm.provider", "llm.system"],
    toolName: ["tool.name"],
    toolId: ["tool.id", "tool_call.id"],
    toolDescription: ["tool.description"],
  },
  figures: {
    input_tokens: ["llm.token_count.prompt"],
    output_tokens: ["llm.token_count.completion"],
    total_tokens: ["llm.token_count.total"],
    cache_read_input_tokens: ["llm.token_count.prompt_details.cache_read"],
    cache_write_input_tokens: ["llm.token_count.prompt_details.cache_write"],
    reasoning_output_tokens: ["llm.token_count.completion_details.reasoning"],
    total_cost: ["llm.cost.total"],
    input_cost: ["llm.cost.prompt"],
    output_cost: ["llm.cost.completion"],
  },
  usage: { "llm.token_count.": "", "llm.cost.": "cost." },
  settings: [],
  free: [],

  input({ kind, bag }: Reading) {
    const messages = [
      ...messagesAt(bag, "llm.input_messages"),
      ...textsAt(bag, "llm.prompts", "prompt.text", "user"),
    ]
    if (messages.length > 0) return beside(bag, "input", { messages: readMessages(messages) ?? [] })
    const query = bag.take("reranker.query")
    const documents = [
      ...documentsAt(bag, "reranker.input_documents"),
      ...bag
        .list("embedding.embeddings", "embedding.text")
        .map((item) => readDocument(item.take("embedding.text"))),
    ]
    const content = { ...(filled(query) && { value: query }), ...(documents.length > 0 && { documents }) }
    if (filled(content)) return beside(bag, "input", content)
    return valueOf(bag, "input") ?? (kind === "tool" ? given(bag.take("tool.parameters")) : undefined)
  },

  output({ bag }: Reading) {
    const messages = [
      ...messagesAt(bag, "llm.output_messages"),
      ...textsAt(bag, "llm.choices", "completion.text", "assistant"),
    ]
    if (messages.length > 0) return beside(bag, "output", { messages: readMessages(messages) ?? [] })
    const documents = [
      ...documentsAt(bag, "retrieval.documents"),
      ...documentsAt(bag, "reranker.output_documents"),
    ]
    if (documents.length > 0) return beside(bag, "output", { documents })
    const vectors = bag
      .list("embedding.embeddings", "embedding.vector")
      .map((item) => item.take("embedding.vector"))
      .filter(filled)
    if (vectors.length > 0)
      return beside(bag, "output", { value: vectors.length === 1 ? vectors[0] : vectors })
    return valueOf(bag, "output")
  },

  prompt(bag) {
    const id = bag.text("prompt.id")
    const version = bag.text("llm.prompt_template.version")
    const template = bag.take("llm.prompt_template.template")
    const variables = takeMembers(bag, "llm.prompt_template.variables")
    const prompt = {
      ...(id !== "" && { id }),
      ...(version !== "" && { version }),
      ...(filled(template) && { template }),
      ...(variables && { variables: Object.fromEntries(variables) }),
    }
    return filled(prompt) ? prompt : undefined
  },

  tools(bag) {
    return bag.list("llm.tools").flatMap((item) => {
      const schema = item.take("tool.json_schema")
      const rest = Object.fromEntries(item.rest())
      return [...(schema === undefined ? [] : [parsed(schema)]), ...(filled(rest) ? [rest] : [])]
    })
  },

  finishReasons(bag) {
    const reason = bag.text("llm.finish_reason")
    return reason === "" ? [] : [reason]
  },
}

function messagesAt(bag: Bag, prefix: string): Message[] {
  return bag.list(prefix).map((item) => {
    const contents = item.list("message.contents").map((part) => {
      const image = part.take("message_content.image.image.url")
      const members = part.under("message_content.")
      return Object.fromEntries([
        ...members,
        ...part.rest(),
        ...(image === undefined ? [] : [["image_url", { url: image }] as const]),
      ])
    })
    const calls = item.list("message.tool_calls").map((call) => {
      const name = call.take("tool_call.function.name")
      const given = call.take("tool_call.function.arguments")
      return Object.fromEntries([
        ...call.under("tool_call."),
        ...call.rest(),
        ["name", name ?? ""],
        ["arguments", given ?? null],
      ])
    })
    const oldCall = item.take("message.function_call_name")
    const oldGiven = item.take("message.function_call_arguments_json")
    if (oldCall !== undefined) calls.push({ name: oldCall, arguments: oldGiven ?? null })
    const content = item.take("message.content")
    return Object.fromEntries<unknown>([
      ...item.under("message."),
      ...item.rest(),
      ["content", contents.length === 0 ? content : filled(content) ? [content, ...contents] : contents],
      ["tool_calls", calls],
    ])
  })
}

function textsAt(bag: Bag, prefix: string, key: string, role: string): Message[] {
  // OpenLLMetry once used the same list for its messages.
  if (!bag.has(`${prefix}.0.${key}`)) return []
  return bag
    .list(prefix)
    .map((item) => ({ role, content: item.take(key) ?? "", ...Object.fromEntries(item.rest()) }))
}

function documentsAt(bag: Bag, prefix: string): Record<string, unknown>[] {
  return bag.list(prefix).map((item) => {
    const metadata = item.take("document.metadata")
    const members = [...item.under("document."), ...item.rest()]
    return readDocument(
      Object.fromEntries([...members, ["metadata", metadata === undefined ? null : parsed(metadata)]]),
    )
  })
}

/** The raw value stays beside what was read of it, unless it only repeats that. */
function beside(bag: Bag, side: "input" | "output", content: Content): Content {
  const raw = bag.peek(`${side}.value`)
  const [message, ...others] = [...(content.messages ?? content.documents ?? [])]
  const words = message?.["content"] ?? message?.["text"] ?? content.value
  if (raw !== undefined && others.length === 0 && raw === words) bag.take(`${side}.value`)
  takeMimeType(bag, side)
  return content
}

function valueOf(bag: Bag, side: "input" | "output"): Content | undefined {
  const content = given(bag.take(`${side}.value`))
  if (content) takeMimeType(bag, side)
  return content
}

function given(value: Value | undefined): Content | undefined {
  return filled(value) ? { value } : undefined
}

/** The two usual types are seen from the value itself. */
function takeMimeType(bag: Bag, side: "input" | "output"): void {
  const type = bag.peek(`${side}.mime_type`)
  if (type === "application/json" || type === "text/plain") bag.take(`${side}.mime_type`)
}
