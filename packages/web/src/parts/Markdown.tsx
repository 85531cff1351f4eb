import ReactMarkdown, { type Components } from "react-markdown"
import rehypeSanitize from "rehype-sanitize"
import remarkGfm from "remark-gfm"
import { Guard } from "./Guard.tsx"
import { Said } from "./Said.tsx"
import { nameTurningMarks } from "./turning.ts"

/** Lists and quotes in one another, as deep as that, are no prose; their reader would run out of stack. */
const nested = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){20}/m

/** Past this, markdown is slow to lay out and nobody reads it: it is shown as text, its rest one click away. */
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
  const plain = <Said text={text} />
  if (text.length > longest || nested.test(text)) return plain
  return (
    <Guard otherwise={plain}>
      <div className="markdown" dir="auto">
        <ReactMarkdown
          remarkPlugins={[remarkGfm]}
          rehypePlugins={[rehypeSanitize, showTurningMarks]}
          components={components}
        >
          {text}
        </ReactMarkdown>
      </div>
    </Guard>
  )
}

interface HtmlNode {
  type: string
  value?: string
  children?: HtmlNode[]
  tagName?: string
  properties?: Record<string, unknown>
}

/** Writes marks that turn the direction of text as what they are called, so that a link reads as it was written. */
function showTurningMarks() {
  return (tree: HtmlNode): void => {
    for (const node of tree.children ?? []) {
      if (node.type === "text") node.value = nameTurningMarks(node.value ?? "")
      else showTurningMarks()(node)
    }
  }
}
