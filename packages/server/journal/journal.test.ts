import { Fault } from "@sayso/protocol/errors.ts"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openJournal, type Journal, type JournalOptions } from "./journal.ts"
import { batchOf } from "./pack.ts"

const never = new AbortController().signal
let dir: string
let journal: Journal

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sayso-journal-"))
})

afterEach(async () => {
  await journal.close()
  rmSync(dir, { recursive: true })
})

async function open(options: Partial<JournalOptions> = {}) {
  journal = await openJournal({ dir, streams: ["spans", "rejected"], maxBytes: 1 << 20, ...options })
}

async function reopen(options: Partial<JournalOptions> = {}) {
  await journal.close()
  await open(options)
}

async function append(...lines: string[]) {
  await journal.append([batchOf("spans", lines)])
}

/** The oldest segment's lines as one text, without taking it. */
async function peek(stream = "spans"): Promise<string | undefined> {
  const segment = await journal.next(stream, AbortSignal.timeout(100))
  const text = (await segment?.read())?.toString()
  expect(text?.length).toBe(segment?.bytes)
  return text?.trimEnd().replaceAll("\n", " ")
}

async function takeNext(stream = "spans") {
  const segment = await journal.next(stream, never)
  if (!segment) throw new Error("the journal was closed")
  await journal.done(segment)
  return segment
}

async function refusal(append: Promise<void>): Promise<string> {
  const error: unknown = await append.then(
    () => "taken",
    (error: unknown) => error,
  )
  return error instanceof Fault ? `${error.code}: ${error.message}` : String(error)
}

test("hands out what was appended, in the order of the calls, until it is done", async () => {
  await open()
  await Promise.all([append("1"), append("2", "3"), append("4")])
  expect(await peek()).toBe("1 2 3 4")
  await append("5")
  expect(await peek()).toBe("1 2 3 4")
  const first = await takeNext()
  expect(await peek()).toBe("5")
  const second = await takeNext()
  expect(second.name > first.name).toBe(true)
  expect(await peek()).toBe(undefined)
  expect(readdirSync(join(dir, "spans"))).toEqual([])
})

test("streams have segments of their own, and one call may write to several", async () => {
  await open()
  await journal.append([
    batchOf("spans", ["1"]),
    batchOf("rejected", ["2"]),
    batchOf("spans", ["3"]),
    batchOf("rejected", []),
  ])
  expect(await peek("spans")).toBe("1 3")
  expect(await peek("rejected")).toBe("2")
})

test("the bytes are in the file once append resolves", async () => {
  await open()
  await append("1")
  const [file = ""] = readdirSync(join(dir, "spans"))
  expect(file).toMatch(/^\d{15}-[0-9a-f]{16}\.ndjson$/)
  expect(readFileSync(join(dir, "spans", file), "utf8")).toBe("1\n")
})

test("next() waits for rows", async () => {
  await open()
  const waiting = journal.next("spans", never)
  await append("1")
  expect(await (await waiting)?.read()).toEqual(Buffer.from("1\n"))
})

test("everyone who waits on one stream gets the same segment", async () => {
  await open()
  const waiting = [journal.next("spans", never), journal.next("spans", never)]
  await append("1")
  const [one, two] = await Promise.all(waiting)
  expect(one?.name).toBe(two?.name)
})

test("next() ends with its signal, and with the journal", async () => {
  await open()
  const stop = new AbortController()
  const aborted = journal.next("spans", stop.signal)
  stop.abort()
  expect(await aborted).toBe(undefined)
  expect(await journal.next("spans", AbortSignal.abort())).toBe(undefined)
  const waiting = journal.next("spans", never)
  await journal.close()
  expect(await waiting).toBe(undefined)
  expect(await journal.next("spans", never)).toBe(undefined)
})

test("under steady load next() is served between two commits", async () => {
  await open()
  const stop = new AbortController()
  const load = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!stop.signal.aborted) await append("1")
    }),
  )
  for (let taken = 0; taken < 20; taken += 1) await takeNext()
  stop.abort()
  await load
})

