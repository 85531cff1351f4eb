import { isIP } from "node:net"
import { availableParallelism } from "node:os"
import { resolve } from "node:path"

interface Setting<T> {
  readonly fallback: string
  readonly summary: string
  readonly read: (text: string) => T
  /** The value may hold a password, and is never shown. */
  readonly secret?: true
}

/** What programs around the server read: the example, and the tests. */
const others = /^SAYSO_(URL$|TEST_)/

/** An address to listen on. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Every setting as a row: the environment variable, its default, what it does. docs/settings.md is made from these rows. */
export const settings = {
  SAYSO_DATA: {
    fallback: "./data",
    summary: "The folder that holds everything: journal, events, small data. One process uses it at a time.",
    read: (text: string) => resolve(text),
  },
  SAYSO_LISTEN: {
    fallback: "127.0.0.1:4000",
    summary:
      "Address of the API. On loopback no key is needed (local mode); anywhere else every request needs one.",
    read: address,
  },
  SAYSO_AGENT_LISTEN: {
    fallback: "127.0.0.1:8126",
    summary:
      "Address where Datadog tracers look by themselves. They send no credential, so keep it private. `off` closes it.",
    read: (text: string) => (text === "off" ? undefined : address(text)),
  },
  SAYSO_CLICKHOUSE_URL: {
    fallback: "",
    summary:
      "A ClickHouse server for the events, as http://user:password@host:8123/database. Empty: chDB, in the data folder.",
    read: (text: string) => (text === "" ? undefined : httpUrl(text)),
    secret: true,
  },
  SAYSO_MAX_BODY_BYTES: {
    fallback: "33554432",
    summary: "The largest request body, in bytes, as sent and as unpacked. SDKs send up to about 13 MB.",
    read: (text: string) => wholeNumber(text, 1_024, 64_000_000),
  },
  SAYSO_MAX_EVENTS: {
    fallback: "50000",
    summary: "How many events a request may hold. SDKs send up to 1,000.",
    read: (text: string) => wholeNumber(text, 1, 50_000),
  },
  SAYSO_MAX_DEPTH: {
    fallback: "1000",
    summary: "How deep the JSON of an event may nest.",
    read: (text: string) => wholeNumber(text, 4, 1_000),
  },
  SAYSO_MAX_FIELD_CHARS: {
    fallback: "33554432",
    summary: "How many characters one field of an event may have: a comment, an input, an id.",
    read: (text: string) => wholeNumber(text, 256, 64_000_000),
  },
  SAYSO_MAX_TAGS: {
    fallback: "1000",
    summary: "How many tags an event may have.",
    read: (text: string) => wholeNumber(text, 1, 100_000),
  },
  SAYSO_MAX_TAG_CHARS: {
    fallback: "1048576",
    summary: "How many characters a tag may have.",
    read: (text: string) => wholeNumber(text, 16, 64_000_000),
  },
  SAYSO_MAX_REQUESTS_PER_SECOND: {
    fallback: "5000",
    summary:
      "How many requests a second each API key may send; a burst of two seconds' worth is let through. Then intake answers 429.",
    read: (text: string) => wholeNumber(text, 1, 1_000_000),
  },
  SAYSO_MAX_HELD_BYTES: {
    fallback: "268435456",
    summary:
      "How many bytes of request bodies are held at once, from their announcement to their answer. Then intake answers 429.",
    read: (text: string) => wholeNumber(text, 1_000_000, Number.MAX_SAFE_INTEGER),
  },
  SAYSO_INTAKE_THREADS: {
    fallback: "auto",
    summary: "How many threads read large bodies. `auto`: one for each core, at most four.",
    read: (text: string) =>
      text === "auto" ? Math.min(4, availableParallelism()) : wholeNumber(text, 1, 64),
  },
  SAYSO_JOURNAL_MAX_BYTES: {
    fallback: "4294967296",
    summary:
      "How much the journal may hold, in bytes, while the store is slow or away. Then intake answers 503.",
    read: (text: string) => wholeNumber(text, 1_000_000, Number.MAX_SAFE_INTEGER),
  },
  SAYSO_LOG_LEVEL: {
    fallback: "info",
    summary: "What the log on standard error holds: debug, info, warn, error or silent.",
    read: (text: string) => oneOf(text, ["debug", "info", "warn", "error", "silent"]),
  },
} as const satisfies Record<string, Setting<unknown>>

export type Config = { readonly [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]["read"]> }

/**
 * The settings of an environment.
 *
 * @throws an Error that names the variable and what it may be.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const entries = Object.entries(settings).map(([name, setting]) => {
    const text = environment[name] ?? setting.fallback
    try {
      return [name, setting.read(text)]
    } catch (error) {
      const shown = "secret" in setting ? name : `${name}=${text}`
      throw new Error(`${shown} cannot be used: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  })
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith("SAYSO_") && !(name in settings) && !others.test(name),
  )
  if (unknown.length > 0) {
    throw new Error(
      `${unknown.join(", ")}: there is no such setting. There are ${Object.keys(settings).join(", ")}.`,
    )
  }
  return Object.fromEntries(entries) as Config
}

/** Whether an address can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))
}

/** The address as a URL has it. */
export function urlOf({ host, port }: Address): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`
}

function address(text: string): Address {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const host = found?.[1] ?? found?.[2]
  const port = Number(found?.[3])
  if (host === undefined || port > 65_535)
    throw new Error("it is host:port, like 127.0.0.1:4000 or [::1]:4000.")
  return { host, port }
}

function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new Error("it is a URL, like http://127.0.0.1:8123/sayso.")
  return text
}

function wholeNumber(text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new Error(`it is a whole number from ${least} to ${most}.`)
}

function oneOf<const T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === text)
  if (found === undefined) throw new Error(`it is one of ${allowed.join(", ")}.`)
  return found
}
