import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from '../../../domain/shape.ts'
import { eachServer } from '../../../domain/texts/database-url.ts'
import { placeOf } from '../../../domain/texts/web-address.ts'
import { createConnector } from './connector.ts'
import { NoPrimary } from './no-primary.ts'
import { isUnavailable, wordsOf } from './sqlstate.ts'

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

interface Attempt {
  readonly url: URL
  /** Where the URL stands. */
  readonly setting: string
  readonly error: unknown
}

const untrusted = ({ setting }: Attempt): Reason => ({
  said: 'its certificate comes from an authority that is not trusted.',
  remedy: `Name the file of its CA in ${setting}: ?sslmode=verify-full&sslrootcert=/path/to/ca.pem.`,
})

/** By the code of the network, of TLS or of PostgreSQL. */
const reasons: Readonly<Record<string, (attempt: Attempt) => Reason>> = {
  ECONNREFUSED: ({ url, setting }) => ({
    said: `nothing listens on ${url.host}.`,
    remedy: `Start the database, or correct ${setting}.`,
  }),
  ENOTFOUND: ({ url, setting }) => ({ said: `there is no host ${url.hostname}.`, remedy: `Correct ${setting}.` }),
  ENOENT: ({ setting, error }) => ({
    said: `${fileOf(error)} is not there.`,
    remedy: `Correct the file in ${setting} (sslrootcert, sslcert, sslkey, or the folder of a socket).`,
  }),
  EACCES: ({ setting, error }) => ({
    said: `${fileOf(error)} may not be read.`,
    remedy: `Let the user of this process read the files in ${setting}.`,
  }),
  ERR_TLS_CERT_ALTNAME_INVALID: ({ url, setting }) => ({
    said: `its certificate is for another host than ${url.hostname}.`,
    remedy: `Write a name of its certificate into ${setting}, or give it a certificate with this one.`,
  }),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  '08P01': ({ setting, error }) => ({
    said: `what answers there takes no settings of a session (${wordsOf(error)}).`,
    remedy: `If it is a pooler in transaction mode, set database.pooler: transaction; otherwise check ${setting}.`,
  }),
  '25006': ({ setting, error }) => ({
    said: `${wordsOf(error)}.`,
    remedy: `Give the primary in ${setting}, or all servers: postgres://user:password@first:5432,second:5432/nexus.`,
  }),
  '28P01': ({ url, setting }) => ({
    said: `it does not accept the password of ${url.username}.`,
    remedy: `Correct the user and password in ${setting}.`,
  }),
  '28000': ({ url, setting, error }) => ({
    said: `it does not let ${url.username} in from this machine (${wordsOf(error)}).`,
    remedy: `Correct the user in ${setting}, allow it in pg_hba.conf, or give the certificate that it asks for (sslcert, sslkey).`,
  }),
  '3D000': ({ url, setting }) => ({
    said: `it has no database ${url.pathname.slice(1)}.`,
    remedy: `Create the database, or correct ${setting}.`,
  }),
}

/** The file that Node could not read; undefined where it was none. */
const pathOf = (error: unknown): string | undefined =>
  error instanceof Error && 'path' in error ? String(error.path) : undefined

const fileOf = (error: unknown): string => pathOf(error) ?? 'a file'

const reasonOf = ({ error, ...attempt }: Attempt): Reason => {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return (
    reasons[codeOf(first) ?? '']?.({ ...attempt, error: first }) ?? {
      said: `${wordsOf(first)}.`,
      remedy: `Check ${attempt.setting}, and that the database is running and lets this machine and user in.`,
    }
  )
}

/** What each of several servers had against it. */
const reasonsOf = ({ failures }: NoPrimary, setting: string): Reason => ({
  said: failures
    .map(([server, error]) => {
      const url = new URL(server)
      return `${url.host}: ${reasonOf({ url, setting, error }).said}`
    })
    .join(' '),
  remedy: `Start one of them as the primary, or correct ${setting}.`,
})

/**
 * Resolves when a server of the database answers that takes writes.
 *
 * @param setting the name of the URL in the configuration
 * @param session whether settings of a session can be had there, as they cannot behind a pooler of transactions
 * @throws DatabaseUnusable
 */
export const reach = async (url: string, setting: string, session = true): Promise<void> => {
  try {
    const client = await createConnector(url).open(
      { application_name: 'nexus', ...(session && { options: '-c jit=off' }) },
      () => undefined,
    )
    await Promise.race([client.end().catch(() => undefined), sleep(1000, undefined, { ref: false })])
  } catch (error) {
    const { said, remedy } =
      error instanceof NoPrimary
        ? reasonsOf(error, setting)
        : reasonOf({ url: new URL(eachServer(url)[0] ?? url), setting, error })
    throw new DatabaseUnusable(`The database at ${placeOf(url)} cannot be used: ${said}`, remedy, {
      passing: isUnavailable(error) && pathOf(error) === undefined,
      cause: error,
    })
  }
}
