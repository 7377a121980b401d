import { z } from 'zod'
import { askedScan } from '../clients/asked-scan.ts'
import type { AsksForScans } from '../clients/asked-scan.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { count, text, time } from '../routing/answers.ts'
import { waitPreferenceOf } from '../http/prefer.ts'
import type { WaitSettings } from '../http/prefer.ts'
import { refuseParameters } from '../http/query.ts'
import { headerText } from '../http/request.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'

export const Scan = z
  .strictObject({
    status: z
      .enum(['complete', 'scanning', 'waiting'])
      .describe('`waiting`: something keeps the scan from beginning, or broke it off; `reason` says what'),
    beganAt: time.nullable().describe('When the scan began; null until it is complete'),
    clients: count.nullable().describe('How many clients Auth0 listed; null until it is complete'),
    reason: text.nullable(),
  })
  .meta({ id: 'Scan' })

/** POST /v1/tenants/{tenantId}/scan: has all clients read from Auth0 now. Asked again, it tells how far that is. */
export const scanTenant =
  (deps: TenantsById & AsksForScans & { readonly settings: WaitSettings }) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const tenant = tenantOf(deps, request)
    const wait = waitPreferenceOf(headerText(request.headers['prefer']), deps.settings)
    const { beganAt, clients, problem } = await askedScan(deps, request, tenant.id, wait.ms)
    const isComplete = beganAt !== null
    const body: z.infer<typeof Scan> = {
      status: isComplete ? 'complete' : problem === null ? 'scanning' : 'waiting',
      beganAt: beganAt?.toISOString() ?? null,
      clients: isComplete ? clients : null,
      reason: isComplete ? null : problem,
    }
    return {
      status: isComplete ? 200 : 202,
      headers: {
        'cache-control': 'no-store',
        ...(isComplete ? {} : { 'retry-after': '2' }),
        ...(wait.applied === null ? {} : { 'preference-applied': wait.applied }),
      },
      body: JSON.stringify(body),
    }
  }
