// A shop's support assistant, written as any application with Datadog's SDK is. It answers four questions of
// one customer, and sends what she and the support team say about the answers. Nothing in it knows about
// Sayso: where the tracer sends its data is decided by the environment (see README.md).

import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import tracer from "dd-trace"

const { values: options } = parseArgs({ options: { json: { type: "boolean", default: false } } })

await requireServer()
tracer.init()
const { llmobs } = tracer

const startedAt = Date.now()
const sessionId = `chat-${startedAt}`
const joinKey = `ticket-${startedAt}`
const sent = { sessionId, joinKey, turns: [], feedback: [], evaluations: [] }

// ── The shop ──

const helpPages = [
  {
    id: "help-12",
    name: "When does my order arrive?",
    text: "Orders leave our warehouse within one working day and arrive two to four working days later.",
    words: ["order", "arrive", "parcel", "friday"],
  },
  {
    id: "help-31",
    name: "Which size fits me?",
    text: "Measure your chest at its widest point. Our jackets are cut for one layer underneath.",
    words: ["size", "jacket", "fit", "small"],
  },
  {
    id: "help-07",
    name: "Refunds",
    text: "A refund goes back to the card you paid with and shows up within five working days.",
    words: ["refund", "money", "return", "card"],
  },
  {
    id: "help-02",
    name: "Talk to a person",
    text: "Our team answers tickets on working days between 8:00 and 18:00, usually within two hours.",
    words: ["person", "someone", "team", "ticket"],
  },
]

const tools = {
  async find_order({ order }) {
    await shortDelay()
    return { order, state: "in transit", place: "Leipzig", expected: "Thursday" }
  },
  async find_size({ product, chestCm }) {
    await shortDelay()
    return { product, size: chestCm < 100 ? "M" : "L", chestCm, inStock: 7 }
  },
  async refund_order({ order }) {
    await shortDelay()
    throw new PaymentError(`The card network did not confirm the refund of order ${order}.`)
  },
  async open_ticket({ order, about }) {
    await shortDelay()
    // A name of our own for what this span is about. Whoever knows the ticket can give feedback on it later,
    // without knowing any span or trace.
    llmobs.annotate({ tags: { feedback_join_key: joinKey } })
    return { ticket: joinKey, order, about, answeredWithin: "two hours" }
  },
}

class PaymentError extends Error {
  name = "PaymentError"
}

// ── The model ──

const prompt = {
  id: "shop-support",
  version: "3.1.0",
  template:
    "You are the support assistant of {{shop}}. Answer in two or three friendly sentences. " +
    "Use the tools for facts about orders, and only promise what this page says: {{help}}",
  contextVariables: ["help"],
}

const toolChoices = [
  { when: /refund/i, name: "refund_order", arguments: { order: "48213" } },
  { when: /person/i, name: "open_ticket", arguments: { order: "48213", about: "refund failed" } },
  { when: /size/i, name: "find_size", arguments: { product: "Ridge rain jacket", chestCm: 98 } },
  { when: /order/i, name: "find_order", arguments: { order: "48213" } },
]

const answers = {
  find_order: (found) =>
    `Order ${found.order} is ${found.state} and was scanned in ${found.place} this morning. ` +
    `It should be with you on ${found.expected}. Sorry that it is later than we said.`,
  find_size: (found) =>
    `With a chest of ${found.chestCm} cm, ${found.size} is your size in the ${found.product}: it is cut ` +
    `for one layer underneath. We have ${found.inStock} of them left, so an exchange would be quick.`,
  refund_order: () =>
    "I am sorry, I could not refund your order just now: the card network did not answer. " +
    "Nothing has been charged or paid back. I can try again later, or hand this to a person.",
  open_ticket: (opened) =>
    `Of course. I opened ${opened.ticket} for you, with everything we talked about. ` +
    `Someone from our team answers within ${opened.answeredWithin}.`,
}

/** Plays the model: asks for a tool after a question, and answers after a tool result. */
async function complete(messages) {
  await shortDelay()
  const last = messages.at(-1)
  const message = last.role === "tool" ? answer(last.toolResults[0]) : askForTool(last.content)
  return { message, usage: countTokens(messages, message) }
}

