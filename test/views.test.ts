/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Every page and every notable state of one, on the demo's week: a picture of each in both themes on a desk and on a phone,
// nothing serious that axe finds, nothing that sticks out. And what the first view costs.
import { execFile } from "node:child_process"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Locator, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { makeWeek } from "../examples/demo/week.ts"
import type { Span } from "../examples/demo/trace.ts"
import {
  checkAxe,
  chromiumPath,
  expectErrors,
  openBrowser,
  shoot,
  sticksOut,
  themes,
  view,
  widths,
  type Browser,
  type Theme,
  type Width,
} from "./browser.ts"
import {
  cleanEnvironment,
  createKey,
  startSayso,
  tempFolder,
  until,
  type Json,
  type Sayso,
} from "./harness.ts"

const run = promisify(execFile)
const demo = join(import.meta.dirname, "..", "examples", "demo", "main.ts")

// The same week each time, looked at in the minute after its end, so that the pictures are the same too.
const endMs = Date.parse("2026-11-20T16:30:00Z")
const nowMs = endMs + 60_000
const week = makeWeek({ seed: 1, endMs })
const { worstTraceId, longestTraceId, furiousSessionId, disputedKey } = week.worthOpening
const worst = `/traces/${worstTraceId}`
const furious = `/sessions/${furiousSessionId}`
const disputed = `/entities/${disputedKey}`

const away = [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/, /Failed to fetch/]

