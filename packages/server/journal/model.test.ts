import * as fc from "fast-check"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { disk as realDisk } from "./files.ts"
import { openJournal, type Journal } from "./journal.ts"
import { batchOf } from "./pack.ts"
import type { Segment } from "./segment.ts"
import { simulatedDisk, type Act } from "./simulatedDisk.ts"

const root = mkdtempSync(join(tmpdir(), "sayso-model-"))
afterAll(() => rmSync(root, { recursive: true }))

const streams = ["a", "b"] as const
type Name = (typeof streams)[number]

const stream = fc.constantFrom(...streams)
const calls = fc.array(fc.array(fc.tuple(stream, fc.integer({ min: 0, max: 6 })), { maxLength: 3 }), {
  maxLength: 6,
})
const moment = fc.integer({ min: 0, max: 12 })

/** All the calls of one step are made at once. */
const append = fc.record({ step: fc.constant("append" as const), calls })
const peaceful = fc.oneof(
  { weight: 4, arbitrary: append },
  { weight: 4, arbitrary: fc.record({ step: fc.constant("next" as const), stream, calls }) },
  { weight: 3, arbitrary: fc.record({ step: fc.constant("done" as const), stream }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant("set aside" as const), stream }) },
  {
    weight: 1,
    arbitrary: fc.record({ step: fc.constant("reopen" as const), clockMs: fc.integer({ min: 0, max: 99 }) }),
  },
)
const harsh = fc.oneof(
  { weight: 12, arbitrary: peaceful },
  { weight: 2, arbitrary: fc.record({ step: fc.constant("kill" as const), calls, moment }) },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("power cut" as const),
      calls,
      moment,
      luck: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 20, maxLength: 20 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant("fault" as const),
      acts: fc.subarray<Act["name"]>(["open", "write", "datasync", "truncate", "sync", "unlink"], {
        minLength: 1,
      }),
      after: moment,
      times: fc.integer({ min: 1, max: 4 }),
      calls,
    }),
  },
)
type Step = typeof harsh extends fc.Arbitrary<infer S> ? S : never

/** A function that goes through the numbers, again and again. */
function goThrough(numbers: readonly number[]): () => number {
  let at = 0
  return () => numbers[at++ % numbers.length] ?? 0
}

