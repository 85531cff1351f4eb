import { fault, type Fault } from "@sayso/protocol/errors.ts"
import { join } from "node:path"
import {
  disk,
  errorCode,
  errorText,
  makeFolder,
  removeFile,
  syncFolder,
  withFile,
  writeAll,
  type File,
  type Files,
} from "./files.ts"
import { chunkBatch, packChunks, type Addition, type Batch, type Chunk, type Limits } from "./pack.ts"
import { recoverSegments } from "./recover.ts"
import {
  handOut,
  nameNumber,
  newSegment,
  segmentFile,
  segmentNames,
  type Segment,
  type SegmentState,
} from "./segment.ts"
import { keepTails } from "./tails.ts"

export interface StreamStats {
  stream: string
  segments: number
  rows: number
  bytes: number
  /** When the oldest segment was begun, in ms. */
  oldestMs: number | undefined
}

export interface JournalStats {
  streams: StreamStats[]
  /** Acknowledged bytes over all streams. */
  bytes: number
  /** Bytes in memory that wait for the disk. */
  pendingBytes: number
  maxBytes: number
  /** The last append was refused for want of room, and no segment has gone since. */
  full: boolean
  /** Why the last commit failed; undefined while the disk takes what is written. */
  failing: string | undefined
  /** Segments set aside since the data folder was made, as far as their files are still there. */
  refused: number
}

export interface Journal {
  /**
   * Resolves once the bytes of all batches are on disk, so that an acknowledged event survives a power cut. The
   * fdatasync is shared by everybody who waits at that moment. Lines of one stream keep the order of the calls.
   *
   * Rejects with a Fault (`journal_full`, `journal_failed`, `too_large`, `shutting_down`), and then nothing of the call
   * is handed out, now or after a restart. The exception is a disk that refused both the write and the cutting back
   * (a warning names the file), or a crash between the two: then the next start finds those lines and hands them out. The
   * same holds for calls that had no answer yet at a crash: any part of them may be found. A sender that sends again
   * gets the same ids, so nothing counts twice.
   */
  append(batches: readonly Batch[], options?: AppendOptions): Promise<void>
  /**
   * The oldest segment of a stream, sealed: where only the open one has rows, it is sealed now. Waits for rows;
   * undefined once the signal aborts or the journal closes. A segment once handed out never changes, and comes again
   * with the same name and bytes until done() or setAside() took it, also after a restart.
   */
  next(stream: string, signal: AbortSignal): Promise<Segment | undefined>
  /** The segment is in the store: its file goes. When that fails this rejects, and next() hands the segment out again. */
  done(segment: Segment): Promise<void>
  /**
   * The segment can never be inserted: its file moves to `refused/` beside the streams, with the reason next to it. It
   * no longer counts towards the bound, and nothing reads it again: it is the operator's. Rejects like done().
   */
  setAside(segment: Segment, reason: string): Promise<void>
  /** Kept in memory, so it may be asked at any rate. */
  stats(): JournalStats
  /** Refuses further appends, waits for those under way, ends waiting next() calls and closes the files. */
  close(): Promise<void>
}

export interface AppendOptions {
  /**
   * Past the bound `maxBytes`: for the few lines that emptying the journal itself gives rise to, which would else wait for
   * themselves.
   */
  beyondBound?: boolean
}

export interface JournalOptions {
  /** The folder, made if it is missing. Only one journal at a time may use it: see lock.ts. */
  dir: string
  /** A stream is a table's name; each has a folder of its own. */
  streams: readonly string[]
  /** The bound over the acknowledged and the waiting bytes of all streams. */
  maxBytes: number
  /** 100,000 by default and 300,000 at most: a segment must fit into one block of one insert. */
  maxSegmentRows?: number
  /** 16 MiB by default and 64 MB at most. A larger line has a segment of its own, up to 64 MB. */
  maxSegmentBytes?: number
  /** The bound on bytes in memory that wait for the disk, 256 MiB by default. */
  maxPendingBytes?: number
  now?: () => number
  /** Told what an operator should know: foreign files, a disk that fails and works again. */
  warn?: (message: string) => void
  files?: Files
}

interface Stream {
  name: string
  folder: string
  /** Oldest first. The last one may be the open one. */
  segments: SegmentState[]
  rows: number
  bytes: number
  open: SegmentState | undefined
  /** Part of the commit under way: what is open must not be sealed now. */
  writing: boolean
  waiting: Set<(segment: Segment | undefined) => void>
}

/** The appends that share one commit, and with it their fate. */
interface Group {
  chunks: Map<Stream, Chunk[]>
  bytes: number
  committed: PromiseWithResolvers<void>
}

