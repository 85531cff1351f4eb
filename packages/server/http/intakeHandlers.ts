import { contentId, isEventId, type Digest } from "@sayso/protocol/eventId.ts"
import { Fault, fault, type Problem } from "@sayso/protocol/errors.ts"
import type { Event } from "@sayso/protocol/event.ts"
import { rejectedEvent, unreadableBody, type Accept } from "../intake/accept.ts"
import { readEvalMetrics, type BadItem } from "../intake/evalMetric.ts"
import { isObject, readJson } from "../intake/json.ts"
import type { SpansBody } from "../intake/span.ts"
import { readSdkSpans, readSpansApi } from "../intake/spansApi.ts"
import { agentInfo } from "../intake/tracer.ts"
import type { Metrics } from "../metrics.ts"
import { jsonApi } from "./answers.ts"
import type { Answer, Call, Handlers } from "./route.ts"

export interface IntakeDeps {
  readonly accept: Accept
  readonly digest: Digest
  readonly metrics: Metrics
  readonly version: string
}

type IntakeNames =
  | "sendEvalMetrics"
  | "sendEvalMetricsV1"
  | "sendEvalMetricsProxied"
  | "sendSpans"
  | "sendSdkSpans"
  | "sendSdkSpansProxied"
  | "agentInfo"
  | "withdrawFeedback"

/** The most problems that one refusal lists. */
const maxProblems = 1_000

/** What writes events. Each parses its format, hands the events to `accept`, and answers when they are on disk. */
export function intakeHandlers({
  accept,
  digest,
  metrics,
  version,
}: IntakeDeps): Pick<Handlers, IntakeNames> {
  const takeMetrics = async (call: Call): Promise<Answer> => {
    const format = "eval-metric"
    const fromSdk = isSdkTraffic(call)
    const body = await readOrReject(call, format, fromSdk)
    if (body === undefined) return { body: {} }
    const read = readEvalMetrics(body, { fromSdk, version: isVersion1(call) ? 1 : 2 })
    if (!read.fromSdk) refuseWhole(read.bad)
    const events: Event[] = read.metrics.map((metric) => ({ kind: "eval_metric", metric }))
    const ids = await accept(call.caller.org, format, [
      ...events,
      ...read.bad.map((bad) => rejectedEvent(format, bad)),
    ])
    const taken = read.metrics.map((metric, index) => ({ id: ids[index], ...metric }))
    const id = contentId(["eval_metrics", ...ids], digest)
    return {
      type: jsonApi,
      body: { data: { type: "evaluation_metric", id, attributes: { metrics: taken } } },
    }
  }

  const takeSpans = async (
    call: Call,
    format: string,
    fromSdk: boolean,
    read: (body: unknown) => SpansBody,
  ): Promise<Answer> => {
    const body = await readOrReject(call, format, fromSdk)
    if (body === undefined) return { body: {} }
    const { spans, bad, dropped } = read(body)
    if (!fromSdk && !madeBySdk(call.sent)) refuseWhole(bad)
    const events: Event[] = spans.map((span) => ({ kind: "span", span }))
    await accept(call.caller.org, format, [...events, ...bad.map((item) => rejectedEvent(format, item))])
    if (dropped > 0) metrics.count("sayso_spans_sampled_out_total", {}, dropped)
    return { body: {} }
  }

  /**
   * The body as JSON. An unreadable one of an SDK is kept as rejected, since nobody would hear a refusal: undefined.
   * One that is too large is refused all the same: what would be kept of it tells nobody anything.
   */
  const readOrReject = async (call: Call, format: string, fromSdk: boolean): Promise<unknown> => {
    let bytes = call.sent
    try {
      bytes = await call.body()
      return readJson(bytes)
    } catch (error) {
      const kept = fromSdk || madeBySdk(bytes)
      if (!(error instanceof Fault) || error.code === "too_large" || !kept) throw error
      await accept(call.caller.org, format, [unreadableBody(format, error.code, error.message, bytes)])
      return undefined
    }
  }

  return {
    sendEvalMetrics: takeMetrics,
    sendEvalMetricsV1: takeMetrics,
    sendEvalMetricsProxied: takeMetrics,
    sendSpans: (call) => takeSpans(call, "spans-api", false, readSpansApi),
    sendSdkSpans: (call) => takeSpans(call, "sdk-spans", true, readSdkSpans),
    sendSdkSpansProxied: (call) => takeSpans(call, "sdk-spans", true, readSdkSpans),
    agentInfo: async () => ({ body: agentInfo(version) }),
    async withdrawFeedback(call) {
      const withdrawal = { event_id: eventIdOf(call.params["id"]), reason: reasonOf(await call.body()) }
      await accept(call.caller.org, "api", [{ kind: "withdrawal", withdrawal }])
      return { body: { data: withdrawal } }
    },
  }
}

/**
 * SDKs never retry, or for ever: their good items are taken and the bad ones kept. Only the Java SDK still uses version 1,
 * and it does not mark its items. A body's own marks are looked at later.
 */
function isSdkTraffic(call: Call): boolean {
  return call.onAgentPort || call.path.startsWith("/evp_proxy/") || isVersion1(call)
}

/** Every SDK puts its version into the tags of each item. */
function madeBySdk(bytes: Buffer): boolean {
  return bytes.includes("ddtrace.version:")
}

function isVersion1(call: Call): boolean {
  return call.endpoint === "sendEvalMetricsV1" || call.params["version"] === "v1"
}

/** @throws a Fault that names every bad item, when there is one: a direct call is taken whole or not at all. */
function refuseWhole(bad: readonly BadItem[]): void {
  const problems: Problem[] = bad.flatMap((item) =>
    item.problems.map(({ code, detail, pointer }) => ({ code, detail, source: { pointer } })),
  )
  const [first, ...more] = problems.slice(0, maxProblems)
  if (first) throw new Fault([first, ...more])
}

function eventIdOf(text: string | undefined): string {
  const id = (text ?? "").toLowerCase()
  if (isEventId(id)) return id
  throw fault("not_found", "The id of a feedback event is a UUID, as its 202 and the lists give it.")
}

function reasonOf(bytes: Buffer): string {
  if (bytes.length === 0) return ""
  const body = readJson(bytes)
  const reason = isObject(body) ? (body["reason"] ?? "") : undefined
  if (typeof reason === "string" && reason.length <= 10_000) return reason
  throw fault("bad_body", "The body is {reason?}, with a reason of up to 10,000 characters.", {
    pointer: "/reason",
  })
}
