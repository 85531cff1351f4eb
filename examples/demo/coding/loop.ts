// The agent's loop: think, use tools, think again, and explain what was done.
import { askForTools, callModel, failModel, models, toolAnswer } from "../model.ts"
import type { Random } from "../random.ts"
import { startTrace, type Message, type Span, type TraceMaker } from "../trace.ts"
import { typed } from "../typing.ts"
import type { Repo } from "./repos.ts"
import type { Task, Verdict } from "./task.ts"

const appVersion = "2.31.0"
export const system =
  "You are a coding agent in the repository of the user. Read before you write, keep diffs small, run the tests, and say what you did not do. Answer in Markdown."

export interface Session {
  readonly task: Task
  readonly repo: Repo
  readonly developer: string
  /** With the model that came on day three. */
  readonly newer: boolean
  readonly own: Random
  readonly ids: Random
  readonly id: string
  readonly messages: Message[]
}

export interface Work {
  readonly trace: TraceMaker
  readonly answerSpan: Span
  /** The suggestion, where there is one. */
  readonly editSpan: Span | undefined
}

export function begin(
  { repo, developer, ids, id }: Pick<Session, "repo" | "developer" | "ids" | "id">,
  startMs: number,
): TraceMaker {
  const tags = [
    "env:prod",
    "service:coding-agent",
    `version:${appVersion}`,
    `user_id:${developer}`,
    `repo:${repo.name}`,
    `language:${repo.language}`,
  ]
  return startTrace({
    mlApp: "coding-agent",
    service: "coding-agent",
    sessionId: id,
    startMs: Math.round(startMs),
    tags,
    ids,
  })
}

/** What a tool does: its arguments, its result, and how long that takes. */
export interface Use {
  readonly name: string
  readonly arguments: object
  readonly result: string
  readonly ms: number
}

/** One trace: the agent's loop from the request to the answer. */
export function solve(session: Session, startMs: number, weak: boolean): Work {
  const { task, repo, newer, own, messages } = session
  const trace = begin(session, startMs)
  const model = newer ? models.sonnet5 : models.sonnet45
  const request = typed(own.pick(task.ask), own)
  messages.push({ role: "user", content: request })
  trace.open("agent", "coding_agent", {
    input: { value: request },
    metadata: { max_steps: 40, model: model.name },
    tags: [`task:${task.name}`],
  })

  const think = (name: string, reply: Message): Span => {
    if (own.chance(0.012)) failModel(trace, own.spread(1_500), { name, model, messages, reply }, overloaded)
    const span = callModel(trace, own, {
      name,
      model,
      messages,
      reply,
      temperature: 0,
      maxTokens: 8_192,
      prompt: { id: "coding-agent", version: "31", template: system },
    })
    messages.push(reply)
    return span
  }
  /** The model asks for tools, and they run one after the other. */
  const step = (thought: string, uses: readonly Use[]): Span[] => {
    const asked = askForTools(uses, own, thought)
    think("next_step", asked)
    return uses.map((use, index) => {
      messages.push(toolAnswer(asked.tool_calls![index]!, use.result))
      return runTool(trace, own, use)
    })
  }

  step("Let me find the place first.", [
    listFiles(repo),
    ...task.search.map((pattern) => search(repo, pattern)),
  ])
  if (own.chance(newer ? 0.5 : 0.25)) explore(trace, session)
  step(
    "",
    task.reads.map((path) => read(repo, path)),
  )
  const others = own.shuffle(Object.keys(repo.files).filter((path) => !task.reads.includes(path)))
  if (own.chance(0.55))
    step(
      "I also want to know who calls this.",
      others
        .slice(0, own.whole(1, 3))
        .flatMap((path) => [search(repo, path.split("/").at(-1)!.split(".")[0]!), read(repo, path)]),
    )

  let editSpan: Span | undefined
  const edits = task.edits ?? []
  if (edits.length > 0) {
    editSpan = step("Now the change.", edits.map(edit)).at(0)
    if (task.test) {
      const { command, fails, passes } = task.test
      if (fails !== undefined && own.chance(0.7)) {
        step("", [run(command, fails, own, 1)])
        step("One case is left.", [edit(edits.at(-1)!), run(command, passes, own)])
      } else step("", [run(command, passes, own)])
    }
    step("", [
      run(repo.check.command, repo.check.output, own),
      {
        name: "git_diff",
        arguments: { stat: true },
        result: edits.map(({ path }) => ` ${path} | ${own.whole(4, 30)} ++++---`).join("\n"),
        ms: 40,
      },
    ])
  }
  const text = weak ? task.weak : task.answer
  const answerSpan = think("write_answer", { role: "assistant", content: text })
  trace.close({ output: { value: text } })
  return { trace, answerSpan, editSpan }
}

