import type { Kysely } from "kysely"
import type { Migration } from "kysely/migration"

/** The org that exists from the first start. */
export const defaultOrg = "default"

/** Each change of the small data's form, in order. Written for any engine: text, integers, no engine's own operators. */
export const migrations: Record<string, Migration> = {
  "001_orgs_and_keys": {
    async up(database: Kysely<unknown>) {
      await database.schema
        .createTable("orgs")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .execute()
      await database.schema
        .createTable("keys")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("org_id", "text", (column) => column.notNull().references("orgs.id"))
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("hash", "text", (column) => column.notNull().unique())
        .addColumn("hint", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("revoked_ms", "bigint")
        .execute()
    },
  },
}
