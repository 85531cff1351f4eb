// Programs with the unmodified SDKs of OpenTelemetry, OpenInference, Traceloop and Vercel (test/clients) ask a model on
// this machine, and send to a running server what they saw. An application sends its users' feedback about it, and the
// whole is read back by the API.
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { installPackages } from "../scripts/install.mjs"
import { startOpenAi, type OpenAi } from "./clients/openAi.ts"
import {
  cleanEnvironment,
  createKey,
  startSayso,
  until,
  type Environment,
  type Json,
  type Sayso,
} from "./harness.ts"

const run = promisify(execFile)
const home = join(import.meta.dirname, "clients")

let sayso: Sayso
let openAi: OpenAi
let key: string
/** What each program says that it sent, as soon as it has ended. */
const sentBy = new Map<string, Promise<Json>>()

beforeAll(async () => {
  const node = { file: process.execPath, version: process.versions.node }
  await installPackages(join(home, "otel"), node, "about 105 MB")
  await installPackages(join(home, "traceloop"), node, "about 170 MB")
  openAi = await startOpenAi()
  sayso = await startSayso()
  key = (await createKey(sayso.data, "api", "clients")).secret
  // All run at the same time. Each suite waits for its own, and fails with it.
  for (const [name, client] of Object.entries(clients)) sentBy.set(name, runClient(name, client))
  await Promise.allSettled(sentBy.values())
}, 600_000)

afterAll(async () => {
  await sayso?.stop()
  await openAi?.close()
})

// ── What the programs do, as the API must give it ──

/** A span as it is compared. Its parent goes by its name, and of its figures only tokens are known beforehand. */
type Expected = Record<string, unknown>

function span(parent: string, name: string, kind: string, own: Expected = {}): Expected {
  return {
    parent,
    name,
    span_kind: kind,
    ml_app: "weather",
    session_id: "",
    user_id: "",
    feedback_join_keys: [],
    status: "ok",
    error: { type: "", message: "" },
    model_name: "",
    model_provider: "",
    tokens: {},
    input: null,
    output: null,
    ...own,
  }
}

function compared({ parent_id, metrics, error, ...own }: Json, spans: readonly Json[]): Expected {
  const parent = parent_id === "" ? "" : spans.find(({ span_id }) => span_id === parent_id)?.name
  const tokens = Object.entries(metrics).filter(([name]) => name.endsWith("_tokens"))
  const same = Object.keys(span("", "", "")).filter((field) => field in own)
  return {
    ...Object.fromEntries(same.map((field) => [field, own[field]])),
    parent,
    tokens: Object.fromEntries(tokens),
    error: { type: error.type, message: error.message },
  }
}

const served = { model_name: "gpt-4o-mini-2024-07-18", model_provider: "openai" }
const embedder = { model_name: "text-embedding-3-small", model_provider: "openai" }
const tokens = (input_tokens: number, output_tokens: number, more = {}): Expected => ({
  tokens: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens, ...more },
})
const fourTokens = { tokens: { input_tokens: 4, total_tokens: 4 } }
const cached = { cache_read_input_tokens: 5 }
const detailed = tokens(21, 9, { ...cached, reasoning_output_tokens: 0 })
const whom = (name: string): Expected => ({
  session_id: `session-${name}`,
  user_id: `user-${name}`,
  feedback_join_keys: [`ticket-${name}`],
})
const closed = { status: "error", error: { type: "RangeError", message: "The ticket desk is closed." } }

const system = { role: "system", content: "You know the weather." }
const user = { role: "user", content: "What is the weather in Paris?" }
const answer = { role: "assistant", content: "Sunny, 24 degrees." }
const stop = { ...answer, finish_reason: "stop" }
const call = { name: "get_weather", arguments: { city: "Paris" }, tool_id: "call_weather_1" }
const asks = { role: "assistant", content: "", tool_calls: [call] }
const toolAnswers = (result: unknown): Expected => ({
  role: "tool",
  content: "",
  tool_results: [{ name: "get_weather", result, tool_id: "call_weather_1" }],
})
const said = (...messages: Expected[]): { messages: Expected[] } => ({ messages })