const segmentRowsCeiling = 300_000
const segmentBytesCeiling = 64_000_000
const refusedFolder = "refused"

/** A commit larger than this makes everyone in it wait for longer than it saves. */
const commitBytes = 4 << 20

/** More uncut tails than this, and the disk is beyond writing to: appends are refused until it is not. */
const maxTails = 64

/**
 * Opens the durable buffer between intake and store: a folder of append-only NDJSON segments for each stream. What an
 * earlier process left is handed out first and never appended to. Rejects with an Error that names the path when
 * something there cannot be read or written.
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { dir, maxBytes, files = disk, now = Date.now, warn = () => {} } = options
  const { maxPendingBytes = 256 << 20 } = options
  const limits = checkLimits(options)
  const refusedDir = join(dir, refusedFolder)
  const { streams, refused: refusedBefore } = await openFolder(files, options, now(), warn)
  const newName = segmentNames(now, lastNumber(streams))
  const tails = keepTails(files, warn)
  const groups: Group[] = []
  const closing = new Set<Promise<void>>()
  let bytes = [...streams.values()].reduce((sum, stream) => sum + stream.bytes, 0)
  let pendingBytes = 0
  let full = false
  let failing: string | undefined
  let refused = refusedBefore
  let running: Promise<void> | undefined
  let closed: Promise<void> | undefined

  async function append(
    batches: readonly Batch[],
    { beyondBound = false }: AppendOptions = {},
  ): Promise<void> {
    if (closed) throw fault("shutting_down", "The server is stopping. Nothing of this request was kept.")
    const parts = batches
      .filter((batch) => batch.rows > 0)
      .map((batch) => ({ stream: find(batch.stream), chunks: chunkBatch(batch, limits) }))
    const size = parts.flatMap((part) => part.chunks).reduce((sum, chunk) => sum + chunk.bytes.length, 0)
    if (size === 0) return
    makeRoom(size, beyondBound)
    const group = groupFor(size)
    for (const { stream, chunks } of parts) {
      const earlier = group.chunks.get(stream)
      if (earlier) earlier.push(...chunks)
      else group.chunks.set(stream, chunks)
    }
    running ??= run()
    return group.committed.promise
  }

  function find(name: string): Stream {
    const stream = streams.get(name)
    if (!stream) throw new Error(`The journal has no stream ${JSON.stringify(name)}.`)
    return stream
  }

  function makeRoom(size: number, beyondBound: boolean) {
    const used = bytes + pendingBytes
    full = used + size > maxBytes
    if (full && !beyondBound) {
      throw fault(
        "journal_full",
        `The journal holds ${used} bytes of at most ${maxBytes}, and this request takes ${size}. Nothing of it was kept.`,
      )
    }
    if (pendingBytes + size > maxPendingBytes) {
      throw fault(
        "journal_full",
        `${pendingBytes} bytes of at most ${maxPendingBytes} are waiting for the disk, and this request takes ${size}. ` +
          "Nothing of it was kept.",
      )
    }
    pendingBytes += size
  }

  function groupFor(size: number): Group {
    const last = groups.at(-1)
    if (last && last.bytes + size <= commitBytes) {
      last.bytes += size
      return last
    }
    const group: Group = { chunks: new Map(), bytes: size, committed: Promise.withResolvers<void>() }
    groups.push(group)
    return group
  }

  /** Commits one group after the other until none is left. While one is on its way to the disk, the next one fills. */
  async function run() {
    // All who call in this turn of the event loop share the first commit.
    await new Promise(setImmediate)
    for (let group = groups.shift(); group; group = groups.shift()) {
      for (const stream of group.chunks.keys()) stream.writing = true
      const problem = await commit(group)
      pendingBytes -= group.bytes
      for (const stream of group.chunks.keys()) {
        stream.writing = false
        serve(stream)
      }
      if (problem) group.committed.reject(problem)
      else group.committed.resolve()
    }
    running = undefined
  }

  /** Writes and syncs the group's lines, all streams at once. If any part fails, every part is taken back. */
  async function commit(group: Group): Promise<Fault | undefined> {
    await tails.cut()
    if (tails.count() > maxTails) return writeFault(new Error("what earlier writes left cannot be cut off"))
    const additions = [...group.chunks].flatMap(([stream, chunks]) =>
      packChunks(chunks, stream.open, () => newSegment(stream.folder, newName(), now()), limits).map(
        (addition) => ({
          ...addition,
          stream,
        }),
      ),
    )
    try {
      await allSettled(additions.map((addition) => write(addition, addition.stream.folder)))
    } catch (cause) {
      const problem = writeFault(cause)
      await takeBack(additions)
      return problem
    }
    for (const addition of additions) keep(addition.stream, addition)
    if (failing !== undefined) warn("The journal can be written again.")
    failing = undefined
    return undefined
  }

  async function write({ segment, chunks }: Addition, folder: string) {
    const fresh = segment.file === undefined
    const file = (segment.file ??= await files.open(segment.path, "wx"))
    await allSettled([
      writeSynced(file, chunks, segment.bytes),
      fresh ? syncFolder(files, folder) : Promise.resolve(),
    ])
  }

  function keep(stream: Stream, { segment, rows, bytes: added }: Addition) {
    segment.rows += rows
    segment.bytes += added
    stream.rows += rows
    stream.bytes += added
    bytes += added
    if (stream.open === segment) return
    seal(stream)
    stream.open = segment
    stream.segments.push(segment)
  }

  /**
   * A segment that a failed commit touched is never written to again: after a failed fdatasync nobody knows which pages
   * reached the disk, and a second one may succeed without having written them. The bytes acknowledged before are on
   * disk by an earlier fdatasync and stay.
   */
  async function takeBack(additions: readonly (Addition & { stream: Stream })[]) {
    for (const { stream, segment } of additions) {
      if (stream.open === segment) stream.open = undefined
      if (segment.file) tails.add(segment.path, segment.bytes)
      closeFile(segment)
    }
    await tails.cut()
  }

  function writeFault(cause: unknown): Fault {
    if (failing === undefined) warn(`The journal cannot be written: ${errorText(cause)}`)
    failing = errorText(cause)
    const why = errorCode(cause) ?? failing
    return fault(
      "journal_failed",
      `The disk refused the write (${why}). Nothing of this request was kept.`,
      undefined,
      cause,
    )
  }

  function seal(stream: Stream) {
    if (stream.open) closeFile(stream.open)
    stream.open = undefined
  }

  /** Nothing hangs on how closing ends: what counts was synced before. */
  function closeFile(segment: SegmentState) {
    const ended = segment.file?.close().catch(() => {})
    delete segment.file
    if (!ended) return
    closing.add(ended)
    void ended.then(() => closing.delete(ended))
  }

  async function next(name: string, signal: AbortSignal): Promise<Segment | undefined> {
    const stream = find(name)
    if (signal.aborted || closed) return undefined
    const ready = oldest(stream)
    if (ready) return ready
    return new Promise((resolve) => {
      function answer(segment: Segment | undefined) {
        stream.waiting.delete(answer)
        signal.removeEventListener("abort", giveUp)
        resolve(segment)
      }
      const giveUp = () => answer(undefined)
      signal.addEventListener("abort", giveUp)
      stream.waiting.add(answer)
    })
  }

  function oldest(stream: Stream): Segment | undefined {
    const segment = stream.segments[0]
    if (!segment) return undefined
    if (segment === stream.open) {
      if (stream.writing) return undefined
      seal(stream)
    }
    return handOut(files, stream.name, segment)
  }

  /** Under load one commit follows the other, so the open segment is sealed for those who wait right between two. */
  function serve(stream: Stream) {
    if (stream.waiting.size === 0) return
    const segment = oldest(stream)
    if (segment) for (const answer of stream.waiting) answer(segment)
  }

  async function done(segment: Segment): Promise<void> {
    await take(segment, async (state, stream) => {
      await removeFile(files, state.path)
      // Should a power cut bring the file back, the store knows its token.
      await syncFolder(files, stream.folder).catch(warnOf(stream.folder))
    })
  }

  function warnOf(path: string) {
    return (error: unknown) => warn(`${path}: ${errorText(error)}`)
  }

  async function setAside(segment: Segment, reason: string): Promise<void> {
    await take(segment, async (state, stream) => {
      const name = `${stream.name}-${state.name}`
      await tails.cut()
      const reasonPath = join(refusedDir, `${name}.txt`)
      // A full disk may have no room for the reason; the segment goes all the same.
      await withFile(files, reasonPath, "w", (file) => writeAll(file, Buffer.from(`${reason}\n`), 0)).catch(
        warnOf(reasonPath),
      )
      await files.rename(state.path, join(refusedDir, segmentFile(name)))
      refused += 1
      await syncFolder(files, refusedDir).catch(warnOf(refusedDir))
      await syncFolder(files, stream.folder).catch(warnOf(stream.folder))
    })
  }

  /** Takes the segment out while its file goes; puts it back to its place when that fails. Unknown ones went before. */
  async function take(
    segment: Segment,
    go: (state: SegmentState, stream: Stream) => Promise<void>,
  ): Promise<void> {
    const stream = find(segment.stream)
    const at = stream.segments.findIndex((state) => state.name === segment.name)
    const state = stream.segments[at]
    if (!state || state === stream.open) return
    stream.segments.splice(at, 1)
    try {
      await go(state, stream)
    } catch (error) {
      const later = stream.segments.findIndex((other) => other.name > state.name)
      stream.segments.splice(later < 0 ? stream.segments.length : later, 0, state)
      serve(stream)
      throw error
    }
    tails.forget(state.path)
    stream.rows -= state.rows
    stream.bytes -= state.bytes
    bytes -= state.bytes
    full = false
  }

  function stats(): JournalStats {
    const perStream = [...streams.values()].map((stream) => ({
      stream: stream.name,
      segments: stream.segments.length,
      rows: stream.rows,
      bytes: stream.bytes,
      oldestMs: stream.segments[0]?.createdMs,
    }))
    return { streams: perStream, bytes, pendingBytes, maxBytes, full, failing, refused }
  }

  async function finish() {
    for (const stream of streams.values()) for (const answer of stream.waiting) answer(undefined)
    await running
    await tails.cut()
    for (const stream of streams.values()) seal(stream)
    await Promise.all(closing)
  }

  return { append, next, done, setAside, stats, close: () => (closed ??= finish()) }
}

