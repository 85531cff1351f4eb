import { fault } from "@sayso/protocol/errors.ts"
import type { TSchema } from "typebox"
import { Compile, type Validator } from "typebox/compile"
import { Value } from "typebox/value"

const validators = new WeakMap<TSchema, Validator>()

/**
 * The URL's parameters as the schema has them: numbers and booleans are read from their text.
 *
 * @throws a Fault `bad_parameter` that names the parameter, also for one that does not exist.
 */
export function readQuery(schema: TSchema | undefined, query: unknown): Readonly<Record<string, unknown>> {
  const given = query as Record<string, unknown>
  const { properties = {} }: { properties?: Record<string, Shape> } = schema ?? {}
  const known = Object.keys(properties)
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const there = known.length > 0 ? `There are ${known.join(", ")}.` : "This endpoint has none."
    throw fault("bad_parameter", `There is no parameter ${unknown}. ${there}`, { parameter: unknown })
  }
  if (schema === undefined) return {}
  for (const [parameter, text] of Object.entries(given)) {
    if (typeof text !== "string")
      throw fault("bad_parameter", `${parameter} was given more than once.`, { parameter })
    const shape = properties[parameter] ?? {}
    // The conversion would cut a fraction off.
    if (shape.type !== "integer" || /^\d+$/.test(text)) continue
    throw fault("bad_parameter", whatItIs(parameter, shape), { parameter })
  }
  const value = Value.Convert(schema, { ...given })
  const validator = validators.get(schema) ?? Compile(schema)
  validators.set(schema, validator)
  if (validator.Check(value)) return value as Record<string, unknown>
  const parameter = validator.Errors(value)[0]?.instancePath.slice(1).split("/")[0] ?? ""
  throw fault("bad_parameter", whatItIs(parameter, properties[parameter] ?? {}), { parameter })
}

/** What a parameter's schema says about its values. */
interface Shape {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
}

function whatItIs(parameter: string, shape: Shape): string {
  if (shape.enum) return `${parameter} is one of ${shape.enum.join(", ")}.`
  if (shape.type === "integer")
    return `${parameter} is a whole number from ${shape.minimum} to ${shape.maximum}.`
  if (shape.type === "boolean") return `${parameter} is true or false.`
  return `${parameter} cannot be used.`
}

/** A moment of a URL in epoch ms: ISO 8601, or epoch ms as they are. */
export function readMoment(name: string, text: unknown): number | undefined {
  if (typeof text !== "string") return undefined
  const ms = new Date(/^-?\d{1,16}$/.test(text) ? Number(text) : text).getTime()
  if (Number.isNaN(ms)) {
    throw fault(
      "bad_parameter",
      `${name} is a time: ISO 8601, like 2026-03-01T09:30:00Z, or epoch milliseconds.`,
      { parameter: name },
    )
  }
  return ms
}
