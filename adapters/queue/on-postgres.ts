import {
  assertSchemaCompatibility,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  LATEST_SCHEMA_VERSION,
  runMigrations,
  SchemaMigrationRequiredError,
  withBackend,
} from 'bullmq'
import type { PgPool } from 'bullmq'
import type pg from 'pg'
import { createConnector } from '../postgres/servers/connector.ts'
import type { Kind, QueueSettings } from './kind.ts'
import { events, jobOptions, maximumTenantsOnPostgres, workerOptions } from './settings.ts'

/** The queue in PostgreSQL. @throws where there are more tenants than it serves, with the remedy */
export const onPostgres = ({
  postgresUrl,
  tenants,
  onError,
}: Pick<QueueSettings, 'postgresUrl' | 'tenants' | 'onError'>): Kind => {
  if (tenants.length > maximumTenantsOnPostgres)
    throw new Error(
      `The queue on PostgreSQL serves at most ${maximumTenantsOnPostgres} tenants, and ${tenants.length} are configured. ` +
        'Set redis.url (or redis.sentinel, or redis.cluster) to keep the queue on Redis.',
    )
  const pool = queuePool(postgresUrl, tenants.length + 10, onError)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a pool of pg, which BullMQ describes more narrowly
  const connection = pool as unknown as PgPool
  const classes = withBackend(createPostgresBackend)
  return {
    queue: (name) => new classes.Queue(name, { connection, streams: { events }, defaultJobOptions: jobOptions }),
    worker: (name, process, concurrency) =>
      new classes.Worker(name, process, { connection, concurrency, ...workerOptions }),
    problem: () => null,
    recovered: () => false,
    patienceMs: 0,
    end: () => pool.end(),
  }
}

const queuePool = (url: string, max: number, onError: (error: Error) => void): pg.Pool =>
  createConnector(url).pool(
    {
      max,
      application_name: 'nexus-queue',
      // A server that has vanished without a word never answers; no statement of the queue takes so long.
      query_timeout: 30_000,
      // Losing the last jobs in a crash loses nothing, so a job need not wait for the disk, nor for a standby.
      options: `-c search_path=${DEFAULT_SCHEMA} -c synchronous_commit=off`,
    },
    onError,
  )

/** Whether `migrateQueue` would change anything. It is only read for it. */
export const isQueueOutdated = async (postgresUrl: string): Promise<boolean> => {
  const client = await createConnector(postgresUrl).open({ application_name: 'nexus-queue' }, () => undefined)
  try {
    return (await schemaVersion(client)) < LATEST_SCHEMA_VERSION
  } finally {
    await client.end()
  }
}

/** Creates or renews BullMQ's tables in PostgreSQL; nothing to do on Redis. */
export const migrateQueue = async (postgresUrl: string): Promise<void> => {
  // One connection, not a pool: the migrations are one transaction.
  const client = await createConnector(postgresUrl).open({ application_name: 'nexus-queue' }, () => undefined)
  try {
    // Where there is nothing to do, a role that may only work with the tables is enough.
    if ((await schemaVersion(client)) < LATEST_SCHEMA_VERSION) await runMigrations(client, DEFAULT_SCHEMA)
  } finally {
    await client.end()
  }
}

const schemaVersion = async (client: pg.Client): Promise<number> => {
  try {
    return await assertSchemaCompatibility(client, DEFAULT_SCHEMA)
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 0
    throw error
  }
}
