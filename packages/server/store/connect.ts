import { mkdir } from "node:fs/promises"
import { Readable } from "node:stream"
import { ClickHouseLogLevel, createClient, type ClickHouseClientConfigOptions } from "@clickhouse/client"
import type { Scalar, Statement } from "./sql.ts"
import type { Table } from "./tables.ts"

/**
 * A way to reach a ClickHouse engine. There are two, and this file alone knows it: in the process (chDB) and over HTTP.
 * The SQL, the settings and the rows are the same.
 */
export interface Link {
  readonly name: string
  /** The rows of a statement. An abort rejects with the signal's reason, and ends the query where it has begun. */
  rows(statement: Statement, settings: Settings, signal?: AbortSignal): Promise<unknown[]>
  /** A statement without rows. */
  command(text: string): Promise<void>
  /** One INSERT of NDJSON rows. The engine stores a token once, however often it is sent. */
  insert(table: Table, token: string, body: Buffer): Promise<void>
  /** Resolves when the engine answers. It does not wait behind the questions of others. */
  ping(): Promise<void>
  close(): Promise<void>
}

export type Settings = Readonly<Record<string, string | number>>

/** The database that all tables live in. */
const database = "sayso"

/** Who asked gets the error; the client would print it as well. */
const log = { level: ClickHouseLogLevel.OFF }

/**
 * chDB in the folder `dir`, which belongs to one process.
 *
 * A connection does one thing at a time, and holds a thread of Node's pool meanwhile. So there is one for writing, and as
 * many for reading as leave half of the pool to the journal: further reads wait here, and not in the pool.
 *
 * @throws where the package is not installed, or another process has the folder.
 */
