import {
  Binary,
  Bot,
  CircleDot,
  MessageSquareText,
  Search,
  Waypoints,
  Wrench,
  type LucideIcon,
} from "lucide-react"

interface Kind {
  readonly icon: LucideIcon
  readonly ink: string
  readonly bar: string
}

const kinds: Record<string, Kind> = {
  agent: { icon: Bot, ink: "text-agent", bar: "bg-agent" },
  workflow: { icon: Waypoints, ink: "text-agent", bar: "bg-agent" },
  llm: { icon: MessageSquareText, ink: "text-llm", bar: "bg-llm" },
  tool: { icon: Wrench, ink: "text-tool", bar: "bg-tool" },
  retrieval: { icon: Search, ink: "text-retrieval", bar: "bg-retrieval" },
  embedding: { icon: Binary, ink: "text-embedding", bar: "bg-embedding" },
}

const other: Kind = { icon: CircleDot, ink: "text-other", bar: "bg-other" }

export function kindOf(kind: string): Kind {
  return Object.hasOwn(kinds, kind) ? (kinds[kind] ?? other) : other
}

export function KindIcon({ kind, className = "size-3.5" }: { kind: string; className?: string }) {
  const { icon: Icon, ink } = kindOf(kind)
  const name = kind === "" ? { "aria-hidden": true } : { role: "img", "aria-label": kind }
  return <Icon className={`${className} shrink-0 ${ink}`} strokeWidth={2} {...name} />
}
