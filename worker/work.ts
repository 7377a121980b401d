import type { Lease } from '../adapters/postgres/leases.ts'
import { fold, pendingPaths } from '../domain/desired.ts'
import { lateWrites } from '../domain/drift.ts'
import { plan } from '../domain/plan.ts'
import type { Auth0Client, MetadataKeys, PendingChange, Values } from '../domain/vocabulary.ts'

/** What one round has to do, for which changes. */
export type Work =
  | {
      readonly kind: 'send'
      readonly changes: readonly PendingChange[]
      readonly members: Readonly<Record<string, unknown>>
      readonly values: Values
    }
  /** Auth0 has been read and has it all, or nothing waits. */
  | { readonly kind: 'settled'; readonly changes: readonly PendingChange[]; readonly values: Values }

/** The changes of this round: all that wait, or the oldest alone while a refusal among several is being found. */
const changesOf = ({ state: { pending }, oneByOneUntil }: Lease): readonly PendingChange[] => {
  const [oldest] = pending
  return oldest !== undefined && oneByOneUntil !== null && oldest.generation <= oneByOneUntil ? [oldest] : pending
}

/**
 * @param reading set where `observed` was read under this lease: only then can it prove that a call is not needed, or
 *   show that a late call of a former holder has written an old value (`history`: values of recent changes)
 */
export const workOf = (
  lease: Lease,
  observed: Auth0Client,
  reading: { readonly history: readonly Values[] } | undefined,
  keys: MetadataKeys,
): Work => {
  const changes = changesOf(lease)
  const desired = fold(lease.state.base, changes)
  const late = reading === undefined ? [] : lateWrites(lease.state.base, observed, reading.history, keys)
  const work = plan(desired, observed, [...new Set([...pendingPaths(changes), ...late])], keys)
  if (work.kind === 'nothing') return { kind: 'settled', changes, values: {} }
  if (reading !== undefined && work.differences.length === 0) return { kind: 'settled', changes, values: work.values }
  return { kind: 'send', changes, members: work.members, values: work.values }
}
