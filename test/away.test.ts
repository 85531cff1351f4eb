import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { expect, test } from "vitest"
import { startSayso, tempFolder, until } from "./harness.ts"

const script = join(import.meta.dirname, "../packages/server/store/clickhouse.child.ts")
const metricsPath = "/api/intake/llm-obs/v2/eval-metric"

/** ClickHouse's HTTP interface before a real engine; see the script. Resolves with its port. */
async function startClickHouse(dir: string, port = "0"): Promise<{ child: ChildProcess; port: string }> {
  const child = spawn(process.execPath, [script, dir, port], { stdio: ["pipe", "pipe", "inherit"] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return { child, port: String((await lines.next()).value) }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL")
  await once(child, "exit")
}

const said = (text: string): object => ({
  data: {
    type: "evaluation_metric",
    attributes: {
      metrics: [
        {
          event_kind: "feedback",
          session_id: "s",
          label: "comment",
          metric_type: "text",
          text_value: text,
          submitter: { id: "u" },
          timestamp_ms: Date.now(),
        },
      ],
    },
  },
})

test("a ClickHouse server that is away at the start, and again later: events are taken, and stored when it is there", async () => {
  const folder = tempFolder()
  const first = await startClickHouse(join(folder, "clickhouse"))
  await kill(first.child)
  const url = `http://sayso:${encodeURIComponent("p@ss:word")}@127.0.0.1:${first.port}/sayso`
  const sayso = await startSayso({
    data: join(folder, "data"),
    env: { SAYSO_CLICKHOUSE_URL: url },
    unready: true,
  })
  let clickhouse: ChildProcess | undefined
  try {
    expect((await sayso.post(metricsPath, said("before"))).status).toBe(202)
    expect(await sayso.get("/readyz")).toMatchObject({
      status: 503,
      json: { status: "not ready", checks: { journal: "ok", store: "does not answer" } },
    })
    expect(await sayso.get("/api/v1/feedback")).toMatchObject({
      status: 503,
      json: { errors: [{ code: "store_unavailable" }] },
    })
    const texts = async (): Promise<string[]> => {
      const { status, json } = await sayso.get("/api/v1/feedback")
      return status === 200
        ? json.data.map(({ text_value }: { text_value: string }) => text_value).toSorted()
        : []
    }

    clickhouse = (await startClickHouse(join(folder, "clickhouse"), first.port)).child
    await until(async () => expect(await texts()).toEqual(["before"]), 20_000)
    expect((await sayso.get("/readyz")).status).toBe(200)

    await kill(clickhouse)
    expect((await sayso.post(metricsPath, said("meanwhile"))).status).toBe(202)
    clickhouse = (await startClickHouse(join(folder, "clickhouse"), first.port)).child
    await until(async () => expect(await texts()).toEqual(["before", "meanwhile"]), 30_000)
    expect(sayso.log()).not.toContain("p@ss")
    expect(sayso.log()).not.toContain("meanwhile")
  } finally {
    await sayso.stop()
    if (clickhouse?.exitCode === null) await kill(clickhouse)
    rmSync(folder, { recursive: true, force: true })
  }
}, 90_000)
