import { z } from 'zod'
import type { Claim } from '../../adapters/postgres/changes/idempotency.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import {
  acceptPatch,
  decideOn,
  findFor,
  mismatchOf,
  preconditionFailed,
  problemOfRefusal,
  refuseForeign,
} from './accept-patch.ts'
import type { Accepting, PatchRequest } from './accept-patch.ts'
import { answerAccepted, answeredAgain, answerStored } from './answer-change.ts'
import type { Answering } from './answer-change.ts'
import type { PatchBodies } from '../patches/parse-list.ts'
import { previewAnswer } from './preview.ts'
import { readAnswer } from '../clients/client-answer.ts'
import type { KnownClients, KnowsClients } from '../clients/known-clients.ts'
import { recordOfSecret, withSecret } from '../clients/secret.ts'
import type { ReadingSecrets } from '../clients/secret.ts'
import { askerOf, clientIdOf, requirePermission, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { withIdempotencyKey } from '../http/idempotency.ts'
import type { ClaimSettings, Repeating } from '../http/idempotency.ts'
import { patchKindOf } from '../http/media-type.ts'
import { waitPreferenceOf } from '../http/prefer.ts'
import { include, parseQuery } from '../http/query.ts'
import { headerText } from '../http/request.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'

type Patching = TenantsById &
  Repeating &
  Accepting &
  Answering &
  ReadingSecrets & { readonly bodies: Pick<PatchBodies, 'patch'>; readonly settings: ClaimSettings }

/** A preview answers no client, and so no secret. */
export const PatchQuery = z
  .strictObject({
    dryRun: z
      .enum(['true', 'false'])
      .optional()
      // Whoever tries the document out tries that first.
      .meta({ description: '`true`: nothing is done; `preview` tells what would be', examples: ['true'] }),
    include,
  })
  .refine(({ dryRun, include }) => dryRun !== 'true' || include === undefined)

/** PATCH /v1/tenants/{tenantId}/clients/{clientId}: from request to answer. */
export const patchClient =
  (deps: Patching & KnowsClients) =>
  async (request: ApiRequest<'client.preview'>, caller: Caller): Promise<ApiResponse> => {
    const { known } = deps
    const kind = patchKindOf(
      headerText(request.headers['content-type']),
      headerText(request.headers['content-encoding']),
    )
    const body = await request.readBody()
    const patch = await deps.bodies.patch(kind, body)
    const { dryRun, include } = parseQuery(
      PatchQuery,
      request.query,
      'dryRun (true or false) and, where it is not true, include (secret)',
    )
    if (include === 'secret') requirePermission(caller, 'client.secret.read')
    const tenant = tenantOf(deps, request)
    const key = { tenantId: tenant.id, clientId: clientIdOf(request) }
    const wanted: PatchRequest = {
      tenant,
      caller,
      patch,
      ifMatch: headerText(request.headers['if-match']),
      since: request.arrivedAt,
      gone: request.gone,
    }
    if (dryRun === 'true') {
      request.decides('client.preview')
      return preview(known, wanted, key.clientId)
    }
    const claimTtlMs = deps.settings.claimMs + waitPreferenceOf(headerText(request.headers['prefer']), deps.settings).ms
    const what = ['PATCH', key.clientId, kind]
    const again = answeredAgain(deps, known, request, tenant, caller, key)
    const answer = await withIdempotencyKey(
      deps,
      request,
      { tenantId: tenant.id, caller, what, body, claimTtlMs, again },
      (claim) => change(deps, known, request, wanted, key.clientId, claim),
    )
    return include === 'secret'
      ? withSecret(deps, key, caller, answer, recordOfSecret(request.audit), request.gone)
      : answer
  }

/** Accepts the change and answers what came of it; what a former attempt has accepted is only answered. */
const change = async (
  deps: Accepting & Answering,
  known: KnownClients,
  request: ApiRequest,
  wanted: PatchRequest,
  clientId: string,
  claim: Claim | undefined,
): Promise<ApiResponse> => {
  const { tenant, caller } = wanted
  if (claim?.changeId) {
    request.audit.note({ changeId: claim.changeId })
    return answerStored(deps, request, tenant, caller, claim.changeId)
  }
  const origin = claim && ({ kind: 'request', claim } as const)
  const accepted = await acceptPatch(deps, known, wanted, clientId, origin, request.audit)
  return accepted.kind === 'nothing-to-store'
    ? answerNothing(wanted, await known.refresh(tenant, accepted.record, askerOf(caller, 'write', request.gone)))
    : answerAccepted(deps, request, tenant, caller, accepted)
}

/** What the change would come to, by the same steps, as far as they only read. */
const preview = async (known: KnownClients, wanted: PatchRequest, clientId: string): Promise<ApiResponse> => {
  const { tenant, caller, ifMatch, gone } = wanted
  const found = await findFor(known, wanted, clientId, ifMatch !== undefined)
  const record = await known.refresh(tenant, found, askerOf(caller, 'write', gone))
  refuseForeign(tenant, record)
  // Nothing is changed by it, so that what is known does: a preview costs no reading of its own.
  const decision = decideOn(wanted, record.observed)(record)
  if (decision.kind !== 'accepted') throw problemOfRefusal(decision)
  return previewAnswer(tenant, record, decision)
}

/** A patch that is no change: nothing is stored, and the client is answered as a read would. */
const answerNothing = ({ tenant, ifMatch }: PatchRequest, record: ClientRecord): ApiResponse => {
  const mismatch = mismatchOf(ifMatch, tenant, record)
  if (mismatch !== null) throw preconditionFailed(mismatch)
  return readAnswer(tenant, record)
}
