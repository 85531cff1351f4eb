import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openClickHouse } from "./connect.ts"
import { storeContract } from "./contract.testing.ts"

const script = fileURLToPath(new URL("clickhouse.child.ts", import.meta.url))

interface Server {
  readonly port: string
  stop(): Promise<void>
}

/** ClickHouse's HTTP interface before an engine on the folder; see clickhouse.child.ts. */
async function startServer(dir: string): Promise<Server> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: "16" }
  const child: ChildProcess = spawn(process.execPath, [script, dir], {
    stdio: ["pipe", "pipe", "inherit"],
    env,
  })
  const lines = child.stdout && createInterface(child.stdout)[Symbol.asyncIterator]()
  const port = String((await lines?.next())?.value)
  return {
    port,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill("SIGKILL")
      await once(child, "exit")
    },
  }
}

const urlOf = (port: string, path = ""): string =>
  `http://sayso:${encodeURIComponent("p@ss:word")}@127.0.0.1:${port}${path}`

storeContract("a ClickHouse server over HTTP", async () => {
  const dir = await mkdtemp(join(tmpdir(), "sayso-clickhouse-"))
  let server: Server | undefined
  const stop = async (): Promise<void> => {
    await server?.stop()
    server = undefined
  }
  return {
    async open() {
      server ??= await startServer(dir)
      return openClickHouse(urlOf(server.port))
    },
    takeAway: stop,
    async remove() {
      await stop()
      await rm(dir, { recursive: true })
    },
  }
})

describe("the URL", () => {
  let dir: string
  let server: Server
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "sayso-clickhouse-"))
    server = await startServer(dir)
  })
  afterAll(async () => {
    await server.stop()
    await rm(dir, { recursive: true })
  })

  const databaseOf = async (path: string): Promise<unknown> => {
    const link = await openClickHouse(urlOf(server.port, path))
    try {
      return await link.rows({ text: "SELECT currentDatabase() AS name", params: {} }, {})
    } finally {
      await link.close()
    }
  }

  test("names the database, which is sayso where it names none", async () => {
    expect(await databaseOf("")).toEqual([{ name: "sayso" }])
    expect(await databaseOf("/")).toEqual([{ name: "sayso" }])
    expect(await databaseOf("/feedback")).toEqual([{ name: "feedback" }])
  })

  test("names it plainly", async () => {
    await expect(databaseOf("/a%20b")).rejects.toThrow("names a database that is no plain name: a%20b")
  })

  test("carries the login", async () => {
    await expect(openClickHouse(`http://sayso:wrong@127.0.0.1:${server.port}`)).rejects.toThrow(
      "Authentication failed",
    )
  })
})
