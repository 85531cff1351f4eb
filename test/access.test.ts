// Who is let in, by which door, and what stops a start. Each server is a real process.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type { OutgoingHttpHeaders } from "node:http"
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { errors, type ErrorCode } from "@sayso/protocol/errors.ts"
import {
  createKey,
  runSayso,
  startSayso,
  tempFolder,
  until,
  type Answer,
  type Environment,
  type Json,
  type Sayso,
} from "./harness.ts"

const metricsPath = "/api/intake/llm-obs/v2/eval-metric"
const feedbackPath = "/api/v1/feedback"

const vote = (submitter: string): Json => ({
  data: {
    type: "evaluation_metric",
    attributes: {
      metrics: [
        {
          event_kind: "feedback",
          session_id: "s-1",
          label: "thumbs",
          metric_type: "boolean",
          boolean_value: true,
          timestamp_ms: 1_700_000_000_000,
          submitter: { id: submitter },
        },
      ],
    },
  },
})

function expectRefused(answer: Answer, code: ErrorCode, detail: string): void {
  expect([answer.status, answer.json?.errors?.[0]?.code, answer.text]).toEqual([
    errors[code].status,
    code,
    expect.stringContaining(detail),
  ])
}

/** Runs something beside a server, which is stopped whatever happens. */
async function withSayso(
  env: Environment,
  data: string | undefined,
  work: (sayso: Sayso) => Promise<void>,
): Promise<void> {
  const sayso = await startSayso({ env, ...(data !== undefined && { data }) })
  try {
    await work(sayso)
  } finally {
    await sayso.stop()
  }
}

async function withFolder(work: (data: string) => Promise<void>): Promise<void> {
  const data = tempFolder()
  try {
    await work(data)
  } finally {
    rmSync(data, { recursive: true })
  }
}

describe("local mode", () => {
  let sayso: Sayso
  beforeAll(async () => {
    sayso = await startSayso()
  })
  afterAll(() => sayso.stop())
  const host = (): string => new URL(sayso.url).host

  test("needs no key, to send or to read", async () => {
    expect((await sayso.post(metricsPath, vote("no key"))).status).toBe(202)
    expect((await sayso.get(feedbackPath)).status).toBe(200)
    expect((await sayso.get("/metrics")).status).toBe(200)
  })

  test.each([
    ["DD-API-KEY", { "dd-api-key": "0123456789abcdef0123456789abcdef" }],
    ["DD-APPLICATION-KEY", { "dd-application-key": "0123456789abcdef" }],
    ["Bearer", { authorization: "Bearer nonsense" }],
    ["Bearer in small letters", { authorization: "bearer nonsense" }],
  ])("refuses a wrong key all the same: %s", async (_name, headers) => {
    expectRefused(
      await sayso.post(metricsPath, vote("wrong key"), headers),
      "key_invalid",
      "API key is invalid",
    )
    expectRefused(await sayso.get(feedbackPath, headers), "key_invalid", "API key is invalid")
  })

  test("an empty key is none, as tracers without one send it", async () => {
    expect((await sayso.post(metricsPath, vote("empty key"), { "dd-api-key": "" })).status).toBe(202)
  })

  test.each<[string, (own: string) => OutgoingHttpHeaders]>([
    ["another host", () => ({ host: "example.com" })],
    ["another host with our port", (own) => ({ host: own.replace("127.0.0.1", "example.com") })],
    ["a host that begins like ours", () => ({ host: "127.0.0.1.example.com" })],
    ["a host that ends like ours", () => ({ host: "example.com.localhost" })],
    ["an address of the network", () => ({ host: "192.168.1.7:4000" })],
    ["every address", () => ({ host: "0.0.0.0" })],
    ["the origin of another site", () => ({ origin: "http://example.com" })],
    ["no origin to speak of", () => ({ origin: "null" })],
    ["the origin of another port", () => ({ origin: "http://127.0.0.1:1" })],
    ["the origin of another scheme", (own) => ({ origin: `https://${own}` })],
    ["a page of another site", () => ({ "sec-fetch-site": "cross-site" })],
    ["a page of a neighbouring site", () => ({ "sec-fetch-site": "same-site" })],
  ])("refuses what a web page could make a browser send: %s", async (_name, headers) => {
    const own = headers(host())
    expectRefused(await sayso.get(feedbackPath, own), "origin_refused", "Not from a web page")
    expectRefused(
      await sayso.post(metricsPath, vote("web page"), own),
      "origin_refused",
      "Not from a web page",
    )
    expectRefused(
      await sayso.post(metricsPath, JSON.stringify(vote("form")), { ...own, "content-type": "text/plain" }),
      "origin_refused",
      "web page",
    )
  })

  test.each<[string, (own: string) => OutgoingHttpHeaders]>([
    ["localhost", () => ({ host: "localhost" })],
    ["localhost with a port", () => ({ host: "localhost:4000" })],
    ["any loopback address", () => ({ host: "127.8.9.10" })],
    ["loopback of IPv6", () => ({ host: "[::1]:4000" })],
    ["its own pages", (own) => ({ origin: `http://${own}`, "sec-fetch-site": "same-origin" })],
    ["the address bar", () => ({ "sec-fetch-site": "none" })],
  ])("lets in %s", async (_name, headers) => {
    expect((await sayso.get(feedbackPath, headers(host()))).status).toBe(200)
  })

  test("a page with a key of its own may call from anywhere", async () => {
    const { secret } = await createKey(sayso.data, "application", "a page")
    const headers = { origin: "https://example.com", "dd-application-key": secret }
    expect((await sayso.get(feedbackPath, headers)).status).toBe(200)
  })

  test.each(["/healthz", "/readyz", "/info", "/openapi.json"])(
    "%s answers everyone, whatever key they carry",
    async (path) => {
      const headers = { host: "example.com", origin: "http://example.com", "dd-api-key": "wrong" }
      expect((await sayso.get(path, headers)).status).toBe(200)
    },
  )

  test("nothing that was refused was kept", async () => {
    const submitters = async (): Promise<Json> =>
      (await sayso.get(feedbackPath)).json.data.map((event: Json) => event.submitter.id).sort()
    await until(async () => expect(await submitters()).toEqual(["empty key", "no key"]))
  })
})

