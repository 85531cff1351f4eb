import "./style.css"
import { CSPProvider } from "@base-ui/react/csp-provider"
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { Refusal } from "./api.ts"
import { makeRouter } from "./routes.tsx"

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What was refused is refused again; a server that restarts answers in a moment.
      retry: (count, error) =>
        count < 2 && !(error instanceof Refusal && error.status >= 400 && error.status < 500),
      retryDelay: (count) => 500 * 2 ** count,
    },
  },
})

const place = document.querySelector("#app")
if (place) {
  createRoot(place, {
    // What a server refuses is said on the page, and is no fault of the page's.
    onCaughtError: (error) => error instanceof Refusal || reportError(error),
  }).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={queries}>
          <RouterProvider router={makeRouter()} />
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  )
}
