import type { Link } from "./connect.ts"

/**
 * A link that is made at its first use, and again at the next one where that failed: the server takes events while its
 * ClickHouse is away, also at the start.
 */
export function lazyLink(name: string, open: () => Promise<Link>): Link {
  let opening: Promise<Link> | undefined
  const link = (): Promise<Link> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  return {
    name,
    rows: async (...asked) => (await link()).rows(...asked),
    command: async (text) => (await link()).command(text),
    insert: async (...rows) => (await link()).insert(...rows),
    ping: async () => (await link()).ping(),
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}
