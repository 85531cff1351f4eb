import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import autocannon from "autocannon"
import { machine, median, startBare, startSayso, stop, type Target } from "./targets.ts"

const path = "/api/intake/llm-obs/v2/eval-metric"

interface Load {
  readonly name: string
  readonly events: number
  readonly connections: number
}

const loads: readonly Load[] = [
  { name: "1,000-event bodies", events: 1_000, connections: 8 },
  { name: "one event a request", events: 1, connections: 64 },
]

/** Our server and a bare one that only parses, alternately, under the same load; medians of the rounds and their ratio. */
export async function intake(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: "string", default: "8" }, rounds: { type: "string", default: "3" } },
  })
  const seconds = Number(values.seconds)
  const rounds = Number(values.rounds)
  console.log(machine())
  console.log(
    `${rounds} rounds of ${seconds} s each, alternating; medians. The load generator shares the machine.\n`,
  )
  const data = mkdtempSync(join(tmpdir(), "sayso-bench-"))
  const bare = await startBare()
  const ours = await startSayso(data)
  try {
    console.log(`resident, idle: ${residentMb(ours)} MB`)
    console.log(`visible after its 202, idle: median ${median(await visibleLags(ours, 20)).toFixed(0)} ms`)
    for (const load of loads) await compare(load, bare, ours, seconds, rounds)
    console.log(`\nresident, after the load: ${residentMb(ours)} MB`)
    const started = performance.now()
    const left = await waitUntilDrained(ours)
    console.log(
      `${left.toLocaleString("en")} rows were waiting for the store; drained in ${((performance.now() - started) / 1000).toFixed(1)} s`,
    )
  } finally {
    await Promise.all([stop(ours), stop(bare)])
    rmSync(data, { recursive: true, force: true })
  }
}

async function compare(
  load: Load,
  bare: Target,
  ours: Target,
  seconds: number,
  rounds: number,
): Promise<void> {
  const results: Record<"bare" | "ours", autocannon.Result[]> = { bare: [], ours: [] }
  for (let round = 0; round < rounds; round += 1) {
    results.bare.push(await fire(bare, load, seconds))
    results.ours.push(await fire(ours, load, seconds))
  }
  const rate = (of: readonly autocannon.Result[]): number =>
    median(of.map((result) => result.requests.average))
  const failed = results.ours.reduce((sum, result) => sum + result.non2xx + result.errors, 0)
  const ratio = (100 * rate(results.ours)) / rate(results.bare)
  console.log(`\n${load.name}, ${load.connections} connections`)
  console.log(`  bare   ${describe(results.bare, load, rate(results.bare))}`)
  console.log(`  Sayso  ${describe(results.ours, load, rate(results.ours))}`)
  console.log(`  ratio  ${ratio.toFixed(0)} %${failed > 0 ? `   (${failed} requests failed)` : ""}`)
}

function describe(results: readonly autocannon.Result[], load: Load, requests: number): string {
  const events = Math.round(requests * load.events).toLocaleString("en")
  const p99 = median(results.map((result) => result.latency.p99))
  return `${Math.round(requests).toLocaleString("en").padStart(7)} requests/s  ${events.padStart(9)} events/s  p99 ${p99} ms`
}

let made = 0

/** A body of new events each time: the same event again would be the same event. */
function makeBody(events: number): string {
  const metrics = Array.from({ length: events }, () => {
    made += 1
    return {
      event_kind: "feedback",
      trace_id: (0x6b039df5_0000_0000n + BigInt(made)).toString(16).padStart(32, "0"),
      label: "thumbs",
      metric_type: "categorical",
      categorical_value: made % 3 === 0 ? "down" : "up",
      assessment: made % 3 === 0 ? "fail" : "pass",
      submitter: { id: `user-${made % 50_000}`, type: "user" },
      ml_app: "shop",
      timestamp_ms: Date.now(),
      tags: ["env:prod", "version:1.4.2", "channel:web"],
    }
  })
  return JSON.stringify({ data: { type: "evaluation_metric", attributes: { metrics } } })
}

function fire(target: Target, load: Load, seconds: number): Promise<autocannon.Result> {
  // Making bodies costs more than parsing them, so a stock of them goes round; an event that comes again is stored again.
  const requests = Array.from({ length: load.events === 1 ? 2_000 : 20 }, () => ({
    method: "POST" as const,
    path,
    headers: { "content-type": "application/json" },
    body: makeBody(load.events),
  }))
  return autocannon({ url: target.url, connections: load.connections, duration: seconds, requests })
}

/** How long after its 202 an event is in the list, in ms. */
async function visibleLags(target: Target, times: number): Promise<number[]> {
  const lags: number[] = []
  for (let time = 0; time < times; time += 1) {
    const answer = await fetch(target.url + path, { method: "POST", body: makeBody(1) })
    const sent = (await answer.json()) as { data: { attributes: { metrics: [{ id: string }] } } }
    const started = performance.now()
    const id = sent.data.attributes.metrics[0].id
    while ((await fetch(`${target.url}/api/v1/feedback/${id}`)).status !== 200)
      await new Promise((done) => setTimeout(done, 2))
    lags.push(performance.now() - started)
  }
  return lags
}

/** Waits until the journal is empty; resolves with the rows that were in it at first. */
async function waitUntilDrained(target: Target): Promise<number> {
  let first: number | undefined
  for (;;) {
    const text = await (await fetch(`${target.url}/metrics`)).text()
    const rows = [...text.matchAll(/^sayso_journal_rows\{[^}]*\} (\d+)/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    )
    first ??= rows
    if (rows === 0) return first
    await new Promise((done) => setTimeout(done, 200))
  }
}

function residentMb({ process: { pid } }: Target): string {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    return kib === undefined ? "?" : Math.round(Number(kib) / 1024).toLocaleString("en")
  } catch {
    return "? (only Linux tells)"
  }
}
