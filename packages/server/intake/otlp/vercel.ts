import { isObject, type JsonObject } from "../json.ts"
import { filled, parsed, takeList, unquoted } from "./attributes.ts"
import type { Convention, Reading } from "./convention.ts"
import { contentOf, readDocument, readMessages, withSystem, type Content } from "./messages.ts"
import type { Value } from "./model.ts"

/** Vercel's AI SDK 5, 6, and 7 where it speaks as those did. Values stand in JSON texts. */
export const vercel: Convention = {
  texts: {
    model: ["ai.response.model", "ai.model.id"],
    provider: ["ai.model.provider"],
    responseId: ["ai.response.id"],
    toolName: ["ai.toolCall.name"],
    toolId: ["ai.toolCall.id"],
  },
  figures: {
    input_tokens: ["ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"],
    output_tokens: ["ai.usage.outputTokens", "ai.usage.completionTokens"],
    total_tokens: ["ai.usage.totalTokens"],
    cache_read_input_tokens: ["ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens"],
    cache_write_input_tokens: ["ai.usage.inputTokenDetails.cacheWriteTokens"],
    reasoning_output_tokens: ["ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens"],
  },
  milliseconds: ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"],
  usage: { "ai.usage.": "" },
  settings: ["ai.settings.", "ai.response."],
  free: ["ai.telemetry.metadata.", "ai.settings.context."],

  /** Two names are put together from others. */
  takeRepeats(bag) {
    const [operation, id] = [bag.peek("ai.operationId"), bag.peek("ai.telemetry.functionId")]
    if (typeof operation !== "string") return
    const names = [operation, ...(typeof id === "string" ? [`${operation} ${id}`] : [])]
    if (names.some((name) => name === bag.peek("operation.name"))) bag.take("operation.name")
    if (id !== undefined && bag.peek("resource.name") === id) bag.take("resource.name")
  },

  input({ kind, bag }: Reading) {
    if (bag.has("ai.prompt.messages")) return contentOf(bag.take("ai.prompt.messages"))
    if (bag.has("ai.prompt")) return promptOf(bag.take("ai.prompt"))
    for (const key of ["ai.toolCall.args", "ai.request.text"]) {
      if (filled(bag.peek(key))) return { value: bag.take(key) }
    }
    const texts = [...(takeList(bag, "ai.values") ?? []), ...jsonScalar(bag.take("ai.value"))].map(unquoted)
    if (texts.length > 0) {
      if (kind === "embedding") return { documents: texts.map(readDocument) }
      return { value: texts.length === 1 ? texts[0] : texts }
    }
    const documents = takeList(bag, "ai.documents")?.map(unquoted).map(readDocument)
    return documents && documents.length > 0 ? { documents } : undefined
  },

  output({ bag }: Reading) {
    if (filled(bag.peek("ai.toolCall.result"))) return { value: bag.take("ai.toolCall.result") }
    const content = bag.take(filled(bag.peek("ai.response.text")) ? "ai.response.text" : "ai.response.object")
    const calls = takeList(bag, "ai.response.toolCalls") ?? []
    const files = takeList(bag, "ai.response.files") ?? []
    const thought = bag.take("ai.response.reasoning")
    if ([content, calls, files, thought].some(filled)) {
      const parts = [
        ...(filled(thought) ? [{ type: "reasoning", text: thought }] : []),
        ...(filled(content) ? [{ type: "text", text: content }] : []),
        ...files,
        ...calls.map((call) => (isObject(call) ? { ...call, type: "tool-call" } : call)),
      ]
      return { messages: readMessages([{ role: "assistant", content: parts }]) ?? [] }
    }
    const vectors = [...(takeList(bag, "ai.embeddings") ?? []), ...jsonScalar(bag.take("ai.embedding"))]
    if (vectors.length > 0) return { value: vectors.length === 1 ? vectors[0] : vectors }
    const ranking = takeList(bag, "ai.ranking")?.map(unquoted)
    return ranking && ranking.length > 0 ? { value: ranking } : undefined
  },

  tools(bag) {
    return (takeList(bag, "ai.prompt.tools") ?? []).map((tool) => parsed(tool))
  },

  finishReasons(bag) {
    const reason = bag.text("ai.response.finishReason")
    return reason === "" ? [] : [reason]
  },
}

/** What the outer span was called with: `{system?, prompt?, messages?}`. */
function promptOf(given: Value | undefined): Content | undefined {
  const read = given === undefined ? undefined : parsed(given)
  if (!isObject(read)) return contentOf(given)
  const { system, instructions, prompt, messages } = read as JsonObject
  const words = typeof prompt === "string" ? [{ role: "user", content: prompt }] : []
  const listed = [prompt, messages].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
  const content = readMessages([...words, ...listed])
  if (!content) return { value: given }
  const whole = content.length > 0 ? { messages: content } : undefined
  const told = withSystem((system ?? instructions) as Value | undefined, whole)
  return told ?? (filled(given) ? { value: given } : undefined)
}

function jsonScalar(value: Value | undefined): Value[] {
  return filled(value) && value !== undefined ? [value] : []
}
