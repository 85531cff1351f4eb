import type { Evaluation, Event, Feedback, Rejected, Span, Stamp } from "@sayso/protocol/event.ts"
import { contentId, metricContent, metricId } from "@sayso/protocol/eventId.ts"
import { createHash } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Batch } from "../journal/pack.ts"
import { createMetrics } from "../metrics.ts"
import { createAccept, createKeep } from "./accept.ts"
import { rejectedEvent, unreadableBody } from "./rejected.ts"
import { createSequence } from "./stamp.ts"

const digest = (text: string): string => createHash("sha256").update(text).digest("hex")
const noon = Date.UTC(2026, 10, 22, 12)

const feedback: Feedback = {
  event_kind: "feedback",
  eval_scope: "span",
  span_id: "17",
  submitter: { id: "ann" },
  label: "thumbs",
  metric_type: "categorical",
  categorical_value: "down",
  timestamp_ms: noon,
}
const rejected: Rejected = {
  format: "eval-metric",
  code: "bad_body",
  detail: "No.",
  pointer: "/0",
  body: "{}",
}
const eventId = "7d1f71cb-2ee1-872d-8745-1c66f2e657db"

const linesOf = ({ bytes }: Batch): string[] => bytes.toString("utf8").trimEnd().split("\n")
const span = (span_id: string): Event => ({ kind: "span", span: { trace_id: "6b03", span_id } as Span })
const thumb = (label: string): Event => ({ kind: "eval_metric", metric: { ...feedback, label } })
const refusal: Event = { kind: "rejected", rejected }
const withdrawal: Event = { kind: "withdrawal", withdrawal: { event_id: eventId, reason: "" } }

/** What a line says in these tests. */
interface Said {
  readonly kind: string
  readonly stamp: Stamp
  readonly source: string
}

/** An accept over a journal that keeps what it is given, with a clock that is set by hand. */
function open(fails?: () => Promise<never>) {
  const clock = { ms: noon }
  const appended: Batch[][] = []
  const metrics = createMetrics(() => {})
  const keep = createKeep({
    async append(batches) {
      appended.push([...batches])
      await fails?.()
    },
    metrics,
  })
  const accept = createAccept({
    keep,
    toLine: (event, stamp, source) => ({
      table: `${event.kind}s`,
      line: JSON.stringify({ kind: event.kind, stamp: { ...stamp, content: undefined }, source }),
    }),
    digest,
    places: createSequence(),
    now: () => clock.ms,
  })
  const said = (): Said[] =>
    appended.flat().flatMap((batch) => linesOf(batch).map((line) => JSON.parse(line) as Said))
  const counted = async () =>
    (await metrics.render())
      .split("\n")
      .filter((line) => /^sayso_(events_\w+_total|append_seconds_count)/.test(line))
  return { accept, appended, clock, said, counted }
}

test("answers with the ids in the order of the events", async () => {
  const { accept } = open()
  const ids = await accept("acme", "test", [thumb("a"), span("17"), refusal, thumb("b"), withdrawal])
  expect(ids).toEqual([
    metricId("acme", metricContent({ ...feedback, label: "a" }), digest),
    "17",
    contentId(["rejected", "acme", rejected], digest),
    metricId("acme", metricContent({ ...feedback, label: "b" }), digest),
    eventId,
  ])
})

test("an event that is sent again has the same id, in another org another", async () => {
  const { accept, clock } = open()
  const first = await accept("acme", "test", [thumb("a"), refusal])
  clock.ms += 5_000
  expect(await accept("acme", "again", [thumb("a"), refusal])).toEqual(first)
  const [metric, kept] = await accept("other", "test", [thumb("a"), refusal])
  expect(first).not.toContain(metric)
  expect(first).not.toContain(kept)
})

test("every line has its org, arrival, id and source", async () => {
  const { accept, said } = open()
  const [id] = await accept("acme", "eval-metric", [thumb("a")])
  expect(said()).toEqual([
    {
      kind: "eval_metric",
      stamp: { org: "acme", arrivedMs: noon, sequence: `${noon}000000`, id },
      source: "eval-metric",
    },
  ])
})

test("one append for a request, its lines grouped by table and in order", async () => {
  const { accept, appended } = open()
  const ids = await accept("acme", "test", [thumb("a"), span("1"), thumb("b"), refusal, span("2")])
  expect(appended).toHaveLength(1)
  const groups = appended[0]?.map((batch) => [
    batch.stream,
    linesOf(batch).map((line) => (JSON.parse(line) as Said).stamp.id),
  ])
  expect(groups).toEqual([
    ["eval_metrics", [ids[0], ids[2]]],
    ["spans", ["1", "2"]],
    ["rejecteds", [ids[3]]],
  ])
})

