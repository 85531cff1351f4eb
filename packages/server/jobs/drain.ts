import type { Event } from "@sayso/protocol/event.ts"
import { defaultOrg } from "../control/migrations.ts"
import type { Journal } from "../journal/journal.ts"
import type { Segment } from "../journal/segment.ts"
import type { Log } from "../log.ts"
import type { Metrics } from "../metrics.ts"
import { RowsRefused, type Store } from "../store/store.ts"
import type { Table } from "../store/tables.ts"
import { pause, type Job } from "./runner.ts"

export interface DrainDeps {
  readonly journal: Journal
  readonly store: Store
  readonly metrics: Metrics
  readonly log: Log
  /** Whether more requests are under way than the machine can work on at once. */
  readonly crowded: () => boolean
  /** Keeps a row that the store cannot read as a rejected event of its org. */
  readonly reject: (org: string, event: Event) => Promise<unknown>
}

/** Between two INSERTs into one table: enough for fresh results, few enough parts for the engine to merge. */
const betweenMs = 50
/**
 * While requests wait, the drain leaves the cores to them for so many times as long as an INSERT took, less the more rows are
 * waiting, and not at all past the last figure: events are safe in the journal, and requests are answered by it alone.
 */
const yields = 3
const yieldsUpToRows = 400_000
const firstRetryMs = 200
const longestRetryMs = 15_000
const readAttempts = 3
const newline = 10

/**
 * Brings one table's segments into the store, the oldest first, each as one INSERT under the segment's name. Where the
 * store is away, the segment waits and intake goes on. Where it cannot read a row, that row is kept as rejected.
 */
export function createDrain(deps: DrainDeps, table: Table): Job {
  const { journal, metrics } = deps
  return async (signal) => {
    for (;;) {
      const segment = await journal.next(table, signal)
      if (!segment) return
      const rows = await readSegment(deps, segment, signal)
      if (!rows) continue
      const started = performance.now()
      const stored = await storeRows(deps, table, segment.name, rows, segment.recovered, signal)
      if (!stored) return
      await journal.done(segment)
      metrics.count("sayso_drained_rows_total", { table }, segment.rows)
      const tookMs = performance.now() - started
      await rest(deps, table, tookMs, signal)
    }
  }
}

function waitingRows(journal: Journal, table: Table): number {
  return journal.stats().streams.find(({ stream }) => stream === table)?.rows ?? 0
}

/** Rests at least for a moment, and on while requests wait. */
async function rest(
  { journal, crowded }: DrainDeps,
  table: Table,
  tookMs: number,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + restMs(tookMs, waitingRows(journal, table))
  do await pause(betweenMs, signal)
  while (crowded() && performance.now() < until && !signal.aborted)
}

/** How long to rest after an INSERT of `tookMs` while requests wait, with so many rows waiting. */
export function restMs(tookMs: number, waiting: number): number {
  return Math.max(betweenMs, tookMs * yields * (1 - waiting / yieldsUpToRows))
}

/** The segment's bytes. What the disk does not give back in three tries is set aside for the operator, so that it holds nobody up. */
async function readSegment(
  { journal, log }: DrainDeps,
  segment: Segment,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await segment.read()
    } catch (error) {
      log.error(
        { err: error, table: segment.stream, segment: segment.name },
        "a segment of the journal cannot be read",
      )
      if (signal.aborted) return undefined
      if (attempt === readAttempts) {
        await journal.setAside(segment, error instanceof Error ? error.message : String(error))
        return undefined
      }
      await pause(firstRetryMs, signal)
    }
  }
}

/**
 * Stores the rows under their token, or, where they cannot be read, their halves under tokens of their own. The same rows
 * always halve the same way, so that a replay after a crash meets the same tokens. False when the signal aborted first.
 */
async function storeRows(
  deps: DrainDeps,
  table: Table,
  token: string,
  rows: Buffer,
  doubtful: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (!(await insertPatiently(deps, table, token, rows, doubtful, signal))) return false
  } catch (error) {
    if (!(error instanceof RowsRefused)) throw error
    const middle = middleOf(rows)
    if (middle === undefined) {
      await keepRefused(deps, table, rows, error.message)
      return true
    }
    return (
      (await storeRows(deps, table, `${token}.0`, rows.subarray(0, middle), doubtful, signal)) &&
      (await storeRows(deps, table, `${token}.1`, rows.subarray(middle), doubtful, signal))
    )
  }
  return true
}

/**
 * Tries until the store has the rows. False when the signal aborted first. Where an earlier try may have been cut short, here
 * or in a process before, its token alone proves nothing (see store/held.ts): the table is asked, and what it has not goes
 * in under the next token in line.
 */
async function insertPatiently(
  { store, metrics, log }: DrainDeps,
  table: Table,
  name: string,
  rows: Buffer,
  doubtful: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  let token = name
  let missing = 0
  for (let waitMs = firstRetryMs; !signal.aborted; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
    const started = performance.now()
    try {
      await store.insert(table, token, rows)
      metrics.observe("sayso_drain_seconds", (performance.now() - started) / 1000, { table })
      if (!doubtful || (await store.holds(table, rows))) return true
      missing += 1
      token = `${name}.again${missing}`
      log.warn({ table }, "the store knew a segment that it does not have; it is stored again")
    } catch (error) {
      if (error instanceof RowsRefused) throw error
      doubtful = true
      metrics.count("sayso_drain_failures_total", { table })
      log.warn(
        { table, reason: faultOf(error) },
        `the store did not take a segment; trying again in ${waitMs} ms`,
      )
      await pause(waitMs, signal)
    }
  }
  return false
}

/** The offset after the row that ends nearest to the middle; undefined for a single row. */
function middleOf(rows: Buffer): number | undefined {
  const before = rows.lastIndexOf(newline, rows.length >> 1)
  const after = rows.indexOf(newline, rows.length >> 1)
  const middle = before >= 0 ? before + 1 : after + 1
  return middle > 0 && middle < rows.length ? middle : undefined
}

/** What the detail of such an event begins with. */
const refusal = "The store cannot read this row:"

async function keepRefused(
  { reject, metrics, log }: DrainDeps,
  table: Table,
  row: Buffer,
  reason: string,
): Promise<void> {
  metrics.count("sayso_rows_refused_total", { table })
  // The reason quotes the row, and what users say has no place in a log.
  log.error({ table }, "the store cannot read a row; it is kept as rejected")
  const text = row.toString("utf8").trimEnd()
  // The event about a refused row that is refused itself would come round for ever.
  if (table === "rejected" && text.includes(refusal)) return
  const detail = `${refusal} ${reason}`.toWellFormed()
  const rejected = {
    format: table,
    code: "bad_body",
    detail,
    pointer: "",
    body: text.slice(0, 65_536).toWellFormed(),
  }
  await reject(orgOf(text) ?? defaultOrg, { kind: "rejected", rejected })
}

/** What failed, without the engine's text, which may quote rows. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown"
  const code = "clickhouseCode" in error ? error.clickhouseCode : "code" in error ? error.code : undefined
  return typeof code === "string" || typeof code === "number" ? `${error.name} ${code}` : error.name
}

function orgOf(line: string): string | undefined {
  try {
    const row: unknown = JSON.parse(line)
    return typeof row === "object" && row !== null && "org" in row && typeof row.org === "string"
      ? row.org
      : undefined
  } catch {
    return undefined
  }
}
