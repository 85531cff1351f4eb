/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// A newcomer's way through the pages, in a real Chromium on a real server: from the empty page, by its own lines, to the
// trace, the session and the entity; and what the list does while things change around the reader.
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { symlinkSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Locator, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { installPackages } from "../scripts/install.mjs"
import { chromiumPath, expectErrors, openBrowser, type Browser, type OpenOptions } from "./browser.ts"
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
const root = join(import.meta.dirname, "..")
/** Where the packages of OpenTelemetry are, for its lines. */
const otel = join(import.meta.dirname, "clients", "otel")
const metricsPath = "/api/intake/llm-obs/v2/eval-metric"
const spansPath = "/api/intake/llm-obs/v1/trace/spans"

/** A thumb by somebody on something; everything in it can be said otherwise. */
const vote = (more: object): Json => ({
  event_kind: "feedback",
  label: "thumbs",
  metric_type: "categorical",
  categorical_value: "down",
  assessment: "fail",
  ml_app: "my-app",
  submitter: { id: "user-1", type: "user" },
  timestamp_ms: Date.now(),
  ...more,
})

const comment = (text: string, more: object): Json =>
  vote({
    label: "comment",
    metric_type: "text",
    text_value: text,
    categorical_value: undefined,
    assessment: undefined,
    session_id: "s-1",
    ...more,
  })

/** Sends feedback, and waits until it can be read. */
async function say(sayso: Sayso, metrics: readonly Json[], headers = {}): Promise<string[]> {
  const body = { data: { type: "evaluation_metric", attributes: { metrics } } }
  const { status, json } = await sayso.post(metricsPath, body, headers)
  expect(status).toBe(202)
  const ids: string[] = json.data.attributes.metrics.map(({ id }: Json) => id)
  const last = ids.at(-1)
  await until(async () => expect((await sayso.get(`/api/v1/feedback/${last}`, headers)).status).toBe(200))
  return ids
}

async function sendSpans(sayso: Sayso, attributes: object): Promise<void> {
  const { status } = await sayso.post(spansPath, { data: { type: "span", attributes } })
  expect(status).toBe(202)
}

const rows = (page: Page): Locator => page.locator("li:has(> article)")
const paths = (page: Page): string => page.url().slice(new URL(page.url()).origin.length)
const text = async (locator: Locator): Promise<string> => (await locator.innerText()).replaceAll(/\s+/g, " ")
const all = (page: Page): Locator => page.getByText("that is all")
/** The button that lets in what has arrived. */
const fresh = (page: Page, count: number): Locator => page.locator("button", { hasText: `${count} new` })

/** Loads on to the end of the list. */
async function readAll(page: Page): Promise<void> {
  await until(async () => {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
    expect(await all(page).isVisible()).toBe(true)
  })
}

/** The lines that the page shows, run by a shell as if they were pasted into it. */
async function paste(lines: string, cwd: string, env: Record<string, string> = {}): Promise<string> {
  const shell = spawn("bash", ["-s"], { cwd, env: cleanEnvironment(env), stdio: ["pipe", "pipe", "pipe"] })
  let said = ""
  for (const stream of [shell.stdout, shell.stderr])
    stream.on("data", (chunk: Buffer) => (said += String(chunk)))
  shell.stdin.end(`${lines}\n`)
  const [code] = await once(shell, "close")
  expect(code, said).toBe(0)
  return said
}

/** The lines for OpenTelemetry, with packages that are there already. */
async function pasteOtel(lines: string, env?: Record<string, string>): Promise<void> {
  const work = tempFolder()
  symlinkSync(join(otel, "node_modules"), join(work, "node_modules"))
  const block = lines.replace(/^npm install .*\n/m, "")
  expect(block).not.toBe(lines)
  // The exporter would say here what it does not like.
  expect(await paste(block, work, env)).toBe("202\n")
  await rm(work, { recursive: true })
}

describe.skipIf(chromiumPath === undefined)("the pages", () => {
  let browser: Browser
  beforeAll(async () => {
    const node = { file: process.execPath, version: process.versions.node }
    await installPackages(otel, node, "about 105 MB")
    browser = await openBrowser()
  }, 300_000)
  afterAll(() => browser.close())
  afterEach(() => expect(browser.faults()).toEqual([]))

  async function open(url: string, options?: OpenOptions): Promise<Page> {
    const page = await browser.open(url, options)
    page.setDefaultTimeout(10_000)
    return page
  }

  describe("from an empty folder", () => {
    let sayso: Sayso
    let page: Page
    let folder: string
    beforeAll(async () => {
      folder = tempFolder()
      sayso = await startSayso()
      page = await open(sayso.url, { stays: true })
    })
    afterAll(async () => {
      await page.context().close()
      await sayso.stop()
      await rm(folder, { recursive: true })
    })

    const home = async (): Promise<void> => {
      await page.goto(sayso.url)
      await rows(page).first().waitFor()
    }
    /** Every way's lines, as they stood on the empty page. */
    const lines: Record<string, string> = {}

    test("the home page says what to do", async () => {
      await page.getByRole("heading", { name: "Nothing has been said yet" }).waitFor()
      for (const name of ["curl", "Node.js", "Python", "OpenTelemetry"]) {
        await page.getByRole("tab", { name }).click()
        const block = page.locator("[data-lines]:visible")
        lines[(await block.getAttribute("data-lines")) ?? ""] = (await block.textContent()) ?? ""
      }
      expect(Object.keys(lines)).toEqual(["curl", "node", "python", "opentelemetry"])
      for (const block of Object.values(lines)) expect(block).toContain(sayso.url)
      expect(await page.title()).toBe("Feedback · Sayso")
    })

    test("the lines for curl make it the list, by itself", async () => {
      await paste(lines["curl"] ?? "", folder)
      await rows(page).first().waitFor()
      expect(await rows(page).count()).toBe(1)
      const row = await text(rows(page).first())
      for (const part of [
        "thumbs",
        "down",
        "It said the same last week.",
        "user-1",
        "my-app",
        "answer",
        "just now",
      ])
        expect(row).toContain(part)
      expect(await page.getByRole("heading", { name: "Nothing has been said yet" }).count()).toBe(0)
    })

    test("a click on the row opens the trace where the feedback is", async () => {
      await until(async () => {
        await rows(page).getByRole("link", { name: "answer" }).waitFor({ timeout: 1_000 })
      })
      await rows(page).first().getByText("It said the same last week.").click()
      await page.getByRole("tab", { name: "Feedback" }).waitFor()
      expect(paths(page)).toBe("/traces/1001?span=2001&tab=feedback")
      expect(await page.getByRole("tab", { name: "Feedback" }).getAttribute("aria-selected")).toBe("true")
      const card = await text(page.getByRole("tabpanel").getByRole("article"))
      for (const part of ["thumbs", "down", "It said the same last week.", "user-1"])
        expect(card).toContain(part)
      await page.getByRole("heading", { name: "On this span" }).waitFor()
      expect(await page.getByRole("treeitem").count()).toBe(1)
      await page.getByRole("tab", { name: "Overview" }).click()
      const overview = await text(page.getByRole("tabpanel"))
      for (const part of ["Where is my order?", "It arrives on Thursday."]) expect(overview).toContain(part)
    })

    test("a changed vote stands, with the earlier answer one click away", async () => {
      await say(sayso, [
        vote({
          span_id: "2001",
          categorical_value: "up",
          assessment: "pass",
          reasoning: "It came after all.",
        }),
      ])
      await page.getByRole("tab", { name: "Feedback" }).click()
      await page.reload()
      const card = page.getByRole("tabpanel").getByRole("article")
      await card.waitFor()
      expect(await text(card)).toContain("It came after all.")
      expect(await text(card)).not.toContain("It said the same last week.")
      await card.getByText("1 earlier answer").click()
      const history = await text(card.getByRole("list", { name: "Earlier answers" }))
      expect(history).toContain("down")
      expect(history).toContain("It said the same last week.")
    })

    test("the session shows the conversation, and what was said beside the turn", async () => {
      await page.getByRole("link", { name: "first-session" }).click()
      await page.getByRole("heading", { name: "first-session" }).waitFor()
      expect(paths(page)).toBe("/sessions/first-session")
      const turn = await text(page.getByRole("article").filter({ hasText: "Where is my order?" }).first())
      for (const part of ["User", "Where is my order?", "Assistant", "It arrives on Thursday."])
        expect(turn).toContain(part)
      const beside = await text(page.getByRole("complementary", { name: "Feedback on this turn" }))
      expect(beside).toContain("It came after all.")
      expect(beside).toContain("1 earlier answer")
      expect(await page.title()).toBe("first-session · Sayso")
    })

    test("the entity opens by its name and by a link, and Back leads back", async () => {
      // Each question that the finder asks in vain is a 404.
      expectErrors(page, /404/)
      await page.getByRole("search").getByRole("textbox").fill("ticket-1")
      await page.keyboard.press("Enter")
      await page.getByRole("heading", { name: "ticket-1" }).waitFor()
      expect(paths(page)).toBe("/entities/ticket-1")
      await page.getByText("carried by 1 span in 1 trace of 1 session").waitFor()

      await page.goBack()
      await page.getByRole("heading", { name: "first-session" }).waitFor()
      await page.goForward()
      await page.getByRole("heading", { name: "ticket-1" }).waitFor()
      await page.getByRole("region", { name: "Traces that carry it" }).getByRole("link").click()
      await page.getByRole("tab", { name: "Details" }).click()
      await page.getByRole("link", { name: "ticket-1" }).click()
      await page.getByRole("heading", { name: "ticket-1" }).waitFor()
      await page.getByRole("link", { name: "first-session" }).click()
      await page.getByRole("heading", { name: "first-session" }).waitFor()
      expect(await page.getByRole("search").getByRole("textbox").inputValue()).toBe("")
    })

    test("the finder opens traces in any spelling and sessions, and says when there is nothing", async () => {
      const box = page.getByRole("search").getByRole("textbox")
      for (const [id, path] of [
        ["first-session", "/sessions/first-session"],
        ["0x3e9", "/traces/0x3e9"],
        [" 1001 ", "/traces/1001"],
      ] as const) {
        await box.fill(id)
        await box.press("Enter")
        await until(async () => expect(paths(page)).toBe(path))
      }
      await box.fill("nobody-knows")
      await box.press("Enter")
      expect(await text(page.getByRole("alert"))).toMatch(/No trace, session or join key/)
      // What it says lies over the page, and goes with it.
      await page.getByRole("link", { name: "sayso" }).click()
      await rows(page).first().waitFor()
      expect(await page.getByRole("alert").count()).toBe(0)
    })

    test("the lines for Node.js run as they are, with dd-trace", { timeout: 60_000 }, async () => {
      await home()
      expect(await rows(page).count()).toBe(1)
      const work = tempFolder()
      symlinkSync(join(root, "node_modules"), join(work, "node_modules"))
      const block = (lines["node"] ?? "").replace("npm install dd-trace\n", "")
      expect(block).not.toBe(lines["node"])
      expect(block).toContain(`DD_TRACE_AGENT_URL=${sayso.url}`)
      await paste(block, work)
      await rm(work, { recursive: true })
      await fresh(page, 1).click()
      const row = rows(page).first()
      await until(async () => expect(await rows(page).count()).toBe(2))
      for (const part of ["thumbs", "down", "user-1", "my-app", "answer"])
        expect(await text(row)).toContain(part)
      const link = row.getByRole("link", { name: "answer" })
      await until(async () => {
        if ((await link.count()) === 0) await page.reload()
        await link.waitFor({ timeout: 1_000 })
      })
      await link.click()
      await page.getByRole("heading", { name: "On this span" }).waitFor()
      await page.getByRole("tab", { name: "Overview" }).click()
      await page.getByRole("tabpanel").getByText("It arrives on Thursday.").waitFor()
    })

    test("the lines for Python run as they are, with ddtrace", async ({ skip }) => {
      const there = await run("python3", ["-c", "import ddtrace"]).catch(() => undefined)
      skip(there === undefined, "ddtrace is not installed for python3")
      await home()
      const before = await rows(page).count()
      const block = (lines["python"] ?? "")
        .replace(/^python -m pip install .*\n/m, "")
        .replace("python feedback.py", "python3 feedback.py")
      expect(block).not.toContain("pip install")
      await paste(block, folder)
      await fresh(page, 1).click()
      await until(async () => expect(await rows(page).count()).toBe(before + 1))
      await rows(page).first().getByRole("link", { name: "answer" }).waitFor()
    })

    test("the lines for OpenTelemetry run as they are, with its SDK", async () => {
      await home()
      const before = await rows(page).count()
      await pasteOtel(lines["opentelemetry"] ?? "")
      await fresh(page, 1).click()
      await until(async () => expect(await rows(page).count()).toBe(before + 1))
      const row = rows(page).first()
      for (const part of ["thumbs", "down", "user-1", "my-app"]) expect(await text(row)).toContain(part)
      const link = row.getByRole("link", { name: "answer" })
      await until(async () => {
        if ((await link.count()) === 0) await page.reload()
        await link.waitFor({ timeout: 1_000 })
      })
      await link.click()
      await page.getByRole("heading", { name: "On this span" }).waitFor()
      await page.getByRole("tab", { name: "Overview" }).click()
      const overview = await text(page.getByRole("tabpanel"))
      for (const part of ["Where is my order?", "It arrives on Thursday."]) expect(overview).toContain(part)
      await page.getByRole("link", { name: "first-session" }).click()
      await page.getByRole("heading", { name: "first-session" }).waitFor()
    })

    test("feedback on a trace that has not arrived waits for it", async () => {
      const id = "4bf92f3577b34da6a3ce929d0e0e4736"
      await home()
      const before = await rows(page).count()
      await say(sayso, [vote({ trace_id: id })])
      await fresh(page, 1).click()
      await until(async () => expect(await rows(page).count()).toBe(before + 1))
      expect(await text(rows(page).first())).toContain(`waits for trace ${id}`)
      await rows(page).first().click()
      await page.getByText("Nothing that it is about has arrived.").waitFor()

      await page.goto(`${sayso.url}/traces/${id}`)
      await page.getByText("No span of this trace has arrived yet.").waitFor()
      expect(await text(page.getByRole("article"))).toContain("down")
      const span = {
        trace_id: BigInt(`0x${id}`).toString(),
        span_id: "77",
        parent_id: "undefined",
        name: "late",
      }
      await sendSpans(sayso, {
        ml_app: "my-app",
        spans: [{ ...span, start_ns: Date.now() * 1e6, duration: 1_000, meta: { kind: "agent" } }],
      })
      await until(async () => {
        await page.reload()
        await page.getByRole("tree").waitFor({ timeout: 1_000 })
      })
      await page.getByRole("tab", { name: "Feedback" }).click()
      await page.getByRole("heading", { name: "On the trace" }).waitFor()
    })
  })

  describe("a list of 130", () => {
    const size = 130
    let sayso: Sayso
    let page: Page
    const newest = Date.now() - 3_600_000
    /** From the newest on. Some share a millisecond. */
    const said = Array.from({ length: size }, (_, at) => {
      const app = at % 3 === 0 ? "shop" : "desk"
      const time = newest - Math.floor(at / 3) * 60_000
      const text = `number ${String(at).padStart(3, "0")}`
      return at % 10 === 5
        ? vote({
            trace_id: `${7000 + at}`,
            ml_app: app,
            timestamp_ms: time,
            reasoning: text,
            submitter: { id: `user-${at}`, type: "user" },
            ...(at % 20 === 5 && { categorical_value: "up", assessment: "pass" }),
          })
        : comment(text, { ml_app: app, timestamp_ms: time })
    })
    let inOrder: string[]

    beforeAll(async () => {
      sayso = await startSayso()
      page = await open(`${sayso.url}/readyz`, { stays: true })
      await sendSpans(sayso, {
        ml_app: "shop",
        session_id: "s-1",
        spans: said
          .filter(({ trace_id }) => trace_id !== undefined)
          .map(({ trace_id }) => ({
            trace_id,
            span_id: `${Number(trace_id) + 10_000}`,
            parent_id: "undefined",
            name: `turn ${trace_id}`,
            start_ns: newest * 1e6,
            duration: 1e9,
            meta: { kind: "workflow", input: { value: "hello" }, output: { value: "hello too" } },
          })),
      })
      await say(sayso, said)
      const ids = new Map<string, string>()
      for (let cursor = ""; ;) {
        const { data, meta } = (await sayso.get(`/api/v1/feedback?limit=100${cursor}`)).json
        for (const event of data) ids.set(event.id, event.text_value ?? event.reasoning)
        if (meta.cursor === undefined) break
        cursor = `&cursor=${encodeURIComponent(meta.cursor)}`
      }
      inOrder = [...ids.values()]
      expect(inOrder.toSorted()).toEqual(said.map((event) => event.text_value ?? event.reasoning))
    })
    afterAll(async () => {
      await page.context().close()
      await sayso.stop()
    })

    const numbers = (): Promise<string[]> =>
      page.evaluate(() =>
        // Not innerText: what is far away is not laid out.
        [...document.querySelectorAll("li > article")].map(
          (row) => row.querySelector(".said")?.textContent ?? "",
        ),
      )

    /** Where the row stands that is read now. */
    const place = async (what: string): Promise<number> =>
      (await rows(page).filter({ hasText: what }).boundingBox())?.y ?? -1
    /** Where it stands once nothing moves any more: as one scrolls, rows from far away are measured. */
    async function settled(what: string): Promise<number> {
      let before = NaN
      return until(async () => {
        const now = await place(what)
        const moved = now !== before
        before = now
        if (moved) throw new Error(`${what} is still moving`)
        return now
      })
    }

    test("shows every event once, in order, as one scrolls", async () => {
      await page.goto(sayso.url)
      await rows(page).first().waitFor()
      await until(async () => expect(await rows(page).count()).toBe(50))
      await readAll(page)
      expect(await numbers()).toEqual(inOrder)
      await page.getByText("130 pieces of feedback: that is all.").waitFor()
    })

    test("keeps its place while one looks at a trace", async () => {
      await page.goto(sayso.url)
      await rows(page).first().waitFor()
      await readAll(page)
      const row = rows(page).filter({ hasText: "number 075" })
      await row.scrollIntoViewIfNeeded()
      await page.mouse.wheel(0, 150)
      const before = await settled("number 075")
      expect(await page.evaluate(() => scrollY)).toBeGreaterThan(1_000)
      await row.getByText("number 075").click()
      await page.getByRole("tab", { name: "Feedback" }).waitFor()
      expect(paths(page)).toBe("/traces/7075?tab=feedback")
      await page.goBack()
      await row.waitFor()
      await until(async () => expect(Math.abs((await place("number 075")) - before)).toBeLessThan(3), 3_000)
    })

    test("nothing moves when something arrives, until the reader lets it in", async () => {
      await page.goto(sayso.url)
      await rows(page).first().waitFor()
      await readAll(page)
      await rows(page).filter({ hasText: "number 040" }).scrollIntoViewIfNeeded()
      const before = await settled("number 040")
      await say(
        sayso,
        [1, 2, 3].map((at) => comment(`news ${at}`, { timestamp_ms: Date.now() + at })),
      )
      await fresh(page, 3).waitFor()
      expect(await page.title()).toBe("(3) Feedback · Sayso")
      expect(await place("number 040")).toBe(before)
      expect(await rows(page).filter({ hasText: "news" }).count()).toBe(0)

      await fresh(page, 3).click()
      await rows(page).filter({ hasText: "news 3" }).waitFor()
      await until(async () => expect(await page.evaluate(() => scrollY)).toBe(0))
      expect((await numbers()).slice(0, 4)).toEqual(["news 3", "news 2", "news 1", inOrder[0]])
      expect(await rows(page).count()).toBe(size + 3)
      await page.getByText("Live").waitFor()
    })

    test.each(["number 005", "number 105"])("a changed vote takes the place of %s", async (number) => {
      await page.goto(sayso.url)
      await rows(page).first().waitFor()
      await readAll(page)
      const count = await rows(page).count()
      const old = said.find(({ reasoning }) => reasoning === number)
      await say(sayso, [{ ...old, timestamp_ms: Date.now(), reasoning: `now ${number}` }])
      await fresh(page, 1).click()
      await rows(page)
        .filter({ hasText: `now ${number}` })
        .waitFor()
      expect(await rows(page).filter({ hasText: number }).count()).toBe(1)
      expect(await rows(page).count()).toBe(count)
    })

    test("filters stand in the URL: a reload keeps them, Back takes them back", async () => {
      await page.goto(sayso.url)
      await rows(page).first().waitFor()
      const app = page.getByLabel("Application", { exact: true })
      await app.selectOption("shop")
      await until(async () => expect(paths(page)).toBe("/?ml_app=shop"))
      const apps = async (): Promise<string[]> => [
        ...new Set(await page.locator("li > article [title^=ml_app]").allTextContents()),
      ]
      await until(async () => expect(await apps()).toEqual(["shop"]))
      await page.getByLabel("Label", { exact: true }).selectOption("thumbs")
      await until(async () => expect(paths(page)).toBe("/?ml_app=shop&label=thumbs"))
      await page.getByRole("button", { name: "Good" }).click()
      await until(async () => expect(paths(page)).toBe("/?ml_app=shop&label=thumbs&assessment=pass"))
      const matching = inOrder.filter((text) =>
        said.some(
          ({ reasoning, ml_app, assessment }) =>
            reasoning === text && ml_app === "shop" && assessment === "pass" && text !== "number 105",
        ),
      )
      await until(async () => expect(await numbers()).toEqual(expect.arrayContaining(matching)))
      const shown = await numbers()
      await page.reload()
      await rows(page).first().waitFor()
      expect(await numbers()).toEqual(shown)
      expect(await app.inputValue()).toBe("=shop")

      await page.goBack()
      await page.goBack()
      await until(async () => expect(paths(page)).toBe("/?ml_app=shop"))
      await until(async () => expect((await numbers()).length).toBeGreaterThan(shown.length))
      expect(await page.getByLabel("Label", { exact: true }).inputValue()).toBe("all")
    })

    test("says when nothing matches, and how to see all again", async () => {
      await page.goto(`${sayso.url}/?ml_app=gone&label=thumbs`)
      await page.getByRole("heading", { name: "No feedback matches" }).waitFor()
      expect(await page.getByLabel("Application", { exact: true }).inputValue()).toBe("=gone")
      await page.getByRole("button", { name: "Show all feedback" }).click()
      await rows(page).first().waitFor()
      expect(paths(page)).toBe("/")
    })

    test("everything can be reached by the Tab key", async () => {
      expectErrors(page, /404/)
      for (const path of [
        "/",
        "/traces/7075?tab=feedback",
        "/traces/7075?tab=details",
        "/sessions/s-1",
        "/entities/none",
      ]) {
        await page.goto(sayso.url + path)
        await page
          .locator("main")
          .getByRole("link")
          .or(page.locator("main").getByRole("button"))
          .first()
          .waitFor()
        expect(await missedByTab(page), path).toEqual([])
      }
    })

    test("a row unfolds by the keyboard", async () => {
      await page.goto(sayso.url)
      const button = rows(page).filter({ hasText: "number 000" }).getByRole("button", { name: "Details" })
      await button.focus()
      await page.keyboard.press("Enter")
      await page.getByText("event id").waitFor()
      expect(paths(page)).toMatch(/^\/\?open=[0-9a-f-]{36}$/)
      expect(await button.getAttribute("aria-expanded")).toBe("true")
      await page.keyboard.press("Enter")
      await until(async () => expect(paths(page)).toBe("/"))
    })

    test("the colours are kept", async () => {
      await page.goto(sayso.url)
      const theme = (): Promise<string | undefined> =>
        page.evaluate(() => document.documentElement.dataset["theme"])
      expect(await theme()).toBe("light")
      await page.getByRole("button", { name: "Switch to dark colours" }).click()
      expect(await theme()).toBe("dark")
      await page.reload()
      expect(await theme()).toBe("dark")
      await page.getByRole("button", { name: "Switch to light colours" }).waitFor()
    })
  })

  describe("a server without feedback", () => {
    let sayso: Sayso
    let page: Page
    beforeAll(async () => {
      sayso = await startSayso()
      page = await open(`${sayso.url}/readyz`, { stays: true })
    })
    afterAll(async () => {
      await page.context().close()
      await sayso.stop()
    })

    test("what is not there is said to be not there", async () => {
      expectErrors(page, /404/)
      for (const [path, heading] of [
        ["/traces/999", "No such trace has arrived"],
        ["/sessions/nobody", "No such session has arrived"],
        ["/entities/nothing", "Nothing carries this join key"],
        ["/nothing/here", "There is no such page"],
      ] as const) {
        await page.goto(sayso.url + path)
        await page.getByRole("heading", { name: heading }).waitFor()
        await page.getByRole("link", { name: "Go to the feedback" }).click()
        await page.getByRole("heading", { name: "Nothing has been said yet" }).waitFor()
      }
    })

    test("the tree is walked with the arrow keys", async () => {
      const span = (span_id: string, parent_id: string, name: string, at: number): object => ({
        trace_id: "5",
        span_id,
        parent_id,
        name,
        start_ns: (Date.now() + at) * 1e6,
        duration: 1e6,
        meta: { kind: "task" },
      })
      await sendSpans(sayso, {
        ml_app: "a",
        spans: [
          span("1", "undefined", "root", 0),
          span("2", "1", "first", 1),
          span("3", "2", "inner", 2),
          span("4", "1", "last", 3),
        ],
      })
      await until(async () => expect((await sayso.get("/api/v1/traces/5")).json.data.spans).toHaveLength(4))
      await page.goto(`${sayso.url}/traces/5`)
      const tree = page.getByRole("tree")
      const chosen = (): Promise<string> =>
        page.locator("[role=treeitem][aria-selected=true] bdi").innerText()
      await tree.focus()
      expect(await chosen()).toBe("root")
      for (const [key, name, lines] of [
        ["ArrowDown", "first", 4],
        ["ArrowDown", "inner", 4],
        ["End", "last", 4],
        ["ArrowUp", "inner", 4],
        ["ArrowLeft", "first", 4],
        ["ArrowLeft", "first", 3],
        ["ArrowRight", "first", 4],
        ["ArrowRight", "inner", 4],
        ["Home", "root", 4],
        ["ArrowLeft", "root", 1],
        ["ArrowRight", "root", 4],
      ] as const) {
        await page.keyboard.press(key)
        await until(
          async () =>
            expect([key, await chosen(), await page.getByRole("treeitem").count()]).toEqual([
              key,
              name,
              lines,
            ]),
          3_000,
        )
        const active = await tree.getAttribute("aria-activedescendant")
        expect(await page.locator(`[id="${active}"]`).getAttribute("aria-selected")).toBe("true")
      }
      await page.keyboard.press("End")
      await until(async () =>
        expect(await text(page.getByRole("region", { name: "Span" }).getByRole("heading").first())).toBe(
          "last",
        ),
      )
      expect(paths(page)).toBe("/traces/5?span=4")
    })
  })

  describe("a server that goes away", () => {
    const away = [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/, /Failed to fetch/]
    let sayso: Sayso
    let data: string
    let page: Page
    beforeAll(async () => {
      data = tempFolder()
      sayso = await startSayso({ data })
      await sendSpans(sayso, {
        ml_app: "a",
        session_id: "s-1",
        spans: [
          {
            trace_id: "5",
            span_id: "6",
            parent_id: "undefined",
            name: "root",
            start_ns: Date.now() * 1e6,
            duration: 1e6,
          },
        ],
      })
      await say(sayso, [comment("before", {}), vote({ span_id: "6" })])
      page = await open(`${sayso.url}/readyz`, { stays: true })
      expectErrors(page, ...away)
    })
    afterAll(async () => {
      await page.context().close()
      await sayso.stop()
      await rm(data, { recursive: true })
    })
    const comeBack = async (): Promise<void> => {
      sayso = await startSayso({ data, env: { SAYSO_LISTEN: new URL(sayso.url).host } })
    }

    test("is missed by the list, which goes on when it is back", async () => {
      await page.goto(sayso.url)
      await page.getByText("Live").waitFor()
      await sayso.stop()
      await page.getByRole("status").filter({ hasText: "The server does not answer" }).waitFor()
      expect(await rows(page).count()).toBe(2)
      await comeBack()
      await page.getByText("Live").waitFor()
      await say(sayso, [comment("after", {})])
      await fresh(page, 1).click()
      await rows(page).filter({ hasText: "after" }).waitFor()
    })

    test("is missed by a page, which can be asked again", async () => {
      await page.goto(`${sayso.url}/traces/5`)
      await page.getByRole("tree").waitFor()
      await page.getByRole("link", { name: "sayso" }).click()
      await rows(page).first().waitFor()
      await sayso.stop()
      const finder = page.getByRole("search").getByRole("textbox")
      expectErrors(page, /never%20seen/)
      await finder.fill("never seen")
      await finder.press("Enter")
      await page.getByRole("alert").getByText("does not answer").waitFor()
      await comeBack()
      await finder.press("Enter")
      await page.getByRole("alert").getByText("No trace, session or join key has this name.").waitFor()
      await page.getByRole("link", { name: "root" }).click()
      await page.getByRole("tree").waitFor()
    })

    test("is missed by a page that was never open", async () => {
      await page.goto(sayso.url)
      await page.getByText("Live").waitFor()
      await page.waitForLoadState("networkidle")
      await sayso.stop()
      await page.getByRole("link", { name: "root" }).click()
      const again = page.getByRole("button", { name: "Try again" })
      await again.waitFor()
      await page.getByRole("heading", { name: "The server does not answer" }).waitFor()
      await comeBack()
      await again.click()
      await page.getByRole("tree").waitFor()
    })
  })

  test("where a key is needed, the page asks for it", async () => {
    const data = tempFolder()
    const [apiKey, applicationKey] = [
      await createKey(data, "api", "web"),
      await createKey(data, "application", "me"),
    ].map(({ secret }) => secret)
    const sayso = await startSayso({ data, env: { SAYSO_LISTEN: "0.0.0.0:0" } })
    onTestFinished(async () => {
      await sayso.stop()
      await rm(data, { recursive: true })
    })
    const page = await open(sayso.url, { errors: /40[13]/ })
    await page.getByRole("heading", { name: "A key is needed to read here" }).waitFor()
    const reason = page.locator("main p").first()
    const missing = await text(reason)
    const box = page.getByLabel("Application key")
    await box.fill("wrong")
    await box.press("Enter")
    await until(async () => expect(await text(reason)).not.toBe(missing))
    await box.fill(apiKey ?? "")
    await box.press("Enter")
    await until(async () => expect(await text(reason)).toMatch(/application key/i))
    await box.fill(applicationKey ?? "")
    await page.getByRole("button", { name: "Open" }).click()
    await page.getByRole("heading", { name: "Nothing has been said yet" }).waitFor()

    const lines = (await page.locator("[data-lines=curl]").textContent()) ?? ""
    expect(lines).toContain("$API_KEY")
    await page.getByRole("tab", { name: "OpenTelemetry" }).click()
    const otelLines = (await page.locator("[data-lines=opentelemetry]").textContent()) ?? ""
    await paste(lines, data, { API_KEY: apiKey ?? "" })
    await rows(page).first().waitFor()
    await page.reload()
    await rows(page).first().waitFor()
    await pasteOtel(otelLines, { API_KEY: apiKey ?? "" })
    await fresh(page, 1).click()
    await until(async () => expect(await rows(page).count()).toBe(2))
  })
})

/** What a mouse can use and the Tab key does not come to. Of a tree and of tabs it comes to one: arrows lead to the others. */
async function missedByTab(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    document.body.focus()
    const usable = "a[href], button:not(:disabled), input:not(:disabled), select, summary, [tabindex]"
    for (const element of document.querySelectorAll(usable)) {
      if (!element.checkVisibility() || element.closest("[role=tree] *, [role=tab]")) continue
      if (element.id !== "main") element.setAttribute("data-awaited", "")
    }
  })
  for (let stops = 0; stops < 1_000; stops++) {
    await page.keyboard.press("Tab")
    const left = await page.evaluate(() => {
      document.activeElement?.removeAttribute("data-awaited")
      return document.querySelectorAll("[data-awaited]").length
    })
    if (left === 0) return []
    if (stops > 0 && (await page.evaluate(() => document.activeElement === document.body))) break
  }
  return page.evaluate(() =>
    [...document.querySelectorAll("[data-awaited]")].map((element) => element.outerHTML),
  )
}