describe.skipIf(chromiumPath === undefined)("the views", () => {
  let browser: Browser
  let empty: Sayso
  let sayso: Sayso
  let page: Page
  /** A word on the list's first page that took the place of another. */
  let changedId: string
  beforeAll(async () => {
    ;[browser, empty, sayso] = await Promise.all([openBrowser(), startSayso(), startSayso()])
    const env = cleanEnvironment({})
    await run(process.execPath, [demo, "--url", sayso.url, "--end", new Date(endMs).toISOString()], { env })
    // All of it has to be stored: what comes later would move the list's first page.
    await until(async () => {
      const { text } = await sayso.get("/metrics")
      const waiting = [...text.matchAll(/^sayso_journal_rows\{[^}]*\} (\d+)/gm)].map(([, rows]) =>
        Number(rows),
      )
      expect(waiting.reduce((sum, rows) => sum + rows, 0)).toBe(0)
    }, 30_000)
    changedId = await changedWord()
    page = await open(`${sayso.url}/readyz`)
  })
  afterAll(async () => {
    await browser.close()
    await Promise.all([empty.stop(), sayso.stop()])
  })
  afterEach(() => expect(browser.faults()).toEqual([]))

  async function open(url: string): Promise<Page> {
    const opened = await browser.open(url, { stays: true, nowMs })
    opened.setDefaultTimeout(10_000)
    return opened
  }

  const go = async (path: string): Promise<void> => {
    await view(page, "light", 1440)
    await page.goto(sayso.url + path)
  }
  const heading = (name: string): Promise<void> => page.getByRole("heading", { name, exact: true }).waitFor()
  const rowsShown = (): Promise<void> => page.locator("li:has(> article)").first().waitFor()
  const spanShown = (): Promise<void> => page.getByRole("heading", { name: "Input", exact: true }).waitFor()

  describe("before anything came", () => {
    beforeAll(async () => {
      page = await open(empty.url)
    })
    afterAll(async () => {
      await page.context().close()
      page = await open(`${sayso.url}/readyz`)
    })

    test("the lines to paste", async () => {
      await heading("Nothing has been said yet")
      await look(page, "empty")
      await view(page, "light", 1440)
      for (const [name, way] of [
        ["node", "Node.js"],
        ["python", "Python"],
        ["opentelemetry", "OpenTelemetry"],
      ] as const) {
        await page.getByRole("tab", { name: way }).click()
        await page.locator(`[data-lines=${name}]`).waitFor()
        await shoot(page, `empty-${name}`)
        await view(page, "light", 390)
        expect(await sticksOut(page)).toEqual([])
        await view(page, "light", 1440)
      }
    })
  })

  /** What is looked at: where it is, when it is there, and the part of it to keep in sight. */
  const views: Record<string, () => Promise<Locator | void>> = {
    async home() {
      await go("/")
      await rowsShown()
    },
    async "home-filtered"() {
      await go("/?assessment=fail&ml_app=shop-assistant")
      await page.locator("li:has(> article)").or(page.getByText("No feedback matches")).first().waitFor()
    },
    async "home-unfolded"() {
      await go(`/?open=${changedId}`)
      const unfolded = page.getByRole("button", { name: "Details", expanded: true })
      const row = page.locator("li:has(> article)", { has: unfolded })
      await row.getByRole("list", { name: "Earlier answers" }).waitFor()
      return row
    },
    async "home-nothing-matches"() {
      await go("/?ml_app=incident-desk&label=thumbs")
      await heading("No feedback matches")
    },
    async "trace-overview"() {
      await go(worst)
      await spanShown()
    },
    async "trace-feedback"() {
      await go(`${worst}?tab=feedback`)
      await page.getByRole("tabpanel").getByRole("article").first().waitFor()
    },
    async "trace-evaluations"() {
      const { trace_id, span_id } = evaluated()
      await go(`/traces/${trace_id}?span=${span_id}&tab=evaluations`)
      await page.getByRole("tabpanel").getByRole("article").first().waitFor()
    },
    async "trace-details"() {
      await go(`${worst}?tab=details`)
      await page.getByText("span id").waitFor()
    },
    async "trace-model-call"() {
      const { trace_id, span_id } = find(
        (span) => /"role":"system".*"tool_calls".*"tool_results"/.test(JSON.stringify(span.meta)),
        "llm",
      )
      await go(`/traces/${trace_id}?span=${span_id}`)
      await spanShown()
    },
    async "trace-documents"() {
      const { trace_id, span_id } = find((span) => span.meta.output?.documents !== undefined, "retrieval")
      await go(`/traces/${trace_id}?span=${span_id}`)
      await page.getByRole("heading", { name: "Output", exact: true }).waitFor()
      await page.getByRole("tabpanel").locator("summary").first().click()
    },
    async "trace-error"() {
      const { trace_id, span_id } = find((span) => span.status === "error", "llm")
      await go(`/traces/${trace_id}?span=${span_id}`)
      await spanShown()
    },
    async "trace-long"() {
      await go(`/traces/${longestTraceId}`)
      await spanShown()
      await page.getByText("575 spans").first().waitFor()
    },
    async "trace-without-spans"() {
      const alone = week.unmatched.find((event) => "trace_id" in event) as { trace_id: string } | undefined
      await go(`/traces/${alone?.trace_id}`)
      await page.getByText("No span of this trace has arrived yet.").waitFor()
    },
    async "session-furious"() {
      await go(furious)
      await page.getByRole("article").first().waitFor()
    },
    async "session-of-eight"() {
      await go(`/sessions/${sessionOf(8)}`)
      await page.getByRole("article").first().waitFor()
    },
    async "entity-disputed"() {
      await go(disputed)
      await heading("Traces that carry it")
    },
    async event() {
      await go(`/feedback/${changedId}`)
      await page.getByText("event id").waitFor()
    },
    async "trace-unknown"() {
      expectErrors(page, /404/)
      await go("/traces/999")
      await heading("No such trace has arrived")
    },
    async "page-unknown"() {
      expectErrors(page, /404/)
      await go("/nothing/here")
      await heading("There is no such page")
    },
  }
  test.each(Object.keys(views))("%s", async (name) => {
    const part = await views[name]?.()
    await look(page, name, part ?? undefined)
  })

  test("what follows the first view costs little", async () => {
    const fresh = await open(`${sayso.url}/readyz`)
    const network = await fresh.context().newCDPSession(fresh)
    const paths = new Map<string, string>()
    const bytes: [path: string, bytes: number][] = []
    network.on("Network.requestWillBeSent", ({ requestId, request }) =>
      paths.set(requestId, new URL(request.url).pathname),
    )
    network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) =>
      bytes.push([paths.get(requestId) ?? "", encodedDataLength]),
    )
    await network.send("Network.enable")
    await fresh.goto(sayso.url)
    await fresh.locator("li:has(> article)").first().waitFor()
    await fresh.evaluate(() => document.fonts.ready)
    expect([...paths.values()].filter((path) => path === "/api/v1/feedback")).toHaveLength(1)
    const all = bytes.reduce((sum, [, some]) => sum + some, 0)
    expect(bytes.map(([path]) => path)).toEqual(
      expect.arrayContaining(["/", "/api/v1/feedback", expect.stringMatching(/\.woff2$/)]),
    )
    expect(all, JSON.stringify(bytes)).toBeLessThan(200_000)
    await fresh.context().close()
  })

  test("nothing moves for who asked for that", async () => {
    await go("/")
    await rowsShown()
    const moving = (): Promise<number> => page.evaluate(() => document.getAnimations().length)
    expect(await moving()).toBe(0)
    await page.emulateMedia({ reducedMotion: "no-preference" })
    expect(await moving()).toBe(1)
  })

  test("letters twice as large, and a window of 320 px, move nothing out of sight", async () => {
    const found: string[] = []
    for (const path of ["/", worst, furious, disputed]) {
      await go(path)
      await page.getByRole("article").or(page.getByRole("tree")).first().waitFor()
      await page.setViewportSize({ width: 320, height: 640 })
      found.push(...(await sticksOut(page)).map((what) => `${path} at 320 px: ${what}`))
      await page.evaluate(() => void (document.documentElement.style.fontSize = "200%"))
      for (const width of widths) {
        await view(page, "light", width)
        found.push(...(await sticksOut(page)).map((what) => `${path} at ${width} px, 200 %: ${what}`))
      }
    }
    expect(found).toEqual([])
  })

  test("news that wait", async () => {
    await go("/")
    await rowsShown()
    await view(page, "light", 390)
    const place = async (): Promise<number | undefined> =>
      (await page.locator("li:has(> article)").first().boundingBox())?.y
    const before = await place()
    const metrics = ["It worked, thank you!", "Still waiting."].map((text_value, at) => ({
      event_kind: "feedback",
      label: "comment",
      metric_type: "text",
      text_value,
      trace_id: worstTraceId,
      submitter: { id: `customer-3000${at}`, type: "user" },
      ml_app: "shop-web",
      timestamp_ms: endMs + 30_000 + at,
    }))
    const body = { data: { type: "evaluation_metric", attributes: { metrics } } }
    expect((await sayso.post("/api/intake/llm-obs/v2/eval-metric", body)).status).toBe(202)
    await page.getByRole("button", { name: "2 new" }).waitFor()
    const after = await place()
    await look(page, "home-news")
    expect(after, "the list moves when news come, on a phone").toBe(before)
  })

  test("a key is needed", async () => {
    const data = tempFolder()
    await createKey(data, "application", "me")
    const closed = await startSayso({ data, env: { SAYSO_LISTEN: "0.0.0.0:0" } })
    const outside = await open(`${closed.url}/readyz`)
    expectErrors(outside, /40[13]/)
    await outside.goto(closed.url)
    await outside.getByRole("heading", { name: "A key is needed to read here" }).waitFor()
    await look(outside, "key-needed")
    await outside.context().close()
    await closed.stop()
    await rm(data, { recursive: true })
  })

  test("the server is away", async () => {
    await go("/")
    await rowsShown()
    expectErrors(page, ...away)
    await sayso.stop()
    await page.getByRole("status").filter({ hasText: "The server does not answer" }).waitFor()
    await look(page, "home-away")
    await view(page, "light", 1440)
    await page.locator("li:has(> article)").getByRole("link").first().click()
    await heading("The server does not answer")
    await look(page, "trace-away")
  })

  /** Pictures of it in both themes and widths, and what is wrong with it in any of them. */
  async function look(at: Page, name: string, part?: Locator): Promise<void> {
    const wrong: string[] = []
    for (const width of widths) {
      for (const theme of themes) {
        await view(at, theme, width)
        await part?.evaluate((row) => row.scrollIntoView({ block: "center" }))
        const found = [...(await sticksOut(at)), ...(await axeOf(at, theme, width))]
        wrong.push(...found.map((what) => `${width} ${theme}: ${what}`))
        await shoot(at, name, { toTheEnd: width === 390 && !name.startsWith("home") })
      }
    }
    expect(wrong).toEqual([])
  }

  /** The dark has other colours and nothing else, so that its colours are looked at once. */
  async function axeOf(at: Page, theme: Theme, width: Width): Promise<string[]> {
    if (theme === "light") return checkAxe(at)
    return width === 1440 ? checkAxe(at, ["color-contrast"]) : []
  }

  async function changedWord(): Promise<string> {
    return until(async () => {
      const { data: first } = (await sayso.get("/api/v1/feedback?limit=50")).json
      const { data } = (await sayso.get("/api/v1/feedback?all=true&limit=1000")).json
      const same = (event: Json): string =>
        JSON.stringify([event.label, event.submitter.id, event.eval_scope, event.span_id, event.trace_id])
      const older = new Set(data.filter(({ state }: Json) => state === "superseded").map(same))
      const found = first.find((event: Json) => older.has(same(event)))
      if (found === undefined) throw new Error("Nobody changed their mind")
      return found.id as string
    })
  }
})

function find(matches: (span: Span) => boolean, kind: string): Span {
  const found = week.spans.find((span) => span.meta.kind === kind && matches(span))
  if (!found) throw new Error(`The week has no such ${kind}`)
  return found
}

/** A span with results of evaluators. */
function evaluated(): { trace_id: string; span_id: string } {
  for (const event of week.evaluations) {
    const { join_on } = event as { join_on?: { span?: { trace_id: string; span_id: string } } }
    if (join_on?.span) return join_on.span
  }
  throw new Error("Nothing was evaluated")
}

/** A session of so many turns. */
function sessionOf(turns: number): string {
  const sessions = Map.groupBy(
    week.spans.filter(({ parent_id }) => parent_id === "undefined"),
    ({ session_id }) => session_id,
  )
  return [...sessions].find(([, roots]) => roots.length === turns)?.[0] ?? ""
}
