import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { isDeepStrictEqual } from "node:util"
import { alone } from "./lock.mjs"
import { npmInstall, Stop } from "./npm.mjs"

/** @typedef {Record<string, unknown>} Json */

const unfinished = "unfinished\n"

/**
 * Installs what package-lock.json names, unless that was done already. The stamp says so, and it says "unfinished"
 * while the work goes on, so that an interrupted installation is thrown away and begun again. It holds the Node's
 * major version too, because npm leaves out optional packages that the Node at hand is too old for.
 *
 * This is `npm install` and not `npm ci`, which refuses a lock file without the optional packages of platforms that
 * the registry at hand does not have. What is strict about `npm ci`, we check ourselves.
 * @param {string} root
 * @param {import("./node24.mjs").Node} node
 * @param {string} size  What it takes the first time.
 */
export async function installPackages(root, node, size = "about 850 MB") {
  const stamp = join(root, "node_modules", ".sayso-installed")
  const lock = join(root, "package-lock.json")
  const wanted = fingerprint(readFileSync(lock), node.version)
  if (read(stamp) === wanted) return

  await alone(join(root, ".node", "installing"), async () => {
    const found = read(stamp)
    if (found === wanted) return
    const folders = disagreeing(root, json(lock))
    if (folders.length > 0)
      throw new Stop(
        `package-lock.json does not know what ${folders.join(" and ")} asks for. ` +
          `Please run npm run npm -- install --prefix ${root}, which brings them together, and then this again.`,
      )

    const first = found === undefined || found === unfinished
    const much = first ? `${size}, once` : "only what changed"
    // Not by the console, which a test keeps to itself.
    process.stderr.write(`Installing the packages that package-lock.json names (${much})…\n`)
    if (found === unfinished) rmSync(dirname(stamp), { recursive: true, force: true })
    mkdirSync(dirname(stamp), { recursive: true })
    writeFileSync(stamp, unfinished)
    await npmInstall(node.file, ["install", "--no-save", "--include=dev", "--include=optional"], root)
    writeFileSync(stamp, wanted)
  })
}

/**
 * @param {Buffer} lockFile
 * @param {string} nodeVersion
 */
function fingerprint(lockFile, nodeVersion) {
  const [major] = nodeVersion.split(".")
  return `${createHash("sha256").update(lockFile).digest("hex")} node ${major} ${process.platform}-${process.arch}\n`
}

/**
 * The package.json files that ask for something else than the lock file was made from.
 * @param {string} root
 * @param {Json} lock
 */
function disagreeing(root, lock) {
  const known = /** @type {Record<string, Json>} */ (lock.packages)
  return ["", ...workspaces(root)]
    .filter((folder) => {
      const own = json(join(root, folder, "package.json"))
      return !isDeepStrictEqual(asks(own), asks(known[folder] ?? {}))
    })
    .map((folder) => join(folder, "package.json"))
}

/** @param {Json} manifest */
function asks(manifest) {
  const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]
  return kinds.map((kind) => manifest[kind] ?? {})
}

/**
 * The folders of the workspaces. package.json names them as `<folder>/*`.
 * @param {string} root
 */
function workspaces(root) {
  const patterns = /** @type {string[]} */ (json(join(root, "package.json")).workspaces ?? [])
  return patterns
    .map((pattern) => dirname(pattern))
    .filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, "package.json")))
}

/**
 * @param {string} file
 * @returns {Json}
 */
function json(file) {
  return /** @type {Json} */ (JSON.parse(readFileSync(file, "utf8")))
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
