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
  /** At once where the key is known already. */
  readonly findKey: (secret: string) => Key | undefined | Promise<Key | undefined>
  /** In local mode a request without a key is the local admin of this org. Undefined: every request needs a key. */
  readonly localOrg: string | undefined
  /** Counts a request of a key that sends events, by the key's id. Throws where there were too many. */
  readonly countRequest: (keyId: string) => void
}

/** At once where nothing has to be looked up: this happens with every request. */
export type Authenticate = (headers: IncomingHttpHeaders, scope: Scope) => Caller | Promise<Caller>

const admin: ReadonlySet<Scope> = new Set(["intake", "read", "open"])
const scopesOf: Record<Key["kind"], ReadonlySet<Scope>> = {
  api: new Set(["intake", "open"]),
  application: new Set(["read", "open"]),
}

/**
 * The caller of a request on the main port, by its key or, in local mode, by coming from this machine.
 *
 * @throws a Fault `key_missing`, `key_invalid`, `scope_missing`, `origin_refused` or `too_fast`.
 */
export function createAuthenticate({ findKey, localOrg, countRequest }: AuthDeps): Authenticate {
  const nobody: Caller = { org: "", scopes: new Set(["open"]) }
  const local: Caller | undefined = localOrg === undefined ? undefined : { org: localOrg, scopes: admin }
  const callerOf = (keys: readonly (Key | undefined)[], scope: Scope): Caller => {
    const found = keys.filter((key) => key !== undefined)
    if (found.length < keys.length)
      throw fault("key_invalid", "API key is invalid: the key is unknown or was revoked.")
    const key = found.find((candidate) => scopesOf[candidate.kind].has(scope))
    if (!key)
      throw fault(
        "scope_missing",
        `${hint(scope)}This key cannot be used for ${scope === "read" ? "reading" : "sending"}.`,
      )
    if (scope === "intake") countRequest(key.id)
    return { org: key.org, scopes: scopesOf[key.kind] }
  }
  return (headers, scope) => {
    // Probes and tracers are answered whatever key they carry.
    if (scope === "open") return nobody
    const secrets = keysOf(headers, scope)
    if (secrets.length === 0 && (headers.authorization ?? noKey) !== noKey) {
      throw fault("key_invalid", "API key is invalid: the Authorization header is not `Bearer` and a key.")
    }
    if (secrets.length === 0) {
      if (!local) throw fault("key_missing", `${hint(scope)}This request has no key.`)
      refuseWebPages(headers)
      return local
    }
    const keys = secrets.map(findKey)
    const [only] = keys
    if (keys.length === 1 && !(only instanceof Promise)) return callerOf([only], scope)
    return Promise.all(keys.map((key) => Promise.resolve(key))).then((all) => callerOf(all, scope))
  }
}

/** Datadog's clients look for these words in a 403, to tell people that their key is the trouble. */
function hint(scope: Scope): string {
  return scope === "intake" ? "API key is invalid. " : ""
}

/** What Traceloop's SDK sends when it was given no key. */
const noKey = "Bearer undefined"

/** Datadog's clients send both keys with reads; only the ones that matter for the scope are looked at. */
function keysOf(headers: IncomingHttpHeaders, scope: Scope): string[] {
  const given = headers.authorization === noKey ? undefined : headers.authorization
  const bearer = /^Bearer +(\S+)$/i.exec(given ?? "")?.[1]
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
