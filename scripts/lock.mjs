import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const beatMs = 1_000
const lostMs = 10_000

/**
 * Runs `work` while no other process does so under the same lock file, and waits for its turn if one does. The owner
 * touches the file every second; a file that nobody touched in ten seconds of watching was left by a process that was
 * killed. Watching instead of comparing clocks keeps this true on a shared folder and after the machine has slept.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {string} what  What the other one is doing, for those who have to wait.
 * @returns {Promise<T>}
 */
export async function alone(file, work, what = "installing") {
  mkdirSync(dirname(file), { recursive: true })
  await take(file, what)
  const beat = setInterval(() => touch(file), beatMs)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(file, { force: true })
  }
}

/**
 * @param {string} file
 * @param {string} what
 */
async function take(file, what) {
  let seen = ""
  let unchangedMs = 0
  for (let said = false; ;) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: "wx" })
      return
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error
    }
    if (!said) console.error(`Another command is ${what} in this folder; waiting for it…`)
    said = true

    await sleep(250)
    const now = look(file)
    unchangedMs = now === seen ? unchangedMs + 250 : 0
    seen = now
    if (unchangedMs >= lostMs) rmSync(file, { force: true })
  }
}

/** @param {string} file */
function look(file) {
  try {
    return `${statSync(file).mtimeMs} ${readFileSync(file, "utf8")}`
  } catch {
    return ""
  }
}

/** @param {string} file */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // Someone took the file for a lost one; what they do next they check for themselves.
  }
}
