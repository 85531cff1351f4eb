import { isObject, type JsonObject } from "../json.ts"
import { text } from "../span.ts"
import { filled, parsed } from "./attributes.ts"
import type { Value } from "./model.ts"

/** One thing that was said: `{role, content, tool_calls?, tool_results?, tool_id?}` (Datadog), and what else there was. */
export type Message = JsonObject

/** What a span took in or gave out. Members that its client does not name are absent. */
export interface Content {
  readonly messages?: readonly Message[]
  readonly documents?: readonly JsonObject[]
  readonly value?: unknown
}

/**
 * Messages in any of the forms that clients send: OpenTelemetry's `parts`, and the `content` of OpenAI, Anthropic and the
 * AI SDK. Undefined where it is no list of objects.
 */
export function readMessages(given: unknown): Message[] | undefined {
  if (!Array.isArray(given) || !given.every(isObject)) return undefined
  const messages = given.flatMap(readMessage)
  nameResults(messages)
  return messages
}

/** Messages from an attribute: what is none is kept as the value. */
export function contentOf(given: Value | undefined): Content | undefined {
  if (!filled(given) || given === undefined) return undefined
  const messages = readMessages(parsed(given))
  if (!messages) return { value: given }
  return messages.length > 0 ? { messages } : undefined
}

/** The instructions that some clients send apart, as the message that the others begin with. */
export function withSystem(given: Value | undefined, content: Content | undefined): Content | undefined {
  if (given === undefined || !filled(given)) return content
  const read = parsed(given)
  const [system] = readMessage({ role: "system", content: isObject(read) ? [read] : read })
  if (!system || !filled(system["content"])) return content
  const first = content?.messages?.find(({ role }) => role === "system")
  // The AI SDK says them twice.
  if (first && JSON.stringify(first["content"]) === JSON.stringify(system["content"])) return content
  return { ...content, messages: [system, ...(content?.messages ?? [])] }
}

/** One message; before it, as one of its own, what the model thought. */
export function readMessage(given: JsonObject): Message[] {
  const { role, content, parts, tool_calls, tool_call_id, function_call, ...rest } = given
  const useParts = Array.isArray(parts) && !filled(content)
  const body = readBody(useParts ? parts : content)
  const calls = [...objects(tool_calls), ...objects([function_call])].map(readCall)
  const message: Message = {
    ...present(rest),
    ...(!useParts && filled(parts) && { parts }),
    role: text(role),
    content: body.content,
    ...(calls.length + body.calls.length > 0 && { tool_calls: [...calls, ...body.calls] }),
    ...(body.results.length > 0 && { tool_results: body.results }),
    ...(filled(tool_call_id) && { tool_id: tool_call_id }),
  }
  const said = Object.entries(message).some(([key, value]) => key !== "role" && filled(value))
  return said || body.thoughts.length === 0 ? [...body.thoughts, message] : body.thoughts
}

interface Body {
  content: unknown
  readonly calls: JsonObject[]
  readonly results: JsonObject[]
  readonly thoughts: Message[]
}

const callTypes = new Set(["tool_call", "tool-call", "tool_use", "function_call"])
const resultTypes = new Set(["tool_call_response", "tool-result", "tool_result", "tool_response"])
const thoughtTypes = new Set(["reasoning", "thinking", "redacted_thinking"])
const textTypes = new Set(["text", "input_text", "output_text"])
const mediaTypes = new Set(["blob", "file", "image", "audio", "video"])

/** A text where there are only texts, else the parts that are neither of a tool nor a thought, in their order. */
function readBody(given: unknown): Body {
  const body: Body = { content: "", calls: [], results: [], thoughts: [] }
  if (!Array.isArray(given)) {
    body.content = isObject(given) ? given : text(given)
    return body
  }
  const texts: string[] = []
  const kept: unknown[] = []
  for (const part of given as unknown[]) {
    const type = isObject(part) ? text(part["type"]) : ""
    if (!isObject(part)) keepText(text(part))
    else if (callTypes.has(type)) body.calls.push(readCall(part))
    else if (resultTypes.has(type)) body.results.push(readResult(part))
    else if (thoughtTypes.has(type)) body.thoughts.push(...readThought(part))
    else if (textTypes.has(type)) readText(part)
    else if (mediaTypes.has(type)) kept.push(readMedia(part))
    else kept.push(part)
  }
  body.content = kept.length === texts.length ? texts.join("\n\n") : kept
  return body

  function keepText(said: string): void {
    if (said === "") return
    texts.push(said)
    kept.push({ type: "text", text: said })
  }
  function readText(part: JsonObject): void {
    const { type: _type, text: words, content, ...rest } = part
    const said = text(words ?? content)
    const more = present(rest)
    if (!Object.values(more).some(filled)) keepText(said)
    else kept.push({ type: "text", text: said, ...more })
  }
}

