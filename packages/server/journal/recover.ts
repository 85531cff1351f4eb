import { join } from "node:path"
import { readInto, removeFile, syncFolder, withFile, type File, type Files } from "./files.ts"
import { nameNumber, newSegment, segmentName, type SegmentState } from "./segment.ts"

const newline = 10
const scanBytes = 1 << 20

/** Syncing several files at once lets them share the disk's flush. */
const atOnce = 8

/**
 * The segments an earlier process left in a stream's folder, oldest first. Bytes behind the last newline are a write
 * that was cut short and never acknowledged: they are cut off. All that is left is synced, for a killed process may have
 * written lines that are not on disk yet, and a segment that was handed out must not change. Empty files are removed,
 * and files that are not segments are left alone with a warning.
 */
export async function recoverSegments(
  files: Files,
  folder: string,
  nowMs: number,
  warn: (message: string) => void,
): Promise<SegmentState[]> {
  const found: SegmentState[] = []
  for (const file of (await files.readdir(folder)).toSorted()) {
    const name = segmentName(file)
    if (name === undefined) warn(`${join(folder, file)} is not a segment of the journal: left alone.`)
    else found.push(newSegment(folder, name, Math.min(nameNumber(name) ?? nowMs, nowMs)))
  }
  const segments: SegmentState[] = []
  for (let at = 0; at < found.length; at += atOnce) {
    const some = found.slice(at, at + atOnce).map(async (segment) => recoverSegment(files, segment))
    segments.push(...(await Promise.all(some)).filter((segment) => segment.rows > 0))
  }
  await syncFolder(files, folder)
  return segments
}

async function recoverSegment(files: Files, segment: SegmentState): Promise<SegmentState> {
  const { path } = segment
  try {
    const found = await withFile(files, path, "r+", async (file) => {
      const scan = await scanLines(file)
      if (scan.bytes < scan.fileBytes) await file.truncate(scan.bytes)
      await file.sync()
      return scan
    })
    if (found.rows === 0) await removeFile(files, path)
    return { ...segment, rows: found.rows, bytes: found.bytes, recovered: true }
  } catch (cause) {
    throw new Error(`The segment ${path} cannot be read.`, { cause })
  }
}

/** Counts the lines, the bytes up to the last newline, and the bytes of the whole file. */
async function scanLines(file: File): Promise<{ rows: number; bytes: number; fileBytes: number }> {
  const window = Buffer.allocUnsafe(scanBytes)
  let rows = 0
  let bytes = 0
  let fileBytes = 0
  for (;;) {
    const length = await readInto(file, window, fileBytes)
    const read = window.subarray(0, length)
    for (let at = read.indexOf(newline); at >= 0; at = read.indexOf(newline, at + 1)) {
      rows += 1
      bytes = fileBytes + at + 1
    }
    fileBytes += length
    if (length < scanBytes) return { rows, bytes, fileBytes }
  }
}
