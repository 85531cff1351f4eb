import { Check, Copy as CopyIcon } from "lucide-react"
import { useEffect, useState } from "react"

/** Puts a text on the clipboard, and says that it did. */
export function Copy({ text, what, className = "" }: { text: string; what: string; className?: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), 1_500)
    return () => clearTimeout(timer)
  }, [copied])
  const Icon = copied ? Check : CopyIcon
  return (
    <button
      type="button"
      className={`inline-grid size-6 shrink-0 place-items-center rounded text-faint hover:bg-hover hover:text-ink ${className}`}
      title={`Copy ${what}`}
      aria-label={copied ? "Copied" : `Copy ${what}`}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      <Icon className="size-3.5" />
    </button>
  )
}

/** An id in its own letters, cut where there is no room, copied with a click. */
export function Id({ text, what }: { text: string; what: string }) {
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-0.5">
      <bdi className="truncate font-mono text-xs text-quiet" title={text}>
        {text}
      </bdi>
      <Copy text={text} what={what} />
    </span>
  )
}