interface Client {
  readonly folder: "otel" | "traceloop"
  readonly file: string
  /** The port that it sends to. */
  readonly port?: "main" | "agent"
  readonly env?: Environment
  /** The spans of its trace, or of each of its traces. */
  readonly spans: (name: string) => Expected[]
  /** Of its other traces, by what the program calls them. */
  readonly others?: (name: string) => Record<string, Expected[]>
  /** The span that the user's thumb is about. */
  readonly thumbed: string
  /** The model's tokens of its trace. */
  readonly tokens: number
  readonly errors: number
}

const handmade: Omit<Client, "env"> = {
  folder: "otel",
  file: "handmade.mjs",
  thumbed: "chat reply",
  tokens: 30 + 4 + 48,
  errors: 1,
  spans: (name) => {
    const agent = "invoke_agent forecaster"
    const asksHere = { ...asks, finish_reason: "tool_call" }
    const { session_id, user_id, feedback_join_keys } = whom(name)
    return [
      // The sum of what its model calls took stays out of its tokens.
      span("", agent, "agent", { session_id, user_id }),
      span(agent, "chat choose", "llm", {
        ...served,
        ...tokens(21, 9, cached),
        input: said(system, user),
        output: said(asksHere),
      }),
      span(agent, "execute_tool get_weather", "tool", {
        input: { value: '{"city":"Paris"}' },
        output: { value: '{"degrees":24}' },
      }),
      span(agent, "embeddings", "embedding", { ...embedder, ...fourTokens }),
      span(agent, "open_ticket", "task", { feedback_join_keys, ...closed }),
      span(agent, "chat reply", "llm", {
        ...served,
        ...tokens(39, 9),
        input: said(user, asksHere, toolAnswers({ degrees: 24 })),
        output: said(stop),
      }),
    ]
  },
}

