import type { IncomingHttpHeaders } from "node:http"
import { fault } from "@sayso/protocol/errors.ts"
import type { Scope } from "@sayso/protocol/api.ts"
import type { Key } from "../control/keys.ts"
import { isLoopback } from "../config.ts"

/** Who asks: an org, and what may be done in its name. */
export interface Caller {
  readonly org: string
  readonly scopes: ReadonlySet<Scope>
}

export interface AuthDeps {
  readonly findKey: (secret: string) => Promise<Key | undefined>
  /** In local mode a request without a key is the local admin of this org. Undefined: every request needs a key. */
  readonly localOrg: string | undefined
}

export type Authenticate = (headers: IncomingHttpHeaders, scope: Scope) => Promise<Caller>

const admin: ReadonlySet<Scope> = new Set(["intake", "read", "open"])
const scopesOf: Record<Key["kind"], ReadonlySet<Scope>> = {
  api: new Set(["intake", "open"]),
  application: new Set(["read", "open"]),
}

/**
 * The caller of a request on the main port, by its key or, in local mode, by coming from this machine.
 *
 * @throws a Fault `key_missing`, `key_invalid`, `scope_missing` or `origin_refused`.
 */
export function createAuthenticate({ findKey, localOrg }: AuthDeps): Authenticate {
  return async (headers, scope) => {
    // Probes and tracers are answered whatever key they carry.
    if (scope === "open") return { org: "", scopes: new Set(["open"]) }
    const secrets = keysOf(headers, scope)
    if (secrets.length === 0 && headers.authorization !== undefined) {
      throw fault("key_invalid", "API key is invalid: the Authorization header is not `Bearer` and a key.")
    }
    if (secrets.length === 0) {
      if (localOrg === undefined) throw fault("key_missing", `${hint(scope)}This request has no key.`)
      refuseWebPages(headers)
      return { org: localOrg, scopes: admin }
    }
    const keys = await Promise.all(secrets.map(findKey))
    const found = keys.filter((key) => key !== undefined)
    if (found.length < keys.length)
      throw fault("key_invalid", "API key is invalid: the key is unknown or was revoked.")
    const key = found.find((candidate) => scopesOf[candidate.kind].has(scope))
    if (!key)
      throw fault(
        "scope_missing",
        `${hint(scope)}This key cannot be used for ${scope === "read" ? "reading" : "sending"}.`,
      )
    return { org: key.org, scopes: scopesOf[key.kind] }
  }
}

/** Datadog's clients look for these words in a 403, to tell people that their key is the trouble. */
function hint(scope: Scope): string {
  return scope === "intake" ? "API key is invalid. " : ""
}

/** Datadog's clients send both keys with reads; only the ones that matter for the scope are looked at. */
function keysOf(headers: IncomingHttpHeaders, scope: Scope): string[] {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1]
  const own = scope === "read" ? headers["dd-application-key"] : headers["dd-api-key"]
  const either = own ?? headers["dd-api-key"] ?? headers["dd-application-key"]
  return [...new Set([either, bearer])].filter((key): key is string => typeof key === "string" && key !== "")
}

/**
 * Refuses what a web page could make a browser send to this machine: a Host that is no loopback name (DNS rebinding), or
 * an Origin that is not this server's own.
 *
 * @throws a Fault `origin_refused`.
 */
export function refuseWebPages(headers: IncomingHttpHeaders): void {
  const relayed = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].find(
    (name) => headers[name] !== undefined,
  )
  if (relayed !== undefined) {
    throw fault(
      "origin_refused",
      `The ${relayed} header says that a proxy passes this request on from elsewhere.`,
    )
  }
  const host = headers.host ?? ""
  const name = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(host)
  const plain = name?.[1] ?? name?.[2] ?? ""
  if (!isLoopback(plain)) {
    throw fault(
      "origin_refused",
      "The Host header is not this machine's. Call the address that the server printed at its start.",
    )
  }
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
    throw fault("origin_refused", "Pages of another origin may not call this server without a key.")
  }
  const site = headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw fault("origin_refused", "Pages of another site may not call this server without a key.")
  }
}
