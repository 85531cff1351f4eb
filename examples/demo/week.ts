import { makeCoding } from "./coding/coding.ts"
import { makeIncidents } from "./incident/incident.ts"
import { randomOf } from "./random.ts"
import { hourMs, minuteMs } from "./rhythm.ts"
import { comment, stars, thumbs, yes, type Evaluation, type Feedback } from "./said.ts"
import { makeShop } from "./shop/shop.ts"
import { calendarOf, type Calendar } from "./story.ts"
import type { Span } from "./trace.ts"

export interface WeekOptions {
  /** Decides everything that is left to chance. */
  readonly seed: number
  /** Epoch ms. Nothing in the week is later. */
  readonly endMs: number
  /** How many sessions, of all three applications. A story needs most of the default 3,000 to be seen. */
  readonly sessions?: number
}

export interface Withdrawal {
  /** One of the week's feedback events, the object itself. */
  readonly feedback: Feedback
  readonly reason: string
}

export interface Week {
  readonly calendar: Calendar
  /** In the order of their start. The first one starts with the week. */
  readonly spans: readonly Span[]
  /** In the order of their time, as are the evaluations. */
  readonly feedback: readonly Feedback[]
  readonly evaluations: readonly Evaluation[]
  readonly withdrawals: readonly Withdrawal[]
  /** Feedback whose target never arrives. */
  readonly unmatched: readonly Feedback[]
  readonly worthOpening: {
    readonly worstTraceId: string
    readonly longestTraceId: string
    readonly furiousSessionId: string
    readonly disputedKey: string
  }
}

export const defaultSessions = 3_000

/** A week of three applications. Pure: the same options give the same week, to the byte. */
export function makeWeek({ seed, endMs, sessions = defaultSessions }: WeekOptions): Week {
  const calendar = calendarOf(endMs)
  const key = keyOf(seed, sessions)
  const shop = makeShop({ key, calendar, sessions: Math.max(30, Math.round(sessions * 0.875)) })
  const coding = makeCoding({ key, calendar, sessions: Math.max(4, Math.round(sessions * 0.05)) })
  const incidents = makeIncidents({
    key,
    calendar,
    sessions: Math.max(12, Math.round(sessions * 0.075)),
    firstNumber: 2_041 + 100 * (seed - 1),
  })
  const { mistaken, withdrawals } = mistakes(key, calendar, shop.spans)
  const unmatched = lost(key, calendar)

  return {
    calendar,
    spans: [...shop.spans, ...coding.spans, ...incidents.spans].toSorted((a, b) =>
      compare(a.start_ns, b.start_ns),
    ),
    feedback: [
      ...shop.feedback,
      ...coding.feedback,
      ...incidents.feedback,
      ...mistaken,
      ...unmatched,
    ].toSorted(byTime),
    evaluations: [...shop.evaluations, ...coding.evaluations, ...incidents.evaluations].toSorted(byTime),
    withdrawals,
    unmatched,
    worthOpening: {
      worstTraceId: shop.worstTraceId,
      longestTraceId: coding.longestTraceId,
      furiousSessionId: shop.furiousSessionId,
      disputedKey: incidents.disputedKey,
    },
  }
}

/** The trace that starts with the week: whoever finds it on a server knows when the week ended. */
export function firstTraceId({
  seed,
  sessions = defaultSessions,
}: Pick<WeekOptions, "seed" | "sessions">): string {
  const ids = randomOf(keyOf(seed, sessions), "shop", "ids", 0)
  // The session's id comes first.
  ids.hex(12)
  return ids.hex(32)
}

/** Weeks of another size have other ids; only the numbers of incidents are those of the seed. */
function keyOf(seed: number, sessions: number): string {
  return `week/${seed}/${sessions}`
}

/** What people took back: it still arrives, and is withdrawn. */
function mistakes(
  key: string,
  { endMs }: Calendar,
  spans: readonly Span[],
): { mistaken: Feedback[]; withdrawals: Withdrawal[] } {
  const random = randomOf(key, "mistakes")
  const traces = [
    ...new Set(
      spans
        .filter(({ tags, name }) => name === "answer_customer" && tags.includes("topic:products"))
        .map(({ trace_id }) => trace_id),
    ),
  ]
  const reasons = ["Clicked the wrong thumb.", "Contains a telephone number.", "Was meant for another order."]
  const answers = [
    thumbs(false),
    comment("please call me, my number is 0176 555 0142"),
    comment("the lamp came broken, but that's the other chat"),
  ]
  const mistaken = answers.map((answer, index): Feedback => {
    const customer = spans[random.whole(0, spans.length - 1)]!.tags.find((tag) => tag.startsWith("user_id:"))!
    return {
      event_kind: "feedback",
      trace_id: random.pick(traces),
      submitter: { id: customer.slice("user_id:".length), type: "user" },
      ...answer,
      timestamp_ms: endMs - (3 + index * 9) * hourMs,
      ml_app: "shop-web",
      tags: ["channel:web"],
    }
  })
  return { mistaken, withdrawals: mistaken.map((feedback, index) => ({ feedback, reason: reasons[index]! })) }
}

/** A tab from before the last deployment, a tracer that was off, a ticket of another system. */
function lost(key: string, { endMs }: Calendar): Feedback[] {
  const random = randomOf(key, "lost")
  const at = (hours: number) => Math.round(endMs - hours * hourMs - random.between(0, 40) * minuteMs)
  const from = (id: string, mlApp: string) =>
    ({ event_kind: "feedback", submitter: { id, type: "user" }, ml_app: mlApp }) as const
  return [
    {
      ...from("customer-29104", "shop-web"),
      span_id: random.spanId(),
      ...thumbs(false),
      timestamp_ms: at(5),
      tags: ["channel:app"],
    },
    {
      ...from("customer-29377", "shop-web"),
      span_id: random.spanId(),
      ...thumbs(true),
      timestamp_ms: at(19),
      tags: ["channel:app"],
    },
    {
      ...from("customer-29377", "shop-web"),
      span_id: random.spanId(),
      ...comment("app crashed while it was still typing, but what I saw was good"),
      timestamp_ms: at(18.9),
      tags: ["channel:app"],
    },
    {
      ...from("customer-28813", "shop-web"),
      trace_id: random.hex(32),
      ...yes("helpful", false),
      timestamp_ms: at(44),
    },
    {
      ...from("maya", "coding-agent"),
      session_id: `code-${random.hex(12)}`,
      ...stars(4),
      timestamp_ms: at(51),
    },
    {
      ...from("support-tom", "support-desk"),
      feedback_join_key: "ticket-88213",
      ...stars(2),
      timestamp_ms: at(70),
      tags: ["desk:returns"],
    },
  ]
}

function byTime(a: { timestamp_ms: number }, b: { timestamp_ms: number }): number {
  return a.timestamp_ms - b.timestamp_ms
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