function askForTool(question) {
  const { name, arguments: args } = toolChoices.find((choice) => choice.when.test(question))
  const call = { name, arguments: args, toolId: `call_${name}`, type: "function" }
  return { role: "assistant", content: "", toolCalls: [call] }
}

function answer({ name, result }) {
  return { role: "assistant", content: answers[name](JSON.parse(result)) }
}

/** About four characters are one token. The system message was seen before, so it comes from the cache. */
function countTokens(messages, message) {
  const tokens = (value) => Math.ceil(JSON.stringify(value).length / 4)
  const inputTokens = tokens(messages)
  const outputTokens = tokens(message)
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadTokens: tokens(messages[0]),
  }
}

// ── The application, traced ──

/** One turn is one trace: the agent, its workflow, and in it what the workflow did. */
async function ask(question) {
  const turn = { traceId: "", question, answer: "", spans: [] }
  sent.turns.push(turn)

  await llmobs.trace({ kind: "agent", name: "support_agent", sessionId }, async () => {
    turn.traceId = llmobs.exportSpan().traceId
    keepIds("agent", "support_agent")
    llmobs.annotate({ inputData: question, tags: { channel: "web" } })
    turn.answer = await answerQuestion(question)
    llmobs.annotate({ outputData: turn.answer })
  })
  return turn
}

/** `wrap` makes a span of every call, with its arguments as the input and its result as the output. */
const answerQuestion = llmobs.wrap({ kind: "workflow", name: "answer_question" }, async (question) => {
  keepIds("workflow", "answer_question")
  const [page] = await searchHelp(question)
  const variables = { shop: "Hazel & Pine", help: page.text }
  const messages = [
    { role: "system", content: render(prompt.template, variables) },
    { role: "user", content: question },
  ]

  // Every model call in here carries the prompt that it was made from.
  return llmobs.annotationContext({ prompt: { ...prompt, variables } }, async () => {
    const asked = await callModel("choose_tool", messages)
    const result = await runTool(asked.toolCalls[0])
    const reply = await callModel("write_reply", [...messages, asked, result])
    return reply.content
  })
})

