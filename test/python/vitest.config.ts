import { defineConfig } from "vitest/config"
import all from "../../vitest.config.ts"

/** As all tests run, but these alone. They are no part of `npm test`, because they need Python and what PyPI has. */
export default defineConfig({ test: { ...all.test, include: ["test/python/ddtrace.ts"] } })
