/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// What users, models and tracers send is shown as what it is: text. It runs nothing, fetches nothing, turns nothing around,
// and breaks no page, however long, deep or wrong it is.
import type { Locator, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { chromiumPath, openBrowser, sticksOut, type Browser } from "./browser.ts"
import { startSayso, until, type Json, type Sayso } from "./harness.ts"

const floods = {
  zalgo: `Z${"\u0301\u0332\u0489".repeat(200)}algo`,
  invisible: `in${"\u200b\u200c\u200d\u2060\ufeff".repeat(200)}visible`,
}

/** Texts that were made to be more than text, by what they try. */
const hostile: Readonly<Record<string, string>> = {
  image: `<img src=x onerror=alert(1)> & <b onmouseover="alert(2)">bold</b>`,
  script: `<script>alert(3)</script></script><script src=//evil.example/s.js></script>`,
  closing: `</textarea></title></style></script><svg/onload=alert(4)>`,
  markdown: [
    "[click](javascript:alert(5)) ![pixel](https://evil.example/pixel.png) ![x](//evil.example/x.png)",
    "",
    "<https://evil.example/auto> [data](data:text/html,<script>alert(6)</script>) [vb](vbscript:alert(7))",
    "",
    '<iframe src="https://evil.example"></iframe><style>*{display:none}</style>',
  ].join("\n"),
  template: "{{constructor.constructor('alert(8)')()}} #{alert(9)} %s %o %n",
  bidi: "pay \u202ecod.exe\u202c to \u2066me\u2069 \u200f! \u061c",
  ...floods,
  null: "before\u0000after\u0007\u001b[31mred\u007f",
  surrogate: "half \ud83d of it \udc00",
  arabic: "لم يصل طلبي بعد، والجواب كان خاطئاً (رقم 48213)!",
  emoji: "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 ✅ 𝕳𝖊𝖑𝖑𝖔",
  spaces: "  two  spaces\tand\ttabs \n\n and lines\r\nof two kinds  ",
  prototype: "__proto__",
  constructor: "constructor",
  path: "../../etc/passwd?x=1&y=2#frag/%2F%00/..;/",
  quotes: `it's "quoted" \`and\` \\back\\slash`,
}

/** A label is a key in searches, and has no dots. */
const labelOf = (text: string): string => `label ${carried(text)}`.replaceAll(".", "·")

/** What a text becomes on the wire: half a surrogate pair is no text that UTF-8 could carry. */
const carried = (text: string): string => text.toWellFormed()

const marks: Record<string, string> = {
  "\u202e": "RLO",
  "\u202c": "PDF",
  "\u2066": "LRI",
  "\u2069": "PDI",
}
/** What a text of a user is to be read as: marks that turn it are shown by their names. */
const shown = (text: string): string =>
  carried(text).replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, (mark) => marks[mark] ?? mark)

const longText = `long ${"x".repeat(100_000)} end`
const manyLines = Array.from({ length: 10_000 }, (_, line) => `line ${line}`).join("\n")

/** JSON as deep as that. */
const deep = (levels: number): Json =>
  Array.from({ length: levels }).reduce<Json>((inside, _, at) => ({ [`level ${at}`]: inside }), { end: true })

/** JSON whose keys are names that JavaScript has for itself. */
const ownNames: Json = JSON.parse(
  '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"toString":"text","hasOwnProperty":1,"":"empty","<b>":"<img src=x onerror=alert(10)>"}',
)

let nextId = 1_000
const freshId = (): string => String(nextId++)

