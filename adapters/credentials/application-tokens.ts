import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApplicationTokenConfiguration } from '../config/configuration.ts'

const digestOf = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest()

/** The hash that the configuration holds of an application token: SHA-256, lower case hexadecimal. */
export const hashToken = (token: string): string => digestOf(token).toString('hex')

/**
 * Finds the application that a token belongs to; undefined where there is none. Every configured hash is compared, in
 * constant time, so that the time taken says nothing of how near a guess was.
 */
export const createApplicationFinder = (tokens: readonly ApplicationTokenConfiguration[]) => {
  const known = tokens.map((application) => ({ application, digest: Buffer.from(application.sha256, 'hex') }))
  return (token: string): ApplicationTokenConfiguration | undefined => {
    const given = digestOf(token)
    // No early end: every hash is compared, whichever fits.
    return known.reduce<ApplicationTokenConfiguration | undefined>(
      (found, { application, digest }) => (timingSafeEqual(digest, given) ? application : found),
      undefined,
    )
  }
}
