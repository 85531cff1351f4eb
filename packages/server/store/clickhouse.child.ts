// A ClickHouse server for tests: the real engine, chDB, behind ClickHouse's HTTP interface as the real server speaks it
// (src/Server/HTTPHandler.cpp), so far as an official client uses it. Serves the folder of its first argument until its
// input ends. The login is sayso, the password "p@ss:word".
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { buffer } from "node:stream/consumers"
import { gunzipSync, gzipSync } from "node:zlib"
import { Session } from "chdb"

const dir = process.argv[2] ?? ""
const login = `Basic ${Buffer.from("sayso:p@ss:word").toString("base64")}`
const version = "(version 26.7.2.1 (official build))"

/** A bound of what may stand before a server; its own is 1 MiB (http_max_uri_size). */
const maxUriBytes = 8_192
/** http_max_field_value_size, as it is by default. */
const maxFieldBytes = 131_072

/** Parameters of a request that are no settings. */
const reserved = new Set([
  "query",
  "database",
  "default_format",
  "query_id",
  "session_id",
  "wait_end_of_query",
  "buffer_size",
  "enable_http_compression",
])

/** exceptionCodeToHTTPStatus.cpp; all others are 500. */
const statusOf = new Map<number, number>([
  ...[6, 25, 26, 27, 38, 41, 43, 44, 47, 53, 62, 72, 117, 321, 376, 441, 675, 676, 36].map(
    (code) => [code, 400] as const,
  ),
  ...[46, 60, 63, 81, 115].map((code) => [code, 404] as const),
  ...[516, 497].map((code) => [code, 403] as const),
  [48, 501],
  [159, 408],
  [209, 503],
])

/** Errors that the engine meets after the first rows. */
const whileSending = new Set([158, 159, 241, 394, 396])

/** The engine stays open between requests. */
const anchor = new Session(dir)

class Refusal extends Error {
  readonly code: number

  constructor(code: number, name: string, message: string) {
    super(`Code: ${code}. DB::Exception: ${message} (${name})`)
    this.code = code
  }
}

interface Request {
  readonly query: string
  readonly params: URLSearchParams
  readonly body: Buffer
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader("X-ClickHouse-Server-Display-Name", "test")
  response.setHeader("X-ClickHouse-Timezone", "UTC")
  const url = new URL(request.url ?? "/", "http://localhost")
  if (url.pathname === "/ping" || (url.pathname === "/" && url.search === "" && request.method === "GET")) {
    response.end("Ok.\n")
    return
  }
  const read = await buffer(request)
  const gzipped = request.headers["content-encoding"] === "gzip"
  const zip =
    url.searchParams.get("enable_http_compression") === "1" &&
    /gzip/.test(request.headers["accept-encoding"] ?? "")
  const send = (status: number, text: Buffer): void => {
    response.statusCode = status
    if (zip) response.setHeader("Content-Encoding", "gzip")
    response.end(zip ? gzipSync(text) : text)
  }
  try {
    if (Buffer.byteLength(request.url ?? "") > maxUriBytes)
      throw new Refusal(1000, "POCO_EXCEPTION", "URI Too Long")
    if (request.headers.authorization !== login) {
      const why = "Authentication failed: password is incorrect, or there is no user with such name."
      throw new Refusal(516, "AUTHENTICATION_FAILED", why)
    }
    const asked = await readRequest(request, url.searchParams, gzipped ? gunzipSync(read) : read)
    response.setHeader("X-ClickHouse-Query-Id", asked.params.get("query_id") ?? "")
    const rows = await run(request.method ?? "", asked, response)
    response.setHeader(
      "X-ClickHouse-Summary",
      JSON.stringify({ read_rows: "0", read_bytes: "0", written_rows: "0" }),
    )
    send(200, rows)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const code = Number(/^Code: (\d+)\./.exec(message)?.[1] ?? 1002)
    const text = Buffer.from(`${message} ${version}\n`)
    response.setHeader("Content-Type", "text/plain; charset=UTF-8")
    if (whileSending.has(code) && url.searchParams.get("wait_end_of_query") !== "1") {
      send(200, Buffer.concat([Buffer.from('{"half":'), text]))
      return
    }
    response.setHeader("X-ClickHouse-Exception-Code", String(code))
    send(statusOf.get(code) ?? 500, text)
  }
}

