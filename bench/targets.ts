import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { cpus, totalmem } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** A program under measurement. */
export interface Target {
  readonly url: string
  readonly process: ChildProcess
}

/** What the figures were measured on. */
export function machine(): string {
  const cpu = cpus()
  return `${cpu.length} × ${cpu[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}`
}

/** A `node:http` server that only parses what it gets. */
export async function startBare(): Promise<Target> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "bare.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  return { process: child, url: await lineOf(child, /(http:\S+)/) }
}

/** Sayso on a free port and a folder. */
export async function startSayso(data: string): Promise<Target> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../packages/server/cli.ts"), "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      SAYSO_DATA: data,
      SAYSO_LISTEN: "127.0.0.1:0",
      SAYSO_AGENT_LISTEN: "off",
      SAYSO_LOG_LEVEL: "warn",
    },
  })
  return { process: child, url: await lineOf(child, /listens on (http:\S+)/) }
}

/** What the pattern finds in the process's first lines. The rest is read and dropped, so that it never blocks. */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  if (!child.stdout) throw new Error("BUG: the child has no stdout")
  const lines = createInterface(child.stdout)
  const { promise, resolve } = Promise.withResolvers<string>()
  lines.on("line", (line) => {
    const found = pattern.exec(line)?.[1]
    if (found !== undefined) resolve(found)
  })
  return promise
}

export async function stop({ process: child }: Target): Promise<void> {
  const ended = once(child, "exit")
  child.kill("SIGTERM")
  await ended
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}
