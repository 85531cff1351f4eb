// client.py, a program with the unmodified ddtrace package, sends to a running server in each of the ways that ddtrace
// has. What it told is read back by the API, field by field, and is the same each time. `npm run test:python` runs it.
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  cleanEnvironment,
  startSayso,
  tempFolder,
  until,
  type Environment,
  type Json,
  type Sayso,
} from "../harness.ts"
import { rmSync } from "node:fs"

const run = promisify(execFile)

// Nothing leaves this machine: what ddtrace would call by itself is off, and its Agent is the server under test.
const quiet = {
  DD_LLMOBS_AGENTLESS_ENABLED: "0",
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: "0",
  DD_REMOTE_CONFIGURATION_ENABLED: "0",
  DD_CRASHTRACKING_ENABLED: "0",
  DD_TRACE_GIT_METADATA_ENABLED: "0",
}
const application = { DD_LLMOBS_ML_APP: "shop", DD_SERVICE: "shop-web", DD_ENV: "test", DD_VERSION: "1.2.3" }

/** How the spans come, and by which of the wire formats the server then takes them. */
const ways: [way: string, source: string, env: (sayso: Sayso) => Environment][] = [
  ["within APM's traces, as it is", "apm-traces", () => ({})],
  ["by themselves, without APM", "sdk-spans", () => ({ DD_APM_TRACING_ENABLED: "0" })],
  [
    "by themselves, where APM's sampling drops the trace",
    "sdk-spans",
    () => ({ DD_TRACE_SAMPLING_RULES: '[{"sample_rate":0}]' }),
  ],
  [
    "to the main port, as an origin of their own",
    "sdk-spans",
    ({ url }) => ({ DD_LLMOBS_OVERRIDE_ORIGIN: url }),
  ],
]

