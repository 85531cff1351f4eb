import type { BriefSpan } from "@sayso/protocol/api.ts"

/** A line of the tree. */
export interface Row {
  readonly span: BriefSpan
  readonly depth: number
  /** How many spans hang below it, at any depth. */
  readonly below: number
  readonly open: boolean
  /** Where its bar begins and how long it is, as shares of the trace's time. */
  readonly from: number
  readonly share: number
  /** Its place among its siblings, from 1. */
  readonly place: number
  readonly siblings: number
}

export interface Tree {
  readonly roots: readonly Node[]
  readonly startNs: bigint
  readonly durationNs: number
}

interface Node {
  readonly span: BriefSpan
  readonly startNs: bigint
  readonly children: Node[]
  below: number
}

/**
 * Spans by who caused whom, each by its start. A span whose parent never came is a root, and so is one that, by wrong ids,
 * would hang below itself: every span is drawn once.
 */
export function growTree(spans: readonly BriefSpan[]): Tree {
  const nodes = spans.map((span): Node => ({ span, startNs: BigInt(span.start_ns), children: [], below: 0 }))
  const byId = new Map(nodes.map((node) => [node.span.span_id, node]))
  const roots: Node[] = []
  for (const node of nodes) {
    const parent = byId.get(node.span.parent_id)
    if (parent && parent !== node) parent.children.push(node)
    else roots.push(node)
  }
  const reached = new Set<Node>()
  for (const root of roots) reach(root, reached)
  for (const node of nodes) {
    if (reached.has(node)) continue
    // A circle: it is cut where it is met.
    const parent = byId.get(node.span.parent_id)
    parent?.children.splice(parent.children.indexOf(node), 1)
    roots.push(node)
    reach(node, reached)
  }
  roots.sort(byStart)
  const startNs = nodes.reduce((least, { startNs: at }) => (at < least ? at : least), nodes[0]?.startNs ?? 0n)
  const endNs = nodes.reduce((latest, node) => {
    const end = node.startNs + BigInt(Math.round(node.span.duration_ns))
    return end > latest ? end : latest
  }, startNs)
  return { roots, startNs, durationNs: Number(endNs - startNs) }
}

/** Sorts what hangs below, and counts it. By a stack, since a chain of spans may be as long as a trace. */
function reach(root: Node, reached: Set<Node>): void {
  const order: Node[] = []
  const stack = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    reached.add(node)
    order.push(node)
    node.children.sort(byStart)
    for (const child of node.children) stack.push(child)
  }
  for (const node of order.reverse()) {
    node.below = node.children.reduce((sum, child) => sum + 1 + child.below, 0)
  }
}

function byStart(a: Node, b: Node): number {
  return a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : b.span.duration_ns - a.span.duration_ns
}

/** The lines that can be seen: all but what hangs below a folded span. */
export function rowsOf(tree: Tree, folded: ReadonlySet<string>): Row[] {
  const rows: Row[] = []
  const whole = tree.durationNs || 1
  const stack: { node: Node; depth: number; place: number; siblings: number }[] = []
  const push = (nodes: readonly Node[], depth: number): void => {
    for (let at = nodes.length - 1; at >= 0; at--) {
      const node = nodes[at]
      if (node) stack.push({ node, depth, place: at + 1, siblings: nodes.length })
    }
  }
  push(tree.roots, 0)
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, depth, place, siblings } = next
    const { span } = node
    const open = node.children.length > 0 && !folded.has(span.span_id)
    rows.push({
      span,
      depth,
      below: node.below,
      open,
      from: Number(node.startNs - tree.startNs) / whole,
      share: span.duration_ns / whole,
      place,
      siblings,
    })
    if (open) push(node.children, depth + 1)
  }
  return rows
}

/** Every span above this one, nearest first. */
export function pathTo(spans: readonly BriefSpan[], spanId: string): string[] {
  const parents = new Map(spans.map((span) => [span.span_id, span.parent_id]))
  const path = new Set<string>()
  for (let at = parents.get(spanId); at !== undefined && at !== "" && !path.has(at); at = parents.get(at))
    path.add(at)
  return [...path]
}

const second = 1e9
const minute = 60 * second
const hour = 60 * minute
/** What people count in, from a minute up. Below, it is 1, 2 and 5 of each power of ten. */
const long = [
  ...[1, 2, 5, 10, 15, 30].map((factor) => factor * minute),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].map((factor) => factor * hour),
]

/** Round figures along the timeline, in ns: at most so many, none at the very end. */
export function ticksOf(durationNs: number, most: number): number[] {
  if (durationNs <= 0) return []
  const rough = durationNs / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const short = [1, 2, 5, 10].map((factor) => factor * power)
  const step = (rough > 30 * second ? long : short).find((candidate) => candidate >= rough) ?? rough
  const ticks: number[] = []
  for (let at = step; at < durationNs * 0.95; at += step) ticks.push(at)
  return ticks
}
