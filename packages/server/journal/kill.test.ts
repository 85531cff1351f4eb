import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { openJournal } from "./journal.ts"

const rounds = 15
const root = mkdtempSync(join(tmpdir(), "sayso-kill-"))
afterAll(() => rmSync(root, { recursive: true }))

/** Runs the child for a random while, kills it, and answers what it had acknowledged: `round.producer.call.lines`. */
async function runAndKill(dir: string, store: string, round: number): Promise<string[]> {
  const script = fileURLToPath(new URL("kill.child.ts", import.meta.url))
  const child = spawn(process.execPath, [script, dir, store, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const said: Buffer[] = []
  child.stdout.on("data", (bytes: Buffer) => said.push(bytes))
  await once(child.stdout, "data")
  await wait(Math.random() * 150)
  child.kill("SIGKILL")
  await once(child, "close")
  // The last line may be cut off.
  return Buffer.concat(said).toString().split("\n").slice(0, -1)
}

function idsOf(acknowledged: string): string[] {
  const [round, producer, call, lines] = acknowledged.split(".").map(Number)
  const ids = Array.from({ length: lines ?? 0 }, (_, at) => `${round}.${producer}.${call}.${at}`)
  return (call ?? 1) % 10 === 0 ? [...ids, `${round}.${producer}.${call}.extra`] : ids
}

test(`${rounds} SIGKILLs in the middle of appending and draining lose, double and tear nothing`, async () => {
  const dir = join(root, "journal")
  const store = join(root, "store")
  mkdirSync(store)
  const acknowledged: string[] = []
  for (let round = 0; round < rounds; round += 1) acknowledged.push(...(await runAndKill(dir, store, round)))
  expect(acknowledged.filter((line) => line.startsWith("changed"))).toEqual([])

  const bodies = new Map<string, string>()
  for (const name of readdirSync(store)) {
    if (!name.endsWith(".part")) bodies.set(name, readFileSync(join(store, name), "utf8"))
  }
  const journal = await openJournal({ dir, streams: ["a", "b"], maxBytes: 1 << 30 })
  for (const { stream, segments } of journal.stats().streams) {
    for (let at = 0; at < segments; at += 1) {
      const segment = await journal.next(stream, new AbortController().signal)
      if (!segment) throw new Error("the journal counts more segments than it has")
      const body = (await segment.read()).toString()
      expect(bodies.get(segment.name) ?? body).toBe(body)
      bodies.set(segment.name, body)
      await journal.done(segment)
    }
  }
  await journal.close()

  const ids = new Set<string>()
  for (const line of [...bodies.values()].flatMap((body) => body.trimEnd().split("\n"))) {
    const { id, filling, check } = JSON.parse(line) as { id: string; filling: string; check: string }
    if (
      createHash("sha256")
        .update(id + filling)
        .digest("hex") !== check
    )
      throw new Error(`line ${id} is torn`)
    if (ids.has(id)) throw new Error(`line ${id} is there twice`)
    ids.add(id)
  }
  const expected = acknowledged.flatMap(idsOf)
  expect(expected.filter((id) => !ids.has(id))).toEqual([])
  expect(expected.length).toBeGreaterThan(rounds)
}, 120_000)
