import { randomBytes } from "node:crypto"
import { endpoints, type Endpoint, type EndpointName, type Face } from "@sayso/protocol/api.ts"
import { errors, fault, type Fault } from "@sayso/protocol/errors.ts"
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify"
import { statusAnswer } from "../intake/otlp/answer.ts"
import { otlpEncoding } from "../intake/take.ts"
import { answerTracer, apmAnswer, tracerPaths } from "../intake/tracer.ts"
import type { Log } from "../log.ts"
import type { Metrics } from "../metrics.ts"
import { answerBrokenRequest, asFault, errorBody, jsonApi } from "./answers.ts"
import { collect, type Place, type Room } from "./body.ts"
import type { Caller } from "./caller.ts"
import { servePages } from "./pages.ts"
import { isApmTraces, isOtlp, isPage, methodsAt, pathOf, tracerMethods } from "./paths.ts"
import { readQuery } from "./query.ts"
import { mediaTypeOf, type Handlers } from "./route.ts"

export interface ServerDeps {
  readonly handlers: Handlers
  readonly log: Log
  readonly metrics: Metrics
  readonly maxBodyBytes: number
  /** For the bodies of all requests at once. */
  readonly room: Room
  /** Which of the two ports this is. The agent port serves tracers alone. */
  readonly face: Face
  /** The folder of the built pages. Undefined: this port shows none. */
  readonly pages: string | undefined
  /** The caller of a request, or a Fault. */
  readonly authenticate: (request: FastifyRequest, scope: Endpoint["scope"]) => Caller | Promise<Caller>
}

/** Longer than the pauses of any tracer, which idle between flushes on one connection. */
const keepAliveMs = 75_000
/** A client that sends its body slower than this is cut off. */
const requestMs = 120_000
/** How long a stopping server waits for requests under way. One that is not answered by then was not taken. */
const stopMs = 3_000

/** What every answer says unless it says otherwise: it is kept nowhere, and is nothing that a browser should draw. */
const answerHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
} as const

/** An HTTP server with every endpoint of its face bound to its handler. It listens when told to. */
export function createServer(deps: ServerDeps): FastifyInstance {
  const app = fastify({
    bodyLimit: deps.maxBodyBytes,
    keepAliveTimeout: keepAliveMs,
    requestTimeout: requestMs,
    forceCloseConnections: "idle",
    // What still comes in while the server stops is taken as ever: SDKs never repeat what was refused.
    return503OnClosing: false,
    genReqId: createRequestIds(),
    // Ids are never refused for their length; the URL as a whole is bounded by Node.
    routerOptions: { maxParamLength: 16_384, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => void refuse(deps, error, request, reply),
    clientErrorHandler: answerBrokenRequest,
  })
  // What nobody reads is dropped as it comes, so that nobody fills the memory with it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", (_request, payload, done) => {
    payload
      .on("end", () => done(null))
      .on("error", done)
      .resume()
  })
  app.setErrorHandler((error, request, reply) => refuse(deps, error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    refuse(deps, noSuchPath(request, reply, deps.face), request, reply),
  )
  app.addHook("preClose", async () => {
    // Unreferenced: with nothing left to wait for, the process ends before.
    setTimeout(() => app.server.closeAllConnections(), stopMs).unref()
  })
  app.decorateRequest("caller")
  app.decorateRequest("place")
  app.addHook("onRequest", (_request, reply, done) => {
    void reply.headers(answerHeaders)
    done()
  })

  void app.register(async (bound) => {
    // Wire formats are read by their own readers, whatever the client calls its media type.
    bound.removeAllContentTypeParsers()
    bound.addContentTypeParser("*", (request, payload, done) => {
      collect(payload, deps.maxBodyBytes, request.getDecorator<Place>("place"), done)
    })
    for (const [name, row] of Object.entries(endpoints) as [EndpointName, Endpoint][]) {
      if (deps.face === "main" || row.face === "agent") bind(bound, deps, name, row)
    }
  })
  for (const url of tracerPaths) {
    app.route({
      method: [...tracerMethods],
      url,
      async onRequest(request) {
        // Nothing of this is kept, so it needs no key: a tracer that is refused here may send its telemetry elsewhere.
        if (deps.face === "agent") await deps.authenticate(request, "intake")
      },
      async handler(request, reply) {
        const { status, body } = answerTracer(pathOf(request))
        return reply.code(status).send(body)
      },
    })
  }
  if (deps.pages !== undefined) servePages(app, deps.pages)
  return app
}

