import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openJournal } from "./journal.ts"
import { batchOf } from "./pack.ts"

let dir: string
let warnings: string[]

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sayso-recover-"))
  warnings = []
})

afterEach(() => rmSync(dir, { recursive: true }))

function openHere() {
  const warn = (message: string) => warnings.push(message.replaceAll(dir, "…"))
  return openJournal({ dir, streams: ["spans"], maxBytes: 1 << 30, warn })
}

const name = (number: number) => `${String(number).padStart(15, "0")}-00000000deadbeef`

/** A folder with these files, and what is handed out of it: rows and bytes of each segment. */
function check(title: string, files: string[], expected: [rows: number, bytes: number][]) {
  test(title, async () => {
    mkdirSync(join(dir, "spans"))
    files.forEach((text, at) => writeFileSync(join(dir, "spans", `${name(at)}.ndjson`), text))
    for (let round = 0; round < 2; round += 1) {
      const journal = await openHere()
      const rows = expected.reduce((sum, [rows]) => sum + rows, 0)
      const bytes = expected.reduce((sum, [, bytes]) => sum + bytes, 0)
      expect(journal.stats().streams).toMatchObject([{ segments: expected.length, rows, bytes }])
      const kept = readdirSync(join(dir, "spans")).map(
        (file) => readFileSync(join(dir, "spans", file)).length,
      )
      expect(kept).toEqual(expected.map(([, bytes]) => bytes))
      await journal.close()
    }
    const journal = await openHere()
    const found: [number, number][] = []
    while (journal.stats().bytes > 0) {
      const segment = await journal.next("spans", new AbortController().signal)
      if (!segment) break
      expect((await segment.read()).toString()).toBe(
        files[Number(segment.name.slice(0, 15))]?.slice(0, segment.bytes),
      )
      found.push([segment.rows, segment.bytes])
      await journal.done(segment)
    }
    expect(found).toEqual(expected)
    await journal.close()
    expect(readdirSync(join(dir, "spans"))).toEqual([])
  })
}

const megabyte = 1 << 20
const wide = `${"x".repeat(1_000)}\n`

check(
  "whole files",
  ["1\n2\n", "3\n"],
  [
    [2, 4],
    [1, 2],
  ],
)
check("an empty file is dropped", ["", "1\n"], [[1, 2]])
check("a torn tail is cut off", ["1\n2\n3"], [[2, 4]])
check("a file that is all torn is dropped", ['{"half":', "1\n"], [[1, 2]])
check("zeros that a power cut left behind are cut off", ["1\n\0\0\0\0"], [[1, 2]])
check("a file larger than what is read at once", [wide.repeat(3_000)], [[3_000, 3_003_000]])
check(
  "a newline right at the end of what is read at once",
  [`${"x".repeat(megabyte - 1)}\n`],
  [[1, megabyte]],
)
check("a newline right behind it", [`${"x".repeat(megabyte)}\n1`], [[1, megabyte + 1]])
check("a torn tail over several reads", [`1\n${"x".repeat(3 * megabyte)}`], [[1, 2]])

test("many segments come oldest first, before anything new", async () => {
  mkdirSync(join(dir, "spans"))
  for (let at = 0; at < 500; at += 1) writeFileSync(join(dir, "spans", `${name(at * 7)}.ndjson`), `${at}\n`)
  const journal = await openHere()
  await journal.append([batchOf("spans", ["500"])])
  for (let at = 0; at <= 500; at += 1) {
    const segment = await journal.next("spans", new AbortController().signal)
    if (!segment) throw new Error("too few")
    expect((await segment.read()).toString()).toBe(`${at}\n`)
    await journal.done(segment)
  }
  await journal.close()
})

test("what is not a segment is left alone with a warning", async () => {
  mkdirSync(join(dir, "spans"))
  mkdirSync(join(dir, "old_table"))
  const foreign = ["notes.txt", ".hidden.ndjson", `${name(1)}.ndjson.bak`, "1-2.ndjson"]
  for (const file of foreign) writeFileSync(join(dir, "spans", file), "mine")
  const journal = await openHere()
  expect(warnings.toSorted()).toEqual(
    [
      "…/old_table belongs to no stream of the journal: left alone.",
      ...foreign.map((file) => `…/spans/${file} is not a segment of the journal: left alone.`),
    ].toSorted(),
  )
  expect(readdirSync(join(dir, "spans")).toSorted()).toEqual(foreign.toSorted())
  await journal.close()
})

test("a stream folder that is no folder stops the start with its path", async () => {
  writeFileSync(join(dir, "spans"), "")
  await expect(openHere()).rejects.toThrow(`The journal in ${dir} cannot be opened: EEXIST`)
  await expect(openHere()).rejects.toThrow(join(dir, "spans"))
})

test("a segment that cannot be read stops the start with its path", async () => {
  const path = join(dir, "spans", `${name(1)}.ndjson`)
  mkdirSync(path, { recursive: true })
  await expect(openHere()).rejects.toThrow(`The segment ${path} cannot be read`)
})

test("a segment whose file was shortened by somebody is not handed out as whole", async () => {
  const journal = await openHere()
  await journal.append([batchOf("spans", ["1", "2"])])
  const segment = await journal.next("spans", new AbortController().signal)
  writeFileSync(join(dir, "spans", `${segment?.name}.ndjson`), "1\n")
  await expect(segment?.read()).rejects.toThrow("has 2 bytes, but 4 were written to it")
  await journal.close()
})