test("no events, no lines", async () => {
  const { accept, appended } = open()
  expect(await accept("acme", "test", [])).toEqual([])
  expect(appended).toEqual([])
})

test("answers only once the bytes are on disk", async () => {
  let written = (): void => {}
  const disk = new Promise<never>((resolve) => {
    written = () => resolve(undefined as never)
  })
  const { accept } = open(() => disk)
  let answered = false
  const answer = accept("acme", "test", [thumb("a")]).then(() => {
    answered = true
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(answered).toBe(false)
  written()
  await answer
  expect(answered).toBe(true)
})

// The sequence orders arrivals: it rises whatever the clock does.

/** The sequences of single spans that arrive at these times, relative to noon. */
async function sequences(...timesMs: number[]): Promise<bigint[]> {
  const { accept, clock, said } = open()
  for (const ms of timesMs) {
    clock.ms = noon + ms
    await accept("acme", "test", [span("1")])
  }
  return said().map(({ stamp }) => BigInt(stamp.sequence) - BigInt(noon) * 1_000_000n)
}

function sequence(title: string, timesMs: number[], expected: bigint[]) {
  test(`sequence: ${title}`, async () => expect(await sequences(...timesMs)).toEqual(expected))
}

sequence("within a millisecond", [0, 0, 0], [0n, 1n, 2n])
sequence("the next millisecond", [0, 0, 1, 1, 5], [0n, 1n, 1_000_000n, 1_000_001n, 5_000_000n])
sequence(
  "a clock that goes back",
  [5, 0, 4, 5, 6],
  [5_000_000n, 5_000_001n, 5_000_002n, 5_000_003n, 6_000_000n],
)

test("sequence: within a request the order of its events", async () => {
  const { accept, said } = open()
  await accept("acme", "test", [span("1"), span("2"), span("3")])
  await accept("acme", "test", [span("4")])
  expect(said().map(({ stamp }) => `${stamp.id} ${stamp.sequence.slice(-6)}`)).toEqual([
    "1 000000",
    "2 000001",
    "3 000002",
    "4 000003",
  ])
})

test("sequence: rises strictly, in 19 digits, whatever the clock does", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 50 }),
      async (timesMs) => {
        const found = await sequences(...timesMs)
        expect(found.every((value, index) => index === 0 || value > (found[index - 1] ?? 0n))).toBe(true)
        expect(found.every((value) => String(value + BigInt(noon) * 1_000_000n).length === 19)).toBe(true)
      },
    ),
  )
})

test("sequence: a million events in a millisecond run over into the next one", async () => {
  const sequences: string[] = []
  let nowMs = noon
  const accept = createAccept({
    keep: async () => {},
    toLine: (_, { sequence }) => {
      sequences.push(sequence)
      return { table: "spans", line: "{}" }
    },
    digest,
    places: createSequence(),
    now: () => nowMs,
  })
  await accept(
    "acme",
    "test",
    Array.from({ length: 1_000_001 }, () => span("1")),
  )
  nowMs += 1
  await accept("acme", "test", [span("1"), span("1")])
  expect(sequences.slice(999_999).map((sequence) => BigInt(sequence) - BigInt(noon) * 1_000_000n)).toEqual([
    999_999n,
    1_000_000n,
    1_000_001n,
    1_000_002n,
  ])
})

// What is counted.

test("counts what was taken by source and table, and what was rejected", async () => {
  const { accept, counted } = open()
  await accept("acme", "eval-metric", [thumb("a"), thumb("b"), withdrawal])
  await accept("acme", "sdk-spans", [span("1")])
  expect(await counted()).toEqual([
    'sayso_events_accepted_total{source="eval-metric",table="eval_metrics"} 2',
    'sayso_events_accepted_total{source="eval-metric",table="withdrawals"} 1',
    'sayso_events_accepted_total{source="sdk-spans",table="spans"} 1',
    "sayso_append_seconds_count 2",
  ])
})

test("nothing is counted, and nobody gets an id, when the append fails", async () => {
  const full = new Error("the journal is full")
  const { accept, counted } = open(() => Promise.reject(full))
  await expect(accept("acme", "eval-metric", [thumb("a"), refusal])).rejects.toBe(full)
  expect(await counted()).toEqual(["sayso_append_seconds_count 0"])
})

