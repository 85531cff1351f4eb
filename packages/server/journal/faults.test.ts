import { Fault } from "@sayso/protocol/errors.ts"
import { expect, test } from "vitest"
import { openJournal, type Journal } from "./journal.ts"
import { batchOf } from "./pack.ts"
import { simulatedDisk, type Act, type SimulatedDisk, type Verdict } from "./simulatedDisk.ts"

const never = new AbortController().signal

function openOn(disk: SimulatedDisk, warn: (message: string) => void = () => {}): Promise<Journal> {
  return openJournal({
    dir: "/data/journal",
    streams: ["a", "b"],
    maxBytes: 1 << 20,
    files: disk.files,
    warn,
  })
}

/** All that is handed out, as `stream: lines | lines`, a part for each segment. */
async function drain(journal: Journal): Promise<string[]> {
  const found: string[] = []
  for (const { stream, segments } of journal.stats().streams) {
    const parts: string[] = []
    for (let at = 0; at < segments; at += 1) {
      const segment = await journal.next(stream, never)
      if (!segment) break
      parts.push((await segment.read()).toString().trimEnd().replaceAll("\n", " "))
      await journal.done(segment)
    }
    if (parts.length > 0) found.push(`${stream}: ${parts.join(" | ")}`)
  }
  return found
}

/** Takes so many bytes of each write before it refuses the next one. */
function shortWrites(bytes: number, then?: string) {
  const begun = new Set<string>()
  return ({ name, path }: Act): Verdict => {
    if (name !== "write") return undefined
    if (begun.has(path) && then !== undefined) return then
    begun.add(path)
    return bytes
  }
}

const on = (name: Act["name"], path: RegExp, code: string) => (act: Act) =>
  act.name === name && path.test(act.path) ? code : undefined

const any = /./
const both =
  (...deciders: ((act: Act) => Verdict)[]) =>
  (act: Act) =>
    deciders.map((decide) => decide(act)).find((verdict) => verdict !== undefined)

interface Expected {
  /** What the append that met the fault got. */
  answer: string
  /** What is handed out when the disk works again and one more append went through. */
  goesOn: string[]
  /** What is handed out by a process that starts right after the fault. */
  restarted: string[]
}

const failed = (why: string) =>
  `journal_failed: The disk refused the write (${why}). Nothing of this request was kept.`
const nothingKept = { goesOn: ["a: 1 | 4"], restarted: ["a: 1"] }

/** The journal holds `1` in a; an append of `2` to a and `3` to b meets the fault; with the fault gone, `4` goes to a. */
function check(title: string, decide: (act: Act) => Verdict, expected: Expected) {
  test(title, async () => {
    const disk = simulatedDisk()
    const journal = await openOn(disk)
    await journal.append([batchOf("a", ["1"])])
    disk.decide = decide
    const batches = [batchOf("a", ["2"]), batchOf("b", ["3"])]
    const answer = await journal.append(batches).then(
      () => "taken",
      (error) => (error instanceof Fault ? `${error.code}: ${error.message}` : String(error)),
    )
    expect(answer).toBe(expected.answer)
    expect(journal.stats().failing === undefined).toBe(answer === "taken")
    const killed = disk.afterKill()
    disk.decide = () => undefined
    await journal.append([batchOf("a", ["4"])])
    expect(journal.stats()).toMatchObject({ failing: undefined, pendingBytes: 0 })
    expect(await drain(journal)).toEqual(expected.goesOn)
    await journal.close()
    expect(await drain(await openOn(disk))).toEqual([])
    expect(await drain(await openOn(killed))).toEqual(expected.restarted)
  })
}

