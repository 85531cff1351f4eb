import { execFileSync } from "node:child_process"
import { globSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { expect, test } from "vitest"

const root = join(import.meta.dirname, "..")
const server = join(root, "packages/server")

/** The arrows between the rooms of the server, as ARCHITECTURE.md draws them: who may import whom. */
const arrows: Record<string, readonly string[]> = {
  "cli.ts": ["main.ts", "greeting.ts", "config.ts", "log.ts", "control"],
  "greeting.ts": ["main.ts"],
  "main.ts": [
    "config.ts",
    "log.ts",
    "metrics.ts",
    "http",
    "intake",
    "journal",
    "store",
    "search",
    "control",
    "jobs",
  ],
  "worker.ts": ["intake", "store"],
  "config.ts": [],
  "log.ts": [],
  "metrics.ts": [],
  http: ["intake", "search", "control", "config.ts", "log.ts", "metrics.ts"],
  intake: ["journal", "metrics.ts"],
  journal: [],
  store: [],
  search: ["store"],
  control: [],
  jobs: ["journal", "store", "control", "log.ts", "metrics.ts"],
}

interface Import {
  readonly from: string
  readonly to: string
  readonly value: boolean
}

const files = globSync("**/*.ts", { cwd: server, exclude: (path) => path.includes("node_modules") }).filter(
  (file) => !/\.(test|child|testing)\.ts$/.test(file),
)

function importsOf(folder: string, file: string): Import[] {
  const text = readFileSync(join(folder, file), "utf8")
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^"']*?from\s+"(\.[^"]+)"/gm)
  return [...found].map(([, type, path]) => ({
    from: file,
    to: relative(folder, join(folder, dirname(file), path ?? "")),
    value: type === undefined,
  }))
}

/** The folder of a file, or the file itself where it stands alone. */
function roomOf(file: string): string {
  return file.split("/")[0] ?? file
}

test("every room of the server has its arrows drawn", () => {
  expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(arrows).sort())
})

test("no import goes against the arrows", () => {
  const against = files
    .flatMap((file) => importsOf(server, file))
    .filter(({ from, to }) => roomOf(from) !== roomOf(to) && !arrows[roomOf(from)]?.includes(roomOf(to)))
  expect(against).toEqual([])
})

test("no files import each other in a circle", () => {
  const next = new Map(files.map((file) => [file, importsOf(server, file).filter(({ value }) => value)]))
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]): void => {
    expect(trail, [...trail, file].join(" -> ")).not.toContain(file)
    if (done.has(file)) return
    for (const { to } of next.get(file) ?? []) visit(to, [...trail, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

test("the protocol imports nothing of the server, of Node or of a browser", () => {
  const folder = join(root, "packages/protocol")
  const allowed = /^(\.\/[\w/]+\.ts|typebox(\/\w+)?|@noble\/hashes\/\w+\.js)$/
  for (const file of globSync("*.ts", { cwd: folder }).filter((name) => !name.endsWith(".test.ts"))) {
    const text = readFileSync(join(folder, file), "utf8")
    for (const [, path] of text.matchAll(/from\s+"([^"]+)"/g)) expect(path, file).toMatch(allowed)
  }
})

test("the pages import the protocol, their libraries and each other, and nothing of the server or of Node", () => {
  const folder = join(root, "packages/web")
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    dependencies: Record<string, string>
  }
  const libraries = Object.keys(manifest.dependencies)
  const sources = globSync("src/**/*.{ts,tsx,css}", { cwd: folder }).filter(
    (file) => !file.includes(".test."),
  )
  expect(sources.length).toBeGreaterThan(0)
  for (const file of sources) {
    // Without templates: the pages show lines of code to copy.
    const text = readFileSync(join(folder, file), "utf8").replaceAll(/`[^`]*`/g, "``")
    // From "x", import "x", import("x"), and the @import "x" of a style sheet.
    for (const [, path = ""] of text.matchAll(/(?<!["'])(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g)) {
      const own = path.startsWith(".") && join(dirname(file), path).startsWith("src/")
      const library = libraries.some((name) => path === name || path.startsWith(`${name}/`))
      expect(own || library || path === "tailwindcss", `${file} imports ${path}`).toBe(true)
    }
  }
})

test("only connect.ts knows the engine's clients", () => {
  const knowing = files.filter((file) =>
    /from "(@clickhouse\/client|chdb)|import\("chdb/.test(readFileSync(join(server, file), "utf8")),
  )
  expect(knowing).toEqual(["store/connect.ts"])
})

test("importing a file does nothing", () => {
  const list = files.filter((file) => file !== "cli.ts").map((file) => JSON.stringify(join(server, file)))
  const program = `
    await Promise.all([${list.join(",")}].map((file) => import(file)))
    const open = process.getActiveResourcesInfo().filter((name) => !/^(TTYWrap|PipeWrap|FSReqPromise|CloseReq|TickObject)$/.test(name))
    if (open.length > 0) console.log(open.join(" "))`
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
    timeout: 30_000,
  })
  expect(output).toBe("")
})
