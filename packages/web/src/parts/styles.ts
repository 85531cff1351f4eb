// Clothes that several parts wear.

export const button =
  "inline-flex h-8 items-center gap-1.5 rounded-md border border-edge bg-raised px-3 text-sm font-medium hover:bg-hover"

export const tab =
  "flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-1.5 text-sm text-quiet hover:text-ink data-[active]:border-accent data-[active]:font-medium data-[active]:text-ink"
