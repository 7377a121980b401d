import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { printableJson } from '../../domain/printable.ts'

/** A log of JSON lines. */
export type Log = Logger

/** Members that never reach the log, wherever a caller put them. */
const redacted = [
  'authorization',
  'secret',
  'password',
  'token',
  'client_secret',
  'clientSecret',
  'access_token',
  'headers.authorization',
  'headers.cookie',
  'headers["x-application-token"]',
].flatMap((path) => [path, `*.${path}`])

/**
 * @param level pino's names of levels; `silent` for none
 * @param to where the lines go; the standard output unless given
 */
export const createLog = (level: string, to?: DestinationStream): Log => {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted, censor: '[redacted]' },
  }
  const lines = to ?? pino.destination(1)
  // JSON escapes C0 only: names, locks and user ids stand in these lines, and terminals show them.
  return pino(options, { write: (line) => lines.write(printableJson(line)) })
}
