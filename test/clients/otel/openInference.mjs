// An application with OpenInference's instrumentation of the OpenAI client, which says in the context whom it serves.
import { setMetadata, setSession, setTags, setUser, OITracer } from "@arizeai/openinference-core"
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai"
import { context, SpanStatusCode, trace } from "@opentelemetry/api"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import { OpenAI } from "openai"

const { SAYSO_URL, CASE } = process.env
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    "service.name": "weather-service",
    "openinference.project.name": "weather",
  }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${SAYSO_URL}/v1/traces` }))],
})
provider.register()
new OpenAIInstrumentation({ tracerProvider: provider }).manuallyInstrument(OpenAI)
const openai = new OpenAI({ apiKey: "none", maxRetries: 0 })
const tracer = new OITracer({ tracer: trace.getTracer("weather-agent") })

let served = setSession(context.active(), { sessionId: `session-${CASE}` })
served = setUser(served, { userId: `user-${CASE}` })
served = setMetadata(served, { feedback_join_key: `ticket-${CASE}`, plan: "gold" })
served = setTags(served, ["beta"])

const model = "gpt-4o-mini"
const tools = [
  {
    type: "function",
    function: {
      name: "get_weather",
      parameters: { type: "object", properties: { city: { type: "string" } } },
    },
  },
]
const messages = [
  { role: "system", content: "You know the weather." },
  { role: "user", content: "What is the weather in Paris?" },
]

/** Runs `work` inside a span, which ends with it, in an error if it throws one. */
function inSpan(name, attributes, work) {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      span.recordException(error)
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
    } finally {
      span.end()
    }
  })
}

const question = { "input.value": "What is the weather in Paris?", "input.mime_type": "text/plain" }
const agent = { "openinference.span.kind": "AGENT", "agent.name": "forecaster", ...question }
const sent = await context.with(served, () =>
  inSpan("forecaster", agent, async (root) => {
    await inSpan(
      "search",
      {
        "openinference.span.kind": "RETRIEVER",
        "input.value": "Paris",
        "retrieval.documents.0.document.id": "city-1",
        "retrieval.documents.0.document.content": "Paris is a city.",
        "retrieval.documents.0.document.score": 0.5,
      },
      () => openai.embeddings.create({ model: "text-embedding-3-small", input: "Paris" }),
    )
    const first = await openai.chat.completions.create({ model, messages, tools, temperature: 0.2 })
    const asks = first.choices[0].message
    const spanId = await inSpan(
      "get_weather",
      {
        "openinference.span.kind": "TOOL",
        "tool.name": "get_weather",
        "input.value": '{"city":"Paris"}',
        "input.mime_type": "application/json",
        "output.value": '{"degrees":24}',
        "output.mime_type": "application/json",
      },
      (span) => span.spanContext().spanId,
    )
    const toolSaid = { role: "tool", tool_call_id: asks.tool_calls[0].id, content: '{"degrees":24}' }
    const last = await openai.chat.completions.create({
      model,
      messages: [...messages, asks, toolSaid],
      tools,
    })
    await inSpan("open_ticket", { "openinference.span.kind": "TOOL", "tool.name": "open_ticket" }, () => {
      throw new RangeError("The ticket desk is closed.")
    })
    root.setAttribute("output.value", last.choices[0].message.content)
    return { traceId: root.spanContext().traceId, spanId }
  }),
)

await provider.shutdown()
console.log(JSON.stringify(sent))
