import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { Fault } from "@sayso/protocol/errors.ts"
import type { Link } from "./connect.ts"
import { migrate } from "./migrate.ts"
import { sql, typed, type Value } from "./sql.ts"
import { createStore, RowsRefused, type Store } from "./store.ts"
import { tables, type Table } from "./tables.ts"

/** An engine with data of its own, to be reached in one of the ways there are. */
export interface Engine {
  /** Opens a link to the data that is there, starting what was taken away. */
  open(): Promise<Link>
  /** Takes the engine away from under the link. */
  takeAway(link: Link): Promise<void>
  /** Ends everything and removes the data. */
  remove(): Promise<void>
}

const arrivedMs = 1_795_399_160_000
const weekMs = 7 * 86_400_000
let place = 0

/** A withdrawal as it goes into the store, with other members where they are given. */
function row(org: string, members: object = {}): string {
  place += 1
  const id = `00000000-0000-8000-8000-${String(place).padStart(12, "0")}`
  const sequence = String(1_795_399_160_000_000_000n + BigInt(place))
  return JSON.stringify({
    org,
    event_id: id,
    reason: "",
    source: "test",
    arrived: arrivedMs,
    sequence,
    ...members,
  })
}

function body(rows: readonly string[]): Buffer {
  return Buffer.from(rows.map((line) => `${line}\n`).join(""))
}

