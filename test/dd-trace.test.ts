// The chat example, a program with the unmodified dd-trace package, sends to a running server. What it sent is read
// back by the API, field by field.
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { cleanEnvironment, startSayso, until, type Json, type Sayso } from "./harness.ts"

const run = promisify(execFile)
const root = join(import.meta.dirname, "..")
const version = String(
  JSON.parse(readFileSync(join(root, "node_modules/dd-trace/package.json"), "utf8")).version,
)
const tracer = { DD_LLMOBS_ML_APP: "test-shop", DD_SERVICE: "shop-web", DD_ENV: "test", DD_VERSION: "1.2.3" }

let sayso: Sayso
let startedMs: number
/** What the program says it sent. */
let sent: Json
let stderr: string

beforeAll(async () => {
  sayso = await startSayso()
  startedMs = Date.now()
  const said = await run(process.execPath, ["main.js", "--json"], {
    cwd: join(root, "examples/chat"),
    env: cleanEnvironment({
      ...tracer,
      DD_TRACE_AGENT_URL: sayso.agentUrl,
      DD_LLMOBS_AGENTLESS_ENABLED: "0",
      DD_LLMOBS_ENABLED: "1",
      DD_TRACE_STARTUP_LOGS: "0",
    }),
    timeout: 40_000,
  })
  sent = JSON.parse(said.stdout)
  stderr = said.stderr
  await until(async () => {
    const { traces, feedback, evaluations } = (await sayso.get(`/api/v1/sessions/${sent.sessionId}`)).json
      .data
    expect([
      traces.flatMap((trace: Json) => trace.spans).length,
      feedback.length,
      evaluations.length,
    ]).toEqual([24, 21, 4])
  })
})

afterAll(() => sayso.stop())

// ── What the program does, as examples/chat/main.js has it ──

const pages: Record<string, { name: string; text: string }> = {
  "help-12": {
    name: "When does my order arrive?",
    text: "Orders leave our warehouse within one working day and arrive two to four working days later.",
  },
  "help-31": {
    name: "Which size fits me?",
    text: "Measure your chest at its widest point. Our jackets are cut for one layer underneath.",
  },
  "help-07": {
    name: "Refunds",
    text: "A refund goes back to the card you paid with and shows up within five working days.",
  },
  "help-02": {
    name: "Talk to a person",
    text: "Our team answers tickets on working days between 8:00 and 18:00, usually within two hours.",
  },
}

interface Turn {
  readonly found: readonly [id: string, score: number][]
  readonly tool: string
  readonly asked: object
  readonly result: object
  /** Of choose_tool and of write_reply: input, output, total, cached. */
  readonly tokens: readonly (readonly [number, number, number, number])[]
}

const refused = "The card network did not confirm the refund of order 48213."
const turns = (): Turn[] => [
  {
    found: [
      ["help-12", 0.5],
      ["help-31", 0],
    ],
    tool: "find_order",
    asked: { order: "48213" },
    result: { order: "48213", state: "in transit", place: "Leipzig", expected: "Thursday" },
    tokens: [
      [96, 36, 132, 72],
      [193, 43, 236, 72],
    ],
  },
  {
    found: [
      ["help-31", 0.75],
      ["help-12", 0],
    ],
    tool: "find_size",
    asked: { product: "Ridge rain jacket", chestCm: 98 },
    result: { product: "Ridge rain jacket", size: "M", chestCm: 98, inStock: 7 },
    tokens: [
      [98, 43, 141, 71],
      [197, 47, 244, 71],
    ],
  },
  {
    found: [
      ["help-07", 0.25],
      ["help-12", 0],
    ],
    tool: "refund_order",
    asked: { order: "48213" },
    result: { error: refused },
    tokens: [
      [91, 37, 128, 70],
      [186, 52, 238, 70],
    ],
  },
  {
    found: [
      ["help-02", 0.25],
      ["help-12", 0],
    ],
    tool: "open_ticket",
    asked: { order: "48213", about: "refund failed" },
    result: { ticket: sent.joinKey, order: "48213", about: "refund failed", answeredWithin: "two hours" },
    tokens: [
      [89, 43, 132, 72],
      [199, 41, 240, 72],
    ],
  },
]