describe.each(ways)("LLM spans %s", (_, source, env) => {
  let sayso: Sayso
  let folder: string
  /** What the program says it told. */
  let sent: Json
  let stderr: string

  const get = async (path: string): Promise<Json> => (await sayso.get(`/api/v1/${path}`)).json
  const idOf = (name: string): string => sent.spans[name].span_id
  const readTrace = async (): Promise<Json> => (await get(`traces/${sent.spans.answer.trace_id}`)).data

  beforeAll(async () => {
    sayso = await startSayso()
    folder = tempFolder()
    const said = await run(process.env.PYTHON ?? "python3", [join(import.meta.dirname, "client.py")], {
      cwd: folder,
      env: cleanEnvironment({ ...application, ...quiet, DD_TRACE_AGENT_URL: sayso.agentUrl, ...env(sayso) }),
      timeout: 50_000,
    })
    sent = JSON.parse(said.stdout)
    stderr = said.stderr
    await until(async () => {
      const { spans, feedback, evaluations } = await readTrace()
      expect([spans.length, feedback.length, evaluations.length]).toEqual([7, 25, 5])
    })
  })
  afterAll(async () => {
    await sayso?.stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  // ── What the program tells, as client.py has it ──

  const question = "Where is order 48213? é漢😀"

  function span(name: string, kind: string, own: { tags?: string[] } & Record<string, unknown>): object {
    const { tags = [], ...fields } = own
    const isRoot = name === "support_agent"
    return {
      trace_id: sent.spans[name].trace_id,
      span_id: idOf(name),
      parent_id: isRoot ? "" : idOf(name === "answer" ? "support_agent" : "answer"),
      apm_trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name,
      span_kind: kind,
      ml_app: "shop",
      service: "shop-web",
      env: "test",
      version: "1.2.3",
      session_id: "session-1",
      status: "ok",
      feedback_join_keys: [],
      tags: expect.arrayContaining([
        "env:test",
        "language:python",
        "ml_app:shop",
        "session_id:session-1",
        `ddtrace.version:${sent.version}`,
        `error:${fields["status"] === "error" ? 1 : 0}`,
        ...tags,
      ]),
      start_ns: expect.stringMatching(/^\d{19}$/),
      duration_ns: expect.any(Number),
      model_name: "",
      model_provider: "",
      metadata: {},
      metrics: {},
      error: { type: "", message: "", stack: "" },
      meta: isRoot
        ? {}
        : { agent_attribution: { pagent_name: "support_agent", pagent_span_id: idOf("support_agent") } },
      ...fields,
    }
  }

  const call = { name: "open_ticket", arguments: { order: "48213" }, tool_id: "call-1", type: "function" }

  const expectedSpans = (): object[] => [
    span("support_agent", "agent", {
      input: { value: question },
      output: { value: "I opened a ticket." },
      tags: ["channel:web", "tries:3"],
    }),
    span("answer", "workflow", {
      input: { value: question },
      output: { value: '{"answer": "I opened a ticket."}' },
    }),
    span("embed", "embedding", {
      input: { documents: [{ text: question }] },
      output: { value: "[1 embedding of 3 numbers]" },
      model_name: "small",
      model_provider: "example",
      metrics: { input_tokens: 7 },
    }),
    span("search_help", "retrieval", {
      input: { value: question },
      output: {
        documents: [{ text: "Orders take four days.", name: "Delivery", id: "help-12", score: 0.5 }],
      },
      metadata: { searched: 4 },
    }),
    span("choose_tool", "llm", {
      input: {
        messages: [
          { role: "system", content: "Be brief." },
          { role: "user", content: question },
        ],
        prompt: expect.objectContaining({
          id: "support",
          version: "3.1.0",
          template: "Be {{how}}.",
          variables: { how: "brief" },
        }),
      },
      output: { messages: [{ role: "assistant", content: "", tool_calls: [call] }] },
      model_name: "gpt-4o-mini",
      model_provider: "openai",
      metadata: { temperature: 0.2 },
      // The server may add what it costs.
      metrics: expect.objectContaining({ input_tokens: 21, output_tokens: 9, total_tokens: 30 }),
      meta: expect.objectContaining({
        tool_definitions: [{ name: "open_ticket", description: "Opens one", schema: { type: "object" } }],
      }),
    }),
    span("open_ticket", "tool", {
      input: { value: '{"order": "48213"}' },
      output: expect.toBeOneOf([null, {}]),
      status: "error",
      error: {
        type: "builtins.ValueError",
        message: "no such order: é漢😀",
        stack: expect.stringContaining('raise ValueError("no such order: é漢😀")'),
      },
      feedback_join_keys: ["ticket-1"],
      tags: ["feedback_join_key:ticket-1", "error_type:builtins.ValueError"],
    }),
    span("tidy_up", "task", {
      input: { value: "draft" },
      output: { value: "final" },
      tags: ["step:only-one"],
    }),
  ]

  /** What feedback and evaluations have in common. */
  function answer({ label, metric_type, value, timestamp_ms, ...more }: Json): object {
    return {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      label,
      metric_type,
      [`${metric_type}_value`]: value,
      timestamp_ms,
      time: timestamp_ms,
      arrived: expect.any(Number),
      ml_app: "shop",
      tags: [
        `ddtrace.version:${sent.version}`,
        "ml_app:shop",
        ...Object.entries(more.tags ?? {}).map(([key, text]) => `${key}:${String(text)}`),
      ].toSorted(),
      ...(more.assessment && { assessment: more.assessment }),
      ...(more.reasoning && { reasoning: more.reasoning }),
      ...(more.metadata && { metadata: more.metadata }),
      state: "current",
      counted: true,
    }
  }

  function feedback(said: Json): object {
    const { span, span_id, trace_id, session_id, feedback_join_key } = said
    const common = { ...answer(said), event_kind: "feedback", submitter: said.submitter }
    const onSpan = span?.span_id ?? span_id
    if (onSpan) return { ...common, eval_scope: "span", span_id: onSpan, on_spans: [onSpan] }
    if (trace_id) return { ...common, eval_scope: "trace", trace_id, on_spans: [] }
    if (session_id) return { ...common, eval_scope: "session", session_id, on_spans: [], counted: false }
    return { ...common, eval_scope: "external", feedback_join_key, on_spans: [idOf("open_ticket")] }
  }

  function evaluation(said: Json): object {
    const { span, span_with_tag_value: tag, eval_scope = "span" } = said
    const join_on = span ? { span } : { tag: { key: tag.tag_key, value: tag.tag_value } }
    const on_spans = [span?.span_id ?? idOf("tidy_up")]
    return { ...answer(said), event_kind: "evaluation", eval_scope, join_on, on_spans }
  }

  function expectAll(actual: Json, expected: readonly object[]): void {
    expect(actual).toHaveLength(expected.length)
    for (const one of expected) expect(actual).toContainEqual(one)
  }

  // ── What must have come of it ──

  test("the tracer is content: it has nothing to say", () => {
    expect(stderr).toBe("")
    expect([Object.keys(sent.spans).length, sent.feedback.length, sent.evaluations.length]).toEqual([
      7, 25, 5,
    ])
  })

  test("they come that way", async () => {
    const { text } = await sayso.get("/metrics")
    const taken = [...text.matchAll(/^sayso_events_accepted_total\{source="(.*?)",table="(.*?)"\} (\d+)$/gm)]
    expect(taken.map(([, ...row]) => row).toSorted()).toEqual(
      [
        ["eval-metric", "eval_metrics", "30"],
        [source, "spans", "7"],
      ].toSorted(),
    )
  })

  test("the trace holds every span, field by field", async () => {
    const { spans, ...head } = await readTrace()
    expect(spans.map((one: Json) => one.name)).toEqual(Object.keys(sent.spans))
    for (const [at, expected] of expectedSpans().entries()) expect(spans[at]).toMatchObject(expected)
    expect(new Set(spans.map((one: Json) => one.apm_trace_id)).size).toBe(1)
    expect(head).toMatchObject({
      trace_id: sent.spans.answer.trace_id,
      session_ids: ["session-1"],
      ml_apps: ["shop"],
      name: "support_agent",
      root_span_id: idOf("support_agent"),
      span_count: 7,
      error_count: 1,
    })
  })

  test("children lie within their parents", async () => {
    const { spans } = await readTrace()
    const end = (of: Json): bigint => BigInt(of.start_ns) + BigInt(of.duration_ns)
    for (const one of spans) {
      const parent = spans.find((other: Json) => other.span_id === one.parent_id)
      if (!parent) continue
      // A start that came as a JSON number has a granularity of 256 ns.
      expect(BigInt(one.start_ns) + 256n).toBeGreaterThanOrEqual(BigInt(parent.start_ns))
      expect(end(one)).toBeLessThanOrEqual(end(parent) + 512n)
    }
  })

  test("feedback stands where it was given: on a span, a trace, a session, and on what carries a join key", async () => {
    expectAll((await readTrace()).feedback, sent.feedback.map(feedback))
    const all = (await get("feedback?all=true")).data
    expectAll(
      all,
      sent.feedback.map(feedback).map(({ on_spans: _, counted: __, ...event }: Json) => event),
    )
  })

  test("evaluations stand on their spans, those by a tag too, and one on the trace", async () => {
    expectAll((await readTrace()).evaluations, sent.evaluations.map(evaluation))
  })

  test("the session holds the trace and all that was said", async () => {
    const session = (await get("sessions/session-1")).data
    expect(session).toMatchObject({ session_id: "session-1", ml_apps: ["shop"] })
    expect(session.traces.map((trace: Json) => trace.trace_id)).toEqual([sent.spans.answer.trace_id])
    const counted = sent.feedback.map((said: Json) => ({ ...feedback(said), counted: true }))
    expectAll(session.feedback, counted)
    expectAll(session.evaluations, sent.evaluations.map(evaluation))
  })

  test("the ticket is an entity: its feedback, the span that carries it, and its trace", async () => {
    const { spans, feedback: said, traces, session_ids } = (await get("entities/ticket-1")).data
    expect(spans).toEqual([expect.objectContaining({ name: "open_ticket", span_id: idOf("open_ticket") })])
    expectAll(said, sent.feedback.slice(20).map(feedback))
    expect(traces).toEqual([expect.objectContaining({ trace_id: sent.spans.answer.trace_id })])
    expect(session_ids).toEqual(["session-1"])
  })

  test("nothing hangs in the air, nothing was rejected, and the log has no complaint", async () => {
    expect(await get("feedback/unmatched")).toEqual({ data: [], meta: {} })
    expect(await get("rejected")).toEqual({ data: [], meta: {} })
    expect((await sayso.get("/metrics")).text).not.toContain("sayso_http_errors_total{")
    expect(sayso.log()).not.toMatch(/"level":[4-6]0/)
  })
})
