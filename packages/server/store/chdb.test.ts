import { execFileSync } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { openChdb } from "./connect.ts"
import { storeContract } from "./contract.testing.ts"

storeContract("chDB in the process", async () => {
  const dir = await mkdtemp(join(tmpdir(), "sayso-chdb-"))
  return {
    open: () => openChdb(dir),
    // Nothing but its own end takes away an engine that lives in the process.
    takeAway: (link) => link.close(),
    remove: () => rm(dir, { recursive: true }),
  }
})

test("the folder belongs to one process", async () => {
  const dir = await mkdtemp(join(tmpdir(), "sayso-chdb-"))
  const link = await openChdb(dir)
  const program = `
    const { openChdb } = await import(${JSON.stringify(join(import.meta.dirname, "connect.ts"))})
    await openChdb(${JSON.stringify(dir)}).then(() => console.log("opened"), () => console.log("refused"))`
  const args = ["--input-type=module", "--eval", program]
  const said = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  expect(said.trim()).toBe("refused")
  await link.close()
  await rm(dir, { recursive: true })
})
