import { z } from 'zod'
import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { OpenRecord } from '../adapters/postgres/audit.ts'
import { authorOf } from '../adapters/postgres/changes.ts'
import type { Accepted } from '../adapters/postgres/accepting.ts'
import type { Claim } from '../adapters/postgres/idempotency.ts'
import type { Origin } from '../adapters/postgres/origin.ts'
import type { ClientRecord } from '../adapters/postgres/records.ts'
import { accept } from '../domain/accept.ts'
import type { Acceptance, Patch } from '../domain/accept.ts'
import { authorize } from '../domain/authorize.ts'
import type { Decision } from '../domain/authorize.ts'
import { accessOf } from '../domain/desired.ts'
import { decidingForeignStateOf } from '../domain/terraform-standing.ts'
import type { Caller } from '../domain/vocabulary.ts'
import { pathsOf } from '../domain/vocabulary.ts'
import { answerAccepted, answerStored } from './answer-change.ts'
import type { Stored } from './answer-change.ts'
import { headerText } from './answer.ts'
import type { Answer, Ask } from './answer.ts'
import { clientText, readAnswer } from './client-answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { etagOf, ifMatchHolds } from './etag.ts'
import { admit, askerOf, clientIdOf, mustHold, noSuchClient, tenantOf } from './gate.ts'
import { once } from './idempotency.ts'
import { isStale } from './known-clients.ts'
import type { KnownClients } from './known-clients.ts'
import { patchKindOf } from './media-type.ts'
import { include, parseQuery } from './query.ts'
import { patienceOf } from './prefer.ts'
import { previewAnswer } from './preview.ts'
import { forbidden, Problem, tooMany } from './problem.ts'
import { recordOfSecret, withSecret } from './secret.ts'

/** A preview answers no client, and so no secret. */
const parameters = z
  .strictObject({ dryRun: z.enum(['true', 'false']).optional(), include })
  .refine(({ dryRun, include }) => dryRun !== 'true' || include === undefined)

/** PATCH /v1/tenants/{tenantId}/clients/{clientId}: from request to answer. */
export const patchClient =
  (deps: ApiDeps, known: KnownClients) =>
  async (ask: Ask): Promise<Answer> => {
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
      gone: ask.gone,
    }
    if (dryRun === 'true') {
      ask.record.note({ action: 'client.preview' })
      return preview(known, request, key.clientId)
    }
    const holdMs = deps.settings.claimMs + patienceOf(headerText(ask.headers['prefer']), deps.settings).ms
    const what = ['PATCH', key.clientId, kind]
    const answer = await once(deps, ask, { tenantId: tenant.id, caller, what, body, holdMs }, (claim) =>
      change(deps, known, ask, request, key.clientId, claim),
    )
    return include === 'secret' ? withSecret(deps, key, caller, answer, recordOfSecret(ask.record), ask.gone) : answer
  }

/** Accepts the change and answers what came of it; what a former attempt has accepted is only answered. */
const change = async (
  deps: ApiDeps,
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
    : answerAccepted(deps, ask, tenant, accepted)
}

/** What the change would come to, by the same steps, as far as they only read. */
const preview = async (known: KnownClients, request: PatchRequest, clientId: string): Promise<Answer> => {
  const { tenant, caller, ifMatch, gone } = request
  const found = await findFor(known, tenant, clientId, caller, ifMatch !== undefined, gone)
  const record = await known.refresh(tenant, found, askerOf(caller, 'write', gone))
  refuseForeign(tenant, record)
  const decision = decideOn(request)(record)
  if (decision.kind !== 'accepted') throw problemOfRefusal(decision)
  return previewAnswer(tenant, record, decision)
}

/** @throws Problem 429 where so much waits for Auth0 already that one more would only wait */
export const refuseBacklog = async (
  { changes, settings }: Pick<ApiDeps, 'changes' | 'settings'>,
  tenantId: string,
  caller: Caller,
): Promise<void> => {
  const { maximumWaiting, maximumWaitingOfCaller } = settings
  const { all, own } = await changes.waiting(tenantId, caller, maximumWaiting)
  if (own < maximumWaitingOfCaller && all < maximumWaiting) return
  throw tooMany(
    own >= maximumWaitingOfCaller
      ? `${own} changes of this caller wait for Auth0 already. Wait until some are applied, or withdraw some.`
      : `${all} changes of this tenant wait for Auth0 already. GET /v1/tenants/${tenantId} says what holds them up.`,
    30_000,
  )
}

export interface PatchRequest {
  readonly tenant: TenantConfiguration
  readonly caller: Caller
  readonly patch: Patch
  readonly ifMatch: string | undefined
  /** Aborted when nobody waits for a reading of Auth0 any more. */
  readonly gone: AbortSignal
}

/**
 * From a parsed patch to a stored change: the one way, for one client or one of many.
 *
 * @param origin noted with the change
 * @param audit stored with it
 * @throws Problem 403, 404, 409, 412, 422, 503 for what was not accepted; nothing has been stored then
 */
