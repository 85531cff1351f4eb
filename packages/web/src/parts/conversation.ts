/** A tool that a model asked for. `given` is what it should run with. */
export interface ToolCall {
  readonly name: string
  readonly id: string
  readonly given: unknown
}

export interface ToolResult {
  readonly name: string
  readonly id: string
  readonly result: unknown
}

/** One thing that was said, by the user, the model, the system or a tool. */
export interface Message {
  /** `system`, `user`, `assistant`, `tool`, …; empty where the client names none. */
  readonly role: string
  readonly text: string
  /** Content that is JSON and not prose. */
  readonly json?: object
  readonly toolCalls: readonly ToolCall[]
  readonly toolResults: readonly ToolResult[]
  /** Pictures, sounds and files: what they are, since they are not loaded. */
  readonly attachments: readonly string[]
}

export interface Document {
  readonly id: string
  readonly name: string
  readonly text: string
  readonly score?: number
}

export interface PromptInfo {
  readonly id: string
  readonly version: string
  readonly template: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** What a span took in or gave out, read leniently: whatever has no form that is known stays JSON. */
export interface Content {
  readonly messages: readonly Message[]
  readonly documents: readonly Document[]
  readonly prompt?: PromptInfo
  /** What else there is. */
  readonly rest?: object
}

type Bag = Record<string, unknown>

/** Reads the `input` or `output` of a span. `role` is whose words a plain value is. */
export function readContent(given: unknown, role: string): Content {
  const none: Content = { messages: [], documents: [] }
  if (given === null || given === undefined || given === "") return none
  if (typeof given !== "object") return { ...none, messages: [plain(role, given)] }
  if (Array.isArray(given)) {
    const messages = readMessages(given)
    return messages ? { ...none, messages } : { ...none, messages: [plain(role, given)] }
  }
  const { value, messages, documents, prompt, ...rest } = given as Bag
  const listed = readMessages(messages)
  const papers = readDocuments(documents)
  // Nothing is left out: what has no place of its own stands as JSON behind the rest.
  const strange = {
    ...rest,
    ...(listed && hasContent(value) && { value }),
    ...(!listed && hasContent(messages) && { messages }),
    ...(!papers && hasContent(documents) && { documents }),
    ...(!isBag(prompt) && hasContent(prompt) && { prompt }),
  }
  return {
    messages: listed ?? (hasContent(value) ? fromValue(value, role) : []),
    documents: papers ?? [],
    ...(isBag(prompt) && { prompt: readPrompt(prompt) }),
    ...(Object.keys(strange).length > 0 && { rest: strange }),
  }
}

function hasContent(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
  )
}

export function isEmpty({ messages, documents, rest }: Content): boolean {
  return messages.length === 0 && documents.length === 0 && rest === undefined
}

/** A value is often a conversation that was made to a text: it is shown as the conversation it is. */
function fromValue(value: unknown, role: string): Message[] {
  const read = typeof value === "string" ? parsed(value) : value
  const inside = isBag(read) && Object.keys(read).length === 1 ? read["messages"] : read
  return readMessages(inside) ?? [plain(role, read)]
}

function plain(role: string, content: unknown): Message {
  const json = typeof content === "object" && content !== null ? { json: content } : {}
  const text = "json" in json ? "" : typeof content === "string" ? content : JSON.stringify(content)
  return { role, text, ...json, toolCalls: [], toolResults: [], attachments: [] }
}

/** The messages, or undefined where it is no list of them. */
function readMessages(given: unknown): Message[] | undefined {
  if (!Array.isArray(given) || given.length === 0) return undefined
  if (
    !given.every(
      (item) =>
        isBag(item) && ("role" in item || "tool_calls" in item || typeof item["content"] === "string"),
    )
  )
    return undefined
  return (given as Bag[]).map(readMessage)
}

function readMessage(given: Bag): Message {
  const role = textOf(given["role"])
  const { text, json, calls, answers, attachments } = readBody(given["content"] ?? given["parts"])
  const results = [...listOf(given["tool_results"]).map(readToolResult), ...answers]
  // The answer of a tool is what its message says.
  const own =
    role === "tool" && results.length === 0
      ? [
          {
            name: textOf(given["name"]),
            id: textOf(given["tool_id"] ?? given["tool_call_id"]),
            result: json ?? text,
          },
        ]
      : []
  const said = own.length > 0 || sameAsResults(text, results) ? { text: "" } : { text, ...(json && { json }) }
  return {
    role,
    ...said,
    toolCalls: [...listOf(given["tool_calls"]).map(readToolCall), ...calls],
    toolResults: [...results, ...own],
    attachments: [
      ...attachments,
      ...["image_parts", "audio_parts"].flatMap((name) =>
        listOf(given[name]).map((part) => textOf(part["mime_type"]) || name),
      ),
    ],
  }
}

