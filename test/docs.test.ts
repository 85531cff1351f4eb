import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { pages } from "../scripts/docs.ts"

const root = join(import.meta.dirname, "..")
const texts = globSync("{*.md,docs/**/*.md,examples/**/*.md,test/**/*.md}", {
  cwd: root,
  exclude: (path) => path.includes("node_modules"),
})

test.each(Object.entries(pages()))(
  "docs/%s says what the table in the code says (npm run docs makes it anew)",
  (file, text) => {
    expect(readFileSync(join(root, "docs", file), "utf8")).toBe(text)
  },
)

test.each(texts)("%s links only to what is there", (file) => {
  const links = readFileSync(join(root, file), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)
  for (const [, link] of links) expect(existsSync(join(root, dirname(file), link ?? "")), link).toBe(true)
})
