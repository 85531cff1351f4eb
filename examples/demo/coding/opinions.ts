// What developers, a reviewing agent and evaluators say about the agent's work.
import { freshOf, type Random } from "../random.ts"
import { hourMs, minuteMs } from "../rhythm.ts"
import {
  agent,
  choice,
  comment,
  details,
  listenUntil,
  passed,
  score,
  stars,
  thumbs,
  user,
  yes,
  type Setting,
  type Subject,
  type Told,
} from "../said.ts"
import type { Calendar } from "../story.ts"
import type { Span, TraceMaker } from "../trace.ts"
import { typed } from "../typing.ts"
import type { Session, Work } from "./loop.ts"
import type { Verdict } from "./task.ts"

export interface Opinions extends Told {
  /** What the developer does with the suggestion, and says about it. */
  toWork(session: Session, work: Work, verdict: Verdict, voted: boolean): void
  toSession(session: Session, verdict: Verdict, endMs: number): void
  toMigration(trace: TraceMaker): void
}

const editor = { ml_app: "coding-agent", tags: ["client:editor"] }
const ci = { ml_app: "review-agent", tags: ["client:ci"] }

const reasons = ["Wrong approach", "Breaks other code", "Too large", "Not what I asked for"]
const starsOf = { accepted: [4, 5, 5, 5], edited: [3, 4, 4], rejected: [1, 2, 2, 3] } as const
const shortWords: Record<Verdict, readonly string[]> = {
  accepted: ["lgtm", "👍", "nice", "merged", "good", "exactly", "works", "thanks"],
  edited: ["small changes", "ok with edits", "close", "mostly fine"],
  rejected: ["no", "wrong file", "reverted", "did it by hand in the end", "nope", "not what I asked"],
}

