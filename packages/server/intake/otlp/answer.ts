import { create, toBinary, toJsonString, type DescMessage, type MessageShape } from "@bufbuild/protobuf"
import { never } from "@sayso/protocol/never.ts"
import type { Encoding } from "./model.ts"
import {
  ExportLogsServiceResponseSchema,
  ExportMetricsServiceResponseSchema,
  ExportTraceServiceResponseSchema,
  StatusSchema,
} from "./otlp_pb.ts"

/** A body and its media type, which is the request's: exporters do not read another. */
export interface OtlpAnswer {
  readonly type: string
  readonly body: string | Uint8Array
}

/**
 * What an exporter hears with status 200. It repeats nothing of what was rejected; a message without a rejection is a warning.
 * Nothing to say is an empty message. OTLP 1.x, "Partial Success".
 */
export function exportAnswer(
  encoding: Encoding,
  signal: "traces" | "logs" | "metrics",
  rejected: number,
  message: string,
): OtlpAnswer {
  const allWell = rejected === 0 && message === ""
  const count = BigInt(rejected)
  const errorMessage = message
  switch (signal) {
    case "traces": {
      const partialSuccess = { rejectedSpans: count, errorMessage }
      const schema = ExportTraceServiceResponseSchema
      return encode(encoding, schema, create(schema, allWell ? {} : { partialSuccess }))
    }
    case "logs": {
      const partialSuccess = { rejectedLogRecords: count, errorMessage }
      const schema = ExportLogsServiceResponseSchema
      return encode(encoding, schema, create(schema, allWell ? {} : { partialSuccess }))
    }
    case "metrics": {
      const partialSuccess = { rejectedDataPoints: count, errorMessage }
      const schema = ExportMetricsServiceResponseSchema
      return encode(encoding, schema, create(schema, allWell ? {} : { partialSuccess }))
    }
    default:
      return never(signal)
  }
}

/** What an exporter hears with any status of 400 or above: a `google.rpc.Status`, whose code OTLP does not use. */
export function statusAnswer(encoding: Encoding, message: string): OtlpAnswer {
  return encode(encoding, StatusSchema, create(StatusSchema, { message }))
}

function encode<Schema extends DescMessage>(
  encoding: Encoding,
  schema: Schema,
  message: MessageShape<Schema>,
): OtlpAnswer {
  return encoding === "json"
    ? { type: "application/json", body: toJsonString(schema, message) }
    : { type: "application/x-protobuf", body: toBinary(schema, message) }
}
