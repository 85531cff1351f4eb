// Starts the real program on a folder of its own and speaks HTTP with it, as any client would.
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const root = join(import.meta.dirname, "..")
const cli = join(root, "packages", "server", "cli.ts")
// A server must not outlive its test, however the test ended.
const leaveWithParent = join(root, "scripts", "leaveWithParent.cjs")

export type Environment = Readonly<Record<string, string>>

/** Parsed JSON. What a test expects of it is its type. */
export type Json = ReturnType<typeof JSON.parse>

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  readonly json: Json
}

export interface Sayso {
  /** The main port. */
  readonly url: string
  /** The agent port; empty where there is none. */
  readonly agentUrl: string
  readonly data: string
  readonly pid: number
  /** A request to the main port. */
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>
  post(path: string, body: Body, headers?: OutgoingHttpHeaders): Promise<Answer>
  /** A request to any address, for instance on the agent port. */
  send(method: string, url: string, body?: Body, headers?: OutgoingHttpHeaders): Promise<Answer>
  printed(): string
  log(): string
  /** Asks for an orderly end and resolves with the exit code. Safe to call again. */
  stop(signal?: "SIGTERM" | "SIGINT"): Promise<number | null>
  /** SIGKILL. Resolves once the process is gone. */
  kill(): Promise<void>
}

/** An object goes out as JSON, a text or bytes as they are. */
export type Body = string | Buffer | object | undefined

export interface StartOptions {
  readonly env?: Environment
  /** The data folder. Where it is left out, a fresh one is made, and goes with the server. */
  readonly data?: string
  /** Not to wait until it is ready: for a server whose store is away. */
  readonly unready?: boolean
}

/** Starts a server on free ports and resolves when it is ready; rejects with what it printed when it ends before. */
export async function startSayso({ env = {}, data, unready = false }: StartOptions = {}): Promise<Sayso> {
  const folder = data ?? tempFolder()
  const child = launch(["serve"], { SAYSO_DATA: folder, ...env })
  const connections = new Agent({ keepAlive: true })
  const finish = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.process.exitCode === null && child.process.signalCode === null) child.process.kill(signal)
    const code = await child.ended
    connections.destroy()
    if (data === undefined) rmSync(folder, { recursive: true, force: true })
    return code
  }
  try {
    const [url, agentUrl] = await Promise.race([greeted(child), failedToStart(child)])
    const sayso: Sayso = {
      url,
      agentUrl,
      data: folder,
      pid: child.process.pid ?? 0,
      get: (path, headers) => sayso.send("GET", url + path, undefined, headers),
      post: (path, body, headers) => sayso.send("POST", url + path, body, headers),
      send: (method, to, body, headers = {}) => send(connections, method, to, body, headers),
      printed: child.printed,
      log: child.log,
      stop: (signal = "SIGTERM") => finish(signal),
      async kill() {
        await finish("SIGKILL")
      },
    }
    if (unready) return sayso
    await until(async () => {
      const { status, text } = await sayso.get("/readyz")
      if (status !== 200) throw new Error(`not ready: ${text}`)
    })
    return sayso
  } catch (error) {
    await finish("SIGKILL")
    throw error
  }
}

/** Runs `sayso <args>` to its end, or kills it where it runs for longer. */
export async function runSayso(
  args: readonly string[],
  env: Environment,
  killAfterMs = 20_000,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = launch(args, env)
  const timer = setTimeout(() => child.process.kill("SIGKILL"), killAfterMs)
  const code = await child.ended
  clearTimeout(timer)
  return { code, stdout: child.printed(), stderr: child.log() }
}

/** A key made on the command line, as its owner would. */
export async function createKey(
  data: string,
  kind: "api" | "application",
  name: string,
): Promise<{ secret: string; id: string }> {
  const { code, stdout, stderr } = await runSayso(["keys", "create", "--kind", kind, "--name", name], {
    SAYSO_DATA: data,
  })
  const id = /\(([0-9a-f-]{36})\)/.exec(stderr)?.[1]
  if (code !== 0 || id === undefined) throw new Error(`no key was made: ${stderr}`)
  return { secret: stdout.trim(), id }
}

export function tempFolder(): string {
  return mkdtempSync(join(tmpdir(), "sayso-test-"))
}

/** Asks again until `ask` no longer throws, and resolves with its answer; rejects with its last error after the deadline. */
export async function until<T>(ask: () => Promise<T>, deadlineMs = 15_000): Promise<T> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await sleep(25)
  }
}

/** The environment of a program under test: nothing of ours or of a tracer's leaks in from outside. */
export function cleanEnvironment(env: Environment): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SAYSO|DD|_DD|OTEL|NODE)_/.test(name))
  return { ...Object.fromEntries(inherited), ...env }
}

/** A program that was started, and what it has said so far. */
interface Child {
  readonly process: ChildProcess
  readonly ended: Promise<number | null>
  printed(): string
  log(): string
}

function launch(args: readonly string[], env: Environment): Child {
  const free = { SAYSO_LISTEN: "127.0.0.1:0", SAYSO_AGENT_LISTEN: "127.0.0.1:0" }
  const child = spawn(process.execPath, ["--require", leaveWithParent, cli, ...args], {
    env: cleanEnvironment({ ...free, ...env }),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  })
  return {
    process: child,
    ended: once(child, "close").then(([code]) => code as number | null),
    ...listen(child),
  }
}

/** Collects what a program says. */
export function listen(child: ChildProcess): { printed(): string; log(): string } {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on("data", (bytes: Buffer) => stdout.push(bytes))
  child.stderr?.on("data", (bytes: Buffer) => stderr.push(bytes))
  return { printed: () => Buffer.concat(stdout).toString(), log: () => Buffer.concat(stderr).toString() }
}

/** The addresses in the greeting, once it is whole. */
async function greeted({ printed, ended }: Child): Promise<[url: string, agentUrl: string]> {
  let gone = false
  void ended.then(() => (gone = true))
  return until(async () => {
    const text = printed()
    const url = /^Sayso listens on (\S+)/m.exec(text)?.[1]
    if (url === undefined || !/Read it back[^]*\n$/.test(text)) {
      if (gone) return ["", ""]
      throw new Error(`The server does not greet: ${text}`)
    }
    // Every address of this machine is one to listen on, and none to call.
    return [url.replace("0.0.0.0", "127.0.0.1"), /Datadog tracers: (http\S+)/.exec(text)?.[1] ?? ""]
  }, 30_000)
}

async function failedToStart({ ended, log }: Child): Promise<never> {
  const code = await ended
  throw new Error(`The server ended with ${code}: ${log()}`)
}

function send(
  connections: Agent,
  method: string,
  url: string,
  body: Body,
  headers: OutgoingHttpHeaders,
): Promise<Answer> {
  const bytes =
    body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const options = { method, agent: connections, headers: headersOf(bytes, headers) }
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) })
      })
    })
    outgoing.on("error", reject)
    outgoing.end(bytes)
  })
}

/** JSON with a length, unless the test says otherwise; a header that it sets to undefined is left out. */
function headersOf(bytes: string | Buffer | undefined, headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const length = headers["transfer-encoding"] ? {} : { "content-length": Buffer.byteLength(bytes ?? "") }
  const all = { ...(bytes !== undefined && { "content-type": "application/json", ...length }), ...headers }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
