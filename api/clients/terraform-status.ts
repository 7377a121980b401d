import type { PendingRequest, Place } from '../../adapters/postgres/terraform/state-index.ts'
import { terraformOf } from '../../domain/clients/listing.ts'
import type { TerraformWord } from '../../domain/clients/listing.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { maySeeState } from '../http/access.ts'

export interface TerraformStatus {
  /** Those in states that the configuration does not name are claims. */
  readonly places: readonly Place[]
  readonly request: PendingRequest | null
}

/** The places that count. */
export const namedPlaces = ({ places }: Pick<TerraformStatus, 'places'>): Place[] => places.filter(({ named }) => named)

/** How a client stands with Terraform, in one word: what a list shows, and what an apply has still to make true. */
export const statusOf = (status: TerraformStatus): TerraformWord =>
  terraformOf(new Set(namedPlaces(status).map(({ state }) => state)).size, status.request?.kind ?? null)

const placeView = ({ state, address, tainted, deposed }: Place) => ({ state, address, tainted, deposed })

/** Which states a client stands in, which claim it (of those that the caller may see), and what is asked for. */
export const terraformStatusView = (status: TerraformStatus, caller: Caller) => {
  const { places, request } = status
  return {
    status: statusOf(status),
    states: namedPlaces(status).map(placeView),
    claims: places.filter(({ named, state }) => !named && maySeeState(caller, state)).map(placeView),
    request: request && {
      kind: request.kind,
      state: request.state,
      by: request.by,
      requestedAt: request.at.toISOString(),
    },
  }
}
