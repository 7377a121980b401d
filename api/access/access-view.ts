import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import { coversTenant } from '../../domain/access/authorize.ts'
import type { AccessStates, Verb } from '../../domain/access/authorize.ts'
import { explain } from '../../domain/access/explain.ts'
import type { Right } from '../../domain/access/explain.ts'
import { accessStatesOf } from '../../domain/clients/rights.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse } from '../http/request.ts'

/** What is told of somebody; null where they cannot be recognised. */
interface AccessView {
  readonly kind: 'user' | 'service-account' | 'application'
  readonly id: string | null
  readonly application: string | null
  readonly keptOut: string | null
  readonly read: Right | null
  readonly write: Right | null
}

/** Somebody whose access is asked for. */
export interface Subject {
  readonly caller: Caller
  readonly kind: AccessView['kind']
  /** Why their credentials open nothing now; null where nothing is wrong with them. */
  readonly keptOut: string | null
}

/** Whoever it is cannot be recognised. */
export const nobody = (keptOut: string): AccessView => ({
  kind: 'user',
  id: null,
  application: null,
  keptOut,
  read: null,
  write: null,
})

export const accessOf = (
  tenantId: string,
  states: AccessStates,
  { caller, kind, keptOut: known }: Subject,
): AccessView => {
  const covered = coversTenant(caller, tenantId)
  const keptOut = known ?? (covered ? null : `The credentials are not good for the tenant ${tenantId}.`)
  const right = (verb: Verb): Right => {
    const told = explain(caller, verb, states)
    return keptOut === null ? told : { ...told, allowed: false, by: null, detail: keptOut }
  }
  const isApplication = kind === 'application'
  return {
    kind,
    id: isApplication ? caller.application : caller.id,
    application: isApplication ? null : caller.application,
    keptOut,
    read: right('read'),
    write: right('write'),
  }
}

export const accessAnswer = ({ key, observedAt }: ClientRecord, access: readonly AccessView[]): ApiResponse => ({
  status: 200,
  headers: { 'cache-control': 'no-store' },
  body: JSON.stringify({ client: key.clientId, observedAt: observedAt.toISOString(), access }),
})

export const statesOf = (tenant: TenantConfiguration, record: ClientRecord): AccessStates =>
  accessStatesOf(record, tenant.metadataKeys)
