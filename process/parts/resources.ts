import type { Configuration } from '../../adapters/config/configuration.ts'
import type { Http } from '../../adapters/http/http.ts'
import type { Log } from '../../adapters/log/log.ts'
import { createMetrics } from '../../adapters/metrics/metrics.ts'
import type { Metrics } from '../../adapters/metrics/metrics.ts'
import { byKeys, connect } from '../../adapters/postgres/database/connect.ts'
import type { PoolOptions, Postgres } from '../../adapters/postgres/database/connect.ts'
import { tenantGauges } from '../../adapters/postgres/tenants/tenant-gauges.ts'
import type { Queue } from '../../adapters/queue/queue.ts'
import type { BeginsSpans } from '../../adapters/traces/traces.ts'
import { serveMetrics } from '../../api/probes/metrics.ts'
import type { Holdings } from './closing.ts'
import { countSessionsOf } from '../console.ts'
import { migrateAll, openDatabase } from '../database.ts'
import type { Ways } from '../database.ts'
import { openQueue, untilRedisIsFit } from '../queue.ts'
import { createTelling } from '../telling.ts'
import type { Telling } from '../telling.ts'

/** What a process has for as long as it lives, whatever its configuration becomes. */
export interface Resources {
  /** The ways to the database. */
  readonly database: Ways
  /** Opens further connections, which are let go of with everything else. */
  readonly open: (name: string, options: PoolOptions) => Postgres
  /** Connections for what is asked rarely; for what finds its rows by their keys; for what need not reach the disk. */
  readonly postgres: Postgres
  readonly keyed: Postgres
  readonly quick: Postgres
  readonly metrics: Metrics
  readonly telling: Telling
  readonly queue: Queue
  readonly http: Http
  /** Null where no traces are kept. */
  readonly traces: BeginsSpans | null
  readonly log: Log
  /** Told of errors that nobody waits for. */
  readonly onError: (what: string) => (error: Error) => void
}

interface Opening extends Pick<Resources, 'http' | 'traces' | 'log'> {
  readonly holdings: Holdings
  readonly onStuck: () => void
}

/**
 * Opens the database, brought up to date, and the queue.
 *
 * @param current the configuration at any time
 * @param holdings gets what is to be let go of, also where something later fails
 * @throws with a remedy when something is not there
 */
export const openResources = async (
  current: () => Configuration,
  { http, traces, log, holdings, onStuck }: Opening,
): Promise<Resources> => {
  const configuration = current()
  const onError = (what: string) => (error: Error) => log.error({ err: error }, what)
  // Beside the database's start: what cannot work is to be known soon.
  const fit = untilRedisIsFit(configuration, log)
  const database = await openDatabase(configuration, (note) => log.info(note), {
    onLost: (error) => log.error({ err: error }, 'the embedded PostgreSQL stopped; restarting it'),
    onBack: () => log.info('the embedded PostgreSQL is running again'),
    onGone: (error) => {
      log.fatal({ err: error }, 'the embedded PostgreSQL cannot be restarted: this process exits')
      onStuck()
    },
  })
  holdings.add('the database', database.close)
  await migrateAll(database, configuration, log)

  const open: Resources['open'] = (name, options) => {
    const { pooled } = database
    const postgres = connect(database.url, onError('database connection lost'), { ...options, pooled })
    holdings.add(name, postgres.close)
    return postgres
  }
  const postgres = open('connections to the database', { size: 10 })
  const keyed = open('connections for rows by their keys', byKeys)
  // A slot that a crash of the database forgets costs nothing but a 429, so it need not wait for the disk, nor for a standby.
  const quick = open('connections that need not flush', { size: 4, settings: { synchronous_commit: 'off' } })

  const tenantIds = configuration.tenants.map(({ id }) => id)
  let queue: Queue | undefined
  const metrics = createMetrics({
    tenants: () => tenantGauges(quick.db, tenantIds, current().terraform.applyWaitMs),
    sessions: () => countSessionsOf(current(), quick.db)(),
    queueIsWell: () => queue?.problem() === null,
  })
  const { metricsPort, host } = configuration.server
  if (metricsPort !== null) holdings.add('metrics', (await serveMetrics(metrics, { host, port: metricsPort })).close)
  const telling = createTelling(quick.db, log)
  holdings.add('telling', telling.close)
  await fit
  const opened = await openQueue(configuration, { databaseUrl: database.url, db: postgres.db, metrics, log })
  queue = opened
  // What is active there has been waited for.
  holdings.add('the queue', () => opened.close(0))
  return { database, open, postgres, keyed, quick, metrics, telling, queue, http, traces, log, onError }
}
