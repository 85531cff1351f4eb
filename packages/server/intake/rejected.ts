import type { Event, Rejected } from "@sayso/protocol/event.ts"
import type { BadItem } from "./evalMetric.ts"

/** The most of a rejected body that is kept, in characters. */
const maxKeptBody = 65_536

/** An item that could not be used as the event that tells people so. */
export function rejectedEvent(format: string, bad: BadItem): Event {
  const [first] = bad.problems
  const rejected: Rejected = {
    format,
    code: first?.code ?? "bad_body",
    detail: bad.problems.map((problem) => problem.detail).join(" "),
    pointer: first?.pointer ?? bad.pointer,
    body: cut(asText(bad.item)),
  }
  return { kind: "rejected", rejected }
}

/** A body that could not be read at all as the event that tells people so. */
export function unreadableBody(format: string, code: string, detail: string, body: Uint8Array): Event {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, maxKeptBody * 4)).toString(
    "utf8",
  )
  return { kind: "rejected", rejected: { format, code, detail, pointer: "", body: cut(text) } }
}

function cut(text: string): string {
  return text.length > maxKeptBody ? `${text.slice(0, maxKeptBody).toWellFormed()}…` : text
}

function asText(item: unknown): string {
  try {
    return (JSON.stringify(item) ?? "").toWellFormed()
  } catch {
    return "(nests too deeply to be shown)"
  }
}
