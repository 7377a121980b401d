import type { Schemas } from '../app/schemas.ts'

/** How a client stands, in one word: what needs a person most comes first. */
export type Glance = 'stalled' | 'paused' | 'drifted' | 'waiting' | 'synced'

type Standing = Pick<Schemas['ListedClient'], 'sync' | 'drifted'>

const order = [
  { glance: 'stalled', holds: ({ sync }) => sync === 'stalled' },
  { glance: 'paused', holds: ({ sync }) => sync === 'paused' },
  { glance: 'waiting', holds: ({ sync }) => sync === 'pending' },
  { glance: 'drifted', holds: ({ drifted }) => drifted },
] as const satisfies readonly { readonly glance: Glance; readonly holds: (standing: Standing) => boolean }[]

export const glanceOf = (standing: Standing): Glance => order.find(({ holds }) => holds(standing))?.glance ?? 'synced'

const conditionsOf = ({ conditions }: Pick<Schemas['Sync'], 'conditions'>): ReadonlySet<string> =>
  new Set(conditions.filter(({ status }) => status === 'True').map(({ type }) => type))

/** How one client stands, as far as it matters here. */
type ClientStanding = Pick<Schemas['Sync'], 'conditions'> & { readonly pending: readonly unknown[] }

/** The same of one client, from its conditions. */
export const glanceOfSync = (sync: ClientStanding): Glance => {
  const holds = conditionsOf(sync)
  const waits = sync.pending.length > 0
  const stopped = sync.conditions.some(({ type, reason }) => type === 'Paused' && reason === 'ClientPaused')
  return glanceOf({
    sync:
      stopped || (waits && holds.has('Paused'))
        ? 'paused'
        : holds.has('Stalled')
          ? 'stalled'
          : waits
            ? 'pending'
            : 'synced',
    drifted: holds.has('Drifted'),
  })
}
