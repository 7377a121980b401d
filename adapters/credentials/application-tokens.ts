import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApplicationTokenConfiguration } from '../config/configuration.ts'

/** An application that people call through, without its secret. */
export type Application = Omit<ApplicationTokenConfiguration, 'sha256'>

const digestOf = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest()

/** The hash that is kept of an application token: SHA-256, lower case hexadecimal. */
export const hashToken = (token: string): string => digestOf(token).toString('hex')

/** A new application token: 256 random bits, so that a plain hash of it is safe to keep. */
export const issueToken = (): string => `nxa_${randomBytes(32).toString('base64url')}`

/** Whether a text has the shape of what `issueToken` makes. */
export const isIssuedToken = (token: string): boolean => /^nxa_[A-Za-z0-9_-]{43}$/.test(token)

/**
 * Finds the application of the configuration that a token belongs to; undefined where there is none. Every configured
 * hash is compared, in constant time, so that the time taken says nothing of how near a guess was.
 */
export const createApplicationFinder = (tokens: readonly ApplicationTokenConfiguration[]) => {
  const known = tokens.map((application) => ({ application, digest: Buffer.from(application.sha256, 'hex') }))
  return (token: string): Application | undefined => {
    const given = digestOf(token)
    // No early end: every hash is compared, whichever fits.
    return known.reduce<Application | undefined>(
      (found, { application, digest }) => (timingSafeEqual(digest, given) ? application : found),
      undefined,
    )
  }
}
