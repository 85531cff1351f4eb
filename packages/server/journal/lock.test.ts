import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, test } from "vitest"
import { lockFolder } from "./lock.ts"

let dir: string

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "sayso-lock-")), "data")
})

afterEach(() => rmSync(join(dir, ".."), { recursive: true }))

async function holder() {
  const script = fileURLToPath(new URL("lock.child.ts", import.meta.url))
  const child = spawn(process.execPath, [script, dir], { stdio: ["pipe", "pipe", "inherit"] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const said = async (line: string) => expect((await lines.next()).value).toBe(line)
  await said("held")
  return { child, said }
}

const inUse = (pid: number | undefined) =>
  `The folder ${dir} is in use by another Sayso process (pid ${pid}). Stop it, or set SAYSO_DATA to another folder.`

test("a folder held by another process is refused, naming it", async () => {
  const { child, said } = await holder()
  expect(() => lockFolder(dir)).toThrow(inUse(child.pid))
  child.stdin.write("go\n")
  await said("released")
  lockFolder(dir).release()
  await once(child, "exit")
})

test("the lock goes with a killed process, and again and again", async () => {
  for (let round = 0; round < 3; round += 1) {
    const { child } = await holder()
    expect(() => lockFolder(dir)).toThrow(inUse(child.pid))
    child.kill("SIGKILL")
    await once(child, "exit")
  }
  lockFolder(dir).release()
})

test("one process cannot take it twice, and keeps it while others try", async () => {
  const lock = lockFolder(dir)
  expect(() => lockFolder(dir)).toThrow(inUse(process.pid))
  const script = fileURLToPath(new URL("lock.child.ts", import.meta.url))
  const child = spawn(process.execPath, [script, dir], { stdio: ["ignore", "ignore", "pipe"] })
  const said = Buffer.concat(await child.stderr.toArray()).toString()
  expect(said).toContain(inUse(process.pid))
  lock.release()
  lock.release()
  expect(existsSync(join(dir, "lock.pid"))).toBe(false)
  lockFolder(dir).release()
})

test("a folder that cannot be locked says so", () => {
  mkdirSync(join(dir, "lock"), { recursive: true })
  expect(() => lockFolder(dir)).toThrow(`The lock ${join(dir, "lock")} cannot be taken`)
  rmSync(join(dir, "lock"), { recursive: true })
  writeFileSync(join(dir, "lock"), "this is not a database, but somebody's letter".repeat(10))
  expect(() => lockFolder(dir)).toThrow(`The lock ${join(dir, "lock")} cannot be taken`)
})
