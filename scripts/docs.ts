import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { endpoints, type Endpoint } from "../packages/protocol/api.ts"
import { errors } from "../packages/protocol/errors.ts"
import { settings } from "../packages/server/config.ts"
import { tracerPaths } from "../packages/server/intake/tracer.ts"
import { metricRows } from "../packages/server/metrics.ts"

const folder = join(import.meta.dirname, "../docs")

/** The pages that are made from the tables of the code, by file name. */
export function pages(): Record<string, string> {
  return {
    "settings.md": page(
      "Settings",
      "Environment variables. A value that cannot be used stops the start with a sentence that says why.",
      ["Variable", "Default", "What it does"],
      Object.entries(settings).map(([name, row]) => [
        code(name),
        row.fallback === "" ? "" : code(row.fallback),
        row.summary,
      ]),
    ),
    "errors.md": page(
      "Errors",
      'Every refusal is `{"errors":[{"status","code","title","detail","source"}]}` in `application/vnd.api+json`; `source` has a JSON `pointer` into the body or the name of a URL `parameter`. The first error decides the status.',
      ["Code", "Status", "Meaning", "What to do"],
      Object.entries(errors).map(([name, row]) => [code(name), String(row.status), row.title, row.todo]),
    ),
    "api.md":
      page(
        "Endpoints",
        "The same table as an OpenAPI document: `/openapi.json` of a running server. `intake` takes an API key, `read` an application key, `open` none; in local mode no key is needed. The agent port serves what is marked so; the main port serves everything. Lists answer `{data, meta: {cursor?}}`, single things `{data}`.",
        ["Method", "Path", "What it does", "Needs", "Agent port"],
        Object.values(endpoints).map((row: Endpoint) => [
          row.method,
          code(row.path),
          row.summary + parametersOf(row),
          row.scope,
          row.face === "agent" ? "yes" : "",
        ]),
      ) + answers(),
    "metrics.md": page(
      "Metrics",
      "The server's own figures at `/metrics`, in Prometheus' text format, beside Node's usual process metrics.",
      ["Metric", "Kind", "Labels", "Meaning"],
      Object.entries(metricRows).map(([name, row]) => [
        code(name),
        row.kind,
        row.labels.map(code).join(", "),
        row.help,
      ]),
    ),
  }
}

/** What the fields of an answer mean that a reader cannot guess, and the paths that are no endpoints. */
function answers(): string {
  return `
## What the answers say

- \`state\`: \`current\`, \`superseded\` (the same submitter said something later on the same target under the same label) or \`withdrawn\`.
- \`time\`: what lists and windows use, in epoch ms: the claimed time where it is believable, else the arrival. \`timestamp_ms\` is as it
  was claimed, \`arrived\` is when the first copy came.
- \`on_spans\`: ids of the spans here that an event was given on, by their id or by a join key that they carry.
- \`counted\`: whether a current event counts here. Feedback rolls up, never down: a trace shows what was said about its session, and
  does not count it. \`summary\` adds up the feedback that counts, by label.
- \`matched\`: the spans, traces and sessions that have arrived and that a feedback event is about.
- \`apm_trace_ids\`: the tracer's own ids of the same trace; a trace is found by them, too.

## For tracers

These paths are read to their end and answered so that a tracer stays quiet; nothing of them is kept: ${tracerPaths.map(code).join(", ")}.
APM spans in \`/v0.4/traces\` repeat the LLM spans, which arrive by their own path.
`
}

function page(
  title: string,
  intro: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  const lines = [line(head), line(head.map(() => "---")), ...rows.map(line)]
  return `# ${title}\n\n<!-- Made by npm run docs from the tables in the code. -->\n\n${intro}\n\n${lines.join("\n")}\n`
}

function parametersOf(row: Endpoint): string {
  const { properties = {} }: { properties?: object } = row.query ?? {}
  const names = Object.keys(properties)
  return names.length > 0 ? ` (${names.map(code).join(", ")})` : ""
}

function code(text: string): string {
  return `\`${text}\``
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(pages())) writeFileSync(join(folder, file), text)
}
