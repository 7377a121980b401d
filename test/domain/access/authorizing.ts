import type { Caller, Permission } from '../../../domain/vocabulary.ts'

export const caller = (more: Partial<Caller>): Caller => ({
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

export const held = (...permissions: readonly Permission[]) => ({ permissions: new Set(permissions) })
