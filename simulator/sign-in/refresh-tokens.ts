import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { StoredClient } from '../clients/store.ts'
import type { Authorization } from './authorization.ts'

const settingsSchema = z.object({
  rotation_type: z.string().default('non-rotating'),
  expiration_type: z.string().default('non-expiring'),
  leeway: z.number().default(0),
  token_lifetime: z.number().default(Infinity),
  idle_token_lifetime: z.number().default(Infinity),
  infinite_token_lifetime: z.boolean().default(false),
  infinite_idle_token_lifetime: z.boolean().default(false),
})

/** How an application's refresh tokens live; everything in seconds. */
type Policy = { rotates: boolean; leeway: number; lifetime: number; idle: number }

const policyOf = (client: StoredClient): Policy => {
  const settings = settingsSchema.parse(client['refresh_token'] ?? {})
  const expires = settings.expiration_type === 'expiring'
  return {
    rotates: settings.rotation_type === 'rotating',
    leeway: settings.leeway,
    lifetime: expires && !settings.infinite_token_lifetime ? settings.token_lifetime : Infinity,
    idle: expires && !settings.infinite_idle_token_lifetime ? settings.idle_token_lifetime : Infinity,
  }
}

/** All that came of one authorization. Times are epoch ms; `superseded` is the last token that gave way to a new one. */
type Family = { authorization: Authorization; startedAt: number; usedAt: number; superseded?: string }
type Token = { family: Family; rotatedAt?: number }

/**
 * Refresh tokens in families, with rotation and reuse detection. Sources: Auth0's pages "Refresh Token Rotation" and
 * "Configure Refresh Token Rotation", and its answer in the community (189795) that within the leeway only the token
 * that was superseded last may be used again.
 */
export class RefreshTokens {
  readonly #tokens = new Map<string, Token>()
  readonly #now: () => number

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The first token of a family. */
  start(authorization: Authorization): string {
    const now = this.#now()
    return this.#add({ authorization, startedAt: now, usedAt: now })
  }

  /**
   * Exchanges a token of this application's. Undefined where it is not good; one that was used before takes its whole
   * family along.
   *
   * @returns what it stands for, and the token that takes its place, where the application's tokens rotate
   */
  use(text: string, client: StoredClient): { authorization: Authorization; next: string | undefined } | undefined {
    const token = this.#tokens.get(text)
    if (token === undefined || token.family.authorization.clientId !== client.client_id) return undefined
    const { family, rotatedAt } = token
    const { rotates, leeway, lifetime, idle } = policyOf(client)
    const now = this.#now()
    const isReused = rotatedAt !== undefined && !(family.superseded === text && now - rotatedAt <= leeway * 1000)
    const isExpired = now - family.startedAt > lifetime * 1000 || now - family.usedAt > idle * 1000
    if (isReused || isExpired) {
      this.revokeGrant(family.authorization.id)
      return undefined
    }
    family.usedAt = now
    if (rotates && rotatedAt === undefined) {
      token.rotatedAt = now
      family.superseded = text
    }
    return { authorization: family.authorization, next: rotates ? this.#add(family) : undefined }
  }

  /** Ends the family of a token, if the application has such a one. */
  revoke(text: string, clientId: string): void {
    const authorization = this.#tokens.get(text)?.family.authorization
    if (authorization?.clientId === clientId) this.revokeGrant(authorization.id)
  }

  /** Ends every token that came of an authorization. */
  revokeGrant(id: string): void {
    for (const [text, { family }] of this.#tokens) if (family.authorization.id === id) this.#tokens.delete(text)
  }

  #add(family: Family): string {
    const text = randomBytes(32).toString('base64url')
    this.#tokens.set(text, { family })
    return text
  }
}
