import { existsSync, realpathSync } from "node:fs"
import { basename, delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { runChild } from "./child.mjs"

const leaveWithParent = fileURLToPath(new URL("leaveWithParent.cjs", import.meta.url))

/** Ends the run with a sentence for the person at the terminal instead of a stack. */
export class Stop extends Error {
  /**
   * @param {string} message
   * @param {number | import("./child.mjs").Ended} how  An exit code, or the end of a program to end like.
   */
  constructor(message, how = 1) {
    super(message)
    this.ended = typeof how === "number" ? { code: how, signal: null } : how
  }
}

/**
 * Installs with npm on the given Node, and leaves nothing running should this process be killed: an npm that lives on
 * would write into the same folder as the next one. Its output goes to stderr, because stdout belongs to the command.
 * @param {string} node  The file to run npm with.
 * @param {string[]} args
 * @param {string} cwd
 */
export async function npmInstall(node, args, cwd) {
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
  const ended = await runChild(node, ["--require", leaveWithParent, npmFile(), ...args, ...quiet], {
    cwd,
    env: cleanEnv(),
    stdio: ["ignore", 2, 2, "ipc"],
    // Asked to stop, npm would first undo what it did, which takes as long as doing it; here it is thrown away.
    disposable: true,
  })
  if (ended.asked) {
    const how = { ...ended, code: null, signal: ended.asked }
    throw new Stop("Stopped while installing. The next run begins the installation again.", how)
  }
  if (ended.code !== 0) throw new Stop("npm could not install; its own lines above say why.", ended)
}

/**
 * This process's environment without what an outer npm put there for its own run, such as the folder it works in and
 * what it leaves out. What a person sets (a registry, a proxy, a cache, certificates) stays.
 */
export function cleanEnv() {
  const theirs =
    /^npm_(package_|lifecycle_|command$|config_(global|local_prefix|prefix|global_prefix|location|workspaces?|include_workspace_root|omit|include|only|production|dev|optional|dry_run|force|package_lock|package_lock_only|install_strategy|install_links)$)/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !theirs.test(name)))
}

/** npm's own program: the npm that called us, or else the one on the path. */
export function npmFile() {
  const folders = [...(process.env.PATH ?? "").split(delimiter), dirname(process.execPath)]
  const file = [process.env.npm_execpath, ...folders.map((folder) => join(folder, "npm"))]
    .filter((file) => file !== undefined && existsSync(file))
    .map((file) => realpathSync(/** @type {string} */ (file)))
    .find((file) => basename(file) === "npm-cli.js")
  if (file) return file
  throw new Stop("npm was not found. Please run this through npm itself, as in npm start.")
}
