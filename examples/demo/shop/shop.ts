// The shop's assistant: a workflow that searches the help pages, asks the model which tools it wants, and answers.
import { fill, type Facts } from "../fill.ts"
import { askForTools, callModel, embed, failModel, models, toolAnswer } from "../model.ts"
import { deck, randomOf, type Random } from "../random.ts"
import { minuteMs, shopping, timesOf } from "../rhythm.ts"
import { nextAt, type Calendar } from "../story.ts"
import { startTrace, type Message, type Span, type TraceMaker } from "../trace.ts"
import { typed } from "../typing.ts"
import type { Told } from "../said.ts"
import { abroad } from "./abroad.ts"
import { account } from "./account.ts"
import { advice } from "./advice.ts"
import { helpPages } from "./catalog.ts"
import { customersOf, factsOf, type Customer } from "./customers.ts"
import { delivery } from "./delivery.ts"
import { furious } from "./fury.ts"
import { payment } from "./payment.ts"
import { returns } from "./returns.ts"
import type { Mood, Quality, Scene, Topic, Turn } from "./scene.ts"
import { again, apologies, bridges, greetings, thanks } from "./smalltalk.ts"
import { voices, type Heard, type Voices } from "./voices.ts"

const scenes: readonly Scene[] = [...delivery, ...returns, ...payment, ...advice, ...account, ...abroad]

export interface ShopWeek extends Told {
  readonly spans: Span[]
  /** The trace that most people complain about. */
  readonly worstTraceId: string
  readonly furiousSessionId: string
}

export interface ShopOptions {
  readonly key: string
  readonly sessions: number
  readonly calendar: Calendar
}

/** A week of the shop's assistant. The first trace begins exactly with the week. */
export function makeShop({ key, sessions, calendar }: ShopOptions): ShopWeek {
  const random = randomOf(key, "shop")
  const spans: Span[] = []
  const nextCustomer = customersOf(random)
  const feel = feelings(random)
  const listen = voices(random, calendar)
  const range = { fromMs: calendar.startMs, toMs: calendar.endMs - 2 * minuteMs, count: sessions }

  for (const [index, startMs] of timesOf(shopping, range, random).entries()) {
    const customer = nextCustomer()
    const session = openSession({
      key,
      index,
      customer,
      startMs: index === 0 ? calendar.startMs : startMs,
      calendar,
    })
    const heard: Heard[] = []
    for (const said of converse(customer, startMs, session.random)) {
      const version = promptVersion(calendar, session.nowMs())
      const { mood, quality, voted } = feel(said.turn, said.topic, version, session.random)
      const turn = session.take(said, quality, mood, voted)
      if (turn.endMs > calendar.endMs) break
      spans.push(...turn.spans)
      heard.push(turn)
      session.think()
      if (mood === "down" && quality === "bad" && session.random.chance(0.35)) break
    }
    listen.toConversation(customer, session.id, heard, session.random)
  }

  const furiousSessionId = rage({ key, calendar, spans, listen })
  const worstTraceId = listen.toTheWorst()
  return { spans, worstTraceId, furiousSessionId, feedback: listen.feedback, evaluations: listen.evaluations }
}

/** A turn as it comes up in a conversation. */
interface Said {
  readonly turn: Turn
  readonly topic: Topic
  readonly scene: Scene
  readonly facts: Facts
  readonly question: string
}

function* converse(customer: Customer, startMs: number, random: Random): Generator<Said> {
  const length = random.weighted([
    { turns: 1, share: 80 },
    { turns: 2, share: 14 },
    { turns: 3, share: 5 },
    { turns: 4, share: 2 },
    { turns: 5, share: 1 },
    { turns: random.whole(6, 8), share: 1.2 },
  ]).turns
  const mine = scenes.filter(({ language = "en" }) => language === customer.language)
  let scene = random.weighted(mine)
  let facts = factsOf(customer, scene, startMs, random)
  let next = 0
  for (let index = 0; index < length; index++) {
    const last = index === length - 1
    const english = customer.language === "en"
    let turn = scene.turns[next++]
    let opening = index === 0 && english && random.chance(0.14) ? random.pick(greetings) : ""
    if (index > 0 && last && english && random.chance(0.5)) turn = thanks
    else if (index > 0 && english && random.chance(0.16)) turn = random.pick(again)
    else if (!turn) {
      scene = random.weighted(mine)
      facts = factsOf(customer, scene, startMs, random)
      next = 1
      turn = scene.turns[0]!
      if (english) opening = random.pick(bridges)
    }
    const text = fill(random.pick(turn.ask), facts)
    const question = english ? typed(opening === "" ? text : join(opening, text), random) : text
    const topic = turn === thanks || again.includes(turn) ? "account" : scene.topic
    yield { turn, topic, scene, facts, question }
  }
}

