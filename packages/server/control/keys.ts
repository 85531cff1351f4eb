import { hash, randomBytes, randomUUID } from "node:crypto"
import type { Database } from "./database.ts"

/** API keys send events, application keys read them. */
export type KeyKind = "api" | "application"

export interface Key {
  readonly id: string
  readonly org: string
  readonly kind: KeyKind
  readonly name: string
  readonly hint: string
  readonly createdMs: number
  readonly revokedMs: number | undefined
}

/** Digits of a key, as Datadog's clients know them: 32 hex for an API key, 40 for an application key. */
const keyBytes: Record<KeyKind, number> = { api: 16, application: 20 }

/** How long an answer about a key is believed: a revocation is felt within a second. */
const cacheMs = 1_000
const maxCached = 10_000

/** Makes a key. Its secret is returned this once and stored only as a hash. */
export async function createKey(
  database: Database,
  input: { org: string; kind: KeyKind; name: string },
  nowMs: number,
): Promise<{ key: Key; secret: string }> {
  const secret = randomBytes(keyBytes[input.kind]).toString("hex")
  const row = {
    id: randomUUID(),
    org_id: input.org,
    kind: input.kind,
    name: input.name,
    hash: hashOf(secret),
    hint: secret.slice(-4),
    created_ms: nowMs,
    revoked_ms: null,
  }
  await database.insertInto("keys").values(row).execute()
  return { key: keyOf(row), secret }
}

/** All keys of an org, the newest first, the revoked ones too. */
export async function listKeys(database: Database, org: string): Promise<Key[]> {
  const rows = await database
    .selectFrom("keys")
    .selectAll()
    .where("org_id", "=", org)
    .orderBy("created_ms", "desc")
    .execute()
  return rows.map(keyOf)
}

/** Ends a key. False where the org has no such valid key. */
export async function revokeKey(
  database: Database,
  input: { org: string; id: string },
  nowMs: number,
): Promise<boolean> {
  const result = await database
    .updateTable("keys")
    .set({ revoked_ms: nowMs })
    .where("org_id", "=", input.org)
    .where("id", "=", input.id)
    .where("revoked_ms", "is", null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Whether anybody could get in with a key that reads. */
export async function hasReader(database: Database): Promise<boolean> {
  const row = await database
    .selectFrom("keys")
    .select("id")
    .where("kind", "=", "application")
    .where("revoked_ms", "is", null)
    .executeTakeFirst()
  return row !== undefined
}

/** Looks keys up by their secret. Answers are believed for a second, so that a busy client costs one look-up a second. */
export function createKeyring(
  database: Database,
  now: () => number,
): (secret: string) => Key | undefined | Promise<Key | undefined> {
  const cache = new Map<string, { key: Key | undefined; untilMs: number }>()
  const lookUp = async (digest: string): Promise<Key | undefined> => {
    const row = await database
      .selectFrom("keys")
      .selectAll()
      .where("hash", "=", digest)
      .where("revoked_ms", "is", null)
      .executeTakeFirst()
    const key = row && keyOf(row)
    // Guessed keys must not grow the memory.
    if (cache.size >= maxCached) cache.clear()
    cache.set(digest, { key, untilMs: now() + cacheMs })
    return key
  }
  return (secret) => {
    const digest = hashOf(secret)
    const known = cache.get(digest)
    return known && known.untilMs > now() ? known.key : lookUp(digest)
  }
}

function hashOf(secret: string): string {
  return hash("sha256", secret)
}

function keyOf(row: {
  id: string
  org_id: string
  kind: KeyKind
  name: string
  hint: string
  created_ms: number
  revoked_ms: number | null
}): Key {
  return {
    id: row.id,
    org: row.org_id,
    kind: row.kind,
    name: row.name,
    hint: row.hint,
    createdMs: row.created_ms,
    revokedMs: row.revoked_ms ?? undefined,
  }
}
