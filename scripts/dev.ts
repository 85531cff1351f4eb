// The server, begun again after every change of it, and the pages, built again after every change of theirs. Both are
// served at one address under the same rules as ever, and end together.
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { buildPages, fingerprint } from "./build.ts"
import { endLike, runChild } from "./child.mjs"

const root = join(import.meta.dirname, "..")
const server = join(root, "packages", "server", "cli.ts")
const lookAgainMs = 500

const over = new AbortController()
const ended = runChild(process.execPath, ["--watch", server, "serve", ...process.argv.slice(2)], {
  cwd: root,
  env: process.env,
}).finally(() => over.abort())

// Looking at the sources takes some milliseconds, and misses nothing on any kind of disk.
for (let seen = ""; !over.signal.aborted; await sleep(lookAgainMs)) {
  const now = fingerprint(root)
  if (now === seen) continue
  seen = now
  // What cannot be built is said once, and tried again after the next change.
  await buildPages(root).catch((error: Error) => console.error(error.message))
}
endLike(await ended)
