import { z } from 'zod'
import type { Claim } from '../../adapters/postgres/changes/idempotency.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import { acceptPatch, decideOn, findFor, matches, movedOn, problemOfRefusal, refuseForeign } from './accept-patch.ts'
import type { Accepting, PatchRequest } from './accept-patch.ts'
import { answerAccepted, answeredAgain, answerStored } from './answer-change.ts'
import type { Answering } from './answer-change.ts'
import type { PatchBodies } from './parse-list.ts'
import { previewAnswer } from './preview.ts'
import { readAnswer } from '../clients/client-answer.ts'
import type { KnownClients } from '../clients/client-cache.ts'
import { recordOfSecret, withSecret } from '../clients/secret.ts'
import type { ReadingSecrets } from '../clients/secret.ts'
import { admit, askerOf, clientIdOf, mustHold, tenantOf } from '../http/access.ts'
import type { Admitting } from '../http/access.ts'
import { once } from '../http/idempotency.ts'
import type { ClaimSettings, Repeating } from '../http/idempotency.ts'
import { patchKindOf } from '../http/media-type.ts'
import { patienceOf } from '../http/prefer.ts'
import { include, parseQuery } from '../http/query.ts'
import { headerText } from '../http/request.ts'
import type { Answer, Ask } from '../http/request.ts'

type Patching = Admitting &
  Repeating &
  Accepting &
  Answering &
  ReadingSecrets & { readonly bodies: Pick<PatchBodies, 'patch'>; readonly settings: ClaimSettings }

/** A preview answers no client, and so no secret. */
const parameters = z
  .strictObject({ dryRun: z.enum(['true', 'false']).optional(), include })
  .refine(({ dryRun, include }) => dryRun !== 'true' || include === undefined)

/** PATCH /v1/tenants/{tenantId}/clients/{clientId}: from request to answer. */
export const patchClient =
  (deps: Patching, known: KnownClients) =>
  async (ask: Ask): Promise<Answer> => {
    const since = known.now()
    const caller = await admit(deps, ask, 'write')
    const kind = patchKindOf(headerText(ask.headers['content-type']), headerText(ask.headers['content-encoding']))
    const body = await ask.readBody()
    const patch = await deps.bodies.patch(kind, body)
    const { dryRun, include } = parseQuery(
      parameters,
      ask.query,
      'dryRun (true or false) and, where it is not true, include (secret)',
    )
    if (include === 'secret') mustHold(caller, 'client.secret.read')
    const tenant = tenantOf(deps, ask)
    const key = { tenantId: tenant.id, clientId: clientIdOf(ask) }
    const request: PatchRequest = {
      tenant,
      caller,
      patch,
      ifMatch: headerText(ask.headers['if-match']),
      since,
      gone: ask.gone,
    }
    if (dryRun === 'true') {
      ask.record.note({ action: 'client.preview' })
      return preview(known, request, key.clientId)
    }
    const holdMs = deps.settings.claimMs + patienceOf(headerText(ask.headers['prefer']), deps.settings).ms
    const what = ['PATCH', key.clientId, kind]
    const again = answeredAgain(deps, known, ask, tenant, caller, key)
    const answer = await once(deps, ask, { tenantId: tenant.id, caller, what, body, holdMs, again }, (claim) =>
      change(deps, known, ask, request, key.clientId, claim),
    )
    return include === 'secret' ? withSecret(deps, key, caller, answer, recordOfSecret(ask.record), ask.gone) : answer
  }

/** Accepts the change and answers what came of it; what a former attempt has accepted is only answered. */
const change = async (
  deps: Accepting & Answering,
  known: KnownClients,
  ask: Ask,
  request: PatchRequest,
  clientId: string,
  claim: Claim | undefined,
): Promise<Answer> => {
  const { tenant, caller } = request
  if (claim?.changeId) {
    ask.record.note({ changeId: claim.changeId })
    return answerStored(deps, ask, tenant, caller, claim.changeId)
  }
  const origin = claim && ({ kind: 'request', claim } as const)
  const accepted = await acceptPatch(deps, known, request, clientId, origin, ask.record)
  return accepted.kind === 'nothing-named'
    ? answerNothing(request, await known.refresh(tenant, accepted.record, askerOf(caller, 'write', ask.gone)))
    : answerAccepted(deps, ask, tenant, caller, accepted)
}

/** What the change would come to, by the same steps, as far as they only read. */
const preview = async (known: KnownClients, request: PatchRequest, clientId: string): Promise<Answer> => {
  const { tenant, caller, ifMatch, gone } = request
  const found = await findFor(known, request, clientId, ifMatch !== undefined)
  const record = await known.refresh(tenant, found, askerOf(caller, 'write', gone))
  refuseForeign(tenant, record)
  // Nothing is changed by it, so that what is known does: a preview costs no reading of its own.
  const decision = decideOn(request, record.observed)(record)
  if (decision.kind !== 'accepted') throw problemOfRefusal(decision)
  return previewAnswer(tenant, record, decision)
}

/** A patch that names nothing is no change: nothing is stored, and the client is answered as a read would. */
const answerNothing = ({ tenant, ifMatch }: PatchRequest, record: ClientRecord): Answer => {
  if (!matches(ifMatch, tenant, record)) throw movedOn()
  return readAnswer(tenant, record)
}
