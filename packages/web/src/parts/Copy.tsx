import { Check, Copy as CopyIcon, X } from "lucide-react"
import { useEffect, useState } from "react"

/** Puts a text on the clipboard, and says whether it could. A long text may be made when it is asked for. */
export function Copy({
  text,
  what,
  className = "",
}: {
  text: string | (() => string)
  what: string
  className?: string
}) {
  const [result, setResult] = useState<"copied" | "failed">()
  useEffect(() => {
    if (result === undefined) return undefined
    const timer = setTimeout(() => setResult(undefined), 2_000)
    return () => clearTimeout(timer)
  }, [result])
  const Icon = icons[result ?? "ready"]
  const said = { ready: `Copy ${what}`, copied: "Copied", failed: "This browser does not let the page copy" }[
    result ?? "ready"
  ]
  return (
    <button
      type="button"
      className={`inline-grid size-6 shrink-0 place-items-center rounded text-faint hover:bg-hover hover:text-ink ${className}`}
      title={said}
      aria-label={said}
      onClick={() => {
        copy(typeof text === "string" ? text : text()).then(
          () => setResult("copied"),
          () => setResult("failed"),
        )
      }}
    >
      <Icon className="size-3.5" />
    </button>
  )
}

const icons = { ready: CopyIcon, copied: Check, failed: X }

/** Over plain HTTP from another machine there is no clipboard, but the older way of copying a selection. */
async function copy(text: string): Promise<void> {
  // The types promise one everywhere.
  const clipboard = navigator.clipboard as Clipboard | undefined
  if (clipboard) return clipboard.writeText(text)
  const area = document.createElement("textarea")
  area.value = text
  area.className = "fixed top-0 opacity-0"
  document.body.append(area)
  area.select()
  // oxlint-disable-next-line typescript/no-deprecated -- there is no other way without the clipboard
  const copied = document.execCommand("copy")
  area.remove()
  if (!copied) throw new Error("The browser did not copy.")
}

/** An id in its own letters, cut where there is no room, copied with a click. */
export function Id({ text, what }: { text: string; what: string }) {
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-0.5">
      <bdi className="truncate font-mono text-xs text-quiet" title={text}>
        {text}
      </bdi>
      <Copy text={text} what={what} className="-my-0.5" />
    </span>
  )
}
