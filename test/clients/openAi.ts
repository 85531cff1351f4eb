// A model on this machine that speaks OpenAI's API, as far as the clients here call it: it asks for the tool it is offered,
// once, and then gives its answer.
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Json } from "../harness.ts"

export interface OpenAi {
  /** What clients call their base URL. */
  readonly url: string
  close(): Promise<void>
}

const said = "Sunny, 24 degrees."
const call = { id: "call_weather_1", name: "get_weather", arguments: { city: "Paris" } }
const served = "gpt-4o-mini-2024-07-18"

export async function startOpenAi(): Promise<OpenAi> {
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks = (await request.toArray()) as Buffer[]
  const asked: Json = JSON.parse(Buffer.concat(chunks).toString())
  if (asked.model === "no-such-model") {
    const error = { message: "The model `no-such-model` does not exist", type: "invalid_request_error" }
    return sendJson(response, 404, { error: { ...error, param: null, code: "model_not_found" } })
  }
  switch (request.url) {
    case "/v1/chat/completions":
      return asked.stream ? sendStream(response, asked) : sendJson(response, 200, completion(asked))
    case "/v1/responses":
      return sendJson(response, 200, responseTo(asked))
    case "/v1/embeddings":
      return sendJson(response, 200, embeddings(asked))
    default:
      return sendJson(response, 404, { error: { message: `No ${request.url} here`, type: "not_found" } })
  }
}

function completion(asked: Json): object {
  const wantsTool = asked.tools && !asked.messages.some(({ role }: Json) => role === "tool")
  const message = wantsTool
    ? {
        role: "assistant",
        content: null,
        tool_calls: [
          {
            id: call.id,
            type: "function",
            function: { name: call.name, arguments: JSON.stringify(call.arguments) },
          },
        ],
      }
    : { role: "assistant", content: said }
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: served,
    choices: [
      { index: 0, message, finish_reason: wantsTool ? "tool_calls" : "stop", logprobs: null, refusal: null },
    ],
    usage: chatUsage,
  }
}

const chatUsage = {
  prompt_tokens: 21,
  completion_tokens: 9,
  total_tokens: 30,
  prompt_tokens_details: { cached_tokens: 5, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
}

/** The answer word by word, and the usage at the end for those who ask for it. */
function sendStream(response: ServerResponse, asked: Json): void {
  const head = { id: "chatcmpl-2", object: "chat.completion.chunk", created: 1_700_000_000, model: served }
  const piece = (delta: object, finish_reason: string | null = null): object => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  })
  const chunks = [
    piece({ role: "assistant", content: "" }),
    ...said.split(/(?<= )/).map((content) => piece({ content })),
    piece({}, "stop"),
    ...(asked.stream_options?.include_usage ? [{ ...head, choices: [], usage: chatUsage }] : []),
  ]
  response.writeHead(200, { "content-type": "text/event-stream" })
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  response.end("data: [DONE]\n\n")
}

function responseTo(asked: Json): object {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_700_000_000,
    status: "completed",
    model: served,
    instructions: asked.instructions ?? null,
    output: [
      {
        id: "msg_1",
        type: "message",
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: said, annotations: [] }],
      },
    ],
    usage: {
      input_tokens: 21,
      input_tokens_details: { cached_tokens: 5 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 30,
    },
    parallel_tool_calls: true,
    tools: [],
    tool_choice: "auto",
    error: null,
    incomplete_details: null,
  }
}

function embeddings({ input, encoding_format }: Json): object {
  const vector = Float32Array.of(0.25, -0.5, 0.125)
  const embedding = encoding_format === "base64" ? Buffer.from(vector.buffer).toString("base64") : [...vector]
  return {
    object: "list",
    model: "text-embedding-3-small",
    data: [input].flat().map((_: string, index: number) => ({ object: "embedding", index, embedding })),
    usage: { prompt_tokens: 4, total_tokens: 4 },
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}
