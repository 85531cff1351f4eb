import { Check, ThumbsDown, ThumbsUp, X } from "lucide-react"
import type { LabelSummary } from "@sayso/protocol/api.ts"
import { count } from "./figures.ts"
import { thumbOf } from "./mark.ts"

/** What users say of it, label by label: how many good, how many bad, the mean of scores, the answers given most. */
export function Summary({ summary }: { summary: readonly LabelSummary[] }) {
  if (summary.length === 0) return null
  return (
    <ul className="flex flex-wrap gap-1.5" aria-label="Feedback that counts here">
      {summary.map((row) => (
        <li
          key={row.label}
          className="flex h-6 items-center gap-2 rounded-full border border-line px-2.5 text-xs text-quiet tabular-nums"
          title={`${row.label}: ${row.count} in all, ${row.pass} assessed as good, ${row.fail} as bad`}
        >
          <bdi className="max-w-40 truncate">{row.label}</bdi>
          <Figures row={row} />
        </li>
      ))}
    </ul>
  )
}

const mostAnswers = 3
const meanText = new Intl.NumberFormat("en", { maximumFractionDigits: 2 })

function Figures({ row: { count: all, pass, fail, mean, values } }: { row: LabelSummary }) {
  if (mean !== undefined) {
    return (
      <span>
        mean <b className="font-semibold text-ink">{meanText.format(mean)}</b>
        {all > 1 && ` · ${count(all)}`}
      </span>
    )
  }
  const answers = Object.entries(values).toSorted(([, a], [, b]) => b - a)
  const thumbs = answers.length > 0 && answers.every(([answer]) => thumbOf(answer) !== undefined)
  const good = thumbs ? sum(answers, true) : pass
  const bad = thumbs ? sum(answers, false) : fail
  const [Good, Bad] = thumbs ? [ThumbsUp, ThumbsDown] : [Check, X]
  if (good + bad > 0) {
    return (
      <>
        {good > 0 && (
          <b className="inline-flex items-center gap-0.5 font-semibold text-good">
            <Good className="size-3" strokeWidth={2.5} aria-label="good" /> {count(good)}
          </b>
        )}
        {bad > 0 && (
          <b className="inline-flex items-center gap-0.5 font-semibold text-bad">
            <Bad className="size-3" strokeWidth={2.5} aria-label="bad" /> {count(bad)}
          </b>
        )}
        {good + bad < all && <span title="without an assessment">{count(all - good - bad)} other</span>}
      </>
    )
  }
  if (answers.length === 0) return <b className="font-semibold text-ink">{count(all)}</b>
  return answers.slice(0, mostAnswers).map(([answer, times]) => (
    <span key={answer} className="inline-flex gap-1">
      <bdi className="max-w-32 truncate">{answer}</bdi>{" "}
      <b className="font-semibold text-ink">{count(times)}</b>
    </span>
  ))
}

function sum(answers: readonly (readonly [string, number])[], up: boolean): number {
  return answers.reduce((all, [answer, times]) => all + (thumbOf(answer) === up ? times : 0), 0)
}
