import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Link } from "./connect.ts"

const folder = join(import.meta.dirname, "migrations")

/**
 * Brings the tables to this version: every migration that was not applied before, in the order of their numbers.
 * A migration only adds, and every statement may run twice, so that one that was cut short is run again whole.
 *
 * @throws when the store was written by a newer version.
 */
export async function migrate(link: Link): Promise<string[]> {
  await link.command(
    "CREATE TABLE IF NOT EXISTS schema_migrations (version UInt32, name String, applied DateTime64(3, 'UTC') DEFAULT now64(3)) " +
      "ENGINE = MergeTree ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1",
  )
  const found = (await link.rows(
    { text: "SELECT DISTINCT version FROM schema_migrations", params: {} },
    { max_execution_time: 30 },
  )) as {
    version: number
  }[]
  const done = new Set(found.map((row) => row.version))
  const files = (await readdir(folder)).filter((file) => /^\d{3}_\w+\.sql$/.test(file)).sort()
  const known = files.map(versionOf)
  const newer = [...done].filter((version) => !known.includes(version))
  if (newer.length > 0) {
    throw new Error(
      `The store has migration ${Math.max(...newer)}, which this version does not know. Run the newer version.`,
    )
  }
  const applied: string[] = []
  for (const file of files) {
    if (done.has(versionOf(file))) continue
    for (const statement of statementsOf(await readFile(join(folder, file), "utf8")))
      await link.command(statement)
    await link.command(
      `INSERT INTO schema_migrations (version, name) SETTINGS async_insert = 0 VALUES (${versionOf(file)}, '${file}')`,
    )
    applied.push(file)
  }
  return applied
}

function versionOf(file: string): number {
  return Number(file.slice(0, 3))
}

/** The statements of a file, which each end in a semicolon at the end of a line. */
export function statementsOf(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "")
}
