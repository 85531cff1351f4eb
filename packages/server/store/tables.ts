/** The tables that events are written to, one journal stream each. */
export const tables = ["spans", "eval_metrics", "span_contents", "withdrawals", "rejected"] as const

export type Table = (typeof tables)[number]
