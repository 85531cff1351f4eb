import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import { fault } from "@sayso/protocol/errors.ts"

const unzip = promisify(gunzip)

/**
 * The bytes of a request body, unpacked.
 *
 * @throws a Fault `too_large` when it unpacks past `maxBytes`, `bad_media_type` for another encoding than gzip.
 */
export async function unpack(bytes: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = (encoding ?? "identity").trim().toLowerCase()
  if (name === "identity" || name === "") return bytes
  if (name !== "gzip" && name !== "x-gzip")
    throw fault("bad_media_type", "Content-Encoding is gzip, or is left out.")
  try {
    return await unzip(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
      throw fault("too_large", `The body unpacks to more than ${maxBytes} bytes.`, undefined, error)
    }
    throw fault(
      "bad_json",
      "The body is not the gzip that its Content-Encoding says. Pack it, or leave the header out.",
      undefined,
      error,
    )
  }
}