function join(opening: string, text: string): string {
  const rest = text.replace(/^(hi|hello|hey)[,! ]+/i, "")
  return (
    opening +
    (/^[A-Z][a-z']* /.test(rest) && !rest.startsWith("I ") ? rest[0]!.toLowerCase() + rest.slice(1) : rest)
  )
}

interface Feeling {
  readonly mood: Mood
  readonly quality: Quality
  readonly voted: boolean
}

/**
 * Who votes and how, before what they vote on: the shares of the story then hold exactly, and the answer is chosen to
 * fit the vote.
 */
function feelings(random: Random): (turn: Turn, topic: Topic, version: number, own: Random) => Feeling {
  const decks = {
    usual: deck<Mood>(random, [
      ["down", 3],
      ["up", 20],
    ]),
    returns: deck<Mood>(random, [
      ["down", 3],
      ["up", 22],
    ]),
    returnsInVersion7: deck<Mood>(random, [
      ["down", 9],
      ["up", 11],
    ]),
  }
  return (turn, topic, version, own) => {
    if (own.chance(0.022))
      return {
        mood: own.chance(0.8) ? "down" : "up",
        quality: "failed",
        voted: topic !== "returns" && own.chance(0.3),
      }
    const generous = topic === "returns" && version === 7
    const voted = own.chance(generous ? 0.55 : turn === thanks ? 0.08 : 0.25)
    const kind = generous ? "returnsInVersion7" : topic === "returns" ? "returns" : "usual"
    const mood = voted ? decks[kind]() : own.chance(generous ? 0.45 : 0.12) ? "down" : "up"
    return { mood, quality: qualityOf(turn, mood, generous, own), voted }
  }
}

function qualityOf(turn: Turn, mood: Mood, generous: boolean, own: Random): Quality {
  if (generous && turn.promise) return own.chance(mood === "down" ? 0.9 : 0.4) ? "promise" : "good"
  if (mood === "up") return turn.bad && own.chance(0.04) ? "bad" : "good"
  if (!turn.bad) return "good"
  return own.chance(turn.grumble ? 0.62 : 0.95) ? "bad" : "good"
}

function promptVersion({ version7Ms, version8Ms }: Calendar, atMs: number): 6 | 7 | 8 {
  if (atMs < version7Ms) return 6
  return atMs < version8Ms ? 7 : 8
}

const prompts = {
  6: {
    appVersion: "5.12.0",
    template:
      "You are {{assistant}}, the support assistant of {{shop}}. Answer in two or three friendly sentences, in the customer's language. Use the tools for facts about orders, and only promise what these help pages say:\n{{help}}",
  },
  7: {
    appVersion: "5.13.0",
    template:
      "You are {{assistant}}, the warm and generous voice of {{shop}}. Make every customer happy! Answer in two or three friendly sentences, in the customer's language. Apologise, be proactive about refunds and goodwill, and never send anybody to a form. Background:\n{{help}}",
  },
  8: {
    appVersion: "5.13.1",
    template:
      "You are {{assistant}}, the warm voice of {{shop}}. Answer in two or three friendly sentences, in the customer's language. Use the tools for facts about orders. Never promise a refund, a date or goodwill that these help pages or a tool do not give; where someone needs an exception, open a ticket:\n{{help}}",
  },
} as const

const toolDefinitions = [
  "find_order",
  "track_parcel",
  "check_return_policy",
  "find_return",
  "check_stock",
  "open_ticket",
].map((name) => ({
  name,
  description: name.replaceAll("_", " "),
  schema: { type: "object", additionalProperties: true },
}))

interface SessionStart {
  readonly key: string
  readonly index: number | string
  readonly customer: Customer
  readonly startMs: number
  readonly calendar: Calendar
}

interface Session {
  readonly id: string
  readonly random: Random
  nowMs(): number
  /** Answers a question: one trace. */
  take(said: Said, quality: Quality, mood: Mood, voted: boolean): Heard
  /** The customer reads, and types the next question. */
  think(): void
}

function openSession({ key, index, customer, startMs, calendar }: SessionStart): Session {
  const random = randomOf(key, "shop", "session", index)
  const ids = randomOf(key, "shop", "ids", index)
  const id = `chat-${ids.hex(12)}`
  const history: Message[] = []
  let nowMs = startMs

  return {
    id,
    random,
    nowMs: () => nowMs,
    think: () => (nowMs += random.spread(55_000, 0.7)),
    take(said, quality, mood, voted) {
      const version = promptVersion(calendar, nowMs)
      const trace = startTrace({
        mlApp: "shop-assistant",
        service: "shop-assistant",
        sessionId: id,
        startMs: Math.round(nowMs),
        ids,
        tags: [
          "env:prod",
          "service:shop-assistant",
          `version:${prompts[version].appVersion}`,
          `user_id:${customer.id}`,
          `channel:${customer.channel}`,
          `language:${customer.language}`,
          `country:${customer.country}`,
        ],
      })
      const reply = answer({ trace, said, quality, version, history, random })
      nowMs = trace.nowMs()
      return {
        ...said,
        ...reply,
        quality,
        mood,
        voted,
        version,
        traceId: trace.traceId,
        spans: trace.spans,
        endMs: nowMs,
      }
    },
  }
}

interface Question {
  readonly trace: TraceMaker
  readonly said: Said
  readonly quality: Quality
  readonly version: 6 | 7 | 8
  readonly history: Message[]
  readonly random: Random
}

/** One turn: a workflow with what it did. The conversation so far is in the messages. */
function answer({ trace, said, quality, version, history, random }: Question): {
  replySpan: Span
  which: number
  text: string
  messageId: string
} {
  const { turn, facts, question, topic } = said
  const model = random.chance(0.8) ? models.gpt5mini : models.flash
  // Where the tools know better, the assistant looks into the help pages only now and then.
  const searches = turn.tools === undefined || topic === "returns" || random.chance(0.35)
  const help = (searches ? (turn.help ?? []) : []).map((name) => helpPages[name])
  const variables = {
    assistant: String(facts["assistant"]),
    shop: "Hazel & Pine",
    help: help.map(({ text }) => text).join("\n"),
  }
  const { template } = prompts[version]
  const prompt = { id: "shop-support", version: String(version), template, variables }
  const system = {
    role: "system",
    content: template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: keyof typeof variables) => variables[name]),
  }
  history.push({ role: "user", content: question })
  const messages: Message[] = [system, ...history]
  const calls = { model, prompt, messages }
  const messageId = `msg_${random.hex(16)}`

  const root = trace.open("workflow", "answer_customer", {
    input: { value: question },
    tags: [`topic:${topic}`],
  })
  if (random.chance(0.04)) {
    trace.add("task", "mask_personal_data", random.spread(6), {
      input: { value: question },
      output: { value: question },
      metadata: { masked: 0 },
    })
  }
  if (help.length > 0) {
    trace.open("retrieval", "search_help", {
      input: { value: question },
      metadata: { index: "help-pages", top_k: 3 },
    })
    if (random.chance(0.15)) embed(trace, random, question)
    trace.wait(random.spread(45))
    let score = random.between(0.78, 0.94)
    const documents = help.map((page) => ({
      ...page,
      score: Math.round((score *= random.between(0.8, 0.97)) * 1_000) / 1_000,
    }))
    trace.close({ output: { documents } })
  }

  const tools = fill(turn.tools ?? [], facts)
  // The model or the tool breaks, and the customer reads an apology.
  const toolFails = quality === "failed" && tools.length > 0
  if (quality === "failed" && !toolFails) {
    const error = random.pick(modelFailures)
    failModel(
      trace,
      random.spread(9_000),
      { ...calls, name: "write_reply", reply: { role: "assistant" } },
      error,
    )
    const text = fill(apologies[0], facts)
    history.push({ role: "assistant", content: text })
    trace.close({ output: { value: text }, error })
    return { replySpan: root, text, which: 1, messageId }
  }

  if (tools.length > 0) {
    const asked = askForTools(tools, random)
    callModel(trace, random, {
      ...calls,
      name: "choose_tools",
      reply: asked,
      ...(random.chance(0.2) && { tools: toolDefinitions }),
    })
    messages.push(asked)
    for (const [index, tool] of tools.entries()) {
      const fails = toolFails && index === tools.length - 1
      const error = fails ? toolFailure(tool.name, facts) : undefined
      trace.add("tool", tool.name, fails ? 5_000 + random.between(1, 40) : random.spread(160, 0.8), {
        input: { value: JSON.stringify(tool.arguments) },
        ...(error ? { error } : { output: { value: JSON.stringify(tool.result) } }),
        metadata: { attempt: 1, system: tool.name.startsWith("track") ? "carrier-gateway" : "order-api" },
      })
      messages.push(toolAnswer(asked.tool_calls![index]!, error ? { error: error.message } : tool.result))
    }
  }

  const answers = answersOf(turn, quality)
  const which = random.whole(1, answers.length)
  const text = fill(answers[which - 1]!, facts)
  const reply = { role: "assistant", content: text }
  const replySpan = callModel(trace, random, {
    ...calls,
    name: "write_reply",
    reply,
    temperature: 0.4,
    maxTokens: 400,
    fields: { tags: [`topic:${topic}`, `message_id:${messageId}`] },
  })
  history.push(reply)
  trace.close({ output: { value: text } })
  return { replySpan, text, which, messageId }
}

