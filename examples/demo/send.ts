// Speaks with a server through its public API: small batches, a few at a time, and patience where it is busy.
import { setTimeout as sleep } from "node:timers/promises"
import type { Evaluation, Feedback } from "./said.ts"
import type { Span } from "./trace.ts"
import type { Week } from "./week.ts"

export interface Server {
  readonly url: string
  /** Sends. Not needed in local mode. */
  readonly apiKey: string | undefined
  /** Reads. */
  readonly applicationKey: string | undefined
}

/** Something that the person at the keyboard can mend; the message is the whole of what they need to know. */
export class Stop extends Error {}

const maxEvents = 500
const maxBytes = 1_000_000
const atATime = 4
const attempts = 8

/**
 * When a week ended (epoch ms) whose first trace is on the server, or undefined where it is not there.
 *
 * @throws a Stop where nothing answers, or reading is not allowed.
 */
export async function findEnd(server: Server, traceId: string, weekMs: number): Promise<number | undefined> {
  const response = await request(server, "GET", `/api/v1/traces/${traceId}`)
  if (response.status === 404) return undefined
  if (!response.ok) throw await refused(server, response)
  const { data } = (await response.json()) as { data: { start_ns: string } }
  return Number(BigInt(data.start_ns) / 1_000_000n) + weekMs
}

/** Sends the week and calls `progress` with every event that is on the server's disk. */
export async function sendWeek(
  server: Server,
  week: Week,
  progress: (events: number) => void,
): Promise<void> {
  const spans = batches(week.spans, ({ ml_app }) => ml_app)
  // The first batch holds the trace by which the week is found again, should this be interrupted.
  const [first, ...rest] = spans
  if (first) progress(await sendSpans(server, first))
  await inParallel(rest, async (batch) => progress(await sendSpans(server, batch)))

  const ids = new Map<Feedback | Evaluation, string>()
  await inParallel(batches<Feedback | Evaluation>([...week.feedback, ...week.evaluations]), async (batch) => {
    const taken = await sendMetrics(server, batch)
    for (const [index, id] of taken.entries()) ids.set(batch[index]!, id)
    progress(batch.length)
  })
  for (const { feedback, reason } of week.withdrawals) {
    await post(server, `/api/v1/feedback/${ids.get(feedback)}/withdraw`, { reason })
  }
}

/** Resolves once the trace can be read: what was taken is on disk at once, and found a moment later. */
export async function untilReadable(server: Server, traceId: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const response = await request(server, "GET", `/api/v1/traces/${traceId}`)
    await response.body?.cancel()
    if (response.status !== 404) return
    await sleep(200)
  }
}

async function sendSpans(server: Server, spans: readonly Span[]): Promise<number> {
  await post(server, "/api/intake/llm-obs/v1/trace/spans", {
    data: { type: "span", attributes: { ml_app: spans[0]!.ml_app, spans } },
  })
  return spans.length
}

/** Gives the ids of the events, in their order. */
async function sendMetrics(server: Server, metrics: readonly (Feedback | Evaluation)[]): Promise<string[]> {
  const body = { data: { type: "evaluation_metric", attributes: { metrics } } }
  const response = await post(server, "/api/intake/llm-obs/v2/eval-metric", body)
  const { data } = (await response.json()) as { data: { attributes: { metrics: { id: string }[] } } }
  return data.attributes.metrics.map(({ id }) => id)
}

async function post(server: Server, path: string, body: object): Promise<Response> {
  const text = JSON.stringify(body)
  for (let attempt = 1; ; attempt++) {
    const response = await request(server, "POST", path, text)
    if (response.ok) return response
    const busy = response.status === 429 || response.status === 503
    if (!busy || attempt === attempts) throw await refused(server, response)
    await response.body?.cancel()
    const askedForMs = Number(response.headers.get("retry-after")) * 1_000
    await sleep(Math.min(askedForMs || 200 * 2 ** attempt, 10_000))
  }
}

async function request(
  { url, apiKey, applicationKey }: Server,
  method: string,
  path: string,
  body?: string,
): Promise<Response> {
  try {
    return await fetch(url + path, {
      method,
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(apiKey && { "dd-api-key": apiKey }),
        ...(applicationKey && { "dd-application-key": applicationKey }),
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(30_000),
    })
  } catch (error) {
    throw new Stop(`Nothing answers at ${url}: start one with npm start, or say where it is with --url.`, {
      cause: error,
    })
  }
}

async function refused({ url }: Server, response: Response): Promise<Stop> {
  const text = await response.text()
  if (response.status === 401 || response.status === 403) {
    return new Stop(
      `${url} wants a key. Put an API key into SAYSO_API_KEY (to send) and an application key into SAYSO_APPLICATION_KEY (to look whether this week is there already). It said: ${detailOf(text)}`,
    )
  }
  return new Stop(`${url} answered ${response.status}: ${detailOf(text)}`)
}

function detailOf(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors: ({ detail?: string } | string)[] }
    return errors
      .slice(0, 3)
      .map((error) => (typeof error === "string" ? error : error.detail))
      .join(" ")
  } catch {
    return text.slice(0, 300)
  }
}

/** Cuts a list into requests that are small enough, of one group each. */
function* batches<T>(events: readonly T[], groupOf: (event: T) => string = () => ""): Generator<T[]> {
  const open = new Map<string, { events: T[]; bytes: number }>()
  for (const event of events) {
    const group = groupOf(event)
    const bytes = Buffer.byteLength(JSON.stringify(event))
    let batch = open.get(group)
    if (batch && (batch.events.length >= maxEvents || batch.bytes + bytes > maxBytes)) {
      yield batch.events
      batch = undefined
    }
    if (!batch) open.set(group, (batch = { events: [], bytes: 0 }))
    batch.events.push(event)
    batch.bytes += bytes
  }
  for (const batch of open.values()) yield batch.events
}

async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const left = Iterator.from(items)
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}
