import { Link } from "@tanstack/react-router"
import { ChevronRight } from "lucide-react"
import { Children, type ReactNode } from "react"

/** Where one is, and the way back. */
export function Crumbs({ here, children }: { here: string; children?: ReactNode }) {
  return (
    <nav aria-label="Where this is" className="flex flex-wrap items-center gap-1.5 text-sm text-faint">
      <Link to="/" className="rounded hover:text-ink hover:underline">
        Feedback
      </Link>
      {Children.map(children, (crumb) => (
        <>
          <ChevronRight className="size-3.5" aria-hidden />
          {crumb}
        </>
      ))}
      <ChevronRight className="size-3.5" aria-hidden />
      <span>{here}</span>
    </nav>
  )
}
