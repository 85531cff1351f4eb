// Appends until it is killed, printing each line that was acknowledged; drains beside that into a folder that stands
// for the store. See kill.test.ts.
import { createHash } from "node:crypto"
import { existsSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { openJournal } from "./journal.ts"
import { batchOf } from "./pack.ts"

const [dir = "", store = "", round = ""] = process.argv.slice(2)
const journal = await openJournal({ dir, streams: ["a", "b"], maxBytes: 1 << 30, maxSegmentRows: 5_000 })

/** A line proves itself: its check is the hash of its id and its filling. */
function makeLine(id: string): string {
  const filling = "ä".repeat(id.length * 7)
  return JSON.stringify({
    id,
    filling,
    check: createHash("sha256")
      .update(id + filling)
      .digest("hex"),
  })
}

async function produce(producer: number, stream: string, batch: number) {
  for (let call = 0; ; call += 1) {
    const ids = Array.from({ length: batch }, (_, at) => `${round}.${producer}.${call}.${at}`)
    await journal.append([
      batchOf(stream, ids.map(makeLine)),
      batchOf("b", call % 10 === 0 ? [makeLine(`${round}.${producer}.${call}.extra`)] : []),
    ])
    writeSync(1, `${round}.${producer}.${call}.${batch}\n`)
  }
}

async function drain(stream: string) {
  for (;;) {
    const segment = await journal.next(stream, new AbortController().signal)
    if (!segment) return
    const body = await segment.read()
    const path = join(store, segment.name)
    if (existsSync(path)) {
      // A killed drain may have stored it and not come to done(): the same name must bring the same bytes.
      if (!readFileSync(path).equals(body)) writeSync(1, `changed ${segment.name}\n`)
    } else {
      writeFileSync(`${path}.part`, body)
      renameSync(`${path}.part`, path)
    }
    await journal.done(segment)
  }
}

for (let producer = 0; producer < 16; producer += 1)
  void produce(producer, producer % 2 ? "a" : "b", 1 + producer * 4)
void drain("a")
void drain("b")
