// An application with Traceloop's SDK (OpenLLMetry): a workflow with a task, an agent and a tool.
import * as traceloop from "@traceloop/node-server-sdk"
import { SpanStatusCode, trace } from "@opentelemetry/api"
import { OpenAI } from "openai"

const { SAYSO_URL, SAYSO_KEY, CASE } = process.env
traceloop.initialize({
  appName: "weather",
  baseUrl: SAYSO_URL,
  apiKey: SAYSO_KEY,
  instrumentModules: { openAI: OpenAI },
  traceloopSyncEnabled: false,
  silenceInitializationMessage: true,
})
const openai = new OpenAI({ apiKey: "none", maxRetries: 0 })

const model = "gpt-4o-mini"
const tools = [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "The weather of a city",
      parameters: { type: "object", properties: { city: { type: "string" } } },
    },
  },
]
const messages = [
  { role: "system", content: "You know the weather." },
  { role: "user", content: "What is the weather in Paris?" },
]

async function getWeather({ city }) {
  sent.spanId = trace.getActiveSpan().spanContext().spanId
  return { city, degrees: 24 }
}

async function forecast() {
  const first = await openai.chat.completions.create({ model, messages, tools, temperature: 0.2 })
  const asks = first.choices[0].message
  const [{ id, function: wanted }] = asks.tool_calls
  const result = await traceloop.withTool({ name: "get_weather" }, getWeather, JSON.parse(wanted.arguments))
  const toolSaid = { role: "tool", tool_call_id: id, content: JSON.stringify(result) }
  const last = await openai.chat.completions.create({ model, messages: [...messages, asks, toolSaid], tools })
  return last.choices[0].message.content
}

/** Traceloop's SDK loses the span of a function that throws, so this one says itself that it failed. */
async function openTicket() {
  const error = new RangeError("The ticket desk is closed.")
  trace.getActiveSpan().recordException(error)
  trace.getActiveSpan().setStatus({ code: SpanStatusCode.ERROR, message: error.message })
}

const associationProperties = {
  session_id: `session-${CASE}`,
  user_id: `user-${CASE}`,
  feedback_join_key: `ticket-${CASE}`,
}
const sent = {}
await traceloop.withWorkflow({ name: "weather", associationProperties }, async () => {
  sent.traceId = trace.getActiveSpan().spanContext().traceId
  await traceloop.withTask({ name: "open_ticket" }, openTicket)
  return traceloop.withAgent({ name: "forecaster" }, forecast)
})

await traceloop.forceFlush()
console.log(JSON.stringify(sent))
