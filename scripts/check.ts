// All that can be said about the code without running it. A warning is an error: what nobody has to mend, nobody reads.
import { spawn } from "node:child_process"
import { globSync } from "node:fs"
import { join } from "node:path"

type Step = { name: string; argv: string[] }

const root = join(import.meta.dirname, "..")
const fix = process.argv.includes("--fix")
const projects = globSync(["tsconfig.json", "packages/*/tsconfig.json"], { cwd: root }).toSorted()

// Formatting comes after linting, because a lint fix is not formatted.
const writing: Step[] = [
  { name: "lint", argv: ["oxlint", ...(fix ? ["--fix"] : [])] },
  { name: "format", argv: ["oxfmt", fix ? "--write" : "--check"] },
]
const reading: Step[] = [
  ...projects.map((project) => ({ name: `types ${project}`, argv: ["tsc", "--project", project] })),
  { name: "unused", argv: ["knip", "--no-progress"] },
]

const results = fix
  ? [...(await inTurn(writing)), ...(await twoAtATime(reading))]
  : await twoAtATime([...writing, ...reading])
const failed = results.filter((ok) => !ok).length
console.log(failed === 0 ? "All is well." : `${failed} of ${results.length} steps found something.`)
process.exitCode = failed === 0 ? 0 : 1

async function inTurn(steps: Step[]): Promise<boolean[]> {
  const results: boolean[] = []
  for (const step of steps) results.push(await run(step))
  return results
}

async function twoAtATime(steps: Step[]): Promise<boolean[]> {
  const waiting = [...steps]
  const results: boolean[] = []
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) results.push(await run(step))
  }
  await Promise.all([work(), work()])
  return results
}

/** Prints what the step took and, only if it failed, what it said. */
async function run({ name, argv: [tool = "", ...args] }: Step): Promise<boolean> {
  const start = performance.now()
  const child = spawn(join(root, "node_modules", ".bin", tool), args, { cwd: root })
  let said = ""
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()))
  const code = await new Promise<number | null>((end, fail) => child.once("error", fail).once("close", end))

  const seconds = ((performance.now() - start) / 1_000).toFixed(1)
  console.log(`${code === 0 ? "✓" : "✗"} ${name}  ${seconds} s${code === 0 ? "" : `\n\n${said.trim()}\n`}`)
  return code === 0
}