const clients: Record<string, Client> = {
  "handmade-protobuf": { ...handmade, env: { ENCODING: "protobuf" } },
  "handmade-json": { ...handmade, port: "agent", env: { ENCODING: "json" } },
  "handmade-gzip": { ...handmade, env: { ENCODING: "protobuf", COMPRESSION: "gzip" } },
  "handmade-json-gzip": { ...handmade, env: { ENCODING: "json", COMPRESSION: "gzip" } },

  // Its messages come as logs.
  openai: {
    folder: "otel",
    file: "openai.mjs",
    thumbed: "POST /ask",
    tokens: 4 * 30 + 4,
    errors: 1,
    spans: (name) => {
      const root = "POST /ask"
      const chat = (own: Expected): Expected =>
        span(root, "chat gpt-4o-mini", "llm", { ...served, ...tokens(21, 9), ...own })
      const asksHere = { ...asks, tool_calls: [{ ...call, type: "function" }] }
      const toolSaid = { role: "tool", content: '{"degrees":24}', tool_id: "call_weather_1" }
      return [
        span("", root, "task", whom(name)),
        chat({ input: said(system, user), output: said({ ...asksHere, finish_reason: "tool_calls" }) }),
        chat({ input: said(system, user, asksHere, toolSaid), output: said(stop) }),
        chat({ input: said(system, user), output: said(stop) }),
        chat({ input: said(system, { role: "user", content: "And tomorrow?" }), output: said(stop) }),
        span(root, "embeddings text-embedding-3-small", "embedding", { ...embedder, ...fourTokens }),
        span(root, "chat no-such-model", "llm", {
          model_name: "no-such-model",
          model_provider: "openai",
          status: "error",
          error: { type: "NotFoundError", message: "404 The model `no-such-model` does not exist" },
          input: said(system, user),
        }),
      ]
    },
  },

  openInference: {
    folder: "otel",
    file: "openInference.mjs",
    thumbed: "get_weather",
    // This SDK says nothing of an embedding's tokens.
    tokens: 2 * 30,
    errors: 1,
    spans: (name) => {
      const here = (parent: string, own: string, kind: string, more: Expected): Expected =>
        span(parent, own, kind, { ...whom(name), ...more })
      const chat = (own: Expected): Expected =>
        here("forecaster", "OpenAI Chat Completions", "llm", { ...served, ...detailed, ...own })
      const toolSaid = { role: "tool", content: '{"degrees":24}', tool_id: "call_weather_1" }
      return [
        here("", "forecaster", "agent", {
          input: { value: "What is the weather in Paris?" },
          output: { value: "Sunny, 24 degrees." },
        }),
        here("forecaster", "search", "retrieval", {
          input: { value: "Paris" },
          output: { documents: [{ id: "city-1", text: "Paris is a city.", score: 0.5 }] },
        }),
        here("search", "OpenAI Embeddings", "embedding", {
          ...embedder,
          input: { documents: [{ text: "Paris" }] },
          output: { value: [0.25, -0.5, 0.125] },
        }),
        chat({ input: said(system, user), output: said(asks) }),
        here("forecaster", "get_weather", "tool", {
          input: { value: '{"city":"Paris"}' },
          output: { value: '{"degrees":24}' },
        }),
        chat({ input: said(system, user, asks, toolSaid), output: said(answer) }),
        here("forecaster", "open_ticket", "tool", closed),
      ]
    },
  },

  traceloop: {
    folder: "traceloop",
    file: "main.mjs",
    thumbed: "get_weather.tool",
    tokens: 2 * 30,
    errors: 1,
    spans: (name) => {
      const agent = "forecaster.agent"
      const here = (parent: string, own: string, kind: string, more: Expected): Expected =>
        span(parent, own, kind, { ...whom(name), ...more })
      const chat = (own: Expected): Expected =>
        here(agent, "chat gpt-4o-mini", "llm", { ...served, ...tokens(21, 9), ...own })
      const nothing = { value: '{"args":[],"kwargs":{}}' }
      const answered = { value: "Sunny, 24 degrees." }
      return [
        here("", "weather.workflow", "workflow", { input: nothing, output: answered }),
        here("weather.workflow", "open_ticket.task", "task", { input: nothing, ...closed }),
        here("weather.workflow", agent, "agent", { input: nothing, output: answered }),
        chat({ input: said(system, user), output: said({ ...asks, finish_reason: "tool_call" }) }),
        here(agent, "get_weather.tool", "tool", {
          input: { value: '{"args":[],"kwargs":{"city":"Paris"}}' },
          output: { value: '{"city":"Paris","degrees":24}' },
        }),
        chat({
          input: said(system, user, asks, toolAnswers('{"city":"Paris","degrees":24}')),
          output: said(stop),
        }),
      ]
    },
  },

  vercel: {
    folder: "otel",
    file: "vercel.mjs",
    thumbed: "GET /weather",
    tokens: 2 * 30,
    errors: 0,
    spans: (name) => {
      const { call: outer, model } = vercelCall(name, "GET /weather", "ai.generateText")
      return [
        span("", "GET /weather", "task"),
        outer({ input: said(system, user), output: said(answer) }),
        model("doGenerate", { input: said(system, user), output: said(asks) }),
        span("ai.generateText", "ai.toolCall", "tool", {
          ...whom(name),
          input: { value: '{"city":"Paris"}' },
          output: { value: '{"degrees":24}' },
        }),
        model("doGenerate", {
          input: said(system, user, asks, toolAnswers({ degrees: 24 })),
          output: said(answer),
        }),
      ]
    },
    others: (name) => {
      const stream = vercelCall(name, "GET /stream", "ai.streamText")
      const responses = vercelCall(name, "GET /tomorrow", "ai.generateText")
      const broken = vercelCall(name, "GET /broken", "ai.generateText")
      const asked = { input: said(user), output: said(answer) }
      const tomorrow = { input: said({ role: "user", content: "And tomorrow?" }), output: said(answer) }
      const failed = {
        model_name: "no-such-model",
        status: "error",
        error: { type: "AI_APICallError", message: "The model `no-such-model` does not exist" },
        input: said(user),
        tokens: {},
      }
      const embedded = { ...whom(name), ...embedder }
      return {
        stream: [span("", "GET /stream", "task"), stream.call(asked), stream.model("doStream", asked)],
        responses: [
          span("", "GET /tomorrow", "task"),
          responses.call(tomorrow),
          responses.model("doGenerate", tomorrow),
        ],
        embed: [
          span("", "GET /search", "task"),
          span("GET /search", "ai.embed", "workflow", {
            ...embedded,
            input: { value: "Paris" },
            output: { value: "[0.25,-0.5,0.125]" },
          }),
          span("ai.embed", "ai.embed.doEmbed", "embedding", {
            ...embedded,
            ...fourTokens,
            input: { documents: [{ text: "Paris" }] },
            output: { value: "[0.25,-0.5,0.125]" },
          }),
        ],
        error: [span("", "GET /broken", "task"), broken.call(failed), broken.model("doGenerate", failed)],
      }
    },
  },
}

