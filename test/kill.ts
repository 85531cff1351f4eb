// Kills a real server at random moments under load, again and again on one folder, and counts what is left: no
// acknowledged event may be lost, and none may be there twice. `node test/kill.ts --rounds 200 --seed 1`
import { rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { openChdb, type Link } from "../packages/server/store/connect.ts"
import { runSayso, startSayso, tempFolder, until, type Json, type Sayso } from "./harness.ts"

export interface KillOptions {
  readonly rounds: number
  /** The same seed sends the same events and draws the same moments. */
  readonly seed: number
  readonly say: (line: string) => void
}

export interface KillCount {
  readonly rounds: number
  readonly feedback: Tally
  readonly spans: Tally
  /** Bodies that were sent once more, within a round or in a later one. */
  readonly repeated: number
  /** Bodies that were on their way when the server was killed: any part of them may be there. */
  readonly unanswered: number
  /** Rows that the store holds twice, copy for copy, because a segment went in twice. */
  readonly doubledRows: number
}

export interface Tally {
  readonly acknowledged: number
  readonly found: number
  /** Acknowledged, and not there. */
  readonly lost: readonly string[]
  /** There more than once. */
  readonly doubled: readonly string[]
  /** There with another content than was sent, or never sent at all. */
  readonly foreign: readonly string[]
}

const clients = 6
const tables = ["spans", "eval_metrics"]
/** The copies that pile up are counted, and merged, after so many rounds. */
const roundsBetweenCounts = 20
const metricsPath = "/api/intake/llm-obs/v2/eval-metric"

/** What was sent, by the name that each event carries, and what was acknowledged of it. */
interface Ledger {
  readonly sentFeedback: Set<string>
  readonly sentSpans: Set<string>
  /** The event's id by its name. */
  readonly feedback: Map<string, string>
  readonly spans: Set<string>
  /** Some bodies of all rounds, to be sent once more. */
  readonly bodies: Post[]
  repeated: number
  unanswered: number
}

/** One request. It can be sent any number of times. */
interface Post {
  readonly port: "main" | "agent"
  readonly path: string
  readonly body: string
  readonly feedback: readonly string[]
  readonly spans: readonly string[]
}

export async function killAndCount({ rounds, seed, say }: KillOptions): Promise<KillCount> {
  const data = tempFolder()
  const random = createRandom(seed)
  const ledger: Ledger = {
    sentFeedback: new Set(),
    sentSpans: new Set(),
    feedback: new Map(),
    spans: new Set(),
    bodies: [],
    repeated: 0,
    unanswered: 0,
  }
  let doubledRows = 0
  try {
    await (await startSayso({ data })).stop()
    await withTables(data, stopMerging)
    for (let round = 1; round <= rounds; round += 1) {
      const how = await playRound(data, round, random, ledger)
      const { feedback, spans } = ledger
      say(
        `round ${round} of ${rounds}, killed ${how}: ${feedback.size} feedback and ${spans.size} spans acknowledged so far`,
      )
      if (round % roundsBetweenCounts === 0) doubledRows += await withTables(data, countDoubledRows)
    }
    const counts = await countAll(data, rounds, ledger)
    doubledRows += await withTables(data, countDoubledRows)
    return { rounds, ...counts, repeated: ledger.repeated, unanswered: ledger.unanswered, doubledRows }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

async function playRound(data: string, round: number, random: Random, ledger: Ledger): Promise<string> {
  const draw = random()
  if (draw < 0.15) {
    // Around the time that a start takes: before it, in the middle of recovery, or just after it.
    const afterMs = Math.floor(random() * 1_500)
    await runSayso(["serve"], { SAYSO_DATA: data }, afterMs)
    return `${afterMs} ms after its start`
  }
  const sayso = await startSayso({ data })
  const load =
    draw < 0.3 ? burst(sayso, round, random, ledger) : sendUntilKilled(sayso, round, random, ledger)
  // A burst is acknowledged at once: then the kill meets the store at work.
  if (draw < 0.3) await load
  const afterMs = Math.floor(random() * (draw < 0.3 ? 150 : 1_200))
  await sleep(afterMs)
  await sayso.kill()
  await load
  return draw < 0.3 ? `${afterMs} ms after a burst` : `after ${afterMs} ms of load`
}

/** Clients side by side, until the server is gone. */
async function sendUntilKilled(sayso: Sayso, round: number, random: Random, ledger: Ledger): Promise<void> {
  const client = async (): Promise<void> => {
    for (;;) {
      const earlier = random() < 0.12 ? ledger.bodies[Math.floor(random() * ledger.bodies.length)] : undefined
      const answered = await send(
        sayso,
        earlier ?? makePost(round, random, 1 + Math.floor(random() * 8), ledger),
        ledger,
      )
      if (!answered) return
      if (earlier) ledger.repeated += 1
      await sleep(1 + random() * 4)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
}

async function burst(sayso: Sayso, round: number, random: Random, ledger: Ledger): Promise<void> {
  const posts = Array.from({ length: 8 }, () => makePost(round, random, 250, ledger))
  await Promise.all(posts.map((post) => send(sayso, post, ledger)))
}

/** False when the server was gone before it answered. */
async function send(sayso: Sayso, post: Post, ledger: Ledger): Promise<boolean> {
  const to = post.port === "main" ? sayso.url : sayso.agentUrl
  const answer = await sayso.send("POST", to + post.path, post.body).catch(() => undefined)
  if (!answer) {
    ledger.unanswered += 1
    return false
  }
  if (answer.status !== 202)
    throw new Error(`${post.path} was answered with ${answer.status}: ${answer.text.slice(0, 500)}`)
  const echoed: Json[] = answer.json.data?.attributes.metrics ?? []
  post.feedback.forEach((name, index) => {
    const id: string = echoed[index].id
    const before = ledger.feedback.get(name)
    if (before !== undefined && before !== id)
      throw new Error(`${name} was ${before}, and is ${id} when it is sent again`)
    ledger.feedback.set(name, id)
  })
  for (const name of post.spans) ledger.spans.add(name)
  return true
}

/** A body of new events: feedback, or the spans of a trace, in each of the forms that clients use. */
function makePost(round: number, random: Random, events: number, ledger: Ledger): Post {
  const names = Array.from(
    { length: events },
    (_, index) => `${round}.${ledger.sentFeedback.size + ledger.sentSpans.size + index}`,
  )
  const post = random() < 0.5 ? makeFeedback(round, random, names) : makeSpans(round, random, names)
  for (const name of post.feedback) ledger.sentFeedback.add(name)
  for (const name of post.spans) ledger.sentSpans.add(name)
  if (ledger.bodies.length < 500) ledger.bodies.push(post)
  else ledger.bodies[Math.floor(random() * 500)] = post
  return post
}

function makeFeedback(round: number, random: Random, names: readonly string[]): Post {
  const metrics = names.map((name) => ({
    event_kind: "feedback",
    ...(random() < 0.5 ? { session_id: sessionOf(round) } : { feedback_join_key: keyOf(round) }),
    label: "kill",
    metric_type: "text",
    text_value: textOf(name),
    timestamp_ms: Date.now(),
    submitter: { id: name },
  }))
  const body = JSON.stringify({ data: { type: "evaluation_metric", attributes: { metrics } } })
  return { port: random() < 0.5 ? "main" : "agent", path: metricsPath, body, feedback: names, spans: [] }
}

function makeSpans(round: number, random: Random, names: readonly string[]): Post {
  const trace_id = `kill ${names[0]}`
  const spans = names.map((name, index) => ({
    trace_id,
    span_id: name,
    parent_id: index === 0 ? "undefined" : names[0],
    name: textOf(name),
    start_ns: Date.now() * 1e6,
    duration: 1_000,
    status: "ok",
    meta: { "span.kind": "task", kind: "task" },
    session_id: sessionOf(round),
    tags: ["ml_app:kill", ...(index === 0 ? [`feedback_join_key:${keyOf(round)}`] : [])],
  }))
  const sent = { feedback: [], spans: names }
  if (random() < 0.5) {
    const attributes = { ml_app: "kill", spans }
    return {
      port: "main",
      path: "/api/intake/llm-obs/v1/trace/spans",
      body: JSON.stringify({ data: { type: "span", attributes } }),
      ...sent,
    }
  }
  const envelopes = spans.map((span) => ({ event_type: "span", spans: [span] }))
  return { port: "agent", path: "/evp_proxy/v2/api/v2/llmobs", body: JSON.stringify(envelopes), ...sent }
}

const sessionOf = (round: number): string => `kill session ${round}`
const keyOf = (round: number): string => `kill key ${round}`
const textOf = (name: string): string => `said ${name}`

/** Reads everything back after the last kill, by the API alone. */
async function countAll(
  data: string,
  rounds: number,
  ledger: Ledger,
): Promise<{ feedback: Tally; spans: Tally }> {
  const sayso = await startSayso({ data })
  try {
    await until(async () => {
      const { text } = await sayso.get("/metrics")
      const waiting = [...text.matchAll(/^sayso_journal_rows\{.*\} (\d+)$/gm)].reduce(
        (sum, found) => sum + Number(found[1]),
        0,
      )
      if (waiting > 0) throw new Error(`${waiting} rows still wait for the store`)
    }, 60_000)
    const feedback = await readFeedback(sayso)
    const sessions = await readSessions(sayso, rounds)
    // Given on a session or on a key that its spans carry, each stands once in the session of its round, too.
    const alsoDoubled = repeatsIn(sessions.feedback.map(({ id }) => String(id)))
    const strange = feedback.filter(
      ({ submitter, text_value }) =>
        !ledger.sentFeedback.has(submitter.id) || text_value !== textOf(submitter.id),
    )
    const idOf = ({ id }: Json): string => String(id)
    const tally = tallyOf([...ledger.feedback.values()], feedback.map(idOf), strange.map(idOf))
    return {
      feedback: { ...tally, doubled: [...tally.doubled, ...alsoDoubled] },
      spans: tallyOf(
        [...ledger.spans],
        sessions.spans.map((span) => String(span.span_id)),
        sessions.spans
          .filter((span) => !ledger.sentSpans.has(span.span_id) || span.name !== textOf(span.span_id))
          .map((span) => String(span.span_id)),
      ),
    }
  } finally {
    await sayso.stop()
  }
}

async function readFeedback(sayso: Sayso): Promise<Json[]> {
  const events: Json[] = []
  for (let cursor = ""; ;) {
    const { status, json, text } = await sayso.get(`/api/v1/feedback?all=true&limit=1000${cursor}`)
    if (status !== 200) throw new Error(`The list cannot be read: ${text.slice(0, 500)}`)
    events.push(...json.data)
    if (json.meta.cursor === undefined) return events
    cursor = `&cursor=${json.meta.cursor}`
  }
}

async function readSessions(sayso: Sayso, rounds: number): Promise<{ spans: Json[]; feedback: Json[] }> {
  const spans: Json[] = []
  const feedback: Json[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const { status, json, text } = await sayso.get(`/api/v1/sessions/${encodeURIComponent(sessionOf(round))}`)
    // A round that was killed at its start sent nothing.
    if (status === 404) continue
    if (status !== 200) throw new Error(`A session cannot be read: ${text.slice(0, 500)}`)
    spans.push(...json.data.traces.flatMap((trace: Json) => trace.spans))
    feedback.push(...json.data.feedback)
  }
  return { spans, feedback }
}

function tallyOf(
  acknowledged: readonly string[],
  found: readonly string[],
  foreign: readonly string[],
): Tally {
  const there = new Set(found)
  return {
    acknowledged: acknowledged.length,
    found: there.size,
    lost: acknowledged.filter((name) => !there.has(name)),
    doubled: repeatsIn(found),
    foreign,
  }
}

function repeatsIn(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.filter((name) => seen.size === seen.add(name).size)
}

/** The store's tables, between two runs of the server: this process and the server never have them at once. */
async function withTables<T>(data: string, work: (link: Link) => Promise<T>): Promise<T> {
  const link = await openChdb(join(data, "events"))
  try {
    return await work(link)
  } finally {
    await link.close()
  }
}

/** Merging tidies copies away. Without it, a row that went in twice stays to be counted. */
async function stopMerging(link: Link): Promise<void> {
  const settings = [
    "max_bytes_to_merge_at_max_space_in_pool = 1",
    "max_bytes_to_merge_at_min_space_in_pool = 1",
    "parts_to_delay_insert = 100000",
    "parts_to_throw_insert = 100000",
  ]
  for (const table of tables) await link.command(`ALTER TABLE ${table} MODIFY SETTING ${settings.join(", ")}`)
}

/**
 * The API shows one row per event, whatever the tables hold. The tables themselves must not hold a row twice either: each
 * copy that arrived has a sequence of its own, so that equal ones came from a segment that was stored twice. What was
 * counted is merged, so that later rounds have room.
 */
async function countDoubledRows(link: Link): Promise<number> {
  const text = `SELECT
    (SELECT count() - uniqExact(id, sequence) FROM eval_metrics) AS metrics,
    (SELECT count() - uniqExact(trace_id, span_id, sequence) FROM spans) AS spans`
  const [row] = (await link.rows({ text, params: {} }, {})) as [{ metrics: string; spans: string }]
  for (const table of tables) {
    await link.command(
      `ALTER TABLE ${table} RESET SETTING max_bytes_to_merge_at_max_space_in_pool, max_bytes_to_merge_at_min_space_in_pool`,
    )
    await link.command(`OPTIMIZE TABLE ${table} FINAL`)
  }
  await stopMerging(link)
  return Number(row.metrics) + Number(row.spans)
}

type Random = () => number

/** Numbers from 0 up to 1 that the seed decides (mulberry32, Tommy Ettinger, public domain). */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "200" }, seed: { type: "string" } },
  })
  const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed)
  console.log(`seed ${seed}`)
  const started = Date.now()
  const count = await killAndCount({ rounds: Number(values.rounds), seed, say: (line) => console.log(line) })
  console.log(JSON.stringify(count, undefined, 2))
  const sound = [count.feedback, count.spans].every(
    ({ lost, doubled, foreign }) => lost.length + doubled.length + foreign.length === 0,
  )
  console.log(
    `${count.rounds} kills in ${Math.round((Date.now() - started) / 1000)} s: ${sound && count.doubledRows === 0 ? "none lost, none doubled" : "NOT SOUND"}`,
  )
  process.exitCode = sound && count.doubledRows === 0 ? 0 : 1
}
