import { afterEach, expect, test, vi } from "vitest"
import type { Job, Taken } from "./take.ts"
import { createWorkers, takeWith, type Workers } from "./workers.ts"

let workers: Workers
const open = (count = 1, heapMb = 32): Workers =>
  (workers = createWorkers({ file: new URL("workers.child.ts", import.meta.url), count, heapMb }))
afterEach(() => workers.close())

const job = (org: string, text: string, more: Partial<Job> = {}): Job => ({
  format: "sdk-spans",
  bytes: Buffer.from(text),
  encoding: "",
  mediaType: "application/json",
  fromSdk: true,
  version: 2,
  org,
  arrivedMs: 0,
  places: { ms: 0, first: 0 },
  limits: { bodyBytes: 1, events: 1, depth: 1, fieldChars: 1, tags: 1, tagChars: 1 },
  ...more,
})

/** The row of a job, and the thread that made it. */
async function rowOf(taken: Promise<Taken>): Promise<string[]> {
  const [batch] = (await taken).batches
  expect(batch).toMatchObject({ stream: "spans", rows: 1 })
  expect(Buffer.isBuffer(batch?.bytes)).toBe(true)
  return String(batch?.bytes).trimEnd().split(" on ")
}

test("jobs are answered each with its own, however many wait", async () => {
  open(2)
  const rows = await Promise.all(
    Array.from({ length: 40 }, (_, at) => rowOf(workers.take(job(at % 3 === 0 ? "slow" : "", `job ${at}`)))),
  )
  expect(rows.map(([text]) => text)).toEqual(Array.from({ length: 40 }, (_, at) => `job ${at}`))
  expect(new Set(rows.map(([, thread]) => thread)).size).toBe(2)
})

test("a body that is alone in its memory is handed over, and a part of something larger stays", async () => {
  open()
  const alone = new Uint8Array(Buffer.from("alone"))
  const larger = Buffer.from("a part of it")
  expect((await rowOf(workers.take(job("", "", { bytes: alone }))))[0]).toBe("alone")
  expect((await rowOf(workers.take(job("", "", { bytes: larger.subarray(2, 6) }))))[0]).toBe("part")
  expect([alone.length, larger.toString()]).toEqual([0, "a part of it"])
})

test.each([
  ["refuse", { code: "bad_json", problems: [expect.objectContaining({ source: { pointer: "/a" } })] }],
  ["bug", { message: "TypeError: no such thing" }],
  ["throw", { message: "thrown" }],
  ["exit", { message: "A thread of the intake ended." }],
  ["memory", { code: "too_large", message: "To read the body takes more than 32 MB of memory." }],
])(
  "%s: that body alone fails, and the next is taken",
  async (org, expected) => {
    open()
    const before = rowOf(workers.take(job("slow", "before")))
    const failed = workers.take(job(org, "x"))
    const after = rowOf(workers.take(job("", "after")))
    await expect(failed).rejects.toMatchObject(expected)
    expect([(await before)[0], (await after)[0]]).toEqual(["before", "after"])
    expect((await rowOf(workers.take(job("", "later"))))[0]).toBe("later")
  },
  30_000,
)

test("closing ends what waits and what is worked on", async () => {
  open()
  const busy = workers.take(job("never", "x"))
  const waiting = workers.take(job("", "y"))
  const ended = Promise.allSettled([busy, waiting])
  await workers.close()
  const reasons = (await ended).map((result) => result.status === "rejected" && String(result.reason))
  expect(reasons).toEqual([expect.stringContaining("ended"), expect.stringContaining("server is stopping")])
  await expect(workers.take(job("", "z"))).rejects.toMatchObject({ code: "shutting_down" })
})

test.each([
  ["a small body", 24_576, "", "here"],
  ["a larger one", 24_577, "", "there"],
  ["a packed one, however small", 20, "gzip", "there"],
  ["an empty one", 0, "", "here"],
])("%s is read %s", async (_name, size, encoding, where) => {
  open()
  const taken: Taken = { batches: [], sampledOut: 0, answer: { body: "{}" } }
  const here = vi.fn(() => taken)
  const there = vi.fn(async () => taken)
  await takeWith(here, { ...workers, take: there })(job("", "x".repeat(size), { encoding }))
  expect([here.mock.calls.length, there.mock.calls.length]).toEqual(where === "here" ? [1, 0] : [0, 1])
})

test("a refusal on the spot is a rejection, never a throw", async () => {
  open()
  const take = takeWith(() => {
    throw new Error("refused")
  }, workers)
  await expect(take(job("", "x"))).rejects.toThrow("refused")
})