/** The query comes in the URL, with data in the body, or in the body; parameters in the URL, or with the query as a form. */
async function readRequest(
  request: IncomingMessage,
  params: URLSearchParams,
  body: Buffer,
): Promise<Request> {
  const type = request.headers["content-type"] ?? ""
  if (type.startsWith("multipart/form-data")) {
    // Small forms of one known client: a reader of its own would say no more.
    // oxlint-disable-next-line typescript/no-deprecated
    const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData()
    for (const [name, value] of form) if (typeof value === "string") params.append(name, value)
    body = Buffer.alloc(0)
  }
  for (const [name, value] of params) {
    const isForm = type.startsWith("multipart/form-data")
    if (name !== "query" && Buffer.byteLength(value) >= maxFieldBytes) {
      throw new Refusal(
        1000,
        "POCO_EXCEPTION",
        `HTML Form Exception: Field value too long${isForm ? " in form" : ""}`,
      )
    }
  }
  const query = params.get("query")
  return query === null ? { query: body.toString(), params, body: Buffer.alloc(0) } : { query, params, body }
}

/** Runs one query in a context of its own, as every request has one. */
async function run(
  method: string,
  { query, params, body }: Request,
  response: ServerResponse,
): Promise<Buffer> {
  const settings = [...params].filter(([name]) => !reserved.has(name) && !name.startsWith("param_"))
  if (method === "GET") settings.push(["readonly", "2"])
  const insert = /^\s*INSERT INTO (\w+) FORMAT JSONEachRow\s*$/.exec(query)
  const session = new Session(dir)
  try {
    await session.queryAsync(`USE ${params.get("database") ?? "default"}`)
    if (insert) {
      if (method === "GET") throw new Refusal(164, "READONLY", "Cannot execute query in readonly mode.")
      const format = { format: "JSONEachRow", settings: Object.fromEntries(settings) } as const
      await session.insert({ table: insert[1] ?? "", values: body, ...format })
      return Buffer.alloc(0)
    }
    const mark = `http ${params.get("query_id")}`
    const bound = [...params].filter(([name]) => name.startsWith("param_"))
    const set = [["log_comment", mark], ...bound, ...settings].map(
      ([name, value]) => `${name} = ${quoted(value ?? "")}`,
    )
    const stop = (): void =>
      void anchor.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = ${quoted(mark)} ASYNC`)
    const of = new Map(settings)
    const mayStop =
      Number(of.get("readonly") ?? 0) > 0 && of.get("cancel_http_readonly_queries_on_client_close") === "1"
    if (mayStop) response.once("close", stop)
    await session.queryAsync(`SET ${set.join(", ")}`)
    const result = await session.queryAsync(query, { format: params.get("default_format") ?? "TabSeparated" })
    response.off("close", stop)
    return Buffer.from(result.bytes())
  } finally {
    session.close()
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&").replaceAll("\0", "\\0")}'`
}

const server = createServer({ maxHeaderSize: 2_000_000, keepAliveTimeout: 30_000 }, (request, response) => {
  handle(request, response).catch((error: unknown) =>
    response.destroy(error instanceof Error ? error : undefined),
  )
})
server.listen(Number(process.argv[3] ?? 0), "127.0.0.1", () => {
  const address = server.address()
  process.stdout.write(`${typeof address === "object" && address ? address.port : 0}\n`)
})
process.stdin.resume().once("end", () => {
  server.closeAllConnections()
  server.close(() => anchor.close())
})
