// A worker for tests: the org of a job says what becomes of it.
import { setTimeout as sleep } from "node:timers/promises"
import { parentPort, threadId } from "node:worker_threads"
import type { Job } from "./take.ts"
import type { Reply } from "./workers.ts"

parentPort?.on("message", (job: Job) => void answer(job))

async function answer(job: Job): Promise<void> {
  switch (job.org) {
    case "refuse":
      return say({
        problems: [{ code: "bad_json", detail: "The body is not JSON.", source: { pointer: "/a" } }],
      })
    case "bug":
      return say({ bug: "TypeError: no such thing" })
    case "throw":
      throw new Error("thrown")
    case "exit":
      return process.exit(3)
    case "memory":
      return fill()
    case "slow":
      await sleep(100)
      break
    case "never":
      return
  }
  const bytes = Buffer.from(`${Buffer.from(job.bytes).toString()} on ${threadId}\n`)
  return say({
    taken: { batches: [{ stream: "spans", bytes, rows: 1 }], sampledOut: 0, answer: { body: "{}\n" } },
  })
}

function say(reply: Reply): void {
  parentPort?.postMessage(reply, [])
}

function fill(): never {
  const held: number[][] = []
  for (;;) held.push(Array.from({ length: 10_000 }, (_, at) => at + 0.5))
}
