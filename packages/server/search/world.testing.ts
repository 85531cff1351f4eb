import { hash } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { contentId, metricContent, metricId } from "@sayso/protocol/eventId.ts"
import type { Evaluation, Event, Feedback, Span } from "@sayso/protocol/event.ts"
import { openChdb, type Link } from "../store/connect.ts"
import { toLine } from "../store/lines.ts"
import { migrate } from "../store/migrate.ts"
import { createStore, type Store } from "../store/store.ts"
import { tables, type Table } from "../store/tables.ts"
import type { Reader } from "./scope.ts"
import { createSearch, type Search } from "./search.ts"

/** When things arrive that do not say when: 2026-11-18T12:39:20Z. */
export const nowMs = 1_795_005_560_000

/** Events on their way: they arrive together, each table's as a segment of its own. */
export interface Arrival {
  readonly events: readonly Event[]
  readonly atMs: number
}

/** A tenant of a store, with nothing in it yet. */
export interface Org extends Reader {
  /** Stores events as the server does: stamped, as lines, a segment for each table. Resolves with their ids. */
  arrive(events: readonly Event[], atMs?: number): Promise<string[]>
}

export interface World {
  readonly link: Link
  readonly store: Store
  readonly search: Search
  newOrg(): Org
  /** Stores what arrives in many orgs, in few segments. */
  arriveIn(arrivals: readonly (Arrival & Reader)[]): Promise<void>
  /** Lets the engine merge all that it has, as it does by and by. */
  tidy(): Promise<void>
  close(): Promise<void>
}

/** A store in a folder of its own, which goes with it. */
export async function openWorld(): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), "sayso-search-"))
  const link = await openChdb(dir)
  await migrate(link)
  const store = createStore(link)
  let orgs = 0
  let place = 0
  let segments = 0

  const stamped = (org: string, { events, atMs }: Arrival): { table: Table; line: string; id: string }[] =>
    events.map((event) => {
      const id = idOf(org, event)
      const sequence = `${atMs}${String((place += 1)).padStart(6, "0")}`
      return { ...toLine(event, { org, arrivedMs: atMs, sequence, id }, "test"), id }
    })
  const insert = async (rows: readonly { table: Table; line: string }[]): Promise<void> => {
    for (const [table, some] of Map.groupBy(rows, (row) => row.table)) {
      await store.insert(
        table,
        `segment ${(segments += 1)}`,
        Buffer.from(some.map(({ line }) => `${line}\n`).join("")),
      )
    }
  }
  return {
    link,
    store,
    search: createSearch(store)(new AbortController().signal),
    newOrg() {
      const org = `org-${(orgs += 1)}`
      return {
        org,
        async arrive(events, atMs = nowMs) {
          const rows = stamped(org, { events, atMs })
          await insert(rows)
          return rows.map(({ id }) => id)
        },
      }
    },
    arriveIn: (arrivals) => insert(arrivals.flatMap((arrival) => stamped(arrival.org, arrival))),
    async tidy() {
      for (const table of tables) await link.command(`OPTIMIZE TABLE ${table} FINAL`)
    },
    async close() {
      await store.close()
      await rm(dir, { recursive: true })
    },
  }
}

const digest = (text: string): string => hash("sha256", text)

function idOf(org: string, event: Event): string {
  switch (event.kind) {
    case "eval_metric":
      return metricId(org, metricContent(event.metric), digest)
    case "span":
      return event.span.span_id
    case "content":
      return contentId(["content", org, event.content], digest)
    case "withdrawal":
      return event.withdrawal.event_id
    case "rejected":
      return contentId(["rejected", org, event.rejected], digest)
  }
}

/** The id that an event has in an org. */
export function idIn({ org }: Reader, event: Event): string {
  return idOf(org, event)
}

type About = Pick<Feedback, "span_id" | "trace_id" | "session_id" | "feedback_join_key">

/** A thumb, unless `more` says otherwise, of user u. */
export function feedback(about: About, more: Partial<Feedback> = {}): Event {
  const scope =
    about.span_id !== undefined
      ? "span"
      : about.trace_id !== undefined
        ? "trace"
        : about.session_id !== undefined
          ? "session"
          : "external"
  const metric: Feedback = {
    event_kind: "feedback",
    eval_scope: scope,
    ...about,
    submitter: { id: "u" },
    label: "thumbs",
    metric_type: "categorical",
    ...(more.metric_type === undefined && { categorical_value: "up" }),
    timestamp_ms: nowMs - 60_000,
    ...more,
  }
  return { kind: "eval_metric", metric }
}

/** An evaluation by a score, unless `more` says otherwise. */
export function evaluation(
  about: Pick<Evaluation, "join_on" | "session_id"> & { eval_scope?: Evaluation["eval_scope"] },
  more: Partial<Evaluation> = {},
): Event {
  const metric: Evaluation = {
    event_kind: "evaluation",
    eval_scope: about.session_id === undefined ? "span" : "session",
    ...about,
    label: "faithful",
    metric_type: "score",
    score_value: 0.5,
    timestamp_ms: nowMs - 60_000,
    ...more,
  }
  return { kind: "eval_metric", metric }
}

/** A span; the root of its trace, unless it has a parent. */
export function span(trace_id: string, span_id: string, more: Partial<Span> = {}): Event {
  return {
    kind: "span",
    span: {
      trace_id,
      span_id,
      parent_id: "",
      apm_trace_id: "",
      name: `span ${span_id}`,
      span_kind: "llm",
      ml_app: "chat",
      service: "",
      env: "",
      version: "",
      session_id: "",
      user_id: "",
      feedback_join_keys: [],
      tags: [],
      status: "ok",
      start_ns: `${nowMs - 120_000}000000`,
      duration_ns: 1_000_000,
      model_name: "",
      model_provider: "",
      input: null,
      output: null,
      metadata: {},
      metrics: {},
      error: { type: "", message: "", stack: "" },
      meta: {},
      ...more,
    },
  }
}

export function withdrawal(eventId: string, reason = ""): Event {
  return { kind: "withdrawal", withdrawal: { event_id: eventId, reason } }
}

export function rejected(detail: string): Event {
  return {
    kind: "rejected",
    rejected: { format: "test", code: "bad_body", detail, pointer: "/a/0", body: `{"a":["${detail}"]}` },
  }
}
