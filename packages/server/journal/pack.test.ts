import { Fault } from "@sayso/protocol/errors.ts"
import { expect, test } from "vitest"
import { batchOf, chunkBatch, packChunks } from "./pack.ts"
import { newSegment } from "./segment.ts"

const limits = { rows: 3, bytes: 10, lineBytes: 20 }

/** Lines and the segments they go to, as text; the open segment has so many rows and bytes already. */
function check(
  title: string,
  lines: string[],
  open: [rows: number, bytes: number] | undefined,
  expected: string[],
) {
  test(title, () => {
    const segment = open && { ...newSegment("", "open", 0), rows: open[0], bytes: open[1] }
    let made = 0
    const create = () => newSegment("", `new${(made += 1)}`, 0)
    const additions = packChunks(chunkBatch(batchOf("a", lines), limits), segment, create, limits)
    const found = additions.map(({ segment, chunks, rows, bytes }) => {
      const text = Buffer.concat(chunks.map((chunk) => chunk.bytes))
      expect(text.length).toBe(bytes)
      expect(text.toString().split("\n").length - 1).toBe(rows)
      return `${segment.name}: ${text.toString().trimEnd().replaceAll("\n", " ")}`
    })
    expect(found).toEqual(expected)
  })
}

check("nothing open", ["a", "b"], undefined, ["new1: a b"])
check("joins the open one", ["a"], [1, 2], ["open: a"])
check("fills the rows to the last", ["a", "b"], [1, 2], ["open: a b"])
check("stays together rather than fill the rows", ["a", "b"], [2, 4], ["new1: a b"])
check("fills the bytes to the last", ["a", "b"], [1, 6], ["open: a b"])
check("stays together rather than fill the bytes", ["aa", "b"], [1, 6], ["new1: aa b"])
check("more rows than a segment has", ["a", "b", "c", "d", "e"], undefined, ["new1: a b c", "new2: d e"])
check("more bytes than a segment has", ["aaaa", "bbbb", "cccc"], undefined, ["new1: aaaa bbbb", "new2: cccc"])
check("counts bytes, not characters", ["ää", "öö", "üü"], undefined, ["new1: ää öö", "new2: üü"])
check("a large line is alone", ["a", "bbbbbbbbbbbbbbb", "c"], undefined, [
  "new1: a",
  "new2: bbbbbbbbbbbbbbb",
  "new3: c",
])
check("a large line is not added to the open one", ["bbbbbbbbbbbbbbb"], [1, 2], ["new1: bbbbbbbbbbbbbbb"])
check("the largest line there can be", ["bbbbbbbbbbbbbbbbbbb"], undefined, ["new1: bbbbbbbbbbbbbbbbbbb"])

test("a line no insert could take is refused as too large", () => {
  expect(() => chunkBatch(batchOf("a", ["a", "b".repeat(20)]), limits)).toThrow(Fault)
  expect(() => chunkBatch(batchOf("a", ["a", "b".repeat(20)]), limits)).toThrow(
    "21 bytes as stored; the limit is 20",
  )
})

for (const line of ["", "{}\n{}", "{}\n"]) {
  test(`${JSON.stringify(line)} is not a line`, () => {
    expect(() => batchOf("a", ["{}", line])).toThrow("empty or has a newline")
  })
}
