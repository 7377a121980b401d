import { createHash } from 'node:crypto'
import { Kysely, PostgresDialect, sql } from 'kysely'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { Database } from './schema.ts'

const int8: number = pg.types.builtins.INT8

/** Generations and counts are far below 2^53; as text they would only be parsed again everywhere. */
const int8AsNumber: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format),
}

/** A pool of connections and Kysely over it. */
export interface Postgres {
  readonly db: Kysely<Database>
  readonly pool: pg.Pool
  /** Resolves when the database answers. @throws the database's error */
  readonly ping: () => Promise<void>
  /** Closes every connection, after what is running on it. */
  readonly close: () => Promise<void>
}

/**
 * Statements that are prepared on a connection at the most. A server keeps each, with its plan (some 50 KB), for as long as
 * the connection lives; those of the program are about 150.
 */
export const maximumPrepared = 250

/**
 * For connections whose every statement finds its rows by their keys, a few at a time: how many they are is in a parameter, where
 * the planner cannot see it, and what it takes them for makes it read whole tables. One plan is made for each statement.
 */
export const byKeys = {
  size: 10,
  settings: {
    plan_cache_mode: 'force_generic_plan',
    enable_seqscan: 'off',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
    // An order of few rows costs nothing either way; of a backlog they are those that come first in an index.
    enable_sort: 'off',
  },
}

/**
 * @param url `postgres://user:password@host:port/database`
 * @param settings of PostgreSQL, for these connections
 * @param prepares whether statements are prepared once per connection. Not where their texts follow from what is asked for
 * @param onError called when an idle connection is lost; the pool makes new ones by itself
 */
export const connect = (
  url: string,
  onError: (error: Error) => void,
  {
    size = 20,
    settings = {},
    prepares = true,
  }: {
    readonly size?: number
    readonly settings?: Readonly<Record<string, string>>
    readonly prepares?: boolean
  } = {},
): Postgres => {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    types: int8AsNumber,
    application_name: 'nexus',
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    options: Object.entries({ ...always, ...settings })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  })
  pool.on('error', onError)
  // Lost while somebody has it, a connection says so itself; unheard, that would end the process.
  pool.on('connect', (client) => {
    client.on('error', onError)
  })
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: prepared(pool, prepares ? maximumPrepared : 0) }),
  })
  return {
    db,
    pool,
    ping: async () => {
      await sql`select 1`.execute(db)
    },
    close: () => db.destroy(),
  }
}

const always = {
  // No statement here takes so long that compiling it would pay, whatever the planner believes.
  jit: 'off',
  // A machine that is lost in the middle of a transaction would hold its locks for hours, until the server misses it; and
  // what others write would be told to nobody meanwhile (`createHorizon`).
  idle_in_transaction_session_timeout: '60000',
}

/**
 * The same pool, whose statements are prepared once per connection: parsing and planning them takes longer than running
 * them. Their texts are few, as values are always parameters; those beyond `maximum` have no name, and the server forgets
 * each with the next.
 */
const prepared = (pool: pg.Pool, maximum: number): PostgresPool => {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known !== undefined || names.size >= maximum) return known
    const name = `nexus_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
    names.set(text, name)
    return name
  }
  return {
    options: pool.options,
    connect: async () => {
      const client = await pool.connect()
      const query = (text: string, values: readonly unknown[]) => {
        const name = values.length === 0 ? undefined : nameOf(text)
        return client.query({ text, values: [...values], ...(name !== undefined && { name }) })
      }
      return {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely lists the commands that pg calls a string
        query: query as unknown as PostgresPoolClient['query'],
        release: (destroy) => client.release(destroy),
      }
    },
    end: () => pool.end(),
  }
}
