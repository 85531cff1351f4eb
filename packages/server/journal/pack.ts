import { fault } from "@sayso/protocol/errors.ts"
import type { SegmentState } from "./segment.ts"

/** How large a segment may become: rows, bytes, and the bytes of a single line that has a segment of its own. */
export interface Limits {
  rows: number
  bytes: number
  lineBytes: number
}

/** Lines that stay together: each ends in a newline, and all fit into one segment. */
export interface Chunk {
  bytes: Buffer
  rows: number
}

/** What one commit adds to one segment. */
export interface Addition {
  segment: SegmentState
  chunks: Chunk[]
  rows: number
  bytes: number
}

/** Lines for one stream: NDJSON, each document without a newline in it, and with one behind it. */
export interface Batch {
  readonly stream: string
  readonly bytes: Buffer
  readonly rows: number
}

const newline = 10

/** Throws an Error where a line is not one line. */
export function batchOf(stream: string, lines: readonly string[]): Batch {
  const text = lines.length === 0 ? "" : `${lines.join("\n")}\n`
  // One look at all of them costs a fraction of a look at each.
  let ends = 0
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) ends += 1
  if (ends !== lines.length || text.startsWith("\n") || text.includes("\n\n"))
    throw new Error("A line of the journal is empty or has a newline in it.")
  return { stream, bytes: Buffer.from(text), rows: lines.length }
}

/**
 * The lines as chunks, one if they fit into a segment. A line above the usual size of a segment is a chunk of its own.
 * Throws a Fault for a line larger than any insert may be.
 */
export function chunkBatch({ bytes, rows }: Batch, limits: Limits): Chunk[] {
  return rows <= limits.rows && bytes.length <= limits.bytes ? [{ bytes, rows }] : splitLines(bytes, limits)
}

function splitLines(bytes: Buffer, limits: Limits): Chunk[] {
  const chunks: Chunk[] = []
  let start = 0
  let end = 0
  let rows = 0
  while (end < bytes.length) {
    const next = bytes.indexOf(newline, end) + 1
    if (next - end > limits.lineBytes) {
      throw fault(
        "too_large",
        `One event takes ${next - end} bytes as stored; the limit is ${limits.lineBytes}.`,
      )
    }
    if (rows > 0 && (rows === limits.rows || next - start > limits.bytes)) {
      chunks.push({ bytes: bytes.subarray(start, end), rows })
      start = end
      rows = 0
    }
    end = next
    rows += 1
  }
  chunks.push({ bytes: bytes.subarray(start, end), rows })
  return chunks
}

/** Decides which chunk goes into which segment, in order: into the open one as long as they fit, then into new ones. */
export function packChunks(
  chunks: readonly Chunk[],
  open: SegmentState | undefined,
  create: () => SegmentState,
  limits: Limits,
): Addition[] {
  const additions: Addition[] = []
  let current = open && addition(open)
  for (const chunk of chunks) {
    if (!current || !fits(current, chunk, limits)) current = addition(create())
    if (current.chunks.length === 0) additions.push(current)
    current.chunks.push(chunk)
    current.rows += chunk.rows
    current.bytes += chunk.bytes.length
  }
  return additions
}

function addition(segment: SegmentState): Addition {
  return { segment, chunks: [], rows: 0, bytes: 0 }
}

function fits({ segment, rows, bytes }: Addition, chunk: Chunk, limits: Limits): boolean {
  return (
    segment.rows + rows + chunk.rows <= limits.rows &&
    segment.bytes + bytes + chunk.bytes.length <= limits.bytes
  )
}