const overloaded = {
  type: "OverloadedError",
  message: "529 Overloaded",
  stack:
    "OverloadedError: 529 Overloaded\n    at Stream.next (/app/node_modules/@anthropic-ai/sdk/streaming.js:52:19)\n    at async Loop.think (/app/src/loop.ts:118:9)",
}

/** A sub-agent with a cheap model that reads around and reports. */
function explore(trace: TraceMaker, { repo, task, own }: Session): void {
  const question = `Where is ${task.search[0]} used in ${repo.name}, and which tests touch it?`
  trace.open("agent", "explore", { input: { value: question }, metadata: { model: models.haiku.name } })
  const messages: Message[] = [
    { role: "system", content: "Search the repository and report. Do not edit." },
    { role: "user", content: question },
  ]
  const uses = own
    .shuffle(Object.keys(repo.files))
    .flatMap((path) => [search(repo, path.split("/").at(-1)!.split(".")[0]!), read(repo, path)])
    .slice(0, own.whole(4, 9))
  const asked = askForTools(uses, own)
  callModel(trace, own, { name: "next_step", model: models.haiku, messages, reply: asked })
  messages.push(asked)
  for (const [index, use] of uses.entries()) {
    messages.push(toolAnswer(asked.tool_calls![index]!, use.result))
    runTool(trace, own, use)
  }
  const report = `Used in:\n\n${task.reads.map((path) => `- \`${path}\``).join("\n")}\n\nNothing else in the repository touches it.`
  callModel(trace, own, {
    name: "report",
    model: models.haiku,
    messages,
    reply: { role: "assistant", content: report },
  })
  trace.close({ output: { value: report } })
}

export function runTool(trace: TraceMaker, own: Random, { name, arguments: args, result, ms }: Use): Span {
  const input = { value: JSON.stringify(args) }
  if (own.chance(0.008)) {
    const message = `${name} did not end within 120 s and was stopped`
    return trace.add("tool", name, 120_000, {
      input,
      error: {
        type: "ToolTimeout",
        message,
        stack: `ToolTimeout: ${message}\n    at Sandbox.run (/app/src/sandbox.ts:77:13)`,
      },
    })
  }
  return trace.add("tool", name, own.spread(ms, 0.5), {
    input,
    output: { value: result },
    metadata: { sandbox: "linux-x64", bytes: result.length },
  })
}

function listFiles({ files }: Repo): Use {
  return { name: "list_files", arguments: { path: "." }, result: JSON.stringify(Object.keys(files)), ms: 25 }
}

function search({ files }: Repo, pattern: string): Use {
  const hits = Object.entries(files).flatMap(([path, text]) =>
    text
      .split("\n")
      .flatMap((line, index) => (line.includes(pattern) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  )
  return {
    name: "search",
    arguments: { pattern },
    result: hits.length > 0 ? hits.join("\n") : "no matches",
    ms: 70,
  }
}

function read({ files }: Repo, path: string): Use {
  return { name: "read_file", arguments: { path }, result: files[path] ?? `${path}: no such file`, ms: 12 }
}

function edit({ path, diff }: { path: string; diff: string }): Use {
  return {
    name: "edit_file",
    arguments: { path, diff },
    result: JSON.stringify({ path, applied: true }),
    ms: 30,
  }
}

export function run(command: string, output: string, own: Random, exitCode = 0): Use {
  return {
    name: "run_command",
    arguments: { command },
    result: JSON.stringify({ exit_code: exitCode, output }),
    ms: own.between(1_500, 22_000),
  }
}

interface FollowUp {
  readonly ask: string
  readonly answer: string
  readonly uses: readonly Use[]
}

/** Up to seven more turns; most people have none or one. */
export function followUps({ task, repo, own }: Session, verdict: Verdict): FollowUp[] {
  const paths = (task.edits ?? []).map(({ path }) => path)
  const written = (task.follow ?? []).map((more) => ({
    ...more,
    uses: task.reads.slice(0, 1).map((path) => read(repo, path)),
  }))
  const usual: FollowUp[] = [
    {
      ask: own.pick(["run everything once more", "run all checks again please"]),
      answer: `All green:\n\n\`\`\`\n${task.test?.passes || "ok"}\n${repo.check.command}: ok\n\`\`\``,
      uses: [
        run(task.test?.command ?? repo.check.command, task.test?.passes ?? repo.check.output, own),
        run(repo.check.command, repo.check.output, own),
      ],
    },
    {
      ask: own.pick(["open a PR as draft", "make a draft pr pls"]),
      answer: `Done: draft pull request **#${own.whole(700, 990)}**, with the explanation above as its description.`,
      uses: [
        {
          name: "create_pull_request",
          arguments: { draft: true, branch: task.name.replaceAll("_", "-") },
          result: JSON.stringify({ state: "draft" }),
          ms: 900,
        },
      ],
    },
    {
      ask: "what did you touch, just the list",
      answer: paths.length > 0 ? paths.map((path) => `- \`${path}\``).join("\n") : "Nothing. I only read.",
      uses: [],
    },
    { ask: own.pick(["thanks", "danke!", "ok great"]), answer: "You're welcome.", uses: [] },
  ]
  if (verdict === "rejected" && own.chance(0.5))
    return [
      {
        ask: own.pick(["No, revert that.", "please undo, wrong direction", "revert"]),
        answer:
          paths.length > 0
            ? `Reverted ${paths.map((path) => `\`${path}\``).join(" and ")}. What should it do instead?`
            : "Understood. What did you expect instead?",
        uses: paths.length > 0 ? [run(`git checkout -- ${paths.join(" ")}`, "", own)] : [],
      },
    ]
  const count = own.weighted([
    { share: 62, n: 0 },
    { share: 22, n: 1 },
    { share: 9, n: 2 },
    { share: 5, n: 3 },
    { share: 2, n: 5 },
  ]).n
  return [...written, ...usual].slice(0, count)
}

export function followUp(session: Session, { ask, answer, uses }: FollowUp, startMs: number): TraceMaker {
  const { newer, own, messages } = session
  const trace = begin(session, startMs)
  const model = newer ? models.sonnet5 : models.sonnet45
  messages.push({ role: "user", content: ask })
  trace.open("agent", "coding_agent", {
    input: { value: ask },
    metadata: { max_steps: 40, model: model.name },
  })
  if (uses.length > 0) {
    const asked = askForTools(uses, own)
    callModel(trace, own, { name: "next_step", model, messages, reply: asked, temperature: 0 })
    messages.push(asked)
    for (const [index, use] of uses.entries()) {
      messages.push(toolAnswer(asked.tool_calls![index]!, use.result))
      runTool(trace, own, use)
    }
  }
  const reply = { role: "assistant", content: answer }
  callModel(trace, own, { name: "write_answer", model, messages, reply, temperature: 0, maxTokens: 8_192 })
  messages.push(reply)
  trace.close({ output: { value: answer } })
  return trace
}
