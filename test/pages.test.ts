// The pages as a browser gets them: from a folder of our own for every rule, and as they are built.
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http"
import { join } from "node:path"
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { readConfig } from "../packages/server/config.ts"
import { createLog } from "../packages/server/log.ts"
import { start, type Running } from "../packages/server/main.ts"
import { buildPages, fingerprint } from "../scripts/build.ts"
import { startSayso, tempFolder, type Sayso } from "./harness.ts"

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

/** A request whose path goes out as it stands, without what a URL would tidy. */
async function ask(
  url: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = "GET",
): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const outgoing = request({ hostname, port, path, method, headers, agent: false }).end()
  const [response] = await once(outgoing, "response")
  const chunks: Buffer[] = await response.toArray()
  const body = Buffer.concat(chunks)
  return { status: response.statusCode, headers: response.headers, body, text: body.toString() }
}

const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" }
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const pageHeaders = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
}
const index = "<!doctype html><title>Sayso</title>"
const script = `export const text = "${"long enough to be worth it ".repeat(60)}"`

const folder = tempFolder()
const pages = join(folder, "pages")
let sayso: Running
const get = (path: string, headers?: OutgoingHttpHeaders): Promise<Answer> => ask(sayso.url, path, headers)

beforeAll(async () => {
  mkdirSync(join(pages, "assets"), { recursive: true })
  const files = {
    "index.html": index,
    "theme.js": "apply()",
    "icon.svg": "<svg/>",
    ".built": "secret",
    "assets/main-Bx_1-a.js": script,
    "assets/main-Bx_1-a.js.br": brotliCompressSync(script),
    "assets/main-Bx_1-a.js.gz": gzipSync(script),
    "assets/style-1.css": "a{}",
    "assets/inter-2.woff2": "font",
    "assets/.hidden.js": "secret",
    "../outside.js": "secret",
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(pages, name), content)
  symlinkSync(join(folder, "outside.js"), join(pages, "assets", "link.js"))
  const config = readConfig({
    SAYSO_DATA: join(folder, "data"),
    SAYSO_LISTEN: "127.0.0.1:0",
    SAYSO_AGENT_LISTEN: "127.0.0.1:0",
  })
  sayso = await start(config, createLog("silent"), "0.0.0", pages)
})

afterAll(async () => {
  await sayso.stop()
  rmSync(folder, { recursive: true })
})

