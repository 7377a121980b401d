import { startApi } from '../api/main.ts'
import { serveMetrics } from '../api/probes/metrics.ts'
import { defaultSettings } from '../api/dependencies.ts'
import { createAuth0 } from '../adapters/auth0/auth0.ts'
import { configuredCallers, shadowedBy } from '../adapters/config/configured-callers.ts'
import type { Configuration } from '../adapters/config/configuration.ts'
import { createAttempts } from '../adapters/credentials/attempts.ts'
import { createAuthenticator } from '../adapters/credentials/authenticate.ts'
import { createTokenReader } from '../adapters/credentials/bearer.ts'
import { createExamine } from '../adapters/credentials/examine.ts'
import type { Log } from '../adapters/log/log.ts'
import { countAccepted, countCalls, countSettled, countWithdrawn } from '../adapters/metrics/counting.ts'
import { createMetrics } from '../adapters/metrics/metrics.ts'
import { createRates } from '../adapters/limits/rates.ts'
import { createHttp } from '../adapters/http/http.ts'
import type { Http } from '../adapters/http/http.ts'
import { createSealing } from '../adapters/sealing/sealing.ts'
import { createApplyChecks } from '../adapters/postgres/terraform/apply-checks.ts'
import { createStateIndex } from '../adapters/postgres/terraform/state-index.ts'
import { createStateLocks } from '../adapters/postgres/terraform/state-locks.ts'
import { createStrangers } from '../adapters/postgres/strangers.ts'
import { createStates } from '../adapters/postgres/terraform/states.ts'
import { createAudit } from '../adapters/postgres/audit.ts'
import { createBudgets } from '../adapters/postgres/tenants/budgets.ts'
import { createCallerStore } from '../adapters/postgres/callers.ts'
import { createConfiguredUses } from '../adapters/postgres/configured-uses.ts'
import { createAccept } from '../adapters/postgres/changes/accept.ts'
import { tellAccepted } from '../adapters/postgres/changes/tell-accepted.ts'
import { createEvents } from '../adapters/postgres/events/events.ts'
import { createChangedClients } from '../adapters/postgres/changes/changed-clients.ts'
import { createChanges } from '../adapters/postgres/changes/changes.ts'
import { createClientLists, listConnections } from '../adapters/postgres/clients/client-lists.ts'
import { createClock } from '../adapters/postgres/database/clock.ts'
import { createClients } from '../adapters/postgres/clients/clients.ts'
import { byKeys, connect } from '../adapters/postgres/database/connect.ts'
import { createHeldClients } from '../adapters/postgres/terraform/held-clients.ts'
import { createIdempotency } from '../adapters/postgres/changes/idempotency.ts'
import { createOperations } from '../adapters/postgres/changes/operations.ts'
import { createLeases } from '../adapters/postgres/changes/leases.ts'
import { tenantGauges } from '../adapters/postgres/tenants/tenant-gauges.ts'
import { createPacer } from '../adapters/auth0/pacer.ts'
import { createScans } from '../adapters/postgres/clients/scans.ts'
import { createStandings } from '../adapters/postgres/tenants/standings.ts'
import { createTenants } from '../adapters/postgres/tenants/tenants.ts'
import { untilFit } from '../adapters/queue/fitness.ts'
import { createQueue } from '../adapters/queue/queue.ts'
import { rateKeyOf } from '../domain/access/identities.ts'
import { tellProblem } from '../domain/redis-fitness.ts'
import { startWorker } from '../worker/main.ts'
import { apiSettings } from './api-settings.ts'
import { consoleOf, expireSessionsOf } from './console.ts'
import { metadataKeysOf, migrateAll, openDatabase, rebuildAll } from './database.ts'
import { pacedReads } from './paced-reads.ts'
import { tellProxies } from './tell-proxies.ts'
import { createTelling } from './telling.ts'
import { unnamedStates } from './unnamed-states.ts'

/** What a process of Nexus does. */
export interface Roles {
  readonly api: boolean
  readonly worker: boolean
  /** The tenants that its worker serves; where it is left out, all of the configuration. The API is for all of them. */
  readonly tenants?: readonly string[]
}

export interface Running {
  /** Where the API listens; null in a process without it. */
  readonly url: string | null
  /** Answers what was taken, ends what is under way, and lets go of everything. */
  readonly close: () => Promise<void>
}

