// How people type: in a hurry, on a phone, without capitals.
import type { Random } from "./random.ts"

/** Some of what makes a text look typed by somebody. Text that is not plain Latin is left alone. */
export function typed(text: string, random: Random): string {
  if (!/^[\p{ASCII}€’„“–…é]*$/u.test(text) || text.length < 12) return text
  let result = text
  if (!/[A-Z_]{3,}|[()/]/.test(text) && random.chance(0.16)) result = result.toLowerCase()
  if (random.chance(0.22)) result = result.replace(/[.]$/, "")
  if (random.chance(0.07)) result = slipped(result, random)
  return result
}

/** Two letters in the middle of one longer word change places, or one is lost. */
function slipped(text: string, random: Random): string {
  const words = [...text.matchAll(/\b[a-z]{5,}\b/g)]
  const word = words.length > 0 ? random.pick(words) : undefined
  if (!word) return text
  const at = word.index + random.whole(1, word[0].length - 3)
  const [first, second] = [text.charAt(at), text.charAt(at + 1)]
  const pair = random.chance(0.6) ? second + first : second
  return text.slice(0, at) + pair + text.slice(at + 2)
}