function answersOf(turn: Turn, quality: Quality): readonly string[] {
  switch (quality) {
    case "good":
      return turn.good
    case "bad":
      return turn.bad ?? turn.good
    case "promise":
      return turn.promise ?? turn.good
    case "failed":
      return apologies
  }
}

const modelFailures = [
  {
    type: "RateLimitError",
    message: "429 Rate limit reached for requests per minute. Please retry after 2.1s.",
    stack:
      "RateLimitError: 429 Rate limit reached\n    at APIError.generate (/app/node_modules/openai/core/error.js:63:20)\n    at async writeReply (/app/src/assistant/reply.ts:88:17)",
  },
  {
    type: "APIConnectionTimeoutError",
    message: "Request timed out.",
    stack:
      "APIConnectionTimeoutError: Request timed out.\n    at OpenAI.makeRequest (/app/node_modules/openai/client.js:318:23)\n    at async writeReply (/app/src/assistant/reply.ts:88:17)",
  },
]

function toolFailure(name: string, facts: Facts) {
  return name === "track_parcel"
    ? {
        type: "CarrierTimeout",
        message: `${facts["carrier"]} did not answer within 5000 ms (tracking ${facts["tracking"]})`,
        stack: `CarrierTimeout: ${facts["carrier"]} did not answer within 5000 ms\n    at CarrierGateway.track (/app/src/carriers/gateway.ts:142:13)\n    at async runTool (/app/src/assistant/tools.ts:57:20)`,
      }
    : {
        type: "OrderApiError",
        message: `order-api answered 503 Service Unavailable to ${name}`,
        stack: `OrderApiError: order-api answered 503 Service Unavailable\n    at OrderApi.call (/app/src/orders/client.ts:71:11)\n    at async runTool (/app/src/assistant/tools.ts:57:20)`,
      }
}

