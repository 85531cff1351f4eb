import type { StoredSpan } from "@sayso/protocol/api.ts"
import { sql } from "../store/sql.ts"
import type { Store } from "../store/store.ts"
import { createIdIndex, keysOf } from "./ids.ts"
import { hasOne, portions } from "./lookup.ts"
import { visible, type Reader } from "./scope.ts"

interface ContentRow {
  readonly trace_id: string
  readonly span_id: string
  readonly input: string
  readonly output: string
}

/**
 * The spans with the messages that came apart from them (in OpenTelemetry's logs), in whichever order the two arrived. A span's
 * own input or output wins.
 */
export async function withContents(
  store: Store,
  reader: Reader,
  spans: readonly StoredSpan[],
): Promise<StoredSpan[]> {
  const bare = spans.filter((span) => lacksInput(span) || span.output === null)
  const keys = keysOf(bare.map((span) => span.trace_id))
  const rows = (
    await Promise.all(
      portions(keys).map((some) =>
        store.rows<ContentRow>(sql`SELECT trace_id, span_id, input, output ${visible(reader, "span_contents")}
          AND ${hasOne("trace_keys", some)} ORDER BY time_ns, sequence LIMIT 1 BY id`),
      ),
    )
  ).flat()
  if (rows.length === 0) return [...spans]
  const bySpan = createIdIndex(rows.map((row) => [row.span_id, row] as const))
  const byTrace = createIdIndex(rows.map((row) => [row.trace_id, row] as const))
  const ofTrace = new Map<string, Set<ContentRow>>()
  return spans.map((span) => {
    if (!lacksInput(span) && span.output !== null) return span
    let inTrace = ofTrace.get(span.trace_id)
    if (!inTrace) ofTrace.set(span.trace_id, (inTrace = new Set(byTrace.find(span.trace_id))))
    const own = bySpan.find(span.span_id).filter((row) => inTrace.has(row))
    return {
      ...span,
      input: lacksInput(span)
        ? joined(
            span.input,
            own.map((row) => row.input),
          )
        : span.input,
      output:
        span.output ??
        joined(
          null,
          own.map((row) => row.output),
        ),
    }
  })
}

/** Some instrumentations leave the instructions on the span, and put what was said into logs. */
function lacksInput({ input }: StoredSpan): boolean {
  if (input === null) return true
  const messages = messagesOf(input)
  return messages.length > 0 && messages.every((message) => roleOf(message) === "system")
}

function joined(own: unknown, parts: readonly string[]): unknown {
  const logged = parts.filter((part) => part !== "").flatMap((part) => JSON.parse(part) as unknown[])
  if (logged.length === 0) return own
  // Logs may tell the instructions again.
  const told = logged.some((message) => roleOf(message) === "system")
  return { ...(own as object | null), messages: told ? logged : [...messagesOf(own), ...logged] }
}

function messagesOf(content: unknown): readonly unknown[] {
  const messages =
    typeof content === "object" && content !== null && "messages" in content ? content.messages : undefined
  return Array.isArray(messages) ? messages : []
}

function roleOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "role" in message ? message.role : undefined
}
