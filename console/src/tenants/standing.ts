import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'

type Tenant = Schemas['Tenant']

/** How much something matters: it stops work, somebody should look at it, it passes by itself, or all is well. */
export type Weight = 'stops' | 'look' | 'passes' | 'well'

/** One thing to know of a tenant. */
export interface Standing {
  readonly weight: Weight
  readonly word: string
  readonly sentence: string
  /** What the API says of it. */
  readonly reason: string | null
  readonly since: string | null
}

const { state, says } = texts.tenants

/** What can be said of a tenant, the heaviest first: each with when it is true. */
const sayings: readonly ((tenant: Tenant) => Standing | null)[] = [
  ({ credential: { valid, reason, heldSince } }) =>
    valid ? null : { weight: 'stops', word: state.held, sentence: says.held, reason, since: heldSince },
  ({ queue: { working, reason } }) =>
    working ? null : { weight: 'stops', word: state.queue, sentence: says.queue, reason, since: null },
  ({ served }) =>
    served ? null : { weight: 'stops', word: state.unserved, sentence: says.unserved, reason: null, since: null },
  ({ paused, pausedBy }) =>
    paused === null
      ? null
      : {
          weight: 'stops',
          word: state.paused,
          sentence: says.paused(pausedBy?.id ?? null),
          reason: null,
          since: paused,
        },
  ({ stalled }) => counted('look', state.stalled, stalled, says.stalled),
  ({ scan: { problem } }) =>
    problem === null ? null : { weight: 'look', word: state.scan, sentence: says.scan, reason: problem, since: null },
  ({ terraform: { outdatedWriteAt } }) =>
    outdatedWriteAt === null
      ? null
      : { weight: 'look', word: state.outdated, sentence: says.outdated, reason: null, since: outdatedWriteAt },
  ({ terraform: { conflicting } }) => counted('look', state.conflicting, conflicting, says.conflicting),
  ({ drifted }) => counted('look', state.drifted, drifted, says.drifted),
  ({ backlog }) => counted('passes', state.behind, backlog, says.behind),
]

const counted = (weight: Weight, word: string, count: number, say: (count: number) => string): Standing | null =>
  count === 0 ? null : { weight, word, sentence: say(count), reason: null, since: null }

/** How a tenant stands, the heaviest first; where nothing is the matter, that it is well. */
export const standingsOf = (tenant: Tenant): readonly [Standing, ...Standing[]] => {
  const [first, ...more] = sayings.flatMap((saying) => saying(tenant) ?? [])
  if (first !== undefined) return [first, ...more]
  return [{ weight: 'well', word: state.well, sentence: says.well, reason: null, since: null }]
}
