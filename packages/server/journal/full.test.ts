import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { openJournal } from "./journal.ts"
import { batchOf } from "./pack.ts"

const disk = mkdtempSync(join(tmpdir(), "sayso-full-"))
const mount = process.platform === "linux" ? mountSmallDisk() : "no tmpfs on this system"
if (mount) console.warn(`The test on a really full disk is skipped: ${mount}`)

function mountSmallDisk(): string | undefined {
  const { status, stderr, error } = run("mount", "-t", "tmpfs", "-o", "size=2m", "sayso-test", disk)
  return status === 0 ? undefined : (error?.message ?? stderr.toString().trim())
}

function run(command: string, ...args: string[]) {
  return spawnSync(command, args)
}

afterAll(() => {
  // Lazily, so that a test that failed with its files open leaves no mount behind either.
  if (!mount) run("umount", "--lazy", disk)
  rmSync(disk, { recursive: true })
})

test.skipIf(mount !== undefined)(
  "a really full disk refuses, keeps what it acknowledged, and takes again when it has room",
  async () => {
    const streams = ["a", "b"]
    const options = { dir: join(disk, "journal"), streams, maxBytes: 1 << 30, maxSegmentBytes: 256 << 10 }
    const ballast = join(disk, "ballast")
    writeFileSync(ballast, Buffer.alloc(1 << 20))
    let journal = await openJournal(options)
    const acknowledged: string[] = []
    let refused = 0
    const append = async (id: string) => {
      const line = JSON.stringify({ id, filling: "x".repeat(3_000) })
      const batches = streams.map((stream) => batchOf(stream, [line]))
      await journal.append(batches).then(
        () => acknowledged.push(id),
        (error) => {
          expect(error).toMatchObject({ code: "journal_failed", message: expect.stringContaining("ENOSPC") })
          refused += 1
        },
      )
    }
    const burst = (name: string, count: number) =>
      Promise.all(Array.from({ length: count }, async (_, at) => append(`${name}.${at}`)))

    for (let at = 0; at < 60; at += 1) await burst(`fill.${at}`, 7)
    expect(refused).toBeGreaterThan(0)
    expect(acknowledged.length).toBeGreaterThan(50)
    expect(journal.stats().failing).toContain("ENOSPC")

    // Setting a segment aside and taking one out need no room.
    const first = await journal.next("a", new AbortController().signal)
    if (!first) throw new Error("nothing to set aside")
    await journal.setAside(first, "no such column")
    expect(journal.stats().refused).toBe(1)
    const aside = readFileSync(join(disk, "journal", "refused", `a-${first.name}.ndjson`), "utf8")

    rmSync(ballast)
    const before = acknowledged.length
    await burst("room", 20)
    expect(acknowledged.length).toBe(before + 20)
    expect(journal.stats().failing).toBe(undefined)

    for (const reopen of [false, true]) {
      if (reopen) {
        await journal.close()
        journal = await openJournal(options)
      }
      for (const { stream, rows } of journal.stats().streams) {
        expect(rows + (stream === "a" ? first.rows : 0)).toBe(acknowledged.length)
      }
    }
    for (const stream of streams) {
      let text = stream === "a" ? aside : ""
      while (journal.stats().streams.some((stats) => stats.stream === stream && stats.rows > 0)) {
        const segment = await journal.next(stream, new AbortController().signal)
        if (!segment) break
        text += (await segment.read()).toString()
        await journal.done(segment)
      }
      const ids = text
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id: string }).id)
      expect(ids.toSorted()).toEqual(acknowledged.toSorted())
    }
    await journal.close()
  },
)
