// What real clients really sent, sent again: once to the agent port and once to the main port, each of a fresh server.
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startSayso, until, type Answer, type Json, type Sayso } from "./harness.ts"

const folder = join(import.meta.dirname, "fixtures", "dd-trace")

interface Capture {
  readonly file: string
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Json
  readonly bodyBase64?: string
}

const captures = globSync("*/*.json", { cwd: folder })
  .sort()
  .map((file): Capture => ({ file, ...JSON.parse(readFileSync(join(folder, file), "utf8")) }))

const spansSent = captures
  .filter(({ path }) => path.endsWith("/api/v2/llmobs"))
  .flatMap(({ body }) => body.flatMap((envelope: Json) => envelope.spans))
const metricsSent = captures
  .filter(({ path }) => path.endsWith("/eval-metric"))
  .flatMap(({ body }) => body.data.attributes.metrics)
const feedbackSent = metricsSent.filter((metric: Json) => metric.event_kind === "feedback")
const evaluationsSent = metricsSent.filter((metric: Json) => metric.event_kind === "evaluation")
const dropped = spansSent.filter((span: Json) => span._dd.sampling_decision === "0")
const kept = spansSent.filter((span: Json) => span._dd.sampling_decision !== "0")

/** Sends the request as the client did: its own headers, and the same bytes as far as they were kept. */
function replay(
  sayso: Sayso,
  to: string,
  { method, path, headers, body, bodyBase64 }: Capture,
): Promise<Answer> {
  const { host: _, connection: __, "content-length": ___, ...own } = headers
  if (method === "GET") return sayso.send(method, to + path, undefined, own)
  const bytes = bodyBase64 === undefined ? Buffer.from(textOf(body)) : Buffer.from(bodyBase64, "base64")
  return sayso.send(method, to + path, bytes, own)
}

/** The tracer's JSON is plain ASCII. */
function textOf(body: Json): string {
  if (typeof body === "string") return body
  return JSON.stringify(body).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
}

