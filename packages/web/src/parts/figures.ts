// Figures as people read them.

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" })
const whole = new Intl.NumberFormat("en")
const brief = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 })

const dayMs = 86_400_000
const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["hour", 3_600_000],
  ["minute", 60_000],
]

/** "2 min. ago" for a week, then the date. Both in epoch ms. */
export function ago(atMs: number, nowMs: number): string {
  const past = nowMs - atMs
  if (past >= 7 * dayMs) return dayOf(atMs, nowMs)
  if (Math.abs(past) >= dayMs) return relative.format(-daysBetween(atMs, nowMs), "day")
  for (const [unit, ms] of steps)
    if (Math.abs(past) >= ms) return relative.format(-Math.trunc(past / ms), unit)
  return past < -20_000 ? "in a moment" : "just now"
}

/** "Today", "Yesterday", "Friday 20 November", and the year where it is another one. */
export function dayOf(atMs: number, nowMs: number): string {
  const [at, now] = [new Date(atMs), new Date(nowMs)]
  const days = daysBetween(atMs, nowMs)
  if (days === 0) return "Today"
  if (days === 1) return "Yesterday"
  return at.toLocaleDateString("en-GB", {
    weekday: days < 7 && days > 0 ? "long" : "short",
    day: "numeric",
    month: "long",
    ...(at.getFullYear() !== now.getFullYear() && { year: "numeric" }),
  })
}

/** How many midnights lie between, in the reader's zone. */
function daysBetween(atMs: number, nowMs: number): number {
  return Math.round((new Date(nowMs).setHours(0, 0, 0, 0) - new Date(atMs).setHours(0, 0, 0, 0)) / dayMs)
}

/** Date and time to the second, in the reader's zone. */
export function exactly(atMs: number): string {
  return new Date(atMs).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" })
}

export function clock(atMs: number): string {
  return new Date(atMs).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })
}

/** A duration in ns with two or three digits: "850 µs", "1.24 s", "2 min 5 s", "1 h 20 min". */
export function duration(ns: number): string {
  if (ns < 1_000) return `${Math.round(ns)} ns`
  if (ns < 999_500) return `${digits(ns / 1e3)} µs`
  if (ns < 999_500_000) return `${digits(ns / 1e6)} ms`
  if (ns < 59_950_000_000) return `${digits(ns / 1e9)} s`
  const seconds = Math.round(ns / 1e9)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function digits(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3, useGrouping: false })
}

export function count(value: number): string {
  return whole.format(value)
}

export function compact(value: number): string {
  return brief.format(value)
}

/** "1 span", "2 spans". */
export function several(value: number, noun: string): string {
  return `${whole.format(value)} ${noun}${value === 1 ? "" : "s"}`
}

/** US dollars to the cent, small ones with two digits that say something: "$1,234.50", "$0.042", "$0.00", "<$0.0001". */
export function dollars(value: number): string {
  if (value > 0 && value < 0.0001) return "<$0.0001"
  const size = Math.abs(value)
  if (size >= 1e15) return inDollars({ notation: "scientific" }).format(value)
  return inDollars({
    maximumFractionDigits: size === 0 ? 2 : Math.max(2, 1 - Math.floor(Math.log10(size))),
  }).format(value)
}

/** Every digit that matters: "$0.0000034". */
export function exactDollars(value: number): string {
  if (Math.abs(value) >= 1e15) return dollars(value)
  return inDollars({ maximumFractionDigits: 12 }).format(value)
}

/** An amount that nobody was charged as it stands: `word` is "about " or "~". What is less than an amount needs no word. */
export function approximately(value: number, word: string): string {
  const text = dollars(value)
  return text.startsWith("<") ? text : `${word}${text}`
}

function inDollars(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return new Intl.NumberFormat("en", { style: "currency", currency: "USD", ...options })
}

/** Epoch ns in digits as epoch ms. */
export function msOf(ns: string): number {
  return Number(BigInt(ns) / 1_000n) / 1_000
}
