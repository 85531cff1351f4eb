import { Tabs } from "@base-ui/react/tabs"
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { hasKey } from "../../api.ts"
import { feedbackFields } from "../../queries.ts"
import { Copy } from "../../parts/Copy.tsx"
import { tab } from "../../parts/styles.ts"
import { firstLines } from "./firstLines.ts"

/** The home page before anything was said: lines to paste, and the promise to turn into the list by itself. */
export function FirstSteps() {
  const ways = firstLines(location.origin, hasKey())
  const { data: fields } = useQuery({ ...feedbackFields(), refetchInterval: 2_000 })
  const span = fields?.newest_span
  return (
    <div className="mx-auto max-w-3xl px-4 pt-10 pb-16">
      <h1 className="text-xl font-semibold tracking-tight">Nothing has been said yet</h1>
      <p className="mt-1.5 max-w-xl text-quiet">
        Send a first span and a first piece of feedback: paste the lines into a terminal. This page turns into
        the list by itself when feedback arrives.
      </p>
      <Tabs.Root defaultValue="curl" className="mt-6">
        <Tabs.List
          className="relative flex gap-1 overflow-x-auto border-b border-line"
          aria-label="Ways to send"
        >
          {ways.map((way) => (
            <Tabs.Tab key={way.id} value={way.id} className={tab}>
              {way.name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {ways.map((way) => (
          <Tabs.Panel key={way.id} value={way.id} className="pt-4 outline-offset-4">
            <p className="text-quiet">{way.intro}</p>
            <div className="mt-2.5 rounded-lg border border-line bg-panel">
              <div className="flex items-center justify-between border-b border-line py-1 ps-3.5 pe-1.5 text-xs text-faint">
                Paste into a terminal
                <Copy text={way.lines} what="the lines" />
              </div>
              <pre
                className="overflow-x-auto p-3.5 font-mono text-xs leading-5"
                data-lines={way.id}
                tabIndex={0}
                role="region"
                aria-label={`Lines for ${way.name}`}
              >
                {way.lines}
              </pre>
            </div>
            {way.after !== undefined && <p className="mt-2.5 text-sm text-faint">{way.after}</p>}
          </Tabs.Panel>
        ))}
      </Tabs.Root>
      <div className="mt-8 flex items-center gap-2.5 text-quiet" role="status">
        <span className="breathe size-2.5 shrink-0 rounded-full bg-good" aria-hidden />
        {span ? (
          <p>
            Spans arrive: the latest is{" "}
            <Link
              to="/traces/$traceId"
              params={{ traceId: span.trace_id }}
              search={{ span: span.span_id }}
              className="link"
            >
              <bdi className="wrap-anywhere">{span.name || span.span_id}</bdi>
            </Link>
            {span.ml_app !== "" && (
              <>
                {" "}
                of <bdi className="wrap-anywhere">{span.ml_app}</bdi>
              </>
            )}
            . Waiting for the first feedback…
          </p>
        ) : (
          <p>Waiting for the first feedback…</p>
        )}
      </div>
      <p className="mt-3 text-sm text-faint">
        Only want to look around?{" "}
        <code className="rounded bg-hover px-1 py-0.5 font-mono text-xs">
          {location.origin === "http://127.0.0.1:4000" ? "" : `SAYSO_URL=${location.origin} `}npm run demo
        </code>{" "}
        fills this server with a week of three applications.
      </p>
    </div>
  )
}
