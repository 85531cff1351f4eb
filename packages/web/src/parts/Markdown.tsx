import ReactMarkdown, { type Components } from "react-markdown"
import rehypeSanitize from "rehype-sanitize"
import remarkGfm from "remark-gfm"
import { useState } from "react"
import { count } from "./figures.ts"

/** Past this, markdown is slow to lay out and nobody reads it: the rest is one click away, as plain text. */
const longest = 20_000

const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer noopener" title={href}>
      {children}
    </a>
  ),
  // A picture from elsewhere would tell its server who reads this.
  img: ({ src, alt }) =>
    typeof src === "string" ? (
      <a href={src} target="_blank" rel="noreferrer noopener">
        [image: {alt || src}]
      </a>
    ) : (
      <span>[image: {alt}]</span>
    ),
  // Ticks of task lists are drawn, not offered.
  input: ({ checked }) => (
    <input type="checkbox" checked={checked ?? false} disabled readOnly aria-label="task" />
  ),
}

/** Text of a model as it meant it: markdown, without HTML, scripts, or anything fetched from elsewhere. */
export function Markdown({ text }: { text: string }) {
  const [whole, setWhole] = useState(false)
  if (text.length > longest) {
    return (
      <div>
        <p className="said" dir="auto">
          {whole ? text : text.slice(0, 2_000)}
          {!whole && "…"}
        </p>
        <button type="button" className="link mt-1 text-sm" onClick={() => setWhole(!whole)}>
          {whole ? "Show less" : `Show all ${count(text.length)} characters`}
        </button>
      </div>
    )
  }
  return (
    <div className="markdown" dir="auto">
      <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} components={components}>
        {text}
      </ReactMarkdown>
    </div>
  )
}