test("a segment is handed out again with the same name and bytes, also after reopening", async () => {
  await open()
  await append("1", "2")
  const first = await journal.next("spans", never)
  const bytes = await first?.read()
  for (let round = 0; round < 3; round += 1) {
    await append("3")
    await reopen()
    const again = await journal.next("spans", never)
    expect(again).toMatchObject({ name: first?.name, rows: 2, bytes: 4 })
    expect(await again?.read()).toEqual(bytes)
  }
})

test("what was found at the start is not appended to", async () => {
  await open()
  await append("1")
  await reopen()
  await append("2")
  expect(await peek()).toBe("1")
  await takeNext()
  expect(await peek()).toBe("2")
})

test("done() twice, or for a segment from before reopening, is harmless", async () => {
  await open()
  await append("1")
  await reopen()
  await append("2")
  const first = await takeNext()
  await journal.done(first)
  await reopen()
  await journal.done(first)
  expect(await peek()).toBe("2")
  expect(journal.stats().bytes).toBe(2)
})

test("a full segment is followed by the next one", async () => {
  await open({ maxSegmentRows: 2, maxSegmentBytes: 8 })
  await append("1", "2", "3")
  await append("4")
  await append("5", "6", "7", "8")
  await append("999999999999")
  await append("0")
  const found: (string | undefined)[] = []
  while (journal.stats().bytes > 0) {
    found.push(await peek())
    await takeNext()
  }
  expect(found).toEqual(["1 2", "3 4", "5 6", "7 8", "999999999999", "0"])
})

test("names are never used again, even with every file gone and the clock set back", async () => {
  const names: string[] = []
  for (const now of [5_000, 5_000, 4_000, 5_000]) {
    await open({ now: () => now })
    for (let round = 0; round < 50; round += 1) {
      await append("1")
      names.push((await takeNext()).name)
    }
    await journal.close()
  }
  expect(new Set(names).size).toBe(200)
})

test("new names sort behind those found, whatever the clock says", async () => {
  await open({ now: () => 5_000 })
  await append("1")
  await append("2")
  await reopen({ now: () => 4_000 })
  await append("3")
  expect(await peek()).toBe("1 2")
  await reopen({ now: () => 3_000 })
  expect(await peek()).toBe("1 2")
  await takeNext()
  expect(await peek()).toBe("3")
})

test("a full journal refuses, says so, and takes again once a segment is done", async () => {
  await open({ maxBytes: 10 })
  await append("1", "2")
  await append("3", "4")
  expect(await refusal(append("5", "6"))).toBe(
    "journal_full: The journal holds 8 bytes of at most 10, and this request takes 4. Nothing of it was kept.",
  )
  expect(journal.stats()).toMatchObject({ full: true, bytes: 8 })
  await append("7")
  expect(journal.stats()).toMatchObject({ full: false, bytes: 10 })
  expect(await refusal(append("8"))).toContain("journal_full")
  await takeNext()
  expect(journal.stats()).toMatchObject({ full: false, bytes: 0 })
  await append("5", "6")
})

test("what emptying the journal gives rise to is taken past the bound", async () => {
  await open({ maxBytes: 10 })
  await append("12345678")
  const batch = batchOf("rejected", ["1234"])
  expect(await refusal(journal.append([batch]))).toContain("journal_full")
  await journal.append([batch], { beyondBound: true })
  expect(await peek("rejected")).toBe("1234")
  expect(journal.stats()).toMatchObject({ full: true, bytes: 14 })
})

test("bytes on their way to the disk count towards the bound", async () => {
  await open({ maxBytes: 10 })
  const [first, second, third] = await Promise.all([
    refusal(append("1234567")),
    refusal(append("8")),
    refusal(append("9")),
  ])
  expect([first, second]).toEqual(["taken", "taken"])
  expect(third).toContain("journal_full")
  expect(journal.stats()).toMatchObject({ bytes: 10, pendingBytes: 0 })
})

test("bytes in memory have a bound of their own", async () => {
  await open({ maxPendingBytes: 10 })
  const [first, second] = await Promise.all([refusal(append("12345678")), refusal(append("9"))])
  expect(first).toBe("taken")
  expect(second).toBe(
    "journal_full: 9 bytes of at most 10 are waiting for the disk, and this request takes 2. Nothing of it was kept.",
  )
  await append("9")
})

