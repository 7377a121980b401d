import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Accept } from '../adapters/postgres/changes/accept.ts'
import type { Queue } from '../adapters/queue/queue.ts'
import { compare } from '../domain/clients/field-values.ts'
import { pendingPaths } from '../domain/clients/desired.ts'
import { reversionOf } from '../domain/changes/plan.ts'
import { omit, pathsOf, pick } from '../domain/vocabulary.ts'
import type { ClientKey, FieldPath, Values } from '../domain/vocabulary.ts'

/** What Nexus changes of its own accord: each is a change like any other, whose author is the policy. */
export interface Policies {
  /**
   * A drift is confirmed. Under `report` it stands in the client's row and in the log; under `revert` the confirmed
   * values become a change.
   */
  readonly onDrift: (key: ClientKey) => Promise<void>
  /** Auth0 took a part of a change that was then rejected: what the part replaced becomes a change. */
  readonly undoPartial: (key: ClientKey, values: Values) => Promise<void>
  /**
   * An apply of Terraform changed owned fields: their confirmed values become a change, unless somebody has asked for
   * others meanwhile.
   *
   * @param base the confirmed values as they were when Auth0 was read
   * @returns whether there was anything to put back
   */
  readonly afterApply: (key: ClientKey, base: Values, paths: readonly FieldPath[]) => Promise<boolean>
}

export const createPolicies = ({
  accept,
  configurations,
  queue,
  log,
}: {
  readonly accept: Accept
  readonly configurations: ReadonlyMap<string, TenantConfiguration>
  readonly queue: Pick<Queue, 'wake'>
  readonly log: Log
}): Policies => ({
  onDrift: async (key) => {
    const tenant = configurations.get(key.tenantId)
    if (tenant === undefined) return
    log.warn({ ...key, policy: tenant.driftPolicy }, 'drift: owned fields were changed in Auth0')
    if (tenant.driftPolicy !== 'revert') return
    await accept(key, { kind: 'policy', id: 'revert', application: null }, (state) => {
      const values = reversionOf(state, tenant.metadataKeys)
      return values === undefined ? { kind: 'not-now' } : { kind: 'accepted', values, changesNothing: false }
    })
  },

  undoPartial: async (key, values) => {
    await accept(key, { kind: 'policy', id: 'undo', application: null }, (state) => {
      // What somebody has asked for since stays as they asked for it.
      const left = omit(values, pendingPaths(state.pending))
      return pathsOf(left).length === 0
        ? { kind: 'nothing-left' }
        : { kind: 'accepted', values: left, changesNothing: false }
    })
  },

  afterApply: async (key, base, paths) => {
    const accepted = await accept(key, { kind: 'policy', id: 'terraform-apply', application: null }, (state) => {
      const waiting = pendingPaths(state.pending)
      const left = paths.filter((path) => !waiting.includes(path) && compare(state.base[path], base[path]) === 'same')
      return left.length === 0
        ? { kind: 'nothing-left' }
        : { kind: 'accepted', values: pick(state.base, left), changesNothing: false }
    })
    if (accepted.kind !== 'accepted') return false
    log.warn(
      { ...key, fields: paths, change: accepted.changeId },
      'an apply changed owned fields: they are being restored',
    )
    await queue.wake(key)
    return true
  },
})
