import { z } from 'zod'
import { Unauthenticated } from '../../adapters/credentials/errors.ts'
import type { Examine } from '../../adapters/credentials/examine.ts'
import { keptName } from '../../domain/texts/kept.ts'
import { measured } from '../../domain/texts/lengths.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { mustRead } from '../clients/access.ts'
import type { KnowsClients } from '../clients/known-clients.ts'
import { askerOf, clientIdOf, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { parseBody } from '../http/parse-body.ts'
import { Problem } from '../http/problem.ts'
import { refuseParameters } from '../http/query.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'
import { accessAnswer, accessOf, nobody, statesOf } from './access-view.ts'
import { overseenCallers } from './registered-callers.ts'
import type { RegisteredCaller, Registering } from './registered-callers.ts'

const application = keptName('label')
  .optional()
  .describe('The name of the application that they call through; without it, one that lets everything through')

export const AccessShown = z.union(
  [
    z.strictObject({ token: measured('accessToken').describe('A Bearer token'), application }),
    z.strictObject({
      claims: z.looseObject({}).describe("What stands in a token, by the issuer's names for it"),
      application,
    }),
  ],
  { error: 'Show either a `token` or `claims`, and perhaps the `application`.' },
)

/**
 * POST /v1/tenants/{tenantId}/clients/{clientId}/access: what somebody may do with the client whose claims or token an
 * administrator shows. Nothing of it is kept or logged, and what is wrong with a token is said.
 */
export const examineAccess =
  (deps: TenantsById & KnowsClients & Registering & { readonly examine: Examine }) =>
  async (request: ApiRequest, administrator: Caller): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const { application, ...shown } = parseBody(AccessShown, await request.readBody())
    const tenant = tenantOf(deps, request)
    const record = await deps.known.find(tenant, clientIdOf(request), askerOf(administrator, 'read', request.gone))
    mustRead(tenant, administrator, record)
    const through = application === undefined ? null : await applicationOf(deps, administrator, application)
    try {
      const caller = await deps.examine(shown, through && { name: through.name, ...through.grant }, tenant.id)
      const subject = { caller, kind: caller.kind, keptOut: through?.keptOut ?? null }
      return accessAnswer(record, [accessOf(tenant.id, statesOf(tenant, record), subject)])
    } catch (error) {
      if (error instanceof Unauthenticated) return accessAnswer(record, [nobody(error.detail)])
      throw error
    }
  }

/** @throws Problem 422 */
const applicationOf = async (deps: Registering, administrator: Caller, name: string): Promise<RegisteredCaller> => {
  const found = (await overseenCallers(deps, 'application', administrator)).find((one) => one.name === name)
  if (found !== undefined) return found
  const detail = 'There is no such application within the tenants that you are an administrator of.'
  throw new Problem('impossible', detail, { errors: [{ pointer: '/application', detail }] })
}
