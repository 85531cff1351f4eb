#!/usr/bin/env node
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Command, Option } from "commander"
import { readConfig } from "./config.ts"
import { openDatabase } from "./control/database.ts"
import { createKey, listKeys, revokeKey, type KeyKind } from "./control/keys.ts"
import { defaultOrg } from "./control/migrations.ts"
import { ensureDefaultOrg } from "./control/orgs.ts"
import { greeting } from "./greeting.ts"
import { createLog } from "./log.ts"
import { makeDataFolder, start } from "./main.ts"

// Queries of the embedded engine wait on Node's thread pool, and so do the journal's writes: with Node's four threads a few
// slow queries would hold up every acknowledgement. The pool is made at its first use, so this is early enough.
process.env["UV_THREADPOOL_SIZE"] ??= "16"

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8")) as {
  version: string
}
const program = new Command("sayso")
  .description("End-user feedback for LLM applications, joined to the traces that caused it")
  .version(manifest.version)

program.command("serve", { isDefault: true }).description("run the server").action(serve)

const keys = program.command("keys").description("keys of applications and readers")
keys
  .command("create")
  .description("make a key; it is shown this once")
  .addOption(
    new Option("--kind <kind>", "api sends events, application reads them")
      .choices(["api", "application"])
      .makeOptionMandatory(),
  )
  .requiredOption("--name <name>", "who or what it is for")
  .action(async ({ kind, name }: { kind: KeyKind; name: string }) => {
    await withDatabase(async (database) => {
      const { key, secret } = await createKey(database, { org: defaultOrg, kind, name }, Date.now())
      console.log(`${secret}\n`)
      console.error(`The ${kind} key "${key.name}" (${key.id}). It is shown this once and stored as a hash.`)
    })
  })
keys
  .command("list")
  .description("all keys by name, without their secrets")
  .action(async () => {
    await withDatabase(async (database) => {
      for (const key of await listKeys(database, defaultOrg)) {
        const state =
          key.revokedMs === undefined ? "valid" : `revoked ${new Date(key.revokedMs).toISOString()}`
        console.log([key.id, key.kind.padEnd(11), `…${key.hint}`, state, key.name].join("  "))
      }
    })
  })
keys
  .command("revoke <id>")
  .description("end a key; a running server knows within a second")
  .action(async (id: string) => {
    await withDatabase(async (database) => {
      if (!(await revokeKey(database, { org: defaultOrg, id }, Date.now()))) {
        throw new Error(`There is no valid key with the id ${id}. npm run sayso -- keys list shows them.`)
      }
      console.error("Revoked.")
    })
  })

await program.parseAsync().catch((error: unknown) => {
  console.error(`sayso: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})

async function serve(): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog(config.SAYSO_LOG_LEVEL)
  const running = await start(config, log, manifest.version)
  console.log(greeting(running, Date.now()))
  let stoppedAt: number | undefined
  const stop = (): void => {
    // A second signal means now, unless it is the same one: some runners send theirs twice.
    if (stoppedAt !== undefined) {
      if (performance.now() - stoppedAt > 1_000) process.exit(1)
      return
    }
    stoppedAt = performance.now()
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on("SIGINT", stop)
  process.on("SIGTERM", stop)
}

async function withDatabase(
  work: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<void>,
): Promise<void> {
  const config = readConfig(process.env)
  await makeDataFolder(config.SAYSO_DATA)
  const database = await openDatabase(join(config.SAYSO_DATA, "control.db"))
  try {
    await ensureDefaultOrg(database, Date.now())
    await work(database)
  } finally {
    await database.destroy()
  }
}