test("rejected events are counted apart", async () => {
  const metrics = createMetrics(() => {})
  const toLine = (event: Event) => ({ table: event.kind === "rejected" ? "rejected" : "spans", line: "{}" })
  const keep = createKeep({ append: async () => {}, metrics })
  const accept = createAccept({ keep, toLine, digest, places: createSequence(), now: () => noon })
  await accept("acme", "sdk-spans", [refusal, span("1"), refusal])
  const text = await metrics.render()
  expect(text).toContain('sayso_events_rejected_total{source="sdk-spans"} 2\n')
  expect(text).toContain('sayso_events_accepted_total{source="sdk-spans",table="spans"} 1\n')
})

// What could not be used, as people are told.

/** A bad item and what is kept of it. */
function kept(title: string, item: unknown, body: string) {
  test(`kept: ${title}`, () => {
    const problems = [{ code: "bad_body", pointer: "/3/label", detail: "No dot." }] as const
    expect(rejectedEvent("eval-metric", { item, pointer: "/3", problems })).toEqual({
      kind: "rejected",
      rejected: { format: "eval-metric", code: "bad_body", detail: "No dot.", pointer: "/3/label", body },
    })
  })
}

const most = 65_536
kept("an item", { label: "a.b", n: [1] }, '{"label":"a.b","n":[1]}')
kept("no item", null, "null")
kept("an item that JSON cannot say", undefined, "")
kept("a text", "?", '"?"')
kept("up to 65,536 characters", "x".repeat(most - 2), `"${"x".repeat(most - 2)}"`)
kept("the beginning of a longer one", "x".repeat(most - 1), `"${"x".repeat(most - 1)}…`)
kept("no half of a surrogate pair at the cut", `${"x".repeat(most - 2)}🙂`, `"${"x".repeat(most - 2)}\ufffd…`)

test("kept: an item that nests too deeply, without a crash", () => {
  let item: unknown = 1
  for (let level = 0; level < 100_000; level += 1) item = [item]
  const problems = [{ code: "too_deep", pointer: "/0", detail: "Too deep." }] as const
  const event = rejectedEvent("eval-metric", { item, pointer: "/0", problems })
  expect(event).toMatchObject({ rejected: { code: "too_deep", body: "(nests too deeply to be shown)" } })
})

test("kept: all that is wrong with an item, under the first code and pointer", () => {
  const problems = [
    { code: "too_deep", pointer: "/0/metadata", detail: "metadata nests deeper." },
    { code: "bad_body", pointer: "/0/label", detail: "label is needed." },
  ] as const
  expect(rejectedEvent("eval-metric", { item: {}, pointer: "/0", problems })).toMatchObject({
    rejected: { code: "too_deep", pointer: "/0/metadata", detail: "metadata nests deeper. label is needed." },
  })
})

/** An unreadable body and what is kept of it. */
function unreadable(title: string, body: Buffer, expected: string) {
  test(`unreadable: ${title}`, () => {
    expect(unreadableBody("sdk-spans", "bad_json", "No.", body)).toEqual({
      kind: "rejected",
      rejected: { format: "sdk-spans", code: "bad_json", detail: "No.", pointer: "", body: expected },
    })
  })
}

unreadable("a body", Buffer.from('{"a": é'), '{"a": é')
unreadable("nothing", Buffer.alloc(0), "")
unreadable("bytes that are no text", Buffer.from([0x81, 0xa1, 0x00]), "\ufffd\ufffd\u0000")
unreadable("up to 65,536 characters", Buffer.from("é".repeat(most)), "é".repeat(most))
unreadable("the beginning of a longer one", Buffer.from("é".repeat(most + 1)), `${"é".repeat(most)}…`)
unreadable("40 MB", Buffer.alloc(40_000_000, "x"), `${"x".repeat(most)}…`)
unreadable(
  "no half of a surrogate pair at the cut",
  Buffer.from(`x${"🙂".repeat(most)}`),
  `x${"🙂".repeat(most / 2 - 1)}\ufffd…`,
)

test("an evaluation and feedback that say the same have ids of their own", async () => {
  const { submitter: _, span_id: __, ...rest } = feedback
  const evaluation: Evaluation = {
    ...rest,
    event_kind: "evaluation",
    eval_scope: "span",
    join_on: { span: { span_id: "17" } },
  }
  const { accept } = open()
  const [a, b] = await accept("acme", "test", [thumb("thumbs"), { kind: "eval_metric", metric: evaluation }])
  expect(a).not.toBe(b)
})
