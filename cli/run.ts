import { startApi } from '../api/main.ts'
import { defaultSettings } from '../api/dependencies.ts'
import { createAuth0 } from '../adapters/auth0/auth0.ts'
import { configuredCallers, shadowedBy } from '../adapters/config/configured-callers.ts'
import type { Configuration } from '../adapters/config/configuration.ts'
import { createAuthenticator } from '../adapters/credentials/authenticate.ts'
import type { Log } from '../adapters/log/log.ts'
import { createSealing } from '../adapters/sealing/sealing.ts'
import { createApplyChecks } from '../adapters/postgres/apply-checks.ts'
import { createStateIndex } from '../adapters/postgres/state-index.ts'
import { createStateLocks } from '../adapters/postgres/state-locks.ts'
import { createStates } from '../adapters/postgres/states.ts'
import { createBudgets } from '../adapters/postgres/budgets.ts'
import { createRegisters } from '../adapters/postgres/callers.ts'
import { createChanges } from '../adapters/postgres/changes.ts'
import { createClients } from '../adapters/postgres/clients.ts'
import { connect } from '../adapters/postgres/connect.ts'
import { startEmbedded } from '../adapters/postgres/embedded.ts'
import { createIdempotency } from '../adapters/postgres/idempotency.ts'
import { createOperations } from '../adapters/postgres/operations.ts'
import { createLeases } from '../adapters/postgres/leases.ts'
import { migrate } from '../adapters/postgres/migrate.ts'
import { listen } from '../adapters/postgres/notifications.ts'
import { createPacer } from '../adapters/postgres/pacer.ts'
import type { Pacer } from '../adapters/postgres/pacer.ts'
import { createScans } from '../adapters/postgres/scans.ts'
import { createTenants } from '../adapters/postgres/tenants.ts'
import { createQueue, migrateQueue } from '../adapters/queue/queue.ts'
import manifest from '../package.json' with { type: 'json' }
import type { Reply } from '../domain/verdict.ts'
import type { ClientKey } from '../domain/vocabulary.ts'
import { startWorker } from '../worker/main.ts'

/** What a process of Nexus does. */
export interface Roles {
  readonly api: boolean
  readonly worker: boolean
}

export interface Running {
  /** Where the API listens; null in a process without it. */
  readonly url: string | null
  /** Answers what was taken, ends what is under way, and lets go of everything. */
  readonly close: () => Promise<void>
}

/** How long a closing process waits for the calls that it has under way. */
const closeWithinMs = 15_000

/** The database of the configuration: the one at its URL, or the embedded one, started or joined. */
export const openDatabase = async (
  { database }: Pick<Configuration, 'database'>,
  say: (note: string) => void,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  if ('url' in database) return { url: database.url, close: () => Promise.resolve() }
  const embedded = await startEmbedded(database.embedded)
  embedded.notes.forEach(say)
  return { url: embedded.url, close: embedded.stop }
}

/**
 * Brings every schema to its newest version: Nexus' own, and the queue's where it is kept in PostgreSQL.
 *
 * @returns the migrations that were applied now
 */
export const migrateAll = async (url: string, configuration: Configuration, log: Log): Promise<string[]> => {
  const postgres = connect(url, (error) => log.error({ err: error }, 'database connection lost'), { size: 1 })
  try {
    const applied = await migrate(postgres.db)
    await createTenants(postgres.db).ensure(configuration.tenants.map(({ id }) => id))
    if (configuration.redis === null) await migrateQueue(url)
    return applied
  } finally {
    await postgres.close()
  }
}

/** A reading of one client that waits its turn in the tenant's budget. */
const paced =
  <Body>(pacer: Pacer, read: (key: ClientKey) => Promise<Reply<Body>>) =>
  async (key: ClientKey): Promise<Reply<Body>> => {
    await pacer.slot(key.tenantId, 'read-clients')
    const reply = await read(key)
    await pacer.report(key.tenantId, 'read-clients', reply)
    return reply
  }

