import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import autocannon from "autocannon"
import { createBodies, residentOf, rowsWaiting, runSteadily, type Percentiles, type Steady } from "./paced.ts"
import { machine, median, startBare, startSayso, stop, type Target } from "./targets.ts"

const path = "/api/intake/llm-obs/v2/eval-metric"

interface Shape {
  readonly name: string
  readonly events: number
  readonly connections: number
}

const large: Shape = { name: "1,000-event bodies", events: 1_000, connections: 8 }
const small: Shape = { name: "one event a request", events: 1, connections: 64 }

/**
 * Our server and a bare one that only parses, alternately, under the same load: medians of the rounds and their ratio. Then ours
 * alone at steady rates, with everything on: what an acknowledgement takes, when an event can be found, what is left waiting.
 */
export async function intake(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "8" },
      rounds: { type: "string", default: "3" },
      minutes: { type: "string", default: "1" },
      rate: { type: "string", default: "50000" },
    },
  })
  const seconds = Number(values.seconds)
  const rounds = Number(values.rounds)
  console.log(machine())
  console.log(
    `${rounds} rounds of ${seconds} s each, alternating; medians. The load generator shares the machine.\n`,
  )
  const bare = await startBare()
  try {
    await onFreshServer(async (ours) => {
      console.log(`resident, idle: ${residentOf(ours)} MB`)
      const idle = await runSteadily(ours, { path, eventsPerSecond: 1, eventsPerBody: 1, seconds: 20 })
      console.log(`visible after its 202, idle: ${said(idle.visible)}`)
      await compare(large, bare, ours, seconds, rounds)
      await untilDrained(ours)
      const most = await compare(small, bare, ours, seconds, rounds)
      await untilDrained(ours)
      const half = await runSteadily(ours, { path, eventsPerSecond: most / 2, eventsPerBody: 1, seconds })
      console.log(`  at half of that, steadily: acknowledged in ${said(half.ack)}`)
    })
    await onFreshServer(async (ours) =>
      tell(
        "20,000 events a second",
        await runSteadily(ours, { path, eventsPerSecond: 20_000, eventsPerBody: 1_000, seconds: 30 }),
      ),
    )
    await onFreshServer(async (ours) => {
      const rate = Number(values.rate)
      const title = `${rate.toLocaleString("en")} events a second for ${values.minutes} minutes`
      tell(
        title,
        await runSteadily(ours, {
          path,
          eventsPerSecond: rate,
          eventsPerBody: 1_000,
          seconds: 60 * Number(values.minutes),
        }),
      )
    })
  } finally {
    await stop(bare)
  }
}

async function onFreshServer(work: (ours: Target) => Promise<void>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), "sayso-bench-"))
  const ours = await startSayso(data)
  try {
    await work(ours)
  } finally {
    await stop(ours)
    rmSync(data, { recursive: true, force: true })
  }
}

function tell(title: string, steady: Steady): void {
  console.log(`\n${title}: intake and drain together, bodies of 1,000`)
  console.log(
    `  acknowledged   ${Math.round(steady.rate).toLocaleString("en")} events/s, in ${said(steady.ack)}; ${steady.failed} requests failed`,
  )
  console.log(`  visible after  ${said(steady.visible)}`)
  console.log(
    `  waiting        at most ${steady.backlog.map((rows) => rows.toLocaleString("en")).join(", then ")} rows, by thirds`,
  )
  console.log(`  resident       at most ${steady.residentMb} MB`)
}

function said({ p50, p99, max }: Percentiles): string {
  return `p50 ${p50.toFixed(0)}, p99 ${p99.toFixed(0)}, at most ${max.toFixed(0)} ms`
}

/** Prints both and their ratio; answers the requests a second of ours. */
async function compare(
  shape: Shape,
  bare: Target,
  ours: Target,
  seconds: number,
  rounds: number,
): Promise<number> {
  const results: Record<"bare" | "ours", autocannon.Result[]> = { bare: [], ours: [] }
  for (let round = 0; round < rounds; round += 1) {
    results.bare.push(await fire(bare, shape, seconds))
    results.ours.push(await fire(ours, shape, seconds))
  }
  const rate = (of: readonly autocannon.Result[]): number =>
    median(of.map((result) => result.requests.average))
  const failed = results.ours.reduce((sum, result) => sum + result.non2xx + result.errors, 0)
  const ratio = (100 * rate(results.ours)) / rate(results.bare)
  console.log(`\n${shape.name}, ${shape.connections} connections`)
  console.log(`  bare   ${describe(results.bare, shape, rate(results.bare))}`)
  console.log(`  Sayso  ${describe(results.ours, shape, rate(results.ours))}`)
  console.log(`  ratio  ${ratio.toFixed(0)} %${failed > 0 ? `   (${failed} requests failed)` : ""}`)
  return rate(results.ours)
}

function describe(results: readonly autocannon.Result[], shape: Shape, requests: number): string {
  const events = Math.round(requests * shape.events).toLocaleString("en")
  const p99 = median(results.map((result) => result.latency.p99))
  return `${Math.round(requests).toLocaleString("en").padStart(7)} requests/s  ${events.padStart(9)} events/s  p99 ${p99} ms`
}

function fire(target: Target, shape: Shape, seconds: number): Promise<autocannon.Result> {
  // A stock of bodies goes round; an event that comes again is stored again.
  const bodies = createBodies(shape.events)
  const requests = Array.from({ length: shape.events === 1 ? 2_000 : 20 }, () => ({
    method: "POST" as const,
    path,
    headers: { "content-type": "application/json" },
    body: bodies.next(),
  }))
  return autocannon({ url: target.url, connections: shape.connections, duration: seconds, requests })
}

/** Waits until the journal is empty, and says how long that took. */
async function untilDrained(target: Target): Promise<void> {
  const first = await rowsWaiting(target)
  const started = performance.now()
  while ((await rowsWaiting(target)) > 0) await new Promise((done) => setTimeout(done, 200))
  const seconds = (performance.now() - started) / 1000
  console.log(
    `  then ${first.toLocaleString("en")} rows were waiting for the store, and stored after ${seconds.toFixed(1)} s; resident ${residentOf(target)} MB`,
  )
}
