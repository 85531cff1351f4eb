import { hash } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, rm, stat, writeFile } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { dirname, join } from "node:path"
import type { FastifyInstance } from "fastify"
import type { Event } from "@sayso/protocol/event.ts"
import { fault } from "@sayso/protocol/errors.ts"
import { isLoopback, urlOf, type Address, type Config } from "./config.ts"
import { openDatabase } from "./control/database.ts"
import { createKeyring, hasReader } from "./control/keys.ts"
import { defaultOrg } from "./control/migrations.ts"
import { ensureDefaultOrg } from "./control/orgs.ts"
import { createAuthenticate, type Caller } from "./http/caller.ts"
import { intakeHandlers } from "./http/intakeHandlers.ts"
import { opsHandlers } from "./http/opsHandlers.ts"
import { readHandlers } from "./http/readHandlers.ts"
import { createRoom } from "./http/body.ts"
import { createServer } from "./http/server.ts"
import { createRate } from "./http/rate.ts"
import { createAccept, createKeep } from "./intake/accept.ts"
import { createEstimateCosts } from "./intake/costs.ts"
import type { Limits } from "./intake/limits.ts"
import { createSequence } from "./intake/stamp.ts"
import { createTake } from "./intake/take.ts"
import { createWorkers, takeWith } from "./intake/workers.ts"
import { createDrain } from "./jobs/drain.ts"
import { createRunner } from "./jobs/runner.ts"
import { openJournal, type Journal } from "./journal/journal.ts"
import { lockFolder } from "./journal/lock.ts"
import type { Log } from "./log.ts"
import { createMetrics } from "./metrics.ts"
import { createSearch } from "./search/search.ts"
import { openChdb, openClickHouse, type Link } from "./store/connect.ts"
import { lazyLink } from "./store/lazy.ts"
import { toLine } from "./store/lines.ts"
import { migrate } from "./store/migrate.ts"
import { createStore, isAway, type Store } from "./store/store.ts"
import { tables } from "./store/tables.ts"

export interface Running {
  /** Where the API answers. */
  readonly url: string
  /** Where tracers are answered; undefined when that port is closed or was taken. */
  readonly agentUrl: string | undefined
  /** Whether requests without a key are let in. */
  readonly localMode: boolean
  readonly engine: string
  stop(): Promise<void>
}

/**
 * Builds everything, in order, and starts it; `stop` takes it down in reverse. What was acknowledged before stays on
 * disk and is stored at the next start.
 *
 * @param pages The folder of the built pages.
 * @throws an Error that says what to do, with nothing left open.
 */
