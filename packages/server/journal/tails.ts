import { dirname } from "node:path"
import { errorCode, errorText, removeFile, syncFolder, withFile, type Files } from "./files.ts"

/**
 * Bytes that a failed commit may have left behind the acknowledged ones of a segment. Nothing is ever written behind
 * them and nothing reads them while this process lives; they are cut off so that the next start does not find them.
 */
export interface Tails {
  add(path: string, keepBytes: number): void
  forget(path: string): void
  /** Cuts what can be cut. What cannot stays and is tried again the next time. */
  cut(): Promise<void>
  count(): number
}

export function keepTails(files: Files, warn: (message: string) => void): Tails {
  const tails = new Map<string, number>()
  const warned = new Set<string>()

  async function cut() {
    for (const [path, keepBytes] of tails) {
      try {
        await cutTail(files, path, keepBytes)
        forget(path)
      } catch (error) {
        if (!warned.has(path)) {
          warn(
            `${path} could not be cut back to ${keepBytes} bytes (${errorText(error)}). Until it is, a restart would ` +
              `store the refused events behind them; senders that send those again get the same ids, so nothing doubles.`,
          )
        }
        warned.add(path)
      }
    }
  }

  function forget(path: string) {
    tails.delete(path)
    warned.delete(path)
  }

  return { add: (path, keepBytes) => tails.set(path, keepBytes), forget, cut, count: () => tails.size }
}

async function cutTail(files: Files, path: string, keepBytes: number): Promise<void> {
  if (keepBytes === 0) {
    await removeFile(files, path)
    return syncFolder(files, dirname(path))
  }
  try {
    await withFile(files, path, "r+", async (file) => {
      await file.truncate(keepBytes)
      await file.sync()
    })
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error
  }
}
