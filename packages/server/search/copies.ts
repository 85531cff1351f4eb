import { sql, type Sql } from "../store/sql.ts"
import { few } from "./lookup.ts"
import { visible, type Reader } from "./scope.ts"

/**
 * `FROM` the spans of which a condition is true `WHERE`, open for further conditions by `and`. Each is there once, by its
 * last copy: what an earlier one said counts no more, whether the engine has merged it away or not. `columns` are all that
 * the condition and the question name.
 */
export function lastCopies(reader: Reader, columns: Sql, which: Sql): Sql {
  const seen = visible(reader, "spans")
  const some = sql`(SELECT groupUniqArray(${few + 1})(span_key) ${seen} AND (${which}))`
  // The engine knows which of the two it is before it reads: few go through the index, many through a set.
  const copies = sql`if(length(${some}) <= ${few}, hasAny(span_keys, ${some}), span_key GLOBAL IN (SELECT span_key ${seen} AND (${which})))`
  return sql`FROM (
    SELECT ${columns} ${seen} AND ${copies}
    ORDER BY sequence DESC LIMIT 1 BY trace_key, span_key
  ) WHERE (${which})`
}