describe("the agent port", () => {
  let sayso: Sayso
  beforeAll(async () => {
    sayso = await startSayso()
  })
  afterAll(() => sayso.stop())
  const ask = (
    method: string,
    path: string,
    headers: OutgoingHttpHeaders = {},
    body?: object,
  ): Promise<Answer> => sayso.send(method, sayso.agentUrl + path, body, headers)

  test.each([
    feedbackPath,
    `${feedbackPath}/fields`,
    `${feedbackPath}/unmatched`,
    "/api/v1/traces/1",
    "/api/v1/traces/1/outline",
    "/api/v1/traces/1/spans/1",
    "/api/v1/sessions/s-1",
    "/api/v1/entities/k",
    "/api/v1/rejected",
    "/metrics",
    "/openapi.json",
    "/readyz",
  ])("has nothing to read at %s", async (path) => {
    expectRefused(await ask("GET", path), "not_found", "There is nothing at")
  })

  test("takes no withdrawals and no spans of the public API", async () => {
    expectRefused(
      await ask("POST", `${feedbackPath}/00000000-0000-8000-8000-000000000000/withdraw`, {}, {}),
      "not_found",
      "nothing at",
    )
    expectRefused(await ask("POST", "/api/intake/llm-obs/v1/trace/spans", {}, {}), "not_found", "nothing at")
  })

  test.each([
    ["POST", metricsPath],
    ["POST", `/evp_proxy/v2${metricsPath}`],
    ["POST", "/api/v2/llmobs"],
    ["POST", "/evp_proxy/v4/api/v2/llmobs"],
    ["PUT", "/v0.4/traces"],
    ["POST", "/telemetry/proxy/api/v2/apmtelemetry"],
  ])("refuses a web page: %s %s", async (method, path) => {
    for (const origin of ["http://example.com", "null", sayso.agentUrl, sayso.url]) {
      expectRefused(
        await ask(method, path, { origin }, vote("page")),
        "origin_refused",
        "an Origin comes from a web page",
      )
    }
  })

  test("tells everyone what it is", async () => {
    const { status, json } = await ask("GET", "/info", { origin: "http://example.com" })
    expect([status, json.endpoints]).toEqual([
      200,
      expect.arrayContaining(["/evp_proxy/v2/", "/v0.4/traces"]),
    ])
  })

  test.each([
    ["POST", "/v0.7/config", 200],
    ["PUT", "/v0.4/traces", 200],
    ["PUT", "/v0.5/traces", 200],
    ["PUT", "/v0.6/stats", 200],
    ["POST", "/dogstatsd/v2/proxy", 200],
    ["POST", "/telemetry/proxy/api/v2/apmtelemetry", 202],
    ["POST", "/evp_proxy/v4/api/v2/errorsintake", 202],
    ["POST", "/evp_proxy/v2/api/v2/exposures", 202],
    ["POST", "/profiling/v1/input", 202],
    ["POST", "/debugger/v1/input", 202],
    ["POST", "/debugger/v1/diagnostics", 202],
    ["POST", "/symdb/v1/input", 202],
    ["POST", "/tracer_flare/v1", 202],
    ["POST", "/v0.1/pipeline_stats", 202],
  ])("answers what tracers call beside: %s %s", async (method, path, status) => {
    const answer = await ask(method, path, { host: "sayso:8126" }, { any: "thing" })
    expect([answer.status, typeof answer.json]).toEqual([status, "object"])
    // The same on the main port, where a refusal could make a tracer turn elsewhere.
    const beside = await sayso.send(method, sayso.url + path, { any: "thing" })
    expect([beside.status, beside.json]).toEqual([status, answer.json])
  })

  test("takes feedback without a key, under any name of this machine", async () => {
    const answer = await ask(
      "POST",
      `/evp_proxy/v2${metricsPath}`,
      { host: "sayso:8126", "x-datadog-evp-subdomain": "api" },
      vote("tracer"),
    )
    expect(answer.status).toBe(202)
    await until(async () => expect((await sayso.get(feedbackPath)).json.data).toHaveLength(1))
    const [stored] = (await sayso.get(feedbackPath)).json.data
    expect(stored.submitter).toEqual({ id: "tracer" })
  })
})

