import type { Route } from '../http/route.ts'

/** What other tools ask a tenant besides its clients, answered as an empty tenant would. */
export const tenantRoutes = (tenant: string): Route[] => [
  {
    method: 'GET',
    path: '/api/v2/tenants/settings',
    handle: () => ({ status: 200, body: { friendly_name: tenant, flags: {}, enabled_locales: ['en'] } }),
  },
]
