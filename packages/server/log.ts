import { pino, type Logger } from "pino"

export type Log = Logger

/** Structured lines on standard error. Keys, cookies and bodies have no place in it. */
export function createLog(level: string): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}