describe("bound to the network", () => {
  const everywhere = { SAYSO_LISTEN: "0.0.0.0:0", SAYSO_LOG_LEVEL: "debug" }
  const data = tempFolder()
  let api: { secret: string; id: string }
  let reader: { secret: string; id: string }
  let sayso: Sayso

  beforeAll(async () => {
    const refused = async (): Promise<void> => {
      const { code, stdout, stderr } = await runSayso(["serve"], { SAYSO_DATA: data, ...everywhere })
      expect([code, stdout]).toEqual([1, ""])
      expect(stderr).toMatch(
        /^sayso: SAYSO_LISTEN=0\.0\.0\.0:0 can be reached from other machines, and there is no key to read with yet\./m,
      )
      expect(stderr).toContain("sayso -- keys create --kind application")
    }
    // Nobody could read yet; nor with a key that only sends.
    await refused()
    api = await createKey(data, "api", "the shop")
    await refused()
    reader = await createKey(data, "application", "mara")
    sayso = await startSayso({ data, env: everywhere })
  })
  afterAll(async () => {
    await sayso.stop()
    rmSync(data, { recursive: true })
  })

  const send = (headers: OutgoingHttpHeaders = {}): Promise<Answer> =>
    sayso.post(metricsPath, vote("x"), headers)
  const read = (headers: OutgoingHttpHeaders = {}): Promise<Answer> => sayso.get(feedbackPath, headers)

  test("the greeting asks for a key", () => {
    expect(sayso.printed()).toMatch(/^Sayso listens on http:\/\/0\.0\.0\.0:\d+ \(chdb\)$/m)
    expect(sayso.printed()).toContain('-H "DD-API-KEY: $API_KEY"')
  })

  test("without a key there is nothing", async () => {
    expectRefused(await send(), "key_missing", "API key is invalid")
    expectRefused(await send({ "dd-api-key": "" }), "key_missing", "This request has no key")
    for (const path of [
      feedbackPath,
      `${feedbackPath}/fields`,
      "/api/v1/rejected",
      "/metrics",
      "/api/v1/traces/1",
      "/api/v1/traces/1/outline",
      "/api/v1/traces/1/spans/1",
      "/api/v1/entities/k",
    ]) {
      expectRefused(await sayso.get(path), "key_missing", "This request has no key")
    }
    const withdrawal = `${feedbackPath}/00000000-0000-8000-8000-000000000000/withdraw`
    expectRefused(await sayso.post(withdrawal, {}), "key_missing", "no key")
    for (const path of ["/healthz", "/readyz", "/info", "/openapi.json"])
      expect((await sayso.get(path)).status, path).toBe(200)
  })

  test.each(["DD-API-KEY", "bearer"])("an API key sends and cannot read: %s", async (way) => {
    const headers =
      way === "bearer" ? { authorization: `Bearer ${api.secret}` } : { "dd-api-key": api.secret }
    expect((await send(headers)).status).toBe(202)
    expectRefused(await read(headers), "scope_missing", "cannot be used for reading")
    expectRefused(await sayso.get("/metrics", headers), "scope_missing", "cannot be used for reading")
  })

  test.each(["DD-APPLICATION-KEY", "bearer"])("an application key reads and cannot send: %s", async (way) => {
    const headers =
      way === "bearer"
        ? { authorization: `Bearer ${reader.secret}` }
        : { "dd-application-key": reader.secret }
    expect((await read(headers)).status).toBe(200)
    expectRefused(await send(headers), "scope_missing", "API key is invalid")
  })

  test("both keys at once do both, as Datadog's clients send them", async () => {
    const headers = { "dd-api-key": api.secret, "dd-application-key": reader.secret }
    expect([(await send(headers)).status, (await read(headers)).status]).toEqual([202, 200])
  })

  test("a wrong key is refused, also one letter off", async () => {
    const wrong = `${api.secret.slice(0, -1)}${api.secret.endsWith("0") ? "1" : "0"}`
    expectRefused(await send({ "dd-api-key": wrong }), "key_invalid", "API key is invalid")
    expectRefused(
      await read({ "dd-application-key": `${reader.secret} ${reader.secret}` }),
      "key_invalid",
      "API key is invalid",
    )
  })

  test("the key is looked at before the body", async () => {
    const { port } = new URL(sayso.url)
    const socket = connect(Number(port), "127.0.0.1")
    const said = new Promise<string>((resolve) => socket.once("data", (chunk) => resolve(String(chunk))))
    socket.write(`POST ${metricsPath} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 30000000\r\n\r\n`)
    expect(await said).toMatch(/^HTTP\/1\.1 403 /)
    socket.destroy()
  })

  test("the agent port stays on this machine, and needs no key", async () => {
    expect(sayso.agentUrl).toMatch(/^http:\/\/127\.0\.0\.1:/)
    expect((await sayso.send("POST", sayso.agentUrl + metricsPath, vote("agent"))).status).toBe(202)
  })

  test("the list names keys and never shows one", async () => {
    const { code, stdout } = await runSayso(["keys", "list"], { SAYSO_DATA: data })
    expect([code, stdout]).toEqual([0, expect.stringContaining("the shop")])
    for (const { id, secret } of [api, reader]) {
      expect(stdout).toContain(id)
      expect(stdout).toContain(`…${secret.slice(-4)}`)
      expect(stdout).not.toContain(secret.slice(0, -4))
    }
  })

  test("a revoked key is refused within about a second, while the server runs", async () => {
    const third = await createKey(data, "api", "for a while")
    const headers = { "dd-api-key": third.secret }
    expect((await send(headers)).status).toBe(202)
    const { code, stderr } = await runSayso(["keys", "revoke", third.id], { SAYSO_DATA: data })
    expect([code, stderr]).toEqual([0, "Revoked.\n"])
    await until(async () => expectRefused(await send(headers), "key_invalid", "API key is invalid"), 1_500)
    expect((await send({ "dd-api-key": api.secret })).status).toBe(202)
    expect((await runSayso(["keys", "list"], { SAYSO_DATA: data })).stdout).toMatch(
      new RegExp(`${third.id}.*revoked 2`),
    )
    const again = await runSayso(["keys", "revoke", third.id], { SAYSO_DATA: data })
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringContaining(`There is no valid key with the id ${third.id}`),
    ])
  })

  test("no key stands in the data folder or in the log", async () => {
    const secrets = [api.secret, reader.secret]
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const names = files.map((entry) => entry.name)
    expect(names).toEqual(expect.arrayContaining(["control.db", "lock"]))
    for (const file of files) {
      // A locked file is not opened: closing it would drop the server's own lock.
      if (file.name === "lock") continue
      const bytes = readFileSync(join(file.parentPath, file.name))
      for (const secret of secrets) expect(bytes.includes(secret), file.name).toBe(false)
    }
    for (const secret of secrets) expect(sayso.log() + sayso.printed()).not.toContain(secret)
  })
})

