/** What the declarations of tenants import, as `nexus/stacks`: in a clone and beside a package alike. */
export { NexusClient } from './nexus-client.ts'
export type { NexusClientProps } from './nexus-client.ts'
export type { TenantDeclarations } from './declarations.ts'
export type { TenantStack } from './tenant-stack.ts'
