import { STATUS_CODES } from "node:http"
import type { Socket } from "node:net"
import { errors, Fault, type Problem } from "@sayso/protocol/errors.ts"

export const jsonApi = "application/vnd.api+json; charset=utf-8"

/** The answer to a refusal, as every path of ours gives it. Shape: JSON:API errors. */
export function errorBody(problems: readonly Problem[]): object {
  return {
    errors: problems.map(({ code, detail, source }) => {
      const row = errors[code]
      return {
        status: String(row.status),
        code,
        title: row.title,
        detail: "told" in row ? detail : `${detail} ${row.todo}`,
        ...(source && { source }),
      }
    }),
  }
}

/** What is thrown inside, as a Fault: a bug becomes `internal` and keeps its cause for the log. */
export function asFault(error: unknown, requestId: string, maxBodyBytes: number): Fault {
  if (error instanceof Fault) return error
  const framework = fastifyFault(error, maxBodyBytes)
  if (framework) return framework
  return new Fault([{ code: "internal", detail: `Request ${requestId} failed.` }], { cause: error })
}

/** Fastify's own refusals in our words. */
function fastifyFault(error: unknown, maxBodyBytes: number): Fault | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new Fault([{ code: "too_large", detail: `The body is larger than ${maxBodyBytes} bytes.` }])
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
    case "ECONNRESET":
      return new Fault([{ code: "cut_short", detail: "The body is shorter than its Content-Length." }])
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new Fault([{ code: "bad_media_type", detail: "There is no reader for this Content-Type." }])
    case "FST_ERR_BAD_URL":
      return new Fault([
        {
          code: "bad_parameter",
          detail: "The URL has an escape that is no UTF-8. Escape the bytes of UTF-8, like %C3%A9 for é.",
        },
      ])
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new Fault([
        { code: "bad_parameter", detail: "A part of the URL's path is longer than 16,384 characters." },
      ])
    default:
      return undefined
  }
}

/** Answers what Node's reader of HTTP refuses before there is a request, and ends the connection. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy(error)
  const problem = brokenRequest(error.code)
  const { status } = errors[problem.code]
  const body = `${JSON.stringify(errorBody([problem]))}\n`
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    `content-type: ${jsonApi}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy())
}

function brokenRequest(code: string | undefined): Problem {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return { code: "headers_too_large", detail: "The URL and the headers are larger than 16 kB." }
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { code: "too_slow", detail: "The request did not arrive whole in time." }
    case "HPE_INVALID_EOF_STATE":
      return { code: "cut_short", detail: "The connection ended in the middle of the request." }
    default:
      return { code: "bad_http", detail: "What came on this connection cannot be read as HTTP." }
  }
}