describe("what stops a start, and what does not", () => {
  test("a second process on the same folder is refused and says who holds it; the first goes on", async () => {
    await withSayso({}, undefined, async (sayso) => {
      const { code, stdout, stderr } = await runSayso(["serve"], { SAYSO_DATA: sayso.data })
      expect([code, stdout]).toEqual([1, ""])
      expect(stderr).toBe(
        `sayso: The folder ${sayso.data} is in use by another Sayso process (pid ${sayso.pid}). ` +
          "Stop it, or set SAYSO_DATA to another folder.\n",
      )
      expect((await sayso.post(metricsPath, vote("first"))).status).toBe(202)
    })
  })

  test("a folder is free again after a kill, and after an orderly end", async () => {
    await withFolder(async (data) => {
      const killed = await startSayso({ data })
      await killed.kill()
      const ended = await startSayso({ data })
      expect(await ended.stop()).toBe(0)
      await withSayso({}, data, async (sayso) => expect((await sayso.get(feedbackPath)).status).toBe(200))
    })
  })

  test("a taken agent port is said, and the server goes on without it", async () => {
    await withListener(async (port) => {
      await withSayso({ SAYSO_AGENT_LISTEN: `127.0.0.1:${port}` }, undefined, async (sayso) => {
        expect(sayso.agentUrl).toBe("")
        expect(sayso.printed()).toContain("Datadog tracers: no port")
        expect(sayso.log()).toContain(
          `Cannot listen on 127.0.0.1:${port}: another program listens there. Set SAYSO_AGENT_LISTEN to another address. Going on without the agent port.`,
        )
        expect((await sayso.post(metricsPath, vote("x"))).status).toBe(202)
        expect((await sayso.get("/info")).status).toBe(200)
      })
    })
  })

  test("the agent port can be closed", async () => {
    await withSayso({ SAYSO_AGENT_LISTEN: "off" }, undefined, async (sayso) => {
      expect(sayso.printed()).toContain("Datadog tracers: no port")
      expect(sayso.log()).not.toMatch(/"level":[4-6]0/)
    })
  })

  test("a taken main port ends the start, and leaves the folder free", async () => {
    await withFolder(async (data) => {
      await withListener(async (port) => {
        const { code, stdout, stderr } = await runSayso(["serve"], {
          SAYSO_DATA: data,
          SAYSO_LISTEN: `127.0.0.1:${port}`,
        })
        expect([code, stdout]).toEqual([1, ""])
        expect(stderr).toMatch(
          new RegExp(
            `^sayso: Cannot listen on 127\\.0\\.0\\.1:${port}: another program listens there\\. Set SAYSO_LISTEN to another address\\.$`,
            "m",
          ),
        )
      })
      await withSayso({}, data, async (sayso) => expect((await sayso.get("/readyz")).status).toBe(200))
    })
  })

  test.each<[Environment, RegExp]>([
    [
      { SAYSO_PORT: "4000" },
      /^sayso: SAYSO_PORT: there is no such setting\. There are SAYSO_DATA, SAYSO_LISTEN, .*\.$/,
    ],
    [
      { SAYSO_LISTEN: "4000" },
      /^sayso: SAYSO_LISTEN=4000 cannot be used: it is host:port, like 127\.0\.0\.1:4000 or \[::1\]:4000\.$/,
    ],
    [
      { SAYSO_MAX_BODY_BYTES: "32MB" },
      /^sayso: SAYSO_MAX_BODY_BYTES=32MB cannot be used: it is a whole number from 1024 to 64000000\.$/,
    ],
    [
      { SAYSO_LOG_LEVEL: "loud" },
      /^sayso: SAYSO_LOG_LEVEL=loud cannot be used: it is one of debug, info, warn, error, silent\.$/,
    ],
    [
      { SAYSO_CLICKHOUSE_URL: "nowhere" },
      /^sayso: SAYSO_CLICKHOUSE_URL cannot be used: it is a URL, like http:/,
    ],
  ])("%j ends the start with a sentence", async (env, sentence) => {
    await withFolder(async (data) => {
      const { code, stdout, stderr } = await runSayso(["serve"], { SAYSO_DATA: data, ...env })
      expect([code, stdout]).toEqual([1, ""])
      expect(stderr.trimEnd()).toMatch(sentence)
      expect(readdirSync(data)).toEqual([])
    })
  })

  test("a file where the data folder should be ends the start with a sentence", async () => {
    await withFolder(async (data) => {
      const file = join(data, "file")
      writeFileSync(file, "")
      const { code, stderr } = await runSayso(["serve"], { SAYSO_DATA: file })
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^sayso: SAYSO_DATA=.*file cannot be used: /)])
    })
  })

  test("a smaller limit on bodies holds", async () => {
    await withSayso({ SAYSO_MAX_BODY_BYTES: "2000" }, undefined, async (sayso) => {
      expect((await sayso.post(metricsPath, vote("x"))).status).toBe(202)
      expectRefused(await sayso.post(metricsPath, vote("x".repeat(2_000))), "too_large", "2000 bytes")
    })
  })
})

