// One request that takes the agent about 600 spans: long enough to be a test for whoever shows it.
import { askForTools, callModel, models, toolAnswer } from "../model.ts"
import type { Random } from "../random.ts"
import type { Message, TraceMaker } from "../trace.ts"
import { begin, run, system, runTool } from "./loop.ts"
import { repos } from "./repos.ts"

const packages = {
  cart: ["total", "voucher", "merge", "currency", "limits"],
  checkout: ["steps", "address", "payment", "summary", "guest"],
  catalog: ["product", "variant", "price", "stock", "search"],
  account: ["login", "profile", "orders", "returns", "club"],
  content: ["page", "menu", "banner", "blog", "footer"],
  shared: ["date", "money", "http", "cache", "flags"],
} as const

export function migration(own: Random, ids: Random, startMs: number): TraceMaker {
  const trace = begin({ repo: repos.storefront, developer: "maya", ids, id: `code-${ids.hex(12)}` }, startMs)
  const request =
    "Migrate all tests from Jest to Vitest, package by package. Use sub-agents, run each file after you changed it, and tell me what you could not do."
  const messages: Message[] = [
    { role: "system", content: system },
    { role: "user", content: request },
  ]
  trace.open("agent", "coding_agent", {
    input: { value: request },
    metadata: { max_steps: 1_000, model: models.sonnet5.name },
    tags: ["task:jest_to_vitest"],
  })
  for (const [name, modules] of Object.entries(packages)) {
    const job = `Migrate packages/${name} from Jest to Vitest.`
    const delegated = askForTools([{ name: "run_agent", arguments: { job } }], own)
    callModel(trace, own, {
      name: "next_step",
      model: models.sonnet5,
      messages,
      reply: delegated,
      temperature: 0,
    })
    trace.open("agent", "migrate_package", { input: { value: job }, metadata: { model: models.haiku.name } })
    const inner: Message[] = [
      { role: "system", content: system },
      { role: "user", content: job },
    ]
    for (const module of modules) {
      for (const part of ["unit", "edge", "render", "state", "api", "a11y"]) {
        const path = `packages/${name}/src/${module}/${module}.${part}.test.ts`
        const before = `import { jest } from "@jest/globals"\n\ntest("${module} ${part}", () => {\n  const send = jest.fn()\n  expect(send).not.toHaveBeenCalled()\n})`
        const diff =
          '@@ -1 +1 @@\n-import { jest } from "@jest/globals"\n+import { expect, test, vi } from "vitest"\n@@ -4 +4 @@\n-  const send = jest.fn()\n+  const send = vi.fn()'
        runTool(trace, own, { name: "read_file", arguments: { path }, result: before, ms: 9 })
        runTool(trace, own, {
          name: "edit_file",
          arguments: { path, diff },
          result: JSON.stringify({ path, applied: true }),
          ms: 14,
        })
        if (own.chance(0.95))
          runTool(trace, own, {
            name: "run_command",
            arguments: { command: `npx vitest run ${path}` },
            result: JSON.stringify({
              exit_code: 0,
              output: ` ✓ ${path} (${own.whole(2, 14)} tests) ${own.whole(4, 90)}ms`,
            }),
            ms: 1_800,
          })
      }
      const reply = { role: "assistant", content: `\`${module}\`: six files done.` }
      callModel(trace, own, {
        name: "next_step",
        model: models.haiku,
        messages: inner,
        reply,
        temperature: 0,
      })
      inner.push(reply)
    }
    const report =
      name === "checkout"
        ? "30 files migrated. Two tests use fake timers across modules; they are `.skip` for now."
        : "30 files migrated, all pass."
    trace.close({ output: { value: report } })
    messages.push(delegated, toolAnswer(delegated.tool_calls![0]!, report))
  }
  runTool(
    trace,
    own,
    run("npm test", " Test Files  180 passed (180)\n      Tests  1410 passed | 2 skipped (1412)", own),
  )
  const answer =
    "All six packages run on Vitest.\n\n| package | files | tests |\n| --- | ---: | ---: |\n| cart | 30 | 241 |\n| checkout | 30 | 268 |\n| catalog | 30 | 233 |\n| account | 30 | 219 |\n| content | 30 | 174 |\n| shared | 30 | 277 |\n\n`npm test` takes **38 s instead of 2:51**. `jest`, `ts-jest` and `babel-jest` are gone from `package.json`.\n\nNot done: two tests in `packages/checkout` share fake timers across modules and are `.skip` for now."
  callModel(trace, own, {
    name: "write_answer",
    model: models.sonnet5,
    messages,
    reply: { role: "assistant", content: answer },
    temperature: 0,
    maxTokens: 8_192,
  })
  trace.close({ output: { value: answer } })
  return trace
}
