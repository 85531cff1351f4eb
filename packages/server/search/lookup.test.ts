import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { idsMeet } from "@sayso/protocol/ids.ts"
import { raw, render, sql, type Sql } from "../store/sql.ts"
import { createStore } from "../store/store.ts"
import { createIdIndex } from "./ids.ts"
import { distinct, hasOne, isOne, portions } from "./lookup.ts"
import { createSearch } from "./search.ts"
import { evaluation, feedback, openWorld, span, withdrawal, type World } from "./world.testing.ts"

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

describe("a look-up is true of the same rows, however many values there are", () => {
  const rows = Array.from({ length: 40 }, (_, at) => `([${at}, ${at + 1000}], ['k${at}', 'it''s'], 'k${at}')`)
  const from = sql`FROM values('numbers Array(UInt64), texts Array(String), text String', ${raw(rows.join(","))})`
  const question = (values: readonly (string | bigint)[], type: string): Sql =>
    sql`SELECT arrayJoin(${raw(`[${values.map((value) => (typeof value === "bigint" ? value : `'${value}'`)).join(",")}]::Array(${type})`)})`
  const found = async (which: Sql): Promise<number[]> =>
    (
      await world.store.rows<{ at: string }>(sql`SELECT numbers[1] AS at ${from} WHERE ${which} ORDER BY at`)
    ).map((row) => Number(row.at))

  for (const more of [0, 3, 31, 60, 2_000, 6_000]) {
    test(`3 that are there among ${more} that are not`, async () => {
      const keys = [7n, 1_009n, 11n, ...Array.from({ length: more }, (_, at) => BigInt(at + 5_000))]
      const texts = ["k7", "k9", "k11", ...Array.from({ length: more }, (_, at) => `none ${at}`)]
      expect(await found(hasOne("numbers", keys, question(keys, "UInt64")))).toEqual([7, 9, 11])
      expect(await found(hasOne("texts", texts, question(texts, "String")))).toEqual([7, 9, 11])
      expect(await found(isOne("text", texts, question(texts, "String")))).toEqual([7, 9, 11])
    })
  }

  test("none is true of no row", async () => {
    expect(await found(hasOne("numbers", []))).toEqual([])
    expect(await found(hasOne("texts", []))).toEqual([])
    expect(await found(isOne("text", [], sql`SELECT ''`))).toEqual([])
  })

  test("no parameter is longer than a server takes", () => {
    const long = Array.from({ length: 10 }, (_, at) => `${at}`.repeat(10_000))
    const many = Array.from({ length: 10_000 }, (_, at) => BigInt(at))
    const conditions = [
      hasOne("a", long, sql`SELECT 1`),
      isOne("a", long, sql`SELECT 1`),
      hasOne("a", many, sql`SELECT 1`),
    ]
    for (const condition of conditions) expect(Object.keys(render(condition).params)).toEqual([])
  })
})

describe("an index of ids", () => {
  test("finds by any spelling, each once, in order", () => {
    const index = createIdIndex([
      ["255", "a"],
      ["aaaaaaaaaaaaaaaa00000000000000ff", "b"],
      ["x", "c"],
      ["0xff", "a"],
    ])
    expect(index.find("00000000000000ff")).toEqual(["a", "b"])
    expect(index.find("bbbbbbbbbbbbbbbb00000000000000ff")).toEqual(["a"])
    expect(index.find("x")).toEqual(["c"])
    expect(index.find("X")).toEqual([])
  })

  test("finds what meets, and nothing else", () => {
    const id = fc.constantFrom(
      "255",
      "ff",
      "0xff",
      "00000000000000ff",
      "aaaaaaaaaaaaaaaa00000000000000ff",
      "bbbbbbbbbbbbbbbb00000000000000ff",
      "1234567890123456",
      "0x1234567890123456",
      "+1234567890123456",
      "-1",
      "ffffffffffffffff",
      "",
      "text",
    )
    fc.assert(
      fc.property(fc.array(id), id, (ids, wanted) => {
        const index = createIdIndex(ids.map((each, place) => [each, place] as const))
        expect(index.find(wanted)).toEqual(
          ids.flatMap((each, place) => (idsMeet(each, wanted) ? [place] : [])),
        )
      }),
    )
  })
})

