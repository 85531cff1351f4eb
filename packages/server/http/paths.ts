import { endpoints, type Endpoint, type Face } from "@sayso/protocol/api.ts"
import type { FastifyRequest } from "fastify"
import { tracerPaths } from "../intake/tracer.ts"

export const tracerMethods = ["GET", "POST", "PUT"] as const
export const pageMethods = ["GET", "HEAD"] as const

/** What the app draws a page for, by the first part of the path; the rest of the path is an id. Beside these there is `/`. */
const shown = ["feedback", "traces", "sessions", "entities"]
const page = new RegExp(`^/(?:(?:${shown.join("|")})/.+)?$`)

const rows: readonly Endpoint[] = Object.values(endpoints)
const programs = new Set([...rows.map(({ path }) => path), ...tracerPaths].map(firstPart))

/** The path of a request as it came, without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0] ?? ""
}

/** Whether the app has a page at this path. What it is about may still not be there. */
export function isPage(path: string): boolean {
  return page.test(path)
}

/** Whether programs call this path or one near it, so that its answers are theirs to read. `/v1/…` is for protocols. */
export function isForPrograms(path: string): boolean {
  const part = firstPart(path)
  return programs.has(part) || /^v\d/.test(part)
}

/** The methods that a path takes. None: there is nothing. */
export function methodsAt(path: string, face: Face): string[] {
  const own = rows.filter(
    (row) => (face === "main" || row.face === "agent") && patternOf(row.path).test(path),
  )
  const methods = [
    ...(tracerPaths.some((tracer) => path.startsWith(tracer.slice(0, -1))) ? tracerMethods : []),
    ...own.map((row) => row.method),
    ...(face === "main" && isPage(path) ? pageMethods : []),
  ]
  return [...new Set(methods)]
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}/?$`)
}

function firstPart(path: string): string {
  return path.split("/")[1] ?? ""
}

/** Whether OpenTelemetry's exporters call this path, which read answers in the media type of what they sent. */
export function isOtlp(path: string): boolean {
  return /^\/v1\/(?:traces|logs|metrics)\/?$/.test(path)
}

/** Whether tracers send APM traces to this path. */
export function isApmTraces(path: string): boolean {
  return path === endpoints.sendApmTraces.path
}
