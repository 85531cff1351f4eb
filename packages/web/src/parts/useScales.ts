import { useQuery } from "@tanstack/react-query"
import { useCallback } from "react"
import { feedbackFields } from "../queries.ts"
import type { Scale } from "./mark.ts"

/** The range of scores that a label has had, by label. */
export function useScales(): (label: string) => Scale | undefined {
  const { data } = useQuery(feedbackFields())
  return useCallback((label) => data?.labels.find((row) => row.label === label)?.scores, [data])
}