/** The six spans of a turn as the API must give them, in the order they started. */
function expectedSpans(index: number): object[] {
  const { traceId, question, answer, spans } = sent.turns[index]
  const { found, tool, asked, result, tokens } = turns()[index] as Turn
  const [agent, workflow] = spans.map((span: Json) => span.spanId)
  const failed = tool === "refund_order"
  const joinKeys = tool === "open_ticket" ? [sent.joinKey] : []

  const span = (
    at: number,
    name: string,
    kind: string,
    own: { more?: string[] } & Record<string, unknown>,
  ): object => {
    const { more = [], ...fields } = own
    expect(spans[at]).toEqual({ name, kind, spanId: expect.stringMatching(/^\d{1,20}$/) })
    return {
      trace_id: traceId,
      span_id: spans[at].spanId,
      parent_id: at === 0 ? "" : at === 1 ? agent : workflow,
      apm_trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name,
      span_kind: kind,
      ml_app: "test-shop",
      service: "shop-web",
      env: "test",
      version: "1.2.3",
      session_id: sent.sessionId,
      user_id: "",
      feedback_join_keys: [],
      tags: tagsOf(fields["status"] === "error", more),
      status: "ok",
      start_ns: expect.stringMatching(/^\d{19}$/),
      duration_ns: expect.any(Number),
      model_name: "",
      model_provider: "",
      metadata: {},
      metrics: {},
      error: { type: "", message: "", stack: "" },
      meta: at === 0 ? {} : { agent_attribution: { pagent_name: "support_agent", pagent_span_id: agent } },
      time: expect.any(Number),
      arrived: expect.any(Number),
      ...fields,
    }
  }

  const help = pages[found[0]?.[0] ?? ""]?.text ?? ""
  const template =
    "You are the support assistant of {{shop}}. Answer in two or three friendly sentences. " +
    "Use the tools for facts about orders, and only promise what this page says: {{help}}"
  const system = template.replace("{{shop}}", "Hazel & Pine").replace("{{help}}", help)
  const call = { name: tool, arguments: asked, tool_id: `call_${tool}`, type: "function" }
  const toolResult = { name: tool, result: JSON.stringify(result), tool_id: `call_${tool}`, type: "function" }
  const opening = [
    { role: "system", content: system },
    { role: "user", content: question },
  ]
  const askForTool = { role: "assistant", content: "", tool_calls: [call] }
  const toolSaid = { role: "tool", content: "", tool_id: `call_${tool}`, tool_results: [toolResult] }
  const model = (
    at: number,
    messages: object[],
    output: object,
  ): Record<string, unknown> & { more: string[] } => {
    const [input_tokens = 0, output_tokens = 0, total_tokens = 0, cache_read_input_tokens = 0] =
      tokens[at] ?? []
    // gpt-4o-mini's list price for a million tokens: $0.15 in, $0.075 of these from the cache, $0.60 out.
    const costIn = ((input_tokens - cache_read_input_tokens) * 0.15 + cache_read_input_tokens * 0.075) / 1e6
    const costOut = (output_tokens * 0.6) / 1e6
    return {
      more: ["prompt_tracking_instrumentation_method:annotated"],
      model_name: "gpt-4o-mini",
      model_provider: "openai",
      input: {
        messages,
        prompt: {
          id: "shop-support",
          version: "3.1.0",
          template,
          variables: { shop: "Hazel & Pine", help },
          _dd_context_variable_keys: ["help"],
          _dd_query_variable_keys: ["question"],
        },
      },
      output: { messages: [output] },
      metadata: { temperature: 0.2 },
      metrics: {
        input_tokens,
        output_tokens,
        total_tokens,
        cache_read_input_tokens,
        estimated_input_cost: expect.closeTo(costIn, 10),
        estimated_output_cost: expect.closeTo(costOut, 10),
        estimated_total_cost: expect.closeTo(costIn + costOut, 10),
      },
    }
  }

  return [
    span(0, "support_agent", "agent", {
      input: { value: question },
      output: { value: answer },
      more: ["channel:web"],
    }),
    span(1, "answer_question", "workflow", { input: { value: question }, output: { value: answer } }),
    span(2, "search_help", "retrieval", {
      input: { value: question },
      output: { documents: found.map(([id, score]) => ({ id, ...pages[id], score })) },
      metadata: { searched: 4 },
    }),
    span(3, "choose_tool", "llm", model(0, opening, askForTool)),
    span(4, tool, "tool", {
      input: { value: JSON.stringify(asked) },
      output: failed ? {} : { value: JSON.stringify(result) },
      feedback_join_keys: joinKeys,
      more: joinKeys.map((key) => `feedback_join_key:${key}`),
      ...(failed && {
        status: "error",
        error: { type: "PaymentError", message: refused, stack: expect.stringContaining("refund_order") },
      }),
    }),
    span(
      5,
      "write_reply",
      "llm",
      model(1, [...opening, askForTool, toolSaid], { role: "assistant", content: answer }),
    ),
  ]
}

