import { Link } from "@tanstack/react-router"
import { CircleAlert, Compass, KeyRound, Unplug } from "lucide-react"
import { useEffect, useState, type ReactNode } from "react"
import { hasKey, keepKey, Refusal } from "../api.ts"
import { button } from "./styles.ts"

/** Grey bars where text will be. */
export function Loading({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div className="flex flex-col gap-5 py-4" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} className="breathe flex gap-3">
          <div className="size-8 shrink-0 rounded-full bg-hover" />
          <div className="flex flex-1 flex-col gap-2 pt-1">
            <div className={`h-3 rounded bg-hover ${["w-3/4", "w-1/2", "w-2/3"][at % 3]}`} />
            <div className={`h-3 rounded bg-hover ${["w-1/3", "w-2/5", "w-1/4"][at % 3]}`} />
          </div>
        </div>
      ))}
    </div>
  )
}

/** A page's middle that says what is so, why, and what to do. */
export function Notice({
  icon,
  title,
  children,
  action,
}: {
  icon: ReactNode
  title: string
  children: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="mx-auto flex max-w-lg flex-col items-center gap-2 px-4 py-16 text-center">
      <span className="mb-1 grid size-10 place-items-center rounded-full bg-hover text-quiet [&_svg]:size-5">
        {icon}
      </span>
      <h2 className="text-lg font-semibold wrap-anywhere">{title}</h2>
      <div className="text-quiet wrap-anywhere">{children}</div>
      {action && <div className="mt-3">{action}</div>}
    </div>
  )
}

/** What the server, or the network, has against it; with a way to try again. */
export function CannotShow({
  error,
  again,
  missing,
  byItself = true,
}: {
  error: unknown
  again: () => void
  missing?: string
  /** Whether a server that is away is asked again without a click. */
  byItself?: boolean
}) {
  const { code, message } = error instanceof Refusal ? error : { code: "bug", message: String(error) }
  const retry = (
    <button type="button" className={button} onClick={again}>
      Try again
    </button>
  )
  switch (code) {
    case "key_missing":
    case "key_invalid":
    case "scope_missing":
      return <AskForKey reason={code === "key_missing" ? undefined : message} again={again} />
    case "not_found":
      return (
        <Notice icon={<Compass />} title={missing ?? "There is nothing here"} action={<HomeLink />}>
          {message}
        </Notice>
      )
    case "away":
      return <Away again={again} byItself={byItself} />
    default:
      return (
        <Notice icon={<CircleAlert />} title="This cannot be shown" action={retry}>
          {message}
        </Notice>
      )
  }
}

const againMs = 3_000

function Away({ again, byItself }: { again: () => void; byItself: boolean }) {
  useEffect(() => {
    if (!byItself) return undefined
    const timer = setInterval(again, againMs)
    return () => clearInterval(timer)
  }, [again, byItself])
  return (
    <Notice
      icon={<Unplug />}
      title="The server does not answer"
      action={
        <button type="button" className={button} onClick={again}>
          Try again
        </button>
      }
    >
      It may be starting again. Nothing that it has acknowledged is lost.
    </Notice>
  )
}

export function NoSuchPage() {
  return (
    <Notice icon={<Compass />} title="There is no such page" action={<HomeLink />}>
      The address may be cut short, or from a newer version.
    </Notice>
  )
}

function HomeLink() {
  return (
    <Link to="/" className={button}>
      Go to the feedback
    </Link>
  )
}

/** A server that other machines can reach wants a key for reading. */
function AskForKey({ reason, again }: { reason: string | undefined; again: () => void }) {
  const [key, setKey] = useState("")
  const [wrong, setWrong] = useState(false)
  return (
    <Notice icon={<KeyRound />} title="A key is needed to read here">
      <p>
        {reason ?? (
          <>
            This server asks for an application key. Whoever runs it makes one with{" "}
            <code className="font-mono text-xs">
              npm run sayso -- keys create --kind application --name me
            </code>
          </>
        )}
      </p>
      <form
        className="mt-4 flex gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          const kept = keepKey(key.trim())
          setWrong(!kept)
          if (kept) again()
        }}
      >
        <input
          type="password"
          autoComplete="off"
          required
          value={key}
          onChange={(event) => setKey(event.target.value)}
          placeholder="Application key"
          aria-label="Application key"
          aria-invalid={wrong}
          className="h-8 min-w-0 flex-1 rounded-md border border-edge bg-page px-2.5"
        />
        <button type="submit" className={button}>
          Open
        </button>
      </form>
      <p className="mt-2 text-sm text-faint" role="status">
        {wrong
          ? "This is no key: it has characters that no key has. Copy it again."
          : "It is kept in this tab alone."}
      </p>
      {hasKey() && (
        <button
          type="button"
          className="link mt-3 text-sm"
          onClick={() => {
            keepKey("")
            again()
          }}
        >
          Forget the key that this tab has
        </button>
      )}
    </Notice>
  )
}
