// Fills a running server with a believable week of three applications.
import { parseArgs } from "node:util"
import { intro, log, outro, progress } from "@clack/prompts"
import { weekMs } from "./rhythm.ts"
import { findEnd, sendWeek, Stop, untilReadable, type Server } from "./send.ts"
import { defaultSessions, firstTraceId, makeWeek, type Week } from "./week.ts"

const usage = `npm run demo -- [options]

  --url <address>       the server, else SAYSO_URL, else http://127.0.0.1:4000
  --seed <n>            another week, with other ids (1)
  --sessions <n>        how many sessions (${defaultSessions})
  --end <time>          when the week ends, as ISO 8601 or epoch ms (now, or as before if this seed is there already)

Keys, where the server wants them: SAYSO_API_KEY sends, SAYSO_APPLICATION_KEY reads.`

interface Options {
  readonly server: Server
  readonly seed: number
  readonly sessions: number
  readonly end: string | undefined
}

try {
  const options = readOptions()
  if (options) await run(options)
} catch (error) {
  if (!(error instanceof Stop)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/** @throws a Stop that names an option that cannot be used. */
function readOptions(): Options | undefined {
  const { values } = parse()
  if (values.help) {
    console.log(usage)
    return undefined
  }
  const url = values.url ?? process.env["SAYSO_URL"] ?? "http://127.0.0.1:4000"
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
    throw new Stop(`--url ${url}: this is no address, like http://127.0.0.1:4000.`)
  return {
    server: {
      url: url.replace(/\/+$/, ""),
      apiKey: process.env["SAYSO_API_KEY"],
      applicationKey: process.env["SAYSO_APPLICATION_KEY"],
    },
    seed: wholeNumber("--seed", values.seed, 1, 1_000_000),
    sessions: wholeNumber("--sessions", values.sessions, 100, 100_000),
    end: values.end,
  }
}

function parse() {
  try {
    return parseArgs({
      options: {
        url: { type: "string" },
        seed: { type: "string", default: "1" },
        sessions: { type: "string", default: String(defaultSessions) },
        end: { type: "string" },
        help: { type: "boolean", default: false },
      },
    })
  } catch (error) {
    throw new Stop(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < low || value > high)
    throw new Stop(`${name} is a whole number from ${low} to ${high}, not ${text}.`)
  return value
}

async function run({ server, seed, sessions, end }: Options): Promise<void> {
  const show = process.stdout.isTTY ? pretty() : plain()
  show.begin(`A week of three applications, for ${server.url}`)
  const { endMs, again } = await chooseEnd(server, { seed, sessions, end })
  if (again) show.say(`The week of seed ${seed} is there already. Sending it again, which changes nothing.`)

  const week = makeWeek({ seed, sessions, endMs })
  const step = show.bar(week.spans.length + week.feedback.length + week.evaluations.length)
  await sendWeek(server, week, step.advance)
  await untilReadable(server, week.worthOpening.worstTraceId || week.worthOpening.longestTraceId)
  step.end(summary(week))
  show.links(links(server.url, week))
  show.end("Have a look around.")
}

/** The end of the week, which a second run must not move: the same content has to come out, to count once. */
async function chooseEnd(
  server: Server,
  { seed, sessions, end }: Pick<Options, "seed" | "sessions" | "end">,
): Promise<{ endMs: number; again: boolean }> {
  const nowMs = Date.now()
  const wantedMs = end === undefined ? undefined : readTime(end)
  if (wantedMs !== undefined && wantedMs > nowMs) throw new Stop(`--end ${end} lies in the future.`)
  const foundMs = await findEnd(server, firstTraceId({ seed, sessions }), weekMs)
  if (foundMs === undefined) return { endMs: wantedMs ?? Math.floor(nowMs / 1_000) * 1_000, again: false }
  if (wantedMs !== undefined && wantedMs !== foundMs) {
    throw new Stop(
      `The week of seed ${seed} is there already and ends at ${new Date(foundMs).toISOString()}. Leave --end out, or take another --seed.`,
    )
  }
  return { endMs: foundMs, again: true }
}

function readTime(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isSafeInteger(ms))
    throw new Stop(`--end ${text}: this is no time, like 2026-11-22T18:00:00Z or 1795370400000.`)
  return ms
}

function summary({ spans, feedback, evaluations }: Week): string {
  const traces = new Set(spans.map(({ trace_id }) => trace_id)).size
  const sessions = new Set(spans.map(({ session_id }) => session_id)).size
  return `Sent ${count(spans.length)} spans of ${count(traces)} traces in ${count(sessions)} sessions, ${count(feedback.length)} feedback events and ${count(evaluations.length)} evaluations.`
}

function count(number: number): string {
  return number.toLocaleString("en")
}

function links(url: string, { worthOpening }: Week): [title: string, address: string][] {
  const { worstTraceId, longestTraceId, furiousSessionId, disputedKey } = worthOpening
  const all: [string, string][] = [
    ["Home", `${url}/`],
    ["A promise that the shop could not keep", worstTraceId && `${url}/traces/${worstTraceId}`],
    ["One customer and one tent", `${url}/sessions/${furiousSessionId}`],
    [`${disputedKey}: four people, no agreement`, disputedKey && `${url}/entities/${disputedKey}`],
    ["The longest trace", `${url}/traces/${longestTraceId}`],
  ]
  return all.filter(([, address]) => address !== "")
}

/** How it is shown. */
interface Show {
  begin(text: string): void
  say(text: string): void
  bar(total: number): { advance(events: number): void; end(text: string): void }
  links(all: readonly [title: string, address: string][]): void
  end(text: string): void
}

function pretty(): Show {
  return {
    begin: (text) => intro(text),
    say: (text) => log.info(text),
    bar(total) {
      const bar = progress({ max: total, style: "heavy" })
      bar.start("Sending")
      let sent = 0
      return {
        advance: (events) => bar.advance(events, `${count((sent += events))} of ${count(total)} events`),
        end: (text) => bar.stop(text),
      }
    },
    // Lines of their own: an address that is wrapped cannot be clicked.
    links: (all) => all.forEach(([title, address]) => log.message(`${title}\n${address}`)),
    end: (text) => outro(text),
  }
}

/** For logs and pipes: one line for each thing, and no line twice. */
function plain(): Show {
  return {
    begin: (text) => console.log(text),
    say: (text) => console.log(text),
    bar: () => ({ advance: () => {}, end: (text) => console.log(text) }),
    links: (all) => console.log(all.map(([title, address]) => `  ${title}: ${address}`).join("\n")),
    end: () => {},
  }
}