function checkLimits({
  streams,
  maxSegmentRows = 100_000,
  maxSegmentBytes = 16 << 20,
}: JournalOptions): Limits {
  if (maxSegmentRows < 1 || maxSegmentRows > segmentRowsCeiling) {
    throw new RangeError(`maxSegmentRows must lie between 1 and ${segmentRowsCeiling}.`)
  }
  if (maxSegmentBytes < 1 || maxSegmentBytes > segmentBytesCeiling) {
    throw new RangeError(`maxSegmentBytes must lie between 1 and ${segmentBytesCeiling}.`)
  }
  for (const stream of streams) {
    if (!/^[a-z][a-z0-9_]*$/.test(stream) || stream === refusedFolder) {
      throw new RangeError(
        `A stream cannot be called ${JSON.stringify(stream)}: its name is a folder's and a table's.`,
      )
    }
  }
  return { rows: maxSegmentRows, bytes: maxSegmentBytes, lineBytes: segmentBytesCeiling }
}

async function openFolder(
  files: Files,
  { dir, streams }: JournalOptions,
  nowMs: number,
  warn: (message: string) => void,
): Promise<{ streams: Map<string, Stream>; refused: number }> {
  const known = new Set([refusedFolder, ...streams])
  try {
    await makeFolder(files, dir)
    for (const name of known) await files.mkdir(join(dir, name), { recursive: true })
    await syncFolder(files, dir)
    for (const name of await files.readdir(dir)) {
      if (!known.has(name)) warn(`${join(dir, name)} belongs to no stream of the journal: left alone.`)
    }
    const opened = streams.map(async (name) => openStream(name, join(dir, name), files, nowMs, warn))
    const byName = new Map((await Promise.all(opened)).map((stream) => [stream.name, stream]))
    const aside = await files.readdir(join(dir, refusedFolder))
    return { streams: byName, refused: aside.filter((file) => file.endsWith(segmentFile(""))).length }
  } catch (cause) {
    throw new Error(`The journal in ${dir} cannot be opened: ${errorText(cause)}`, { cause })
  }
}

async function openStream(
  name: string,
  folder: string,
  files: Files,
  nowMs: number,
  warn: (message: string) => void,
): Promise<Stream> {
  const segments = await recoverSegments(files, folder, nowMs, warn)
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0)
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  return { name, folder, segments, rows, bytes, open: undefined, writing: false, waiting: new Set() }
}

function lastNumber(streams: ReadonlyMap<string, Stream>): number {
  const numbers = [...streams.values()].map((stream) => nameNumber(stream.segments.at(-1)?.name ?? "") ?? 0)
  return Math.max(0, ...numbers)
}

async function writeSynced(file: File, chunks: readonly Chunk[], position: number): Promise<void> {
  const [first] = chunks
  const bytes = first && chunks.length === 1 ? first.bytes : Buffer.concat(chunks.map((chunk) => chunk.bytes))
  await writeAll(file, bytes, position)
  await file.datasync()
}

/** Like Promise.all, except that nothing is still under way when it rejects: a write must not outlive its taking back. */
async function allSettled(tasks: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) if (result.status === "rejected") throw result.reason
}