describe("an orderly end", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "under load, by %s: exit 0 within seconds, and all that was acknowledged is there",
    async (signal) => {
      await withFolder(async (data) => {
        const sayso = await startSayso({ data })
        const acknowledged: string[] = []
        let stopping = false
        const client = async (name: number): Promise<void> => {
          for (let turn = 0; ; turn += 1) {
            try {
              const { status, json } = await sayso.post(metricsPath, vote(`${name}-${turn}`))
              // While it ends, a server takes what comes or does not answer: it refuses nobody.
              expect(status).toBe(202)
              acknowledged.push(json.data.attributes.metrics[0].id)
            } catch (error) {
              if (stopping && error instanceof Error && "code" in error) return
              throw error
            }
          }
        }
        const clients = Promise.all(Array.from({ length: 8 }, (_, name) => client(name)))
        await until(async () => expect(acknowledged.length).toBeGreaterThan(300))
        stopping = true
        const started = Date.now()
        expect(await sayso.stop(signal)).toBe(0)
        expect(Date.now() - started).toBeLessThan(10_000)
        await clients
        await withSayso({}, data, async (again) => {
          await until(async () => expect(await allIds(again)).toEqual(acknowledged.toSorted()))
        })
      })
    },
  )

  test("does not wait for ever for a client that stands still", async () => {
    const sayso = await startSayso()
    const sockets = [sayso.url, sayso.agentUrl].map((url) => openHalf(url))
    expect((await sayso.get("/readyz")).status).toBe(200)
    const started = Date.now()
    expect(await sayso.stop()).toBe(0)
    expect(Date.now() - started).toBeLessThan(15_000)
    for (const socket of sockets) socket.destroy()
  })
})

/** A connection with a request that never comes to its end. */
function openHalf(url: string): Socket {
  const socket = connect(Number(new URL(url).port), "127.0.0.1")
  socket.on("error", () => {})
  socket.write(`POST ${metricsPath} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{"data"`)
  return socket
}

async function allIds(sayso: Sayso): Promise<string[]> {
  const ids: string[] = []
  for (let cursor = ""; ;) {
    const { json } = await sayso.get(`${feedbackPath}?all=true&limit=1000${cursor}`)
    ids.push(...json.data.map((event: Json) => event.id))
    if (json.meta.cursor === undefined) return ids.sort()
    cursor = `&cursor=${json.meta.cursor}`
  }
}

/** Another program that listens on a port of this machine. */
async function withListener(work: (port: number) => Promise<void>): Promise<void> {
  const other: Server = createServer()
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening))
  try {
    await work((other.address() as AddressInfo).port)
  } finally {
    other.close()
  }
}
