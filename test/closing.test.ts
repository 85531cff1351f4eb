import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"

const root = join(import.meta.dirname, "..")

// What nobody may take for a success has to show in the last line of `npm test`, and in its exit code.
check("a test that passes", `test("a", () => {})`, "1 passed, 0 failed")
check("a test that fails", `test("a", () => expect(1).toBe(2)); test("b", () => {})`, "1 passed, 1 failed")
check("a test that is skipped", `test("a", () => {}); test.skip("b", () => {})`, "1 passed, 0 failed")
check("a file that throws", `throw new Error("broken"); test("a", () => {})`, "0 passed, 1 failed")
check("a file without tests", ``, "0 passed, 1 failed")
check("a suite without tests", `describe("s", () => {}); test("a", () => {})`, "1 passed, 1 failed")
check(
  "a hook that throws",
  `beforeAll(() => { throw new Error("broken") }); test("a", () => {})`,
  "0 passed, 1 failed",
)
check(
  "a rejection nobody caught",
  `test("a", () => { void Promise.reject(new Error("lost")) })`,
  "1 passed, 1 failed",
)
check("a process that dies", `test("a", () => process.kill(process.pid, "SIGKILL"))`, "0 passed, 2 failed")
check("no file at all", undefined, "0 passed, 1 failed")

function check(name: string, source: string | undefined, line: string) {
  test.concurrent(name, async () => {
    const folder = mkdtempSync(join(tmpdir(), "sayso-closing-"))
    try {
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
      mkdirSync(join(folder, "test"))
      const imports = `import { beforeAll, describe, expect, test } from "vitest"\n`
      if (source !== undefined) writeFileSync(join(folder, "test", "a.test.ts"), imports + source)

      const { code, stdout } = await closing(folder)
      expect(stdout.split("\n").slice(-2)).toEqual([line, ""])
      expect(code === 0).toBe(line.includes(" 0 failed"))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}

function closing(folder: string): Promise<{ code: unknown; stdout: string }> {
  const config = join(root, "vitest.config.ts")
  const args = [join(root, "scripts", "test.ts"), "--root", folder, "--config", config]
  // Without what the vitest that runs this test says about itself.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name)),
  )
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout) =>
      resolve({ code: error ? error.code : 0, stdout }),
    )
  })
}
