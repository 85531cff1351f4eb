import { expect, test } from "vitest"
import type { Key } from "../control/keys.ts"
import { createAuthenticate, refuseWebPages } from "./caller.ts"

const own = { host: "127.0.0.1:4000" }

test.each([
  [own],
  [{ host: "localhost:4000" }],
  [{ host: "[::1]:4000" }],
  [{ ...own, origin: "http://127.0.0.1:4000" }],
  [{ ...own, "sec-fetch-site": "same-origin" }],
  [{ ...own, "sec-fetch-site": "none" }],
])("%j may come without a key", (headers) => {
  expect(() => refuseWebPages(headers)).not.toThrow()
})

test.each([
  [{}],
  [{ host: "example.com" }],
  [{ host: "127.0.0.1.example.com:4000" }],
  [{ ...own, origin: "http://example.com" }],
  [{ ...own, origin: "null" }],
  [{ ...own, origin: "http://localhost:4000" }],
  [{ ...own, "sec-fetch-site": "cross-site" }],
  [{ ...own, "sec-fetch-site": "same-site" }],
  [{ ...own, "x-forwarded-for": "203.0.113.7" }],
  [{ ...own, forwarded: "for=203.0.113.7" }],
  [{ ...own, "x-real-ip": "203.0.113.7" }],
  [{ ...own, via: "1.1 proxy" }],
])("%j may not", (headers) => {
  expect(() => refuseWebPages(headers)).toThrow(expect.objectContaining({ code: "origin_refused" }))
})

const key = (kind: Key["kind"]): Key => ({
  id: kind,
  org: "acme",
  kind,
  name: kind,
  hint: "",
  createdMs: 0,
  revokedMs: undefined,
})
const findKey = async (secret: string): Promise<Key | undefined> =>
  secret === "api" || secret === "application" ? key(secret) : undefined

test.each([
  [{ "dd-api-key": "api" }, "intake"],
  [{ authorization: "Bearer api" }, "intake"],
  [{ "dd-application-key": "application" }, "read"],
  [{ "dd-application-key": "application", "dd-api-key": "api" }, "read"],
  [{ authorization: "bearer application" }, "read"],
] as const)("%j may %s", async (headers, scope) => {
  const authenticate = createAuthenticate({ findKey, localOrg: undefined, countRequest: () => {} })
  expect(await authenticate(headers, scope)).toMatchObject({ org: "acme" })
})

test.each([
  [{}, "intake", "key_missing"],
  [{ "dd-api-key": "other" }, "intake", "key_invalid"],
  [{ "dd-api-key": "application" }, "intake", "scope_missing"],
  [{ "dd-api-key": "api" }, "read", "scope_missing"],
  [{ authorization: "Basic abc" }, "intake", "key_invalid"],
  [{ authorization: "Bearer a b" }, "read", "key_invalid"],
] as const)("%j may not %s: %s", async (headers, scope, code) => {
  for (const localOrg of code === "key_missing" ? [undefined] : [undefined, "default"]) {
    const authenticate = createAuthenticate({ findKey, localOrg, countRequest: () => {} })
    await expect(async () => authenticate({ ...own, ...headers }, scope)).rejects.toMatchObject({ code })
  }
})
