/** The beginnings of paths that several nouns have in common. */
export const tenantPath = '/v1/tenants/:tenantId'
export const clientPath = `${tenantPath}/clients/:clientId` as const
