import type { Event, SpanContent } from "@sayso/protocol/event.ts"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openWorld, span, type World } from "./world.testing.ts"

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const trace = "6b039df8000000006f88f242fcf83b93"
const system = { role: "system", content: "Be brief." }
const user = { role: "user", content: "Hi" }
const answer = { role: "assistant", content: "Hello" }

function content(more: Partial<SpanContent>): Event {
  const span_id = "00f067aa0ba902b7"
  return {
    kind: "content",
    content: { trace_id: trace, span_id, input: [], output: [], time_ns: "1", ...more },
  }
}

const call = (more: object = {}): Event => span(trace, "67667974448284343", more)

/** What the span takes and gives after the events arrived one after the other, each by itself. */
function check(title: string, events: readonly Event[], input: unknown, output: unknown) {
  test(title, async () => {
    for (const order of [events, events.toReversed()]) {
      const org = world.newOrg()
      for (const event of order) await org.arrive([event])
      const { spans } = await world.search.getTrace(org, trace)
      expect(spans.map((one) => [one.input, one.output])).toEqual([[input, output]])
    }
  })
}

check("a span without logs", [call()], null, null)
check(
  "messages in one log, before the span and after it, by another spelling of its id",
  [call(), content({ input: [user], output: [answer] })],
  { messages: [user] },
  { messages: [answer] },
)
check(
  "messages in several logs are in the order of their times",
  [call(), content({ input: [system], time_ns: "1" }), content({ input: [user], time_ns: "2" })],
  { messages: [system, user] },
  null,
)
check(
  "the same log twice says it once",
  [call(), content({ input: [user] }), content({ input: [user] })],
  { messages: [user] },
  null,
)
check(
  "what the span says itself wins",
  [
    call({ input: { value: "own" }, output: { value: "mine" } }),
    content({ input: [user], output: [answer] }),
  ],
  { value: "own" },
  { value: "mine" },
)
check(
  "instructions on the span, and the conversation in a log",
  [call({ input: { messages: [system] } }), content({ input: [user] })],
  { messages: [system, user] },
  null,
)
check(
  "instructions on the span and again in the log are told once",
  [call({ input: { messages: [system] } }), content({ input: [system, user] })],
  { messages: [system, user] },
  null,
)
check("a log of another span", [call(), content({ span_id: "1", input: [user] })], null, null)
check(
  "a log of another trace",
  [call(), content({ trace_id: "7b039df8000000006f88f242fcf83b93", input: [user] })],
  null,
  null,
)

test("nothing crosses an org", async () => {
  const [one, other] = [world.newOrg(), world.newOrg()]
  await one.arrive([call()])
  await other.arrive([call(), content({ input: [user] })])
  expect((await world.search.getTrace(one, trace)).spans[0]?.input).toBeNull()
})