describe("a page", () => {
  test.each([
    ["/", browser],
    ["/", {}],
    ["/", { accept: "*/*" }],
    ["/?ml_app=shop&label=thumbs", {}],
    ["/index.html", {}],
    ["/feedback/5f0c1a1e-0000-8000-8000-000000000000", browser],
    ["/traces/6905c1f0000000008e1f0c1a1e000000?tab=details", browser],
    ["/traces/1/", browser],
    ["/traces/main.js", browser],
    ["/sessions/what%20ever%2Fit%00is", browser],
    ["/entities/%E2%82%AC", browser],
    [`/traces/${"9".repeat(15_900)}`, { accept: "text/html" }],
  ])("is at %.60s", async (path, headers) => {
    const { status, headers: said, text } = await get(path, headers)
    expect([status, text]).toEqual([200, index])
    expect(said).toMatchObject({
      ...pageHeaders,
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      etag: expect.any(String),
    })
    expect(said["permissions-policy"]).toContain("camera=()")
  })

  test.each(["/nothing", "/traces", "/traces/", "/wp-login.php", "//", "//example.com", "/..", "/a/../../b"])(
    "says itself that there is nothing at %s",
    async (path) => {
      const { status, headers, text } = await get(path, browser)
      expect([status, text]).toEqual([404, index])
      expect(headers).toMatchObject({ ...pageHeaders, "cache-control": "no-cache" })
      // What is not there cannot be "not modified".
      const again = await get(path, { ...browser, "if-none-match": headers.etag })
      expect([again.status, again.text]).toEqual([404, index])
    },
  )

  test.each([
    ["/nothing", {}],
    ["/nothing", { accept: "application/json" }],
    ["/api/v1/nothing", browser],
    ["/api", browser],
    ["/evp_proxy", browser],
    ["/v0.9/traces", browser],
    ["/v1/other", browser],
    ["/metrics/more", browser],
    ["/openapi.json/more", browser],
  ])("is not what a program gets at %s", async (path, headers) => {
    const { status, headers: said, text } = await get(path, headers)
    expect([status, said["content-type"]]).toEqual([404, "application/vnd.api+json; charset=utf-8"])
    expect(JSON.parse(text).errors[0].detail).toMatch(/^There is nothing at .*openapi\.json/)
  })

  test("tells a program where it would read the same", async () => {
    const { status, text } = await get("/entities/ticket-981", { accept: "*/*" })
    expect([status, JSON.parse(text).errors[0].detail]).toEqual([
      404,
      "/entities/ticket-981 is a page, for browsers. Programs read /api/v1/entities/ticket-981; /openapi.json lists the paths.",
    ])
  })

  test.each([
    ["POST", "/", 405],
    ["PUT", "/traces/1", 405],
    ["DELETE", "/sessions/1", 405],
    ["OPTIONS", "/", 405],
    ["POST", "/nothing", 404],
    ["POST", "/theme.js", 404],
  ])("takes no %s: %s", async (method, path, status) => {
    const answer = await ask(sayso.url, path, browser, method)
    expect([answer.status, answer.headers.allow]).toEqual([status, status === 405 ? "GET, HEAD" : undefined])
  })

  test("needs no key and may be linked to from anywhere; what it asks for is checked as ever", async () => {
    const link = {
      ...browser,
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      host: "example.com",
    }
    expect((await get("/traces/1", link)).status).toBe(200)
    expect((await get("/theme.js", link)).status).toBe(200)
    expect((await get("/api/v1/feedback", link)).status).toBe(403)
  })

  test("is asked for again by its ETag", async () => {
    const { etag } = (await get("/")).headers
    const same = await get("/", { "if-none-match": etag })
    expect([same.status, same.text]).toEqual([304, ""])
    expect(same.headers).toMatchObject({ ...pageHeaders, etag, "cache-control": "no-cache" })
    expect((await get("/", { "if-none-match": '"other"' })).status).toBe(200)
    expect((await get("/", { "if-match": '"other"' })).status).toBe(200)
    expect((await get("/", { "if-unmodified-since": "Thu, 01 Jan 1970 00:00:00 GMT" })).status).toBe(200)
  })

  test("is read anew for each request", async () => {
    const { etag } = (await get("/")).headers
    writeFileSync(join(pages, "index.html"), `${index}<p>new`)
    const fresh = await get("/", { "if-none-match": etag })
    expect([fresh.status, fresh.text]).toEqual([200, `${index}<p>new`])
    writeFileSync(join(pages, "index.html"), index)
  })

  test("says how it is built where it is not", async () => {
    renameSync(pages, `${pages}-away`)
    try {
      for (const path of ["/", "/traces/1", "/nothing"]) {
        const { status, headers, text } = await get(path, browser)
        expect([status, headers["content-type"]]).toEqual([503, "text/plain; charset=utf-8"])
        expect(text).toContain("npm start")
        expect(headers).toMatchObject({ ...pageHeaders, "cache-control": "no-store" })
      }
      expect((await get("/theme.js")).status).toBe(404)
      expect((await get("/healthz")).status).toBe(200)
    } finally {
      renameSync(`${pages}-away`, pages)
    }
  })
})

