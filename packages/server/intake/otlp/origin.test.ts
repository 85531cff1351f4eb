import { expect, test } from "vitest"
import type { Attributes, Value } from "./model.ts"
import { createBound } from "./origin.ts"

/** What a resource says, and what of it every span repeats. */
function check(title: string, resource: Attributes, expected: Attributes) {
  test(title, () => {
    const bound = createBound()
    const scope = { name: "n".repeat(300), version: "v".repeat(300) }
    const origin = bound({ resource, scope })
    expect(origin).toStrictEqual({
      resource: expected,
      scope: { name: "n".repeat(256), version: "v".repeat(256) },
    })
    expect(bound({ resource, scope }).resource).toBe(origin.resource)
  })
}

const many = (count: number): Attributes =>
  Object.fromEntries(Array.from({ length: count }, (_, index): [string, Value] => [`key.${index}`, index]))

check("nothing", {}, {})
check(
  "what resources say",
  { "service.name": "api", "process.command_args": ["node", "app.ts"], none: null },
  {
    "service.name": "api",
    "process.command_args": ["node", "app.ts"],
    none: null,
  },
)
check("128 attributes", many(128), many(128))
check("more than 128", many(130), { ...many(128), "sayso.attributes_left_out": 2 })
check(
  "one that is long, and one after it",
  { a: "x".repeat(9_000), b: "y" },
  { b: "y", "sayso.attributes_left_out": 1 },
)
check(
  "several that are long together",
  { a: "x".repeat(5_000), b: "x".repeat(5_000), c: "x" },
  { a: "x".repeat(5_000), c: "x", "sayso.attributes_left_out": 1 },
)
