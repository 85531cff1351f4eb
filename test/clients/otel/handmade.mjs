// Spans made by hand with OpenTelemetry's SDK, in the words of its conventions for generative AI.
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api"
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http"
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { resourceFromAttributes } from "@opentelemetry/resources"
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node"

const { SAYSO_URL, ENCODING, COMPRESSION, CASE } = process.env
const Exporter = ENCODING === "json" ? JsonExporter : ProtobufExporter
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    "service.name": "weather",
    "service.version": "1.2.3",
    "deployment.environment.name": "test",
  }),
  spanProcessors: [
    new BatchSpanProcessor(new Exporter({ url: `${SAYSO_URL}/v1/traces`, compression: COMPRESSION })),
  ],
})
provider.register()
const tracer = trace.getTracer("weather", "0.9.0")

/** Runs `work` inside a span, which ends with it, in an error if it throws one. */
function inSpan(name, kind, attributes, work = () => {}) {
  return tracer.startActiveSpan(name, { kind, attributes }, (span) => {
    try {
      return work(span)
    } catch (error) {
      span.recordException(error)
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
      span.setAttribute("error.type", error.name)
    } finally {
      span.end()
    }
  })
}

const text = (content) => ({ type: "text", content })
const call = { id: "call_weather_1", name: "get_weather", arguments: { city: "Paris" } }
const question = { role: "user", parts: [text("What is the weather in Paris?")] }
const asksForTool = { role: "assistant", parts: [{ type: "tool_call", ...call }], finish_reason: "tool_call" }
const toolSaid = {
  role: "tool",
  parts: [{ type: "tool_call_response", id: call.id, response: { degrees: 24 } }],
}
const reply = { role: "assistant", parts: [text("Sunny, 24 degrees.")], finish_reason: "stop" }
const model = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o-mini",
  "gen_ai.request.temperature": 0.2,
  "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
}
const usage = (input, output, cached) => ({
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": output,
  ...(cached && { "gen_ai.usage.cache_read.input_tokens": cached }),
})

const sent = inSpan(
  "invoke_agent forecaster",
  SpanKind.INTERNAL,
  {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "forecaster",
    "gen_ai.conversation.id": `session-${CASE}`,
    "user.id": `user-${CASE}`,
    // An agent's span sums what its model calls took: these are not to be counted again.
    ...usage(60, 18, 5),
  },
  (agent) => {
    inSpan("chat choose", SpanKind.CLIENT, {
      ...model,
      ...usage(21, 9, 5),
      "gen_ai.response.id": `chatcmpl-${CASE}-1`,
      "gen_ai.response.finish_reasons": ["tool_calls"],
      "gen_ai.system_instructions": JSON.stringify([text("You know the weather.")]),
      "gen_ai.input.messages": JSON.stringify([question]),
      "gen_ai.output.messages": JSON.stringify([asksForTool]),
      "gen_ai.tool.definitions": JSON.stringify([
        {
          type: "function",
          name: call.name,
          description: "The weather of a city",
          parameters: { type: "object" },
        },
      ]),
    })
    inSpan("execute_tool get_weather", SpanKind.INTERNAL, {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": call.name,
      "gen_ai.tool.call.id": call.id,
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.arguments": JSON.stringify(call.arguments),
      "gen_ai.tool.call.result": JSON.stringify({ degrees: 24 }),
    })
    inSpan("embeddings", SpanKind.CLIENT, {
      "gen_ai.operation.name": "embeddings",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "text-embedding-3-small",
      "gen_ai.usage.input_tokens": 4,
    })
    inSpan("open_ticket", SpanKind.INTERNAL, { feedback_join_key: `ticket-${CASE}` }, () => {
      throw new RangeError("The ticket desk is closed.")
    })
    const spanId = inSpan(
      "chat reply",
      SpanKind.CLIENT,
      {
        ...model,
        ...usage(39, 9),
        "gen_ai.response.id": `chatcmpl-${CASE}-2`,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.input.messages": JSON.stringify([question, asksForTool, toolSaid]),
        "gen_ai.output.messages": JSON.stringify([reply]),
      },
      (span) => {
        span.addEvent("gen_ai.evaluation.result", {
          "gen_ai.evaluation.name": "relevance",
          "gen_ai.evaluation.score.value": 0.75,
          "gen_ai.evaluation.score.label": "pass",
          "gen_ai.evaluation.explanation": "It answers the question.",
        })
        return span.spanContext().spanId
      },
    )
    return { traceId: agent.spanContext().traceId, spanId }
  },
)

await provider.shutdown()
console.log(JSON.stringify(sent))