function tagsOf(failed: boolean, more: readonly string[]): string[] {
  return [
    "version:1.2.3",
    "env:test",
    "service:shop-web",
    "source:integration",
    "ml_app:test-shop",
    `ddtrace.version:${version}`,
    failed ? "error:1" : "error:0",
    "language:javascript",
    ...(failed ? ["error_type:PaymentError"] : []),
    `session_id:${sent.sessionId}`,
    ...more,
  ]
}

/** Feedback as the API must give it, from what was passed to submitFeedback. */
function expectedFeedback(said: Json): object {
  return {
    event_kind: "feedback",
    ...targetOf(said),
    submitter: said.submitter,
    ...expectedAnswer(said),
    timestamp_ms: said.timestampMs,
    time: said.timestampMs,
    state: said === sent.feedback[0] ? "superseded" : "current",
  }
}

function targetOf({ span, spanId, traceId, sessionId, feedbackJoinKey }: Json): object {
  if (span ?? spanId) return { eval_scope: "span", span_id: span?.spanId ?? spanId }
  if (traceId) return { eval_scope: "trace", trace_id: traceId }
  if (sessionId) return { eval_scope: "session", session_id: sessionId }
  return { eval_scope: "external", feedback_join_key: feedbackJoinKey }
}

function expectedAnswer({
  label,
  metricType,
  value,
  assessment,
  reasoning,
  tags = {},
  metadata,
}: Json): object {
  return {
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    label,
    metric_type: metricType,
    [`${metricType}_value`]: value,
    ...(assessment && { assessment }),
    ...(reasoning && { reasoning }),
    ...(metadata && { metadata }),
    ml_app: "test-shop",
    tags: [
      `ddtrace.version:${version}`,
      "ml_app:test-shop",
      ...Object.entries(tags).map(([key, text]) => `${key}:${String(text)}`),
    ].toSorted(),
    arrived: expect.any(Number),
  }
}

function expectedEvaluation(said: Json): object {
  return {
    event_kind: "evaluation",
    eval_scope: "span",
    join_on: { span: { span_id: said.span.spanId, trace_id: said.span.traceId } },
    // Datadog turns a dot in an evaluation's label into an underscore.
    ...expectedAnswer({ ...said, label: said.label.replace(".", "_") }),
    timestamp_ms: expect.any(Number),
    time: expect.any(Number),
    state: "current",
    on_spans: [said.span.spanId],
    counted: true,
  }
}

function expectAll(actual: Json, expected: readonly object[]): void {
  expect(actual).toHaveLength(expected.length)
  for (const one of expected) expect(actual).toContainEqual(one)
}

/** The feedback with these places in what the program sent, where it was given. */
function placed(from: number, to: number, onSpans: readonly string[], counted = true): object[] {
  return sent.feedback.slice(from, to).map((said: Json) => ({
    ...expectedFeedback(said),
    on_spans: onSpans,
    counted: counted && said !== sent.feedback[0],
  }))
}

const spanOf = (turn: number, name: string): string =>
  sent.turns[turn].spans.find((span: Json) => span.name === name).spanId

const readTrace = async (id: string): Promise<Json> => (await sayso.get(`/api/v1/traces/${id}`)).json.data
const readSession = async (): Promise<Json> =>
  (await sayso.get(`/api/v1/sessions/${sent.sessionId}`)).json.data

// ── What must have come of it ──

test("the tracer is content: it has nothing to say", () => {
  expect(stderr).toBe("")
  expect([sent.turns.length, sent.feedback.length, sent.evaluations.length]).toEqual([4, 21, 4])
})

test.each([0, 1, 2, 3])("turn %i is a trace with every span, field by field", async (index) => {
  const { traceId } = sent.turns[index]
  const trace = await readTrace(traceId)
  expect(trace.spans).toEqual(expectedSpans(index))
  const { spans, feedback: _, evaluations: __, summary: ___, ...head } = trace
  expect(head).toEqual({
    trace_id: traceId,
    apm_trace_ids: [spans[0].apm_trace_id],
    session_ids: [sent.sessionId],
    user_ids: [],
    ml_apps: ["test-shop"],
    name: "support_agent",
    root_span_id: spanOf(index, "support_agent"),
    status: "ok",
    start_ns: spans[0].start_ns,
    duration_ns: spans[0].duration_ns,
    span_count: 6,
    error_count: index === 2 ? 1 : 0,
  })
  expect(new Set(spans.map((span: Json) => span.apm_trace_id)).size).toBe(1)
  expect(spans[0].apm_trace_id).not.toBe(traceId)
})

