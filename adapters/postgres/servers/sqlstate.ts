import pg from 'pg'
import { codeOf } from '../../../domain/shape.ts'

/** What errors of the database mean: by their SQLSTATE, and those of the connection by Node's code. */

const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** The database could not be reached, rather than that it refused the statement. */
export const isUnavailable = (error: unknown): boolean => {
  const code = codeOf(error) ?? ''
  return (
    unreachable.has(code) ||
    // Connection exceptions, shutting down, starting up, too many connections, disk full, read-only after a failover.
    /^(08...|57P0[123]|53[123]00|25006)$/.test(code) ||
    (error instanceof Error &&
      /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed/.test(
        error.message,
      ))
  )
}

/** The database answered, whatever is wrong with the statement or its rows: to read once more changes nothing. */
export const isAnswered = (error: unknown): boolean => !isUnavailable(error)

/** The server refused the statement, all of it. */
export const isRefused = (error: unknown): boolean => error instanceof pg.DatabaseError && !isUnavailable(error)

/** Its server takes no writes (any more), or goes away: read_only_sql_transaction, admin_shutdown, crash_shutdown, cannot_connect_now. */
export const isGoing = (error: unknown): boolean => /^(?:25006|57P0[123])$/.test(codeOf(error) ?? '')

/** The driver gave up waiting for an answer, which may still come: nothing else can be asked on that connection. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout'

/** The server (query_canceled) or the driver gave up on a statement: to ask once more takes as long once more. */
export const isOutOfTime = (error: unknown): boolean => codeOf(error) === '57014' || isUnanswered(error)

/** cannot_connect_now: it starts, recovers, or shuts down. */
export const isStartingUp = (error: unknown): boolean => codeOf(error) === '57P03'

/** insufficient_privilege */
export const isForbidden = (error: unknown): boolean => codeOf(error) === '42501'

/** An error's own words; where it has none, as with several addresses, its code. */
export const wordsOf = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? error.message : (codeOf(error) ?? 'no reason is known')