export const acceptPatch = async (
  deps: Pick<ApiDeps, 'clients' | 'changes' | 'settings'>,
  known: KnownClients,
  request: PatchRequest,
  clientId: string,
  origin: Origin | undefined,
  audit: OpenRecord,
): Promise<Stored | { readonly kind: 'nothing-named'; readonly record: ClientRecord }> => {
  const { tenant, caller, patch, ifMatch, gone } = request
  const record = await findFor(known, tenant, clientId, caller, ifMatch !== undefined, gone)
  refuseForeign(tenant, record)
  if (pathsOf(patch.values).length === 0) return { kind: 'nothing-named', record }
  await refuseBacklog(deps, tenant.id, caller)
  return orThrow(await deps.clients.accept(record.key, authorOf(caller), decideOn(request), origin, audit))
}

/** `?dryRun=true` must never be taken for the real thing where it is not known. @throws Problem 400 */
export const refuseParameters = (query: string): void => {
  if (query !== '') throw new Problem('malformed', 'This address takes no parameters; nothing was done.')
}

/**
 * The client, for a caller who may write to it. An observation that is too old is read anew where it would refuse the
 * caller (somebody may just have let them in), or where the caller wants to change only what they have seen.
 *
 * @throws Problem 403, 404, 503
 */
export const findFor = async (
  known: KnownClients,
  tenant: TenantConfiguration,
  clientId: string,
  caller: Caller,
  conditional: boolean,
  gone: AbortSignal,
): Promise<ClientRecord> => {
  const asker = askerOf(caller, 'write', gone)
  const found = await known.find(tenant, clientId, asker)
  const mayWrite = decisionOn(tenant, caller, found)
  if (mayWrite.allowed && !conditional) return found
  const record = await known.refresh(tenant, found, asker)
  const decision = decisionOn(tenant, caller, record)
  if (!decision.allowed) throw forbidden(decision.detail, decision.needs)
  return record
}

export const decisionOn = (tenant: TenantConfiguration, caller: Caller, record: ClientRecord): Decision => {
  const { confirmed, desired } = accessOf(record, tenant.metadataKeys)
  return authorize(caller, 'write', [confirmed, desired])
}

type Refused =
  { readonly kind: 'forbidden'; readonly detail: string; readonly needs: string } | { readonly kind: 'moved-on' }

/** What the locked row, which may have changed since it was looked up, says to the request. */
const decideOn =
  ({ tenant, caller, patch, ifMatch }: PatchRequest) =>
  (state: ClientRecord): Acceptance | Refused => {
    const decision = decisionOn(tenant, caller, state)
    if (!decision.allowed) return { kind: 'forbidden', detail: decision.detail, needs: decision.needs }
    if (!matches(ifMatch, tenant, state)) return { kind: 'moved-on' }
    return accept(patch, caller, state, !isStale(tenant, state), tenant.metadataKeys)
  }

const matches = (ifMatch: string | undefined, tenant: TenantConfiguration, state: ClientRecord): boolean =>
  ifMatch === undefined || ifMatchHolds(ifMatch, etagOf(clientText(state, tenant.metadataKeys)))

/** @throws Problem 403, 404, 412, 422 for what was not accepted; nothing has been stored then */
const orThrow = (accepted: Accepted<Refused>): Stored => {
  if (accepted.kind === 'accepted') return accepted
  if (accepted.kind === 'no-such-client') throw noSuchClient()
  throw problemOfRefusal(accepted.refused)
}

const problemOfRefusal = (refused: Refused | Extract<Acceptance, { kind: 'impossible' }>): Problem => {
  if (refused.kind === 'forbidden') return forbidden(refused.detail, refused.needs)
  if (refused.kind === 'moved-on') return movedOn()
  return new Problem('impossible', 'The change was understood, but it is not possible.', { errors: refused.issues })
}

/** A patch that names nothing is no change: nothing is stored, and the client is answered as a read would. */
const answerNothing = ({ tenant, ifMatch }: PatchRequest, record: ClientRecord): Answer => {
  if (!matches(ifMatch, tenant, record)) throw movedOn()
  return readAnswer(tenant, record)
}

const movedOn = (): Problem =>
  new Problem('precondition-failed', 'The client is no longer as If-Match says. Read it again, then decide anew.')

/** @throws Problem 409 where another's Terraform state manages the client, and the tenant wants it changed there only */
export const refuseForeign = (tenant: TenantConfiguration, { terraform }: ClientRecord): void => {
  const state = decidingForeignStateOf(terraform, tenant.terraformStates)
  if (state !== undefined && tenant.foreignTerraform === 'refuse')
    throw new Problem(
      'managed-by-terraform',
      `The Terraform state ${state} manages this client, and this tenant's policy is to change it there only.`,
    )
}
