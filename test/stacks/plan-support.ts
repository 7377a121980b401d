import type { Snapshot } from '../../domain/terraform/snapshot.ts'
import type { Declaration } from '../../stacks/plan/claims.ts'
import { planStack } from '../../stacks/plan/plan.ts'
import { at, state } from './support.ts'

export const planOf = (
  taken: Snapshot,
  declared: readonly Declaration[] = [],
  elsewhere: readonly Declaration[] = [],
) =>
  planStack(
    taken,
    'prod',
    new Map([
      ['prod', declared],
      ['other', elsewhere],
    ]),
  )

export const adopt = { kind: 'adopt', state: 'prod' } as const
export const release = { kind: 'release', state: 'prod' } as const
export const other = (address: string, id: string, own = true) => state([at(address, id)], { name: 'other', own })
