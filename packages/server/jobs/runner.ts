import type { Log } from "../log.ts"

/** A job runs until its signal aborts. One that fails is a bug: it is logged and begun again. */
export type Job = (signal: AbortSignal) => Promise<void>

export interface Runner {
  start(name: string, job: Job): void
  /** Aborts all jobs and resolves when the last has ended. */
  stop(): Promise<void>
}

const restartMs = 1_000

export function createRunner(log: Log): Runner {
  const stopping = new AbortController()
  const running: Promise<void>[] = []
  const keepRunning = async (name: string, job: Job): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await job(stopping.signal)
      } catch (error) {
        log.error({ err: error, job: name }, "a job failed and is begun again")
        await pause(restartMs, stopping.signal)
      }
    }
  }
  return {
    start(name, job) {
      running.push(keepRunning(name, job))
    },
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

/** Resolves after the time, or as soon as the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener("abort", () => resolve(), { once: true })
  return promise.finally(() => clearTimeout(timer))
}
