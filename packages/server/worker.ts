import { hash } from "node:crypto"
import { parentPort } from "node:worker_threads"
import { Fault } from "@sayso/protocol/errors.ts"
import { createEstimateCosts } from "./intake/costs.ts"
import { createTake, type Job } from "./intake/take.ts"
import type { Reply } from "./intake/workers.ts"
import { toLine } from "./store/lines.ts"

// The main file of an intake thread, as main.ts is of the process: it builds what turns bodies into rows, and answers jobs.

const take = createTake({
  toLine,
  digest: (text) => hash("sha256", text),
  estimateCosts: createEstimateCosts(),
})

parentPort?.on("message", (job: Job) => {
  const reply = answer(job)
  const batches = "taken" in reply ? reply.taken.batches : []
  // Small buffers share a piece of memory with others, which cannot be handed over.
  const own = batches.map(({ bytes }) => bytes).filter((bytes) => bytes.length === bytes.buffer.byteLength)
  parentPort?.postMessage(
    reply,
    own.map((bytes) => bytes.buffer as ArrayBuffer),
  )
})

function answer(job: Job): Reply {
  try {
    return { taken: take(job) }
  } catch (error) {
    if (error instanceof Fault) return { problems: error.problems }
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
