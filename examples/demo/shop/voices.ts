// What customers, colleagues and evaluators say about the shop's answers.
import { fill, type Facts } from "../fill.ts"
import { freshOf, type Random } from "../random.ts"
import { dayMs, hourMs, minuteMs } from "../rhythm.ts"
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
  type Answer,
  type Setting,
  type Target,
  type Told,
} from "../said.ts"
import type { Calendar } from "../story.ts"
import type { Span } from "../trace.ts"
import { typed } from "../typing.ts"
import type { Customer } from "./customers.ts"
import type { Mood, Quality, Scene, Topic, Turn } from "./scene.ts"
import { aboutFailures, delighted, long, short } from "./smalltalk.ts"

/** A turn that was answered, and how the customer took it. */
export interface Heard {
  readonly turn: Turn
  readonly scene: Scene
  readonly topic: Topic
  readonly facts: Facts
  readonly text: string
  /** Which of the possible answers it was, counted from 1. */
  readonly which: number
  readonly quality: Quality
  readonly mood: Mood
  readonly voted: boolean
  readonly version: number
  readonly traceId: string
  readonly replySpan: Span
  readonly messageId: string
  readonly spans: readonly Span[]
  /** Epoch ms */
  readonly endMs: number
}

export interface Voices extends Told {
  toConversation(customer: Customer, sessionId: string, heard: readonly Heard[], own: Random): void
  /** He finds the thumb, the stars and the comment field, every time. */
  toFury(customer: Customer, heard: Heard, text: string | undefined): void
  toVerdict(customer: Customer, sessionId: string, atMs: number, text: string | undefined): void
  /** One broken promise goes round the whole team. Gives its trace; empty where nothing was promised. */
  toTheWorst(): string
}

/** Chips under the thumb. */
const reasons = ["Wrong information", "Did not understand me", "Too general", "Did not solve it", "Too long"]

const assistant = { ml_app: "shop-assistant", tags: ["source:survey"] }
const desk = { ml_app: "support-desk", tags: ["desk:returns"] }
const qa = { ml_app: "shop-qa", tags: ["source:qa"] }

