import { z } from 'zod'
import type { Attempt } from '../../adapters/oidc/oidc.ts'
import type { Sealing } from '../../adapters/sealing/sealing.ts'
import { isWorthKeeping } from '../../domain/access/return-address.ts'
import { measured } from '../../domain/texts/lengths.ts'

/** A sign-in that a browser has begun, and where its page is to lead afterwards. */
export interface Begun extends Attempt {
  readonly page: string | null
  /** Milliseconds since 1970. */
  readonly at: number
}

/** How long somebody may take at the issuer. */
export const attemptMs = 600_000

/** Sign-ins that one browser may have under way, as people open several tabs: a cookie has room for no more. */
const atOnce = 3
const context = 'console sign-in'

const text = measured('member')
const Kept = z.array(
  z.object({
    state: text,
    nonce: text,
    verifier: text,
    fresh: z.boolean(),
    page: measured('query').nullable(),
    at: z.number(),
  }),
)

/**
 * The sign-ins of a browser, kept by itself, sealed: nobody else can finish them, and a stranger who begins many of them
 * fills nothing here.
 */
export const createAttempts = (sealing: Sealing, now: () => number) => {
  const opened = async (value: string | undefined): Promise<readonly Begun[]> => {
    const [keyId, bytes] = (value ?? '').split('.')
    if (keyId === undefined || bytes === undefined) return []
    try {
      const plain = await sealing.open({ keyId, bytes: Buffer.from(bytes, 'base64url') }, context)
      return Kept.parse(JSON.parse(plain.toString('utf8'))).filter(({ at }) => now() - at < attemptMs)
    } catch {
      // Somebody else's, or of a key that is gone: as if there were none.
      return []
    }
  }
  const sealed = async (attempts: readonly Begun[]): Promise<string> => {
    const { keyId, bytes } = await sealing.seal(Buffer.from(JSON.stringify(attempts)), context)
    return `${keyId}.${bytes.toString('base64url')}`
  }
  return {
    /** The cookie's value with one more sign-in in it. */
    add: async (value: string | undefined, attempt: Attempt, page: string | null): Promise<string> => {
      const kept = page !== null && isWorthKeeping(page) ? page : null
      const before = await opened(value)
      return sealed([{ ...attempt, page: kept, at: now() }, ...before].slice(0, atOnce))
    },
    /** The sign-in of a state, which cannot be taken again; and the value that is left, undefined for none. */
    take: async (
      value: string | undefined,
      state: string | null,
    ): Promise<{ readonly begun: Begun | undefined; readonly rest: string | undefined }> => {
      const all = await opened(value)
      const rest = all.filter((one) => one.state !== state)
      return {
        begun: all.find((one) => one.state === state),
        rest: rest.length === 0 ? undefined : await sealed(rest),
      }
    },
  }
}
