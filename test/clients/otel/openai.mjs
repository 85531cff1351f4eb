// An application with OpenTelemetry's own instrumentation of the OpenAI client: it sends spans, what is said as logs, and
// metrics.
import { createRequire } from "node:module"
import { trace } from "@opentelemetry/api"
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto"
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto"
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { registerInstrumentations } from "@opentelemetry/instrumentation"
import { OpenAIInstrumentation } from "@opentelemetry/instrumentation-openai"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs"
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node"

const { SAYSO_URL, CASE } = process.env
const resource = resourceFromAttributes({ "service.name": "weather" })
const tracerProvider = new NodeTracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${SAYSO_URL}/v1/traces` }))],
})
const loggerProvider = new LoggerProvider({
  resource,
  processors: [
    new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${SAYSO_URL}/v1/logs` }) }),
  ],
})
const meterProvider = new MeterProvider({
  resource,
  readers: [
    new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${SAYSO_URL}/v1/metrics` }),
    }),
  ],
})
tracerProvider.register()
registerInstrumentations({
  instrumentations: [new OpenAIInstrumentation({ captureMessageContent: true })],
  tracerProvider,
  loggerProvider,
  meterProvider,
})

// The instrumentation hooks into require.
const OpenAI = createRequire(import.meta.url)("openai")
const openai = new OpenAI({ apiKey: "none", maxRetries: 0 })

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

const request = {
  "session.id": `session-${CASE}`,
  "enduser.id": `user-${CASE}`,
  feedback_join_key: `ticket-${CASE}`,
}
const sent = await trace
  .getTracer("shop")
  .startActiveSpan("POST /ask", { attributes: request }, async (span) => {
    const model = "gpt-4o-mini"
    const first = await openai.chat.completions.create({ model, messages, tools, temperature: 0.2 })
    const asks = first.choices[0].message
    const [{ id }] = asks.tool_calls
    const conversation = [...messages, asks, { role: "tool", tool_call_id: id, content: '{"degrees":24}' }]
    await openai.chat.completions.create({ model, messages: conversation, tools })

    const stream = { stream: true, stream_options: { include_usage: true } }
    for await (const _ of await openai.chat.completions.create({ model, messages, ...stream }));
    await openai.responses.create({ model, instructions: "You know the weather.", input: "And tomorrow?" })
    await openai.embeddings.create({ model: "text-embedding-3-small", input: "Paris" })
    await openai.chat.completions.create({ model: "no-such-model", messages }).catch(() => {})
    span.end()
    const { traceId, spanId } = span.spanContext()
    return { traceId, spanId }
  })

await tracerProvider.shutdown()
await loggerProvider.shutdown()
await meterProvider.shutdown()
console.log(JSON.stringify(sent))
