import { mkdtemp, rm, truncate } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pino } from "pino"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import type { Event } from "@sayso/protocol/event.ts"
import { openJournal, type Journal } from "../journal/journal.ts"
import { batchOf } from "../journal/pack.ts"
import { createMetrics } from "../metrics.ts"
import { openChdb } from "../store/connect.ts"
import { toLine } from "../store/lines.ts"
import { migrate } from "../store/migrate.ts"
import { sql } from "../store/sql.ts"
import { createStore, type Store } from "../store/store.ts"
import { createDrain, restMs } from "./drain.ts"

const log = pino({ level: "silent" })
let folder: string
let store: Store

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sayso-drain-"))
  const link = await openChdb(join(folder, "events"))
  await migrate(link)
  store = createStore(link)
})

afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

let org: string
let journal: Journal
let rejected: Event[]
let orgs = 0

beforeEach(async () => {
  orgs += 1
  org = `org-${orgs}`
  rejected = []
  journal = await openJournal({
    dir: join(folder, `journal-${orgs}`),
    streams: ["eval_metrics"],
    maxBytes: 1e9,
  })
  return () => journal.close()
})

/** Runs the drain over the journal until it is empty. */
async function drainAll(to: Store = store): Promise<void> {
  const stopping = new AbortController()
  const reject = async (_org: string, event: Event): Promise<void> => void rejected.push(event)
  const running = createDrain(
    { journal, store: to, metrics: createMetrics(() => {}), log, crowded: () => false, reject },
    "eval_metrics",
  )(stopping.signal)
  await vi.waitUntil(() => journal.stats().streams[0]?.segments === 0, { timeout: 20_000, interval: 10 })
  stopping.abort()
  await running
}

let place = 0

function feedbackLine(text: string): string {
  place += 1
  const event: Event = {
    kind: "eval_metric",
    metric: {
      event_kind: "feedback",
      eval_scope: "session",
      session_id: "s",
      label: "comment",
      metric_type: "text",
      text_value: text,
      submitter: { id: "u" },
      timestamp_ms: 1_795_399_157_204,
    },
  }
  const id = `00000000-0000-8000-8000-${String(place).padStart(12, "0")}`
  return toLine(
    event,
    { org, arrivedMs: 1_795_399_160_000, sequence: String(1_795_399_160_000_000_000n + BigInt(place)), id },
    "test",
  ).line
}

async function stored(): Promise<string[]> {
  const rows = await store.rows<{ text_value: string }>(
    sql`SELECT text_value FROM eval_metrics WHERE org = ${org} ORDER BY sequence`,
  )
  return rows.map((row) => row.text_value)
}

const append = (...lines: string[]): Promise<void> => journal.append([batchOf("eval_metrics", lines)])

test("rows reach the store in order and their segments go", async () => {
  await append(feedbackLine("one"), feedbackLine("two"))
  await append(feedbackLine("three"))
  await drainAll()
  expect(await stored()).toEqual(["one", "two", "three"])
})

test("a row that the store cannot read is kept as rejected, and no neighbour is lost", async () => {
  const bad = feedbackLine("bad").replace('"timestamp_ms":1795399157204', '"timestamp_ms":"soon"')
  await append(feedbackLine("one"), feedbackLine("two"), bad, feedbackLine("three"), feedbackLine("four"))
  await drainAll()
  expect(await stored()).toEqual(["one", "two", "three", "four"])
  expect(rejected).toMatchObject([
    {
      kind: "rejected",
      rejected: {
        format: "eval_metrics",
        detail: expect.stringContaining("The store cannot read this row"),
        body: bad,
      },
    },
  ])
})

test("only bad rows: all are kept as rejected and the drain goes on", async () => {
  await append('{"org":1', "nonsense", feedbackLine("x").replace('"label":"comment"', '"tags":7'))
  await append(feedbackLine("fine"))
  await drainAll()
  expect(await stored()).toEqual(["fine"])
  expect(rejected).toHaveLength(3)
})

