import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Accept } from '../adapters/postgres/changes/accept.ts'
import type { Queue } from '../adapters/queue/queue.ts'
import { compare } from '../domain/clients/field-values.ts'
import { pendingPaths } from '../domain/clients/desired.ts'
import { reversionOf } from '../domain/changes/plan.ts'
import { omit, pathsOf, pick } from '../domain/vocabulary.ts'
import type { ClientRecord } from '../adapters/postgres/clients/client-record.ts'
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
}): Policies => {
  /** Accepts a change of Nexus' own, and wakes the queue as every acceptance does. @returns its id, where there is one */
  const acceptOwn = async (
    key: ClientKey,
    id: string,
    valuesOf: (state: ClientRecord) => Values | undefined,
  ): Promise<string | undefined> => {
    const accepted = await accept(key, { kind: 'policy', id, application: null }, (state) => {
      const values = valuesOf(state)
      return values === undefined || pathsOf(values).length === 0
        ? { kind: 'nothing-left' }
        : { kind: 'accepted', values, changesNothing: false }
    })
    if (accepted.kind !== 'accepted') return undefined
    // Without a queue the sweep finds it.
    await queue.wake(key).catch((error: unknown) => log.warn({ ...key, err: error }, 'the queue could not be woken'))
    return accepted.changeId
  }

  return {
    onDrift: async (key) => {
      const tenant = configurations.get(key.tenantId)
      if (tenant === undefined) return
      log.warn({ ...key, policy: tenant.driftPolicy }, 'drift: owned fields were changed in Auth0')
      if (tenant.driftPolicy === 'revert')
        await acceptOwn(key, 'revert', (state) => reversionOf(state, tenant.metadataKeys))
    },

    undoPartial: async (key, values) => {
      // What somebody has asked for since stays as they asked for it.
      await acceptOwn(key, 'undo', ({ pending }) => omit(values, pendingPaths(pending)))
    },

    afterApply: async (key, base, paths) => {
      const change = await acceptOwn(key, 'terraform-apply', (state) => {
        const waiting = pendingPaths(state.pending)
        const left = paths.filter((path) => !waiting.includes(path) && compare(state.base[path], base[path]) === 'same')
        return pick(state.base, left)
      })
      if (change === undefined) return false
      log.warn({ ...key, fields: paths, change }, 'an apply changed owned fields: they are being restored')
      return true
    },
  }
}
