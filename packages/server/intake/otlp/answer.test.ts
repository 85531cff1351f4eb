import { fromBinary } from "@bufbuild/protobuf"
import { expect, test } from "vitest"
import { exportAnswer, statusAnswer, type OtlpAnswer } from "./answer.ts"
import { StatusSchema } from "./otlp_pb.ts"

/** An answer in both encodings: the JSON as it is, the bytes in hex. */
function check(
  title: string,
  answer: (encoding: "json" | "protobuf") => OtlpAnswer,
  json: string,
  hex: string,
) {
  test(title, () => {
    expect(answer("json")).toStrictEqual({ type: "application/json", body: json })
    const { type, body } = answer("protobuf")
    expect([type, Buffer.from(body as Uint8Array).toString("hex")]).toEqual(["application/x-protobuf", hex])
  })
}

for (const signal of ["traces", "logs", "metrics"] as const) {
  check(`all ${signal} were taken: nothing to say`, (as) => exportAnswer(as, signal, 0, ""), "{}", "")
  check(
    `all ${signal} were taken, with a warning`,
    (as) => exportAnswer(as, signal, 0, "old"),
    '{"partialSuccess":{"errorMessage":"old"}}',
    "0a0512036f6c64",
  )
}
check(
  "some spans were not taken",
  (as) => exportAnswer(as, "traces", 300, "no id"),
  '{"partialSuccess":{"rejectedSpans":"300","errorMessage":"no id"}}',
  "0a0a08ac0212056e6f206964",
)
check(
  "some log records were not taken",
  (as) => exportAnswer(as, "logs", 1, "no id"),
  '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"no id"}}',
  "0a09080112056e6f206964",
)
check(
  "some data points were not taken, and nobody says why",
  (as) => exportAnswer(as, "metrics", 7, ""),
  '{"partialSuccess":{"rejectedDataPoints":"7"}}',
  "0a020807",
)
check(
  "an error",
  (as) => statusAnswer(as, 'the "body"'),
  String.raw`{"message":"the \"body\""}`,
  "120a7468652022626f647922",
)
check("an error of which nothing is known", (as) => statusAnswer(as, ""), "{}", "")

test("half a surrogate pair in a message does not keep it from being sent", () => {
  const { body } = statusAnswer("protobuf", "a\ud800b")
  expect(fromBinary(StatusSchema, body as Uint8Array).message).toBe("a\ufffdb")
  expect(statusAnswer("json", "a\ud800b").body).toBe(String.raw`{"message":"a\ud800b"}`)
})