/** A call of a tool as `{name, arguments, tool_id, type?}`, and what else it has. */
function readCall(given: JsonObject): JsonObject {
  const { type, function: inner, id, call_id, toolCallId, name, toolName, arguments: args, ...more } = given
  const { args: older, input, ...rest } = more
  const run = isObject(inner) ? inner : {}
  const tool_id = [call_id, id, toolCallId].find(filled)
  const given_ = [run["arguments"], args, input, older].find((value) => value !== undefined && value !== null)
  return {
    ...present(rest),
    ...(filled(call_id) && filled(id) && { id }),
    name: text(run["name"] ?? name ?? toolName),
    arguments: given_ === undefined ? {} : parsed(given_ as Value),
    ...(tool_id !== undefined && { tool_id }),
    ...(filled(type) && !callTypes.has(text(type)) && { type }),
  }
}

/** What a tool answered as `{name, result, tool_id}`, and what else it has. */
function readResult(given: JsonObject): JsonObject {
  const { type: _type, id, call_id, toolCallId, tool_use_id, tool_call_id, name, toolName, ...more } = given
  const { response, result, output, content, ...rest } = more
  const tool_id = [call_id, tool_call_id, id, toolCallId, tool_use_id].find(filled)
  const said = [response, result, output, content].find((value) => value !== undefined && value !== null)
  return {
    ...present(rest),
    ...(filled(call_id) && filled(id) && { id }),
    name: text(name ?? toolName),
    result: unwrapped(said) ?? "",
    ...(tool_id !== undefined && { tool_id }),
  }
}

/** The AI SDK wraps a result in its type. */
function unwrapped(result: unknown): unknown {
  if (!isObject(result) || !("value" in result)) return result
  return result["type"] === "json" || result["type"] === "text" ? result["value"] : result
}

function readThought(part: JsonObject): Message[] {
  const { type: _type, text: words, content, thinking, ...rest } = part
  const said = text(words ?? content ?? thinking)
  const more = present(rest)
  return said === "" && !Object.values(more).some(filled)
    ? []
    : [{ ...more, role: "reasoning", content: said }]
}

/** The bytes of a picture or a sound are not words: pages show a part's `content` as such. */
function readMedia(part: JsonObject): JsonObject {
  const { content, ...rest } = part
  return typeof content === "string" && !("data" in rest) ? { ...rest, data: content } : part
}

/** Results name the call that they answer; the name of its tool stands there. */
export function nameResults(messages: readonly Message[]): void {
  const names = new Map<unknown, unknown>()
  for (const message of messages) {
    for (const call of objects(message["tool_calls"]))
      if ("tool_id" in call) names.set(call["tool_id"], call["name"])
    for (const result of objects(message["tool_results"])) {
      if (result["name"] === "") result["name"] = names.get(result["tool_id"]) ?? ""
    }
  }
}

/** A document as `{text, id?, name?, score?}` (Datadog), and what else it has. */
export function readDocument(given: unknown): JsonObject {
  if (!isObject(given)) return { text: typeof given === "string" ? given : JSON.stringify(given) }
  const { text: words, content, document, ...rest } = given
  const said = [words, content, document].find(filled)
  return { ...present(rest), ...(said !== undefined && { text: said }) }
}

function objects(given: unknown): JsonObject[] {
  return Array.isArray(given) ? given.filter(isObject) : []
}

/** Members with null say nothing. Most often there are none. */
function present(given: JsonObject): JsonObject {
  const values = Object.values(given)
  if (!values.includes(null) && !values.includes(undefined)) return given
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  )
}
