import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { Accepted } from '../../adapters/postgres/changes/accept.ts'
import type { Change } from '../../adapters/postgres/changes/changes.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import type { Caller, ClientKey } from '../../domain/vocabulary.ts'
import { headerText } from '../http/request.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { clientAnswer } from '../clients/client-answer.ts'
import { askerOf } from '../http/access.ts'
import { wake } from '../clients/wake.ts'
import type { Waking } from '../clients/wake.ts'
import type { Kept } from '../http/stored-answer.ts'
import type { KnownClients } from '../clients/known-clients.ts'
import { outcomeOf } from './outcome.ts'
import type { AwaitingOutcome } from './outcome.ts'
import { waitPreferenceOf } from '../http/prefer.ts'
import type { WaitSettings } from '../http/prefer.ts'
import { Problem } from '../http/problem.ts'
import { findChange } from './read-change.ts'
import { warningLines } from './warning-lines.ts'
import { mustRead, toldOfChange } from '../clients/access.ts'

/** A change that has been stored, and its client right after. */
export type Stored = Extract<Accepted<never>, { kind: 'accepted' }>

/** What an answer to a change needs. */
export type Answering = AwaitingOutcome & Waking & { readonly settings: WaitSettings }

/**
 * Wakes the worker, waits as long as the caller wants to, and says what came of the change: by the caller's rights when
 * that is known, which the change, or another one meanwhile, may have made others.
 *
 * @throws Problem 403 where the caller may not see the client any more, with what came of the change; 404, 409, 422 for one
 *   that did not come to be
 */
export const answerAccepted = async (
  deps: Answering,
  request: ApiRequest,
  tenant: TenantConfiguration,
  caller: Caller,
  stored: Omit<Stored, 'kind'>,
): Promise<ApiResponse> => {
  const { changeId, settled, state, owned } = stored
  const said = warningLines(stored.warnings)
  const { key } = state
  const waitPreference = waitPreferenceOf(headerText(request.headers['prefer']), deps.settings)
  const told = { 'nexus-change': changeId, ...(owned.length === 0 ? {} : { 'nexus-owned': owned.join(', ') }) }
  const headers = {
    ...told,
    ...(waitPreference.applied === null ? {} : { 'preference-applied': waitPreference.applied }),
  }
  if (settled) {
    mustStillRead(tenant, caller, state, { id: changeId, status: 'applied' })
    return clientAnswer(200, tenant, state, told, said)
  }

  const enough = AbortSignal.any([request.gone, request.closing])
  const isStopped = state.blockedBy !== null
  const outcome = outcomeOf(deps, key.tenantId, changeId, isStopped ? 0 : waitPreference.ms, enough)
  if (!isStopped) wake(deps, key)
  const found = await outcome
  // Where nobody looked, what was accepted is the newest that is known.
  const { change, record } = found ?? { change: { id: changeId, status: 'accepted' } as const, record: state }
  mustStillRead(tenant, caller, record, change)
  if (change.status !== 'accepted') {
    throwUnlessApplied(change)
    return clientAnswer(200, tenant, record, headers, said)
  }
  const following = {
    'nexus-sync': 'pending',
    location: `/v1/tenants/${key.tenantId}/changes/${changeId}`,
    'retry-after': record.blockedBy === null ? '1' : '30',
  }
  return clientAnswer(202, tenant, record, { ...headers, ...following }, said)
}

/** @throws Problem 403 that says what became of the change, and nothing of the client */
const mustStillRead = (
  tenant: TenantConfiguration,
  caller: Caller,
  record: ClientRecord,
  change: Pick<Change, 'id' | 'status'>,
): void => {
  try {
    mustRead(tenant, caller, record)
  } catch (error) {
    throw error instanceof Problem ? toldOfChange(error, change) : error
  }
}

/**
 * The answer to a change that was stored by a former attempt of the same request, which nobody answered.
 *
 * @throws as `answerAccepted`
 */
export const answerStored = async (
  deps: Answering,
  request: ApiRequest,
  tenant: TenantConfiguration,
  caller: Caller,
  changeId: string,
): Promise<ApiResponse> => {
  const { change, record } = await findChange(deps, tenant.id, changeId)
  mustStillRead(tenant, caller, record, change)
  throwUnlessApplied(change)
  return answerAccepted(deps, request, tenant, caller, {
    changeId,
    settled: change.status === 'applied',
    state: record,
    warnings: change.warnings,
    // What became owned was told to nobody, and is not known any more.
    owned: [],
  })
}

/**
 * What was answered of a client before, for whoever may read it now: on an observation that is not too old, as for a read.
 *
 * @throws Problem 403
 */
export const answeredAgain =
  (
    deps: { readonly clients: Pick<Clients, 'load'> },
    known: KnownClients,
    request: ApiRequest,
    tenant: TenantConfiguration,
    caller: Caller,
    key: ClientKey,
  ) =>
  async (kept: Kept): Promise<Kept> => {
    const record = await deps.clients.load(key)
    // Without a row nothing was answered but that there is no such client.
    if (record !== undefined)
      mustRead(tenant, caller, await newest(known, tenant, record, askerOf(caller, 'write', request.gone)))
    return kept
  }

/** Of a client that is gone, who may see what became of it is decided on what is left. */
const newest = async (
  known: KnownClients,
  tenant: TenantConfiguration,
  record: ClientRecord,
  asker: Asker,
): Promise<ClientRecord> => {
  if (record.vanished) return record
  try {
    return await known.refresh(tenant, record, asker)
  } catch (error) {
    if (error instanceof Problem && error.code === 'not-found') return record
    throw error
  }
}

/** @throws Problem 404, 409, 422 for a change that did not come to be */
const throwUnlessApplied = (change: Change): void => {
  const problem = problemOfChange(change)
  if (problem !== undefined) throw problem
}

/** What is said of a change that did not come to be; undefined for any other. */
export const problemOfChange = ({
  id,
  status,
  refusal,
}: Pick<Change, 'id' | 'status' | 'refusal'>): Problem | undefined => {
  const headers = { 'nexus-change': id }
  if (status === 'withdrawn')
    return new Problem('change-withdrawn', 'Somebody withdrew this change while it was waiting.', { headers })
  if (status !== 'rejected') return undefined
  if (refusal?.reason === 'vanished')
    return new Problem('not-found', 'The client vanished from Auth0 before the change was applied.', { headers })
  return new Problem('impossible', refusal?.detail ?? 'Auth0 did not take the change.', {
    headers,
    errors: refusal?.issues ?? [],
  })
}
