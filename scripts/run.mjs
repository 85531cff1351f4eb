// Every command of this repository begins here, on any Node from 20 on. It makes sure that a Node new enough and the
// packages of the lock file are there, and then runs the command with them. It has no dependencies, because it runs
// before there are any.
import { dirname, delimiter } from "node:path"
import { fileURLToPath } from "node:url"
import { endLike, runChild } from "./child.mjs"
import { installPackages } from "./install.mjs"
import { findNode } from "./node24.mjs"
import { cleanEnv, npmFile, Stop } from "./npm.mjs"

// What Datadog's tracer needs to send to a Sayso on this machine and to nothing else.
const tracer = {
  DD_TRACE_AGENT_URL: "http://127.0.0.1:8126",
  DD_LLMOBS_ENABLED: "1",
  DD_LLMOBS_AGENTLESS_ENABLED: "0",
  DD_LLMOBS_ML_APP: "example-chat",
  DD_SERVICE: "example-chat",
  DD_ENV: "dev",
  DD_TRACE_STARTUP_LOGS: "0",
}

/**
 * `env` holds defaults: what is set outside wins. `pages` says whether the command shows the built pages, so that they
 * have to be fresh. `npm start` and `npm test` have names of their own in npm, the others are called with `npm run`.
 * @typedef {{ summary: string, argv: string[], env?: Record<string, string>, pages?: (args: string[]) => boolean }} Command
 * @type {Record<string, Command>}
 */
const commands = {
  start: { summary: "serve", argv: ["packages/server/cli.ts", "serve"], pages: () => true },
  // Builds the pages by itself, and goes on where they cannot be built.
  dev: { summary: "serve, and again after every change", argv: ["scripts/dev.ts"] },
  test: {
    summary: "run the tests; -- packages/protocol runs some of them",
    argv: ["scripts/test.ts"],
    // The tests beside the code need nothing that is built.
    pages: (args) => args.length === 0 || args.some((arg) => !arg.startsWith("packages/")),
  },
  "test:kill": {
    summary: "kill a busy server again and again, and count; -- --rounds 200",
    argv: ["test/kill.ts"],
  },
  "test:python": {
    summary: "Python's ddtrace against a real server, where Python and the package can be had",
    argv: ["test/python/run.ts"],
  },
  check: {
    summary: "format, lint, types, unused code; -- --fix mends what it can",
    argv: ["scripts/check.ts"],
  },
  bench: { summary: "measure intake, search and memory", argv: ["bench/main.ts"], pages: () => true },
  docs: { summary: "write the pages that are made from tables", argv: ["scripts/docs.ts"] },
  "example:chat": {
    summary: "a small chat application that sends to a running Sayso",
    argv: ["examples/chat/main.js"],
    env: tracer,
  },
  demo: {
    summary: "fill a running Sayso with a believable week of three applications",
    argv: ["examples/demo/main.ts"],
  },
  sayso: {
    summary: "Sayso's own command line; -- --help lists what it can do",
    argv: ["packages/server/cli.ts"],
    pages: ([first = "serve"]) => first === "serve",
  },
  // An older Node's npm would quietly choose old versions of packages that ask for more.
  npm: { summary: "npm on the Node that Sayso runs on; -- install --save-dev croner", argv: [] },
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [name = "help", ...rest] = process.argv.slice(2)

try {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command) await run(command, rest[0] === "--" ? rest.slice(1) : rest)
  else if (name === "help" || name === "--help") console.log(help())
  else throw new Stop(`There is no command "${name}".\n\n${help()}`, 2)
} catch (error) {
  if (!(error instanceof Stop)) throw error
  if (error.message) console.error(error.message)
  endLike(error.ended)
}

/**
 * @param {Command} command
 * @param {string[]} args
 */
async function run({ argv, env, pages }, args) {
  const node = await findNode(root)
  if (name !== "npm") await installPackages(root, node)
  const path = [dirname(node.file), process.env.PATH].join(delimiter)
  const inside = { cwd: root, env: { ...env, ...cleanEnv(), PATH: path } }
  if (pages?.(args)) {
    const built = await runChild(node.file, ["scripts/build.ts"], inside)
    if (built.code !== 0 || built.asked) return endLike(built)
  }
  const program = name === "npm" ? [npmFile()] : argv
  endLike(await runChild(node.file, [...program, ...args], inside))
}

function help() {
  const said = (/** @type {string} */ name) =>
    ["start", "test"].includes(name) ? `npm ${name}` : `npm run ${name}`
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${said(name).padEnd(22)}${summary}`)
  return ["Commands, each of which installs what is missing first:", "", ...lines].join("\n")
}
