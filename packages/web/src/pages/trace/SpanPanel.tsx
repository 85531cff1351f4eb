import { Tabs } from "@base-ui/react/tabs"
import { useQuery } from "@tanstack/react-query"
import { CircleAlert } from "lucide-react"
import { useMemo, type ReactNode } from "react"
import type { BriefSpan, StoredSpan, TraceOutline } from "@sayso/protocol/api.ts"
import { tabs, type Tab } from "../../routes.tsx"
import { wholeSpan } from "../../queries.ts"
import { isEmpty, readContent, type Content } from "../../parts/conversation.ts"
import { ContentView, Fold, Value } from "../../parts/Conversation.tsx"
import { Id } from "../../parts/Copy.tsx"
import { Facts } from "../../parts/Facts.tsx"
import { compact, count, duration, exactDollars, exactly, msOf } from "../../parts/figures.ts"
import { Json } from "../../parts/Json.tsx"
import { KindIcon } from "../../parts/KindIcon.tsx"
import { scoreText } from "../../parts/mark.ts"
import { Said } from "../../parts/Said.tsx"
import { CannotShow, Loading } from "../../parts/states.tsx"
import { tab as tabStyle } from "../../parts/styles.ts"
import { EntityLink, SessionLink } from "../../parts/WordsView.tsx"
import { spanCost } from "./costs.ts"
import { EvaluationsTab } from "./EvaluationsTab.tsx"
import { FeedbackTab } from "./FeedbackTab.tsx"
import { tokensOf } from "./tokens.ts"

const names: Record<Tab, string> = {
  overview: "Overview",
  evaluations: "Evaluations",
  feedback: "Feedback",
  details: "Details",
}

/** Everything about one span. */
export function SpanPanel({
  trace,
  traceId,
  span,
  tab,
  onTab,
  onChoose,
}: {
  trace: TraceOutline
  traceId: string
  span: BriefSpan
  tab: Tab
  onTab: (tab: Tab) => void
  onChoose: (spanId: string) => void
}) {
  const { data: whole, error, refetch } = useQuery(wholeSpan(traceId, span.span_id))
  const current = trace.feedback.filter((event) => event.state === "current")
  const counted = current.filter((event) => event.counted).length
  const around = current.length - counted
  const counts: Partial<Record<Tab, string>> = {
    evaluations: countText(trace.evaluations.filter((event) => event.state === "current").length),
    // What was said about the session is shown, too, and does not count for the trace.
    feedback: counted > 0 && around > 0 ? `${counted} + ${around}` : countText(current.length),
  }
  const waiting =
    error && !whole ? (
      <CannotShow error={error} again={() => void refetch()} />
    ) : (
      <Loading rows={3} label="Loading the span" />
    )
  return (
    <section aria-label="Span">
      <div className="px-4 pt-3">
        <SpanHead span={span} />
      </div>
      <Tabs.Root value={tab} onValueChange={(value) => onTab(value as Tab)} className="mt-2">
        <Tabs.List
          className="sticky top-12 z-10 flex gap-1 overflow-x-auto border-b border-line bg-page px-3 lg:top-0"
          aria-label="About the span"
        >
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name} className={tabStyle}>
              {names[name]}
              {(counts[name] ?? "") !== "" && (
                <span className="rounded-full bg-hover px-1.5 text-xs text-quiet tabular-nums">
                  {counts[name]}
                </span>
              )}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" className="p-4 -outline-offset-2">
          {whole ? <Overview key={whole.span_id} span={whole} /> : waiting}
        </Tabs.Panel>
        <Tabs.Panel value="evaluations" className="p-4 -outline-offset-2">
          <EvaluationsTab trace={trace} spanId={span.span_id} onChoose={onChoose} />
        </Tabs.Panel>
        <Tabs.Panel value="feedback" className="p-4 -outline-offset-2">
          <FeedbackTab trace={trace} spanId={span.span_id} onChoose={onChoose} />
        </Tabs.Panel>
        <Tabs.Panel value="details" className="p-4 -outline-offset-2">
          {whole ? <Details key={whole.span_id} span={whole} /> : waiting}
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  )
}

function countText(value: number): string {
  return value === 0 ? "" : count(value)
}

function SpanHead({ span }: { span: BriefSpan }) {
  const tokens = tokensOf(span.metrics)
  const cost = spanCost(span.metrics)
  return (
    <>
      <h2 className="flex items-start gap-1.5 text-lg font-semibold">
        <KindIcon kind={span.span_kind} className="mt-1 size-4" />
        <bdi className="line-clamp-3 wrap-anywhere">{span.name || "(no name)"}</bdi>
      </h2>
      <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-sm text-quiet">
        <span>{span.span_kind}</span>
        {span.model_name !== "" && (
          <bdi title={span.model_provider} className="font-mono text-xs">
            {span.model_name}
          </bdi>
        )}
        <span className="tabular-nums">{duration(span.duration_ns)}</span>
        {tokens && (
          <span
            className="tabular-nums"
            title={`${count(tokens.input ?? 0)} tokens in, ${count(tokens.output ?? 0)} out`}
          >
            {tokens.input !== undefined && tokens.output !== undefined
              ? `${compact(tokens.input)} → ${compact(tokens.output)} tokens`
              : `${compact(tokens.total)} tokens`}
          </span>
        )}
        {cost && (
          <span className="tabular-nums" title={cost.title}>
            {cost.text}
          </span>
        )}
      </p>
    </>
  )
}

