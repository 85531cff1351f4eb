import { useState, type ComponentProps } from "react"
import { collapseAllNested, JsonView } from "react-json-view-lite"
import { Copy } from "./Copy.tsx"
import { count } from "./figures.ts"
import { Guard } from "./Guard.tsx"

const icon = "inline-block w-3.5 cursor-pointer select-none text-faint hover:text-ink"

const style: NonNullable<ComponentProps<typeof JsonView>["style"]> = {
  container: "font-mono text-xs leading-5 wrap-anywhere",
  basicChildStyle: "ps-3.5",
  childFieldsContainer: "m-0 p-0",
  label: "text-quiet me-1",
  clickableLabel: "text-quiet me-1 cursor-pointer",
  stringValue: "text-good said",
  numberValue: "text-llm",
  booleanValue: "text-agent",
  nullValue: "text-faint",
  undefinedValue: "text-faint",
  otherValue: "text-ink",
  punctuation: "text-faint",
  expandIcon: `${icon} before:content-['▸']`,
  collapseIcon: `${icon} before:content-['▾']`,
  collapsedContent: "text-faint px-1 before:content-['…'] cursor-pointer",
  noQuotesForStringValues: false,
  quotesForFieldNames: false,
  stringifyStringValues: true,
  ariaLables: { collapseJson: "fold", expandJson: "unfold" },
}

/** Deeper than this is unfolded by hand, level by level. */
const deepest = 30
/** So many entries of a list or an object are drawn; a copy has them all. */
const mostEntries = 1_000

/** JSON as a tree that unfolds, its outermost level open. */
export function Json({ value, label }: { value: object; label: string }) {
  const [open, setOpen] = useState(false)
  const entries = Object.entries(value)
  const hidden = entries.length - mostEntries
  const drawn = hidden > 0 ? firstOf(value, entries) : value
  const deep = entries.some(([, item]) => typeof item === "object" && item !== null)
  return (
    <div
      className={`relative rounded-md border border-line bg-panel py-1.5 ps-1 ${deep ? "pe-20" : "pe-8"}`}
      role="group"
      aria-label={label}
    >
      {entries.length === 0 ? (
        <code className="font-mono text-xs text-faint">{Array.isArray(value) ? "[]" : "{}"}</code>
      ) : (
        <Guard otherwise={<p className="text-sm text-faint">Too deep to be drawn. Copy it to read it.</p>}>
          <div className="overflow-x-auto">
            <JsonView
              key={String(open)}
              data={drawn}
              style={style}
              shouldExpandNode={open ? (level) => level < deepest : collapseAllNested}
              clickToExpandNode
              aria-label={label}
            />
          </div>
        </Guard>
      )}
      {hidden > 0 && <p className="text-xs text-faint">and {count(hidden)} more entries, which a copy has</p>}
      <div className="absolute end-1 top-1 flex">
        <button
          type="button"
          className="h-6 rounded px-1 text-xs text-faint hover:bg-hover hover:text-ink"
          onClick={() => setOpen(!open)}
          hidden={!deep}
        >
          {open ? "Fold" : "Unfold"}
        </button>
        <Copy text={() => JSON.stringify(value, null, 2)} what={label} />
      </div>
    </div>
  )
}

function firstOf(value: object, entries: readonly [string, unknown][]): object {
  const first = entries.slice(0, mostEntries)
  return Array.isArray(value) ? first.map(([, item]) => item) : Object.fromEntries(first)
}
