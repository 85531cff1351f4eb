import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { readInto, withFile, type File, type Files } from "./files.ts"

/**
 * A sealed file of lines: the body of exactly one insert into the table its stream is named for. The name is the
 * deduplication token, unique over the whole life of the data folder, and names sort oldest first.
 */
export interface Segment {
  stream: string
  name: string
  rows: number
  bytes: number
  createdMs: number
  /** An earlier process left it, so that nobody here knows whether its insert had begun. */
  recovered: boolean
  /** The lines as NDJSON, always the same bytes. Throws when the file is gone or shorter than it was. */
  read(): Promise<Buffer>
}

/** What the journal remembers of a segment: rows and bytes are those on disk for certain. */
export interface SegmentState {
  name: string
  path: string
  rows: number
  bytes: number
  createdMs: number
  recovered: boolean
  /** Open while it may still grow. */
  file?: File
}

const pattern = /^(\d{15})-[0-9a-f]{16}$/
const extension = ".ndjson"

/**
 * Hands out segment names: the time in ms, or one more than the last name's where the clock did not move on, and
 * 64 random bits, so that a clock set back after every file was deleted cannot bring an old name up again.
 */
export function segmentNames(now: () => number, last: number): () => string {
  return () => {
    last = Math.max(Math.trunc(now()), last + 1)
    return `${String(last).padStart(15, "0")}-${randomBytes(8).toString("hex")}`
  }
}

/** The number a segment's name begins with, roughly when it was made in ms; undefined for any other name. */
export function nameNumber(name: string): number | undefined {
  const digits = pattern.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

export function segmentFile(name: string): string {
  return name + extension
}

/** The segment's name from its file's, or undefined when the file is not a segment. */
export function segmentName(file: string): string | undefined {
  const name = file.endsWith(extension) ? file.slice(0, -extension.length) : ""
  return nameNumber(name) === undefined ? undefined : name
}

export function newSegment(folder: string, name: string, createdMs: number): SegmentState {
  return { name, path: join(folder, segmentFile(name)), rows: 0, bytes: 0, createdMs, recovered: false }
}

/** The segment as the drain sees it. It reads exactly the bytes that were acknowledged, whatever lies behind them. */
export function handOut(files: Files, stream: string, state: SegmentState): Segment {
  const { name, path, rows, bytes, createdMs, recovered } = state
  async function read(): Promise<Buffer> {
    const body = Buffer.allocUnsafeSlow(bytes)
    const length = await withFile(files, path, "r", (file) => readInto(file, body, 0))
    if (length < bytes)
      throw new Error(`The segment ${path} has ${length} bytes, but ${bytes} were written to it.`)
    return body
  }
  return { stream, name, rows, bytes, createdMs, recovered, read }
}
