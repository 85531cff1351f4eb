/** One of many values, or all. The browser's own control, in our clothes where it takes them. */
export function Choose({
  what,
  all,
  value,
  values,
  onChoose,
}: {
  what: string
  /** What it says while nothing is chosen. */
  all: string
  value: string | undefined
  values: readonly string[]
  onChoose: (value: string | undefined) => void
}) {
  // A value of the URL that no event has any more can still be taken back.
  const offered = value === undefined || values.includes(value) ? values : [value, ...values]
  return (
    <select
      aria-label={what}
      className={`choose h-8 max-w-44 min-w-12 shrink truncate rounded-md border px-2 text-sm hover:bg-hover ${
        value === undefined ? "border-line bg-page text-quiet" : "border-accent bg-tint font-medium text-ink"
      }`}
      value={value === undefined ? "all" : `=${value}`}
      onChange={(event) => onChoose(event.target.value === "all" ? undefined : event.target.value.slice(1))}
    >
      <option value="all">{all}</option>
      {offered.map((item) => (
        <option key={item} value={`=${item}`}>
          {item}
        </option>
      ))}
    </select>
  )
}
