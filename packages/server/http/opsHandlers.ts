import type { Metrics } from "../metrics.ts"
import { openApi } from "./openapi.ts"
import type { Handlers } from "./route.ts"

export interface OpsDeps {
  readonly metrics: Metrics
  readonly version: string
  /** What has to work for events to be taken and read, by name; each resolves or says why not. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>
}

/** What tells operators and their tools how the server is. */
export function opsHandlers({
  metrics,
  version,
  checks,
}: OpsDeps): Pick<Handlers, "health" | "ready" | "metrics" | "openapi"> {
  return {
    health: async () => ({ body: { status: "ok" } }),
    async ready() {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => {
          const said = await check().then(
            () => "ok",
            (error: unknown) => (error instanceof Error ? error.message : String(error)),
          )
          return [name, said] as const
        }),
      )
      const ready = results.every(([, said]) => said === "ok")
      return {
        status: ready ? 200 : 503,
        body: { status: ready ? "ok" : "not ready", checks: Object.fromEntries(results) },
      }
    },
    metrics: async () => ({ type: metrics.contentType, body: await metrics.render() }),
    openapi: async () => ({ body: openApi(version) }),
  }
}