export function voices(random: Random, { endMs }: Calendar): Voices {
  const { feedback, evaluations, say, judge } = listenUntil(endMs)
  const promises: { customer: Customer; heard: Heard; sessionId: string }[] = []
  const commentFor = commentator(random)

  /** The thumbs and the comment field belong to the web shop, which is another application. */
  function onPage(
    customer: Customer,
    target: Target,
    answer: Answer,
    atMs: number,
    reasoning?: string,
  ): void {
    const tags = [`channel:${customer.channel}`, `country:${customer.country}`]
    say(user(customer.id), target, answer, atMs, {
      ml_app: "shop-web",
      tags,
      ...(reasoning && { reasoning }),
    })
  }

  function vote(customer: Customer, heard: Heard, own: Random): void {
    const up = heard.mood === "up"
    const pick = (share: number): Target =>
      own.chance(share) ? { span_id: heard.replySpan.span_id } : { trace_id: heard.traceId }
    if (heard.voted) {
      const target = pick(0.75)
      const laterMs = heard.quality === "promise" && !up ? 7 * hourMs : 40_000
      const atMs = heard.endMs + 20_000 + own.spread(laterMs, 0.6)
      const why = !up && own.chance(0.3) ? own.pick(reasons) : undefined
      // Some change their mind: what is current is the later word.
      if (own.chance(0.05)) onPage(customer, target, thumbs(!up), heard.endMs + own.between(5_000, 15_000))
      onPage(customer, target, thumbs(up), atMs, why)
    }
    if (own.chance(0.045)) {
      const helped = yes("helpful", up && heard.quality !== "bad")
      say(user(customer.id), pick(0.7), helped, heard.endMs + own.spread(50_000), assistant)
    }
    if (own.chance(0.012)) {
      const fine = heard.quality === "good"
      const reasoning = fine ? "Answers the question with the data of the tools." : wrongOf(heard)
      const target = { span_id: heard.replySpan.span_id }
      say(agent("qa-agent"), target, yes("helpful", fine), heard.endMs + own.spread(2 * hourMs), {
        ...qa,
        reasoning,
      })
    }
  }

  function remark(customer: Customer, sessionId: string, heard: Heard, own: Random): void {
    const down = heard.mood === "down"
    if (!own.chance(heard.voted ? (down ? 0.46 : 0.2) : 0.012)) return
    const text = commentFor(heard, customer, own)
    if (text === undefined) return
    const late = text.startsWith("~") || (heard.quality === "promise" && down)
    const delayMs = late ? own.between(1.05, 2.4) * dayMs : 15_000 + own.spread(80_000, 0.7)
    const { target } = own.weighted<{ share: number; target: Target }>([
      { share: 6, target: { trace_id: heard.traceId } },
      { share: 3, target: { span_id: heard.replySpan.span_id } },
      { share: 1, target: { session_id: sessionId } },
    ])
    onPage(customer, target, comment(text.replace(/^~?(\d\|)?/, "")), heard.endMs + delayMs)
  }

  /** The window that opens when the chat is closed. */
  function survey(customer: Customer, sessionId: string, heard: readonly Heard[], own: Random): void {
    const by = user(customer.id)
    const session = { session_id: sessionId }
    const first = heard[0]!
    const atMs = heard.at(-1)!.endMs + own.spread(70_000)
    const downs = heard.filter(({ mood }) => mood === "down").length / heard.length
    if (own.chance(0.125)) {
      // Three stars in the first relief, and one when the money does not come.
      const relieved = downs > 0 && heard.some(({ quality }) => quality === "promise")
      const count = own.pick(
        downs > 0.5 ? [1, 1, 1, 2, 2, 3] : downs > 0 ? [2, 3, 3, 4] : [3, 4, 4, 5, 5, 5, 5],
      )
      say(by, session, stars(relieved ? 3 : count), atMs, assistant)
      if (relieved) say(by, session, stars(1), atMs + own.between(1, 2) * dayMs, assistant)
    }
    if (own.chance(0.05)) say(by, session, yes("resolved", downs < 0.5), atMs + 15_000, assistant)
    if (own.chance(0.016)) {
      const again = downs > 0.5 ? "no" : own.pick(["yes", "yes", "maybe"])
      const effort = downs > 0 ? own.whole(4, 5) : own.whole(1, 3)
      say(
        by,
        session,
        details("survey", { effort, tone: own.whole(3, 5), would_use_again: again }),
        atMs + 30_000,
        assistant,
      )
    }
    if (own.chance(0.012)) {
      const turn = { trace_id: first.traceId }
      onPage(customer, turn, stars(downs > 0 ? 2 : 5), first.endMs + own.spread(60_000))
      onPage(
        customer,
        turn,
        details("survey", { clear: downs > 0 ? 2 : 5, fast: 4 }),
        first.endMs + own.spread(70_000),
      )
      onPage(customer, session, thumbs(downs < 0.5), atMs + 9_000)
    }
  }

  function evaluate(heard: Heard, own: Random): void {
    const { replySpan, turn, quality, traceId, text, scene } = heard
    if (quality === "failed" || (!turn.help && !turn.tools)) return
    const span = { join_on: { span: { span_id: replySpan.span_id, trace_id: traceId } } }
    const tag = { join_on: { tag: { key: "message_id", value: heard.messageId } } }
    const soonMs = heard.endMs + own.spread(4 * minuteMs)
    const fine = quality === "good"
    const wrong = wrongOf(heard)
    if (own.chance(heard.version === 7 && heard.topic === "returns" ? 0.3 : 0.06)) {
      // The judge is only a model as well: now and then it likes a promise.
      const strict = own.chance(0.88)
      const value = fine ? own.between(0.84, 1) : strict ? own.between(0.08, 0.55) : own.between(0.78, 0.93)
      const reasoning = value > 0.7 ? own.pick(faithful) : wrong
      judge(own.chance(0.12) ? tag : span, faithfulness(value), soonMs, {
        ...evaluator("faithfulness-judge"),
        reasoning,
        metadata: { judge: "gpt-5", samples: 3 },
      })
    }
    // Happy customers with a wrong answer are looked at more closely.
    if (own.chance(heard.mood === "up" && !fine ? 0.5 : 0.035)) {
      const reasoning = fine ? own.pick(correct) : wrong
      judge(span, yes("answer_correct", fine), soonMs, {
        ...evaluator("answer-check"),
        reasoning,
        metadata: { judge: "claude-sonnet-5" },
      })
    }
    if (own.chance(0.035)) {
      const mild = quality === "bad" && own.chance(0.15)
      const setting = {
        ...evaluator("toxicity-classifier"),
        ...(mild && { reasoning: "Slightly patronising towards the customer." }),
      }
      judge(span, choice("toxicity", mild ? "mild" : "none", !mild), soonMs, setting)
    }
    if (own.chance(0.012)) {
      const reasoning = fine ? "The customer has what they came for." : wrong
      judge({ session_id: replySpan.session_id }, yes("goal_reached", fine), heard.endMs + hourMs / 2, {
        ...evaluator("session-judge"),
        reasoning,
      })
    }
    if (own.chance(0.01)) {
      const found = {
        language: scene.language ?? "en",
        promises_money: quality === "promise",
        offers_person: text.includes("T-"),
      }
      judge(
        span,
        { ...details("policy_check", found), ...passed(quality !== "promise") },
        soonMs,
        evaluator("policy-check"),
      )
    }
  }

  return {
    feedback,
    evaluations,
    toConversation(customer, sessionId, heard, own) {
      for (const turn of heard) {
        vote(customer, turn, own)
        remark(customer, sessionId, turn, own)
        evaluate(turn, own)
        const broken = turn.quality === "promise" && turn.mood === "down" && turn.scene.name === "final_sale"
        if (broken) promises.push({ customer, heard: turn, sessionId })
      }
      if (heard.length > 0) survey(customer, sessionId, heard, own)
    },
    toFury(customer, heard, text) {
      if (text === undefined) return
      const trace = { trace_id: heard.traceId }
      const span = { span_id: heard.replySpan.span_id }
      onPage(customer, trace, thumbs(false), heard.endMs + 30_000)
      say(user(customer.id), span, stars(1), heard.endMs + 55_000, assistant)
      onPage(customer, trace, comment(text), heard.endMs + 9 * minuteMs)
      // What he is told is true, except for one promise. He and the judge do not agree.
      const value = heard.text.includes("guaranteed") ? 0.11 : 0.96
      const reasoning = value > 0.7 ? faithful[0]! : "Guarantees a refund that no tool has made."
      judge({ join_on: { span: { ...span, ...trace } } }, faithfulness(value), heard.endMs + 3 * minuteMs, {
        ...evaluator("faithfulness-judge"),
        reasoning,
      })
    },
    toVerdict(customer, sessionId, atMs, text) {
      const session = { session_id: sessionId }
      say(user(customer.id), session, stars(1), atMs + minuteMs, assistant)
      if (text !== undefined) onPage(customer, session, comment(text), atMs + 15 * minuteMs)
    },
    toTheWorst() {
      const worst = promises[0]
      if (!worst) return ""
      const { customer, heard, sessionId } = worst
      const trace = { trace_id: heard.traceId }
      const after = (hours: number) => heard.endMs + hours * hourMs
      const [lena, tom] = [user("support-lena"), user("support-tom")]
      say(agent("qa-agent"), trace, yes("helpful", false), after(3), { ...qa, reasoning: wrongOf(heard) })
      onPage(customer, trace, thumbs(false), after(21), reasons[0])
      say(user(customer.id), { session_id: sessionId }, stars(1), after(21.1), assistant)
      onPage(customer, trace, comment(fill(complaint, heard.facts)), after(21.2))
      say(lena, trace, thumbs(false), after(22), {
        ...desk,
        reasoning:
          "Final sale. We never refund these, and nobody made an exception. Fifth case since yesterday.",
      })
      say(
        lena,
        trace,
        comment(
          "Called the customer, apologised, paid the label. Please somebody look at the new prompt: it refunds everything.",
        ),
        after(22.3),
        desk,
      )
      say(tom, trace, thumbs(false), after(23), { ...desk, reasoning: "Same as the two I had this morning." })
      return heard.traceId
    },
  }
}

