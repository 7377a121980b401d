import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { codeOf } from '../../../domain/shape.ts'
import { placeOf } from '../../../domain/texts/web-address.ts'
import { isUnavailable } from './sqlstate.ts'

/** The database of the configuration cannot be used: what is wrong, and what to do. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable'
  readonly said: string
  readonly remedy: string
  /** Whether the same may well work later. */
  readonly passing: boolean

  constructor(said: string, remedy: string, options: { readonly passing: boolean; readonly cause: unknown }) {
    super(`${said} ${remedy}`, { cause: options.cause })
    this.said = said
    this.remedy = remedy
    this.passing = options.passing
  }
}

interface Reason {
  readonly said: string
  readonly remedy: string
}

/** By the code of the network or of PostgreSQL. @param setting where the URL stands */
const reasons: Readonly<Record<string, (url: URL, setting: string) => Reason>> = {
  ECONNREFUSED: ({ host }, setting) => ({
    said: `nothing listens on ${host}.`,
    remedy: `Start the database, or correct ${setting}.`,
  }),
  ENOTFOUND: ({ hostname }, setting) => ({ said: `there is no host ${hostname}.`, remedy: `Correct ${setting}.` }),
  '28P01': ({ username }, setting) => ({
    said: `it does not accept the password of ${username}.`,
    remedy: `Correct the user and password in ${setting}.`,
  }),
  '28000': ({ username }, setting) => ({
    said: `it does not let ${username} in from this machine.`,
    remedy: `Correct the user in ${setting}, or allow it in pg_hba.conf.`,
  }),
  '3D000': ({ pathname }, setting) => ({
    said: `it has no database ${pathname.slice(1)}.`,
    remedy: `Create the database, or correct ${setting}.`,
  }),
}

const reasonOf = (error: unknown, url: URL, setting: string): Reason => {
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error
  const code = codeOf(first) ?? ''
  const message = first instanceof Error && first.message !== '' ? first.message : code || 'no reason is known'
  return (
    reasons[code]?.(url, setting) ?? {
      said: `${message}.`,
      remedy: `Check ${setting}, and that the database is running and lets this machine and user in.`,
    }
  )
}

/**
 * Resolves when the database answers.
 *
 * @param setting the name of the URL in the configuration
 * @throws DatabaseUnusable
 */
export const reach = async (url: string, setting: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url, application_name: 'nexus', connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    const { said, remedy } = reasonOf(error, new URL(url), setting)
    throw new DatabaseUnusable(`The database at ${placeOf(url)} cannot be used: ${said}`, remedy, {
      passing: isUnavailable(error),
      cause: error,
    })
  } finally {
    await Promise.race([client.end().catch(() => undefined), sleep(1000, undefined, { ref: false })])
  }
}
