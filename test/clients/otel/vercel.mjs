// An application with the Vercel AI SDK and its telemetry switched on.
import { createOpenAI } from "@ai-sdk/openai"
import { trace } from "@opentelemetry/api"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import { embed, generateText, stepCountIs, streamText, tool } from "ai"
import { z } from "zod"

const { SAYSO_URL, OPENAI_BASE_URL, CASE } = process.env
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "weather" }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${SAYSO_URL}/v1/traces` }))],
})
provider.register()
const openai = createOpenAI({ baseURL: OPENAI_BASE_URL, apiKey: "none" })
const telemetry = (functionId) => ({
  isEnabled: true,
  functionId,
  metadata: {
    sessionId: `session-${CASE}`,
    userId: `user-${CASE}`,
    feedbackJoinKey: `ticket-${CASE}`,
    plan: "gold",
  },
})
const tools = {
  get_weather: tool({
    description: "The weather of a city",
    inputSchema: z.object({ city: z.string() }),
    execute: async () => ({ degrees: 24 }),
  }),
}

/** Each call of the SDK is a request of its own, inside a span of the application. */
async function inSpan(name, work) {
  return trace.getTracer("shop").startActiveSpan(name, async (span) => {
    await work()
    span.end()
    return span.spanContext()
  })
}

const traces = {
  generate: await inSpan("GET /weather", () =>
    generateText({
      model: openai.chat("gpt-4o-mini"),
      system: "You know the weather.",
      prompt: "What is the weather in Paris?",
      temperature: 0.2,
      tools,
      stopWhen: stepCountIs(3),
      experimental_telemetry: telemetry("forecast"),
    }),
  ),
  stream: await inSpan("GET /stream", () =>
    streamText({
      model: openai.chat("gpt-4o-mini"),
      messages: [{ role: "user", content: "What is the weather in Paris?" }],
      experimental_telemetry: telemetry("chat"),
    }).consumeStream(),
  ),
  // The default of this provider is OpenAI's Responses API.
  responses: await inSpan("GET /tomorrow", () =>
    generateText({
      model: openai("gpt-4o-mini"),
      prompt: "And tomorrow?",
      experimental_telemetry: telemetry("tomorrow"),
    }),
  ),
  embed: await inSpan("GET /search", () =>
    embed({
      model: openai.embedding("text-embedding-3-small"),
      value: "Paris",
      experimental_telemetry: telemetry("search"),
    }),
  ),
  error: await inSpan("GET /broken", () =>
    generateText({
      model: openai.chat("no-such-model"),
      prompt: "What is the weather in Paris?",
      maxRetries: 0,
      experimental_telemetry: telemetry("broken"),
    }).catch(() => {}),
  ),
}

await provider.shutdown()
const { traceId, spanId } = traces.generate
const traceIds = Object.entries(traces).map(([name, { traceId }]) => [name, traceId])
console.log(JSON.stringify({ traceId, spanId, traceIds: Object.fromEntries(traceIds) }))
