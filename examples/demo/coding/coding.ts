// The coding agent's week: who asks it for what, and what they think of the result.
import { developers } from "../people.ts"
import { deck, randomOf } from "../random.ts"
import { minuteMs, officeHours, timesOf, weekMs } from "../rhythm.ts"
import type { Told } from "../said.ts"
import type { Calendar } from "../story.ts"
import type { Span } from "../trace.ts"
import { followUp, followUps, solve, system, type Session } from "./loop.ts"
import { migration } from "./migration.ts"
import { opinions } from "./opinions.ts"
import { repos } from "./repos.ts"
import type { Verdict } from "./task.ts"
import { tasks } from "./tasks.ts"

export interface CodingWeek extends Told {
  readonly spans: Span[]
  /** The trace with about 600 spans. */
  readonly longestTraceId: string
}

export interface CodingOptions {
  readonly key: string
  readonly sessions: number
  readonly calendar: Calendar
}

export function makeCoding({ key, sessions, calendar }: CodingOptions): CodingWeek {
  const random = randomOf(key, "coding")
  const spans: Span[] = []
  const listen = opinions(random, calendar)
  const verdictOn = {
    old: deck<Verdict>(random, [
      ["accepted", 13],
      ["edited", 5],
      ["rejected", 7],
    ]),
    new: deck<Verdict>(random, [
      ["accepted", 11],
      ["edited", 2],
      ["rejected", 2],
    ]),
  }
  const range = { fromMs: calendar.startMs + minuteMs, toMs: calendar.endMs - 40 * minuteMs, count: sessions }

  for (const [index, startMs] of timesOf(officeHours, range, random).entries()) {
    const own = randomOf(key, "coding", "session", index)
    const ids = randomOf(key, "coding", "ids", index)
    const task = own.weighted(tasks)
    const newer = startMs >= calendar.newModelMs && own.chance(0.5)
    const session: Session = {
      id: `code-${ids.hex(12)}`,
      task,
      repo: repos[task.repo],
      developer: own.pick(developers),
      newer,
      own,
      ids,
      messages: [{ role: "system", content: system }],
    }
    // The verdict comes first, so that the shares of the story hold; the work is made to deserve it.
    const voted = task.edits !== undefined && own.chance(0.85)
    const verdict = voted ? verdictOn[newer ? "new" : "old"]() : own.pick(usual)
    const work = solve(session, startMs, verdict === "rejected")
    spans.push(...work.trace.spans)
    listen.toWork(session, work, verdict, voted)
    let nowMs = work.trace.nowMs()
    for (const more of followUps(session, verdict)) {
      nowMs += own.spread(3 * minuteMs)
      const trace = followUp(session, more, nowMs)
      if (trace.nowMs() > calendar.endMs) break
      spans.push(...trace.spans)
      nowMs = trace.nowMs()
    }
    listen.toSession(session, verdict, nowMs)
  }

  const long = migration(
    randomOf(key, "coding", "migration"),
    randomOf(key, "coding", "ids", "migration"),
    calendar.startMs + 0.61 * weekMs,
  )
  spans.push(...long.spans)
  listen.toMigration(long)
  return { spans, feedback: listen.feedback, evaluations: listen.evaluations, longestTraceId: long.traceId }
}

const usual: readonly Verdict[] = ["accepted", "accepted", "accepted", "edited", "rejected"]
