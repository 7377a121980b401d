import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { ApplyCheck, ApplyChecks } from '../adapters/postgres/terraform/apply-checks.ts'
import { claimMs } from '../domain/changes/clock.ts'
import { changedSince } from '../domain/clients/drift.ts'
import type { Policies } from './policies.ts'
import { readClients } from './read-clients.ts'
import type { ReadingDeps } from './read-clients.ts'
import { repeat } from './repeat.ts'

export interface ApplyCheckDeps extends ReadingDeps {
  readonly applyChecks: ApplyChecks
  readonly policies: Policies
  readonly configurations: ReadonlyMap<string, TenantConfiguration>
  readonly log: Log
}

/** How often is looked whether an apply is over. */
const lookEveryMs = 500
/** A check that Auth0 did not answer is tried again after this time. */
const againMs = 5000

/**
 * The second net under an apply of Terraform: when its lock is given back, or has been held for too long, owned fields
 * that changed since the lock was taken are put back, whatever the tenant's policy says of drift. What had drifted before
 * stays as it was: that is a person's to decide. Clients that the apply has made are read, so that Nexus knows them at once.
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
  const unmet = await applyChecks.unmet(key)
  if (candidates.length + unmet.length > 0) {
    const known = candidates.map(({ key: { clientId } }) => clientId)
    const read = await readClients(deps, tenant, key, { known, unmet, stopping })
    if (read === undefined) {
      await applyChecks.postpone(key, againMs)
      return
    }
    // An abandoned lock is looked at once; what its holder does when they give it back counts for itself. Clients that were
    // met are new only once, so that they keep no later look waiting.
    if (abandoned === null && (known.length > 0 || read.met < unmet.length)) await applyChecks.looked(key)
    if (read.met > 0)
      log.info({ ...key, clients: read.met }, 'clients that a Terraform state has were new, and are known now')
    let repaired = 0
    for (const { key: client, base } of candidates) {
      const now = read.found.get(client.clientId)
      const changed = now && changedSince(base, now, knownDrift?.[client.clientId] ?? [], tenant.metadataKeys)
      if (changed === undefined || changed.length === 0) continue
      if (await policies.afterApply(client, base, changed)) repaired += 1
    }
    if (knownDrift !== null)
      log.info({ ...key, clients: candidates.length, repaired }, 'an apply has ended: owned fields were checked')
  }
  await applyChecks.finish(key)
}