test("times are the tracer's, and children lie within their parents", async () => {
  for (const { traceId } of sent.turns) {
    const { spans } = await readTrace(traceId)
    for (const span of spans) {
      expect(span.time).toBe(Number(BigInt(span.start_ns) / 1_000_000n))
      expect(span.time).toBeGreaterThanOrEqual(startedMs)
      expect(span.arrived).toBeGreaterThanOrEqual(span.time)
      expect(span.duration_ns).toBeGreaterThan(0)
      const parent = spans.find((other: Json) => other.span_id === span.parent_id)
      if (!parent) continue
      const end = (of: Json): bigint => BigInt(of.start_ns) + BigInt(of.duration_ns)
      expect(BigInt(span.start_ns)).toBeGreaterThanOrEqual(BigInt(parent.start_ns))
      // The tracer's starts have a granularity of 256 ns.
      expect(end(span)).toBeLessThanOrEqual(end(parent) + 256n)
    }
  }
})

test("a trace is found by every spelling of its id", async () => {
  const { traceId } = sent.turns[0]
  const { apm_trace_ids, spans } = await readTrace(traceId)
  const low = BigInt(`0x${traceId.slice(16)}`)
  const spellings = [
    traceId.toUpperCase(),
    `0x${traceId}`,
    String(BigInt(`0x${traceId}`)),
    String(low),
    apm_trace_ids[0],
  ]
  for (const id of spellings) expect((await readTrace(id)).spans, id).toEqual(spans)
})

test("the list holds the 21 pieces of feedback, newest first, the changed vote as superseded", async () => {
  const all = (await sayso.get("/api/v1/feedback?all=true")).json.data
  expectAll(all, sent.feedback.map(expectedFeedback))
  const times = all.map((event: Json) => event.time)
  expect(times).toEqual(times.toSorted((a: number, b: number) => b - a))
  expect(new Set(all.map((event: Json) => event.id)).size).toBe(21)
  expectAll((await sayso.get("/api/v1/feedback")).json.data, sent.feedback.slice(1).map(expectedFeedback))
})

test.each([
  ["label=stars", 4],
  ["label=thumbs&assessment=fail", 1],
  ["metric_type=json", 4],
  ["submitter_id=support-jonas", 5],
  ["ml_app=test-shop", 20],
  ["ml_app=another", 0],
])("the list filters by %s", async (query, count) => {
  expect((await sayso.get(`/api/v1/feedback?${query}`)).json.data).toHaveLength(count)
})

test("the changed vote keeps its history", async () => {
  const all = (await sayso.get("/api/v1/feedback?all=true&label=thumbs")).json.data
  const [up, down] = [sent.feedback[0], sent.feedback[15]].map((said) => {
    const { time, state } = expectedFeedback(said) as Json
    return all.find(
      (event: Json) => event.time === time && event.state === state && event.eval_scope === "span",
    )
  })
  expect([up.categorical_value, up.state, down.categorical_value, down.state]).toEqual([
    "up",
    "superseded",
    "down",
    "current",
  ])
  const detail = (await sayso.get(`/api/v1/feedback/${down.id}`)).json.data
  const span = {
    trace_id: sent.turns[0].traceId,
    span_id: spanOf(0, "write_reply"),
    name: "write_reply",
    span_kind: "llm",
  }
  expect(detail).toEqual({
    ...down,
    history: [up],
    matched: {
      span_count: 1,
      trace_ids: [sent.turns[0].traceId],
      session_ids: [sent.sessionId],
      spans: [{ ...span, ml_app: "test-shop", session_id: sent.sessionId }],
    },
  })
  expect((await sayso.get(`/api/v1/feedback/${up.id}`)).json.data.history).toEqual([down])
})

test("feedback stands where it was given: on a span, a trace, a session, and on what carries a join key", async () => {
  const ofSession = placed(16, 21, [], false)
  const reply = [spanOf(0, "write_reply")]
  const views = await Promise.all(sent.turns.map(({ traceId }: Json) => readTrace(traceId)))
  expectAll(views[0].feedback, [...placed(0, 5, reply), ...placed(15, 16, reply), ...ofSession])
  expectAll(views[1].feedback, ofSession)
  expectAll(views[2].feedback, [...placed(5, 10, []), ...ofSession])
  expectAll(views[3].feedback, [...placed(10, 15, [spanOf(3, "open_ticket")]), ...ofSession])
})

