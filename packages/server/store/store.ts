import { fault } from "@sayso/protocol/errors.ts"
import type { Link } from "./connect.ts"
import { holdsRows } from "./held.ts"
import { render, type Sql } from "./sql.ts"
import type { Table } from "./tables.ts"

/** The engine refused the rows themselves, before it wrote any: sending them again cannot help. */
export class RowsRefused extends Error {
  override readonly name = "RowsRefused"
}

/** Bounds of one question. A question past them fails alone. */
export interface Limits {
  /** Milliseconds of work. */
  readonly timeMs: number
  readonly memoryBytes: number
  /** Rows of the answer. */
  readonly rows: number
  /** Bytes of the answer. It is read and written by the thread that also acknowledges events. */
  readonly bytes: number
}

export const defaultLimits: Limits = {
  timeMs: 20_000,
  memoryBytes: 1_500_000_000,
  rows: 200_000,
  bytes: 64_000_000,
}

export interface Store {
  readonly engine: string
  /**
   * Stores NDJSON rows in one INSERT, synced to disk. A token that was stored before is not stored again.
   *
   * @throws RowsRefused when the rows cannot be read (then none was written); anything else may be tried again.
   */
  insert(table: Table, token: string, body: Buffer): Promise<void>
  /** Whether the table has every one of the NDJSON rows, or a copy that stands for it. */
  holds(table: Table, body: Buffer): Promise<boolean>
  /**
   * The rows of a question, with 64-bit integers as strings.
   *
   * @throws a Fault `query_too_expensive` past the limits, `store_unavailable` when the engine cannot be reached; the
   * signal's reason when it aborts.
   */
  rows<Row>(question: Sql, options?: { limits?: Partial<Limits>; signal?: AbortSignal }): Promise<Row[]>
  /** Resolves when the engine answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

const newline = 10

export function createStore(link: Link): Store {
  return {
    engine: link.name,
    async insert(table, token, body) {
      // The embedded engine takes what follows an empty line for a statement, after it has stored what came before.
      if (body[0] === newline || body.includes("\n\n"))
        throw new RowsRefused("There is an empty line between the rows.")
      try {
        await link.insert(table, token, body)
      } catch (error) {
        const code = codeOf(error)
        if (code !== undefined && unreadable.has(code)) {
          throw new RowsRefused(firstLine(error), { cause: error })
        }
        throw error
      }
    },
    holds: (table, body) => holdsRows(link, table, body),
    async rows<Row>(
      question: Sql,
      options: { limits?: Partial<Limits>; signal?: AbortSignal } = {},
    ): Promise<Row[]> {
      const limits = { ...defaultLimits, ...options.limits }
      try {
        // The caller names the columns of its own statement; what they hold is tested on the engine.
        return (await link.rows(render(question), settingsOf(limits), options.signal)) as Row[]
      } catch (error) {
        options.signal?.throwIfAborted()
        const code = codeOf(error)
        if (code !== undefined && tooExpensive.has(code)) {
          throw fault("query_too_expensive", expensive(limits), undefined, error)
        }
        if (isAway(error)) {
          throw fault("store_unavailable", "The store does not answer.", undefined, error)
        }
        throw error
      }
    },
    async ping() {
      await link.ping()
    },
    close: () => link.close(),
  }
}

function settingsOf(limits: Limits): Record<string, string | number> {
  return {
    output_format_json_quote_64bit_integers: 1,
    max_execution_time: limits.timeMs / 1000,
    max_memory_usage: limits.memoryBytes,
    max_result_rows: limits.rows,
    max_result_bytes: limits.bytes,
    result_overflow_mode: "throw",
  }
}

function expensive(limits: Limits): string {
  return `The question passed its limits (${limits.timeMs / 1000} s, ${Math.round(limits.memoryBytes / 1e6)} MB, ${limits.rows} rows, ${Math.round(limits.bytes / 1e6)} MB of answer).`
}

/**
 * ClickHouse's codes for rows that its parser cannot read: with all of them nothing was written. Not among them is what
 * may lie in the table or the server, where each row would be refused, and waiting for somebody to mend it loses none.
 */
const unreadable = new Set([
  6, // CANNOT_PARSE_TEXT
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  69, // ARGUMENT_OUT_OF_BOUND
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  130, // CANNOT_READ_ARRAY_FROM_TEXT
  131, // TOO_LARGE_STRING_SIZE
  306, // TOO_DEEP_RECURSION
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  376, // CANNOT_PARSE_UUID
  467, // CANNOT_PARSE_BOOL
])

const tooExpensive = new Set([
  158, // TOO_MANY_ROWS
  159, // TIMEOUT_EXCEEDED
  241, // MEMORY_LIMIT_EXCEEDED
  307, // TOO_MANY_BYTES
  394, // QUERY_WAS_CANCELLED
  396, // TOO_MANY_ROWS_OR_BYTES
])

/** What a server answers that is there, but not for us, or not now. */
const away = new Set([
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  236, // ABORTED
  279, // ALL_CONNECTION_TRIES_FAILED
  439, // CANNOT_SCHEDULE_TASK
  516, // AUTHENTICATION_FAILED
])

/** ClickHouse's error code, from either transport. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  if ("clickhouseCode" in error && error.clickhouseCode) return Number(error.clickhouseCode)
  const code = "code" in error ? String(error.code) : ""
  if (/^\d+$/.test(code)) return Number(code)
  const inText = /^Code: (\d+)\./.exec(error.message)?.[1]
  return inText === undefined ? undefined : Number(inText)
}

const networkCodes = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|UND_ERR)/
const networkMessages =
  /timeout error|socket hang up|other side closed|is closed|bad gateway|service unavailable|gateway time-?out/i

/** Whether an error says that the engine cannot be reached now, and may be later. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const engineCode = codeOf(error)
  if (engineCode !== undefined) return away.has(engineCode)
  const code = "code" in error ? String(error.code) : ""
  return networkCodes.test(code) || networkMessages.test(error.message)
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split("\n")[0]?.slice(0, 500).toWellFormed() ?? ""
}
