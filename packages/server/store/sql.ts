/** A piece of SQL with its values apart. Pieces compose; values never enter the text. */
export interface Sql {
  readonly kind: "sql"
  readonly strings: readonly string[]
  readonly values: readonly Value[]
}

/** A value with the ClickHouse type it is sent as. */
export interface Typed {
  readonly kind: "typed"
  readonly value: Scalar | readonly Scalar[]
  readonly type: string
}

export type Scalar = string | number | bigint | boolean
export type Value = Sql | Typed | Scalar | readonly string[] | readonly bigint[]

/** Text and parameters as the store takes them: `{p0:String}` stands for the value of `p0`. */
export interface Statement {
  readonly text: string
  readonly params: Readonly<Record<string, Scalar | readonly Scalar[]>>
}

/**
 * ClickHouse SQL as data: a value becomes a parameter, a fragment is inlined.
 *
 * const where = sql`${columns.label} = ${label} and has(${columns.tags}, ${tag})`
 */
export function sql(strings: TemplateStringsArray, ...values: Value[]): Sql {
  return { kind: "sql", strings, values }
}

/** A name or other fixed text of ours, never a caller's. */
export function raw(text: string): Sql {
  return { kind: "sql", strings: [text], values: [] }
}

/** Says the type of a value where its JavaScript type does not: `typed(id, "UUID")`. */
export function typed(value: Typed["value"], type: string): Typed {
  return { kind: "typed", value, type }
}

/** Fragments with a text of ours between them; `otherwise` where there are none. */
export function join(parts: readonly Sql[], between: string, otherwise: string): Sql {
  if (parts.length === 0) return raw(otherwise)
  return { kind: "sql", strings: ["", ...parts.slice(1).map(() => between), ""], values: parts }
}

/** All of the conditions. */
export function and(parts: readonly Sql[]): Sql {
  return join(
    parts.map((part) => sql`(${part})`),
    " and ",
    "true",
  )
}

/** At least one of the conditions. */
export function or(parts: readonly Sql[]): Sql {
  return join(
    parts.map((part) => sql`(${part})`),
    " or ",
    "false",
  )
}

/** The fragment as a statement, with parameters named in order. */
export function render(fragment: Sql): Statement {
  const params: Record<string, Scalar | readonly Scalar[]> = {}
  let count = 0
  const write = (value: Value): string => {
    if (isKind(value, "sql")) {
      return value.strings
        .map((text, index) => (index === 0 ? text : write(value.values[index - 1] as Value) + text))
        .join("")
    }
    const { value: plain, type } = isKind(value, "typed") ? value : { value, type: typeOf(value) }
    const name = `p${count}`
    count += 1
    params[name] = plain
    return `{${name}:${type}}`
  }
  return { text: write(fragment), params }
}

function isKind<K extends "sql" | "typed">(value: Value, kind: K): value is Extract<Value, { kind: K }> {
  return typeof value === "object" && "kind" in value && value.kind === kind
}

function typeOf(value: Scalar | readonly string[] | readonly bigint[]): string {
  switch (typeof value) {
    case "string":
      return "String"
    case "number":
      return Number.isSafeInteger(value) ? "Int64" : "Float64"
    case "bigint":
      return "UInt64"
    case "boolean":
      return "Bool"
    default:
      return typeof value[0] === "bigint" ? "Array(UInt64)" : "Array(String)"
  }
}
