import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { endpoints, type Endpoint } from "../packages/protocol/api.ts"
import { errors } from "../packages/protocol/errors.ts"
import { settings } from "../packages/server/config.ts"
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
    "api.md": page(
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
    ),
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
  const names = Object.keys((row.query as { properties?: object } | undefined)?.properties ?? {})
  return names.length > 0 ? ` (${names.map(code).join(", ")})` : ""
}

function code(text: string): string {
  return `\`${text}\``
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(pages())) writeFileSync(join(folder, file), text)
}
