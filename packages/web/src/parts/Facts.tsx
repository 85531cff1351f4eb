import { Fragment, type ReactNode } from "react"

/** Names and what stands behind them, in two columns. What is undefined or empty is left out. */
export function Facts({ facts }: { facts: Readonly<Record<string, ReactNode>> }) {
  const given = Object.entries(facts).filter(
    ([, value]) => value !== undefined && value !== "" && value !== false,
  )
  return (
    <dl className="grid grid-cols-[minmax(5rem,max-content)_1fr] items-baseline gap-x-4 gap-y-1 text-sm">
      {given.map(([name, value]) => (
        <Fragment key={name}>
          <dt className="text-faint">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{typeof value === "string" ? <bdi>{value}</bdi> : value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
