// What the agent does: look around with tools that only read, and report.
import { fill, type Facts } from "../fill.ts"
import { askForTools, callModel, embed, failModel, models, toolAnswer } from "../model.ts"
import type { Random } from "../random.ts"
import { startTrace, type Message, type TraceMaker } from "../trace.ts"
import type { Alert, Incident, Question, Step } from "./incidents.ts"

const prompt = {
  id: "incident-triage",
  version: "14",
  template:
    "You are on call with the engineers of {{team}}. Use tools that only read. Report the most likely cause, the evidence, and what you would do; never do it yourself.",
}
const system = prompt.template.replace("{{team}}", "the shop")

export interface Investigation {
  readonly incident: Incident
  readonly number: string
  readonly own: Random
  readonly ids: Random
  readonly startMs: number
  readonly facts: Facts
  /** The agent takes it for something else. */
  readonly wrong: boolean
}

const regions = ["eu-west-1", "eu-central-1", "eu-north-1"]

export function factsOf(startMs: number, own: Random): Facts {
  return {
    region: own.pick(regions),
    host: own.pick(["broker-3", "payments-5", "worker-12", "web-7", "node-21"]),
    service: own.pick(["checkout-api", "mailer", "pricing", "identity", "product-search"]),
    version: `4.${own.whole(10, 39)}.${own.whole(0, 6)}`,
    clock: new Date(startMs).toISOString().slice(11, 16),
  }
}

function begin(ids: Random, sessionId: string, startMs: number, tags: readonly string[]): TraceMaker {
  return startTrace({
    mlApp: "incident-agent",
    service: "incident-agent",
    sessionId,
    startMs: Math.round(startMs),
    ids,
    tags: ["env:prod", "service:incident-agent", "version:0.9.4", "team:platform", ...tags],
  })
}

/** What the agent does by itself when an alert comes in. The join key is on the spans that know the incident's number. */
export function triageIncident(
  { incident, number, own, ids, startMs, facts, wrong }: Investigation,
  sessionId: string,
): TraceMaker {
  const trace = begin(ids, sessionId, startMs, [
    `severity:${incident.severity}`,
    `affected:${incident.service}`,
  ])
  const alert = fill(incident.alert, facts)
  const messages: Message[] = [
    { role: "system", content: system },
    { role: "user", content: alert },
  ]
  const model = models.gpt5
  trace.open("agent", "triage_incident", {
    input: { value: alert },
    joinKey: number,
    metadata: { incident: number, title: fill(incident.title, facts), severity: incident.severity },
  })
  trace.add("task", "open_incident", own.spread(240), {
    input: { value: JSON.stringify({ alert, severity: incident.severity }) },
    output: { value: JSON.stringify({ incident: number, channel: `#${number.toLowerCase()}` }) },
    joinKey: number,
  })

  trace.open("retrieval", "find_runbook", {
    input: { value: alert },
    metadata: { index: "runbooks", top_k: 2 },
  })
  embed(trace, own, alert)
  trace.close({
    output: {
      documents: [
        {
          ...incident.runbook,
          id: `rb-${incident.name}`,
          score: Math.round(own.between(0.74, 0.95) * 1_000) / 1_000,
        },
      ],
    },
  })

  // An agent that goes wrong has usually looked at too little.
  const steps = fill(wrong ? incident.steps.slice(0, 1) : incident.steps, facts)
  for (const [index, step] of steps.entries()) {
    const asked = askForTools([step], own, index === 0 ? incident.thought : "")
    if (own.chance(0.02))
      failModel(
        trace,
        30_000,
        { name: "next_step", model, messages, reply: asked },
        {
          type: "APITimeoutError",
          message: "The model did not answer within 30 s.",
          stack:
            "APITimeoutError: The model did not answer within 30 s.\n    at Client.call (/srv/agent/model.py:88)",
        },
      )
    callModel(trace, own, { name: "next_step", model, messages, reply: asked, prompt })
    runStep(trace, own, step)
    messages.push(asked, toolAnswer(asked.tool_calls![0]!, step.result))
  }

  const report = fill(wrong ? incident.wrongReport : incident.report, facts)
  trace.open("workflow", "report", { joinKey: number })
  callModel(trace, own, {
    name: "write_report",
    model,
    messages,
    reply: { role: "assistant", content: report },
    maxTokens: 2_048,
    prompt,
    fields: { joinKey: number },
  })
  trace.add("tool", "post_to_channel", own.spread(310), {
    input: { value: JSON.stringify({ channel: `#${number.toLowerCase()}`, text: report }) },
    output: { value: JSON.stringify({ ok: true }) },
    joinKey: number,
  })
  trace.close({ output: { value: report } })
  trace.close({ output: { value: report } })
  return trace
}

