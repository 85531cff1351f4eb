import { Worker } from "node:worker_threads"
import { Fault, fault, type Problem } from "@sayso/protocol/errors.ts"
import type { Batch } from "../journal/pack.ts"
import type { Job, Take, Taken } from "./take.ts"

/** What a worker says when it is done with a job. */
export type Reply =
  | { readonly taken: Taken }
  | { readonly problems: readonly Problem[] }
  | { readonly bug: string }

export interface Workers {
  /** Rejects with the Faults of {@link Take}, and with `too_large` for a body that cannot be read within the memory there is. */
  take(job: Job): Promise<Taken>
  close(): Promise<void>
}

export interface WorkersOptions {
  /** A file that answers every {@link Job} with a {@link Reply}, in order. */
  readonly file: URL
  /** How many threads there may be. They are begun when they are needed. */
  readonly count: number
  /** What one of them may fill with one body. */
  readonly heapMb: number
}

interface Waiting {
  readonly job: Job
  readonly done: PromiseWithResolvers<Taken>
}

interface Thread {
  readonly worker: Worker
  /** What it works on: one job at a time, so that it is known which one was too much for it. */
  busy: Waiting | undefined
}

/** A body is read and forgotten: with room for several of them, little is left to be moved when the garbage is collected. */
const youngMb = 128

/**
 * Threads that turn large bodies into rows, so that the event loop stays free and a body that is hard to read delays no other
 * work than theirs. How many jobs may wait is bounded by whoever hands them in.
 */
export function createWorkers({ file, count, heapMb }: WorkersOptions): Workers {
  const threads = new Set<Thread>()
  const queue: Waiting[] = []
  let closed = false

  function take(job: Job): Promise<Taken> {
    if (closed)
      return Promise.reject(
        fault("shutting_down", "The server is stopping. Nothing of this request was kept."),
      )
    const done = Promise.withResolvers<Taken>()
    queue.push({ job, done })
    handOn()
    return done.promise
  }

  function handOn(): void {
    while (queue.length > 0) {
      const thread = idle()
      if (!thread) return
      const next = queue.shift()
      if (!next) return
      thread.busy = next
      const { bytes } = next.job
      // Handing the memory over saves a copy; what is part of something larger stays where it is.
      const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
      thread.worker.postMessage(next.job, whole ? [bytes.buffer] : [])
    }
  }

  function idle(): Thread | undefined {
    for (const thread of threads) if (!thread.busy) return thread
    return threads.size < count ? begin() : undefined
  }

  function begin(): Thread {
    const worker = new Worker(file, {
      resourceLimits: {
        maxOldGenerationSizeMb: heapMb,
        maxYoungGenerationSizeMb: youngMb,
      },
    })
    // Alone, it keeps no process running: whoever waits for it does.
    worker.unref()
    const thread: Thread = { worker, busy: undefined }
    threads.add(thread)
    worker.on("message", (reply: Reply) => {
      const { busy } = thread
      thread.busy = undefined
      handOn()
      if (!busy) return
      if ("taken" in reply) busy.done.resolve(withBuffers(reply.taken))
      else busy.done.reject("problems" in reply ? faultOf(reply.problems) : new Error(reply.bug))
    })
    const ended = (error: Error): void => {
      if (!threads.delete(thread)) return
      thread.busy?.done.reject(error)
      thread.busy = undefined
      void worker.terminate()
      if (!closed) handOn()
    }
    worker.on("error", (error) => ended(reasonOf(error, heapMb)))
    worker.on("exit", () => ended(new Error("A thread of the intake ended.")))
    return thread
  }

  return {
    take,
    async close() {
      closed = true
      const stopping = fault("shutting_down", "The server is stopping. Nothing of this request was kept.")
      for (const { done } of queue.splice(0)) done.reject(stopping)
      await Promise.all([...threads].map(({ worker }) => worker.terminate()))
    },
  }
}

/** Between threads a Buffer travels as plain bytes. */
function withBuffers(taken: Taken): Taken {
  const batches = taken.batches.map(({ bytes, ...batch }): Batch => ({
    ...batch,
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  }))
  return { ...taken, batches }
}

function faultOf([first, ...more]: readonly Problem[]): Error {
  return first ? new Fault([first, ...more]) : new Error("BUG: a refusal without a problem")
}

function reasonOf(error: unknown, heapMb: number): Error {
  if (error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return fault("too_large", `To read the body takes more than ${heapMb} MB of memory.`, undefined, error)
  }
  return error instanceof Error ? error : new Error(String(error))
}

/** A body up to this size is read on the spot: to hand it to a thread would take longer. */
const smallBytes = 24_576

/** Reads small bodies on the spot and hands the rest to the workers. */
export function takeWith(here: Take, workers: Workers): (job: Job) => Promise<Taken> {
  return async (job) =>
    job.bytes.length <= smallBytes && job.encoding === "" ? here(job) : workers.take(job)
}
