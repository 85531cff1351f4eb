import type { IncomingMessage } from "node:http"
import { fault } from "@sayso/protocol/errors.ts"

/** The bytes of bodies that the server holds at once, from their announcement to their answer. */
export interface Room {
  /** A place for one request. */
  open(): Place
  /** How many requests have one. */
  count(): number
}

export interface Place {
  /** False where there is no room for so many bytes more, or the place was left. */
  enter(bytes: number): boolean
  leave(): void
}

export function createRoom(mostBytes: number): Room {
  let held = 0
  let count = 0
  return {
    count: () => count,
    open() {
      let own = 0
      let left = false
      count += 1
      return {
        enter(bytes) {
          // A single body is bounded by itself.
          if (left || (held + bytes > mostBytes && held > own)) return false
          held += bytes
          own += bytes
          return true
        },
        leave() {
          if (left) return
          held -= own
          count -= 1
          left = true
        },
      }
    },
  }
}

/**
 * Reads a body. What is announced is let in at once, so that a request is refused before it sends; what is not, as it comes.
 * The rest of a refused body is read and dropped: to close the connection now would reset a client that is still sending,
 * before it has read why.
 *
 * @param done gets a Fault `too_large` or `overloaded`, or the stream's own error.
 */
export function collect(
  payload: IncomingMessage,
  mostBytes: number,
  place: Place,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const announced = payload.headers["content-length"]
  const chunks: Buffer[] = []
  let size = 0
  const letIn = (bytes: number): boolean => {
    const over = size + bytes > mostBytes
    if (!over && place.enter(bytes)) return true
    payload.off("data", take).off("end", end).off("error", done).resume()
    done(
      over
        ? fault("too_large", `The body is larger than ${mostBytes} bytes.`)
        : fault("overloaded", "The server holds as many bodies as it can."),
    )
    return false
  }
  const take = (chunk: Buffer): void => {
    if (announced === undefined && !letIn(chunk.length)) return
    size += chunk.length
    chunks.push(chunk)
  }
  const end = (): void => done(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size))
  if (announced !== undefined && !letIn(Number(announced))) return
  payload.on("data", take).on("end", end).on("error", done)
}