/** A random beginning for the process, and then a number. */
function createRequestIds(): () => string {
  const process = randomBytes(6).toString("hex")
  let count = 0
  return () => `${process}-${(count += 1)}`
}

function bind(app: FastifyInstance, deps: ServerDeps, name: EndpointName, row: Endpoint): void {
  const handler = deps.handlers[name]
  app.route({
    method: row.method,
    url: row.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    // Before the body is read, so that nobody fills the memory without a key.
    onRequest(request, reply, done) {
      const letIn = (caller: Caller): void => {
        request.setDecorator("caller", caller)
        if (row.method !== "GET") {
          const place = deps.room.open()
          request.setDecorator("place", place)
          reply.raw.once("close", () => place.leave())
        }
        done()
      }
      try {
        const caller = deps.authenticate(request, row.scope)
        if (caller instanceof Promise) caller.then(letIn, done)
        else letIn(caller)
      } catch (error) {
        done(error as Error)
      }
    },
    async handler(request, reply) {
      const answer = await handler({
        caller: request.getDecorator<Caller>("caller"),
        endpoint: name,
        path: pathOf(request),
        params: request.params as Record<string, string>,
        // Events are never lost over a parameter that nobody reads.
        query: row.scope === "read" ? readQuery(row.query, request.query) : {},
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        headers: request.headers,
        onAgentPort: deps.face === "agent",
        signal: row.scope === "read" ? untilGone(reply) : untilNever,
      })
      const { body } = answer
      return reply
        .code(answer.status ?? row.status)
        .type(answer.type ?? "application/json; charset=utf-8")
        .send(typeof body === "string" || body instanceof Uint8Array ? body : `${JSON.stringify(body)}\n`)
    },
  })
}

const untilNever = new AbortController().signal

/** Aborts when the client goes away. */
function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once("close", () => gone.abort())
  return gone.signal
}

function refuse(
  deps: ServerDeps,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  // Whoever asked has gone away, which ended what was done for them. There is nobody to tell, and nothing is wrong.
  if (reply.raw.destroyed) return reply
  const problem = asFault(error, request.id, deps.maxBodyBytes)
  const { status } = errors[problem.code]
  deps.metrics.count("sayso_http_errors_total", { code: problem.code })
  if (status >= 500)
    deps.log.error(
      { err: problem.cause ?? problem, request: request.id, path: request.routeOptions.url },
      problem.message,
    )
  if (status === 503) void reply.header("retry-after", "5")
  if (status === 429) void reply.header("retry-after", "1")
  // Closing now would reset a client that is still sending, before it has read why. The rest is read and dropped.
  if (status === 413) void reply.removeHeader("connection")
  // A tracer would complain to its application, and send the same again: what it has here beside LLM spans nobody keeps anyway.
  if (status === 413 && isApmTraces(pathOf(request))) return reply.code(200).send(apmAnswer)
  const { type, body } = refusalOf(request, problem)
  return reply.code(status).type(type).send(body)
}

/** A refusal as the clients of the path read it: OpenTelemetry's, Datadog's, and ours. */
function refusalOf(request: FastifyRequest, problem: Fault): { type: string; body: string | Uint8Array } {
  const path = pathOf(request)
  if (isOtlp(path)) return statusAnswer(otlpEncoding(mediaTypeOf(request.headers)), problem.message)
  const { status } = errors[problem.code]
  const body =
    status === 429 && !path.startsWith("/api/v1/")
      ? { errors: [problem.message] }
      : errorBody(problem.problems)
  return { type: jsonApi, body: `${JSON.stringify(body)}\n` }
}

function noSuchPath(request: FastifyRequest, reply: FastifyReply, face: Face): Error {
  const path = pathOf(request)
  const said = path.slice(0, 200)
  const allowed = methodsAt(path, face)
  if (allowed.length === 0)
    return fault("not_found", `There is nothing at ${said}. /openapi.json lists the paths.`)
  if (isPage(path) && allowed.includes(request.method))
    return fault(
      "not_found",
      `${said} is a page, for browsers. Programs read /api/v1${said}; /openapi.json lists the paths.`,
    )
  void reply.header("allow", allowed.join(", "))
  return fault("method_not_allowed", `${said} takes ${allowed.join(", ")}.`)
}