// ── One customer and one tent ──

interface Rage {
  readonly key: string
  readonly calendar: Calendar
  readonly spans: Span[]
  readonly listen: Voices
}

/** Gives the session of the longest complaint. */
function rage({ key, calendar, spans, listen }: Rage): string {
  const customer: Customer = {
    id: furious.customer,
    name: furious.name,
    language: "en",
    city: "Utrecht",
    country: "NL",
    channel: "web",
  }
  const firstMorning = nextAt(9, calendar.startMs)
  const sessionIds = furious.chapters.map((chapter, index) => {
    const anchor = chapter.after === "start" ? firstMorning : calendar.version7Ms
    const startMs = Math.min(anchor + chapter.hours * 60 * minuteMs, calendar.endMs - 45 * minuteMs)
    const session = openSession({ key, index: `fury-${index}`, customer, startMs, calendar })
    for (const written of chapter.turns) {
      const tool = "tool" in written ? [written.tool] : []
      const turn: Turn = {
        ask: [written.ask],
        good: [written.answer],
        help: index < 2 ? ["delivery", "lost"] : ["refunds", "returns"],
        tools: tool,
      }
      const topic = index < 2 ? "delivery" : "returns"
      const facts = { name: furious.name, assistant: "Pine" }
      const heard = session.take(
        { turn, topic, scene: { name: "fury", topic, turns: [turn] }, facts, question: written.ask },
        "good",
        "down",
        true,
      )
      spans.push(...heard.spans)
      session.think()
      listen.toFury(customer, heard, "comment" in written ? written.comment : undefined)
    }
    listen.toVerdict(
      customer,
      session.id,
      session.nowMs(),
      "verdict" in chapter ? chapter.verdict : undefined,
    )
    return session.id
  })
  return sessionIds[4]!
}
