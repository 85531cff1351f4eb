import { expect, test } from "vitest"
import { killAndCount } from "./kill.ts"

const rounds = 20

test(`${rounds} SIGKILLs of a running server under load lose no acknowledged event, and double none`, async () => {
  const seed = Date.now() % 2 ** 32
  // Shown where the test fails, so that it can be run again: node test/kill.ts --rounds 20 --seed …
  console.log(`seed ${seed}`)
  const { feedback, spans, doubledRows, repeated } = await killAndCount({ rounds, seed, say: console.log })
  const none = { lost: [], doubled: [], foreign: [] }
  expect({ feedback, spans, doubledRows }).toMatchObject({ feedback: none, spans: none, doubledRows: 0 })
  for (const { acknowledged, found } of [feedback, spans]) {
    expect(acknowledged).toBeGreaterThan(20 * rounds)
    expect(found).toBeGreaterThanOrEqual(acknowledged)
  }
  expect(repeated).toBeGreaterThan(0)
}, 240_000)
