import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { rmSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createKey, startSayso, tempFolder, until, type Json, type Sayso } from "./harness.ts"

const metricsPath = "/api/intake/llm-obs/v2/eval-metric"

const comment = (more: object = {}): Json => ({
  event_kind: "feedback",
  session_id: "s",
  label: "comment",
  metric_type: "text",
  text_value: "fine",
  submitter: { id: "u" },
  timestamp_ms: 1_795_399_157_204,
  ...more,
})
const body = (...metrics: Json[]): object => ({
  data: { type: "evaluation_metric", attributes: { metrics } },
})

describe("limits that are settings", () => {
  let sayso: Sayso
  beforeAll(async () => {
    sayso = await startSayso({
      env: {
        SAYSO_MAX_EVENTS: "3",
        SAYSO_MAX_DEPTH: "5",
        SAYSO_MAX_FIELD_CHARS: "300",
        SAYSO_MAX_TAGS: "2",
        SAYSO_MAX_TAG_CHARS: "16",
        SAYSO_MAX_BODY_BYTES: "4096",
      },
    })
  })
  afterAll(() => sayso.stop())

  const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } }
  const at = "/data/attributes/metrics/0"
  test.each<[string, object, number, string, string | undefined, string]>([
    [
      "events",
      body(comment(), comment(), comment(), comment()),
      413,
      "too_many",
      undefined,
      "SAYSO_MAX_EVENTS",
    ],
    ["depth", body(comment({ metadata: deep })), 400, "too_deep", `${at}/metadata`, "SAYSO_MAX_DEPTH"],
    [
      "a field",
      body(comment({ text_value: "x".repeat(301) })),
      400,
      "too_long",
      `${at}/text_value`,
      "SAYSO_MAX_FIELD_CHARS",
    ],
    ["tags", body(comment({ tags: ["a", "b", "c"] })), 400, "too_many_tags", `${at}/tags`, "SAYSO_MAX_TAGS"],
    [
      "a tag",
      body(comment({ tags: ["x".repeat(17)] })),
      400,
      "too_long",
      `${at}/tags`,
      "SAYSO_MAX_TAG_CHARS",
    ],
    ["the body", body(comment({ text_value: "x".repeat(5_000) })), 413, "too_large", undefined, "4096"],
  ])("%s: refused with a sentence", async (_, sent, status, code, pointer, named) => {
    const answer = await sayso.post(metricsPath, sent)
    expect(answer.status).toBe(status)
    const [problem] = answer.json.errors
    expect(problem).toMatchObject({ code, ...(pointer && { source: { pointer } }) })
    expect(problem.detail).toContain(named)
  })

  test("at the limits: taken", async () => {
    const tags = ["x".repeat(16), "y"]
    const most = comment({ text_value: "x".repeat(300), tags, metadata: { a: { b: { c: {} } } } })
    expect((await sayso.post(metricsPath, body(most, comment(), comment()))).status).toBe(202)
  })

  test("from an SDK: kept as rejected, and its neighbour is taken", async () => {
    const sdk = { tags: ["ddtrace.version:6"] }
    const long = comment({ ...sdk, text_value: "y".repeat(301) })
    const neighbour = comment({ ...sdk, label: "neighbour" })
    const answer = await sayso.send(
      "POST",
      sayso.agentUrl + metricsPath,
      body(long, { ...neighbour, tags: ["a:b"] }),
    )
    expect([answer.status, answer.json.data.attributes.metrics]).toEqual([202, [expect.anything()]])
    await until(async () => {
      const { json } = await sayso.get("/api/v1/rejected")
      expect(json.data).toEqual([expect.objectContaining({ code: "too_long" })])
    })
  })

  test("by OpenTelemetry's protocol: counted in the answer", async () => {
    const span = (spanId: string, text: string): object => ({
      traceId: "6b039df5000000000000000000000001",
      spanId,
      name: "call",
      startTimeUnixNano: "1795399157204000000",
      endTimeUnixNano: "1795399157205000000",
      attributes: [{ key: "input.value", value: { stringValue: text } }],
    })
    const spans = [span("0000000000000001", "short"), span("0000000000000002", "x".repeat(301))]
    const answer = await sayso.post(
      "/v1/traces",
      { resourceSpans: [{ scopeSpans: [{ spans }] }] },
      { "content-type": "application/json" },
    )
    expect(answer.status).toBe(200)
    expect(answer.headers["content-type"]).toContain("application/json")
    expect(answer.json.partialSuccess).toMatchObject({ rejectedSpans: "1" })
    expect(answer.json.partialSuccess.errorMessage).toContain("SAYSO_MAX_FIELD_CHARS")
    await until(async () => {
      const { json } = await sayso.get("/api/v1/traces/6b039df5000000000000000000000001")
      expect(json.data.spans).toHaveLength(1)
    })
  })

  test("a body that is no OTLP is refused in its own media type, and people are told", async () => {
    const answer = await sayso.post("/v1/traces", Buffer.from([0xff, 0xff]), {
      "content-type": "application/x-protobuf",
    })
    expect([answer.status, answer.headers["content-type"]]).toEqual([400, "application/x-protobuf"])
    await until(async () => {
      const { json } = await sayso.get("/api/v1/rejected")
      expect(json.data).toContainEqual(expect.objectContaining({ format: "otlp-traces" }))
    })
  })
})

