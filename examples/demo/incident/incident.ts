// The incident agent's week: alerts start it, and those on call ask it more.
import { fill } from "../fill.ts"
import { onCall } from "../people.ts"
import { randomOf } from "../random.ts"
import { alerts, hourMs, minuteMs, timesOf } from "../rhythm.ts"
import type { Told } from "../said.ts"
import type { Calendar } from "../story.ts"
import type { Span, TraceMaker } from "../trace.ts"
import { areYouSure, incidents, itIsBack, noise } from "./incidents.ts"
import { opinions, type Team } from "./opinions.ts"
import { askAgent, factsOf, triageAlert, triageIncident, type Investigation } from "./triage.ts"

export interface IncidentWeek extends Told {
  readonly spans: Span[]
  /** The incident that people disagree about. */
  readonly disputedKey: string
}

export interface IncidentOptions {
  readonly key: string
  /** The number of the first incident: INC-2041. */
  readonly firstNumber: number
  readonly sessions: number
  readonly calendar: Calendar
}

export function makeIncidents({ key, firstNumber, sessions, calendar }: IncidentOptions): IncidentWeek {
  const random = randomOf(key, "incident")
  const spans: Span[] = []
  const listen = opinions(random, calendar)
  // Everybody has an opinion about the first one.
  const [disputed, ...others] = [incidents[0]!, ...random.shuffle(incidents.slice(1)), incidents[0]!]
  let made = 0

  // An incident has two sessions, the alert's and the chat of those on call; an alert that is noise has one.
  const count = Math.round(sessions / 1.45)
  const range = { fromMs: calendar.startMs + minuteMs, toMs: calendar.endMs - 25 * minuteMs, count }
  for (const [index, startMs] of timesOf(alerts, range, random).entries()) {
    const own = randomOf(key, "incident", "session", index)
    const ids = randomOf(key, "incident", "ids", index)
    const facts = factsOf(startMs, own)
    if (index < 2 || own.chance(0.55)) {
      const alert = own.pick(noise)
      const trace = triageAlert(fill(alert, facts), { own, ids, startMs })
      spans.push(...trace.spans)
      listen.toAlert(alert, trace, own)
      continue
    }
    const first = made === 0
    const incident = first ? disputed : others[(made - 1) % others.length]!
    const number = `INC-${firstNumber + made++}`
    const wrong = !first && own.chance(0.24)
    investigate(
      { incident, number, own, ids, startMs, wrong, facts: { ...facts, service: incident.service } },
      first,
    )
  }
  return {
    spans,
    feedback: listen.feedback,
    evaluations: listen.evaluations,
    disputedKey: `INC-${firstNumber}`,
  }

  function investigate(it: Investigation, isDisputed: boolean): void {
    const { incident, number, own, ids, wrong, facts } = it
    const alertSession = `${number.toLowerCase()}-${ids.hex(6)}`
    const chatSession = `oncall-${ids.hex(10)}`
    const team = own.shuffle(onCall).slice(0, 4) as unknown as Team
    const traces: [TraceMaker, ...TraceMaker[]] = [triageIncident(it, alertSession)]
    const questions = wrong ? [areYouSure] : [...incident.questions, ...(isDisputed ? [itIsBack] : [])]
    let nowMs = traces[0].nowMs() + own.spread(5 * minuteMs)
    for (const question of questions) {
      const trace = askAgent(it, chatSession, own.pick(team.slice(0, 2)), fill(question, facts), nowMs)
      if (trace.nowMs() > calendar.endMs) break
      traces.push(trace)
      nowMs = trace.nowMs() + own.spread(question === incident.questions.at(-1) ? hourMs : 6 * minuteMs)
    }
    spans.push(...traces.flatMap((trace) => trace.spans))
    const closedMs = nowMs + own.spread(2 * hourMs)
    const heard = { it, alertSession, team, traces, closedMs }
    if (isDisputed) listen.toDispute(heard)
    else listen.toIncident(heard)
  }
}
