import { dirname } from "node:path"
import type { File, Files } from "./files.ts"

/** One call to the disk, before it happens. */
export interface Act {
  name:
    | "open"
    | "read"
    | "write"
    | "truncate"
    | "datasync"
    | "sync"
    | "mkdir"
    | "readdir"
    | "rename"
    | "unlink"
  path: string
}

/** What becomes of an act: undefined lets it happen, a text is the code it fails with, a number is how many bytes a write takes. */
export type Verdict = string | number | undefined

/**
 * A disk in memory for tests, as unkind as a real one may be. It keeps apart what programs see and what a power cut
 * leaves; a failed datasync forgets which bytes were dirty, so that the next one "succeeds" without writing them, as
 * on Linux; a name survives only once its folder was synced.
 */
export interface SimulatedDisk {
  files: Files
  /** Asked before each act. */
  decide: (act: Act) => Verdict
  /** Every act so far, as `name path`. */
  acts: string[]
  /** The disk as the next process finds it when this one is killed now. What this one still does goes to the old disk. */
  afterKill(): SimulatedDisk
  /** The disk after a power cut: what was synced, and of the rest as much as chance wrote back before. */
  afterPowerCut(chance: () => number): SimulatedDisk
  text(path: string): string | undefined
}

interface Node {
  seen: Buffer
  durable: Buffer
  /** Bytes written since the last datasync, as a range. */
  dirty: [from: number, to: number]
}

type Names = Map<string, Node | "folder">

export function simulatedDisk(seen: Names = new Map(), durable: Names = new Map(seen)): SimulatedDisk {
  const acts: string[] = []
  seen.set("/", "folder")

  async function act<T>(name: Act["name"], path: string, go: (verdict: number | undefined) => T): Promise<T> {
    acts.push(`${name} ${path}`)
    const verdict = disk.decide({ name, path })
    await new Promise(setImmediate)
    if (typeof verdict === "string") {
      if (name === "datasync" || name === "sync") forgetDirty(seen.get(path))
      throw systemError(verdict, name, path)
    }
    return go(verdict)
  }

  function node(path: string): Node {
    const found = seen.get(path)
    if (found === undefined) throw systemError("ENOENT", "open", path)
    if (found === "folder") throw systemError("EISDIR", "open", path)
    return found
  }

  async function open(path: string, flags: string): Promise<File> {
    return act("open", path, () => {
      if (seen.get(dirname(path)) !== "folder") throw systemError("ENOENT", "open", path)
      if (flags === "wx" && seen.has(path)) throw systemError("EEXIST", "open", path)
      if (flags.startsWith("w")) seen.set(path, emptyNode())
      return seen.get(path) === "folder" ? openFolder(path) : openFile(path, node(path))
    })
  }

  function openFile(path: string, file: Node): File {
    return {
      read: async (into, offset, length, position) =>
        act("read", path, () => ({ bytesRead: file.seen.copy(into, offset, position, position + length) })),
      write: async (from, offset, length, position) =>
        act("write", path, (verdict) => {
          const bytesWritten = Math.min(length, verdict ?? length)
          writeNode(file, Buffer.from(from.subarray(offset, offset + bytesWritten)), position)
          return { bytesWritten }
        }),
      truncate: async (length) => act("truncate", path, () => truncateNode(file, length)),
      datasync: async () => act("datasync", path, () => syncNode(file)),
      sync: async () => act("sync", path, () => syncNode(file)),
      close: async () => {},
    }
  }

  function openFolder(path: string): File {
    async function refuse(): Promise<never> {
      throw systemError("EISDIR", "use", path)
    }
    async function sync() {
      return act("sync", path, () => {
        const names = new Set([...seen.keys(), ...durable.keys()].filter((name) => dirname(name) === path))
        for (const name of names) {
          const found = seen.get(name)
          if (found === undefined) durable.delete(name)
          else durable.set(name, found)
        }
      })
    }
    return { read: refuse, write: refuse, truncate: refuse, datasync: sync, sync, close: async () => {} }
  }

  const files: Files = {
    open,
    mkdir: async (path) =>
      act("mkdir", path, () => {
        for (let at = path; at !== dirname(at); at = dirname(at)) seen.set(at, seen.get(at) ?? "folder")
      }),
    readdir: async (path) =>
      act("readdir", path, () => {
        const inside = [...seen.keys()].filter((name) => name !== path && dirname(name) === path)
        return inside.map((name) => name.slice(path.length + 1))
      }),
    rename: async (from, to) =>
      act("rename", from, () => {
        seen.set(to, node(from))
        seen.delete(from)
      }),
    unlink: async (path) =>
      act("unlink", path, () => {
        node(path)
        seen.delete(path)
      }),
  }

  function afterPowerCut(chance: () => number): SimulatedDisk {
    const found = new Map([...durable, ...[...seen].filter(() => chance() < 0.5)])
    const left: Names = new Map([["/", "folder"]])
    for (const [path, what] of [...found].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (!left.has(dirname(path))) continue
      left.set(path, what === "folder" ? what : settle(durableAfter(what, chance)))
    }
    return simulatedDisk(left)
  }

  function afterKill(): SimulatedDisk {
    // What programs see and what is durable are two views of the same files, in the copy too.
    const copies = new Map<Node, Node>()
    const copy = (names: Names): Names =>
      new Map([...names].map(([path, what]) => [path, what === "folder" ? what : copyNode(what, copies)]))
    return simulatedDisk(copy(seen), copy(durable))
  }

  const disk: SimulatedDisk = {
    files,
    decide: () => undefined,
    acts,
    afterKill,
    afterPowerCut,
    text(path) {
      const found = seen.get(path)
      return found && found !== "folder" ? found.seen.toString() : undefined
    },
  }
  return disk
}

