import { createServer } from "node:http"

// The reference: a server that parses the same bodies and keeps nothing.
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    JSON.parse(Buffer.concat(chunks).toString("utf8"))
    response.writeHead(202, { "content-type": "application/json" }).end("{}")
  })
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (typeof address === "object" && address) console.log(`http://127.0.0.1:${address.port}`)
})