export async function openChdb(dir: string): Promise<Link> {
  const { createChdbConnection } = await import("chdb/connection").catch((cause: unknown) => {
    const hint =
      "Install it (npm install chdb: Linux and macOS), or set SAYSO_CLICKHOUSE_URL to a ClickHouse server."
    throw new Error(`The embedded engine chdb is not installed. ${hint}`, { cause })
  })
  await mkdir(dir, { recursive: true })
  const connections = new Set<{ close(): Promise<void> }>()
  let closed = false
  const open = async () => {
    const engine = createChdbConnection({ path: dir })
    // The engine's package carries its own copy of the client's types, which TypeScript holds apart.
    const connection = engine as unknown as NonNullable<ClickHouseClientConfigOptions["connection"]>
    const client = createClient({ log, connection })
    connections.add(client)
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` })
    await client.command({ query: `USE ${database}` })
    // Parameters are part of the text here.
    await client.command({ query: `SET max_query_size = ${maxTextBytes}` })
    return { client, engine }
  }
  type Connection = Awaited<ReturnType<typeof open>>

  // What a query had written before it failed, the connection would put before the next answer.
  const replace = async (used: Connection): Promise<Connection> => {
    if (closed) return used
    // Closed first: should no other open, the next question fails on this one, and opens it again, but sees nothing of it.
    connections.delete(used.client)
    await used.client.close()
    return open()
  }
  const keep = async (used: Connection): Promise<Connection> => used
  const stopper = await open()
  const write = lend([await open()], keep)
  const readers = Math.max(2, Number(process.env["UV_THREADPOOL_SIZE"] ?? 4) >> 1)
  const read = lend(await Promise.all(Array.from({ length: readers }, open)), replace)
  let started = 0
  return {
    name: "chdb",
    rows(statement, settings, signal) {
      const mark = String((started += 1))
      const stop = (): void => {
        const query = `KILL QUERY WHERE Settings['log_comment'] = '${mark}' ASYNC`
        stopper.client.command({ query }).catch(() => {})
      }
      const work = read(({ client }) =>
        withAbort(signal, stop, async () => {
          const query = inlined(statement, { ...settings, log_comment: mark })
          const result = await client.query({ query, format: "JSONEachRow" })
          return result.json()
        }),
      )
      return orAborted(signal, work)
    },
    async command(text) {
      await write(({ client }) => client.command({ query: text }))
    },
    async insert(table, token, values) {
      // The bytes go to the engine's own parser as they are; the client would make a string of them first.
      const settings = insertSettings(token)
      await write(({ engine }) => engine.chdb.rawInsert({ table, values, format: "JSONEachRow", settings }))
    },
    async ping() {
      await stopper.client.command({ query: "SELECT 1" })
    },
    async close() {
      closed = true
      for (const connection of connections) await connection.close()
    },
  }
}

/** A ClickHouse server over HTTP: `http://user:password@host:8123/database`. */
export async function openClickHouse(url: string): Promise<Link> {
  const target = new URL(url)
  const named = target.pathname.slice(1) || database
  if (!/^\w+$/.test(named)) {
    throw new Error(`SAYSO_CLICKHOUSE_URL names a database that is no plain name: ${named}`)
  }
  target.pathname = ""
  // A login of "default" is given to a URL without one by the client itself.
  const setup = createClient({ url: target.href, log })
  try {
    await setup.command({ query: `CREATE DATABASE IF NOT EXISTS ${named}` })
  } finally {
    await setup.close()
  }
  const client = createClient({
    url: target.href,
    log,
    database: named,
    request_timeout: 60_000,
    max_open_connections: 16,
    // Long parameters travel in the body: servers and what stands before them bound the length of a URL.
    use_multipart_params_auto: true,
  })
  return {
    name: "clickhouse",
    rows(statement, settings, signal) {
      const work = async (): Promise<unknown[]> => {
        signal?.throwIfAborted()
        const result = await client.query({
          query: withSettings(statement.text, settings),
          query_params: { ...statement.params },
          format: "JSONEachRow",
          // A server ends a query whose client has gone only where it knows that the query writes nothing.
          clickhouse_settings: {
            readonly: "2",
            cancel_http_readonly_queries_on_client_close: 1,
            // Else an error after the first rows would come as a part of them, under a status of 200.
            wait_end_of_query: 1,
          },
          ...(signal && { abort_signal: signal }),
        })
        return result.json()
      }
      return orAborted(signal, work())
    },
    async command(text) {
      await client.command({ query: text })
    },
    async insert(table, token, body) {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table} FORMAT JSONEachRow`,
        values: Readable.from([body], { objectMode: false }),
        clickhouse_settings: insertSettings(token),
      })
      for await (const _ of stream) {
        // The answer of an INSERT is empty; reading it frees the connection.
      }
    },
    async ping() {
      const { success, error } = { error: undefined, ...(await client.ping({ select: true })) }
      if (!success) throw error ?? new Error("no answer")
    },
    close: () => client.close(),
  }
}

/** Settings of every INSERT: one block, at once, known by its token also to what hangs on the table. */
function insertSettings(token: string): Record<string, string | number> {
  return {
    async_insert: 0,
    insert_deduplicate: 1,
    insert_deduplication_token: token,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    max_insert_block_size: 1_048_576,
    min_insert_block_size_rows: 1_048_576,
    min_insert_block_size_bytes: 268_435_456,
    date_time_input_format: "basic",
  }
}

const maxTextBytes = 64 * 1024 * 1024

/**
 * The statement with its parameters in the text before it, where they belong to the connection: the engine still puts
 * them in as values, never as SQL. chDB's own parameters belong to the process, and let one query run at a time.
 */
function inlined({ text, params }: Statement, settings: Settings): string {
  const set = Object.entries(params).map(([name, value]) => `param_${name} = ${literal(parameter(value))}`)
  return `${set.length > 0 ? `SET ${set.join(", ")};\n` : ""}${withSettings(text, settings)}`
}

function withSettings(text: string, settings: Settings): string {
  const clause = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === "number" ? value : literal(value)}`,
  )
  return clause.length > 0 ? `${text}\nSETTINGS ${clause.join(", ")}` : text
}

/** A value in the text form in which the engine reads parameters: a bare text escaped, texts in an array quoted. */
function parameter(value: Scalar | readonly Scalar[]): string {
  if (typeof value === "string") return escaped(value)
  if (typeof value !== "object") return String(value)
  return `[${value.map((item) => (typeof item === "string" ? literal(item) : String(item))).join(",")}]`
}

function literal(text: string): string {
  return `'${escaped(text).replaceAll("'", "\\'")}'`
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\0": "\\0",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
}

function escaped(text: string): string {
  return text.replace(/[\\\0\t\n\r]/g, (found) => escapes[found] ?? found)
}

/** Lends the members out, each to one piece of work at a time, first come first served; `mend` gives one back after a failure. */
function lend<Member>(
  members: readonly Member[],
  mend: (member: Member) => Promise<Member>,
): <R>(work: (member: Member) => Promise<R>) => Promise<R> {
  const free = [...members]
  const waiting: ((member: Member) => void)[] = []
  const giveBack = (member: Member): void => {
    const next = waiting.shift()
    if (next) next(member)
    else free.push(member)
  }
  return async (work) => {
    const member = free.pop() ?? (await new Promise<Member>((take) => waiting.push(take)))
    try {
      const result = await work(member)
      giveBack(member)
      return result
    } catch (error) {
      mend(member).then(giveBack, () => giveBack(member))
      throw error
    }
  }
}

/** Does the work, unless the signal has aborted; calls `stop` where it aborts meanwhile. */
async function withAbort<R>(
  signal: AbortSignal | undefined,
  stop: () => void,
  work: () => Promise<R>,
): Promise<R> {
  signal?.throwIfAborted()
  signal?.addEventListener("abort", stop)
  try {
    return await work()
  } finally {
    signal?.removeEventListener("abort", stop)
  }
}

/** Rejects with the signal's reason as soon as it aborts, whatever becomes of the work. */
async function orAborted<R>(signal: AbortSignal | undefined, work: Promise<R>): Promise<R> {
  if (!signal) return work
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    abort = () => reject(signal.reason)
  })
  signal.addEventListener("abort", abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([aborted, work])
  } finally {
    signal.removeEventListener("abort", abort)
  }
}