/** What went in, what came out, and what went wrong. */
function Overview({ span }: { span: StoredSpan }) {
  const input = useMemo(
    () => readContent(span.input, span.span_kind === "llm" || isOuter(span) ? "user" : ""),
    [span],
  )
  const output = useMemo(
    () => readContent(span.output, span.span_kind === "llm" || isOuter(span) ? "assistant" : ""),
    [span],
  )
  const failed = span.error.type !== "" || span.error.message !== ""
  const silent = isEmpty(input) && isEmpty(output) && !failed
  return (
    <div className="flex flex-col gap-5">
      {failed && (
        <div className="rounded-lg bg-bad-tint p-3">
          <p className="flex items-center gap-1.5 font-medium text-bad">
            <CircleAlert className="size-4 shrink-0" aria-hidden />
            <bdi className="wrap-anywhere">{span.error.type || "Error"}</bdi>
          </p>
          <Said text={span.error.message} className="mt-1" />
          {span.error.stack !== "" && (
            <div className="mt-2 text-quiet">
              <Fold title="Stack" more="">
                <pre className="overflow-x-auto font-mono text-xs leading-5 whitespace-pre">
                  {span.error.stack}
                </pre>
              </Fold>
            </div>
          )}
        </div>
      )}
      <Part name="Input" content={input} />
      <Part name="Output" content={output} />
      {silent && <p className="text-quiet">The client sent neither input nor output for this span.</p>}
    </div>
  )
}

/** Whether plain values of the span are words between a user and the application. */
function isOuter(span: StoredSpan): boolean {
  return span.parent_id === "" || span.span_kind === "agent" || span.span_kind === "workflow"
}

function Part({ name, content }: { name: string; content: Content }) {
  if (isEmpty(content) && !content.prompt) return null
  return (
    <Section title={name}>
      {content.prompt && (content.prompt.id !== "" || content.prompt.template !== "") && (
        <p className="mb-2 text-sm text-quiet">
          Prompt <bdi className="font-mono text-xs">{content.prompt.id}</bdi>
          {content.prompt.version !== "" && (
            <>
              {" "}
              version <bdi className="font-mono text-xs">{content.prompt.version}</bdi>
            </>
          )}
        </p>
      )}
      <ContentView content={content} label={name.toLowerCase()} />
    </Section>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-semibold tracking-wide text-faint">{title}</h3>
      {children}
    </section>
  )
}

/** Ids, figures, tags and whatever else the client said. */
function Details({ span }: { span: StoredSpan }) {
  const prompt = readContent(span.input, "").prompt
  const metrics = Object.entries(span.metrics)
  return (
    <div className="flex flex-col gap-5">
      <Facts
        facts={{
          application: span.ml_app,
          service: span.service,
          environment: span.env,
          version: span.version,
          model: span.model_name,
          provider: span.model_provider,
          started: exactly(msOf(span.start_ns)),
          duration: duration(span.duration_ns),
          session: span.session_id && <SessionLink id={span.session_id} />,
          "join keys": span.feedback_join_keys.length > 0 && (
            <span className="flex flex-wrap gap-x-2">
              {span.feedback_join_keys.map((key) => (
                <EntityLink key={key} name={key} />
              ))}
            </span>
          ),
          "span id": <Id text={span.span_id} what="the span id" />,
          "trace id": <Id text={span.trace_id} what="the trace id" />,
          "parent id": span.parent_id && <Id text={span.parent_id} what="the parent's id" />,
          "APM trace id": span.apm_trace_id && <Id text={span.apm_trace_id} what="the APM trace id" />,
        }}
      />
      {metrics.length > 0 && (
        <Section title="Figures">
          <Facts facts={Object.fromEntries(metrics.map(([name, value]) => [name, figure(name, value)]))} />
        </Section>
      )}
      {prompt && (
        <Section title="Prompt">
          <Facts facts={{ id: prompt.id, version: prompt.version }} />
          {prompt.template !== "" && (
            <div className="mt-2">
              <Value value={prompt.template} label="template" />
            </div>
          )}
          {Object.keys(prompt.variables).length > 0 && (
            <div className="mt-2">
              <Json value={prompt.variables} label="variables" />
            </div>
          )}
        </Section>
      )}
      {Object.keys(span.metadata).length > 0 && (
        <Section title="Metadata">
          <Json value={span.metadata} label="metadata" />
        </Section>
      )}
      {span.tags.length > 0 && (
        <Section title="Tags">
          <ul className="flex flex-wrap gap-1.5">
            {span.tags.map((tag, at) => (
              <li
                key={at}
                className="max-w-full truncate rounded bg-hover px-1.5 py-0.5 font-mono text-xs text-quiet"
                title={tag}
              >
                <bdi>{tag}</bdi>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {Object.keys(span.meta).length > 0 && (
        <Section title="Also sent">
          <Json value={span.meta} label="what else the client sent" />
        </Section>
      )}
      <Section title="The span as it is kept">
        <Fold title="JSON" more="">
          <Json value={span} label="the span" />
        </Fold>
      </Section>
    </div>
  )
}

function figure(name: string, value: number): string {
  if (/time_to_first_token|_seconds$/.test(name) && value < 1_000) return duration(value * 1e9)
  if (name.endsWith("_cost")) return exactDollars(value)
  return Number.isInteger(value) ? count(value) : scoreText(value)
}
