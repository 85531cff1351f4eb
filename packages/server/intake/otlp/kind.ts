import type { Bag } from "./attributes.ts"

/** The kinds of spans by the words of each convention, the first that is there. */
const kinds: readonly (readonly [key: string, kindOf: Readonly<Record<string, string>>])[] = [
  [
    "gen_ai.operation.name",
    {
      chat: "llm",
      generate_content: "llm",
      text_completion: "llm",
      completion: "llm",
      embeddings: "embedding",
      embedding: "embedding",
      retrieval: "retrieval",
      execute_tool: "tool",
      invoke_agent: "agent",
      create_agent: "agent",
      invoke_workflow: "workflow",
    },
  ],
  [
    "openinference.span.kind",
    {
      llm: "llm",
      embedding: "embedding",
      retriever: "retrieval",
      tool: "tool",
      agent: "agent",
      chain: "workflow",
    },
  ],
  ["traceloop.span.kind", { workflow: "workflow", agent: "agent", tool: "tool", task: "task" }],
  ["llm.request.type", { chat: "llm", completion: "llm", embedding: "embedding" }],
]

/** Operations of the AI SDK: the outer ones loop over models and tools, the inner ones ask a model once. */
const aiSdk: readonly (readonly [RegExp, string])[] = [
  [/\.do(?:Generate|Stream)$/, "llm"],
  [/\.doEmbed$/, "embedding"],
  [/^ai\.toolCall$/, "tool"],
  [/^ai\.(?:generate|stream)(?:Text|Object)$|^ai\.embed(?:Many)?$/, "workflow"],
]

const modelKeys = ["gen_ai.request.model", "gen_ai.response.model", "gen_ai.system"]

/** What kind of operation a span is; `task` where nothing says so. A kind in our own word is used up, others stay to be searched. */
export function kindOf(bag: Bag): string {
  for (const [key, words] of kinds) {
    const said = bag.peek(key)
    if (typeof said !== "string" || said === "") continue
    const word = said.toLowerCase()
    const kind = Object.hasOwn(words, word) ? (words[word] ?? "task") : "task"
    if (kind === word) bag.take(key)
    return kind
  }
  const operation = bag.peek("ai.operationId")
  if (typeof operation === "string") return aiSdk.find(([pattern]) => pattern.test(operation))?.[1] ?? "task"
  if (modelKeys.some((key) => bag.has(key))) return "llm"
  return bag.rest().some(([key]) => key.startsWith("db.vector.query.")) ? "retrieval" : "task"
}