export function opinions(random: Random, { endMs }: Calendar): Opinions {
  const { feedback, evaluations, say, judge } = listenUntil(endMs)
  const fresh = freshOf(random)

  function suggestion(
    { developer, own }: Session,
    { trace, editSpan, answerSpan }: Work,
    verdict: Verdict,
    atMs: number,
  ): void {
    const target = { span_id: (editSpan ?? answerSpan).span_id }
    const rejected = verdict === "rejected"
    // Taken at first, thrown away when the tests of the whole project had run.
    if (rejected && own.chance(0.12))
      say(
        user(developer),
        target,
        choice("suggestion_accepted", "accepted", true),
        trace.nowMs() + 2_000,
        editor,
      )
    const reasoning = rejected && own.chance(0.35) ? { reasoning: own.pick(reasons) } : {}
    say(user(developer), target, choice("suggestion_accepted", verdict, !rejected), atMs, {
      ...editor,
      ...reasoning,
    })
    if (own.chance(0.3)) {
      const lines = own.whole(8, 60)
      const kept = { accepted: lines, edited: Math.round(lines * own.between(0.5, 0.9)), rejected: 0 }[
        verdict
      ]
      const seconds = Math.round((atMs - trace.nowMs()) / 1_000)
      say(
        user(developer),
        target,
        details("edit_stats", { lines_suggested: lines, lines_kept: kept, seconds_to_decide: seconds }),
        atMs + 1_000,
        editor,
      )
    }
  }

  function evaluate({ task, own }: Session, { trace, answerSpan }: Work, good: boolean): void {
    if (task.test && own.chance(0.3)) {
      const metadata = { command: task.test.command }
      judge(
        subject(trace.spans[0]!),
        yes("tests_passed", good || own.chance(0.6)),
        trace.nowMs() + own.spread(3 * minuteMs),
        { ...evaluator("ci"), metadata },
      )
    }
    if (own.chance(0.3)) {
      const value = Math.round((good ? own.between(0.7, 0.98) : own.between(0.25, 0.8)) * 100) / 100
      const pass = value >= 0.7
      const reasoning = pass
        ? "Follows the request, small diff, explains its limits."
        : "Leaves part of the request undone."
      const answer = { ...score("task_completion", value), ...passed(pass) }
      judge(subject(answerSpan), answer, trace.nowMs() + own.spread(6 * minuteMs), {
        ...evaluator("completion-judge"),
        reasoning,
        metadata: { judge: "gpt-5" },
      })
    }
  }

  return {
    feedback,
    evaluations,
    toWork(session, work, verdict, voted) {
      const { task, developer, own } = session
      const { trace, answerSpan, editSpan } = work
      const good = verdict !== "rejected"
      const turn = { trace_id: trace.traceId }
      const atMs = trace.nowMs() + 5_000 + own.spread(2 * minuteMs, 0.7)
      if (voted) suggestion(session, work, verdict, atMs)
      if (!editSpan || own.chance(0.18)) {
        const answer = own.chance(0.5) ? thumbs(good) : stars(own.pick(starsOf[verdict]))
        say(user(developer), turn, answer, atMs + 4_000, editor)
      }
      if (own.chance(0.62)) {
        const text = fresh(task[verdict]) ?? (own.chance(0.5) ? own.pick(shortWords[verdict]) : undefined)
        const target = own.chance(0.6) ? turn : { span_id: answerSpan.span_id }
        if (text !== undefined)
          say(user(developer), target, comment(typed(text, own)), atMs + own.spread(30_000), editor)
      }
      if (own.chance(0.16)) {
        // It likes whatever has tests, and so does not always agree with the developer.
        const passes = task.test !== undefined ? own.chance(0.8) : good
        const reasoning = passes
          ? "The diff is small and covered by the tests that were run."
          : "No test covers the changed lines."
        const target = { span_id: (editSpan ?? answerSpan).span_id }
        say(agent("review-agent"), target, yes("helpful", passes), trace.nowMs() + own.spread(4 * minuteMs), {
          ...ci,
          reasoning,
        })
      }
      evaluate(session, work, good)
    },
    toSession({ developer, own, id }, verdict, endMs) {
      const atMs = endMs + own.spread(minuteMs)
      if (own.chance(0.28))
        say(user(developer), { session_id: id }, stars(own.pick(starsOf[verdict])), atMs, editor)
      if (own.chance(0.06))
        say(user(developer), { session_id: id }, yes("helpful", verdict !== "rejected"), atMs + 5_000, editor)
    },
    toMigration({ traceId, spans, nowMs }) {
      const [maya, jonas] = [user("maya"), user("jonas")]
      const turn = { trace_id: traceId }
      const after = (minutes: number) => nowMs() + minutes * minuteMs
      judge(subject(spans[0]!), yes("tests_passed", true), after(2), {
        ...evaluator("ci"),
        metadata: { command: "npm test" },
      })
      say(agent("review-agent"), turn, yes("helpful", false), after(5), {
        ...ci,
        reasoning: "2 of 1,412 tests were skipped instead of migrated.",
      })
      say(
        maya,
        { span_id: spans.at(-1)!.span_id },
        choice("suggestion_accepted", "accepted", true),
        after(22),
        editor,
      )
      say(maya, turn, stars(5), after(23), editor)
      say(maya, turn, comment(praise), after(26), editor)
      say(
        jonas,
        turn,
        comment("two tests in packages/checkout are .skip now. 'All run on Vitest' my foot"),
        nowMs() + 3 * hourMs,
        editor,
      )
      say(jonas, turn, thumbs(false), nowMs() + 3 * hourMs + 4_000, editor)
    },
  }
}

const praise = `180 test files migrated while I had lunch. I read about forty of them and spot-checked the rest, all fine.

What I'd change: it could stop and ask after the first package. And the final answer should list what it skipped at the top, not at the bottom.`

function subject({ span_id, trace_id }: Span): Subject {
  return { join_on: { span: { span_id, trace_id } } }
}

function evaluator(name: string): Setting {
  return { ml_app: "coding-agent", tags: [`evaluator:${name}`] }
}
