import { isEventId } from "@sayso/protocol/eventId.ts"
import { fault } from "@sayso/protocol/errors.ts"
import type { Accept, Keep } from "../intake/accept.ts"
import { isObject, readJson } from "../intake/json.ts"
import type { Limits } from "../intake/limits.ts"
import { exportAnswer } from "../intake/otlp/answer.ts"
import type { Places } from "../intake/stamp.ts"
import { otlpEncoding, placesFor, type Format, type Job, type Taken } from "../intake/take.ts"
import { agentInfo, apmAnswer } from "../intake/tracer.ts"
import type { Metrics } from "../metrics.ts"
import { mediaTypeOf, type Answer, type Call, type Handlers } from "./route.ts"

export interface IntakeDeps {
  /** Turns a body into rows, here or on another thread. */
  readonly take: (job: Job) => Promise<Taken>
  readonly keep: Keep
  readonly accept: Accept
  readonly places: (nowMs: number, count: number) => Places
  readonly limits: Limits
  readonly metrics: Metrics
  readonly version: string
  /** Epoch ms. */
  readonly now: () => number
}

type IntakeNames =
  | "sendEvalMetrics"
  | "sendEvalMetricsV1"
  | "sendEvalMetricsProxied"
  | "sendSpans"
  | "sendSdkSpans"
  | "sendSdkSpansProxied"
  | "sendApmTraces"
  | "putApmTraces"
  | "sendOtlpTraces"
  | "sendOtlpLogs"
  | "sendOtlpMetrics"
  | "agentInfo"
  | "withdrawFeedback"

/** What writes events: a body becomes rows, the rows go to disk, and then it is answered. */
export function intakeHandlers(deps: IntakeDeps): Pick<Handlers, IntakeNames> {
  const { take, keep, accept, places, limits, metrics, version, now } = deps

  const takeAs = async (format: Format, call: Call): Promise<Answer> => {
    const { body, caller, headers } = call
    const arrivedMs = now()
    const encoding = (headers["content-encoding"] ?? "").trim().toLowerCase()
    const { batches, sampledOut, answer } = await take({
      format,
      bytes: body,
      encoding: encoding === "identity" ? "" : encoding,
      mediaType: mediaTypeOf(call.headers),
      fromSdk: isSdkTraffic(call),
      version: isVersion1(call) ? 1 : 2,
      org: caller.org,
      arrivedMs,
      places: places(arrivedMs, placesFor(body, encoding !== "", limits)),
      limits,
    })
    await keep(format, batches)
    if (sampledOut > 0) metrics.count("sayso_spans_sampled_out_total", {}, sampledOut)
    return answer
  }

  const sendMetrics = (call: Call): Promise<Answer> => takeAs("eval-metric", call)
  const sendSdkSpans = (call: Call): Promise<Answer> => takeAs("sdk-spans", call)
  // Nearly all of this traffic has nothing for us in it, and is not even read.
  const sendApmTraces = async (call: Call): Promise<Answer> =>
    mayHoldLlmSpans(call) ? takeAs("apm-traces", call) : { body: apmAnswer }
  return {
    sendEvalMetrics: sendMetrics,
    sendEvalMetricsV1: sendMetrics,
    sendEvalMetricsProxied: sendMetrics,
    sendSpans: (call) => takeAs("spans-api", call),
    sendSdkSpans,
    sendSdkSpansProxied: sendSdkSpans,
    sendApmTraces,
    putApmTraces: sendApmTraces,
    sendOtlpTraces: (call) => takeAs("otlp-traces", call),
    sendOtlpLogs: (call) => takeAs("otlp-logs", call),
    sendOtlpMetrics: async (call) => exportAnswer(otlpEncoding(mediaTypeOf(call.headers)), "metrics", 0, ""),
    agentInfo: async () => ({ body: agentInfo(version) }),
    async withdrawFeedback(call) {
      const withdrawal = { event_id: eventIdOf(call.params["id"]), reason: reasonOf(call.body) }
      await accept(call.caller.org, "api", [{ kind: "withdrawal", withdrawal }])
      return { body: { data: withdrawal } }
    },
  }
}

function mayHoldLlmSpans({ body, headers }: Call): boolean {
  return headers["content-encoding"] !== undefined || body.includes("_llmobs")
}

/**
 * SDKs never retry, or for ever: their good items are taken and the bad ones kept. Only the Java SDK still uses version 1,
 * and it does not mark its items. A body's own marks are looked at later.
 */
function isSdkTraffic(call: Call): boolean {
  return (
    call.onAgentPort ||
    call.path.startsWith("/evp_proxy/") ||
    isVersion1(call) ||
    call.endpoint === "sendSdkSpans" ||
    call.endpoint === "sendApmTraces" ||
    call.endpoint === "putApmTraces"
  )
}

function isVersion1(call: Call): boolean {
  return call.endpoint === "sendEvalMetricsV1" || call.params["version"] === "v1"
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
