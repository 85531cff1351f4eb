import type { TraceOutline } from "@sayso/protocol/api.ts"
import { KindIcon } from "../../parts/KindIcon.tsx"
import { EntityLink, SessionLink } from "../../parts/WordsView.tsx"
import type { Origin } from "./origins.ts"

/** Says where a group was given, and leads there. */
export function OriginTitle({
  origin,
  trace,
  onChoose,
}: {
  origin: Origin
  trace: TraceOutline
  onChoose: (spanId: string) => void
}) {
  switch (origin.from) {
    case "span":
      return <>On this span</>
    case "trace":
      return <>On the trace</>
    case "session":
      return (
        <>
          On its session <SessionLink id={origin.id} />{" "}
          <Note>counts for the session, not for this trace</Note>
        </>
      )
    case "entity":
      return (
        <>
          On the join key <EntityLink name={origin.key} />{" "}
          <Note>{origin.carried ? "which this span carries" : "which another span here carries"}</Note>
        </>
      )
    case "elsewhere": {
      const span = trace.spans.find((candidate) => candidate.span_id === origin.spanId)
      return (
        <>
          On{" "}
          <button
            type="button"
            className="link inline-flex max-w-full items-center gap-1 align-bottom"
            onClick={() => onChoose(origin.spanId)}
          >
            <KindIcon kind={span?.span_kind ?? ""} />
            <bdi className="truncate">{span?.name || origin.spanId}</bdi>
          </button>
        </>
      )
    }
    case "nowhere":
      return <>On a span that has not arrived</>
  }
}

function Note({ children }: { children: string }) {
  return <span className="font-normal text-faint">· {children}</span>
}
