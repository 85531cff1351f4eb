import { Link } from "@tanstack/react-router"
import { CircleAlert, MessagesSquare } from "lucide-react"
import type { TraceOutline } from "@sayso/protocol/api.ts"
import { Id } from "../../parts/Copy.tsx"
import { Crumbs } from "../../parts/Crumbs.tsx"
import { compact, duration, msOf, several } from "../../parts/figures.ts"
import { AppName } from "../../parts/Submitter.tsx"
import { Summary } from "../../parts/Summary.tsx"
import { When } from "../../parts/When.tsx"
import { traceCost } from "./costs.ts"
import { modelTokens } from "./tokens.ts"

/** What a trace is, in two lines. */
export function TraceHeader({ trace }: { trace: TraceOutline }) {
  const tokens = modelTokens(trace.spans)
  const cost = traceCost(trace.spans)
  return (
    <header className="border-b border-line px-4 py-2.5">
      <Crumbs here="Trace">
        {trace.session_ids.map((id) => (
          <Link
            key={id}
            to="/sessions/$sessionId"
            params={{ sessionId: id }}
            className="inline-flex max-w-64 min-w-0 items-center gap-1 rounded hover:text-ink hover:underline"
          >
            <MessagesSquare className="size-3.5 shrink-0" aria-hidden />
            <bdi className="truncate">{id}</bdi>
          </Link>
        ))}
      </Crumbs>
      <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1">
        <h1 className="flex min-w-0 items-center gap-2 text-xl font-semibold tracking-tight">
          <bdi className="line-clamp-3 wrap-anywhere">
            {trace.name || (trace.span_count === 0 ? "Trace" : "Trace without a root")}
          </bdi>
          {trace.status === "error" && (
            <CircleAlert className="size-4.5 shrink-0 text-bad" role="img" aria-label="ended with an error" />
          )}
        </h1>
        <Summary summary={trace.summary} />
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-0.5 text-sm text-quiet">
        {trace.ml_apps.map((name) => (
          <AppName key={name} name={name} />
        ))}
        {trace.span_count > 0 && (
          <>
            <When at={msOf(trace.start_ns)} />
            <span className="tabular-nums">{duration(trace.duration_ns)}</span>
            <span>{several(trace.span_count, "span")}</span>
          </>
        )}
        {tokens > 0 && <span title="Tokens of all model calls">{compact(tokens)} tokens</span>}
        {cost && (
          <span className="tabular-nums" title={cost.title}>
            {cost.text}
          </span>
        )}
        {trace.error_count > 0 && <span className="text-bad">{several(trace.error_count, "error")}</span>}
        <Id text={trace.trace_id} what="the trace id" />
      </div>
    </header>
  )
}
