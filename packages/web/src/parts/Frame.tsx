import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Moon, Search, Sun } from "lucide-react"
import { useEffect, useRef, useState, useSyncExternalStore, type SubmitEvent } from "react"
import { Refusal } from "../api.ts"
import { entity, session, traceOutline } from "../queries.ts"

/** What stands around every page. */
export function Frame() {
  const main = useRef<HTMLElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })
  const shown = useRef(path)
  useEffect(() => {
    // Whoever follows a link goes on reading there, also without seeing it.
    if (shown.current !== path) main.current?.focus({ preventScroll: true })
    shown.current = path
  }, [path])
  return (
    <>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:start-2 focus:top-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-1.5 focus:shadow-(--shadow)"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-30 flex h-12 items-center gap-3 border-b border-line bg-page px-4 sm:gap-5">
        <Link to="/" className="flex items-center gap-2 rounded text-lg font-semibold tracking-tight">
          <Logo />
          sayso
        </Link>
        <nav className="hidden sm:block" aria-label="Pages">
          <Link
            to="/"
            className="rounded px-1.5 py-1 text-quiet hover:text-ink"
            activeOptions={{ exact: true, includeSearch: false }}
            activeProps={{ className: "font-medium !text-ink" }}
          >
            Feedback
          </Link>
        </nav>
        <Finder />
        <ThemeSwitch />
      </header>
      <main ref={main} id="main" tabIndex={-1} className="overflow-x-clip outline-none">
        <Outlet />
      </main>
    </>
  )
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-6" aria-hidden>
      <path
        className="fill-accent"
        d="M8 3h16a6 6 0 0 1 6 6v9a6 6 0 0 1-6 6h-7.500l-6.700 5.300A.5.500 0 0 1 9 28.900V24H8a6 6 0 0 1-6-6V9a6 6 0 0 1 6-6z"
      />
      <path
        className="stroke-page"
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
        d="m10 13.500 4 4 8-8"
      />
    </svg>
  )
}

/** Opens whatever has the id that one pastes: a trace in any spelling, a session, or a join key. */
function Finder() {
  const [id, setId] = useState("")
  const queries = useQueryClient()
  const navigate = useNavigate()
  const find = useMutation({
    mutationFn: async (wanted: string) => {
      const there = (asked: Promise<unknown>) =>
        asked.then(
          () => true,
          (error: unknown) => {
            if (error instanceof Refusal && error.code === "not_found") return false
            throw error
          },
        )
      if (await there(queries.query({ ...traceOutline(wanted), retry: false })))
        return navigate({ to: "/traces/$traceId", params: { traceId: wanted } })
      if (await there(queries.query({ ...session(wanted), retry: false })))
        return navigate({ to: "/sessions/$sessionId", params: { sessionId: wanted } })
      if (await there(queries.query({ ...entity(wanted), retry: false })))
        return navigate({ to: "/entities/$key", params: { key: wanted } })
      throw new Refusal(404, "not_found", "No trace, session or join key has this name.")
    },
    // Whoever types fast is at the next one already.
    onSuccess: (_, wanted) => setId((now) => (now.trim() === wanted ? "" : now)),
  })
  const { reset } = find
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (id.trim() !== "") find.mutate(id.trim())
  }
  return (
    <form className="relative ms-auto w-full max-w-80" role="search" onSubmit={submit}>
      <Search className="pointer-events-none absolute start-2.5 top-2 size-4 text-faint" aria-hidden />
      <input
        value={id}
        onChange={(event) => {
          setId(event.target.value)
          reset()
        }}
        onKeyDown={(event) => event.key === "Escape" && reset()}
        onBlur={reset}
        placeholder="Open a trace, session or join key"
        aria-label="Open a trace, session or join key by its id"
        aria-describedby={find.isError ? "not-found" : undefined}
        spellCheck={false}
        autoComplete="off"
        className="h-8 w-full rounded-md border border-line bg-panel ps-8 pe-2 text-sm placeholder:text-faint"
      />
      {find.isError && (
        <p
          id="not-found"
          role="alert"
          className="absolute top-10 z-40 w-full rounded-md border border-line bg-raised px-2.5 py-1.5 text-sm shadow-(--shadow)"
        >
          {find.error.message}
        </p>
      )}
    </form>
  )
}

function ThemeSwitch() {
  // The system, or another tab, may change it as well.
  const theme = useSyncExternalStore(listenToTheme, () => document.documentElement.dataset["theme"])
  const next = theme === "dark" ? "light" : "dark"
  const Icon = theme === "dark" ? Sun : Moon
  return (
    <button
      type="button"
      className="grid size-8 shrink-0 place-items-center rounded-md text-quiet hover:bg-hover hover:text-ink"
      title={`Switch to ${next} colours`}
      aria-label={`Switch to ${next} colours`}
      onClick={() => {
        document.documentElement.dataset["theme"] = next
        try {
          localStorage.setItem("sayso.theme", next)
        } catch {}
      }}
    >
      <Icon className="size-4" />
    </button>
  )
}

function listenToTheme(changed: () => void): () => void {
  const watch = new MutationObserver(changed)
  watch.observe(document.documentElement, { attributeFilter: ["data-theme"] })
  return () => watch.disconnect()
}