test("a segment that was stored before a crash is stored once", async () => {
  await append(feedbackLine("one"), feedbackLine("two"))
  const segment = await journal.next("eval_metrics", new AbortController().signal)
  await store.insert("eval_metrics", segment?.name ?? "", (await segment?.read()) ?? Buffer.alloc(0))
  await drainAll()
  expect(await stored()).toEqual(["one", "two"])
})

test("a segment whose token the engine remembers without its rows is stored all the same", async () => {
  await append(feedbackLine("one"), feedbackLine("two"))
  const segment = await journal.next("eval_metrics", new AbortController().signal)
  // Killed between noting the token and keeping the rows: the token is known, and the rows are not there.
  await store.insert("eval_metrics", segment?.name ?? "", Buffer.from(`${feedbackLine("another")}\n`))
  await journal.close()
  journal = await openJournal({
    dir: join(folder, `journal-${orgs}`),
    streams: ["eval_metrics"],
    maxBytes: 1e9,
  })
  await drainAll()
  expect(await stored()).toEqual(["one", "two", "another"])
})

test("halves that were stored before a crash are stored once", async () => {
  const bad = feedbackLine("bad").replace('"timestamp_ms":1795399157204', '"timestamp_ms":"soon"')
  await append(feedbackLine("one"), feedbackLine("two"), bad, feedbackLine("three"))
  const segment = await journal.next("eval_metrics", new AbortController().signal)
  // A drain that dies after everything was stored, before the segment goes.
  const dying: Journal = { ...journal, done: () => Promise.reject(new Error("killed")) }
  const reject = async (): Promise<void> => {}
  const job = createDrain(
    { journal: dying, store, metrics: createMetrics(() => {}), log, crowded: () => false, reject },
    "eval_metrics",
  )
  await expect(job(new AbortController().signal)).rejects.toThrow("killed")
  expect(segment?.rows).toBe(4)
  await drainAll()
  expect(await stored()).toEqual(["one", "two", "three"])
})

test("while the store is away the segment waits; then it is stored once", async () => {
  let failures = 3
  const away: Store = {
    ...store,
    async insert(table, token, body) {
      failures -= 1
      if (failures === 1) await store.insert(table, token, body)
      if (failures >= 0) throw new Error("connect ECONNREFUSED")
      await store.insert(table, token, body)
    },
  }
  await append(feedbackLine("one"))
  await append(feedbackLine("two"))
  await drainAll(away)
  expect(await stored()).toEqual(["one", "two"])
  expect(rejected).toEqual([])
})

test("a drain that is stopped while the store is away leaves the segment to the next start", async () => {
  const away: Store = { ...store, insert: () => Promise.reject(new Error("connect ECONNREFUSED")) }
  await append(feedbackLine("one"))
  const stopping = new AbortController()
  const reject = async (): Promise<void> => {}
  const running = createDrain(
    { journal, store: away, metrics: createMetrics(() => {}), log, crowded: () => false, reject },
    "eval_metrics",
  )(stopping.signal)
  setTimeout(() => stopping.abort(), 50)
  await running
  expect(journal.stats().streams[0]?.rows).toBe(1)
  await drainAll()
  expect(await stored()).toEqual(["one"])
})

test("a segment that the disk does not give back is set aside, and the drain goes on", async () => {
  await append(feedbackLine("lost"))
  const segment = await journal.next("eval_metrics", new AbortController().signal)
  const file = join(folder, `journal-${orgs}`, "eval_metrics", `${segment?.name}.ndjson`)
  await truncate(file, 10)
  await append(feedbackLine("fine"))
  await drainAll()
  expect(await stored()).toEqual(["fine"])
  expect(journal.stats().refused).toBe(1)
})

test("while requests wait, the drain rests for longer than it worked, and less the more rows are waiting", () => {
  expect(restMs(100, 0)).toBe(300)
  expect(restMs(100, 200_000)).toBe(150)
  // What is waiting must not grow for ever.
  expect(restMs(100, 400_000)).toBe(50)
  expect(restMs(100, 9_000_000)).toBe(50)
  expect(restMs(1, 0)).toBe(50)
})