/** What any way to reach an engine must do: the rest of the server relies on it. */
export function storeContract(name: string, makeEngine: () => Promise<Engine>): void {
  describe(name, () => {
    let engine: Engine
    let link: Link
    let store: Store

    const connect = async (): Promise<void> => {
      link = await engine.open()
      store = createStore(link)
    }

    beforeAll(async () => {
      engine = await makeEngine()
      await connect()
      await migrate(link)
    })

    afterAll(async () => {
      await store.close()
      await engine.remove()
    })

    const reasons = async (org: string): Promise<string[]> => {
      const rows = await store.rows<{ reason: string }>(
        sql`SELECT reason FROM withdrawals WHERE org = ${org} ORDER BY sequence`,
      )
      return rows.map(({ reason }) => reason)
    }

    describe("parameters come back as they went", () => {
      const check = (title: string, value: Value, type: string, back: unknown = value): void =>
        test(title, async () => {
          const rows = await store.rows(sql`SELECT ${value} AS value, toTypeName(value) AS type`)
          expect(rows).toEqual([{ value: back, type }])
        })

      check("a text", "plain", "String")
      check("an empty text", "", "String")
      check("quotes", `it's "quoted" and \`more\``, "String")
      check("backslashes", String.raw`C:\users\new \' \\' \0 \N \x41`, "String")
      check("newlines and tabs", "a\nb\r\nc\td", "String")
      check("NUL and other control characters", "a\0b\x01\b\f\v\x1b", "String")
      check("emoji and other planes", "🦄 👩‍👩‍👧 𝒳 ﷽ \u2028 é", "String")
      check("what would be SQL", "'; DROP TABLE spans; -- {p0:String} */ FORMAT Null", "String")
      check("what would be a URL", "a+b %20 &x=y#z?", "String")
      check("a long text", "long é ".repeat(10_000), "String")
      check("no number is lost in 64 bits", 18_446_744_073_709_551_615n, "UInt64", "18446744073709551615")
      check("a whole number", -9_007_199_254_740_991, "Int64", "-9007199254740991")
      check("a fraction", -0.1, "Float64")
      check("a great number", 1.5e300, "Float64")
      check("the least number", 5e-324, "Float64")
      check("true", true, "Bool")
      check("false", false, "Bool")
      check(
        "a UUID",
        typed("7c9e6679-7425-40de-944b-e07fc1f90ae7", "UUID"),
        "UUID",
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
      )
      check("an empty list", [], "Array(String)")
      check("a list of texts", ["", "a'b", "\\", "x\n\t\0y", "🦄", "],["], "Array(String)")
      check("a list of keys", [0n, 18_446_744_073_709_551_615n], "Array(UInt64)", [
        "0",
        "18446744073709551615",
      ])
      check("an empty list of keys", typed([], "Array(UInt64)"), "Array(UInt64)", [])
      const ids = Array.from(
        { length: 3_000 },
        (_, at) => `7c9e6679-7425-40de-944b-${String(at).padStart(12, "0")}`,
      )
      check("a long list", typed(ids, "Array(UUID)"), "Array(UUID)", ids)

      test("side by side, each question has its own", async () => {
        const questions = Array.from({ length: 200 }, (_, at) =>
          store.rows(sql`SELECT ${String(at)} AS value, ${at} AS place`),
        )
        expect(await Promise.all(questions)).toEqual(
          Array.from({ length: 200 }, (_, at) => [{ value: String(at), place: String(at) }]),
        )
      })
    })

    test("64-bit integers come as texts, and shorter ones as numbers", async () => {
      const rows = await store.rows(
        sql`SELECT toInt64(-1) AS a, toUInt64(1) AS b, toInt128('99999999999999999999') AS c, toUInt32(7) AS d, [toUInt64(5)] AS e`,
      )
      expect(rows).toEqual([{ a: "-1", b: "1", c: "99999999999999999999", d: 7, e: ["5"] }])
    })

    test("it answers a ping", () => expect(store.ping()).resolves.toBeUndefined())

    describe("an insert", () => {
      test("is seen by the next read, whatever its texts are", async () => {
        const texts = [
          "",
          "it's",
          String.raw`C:\users`,
          "a\nb\t\0c",
          "; DROP TABLE spans;",
          "\n\n",
          "🦄",
          "x".repeat(1_000_000),
        ]
        await store.insert("withdrawals", "seen", body(texts.map((reason) => row("seen", { reason }))))
        expect(await reasons("seen")).toEqual(texts)
      })

      test("without rows does nothing", async () => {
        await store.insert("withdrawals", "empty", Buffer.alloc(0))
        await store.insert("withdrawals", "after empty", body([row("empty")]))
        expect(await reasons("empty")).toHaveLength(1)
      })

      test("is stored once, however often its token is sent, also after a new start", async () => {
        const first = body([row("once", { reason: "a" }), row("once", { reason: "b" })])
        for (let time = 0; time < 3; time += 1) await store.insert("withdrawals", "once", first)
        await store.insert("withdrawals", "another token", body([row("once", { reason: "c" })]))
        await store.close()
        await engine.takeAway(link)
        await connect()
        await store.insert("withdrawals", "once", first)
        const count = sql`SELECT count() AS rows FROM withdrawals WHERE org = ${"once"}`
        expect(await store.rows(count)).toEqual([{ rows: "3" }])
        expect(await reasons("once")).toEqual(["a", "b", "c"])
      })

      test("is known by its token, not by its rows", async () => {
        await store.insert("withdrawals", "known", body([row("known", { reason: "first" })]))
        await store.insert("withdrawals", "known", body([row("known", { reason: "second" })]))
        expect(await reasons("known")).toEqual(["first"])
      })

      test("can be looked for by its rows, however many", async () => {
        const rows = Array.from({ length: 6_000 }, () => row("held"))
        await store.insert("withdrawals", "held", body(rows))
        expect(await store.holds("withdrawals", body(rows))).toBe(true)
        expect(await store.holds("withdrawals", body([...rows, row("held")]))).toBe(false)
        expect(await store.holds("withdrawals", body([(rows[0] ?? "").replace("held", "another org")]))).toBe(
          false,
        )
        expect(await store.holds("withdrawals", Buffer.alloc(0))).toBe(true)
        const spans = Array.from({ length: 100 }, (_, at) => ({
          trace_id: `${at}`.padEnd(2_000, "x"),
          span_id: "1",
        }))
        const lines = spans.map((span, at) =>
          JSON.stringify({ org: "held", ...span, arrived: arrivedMs, sequence: String(at) }),
        )
        expect(await store.holds("spans", body(lines))).toBe(false)
        await store.insert("spans", "held", body(lines))
        expect(await store.holds("spans", body(lines))).toBe(true)
        await link.command("TRUNCATE TABLE spans")
      })

      test("is stored once where it falls into several weeks", async () => {
        const weeks = [0, 1, 2].map((week) => row("weeks", { arrived: arrivedMs + week * weekMs }))
        for (let time = 0; time < 3; time += 1) await store.insert("withdrawals", "weeks", body(weeks))
        expect(await reasons("weeks")).toHaveLength(3)
      })

      test(
        "of the greatest segment is one part, and is known again as one",
        { timeout: 120_000 },
        async () => {
          const count = 250_000
          const lines = Array.from({ length: count }, (_, at) =>
            row("great", { reason: `${at} ${"r".repeat(90)}` }),
          )
          const great = body(lines)
          expect(great.length).toBeGreaterThan(58e6)
          expect(great.length).toBeLessThan(64e6)
          const newParts = sql`SELECT rows FROM system.parts
          WHERE database = currentDatabase() AND table = 'withdrawals' AND min_block_number = max_block_number AND rows > 10000`
          for (let time = 0; time < 2; time += 1) {
            await store.insert("withdrawals", "great", great)
            expect(await store.rows(newParts)).toEqual([{ rows: String(count) }])
          }
          const bad = body([...lines.slice(1), row("great", { event_id: "none" })])
          await expect(store.insert("withdrawals", "great with a bad end", bad)).rejects.toThrow(RowsRefused)
          expect(await store.rows(newParts)).toEqual([{ rows: String(count) }])
        },
      )
    })

    describe("a row that cannot be read refuses all, and none is written", () => {
      const check = (title: string, bad: string, table: Table = "withdrawals"): void =>
        test(title, async () => {
          const good = (): string => row(title)
          for (const rows of [[bad], [bad, good()], [good(), bad, good()], [good(), bad]]) {
            await expect(store.insert(table, `bad ${(place += 1)}`, body(rows))).rejects.toThrow(RowsRefused)
          }
          expect(await reasons(title)).toEqual([])
          const others = sql`SELECT 1 AS found FROM spans UNION ALL SELECT 1 FROM eval_metrics`
          expect(await store.rows(others)).toEqual([])
        })

      const whole = row("refused", { reason: "x" })
      test("cut off with the last row, whose newline is missing", async () => {
        for (const end of [-1, -3, -20, -100]) {
          const rows = Buffer.from(`${row("cut off")}\n${whole.slice(0, end)}`)
          await expect(store.insert("withdrawals", `cut off ${end}`, rows)).rejects.toThrow(RowsRefused)
        }
        expect(await reasons("cut off")).toEqual([])
      })

      check("cut off at its end", whole.slice(0, -1))
      check("cut off in a value", whole.slice(0, -4))
      check("cut off in a text", whole.slice(0, whole.indexOf("refused") + 3))
      check("cut off in a key", whole.slice(0, 4))
      check("no JSON", "hello")
      check("another kind of JSON", "7")
      check("zeros, as a disk may leave them", "\0".repeat(200))
      check("an empty line", "")
      check("more after its end", `${whole}}`)
      check("a field twice", whole.replace(`"reason":`, `"reason":"y","reason":`))
      check("a bad UUID", row("refused", { event_id: "not-an-id" }))
      check("an empty UUID", row("refused", { event_id: "" }))
      check("a number for a UUID", row("refused", { event_id: 5 }))
      check("a text for a number", row("refused", { sequence: "soon" }))
      check("a negative number", row("refused", { sequence: -1 }))
      check("a fraction", whole.replace(/"sequence":"\d+"/, '"sequence":1.5'))
      check("an exponent", whole.replace(/"sequence":"\d+"/, '"sequence":1e30'))
      check("NaN", whole.replace(/"sequence":"\d+"/, '"sequence":NaN'))
      check("a text for a time", row("refused", { arrived: "yesterday" }))
      check("an unfinished escape", whole.replace('"x"', String.raw`"\u12"`))
      check("half a surrogate pair", whole.replace('"x"', String.raw`"\ud83d"`))
      check("halves that are no pair", whole.replace('"x"', String.raw`"\ud83d\ud83d"`))
      check(
        "an object that nests too deeply",
        `${whole.slice(0, -1)},"more":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      )
      check("a text for a list", '{"org":"refused","tags":"a"}', "spans")
      check("a text for a map", '{"org":"refused","metrics":"a"}', "spans")
      check("a text for a number in a map", '{"org":"refused","metrics":{"tokens":"many"}}', "spans")
      check("a text for a score", '{"org":"refused","score_value":"high"}', "eval_metrics")
      check("a text for a boolean", '{"org":"refused","boolean_value":"maybe"}', "eval_metrics")
      check("a number for a boolean", '{"org":"refused","boolean_value":2}', "eval_metrics")
    })

    test("a row may lack fields and have more of them: another version wrote it", async () => {
      await store.insert(
        "withdrawals",
        "versions",
        body(['{"org":"versions"}', row("versions", { later: { a: [1, null] } })]),
      )
      expect(await reasons("versions")).toEqual(["", ""])
    })

    test("what lies in the table and not in the rows refuses no row", async () => {
      await link.command(
        "CREATE TABLE other (org String, event_id UInt64 MATERIALIZED throwIf(1)) ENGINE = MergeTree ORDER BY org",
      )
      for (const table of ["missing", "other"]) {
        const inserted = store.insert(table as Table, "elsewhere", body([row("elsewhere")]))
        const error = await inserted.catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(Error)
        expect(error).not.toBeInstanceOf(RowsRefused)
      }
      await link.command("DROP TABLE other")
    })

    describe("a question past its limits fails alone", () => {
      const endless = sql`SELECT count() FROM numbers(${1e12}) WHERE sipHash64(number) = 1`
      const check = (title: string, question: typeof endless, limits: object): void =>
        test(title, async () => {
          const error = await store.rows(question, { limits }).catch((thrown: unknown) => thrown)
          expect(error).toBeInstanceOf(Fault)
          expect(error).toHaveProperty("code", "query_too_expensive")
          // Nothing of it comes with a later answer.
          const later = Array.from({ length: 10 }, () => store.rows(sql`SELECT ${"well"} AS still`))
          for (const rows of await Promise.all(later)) expect(rows.slice(0, 3)).toEqual([{ still: "well" }])
        })

      check("time", endless, { timeMs: 200 })
      check("memory", sql`SELECT length(groupArray(number)) FROM numbers(50000000)`, { memoryBytes: 50e6 })
      check("rows", sql`SELECT number FROM numbers(100001)`, { rows: 100_000 })
      check(
        "rows, after some were sent",
        sql`SELECT number, ${"x".repeat(100)} AS text FROM numbers(500000)`,
        { rows: 400_000 },
      )

      test("as many rows as the limit are an answer", async () => {
        expect(
          await store.rows(sql`SELECT number FROM numbers(1000)`, { limits: { rows: 1000 } }),
        ).toHaveLength(1000)
      })

      test("a bug in a question stays a bug", async () => {
        const error = await store.rows(sql`SELECT ${"x"} FROM nowhere`).catch((thrown: unknown) => thrown)
        expect(error).not.toBeInstanceOf(Fault)
        expect(String(error)).toContain("nowhere")
      })
    })

    describe("an abort", () => {
      const underWay = async (): Promise<number> => {
        const found = await store.rows(
          sql`SELECT 1 FROM system.processes WHERE query LIKE ${"%7777777%"} AND query NOT LIKE '%LIKE%'`,
        )
        return found.length
      }

      test("ends the waiting with its reason, and the question too", async () => {
        const stopping = new AbortController()
        const asked = store.rows(
          sql`SELECT count() FROM numbers(7777777000000) WHERE sipHash64(number) = ${1}`,
          {
            signal: stopping.signal,
          },
        )
        await vi.waitUntil(async () => (await underWay()) === 1, { timeout: 5_000 })
        stopping.abort(new Error("the caller left"))
        await expect(asked).rejects.toThrow("the caller left")
        await vi.waitUntil(async () => (await underWay()) === 0, { timeout: 5_000 })
      })

      test("that came before asks nothing", async () => {
        await expect(
          store.rows(sql`SELECT 1`, { signal: AbortSignal.abort(new Error("too late")) }),
        ).rejects.toThrow("too late")
      })

      test("that comes after changes nothing", async () => {
        const stopping = new AbortController()
        expect(await store.rows(sql`SELECT 1 AS one`, { signal: stopping.signal })).toEqual([{ one: 1 }])
        stopping.abort()
        expect(await store.rows(sql`SELECT 2 AS two`)).toEqual([{ two: 2 }])
      })
    })

    test("slow questions side by side hold up no insert and no ping", async () => {
      let answered = 0
      const slow = Array.from({ length: 4 }, async () => {
        await store.rows(sql`SELECT sum(sleepEachRow(${0.5})) FROM numbers(3)`)
        answered += 1
      })
      await store.insert("withdrawals", "beside slow ones", body([row("beside")]))
      await store.ping()
      expect(answered).toBe(0)
      await Promise.all(slow)
      expect(await reasons("beside")).toHaveLength(1)
    })

    describe("migrations", () => {
      test("run once", async () => expect(await migrate(link)).toEqual([]))

      test("that were cut short run again, and keep what is there", async () => {
        await store.insert("withdrawals", "kept", body([row("kept", { reason: "kept" })]))
        await link.command("TRUNCATE TABLE schema_migrations")
        expect(await migrate(link)).toEqual(["001_events.sql", "002_contents.sql"])
        expect(await reasons("kept")).toEqual(["kept"])
      })

      test("of a newer version are refused, by name of the number", async () => {
        await link.command("INSERT INTO schema_migrations (version, name) VALUES (999, 'later')")
        await expect(migrate(link)).rejects.toThrow(
          "The store has migration 999, which this version does not know. Run the newer version.",
        )
        await link.command("DELETE FROM schema_migrations WHERE version = 999")
        expect(await migrate(link)).toEqual([])
      })

      test("make every table durable, and let it know tokens again", async () => {
        const rows = await store.rows<{ name: string; engine_full: string }>(
          sql`SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND name IN ${[...tables]}`,
        )
        expect(rows.map(({ name }) => name).sort()).toEqual([...tables].sort())
        for (const { engine_full } of rows) {
          expect(engine_full).toContain("fsync_after_insert = 1, fsync_part_directory = 1")
          expect(engine_full).toContain("non_replicated_deduplication_window = 1000")
        }
      })
    })

    test("an engine that is away can be asked again later, and refuses no row", async () => {
      await engine.takeAway(link)
      const inserted = await store
        .insert("withdrawals", "away", body([row("away")]))
        .catch((thrown: unknown) => thrown)
      expect(inserted).toBeInstanceOf(Error)
      expect(inserted).not.toBeInstanceOf(RowsRefused)
      expect(inserted).not.toBeInstanceOf(Fault)
      const read = await store.rows(sql`SELECT ${1}`).catch((thrown: unknown) => thrown)
      expect(read).toBeInstanceOf(Fault)
      expect(read).toHaveProperty("code", "store_unavailable")
      await expect(store.ping()).rejects.toThrow()
      await store.close()
      await connect()
      await store.insert("withdrawals", "away", body([row("away", { reason: "back" })]))
      expect(await reasons("away")).toEqual(["back"])
    })
  })
}
