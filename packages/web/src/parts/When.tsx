import { useSyncExternalStore } from "react"
import { ago, exactly } from "./figures.ts"

const tickMs = 15_000
let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function tell(): void {
  now = Date.now()
  for (const listener of listeners) listener()
}

function listen(changed: () => void): () => void {
  listeners.add(changed)
  if (timer === undefined) now = Date.now()
  timer ??= setInterval(tell, tickMs)
  return () => {
    listeners.delete(changed)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time in epoch ms, new every 15 s. */
export function useNow(): number {
  return useSyncExternalStore(listen, () => now)
}

/** How long ago, and exactly when under the pointer. */
export function When({ at, className }: { at: number; className?: string }) {
  const nowMs = useNow()
  const date = new Date(at)
  const valid = !Number.isNaN(date.getTime())
  return (
    <time className={className} {...(valid && { dateTime: date.toISOString(), title: exactly(at) })}>
      {valid ? ago(at, nowMs) : "at no time that a calendar has"}
    </time>
  )
}
