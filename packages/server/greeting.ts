import type { Running } from "./main.ts"

const defaultAgentUrl = "http://127.0.0.1:8126"
const defaultUrl = "http://127.0.0.1:4000"

/** Where to look and what to try. The lines can be pasted as they are, on this machine. */
export function greeting({ url, agentUrl, localMode, engine }: Running, nowMs: number): string {
  const near = nearUrl(url)
  const key = (name: string, kind: string): string => (localMode ? "" : ` -H "${name}: $${kind}_KEY"`)
  const send = `curl -s ${near}/api/intake/llm-obs/v2/eval-metric -H 'Content-Type: application/json'${key("DD-API-KEY", "API")}`
  const said = (fields: object): string =>
    JSON.stringify({
      data: {
        type: "evaluation_metric",
        attributes: {
          metrics: [
            {
              event_kind: "feedback",
              ...fields,
              submitter: { id: "user-1", type: "user" },
              timestamp_ms: nowMs,
            },
          ],
        },
      },
    })
  const thumb = said({
    span_id: "5367402366830997855",
    label: "thumbs",
    metric_type: "categorical",
    categorical_value: "down",
    assessment: "fail",
  })
  const comment = said({
    feedback_join_key: "ticket-981",
    label: "comment",
    metric_type: "text",
    text_value: "The answer named the wrong train.",
  })
  return [
    `Open ${near}`,
    "",
    "A week of three applications to look at:",
    "",
    `  ${command("demo", near)}`,
    "",
    `Sayso listens on ${url} (${engine}${localMode ? ", local mode: no key needed" : ""})`,
    `  Datadog tracers: ${agentUrl ?? "no port"}`,
    ...(localMode
      ? []
      : ["", "Put the keys that npm run sayso -- keys create gave you into API_KEY and APPLICATION_KEY."]),
    "",
    "A thumbs-down on a span, and a comment on a join key:",
    "",
    `  ${send} -d '${thumb}'`,
    "",
    `  ${send} -d '${comment}'`,
    "",
    "Read it back, a moment later:",
    "",
    `  curl -s ${near}/api/v1/feedback${key("DD-APPLICATION-KEY", "APPLICATION")}`,
    ...(agentUrl === undefined
      ? []
      : [
          "",
          "Real spans, from a small chat application:",
          "",
          `  ${agentOf(nearUrl(agentUrl))}${command("example:chat", near)}`,
        ]),
  ].join("\n")
}

/** A command of the repository, told where this server is, unless that is where it looks by itself. */
function command(name: string, url: string): string {
  return `${url === defaultUrl ? "" : `SAYSO_URL=${url} `}npm run ${name}`
}

function agentOf(agentUrl: string): string {
  return agentUrl === defaultAgentUrl ? "" : `DD_TRACE_AGENT_URL=${agentUrl} `
}

/** How this machine reaches a server that listens on every address. */
function nearUrl(url: string): string {
  return url.replace(/\/\/(0\.0\.0\.0|\[::\]):/, "//127.0.0.1:")
}
