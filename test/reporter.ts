// What `npm test` prints while it runs: a line for each file, and all there is to know about each failure.
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from "vitest/node"

/** Failed counts tests, and also files, suites and hooks that broke and errors that nobody caught. */
export type Counts = { passed: number; failed: number; skipped: number }

type Said = Parameters<NonNullable<Reporter["onUserConsoleLog"]>>[0]

/** The counts so far go, after each file, to the process that started vitest, which prints the last of them. */
export default function reporter(): Reporter {
  let vitest: Vitest
  // What tests print is shown only where something failed.
  const said = new Map<string, Said[]>()
  const reported = new Set<TestModule>()
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 }

  const print = (text: string) => vitest.logger.log(text)
  const printErrors = (of: TestModule | TestSuite | TestCase, errors: readonly unknown[]) => {
    print(`\nFAIL ${fullName(of)}\n`)
    for (const log of said.get(of.id) ?? []) print(log.content.trimEnd())
    for (const error of errors) vitest.logger.printError(error, { project: of.project })
  }

  const report = async (file: TestModule) => {
    reported.add(file)
    const own = count(file)
    const { duration, collectDuration, setupDuration } = file.diagnostic()
    const seconds = ((duration + collectDuration + setupDuration) / 1_000).toFixed(1)
    print(`${own.failed > 0 ? "✗" : "✓"} ${file.relativeModuleId}  ${spell(own)}  ${seconds} s`)
    for (const [broken, errors] of failures(file)) printErrors(broken, errors)
    await tell(own)
  }

  const tell = (more: Counts) => {
    counts = add(counts, more)
    return new Promise<void>((sent) => (process.send ? process.send(counts, () => sent()) : sent()))
  }

  return {
    onInit: (started) => void (vitest = started),

    onUserConsoleLog: (log) => {
      const id = log.taskId ?? ""
      const before = said.get(id)
      if (before) before.push(log)
      else said.set(id, [log])
    },

    onTestCaseResult: (test) => {
      if (test.result().state === "passed") said.delete(test.id)
    },

    onTestModuleEnd: report,

    onTestRunEnd: async (files, unhandled) => {
      // A file whose process died has not come to its own end.
      for (const file of files) if (!reported.has(file)) await report(file)
      if (unhandled.length > 0) vitest.logger.printUnhandledErrors(unhandled)
      if (files.length === 0) print("No test file was found.")
      await tell({ passed: 0, failed: unhandled.length, skipped: 0 })
    },
  }
}

function count(file: TestModule): Counts {
  const states = [...file.children.allTests()].map((test) => test.result().state)
  const of = (state: (typeof states)[number]) => states.filter((each) => each === state).length
  // A test that never came to an end, because its process did, has not passed.
  return {
    passed: of("passed"),
    failed: of("failed") + of("pending") + brokenParts(file).length,
    skipped: of("skipped"),
  }
}

/** The file and its suites where something broke outside a test: an import, a hook, a suite without tests. */
function brokenParts(file: TestModule): (TestModule | TestSuite)[] {
  const parts = [file, ...file.children.allSuites()]
  const broken = parts.filter((part) => part.errors().length > 0)
  const nothingElse = broken.length === 0 && [...file.children.allTests("failed")].length === 0
  return nothingElse && !file.ok() ? [file] : broken
}

function failures(file: TestModule): [TestModule | TestSuite | TestCase, readonly unknown[]][] {
  const tests = [...file.children.allTests("failed")]
  return [
    ...brokenParts(file).map((part) => [part, part.errors()] as [TestModule | TestSuite, readonly unknown[]]),
    ...tests.map((test) => [test, test.result().errors ?? []] as [TestCase, readonly unknown[]]),
  ]
}

function fullName(of: TestModule | TestSuite | TestCase): string {
  return of.type === "module"
    ? of.relativeModuleId
    : `${of.module.relativeModuleId} › ${of.fullName.replaceAll(" > ", " › ")}`
}

const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
})

const spell = ({ passed, failed, skipped }: Counts) =>
  [failed > 0 && `${failed} failed`, `${passed} passed`, skipped > 0 && `${skipped} skipped`]
    .filter(Boolean)
    .join(", ")