test("portions and distinct texts keep the order", () => {
  expect(portions([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(portions([])).toEqual([])
  expect(distinct(["b", "", "a", "b", ""])).toEqual(["b", "a"])
})

test("a look-up by what names a thing goes through an index, and none sends a question for each thing", async () => {
  const org = world.newOrg()
  const here = { session_id: "s", feedback_join_keys: ["k"], tags: ["job:1"] }
  const ids = await org.arrive([
    ...Array.from({ length: 20 }, (_, at) => span(`trace ${at % 5}`, `span ${at}`, here)),
    ...Array.from({ length: 20 }, (_, at) =>
      feedback({ trace_id: `trace ${at % 5}` }, { submitter: { id: String(at) } }),
    ),
    evaluation({ join_on: { tag: { key: "job", value: "1" } } }),
  ])
  const logged = {
    trace_id: "another trace",
    span_id: "1",
    input: [{ role: "user" }],
    output: [],
    time_ns: "1",
  }
  await org.arrive([withdrawal(ids[20] ?? ""), { kind: "content", content: logged }])
  const asked: string[] = []
  const explained = createStore({
    ...world.link,
    async rows({ text, params }, settings) {
      asked.push(JSON.stringify(await world.link.rows({ text: `EXPLAIN indexes = 1 ${text}`, params }, {})))
      return world.link.rows({ text, params }, settings)
    },
  })
  const search = createSearch(explained)(new AbortController().signal)
  const indexes = async (asking: Promise<unknown>): Promise<(string | undefined)[]> => {
    asked.length = 0
    await asking
    return asked.map((plan) =>
      [...plan.matchAll(/Name: (by_\w+)/g)]
        .map(([, name]) => name)
        .sort()
        .join(" "),
    )
  }
  expect(await indexes(search.getFeedback(org, ids[20] ?? ""))).toEqual([
    "by_id",
    "by_vote",
    "by_id by_vote",
    "by_span",
    "by_span",
  ])
  expect(await indexes(search.getTrace(org, "trace 1"))).toEqual([
    "by_trace",
    "by_trace",
    "by_join_key by_join_tag by_session by_target",
    "by_id by_vote",
    "by_span",
  ])
  expect(await indexes(search.getTraceOutline(org, "trace 1"))).toEqual([
    "by_trace",
    "by_join_key by_join_tag by_session by_target",
    "by_id by_vote",
    "by_span",
  ])
  expect(await indexes(search.getSpan(org, "trace 1", "span 1"))).toEqual(["by_span by_trace", "by_trace"])
  expect(await indexes(search.getSession(org, "s"))).toEqual([
    "by_session",
    "by_trace",
    "by_trace",
    "by_join_key by_join_tag by_session by_target",
    "by_id by_vote",
    "by_span",
  ])
  expect((await indexes(search.getEntity(org, "k"))).sort()).toEqual([
    "by_join_key",
    "by_join_key",
    "by_join_key",
    "by_trace",
    "by_trace",
  ])
  expect(await indexes(search.listFeedback(org, { about: true }, { limit: 30 }))).toEqual([
    "",
    "by_id by_vote",
    "by_trace",
    "by_span",
  ])
  const each = [{ span_id: "span 1" }, { session_id: "s" }, { feedback_join_key: "k" }]
  await org.arrive(each.map((about) => feedback(about, { label: "each" })))
  const listed = await indexes(search.listFeedback(org, { label: "each", about: true }, { limit: 30 }))
  expect(listed.slice(2).sort()).toEqual(["by_join_key", "by_session", "by_span", "by_span", "by_trace"])
})
