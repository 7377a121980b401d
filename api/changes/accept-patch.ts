import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { AuditDraft } from '../../adapters/postgres/audit-draft.ts'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { Changes } from '../../adapters/postgres/changes/changes.ts'
import type { Accept, Accepted } from '../../adapters/postgres/changes/accept.ts'
import type { Origin } from '../../adapters/postgres/changes/origin.ts'
import type { ClientRecord, Counting } from '../../adapters/postgres/clients/client-record.ts'
import { accept } from '../../domain/changes/accept.ts'
import type { Acceptance } from '../../domain/changes/accept.ts'
import type { Patch } from '../../domain/changes/patch.ts'
import { newlyOwned } from '../../domain/clients/desired.ts'
import { readingCouldLetIn, rightOnReading } from '../../domain/clients/rights.ts'
import type { RightOnReading } from '../../domain/clients/rights.ts'
import { decidingForeignStateOf } from '../../domain/terraform/placement.ts'
import { pathsOf } from '../../domain/vocabulary.ts'
import type { Auth0Client, Caller } from '../../domain/vocabulary.ts'
import type { Stored } from './answer-change.ts'
import { decisionOn, mustWrite } from '../clients/access.ts'
import { clientText } from '../clients/client-answer.ts'
import { isStale, notRead } from '../clients/client-cache.ts'
import type { KnownClients } from '../clients/known-clients.ts'
import { askerOf, noSuchClient } from '../http/access.ts'
import { etagOf, ifMatchMismatch } from '../http/etag.ts'
import type { Mismatch } from '../http/etag.ts'
import { forbidden, Problem, tooMany } from '../http/problem.ts'

/** How a change is accepted: by the same steps for one client or one of many, for a patch or for taking sides. */

/** Where a change is stored, and what may wait already. */
export interface Accepting {
  readonly accept: Accept
  readonly changes: Pick<Changes, 'waiting'>
  readonly settings: BacklogSettings
}

export interface BacklogSettings {
  /** Changes that may wait for Auth0, of a tenant and of one caller there. */
  readonly maximumWaiting: number
  readonly maximumWaitingOfCaller: number
}

/** @throws Problem 429 where so much waits for Auth0 already that one more would only wait */
export const refuseBacklog = async (
  { changes, settings }: Pick<Accepting, 'changes' | 'settings'>,
  { key: { tenantId }, waiting }: Pick<ClientRecord, 'key' | 'waiting'>,
  caller: Caller,
): Promise<void> => {
  const { maximumWaiting, maximumWaitingOfCaller } = settings
  const { all, own } = waiting ?? (await changes.waiting(tenantId, caller, maximumWaiting))
  if (own < maximumWaitingOfCaller && all < maximumWaiting) return
  throw tooMany(
    own >= maximumWaitingOfCaller
      ? `${own} changes of this caller wait for Auth0 already. Wait until some are applied, or withdraw some.`
      : `${all} changes of this tenant wait for Auth0 already. GET /v1/tenants/${tenantId} says what holds them up.`,
    30_000,
  )
}

/** Somebody who wants to change a client. */
export interface Changing {
  readonly tenant: TenantConfiguration
  readonly caller: Caller
  /** When the request came, by the clock of the readings. */
  readonly since: number
  /** Aborted when nobody waits for a reading of Auth0 any more. */
  readonly gone: AbortSignal
  /**
   * Where Auth0 has been asked already, for many clients at once: the client as it had it, if it did. It is not asked again
   * then.
   */
  readonly asked?: { readonly reading: Auth0Client | undefined }
}

export interface PatchRequest extends Changing {
  readonly patch: Patch
  readonly ifMatch: string | undefined
}

/**
 * From a parsed patch to a stored change: the one way, for one client or one of many.
 *
 * @param origin noted with the change
 * @param audit stored with it
 * @throws Problem 403, 404, 409, 412, 422, 503 for what was not accepted; nothing has been stored then
 */
export const acceptPatch = async (
  deps: Accepting,
  known: KnownClients,
  request: PatchRequest,
  clientId: string,
  origin: Origin | undefined,
  audit: AuditDraft,
): Promise<Stored | NothingToStore> => {
  const { tenant, caller, patch, ifMatch } = request
  const counting = { ...authorOf(caller), most: deps.settings.maximumWaiting }
  const record = await findFor(known, request, clientId, ifMatch !== undefined, counting)
  refuseForeign(tenant, record)
  if (pathsOf(patch.values).length === 0) return { kind: 'nothing-to-store', record }
  await refuseBacklog(deps, record, caller)
  const accepted = await decidedOnReading(known, request, record, (reading) =>
    deps.accept(record.key, authorOf(caller), unlessNothing(decideOn(request, reading)), {
      loaded: record,
      origin,
      audit,
    }),
  )
  // It is answered as a read is, and leaves as much.
  if (accepted.kind === 'refused' && accepted.refused.kind === 'nothing-to-store') audit.note({ action: 'client.read' })
  return orThrow(accepted)
}

/** A patch that names nothing, or only what is so already, in fields that Nexus owns already: it is no change. */
interface NothingToStore {
  readonly kind: 'nothing-to-store'
  readonly record: ClientRecord
}

const unlessNothing =
  (decide: ReturnType<typeof decideOn>) =>
  (state: ClientRecord): ReturnType<typeof decide> | NothingToStore => {
    const decision = decide(state)
    const isNothing =
      decision.kind === 'accepted' && decision.changesNothing && newlyOwned(state, decision.values).length === 0
    return isNothing ? { kind: 'nothing-to-store', record: state } : decision
  }