function copyNode(node: Node, copies: Map<Node, Node>): Node {
  const copy = copies.get(node) ?? { ...node, seen: Buffer.from(node.seen), dirty: [...node.dirty] }
  copies.set(node, copy)
  return copy
}

function emptyNode(): Node {
  return { seen: Buffer.alloc(0), durable: Buffer.alloc(0), dirty: [0, 0] }
}

function writeNode(node: Node, bytes: Buffer, position: number) {
  node.seen = resize(node.seen, Math.max(node.seen.length, position + bytes.length))
  bytes.copy(node.seen, position)
  const [from, to] = node.dirty
  const end = position + bytes.length
  node.dirty = from === to ? [position, end] : [Math.min(from, position), Math.max(to, end)]
}

function truncateNode(node: Node, length: number) {
  node.seen = resize(node.seen, length)
  node.dirty = [Math.min(node.dirty[0], length), Math.min(node.dirty[1], length)]
}

function syncNode(node: Node) {
  node.durable = durableUpTo(node, node.seen.length)
  node.dirty = [0, 0]
}

function forgetDirty(node: Node | "folder" | undefined) {
  if (node && node !== "folder") node.dirty = [0, 0]
}

/** Of the bytes that were not synced, a power cut finds none, some or all on the disk. */
function durableAfter(node: Node, chance: () => number): Buffer {
  const [from, to] = node.dirty
  const kept = from + Math.floor((to - from) * Math.max(0, chance() * 2 - 1))
  return kept > from ? durableUpTo(node, kept) : node.durable
}

function durableUpTo(node: Node, length: number): Buffer {
  const durable = resize(node.durable, length)
  const [from, to] = node.dirty
  node.seen.copy(durable, from, from, Math.min(to, length))
  return durable
}

function settle(bytes: Buffer): Node {
  return { seen: Buffer.from(bytes), durable: Buffer.from(bytes), dirty: [0, 0] }
}

function resize(bytes: Buffer, length: number): Buffer {
  const resized = Buffer.alloc(length)
  bytes.copy(resized, 0, 0, length)
  return resized
}

function systemError(code: string, name: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${name} '${path}'`), { code })
}
