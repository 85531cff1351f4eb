import { Fragment, useState, type ReactNode } from "react"
import { cutAt } from "./cut.ts"
import { count } from "./figures.ts"
import { splitAtTurningMarks } from "./turning.ts"

/** What a user wrote, as text and nothing else. A very long one is folded. */
export function Said({ text, className = "" }: { text: string; className?: string }) {
  const [whole, setWhole] = useState(false)
  const cut = cutAt(text)
  return (
    <div className={className}>
      <p className={cut < text.length ? "said long" : "said"} dir="auto">
        {plainly(whole ? text : text.slice(0, cut))}
        {!whole && cut < text.length && "…"}
      </p>
      {cut < text.length && (
        <button type="button" className="link mt-1 text-sm" onClick={() => setWhole(!whole)}>
          {whole ? "Show less" : `Show all ${count(text.length)} characters`}
        </button>
      )}
    </div>
  )
}

/** The text with its turning marks shown instead of obeyed, so that it reads in the order in which it was written. */
function plainly(text: string): ReactNode {
  const parts = splitAtTurningMarks(text)
  if (!parts.some((part) => part.mark !== undefined)) return text
  return parts.map((part, at) =>
    part.mark === undefined ? (
      <Fragment key={at}>{part.text}</Fragment>
    ) : (
      <span
        key={at}
        className="mx-px rounded bg-warn-tint px-0.5 align-[1px] font-mono text-[0.625rem] text-warn"
        title="A mark that turns the direction of the text: shown here, and not obeyed"
      >
        {part.mark}
      </span>
    ),
  )
}
