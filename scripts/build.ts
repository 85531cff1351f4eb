// Builds the pages, unless what is there was built from the same sources. Whoever serves the folder meanwhile sees the
// old pages or the new ones, and never half of either.
import { createHash } from "node:crypto"
import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify, stripVTControlCharacters } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import { endLike, runChild } from "./child.mjs"
import { alone } from "./lock.mjs"
import { Stop } from "./npm.mjs"

/** Writes the pages into a folder. */
export type Bundle = (folder: string) => Promise<void>

const leaveWithParent = fileURLToPath(new URL("leaveWithParent.cjs", import.meta.url))
const sources = ["packages/web/**/*", "packages/protocol/**/*", "package-lock.json", "scripts/build.ts"]
const noSources = ["**/{node_modules,dist}/**", "**/*.test.*"]

/** Below this many bytes a compressed copy saves no packet. */
const worthwhileBytes = 1_024
const texts = /\.(html|js|css|svg|json|txt)$/

/** Says when it builds, and how long that took; says nothing where the pages are fresh. */
export async function buildPages(root: string, bundle: Bundle = vite(root)): Promise<void> {
  const pages = join(root, "packages", "web", "dist")
  const stamp = join(pages, ".built")
  const wanted = fingerprint(root)
  if (read(stamp) === wanted) return

  const workshop = join(root, ".node")
  await alone(
    join(workshop, "building"),
    async () => {
      if (read(stamp) === wanted) return
      const start = performance.now()
      process.stderr.write("Building the pages… ")
      // Nobody else is here: what lies around was left by a build that was killed.
      for (const left of readdirSync(workshop))
        if (left.startsWith("pages-")) rmSync(join(workshop, left), { recursive: true })

      const fresh = join(workshop, `pages-${process.pid}`)
      const old = join(workshop, `pages-before-${process.pid}`)
      try {
        mkdirSync(fresh)
        await bundle(fresh)
        await compress(fresh)
        writeFileSync(join(fresh, ".built"), wanted)
        mkdirSync(pages, { recursive: true })
        renameSync(pages, old)
        renameSync(fresh, pages)
      } finally {
        for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true })
      }
      console.error(`${((performance.now() - start) / 1_000).toFixed(1)} s`)
    },
    "building the pages",
  )
}

/** Tells one state of the sources from another: their names and contents, and all packages by the lock file. */
export function fingerprint(root: string): string {
  const all = createHash("sha256")
  const files = globSync(sources, { cwd: root, exclude: noSources, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.toSorted()) {
    all.update(`${relative(root, file)} ${createHash("sha256").update(read(file)).digest("hex")}\n`)
  }
  return `${all.digest("hex")}\n`
}

/** The text of a file; empty where there is none, or none any more. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** Puts a brotli and a gzip copy beside each text, so that no request waits for one. */
async function compress(folder: string): Promise<void> {
  const files = globSync("**/*", { cwd: folder }).filter((file) => texts.test(file))
  await Promise.all(
    files.map(async (name) => {
      const file = join(folder, name)
      const text = await readFile(file)
      if (text.length < worthwhileBytes) return
      const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
      await writeFile(`${file}.br`, await promisify(brotliCompress)(text, { params }))
      await writeFile(`${file}.gz`, await promisify(gzip)(text, { level: 9 }))
    }),
  )
}

/** Vite on packages/web, which says nothing unless it fails. */
function vite(root: string): Bundle {
  const program = join(root, "node_modules", "vite", "bin", "vite.js")
  return async (folder) => {
    let said = ""
    const args = ["build", "--outDir", folder, "--emptyOutDir", "--logLevel", "error"]
    const ended = await runChild(process.execPath, ["--require", leaveWithParent, program, ...args], {
      cwd: join(root, "packages", "web"),
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      disposable: true,
      onOutput: (text) => (said += text),
    })
    if (ended.asked) throw new Stop("stopped.", { ...ended, code: null, signal: ended.asked })
    if (ended.code !== 0) {
      const why = process.stderr.isTTY ? said : stripVTControlCharacters(said)
      throw new Stop(`failed.\n\n${why.trim()}\n\nThe pages could not be built.`, ended)
    }
  }
}

if (import.meta.main) {
  try {
    await buildPages(join(import.meta.dirname, ".."))
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    console.error(error.message)
    endLike(error.ended)
  }
}
