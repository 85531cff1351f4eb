// What those on call, and other agents, say about the agent's reports.
import { onCall } from "../people.ts"
import { freshOf, type Random } from "../random.ts"
import { hourMs, minuteMs } from "../rhythm.ts"
import {
  agent,
  comment,
  details,
  listenUntil,
  passed,
  score,
  stars,
  thumbs,
  user,
  yes,
  type Answer,
  type Told,
} from "../said.ts"
import type { Calendar } from "../story.ts"
import type { TraceMaker } from "../trace.ts"
import { typed } from "../typing.ts"
import type { Alert } from "./incidents.ts"
import type { Investigation } from "./triage.ts"

/** Ids of those who worked on an incident; the first one led. */
export type Team = readonly [lead: string, second: string, third: string, fourth: string]

/** An incident when it is over. */
export interface Closed {
  readonly it: Investigation
  readonly alertSession: string
  readonly team: Team
  readonly traces: readonly [TraceMaker, ...TraceMaker[]]
  readonly closedMs: number
}

export interface Opinions extends Told {
  toAlert(alert: Alert, trace: TraceMaker, own: Random): void
  toIncident(closed: Closed): void
  /** Four people, two agents, three traces, and no agreement. */
  toDispute(closed: Closed): void
}

const chat = { ml_app: "incident-agent", tags: ["source:chat"] }
const desk = { ml_app: "incident-desk", tags: ["source:postmortem"] }
const agents = { ml_app: "postmortem-agent", tags: ["source:postmortem"] }

