import { fault } from "@sayso/protocol/errors.ts"
import { isEventId } from "@sayso/protocol/eventId.ts"

/** The place after an event in a list: its time in epoch ms, then its id. */
export type Position = readonly [timeMs: number, id: string]

/** The place after a page, as an opaque text for the URL. */
export function writeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url")
}

/** @throws a Fault `bad_parameter` for anything that {@link writeCursor} did not write. */
export function readCursor(cursor: string): Position {
  const value = parse(Buffer.from(cursor, "base64url").toString())
  if (
    Array.isArray(value) &&
    Number.isSafeInteger(value[0]) &&
    typeof value[1] === "string" &&
    isEventId(value[1])
  ) {
    return [Number(value[0]), value[1]]
  }
  throw fault(
    "bad_parameter",
    "cursor is not one that this list gave out: use meta.cursor of the page before.",
    {
      parameter: "cursor",
    },
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
