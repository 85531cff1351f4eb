// Finds the Chromium that tests and measurements look at pages with, or installs Debian's.
import { execFile } from "node:child_process"
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { alone } from "../scripts/lock.mjs"

const run = promisify(execFile)
const workshop = join(import.meta.dirname, "..", ".node")

/** Where Chromium is; undefined where there is none and none can be installed, which is printed once in a run. */
export async function findChromium(): Promise<string | undefined> {
  const there = await firstThatRuns()
  if (there !== undefined) return there

  // Each test file is a process; the first one of a run looks and installs for all.
  const answer = join(workshop, "chromium")
  return alone(
    join(workshop, "installing-chromium"),
    async () => {
      const [ofRun, path] = existsSync(answer) ? readFileSync(answer, "utf8").split("\n") : []
      if (ofRun === String(process.ppid)) return path || undefined
      const found = await install()
      writeFileSync(answer, `${process.ppid}\n${found ?? ""}\n`)
      return found
    },
    "installing Chromium",
  )
}

async function install(): Promise<string | undefined> {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`)
  const skipped = "The tests in a browser are skipped"
  const told = process.env["SAYSO_TEST_CHROMIUM"]
  if (told !== undefined) {
    say(`${skipped}: SAYSO_TEST_CHROMIUM=${told} is no Chromium that runs.`)
    return undefined
  }
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    say(`${skipped}: no Chromium was found. Install one, or name it in SAYSO_TEST_CHROMIUM.`)
    return undefined
  }
  say("Installing Chromium with apt-get, for the tests in a browser…")
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  try {
    await run("apt-get", ["update"], { env })
    await run("apt-get", ["install", "-y", "chromium"], { env, maxBuffer: 1e8 })
  } catch (error) {
    say(`${skipped}: apt-get could not install Chromium. ${String(error).trim()}`)
    return undefined
  }
  const found = await firstThatRuns()
  if (found === undefined) say(`${skipped}: the Chromium that apt-get installed does not run.`)
  return found
}

/** The first of the usual places whose program starts, which one without its libraries does not. */
async function firstThatRuns(): Promise<string | undefined> {
  for (const path of places()) {
    if (!existsSync(path)) continue
    try {
      await run(path, ["--version"])
      return path
    } catch {}
  }
  return undefined
}

function places(): string[] {
  const told = process.env["SAYSO_TEST_CHROMIUM"]
  if (told !== undefined) return [told]
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  const caches = [
    process.env["PLAYWRIGHT_BROWSERS_PATH"] ?? "",
    join(homedir(), ".cache/ms-playwright"),
    join(homedir(), "Library/Caches/ms-playwright"),
  ]
  const programs = [
    "chrome",
    "headless_shell",
    "chrome-headless-shell",
    "Chromium.app/Contents/MacOS/Chromium",
  ]
  return [
    ...names.flatMap((name) => [`/usr/bin/${name}`, `/usr/local/bin/${name}`, `/snap/bin/${name}`]),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ...caches
      .filter((cache) => cache !== "")
      .flatMap((cache) =>
        globSync(
          programs.map((name) => `chromium*-*/chrome-*/${name}`),
          { cwd: cache },
        ).map((found) => join(cache, found)),
      ),
  ]
}
