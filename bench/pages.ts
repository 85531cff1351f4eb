import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { chromium, type Browser, type Page } from "playwright-core"
import { findChromium } from "../test/chromium.ts"
import { machine, median, startSayso, stop, type Target } from "./targets.ts"

const spansOfBigTrace = 20_000
const bigTrace = "00000000000000000000000000b16b16"

/** The demo week in a real Chromium: how soon the first view is there, beside the bare answer; how a big trace scrolls. */
export async function pages(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: "string", default: "11" } } })
  const rounds = Number(values.rounds)
  const executablePath = await findChromium()
  if (executablePath === undefined) throw new Error("There is no Chromium to measure with.")
  console.log(`${machine()}\n${rounds} rounds, alternating; medians. Browser and server share the machine.\n`)
  const data = mkdtempSync(join(tmpdir(), "sayso-bench-"))
  const sayso = await startSayso(data)
  const browser = await chromium.launch({
    executablePath,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  })
  try {
    await fill(sayso)
    await firstViews(browser, sayso, rounds)
    await sendBigTrace(sayso)
    await bigTraces(browser, sayso, Math.min(rounds, 5))
  } finally {
    await browser.close()
    await stop(sayso)
    rmSync(data, { recursive: true, force: true })
  }
}

async function fill({ url }: Target): Promise<void> {
  const demo = spawn(
    process.execPath,
    [join(import.meta.dirname, "../examples/demo/main.ts"), "--url", url],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  )
  const [code] = (await once(demo, "exit")) as [number]
  if (code !== 0) throw new Error("The demo week could not be sent.")
}

/** Each in a browser that has nothing of it yet. The reference is the list's bare JSON in the same browser. */
async function firstViews(browser: Browser, { url }: Target, rounds: number): Promise<void> {
  const bare: number[] = []
  const first: number[] = []
  const again: number[] = []
  let bytes = 0
  for (let round = 0; round < rounds; round += 1) {
    await withPage(browser, async (page) => {
      bare.push(await timed(() => page.goto(`${url}/api/v1/feedback?about=true&limit=50`)))
    })
    await withPage(browser, async (page) => {
      const counting = await countBytes(page)
      first.push(await timed(() => openList(page, url)))
      bytes = counting()
      again.push(await timed(() => openList(page, url)))
    })
  }
  console.log("First view of the list, 50 rows of the demo week")
  console.log(`  bare JSON         ${ms(bare)}`)
  console.log(
    `  first visit       ${ms(first)}   ${(bytes / 1000).toFixed(0)} kB over the wire, the list's data and the font among them`,
  )
  console.log(`  next visit        ${ms(again)}\n`)
}

async function openList(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.locator("li article").first().waitFor()
}

async function bigTraces(browser: Browser, { url }: Target, rounds: number): Promise<void> {
  const bare: number[] = []
  const opened: number[] = []
  const frames: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await withPage(browser, async (page) => {
      bare.push(await timed(() => page.request.get(`${url}/api/v1/traces/${bigTrace}/outline`)))
      const tree = page.getByRole("tree")
      opened.push(
        await timed(async () => {
          await page.goto(`${url}/traces/${bigTrace}`)
          await tree.getByRole("treeitem").first().waitFor()
        }),
      )
      frames.push(...(await tree.evaluate(scrollThrough)))
    })
  }
  const sorted = frames.toSorted((a, b) => a - b)
  const late = frames.filter((frame) => frame > 1000 / 60 + 4).length / frames.length
  console.log(`A trace of ${spansOfBigTrace.toLocaleString("en")} spans`)
  console.log(`  bare outline      ${ms(bare)}`)
  console.log(`  opened            ${ms(opened)}`)
  console.log(
    `  a frame while it scrolls: median ${median(frames).toFixed(1)} ms, p95 ${(sorted[Math.floor(sorted.length * 0.95)] ?? 0).toFixed(1)} ms; ${(late * 100).toFixed(1)} % of ${frames.length} came late`,
  )
}

/** Scrolls for three seconds, 400 px a frame, and resolves with how long each frame took, in ms. Runs in the page. */
function scrollThrough(tree: Element): Promise<number[]> {
  return new Promise((done) => {
    const frames: number[] = []
    let last = performance.now()
    const end = last + 3_000
    const step = (now: number): void => {
      frames.push(now - last)
      last = now
      tree.scrollTop += 400
      if (now > end) done(frames.slice(1))
      else requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
}

async function sendBigTrace({ url }: Target): Promise<void> {
  const startNs = BigInt(Date.now() - 60_000) * 1_000_000n
  for (let from = 0; from < spansOfBigTrace; from += 1_000) {
    const spans = Array.from({ length: 1_000 }, (_, at) => {
      const n = from + at
      return {
        trace_id: bigTrace,
        span_id: String(n + 1),
        parent_id: n === 0 ? "undefined" : String(Math.floor((n - 1) / 8) + 1),
        name: n % 3 === 0 ? "plan" : "read_file",
        start_ns: String(startNs + BigInt(n) * 2_000_000n),
        duration: n === 0 ? 40_000_000_000 : 1_500_000,
        meta: {
          kind: n === 0 ? "agent" : n % 3 === 0 ? "llm" : "tool",
          input: { value: `Step ${n} of the work. `.repeat(20) },
          output: { value: "Done." },
        },
      }
    })
    const answer = await fetch(`${url}/api/intake/llm-obs/v1/trace/spans`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ data: { type: "span", attributes: { ml_app: "big", spans } } }),
    })
    if (!answer.ok) throw new Error(`The big trace was not taken: ${await answer.text()}`)
  }
  for (;;) {
    const { data } = (await (await fetch(`${url}/api/v1/traces/${bigTrace}/outline`)).json()) as {
      data?: { span_count: number }
    }
    if (data?.span_count === spansOfBigTrace) return
    await new Promise((again) => setTimeout(again, 200))
  }
}

async function withPage(browser: Browser, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    await work(await context.newPage())
  } finally {
    await context.close()
  }
}

/** Counts what comes over the wire, headers and compression as they are. */
async function countBytes(page: Page): Promise<() => number> {
  const session = await page.context().newCDPSession(page)
  let bytes = 0
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength))
  await session.send("Network.enable")
  return () => bytes
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function ms(values: readonly number[]): string {
  return `${median(values).toFixed(0).padStart(5)} ms (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`
}
