import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

export interface FolderLock {
  release(): void
}

/**
 * Makes sure that only one process uses a data folder, which is made if it is missing. The lock is SQLite's own on
 * `<dir>/lock`, held by a transaction that never ends: the system drops it with the process, even one that was killed,
 * so that no stale lock can be left behind. Throws an Error that says who holds the folder and what to do.
 */
export function lockFolder(dir: string): FolderLock {
  const path = join(dir, "lock")
  // The process id lies beside the lock: nobody else can read a locked database, and opening the locked file
  // as a plain one and closing it would drop this process's own lock (POSIX locks work so).
  const pidPath = join(dir, "lock.pid")
  mkdirSync(dir, { recursive: true })
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path)
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  } catch (cause) {
    database?.close()
    if (!isBusy(cause))
      throw new Error(`The lock ${path} cannot be taken. Can this user write to ${dir}?`, { cause })
    throw new Error(
      `The folder ${dir} is in use by another Sayso process${readPid(pidPath)}. ` +
        "Stop it, or set SAYSO_DATA to another folder.",
      { cause },
    )
  }
  writeFileSync(pidPath, `${process.pid}\n`)
  let held = true
  return {
    release() {
      if (!held) return
      held = false
      rmSync(pidPath, { force: true })
      database.close()
    },
  }
}

function readPid(path: string): string {
  try {
    const pid = readFileSync(path, "utf8").trim()
    return /^\d+$/.test(pid) ? ` (pid ${pid})` : ""
  } catch {
    return ""
  }
}

/** SQLITE_BUSY is 5; its extended codes keep it in the low byte. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === 5
}
