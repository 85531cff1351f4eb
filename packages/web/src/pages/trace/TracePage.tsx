import { useQuery } from "@tanstack/react-query"
import { useNavigate, useParams, useSearch } from "@tanstack/react-router"
import { useCallback, useEffect, useMemo } from "react"
import type { TraceOutline } from "@sayso/protocol/api.ts"
import { idsMeet } from "@sayso/protocol/ids.ts"
import type { Tab } from "../../routes.tsx"
import { traceOutline } from "../../queries.ts"
import { CannotShow, Loading } from "../../parts/states.tsx"
import { EvaluationsTab } from "./EvaluationsTab.tsx"
import { FeedbackTab } from "./FeedbackTab.tsx"
import { SpanPanel } from "./SpanPanel.tsx"
import { SpanTree } from "./SpanTree.tsx"
import { TraceHeader } from "./TraceHeader.tsx"

/** A trace: its spans as tree and timeline, and beside it whatever is known of one of them. */
export function TracePage() {
  const { traceId } = useParams({ from: "/traces/$traceId" })
  const { data: trace, error, refetch } = useQuery(traceOutline(traceId))
  useEffect(() => {
    document.title = `${trace?.name || "Trace"} · Sayso`
  }, [trace])
  if (error && !trace)
    return <CannotShow error={error} again={() => void refetch()} missing="No such trace has arrived" />
  if (!trace) {
    return (
      <div className="mx-auto max-w-3xl px-4">
        <Loading label="Loading the trace" />
      </div>
    )
  }
  if (trace.spans.length === 0) return <OnlySaid trace={trace} />
  return <WholeTrace trace={trace} traceId={traceId} />
}

function WholeTrace({ trace, traceId }: { trace: TraceOutline; traceId: string }) {
  const search = useSearch({ from: "/traces/$traceId" })
  const navigate = useNavigate({ from: "/traces/$traceId" })
  const first = trace.root_span_id ?? trace.spans[0]?.span_id ?? ""
  const chosen = useMemo(() => {
    const wanted = search.span ?? first
    return (
      trace.spans.find((span) => span.span_id === wanted) ??
      trace.spans.find((span) => idsMeet(span.span_id, wanted)) ??
      trace.spans.find((span) => span.span_id === first)
    )
  }, [trace, search.span, first])
  const choose = useCallback(
    (span: string) =>
      void navigate({ search: (before) => ({ ...before, span }), replace: true, resetScroll: false }),
    [navigate],
  )
  const show = (tab: Tab) =>
    void navigate({ search: (before) => ({ ...before, tab }), replace: true, resetScroll: false })
  return (
    <div className="flex flex-col lg:h-[calc(100dvh-3rem)]">
      <TraceHeader trace={trace} />
      <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
        <div className="max-h-[42dvh] min-h-0 border-b border-line lg:max-h-none lg:w-[54%] lg:border-e lg:border-b-0">
          <SpanTree trace={trace} chosen={chosen?.span_id ?? first} onChoose={choose} />
        </div>
        <div className="min-h-0 min-w-0 flex-1 lg:overflow-y-auto" id="span">
          {chosen && (
            <SpanPanel
              trace={trace}
              traceId={traceId}
              span={chosen}
              tab={search.tab ?? "overview"}
              onTab={show}
              onChoose={choose}
            />
          )}
        </div>
      </div>
    </div>
  )
}

/** Feedback came and its spans did not. */
function OnlySaid({ trace }: { trace: TraceOutline }) {
  return (
    <div className="mx-auto max-w-3xl">
      <TraceHeader trace={trace} />
      <div className="flex flex-col gap-5 p-4">
        <p className="text-quiet">
          No span of this trace has arrived yet. What was said about it is kept, and joins by itself when they
          come.
        </p>
        <FeedbackTab trace={trace} spanId="" onChoose={() => {}} />
        {trace.evaluations.length > 0 && <EvaluationsTab trace={trace} spanId="" onChoose={() => {}} />}
      </div>
    </div>
  )
}