test("evaluations stand on their spans", async () => {
  const [faithfulness, tone, refund, policy] = sent.evaluations.map(expectedEvaluation)
  const views = await Promise.all(sent.turns.map(({ traceId }: Json) => readTrace(traceId)))
  expectAll(views[0].evaluations, [faithfulness])
  expectAll(views[1].evaluations, [tone])
  expectAll(views[2].evaluations, [refund, policy])
  expectAll(views[3].evaluations, [])
  expectAll((await readSession()).evaluations, [faithfulness, tone, refund, policy])
})

const counted = (label: string, count: number, more: object): object => ({
  label,
  count,
  pass: 0,
  fail: 0,
  submitters: 1,
  values: {},
  ...more,
})

test("feedback rolls up: each trace counts its own, the session all of it, each once", async () => {
  const summaries = await Promise.all(
    sent.turns.map(async ({ traceId }: Json) => (await readTrace(traceId)).summary),
  )
  const [order, size, refund, person] = summaries
  expect(order).toEqual([
    counted("comment", 1, {}),
    counted("details", 1, {}),
    counted("resolved", 1, { values: { true: 1 } }),
    counted("stars", 1, { pass: 1, mean: 4 }),
    counted("thumbs", 1, { values: { down: 1 } }),
  ])
  expect(size).toEqual([])
  expect(refund).toEqual([
    counted("comment", 1, {}),
    counted("details", 1, {}),
    counted("resolved", 1, { fail: 1, values: { false: 1 } }),
    counted("stars", 1, { fail: 1, mean: 1 }),
    counted("thumbs", 1, { fail: 1, values: { down: 1 } }),
  ])
  expect(person).toEqual([
    counted("comment", 1, {}),
    counted("details", 1, {}),
    counted("resolved", 1, { pass: 1, values: { true: 1 } }),
    counted("stars", 1, { mean: 5 }),
    counted("thumbs", 1, { values: { up: 1 } }),
  ])
  const both = { submitters: 2 }
  expect((await readSession()).summary).toEqual([
    counted("comment", 4, both),
    counted("details", 4, both),
    counted("resolved", 4, { ...both, pass: 1, fail: 1, values: { true: 2, false: 2 } }),
    counted("stars", 4, { ...both, pass: 1, fail: 1, mean: 3.375 }),
    counted("thumbs", 4, { ...both, fail: 1, values: { up: 2, down: 2 } }),
  ])
})

test("the session holds the four traces in order, with all that was said", async () => {
  const session = await readSession()
  expect(session).toMatchObject({ session_id: sent.sessionId, ml_apps: ["test-shop"] })
  expect(session.traces.map((trace: Json) => trace.trace_id)).toEqual(
    sent.turns.map((turn: Json) => turn.traceId),
  )
  expect(session.traces.map((trace: Json) => trace.spans)).toEqual([0, 1, 2, 3].map(expectedSpans))
  expect(session.start_ns).toBe(session.traces[0].start_ns)
  const reply = [spanOf(0, "write_reply")]
  expectAll(session.feedback, [
    ...placed(0, 5, reply),
    ...placed(5, 10, []),
    ...placed(10, 15, [spanOf(3, "open_ticket")]),
    ...placed(15, 16, reply),
    ...placed(16, 21, []),
  ])
})

test("the ticket is an entity: its feedback, the span that carries it, its trace and session", async () => {
  const { json } = await sayso.get(`/api/v1/entities/${sent.joinKey}`)
  const { spans, feedback, traces, ...rest } = json.data
  expect(spans).toEqual([expectedSpans(3)[4]])
  expectAll(feedback, placed(10, 15, [spanOf(3, "open_ticket")]))
  expect(traces).toEqual([
    expect.objectContaining({ trace_id: sent.turns[3].traceId, name: "support_agent", span_count: 6 }),
  ])
  expect(rest).toMatchObject({
    feedback_join_key: sent.joinKey,
    session_ids: [sent.sessionId],
  })
})

test("nothing hangs in the air, nothing was rejected, nothing was counted twice", async () => {
  expect((await sayso.get("/api/v1/feedback/unmatched")).json).toEqual({ data: [], meta: {} })
  expect((await sayso.get("/api/v1/rejected")).json).toEqual({ data: [], meta: {} })
  const { text } = await sayso.get("/metrics")
  expect(text).toContain('sayso_events_accepted_total{source="sdk-spans",table="spans"} 24\n')
  expect(text).toContain('sayso_events_accepted_total{source="eval-metric",table="eval_metrics"} 25\n')
  expect(text).not.toContain("sayso_http_errors_total{")
  expect(sayso.log()).not.toMatch(/"level":[4-6]0/)
})