/** Callers whose rate is remembered. */
const rememberedCallers = 50_000

/** How long a closing process waits for the calls that it has under way. */
const closeWithinMs = 15_000

/** Resolves when the Redis of the configuration, where there is one, can do the work. @throws RedisUnfit */
const untilFitFor = ({ redis, tenants }: Configuration): Promise<void> => {
  if (redis === null) return Promise.resolve()
  const fit = untilFit({ ...redis, tenants: tenants.map(({ id }) => id) })
  // It may be known before anybody waits for it, or after the database has failed.
  fit.catch(() => undefined)
  return fit
}

/**
 * Builds a process from its configuration and starts it: here, and nowhere else, everything is put together.
 *
 * @param http what calls go out by: through the proxies of the environment, unless told otherwise
 * @param onStuck what a process does that can no longer work, as it gets no jobs or has lost its database: it ends
 * @throws with a remedy when something that it needs is not there; what was started is closed again
 */
export const run = async (
  configuration: Configuration,
  roles: Roles,
  log: Log,
  onStuck: () => void = () => undefined,
  http: Http = createHttp(process.env),
): Promise<Running> => {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  const onError = (what: string) => (error: Error) => log.error({ err: error }, what)
  // Beside the database's start: what cannot work is to be known soon.
  const fit = untilFitFor(configuration)
  try {
    const database = await openDatabase(configuration, (note) => log.info(note), {
      onLost: (error) => log.error({ err: error }, 'the embedded PostgreSQL stopped; restarting it'),
      onBack: () => log.info('the embedded PostgreSQL is running again'),
      onGone: (error) => {
        log.fatal({ err: error }, 'the embedded PostgreSQL cannot be restarted: this process exits')
        onStuck()
      },
    })
    closers.push(database.close)
    await migrateAll(database.url, configuration, log)

    const postgres = connect(database.url, onError('database connection lost'), { size: 10 })
    closers.push(postgres.close)
    const keyed = connect(database.url, onError('database connection lost'), byKeys)
    closers.push(keyed.close)
    // A slot that a crash of the database forgets costs nothing but a 429, so it need not wait for the disk.
    const quick = connect(database.url, onError('database connection lost'), {
      size: 4,
      settings: { synchronous_commit: 'off' },
    })
    closers.push(quick.close)

    for (const { tenantId, said, remedy } of await unnamedStates(postgres.db, configuration))
      log.warn({ tenantId, remedy }, said)

    const { limits, tenants, terraform } = configuration
    const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]))
    const callMs = configuration.worker.httpTimeoutMs
    const tenantIds = tenants.map(({ id }) => id)
    const metrics = createMetrics(() => tenantGauges(quick.db, tenantIds, terraform.applyWaitMs))
    const { metricsPort, host } = configuration.server
    if (metricsPort !== null) closers.push((await serveMetrics(metrics, { host, port: metricsPort })).close)
    tellProxies(http, configuration, log)
    const bare = createAuth0(
      http,
      tenants.map(({ id, baseUrl, tokenUrl, audience, credential }) => ({
        id,
        baseUrl,
        token: { tokenUrl, audience, ...credential },
      })),
      callMs,
      (tenantId, reason) => log.warn({ tenantId, reason }, 'a call to Auth0 got no answer'),
    )
    const plans = new Map(tenants.map(({ id, plan }) => [id, plan]))
    const pacer = createPacer(createBudgets(quick.db), plans, { patienceMs: defaultSettings.readMs })
    const keysOf = metadataKeysOf(configuration)
    const auth0 = countCalls(bare, metrics.count)
    const clients = createClients(postgres.db, keysOf, keyed.db)
    const telling = createTelling(quick.db, log)
    closers.push(telling.close)
    const { wakeUps, tellSettled } = telling
    const accept = tellAccepted(countAccepted(createAccept(postgres.db, keysOf, keyed.db), metrics.count), wakeUps)
    const events = createEvents(keyed.db)
    const changes = countWithdrawn(createChanges(postgres.db, keysOf), metrics.count)
    await fit
    const queue = await createQueue({
      postgresUrl: database.url,
      redis: configuration.redis,
      tenants: tenantIds,
      onError: (error) => {
        metrics.count('queueErrors', {})
        onError('queue')(error)
      },
      onUnfit: (problem) =>
        log.error({ reason: tellProblem(problem), remedy: problem.remedy }, 'Redis cannot do the work of the queue'),
    })
    closers.push(() => queue.close(closeWithinMs))

    if (roles.worker) {
      const worker = startWorker({
        auth0,
        pacer,
        queue,
        clients,
        accept,
        changes,
        clock: createClock(postgres.db),
        leases: countSettled(createLeases(keyed.db, keysOf, tellSettled), metrics.count),
        tenants: createTenants(postgres.db),
        scans: createScans(postgres.db),
        idempotency: createIdempotency(postgres.db),
        operations: createOperations(postgres.db),
        expireSessions: expireSessionsOf(configuration, postgres.db),
        keepMs: configuration.audit.keepMs,
        applyChecks: createApplyChecks(postgres.db, terraform),
        events,
        audit: createAudit(postgres.db),
        configurations: new Map([...byId].filter(([id]) => roles.tenants?.includes(id) ?? true)),
        keysOf,
        callMs,
        applyWaitMs: terraform.applyWaitMs,
        concurrency: configuration.worker.concurrency,
        onStuck,
        log,
      })
      closers.push(worker.close)
    }
    if (!roles.api) return { url: null, close }

    const reading = connect(database.url, onError('database connection lost'), listConnections)
    closers.push(reading.close)
    const lists = createClientLists(reading.db)
    await rebuildAll(lists, configuration, log)
    const notifications = await telling.listen(database.url, onError('notifications'))
    closers.push(notifications.close)
    const rate = { perSecond: limits.requestsPerSecond, burst: limits.burst }
    const rates = createRates(rate, rememberedCallers, () => performance.now())
    const callers = createCallerStore(postgres.db)
    const configuredUses = createConfiguredUses(postgres.db)
    const ofConfiguration = configuredCallers(configuration)
    for (const shadowed of await shadowedBy(ofConfiguration, callers))
      log.error(
        shadowed,
        'the database and the configuration both have a caller of this name: the one in the configuration is used',
      )
    const attempts = createAttempts(() => performance.now(), {
      ofAddress: limits.failedSignInsOfAddress,
      ofName: limits.failedSignInsOfName,
    })
    const readToken = createTokenReader(http, configuration.issuers)
    const authenticate = createAuthenticator(http, configuration, {
      readToken,
      registered: callers,
      configuredUses,
      attempts,
      onError: (error) => log.warn({ err: error }, 'the last use of a secret could not be recorded'),
    })
    const audit = createAudit(postgres.db)
    // Stored after the last answer is out, and before the database is let go.
    const strangers = createStrangers(audit, log)
    closers.push(strangers.close)
    const header = configuration.applicationTokens.header.toLowerCase()
    const api = await startApi(
      {
        authenticate: (headers, address, tenantId) =>
          authenticate({
            authorization: headers.authorization,
            applicationToken: [headers[header]].flat()[0],
            address,
            tenantId,
          }),
        rate: (caller, tenantId) => rates.take(rateKeyOf(configuration.issuers, caller, tenantId)),
        tenants: byId,
        clients,
        accept,
        lists,
        changes,
        changedClients: createChangedClients(keyed.db),
        idempotency: createIdempotency(postgres.db),
        operations: createOperations(postgres.db),
        health: createTenants(postgres.db),
        standings: createStandings(postgres.db, callMs),
        states: createStates(postgres.db, { ...terraform, sealing: createSealing(terraform.stateKeys) }),
        stateLocks: createStateLocks(postgres.db, terraform),
        stateIndex: createStateIndex(postgres.db, terraform),
        scans: createScans(postgres.db),
        heldClients: createHeldClients(postgres.db),
        audit,
        strangers,
        metrics,
        callers,
        configuredCallers: ofConfiguration,
        configuredUses,
        examine: createExamine(configuration, readToken),
        notifications,
        events,
        wakeUps,
        queue,
        auth0: pacedReads(pacer, auth0),
        ping: postgres.ping,
        console: consoleOf(configuration, http, postgres.db, attempts),
        log,
        settings: { ...defaultSettings, ...apiSettings(configuration) },
      },
      configuration.server,
    )
    closers.push(api.close)
    return { url: api.url, close }
  } catch (error) {
    await close()
    throw error
  }
}
