import { DatabaseSync, type SQLInputValue } from "node:sqlite"
import { Kysely, SqliteDialect } from "kysely"
import { Migrator } from "kysely/migration"
import { migrations } from "./migrations.ts"

/** The small data: definitions only, never what is said about events. Text, integers and epoch ms, so that it fits any engine. */
export interface Schema {
  orgs: { id: string; name: string; created_ms: number }
  keys: {
    id: string
    org_id: string
    kind: "api" | "application"
    name: string
    /** SHA-256 of the key in hex. The key itself is kept nowhere. */
    hash: string
    /** The key's last four characters, to tell keys apart. */
    hint: string
    created_ms: number
    revoked_ms: number | null
  }
}

export type Database = Kysely<Schema>

/** The database in `file`, brought to this version. Other processes may have it open as well. */
export async function openDatabase(file: string): Promise<Database> {
  const sqlite = new DatabaseSync(file, { timeout: 5_000 })
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
  const database = new Kysely<Schema>({ dialect: new SqliteDialect({ database: forKysely(sqlite) }) })
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) {
    await database.destroy()
    throw new Error(`The small data in ${file} cannot be brought to this version.`, { cause: error })
  }
  return database
}

/** Node's SQLite in the form that Kysely expects. */
function forKysely(sqlite: DatabaseSync): ConstructorParameters<typeof SqliteDialect>[0]["database"] {
  const values = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[]
  return {
    close: () => sqlite.close(),
    prepare(text) {
      const statement = sqlite.prepare(text)
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      }
    },
  }
}
