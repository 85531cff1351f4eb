/** Ends a switch over a union: a new member lights up every place that has to decide about it. */
export function never(value: never): never {
  throw new Error(`BUG: a case is missing for ${JSON.stringify(value)}`)
}