/** What must be true of a journal, whatever is done to it; lines are numbers that never come twice. */
async function follow(steps: Step[], simulated: boolean) {
  let disk = simulatedDisk()
  const dir = simulated ? "/data/journal" : mkdtempSync(join(root, "run-"))
  let clockMs = 50
  let line = 0
  const acknowledged = new Map<string, Name>()
  /** Refused, or without an answer at a crash, where the disk did not let the journal take them back: may be found. */
  const possible = new Map<string, Name>()
  /** What the store has: segments by name, as it deduplicates them. */
  const stored = new Map<string, { stream: Name; text: string }>()
  const handed = new Map<Name, Segment>()
  const seen = new Map<string, string>()
  let mayGrow = false
  let journal = await open()

  function open(): Promise<Journal> {
    handed.clear()
    const files = simulated ? disk.files : realDisk
    return openJournal({
      dir,
      streams,
      maxBytes: 1 << 30,
      maxSegmentRows: 10,
      maxSegmentBytes: 40,
      now: () => clockMs,
      files,
    })
  }

  /** Makes the calls and notes what became of each at the time it is known. */
  function call(calls: [Name, number][][], takenBack: boolean): Promise<unknown> {
    const ours = disk
    return Promise.all(
      calls.map(async (parts) => {
        const batches = parts.map(([stream, rows]) => ({
          stream,
          lines: Array.from({ length: rows }, () => String((line += 1))),
        }))
        const lines = batches.flatMap(({ stream, lines }) => lines.map((line) => [line, stream] as const))
        for (const [line, stream] of lines) possible.set(line, stream)
        const taken = await journal.append(batches.map(({ stream, lines }) => batchOf(stream, lines))).then(
          () => true,
          () => false,
        )
        // What a dead process would still have said, nobody hears.
        if (ours !== disk) return
        for (const [line, stream] of lines) {
          if (taken) acknowledged.set(line, stream)
          if (taken || takenBack) possible.delete(line)
        }
      }),
    )
  }

  /** The oldest segment: the same one as before if it was handed out before, and not longer than it may be. */
  async function next(stream: Name) {
    const segment = await journal.next(stream, AbortSignal.timeout(1_000))
    if (!segment) throw new Error("nothing was handed out")
    const text = (await segment.read()).toString()
    expect(text.endsWith("\n")).toBe(true)
    expect(text.split("\n").length - 1).toBe(segment.rows)
    expect(text.length).toBe(segment.bytes)
    expect(segment.rows).toBeLessThanOrEqual(10)
    const before = handed.get(stream)
    if (before) expect(segment.name).toBe(before.name)
    const earlier = seen.get(segment.name)
    if (earlier !== undefined && mayGrow) expect(text.startsWith(earlier)).toBe(true)
    else if (earlier !== undefined) expect(text).toBe(earlier)
    seen.set(segment.name, text)
    handed.set(stream, segment)
    return { segment, text }
  }

  async function take(stream: Name, how: "done" | "set aside") {
    if (rowsOf(stream) === 0) return
    const { segment, text } = await next(stream)
    if (!stored.has(segment.name)) stored.set(segment.name, { stream, text })
    await (how === "done" ? journal.done(segment) : journal.setAside(segment, "because"))
    handed.delete(stream)
  }

  const rowsOf = (stream: Name) => journal.stats().streams.find((one) => one.stream === stream)?.rows ?? 0

  for (const step of steps) {
    switch (step.step) {
      case "append":
        await call(step.calls, true)
        break
      case "next": {
        const called = call(step.calls, true)
        if (rowsOf(step.stream) > 0) await next(step.stream)
        await called
        break
      }
      case "done":
      case "set aside":
        await take(step.stream, step.step)
        break
      case "reopen":
        await journal.close()
        clockMs = step.clockMs
        journal = await open()
        break
      case "kill":
      case "power cut":
        void call(step.calls, false)
        for (let turn = 0; turn < step.moment; turn += 1) await new Promise(setImmediate)
        disk = step.step === "kill" ? disk.afterKill() : disk.afterPowerCut(goThrough(step.luck))
        journal = await open()
        break
      case "fault": {
        let { after, times } = step
        disk.decide = ({ name }) =>
          step.acts.includes(name) && --after < 0 && --times >= 0 ? "EIO" : undefined
        const cuttingWorks = !step.acts.some((act) => ["open", "truncate", "sync", "unlink"].includes(act))
        mayGrow ||= !cuttingWorks
        await call(step.calls, cuttingWorks)
        disk.decide = () => undefined
        break
      }
      default:
        step satisfies never
    }
  }

  const stats = journal.stats()
  expect(stats.pendingBytes).toBe(0)
  expect(stats.bytes).toBe(stats.streams.reduce((sum, stream) => sum + stream.bytes, 0))
  await journal.close()
  journal = await open()
  for (const stream of streams) {
    let last = ""
    while (rowsOf(stream) > 0) {
      await take(stream, "done")
      const name = [...stored.keys()].findLast((name) => stored.get(name)?.stream === stream) ?? ""
      expect(name >= last).toBe(true)
      last = name
    }
  }
  await journal.close()

  for (const name of seen.keys()) expect(stored.has(name), `${name} was handed out and is gone`).toBe(true)
  const found = [...stored.values()].flatMap(({ stream, text }) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => [line, stream] as const),
  )
  expect(new Set(found.map(([line]) => line)).size).toBe(found.length)
  for (const [line, stream] of found)
    expect(acknowledged.get(line) ?? possible.get(line), `line ${line}`).toBe(stream)
  const foundLines = new Set(found.map(([line]) => line))
  for (const line of acknowledged.keys()) expect(foundLines.has(line), `line ${line} is lost`).toBe(true)
}

test("real files: whatever is appended comes out once and in order, over any number of starts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(peaceful, { maxLength: 30 }), (steps) => follow(steps, false)),
    { numRuns: 60 },
  )
}, 60_000)

test("an unkind disk: kills, power cuts and faults lose nothing acknowledged and double nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(harsh, { maxLength: 30 }), (steps) => follow(steps, true)),
    { numRuns: 300 },
  )
}, 120_000)
