import { expect, test } from "vitest"
import type { BriefSpan } from "@sayso/protocol/api.ts"
import { growTree, pathTo, rowsOf, ticksOf } from "./tree.ts"

/** `id<parent@start+duration`, in ms. */
function spansOf(text: string): BriefSpan[] {
  return text.split(" ").map((item) => {
    const [, span_id = "", parent_id = "", start = "0", length = "1"] =
      /^(\w+)(?:<(\w+))?(?:@(\d+))?(?:\+(\d+))?$/.exec(item) ?? []
    return { span_id, parent_id, start_ns: `${start}000000`, duration_ns: Number(length) * 1e6 } as BriefSpan
  })
}

function check(name: string, spans: string, lines: string[], folded: string[] = []): void {
  test(name, () => {
    const rows = rowsOf(growTree(spansOf(spans)), new Set(folded))
    expect(
      rows.map(
        ({ depth, span, below }) => `${"  ".repeat(depth)}${span.span_id}${below > 0 ? ` ${below}` : ""}`,
      ),
    ).toEqual(lines)
  })
}

check("children by their start, the longer first", "a b<a@2 c<a@1 d<c e<a@1+9", [
  "a 4",
  "  e",
  "  c 1",
  "    d",
  "  b",
])
check("what a folded span holds is not there", "a b<a c<b", ["a 2", "  b 1"], ["b"])
check("a parent that never came makes a root", "b<missing@1 a@0", ["a", "b"])
check("a span that names itself is a root", "a<a b<a", ["a 1", "  b"])
check("a circle is cut, and each span drawn once", "a<c b<a c<b x@1", ["a 2", "  b 1", "    c", "x"])
check("of two with the same id each is drawn", "a b<a b<a", ["a 2", "  b", "  b"])
check("nothing", "", [""])

test("bars are shares of the whole time", () => {
  const rows = rowsOf(growTree(spansOf("a@10+100 b<a@60+50")), new Set())
  expect(rows.map(({ from, share }) => [from, share])).toEqual([
    [0, 1],
    [0.5, 0.5],
  ])
})

test("a chain as long as a trace", () => {
  const spans = spansOf(["s0", ...Array.from({ length: 19_999 }, (_, at) => `s${at + 1}<s${at}`)].join(" "))
  const rows = rowsOf(growTree(spans), new Set())
  expect([rows.length, rows.at(-1)?.depth, rows[0]?.below]).toEqual([20_000, 19_999, 19_999])
})

test("the way up ends, also in a circle", () => {
  expect(pathTo(spansOf("a b<a c<b"), "c")).toEqual(["b", "a"])
  expect(pathTo(spansOf("a<b b<a"), "a")).toEqual(["b", "a"])
  expect(pathTo(spansOf("a"), "unknown")).toEqual([])
})

test.each([
  [137e6, [50e6, 100e6]],
  [1e9, [200e6, 400e6, 600e6, 800e6]],
  [749e9, [300e9, 600e9]],
  [3 * 3600e9, [3600e9, 7200e9]],
  [500 * 3600e9, [100, 200, 300, 400].map((hours) => hours * 3600e9)],
  [0, []],
  [3, [1, 2]],
])("%i ns has ticks at %j", (duration, ticks) => expect(ticksOf(duration, 5)).toEqual(ticks))
