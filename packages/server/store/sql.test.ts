import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { and, join, or, raw, render, sql, typed, type Sql, type Statement, type Value } from "./sql.ts"

function check(fragment: Sql, text: string, params: Statement["params"]): void {
  test(text || "(nothing)", () => expect(render(fragment)).toEqual({ text, params }))
}

describe("a value becomes a parameter with the type that its JavaScript type says", () => {
  check(sql``, "", {})
  check(sql`SELECT 1`, "SELECT 1", {})
  check(sql`a = ${"x"}`, "a = {p0:String}", { p0: "x" })
  check(sql`a = ${3}`, "a = {p0:Int64}", { p0: 3 })
  check(sql`a = ${-0.5}`, "a = {p0:Float64}", { p0: -0.5 })
  check(sql`big < ${1e300}`, "big < {p0:Float64}", { p0: 1e300 })
  check(sql`a = ${18_446_744_073_709_551_615n}`, "a = {p0:UInt64}", { p0: 18_446_744_073_709_551_615n })
  check(sql`a = ${false}`, "a = {p0:Bool}", { p0: false })
  check(sql`a IN ${["x", "y"]}`, "a IN {p0:Array(String)}", { p0: ["x", "y"] })
  check(sql`a IN ${[1n, 2n]}`, "a IN {p0:Array(UInt64)}", { p0: [1n, 2n] })
  check(sql`none IN ${[]}`, "none IN {p0:Array(String)}", { p0: [] })
  check(sql`id = ${typed("7", "UUID")}`, "id = {p0:UUID}", { p0: "7" })
  check(sql`id IN ${typed([], "Array(UUID)")}`, "id IN {p0:Array(UUID)}", { p0: [] })
})

describe("fragments compose, and parameters are named in order", () => {
  const column = raw("label")
  const one = sql`${column} = ${"a"}`
  check(sql`${"x"} ${"y"}`, "{p0:String} {p1:String}", { p0: "x", p1: "y" })
  check(sql`WHERE ${one} AND b = ${2}`, "WHERE label = {p0:String} AND b = {p1:Int64}", { p0: "a", p1: 2 })
  check(sql`${one}, ${one}`, "label = {p0:String}, label = {p1:String}", { p0: "a", p1: "a" })
  check(sql`(${sql`(${sql`${1}`}) ${2}`}) ${3}`, "(({p0:Int64}) {p1:Int64}) {p2:Int64}", {
    p0: 1,
    p1: 2,
    p2: 3,
  })
})

describe("conditions", () => {
  const a = sql`a = ${1}`
  const b = sql`b = ${2}`
  check(and([]), "true", {})
  check(and([a]), "(a = {p0:Int64})", { p0: 1 })
  check(and([a, b]), "(a = {p0:Int64}) and (b = {p1:Int64})", { p0: 1, p1: 2 })
  check(or([]), "false", {})
  check(or([b, a]), "(b = {p0:Int64}) or (a = {p1:Int64})", { p0: 2, p1: 1 })
  check(and([or([]), or([a, b])]), "(false) and ((a = {p0:Int64}) or (b = {p1:Int64}))", { p0: 1, p1: 2 })
  check(join([], ", ", "nothing"), "nothing", {})
  check(join([a, b, a], ", ", "nothing"), "a = {p0:Int64}, b = {p1:Int64}, a = {p2:Int64}", {
    p0: 1,
    p1: 2,
    p2: 1,
  })
})

test("no value ever enters the text", () => {
  const scalar = fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.bigInt(), fc.boolean())
  const list = fc.oneof(fc.array(fc.string()), fc.array(fc.bigInt()))
  const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      scalar as fc.Arbitrary<Value>,
      list as fc.Arbitrary<Value>,
      fc.array(tie("tree"), { maxLength: 3 }).map((values) =>
        join(
          values.map((value) => sql`<${value}>`),
          " ",
          "none",
        ),
      ),
    ),
  }))
  const known = /^(?:<|>| |none|\{p\d+:(?:String|Int64|Float64|UInt64|Bool|Array\((?:String|UInt64)\))\})*$/
  fc.assert(
    fc.property(tree, (value) => {
      const { text, params } = render(sql`${value}`)
      expect(text).toMatch(known)
      const named = [...text.matchAll(/\{(p\d+):/g)].map(([, name]) => name)
      expect(named).toEqual(Object.keys(params))
    }),
  )
})
