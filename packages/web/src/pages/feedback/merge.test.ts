import { expect, test } from "vitest"
import type { ListedFeedback } from "@sayso/protocol/api.ts"
import type { Page } from "../../api.ts"
import { freshOf, goneOf, letIn } from "./merge.ts"

/** Events as letters with their times: "c3 b2". A trailing … means that there is more. */
function pageOf(text: string): Page<ListedFeedback> {
  const data = text
    .replace("…", "")
    .split(" ")
    .filter((item) => item !== "")
    .map((item) => ({ id: item[0], time: Number(item.slice(1)), metric_type: "text" }) as ListedFeedback)
  return { data, meta: text.includes("…") ? { cursor: "more" } : {} }
}

function check(
  name: string,
  newest: string,
  pages: string[],
  fresh: string,
  merged: string[] | undefined,
): void {
  test(name, () => {
    const [top, shown] = [pageOf(newest), pages.map(pageOf)]
    expect(
      freshOf(top, shown)
        .map((event) => event.id)
        .join(""),
    ).toBe(fresh)
    expect(letIn(top, shown)?.map((page) => page.data.map((event) => event.id).join(""))).toEqual(merged)
  })
}

check("nothing new", "b2 a1", ["b2 a1"], "", ["ba"])
check("one more on top", "c3 b2 …", ["b2 a1"], "c", ["cba"])
check("the whole list at once", "b2 a1", [""], "ba", ["ba"])
check("what is gone from the top is gone", "c3 a1", ["b2 a1"], "c", ["ca"])
check("a word that took another's place", "d4 c3 a1 …", ["c3 b2 a1 …", "z0"], "d", ["dca", "z"])
check("one with an older time", "c3 b2 a1 …", ["c3 a1 …", "z0"], "b", ["cba", "z"])
check("more than was asked for: what lies between is missing", "f6 e5 …", ["b2 a1"], "fe", undefined)
check("the same time is ordered by id", "c1 b1 …", ["b1 a1"], "c", ["cba"])
check("over the edge of a page", "d4 c3 …", ["c3 b2 …", "a1"], "d", ["dcb", "a"])

check("equal times keep the server's order, whatever the ids", "x4 a3 b3 …", ["a3 b3 c3 …", "d3 z0"], "x", [
  "xabc",
  "dz",
])

test("a changed vote takes the place of one further down", () => {
  const vote = (id: string, time: number) =>
    ({
      id,
      time,
      metric_type: "categorical",
      label: "thumbs",
      span_id: "1",
      submitter: { id: "mara" },
    }) as ListedFeedback
  const comment = (id: string, time: number) => ({ ...vote(id, time), metric_type: "text" }) as ListedFeedback
  const newest = { data: [vote("new", 9), comment("c", 8)], meta: { cursor: "more" } }
  const pages = [{ data: [comment("c", 8), comment("b", 3), vote("old", 2)], meta: {} }]
  expect(letIn(newest, pages)?.flatMap((page) => page.data.map(({ id }) => id))).toEqual(["new", "c", "b"])
})

test.each([
  ["a3 b2 c1", "a3 c1", "b"],
  ["a3 b2 c1", "a3 …", ""],
  ["a3 b2 c1", "x4 b2 …", "a"],
  ["a3", "", "a"],
])("of %s, what %s has not counts no more: %s", (shown, newest, gone) => {
  expect([...goneOf(pageOf(newest), [pageOf(shown)])].join("")).toBe(gone)
})
