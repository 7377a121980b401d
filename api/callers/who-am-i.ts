import { z } from 'zod'
import type { Caller } from '../../domain/vocabulary.ts'
import { text, texts } from '../routing/answers.ts'
import { refuseParameters } from '../http/query.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'

export const WhoAmI = z
  .strictObject({
    kind: z.enum(['user', 'service-account']),
    id: text.describe('As it stands on `owners`; on a tenant with several issuers their prefix may stand before it'),
    application: text.nullable().describe('The application that a user calls through; null for a service account'),
    tenants: z.union([z.literal('*'), texts]).describe('Those that the credentials are good for'),
    permissions: texts,
    roles: texts,
    products: texts.describe('The product scope'),
    terraformStates: z.union([z.literal('*'), texts]),
  })
  .describe('The caller, as Nexus knows them')
  .meta({ id: 'WhoAmI' })

/** GET /v1/whoami: what the credentials come to, also where they permit nothing. */
export const whoAmI =
  () =>
  (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const { kind, id, application, tenants, permissions, roles, products, terraformStates } = caller
    const body: z.infer<typeof WhoAmI> = {
      kind,
      id,
      application,
      tenants: tenants === '*' ? '*' : [...tenants],
      permissions: [...permissions].toSorted(),
      roles: [...roles],
      products: [...products],
      terraformStates: terraformStates === '*' ? '*' : [...terraformStates],
    }
    return Promise.resolve({ status: 200, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(body) })
  }
