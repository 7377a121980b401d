import { imitatedPrefix, prefixOn } from '../../domain/access/identities.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { IssuerConfiguration, TenantScope } from '../config/configuration.ts'
import type { Application } from './application-tokens.ts'
import type { Bearer } from './bearer.ts'
import { Unauthenticated } from './errors.ts'

const commonTenants = (one: TenantScope, other: TenantScope): TenantScope => {
  if (one === '*') return other
  return other === '*' ? one : one.filter((id) => other.includes(id))
}

/** @throws Unauthenticated where a bare id or role would be read as one of another issuer's */
const refuseImitation = (issuers: readonly IssuerConfiguration[], { userId, roles, issuer }: Bearer): void => {
  const named = { [issuer.claims.userId]: [userId], [issuer.claims.roles]: roles }
  for (const [claim, names] of Object.entries(named)) {
    const prefix = imitatedPrefix(issuers, names)
    if (prefix !== undefined)
      throw new Unauthenticated(
        `The claim ${claim} of the Bearer token holds a name that begins with ${prefix}, which the configuration of ` +
          'Nexus gives to the users of one issuer. Ask the operator of Nexus to choose another prefix for them.',
        { token: true },
      )
  }
}

/**
 * A user through an application: good where both are, and never more than the application's ceiling.
 *
 * @param issuers every issuer, in the order of the configuration
 * @param tenantId the tenant that is asked about, which says what the user and their roles are called; null for no one
 *   tenant
 * @throws Unauthenticated where a bare id or role would be read as one of another issuer's
 */
export const userCaller = (
  issuers: readonly IssuerConfiguration[],
  bearer: Bearer,
  application: Application,
  tenantId: string | null,
): Caller => {
  const prefix = prefixOn(issuers, bearer.issuer, tenantId)
  if (prefix === '') refuseImitation(issuers, bearer)
  const { permissions: ceiling, products } = application
  return {
    kind: 'user',
    id: `${prefix}${bearer.userId}`,
    application: application.name,
    tenants: commonTenants(bearer.issuer.tenants, application.tenants),
    permissions: ceiling === null ? bearer.permissions : bearer.permissions.intersection(new Set(ceiling)),
    roles: bearer.roles.map((role) => `${prefix}${role}`),
    products: products === null ? bearer.products : bearer.products.filter((product) => products.includes(product)),
    terraformStates: application.terraformStates,
  }
}
