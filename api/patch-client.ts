import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import { authorOf } from '../adapters/postgres/changes.ts'
import type { Change } from '../adapters/postgres/changes.ts'
import type { Accepted } from '../adapters/postgres/accepting.ts'
import type { ClientRecord } from '../adapters/postgres/records.ts'
import { accept } from '../domain/accept.ts'
import type { Acceptance, Patch } from '../domain/accept.ts'
import { authorize } from '../domain/authorize.ts'
import type { Decision } from '../domain/authorize.ts'
import { accessOf } from '../domain/desired.ts'
import { foreignStateOf } from '../domain/terraform-standing.ts'
import type { Caller } from '../domain/vocabulary.ts'
import { pathsOf } from '../domain/vocabulary.ts'
import { headerText } from './answer.ts'
import type { Answer, Ask } from './answer.ts'
import { clientAnswer, clientText, readAnswer } from './client-answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { etagOf, ifMatchHolds } from './etag.ts'
import { admit, clientIdOf, noSuchClient, tenantOf } from './gate.ts'
import { isStale } from './known-clients.ts'
import type { KnownClients } from './known-clients.ts'
import { patchKindOf } from './media-type.ts'
import { outcomeOf } from './outcome.ts'
import { parsePatch } from './parse-patch.ts'
import { patienceOf } from './prefer.ts'
import { forbidden, Problem, tooMany } from './problem.ts'

/** PATCH /v1/tenants/{tenantId}/clients/{clientId}: from request to answer. */
export const patchClient =
  (deps: ApiDeps, known: KnownClients) =>
  async (ask: Ask): Promise<Answer> => {
    const caller = await admit(deps, ask, 'write')
    const kind = patchKindOf(headerText(ask.headers['content-type']), headerText(ask.headers['content-encoding']))
    const patch = parsePatch(kind, await ask.readBody())
    refuseParameters(ask.query)
    const tenant = tenantOf(deps, ask)
    const ifMatch = headerText(ask.headers['if-match'])
    const record = await findFor(known, tenant, clientIdOf(ask), caller, ifMatch !== undefined)
    refuseForeign(tenant, record)
    const request: Request = { tenant, caller, patch, ifMatch }
    if (pathsOf(patch.values).length === 0) return answerNothing(request, await known.refresh(tenant, record))
    await refuseBacklog(deps, tenant.id, caller)
    const accepted = orThrow(await deps.clients.accept(record.key, authorOf(caller), decideOn(request), ask.record))
    return answerAccepted(deps, ask, tenant, accepted)
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

interface Request {
  readonly tenant: TenantConfiguration
  readonly caller: Caller
  readonly patch: Patch
  readonly ifMatch: string | undefined
}

/** `?dryRun=true` must never be taken for the real thing by a server that does not know it. */
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
): Promise<ClientRecord> => {
  const found = await known.find(tenant, clientId)
  const mayWrite = decisionOn(tenant, caller, found)
  if (mayWrite.allowed && !conditional) return found
  const record = await known.refresh(tenant, found)
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
  ({ tenant, caller, patch, ifMatch }: Request) =>
  (state: ClientRecord): Acceptance | Refused => {
    const decision = decisionOn(tenant, caller, state)
    if (!decision.allowed) return { kind: 'forbidden', detail: decision.detail, needs: decision.needs }
    if (!matches(ifMatch, tenant, state)) return { kind: 'moved-on' }
    return accept(patch, caller, state, !isStale(tenant, state), tenant.metadataKeys)
  }

const matches = (ifMatch: string | undefined, tenant: TenantConfiguration, state: ClientRecord): boolean =>
  ifMatch === undefined || ifMatchHolds(ifMatch, etagOf(clientText(state, tenant.metadataKeys)))

type Stored = Extract<Accepted<never>, { kind: 'accepted' }>

/** @throws Problem 403, 404, 412, 422 for what was not accepted; nothing has been stored then */
const orThrow = (accepted: Accepted<Refused>): Stored => {
  if (accepted.kind === 'accepted') return accepted
  if (accepted.kind === 'no-such-client') throw noSuchClient()
  const { refused } = accepted
  if (refused.kind === 'forbidden') throw forbidden(refused.detail, refused.needs)
  if (refused.kind === 'moved-on') throw movedOn()
  throw new Problem('impossible', 'The change was understood, but it is not possible.', { errors: refused.issues })
}

/** A patch that names nothing is no change: nothing is stored, and the client is answered as a read would. */
const answerNothing = ({ tenant, ifMatch }: Request, record: ClientRecord): Answer => {
  if (!matches(ifMatch, tenant, record)) throw movedOn()
  return readAnswer(tenant, record)
}

/** Wakes the worker, waits as long as the caller wants to, and says what came of the change. */
export const answerAccepted = async (
  deps: ApiDeps,
  ask: Ask,
  tenant: TenantConfiguration,
  stored: Stored,
): Promise<Answer> => {
  const { changeId, settled, state } = stored
  const { key } = state
  const patience = patienceOf(headerText(ask.headers['prefer']), deps.settings)
  const headers = {
    'nexus-change': changeId,
    ...(patience.applied === null ? {} : { 'preference-applied': patience.applied }),
  }
  if (settled) return clientAnswer(200, tenant, state, { 'nexus-change': changeId })

  const enough = AbortSignal.any([ask.gone, ask.closing])
  const outcome = outcomeOf(deps, key.tenantId, changeId, state.standstill === null ? patience.ms : 0, enough)
  deps.queue.wake(key).catch((error: unknown) => {
    // The change is safe in the database, where the sweep finds it.
    deps.log.warn({ ...key, change: changeId, reason: messageOf(error) }, 'the queue could not be woken')
  })
  const change = await outcome
  if (change !== undefined) throwUnlessApplied(change)
  // Nothing was waited for where the caller did not want to: what was accepted is the newest that is known.
  const record = patience.ms === 0 || state.standstill !== null ? state : ((await deps.clients.load(key)) ?? state)
  if (change !== undefined) return clientAnswer(200, tenant, record, headers)
  return clientAnswer(202, tenant, record, {
    ...headers,
    'nexus-sync': 'pending',
    location: `/v1/tenants/${key.tenantId}/changes/${changeId}`,
    'retry-after': state.standstill === null ? '1' : '30',
  })
}

/** @throws Problem 404, 409, 422 for a change that did not come to be */
const throwUnlessApplied = (change: Change): void => {
  const headers = { 'nexus-change': change.id }
  if (change.status === 'withdrawn')
    throw new Problem('change-withdrawn', 'Somebody withdrew this change while it was waiting.', { headers })
  if (change.status !== 'rejected') return
  const { refusal } = change
  if (refusal?.reason === 'vanished')
    throw new Problem('not-found', 'The client vanished from Auth0 before the change was applied.', { headers })
  throw new Problem('impossible', refusal?.detail ?? 'Auth0 did not take the change.', {
    headers,
    errors: refusal?.issues ?? [],
  })
}

const movedOn = (): Problem =>
  new Problem('precondition-failed', 'The client is no longer as If-Match says. Read it again, then decide anew.')

/** @throws Problem 409 where another's Terraform state manages the client, and the tenant wants it changed there only */
export const refuseForeign = (tenant: TenantConfiguration, { terraform }: ClientRecord): void => {
  const state = foreignStateOf(terraform, tenant.terraformStates)
  if (state !== undefined && tenant.foreignTerraform === 'refuse')
    throw new Problem(
      'managed-by-terraform',
      `The Terraform state ${state} manages this client, and this tenant's policy is to change it there only.`,
    )
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