describe("too much at once", () => {
  test("bodies that are announced and do not come take the room; then 429, and room again when they go", async () => {
    const sayso = await startSayso({ env: { SAYSO_MAX_HELD_BYTES: "4000000" } })
    const { hostname, port } = new URL(sayso.url)
    const announce = async (bytes: number): Promise<Socket> => {
      const socket = connect(Number(port), hostname)
      await once(socket, "connect")
      socket.on("error", () => {})
      const head = `POST ${metricsPath} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: ${bytes}\r\n\r\n{`
      await new Promise((done) => socket.write(head, done))
      return socket
    }
    try {
      const sockets = [await announce(1_900_000), await announce(1_900_000)]
      const large = body(comment({ text_value: "x".repeat(300_000) }))
      await until(async () => {
        const refused = await sayso.post(metricsPath, large)
        expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "1"])
        expect(refused.json).toEqual({ errors: [expect.stringContaining("as many bodies as it can")] })
      })
      const otlp = await sayso.post("/v1/traces", Buffer.alloc(300_000), {
        "content-type": "application/x-protobuf",
      })
      expect([otlp.status, otlp.headers["retry-after"]]).toEqual([429, "1"])
      // What fits is taken, and the rest of the server does not notice.
      expect((await sayso.post(metricsPath, body(comment()))).status).toBe(202)
      expect((await sayso.get("/healthz")).status).toBe(200)
      for (const socket of sockets) socket.destroy()
      await until(async () => expect((await sayso.post(metricsPath, large)).status).toBe(202))
      await until(async () => expect((await sayso.get("/api/v1/feedback")).json.data).toHaveLength(2))
    } finally {
      await sayso.stop()
    }
  })

  test("a key that asks too often is told to wait, and others are not", async () => {
    const data = tempFolder()
    const [busy, quiet] = [await createKey(data, "api", "busy"), await createKey(data, "api", "quiet")]
    const sayso = await startSayso({ data, env: { SAYSO_MAX_REQUESTS_PER_SECOND: "2" } })
    try {
      const send = (secret: string) => sayso.post(metricsPath, body(comment()), { "dd-api-key": secret })
      const answers = await Promise.all(Array.from({ length: 40 }, () => send(busy.secret)))
      const refused = answers.filter(({ status }) => status === 429)
      expect(refused.length).toBeGreaterThan(10)
      expect(answers.length - refused.length).toBeGreaterThanOrEqual(4)
      expect(refused[0]?.json).toEqual({ errors: [expect.stringContaining("SAYSO_MAX_REQUESTS_PER_SECOND")] })
      expect(refused[0]?.headers["retry-after"]).toBe("1")
      expect((await send(quiet.secret)).status).toBe(202)
      await until(async () => expect((await send(busy.secret)).status).toBe(202))
    } finally {
      await sayso.stop()
      rmSync(data, { recursive: true, force: true })
    }
  })

  test("a hostile body holds up nobody: while it is read, others are answered", async () => {
    const sayso = await startSayso()
    try {
      const hostile = sayso.post(
        metricsPath,
        `{"data":{"attributes":{"metrics":[${"[],".repeat(5_000_000)}0]}}}`,
      )
      let healthy = 0
      const asking = (async () => {
        for (let time = 0; time < 20; time += 1)
          if ((await sayso.get("/healthz")).status === 200) healthy += 1
      })()
      expect((await sayso.post(metricsPath, body(comment()))).status).toBe(202)
      await asking
      expect(healthy).toBe(20)
      expect((await hostile).status).toBe(413)
      expect((await sayso.post(metricsPath, body(comment({ text_value: "x".repeat(200_000) })))).status).toBe(
        202,
      )
    } finally {
      await sayso.stop()
    }
  })
})

const script = join(import.meta.dirname, "../packages/server/store/clickhouse.child.ts")

/** ClickHouse's HTTP interface before a real engine; see the script. */
async function startClickHouse(dir: string, port = "0"): Promise<{ child: ChildProcess; port: string }> {
  const child = spawn(process.execPath, [script, dir, port], { stdio: ["pipe", "pipe", "inherit"] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return { child, port: String((await lines.next()).value) }
}

test("a store that is stopped and started under load: nothing acknowledged is lost, and nothing doubled", async () => {
  const folder = tempFolder()
  let store = await startClickHouse(join(folder, "clickhouse"))
  const sayso = await startSayso({
    data: join(folder, "data"),
    env: {
      SAYSO_CLICKHOUSE_URL: `http://sayso:${encodeURIComponent("p@ss:word")}@127.0.0.1:${store.port}/sayso`,
    },
  })
  try {
    const acknowledged: string[] = []
    const enough = new AbortController()
    const load = (async () => {
      for (let at = 0; !enough.signal.aborted; at += 1) {
        const metrics = Array.from({ length: 20 }, (_, item) => comment({ text_value: `${at}.${item}` }))
        const { status } = await sayso.post(metricsPath, body(...metrics))
        if (status === 202) acknowledged.push(...metrics.map(({ text_value }) => text_value))
        await new Promise((done) => setTimeout(done, 20))
      }
    })()
    for (let time = 0; time < 3; time += 1) {
      await new Promise((done) => setTimeout(done, 500))
      store.child.kill("SIGKILL")
      await once(store.child, "exit")
      await new Promise((done) => setTimeout(done, 300))
      store = await startClickHouse(join(folder, "clickhouse"), store.port)
    }
    enough.abort()
    await load
    expect(acknowledged.length).toBeGreaterThan(200)
    const stored = async (): Promise<string[]> => {
      const texts: string[] = []
      for (let cursor = ""; ;) {
        const { json } = await sayso.get(
          `/api/v1/feedback?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        )
        texts.push(...json.data.map(({ text_value }: Json) => text_value))
        cursor = json.meta.cursor ?? ""
        if (cursor === "") return texts
      }
    }
    await until(async () => expect((await stored()).toSorted()).toEqual(acknowledged.toSorted()), 40_000)
  } finally {
    await sayso.stop()
    store.child.kill("SIGKILL")
    rmSync(folder, { recursive: true, force: true })
  }
}, 90_000)
