// Runs vitest and closes with one line that counts everything, after vitest has said all it has to say.
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Counts } from "../test/reporter.ts"
import { endLike, runChild } from "./child.mjs"

const root = dirname(import.meta.dirname)
const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
const leaveWithParent = fileURLToPath(new URL("leaveWithParent.cjs", import.meta.url))
// Where nobody sees colours, in a file or a pipe, their codes are in the way.
const plain = process.stdout.isTTY || process.env.FORCE_COLOR !== undefined ? {} : { NO_COLOR: "1" }
const args = ["--require", leaveWithParent, vitest, "run", ...process.argv.slice(2)]

let counted: Counts = { passed: 0, failed: 0, skipped: 0 }
const ended = await runChild(process.execPath, args, {
  cwd: root,
  env: { ...process.env, ...plain },
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  onMessage: (message) => (counted = message as Counts),
})

const { passed, skipped } = counted
// A run that broke off, or found nothing to run, has failed even if no test did.
const sound = ended.code === 0 && passed + counted.failed > 0
const failed = counted.failed === 0 && !sound ? 1 : counted.failed
if (skipped > 0) console.log(`${skipped} skipped, for the reasons above`)
console.log(`${passed} passed, ${failed} failed`)
endLike(failed > 0 && ended.code === 0 ? { code: 1, signal: null } : ended)