export function opinions(random: Random, { endMs }: Calendar): Opinions {
  const { feedback, evaluations, say, judge } = listenUntil(endMs)
  const fresh = freshOf(random)

  function evaluate({ it: { own, wrong }, traces: [triage] }: Closed): void {
    if (!own.chance(0.5)) return
    const value = Math.round((wrong ? own.between(0.3, 0.85) : own.between(0.75, 1)) * 100) / 100
    const pass = value >= 0.7
    judge(
      { join_on: { span: { span_id: reportOf(triage), trace_id: triage.traceId } } },
      { ...score("faithfulness", value), ...passed(pass) },
      triage.nowMs() + own.spread(5 * minuteMs),
      {
        ml_app: "incident-agent",
        tags: ["evaluator:faithfulness-judge"],
        reasoning: pass
          ? "Every claim of the report is backed by a tool result."
          : "The cause is not in any of the tool results.",
        metadata: { judge: "claude-sonnet-5" },
      },
    )
  }

  return {
    feedback,
    evaluations,
    toAlert(alert, trace, own) {
      const fine = own.chance(0.8)
      const by = user(own.pick(onCall))
      const turn = { trace_id: trace.traceId }
      const atMs = trace.nowMs() + own.spread(20 * minuteMs)
      if (own.chance(0.3)) say(by, turn, thumbs(fine), atMs, chat)
      const text = own.chance(0.15) ? fresh(fine ? alert.praise : alert.blame) : undefined
      if (text !== undefined) say(by, turn, comment(text), atMs + 20_000, chat)
    },
    toIncident(closed) {
      const { it, alertSession, team, traces, closedMs } = closed
      const { incident, number, own, wrong } = it
      const [lead, second, third] = [user(team[0]), user(team[1]), user(team[2])]
      const [triage] = traces
      const turn = { trace_id: triage.traceId }
      const entity = { feedback_join_key: number }
      evaluate(closed)
      if (own.chance(0.72)) {
        const minutes = wrong ? -own.whole(5, 30) : own.whole(1, 12) * 5
        const why = wrong ? "Sent us the wrong way first." : "Cause confirmed in the postmortem."
        say(lead, entity, resolution(!wrong, minutes, incident.severity), closedMs, {
          ...desk,
          ...(own.chance(0.3) && { reasoning: why }),
        })
      }
      if (own.chance(0.5)) say(lead, turn, thumbs(!wrong), triage.nowMs() + own.spread(9 * minuteMs), chat)
      if (own.chance(0.25))
        say(
          second,
          { span_id: reportOf(triage) },
          yes("helpful", !wrong),
          triage.nowMs() + own.spread(15 * minuteMs),
          chat,
        )
      if (own.chance(0.3))
        say(second, entity, stars(wrong ? own.whole(1, 2) : own.whole(4, 5)), closedMs + 20 * minuteMs, desk)
      if (own.chance(0.6)) {
        const text = fresh(wrong ? incident.blame : incident.praise)
        const target = own.pick([entity, turn, { session_id: alertSession }])
        if (text !== undefined)
          say(
            own.pick([lead, second]),
            target,
            comment(typed(text, own)),
            closedMs + own.spread(10 * minuteMs),
            chat,
          )
      }
      if (own.chance(0.2)) {
        const reasoning = `The reported cause ${wrong ? "differs from" : "is"} the one in the postmortem.`
        say(agent("postmortem-agent"), entity, yes("helpful", !wrong), closedMs + hourMs, {
          ...agents,
          reasoning,
        })
      }
      if (own.chance(0.12)) say(third, entity, thumbs(!wrong), closedMs + 40 * minuteMs, chat)
    },
    toDispute({ it: { number }, team, traces, closedMs }) {
      const [lead, second, third, fourth] = team
      const [first, middle = first, last = first] = [traces[0], traces[1], traces.at(-1)]
      const entity = { feedback_join_key: number }
      const after = (minutes: number) => closedMs + minutes * minuteMs
      const trigger = { ...chat, reasoning: "Names the trigger, not the cause." }
      const storm = {
        ...desk,
        reasoning: "It was the retry storm underneath. We fixed the symptom and it came back after an hour.",
      }
      const reread = { ...chat, reasoning: "Read the timeline again. It did warn about the second peak." }

      say(user(lead), { trace_id: first.traceId }, thumbs(true), first.nowMs() + 4 * minuteMs, chat)
      say(user(second), { trace_id: first.traceId }, thumbs(false), first.nowMs() + 11 * minuteMs, trigger)
      say(user(lead), { trace_id: middle.traceId }, yes("helpful", true), middle.nowMs() + 2 * minuteMs, chat)
      say(user(third), { trace_id: last.traceId }, thumbs(false), last.nowMs() + 6 * minuteMs, chat)

      say(user(lead), entity, resolution(true, 25, "sev1"), after(0), desk)
      say(
        user(lead),
        entity,
        comment(
          "It had the cause in the first message, with evidence. We lost time because half of us didn't believe it.",
        ),
        after(5),
        chat,
      )
      say(user(second), entity, resolution(false, -10, "sev1"), after(12), storm)
      say(
        user(second),
        entity,
        comment(
          "With respect: it had *a* cause. The thing happened again at the next peak, so it cannot have been *the* cause. I'd rather have an agent that says \"I'm 60 % sure\" than one that prints a table and sounds like a postmortem.",
        ),
        after(18),
        chat,
      )
      say(
        user(third),
        entity,
        comment(
          "I was the one who had to explain it upstairs. The report was readable, that's more than I can say of our usual ones. Whether it's right I leave to you two.",
        ),
        after(33),
        chat,
      )
      say(user(third), entity, stars(3), after(34), desk)
      say(user(fourth), entity, thumbs(false), after(35), chat)
      say(user(lead), entity, stars(5), after(36), desk)
      say(user(second), entity, stars(2), after(41), desk)
      say(agent("postmortem-agent"), entity, yes("helpful", true), after(120), {
        ...agents,
        reasoning: "The reported cause is the first of two in the postmortem.",
      })
      say(agent("triage-review-agent"), entity, yes("helpful", false), after(121), {
        ...agents,
        reasoning: "Confidence was too high; the incident reopened.",
      })
      say(user(fourth), entity, thumbs(true), after(180), reread)
    },
  }
}

function resolution(correct: boolean, minutesSaved: number, severity: string): Answer {
  return {
    ...details("resolution", { correct_cause: correct, minutes_saved: minutesSaved, severity }),
    ...passed(correct),
  }
}

function reportOf({ spans }: TraceMaker): string {
  return spans.findLast(({ name }) => name === "write_report")!.span_id
}
