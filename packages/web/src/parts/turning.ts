/** Marks that nobody sees and that turn the order of what one reads, by their names. */
const names: Record<string, string> = {
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
}

const marks = /([\u202a-\u202e\u2066-\u2069])/

/** The text in parts: stretches without such marks, and each mark by its name. */
export function splitAtTurningMarks(text: string): { text: string; mark?: string }[] {
  return text
    .split(marks)
    .filter((part) => part !== "")
    .map((part) => (Object.hasOwn(names, part) ? { text: part, mark: names[part] ?? "" } : { text: part }))
}

/** The text with each such mark written as its name, where only text can stand. */
export function nameTurningMarks(text: string): string {
  if (!marks.test(text)) return text
  return splitAtTurningMarks(text)
    .map((part) => (part.mark === undefined ? part.text : `⟨${part.mark}⟩`))
    .join("")
}
