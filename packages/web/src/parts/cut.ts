const longest = 2_000
const mostLines = 24

/** Where a long text is cut, or its whole length. It never cuts a surrogate pair in two. */
export function cutAt(text: string): number {
  let at = Math.min(text.length, longest)
  let line = -1
  for (let lines = 0; lines < mostLines; lines++) {
    line = text.indexOf("\n", line + 1)
    if (line < 0 || line > at) break
    if (lines === mostLines - 1) at = line
  }
  // A little more than fits is shown, too.
  if (text.length - at < 200) return text.length
  const code = text.charCodeAt(at - 1)
  return code >= 0xd800 && code <= 0xdbff ? at - 1 : at
}