/** A call of Vercel's SDK, which repeats the sum of its model's tokens, and the model's span within it. */
function vercelCall(name: string, parent: string, operation: string) {
  const own = { ...whom(name), model_provider: "openai" }
  return {
    call: (more: Expected) =>
      span(parent, operation, "workflow", { ...own, model_name: "gpt-4o-mini", ...more }),
    model: (step: string, more: Expected) =>
      span(operation, `${operation}.${step}`, "llm", {
        ...own,
        ...detailed,
        model_name: served.model_name,
        ...more,
      }),
  }
}

/** Runs a program to its end, and resolves with what it says that it sent. */
async function runClient(name: string, { folder, file, port = "main", env }: Client): Promise<Json> {
  const { stdout, stderr } = await run(process.execPath, [file], {
    cwd: join(home, folder),
    env: cleanEnvironment({
      CASE: name,
      SAYSO_URL: port === "agent" ? sayso.agentUrl : sayso.url,
      SAYSO_KEY: key,
      OPENAI_BASE_URL: openAi.url,
      // Nothing else is to be called.
      TRACELOOP_TELEMETRY: "false",
      ...env,
    }),
    timeout: 40_000,
  })
  // Their exporters say here what they do not like about an answer.
  expect(stderr).toBe("")
  return JSON.parse(stdout)
}

async function sendFeedback(name: string, { traceId, spanId }: Json): Promise<void> {
  const common = { event_kind: "feedback", submitter: { id: "ada", type: "user" }, timestamp_ms: Date.now() }
  const score = { metric_type: "score", score_value: 4 }
  const metrics = [
    // A tracer would say the span's id in decimal.
    {
      ...common,
      label: "thumbs",
      metric_type: "boolean",
      boolean_value: true,
      span_id: `${BigInt(`0x${spanId}`)}`,
    },
    { ...common, label: "stars", ...score, trace_id: traceId },
    {
      ...common,
      label: "comment",
      metric_type: "text",
      text_value: "Thanks!",
      session_id: `session-${name}`,
    },
    { ...common, label: "solved", ...score, assessment: "pass", feedback_join_key: `ticket-${name}` },
  ]
  const body = { data: { type: "evaluation_metric", attributes: { metrics } } }
  const { status, text } = await sayso.post("/api/intake/llm-obs/v2/eval-metric", body)
  expect(status, text).toBe(202)
}

async function read(path: string): Promise<Json> {
  const { status, json, text } = await sayso.get(`/api/v1${path}`)
  if (status !== 200) throw new Error(text)
  return json.data
}

/** Each event where it was given, and whether it counts there. */
function places(feedback: readonly Json[]): Json[] {
  return feedback
    .map(({ label, on_spans, counted }) => ({ label, on_spans: on_spans.toSorted(), counted }))
    .toSorted((a, b) => (a.label < b.label ? -1 : 1))
}

function expectSpans(trace: Json, expected: readonly Expected[]): void {
  const spans = trace.spans.map((one: Json) => compared(one, trace.spans))
  expect(spans).toHaveLength(expected.length)
  for (const one of expected) expect(spans).toContainEqual(one)
}

// ── What must have come of it ──

