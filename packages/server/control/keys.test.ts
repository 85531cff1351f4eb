import { mkdtemp, readFile, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openDatabase, type Database } from "./database.ts"
import { createKey, createKeyring, hasReader, listKeys, revokeKey } from "./keys.ts"
import { defaultOrg } from "./migrations.ts"
import { ensureDefaultOrg } from "./orgs.ts"

let folder: string
let database: Database

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sayso-control-"))
  database = await openDatabase(join(folder, "control.db"))
  await ensureDefaultOrg(database, 1)
})

afterEach(async () => {
  await database.destroy()
  await rm(folder, { recursive: true, force: true })
})

const api = { org: defaultOrg, kind: "api", name: "shop" } as const

test("a key is found by its secret alone", async () => {
  const { key, secret } = await createKey(database, api, 1_000)
  const find = createKeyring(database, Date.now)
  expect(await find(secret)).toEqual(key)
  expect(await find(secret.toUpperCase())).toBeUndefined()
  expect(await find("")).toBeUndefined()
})

test("keys have the form that Datadog's clients know", async () => {
  expect((await createKey(database, api, 1)).secret).toMatch(/^[0-9a-f]{32}$/)
  expect((await createKey(database, { ...api, kind: "application" }, 1)).secret).toMatch(/^[0-9a-f]{40}$/)
})

test("the secret is kept nowhere", async () => {
  const { secret } = await createKey(database, api, 1)
  for (const file of await readdir(folder))
    expect((await readFile(join(folder, file))).includes(secret), file).toBe(false)
  expect(JSON.stringify(await listKeys(database, defaultOrg))).not.toContain(secret)
})

test("a revoked key is found for a second at most, and listed as revoked", async () => {
  let nowMs = 5_000
  const { key, secret } = await createKey(database, api, 1)
  const find = createKeyring(database, () => nowMs)
  expect(await find(secret)).toEqual(key)
  expect(await revokeKey(database, { org: defaultOrg, id: key.id }, 5_000)).toBe(true)
  nowMs += 1_000
  expect(await find(secret)).toBeUndefined()
  expect(await listKeys(database, defaultOrg)).toMatchObject([{ id: key.id, revokedMs: 5_000 }])
})

test("a key that does not exist yet is found a second after it was made", async () => {
  let nowMs = 5_000
  const find = createKeyring(database, () => nowMs)
  const { secret } = await createKey(database, api, 1)
  expect(await find("f".repeat(32))).toBeUndefined()
  nowMs += 1_000
  expect(await find(secret)).toBeDefined()
})

test("another org's key cannot be revoked, and none twice", async () => {
  const { key } = await createKey(database, api, 1)
  expect(await revokeKey(database, { org: "other", id: key.id }, 2)).toBe(false)
  expect(await revokeKey(database, { org: defaultOrg, id: key.id }, 2)).toBe(true)
  expect(await revokeKey(database, { org: defaultOrg, id: key.id }, 3)).toBe(false)
})

test("a reader is an application key that is valid", async () => {
  await createKey(database, api, 1)
  expect(await hasReader(database)).toBe(false)
  const { key } = await createKey(database, { ...api, kind: "application" }, 1)
  expect(await hasReader(database)).toBe(true)
  await revokeKey(database, { org: defaultOrg, id: key.id }, 2)
  expect(await hasReader(database)).toBe(false)
})

test("two processes' worth of openings meet the same data", async () => {
  const { secret } = await createKey(database, api, 1)
  const other = await openDatabase(join(folder, "control.db"))
  expect(await createKeyring(other, Date.now)(secret)).toBeDefined()
  await other.destroy()
})
