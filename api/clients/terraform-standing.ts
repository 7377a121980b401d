import type { PendingRequest, Place } from '../../adapters/postgres/terraform/state-index.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { maySee } from '../http/access.ts'

/** How a client stands with Terraform, in one word: what a list shows, and what an apply has still to make true. */
type Status = 'manual' | 'adopting' | 'managed' | 'releasing' | 'conflict'

export interface Standing {
  /** Those in states that the configuration does not name are claims. */
  readonly places: readonly Place[]
  readonly request: PendingRequest | null
}

/** The places that count. */
export const holding = ({ places }: Pick<Standing, 'places'>): Place[] => places.filter(({ named }) => named)

export const statusOf = (standing: Standing): Status => {
  const { request } = standing
  const places = holding(standing)
  if (new Set(places.map(({ state }) => state)).size > 1) return 'conflict'
  if (request !== null) return request.kind === 'adopt' ? 'adopting' : 'releasing'
  return places.length > 0 ? 'managed' : 'manual'
}

const placeView = ({ state, address, tainted, deposed }: Place) => ({ state, address, tainted, deposed })

/** Which states a client stands in, which claim it (of those that the caller may see), and what is asked for. */
export const standingView = (standing: Standing, caller: Caller) => {
  const { places, request } = standing
  return {
    status: statusOf(standing),
    states: holding(standing).map(placeView),
    claims: places.filter(({ named, state }) => !named && maySee(caller, state)).map(placeView),
    request: request && {
      kind: request.kind,
      state: request.state,
      by: request.by,
      requestedAt: request.at.toISOString(),
    },
  }
}