describe.each(Object.entries(clients))("%s", (name, client) => {
  const others = client.others?.(name) ?? {}
  const carriers = [client.spans(name), ...Object.values(others)].map((spans) =>
    spans.filter((one) => (one["feedback_join_keys"] as string[]).length > 0),
  )
  let sent: Json
  let trace: Json
  let session: Json

  beforeAll(async () => {
    sent = await sentBy.get(name)
    await sendFeedback(name, sent)
    await until(async () => {
      trace = await read(`/traces/${sent.traceId}`)
      session = await read(`/sessions/session-${name}`)
      expect([trace.span_count, trace.feedback.length]).toEqual([client.spans(name).length, 4])
      expect([session.traces.length, session.feedback.length]).toEqual([1 + Object.keys(others).length, 4])
    })
  })

  test("each span says who did what, with which model, for whom, and what it took and gave", () => {
    expectSpans(trace, client.spans(name))
    const { session_ids, user_ids, error_count, status } = trace
    expect({ session_ids, user_ids, error_count, status }).toEqual({
      session_ids: [`session-${name}`],
      user_ids: [`user-${name}`],
      error_count: client.errors,
      status: "ok",
    })
  })

  test("tokens count once", () => {
    const totals = trace.spans.map(({ metrics }: Json) => metrics.total_tokens ?? 0)
    expect(totals.reduce((sum: number, total: number) => sum + total, 0)).toBe(client.tokens)
  })

  test("feedback stands where it was given, and counts there and above", async () => {
    const carrying = trace.spans
      .filter(({ feedback_join_keys }: Json) => feedback_join_keys.includes(`ticket-${name}`))
      .map(({ span_id }: Json) => span_id)
      .toSorted()
    expect(carrying).toHaveLength(carriers[0]?.length ?? 0)
    const inTrace = [
      { label: "comment", on_spans: [], counted: false },
      { label: "solved", on_spans: carrying, counted: true },
      { label: "stars", on_spans: [], counted: true },
      { label: "thumbs", on_spans: [sent.spanId], counted: true },
    ]
    expect(places(trace.feedback)).toEqual(inTrace)
    expect(trace.spans.find(({ span_id }: Json) => span_id === sent.spanId)?.name).toBe(client.thumbed)
    const counted = trace.summary.map(({ label, count, pass, mean, values }: Json) => [
      label,
      count,
      pass,
      mean,
      values,
    ])
    expect(counted).toEqual([
      ["solved", 1, 1, 4, {}],
      ["stars", 1, 0, 4, {}],
      ["thumbs", 1, 0, undefined, { true: 1 }],
    ])
    const everywhere = session.summary.map(({ label, count }: Json) => [label, count])
    expect(everywhere).toEqual(["comment", "solved", "stars", "thumbs"].map((label) => [label, 1]))

    const entity = await read(`/entities/ticket-${name}`)
    expect(entity.spans).toHaveLength(carriers.flat().length)
    expect(entity.session_ids).toEqual([`session-${name}`])
    expect(entity.feedback.map(({ label, counted }: Json) => [label, counted])).toEqual([["solved", true]])
  })

  test("the session holds its traces", async () => {
    const { traceId, traceIds = {} } = sent
    const ids = new Set([traceId, ...Object.values(traceIds)])
    expect(new Set(session.traces.map(({ trace_id }: Json) => trace_id))).toEqual(ids)
    for (const [of, spans] of Object.entries(others))
      expectSpans(await read(`/traces/${traceIds[of]}`), spans)
  })

  test("an evaluation that a span carries stands on it", () => {
    const evaluations = trace.evaluations.map(
      ({ label, score_value, assessment, reasoning, on_spans, counted }: Json) => ({
        label,
        score_value,
        assessment,
        reasoning,
        on_spans,
        counted,
      }),
    )
    const relevance = {
      label: "relevance",
      score_value: 0.75,
      assessment: "pass",
      reasoning: "It answers the question.",
      on_spans: [sent.spanId],
      counted: true,
    }
    expect(evaluations).toEqual(client.file === "handmade.mjs" ? [relevance] : [])
  })
})

test("nothing hangs in the air, nothing was rejected, and no request failed", async () => {
  expect((await sayso.get("/api/v1/feedback/unmatched")).json).toEqual({ data: [], meta: {} })
  expect((await sayso.get("/api/v1/rejected")).json).toEqual({ data: [], meta: {} })
  // These tests themselves ask before all has arrived.
  expect((await sayso.get("/metrics")).text).not.toMatch(/sayso_http_errors_total\{code="(?!not_found")/)
  expect(sayso.log()).not.toMatch(/"level":[4-6]0/)
})
