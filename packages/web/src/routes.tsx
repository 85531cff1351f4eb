import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router"
import type { FeedbackFilter } from "./queries.ts"
import { FeedbackPage } from "./pages/feedback/FeedbackPage.tsx"
import { CannotShow, NoSuchPage } from "./parts/states.tsx"
import { Frame } from "./parts/Frame.tsx"

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
  component: lazyRouteComponent(() => import("./pages/feedback/EventPage.tsx"), "EventPage"),
})

const trace = createRoute({
  getParentRoute: () => root,
  path: "/traces/$traceId",
  validateSearch: (given: Given): TraceSearch => ({
    ...texts(given, ["span"]),
    ...oneOf(given, "tab", tabs),
  }),
  component: lazyRouteComponent(() => import("./pages/trace/TracePage.tsx"), "TracePage"),
})

const session = createRoute({
  getParentRoute: () => root,
  path: "/sessions/$sessionId",
  component: lazyRouteComponent(() => import("./pages/session/SessionPage.tsx"), "SessionPage"),
})

const entity = createRoute({
  getParentRoute: () => root,
  path: "/entities/$key",
  component: lazyRouteComponent(() => import("./pages/entity/EntityPage.tsx"), "EntityPage"),
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
    defaultErrorComponent: ({ error, reset }) => <CannotShow error={error} again={reset} />,
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