test("what an earlier process left counts towards the bound", async () => {
  await open()
  await append("1234567")
  await reopen({ maxBytes: 10 })
  expect(await refusal(append("1"))).toBe("taken")
  expect(await refusal(append("1"))).toContain("journal_full")
})

test("calls larger than a commit keep their order", async () => {
  await open({ maxBytes: 1 << 28 })
  const large = (digit: string) => digit.repeat(3 << 20)
  await Promise.all(["1", "2", "3", "4", "5"].map((digit) => append(large(digit), digit)))
  expect((await peek())?.replaceAll(/(.)\1+/g, "$1")).toBe("1 1 2 2 3 3 4 4 5 5")
})

test("a line too large for any insert is refused, and nothing of its call is kept", async () => {
  await open({ maxBytes: 1 << 30 })
  expect(await refusal(append("1", "2".repeat(64_000_000)))).toContain("too_large")
  expect(journal.stats()).toMatchObject({ bytes: 0, pendingBytes: 0 })
  await append("2".repeat(63_999_999))
  expect((await journal.next("spans", never))?.bytes).toBe(64_000_000)
})

test("a bug in the caller is an error, and nothing of its call is kept", async () => {
  await open()
  await expect(journal.append([batchOf("elsewhere", ["1"])])).rejects.toThrow('no stream "elsewhere"')
  await expect(append("1", "2\n")).rejects.toThrow("newline")
  await expect(journal.next("elsewhere", never)).rejects.toThrow('no stream "elsewhere"')
  await append()
  expect(journal.stats().bytes).toBe(0)
})

test("a segment set aside moves to refused/ with its reason, and is counted", async () => {
  await open()
  await append("1")
  const segment = await journal.next("spans", never)
  if (!segment) throw new Error("nothing to set aside")
  await append("2")
  await journal.setAside(segment, "no such column")
  expect(await peek()).toBe("2")
  expect(readFileSync(join(dir, "refused", `spans-${segment.name}.ndjson`), "utf8")).toBe("1\n")
  expect(readFileSync(join(dir, "refused", `spans-${segment.name}.txt`), "utf8")).toBe("no such column\n")
  expect(journal.stats()).toMatchObject({ refused: 1, bytes: 2 })
  await reopen()
  expect(await peek()).toBe("2")
  expect(journal.stats()).toMatchObject({ refused: 1, bytes: 2 })
})

test("stats tell rows, bytes and age of each stream", async () => {
  await open({ now: () => 5_000, maxSegmentRows: 2 })
  await append("1", "2")
  await append("345")
  const spans = { stream: "spans", segments: 2, rows: 3, bytes: 8, oldestMs: 5_000 }
  const rejected = { stream: "rejected", segments: 0, rows: 0, bytes: 0, oldestMs: undefined }
  const all = { bytes: 8, pendingBytes: 0, maxBytes: 1 << 20, full: false, failing: undefined, refused: 0 }
  expect(journal.stats()).toEqual({ streams: [spans, rejected], ...all })
  await reopen({ now: () => 9_000, maxSegmentRows: 2 })
  expect(journal.stats()).toEqual({ streams: [spans, rejected], ...all })
})

test("close() waits for what is under way and refuses what comes later", async () => {
  await open()
  const before = append("1")
  const closed = journal.close()
  expect(await refusal(append("2"))).toContain("shutting_down")
  await before
  await closed
  await journal.close()
  await open()
  expect(await peek()).toBe("1")
})

test("the close() of a journal that nobody used is quick, and leaves no file", async () => {
  await open()
  await journal.close()
  expect(readdirSync(dir).toSorted()).toEqual(["refused", "rejected", "spans"])
})

for (const [title, options, message] of [
  ["too many rows", { maxSegmentRows: 300_001 }, "maxSegmentRows must lie between 1 and 300000"],
  ["too many bytes", { maxSegmentBytes: 64_000_001 }, "maxSegmentBytes must lie between 1 and 64000000"],
  ["a path as a stream", { streams: ["../spans"] }, 'A stream cannot be called "../spans"'],
  ["a reserved name as a stream", { streams: ["refused"] }, 'A stream cannot be called "refused"'],
] as const) {
  test(`${title} is refused at the start`, async () => {
    await open()
    await expect(openJournal({ dir, streams: ["spans"], maxBytes: 1, ...options })).rejects.toThrow(message)
  })
}
