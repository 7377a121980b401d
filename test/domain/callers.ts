import type { Caller, Permission } from '../../domain/vocabulary.ts'

/** A user of the tenant acme with `client.write`, or what else is said of them. */
export const caller = (more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: 'auth0|ann',
  application: 'portal',
  tenants: ['acme'],
  permissions: new Set<Permission>(['client.write']),
  roles: [],
  products: [],
  terraformStates: '*',
  ...more,
})

/** The permissions of a caller. */
export const held = (...permissions: readonly Permission[]) => ({ permissions: new Set(permissions) })
