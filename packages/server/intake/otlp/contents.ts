import type { SpanContent } from "@sayso/protocol/event.ts"
import { createBag } from "./attributes.ts"
import { inputOf, messagesOf, speakerOf } from "./genAi.ts"
import { contentOf, nameResults, type Content, type Message } from "./messages.ts"
import type { OtlpLog } from "./model.ts"

/** What log records say in place of their spans, one for each span in the order of the records, and how many said nothing. */
export function readContents(logs: readonly OtlpLog[]): { contents: SpanContent[]; dropped: number } {
  interface Said {
    readonly log: OtlpLog
    readonly input: Message[]
    readonly output: Message[]
  }
  const spans = new Map<string, Said>()
  let dropped = 0
  for (const log of logs) {
    const { input, output } = readLog(log)
    if (log.trace_id === "" || log.span_id === "" || input.length + output.length === 0) {
      dropped += 1
      continue
    }
    // All messages of one call have the same millisecond: only their order in the body says which came first.
    const name = `${log.trace_id} ${log.span_id}`
    const span = spans.get(name)
    if (span === undefined) spans.set(name, { log, input, output })
    else {
      for (const message of input) span.input.push(message)
      for (const message of output) span.output.push(message)
    }
  }
  const contents = [...spans.values()].map(({ log, input, output }) => {
    nameResults([...input, ...output])
    const { trace_id, span_id, time_ns } = log
    return { trace_id, span_id, input, output, time_ns: /^\d{1,20}$/.test(time_ns) ? time_ns : "0" }
  })
  return { contents, dropped }
}

function readLog({ event_name, attributes, body }: OtlpLog): { input: Message[]; output: Message[] } {
  const speaker = speakerOf(event_name)
  if (speaker === "choice") return { input: [], output: messagesOf(speaker, body) }
  if (speaker !== undefined) return { input: messagesOf(speaker, body), output: [] }
  if (event_name !== "gen_ai.client.inference.operation.details") return { input: [], output: [] }
  const bag = createBag(attributes)
  return {
    input: messagesIn(inputOf(bag)),
    output: messagesIn(contentOf(bag.take("gen_ai.output.messages"))),
  }
}

/** A text that is no list of messages is what somebody said all the same. */
function messagesIn(content: Content | undefined): Message[] {
  const value = content?.value === undefined ? [] : [{ role: "", content: content.value }]
  return [...(content?.messages ?? []), ...value]
}
