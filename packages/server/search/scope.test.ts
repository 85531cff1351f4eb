import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { dayMs } from "@sayso/protocol/time.ts"
import { render } from "../store/sql.ts"
import { tables } from "../store/tables.ts"
import { moment, visible } from "./scope.ts"

const server = join(import.meta.dirname, "..")
const files = globSync("**/*.ts", { cwd: server, exclude: (path) => path.includes("node_modules") }).filter(
  (file) => !/\.(test|child|testing)\.ts$/.test(file),
)

/** The files in which something stands, without their comments. */
function filesWith(pattern: RegExp): string[] {
  const code = (file: string): string =>
    readFileSync(join(server, file), "utf8").replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "")
  return files.filter((file) => pattern.test(code(file))).sort()
}

describe("every read of events passes through one function", () => {
  test("no other file names their tables in a read", () => {
    const reads = new RegExp(String.raw`\b(FROM|JOIN|IN)\s+\(?(\w+\.)?(${tables.join("|")})\b`, "i")
    expect("SELECT 1 FROM spans").toMatch(reads)
    expect(filesWith(reads)).toEqual([])
  })

  test("nor takes a table from elsewhere, but for the store, which looks whether rows it was given are there", () => {
    expect(filesWith(/\b(FROM|JOIN)\s+\$\{/)).toEqual(["search/scope.ts", "store/held.ts"])
  })

  test("none asks the engine to merge while it reads", () => {
    expect(filesWith(/\bFINAL\b/)).toEqual([])
  })
})

describe("it adds the org, and the window where there is one", () => {
  const check = (window: Parameters<typeof visible>[2], text: string, values: readonly unknown[]): void =>
    test(text, () => {
      const statement = render(visible({ org: "o" }, "spans", window))
      expect(statement.text).toBe(text)
      expect(Object.values(statement.params)).toEqual(values)
    })
  const at = (name: string): string => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`

  check(undefined, "FROM spans WHERE org = {p0:String}", ["o"])
  check({}, "FROM spans WHERE org = {p0:String}", ["o"])
  check(
    { fromMs: dayMs + 5 },
    `FROM spans WHERE org = {p0:String} AND time >= ${at("p1")} AND arrived >= ${at("p2")}`,
    ["o", dayMs + 5, 5],
  )
  check({ toMs: 7 }, `FROM spans WHERE org = {p0:String} AND time < ${at("p1")}`, ["o", 7])
  check(
    { fromMs: dayMs, toMs: 0 },
    `FROM spans WHERE org = {p0:String} AND time >= ${at("p1")} AND arrived >= ${at("p2")} AND time < ${at("p3")}`,
    ["o", dayMs, 0, 0],
  )
})

test("a moment is whole milliseconds", () => {
  expect(render(moment(1.6)).params).toEqual({ p0: 2 })
})
