import { createHash, randomBytes } from 'node:crypto'
import type { User } from './users.ts'

/** How a verifier becomes the challenge that was sent before it (RFC 7636, 4.2). */
export const challengeMethods: Record<string, (verifier: string) => string> = {
  S256: (verifier) => createHash('sha256').update(verifier).digest('base64url'),
  plain: (verifier) => verifier,
}

/** What a user has let an application do. `authTime` are epoch seconds; an empty `audience` names no API. */
export type Authorization = {
  /** Names it, so that everything that it gave can be revoked. */
  id: string
  clientId: string
  redirectUri: string
  user: User
  sid: string
  authTime: number
  scope: readonly string[]
  audience: string
  nonce?: string
  challenge?: { method: string; value: string }
}

/** Whether the verifier belongs to the authorization's challenge; without a challenge there must be none. */
export const verifies = ({ challenge }: Authorization, verifier: string): boolean =>
  challenge === undefined ? verifier === '' : challengeMethods[challenge.method]?.(verifier) === challenge.value

const lifetimeMs = 60_000
// A code that is used again long after is still known as one that was used.
const rememberedMs = 24 * 3_600_000

/** Authorization codes: each is good for one minute and one use. */
export class Codes {
  readonly #issued = new Map<string, { authorization: Authorization; at: number; used: boolean }>()
  readonly #now: () => number

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now
  }

  issue(authorization: Authorization): string {
    const now = this.#now()
    for (const [code, { at }] of this.#issued) {
      if (now - at < rememberedMs) break
      this.#issued.delete(code)
    }
    const code = randomBytes(32).toString('base64url')
    this.#issued.set(code, { authorization, at: now, used: false })
    return code
  }

  /** Uses a code up, whatever comes of it. `again` says that it was used before. */
  take(code: string): { authorization: Authorization; again: boolean } | undefined {
    const issued = this.#issued.get(code)
    if (issued === undefined) return undefined
    const { authorization, at, used: again } = issued
    issued.used = true
    return again || this.#now() - at <= lifetimeMs ? { authorization, again } : undefined
  }
}
