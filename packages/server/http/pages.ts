import { realpath } from "node:fs/promises"
import { join, sep } from "node:path"
import fastifyStatic from "@fastify/static"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { isForPrograms, isPage, pageMethods, pathOf } from "./paths.ts"

/**
 * What a page may do in a browser: use what this server sends, and nothing else. No other site is told the URLs, which have
 * ids in them, and none can put a page into a frame.
 */
const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}

/** The build names these after their content, so that they never change. */
const forEver = "public, max-age=31536000, immutable"
const assets = "assets"

/** Plain names alone: no way up, no dot files, no escapes, and none of the compressed copies. */
const file = new RegExp(`^/(?:${assets}/)?(?!.*\\.(?:br|gz)$)[\\w-][\\w.-]*\\.\\w+$`)

const notBuilt =
  "The pages are not built. Stop the server and begin it with npm start, which builds them first.\n"

/**
 * Serves the built pages in a folder, as they are at the moment of the request: a new build shows when the browser loads the
 * page again. They hold no data, and so need no key: a link from anywhere may lead to them, and what they ask the API for
 * is checked there.
 */
export function servePages(app: FastifyInstance, folder: string): void {
  void app.register(fastifyStatic, {
    root: folder,
    serve: false,
    index: false,
    dotfiles: "ignore",
    preCompressed: true,
    acceptRanges: false,
    cacheControl: false,
    lastModified: false,
    setHeaders(reply, path) {
      const named = path.startsWith(join(folder, assets) + sep)
      reply.headers({ ...pageHeaders, "cache-control": named ? forEver : "no-cache" })
    },
  })
  // Whatever no endpoint takes.
  app.route({
    method: [...pageMethods],
    url: "/*",
    async handler(request, reply) {
      const path = pathOf(request)
      if (file.test(path) && (await holds(folder, path))) return send(request, reply, path)
      const status = statusOf(path, request.headers.accept)
      if (status === undefined) return reply.callNotFound()
      if (await holds(folder, "index.html")) return send(request, reply.code(status), "index.html")
      return reply.code(503).headers(pageHeaders).type("text/plain; charset=utf-8").send(notBuilt)
    },
  })
}

/**
 * With what status a path is answered by the app's page: 404 where the app itself says that there is nothing. Undefined
 * where a program asks, to which a page would say nothing.
 */
function statusOf(path: string, accept = ""): 200 | 404 | undefined {
  if (path === "/") return 200
  if (isForPrograms(path) || path.startsWith(`/${assets}/`) || !accept.includes("text/html")) return undefined
  return isPage(path) ? 200 : 404
}

/** Whether a file is there, and in this folder: no link leads out of it. */
async function holds(folder: string, path: string): Promise<boolean> {
  try {
    const [home, real] = await Promise.all([realpath(folder), realpath(join(folder, path))])
    return real.startsWith(home + sep)
  } catch {
    return false
  }
}

function send(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  // Nobody edits a page, so nobody asks for one only if it is unchanged. And what is not there cannot be "not modified".
  const conditions = [
    "if-match",
    "if-unmodified-since",
    ...(reply.statusCode === 200 ? [] : ["if-none-match"]),
  ]
  for (const name of conditions) delete request.raw.headers[name]
  return reply.sendFile(path)
}