export async function start(
  config: Config,
  log: Log,
  version: string,
  pages = join(import.meta.dirname, "..", "web", "dist"),
): Promise<Running> {
  const closing: (() => Promise<void> | void)[] = []
  const stop = async (): Promise<void> => {
    const failures: unknown[] = []
    for (const close of closing.splice(0).reverse()) {
      await Promise.resolve(close()).catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw new AggregateError(failures, "Not everything could be closed.")
  }
  try {
    const now = Date.now
    const digest = (text: string): string => hash("sha256", text)
    const data = config.SAYSO_DATA
    await makeDataFolder(data)
    const lock = lockFolder(data)
    closing.push(() => lock.release())

    const database = await openDatabase(join(data, "control.db"))
    closing.push(() => database.destroy())
    await ensureDefaultOrg(database, now())
    const localMode = isLoopback(config.SAYSO_LISTEN.host)
    if (!localMode && !(await hasReader(database))) throw new Error(nobodyCouldRead(config.SAYSO_LISTEN))

    const journal = await openJournal({
      dir: join(data, "journal"),
      streams: tables,
      maxBytes: config.SAYSO_JOURNAL_MAX_BYTES,
      warn: (message) => log.warn(message),
    })
    closing.push(() => journal.close())

    const link = await openStore(config, log)
    closing.push(() => link.close())
    const store = createStore(link)

    const metrics = createMetrics((own) => {
      const { streams, refused } = journal.stats()
      own.set("sayso_journal_set_aside_segments", {}, refused)
      for (const { stream, rows, bytes, oldestMs } of streams) {
        own.set("sayso_journal_bytes", { table: stream }, bytes)
        own.set("sayso_journal_rows", { table: stream }, rows)
        own.set(
          "sayso_journal_oldest_seconds",
          { table: stream },
          oldestMs === undefined ? 0 : (now() - oldestMs) / 1000,
        )
      }
    })
    const stamping = { toLine, digest, places: createSequence(), now }
    const keep = createKeep({ append: journal.append, metrics })
    const accept = createAccept({ ...stamping, keep })
    const workers = createWorkers({
      file: new URL("worker.ts", import.meta.url),
      count: config.SAYSO_INTAKE_THREADS,
      heapMb: workerHeapMb,
    })
    closing.push(() => workers.close())
    const take = takeWith(createTake({ toLine, digest, estimateCosts: createEstimateCosts() }), workers)

    const jobs = createRunner(log)
    closing.push(() => jobs.stop())
    // What the drain cannot store must not wait for the room that only the drain can make.
    const keepOwn = createKeep({
      append: (batches) => journal.append(batches, { beyondBound: true }),
      metrics,
    })
    const acceptOwn = createAccept({ ...stamping, keep: keepOwn })
    const reject = (org: string, event: Event): Promise<unknown> => acceptOwn(org, "store", [event])
    const room = createRoom(config.SAYSO_MAX_HELD_BYTES)
    const crowded = (): boolean => room.count() > 2 * availableParallelism()
    for (const table of tables)
      jobs.start(`drain ${table}`, createDrain({ journal, store, metrics, log, crowded, reject }, table))

    const handlers = {
      ...intakeHandlers({ ...stamping, take, keep, accept, limits: limitsOf(config), metrics, version }),
      ...readHandlers({ search: createSearch(store), now }),
      ...opsHandlers({
        metrics,
        version,
        checks: { journal: () => checkJournal(journal, data), store: () => checkStore(store) },
      }),
    }
    const findKey = createKeyring(database, now)
    const authenticate = createAuthenticate({
      findKey,
      localOrg: localMode ? defaultOrg : undefined,
      countRequest: createRate(config.SAYSO_MAX_REQUESTS_PER_SECOND, now),
    })
    const shared = { handlers, log, metrics, maxBodyBytes: config.SAYSO_MAX_BODY_BYTES, room }

    const main = createServer({
      ...shared,
      face: "main",
      pages,
      authenticate: ({ headers }, scope) => authenticate(headers, scope),
    })
    closing.push(() => main.close())
    const url = await listen(main, config.SAYSO_LISTEN, "SAYSO_LISTEN")

    const tracer: Caller = { org: defaultOrg, scopes: new Set(["intake", "open"]) }
    const agent = createServer({
      ...shared,
      face: "agent",
      pages: undefined,
      authenticate({ headers }, scope) {
        if (scope !== "open" && headers.origin !== undefined) {
          throw fault(
            "origin_refused",
            "The agent port is for tracers: a request with an Origin comes from a web page.",
          )
        }
        return tracer
      },
    })
    closing.push(() => agent.close())
    const agentUrl = await listenIfFree(agent, config.SAYSO_AGENT_LISTEN, log)

    return { url, agentUrl, localMode, engine: store.engine, stop }
  } catch (error) {
    await stop().catch((failure: unknown) => log.error({ err: failure }, "closing failed, too"))
    throw error
  }
}

/** What one body may fill while it is read: a hostile one of the largest size needs some hundred megabytes. */
const workerHeapMb = 1_024

function limitsOf(config: Config): Limits {
  return {
    bodyBytes: config.SAYSO_MAX_BODY_BYTES,
    events: config.SAYSO_MAX_EVENTS,
    depth: config.SAYSO_MAX_DEPTH,
    fieldChars: config.SAYSO_MAX_FIELD_CHARS,
    tags: config.SAYSO_MAX_TAGS,
    tagChars: config.SAYSO_MAX_TAG_CHARS,
  }
}

/** The engine that the settings name, its tables brought to this version. A server that is away is waited for. */
async function openStore(config: Config, log: Log): Promise<Link> {
  const prepare = async (link: Link): Promise<Link> => {
    try {
      for (const file of await migrate(link)) log.info(`store: applied ${file}`)
      return link
    } catch (error) {
      await link.close()
      throw error
    }
  }
  const url = config.SAYSO_CLICKHOUSE_URL
  if (url === undefined) return prepare(await openChdb(join(config.SAYSO_DATA, "events")))
  const link = lazyLink("clickhouse", async () => prepare(await openClickHouse(url)))
  await link.ping().catch((error: unknown) => {
    if (!isAway(error))
      throw new Error(`SAYSO_CLICKHOUSE_URL cannot be used: ${reasonOf(error)}`, { cause: error })
    log.warn(
      "The ClickHouse server of SAYSO_CLICKHOUSE_URL does not answer. Events are taken and wait for it in the journal.",
    )
  })
  return link
}

/**
 * Makes the data folder where it is missing, one level after the other: Node's own way of doing that never ends where a file
 * system like /proc says that a folder in an existing folder does not exist.
 *
 * @throws an Error that names the setting.
 */
export async function makeDataFolder(folder: string): Promise<void> {
  const missing: string[] = []
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at)
  try {
    for (const level of missing) await mkdir(level)
    if (!(await stat(folder)).isDirectory()) throw new Error("it is no folder")
  } catch (error) {
    throw new Error(
      `SAYSO_DATA=${folder} cannot be used: ${reasonOf(error)}. Set it to a folder that Sayso may write to.`,
      {
        cause: error,
      },
    )
  }
}

