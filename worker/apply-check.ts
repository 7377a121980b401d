import type { Auth0 } from '../adapters/auth0/auth0.ts'
import { pageSize } from '../adapters/auth0/page-size.ts'
import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { ApplyCheck, ApplyChecks, Candidate } from '../adapters/postgres/terraform/apply-checks.ts'
import type { StateKey } from '../adapters/postgres/terraform/state-rows.ts'
import { paced } from '../adapters/auth0/pacer.ts'
import type { Pacer } from '../adapters/auth0/pacer.ts'
import { claimMs } from '../domain/changes/clock.ts'
import { changedSince } from '../domain/clients/drift.ts'
import { verdictOf } from '../domain/changes/verdict.ts'
import type { Reply } from '../domain/changes/verdict.ts'
import type { Auth0Client } from '../domain/vocabulary.ts'
import type { Policies } from './policies.ts'
import { repeat } from './repeat.ts'

export interface ApplyCheckDeps {
  readonly applyChecks: ApplyChecks
  readonly auth0: Auth0
  readonly pacer: Pacer
  readonly policies: Policies
  readonly configurations: ReadonlyMap<string, TenantConfiguration>
  readonly log: Log
}

/** How often is looked whether an apply is over. */
const lookEveryMs = 500
/** A check that Auth0 did not answer is tried again after this time. */
const againMs = 5000
/** The most clients that are read one by one, and not by pages. */
const fewClients = 5

/**
 * The second net under an apply of Terraform: when its lock is given back, or has been held for too long, owned fields
 * that changed since the lock was taken are put back, whatever the tenant's policy says of drift. What had drifted before
 * stays as it was: that is a person's to decide.
 *
 * @returns ends it, after the check under way
 */
export const startApplyChecks = (deps: ApplyCheckDeps): (() => Promise<void>) =>
  repeat(lookEveryMs, 'apply check', deps.log, async (stopping) => {
    const tenantIds = [...deps.configurations.keys()]
    while (!stopping.aborted) {
      const check = await deps.applyChecks.claim(tenantIds, claimMs)
      if (check === undefined) return
      await look(deps, check, stopping)
    }
  })

const look = async (deps: ApplyCheckDeps, { key, abandoned, knownDrift }: ApplyCheck, stopping: AbortSignal) => {
  const { applyChecks, configurations, policies, log } = deps
  const tenant = configurations.get(key.tenantId)
  if (tenant === undefined) return
  if (abandoned !== null) {
    const { info, by, since } = abandoned
    log.warn(
      { ...key, lock: info.ID, who: info.Who, operation: info.Operation, by: by.id, since: since.toISOString() },
      'a state lock looks abandoned: changes of its clients no longer wait; `nexus state unlock` removes it',
    )
  }
  const candidates = knownDrift === null ? [] : await applyChecks.candidates(key)
  if (candidates.length > 0) {
    const found = await readNow(deps, key, candidates, stopping)
    if (found === undefined) {
      await applyChecks.postpone(key, againMs)
      return
    }
    // An abandoned lock is looked at once; what its holder does when they give it back counts for itself.
    if (abandoned === null) await applyChecks.looked(key)
    let repaired = 0
    for (const { key: client, base } of candidates) {
      const now = found.get(client.clientId)
      const changed = now && changedSince(base, now, knownDrift?.[client.clientId] ?? [], tenant.metadataKeys)
      if (changed === undefined || changed.length === 0) continue
      if (await policies.afterApply(client, base, changed)) repaired += 1
    }
    log.info({ ...key, clients: candidates.length, repaired }, 'an apply has ended: owned fields were checked')
  }
  await applyChecks.finish(key)
}

/**
 * The candidates as Auth0 has them now: one by one where they are few, else from the pages of the tenant's list. One that
 * is not found there has vanished, which the scan finds out.
 *
 * @returns undefined where Auth0 did not answer
 */
const readNow = async (
  deps: ApplyCheckDeps,
  key: StateKey,
  candidates: readonly Candidate[],
  stopping: AbortSignal,
): Promise<ReadonlyMap<string, Auth0Client> | undefined> => {
  const found = new Map<string, Auth0Client>()
  const ask = async <T>(call: () => Promise<Reply<T>>): Promise<Reply<T> | undefined> => {
    if (stopping.aborted) return undefined
    await deps.applyChecks.extend(key, claimMs)
    return paced(deps.pacer, key.tenantId, 'read-clients', { rank: 'change' }, call)
  }
  if (candidates.length <= fewClients) {
    for (const { key: client } of candidates) {
      const reply = await ask(() => deps.auth0.get(client))
      if (reply?.ok) found.set(client.clientId, reply.body)
      else if (reply === undefined || verdictOf(reply).kind !== 'terminal') return undefined
    }
    return found
  }
  const missing = new Set(candidates.map(({ key: { clientId } }) => clientId))
  for (let from: string | undefined; ;) {
    const page = await ask(() => deps.auth0.list(key.tenantId, from, pageSize))
    if (!page?.ok) return undefined
    for (const { clientId, client } of page.body.clients) if (missing.delete(clientId)) found.set(clientId, client)
    from = page.body.next
    if (from === undefined || missing.size === 0) return found
  }
}
