import * as fs from "node:fs/promises"
import { dirname, resolve } from "node:path"

/** What the journal asks of an open file; node's FileHandle is one. Tests hand in files that fail. */
export interface File {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  write(from: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>
  truncate(length: number): Promise<void>
  datasync(): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

/** What the journal asks of the file system; node:fs/promises is one. */
export interface Files {
  open(path: string, flags: string): Promise<File>
  mkdir(path: string, options: { recursive: true }): Promise<unknown>
  readdir(path: string): Promise<string[]>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
}

export const disk: Files = fs

/** Opens a file, hands it over, and closes it whatever happens. */
export async function withFile<T>(
  files: Files,
  path: string,
  flags: string,
  use: (file: File) => Promise<T>,
): Promise<T> {
  const file = await files.open(path, flags)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

/** Makes the folder and those above it. Their names are on disk when this resolves. */
export async function makeFolder(files: Files, path: string): Promise<void> {
  await files.mkdir(path, { recursive: true })
  for (let at = resolve(path); dirname(at) !== at; at = dirname(at)) {
    // A folder further up may belong to somebody else, who made it long ago and does not let us open it.
    await syncFolder(files, dirname(at)).catch(() => {})
  }
}

/** A file's name is part of its folder, and survives a power cut only once the folder was synced too. */
export async function syncFolder(files: Files, path: string): Promise<void> {
  // Windows cannot open a folder as a file, and keeps names in its own journal.
  if (process.platform === "win32") return
  await withFile(files, path, "r", (folder) => folder.sync())
}

/** Removes a file; one that is gone already is fine. */
export async function removeFile(files: Files, path: string): Promise<void> {
  try {
    await files.unlink(path)
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error
  }
}

/** Writes all the bytes. A full disk may take only some of them without an error, so what is left is offered again. */
export async function writeAll(file: File, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at)
    if (bytesWritten <= 0) throw new Error("the disk took no bytes and gave no reason")
    at += bytesWritten
  }
}

/** Fills the buffer from the position on as far as the file goes; answers the bytes read. */
export async function readInto(file: File, into: Uint8Array, position: number): Promise<number> {
  let at = 0
  while (at < into.length) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return at
}

/** `ENOSPC` and the like, or undefined for an error that is not the system's. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}

/** The error in a few words, for logs. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