/** An alert that needs no incident: one look, one answer. */
export function triageAlert(
  alert: Alert,
  { own, ids, startMs }: Pick<Investigation, "own" | "ids" | "startMs">,
): TraceMaker {
  const trace = begin(ids, `alert-${ids.hex(10)}`, startMs, ["severity:none"])
  const model = models.gpt5mini
  const messages: Message[] = [
    { role: "system", content: system },
    { role: "user", content: alert.alert },
  ]
  trace.open("workflow", "triage_alert", { input: { value: alert.alert } })
  const asked = askForTools([alert.tool], own)
  callModel(trace, own, { name: "choose_tools", model, messages, reply: asked, prompt })
  runStep(trace, own, alert.tool)
  messages.push(asked, toolAnswer(asked.tool_calls![0]!, alert.tool.result))
  const reply = { role: "assistant", content: alert.answer }
  callModel(trace, own, { name: "write_report", model, messages, reply, prompt })
  trace.close({ output: { value: alert.answer } })
  return trace
}

/** A question of somebody on call, in the incident's channel. */
export function askAgent(
  { number, own, ids, incident }: Investigation,
  sessionId: string,
  who: string,
  { ask, answer, step }: Question,
  startMs: number,
): TraceMaker {
  const trace = begin(ids, sessionId, startMs, [
    `severity:${incident.severity}`,
    `affected:${incident.service}`,
    `user_id:${who}`,
  ])
  const messages: Message[] = [
    { role: "system", content: system },
    { role: "user", content: ask },
  ]
  trace.open("agent", "answer_question", { input: { value: ask }, joinKey: number })
  const history = {
    name: "read_channel",
    arguments: { channel: `#${number.toLowerCase()}`, last: 20 },
    result: { messages: own.whole(6, 20) },
  }
  for (const use of step ? [history, step] : [history]) {
    const asked = askForTools([use], own)
    callModel(trace, own, { name: "next_step", model: models.gpt5mini, messages, reply: asked, prompt })
    runStep(trace, own, use)
    messages.push(asked, toolAnswer(asked.tool_calls![0]!, use.result))
  }
  callModel(trace, own, {
    name: "write_answer",
    model: models.gpt5,
    messages,
    reply: { role: "assistant", content: answer },
    prompt,
    fields: { joinKey: number },
  })
  trace.close({ output: { value: answer } })
  return trace
}

function runStep(trace: TraceMaker, own: Random, { name, arguments: args, result }: Step): void {
  const input = { value: JSON.stringify(args) }
  if (own.chance(0.015)) {
    trace.add("tool", name, 15_000, {
      input,
      error: {
        type: "QueryTimeout",
        message: `${name} did not answer within 15 s`,
        stack: `QueryTimeout: ${name} did not answer within 15 s\n    at run_tool (/srv/agent/tools.py:131)`,
      },
    })
    trace.wait(500)
  }
  trace.add("tool", name, own.spread(900, 0.8), {
    input,
    output: { value: typeof result === "string" ? result : JSON.stringify(result) },
    metadata: { read_only: true },
  })
}