/** What keeps the tracer quiet: status and body, by the path. */
const answers: [path: RegExp, status: number, body: unknown][] = [
  [
    /^\/info$/,
    200,
    expect.objectContaining({
      endpoints: expect.arrayContaining(["/v0.4/traces", "/evp_proxy/v2/", "/evp_proxy/v4/"]),
    }),
  ],
  [/^\/v0\.4\/traces$/, 200, { rate_by_service: { "service:,env:": 1 } }],
  [/^\/v0\.7\/config$/, 200, {}],
  [/^\/dogstatsd\//, 200, {}],
  [/^\/telemetry\//, 202, {}],
  [/\/api\/v2\/llmobs$/, 202, {}],
  [/\/eval-metric$/, 202, { data: expect.objectContaining({ type: "evaluation_metric" }) }],
]

/** The time that lists use: the client's, unless it is more than 400 days old or a day ahead. */
function placeInTime(claimed: number, arrived: number): number {
  const dayMs = 86_400_000
  return arrived - claimed <= 400 * dayMs && claimed - arrived <= dayMs ? claimed : arrived
}

/** The span as the API must give it, by wire.md 2. */
function expectedSpan(span: Json, arrived: number): object {
  const { meta, tags } = span
  const tag = (key: string): string =>
    tags.findLast((text: string) => text.startsWith(`${key}:`))?.slice(key.length + 1) ?? ""
  const { "span.kind": kind, input, output, metadata, model_name, model_provider, ...others } = meta
  const { "error.type": type, "error.message": message, "error.stack": stack, ...more } = others
  return {
    trace_id: span.trace_id,
    span_id: span.span_id,
    parent_id: span.parent_id === "undefined" ? "" : span.parent_id,
    apm_trace_id: span._dd.apm_trace_id,
    name: span.name,
    span_kind: kind,
    ml_app: tag("ml_app"),
    service: tag("service"),
    env: tag("env"),
    version: tag("version"),
    session_id: span.session_id ?? "",
    user_id: tag("user_id"),
    feedback_join_keys: tags
      .filter((text: string) => text.startsWith("feedback_join_key:"))
      .map((text: string) => text.slice("feedback_join_key:".length)),
    tags,
    status: span.status,
    start_ns: String(span.start_ns),
    duration_ns: span.duration,
    model_name: model_name ?? "",
    model_provider: model_provider ?? "",
    input,
    output,
    metadata: metadata ?? {},
    // Beside them stand the estimates of what the tokens cost.
    metrics: expect.objectContaining(span.metrics),
    error: { type: type ?? "", message: message ?? "", stack: stack ?? "" },
    meta: more,
    time: placeInTime(Math.floor(span.start_ns / 1e6), arrived),
    arrived,
  }
}

/** The event as the API must give it, by wire.md 3; `arrived` is the stored event's. */
function expectedMetric(metric: Json, arrived: number): object {
  const { score_value, timestamp_ms, tags, label, ...same } = metric
  const noScore = score_value === null ? ["sayso.warning:score_value_was_not_a_number"] : []
  const claimed = Math.floor(timestamp_ms)
  return {
    ...same,
    ...(typeof score_value === "number" && { score_value }),
    eval_scope: scopeOf(metric),
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    label: metric.event_kind === "evaluation" ? label.replaceAll(".", "_") : label,
    timestamp_ms: claimed,
    // Each tag once, in an order that does not hang on the client's.
    tags: [...new Set([...tags, ...noScore])].sort(),
    time: placeInTime(claimed, arrived),
    arrived,
    state: "current",
  }
}

function scopeOf({ event_kind, span_id, trace_id, session_id }: Json): string {
  if (event_kind === "evaluation" || span_id !== undefined) return "span"
  if (trace_id !== undefined) return "trace"
  return session_id === undefined ? "external" : "session"
}

/** What names an event among those that were sent: no label was used twice on one target. */
const nameOf = (metric: Json): string =>
  JSON.stringify([metric.label, metric.span_id, metric.trace_id, metric.session_id, metric.feedback_join_key])

test("the captures are all there", () => {
  expect([captures.length, spansSent.length, feedbackSent.length, evaluationsSent.length]).toEqual([
    30, 22, 41, 7,
  ])
  expect([dropped.length, new Set(feedbackSent.map(nameOf)).size]).toEqual([1, 41])
})

describe.each(["agent", "main"] as const)("on the %s port", (port) => {
  let sayso: Sayso
  const to = (): string => (port === "agent" ? sayso.agentUrl : sayso.url)
  const answered = new Map<string, Answer>()
  const list = async (path: string): Promise<Json> => (await sayso.get(`/api/v1/${path}`)).json.data

  beforeAll(async () => {
    sayso = await startSayso()
    for (const capture of captures) answered.set(capture.file, await replay(sayso, to(), capture))
    await settle()
  })
  afterAll(() => sayso.stop())

  /** Waits until all that was acknowledged can be read. */
  const settle = (copies = 1): Promise<void> =>
    until(async () => {
      const { text } = await sayso.get("/metrics")
      expect(text).toContain(`sayso_drained_rows_total{table="spans"} ${kept.length * copies}\n`)
      expect(text).toContain(
        `sayso_drained_rows_total{table="eval_metrics"} ${metricsSent.length * copies}\n`,
      )
    })

  test.each(captures.map((capture) => [capture.file, capture] as const))(
    "%s is answered as the tracer needs",
    (file, { path }) => {
      const [, status, body] = answers.find(([pattern]) => pattern.test(path)) ?? []
      const answer = answered.get(file)
      expect([answer?.status, answer?.json]).toEqual([status, body])
      expect(answer?.headers["content-type"]).toMatch(/^application\/(vnd\.api\+)?json/)
    },
  )

  test("every metric is echoed with its id and scope, in order", () => {
    for (const { file, path, body } of captures.filter((capture) => capture.path.endsWith("/eval-metric"))) {
      const { metrics } = body.data.attributes
      const echoed = answered.get(file)?.json.data.attributes.metrics
      expect(
        echoed.map((metric: Json) => metric.eval_scope),
        path,
      ).toEqual(metrics.map(scopeOf))
      expect(new Set(echoed.map((metric: Json) => metric.id)).size).toBe(metrics.length)
    }
  })

  test.each([...new Set(kept.map((span: Json) => String(span.trace_id)))])(
    "trace %s holds its spans, field by field",
    async (id) => {
      const { spans } = await list(`traces/${id}`)
      const own = kept.filter((span: Json) => span.trace_id === id)
      expect(spans).toHaveLength(own.length)
      for (const span of own) {
        const stored = spans.find((other: Json) => other.span_id === span.span_id)
        expect(stored).toEqual(expectedSpan(span, stored?.arrived))
      }
      const starts = spans.map((span: Json) => BigInt(span.start_ns))
      expect(starts).toEqual(starts.toSorted((a: bigint, b: bigint) => (a < b ? -1 : 1)))
    },
  )

  test("a root, an overridden tag, several values of one tag and an error, as they were seen", async () => {
    const { spans } = await list("traces/6b039df8000000006f88f242fcf83b93")
    const named = (name: string): Json => spans.find((span: Json) => span.name === name)
    expect(named("handle_chat")).toMatchObject({
      parent_id: "",
      span_kind: "workflow",
      feedback_join_keys: ["ticket-981"],
    })
    expect(named("handle_chat").tags).toEqual(
      expect.arrayContaining(["tier:gold", "tier:beta", "count:3", "flag:true"]),
    )
    expect(named("handle_chat").input).toEqual({ value: "What is the weather in Paris? é漢😀" })
    expect(named("chat_completion")).toMatchObject({ env: "override-env", parent_id: "8739371203765590348" })
    expect(named("planner").env).toBe("dev")
    const [broken] = (await list("traces/6b039df8000000002b7f43e24a682cb5")).spans
    expect(broken.error).toMatchObject({ type: "TypeError", message: "boom: bad args" })
  })

  test("feedback is stored field by field, and an odd value does not cost it", async () => {
    const stored = await list("feedback?limit=1000")
    expect(stored).toHaveLength(feedbackSent.length)
    for (const metric of feedbackSent) {
      const found = stored.find((event: Json) => nameOf(event) === nameOf(metric))
      expect(found).toEqual(expectedMetric(metric, found?.arrived))
    }
    const oddity = (label: string): Json => stored.find((event: Json) => event.label === label)
    expect(oddity("nan_score")).not.toHaveProperty("score_value")
    expect(oddity("empty_text").text_value).toBe("")
    expect(oddity("ts_float")).toMatchObject({ timestamp_ms: 1, time: oddity("ts_float").arrived })
  })

  test("evaluations are stored field by field, on their spans", async () => {
    const ids = [...new Set(kept.map((span: Json) => span.trace_id))]
    const traces = await Promise.all(ids.map((id) => list(`traces/${String(id)}`)))
    const stored = traces.flatMap((trace) => trace.evaluations)
    const onKept = evaluationsSent.filter(({ join_on }: Json) =>
      kept.some((span: Json) => span.span_id === join_on.span.span_id),
    )
    expect(stored).toHaveLength(onKept.length)
    for (const metric of onKept) {
      const { span_id } = metric.join_on.span
      const found = stored.find(
        (event: Json) =>
          event.label === metric.label.replace(".", "_") && event.join_on.span.span_id === span_id,
      )
      expect(found).toEqual({ ...expectedMetric(metric, found?.arrived), on_spans: [span_id], counted: true })
    }
  })

  test("feedback stands where it was given", async () => {
    const id = "6b039df8000000006f88f242fcf83b93"
    const { feedback } = await list(`traces/${id}`)
    const spans = {
      span: ["1683795535652684607"],
      trace: [],
      session: [],
      external: ["1683795535652684607", "477489742610017498"],
    }
    const here = feedbackSent.filter(
      (metric: Json) =>
        metric.span_id === "1683795535652684607" ||
        metric.trace_id === id ||
        metric.session_id === "sess-42" ||
        metric.feedback_join_key === "ticket-981",
    )
    expect(feedback.map(nameOf).sort()).toEqual(here.map(nameOf).sort())
    for (const event of feedback) {
      expect(event.on_spans.toSorted(), nameOf(event)).toEqual(spans[event.eval_scope as keyof typeof spans])
      expect(event.counted, nameOf(event)).toBe(event.eval_scope !== "session")
    }
  })

  test("a sampled-out span is not kept, is counted, and what was said about it hangs in the air", async () => {
    const [{ trace_id, span_id }] = dropped
    expect((await sayso.get(`/api/v1/traces/${trace_id}`)).status).toBe(404)
    expect((await sayso.get("/metrics")).text).toContain(
      `\nsayso_spans_sampled_out_total ${dropped.length}\n`,
    )
    const inTheAir = await list("feedback/unmatched?limit=1000")
    const expected = feedbackSent.filter((metric: Json) =>
      ["1", "not-a-number!", span_id].includes(metric.span_id),
    )
    expect(expected).toHaveLength(8)
    expect(inTheAir.map(nameOf).sort()).toEqual(expected.map(nameOf).sort())
  })

  test("a trace of OpenTelemetry's API is found by both of its ids", async () => {
    const { spans } = await list("traces/6b039fab000000003b91c144a9e47470")
    const apm = "00000000000000005d37b019233e5e68"
    for (const id of [apm, apm.slice(16), String(BigInt(`0x${apm}`))])
      expect((await list(`traces/${id}`)).spans, id).toEqual(spans)
  })

  test("nothing was rejected, and the log has no complaint", async () => {
    expect(await list("rejected")).toEqual([])
    expect(sayso.log()).not.toMatch(/"level":[4-6]0/)
  })

  test("sending everything once more changes nothing", async () => {
    const before = [await list("feedback?all=true&limit=1000"), await list("sessions/sess-42")]
    for (const capture of captures) {
      const again = await replay(sayso, to(), capture)
      if (capture.path.endsWith("/eval-metric")) expect(again.json).toEqual(answered.get(capture.file)?.json)
    }
    await settle(2)
    const after = [await list("feedback?all=true&limit=1000"), await list("sessions/sess-42")]
    // A span's last copy stands for it, with its own arrival; an eval metric's first one does.
    expect(withoutArrivalOfSpans(after)).toEqual(withoutArrivalOfSpans(before))
  })
})

function withoutArrivalOfSpans([feedback, { traces, ...session }]: Json): Json {
  const bare = traces.map(({ spans, ...head }: Json) => ({
    ...head,
    spans: spans.map((span: Json) => ({ ...span, arrived: 0 })),
  }))
  return [feedback, { ...session, traces: bare }]
}
