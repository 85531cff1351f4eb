import { Agent, request } from "node:http"
import { readFileSync } from "node:fs"
import { median, type Target } from "./targets.ts"

/** What was seen while events came in at a steady rate. */
export interface Steady {
  readonly seconds: number
  /** Acknowledged a second. */
  readonly rate: number
  readonly failed: number
  /** From the first byte sent to the 202, in ms. */
  readonly ack: Percentiles
  /** From the 202 of a single event to its being found, in ms. */
  readonly visible: Percentiles
  /** The most rows that waited for the store, in each third of the time. */
  readonly backlog: readonly [number, number, number]
  readonly residentMb: number
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface Load {
  readonly path: string
  readonly eventsPerSecond: number
  readonly eventsPerBody: number
  readonly seconds: number
}

/** Sends at a steady rate, whatever the answers take, and looks once a second whether an event can be found. */
export async function runSteadily(target: Target, load: Load): Promise<Steady> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const bodies = createBodies(load.eventsPerBody)
  const single = createBodies(1)
  const acks: number[] = []
  const lags: number[] = []
  const waiting: number[] = []
  let failed = 0
  let residentMb = 0
  const under: Set<Promise<void>> = new Set()
  const started = performance.now()
  const pastMs = (): number => performance.now() - started

  const watching = (async () => {
    for (let second = 1; second <= load.seconds; second += 1) {
      await sleep(second * 1000 - pastMs())
      residentMb = Math.max(residentMb, residentOf(target))
      waiting.push(await rowsWaiting(target))
      lags.push(await visibleAfter(target, load.path, agent, single.next()))
    }
  })()
  const everyMs = (1000 * load.eventsPerBody) / load.eventsPerSecond
  for (let sent = 0; pastMs() < load.seconds * 1000; sent += 1) {
    await sleep(sent * everyMs - pastMs())
    const sentAt = performance.now()
    const answer = post(target.url + load.path, agent, bodies.next()).then(({ status }) => {
      if (status === 202) acks.push(performance.now() - sentAt)
      else failed += 1
    })
    under.add(answer)
    void answer.finally(() => under.delete(answer)).catch(() => (failed += 1))
  }
  await Promise.allSettled(under)
  const seconds = pastMs() / 1000
  await watching
  agent.destroy()
  const third = Math.ceil(waiting.length / 3)
  const most = (part: number): number => Math.max(0, ...waiting.slice(part * third, (part + 1) * third))
  return {
    seconds,
    rate: (acks.length * load.eventsPerBody) / seconds,
    failed,
    ack: percentiles(acks),
    visible: percentiles(lags),
    backlog: [most(0), most(1), most(2)],
    residentMb,
  }
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: median(sorted), p99: at(0.99), max: sorted.at(-1) ?? Number.NaN }
}

/** Rows that are on disk and not in the store yet. */
export async function rowsWaiting(target: Target): Promise<number> {
  const text = await (await fetch(`${target.url}/metrics`)).text()
  return [...text.matchAll(/^sayso_journal_rows\{[^}]*\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  )
}

/** In MB; 0 where the system does not tell. */
export function residentOf({ process: { pid } }: Target): number {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    return Math.round(Number(kib ?? 0) / 1024)
  } catch {
    return 0
  }
}

const digits = 16

/**
 * Bodies of new events each time: the same event again would be the same event. The ids are written into one body in place, so that
 * the generator costs little beside what it measures.
 */
export function createBodies(events: number): { next(): Buffer } {
  const mark = "f".repeat(digits)
  const now = Date.now()
  const metrics = Array.from({ length: events }, (_, at) => ({
    event_kind: "feedback",
    trace_id: `6b039df500000000${mark}`,
    label: "thumbs",
    metric_type: "categorical",
    categorical_value: at % 3 === 0 ? "down" : "up",
    assessment: at % 3 === 0 ? "fail" : "pass",
    submitter: { id: `user-${at}`, type: "user" },
    ml_app: "shop",
    timestamp_ms: now,
    tags: ["env:prod", "version:1.4.2", "channel:web"],
  }))
  const body = Buffer.from(JSON.stringify({ data: { type: "evaluation_metric", attributes: { metrics } } }))
  const places: number[] = []
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + digits)) places.push(at)
  return {
    next() {
      const fresh = Buffer.from(body)
      for (const place of places) fresh.write((made += 1).toString(16).padStart(digits, "0"), place, "latin1")
      return fresh
    },
  }
}

let made = 0

async function visibleAfter(target: Target, path: string, agent: Agent, body: Buffer): Promise<number> {
  const { text } = await post(target.url + path, agent, body)
  const sent = JSON.parse(text) as { data: { attributes: { metrics: [{ id: string }] } } }
  const since = performance.now()
  while ((await fetch(`${target.url}/api/v1/feedback/${sent.data.attributes.metrics[0].id}`)).status !== 200)
    await sleep(5)
  return performance.now() - since
}

function post(url: string, agent: Agent, body: Buffer): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const headers = { "content-type": "application/json", "content-length": body.length }
  const sending = request(url, { method: "POST", agent, headers }, (answer) => {
    const parts: Buffer[] = []
    answer.on("data", (part: Buffer) => parts.push(part))
    answer.on("error", reject)
    answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }))
  })
  sending.on("error", reject)
  sending.end(body)
  return promise
}

function sleep(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((done) => setTimeout(done, ms))
}
