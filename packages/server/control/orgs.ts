import type { Database } from "./database.ts"
import { defaultOrg } from "./migrations.ts"

/** Sees to it that the default org exists. */
export async function ensureDefaultOrg(database: Database, nowMs: number): Promise<void> {
  await database
    .insertInto("orgs")
    .values({ id: defaultOrg, name: "Default", created_ms: nowMs })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute()
}