const searchHelp = llmobs.wrap({ kind: "retrieval", name: "search_help" }, async (question) => {
  keepIds("retrieval", "search_help")
  await shortDelay()
  const documents = helpPages
    .map(({ words, ...page }) => ({ ...page, score: relevance(question, words) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 2)
  llmobs.annotate({ inputData: question, outputData: documents, metadata: { searched: helpPages.length } })
  return documents
})

async function callModel(name, messages) {
  const span = { kind: "llm", name, modelName: "gpt-4o-mini", modelProvider: "openai" }
  return llmobs.trace(span, async () => {
    keepIds("llm", name)
    const { message, usage } = await complete(messages)
    llmobs.annotate({
      inputData: messages,
      outputData: [message],
      metrics: usage,
      metadata: { temperature: 0.2 },
    })
    return message
  })
}

/** A tool that throws makes its own span an error. The model hears of it and the conversation goes on. */
async function runTool({ name, arguments: args, toolId, type }) {
  let result
  try {
    result = await llmobs.trace({ kind: "tool", name }, async () => {
      keepIds("tool", name)
      llmobs.annotate({ inputData: args })
      const output = await tools[name](args)
      llmobs.annotate({ outputData: output })
      return output
    })
  } catch (error) {
    result = { error: error.message }
  }
  return {
    role: "tool",
    content: "",
    toolId,
    toolResults: [{ name, result: JSON.stringify(result), toolId, type }],
  }
}

/** Feedback comes after the answer, often from another process. All it needs is an id, so keep the ids. */
function keepIds(kind, name) {
  sent.turns.at(-1).spans.push({ name, kind, spanId: llmobs.exportSpan().spanId })
}

function spanOf(turn, name) {
  const { spanId } = turn.spans.find((span) => span.name === name)
  return { traceId: turn.traceId, spanId }
}

// ── What people and evaluators say about it ──

const mara = { id: "customer-318", type: "user" }
const jonas = { id: "support-jonas", type: "employee" }

/** Sends one piece of feedback. It names one target: a span, a trace, a session or a join key. */
function feedback(said) {
  llmobs.submitFeedback(said)
  sent.feedback.push(said)
}

/** Sends one evaluation: a result of our own code about a span. */
function evaluation(span, result) {
  llmobs.submitEvaluation(span, result)
  sent.evaluations.push({ span, ...result })
}

/** On a span: Mara rates one reply. `exportSpan()` gives the ids, and the id alone is enough as well. */
function rateReply(turn) {
  const span = spanOf(turn, "write_reply")
  const who = { submitter: mara, timestampMs: Date.now() }
  const said = { span, ...who }
  const saidById = { spanId: span.spanId, ...who }
  const details = { reasons: ["clear", "quick"], device: "phone" }
  const comment = "Clear, and it told me the day. Thanks!"
  feedback({ ...said, label: "thumbs", metricType: "categorical", value: "up", tags: { channel: "web" } })
  feedback({ ...said, label: "stars", metricType: "score", value: 4, assessment: "pass" })
  feedback({ ...said, label: "resolved", metricType: "boolean", value: true })
  feedback({ ...saidById, label: "details", metricType: "json", value: details, tags: { channel: "web" } })
  feedback({ ...saidById, label: "comment", metricType: "text", value: comment })
}

/** On a trace: the whole turn in which the refund failed. */
function rateTurn(turn) {
  const said = { traceId: turn.traceId, submitter: mara, timestampMs: Date.now() }
  const failed = { assessment: "fail", reasoning: "I asked for my money back and got an apology." }
  const details = { expected: "a refund of 129.00 EUR", got: "an apology" }
  const comment = "Polite, but I still don’t have my refund 😕"
  feedback({ ...said, label: "thumbs", metricType: "categorical", value: "down", ...failed })
  feedback({ ...said, label: "stars", metricType: "score", value: 1, assessment: "fail" })
  feedback({ ...said, label: "resolved", metricType: "boolean", value: false, assessment: "fail" })
  feedback({ ...said, label: "details", metricType: "json", value: details })
  feedback({ ...said, label: "comment", metricType: "text", value: comment })
}

/** On a session: the conversation as a whole. */
function rateConversation() {
  const said = { sessionId, submitter: mara, timestampMs: Date.now() }
  const details = { easyToUse: true, wouldUseAgain: "maybe", effort: 3 }
  const comment = "Good that a person takes over in the end."
  feedback({ ...said, label: "thumbs", metricType: "categorical", value: "up" })
  feedback({ ...said, label: "stars", metricType: "score", value: 3.5, tags: { survey: "after-chat" } })
  feedback({ ...said, label: "resolved", metricType: "boolean", value: false })
  feedback({ ...said, label: "details", metricType: "json", value: details, tags: { survey: "after-chat" } })
  feedback({ ...said, label: "comment", metricType: "text", value: comment })
}

/** On a join key: Jonas closes the ticket in the help desk, which has never heard of spans and traces. */
function closeTicket() {
  const said = { feedbackJoinKey: joinKey, submitter: jonas, timestampMs: Date.now() }
  const reasoning = "Refunded by hand after the card network was back."
  const details = { cause: "card network outage", minutes: 12, refund: { amount: 129, currency: "EUR" } }
  const comment = "The assistant handed over all I needed."
  feedback({ ...said, label: "thumbs", metricType: "categorical", value: "up", tags: { desk: "payments" } })
  feedback({ ...said, label: "stars", metricType: "score", value: 5 })
  feedback({ ...said, label: "resolved", metricType: "boolean", value: true, assessment: "pass", reasoning })
  feedback({ ...said, label: "details", metricType: "json", value: details, tags: { desk: "payments" } })
  feedback({ ...said, label: "comment", metricType: "text", value: comment })
}

/** The same person, target and label again: the later word counts, and the earlier one becomes history. */
function changeMind(turn) {
  const reasoning = "Tracking now says Saturday."
  const said = { span: spanOf(turn, "write_reply"), submitter: mara, timestampMs: Date.now() }
  feedback({
    ...said,
    label: "thumbs",
    metricType: "categorical",
    value: "down",
    reasoning,
    tags: { channel: "web" },
  })
}

function evaluate(order, size, refund) {
  evaluation(spanOf(order, "write_reply"), {
    label: "faithfulness",
    metricType: "score",
    value: 0.93,
    assessment: "pass",
    reasoning: "Every fact in the reply is in the order that the tool found.",
    metadata: { judge: "gpt-4o-mini", samples: 3 },
    tags: { suite: "nightly" },
  })
  evaluation(spanOf(size, "write_reply"), { label: "tone", metricType: "categorical", value: "friendly" })
  evaluation(spanOf(refund, "refund_order"), {
    label: "refund.completed",
    metricType: "boolean",
    value: false,
    assessment: "fail",
    reasoning: "The payment provider refused.",
  })
  evaluation(spanOf(refund, "write_reply"), {
    label: "policy",
    metricType: "json",
    value: { promisesMoney: false, offersPerson: true, language: "en" },
    metadata: { policy: "refunds-2" },
  })
}

// ── The conversation ──

const order = await ask("Hi, where is my order 48213? It was meant to be here on Friday.")
rateReply(order)

const size = await ask("Is the rain jacket in it small? My chest is 98 cm and I can't decide on a size.")

const refund = await ask("You know what, I would rather have a refund, please.")
rateTurn(refund)

await ask("Then let a person have a look at it.")
closeTicket()
changeMind(order)
rateConversation()

evaluate(order, size, refund)

// flush() starts sending and returns at once. Node stays alive until the answers are here, and says so with
// "beforeExit". A process.exit() instead would throw away whatever is still on its way.
process.once("beforeExit", () => console.log(options.json ? JSON.stringify(sent) : summary()))
llmobs.flush()

// Does not keep the program alive by itself: it speaks up only if the server has stopped answering meanwhile.
setTimeout(() => stop("The server has stopped answering. Some of this may be lost."), 15_000).unref()

// ── Helpers ──

function summary() {
  const spans = sent.turns.flatMap((turn) => turn.spans)
  const base = process.env.SAYSO_URL ?? "http://127.0.0.1:4000"
  const traceIds = sent.turns.map((turn) => turn.traceId)
  return [
    ...sent.turns.flatMap((turn) => [`Mara       ${turn.question}`, `Assistant  ${turn.answer}`, ""]),
    `Sent ${sent.turns.length} traces with ${spans.length} spans, ` +
      `${sent.feedback.length} pieces of feedback and ${sent.evaluations.length} evaluations.`,
    "",
    `Session   ${sessionId}`,
    ...traceIds.map((id) => `Trace     ${id}`),
    `Join key  ${joinKey}`,
    "",
    "Read it back:",
    `  curl ${base}/api/v1/sessions/${sessionId}`,
    ...traceIds.map((id) => `  curl ${base}/api/v1/traces/${id}`),
    `  curl ${base}/api/v1/entities/${joinKey}`,
    `  curl ${base}/api/v1/feedback`,
  ].join("\n")
}

/** Only an example needs this: a real application goes on without its tracer's server. */
async function requireServer() {
  const url = process.env.DD_TRACE_AGENT_URL
  if (!url) stop("DD_TRACE_AGENT_URL is not set. Run this example with: npm start -w examples/chat")
  try {
    const response = await fetch(new URL("/info", url), { signal: AbortSignal.timeout(5000) })
    await response.text()
  } catch {
    stop(`Nothing answers at ${url}. Start the server first: npm start`)
  }
}

/** Called before anything is traced, or when nobody listens any more: leaving at once loses nothing else. */
function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}

function render(template, variables) {
  return template.replaceAll(/{{(\w+)}}/g, (_, name) => variables[name])
}

/** The share of a page's words that occur in the question. */
function relevance(question, words) {
  const found = words.filter((word) => question.toLowerCase().includes(word))
  return found.length / words.length
}

function shortDelay() {
  return sleep(10 + Math.random() * 50)
}
