/** Where the pages of a tenant and of a client lie, below the console's own path. Ids may hold any character. */
export const tenantAddress = (tenantId: string): string => `/tenants/${encodeURIComponent(tenantId)}`

export const clientsAddress = (tenantId: string): string => `${tenantAddress(tenantId)}/clients`

export const clientAddress = (tenantId: string, clientId: string): string =>
  `${clientsAddress(tenantId)}/${encodeURIComponent(clientId)}`