check("no fault", () => undefined, {
  answer: "taken",
  goesOn: ["a: 1 2 4", "b: 3"],
  restarted: ["a: 1 2", "b: 3"],
})
check("writes that come back short are continued", shortWrites(1), {
  answer: "taken",
  goesOn: ["a: 1 2 4", "b: 3"],
  restarted: ["a: 1 2", "b: 3"],
})
check("a short write and then a full disk", shortWrites(1, "ENOSPC"), {
  answer: failed("ENOSPC"),
  ...nothingKept,
})
check("a disk that takes no bytes and says nothing", shortWrites(0), {
  answer: failed("the disk took no bytes and gave no reason"),
  ...nothingKept,
})
check("a full disk", on("write", any, "ENOSPC"), { answer: failed("ENOSPC"), ...nothingKept })
check("a write error in the first stream", on("write", /\/a\//, "EIO"), {
  answer: failed("EIO"),
  ...nothingKept,
})
check("a write error in the second stream", on("write", /\/b\//, "EIO"), {
  answer: failed("EIO"),
  ...nothingKept,
})
check("a failed datasync in the first", on("datasync", /\/a\//, "EIO"), {
  answer: failed("EIO"),
  ...nothingKept,
})
check("a failed datasync in the second", on("datasync", /\/b\//, "EIO"), {
  answer: failed("EIO"),
  ...nothingKept,
})
check("no new file", on("open", /\/b\//, "EMFILE"), { answer: failed("EMFILE"), ...nothingKept })
check("the folder cannot be synced", on("sync", /\/b$/, "EIO"), { answer: failed("EIO"), ...nothingKept })
check(
  "the file cannot be cut back either: this process never hands out the rest, the next one does",
  both(on("datasync", /\/a\//, "EIO"), on("truncate", any, "EIO")),
  { answer: failed("EIO"), goesOn: ["a: 1 | 4"], restarted: ["a: 1 2"] },
)
check("a new file cannot be removed either", both(on("datasync", any, "EIO"), on("unlink", any, "EIO")), {
  answer: failed("EIO"),
  goesOn: ["a: 1 | 4"],
  restarted: ["a: 1", "b: 3"],
})
check("the disk became read-only", ({ name }) => (name === "open" || name === "read" ? undefined : "EROFS"), {
  answer: failed("EROFS"),
  ...nothingKept,
})

test("what could not be cut back is cut back once the disk allows it", async () => {
  const disk = simulatedDisk()
  const warnings: string[] = []
  const journal = await openOn(disk, (message) => warnings.push(message))
  await journal.append([batchOf("a", ["1"])])
  disk.decide = both(on("datasync", any, "EIO"), on("truncate", any, "EIO"))
  for (const line of ["2", "3"]) await expect(journal.append([batchOf("a", [line])])).rejects.toThrow("EIO")
  const segment = await journal.next("a", never)
  const path = `/data/journal/a/${segment?.name}.ndjson`
  expect(disk.text(path)).toBe("1\n2\n")
  expect((await segment?.read())?.toString()).toBe("1\n")
  disk.decide = () => undefined
  await journal.append([batchOf("b", ["4"])])
  expect(disk.text(path)).toBe("1\n")
  expect(warnings).toEqual([
    "The journal cannot be written: EIO: datasync '" + path + "'",
    expect.stringContaining(`${path} could not be cut back to 2 bytes`),
    "The journal can be written again.",
  ])
})

test("closing tries once more to cut back", async () => {
  const disk = simulatedDisk()
  const journal = await openOn(disk)
  disk.decide = both(on("datasync", any, "EIO"), on("unlink", any, "EIO"))
  await expect(journal.append([batchOf("a", ["1"])])).rejects.toThrow("EIO")
  disk.decide = () => undefined
  await journal.close()
  expect(await drain(await openOn(disk))).toEqual([])
})

test("a disk that nothing can be removed from does not collect leftovers without end", async () => {
  const disk = simulatedDisk()
  const journal = await openOn(disk)
  disk.decide = both(on("datasync", any, "EIO"), on("unlink", any, "EIO"))
  for (let at = 0; at < 300; at += 1) {
    await expect(journal.append([batchOf("a", ["1"])])).rejects.toThrow("The disk refused the write")
  }
  const left = () => disk.files.readdir("/data/journal/a")
  disk.decide = () => undefined
  expect((await left()).length).toBeLessThan(70)
  await journal.append([batchOf("a", ["2"])])
  expect((await left()).length).toBe(1)
  expect(await drain(journal)).toEqual(["a: 2"])
})

test("only the appends of the failed commit fail", async () => {
  const disk = simulatedDisk()
  const journal = await openOn(disk)
  await journal.append([batchOf("a", ["1"])])
  disk.acts.length = 0
  const synced = () => disk.acts.filter((act) => act.startsWith("datasync")).length
  disk.decide = ({ name }) => (name === "datasync" && synced() === 1 ? "EIO" : undefined)
  const append = (line: string) => journal.append([batchOf("a", [line])])
  const first = [append("2"), append("3")]
  while (synced() === 0) await new Promise(setImmediate)
  const second = [append("4"), append("5")]
  const results = await Promise.allSettled([...first, ...second])
  expect(results.map((result) => result.status)).toEqual(["rejected", "rejected", "fulfilled", "fulfilled"])
  expect(await drain(journal)).toEqual(["a: 1 | 4 5"])
})

test("a datasync that failed is never tried again on the same file", async () => {
  const disk = simulatedDisk()
  const journal = await openOn(disk)
  await journal.append([batchOf("a", ["1"])])
  disk.decide = on("datasync", any, "EIO")
  await expect(journal.append([batchOf("a", ["2"])])).rejects.toThrow("EIO")
  disk.decide = () => undefined
  await journal.append([batchOf("a", ["3"])])
  const files = disk.acts.filter((act) => act.startsWith("datasync")).map((act) => act.split("/").at(-1))
  expect(files[1]).toBe(files[0])
  expect(files[2]).not.toBe(files[0])
  expect(await drain(await openOn(disk.afterPowerCut(() => 0)))).toEqual(["a: 1 | 3"])
})

test("an append resolves only after its bytes, and the names of new files, are synced", async () => {
  const disk = simulatedDisk()
  const journal = await openOn(disk)
  disk.acts.length = 0
  const acts = () => disk.acts.splice(0).map((act) => act.replace(/\/data\/journal\/|\d{15}-\w{16}/g, ""))
  await journal.append([batchOf("a", ["1"])])
  expect(acts().toSorted()).toEqual([
    "datasync a/.ndjson",
    "open a",
    "open a/.ndjson",
    "sync a",
    "write a/.ndjson",
  ])
  await journal.append([batchOf("a", ["2"])])
  expect(acts()).toEqual(["write a/.ndjson", "datasync a/.ndjson"])
})

test("a segment whose file cannot be removed is handed out again", async () => {
  const disk = simulatedDisk()
  const journal = await openOn(disk)
  await journal.append([batchOf("a", ["1"])])
  const segment = await journal.next("a", never)
  if (!segment) throw new Error("nothing was handed out")
  await journal.append([batchOf("a", ["2"])])
  for (const take of [() => journal.done(segment), () => journal.setAside(segment, "no such column")]) {
    disk.decide = both(on("unlink", any, "EIO"), on("rename", any, "EIO"))
    await expect(take()).rejects.toThrow("EIO")
    disk.decide = () => undefined
    expect((await journal.next("a", never))?.name).toBe(segment.name)
    expect(journal.stats().bytes).toBe(4)
  }
  expect(await drain(journal)).toEqual(["a: 1 | 2"])
})

test("a segment is set aside even where its reason finds no room", async () => {
  const disk = simulatedDisk()
  const warnings: string[] = []
  const journal = await openOn(disk, (message) => warnings.push(message))
  await journal.append([batchOf("a", ["1"])])
  const segment = await journal.next("a", never)
  if (!segment) throw new Error("nothing was handed out")
  disk.decide = on("write", any, "ENOSPC")
  await journal.setAside(segment, "no such column")
  expect(await disk.files.readdir("/data/journal/refused")).toContain(`a-${segment.name}.ndjson`)
  expect(journal.stats().refused).toBe(1)
  expect(warnings).toEqual([expect.stringContaining("ENOSPC")])
})

test("a start that cannot sync what it found fails, naming the path", async () => {
  const disk = simulatedDisk()
  const journal = await openOn(disk)
  await journal.append([batchOf("a", ["1"])])
  await journal.close()
  disk.decide = on("sync", /ndjson$/, "EIO")
  await expect(openOn(disk)).rejects.toThrow(/The segment \/data\/journal\/a\/.*ndjson cannot be read/)
})

test("what a killed process left is on disk before it is handed out", async () => {
  const disk = simulatedDisk()
  const journal = await openOn(disk)
  disk.decide = both(on("sync", /\/a$/, "EIO"), on("unlink", any, "EIO"))
  await expect(journal.append([batchOf("a", ["1"])])).rejects.toThrow("EIO")
  const killed = disk.afterKill()
  const segment = await (await openOn(killed)).next("a", never)
  expect((await segment?.read())?.toString()).toBe("1\n")
  expect(await drain(await openOn(killed.afterPowerCut(() => 0.9)))).toEqual(["a: 1"])
})
