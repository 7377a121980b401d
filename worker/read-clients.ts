import type { Auth0 } from '../adapters/auth0/auth0.ts'
import { pageSize } from '../adapters/auth0/page-size.ts'
import { orNoPlace, paced } from '../adapters/auth0/pacer.ts'
import type { Pacer } from '../adapters/auth0/pacer.ts'
import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Listed, Scans } from '../adapters/postgres/clients/scans.ts'
import type { ApplyChecks } from '../adapters/postgres/terraform/apply-checks.ts'
import type { StateKey } from '../adapters/postgres/terraform/state-rows.ts'
import { claimMs } from '../domain/changes/clock.ts'
import { verdictOf } from '../domain/changes/verdict.ts'
import type { Reply } from '../domain/changes/verdict.ts'
import { isKeptBeside } from '../domain/clients/untouchable.ts'
import type { Auth0Client } from '../domain/vocabulary.ts'

export interface ReadingDeps {
  readonly applyChecks: Pick<ApplyChecks, 'extend'>
  readonly auth0: Auth0
  readonly pacer: Pacer
  /** Clients that are met are kept as those of a scan are. */
  readonly scans: Pick<Scans, 'time' | 'keepPage'>
}

export interface Wanted {
  /** Ids of clients that Nexus knows. */
  readonly known: readonly string[]
  /** Ids of those that it does not know yet. */
  readonly unmet: readonly string[]
  readonly stopping: AbortSignal
}

/** The most clients that are read one by one, and not by pages. */
const fewClients = 5

/**
 * Clients of a state as Auth0 has them now: one by one where they are few, else from the pages of the tenant's list. One that
 * is not found there has vanished, which the scan finds out. Those that are new are kept.
 *
 * @returns those that were known, by id, and how many were met; undefined where Auth0 did not answer
 */
export const readClients = async (
  { applyChecks, auth0, pacer, scans }: ReadingDeps,
  { credential, metadataKeys }: TenantConfiguration,
  key: StateKey,
  { known, unmet, stopping }: Wanted,
): Promise<{ readonly found: ReadonlyMap<string, Auth0Client>; readonly met: number } | undefined> => {
  const { tenantId } = key
  const found = new Map<string, Auth0Client>()
  const missing = new Set([...known, ...unmet])
  const strangers = new Set(unmet)
  let met = 0

  /** One question, and when it was asked. */
  const ask = async <T>(call: () => Promise<Reply<T>>): Promise<{ reply: Reply<T>; askedAt: Date } | undefined> => {
    if (stopping.aborted) return undefined
    await applyChecks.extend(key, claimMs)
    const askedAt = await scans.time()
    const purpose = { rank: 'change', signal: stopping } as const
    const reply = await orNoPlace(paced(pacer, tenantId, 'read-clients', purpose, call))
    return reply && { reply, askedAt }
  }
  const take = async (listed: readonly Listed[], askedAt: Date): Promise<void> => {
    const wanted = listed.filter(({ clientId }) => missing.delete(clientId))
    for (const { clientId, client } of wanted) if (!strangers.has(clientId)) found.set(clientId, client)
    const fresh = wanted.filter(({ clientId }) => strangers.has(clientId)).filter(isKeptBeside(credential.clientId))
    met += fresh.length
    if (fresh.length > 0) await scans.keepPage(tenantId, askedAt, fresh, metadataKeys)
  }

  if (missing.size <= fewClients) {
    for (const clientId of missing) {
      const answer = await ask(() => auth0.get({ tenantId, clientId }))
      if (answer?.reply.ok === true) await take([{ clientId, client: answer.reply.body }], answer.askedAt)
      else if (answer === undefined || verdictOf(answer.reply).kind !== 'terminal') return undefined
    }
    return { found, met }
  }
  for (let from: string | undefined; ;) {
    const answer = await ask(() => auth0.list(tenantId, from, pageSize))
    if (answer?.reply.ok !== true) return undefined
    await take(answer.reply.body.clients, answer.askedAt)
    from = answer.reply.body.next
    if (from === undefined || missing.size === 0) return { found, met }
  }
}
