import { queryOptions } from '@tanstack/react-query'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'

/** What the caller may do with a client; with `registered` what each application and account may. */
export const accessQuery = (tenantId: string, clientId: string, of?: 'registered') =>
  queryOptions({
    queryKey: ['tenant', tenantId, 'client', clientId, 'access', of ?? 'caller'],
    queryFn: async () =>
      answered(
        await api.GET('/v1/tenants/{tenantId}/clients/{clientId}/access', {
          params: { path: { tenantId, clientId }, query: of === undefined ? {} : { of } },
        }),
      ),
  })