describe("a file", () => {
  test.each([
    ["/theme.js", "apply()", "application/javascript; charset=utf-8", "no-cache"],
    ["/icon.svg", "<svg/>", "image/svg+xml", "no-cache"],
    ["/assets/main-Bx_1-a.js", script, "application/javascript; charset=utf-8", "immutable"],
    ["/assets/style-1.css", "a{}", "text/css; charset=utf-8", "immutable"],
    ["/assets/inter-2.woff2", "font", "font/woff2", "immutable"],
  ])("%s", async (path, content, type, cached) => {
    const { status, headers, text } = await get(path)
    expect([status, text, headers["content-type"]]).toEqual([200, content, type])
    expect(headers).toMatchObject({
      ...pageHeaders,
      "cache-control": cached === "immutable" ? "public, max-age=31536000, immutable" : cached,
      "content-length": String(content.length),
      vary: "accept-encoding",
    })
    const head = await ask(sayso.url, path, {}, "HEAD")
    expect([head.status, head.text, head.headers["content-length"]]).toEqual([
      200,
      "",
      String(content.length),
    ])
  })

  test.each([
    ["br", "br"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip, deflate", "gzip"],
    ["br;q=0, gzip", "gzip"],
    ["identity", undefined],
    ["deflate", undefined],
    ["nonsense;;q=", undefined],
  ])("Accept-Encoding: %s", async (accepted, encoding) => {
    const { status, headers, body } = await get("/assets/main-Bx_1-a.js", { "accept-encoding": accepted })
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync }[encoding ?? ""]
    expect([status, headers["content-encoding"], headers.vary]).toEqual([200, encoding, "accept-encoding"])
    expect((unpack?.(body) ?? body).toString()).toBe(script)
    expect(headers["content-type"]).toBe("application/javascript; charset=utf-8")
    const again = await get("/assets/main-Bx_1-a.js", {
      "accept-encoding": accepted,
      "if-none-match": headers.etag,
    })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  test("without a compressed copy goes out as it is", async () => {
    const { headers, text } = await get("/theme.js", { "accept-encoding": "gzip, br" })
    expect([headers["content-encoding"], text]).toEqual([undefined, "apply()"])
  })

  test.each([
    "/assets/",
    "/assets",
    "/assets/gone-1.js",
    "/assets/main-Bx_1-a.js.br",
    "/assets/main-Bx_1-a.js.gz",
    "/assets/main-Bx_1-a.js/",
    "/assets/main-Bx_1-a.js/more.js",
    "/assets/.hidden.js",
    "/.built",
    "/%2ebuilt",
    "/assets/link.js",
    "/assets/../outside.js",
    "/assets/../../outside.js",
    "/../outside.js",
    "/..%2foutside.js",
    "/%2e%2e/outside.js",
    "/..%2f..%2fpackage.json",
    "/..%5coutside.js",
    "/..\\outside.js",
    "/assets/..%2f..%2foutside.js",
    "/assets/..;/outside.js",
    "/assets//main-Bx_1-a.js",
    "//theme.js",
    "/./theme.js",
    "/assets%2fmain-Bx_1-a.js",
    "/assets\\main-Bx_1-a.js",
    "/theme.js%00",
    "/theme.js%00.html",
    "/theme.js%20",
    "/%74heme.js",
    "/%252e%252e%252foutside.js",
    "/file:///etc/passwd",
    "/etc/passwd",
    `/${"a".repeat(5_000)}.js`,
  ])("there is none at %.60s", async (path) => {
    for (const headers of [{}, { "accept-encoding": "br, gzip" }, browser]) {
      const { status, text } = await get(path, headers)
      expect([status, /secret|apply|long enough/.test(text)]).toEqual([404, false])
    }
  })

  test("that is gone is no page", async () => {
    const { headers } = await get("/assets/gone-1.js", browser)
    expect(headers["content-type"]).toBe("application/vnd.api+json; charset=utf-8")
    expect(headers["cache-control"]).toBe("no-store")
  })

  test("that nobody waits for to its end does no harm", async () => {
    const { hostname, port } = new URL(sayso.url)
    for (let times = 0; times < 20; times += 1) {
      const outgoing = request({ hostname, port, path: "/assets/main-Bx_1-a.js", agent: false }).end()
      outgoing.on("error", () => {}).once("response", () => outgoing.destroy())
      await once(outgoing, "close")
    }
    expect((await get("/theme.js")).status).toBe(200)
  })
})

test("the agent port has no pages", async () => {
  for (const path of ["/", "/index.html", "/theme.js", "/assets/main-Bx_1-a.js", "/traces/1", "/nothing"]) {
    const { status, headers, text } = await ask(sayso.agentUrl ?? "", path, browser)
    expect([status, headers["content-type"]]).toEqual([404, "application/vnd.api+json; charset=utf-8"])
    expect(JSON.parse(text).errors[0].detail).toMatch(/^There is nothing at/)
  }
})

test.each(["/api/v1/feedback", "/info", "/metrics", "/openapi.json", "/nothing", "/healthz"])(
  "%s is nothing that a browser should draw or keep",
  async (path) => {
    expect((await get(path)).headers).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
    })
  },
)

const built = join(import.meta.dirname, "../packages/web/dist")

