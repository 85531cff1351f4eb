import { IncomingMessage } from "node:http"
import { Socket } from "node:net"
import { expect, test } from "vitest"
import { collect, createRoom, type Place } from "./body.ts"

/** Steps of requests by their letter, and which of the entries were let in. */
function check(name: string, mostBytes: number, steps: string, expected: string) {
  test(name, () => {
    const room = createRoom(mostBytes)
    const places = new Map<string, Place>()
    const answers = steps.split(" ").flatMap((step) => {
      const [letter, action] = [step.slice(0, 1), step.slice(1)]
      const place = places.get(letter) ?? room.open()
      places.set(letter, place)
      if (action === "-") {
        place.leave()
        return []
      }
      return [place.enter(Number(action)) ? "in" : "out"]
    })
    expect(answers.join(" ")).toBe(expected)
  })
}

check("as many as there is room for", 10, "a4 b4 c2 d1", "in in in out")
check("exactly the room", 10, "a10 b0 b1", "in in out")
check("who leaves makes room", 10, "a6 b6 a- b6 c4", "in out in in")
check("who leaves twice makes room once", 10, "a6 b4 a- a- c6 d1", "in in in out")
check("a place that was left takes no more", 10, "a6 a- a1 b10", "in out in")
check("a body that grows", 10, "a4 b4 a2 b1 a1", "in in in out out")
check("what was refused is not held", 10, "a4 b7 c6", "in out in")
check("one alone may be larger than the room, since a body is bounded by itself", 10, "a25 b1", "in out")
check("and may grow past it", 10, "a8 a8 b1 a- b1", "in in out in")

test("places are counted, with and without bytes", () => {
  const room = createRoom(10)
  const [a, b] = [room.open(), room.open()]
  a.enter(5)
  expect(room.count()).toBe(2)
  a.leave()
  a.leave()
  expect(room.count()).toBe(1)
  b.leave()
  expect(room.count()).toBe(0)
})

// ── Reading a body ──

interface Reading {
  readonly payload: IncomingMessage
  readonly answers: (Buffer | { code?: string; message: string })[]
}

function read(announced: number | undefined, mostBytes: number, place: Place): Reading {
  const payload = new IncomingMessage(new Socket())
  if (announced !== undefined) payload.headers["content-length"] = String(announced)
  const answers: Reading["answers"] = []
  collect(payload, mostBytes, place, (error, body) => answers.push(error ?? body ?? Buffer.alloc(0)))
  return { payload, answers }
}

async function send(payload: IncomingMessage, ...chunks: (string | null)[]): Promise<void> {
  for (const chunk of chunks) payload.push(chunk)
  await new Promise((resolve) => setImmediate(resolve))
}

test.each([
  ["announced", 6],
  ["as it comes", undefined],
])("a body in pieces is put together: %s", async (_name, announced) => {
  const { payload, answers } = read(announced, 6, createRoom(6).open())
  await send(payload, "ab", "cd", "ef", null)
  expect(answers.map(String)).toEqual(["abcdef"])
})

test("an empty body", async () => {
  const { payload, answers } = read(undefined, 6, createRoom(6).open())
  await send(payload, null)
  expect(answers.map(String)).toEqual([""])
})

test.each([
  ["too_large", "announced", 7, 6, 100],
  ["too_large", "as it comes", undefined, 6, 100],
  ["overloaded", "announced", 7, 100, 6],
  ["overloaded", "as it comes", undefined, 100, 6],
])("%s, %s: said once, and the rest is dropped as it comes", async (code, _how, announced, most, room) => {
  const held = createRoom(room)
  const other = held.open()
  other.enter(1)
  const place = held.open()
  const { payload, answers } = read(announced, most, place)
  expect(answers).toHaveLength(announced === undefined ? 0 : 1)
  await send(payload, "abc", "def", "g", "hij", null)
  expect(answers).toEqual([expect.objectContaining({ code })])
  expect(payload.readableFlowing).toBe(true)
  expect(payload.readableLength).toBe(0)
})

test("what is announced is held before it comes", () => {
  const room = createRoom(10)
  const first = read(8, 10, room.open())
  expect(first.answers).toEqual([])
  expect(read(3, 10, room.open()).answers).toEqual([expect.objectContaining({ code: "overloaded" })])
  expect(read(2, 10, room.open()).answers).toEqual([])
})

test("the connection's own error is passed on, and one after a refusal is nobody's", async () => {
  const broken = read(6, 6, createRoom(6).open())
  broken.payload.destroy(new Error("reset"))
  await send(broken.payload)
  expect(broken.answers).toEqual([expect.objectContaining({ message: "reset" })])

  const refused = read(7, 6, createRoom(6).open())
  await send(refused.payload, "abc")
  refused.payload.destroy()
  await send(refused.payload)
  expect(refused.answers).toEqual([expect.objectContaining({ code: "too_large" })])
})
