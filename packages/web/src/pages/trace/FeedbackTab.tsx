import { MessageSquareDashed } from "lucide-react"
import { useMemo } from "react"
import type { TraceOutline } from "@sayso/protocol/api.ts"
import { Notice } from "../../parts/states.tsx"
import { WordsList } from "../../parts/WordsView.tsx"
import { OriginTitle } from "./OriginTitle.tsx"
import { byOrigin } from "./origins.ts"

/** All that was said about the trace and what stands around it, by where it was given; each event once. */
export function FeedbackTab({
  trace,
  spanId,
  onChoose,
}: {
  trace: TraceOutline
  spanId: string
  onChoose: (spanId: string) => void
}) {
  const groups = useMemo(() => byOrigin(trace.feedback, spanId), [trace.feedback, spanId])
  if (groups.length === 0) {
    return (
      <Notice icon={<MessageSquareDashed />} title="No feedback yet">
        Nobody has said anything about this trace, its session or its join keys.
      </Notice>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      {spanId !== "" && groups[0]?.[0].from !== "span" && (
        <p className="text-sm text-quiet">Nothing was said on this span itself.</p>
      )}
      {groups.map(([origin, events]) => (
        <section key={JSON.stringify(origin)}>
          <h3 className="mb-2 text-sm font-medium text-quiet wrap-anywhere">
            <OriginTitle origin={origin} trace={trace} onChoose={onChoose} />
          </h3>
          <WordsList events={events} />
        </section>
      ))}
    </div>
  )
}
