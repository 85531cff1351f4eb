/** A way to send the first span and the first feedback: lines for a terminal. */
export interface Way {
  readonly id: string
  readonly name: string
  readonly intro: string
  readonly lines: string
  readonly after?: string
}

/** `url` is this server's own address, as the browser reached it. `keyed`: it wants a key, which stands in $API_KEY. */
export function firstLines(url: string, keyed: boolean): Way[] {
  const key = keyed ? ' \\\n  -H "DD-API-KEY: $API_KEY"' : ""
  const post = (path: string): string => `curl -s ${url}${path} \\
  -H 'Content-Type: application/json'${key}`
  // Tracers send no key to an Agent. Where one is needed, they use the port that takes none, on the server's own machine.
  const agentUrl = keyed ? "http://127.0.0.1:8126" : url
  const tracer = [
    `export DD_TRACE_AGENT_URL=${agentUrl}`,
    "export DD_LLMOBS_ENABLED=1 DD_LLMOBS_AGENTLESS_ENABLED=0",
    "export DD_LLMOBS_ML_APP=my-app DD_SERVICE=my-app",
  ].join("\n")
  const agent = keyed
    ? "A tracer sends no key: run this on the server's own machine, whose agent port needs none (SAYSO_AGENT_LISTEN)."
    : "In an application that runs already, the export lines are all there is to add; the rest is what your code does."
  const exporterKey = keyed ? '\nexport API_KEY OTEL_EXPORTER_OTLP_HEADERS="dd-api-key=$API_KEY"' : ""
  const fetchHeaders = [
    '"Content-Type": "application/json"',
    ...(keyed ? ['"DD-API-KEY": process.env.API_KEY'] : []),
  ].join(", ")
  const makeKey = keyed
    ? "Put a key into API_KEY before: npm run sayso -- keys create --kind api --name my-app makes one."
    : undefined
  return [
    {
      id: "curl",
      name: "curl",
      intro: "A span, and a thumbs-down on it.",
      ...(makeKey !== undefined && { after: makeKey }),
      lines: `${post("/api/intake/llm-obs/v1/trace/spans")} \\
  -d '{"data":{"type":"span","attributes":{
  "ml_app":"my-app","session_id":"first-session","feedback_join_key":"ticket-1","spans":[{
  "trace_id":"1001","span_id":"2001","parent_id":"undefined","name":"answer",
  "start_ns":'$(date +%s)000000000',"duration":1200000000,"meta":{"kind":"workflow",
  "input":{"value":"Where is my order?"},"output":{"value":"It arrives on Thursday."}}}]}}}'

${post("/api/intake/llm-obs/v2/eval-metric")} \\
  -d '{"data":{"type":"evaluation_metric","attributes":{"metrics":[{
  "event_kind":"feedback","span_id":"2001","ml_app":"my-app",
  "label":"thumbs","metric_type":"categorical","categorical_value":"down",
  "assessment":"fail","reasoning":"It said the same last week.",
  "submitter":{"id":"user-1","type":"user"},"timestamp_ms":'$(date +%s)000'}]}}}'`,
    },
    {
      id: "node",
      name: "Node.js",
      intro: "With Datadog's tracer, dd-trace, as it is.",
      lines: `${tracer}
npm install dd-trace
cat > feedback.mjs <<'END'
import tracer from "dd-trace"

const { llmobs } = tracer.init()
const workflow = { kind: "workflow", name: "answer", sessionId: "first-session" }
const span = await llmobs.trace(workflow, async () => {
  llmobs.annotate({ inputData: "Where is my order?", outputData: "It arrives on Thursday." })
  return llmobs.exportSpan()
})
llmobs.submitFeedback({
  span, label: "thumbs", metricType: "categorical", value: "down", assessment: "fail",
  submitter: { id: "user-1", type: "user" },
})
llmobs.flush()
END
node feedback.mjs`,
      after: agent,
    },
    {
      id: "python",
      name: "Python",
      intro: "With Datadog's tracer, ddtrace, as it is.",
      lines: `${tracer}
python -m pip install "ddtrace>=4.16"
cat > feedback.py <<'END'
from ddtrace.llmobs import LLMObs

LLMObs.enable()
with LLMObs.workflow(name="answer", session_id="first-session"):
    LLMObs.annotate(input_data="Where is my order?", output_data="It arrives on Thursday.")
    span = LLMObs.export_span()

LLMObs.submit_feedback(
    span=span, label="thumbs", metric_type="categorical", value="down", assessment="fail",
    submitter={"id": "user-1", "type": "user"},
)
LLMObs.flush()
END
python feedback.py`,
      after: agent,
    },
    {
      id: "opentelemetry",
      name: "OpenTelemetry",
      intro: "A span by OpenTelemetry's own SDK, and feedback on it by its id as your code has it.",
      lines: `export OTEL_EXPORTER_OTLP_ENDPOINT=${url}${exporterKey}
npm install @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-proto
cat > feedback.mjs <<'END'
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto"
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node"

const spanProcessors = [new BatchSpanProcessor(new OTLPTraceExporter())]
const provider = new NodeTracerProvider({ spanProcessors })
const span = provider.getTracer("my-app").startSpan("answer", { attributes: {
  ml_app: "my-app", "session.id": "first-session", "openinference.span.kind": "CHAIN",
  "input.value": "Where is my order?", "output.value": "It arrives on Thursday.",
} })
span.end()
await provider.shutdown()

const thumb = {
  event_kind: "feedback", span_id: span.spanContext().spanId, ml_app: "my-app",
  label: "thumbs", metric_type: "categorical", categorical_value: "down", assessment: "fail",
  submitter: { id: "user-1", type: "user" }, timestamp_ms: Date.now(),
}
const data = { type: "evaluation_metric", attributes: { metrics: [thumb] } }
const { status } = await fetch("${url}/api/intake/llm-obs/v2/eval-metric", {
  method: "POST", headers: { ${fetchHeaders} },
  body: JSON.stringify({ data }),
})
console.log(status)
END
node feedback.mjs`,
      after:
        (makeKey === undefined ? "" : `${makeKey} `) +
        "An application that exports by OTLP over HTTP already needs the export line alone, and sends the feedback of its users.",
    },
  ]
}
