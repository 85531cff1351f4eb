import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const root = join(import.meta.dirname, "..")

test("package.json and the table of commands name the same commands", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>
  }
  const help = execFileSync(process.execPath, ["scripts/run.mjs", "help"], { cwd: root, encoding: "utf8" })
  const listed = [...help.matchAll(/^ {2}npm (?:run )?(\S+)/gm)].map(([, name = ""]) => name)

  expect(scripts).toEqual(Object.fromEntries(listed.map((name) => [name, `node scripts/run.mjs ${name}`])))
})
