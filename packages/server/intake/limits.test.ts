import { expect, test } from "vitest"
import type { EvalMetric } from "@sayso/protocol/event.ts"
import { createOverLimits, type Limits } from "./limits.ts"

const limits: Limits = { bodyBytes: 1_000, events: 10, depth: 4, fieldChars: 20, tags: 3, tagChars: 8 }
/** Limits of which none is below the server's own. */
const wide: Limits = {
  bodyBytes: 1_000,
  events: 10,
  depth: 1_000,
  fieldChars: 1_000,
  tags: 1_000,
  tagChars: 1_000,
}
const metric = (more: object): EvalMetric => ({
  event_kind: "feedback",
  eval_scope: "session",
  session_id: "s",
  submitter: { id: "u" },
  label: "l",
  metric_type: "text",
  text_value: "t",
  timestamp_ms: 1,
  ...more,
})
const nested = (levels: number): object => {
  let value: object = {}
  for (let level = 1; level < levels; level += 1) value = { a: value }
  return value
}

function check(name: string, more: object, ...expected: [code: string, pointer: string, detail: string][]) {
  test(name, () => {
    const over = createOverLimits(1_000, limits)
    expect(over(metric(more), "/at").map(({ code, pointer, detail }) => [code, pointer, detail])).toEqual(
      expected,
    )
  })
}

const long = (field: string): [string, string, string] => [
  "too_long",
  `/at/${field}`,
  `${field} has more than 20 characters (SAYSO_MAX_FIELD_CHARS).`,
]
const deep = (field: string): [string, string, string] => [
  "too_deep",
  `/at/${field}`,
  `${field} nests deeper than 4 levels (SAYSO_MAX_DEPTH).`,
]
const longTag = "A tag has at most 8 characters (SAYSO_MAX_TAG_CHARS)."

check("nothing is over", {})
check("a text of just the limit", { text_value: "x".repeat(20) })
check("one more", { text_value: "x".repeat(21) }, long("text_value"))
check("characters are UTF-16 units, as JavaScript counts", { text_value: "😀".repeat(10) })
check("an id", { session_id: "x".repeat(21) }, long("session_id"))
check("a name within", { submitter: { id: "x".repeat(21) } }, long("submitter"))
check("all texts of a value together, keys and values", { metadata: { "0123456789": "0123456789" } })
check("and one more", { metadata: { "0123456789": "0123456789x" } }, long("metadata"))
check("a list of texts", { json_value: { a: Array.from({ length: 20 }, () => "x") } }, long("json_value"))
check("numbers have no characters", { json_value: { a: Array.from({ length: 100 }, () => 1_000_000) } })
check("as deep as may be", { metadata: nested(4) })
check("one deeper", { metadata: nested(5) }, deep("metadata"))
check("as many tags as may be", { tags: ["a:1", "b:2", "12345678"] })
check("one more tag", { tags: ["a", "b", "c", "d"] }, [
  "too_many_tags",
  "/at/tags",
  "An event has at most 3 tags (SAYSO_MAX_TAGS), and this one has 4.",
])
check("a tag that is too long", { tags: ["a", "123456789"] }, ["too_long", "/at/tags", longTag])
check("many tags are not a long field", { tags: ["12345678", "12345678", "12345678"] })
check(
  "all that is wrong is said",
  { tags: ["123456789"], text_value: "x".repeat(21), metadata: nested(5) },
  ["too_long", "/at/tags", longTag],
  long("text_value"),
  deep("metadata"),
)

test.each([
  ["a small body can hold nothing that is over", 20, wide, { text_value: "x".repeat(2_000) }, 0],
  ["a larger one can", 1_001, wide, { text_value: "x".repeat(1_001) }, 1],
  [
    "depth is looked at in any body, where it is below the server's own",
    3,
    limits,
    { metadata: nested(5) },
    1,
  ],
  ["tags are looked at from as many bytes on", 4, limits, { tags: ["a", "b", "c", "d"] }, 1],
] as const)("%s", (_name, bytes, of, more, count) => {
  expect(createOverLimits(bytes, of)(metric(more), "")).toHaveLength(count)
})
