// Runs the tests against ddtrace, Datadog's tracer for Python. One that is installed is used; else the one in
// requirements.txt is, in an environment of its own that goes afterwards. Without Python, or without PyPI, it says so
// and nothing has failed.
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { endLike, runChild, type Ended } from "../../scripts/child.mjs"

const execute = promisify(execFile)
const home = import.meta.dirname
const root = join(home, "..", "..")
const programs = [process.env.PYTHON, "python3", "python"].filter((name) => name !== undefined)

const folder = mkdtempSync(join(tmpdir(), "sayso-python-"))
const ended = await runTests().finally(() => rmSync(folder, { recursive: true, force: true }))
if (ended) endLike(ended)

/** Resolves with how the tests ended, or with nothing where they cannot be run. */
async function runTests(): Promise<Ended | undefined> {
  const python = (await findInstalled()) ?? (await install().catch(sayWhy))
  if (python === undefined) return undefined
  const args = ["--config", "test/python/vitest.config.ts", ...process.argv.slice(2)]
  const env = { ...process.env, PYTHON: python }
  return runChild(process.execPath, ["scripts/test.ts", ...args], { cwd: root, env })
}

function sayWhy(error: unknown): undefined {
  console.log(`Skipped. ${error instanceof Error ? error.message : String(error)}`)
}

/** A Python with a ddtrace that knows `submit_feedback`, which came with 4.14. */
async function findInstalled(): Promise<string | undefined> {
  const ask = "import importlib.metadata as all; print(all.version('ddtrace'))"
  for (const program of programs) {
    const said = await execute(program, ["-c", ask]).catch(() => undefined)
    const [major = 0, minor = 0] = (said?.stdout ?? "").split(".").map(Number)
    if (major > 4 || (major === 4 && minor >= 14)) return program
  }
  return undefined
}

/** @throws an Error that says what is missing */
async function install(): Promise<string> {
  const program = await findPython()
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python")
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
  try {
    await execute(program, ["-m", "venv", folder])
    await execute(python, [...pip, "-r", join(home, "requirements.txt")])
    return python
  } catch (error) {
    throw new Error(`ddtrace cannot be installed here: ${lastLine(error)}`, { cause: error })
  }
}

async function findPython(): Promise<string> {
  for (const program of programs) {
    const runs = await execute(program, ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]).then(
      () => true,
      () => false,
    )
    if (runs) return program
  }
  throw new Error("There is no Python 3.9 or newer here. PYTHON names one that is not on the path.")
}

/** The last that a program said before it failed. */
function lastLine(error: unknown): string {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : ""
  return said.split("\n").at(-1) || (error instanceof Error ? error.message : String(error))
}
