import type {
  endpoints,
  Entity,
  FeedbackDetail,
  FeedbackFields,
  FeedbackQuery,
  ListedFeedback,
  Session,
  StoredSpan,
  TraceOutline,
} from "@sayso/protocol/api.ts"
import type { ErrorCode } from "@sayso/protocol/errors.ts"

type ReadPath = (typeof endpoints)[keyof typeof endpoints]["path"]

/** The server's refusal, in its own words; `code` is "away" where no answer came at all. */
export class Refusal extends Error {
  readonly status: number
  readonly code: ErrorCode | "away" | "unreadable"

  constructor(status: number, code: Refusal["code"], detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.status = status
    this.code = code
  }
}

/** A page of a list. No cursor means the end. */
export interface Page<T> {
  readonly data: T[]
  readonly meta: { readonly cursor?: string }
}

type Asked<Query> = { readonly [Name in keyof Query]?: Query[Name] | undefined }

export const api = {
  listFeedback: (query: Asked<FeedbackQuery>, signal: AbortSignal) =>
    read<Page<ListedFeedback>>("/api/v1/feedback", {}, query, signal),
  listFeedbackFields: (signal: AbortSignal) => readOne<FeedbackFields>("/api/v1/feedback/fields", {}, signal),
  getFeedback: (id: string, signal: AbortSignal) =>
    readOne<FeedbackDetail>("/api/v1/feedback/{id}", { id }, signal),
  getTraceOutline: (id: string, signal: AbortSignal) =>
    readOne<TraceOutline>("/api/v1/traces/{id}/outline", { id }, signal),
  getSpan: (id: string, span_id: string, signal: AbortSignal) =>
    readOne<StoredSpan>("/api/v1/traces/{id}/spans/{span_id}", { id, span_id }, signal),
  getSession: (id: string, signal: AbortSignal) => readOne<Session>("/api/v1/sessions/{id}", { id }, signal),
  getEntity: (key: string, signal: AbortSignal) => readOne<Entity>("/api/v1/entities/{key}", { key }, signal),
}

async function readOne<T>(path: ReadPath, names: Record<string, string>, signal: AbortSignal): Promise<T> {
  return (await read<{ data: T }>(path, names, {}, signal)).data
}

async function read<T>(
  path: ReadPath,
  names: Record<string, string>,
  query: object,
  signal: AbortSignal,
): Promise<T> {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ""))
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  const url = filled + (search && `?${search}`)
  const asked = takeFirst(url) ?? fetch(url, { headers: credentials(), signal })
  const answer = await asked.catch((error: unknown) => {
    if (signal.aborted) throw error
    throw new Refusal(0, "away", "The server does not answer. Is it still running?")
  })
  if (answer.ok) return (await answer.json()) as T
  throw await refusalOf(answer)
}

declare global {
  /** What public/first.js asked for before the app was there. */
  var saysoFirst: { readonly path: string; readonly answer: Promise<Response> } | undefined
}

/** The answer that was asked for before the app was there, if it is this one. It can be taken once. */
function takeFirst(url: string): Promise<Response> | undefined {
  const first = globalThis.saysoFirst
  if (first?.path !== url) return undefined
  globalThis.saysoFirst = undefined
  return first.answer
}

async function refusalOf(answer: Response): Promise<Refusal> {
  try {
    const { errors } = (await answer.json()) as { errors: [{ code: ErrorCode; detail: string }] }
    return new Refusal(answer.status, errors[0].code, errors[0].detail)
  } catch {
    return new Refusal(answer.status, "unreadable", `The server answered with status ${answer.status}.`)
  }
}

const keyName = "sayso.key"

function credentials(): Record<string, string> {
  const key = readKey()
  return key === null ? {} : { authorization: `Bearer ${key}` }
}

/** Null where there is none, and where the browser keeps nothing. */
function readKey(): string | null {
  try {
    return sessionStorage.getItem(keyName)
  } catch {
    return null
  }
}

/**
 * Keeps an application key for as long as this tab is open; an empty one is forgotten. In local mode none is needed.
 *
 * @returns false where it cannot be a key: keys are of letters, digits and a few marks.
 */
export function keepKey(key: string): boolean {
  if (!/^[!-~]*$/.test(key)) return false
  if (key === "") sessionStorage.removeItem(keyName)
  else sessionStorage.setItem(keyName, key)
  return true
}

export function hasKey(): boolean {
  return readKey() !== null
}
