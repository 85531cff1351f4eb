import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/**/*.test.ts", "test/**/*.test.ts"],
    reporters: [fileURLToPath(new URL("test/reporter.ts", import.meta.url))],
    // The embedded database allows one data folder in a process, so that each file has a process of its own.
    pool: "forks",
    isolate: true,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
