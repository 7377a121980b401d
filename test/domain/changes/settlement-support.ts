import { workOf } from '../../../domain/changes/plan.ts'
import type { Work } from '../../../domain/changes/plan.ts'
import type { Leased } from '../../../domain/changes/settlement.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

export type Sent = Extract<Work, { kind: 'send' }>

/** A client under its lease, with changes 1, 2, … waiting, called a, b, … */
export const leased = (
  pending: readonly Values[],
  more: Partial<Leased> & { base?: Values; observed?: Auth0Client } = {},
): Leased => ({
  state: {
    key: { tenantId: 'acme', clientId: 'c' },
    observed: more.observed ?? {},
    observedAt: new Date(0),
    base: more.base ?? {},
    pending: pending.map((values, index) => ({ id: 'abcdefg'.charAt(index), generation: index + 1, values })),
    generation: pending.length,
    settledGeneration: 0,
  },
  failures: 0,
  oneByOneUntil: null,
  contested: null,
  openAttemptMs: null,
  mayBeLate: false,
  verifyDue: false,
  lastReadingSet: false,
  ...more,
})

export const roundOf = ({ state, oneByOneUntil }: Leased) => ({ ...state, oneByOneUntil })

export const sentFor = (lease: Leased): Sent => {
  const work = workOf(roundOf(lease), keys)
  if (work.kind !== 'send') throw new Error('Nothing is sent.')
  return work
}