/**
 * Builds a process from its configuration and starts it: here, and nowhere else, everything is put together.
 *
 * @param onStuck what a worker does that no longer gets jobs: in a process of its own, it ends
 * @throws with a remedy when something that it needs is not there; what was started is closed again
 */
export const run = async (
  configuration: Configuration,
  roles: Roles,
  log: Log,
  onStuck: () => void = () => undefined,
): Promise<Running> => {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  const onError = (what: string) => (error: Error) => log.error({ err: error }, what)
  try {
    const database = await openDatabase(configuration, (note) => log.info(note))
    closers.push(database.close)
    await migrateAll(database.url, configuration, log)

    const postgres = connect(database.url, onError('database connection lost'))
    closers.push(postgres.close)
    // A slot that a crash of the database forgets costs nothing but a 429, so it need not wait for the disk.
    const quick = connect(database.url, onError('database connection lost'), { size: 4, synchronousCommit: false })
    closers.push(quick.close)

    const { tenants } = configuration
    const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]))
    const callMs = configuration.worker.httpTimeoutMs
    const auth0 = createAuth0(
      tenants.map(({ id, baseUrl, tokenUrl, audience, credential }) => ({
        id,
        baseUrl,
        token: { tokenUrl, audience, ...credential },
      })),
      callMs,
    )
    const pacer = createPacer(createBudgets(quick.db), new Map(tenants.map(({ id, plan }) => [id, plan])))
    const clients = createClients(postgres.db)
    const changes = createChanges(postgres.db)
    const { terraform } = configuration
    const queue = await createQueue({
      postgresUrl: database.url,
      redis: configuration.redis,
      tenants: tenants.map(({ id }) => id),
      onError: onError('queue'),
    })
    closers.push(() => queue.close(closeWithinMs))

    if (roles.worker) {
      const worker = startWorker({
        auth0,
        pacer,
        queue,
        clients,
        changes,
        leases: createLeases(postgres.db),
        tenants: createTenants(postgres.db),
        scans: createScans(postgres.db),
        idempotency: createIdempotency(postgres.db),
        operations: createOperations(postgres.db),
        applyChecks: createApplyChecks(postgres.db, terraform),
        configurations: byId,
        callMs,
        concurrency: configuration.worker.concurrency,
        onStuck,
        log,
      })
      closers.push(worker.close)
    }
    if (!roles.api) return { url: null, close }

    const notifications = await listen(database.url, onError('notifications'))
    closers.push(notifications.close)
    const registers = createRegisters(postgres.db)
    const ofConfiguration = configuredCallers(configuration)
    for (const shadowed of await shadowedBy(ofConfiguration, registers))
      log.error(shadowed, 'the database has a caller of a name that the configuration has too: the latter counts')
    const authenticate = createAuthenticator(configuration, {
      registered: registers,
      onError: (error) => log.warn({ err: error }, 'the last use of a secret could not be noted'),
    })
    const header = configuration.applicationTokens.header.toLowerCase()
    const api = await startApi(
      {
        authenticate: (headers) =>
          authenticate({ authorization: headers.authorization, applicationToken: [headers[header]].flat()[0] }),
        tenants: byId,
        clients,
        changes,
        idempotency: createIdempotency(postgres.db),
        operations: createOperations(postgres.db),
        health: createTenants(postgres.db),
        states: createStates(postgres.db, { ...terraform, sealing: createSealing(terraform.stateKeys) }),
        stateLocks: createStateLocks(postgres.db, terraform),
        stateIndex: createStateIndex(postgres.db, terraform),
        registers,
        configuredCallers: ofConfiguration,
        notifications,
        queue,
        auth0: { get: paced(pacer, auth0.get), readSecret: paced(pacer, auth0.readSecret) },
        ping: postgres.ping,
        log,
        settings: {
          ...defaultSettings,
          bodyLimitBytes: configuration.server.bodyLimitBytes,
          maximumStateBytes: terraform.maximumStateBytes,
          publicUrl: configuration.server.publicUrl,
          version: manifest.version,
          applicationTokenHeader: configuration.applicationTokens.header,
        },
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
