import { useVirtualizer } from "@tanstack/react-virtual"
import { ChevronDown, ChevronRight, CircleAlert } from "lucide-react"
import { memo, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react"
import type { JoinedFeedback, TraceOutline } from "@sayso/protocol/api.ts"
import { duration, several } from "../../parts/figures.ts"
import { KindIcon, kindOf } from "../../parts/KindIcon.tsx"
import type { Scale } from "../../parts/mark.ts"
import { MarkChip } from "../../parts/MarkView.tsx"
import { useScales } from "../../parts/useScales.ts"
import { growTree, pathTo, rowsOf, ticksOf, type Row } from "./tree.ts"

const rowHeight = 30
const most = 4

/** The spans as a tree whose lines are bars on one timeline. Only the lines in view are drawn. */
export function SpanTree({
  trace,
  chosen,
  onChoose,
}: {
  trace: TraceOutline
  chosen: string
  onChoose: (spanId: string) => void
}) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const tree = useMemo(() => growTree(trace.spans), [trace.spans])
  const rows = useMemo(() => rowsOf(tree, folded), [tree, folded])
  const said = useMemo(() => feedbackBySpan(trace.feedback), [trace.feedback])
  const scroller = useRef<HTMLDivElement>(null)
  const at = rows.findIndex((row) => row.span.span_id === chosen)
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })

  // A span that is newly looked at, by a link for instance, is unfolded and brought into view. One may fold it again.
  const [shown, setShown] = useState(chosen)
  if (shown !== chosen) {
    setShown(chosen)
    const above = new Set(pathTo(trace.spans, chosen))
    setFolded(new Set([...folded].filter((id) => !above.has(id))))
  }
  const latest = useRef(at)
  useEffect(() => {
    latest.current = at
  }, [at])
  useEffect(() => {
    if (latest.current >= 0) lines.scrollToIndex(latest.current, { align: "auto" })
  }, [chosen, lines])

  const scaleOf = useScales()
  const fold = useCallback(
    (spanId: string, open: boolean) => {
      setFolded((before) => {
        const next = new Set(before)
        if (open) next.delete(spanId)
        else next.add(spanId)
        return next
      })
      // The eye is where one folds; what was chosen inside is out of sight.
      if (!open) onChoose(spanId)
    },
    [onChoose],
  )
  const go = (to: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))]
    if (row) onChoose(row.span.span_id)
  }
  const onKey = (event: KeyboardEvent) => {
    const row = rows[at]
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1)
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      PageDown: () => go(at + page),
      PageUp: () => go(at - page),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => {
        if (!row || row.below === 0) return
        if (row.open) go(at + 1)
        else fold(row.span.span_id, true)
      },
      ArrowLeft: () => {
        if (row?.open) fold(row.span.span_id, false)
        else {
          const parent = rows.findIndex((other) => other.span.span_id === row?.span.parent_id)
          if (parent >= 0) go(parent)
        }
      },
    }
    const move = moves[event.key]
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    move()
  }

  const drawn = lines.getVirtualItems()
  const folding = trace.spans.length > 20
  return (
    <div className="flex h-full max-h-[inherit] flex-col">
      <div className="flex h-8 shrink-0 items-center border-b border-line bg-panel text-xs text-faint">
        <div className="flex w-[54%] items-center gap-2 ps-3 sm:w-[46%]">
          <span>{several(trace.span_count, "span")}</span>
          {folding && (
            <button
              type="button"
              className="rounded px-1 hover:bg-hover hover:text-ink"
              onClick={() => setFolded(folded.size > 0 ? new Set() : foldAll(rows))}
            >
              {folded.size > 0 ? "Unfold all" : "Fold all"}
            </button>
          )}
        </div>
        <Ruler durationNs={tree.durationNs} />
      </div>
      <div
        ref={scroller}
        role="tree"
        aria-label="Spans"
        aria-activedescendant={drawn.some((line) => line.index === at) ? `span-row-${at}` : undefined}
        tabIndex={0}
        onKeyDown={onKey}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain -outline-offset-2"
      >
        <div className="relative" style={{ height: lines.getTotalSize() }} role="presentation">
          {drawn.map((line) => {
            const row = rows[line.index]
            if (!row) return null
            return (
              <Line
                key={row.span.span_id}
                row={row}
                index={line.index}
                top={line.start}
                chosen={line.index === at}
                said={said.get(row.span.span_id)}
                scaleOf={scaleOf}
                onChoose={onChoose}
                onFold={fold}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

interface LineProps {
  readonly row: Row
  readonly index: number
  /** In px from the first line. */
  readonly top: number
  readonly chosen: boolean
  readonly said: readonly JoinedFeedback[] | undefined
  readonly scaleOf: (label: string) => Scale | undefined
  readonly onChoose: (spanId: string) => void
  readonly onFold: (spanId: string, open: boolean) => void
}

/** Drawn again only when something of its own changes: while the tree scrolls, most lines stay as they are. */
const Line = memo(({ row, index, top, chosen, said, scaleOf, onChoose, onFold }: LineProps) => (
  <div
    id={`span-row-${index}`}
    role="treeitem"
    aria-level={row.depth + 1}
    aria-posinset={row.place}
    aria-setsize={row.siblings}
    aria-selected={chosen}
    {...(row.below > 0 && { "aria-expanded": row.open })}
    className="absolute inset-x-0 flex cursor-pointer items-center hover:bg-hover aria-selected:bg-tint"
    style={{ height: rowHeight, transform: `translateY(${top}px)` }}
    onClick={() => onChoose(row.span.span_id)}
  >
    <Name row={row} said={said} scaleOf={scaleOf} onFold={onFold} />
    <Bar row={row} />
  </div>
))
Line.displayName = "Line"

function Name({ row, said, scaleOf, onFold }: Pick<LineProps, "row" | "said" | "scaleOf" | "onFold">) {
  const { span, depth, below, open } = row
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <div
      className="flex h-full w-[54%] min-w-0 items-center gap-1 pe-2 sm:w-[46%]"
      style={{ paddingInlineStart: 6 + Math.min(depth, 24) * 14 }}
    >
      {below > 0 ? (
        <button
          type="button"
          tabIndex={-1}
          className="grid size-5 shrink-0 place-items-center rounded text-faint hover:bg-line hover:text-ink"
          aria-label={open ? "Fold" : `Unfold ${below} spans`}
          onClick={(event) => {
            event.stopPropagation()
            onFold(span.span_id, !open)
          }}
        >
          <Chevron className="size-3.5" />
        </button>
      ) : (
        <span className="w-5 shrink-0" />
      )}
      <KindIcon kind={span.span_kind} />
      <bdi className={`truncate ${span.status === "error" ? "text-bad" : ""}`}>
        {span.name || "(no name)"}
      </bdi>
      {!open && below > 0 && (
        <span className="shrink-0 rounded-full bg-hover px-1.5 text-xs text-faint">{below}</span>
      )}
      {span.status === "error" && (
        <CircleAlert className="size-3.5 shrink-0 text-bad" role="img" aria-label="error" />
      )}
      {said && (
        <span className="ms-auto flex shrink-0 items-center gap-1 rounded-full border border-line bg-page px-1.5 py-px max-sm:[&>*:nth-child(n+3)]:hidden">
          {said.slice(0, most).map((event) => (
            <MarkChip key={event.id} answer={event} scale={scaleOf(event.label)} />
          ))}
          {said.length > most && <span className="text-xs text-faint">+{said.length - most}</span>}
        </span>
      )}
    </div>
  )
}

function Bar({ row }: { row: Row }) {
  const { span, from, share } = row
  const failed = span.status === "error"
  return (
    <>
      <div className="relative h-full min-w-0 flex-1">
        <span
          className={`absolute top-1/2 h-2.5 min-w-0.5 -translate-y-1/2 rounded-xs ${failed ? "bg-bad" : kindOf(span.span_kind).bar} ${row.open ? "opacity-45" : "opacity-80"}`}
          style={{ insetInlineStart: `${from * 100}%`, width: `${Math.min(share, 1 - from) * 100}%` }}
        />
      </div>
      <span className="w-21 shrink-0 pe-3 text-end text-xs whitespace-nowrap text-faint tabular-nums">
        {duration(span.duration_ns)}
      </span>
    </>
  )
}

function Ruler({ durationNs }: { durationNs: number }) {
  return (
    <div className="relative me-21 h-full min-w-0 flex-1 overflow-hidden" aria-hidden>
      {ticksOf(durationNs, 5).map((tick) => (
        <span
          key={tick}
          className="absolute inset-y-0 flex items-center border-s border-line ps-1 whitespace-nowrap tabular-nums max-sm:not-first:hidden"
          style={{ insetInlineStart: `${(tick / durationNs) * 100}%` }}
        >
          {duration(tick)}
        </span>
      ))}
    </div>
  )
}

/** Only the outermost spans stay. */
function foldAll(rows: readonly Row[]): Set<string> {
  return new Set(rows.filter((row) => row.below > 0).map((row) => row.span.span_id))
}

/** Current words by the span they were given on. An id may be that of several spans. */
function feedbackBySpan(feedback: readonly JoinedFeedback[]): Map<string, JoinedFeedback[]> {
  const bySpan = new Map<string, JoinedFeedback[]>()
  for (const event of feedback) {
    if (event.state !== "current" || event.eval_scope !== "span") continue
    for (const id of event.on_spans) bySpan.set(id, [...(bySpan.get(id) ?? []), event])
  }
  return bySpan
}
