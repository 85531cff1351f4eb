import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { statementsOf } from "./migrate.ts"

const folder = join(import.meta.dirname, "migrations")

describe("the statements of a migration end in a semicolon at the end of a line", () => {
  const check = (title: string, text: string, statements: string[]): void =>
    test(title, () => expect(statementsOf(text)).toEqual(statements))

  check("none", "", [])
  check("only comments", "-- nothing\n  -- to do;\n", [])
  check("one", "SELECT 1;\n", ["SELECT 1"])
  check("one without an end", "SELECT 1", ["SELECT 1"])
  check("two, with blanks after the semicolon", "SELECT 1;  \n\nSELECT\n  2;\n", ["SELECT 1", "SELECT\n  2"])
  check("two that Windows wrote", "SELECT 1;\r\nSELECT 2;\r\n", ["SELECT 1", "SELECT 2"])
  check("a semicolon in a line", "SELECT ';' || 'a'; -- b\nFROM t;", ["SELECT ';' || 'a'; -- b\nFROM t"])
  check("a comment with a semicolon", "-- first;\nSELECT 1\n  -- and;\n;", ["SELECT 1"])
})

test("migrations are numbered from 1 without a gap", () => {
  const files = readdirSync(folder).sort()
  expect(files.map((file) => /^(\d{3})_\w+\.sql$/.exec(file)?.[1])).toEqual(
    files.map((_, at) => String(at + 1).padStart(3, "0")),
  )
})

test("every statement of a migration may run twice", () => {
  for (const file of readdirSync(folder)) {
    for (const statement of statementsOf(readFileSync(join(folder, file), "utf8"))) {
      expect(statement, file).toMatch(/^(CREATE \w+|ALTER TABLE \w+ ADD \w+) IF NOT EXISTS /)
    }
  }
})
