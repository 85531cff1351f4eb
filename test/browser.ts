/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Opens the pages in a real Chromium, and notices whatever a person would be harmed by without seeing it: an error on the
// console, something that the policy stopped, a dialog, a request that leaves the server.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import axe from "axe-core"
import { chromium, type BrowserContext, type Page } from "playwright-core"
import { onTestFinished } from "vitest"
import { findChromium } from "./chromium.ts"
import { until } from "./harness.ts"

export const themes = ["light", "dark"] as const
export const widths = [1440, 390] as const
export type Theme = (typeof themes)[number]
export type Width = (typeof widths)[number]
const heights: Record<Width, number> = { 1440: 900, 390: 844 }

/** Where Chromium is; undefined where there is none and none can be installed, which is printed once in a run. */
export const chromiumPath = await findChromium()

export interface Browser {
  /** A tab with a profile of its own, on a server. It is closed when the test ends, unless `stays`. */
  open(url: string, options?: OpenOptions): Promise<Page>
  /** What went wrong since it was last asked. */
  faults(): string[]
  close(): Promise<void>
}

export interface OpenOptions {
  readonly theme?: Theme
  readonly width?: Width
  readonly stays?: boolean
  /** Errors on the console that the test means to cause from the beginning. */
  readonly errors?: RegExp
  /** Epoch ms that the pages take for now. Timers run on. */
  readonly nowMs?: number
}

/** Errors on the console that a test means to cause, by page. */
const expected = new WeakMap<Page, RegExp[]>()

export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? "",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  })
  let faults: string[] = []
  return {
    async open(url, { theme = "light", width = 1440, stays = false, errors, nowMs } = {}) {
      const context = await browser.newContext({
        serviceWorkers: "block",
        locale: "en-GB",
        timezoneId: "UTC",
      })
      if (!stays) onTestFinished(() => context.close())
      await guard(context, new URL(url).origin, (fault) => faults.push(fault))
      const page = await context.newPage()
      if (errors) expectErrors(page, errors)
      if (nowMs !== undefined) await page.clock.setFixedTime(nowMs)
      await view(page, theme, width)
      await page.goto(url)
      return page
    },
    faults() {
      const all = faults
      faults = []
      return all
    },
    close: () => browser.close(),
  }
}

/** Lets errors on the console pass: a browser logs each answer that is none of 200, for instance. */
export function expectErrors(page: Page, ...patterns: RegExp[]): void {
  expected.set(page, [...(expected.get(page) ?? []), ...patterns])
}

async function guard(context: BrowserContext, origin: string, fault: (text: string) => void): Promise<void> {
  await context.route(
    (url) => url.origin !== origin && url.protocol !== "data:",
    (route) => {
      fault(`A request left for ${route.request().url()}`)
      return route.abort()
    },
  )
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`The policy stopped ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    )
  })
  context.on("page", (page) => {
    page.on("console", (message) => {
      if (message.type() !== "error") return
      const text = `${message.text()} (${message.location().url})`
      if (!expected.get(page)?.some((pattern) => pattern.test(text))) fault(`On the console: ${text}`)
    })
    page.on("pageerror", (error) => fault(`Nobody caught ${error.stack ?? error.message}`))
    page.on("dialog", (dialog) => {
      fault(`A dialog says ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on("popup", (popup) => fault(`A window opened at ${popup.url()}`))
    page.on("crash", () => fault("The page crashed"))
  })
}

/** How a page is looked at. Nothing moves, so that a picture of it is the same each time. */
export async function view(page: Page, theme: Theme, width: Width): Promise<void> {
  await page.setViewportSize({ width, height: heights[width] })
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" })
  // The pages follow once they are told, which is a moment later.
  await until(async () => {
    const shown = await page.evaluate(() => document.documentElement.dataset["theme"])
    if (shown !== undefined && shown !== theme) throw new Error(`The page is ${shown}, not ${theme}`)
  })
}

/** The height in px up to which a picture goes that shows more than the window does. */
const tallest = 3_000

/** Writes what can be seen, or the page to its end, as `<name>-<width>-<theme>.png`. */
export async function shoot(page: Page, name: string, { toTheEnd = false } = {}): Promise<void> {
  const folder = process.env["SAYSO_TEST_SCREENSHOTS"] ?? join(import.meta.dirname, "screenshots")
  mkdirSync(folder, { recursive: true })
  const { theme, width, height } = await page.evaluate(async () => {
    await document.fonts.ready
    const theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"
    return { theme, width: innerWidth, height: document.documentElement.scrollHeight }
  })
  await page.screenshot({
    path: join(folder, `${name}-${width}-${theme}.png`),
    animations: "disabled",
    caret: "hide",
    ...(toTheEnd && { fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, tallest) } }),
  })
}

/**
 * What axe finds serious or critical: the rule, what it asks for, and where it is broken. Of the rows of a long list the
 * first eight stand for all.
 */
export async function checkAxe(page: Page, rules?: string[]): Promise<string[]> {
  // By the debugger's protocol, since the pages' policy lets no script in.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source)
  const { violations } = await page.evaluate((only) => {
    const { axe: inside } = globalThis as unknown as { axe: typeof axe }
    const what = { exclude: [["ol > li:nth-child(n + 9)"]] }
    return inside.run(what, {
      resultTypes: ["violations"],
      preload: false,
      ...(only && { runOnly: only }),
    })
  }, rules)
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.slice(0, 3).map((node) => {
        const why = (node.failureSummary ?? "").replaceAll(/\s+/g, " ")
        return `${id} (${nodes.length}): ${help}. ${node.target.join(" ")} ${node.html.slice(0, 160)} ${why}`
      }),
    )
}

/** Whether the page can be moved sideways, and what sticks out. */
export function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide = document.scrollingElement?.scrollWidth ?? 0
    if (wide <= innerWidth) return []
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
      .map((element) => `${wide} px wide: ${element.outerHTML.slice(0, 160)}`)
      .slice(-3)
  })
}
