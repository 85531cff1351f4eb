/**
 * What an ordinary tracer process calls beside its LLM data, and the answer that keeps it quiet and its data here. Anything
 * but a 2xx to telemetry makes some tracers send it elsewhere, and a broken `/info` all prompts.
 */
export interface TracerAnswer {
  readonly status: 200 | 202
  readonly body: object
}

/** `GET /info`: tracers go through an Agent when an endpoint starts with `/evp_proxy/v2/`. */
export function agentInfo(version: string): object {
  return {
    version,
    endpoints: [
      "/v0.4/traces",
      "/v0.5/traces",
      "/v0.6/stats",
      "/v0.7/config",
      "/telemetry/proxy/",
      "/dogstatsd/v2/proxy",
      "/evp_proxy/v2/",
      "/evp_proxy/v4/",
    ],
    client_drop_p0s: true,
    config: {},
    feature_flags: [],
    evp_proxy_allowed_headers: [
      "Content-Type",
      "Accept-Encoding",
      "Content-Encoding",
      "User-Agent",
      "DD-CI-PROVIDER-NAME",
    ],
  }
}

/** The paths below these belong to tracers: whatever is sent there is read to its end and answered. */
export const tracerPaths = [
  "/v0.1/*",
  "/v0.3/*",
  "/v0.4/*",
  "/v0.5/*",
  "/v0.6/*",
  "/v0.7/*",
  "/v1.0/*",
  "/telemetry/*",
  "/evp_proxy/*",
  "/dogstatsd/*",
  "/debugger/*",
  "/profiling/*",
  "/symdb/*",
  "/tracer_flare/*",
] as const

/** What APM traces are answered with: a sampling rate that keeps everything. */
export const apmAnswer = { rate_by_service: { "service:,env:": 1 } }

/**
 * The answer to a tracer's call on `path`. APM traces in the formats that carry no LLM spans are dropped: they repeat these
 * under the same ids.
 */
export function answerTracer(path: string): TracerAnswer {
  if (/^\/v0\.[345]\/traces$|^\/v1\.0\/traces$/.test(path)) return { status: 200, body: apmAnswer }
  // An empty object says that the configuration is up to date.
  if (path.startsWith("/v0.7/config")) return { status: 200, body: {} }
  if (path.startsWith("/v0.6/stats") || path.startsWith("/dogstatsd/")) return { status: 200, body: {} }
  return { status: 202, body: {} }
}