const complaint = `I asked one question: can I return something from the sale. The answer was yes, with the full amount. I went to the post office in the rain, paid for the label, and now I get a mail that final sale items are excluded and that my {product} comes back to me.

Either your assistant knows your rules or it doesn't. If it doesn't, it shouldn't answer.`

const faithful = [
  "Every statement is in the order data or in a help page.",
  "Dates, amounts and conditions agree with the tool results.",
  "Nothing is claimed beyond the retrieved pages.",
  "One rounding, otherwise all figures come from the tools.",
]
const correct = [
  "Answers the question and names the next step.",
  "Same conclusion as the reference answer.",
  "Correct, although the reference answer is shorter.",
]

function faithfulness(value: number): Answer {
  return { ...score("faithfulness", Math.round(value * 100) / 100), ...passed(value >= 0.7) }
}

function evaluator(name: string): Setting {
  return { ml_app: "shop-assistant", tags: [`evaluator:${name}`] }
}

function wrongOf({ turn }: Heard): string {
  return turn.wrong ?? "The answer does not use what the tools and help pages say."
}

/** Finds words that fit: mostly the scene's own, each of them once, else the short ones that everybody uses. */
function commentator(random: Random): (heard: Heard, customer: Customer, own: Random) => string | undefined {
  const fresh = freshOf(random)
  return (heard, customer, own) => {
    const { quality, mood, facts } = heard
    const up = mood === "up"
    const tone = up ? "praise" : quality === "good" ? "grumble" : "blame"
    // What they say of a system that is down is written in English only.
    if (quality === "failed" && customer.language !== "en") return undefined
    const text = own.chance(0.8) ? fresh(fitting(heard, tone), answersTo(heard.which)) : undefined
    const general = customer.language === "en" && quality !== "promise"
    const usual =
      general && (up ? quality === "good" : quality !== "failed") && own.chance(0.3)
        ? fresh(long[tone])
        : undefined
    const found = text ?? usual ?? (general ? own.pick(short[tone]) : undefined)
    return found === undefined ? undefined : typed(fill(found, facts), own)
  }
}

/** Whether a text speaks of this answer, or of none in particular. */
function answersTo(which: number): (text: string) => boolean {
  return (text) => (/^~?(\d)\|/.exec(text)?.[1] ?? String(which)) === String(which)
}

const none: readonly string[] = []

function fitting({ turn, quality, mood }: Heard, tone: "praise" | "blame" | "grumble"): readonly string[] {
  const up = mood === "up"
  if (quality === "failed") return up ? none : aboutFailures
  if (quality === "promise") return (up ? delighted : turn.betrayed) ?? none
  return (up && quality === "bad" ? none : turn[tone]) ?? none
}
