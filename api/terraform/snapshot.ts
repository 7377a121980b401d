import { z } from 'zod'
import { secretMembers } from '../../adapters/auth0/strip.ts'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { StateIndex } from '../../adapters/postgres/terraform/state-index.ts'
import type { Scans } from '../../adapters/postgres/clients/scans.ts'
import type { Log } from '../../adapters/log/log.ts'
import { snapshotOf } from '../../domain/terraform/snapshot.ts'
import type { SnapshotFacts } from '../../domain/terraform/snapshot.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { askerOf, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import type { BrowserSettings } from '../http/security-headers.ts'
import { awaitScan } from './fresh-snapshot.ts'
import type { AwaitingScan } from './fresh-snapshot.ts'
import type { KnownClients, KnowsClients } from '../clients/known-clients.ts'
import { Problem } from '../http/problem.ts'
import { parseQuery } from '../http/query.ts'

/** What meets the clients that only a state knows. */
interface Meeting {
  readonly stateIndex: Pick<StateIndex, 'unknownClients'>
  readonly scans: Pick<Scans, 'ask'>
  readonly log: Pick<Log, 'warn'>
}

type Snapshotting = TenantsById &
  AwaitingScan &
  Meeting & {
    readonly stateIndex: Pick<StateIndex, 'snapshot'>
    readonly settings: Pick<BrowserSettings, 'publicUrl'>
  }

/** Clients that only a state knows are read from Auth0 for a snapshot, at most so many: more are a scan's work. */
const maximumReads = 50

/** What a snapshot can be asked for. Programs of before know no `observed`, nor the members that it adds. */
export const SnapshotQuery = z.strictObject({
  fresh: z.enum(['true', 'false']).optional().describe('`true`: from a scan that begins after the question'),
  observed: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: with what Auth0 holds of each client, without secrets; takeovers are judged by it'),
})

/** GET /v1/tenants/{tenantId}/terraform/snapshot: what the stacks are synthesised from. */
export const readSnapshot =
  (deps: Snapshotting & KnowsClients) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const { fresh, observed } = parseQuery(SnapshotQuery, request.query, 'fresh and observed (each true or false)')
    const whole = observed === 'true'
    const tenant = tenantOf(deps, request)
    const asker = askerOf(caller, 'read', request.gone)
    const scan = fresh === 'true' ? await awaitScan(deps, request, tenant, asker) : { gone: new Set<string>() }
    if ('later' in scan) return scan.later
    const unasked = await loadUnknownClients(deps, deps.known, tenant, asker)
    const snapshot = snapshotOf(
      without(await deps.stateIndex.snapshot(tenant.id, whole), scan.gone),
      {
        id: tenant.id,
        // With another audience the domain is a custom one, and a simulator's is no domain: then the environment says it.
        domain: tenant.audience === `https://${tenant.domain}/api/v2/` && !tenant.allowInsecure ? tenant.domain : null,
        url: deps.settings.publicUrl,
        own: tenant.terraformStates,
        ownClientId: tenant.credential.clientId,
        keys: tenant.metadataKeys,
      },
      unasked,
      whole ? [...secretMembers] : null,
    )
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: JSON.stringify(snapshot) }
  }

/** Those that are gone have vanished, also where a change of theirs still waits to be refused. */
const without = (facts: SnapshotFacts, gone: ReadonlySet<string>): SnapshotFacts => ({
  ...facts,
  clients: facts.clients.map((client) => (gone.has(client.id) ? { ...client, vanished: true } : client)),
})

/**
 * Reads the clients that a state of ours names and Nexus does not know: an apply has just created them, or Auth0 does not
 * have them. What another state names that Nexus does not know, nobody needs to know.
 *
 * @returns why some could not be read, by state: that of others is synthesised all the same
 */
const loadUnknownClients = async (
  deps: Meeting,
  known: KnownClients,
  tenant: TenantConfiguration,
  asker: Asker,
): Promise<ReadonlyMap<string, string>> => {
  const unasked = new Map<string, string>()
  const unknown = await deps.stateIndex.unknownClients(tenant.id, tenant.terraformStates, maximumReads + 1)
  for (const [state, ids] of unknown) {
    const problem =
      ids.length > maximumReads
        ? await askForScan(deps, tenant, state)
        : await loadAll(deps, known, tenant, asker, { state, ids })
    if (problem !== null) unasked.set(state, problem)
  }
  return unasked
}

const askForScan = async (
  deps: Pick<Meeting, 'scans'>,
  { id }: TenantConfiguration,
  state: string,
): Promise<string> => {
  await deps.scans.ask(id, 0)
  return `The state ${state} names more than ${maximumReads} clients that Nexus does not know yet: the next scan will find them.`
}

/** @returns why one of them could not be read; null where all were */
const loadAll = async (
  deps: Pick<Meeting, 'log'>,
  known: KnownClients,
  tenant: TenantConfiguration,
  asker: Asker,
  { state, ids }: { readonly state: string; readonly ids: readonly string[] },
): Promise<string | null> => {
  for (const clientId of ids)
    try {
      await known.find(tenant, clientId, asker)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'not-found') {
        deps.log.warn({ tenantId: tenant.id, state, clientId }, 'a client that a state names could not be read')
        return `The state ${state} names a client that Nexus does not know yet, and Auth0 cannot be asked for it now.`
      }
    }
  return null
}