/**
 * Accepts a change on the locked row; where that takes a reading that began after the request, once more with one.
 *
 * @throws Problem 404, 503 where that reading is not to be had; nothing has been stored then
 */
export const decidedOnReading = async <R extends { readonly kind: string }>(
  known: KnownClients,
  changing: Changing,
  record: ClientRecord,
  accepting: (reading: Auth0Client | undefined) => Promise<Accepted<R | Unread>>,
): Promise<Accepted<R | Unread>> => {
  const first = await accepting(changing.asked?.reading)
  const isUnread = first.kind === 'refused' && first.refused.kind === 'unread'
  return isUnread ? accepting(await readingFor(known, changing, record)) : first
}

/** The locked row cannot be decided on without a reading. */
export interface Unread {
  readonly kind: 'unread'
}

const readingFor = (
  known: KnownClients,
  { tenant, caller, since, gone, asked }: Changing,
  record: ClientRecord,
): Promise<Auth0Client> => {
  if (asked !== undefined) throw notRead()
  return known.readSince(tenant, record, askerOf(caller, 'write', gone), since)
}

/**
 * The client, for a caller who may write to it. An observation that is too old is read anew where it would refuse the
 * caller and another one might not (somebody may just have let them in), or where the caller wants to change only what they
 * have seen.
 *
 * @param counting what waits in the tenant is counted with it
 * @throws Problem 403, 404, 503
 */
export const findFor = async (
  known: KnownClients,
  { tenant, caller, gone, asked }: Changing,
  clientId: string,
  conditional: boolean,
  counting?: Counting,
): Promise<ClientRecord> => {
  const asker = askerOf(caller, 'write', gone)
  const found = await known.find(tenant, clientId, asked === undefined ? asker : null, counting)
  const mayWrite = decisionOn(tenant, caller, 'write', found).allowed
  const isWorthReading = asked === undefined && (mayWrite ? conditional : readingCouldLetIn(caller, found))
  const record = isWorthReading ? await known.refresh(tenant, found, asker) : found
  mustWrite(tenant, caller, record)
  return record
}

type Refused =
  Exclude<RightOnReading, { kind: 'allowed' }> | { readonly kind: 'precondition'; readonly mismatch: Mismatch }

/**
 * What the locked row, which may have changed since it was looked up, says to the request.
 *
 * @param reading what Auth0 had after the request came, where it was read for it
 */
export const decideOn =
  ({ tenant, caller, patch, ifMatch }: PatchRequest, reading: Auth0Client | undefined) =>
  (state: ClientRecord): Acceptance | Refused => {
    const decision = decisionOn(tenant, caller, 'write', state)
    if (!decision.allowed) return { kind: 'forbidden', detail: decision.detail, needs: decision.needs }
    const mismatch = mismatchOf(ifMatch, tenant, state)
    if (mismatch !== null) return { kind: 'precondition', mismatch }
    const acceptance = accept(patch, caller, state, !isStale(tenant, state), tenant.metadataKeys)
    if (acceptance.kind === 'impossible') return acceptance
    const right = rightOnReading(acceptance, caller, state, reading, tenant.metadataKeys)
    return right.kind === 'allowed' ? acceptance : right
  }

export const mismatchOf = (
  ifMatch: string | undefined,
  tenant: TenantConfiguration,
  state: ClientRecord,
): Mismatch | null =>
  ifMatch === undefined ? null : ifMatchMismatch(ifMatch, etagOf(clientText(state, tenant.metadataKeys)))

/** @throws Problem 403, 404, 412, 422 for what was not accepted; nothing has been stored then */
const orThrow = (accepted: Accepted<Refused | NothingToStore>): Stored | NothingToStore => {
  if (accepted.kind === 'accepted') return accepted
  if (accepted.kind === 'no-such-client') throw noSuchClient()
  if (accepted.refused.kind === 'nothing-to-store') return accepted.refused
  throw problemOfRefusal(accepted.refused)
}

/** What is said of a change that was not accepted. */
export const problemOfRefusal = (refused: Refused | Extract<Acceptance, { kind: 'impossible' }>): Problem => {
  if (refused.kind === 'forbidden') return forbidden(refused.detail, refused.needs)
  if (refused.kind === 'precondition') return preconditionFailed(refused.mismatch)
  if (refused.kind === 'unread') return notRead()
  return new Problem('impossible', 'The change was understood, but it is not possible.', { errors: refused.issues })
}

const mismatches: Readonly<Record<Mismatch, string>> = {
  'moved-on': 'The client is no longer as If-Match says. Read it again, then decide anew.',
  weakened:
    'If-Match has the right tag, but a proxy between you and Nexus has changed it, as proxies do that compress (W/"…", ' +
    '"…-gzip"), and only an unchanged tag matches (RFC 9110). Ask the operators to switch compression off for /v1; until ' +
    'then ask for responses with Accept-Encoding: identity.',
  malformed: 'If-Match has no entity tag. Send the ETag as you received it, with its quotation marks, or *.',
}

export const preconditionFailed = (mismatch: Mismatch): Problem =>
  new Problem('precondition-failed', mismatches[mismatch])

/** @throws Problem 409 where another's Terraform state manages the client, and the tenant wants it changed there only */
export const refuseForeign = (tenant: TenantConfiguration, { terraform }: ClientRecord): void => {
  const state = decidingForeignStateOf(terraform, tenant.terraformStates)
  if (state !== undefined && tenant.foreignTerraform === 'refuse')
    throw new Problem(
      'managed-by-terraform',
      `The Terraform state ${state} manages this client, and this tenant's policy is to change it there only.`,
    )
}