describe.skipIf(!existsSync(join(built, ".built")))("the pages as they are built", () => {
  let sayso: Sayso
  beforeAll(async () => {
    sayso = await startSayso()
  })
  afterAll(() => sayso.stop())

  test("ask for nothing that their policy refuses, and for nothing that is not there", async () => {
    const { status, text } = await ask(sayso.url, "/", browser)
    expect(status).toBe(200)
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|<style|\son\w+=|\sstyle=|(src|href)="(?!\/)/i)
    const links = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, link = ""]) => link)
    expect(links.length).toBeGreaterThan(1)
    for (const link of links) {
      const { status, headers } = await ask(sayso.url, link, { "accept-encoding": "br" })
      expect([link, status]).toEqual([link, 200])
      expect(headers["cache-control"]).toBe(
        link.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      )
      if (/^\/assets\/.*\.(js|css)$/.test(link)) expect(headers["content-encoding"]).toBe("br")
    }
  })
})

describe("the build", () => {
  let root: string
  const put = (name: string, text: string): void => {
    mkdirSync(join(root, name, ".."), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  const dist = (name: string): string => readFileSync(join(root, "packages/web/dist", name), "utf8")
  let builds: number
  /** Stands for Vite, which needs seconds and all of node_modules. */
  const bundle = async (into: string): Promise<void> => {
    builds += 1
    mkdirSync(join(into, "assets"))
    writeFileSync(join(into, "assets", "main.js"), script)
    writeFileSync(join(into, "index.html"), readFileSync(join(root, "packages/web/index.html")))
  }

  beforeAll(() => {
    root = join(folder, "repository")
    builds = 0
    put("packages/web/index.html", "first")
    put("packages/web/src/main.tsx", "")
    put("packages/protocol/api.ts", "")
    put("package-lock.json", "{}")
  })

  test("is stale when a source changes, and only then", () => {
    let last = fingerprint(root)
    const changed = (name: string, text: string): boolean => {
      put(name, text)
      const before = last
      last = fingerprint(root)
      return last !== before
    }
    expect(changed("packages/web/src/main.tsx", "// changed")).toBe(true)
    expect(changed("packages/web/src/pages/new.tsx", "")).toBe(true)
    expect(changed("packages/web/public/icon.svg", "<svg/>")).toBe(true)
    expect(changed("packages/protocol/api.ts", "// changed")).toBe(true)
    expect(changed("packages/protocol/query/parse.ts", "")).toBe(true)
    expect(changed("package-lock.json", '{"changed":1}')).toBe(true)

    expect(changed("packages/web/src/main.tsx", "// changed")).toBe(false)
    expect(changed("packages/web/dist/index.html", "built")).toBe(false)
    expect(changed("packages/web/dist/assets/main.js", "built")).toBe(false)
    expect(changed("packages/web/node_modules/react/index.js", "")).toBe(false)
    expect(changed("packages/protocol/node_modules/typebox/index.js", "")).toBe(false)
    expect(changed("packages/protocol/api.test.ts", "")).toBe(false)
    expect(changed("packages/server/main.ts", "")).toBe(false)
    rmSync(join(root, "packages/web/dist"), { recursive: true })
  })

  test("happens once, however many ask for it", async () => {
    await Promise.all([buildPages(root, bundle), buildPages(root, bundle)])
    await buildPages(root, bundle)
    expect([builds, dist("index.html"), dist(".built")]).toEqual([1, "first", fingerprint(root)])
  })

  test("puts a compressed copy beside what is worth it", () => {
    const raw = (name: string): Buffer => readFileSync(join(root, "packages/web/dist", name))
    expect(brotliDecompressSync(raw("assets/main.js.br")).toString()).toBe(script)
    expect(gunzipSync(raw("assets/main.js.gz")).toString()).toBe(script)
    expect(existsSync(join(root, "packages/web/dist/index.html.br"))).toBe(false)
  })

  test("that fails leaves the pages as they were, and the next one tidies up", async () => {
    put("packages/web/index.html", "second")
    put(".node/pages-1/index.html", "left by a build that was killed")
    const broken = async (into: string): Promise<void> => {
      await bundle(into)
      throw new Error("Vite says why.")
    }
    await expect(buildPages(root, broken)).rejects.toThrow("Vite says why.")
    expect(dist("index.html")).toBe("first")

    await buildPages(root, bundle)
    expect([dist("index.html"), dist(".built")]).toEqual(["second", fingerprint(root)])
    expect(existsSync(join(root, ".node/pages-1"))).toBe(false)
    expect(existsSync(join(root, ".node/building"))).toBe(false)
  })
})
