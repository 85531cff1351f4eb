// Holds the lock of a data folder until it is killed or told to let go; see lock.test.ts.
import { lockFolder } from "./lock.ts"

const lock = lockFolder(process.argv[2] ?? "")
process.stdout.write("held\n")
process.stdin.once("data", () => {
  lock.release()
  process.stdout.write("released\n")
  process.stdin.destroy()
})
