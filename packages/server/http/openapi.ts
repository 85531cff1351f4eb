import { endpoints, type Endpoint } from "@sayso/protocol/api.ts"

/** The table of endpoints as an OpenAPI 3.1 document. The schemas are JSON Schema as they stand. */
export function openApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, row] of Object.entries(endpoints) as [string, Endpoint][]) {
    const operations = (paths[row.path] ??= {})
    operations[row.method.toLowerCase()] = operation(name, row)
  }
  return {
    openapi: "3.1.0",
    info: { title: "Sayso", version, description: "End-user feedback for LLM applications and agents" },
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: "apiKey", in: "header", name: "DD-API-KEY" },
        applicationKey: { type: "apiKey", in: "header", name: "DD-APPLICATION-KEY" },
        bearer: { type: "http", scheme: "bearer" },
      },
      responses: {
        error: {
          description: "What was wrong and what to do, by docs/errors.md",
          content: content(errorSchema),
        },
      },
    },
  }
}

const errorSchema = {
  type: "object",
  properties: {
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: {
          status: { type: "string" },
          code: { type: "string" },
          title: { type: "string" },
          detail: { type: "string" },
          source: {
            type: "object",
            properties: { pointer: { type: "string" }, parameter: { type: "string" } },
          },
        },
      },
    },
  },
}

const securityOf: Record<Endpoint["scope"], object[]> = {
  intake: [{ apiKey: [] }, { bearer: [] }],
  read: [{ applicationKey: [] }, { bearer: [] }],
  open: [],
}

function operation(name: string, row: Endpoint): object {
  const names = [...row.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1])
  const inPath = names.map((parameter) => ({
    name: parameter,
    in: "path",
    required: true,
    schema: { type: "string" },
  }))
  const { properties = {} }: { properties?: Record<string, { description?: string }> } = row.query ?? {}
  const inQuery = Object.entries(properties).map(([parameter, schema]) => ({
    name: parameter,
    in: "query",
    schema,
  }))
  return {
    operationId: name,
    summary: row.summary,
    security: securityOf[row.scope],
    ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
    ...(row.body && { requestBody: { content: content(row.body) } }),
    responses: {
      [row.status]: { description: row.summary, ...(row.output && { content: content(row.output) }) },
      default: { $ref: "#/components/responses/error" },
    },
  }
}

function content(schema: object): object {
  return { "application/json": { schema } }
}
