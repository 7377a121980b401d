import type { Caller } from '../../domain/vocabulary.ts'
import type { Configuration, IssuerConfiguration } from '../config/configuration.ts'
import type { Application } from './application-tokens.ts'
import { bearerOf } from './bearer.ts'
import type { TokenReader } from './bearer.ts'
import { Unauthenticated } from './errors.ts'
import { userCaller } from './user-caller.ts'

/** What an administrator shows of somebody: their token, or what would stand in it. */
type Shown = { readonly token: string } | { readonly claims: Readonly<Record<string, unknown>> }

/**
 * Who somebody would be who calls with this, through an application. Nothing of it is kept, and nobody signs in.
 *
 * Of claims, neither issuer nor audience nor times are looked at; those with `iss` are read as that issuer's.
 *
 * @param application null for one that lets everything through
 * @throws Unauthenticated with what is wrong with it; IssuerUnavailable
 */
export type Examine = (shown: Shown, application: Application | null, tenantId: string) => Promise<Caller>

/** Lets everything through. */
const unbounded: Application = { name: '', tenants: '*', permissions: null, products: null, terraformStates: '*' }

/** @throws Unauthenticated */
const issuerOf = (
  issuers: readonly IssuerConfiguration[],
  { iss }: Readonly<Record<string, unknown>>,
  tenantId: string,
): IssuerConfiguration => {
  const found = issuers.find(({ issuer, tenants }) =>
    iss === undefined ? tenants === '*' || tenants.includes(tenantId) : issuer === iss,
  )
  if (found !== undefined) return found
  throw new Unauthenticated(
    iss === undefined
      ? 'No issuer of the configuration is good for this tenant.'
      : 'The claim iss names an issuer that this service does not know.',
  )
}

export const createExamine =
  ({ issuers }: Pick<Configuration, 'issuers'>, readToken: TokenReader): Examine =>
  async (shown, application, tenantId) => {
    const bearer =
      'token' in shown
        ? (await readToken(shown.token)).bearer
        : bearerOf(shown.claims, issuerOf(issuers, shown.claims, tenantId))
    const caller = userCaller(issuers, bearer, application ?? unbounded, tenantId)
    return application === null ? { ...caller, application: null } : caller
  }
