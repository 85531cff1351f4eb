// Chance that repeats: the same key always gives the same numbers, on every machine.

export interface Random {
  /** In [0, 1). */
  next(): number
  between(low: number, high: number): number
  /** A whole number, both ends included. */
  whole(low: number, high: number): number
  chance(share: number): boolean
  pick<T>(list: readonly T[]): T
  /** Picks by `share`, which need not add up to anything; 1 where it is left out. */
  weighted<T extends { readonly share?: number }>(list: readonly T[]): T
  shuffle<T>(list: readonly T[]): T[]
  /** Log-normal: half of the values lie below the median, and a few far above it. */
  spread(median: number, sigma?: number): number
  hex(digits: number): string
  /** A decimal 63-bit id, as tracers make them. */
  spanId(): string
}

export function randomOf(...key: readonly (string | number)[]): Random {
  const next = numbers(key.join("/"))
  const random: Random = {
    next,
    between: (low, high) => low + next() * (high - low),
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (share) => next() < share,
    pick: (list) => list[Math.floor(next() * list.length)]!,
    weighted(list) {
      let left = next() * list.reduce((sum, { share = 1 }) => sum + share, 0)
      return list.find(({ share = 1 }) => (left -= share) < 0) ?? list.at(-1)!
    },
    shuffle: (list) =>
      list
        .map((item) => ({ item, at: next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item),
    spread: (median, sigma = 0.4) => median * Math.exp(sigma * normal(next)),
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(""),
    spanId: () =>
      String((BigInt(random.whole(1, 2 ** 31 - 1)) << 32n) | BigInt(random.whole(0, 2 ** 32 - 1))),
  }
  return random
}

/**
 * Deals like a deck of cards that is shuffled again when it is empty. A long run so has exactly the shares that the
 * deck has, and figures that are promised hold even where there are few events.
 */
export function deck<T>(random: Random, cards: readonly (readonly [card: T, count: number])[]): () => T {
  let left: T[] = []
  return () => {
    if (left.length === 0)
      left = random.shuffle(cards.flatMap(([card, count]) => Array.from({ length: count }, () => card)))
    return left.pop()!
  }
}

/**
 * Deals from many pools, in a random order and from each of them every text once: nobody believes the same long comment
 * twice. Only texts that fit are dealt; undefined where none is left.
 */
export function freshOf(
  random: Random,
): (texts: readonly string[], fits?: (text: string) => boolean) => string | undefined {
  const pools = new Map<readonly string[], string[]>()
  return (texts, fits = () => true) => {
    const left = pools.get(texts) ?? random.shuffle(texts)
    pools.set(texts, left)
    const at = left.findIndex(fits)
    return at === -1 ? undefined : left.splice(at, 1)[0]
  }
}

/** Box and Muller, 1958. */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

/** sfc32 (Doty-Humphrey), seeded with the text's FNV-1a hash. */
function numbers(text: string): () => number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  let [a, b, c, counter] = [hash, hash ^ 0x9e3779b9, hash ^ 0x243f6a88, 1]
  const next = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }
  // The first numbers of similar seeds resemble each other.
  for (let round = 0; round < 12; round++) next()
  return next
}
