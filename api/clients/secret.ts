import { acceptedEntry } from '../../adapters/postgres/audit.ts'
import type { AuditDraft } from '../../adapters/postgres/audit-draft.ts'
import type { Audit } from '../../adapters/postgres/audit.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import { authorOf } from '../../adapters/postgres/changes/changes.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { AuditFacts } from '../../domain/access/audit.ts'
import { isRecord } from '../../domain/shape.ts'
import { verdictOf } from '../../domain/changes/verdict.ts'
import type { Caller, ClientKey } from '../../domain/vocabulary.ts'
import type { ApiResponse } from '../http/request.ts'
import type { Auth0Reads } from './auth0-reads.ts'
import { orNoPlace } from '../../adapters/auth0/pacer.ts'
import type { ReadSettings } from './client-cache.ts'
import { askerOf, noSuchClient } from '../http/access.ts'
import { within } from '../http/deadline.ts'
import { unavailable } from '../http/problem.ts'
import type { Problem } from '../http/problem.ts'

/** What gives a secret out. */
export interface ReadingSecrets {
  readonly auth0: Pick<Auth0Reads, 'readSecret'>
  readonly audit: Pick<Audit, 'store'>
  readonly clients: Pick<Clients, 'load'>
  readonly log: Pick<Log, 'warn' | 'error'>
  readonly settings: Pick<ReadSettings, 'readMs' | 'quietMs'>
}

/** A record of its own for a secret that is read beside something else that is recorded. */
export const recordOfSecret = (audit: AuditDraft): AuditFacts => ({
  ...audit.facts(),
  action: 'client.secret.read',
  changeId: null,
})

/** Somebody is about to be given a secret. @returns whether that is on record */
const isRecorded = async (
  deps: ReadingSecrets,
  key: ClientKey,
  caller: Caller,
  facts: AuditFacts,
): Promise<boolean> => {
  try {
    await deps.audit.store(acceptedEntry(facts))
  } catch {
    deps.log.error({ ...key, by: authorOf(caller) }, 'a client secret was kept back: it could not be recorded')
    return false
  }
  return true
}

/**
 * An answer with the client's secret in it, read from Auth0 for it alone: nothing keeps it, here or on the way. Whoever
 * calls this has made sure that the caller may have it.
 *
 * The entity tag stays the one of the client without its secret, which is what `If-Match` compares.
 *
 * @param beside what is recorded of it, where something was done already: then an answer whose secret cannot be had, or
 *   not be recorded, is given without it and with a warning. Null where the request is for the secret, and is recorded as
 *   that; then it is refused.
 * @param gone aborted when nobody waits for the answer any more
 * @throws Problem 404, 503
 */
export const withSecret = async (
  deps: ReadingSecrets,
  key: ClientKey,
  caller: Caller,
  answer: ApiResponse,
  beside: AuditFacts | null,
  gone: AbortSignal,
): Promise<ApiResponse> => {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(deps.settings.readMs)])
  const read = await readSecret(deps, key, askerOf(caller, beside === null ? 'read' : 'write', signal))
  if ('problem' in read) {
    if (beside === null) throw read.problem
    return filled(answer, null, 'The secret could not be read from Auth0 now; read the client to have it.')
  }
  if (read.secret === null)
    return filled(answer, null, "Auth0 does not show the secret: Nexus' credential there needs read:client_keys.")
  if (beside !== null && !(await isRecorded(deps, key, caller, beside)))
    return filled(answer, null, 'The secret is kept back: that it was read could not be recorded.')
  deps.log.warn({ ...key, by: authorOf(caller) }, 'a client secret was read')
  return filled(answer, read.secret)
}

const readSecret = async (
  { auth0, clients, settings }: ReadingSecrets,
  key: ClientKey,
  asker: Asker,
): Promise<{ readonly secret: string | null } | { readonly problem: Problem }> => {
  const later = { problem: unavailable('The secret cannot be read from Auth0 now.', settings.quietMs) }
  if (isHeld(await clients.load(key))) return later
  const reply = await within(settings.readMs, orNoPlace(auth0.readSecret(key, asker)), undefined, asker.signal)
  if (reply === undefined) return later
  if (reply.ok) return { secret: reply.body }
  const verdict = verdictOf(reply)
  return verdict.kind === 'terminal' && verdict.reason === 'vanished' ? { problem: noSuchClient() } : later
}

/** Its credential is ill: nothing is asked of the tenant but the worker's probe. */
const isHeld = (record: ClientRecord | undefined): boolean => record?.blockedBy === 'tenant-held'

const filled = (answer: ApiResponse, secret: string | null, warning?: string): ApiResponse => {
  const client: unknown = JSON.parse(answer.body?.toString() ?? 'null')
  const warnings = [answer.headers['nexus-warning'] ?? [], warning ?? []].flat()
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'cache-control': 'no-store',
      ...(warnings.length === 0 ? {} : { 'nexus-warning': warnings }),
    },
    body: JSON.stringify({ ...(isRecord(client) ? client : {}), secret }),
  }
}
