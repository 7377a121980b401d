import type { Auth0Tenant } from '../adapters/auth0/auth0.ts'
import type { Configuration } from '../adapters/config/configuration.ts'

/** The tenants of a configuration, as Auth0 is called for them. */
export const auth0TenantsOf = ({ tenants }: Pick<Configuration, 'tenants'>): Auth0Tenant[] =>
  tenants.map(({ id, baseUrl, tokenUrl, audience, credential }) => ({
    id,
    baseUrl,
    token: { tokenUrl, audience, ...credential },
  }))