describe.skipIf(chromiumPath === undefined)("what is sent is shown as what it is", () => {
  let browser: Browser
  let sayso: Sayso
  let page: Page
  beforeAll(async () => {
    ;[browser, sayso] = await Promise.all([openBrowser(), startSayso()])
    page = await open()
  })
  afterAll(async () => {
    await browser.close()
    await sayso.stop()
  })
  afterEach(() => expect(browser.faults()).toEqual([]))

  async function open(): Promise<Page> {
    const opened = await browser.open(`${sayso.url}/readyz`, { stays: true })
    opened.setDefaultTimeout(15_000)
    return opened
  }

  const go = async (path: string): Promise<void> => void (await page.goto(sayso.url + path))

  async function sendSpans(attributes: object, spans: readonly object[]): Promise<void> {
    const answer = await sayso.post("/api/intake/llm-obs/v1/trace/spans", {
      data: { type: "span", attributes: { ml_app: "hostile", ...attributes, spans } },
    })
    expect(answer.status, answer.text).toBe(202)
  }

  async function say(metrics: readonly object[]): Promise<string[]> {
    const all = metrics.map((metric) => ({
      event_kind: "feedback",
      label: "comment",
      submitter: { id: "user-1", type: "user" },
      timestamp_ms: Date.now(),
      ...metric,
    }))
    const answer = await sayso.post("/api/intake/llm-obs/v2/eval-metric", {
      data: { type: "evaluation_metric", attributes: { metrics: all } },
    })
    expect(answer.status, answer.text).toBe(202)
    const ids: string[] = answer.json.data.attributes.metrics.map(({ id }: Json) => id)
    await until(async () => {
      for (const id of ids.slice(0, 1)) expect((await sayso.get(`/api/v1/feedback/${id}`)).status).toBe(200)
    })
    return ids
  }

  const spanOf = (trace_id: string, more: object = {}): Json => ({
    trace_id,
    span_id: freshId(),
    parent_id: "undefined",
    name: "root",
    start_ns: Date.now() * 1e6,
    duration: 1e9,
    meta: { kind: "workflow" },
    ...more,
  })

  const arrived = (traceId: string, count: number): Promise<void> =>
    until(async () =>
      expect((await sayso.get(`/api/v1/traces/${traceId}/outline`)).json.data.spans).toHaveLength(count),
    )

  /** Nothing to move sideways, on a desk and on a phone. Begins with the one that it is at, and leaves it at the other. */
  async function fits(): Promise<void> {
    const [here, there] = page.viewportSize()?.width === 390 ? [390, 1440] : [1440, 390]
    expect(await sticksOut(page), `${page.url()} at ${here} px`).toEqual([])
    await page.setViewportSize({ width: there, height: 900 })
    expect(await sticksOut(page), `${page.url()} at ${there} px`).toEqual([])
  }

  const texts = (within: Locator): Promise<string[]> => within.locator(".said").allTextContents()
  const rows = (): Locator => page.locator("li:has(> article)")
  const tree = (): Locator => page.getByRole("tree", { name: "Spans" })
  const panel = (): Locator => page.getByRole("tabpanel")
  const title = (): Locator => page.getByRole("heading", { level: 1 }).locator("bdi")
  /** Unfolds all JSON there is. */
  async function unfold(): Promise<void> {
    const folded = page.getByRole("button", { name: "Unfold", exact: true })
    await folded.evaluateAll((buttons) => buttons.forEach((button) => (button as HTMLElement).click()))
    await until(async () => expect(await folded.count()).toBe(0))
  }
  const tab = async (name: string): Promise<void> => {
    await page.getByRole("tab", { name }).click()
    await page.getByRole("tab", { name, selected: true }).waitFor()
  }

  describe("hostile text", { timeout: 60_000 }, () => {
    const all = Object.entries(hostile).map(([name, text]) => ({
      name,
      text,
      traceId: freshId(),
      spanId: freshId(),
      sessionId: `session ${text}`,
      key: `key ${text}`,
    }))
    beforeAll(async () => {
      for (const { text, traceId, spanId, sessionId, key } of all) {
        const span = spanOf(traceId, {
          span_id: spanId,
          name: text,
          meta: {
            kind: "llm",
            model_name: text,
            model_provider: text,
            input: {
              messages: [
                { role: "user", content: text },
                { role: text, content: text },
              ],
            },
            output: {
              messages: [
                {
                  role: "assistant",
                  content: text,
                  tool_calls: [{ name: text, arguments: { [text]: text }, tool_id: text }],
                },
                { role: "tool", content: text, name: text },
              ],
              documents: [{ name: text, text, id: text, score: 0.5 }],
            },
            metadata: { [text]: text, inside: { [text]: [text] } },
            error: { type: text, message: text, stack: text },
          },
          status: "error",
          tags: [`tag:${text}`, text],
        })
        await sendSpans({ ml_app: `app ${text}`, session_id: sessionId, feedback_join_key: key }, [span])
      }
      // In the list as in the table; told apart by what the list can be narrowed to.
      const begun = Date.now()
      await say(
        all.flatMap(({ text, traceId, spanId, sessionId, key }, at) => {
          const common = {
            ml_app: `app ${text}`,
            submitter: { id: `who ${text}`, type: text },
            tags: [`tag:${text}`],
            metadata: { [text]: text },
            timestamp_ms: begun - at,
          }
          const why = { reasoning: `why ${text}` }
          const words = { label: "words", metric_type: "text", text_value: text }
          const chosen = { metric_type: "categorical", categorical_value: text }
          const json = { metric_type: "json", json_value: { [text]: { [text]: text } } }
          return [
            { ...common, ...why, ...chosen, span_id: spanId, label: labelOf(text), assessment: "fail" },
            { ...common, ...why, ...json, trace_id: traceId, label: "json" },
            { ...common, ...words, session_id: sessionId, assessment: "pass" },
            { ...common, ...words, feedback_join_key: key },
            {
              ...common,
              ...why,
              ...chosen,
              event_kind: "evaluation",
              submitter: undefined,
              label: `judge ${labelOf(text)}`,
              join_on: { span: { span_id: spanId, trace_id: traceId } },
            },
          ]
        }),
      )
      for (const { traceId } of all) await arrived(traceId, 1)
    })

    test("in the list", async () => {
      await go("/?assessment=fail")
      await until(async () => expect(await rows().count()).toBe(all.length))
      expect(await texts(page.locator("main"))).toEqual(all.map(({ text }) => `why ${shown(text)}`))
      const whole = await rows().allTextContents()
      for (const [at, { text }] of all.entries()) {
        for (const part of [labelOf(text), `who ${carried(text)}`, `app ${carried(text)}`])
          expect(whole[at]).toContain(part)
      }
      await fits()
      for (const at of all.keys()) {
        await rows().nth(at).getByRole("button", { name: "Details" }).click()
        await rows().nth(at).getByText("event id").waitFor()
        await fits()
      }
    })

    test("as words and as JSON in the list", async () => {
      await go("/?assessment=pass")
      await until(async () => expect(await rows().count()).toBe(all.length))
      expect(await texts(page.locator("main"))).toEqual(all.map(({ text }) => shown(text)))
      await fits()
      await go("/?label=json")
      await until(async () => expect(await rows().count()).toBe(all.length))
      await unfold()
      const whole = await rows().allTextContents()
      for (const [at, { text }] of all.entries()) expect(whole[at]).toContain(`why ${shown(text)}`)
      await fits()
    })

    test.each(all)(
      "in the trace, its session and its entity: $name",
      async ({ text, traceId, sessionId, key }) => {
        await go(`/traces/${traceId}`)
        await tree().waitFor()
        expect(await title().textContent()).toBe(carried(text))
        const line = page.getByRole("treeitem").first()
        expect(await line.locator("bdi").first().textContent()).toBe(carried(text))
        await page.getByRole("heading", { name: "Output" }).waitFor()
        expect(await texts(panel())).toContain(shown(text))
        await fits()
        await tab("Feedback")
        await page.getByRole("heading", { name: "On this span" }).waitFor()
        expect((await texts(panel())).filter((said) => said === shown(text))).toHaveLength(2)
        await fits()
        await tab("Evaluations")
        expect(await texts(panel())).toEqual([`why ${shown(text)}`])
        await fits()
        await tab("Details")
        await page.getByRole("heading", { name: "Metadata" }).waitFor()
        await unfold()
        expect(await panel().textContent()).toContain(carried(text))
        await fits()

        const links = panel().locator('a[href^="/sessions/"], a[href^="/entities/"]')
        const [session = "", entity = ""] = await links.evaluateAll((all) =>
          all.map((link) => link.getAttribute("href") ?? ""),
        )
        const opened = async (id: string): Promise<void> => {
          const named = title().filter({ hasText: /^(session|key) / })
          await named.waitFor()
          expect(await named.textContent()).toBe(carried(id))
          await page.locator(`main a[href^="/traces/${traceId}"]`).first().waitFor()
          await fits()
        }
        await links.first().evaluate((link) => (link as HTMLElement).click())
        await opened(sessionId)
        await go(session)
        await opened(sessionId)
        await go(entity)
        await opened(key)
      },
    )
  })

  // Not "." and "..": browsers take those out of an address before anybody sees it.
  test("names that a path can hardly hold", { timeout: 60_000 }, async () => {
    const names = ["/", "a/../b", "%2e%2e", "%", "?#", " ", "\\", "index.html"]
    for (const name of names)
      await sendSpans({ session_id: name, feedback_join_key: "names" }, [spanOf(freshId())])
    await until(async () =>
      expect((await sayso.get("/api/v1/entities/names")).json.data.session_ids).toHaveLength(names.length),
    )
    const links = page.getByRole("region", { name: "Sessions" }).getByRole("link")
    const opened: string[] = []
    const again: string[] = []
    for (const name of names) {
      await go("/entities/names")
      await until(async () => expect(await links.count()).toBe(names.length))
      const at = (await links.locator("bdi").allTextContents()).indexOf(name)
      await links.nth(at).click()
      await page.getByText("1 turn").waitFor()
      opened.push((await title().textContent()) ?? "")
      await page.reload()
      await page.getByText("1 turn").waitFor()
      again.push((await title().textContent()) ?? "")
    }
    expect(opened).toEqual(names)
    expect(again).toEqual(names)
  })

  test.each([
    ["quotes", ">".repeat(4_000)],
    ["lists", "- ".repeat(5_000)],
    ["emphasis", "*_".repeat(5_000)],
    ["brackets", "[".repeat(5_000) + "]".repeat(5_000)],
    ["objects", '{"a":'.repeat(3_000) + "1" + "}".repeat(3_000)],
  ])("a text of nothing but %s takes no page down", async (name, text) => {
    const traceId = freshId()
    const sessionId = `nested ${name}`
    const root = spanOf(traceId, {
      session_id: sessionId,
      meta: { kind: "workflow", input: { value: text }, output: { value: text } },
    })
    await sendSpans({}, [root])
    await arrived(traceId, 1)
    await go(`/traces/${traceId}`)
    await page.getByRole("heading", { name: "Output" }).waitFor()
    expect(await panel().getByRole("paragraph").or(panel().getByRole("group")).count()).toBeGreaterThan(0)
    await go(`/sessions/${encodeURIComponent(sessionId)}`)
    await page.getByRole("article").first().waitFor()
    await fits()
  })

  test.each([60, 990])("JSON of %i levels, and names that JavaScript has for itself", async (levels) => {
    const traceId = freshId()
    const span = spanOf(traceId, {
      meta: {
        kind: "tool",
        input: { value: deep(levels) },
        output: { value: JSON.stringify(deep(levels)) },
        metadata: { ...ownNames, deep: deep(levels - 2) },
      },
    })
    await sendSpans({}, [span])
    await say([
      {
        span_id: span.span_id,
        label: `deep ${levels}`,
        metric_type: "json",
        json_value: { ...ownNames, deep: deep(levels - 2) },
      },
    ])
    await arrived(traceId, 1)
    await go(`/?label=deep+${levels}`)
    await page.getByRole("button", { name: "Unfold", exact: true }).first().click()
    await page
      .getByText(`level ${levels - 10}:`)
      .first()
      .waitFor({ state: "attached" })
    expect(await rows().first().textContent()).toContain("<img src=x onerror=alert(10)>")
    await fits()
    for (const name of ["overview", "details"]) {
      await go(`/traces/${traceId}?tab=${name}`)
      await page.getByRole("button", { name: "Unfold", exact: true }).first().waitFor()
      await unfold()
      await page
        .getByText(`level ${levels - 10}:`)
        .first()
        .waitFor({ state: "attached" })
      await fits()
    }
    expect(await page.evaluate(() => "polluted" in {})).toBe(false)
  })

  describe("traces that are wrong", () => {
    const at = (ms: number): number => (Date.now() + ms) * 1e6
    const shapes: Record<string, (trace: string) => object[]> = {
      "a circle": (trace) => [
        spanOf(trace, { span_id: `${trace}1`, parent_id: `${trace}3`, name: "one" }),
        spanOf(trace, { span_id: `${trace}2`, parent_id: `${trace}1`, name: "two" }),
        spanOf(trace, { span_id: `${trace}3`, parent_id: `${trace}2`, name: "three" }),
      ],
      "its own parent": (trace) => [
        spanOf(trace, { span_id: `${trace}1`, name: "root" }),
        spanOf(trace, { span_id: `${trace}2`, parent_id: `${trace}2`, name: "self" }),
      ],
      "a parent that never came, and no root": (trace) => [
        spanOf(trace, { parent_id: "404", name: "orphan" }),
        spanOf(trace, { parent_id: "405", name: "another" }),
      ],
      "no length, at one moment": (trace) =>
        ["root", "second"].map((name) =>
          spanOf(trace, { name, duration: 0, start_ns: 1_700_000_000_000_000_000 }),
        ),
      "a start far before and far after": (trace) => [
        spanOf(trace, { name: "root", start_ns: 1, duration: 1 }),
        spanOf(trace, { name: "later", start_ns: at(1e12) }),
        spanOf(trace, { name: "negative", start_ns: -5e18, duration: 9e15 }),
      ],
      "no names": (trace) => [spanOf(trace, { name: "" }), spanOf(trace, { name: "  ", meta: {} })],
      "a chain of 300": (trace) =>
        Array.from({ length: 300 }, (_, n) =>
          spanOf(trace, {
            span_id: `${trace}${n + 1_000}`,
            parent_id: n === 0 ? "undefined" : `${trace}${n + 999}`,
            name: `level ${n}`,
          }),
        ),
    }
    test.each(Object.entries(shapes))("%s", async (name, shape) => {
      const traceId = freshId()
      const spans = shape(traceId)
      await sendSpans({ session_id: `wrong ${name}` }, spans)
      await arrived(traceId, spans.length)
      await go(`/traces/${traceId}`)
      await tree().waitFor()
      await page.getByText(`${spans.length} spans`).first().waitFor()
      if (spans.length < 20) expect(await page.getByRole("treeitem").count()).toBe(spans.length)
      await tree().focus()
      for (const key of ["End", "ArrowLeft", "ArrowLeft", "Home", "ArrowRight", "ArrowDown"])
        await page.keyboard.press(key)
      expect(await page.locator("[role=treeitem][aria-selected=true]").count()).toBe(1)
      // Every bar is on the timeline.
      const outside = await page.evaluate(() =>
        [...document.querySelectorAll("[role=treeitem]")].flatMap((line) => {
          const bar = line.querySelector<HTMLElement>("span[style*=width]")
          const lane = bar?.parentElement?.getBoundingClientRect()
          const box = bar?.getBoundingClientRect()
          if (!lane || !box) return [line.textContent]
          return box.left < lane.left - 1 || box.right > lane.right + 3
            ? [`${line.textContent} ${box.left}–${box.right}`]
            : []
        }),
      )
      expect(outside).toEqual([])
      await fits()
      await go(`/sessions/${encodeURIComponent(`wrong ${name}`)}`)
      await page.getByRole("article").first().waitFor()
      await fits()
    })

    test("ids that come twice", async () => {
      const traceId = freshId()
      const [first, second] = [spanOf(traceId, { name: "first" }), spanOf(traceId, { name: "second" })]
      await sendSpans({}, [first, { ...second, span_id: first.span_id }])
      await arrived(traceId, 1)
      await go(`/traces/${traceId}`)
      await tree().waitFor()
      expect(await page.getByRole("treeitem").count()).toBe(1)
    })

    test("feedback for a trace without spans", async () => {
      await say([{ trace_id: "987654", metric_type: "text", text_value: "Where is it?", label: "alone" }])
      await go("/traces/987654")
      await page.getByText("No span of this trace has arrived yet.").waitFor()
      expect(await texts(page.locator("main"))).toEqual(["Where is it?"])
      await fits()
    })

    test("20,000 spans", { timeout: 60_000 }, async () => {
      const traceId = freshId()
      const spans = Array.from({ length: 20_000 }, (_, n) =>
        spanOf(traceId, {
          span_id: String(5_000_000 + n),
          parent_id: n === 0 ? "undefined" : String(5_000_000 + Math.floor((n - 1) / 8)),
          name: `span ${n}`,
          start_ns: at(n),
        }),
      )
      for (let from = 0; from < spans.length; from += 5_000)
        await sendSpans({}, spans.slice(from, from + 5_000))
      await arrived(traceId, spans.length)
      const begun = performance.now()
      await go(`/traces/${traceId}`)
      const spanTree = tree()
      await page.getByRole("treeitem").first().waitFor()
      const shownMs = performance.now() - begun
      expect(await page.getByRole("treeitem").count()).toBeLessThan(80)

      const frames = await spanTree.evaluate(async (box) => {
        const times: number[] = []
        let last = performance.now()
        for (let frame = 0; frame < 120; frame++) {
          box.scrollTop += 400
          await new Promise(requestAnimationFrame)
          times.push(performance.now() - last)
          last = performance.now()
        }
        return times.sort((a, b) => a - b)
      })
      expect(await page.getByRole("treeitem").count()).toBeGreaterThan(5)
      process.stderr.write(
        `20,000 spans: shown after ${Math.round(shownMs)} ms, a frame while scrolling takes ${frames[60]?.toFixed(0)} ms (median), ${frames[114]?.toFixed(0)} ms (95th)\n`,
      )
      await spanTree.focus()
      await page.keyboard.press("End")
      await page.getByRole("treeitem", { selected: true }).waitFor()
      await page.keyboard.press("Home")
      await until(async () =>
        expect(await page.getByRole("treeitem", { selected: true }).textContent()).toContain("span 0"),
      )
      await page.getByRole("button", { name: "Fold all" }).click()
      expect(await page.getByRole("treeitem").count()).toBe(1)
      await fits()
    })
  })

  describe("very long", () => {
    const texts: Record<string, string> = { "100,000 characters": longText, "10,000 lines": manyLines }
    const traceId = freshId()
    const span = spanOf(traceId, {
      name: longText,
      meta: {
        kind: "llm",
        input: { messages: Object.values(texts).map((content) => ({ role: "user", content })) },
        output: { messages: Object.values(texts).map((content) => ({ role: "assistant", content })) },
        metadata: texts,
        error: { type: longText, message: manyLines, stack: longText },
      },
      tags: [longText],
    })
    beforeAll(async () => {
      await sendSpans({ session_id: "long", feedback_join_key: `key-${"k".repeat(5_000)}` }, [span])
      await say([
        ...Object.values(texts).map((text_value) => ({
          session_id: "long",
          metric_type: "text",
          label: "long",
          text_value,
        })),
        {
          span_id: span.span_id,
          label: `long ${longText}`,
          metric_type: "categorical",
          categorical_value: longText,
          reasoning: longText,
          submitter: { id: longText, type: longText },
          ml_app: longText,
          tags: [longText],
          metadata: { [longText]: longText },
        },
      ])
      await arrived(traceId, 1)
    })
    // A page of its own for each, since one that stands still takes the next with it.
    beforeEach(async () => {
      page = await open()
    })

    test.each(Object.entries(texts))("%s in the list", async (name, text) => {
      await go("/?label=long")
      const row = rows().filter({ hasText: text.slice(0, 12) })
      await row.waitFor()
      const part = (await row.locator(".said").textContent()) ?? ""
      expect(part.endsWith("…")).toBe(true)
      expect(text.startsWith(part.slice(0, -1))).toBe(true)
      expect(part.length).toBeLessThan(2_100)
      await fits()
      await row.getByRole("button", { name: "Show all" }).click()
      expect(await row.locator(".said").textContent()).toBe(text)
      await fits()
      await row.getByRole("button", { name: "Show less" }).click()
      expect((await row.locator(".said").textContent())?.length).toBeLessThan(2_100)
    })

    test("names and answers in the list and in the trace", async () => {
      await go("/")
      await rows().filter({ hasText: "long xxxxx" }).first().waitFor()
      await fits()
      for (const name of ["overview", "evaluations", "feedback", "details"]) {
        await go(`/traces/${traceId}?tab=${name}`)
        await panel().waitFor()
        await until(async () => expect(await panel().getByText("Loading").count()).toBe(0))
        await fits()
        // A page that a name has filled leaves no room for what one came for.
        expect([name, (await tree().boundingBox())?.height]).toEqual([
          name,
          expect.toSatisfy((px: number) => px >= 30),
        ])
      }
      await go(`/sessions/long`)
      await page.getByRole("article").first().waitFor()
      await fits()
    })
  })
})
