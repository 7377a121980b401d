import type { Configuration, TenantConfiguration } from '../adapters/config/configuration.ts'
import { NoSuchTenant } from '../adapters/config/problems.ts'

const noSuch = (named: readonly string[], tenants: readonly TenantConfiguration[]): NoSuchTenant =>
  new NoSuchTenant(
    `There is no tenant ${named.join(', ')} in the configuration; it has ${tenants.map(({ id }) => id).join(', ')}.`,
  )

/** @throws NoSuchTenant where the configuration lacks one of them; the message lists those that it has */
export const requireTenants = (named: readonly string[], { tenants }: Pick<Configuration, 'tenants'>): void => {
  const unknown = named.filter((id) => tenants.every((tenant) => tenant.id !== id))
  if (unknown.length > 0) throw noSuch(unknown, tenants)
}

/** @throws NoSuchTenant */
export const tenantNamed = (id: string, { tenants }: Pick<Configuration, 'tenants'>): TenantConfiguration => {
  const found = tenants.find((tenant) => tenant.id === id)
  if (found === undefined) throw noSuch([id], tenants)
  return found
}