/** Some SDKs repeat a tool's result as the text of its message. */
function sameAsResults(text: string, results: readonly ToolResult[]): boolean {
  return results.some(({ result }) => result === text || JSON.stringify(result) === text)
}

interface Body {
  readonly text: string
  readonly json?: object
  readonly calls: readonly ToolCall[]
  readonly answers: readonly ToolResult[]
  readonly attachments: readonly string[]
}

/** The content of a message: a text, JSON, or parts as Anthropic, OpenAI and OpenTelemetry have them. */
function readBody(content: unknown): Body {
  const none: Body = { text: "", calls: [], answers: [], attachments: [] }
  if (content === null || content === undefined) return none
  if (typeof content === "string") {
    const read = parsed(content)
    return typeof read === "object" ? { ...none, json: read } : { ...none, text: content }
  }
  if (typeof content !== "object") return { ...none, text: textOf(content) }
  if (!Array.isArray(content) || !content.every(isBag)) return { ...none, json: content }
  const parts = content.map((part) => ({
    part,
    kind: textOf(part["type"]),
    text: part["text"] ?? part["content"],
  }))
  const calls = parts.filter(({ kind }) => kind === "tool_use" || kind === "tool_call")
  const answers = parts.filter(({ kind }) => kind === "tool_result" || kind === "tool_call_response")
  const rest = parts.filter((item) => !calls.includes(item) && !answers.includes(item))
  return {
    text: rest.flatMap(({ text }) => (typeof text === "string" ? [text] : [])).join("\n\n"),
    calls: calls.map(({ part }) => readToolCall(part)),
    answers: answers.map(({ part }) => readToolResult(part)),
    attachments: rest.filter(({ text }) => typeof text !== "string").map(({ kind }) => kind || "attachment"),
  }
}

function readToolCall(given: Bag): ToolCall {
  const inner = isBag(given["function"]) ? given["function"] : given
  const args = inner["arguments"] ?? inner["input"] ?? given["args"]
  return {
    name: textOf(inner["name"] ?? given["name"]) || "tool",
    id: textOf(given["tool_id"] ?? given["id"]),
    given: typeof args === "string" ? parsed(args) : args,
  }
}

function readToolResult(given: Bag): ToolResult {
  const result = given["result"] ?? given["response"] ?? given["content"]
  return {
    name: textOf(given["name"]),
    id: textOf(given["tool_id"] ?? given["tool_use_id"] ?? given["id"]),
    result: typeof result === "string" ? parsed(result) : result,
  }
}

function readDocuments(given: unknown): Document[] | undefined {
  if (!Array.isArray(given) || !given.every(isBag)) return undefined
  return given.map((item) => {
    const score = item["score"]
    const { text, json } = readBody(item["text"] ?? item["content"])
    return {
      id: textOf(item["id"]),
      name: textOf(item["name"] ?? item["title"]),
      text: json ? JSON.stringify(json) : text,
      ...(typeof score === "number" && { score }),
    }
  })
}

function readPrompt(given: Bag): PromptInfo {
  const { template, chat_template: chat } = given
  const variables = given["variables"]
  return {
    id: textOf(given["id"] ?? given["name"]),
    version: textOf(given["version"]),
    template:
      typeof template === "string" ? template : chat === undefined ? "" : JSON.stringify(chat, null, 2),
    variables: isBag(variables) ? variables : {},
  }
}

/** Objects and lists that stand in a text as JSON; any other text is itself. */
export function parsed(text: string): string | object {
  const trimmed = text.trim()
  if (!/^[[{]/.test(trimmed) || !/[\]}]$/.test(trimmed) || /(?:[[{]\s*){200}/.test(trimmed)) return text
  try {
    const value: unknown = JSON.parse(trimmed)
    return typeof value === "object" && value !== null ? value : text
  } catch {
    return text
  }
}

function listOf(value: unknown): Bag[] {
  return Array.isArray(value) ? value.filter(isBag) : []
}

function isBag(value: unknown): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value
  return typeof value === "number" || typeof value === "boolean" ? String(value) : ""
}
