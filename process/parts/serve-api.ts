import { startApi } from '../../api/main.ts'
import type { Api } from '../../api/main.ts'
import { defaultSettings } from '../../api/dependencies.ts'
import { configuredCallers, shadowedBy } from '../../adapters/config/configured-callers.ts'
import type { Configuration, IssuerConfiguration } from '../../adapters/config/configuration.ts'
import { createAttempts } from '../../adapters/credentials/attempts.ts'
import type { AttemptLimits } from '../../adapters/credentials/attempts.ts'
import { createAuthenticator } from '../../adapters/credentials/authenticate.ts'
import { createRemembered } from '../../adapters/credentials/basic.ts'
import { createTokenReader } from '../../adapters/credentials/bearer.ts'
import { createExamine } from '../../adapters/credentials/examine.ts'
import { createRates } from '../../adapters/limits/rates.ts'
import { createSealing } from '../../adapters/sealing/sealing.ts'
import { createAudit } from '../../adapters/postgres/audit.ts'
import { createCallerStore } from '../../adapters/postgres/callers.ts'
import { createChangedClients } from '../../adapters/postgres/changes/changed-clients.ts'
import { createIdempotency } from '../../adapters/postgres/changes/idempotency.ts'
import { createOperations } from '../../adapters/postgres/changes/operations.ts'
import { createClientLists, listConnections } from '../../adapters/postgres/clients/client-lists.ts'
import { createScans } from '../../adapters/postgres/clients/scans.ts'
import { createConfiguredUses } from '../../adapters/postgres/configured-uses.ts'
import { createStrangers } from '../../adapters/postgres/strangers.ts'
import { createStandings } from '../../adapters/postgres/tenants/standings.ts'
import { createTenants } from '../../adapters/postgres/tenants/tenants.ts'
import { createHeldClients } from '../../adapters/postgres/terraform/held-clients.ts'
import { createStateIndex } from '../../adapters/postgres/terraform/state-index.ts'
import { createStateLocks } from '../../adapters/postgres/terraform/state-locks.ts'
import { createStates } from '../../adapters/postgres/terraform/states.ts'
import { traceWakes } from '../../adapters/traces/traced.ts'
import { rateKeyOf } from '../../domain/access/identities.ts'
import type { Rate } from '../../domain/limits/rate.ts'
import { apiSettings } from '../api-settings.ts'
import type { Holdings } from './closing.ts'
import { consoleOf } from '../console.ts'
import type { Core } from './core.ts'
import { rebuildAll } from '../database.ts'
import { pacedReads } from '../paced-reads.ts'
import { remade } from '../reload/remade.ts'
import type { Resources } from './resources.ts'

/** The API of a process, answering by one configuration after the other. */
export interface ServedApi extends Omit<Api, 'replace'> {
  /** @throws where the next cannot be made; the former then goes on */
  readonly replace: (core: Core, configuration: Configuration) => Promise<void>
}

/** How long a request waits for its turn to read from Auth0, milliseconds. */
export const readPatienceMs = defaultSettings.readMs

/** Callers whose rate is remembered. */
const rememberedCallers = 50_000

/**
 * Starts the API of a process.
 *
 * @param overdue aborted when a closing API is to wait for nothing any more
 * @throws when its address cannot be listened on
 */
export const serveApi = async (
  resources: Resources,
  { core, configuration, holdings, overdue }: Opening,
): Promise<ServedApi> => {
  const { database, open, postgres, telling, log, onError } = resources
  const lists = createClientLists(open('connections for lists', listConnections).db)
  await rebuildAll(lists, configuration, log)
  const notifications = await telling.listen(database.directUrl, onError('notifications'))
  holdings.add('notifications', notifications.close)
  // Stored after the last answer is out, and before the database is let go.
  const strangers = createStrangers(createAudit(postgres.db), log)
  holdings.add('counts of strangers', strangers.close)

  const depsOf = createDepsOf(resources, { lists, notifications, strangers })
  const api = await startApi(await depsOf(core, configuration), configuration.server, overdue)
  return {
    ...api,
    replace: async (nextCore, next) => {
      await rebuildAll(lists, next, log)
      await api.replace(await depsOf(nextCore, next))
    },
  }
}

interface Opening {
  readonly core: Core
  readonly configuration: Configuration
  readonly holdings: Holdings
  readonly overdue: AbortSignal
}

type Deps = Parameters<typeof startApi>[0]

/** Milliseconds of a clock that nobody sets. */
const steady = (): number => performance.now()

/** What the API answers by, by a configuration. What counts and remembers is kept from one to the next. */
const createDepsOf = (
  resources: Resources,
  kept: Pick<Deps, 'lists' | 'notifications' | 'strangers'>,
): ((core: Core, configuration: Configuration) => Promise<Deps>) => {
  const { postgres, keyed, metrics, telling, queue, http, traces, log } = resources
  const ratesOf = remade((rate: Rate) => createRates(rate, rememberedCallers, steady))
  const attemptsOf = remade((limits: AttemptLimits) => createAttempts(steady, limits))
  const tokenReaderOf = remade((issuers: readonly IssuerConfiguration[]) => createTokenReader(http, issuers))
  const remembered = createRemembered(steady)
  const callers = createCallerStore(postgres.db)
  const configuredUses = createConfiguredUses(postgres.db)

  return async (core, configuration) => {
    const { issuers, limits, terraform } = configuration
    const ofConfiguration = configuredCallers(configuration)
    for (const shadowed of await shadowedBy(ofConfiguration, callers))
      log.error(
        shadowed,
        'the database and the configuration both have a caller of this name: the one in the configuration is used',
      )
    const rates = ratesOf({ perSecond: limits.requestsPerSecond, burst: limits.burst })
    const attempts = attemptsOf({ ofAddress: limits.failedSignInsOfAddress, ofName: limits.failedSignInsOfName })
    const readToken = tokenReaderOf(issuers)
    const authenticate = createAuthenticator(http, configuration, {
      readToken,
      registered: callers,
      configuredUses,
      attempts,
      remembered,
      onError: (error) => log.warn({ err: error }, 'the last use of a secret could not be recorded'),
    })
    const header = configuration.applicationTokens.header.toLowerCase()
    return {
      ...kept,
      ...core,
      authenticate: (headers, address, tenantId) =>
        authenticate({
          authorization: headers.authorization,
          applicationToken: [headers[header]].flat()[0],
          address,
          tenantId,
        }),
      rate: (caller, tenantId) => rates.take(rateKeyOf(issuers, caller, tenantId)),
      tenants: core.byId,
      auth0: pacedReads(core.pacer, core.auth0),
      changedClients: createChangedClients(keyed.db),
      idempotency: createIdempotency(postgres.db),
      operations: createOperations(postgres.db),
      health: createTenants(postgres.db),
      standings: createStandings(postgres.db, core.callMs),
      states: createStates(postgres.db, { ...terraform, sealing: createSealing(terraform.stateKeys) }),
      stateLocks: createStateLocks(postgres.db, terraform),
      stateIndex: createStateIndex(postgres.db, terraform),
      scans: createScans(postgres.db),
      heldClients: createHeldClients(postgres.db),
      audit: createAudit(postgres.db),
      metrics,
      callers,
      configuredCallers: ofConfiguration,
      configuredUses,
      examine: createExamine(configuration, readToken),
      wakeUps: telling.wakeUps,
      queue: traces === null ? queue : traceWakes(queue, traces),
      traces,
      ping: postgres.ping,
      console: consoleOf(configuration, http, postgres.db, attempts),
      log,
      settings: { ...defaultSettings, ...apiSettings(configuration) },
    }
  }
}
