import { ClipboardCheck } from "lucide-react"
import type { JoinedEvaluation, TraceOutline } from "@sayso/protocol/api.ts"
import { Fold } from "../../parts/Conversation.tsx"
import { several } from "../../parts/figures.ts"
import { Json } from "../../parts/Json.tsx"
import { MarkSign, MarkText } from "../../parts/MarkView.tsx"
import { Said } from "../../parts/Said.tsx"
import { Notice } from "../../parts/states.tsx"
import { AppName } from "../../parts/Submitter.tsx"
import { When } from "../../parts/When.tsx"
import { OriginTitle } from "./OriginTitle.tsx"
import { byOrigin } from "./origins.ts"

/** What the team's own evaluators found, by where they looked. */
export function EvaluationsTab({
  trace,
  spanId,
  onChoose,
}: {
  trace: TraceOutline
  spanId: string
  onChoose: (spanId: string) => void
}) {
  const current = trace.evaluations.filter((event) => event.state === "current")
  const older = trace.evaluations.filter((event) => event.state !== "current")
  const groups = byOrigin(current, spanId)
  if (trace.evaluations.length === 0) {
    return (
      <Notice icon={<ClipboardCheck />} title="No evaluations">
        No evaluator has sent a result about this trace.
      </Notice>
    )
  }
  return (
    <div className="flex flex-col gap-5">
      {groups.map(([origin, events]) => (
        <section key={JSON.stringify(origin)}>
          <h3 className="mb-2 text-sm font-medium text-quiet wrap-anywhere">
            <OriginTitle origin={origin} trace={trace} onChoose={onChoose} />
          </h3>
          <div className="flex flex-col gap-2">
            {events.map((event) => (
              <EvaluationCard key={event.id} event={event} />
            ))}
          </div>
        </section>
      ))}
      {older.length > 0 && (
        <Fold
          title={<span className="text-sm text-quiet">{several(older.length, "earlier result")}</span>}
          more=""
        >
          <div className="flex flex-col gap-2">
            {older.map((event) => (
              <EvaluationCard key={event.id} event={event} />
            ))}
          </div>
        </Fold>
      )}
    </div>
  )
}

function EvaluationCard({ event }: { event: JoinedEvaluation }) {
  return (
    <article className="flex gap-2.5 rounded-lg border border-line bg-raised p-2.5">
      <MarkSign answer={event} small />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 text-sm">
          <bdi className="font-medium wrap-anywhere">{event.label}</bdi>
          <MarkText answer={event} />
          {event.status !== undefined && event.status !== "OK" && (
            <span className="rounded bg-warn-tint px-1.5 text-xs text-warn">{event.status}</span>
          )}
          <When at={event.time} className="ms-auto text-xs text-faint" />
        </div>
        {event.json_value !== undefined && (
          <div className="mt-1.5">
            <Json value={event.json_value} label={event.label} />
          </div>
        )}
        {event.reasoning !== undefined && <Said text={event.reasoning} className="mt-1" />}
        {event.error !== undefined && Object.keys(event.error).length > 0 && (
          <div className="mt-1.5">
            <Json value={event.error} label="error of the evaluator" />
          </div>
        )}
        <div className="mt-1 flex flex-wrap gap-x-3 text-xs text-faint">
          {event.ml_app !== undefined && <AppName name={event.ml_app} />}
        </div>
      </div>
    </article>
  )
}
