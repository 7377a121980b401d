import pg from 'pg'
import { codeOf } from '../../../domain/shape.ts'

/** What errors of the database mean: by their SQLSTATE, and those of the connection by Node's code. */

/** The database could not be reached, rather than that it refused the statement. */
export const isUnavailable = (error: unknown): boolean => {
  const code = codeOf(error) ?? ''
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'ENOENT', 'EHOSTUNREACH'].includes(code) ||
    // Connection exceptions, shutting down, starting up, too many connections, disk full, read-only after a failover.
    /^(08...|57P0[123]|53[123]00|25006)$/.test(code) ||
    (error instanceof Error &&
      /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
        error.message,
      ))
  )
}

/** The database answered, whatever is wrong with the statement or its rows: to read once more changes nothing. */
export const isAnswered = (error: unknown): boolean => !isUnavailable(error)

/** The server refused the statement, all of it. */
export const isRefused = (error: unknown): boolean => error instanceof pg.DatabaseError && !isUnavailable(error)

/** cannot_connect_now: it starts, recovers, or shuts down. */
export const isStartingUp = (error: unknown): boolean => codeOf(error) === '57P03'

/** insufficient_privilege */
export const isForbidden = (error: unknown): boolean => codeOf(error) === '42501'
