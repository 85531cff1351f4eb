import { Bot, User } from "lucide-react"
import type { StoredFeedback } from "@sayso/protocol/api.ts"

/** Who said it: a person, or an agent. */
export function SubmitterName({ submitter }: { submitter: StoredFeedback["submitter"] }) {
  const Icon = submitter.type === "agent" ? Bot : User
  const unusual = submitter.type !== undefined && submitter.type !== "user" && submitter.type !== "agent"
  return (
    <span
      className="inline-flex max-w-60 min-w-0 items-center gap-1"
      title={`${submitter.id} (${submitter.type ?? "no type"})`}
    >
      <Icon className="size-3.5 shrink-0" role="img" aria-label={submitter.type ?? "submitter"} />
      <bdi className="truncate">{submitter.id}</bdi>
      {unusual && <bdi className="truncate text-faint">{submitter.type}</bdi>}
    </span>
  )
}

const hues = [
  "bg-llm",
  "bg-agent",
  "bg-tool",
  "bg-retrieval",
  "bg-embedding",
  "bg-good",
  "bg-bad",
  "bg-other",
]

/** An application's name with a dot of its own colour. */
export function AppName({ name }: { name: string }) {
  let sum = 0
  for (let at = 0; at < name.length; at++) sum = (sum * 31 + name.charCodeAt(at)) % 9973
  return (
    <span className="inline-flex max-w-48 min-w-0 items-center gap-1.5" title={`ml_app ${name}`}>
      <span className={`size-1.5 shrink-0 rounded-full ${hues[sum % hues.length]}`} aria-hidden />
      <bdi className="truncate">{name}</bdi>
    </span>
  )
}
