import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router"
import { lazy, type FunctionComponent } from "react"
import { Refusal } from "./api.ts"
import type { FeedbackFilter } from "./queries.ts"
import { FeedbackPage } from "./pages/feedback/FeedbackPage.tsx"
import { CannotShow, NoSuchPage } from "./parts/states.tsx"
import { Frame } from "./parts/Frame.tsx"

/** After the page has loaded, for its own questions to be answered first. */
const idleMs = 1_500

export const tabs = ["overview", "evaluations", "feedback", "details"] as const
export type Tab = (typeof tabs)[number]

/** What of a trace is looked at. */
export interface TraceSearch {
  span?: string
  tab?: Tab
}

/** The list's filter, and the event that is unfolded in it. */
export type FeedbackSearch = FeedbackFilter & { open?: string }

type Given = Record<string, unknown>

const EventPage = later(async () => (await import("./pages/feedback/EventPage.tsx")).EventPage)
const TracePage = later(async () => (await import("./pages/trace/TracePage.tsx")).TracePage)
const SessionPage = later(async () => (await import("./pages/session/SessionPage.tsx")).SessionPage)
const EntityPage = later(async () => (await import("./pages/entity/EntityPage.tsx")).EntityPage)

/** A page whose code comes when it is first opened, or when the browser has nothing else to do. */
function later(load: () => Promise<FunctionComponent>) {
  const code = async () => {
    try {
      return { default: await load() }
    } catch (cause) {
      throw new Refusal(0, "away", "The code of this page did not come.", { cause })
    }
  }
  addEventListener("load", () => setTimeout(() => void load().catch(() => {}), idleMs), { once: true })
  return lazy(code)
}

const root = createRootRoute({ component: Frame, notFoundComponent: NoSuchPage })

const feedback = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (given: Given): FeedbackSearch => ({
    ...texts(given, ["ml_app", "label", "open"]),
    ...oneOf(given, "assessment", ["pass", "fail"] as const),
  }),
  component: FeedbackPage,
})

const event = createRoute({
  getParentRoute: () => root,
  path: "/feedback/$id",
  component: EventPage,
})

const trace = createRoute({
  getParentRoute: () => root,
  path: "/traces/$traceId",
  validateSearch: (given: Given): TraceSearch => ({
    ...texts(given, ["span"]),
    ...oneOf(given, "tab", tabs),
  }),
  component: TracePage,
})

const session = createRoute({
  getParentRoute: () => root,
  path: "/sessions/$sessionId",
  component: SessionPage,
})

const entity = createRoute({
  getParentRoute: () => root,
  path: "/entities/$key",
  component: EntityPage,
})

/** Values of the URL are texts: a span id of digits would lose some as a JavaScript number. */
export function makeRouter() {
  return createRouter({
    routeTree: root.addChildren([feedback, event, trace, session, entity]),
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const given = Object.entries(search as Given).filter(([, value]) => value !== undefined)
      const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
      return text && `?${text}`
    },
    defaultPreload: "intent",
    scrollRestoration: true,
    // Code that did not come is not asked for again by the browser until the page is loaded anew.
    defaultErrorComponent: ({ error }) => (
      <CannotShow error={error} again={() => location.reload()} byItself={false} />
    ),
  })
}

function texts<Name extends string>(given: Given, names: readonly Name[]): { [name in Name]?: string } {
  const found = names.flatMap((name) => {
    const value = given[name]
    return typeof value === "string" && value !== "" ? [[name, value] as const] : []
  })
  return Object.fromEntries(found) as { [name in Name]?: string }
}

function oneOf<Name extends string, Value extends string>(
  given: Given,
  name: Name,
  values: readonly Value[],
): { [name in Name]?: Value } {
  const value = values.find((candidate) => candidate === given[name])
  return (value === undefined ? {} : { [name]: value }) as { [name in Name]?: Value }
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
