import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import { askedScan } from '../clients/asked-scan.ts'
import type { AsksForScans } from '../clients/asked-scan.ts'
import type { HeldClients } from '../../adapters/postgres/terraform/held-clients.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { presencesOf } from './gone.ts'
import type { Confirming } from './gone.ts'

/**
 * `?fresh=true`: what stacks are made of, from a scan that began after the question. The scan is the worker's; they meet
 * in the tenant's row.
 */

/** What asks for a scan, and for the clients in question. */
export interface AwaitingScan extends Confirming, AsksForScans {
  readonly heldClients: Pick<HeldClients, 'of' | 'unseen'>
}

/** How long a request waits for the scan before it is told to ask again. */
const patienceMs = 5000
/** Clients that a request asks Auth0 for itself. */
const maximumConfirmed = 10

/** What came of waiting: the clients that are gone from Auth0, or the answer to give meanwhile. */
type Awaited = { readonly gone: ReadonlySet<string> } | { readonly later: ApiResponse }

/** Waits for a scan that begins from now on, for a while, and has confirmed what it did not find. */
export const awaitScan = async (
  deps: AwaitingScan,
  request: ApiRequest,
  tenant: TenantConfiguration,
  asker: Asker,
): Promise<Awaited> => {
  const { askedAt, beganAt, problem } = await askedScan(deps, request, tenant.id, patienceMs)
  if (beganAt === null) return later(problem)
  const gone = await goneSince(deps, tenant, beganAt, askedAt, asker)
  return gone === undefined ? later(problem) : { gone }
}

/**
 * The clients that stacks depend on and Auth0 no longer has. A scan only nominates what it did not find, and whoever shares
 * a scan that began before they asked has the few clients in question asked for once more.
 *
 * @returns undefined where not everything is known yet
 */
const goneSince = async (
  deps: AwaitingScan,
  tenant: TenantConfiguration,
  beganAt: Date,
  askedAt: Date,
  asker: Asker,
): Promise<ReadonlySet<string> | undefined> => {
  const { id: tenantId, terraformStates: own } = tenant
  const unseen = await deps.heldClients.unseen(tenantId, own, maximumConfirmed + 1)
  const all = beganAt > askedAt ? [] : await deps.heldClients.of(tenantId, own, maximumConfirmed + 1)
  const few = all.length > maximumConfirmed ? [] : all
  const suspects = [...new Set([...unseen, ...few])].slice(0, 2 * maximumConfirmed)
  const { gone, isUnknown } = await presencesOf(deps, tenantId, suspects, asker)
  return unseen.length > maximumConfirmed || isUnknown ? undefined : new Set(gone)
}

/** 202: the scan is under way, or `reason` says what keeps it from beginning. */
const later = (reason: string | null): Awaited => ({
  later: {
    status: 202,
    headers: { 'cache-control': 'no-store', 'retry-after': '2' },
    body: JSON.stringify({ status: reason === null ? 'scanning' : 'waiting', reason }),
  },
})
