import {
  Bot,
  ChevronRight,
  FileText,
  Paperclip,
  Settings2,
  User,
  Wrench,
  type LucideIcon,
} from "lucide-react"
import { useState, type ReactNode } from "react"
import type { Content, Document, Message, ToolCall, ToolResult } from "./conversation.ts"
import { several } from "./figures.ts"
import { Json } from "./Json.tsx"
import { Markdown } from "./Markdown.tsx"
import { scoreText } from "./mark.ts"
import { Said } from "./Said.tsx"

const faces: Record<string, { icon: LucideIcon; ink: string }> = {
  user: { icon: User, ink: "text-quiet" },
  assistant: { icon: Bot, ink: "text-llm" },
  system: { icon: Settings2, ink: "text-faint" },
  developer: { icon: Settings2, ink: "text-faint" },
  tool: { icon: Wrench, ink: "text-tool" },
}

/** Messages in their order. Instructions to the model are folded: they are long, and the same each time. */
export function Messages({ messages }: { messages: readonly Message[] }) {
  return (
    <div className="flex flex-col gap-3">
      {messages.map((message, at) => (
        <MessageView key={at} message={message} />
      ))}
    </div>
  )
}

/** A message with its tool calls and results. */
export function MessageView({ message }: { message: Message }) {
  const { role, text, json, toolCalls, toolResults, attachments } = message
  const { icon: Icon, ink } = (Object.hasOwn(faces, role) && faces[role]) || {
    icon: FileText,
    ink: "text-faint",
  }
  const instructions = role === "system" || role === "developer"
  const body = (
    <div className="flex flex-col gap-2">
      {text !== "" && (role === "user" ? <Said text={text} /> : <Markdown text={text} />)}
      {json && <Json value={json} label={`${role || "message"} as JSON`} />}
      {toolCalls.map((call, at) => (
        <CallView key={at} call={call} />
      ))}
      {toolResults.map((result, at) => (
        <ResultView key={at} result={result} />
      ))}
      {attachments.map((what, at) => (
        <p key={at} className="flex items-center gap-1.5 text-sm text-faint">
          <Paperclip className="size-3.5" aria-hidden /> {what}
        </p>
      ))}
    </div>
  )
  // What has no speaker is no speech: a tool's input, for instance.
  if (role === "") return body
  return (
    <div className={`flex gap-2.5 ${role === "user" ? "rounded-lg bg-panel p-2.5 -mx-2.5" : ""}`}>
      <Icon className={`mt-[3px] size-4 shrink-0 ${ink}`} strokeWidth={2} aria-hidden />
      <div className="min-w-0 flex-1">
        {instructions ? (
          <Fold title={<Role role={role} />} more={text.replaceAll(/\s+/g, " ").slice(0, 160)}>
            {body}
          </Fold>
        ) : (
          <>
            <Role role={role} />
            {body}
          </>
        )}
      </div>
    </div>
  )
}

function Role({ role }: { role: string }) {
  return <p className="text-xs font-medium text-faint capitalize">{role}</p>
}

function CallView({ call }: { call: ToolCall }) {
  return (
    <div className="rounded-md border border-line">
      <p className="flex items-baseline gap-1.5 px-2 py-1 text-sm">
        <span className="text-faint">calls</span>
        <bdi className="font-mono text-xs font-medium text-tool wrap-anywhere">{call.name}</bdi>
      </p>
      <div className="p-1.5 pt-0">
        <Value value={call.given} label={`arguments of ${call.name}`} />
      </div>
    </div>
  )
}

function ResultView({ result }: { result: ToolResult }) {
  return (
    <div className="rounded-md border border-line">
      <p className="flex items-baseline gap-1.5 px-2 py-1 text-sm">
        <bdi className="font-mono text-xs font-medium text-tool wrap-anywhere">{result.name || "tool"}</bdi>
        <span className="text-faint">answers</span>
      </p>
      <div className="p-1.5 pt-0">
        <Value value={result.result} label={`result of ${result.name || "the tool"}`} />
      </div>
    </div>
  )
}

/** JSON as a tree, a text as it is. */
export function Value({ value, label }: { value: unknown; label: string }) {
  if (typeof value === "object" && value !== null) return <Json value={value} label={label} />
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value)
  if (text === "") return <p className="px-1 text-sm text-faint">nothing</p>
  return <Said text={text} className="rounded-md bg-panel px-2 py-1.5 font-mono text-xs leading-5" />
}

export function Documents({ documents }: { documents: readonly Document[] }) {
  return (
    <div className="flex flex-col gap-1.5">
      {documents.map((paper, at) => (
        <Fold
          key={at}
          boxed
          title={
            <span className="flex items-baseline gap-2">
              <FileText className="size-3.5 shrink-0 self-center text-retrieval" aria-hidden />
              <bdi className="font-medium wrap-anywhere">
                {paper.name || paper.id || `Document ${at + 1}`}
              </bdi>
              {paper.score !== undefined && (
                <span className="ms-auto text-xs text-faint tabular-nums">{scoreText(paper.score)}</span>
              )}
            </span>
          }
          more={paper.text.replaceAll(/\s+/g, " ").slice(0, 160)}
        >
          <Said text={paper.text} className="text-sm" />
          {paper.id !== "" && paper.name !== "" && (
            <p className="mt-1 font-mono text-xs text-faint wrap-anywhere">{paper.id}</p>
          )}
        </Fold>
      ))}
    </div>
  )
}

/** All of a span's input or output. */
export function ContentView({ content, label }: { content: Content; label: string }) {
  const { messages, documents, rest } = content
  return (
    <div className="flex flex-col gap-3">
      {messages.length > 0 && <LongMessages messages={messages} />}
      {documents.length > 0 && <Documents documents={documents} />}
      {rest && <Json value={rest} label={`the rest of the ${label}`} />}
    </div>
  )
}

const shownMessages = 12

/** Of a long conversation the first and the last messages; what lies between is one click away. */
function LongMessages({ messages }: { messages: readonly Message[] }) {
  const [all, setAll] = useState(false)
  const hidden = messages.length - shownMessages
  if (all || hidden < 3) return <Messages messages={messages} />
  return (
    <>
      <Messages messages={messages.slice(0, 2)} />
      <button
        type="button"
        className="rounded-md border border-dashed border-edge py-1.5 text-sm text-quiet hover:bg-hover"
        onClick={() => setAll(true)}
      >
        Show {several(hidden, "message")} between
      </button>
      <Messages messages={messages.slice(2 - shownMessages)} />
    </>
  )
}

/** A heading that unfolds what it heads; folded, it gives a first taste of it. */
export function Fold({
  title,
  more,
  boxed = false,
  children,
}: {
  title: ReactNode
  more: string
  boxed?: boolean
  children: ReactNode
}) {
  // What was never unfolded is not drawn: it may be large.
  const [opened, setOpened] = useState(false)
  return (
    <details
      className={`group min-w-0 ${boxed ? "rounded-md border border-line px-2 py-1.5" : ""}`}
      onToggle={() => setOpened(true)}
    >
      <summary className="list-none rounded [&::-webkit-details-marker]:hidden">
        <span className="flex items-center gap-1">
          <ChevronRight
            className="size-3.5 shrink-0 text-faint transition-transform group-open:rotate-90"
            aria-hidden
          />
          <span className="min-w-0 flex-1">{title}</span>
        </span>
        {more !== "" && (
          <bdi className="block truncate ps-4.5 text-sm text-faint group-open:hidden">{more}</bdi>
        )}
      </summary>
      {opened && <div className="ps-4.5 pt-1.5">{children}</div>}
    </details>
  )
}