function nobodyCouldRead(address: Address): string {
  return (
    `SAYSO_LISTEN=${address.host}:${address.port} can be reached from other machines, and there is no key to read with yet. ` +
    "Make one first (npm run sayso -- keys create --kind application --name me), or listen on 127.0.0.1."
  )
}

/** Whether the journal can take events. After a failed write it asks the disk, since nobody may send while it is not ready. */
async function checkJournal(journal: Journal, data: string): Promise<void> {
  const { full, failing } = journal.stats()
  if (full) throw new Error("full: the store has not taken events for a while")
  if (failing === undefined) return
  try {
    await writeFile(join(data, "probe"), "Written to see whether the disk takes writes again.\n", {
      flush: true,
    })
    await rm(join(data, "probe"))
  } catch (cause) {
    throw new Error("the disk refuses to be written", { cause })
  }
}

/** The reason stays in the log: anybody may ask whether the server is ready. */
async function checkStore(store: Store): Promise<void> {
  await store.ping().catch((cause: unknown) => {
    throw new Error("does not answer", { cause })
  })
}

async function listen(app: FastifyInstance, { host, port }: Address, setting: string): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw new Error(
      `Cannot listen on ${host}:${port}: ${reasonOf(error)}. Set ${setting} to another address.`,
      { cause: error },
    )
  }
  const bound = app.server.address()
  return urlOf({ host, port: typeof bound === "object" && bound ? bound.port : port })
}

/** A real Agent may have the port: then Sayso goes on without it, and says so. */
async function listenIfFree(
  app: FastifyInstance,
  address: Address | undefined,
  log: Log,
): Promise<string | undefined> {
  if (address === undefined) return undefined
  try {
    return await listen(app, address, "SAYSO_AGENT_LISTEN")
  } catch (error) {
    log.warn(`${error instanceof Error ? error.message : String(error)} Going on without the agent port.`)
    return undefined
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
    return "another program listens there"
  return error instanceof Error ? error.message : String(error)
}
