import { spawn } from "node:child_process"
import { constants } from "node:os"

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, asked: NodeJS.Signals | null }} Ended */

const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])

/**
 * Runs a program to its end. A signal sent to us is passed on, and then we wait for as long as the program takes to
 * shut down. Ctrl-C in a terminal is the exception: the terminal has given it to the program already, and a program
 * may read a second one as "now, at once". A program with nothing to lose is `disposable`: it ends at once.
 *
 * Resolves with how the program ended, and with the signal that asked us to stop, if one did.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, stdio?: import("node:child_process").StdioOptions,
 *   disposable?: boolean, onMessage?: (message: unknown) => void, onOutput?: (text: string) => void }} options
 *   `onMessage` needs "ipc" in `stdio`, and `onOutput` hears what is a "pipe" there.
 * @returns {Promise<Ended>}
 */
export function runChild(file, args, options) {
  const { cwd, env, stdio = "inherit", disposable = false, onMessage, onOutput } = options
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio })
    const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
    /** @type {NodeJS.Signals | null} */
    let asked = null
    /** @type {Partial<Record<NodeJS.Signals, number>>} */
    const passed = {}

    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      asked = signal
      // Several of our parents pass the same signal on, so that one press may arrive as two or three.
      const again = Date.now() - (passed[signal] ?? 0) < 500
      passed[signal] = Date.now()
      if (disposable) child.kill("SIGKILL")
      else if (!again && !(signal === "SIGINT" && terminal)) child.kill(signal)
    }
    // npm gives a signal to its shell only, which dies of it and leaves us behind: that too asks us to stop.
    const parent = process.ppid
    const watch = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(watch)
      if (!asked) pass("SIGTERM")
    }, 250)
    if (process.env.npm_lifecycle_event === undefined) clearInterval(watch)

    const stopListening = () => {
      clearInterval(watch)
      for (const signal of signals) process.off(signal, pass)
    }

    for (const signal of signals) process.on(signal, pass)
    if (onMessage) child.on("message", onMessage)
    if (onOutput)
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", onOutput)
    child.once("error", (error) => {
      stopListening()
      reject(error)
    })
    child.once("close", (code, signal) => {
      stopListening()
      resolve({ code, signal, asked })
    })
  })
}

/**
 * Ends this process as another one ended, so that whoever waits for us sees the same exit code or signal.
 * @param {Pick<Ended, "code" | "signal">} ended
 */
export function endLike({ code, signal }) {
  process.exitCode = code ?? 128 + (signal ? (constants.signals[signal] ?? 0) : 0)
  if (signal) process.kill(process.pid, signal)
}
