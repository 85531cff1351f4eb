import { Braces, Check, Quote, Star, ThumbsDown, ThumbsUp, X } from "lucide-react"
import { markOf, scoreText, toneOf, wordsOf, type Answer, type Mark, type Scale, type Tone } from "./mark.ts"

const tints: Record<Tone, string> = {
  good: "bg-good-tint text-good",
  bad: "bg-bad-tint text-bad",
  plain: "bg-hover text-quiet",
}

const inks: Record<Tone, string> = { good: "text-good", bad: "text-bad", plain: "text-quiet" }

const icons = { up: ThumbsUp, down: ThumbsDown, yes: Check, no: X, said: Quote, json: Braces, score: Star }

function iconOf(mark: Mark, tone: Tone): keyof typeof icons {
  switch (mark.kind) {
    case "thumb":
      return mark.up ? "up" : "down"
    case "yes":
      return mark.yes ? "yes" : "no"
    case "quote":
      return "said"
    case "json":
      return "json"
    case "stars":
    case "share":
    case "number":
      return "score"
    case "chip":
      return tone === "good" ? "yes" : tone === "bad" ? "no" : "said"
  }
}

/** The answer as a round sign that one sees before reading. */
export function MarkSign({
  answer,
  scale,
  small,
}: {
  answer: Answer
  scale?: Scale | undefined
  small?: boolean
}) {
  const mark = markOf(answer, scale)
  const tone = toneOf(answer, mark)
  const Icon = icons[iconOf(mark, tone)]
  const size = small === true ? "size-6 [&_svg]:size-3" : "size-8 [&_svg]:size-4"
  const number = mark.kind === "stars" ? scoreText(mark.filled) : undefined
  return (
    <span className={`grid shrink-0 place-items-center rounded-full ${size} ${tints[tone]}`} aria-hidden>
      {number === undefined ? (
        <Icon strokeWidth={2.25} />
      ) : (
        <b className="text-sm font-semibold tabular-nums">{number}</b>
      )}
    </span>
  )
}

/** How much of a star is filled, in percent. */
function share(filled: number): number {
  return Math.max(0, Math.min(1, filled)) * 100
}

/** The answer in a line of text: stars, a bar, a chip or a word. Nothing for a comment, which speaks for itself. */
export function MarkText({ answer, scale }: { answer: Answer; scale?: Scale | undefined }) {
  const mark = markOf(answer, scale)
  const tone = toneOf(answer, mark)
  switch (mark.kind) {
    case "stars":
      return (
        <span
          className={`inline-flex items-center gap-px align-[-2px] ${tone === "plain" ? "text-star" : inks[tone]}`}
          role="img"
          aria-label={`${scoreText(mark.filled)} of ${mark.of} stars`}
        >
          {Array.from({ length: mark.of }, (_, at) => (
            <span key={at} className="relative size-3.5">
              <Star className="absolute size-3.5 text-edge" strokeWidth={1.75} />
              <span
                className="absolute inset-y-0 start-0 overflow-hidden"
                style={{ width: `${share(mark.filled - at)}%` }}
              >
                <Star className="size-3.5 fill-current" />
              </span>
            </span>
          ))}
        </span>
      )
    case "share":
      return (
        <span className="inline-flex items-center gap-1.5">
          <span className="h-1.5 w-14 overflow-hidden rounded-full bg-line" aria-hidden>
            <span
              className={`block h-full bg-current ${inks[tone]}`}
              style={{ width: `${mark.value * 100}%` }}
            />
          </span>
          <span className={`font-medium tabular-nums ${inks[tone]}`}>{scoreText(mark.value)}</span>
        </span>
      )
    case "number":
      return <span className={`font-medium tabular-nums ${inks[tone]}`}>{scoreText(mark.value)}</span>
    case "thumb":
    case "yes":
    case "chip":
      return (
        <bdi
          className={`inline-block max-w-full rounded px-1.5 text-sm font-medium wrap-anywhere ${tints[tone]}`}
        >
          {wordsOf(answer) || "empty"}
        </bdi>
      )
    case "json":
    case "quote":
      return null
  }
}

/** Sign and figure close together, for rows that have little room. */
export function MarkChip({ answer, scale }: { answer: Answer; scale?: Scale | undefined }) {
  const mark = markOf(answer, scale)
  const tone = toneOf(answer, mark)
  const Icon = icons[iconOf(mark, tone)]
  return (
    <span className={`inline-flex items-center gap-0.5 ${inks[tone]}`} title={wordsOf(answer)}>
      <Icon className="size-3.5" strokeWidth={2.25} aria-label={wordsOf(answer)} />
      {mark.kind === "stars" && (
        <b className="text-xs font-semibold tabular-nums">{scoreText(mark.filled)}</b>
      )}
    </span>
  )
}
