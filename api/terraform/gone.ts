import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import { verdictOf } from '../../domain/changes/verdict.ts'
import type { ClientKey } from '../../domain/vocabulary.ts'
import type { Auth0Reads } from '../clients/auth0-reads.ts'
import type { Waking } from '../clients/wake.ts'
import { orNoPlace } from '../../adapters/auth0/pacer.ts'

/** What asks Auth0 for a client, and notes that it is gone. */
export interface Confirming extends Waking {
  readonly auth0: Pick<Auth0Reads, 'get'>
  readonly clients: Pick<Clients, 'load' | 'forget' | 'retry'>
}

/** Whether Auth0 still has a client: `unknown` where it did not say. */
type Presence = 'there' | 'gone' | 'unknown'

/** Whether Auth0 still has each of a few clients, asked for one by one. */
export const presencesOf = async (
  deps: Confirming,
  tenantId: string,
  clientIds: readonly string[],
  asker: Asker,
): Promise<{ readonly gone: readonly string[]; readonly isUnknown: boolean }> => {
  const found = await Promise.all(
    clientIds.map(async (clientId) => ({ clientId, presence: await confirmGone(deps, { tenantId, clientId }, asker) })),
  )
  return {
    gone: found.filter(({ presence }) => presence === 'gone').map(({ clientId }) => clientId),
    isUnknown: found.some(({ presence }) => presence === 'unknown'),
  }
}

/**
 * Asks Auth0 for one client that looks as if it were gone. What is gone is noted as vanished, which counts in every state
 * that manages it; where changes of it still wait, the worker finds out, who has to refuse them.
 */
const confirmGone = async (deps: Confirming, key: ClientKey, asker: Asker): Promise<Presence> => {
  const record = await deps.clients.load(key)
  if (record === undefined || record.vanished) return 'gone'
  const reply = await orNoPlace(deps.auth0.get(key, asker))
  if (reply === undefined) return 'unknown'
  if (reply.ok) return 'there'
  const verdict = verdictOf(reply)
  if (verdict.kind !== 'terminal' || verdict.reason !== 'vanished') return 'unknown'
  await deps.clients.forget(key, record.revision)
  if ((await deps.clients.load(key))?.vanished === true) return 'gone'
  await deps.clients.retry(key)
  await deps.queue.wake(key).catch(() => {
    deps.log.warn({ ...key }, 'a client that is gone from Auth0 could not be queued: the sweep finds it')
  })
  return 'gone'
}
