import type { StoredRejected } from "@sayso/protocol/api.ts"
import { rejectedOf, type RejectedRow } from "../store/rows.ts"
import { sql, typed, type Sql } from "../store/sql.ts"
import type { Store } from "../store/store.ts"
import { readCursor, writeCursor, type Position } from "./cursor.ts"
import type { Page, PageRequest } from "./feedback.ts"
import { moment, visible, type Reader } from "./scope.ts"

/** What arrived and could not be used, newest first by first arrival; what is sent again and again stands here once. */
export async function listRejected(
  store: Store,
  reader: Reader,
  page: PageRequest,
): Promise<Page<StoredRejected>> {
  const seen = visible(reader, "rejected")
  const after = page.cursor === undefined ? sql`true` : afterPlace(readCursor(page.cursor))
  const rows = await store.rows<RejectedRow>(sql`WITH places AS (
    SELECT id, min(arrived) AS first_arrived ${seen} GROUP BY id
    HAVING ${after} ORDER BY first_arrived DESC, id DESC LIMIT ${page.limit + 1}
  )
SELECT id, format, code, detail, pointer, body, toUnixTimestamp64Milli(arrived) AS arrived_ms
FROM (SELECT * ${seen} AND id IN (SELECT id FROM places) ORDER BY sequence LIMIT 1 BY id)
ORDER BY arrived DESC, id DESC`)
  const data = rows.slice(0, page.limit).map(rejectedOf)
  const last = data.at(-1)
  return {
    data,
    meta: rows.length > page.limit && last ? { cursor: writeCursor([last.arrived, last.id]) } : {},
  }
}

function afterPlace([timeMs, id]: Position): Sql {
  return sql`(first_arrived, id) < (${moment(timeMs)}, ${typed(id, "UUID")})`
}
