import { intake } from "./intake.ts"
import { pages } from "./pages.ts"

const benches: Record<string, { summary: string; run: (args: readonly string[]) => Promise<void> }> = {
  intake: {
    summary: "durable events a second beside a bare node:http server, visible lag, resident memory",
    run: intake,
  },
  pages: {
    summary: "the first view and a trace of 20,000 spans in a real Chromium, beside the bare answers",
    run: pages,
  },
}

const [name = "", ...args] = process.argv.slice(2)
const bench = benches[name]
if (bench) await bench.run(args)
else {
  console.log("npm run bench -- <name> [--seconds N] [--rounds N]\n")
  for (const [each, { summary }] of Object.entries(benches)) console.log(`  ${each.padEnd(10)}${summary}`)
  process.exitCode = name === "" ? 0 : 2
}
