import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { Change } from '../../adapters/postgres/changes/changes.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import { claimsOf } from '../../domain/access/authorize.ts'
import type { Decision, Verb } from '../../domain/access/authorize.ts'
import { rightTo } from '../../domain/clients/rights.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { forbidden, Problem } from '../http/problem.ts'

/**
 * The one place where the API decides who is answered what of a client. It is asked at the moment of the answer, also of
 * what was stored long before: a kept answer, a change, an operation, a page of a list, a tag that the caller has.
 */

type Decided = Pick<ClientRecord, 'observed' | 'base' | 'pending'>

export const decisionOn = (tenant: TenantConfiguration, caller: Caller, verb: Verb, record: Decided): Decision =>
  rightTo(caller, verb, record, tenant.metadataKeys)

/** @throws Problem 403 */
export const mustRead = (tenant: TenantConfiguration, caller: Caller, record: Decided): void => {
  mustBeAllowed(decisionOn(tenant, caller, 'read', record))
}

/** @throws Problem 403 */
export const mustWrite = (tenant: TenantConfiguration, caller: Caller, record: Decided): void => {
  mustBeAllowed(decisionOn(tenant, caller, 'write', record))
}

const mustBeAllowed = (decision: Decision): void => {
  if (!decision.allowed) throw forbidden(decision.detail, decision.needs)
}

/**
 * Which of many clients a caller may read now, by one query. A client that Nexus does not know has nothing to hide: all that
 * was ever answered of it is that it is not there.
 */
export const readableIn = async (
  { clients }: { readonly clients: Pick<Clients, 'accessRecords'> },
  tenant: TenantConfiguration,
  caller: Caller,
  clientIds: readonly string[],
): Promise<(clientId: string) => boolean> => {
  if (claimsOf(caller, 'read') === 'all') return () => true
  return readableOf(tenant, caller, await clients.accessRecords(tenant.id, clientIds))
}

/** The same, of what has been read of them. */
export const readableOf =
  (tenant: TenantConfiguration, caller: Caller, records: ReadonlyMap<string, Decided>) =>
  (clientId: string): boolean => {
    const record = records.get(clientId)
    return record === undefined || decisionOn(tenant, caller, 'read', record).allowed
  }

/**
 * A refusal of somebody who has made a change and may not see its client any more: what became of the change, and nothing
 * of the client. Whoever lost an answer must not have to send the change again to find out.
 */
export const toldOfChange = (refusal: Problem, { id, status }: Pick<Change, 'id' | 'status'>): Problem =>
  withMore(refusal, { 'nexus-change': id }, { change: { id, status } })

/** The same of a list of changes. */
export const toldOfOperation = (
  refusal: Problem,
  operation: { readonly id: string; readonly counts: object },
): Problem => withMore(refusal, {}, { operation })

const withMore = (
  refusal: Problem,
  headers: Readonly<Record<string, string>>,
  extension: Readonly<Record<string, unknown>>,
): Problem =>
  new Problem(refusal.code, refusal.message, {
    errors: refusal.errors,
    headers: { ...refusal.headers, ...headers },
    extension: { ...refusal.extension, ...extension },
    ...(refusal.missing === null ? {} : { missing: refusal.missing }),
  })
