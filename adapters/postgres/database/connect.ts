import { createHash } from 'node:crypto'
import { Kysely, PostgresDialect, sql } from 'kysely'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { createConnector } from '../servers/connector.ts'
import { perTransaction } from '../servers/per-transaction.ts'
import { isUnanswered } from '../servers/sqlstate.ts'
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

/** What a pool is for. */
export interface PoolOptions {
  readonly size?: number
  /** Of PostgreSQL, for these connections. */
  readonly settings?: Readonly<Record<string, string>>
  /** Whether statements are prepared once per connection. Not where their texts follow from what is asked for. */
  readonly prepares?: boolean
  /** Whether a pooler stands before the database that gives each transaction a session: then nothing holds for longer. */
  readonly pooled?: boolean
  /** How long an answer may take before its connection is given up. */
  readonly answersWithinMs?: number
}

/**
 * @param url `postgres://user:password@host:port/database`, or with several hosts (`createConnector`)
 * @param onError called when a connection is lost; the pool makes new ones by itself
 */
export const connect = (
  url: string,
  onError: (error: Error) => void,
  { size = 20, settings = {}, prepares = true, pooled = false, answersWithinMs = unansweredMs }: PoolOptions = {},
): Postgres => {
  const all = { ...always, ...settings }
  const pool = createConnector(url).pool(
    {
      max: size,
      types: int8AsNumber,
      application_name: 'nexus',
      query_timeout: answersWithinMs,
      ...(pooled ? { pipeline: true } : { options: asOptions(all) }),
    },
    onError,
  )
  const run = pooled ? perTransaction(all) : runPrepared(prepares ? maximumPrepared : 0)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: over(pool, run) }) })
  return {
    db,
    pool,
    ping: async () => {
      await sql`select 1`.execute(db)
    },
    close: () => db.destroy(),
  }
}

const statementMs = 30_000

/** A server that has vanished without a word never answers; one that is there has ended the statement long before. */
const unansweredMs = statementMs + 10_000

const always = {
  statement_timeout: String(statementMs),
  // No statement here takes so long that compiling it would pay, whatever the planner believes.
  jit: 'off',
  // A machine that is lost in the middle of a transaction would hold its locks for hours, until the server misses it; and
  // what others write would be told to nobody meanwhile (`createHorizon`).
  idle_in_transaction_session_timeout: '60000',
}

const asOptions = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')

type Run = (
  client: pg.PoolClient,
  statement: { readonly text: string; readonly values: unknown[] },
) => Promise<pg.QueryResult>

/**
 * Prepares statements once per connection: parsing and planning them takes longer than running them. Their texts are few, as
 * values are always parameters; those beyond `maximum` have no name, and the server forgets each with the next.
 */
const runPrepared = (maximum: number): Run => {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known !== undefined || names.size >= maximum) return known
    const name = `nexus_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
    names.set(text, name)
    return name
  }
  return (client, { text, values }) => {
    const name = values.length === 0 ? undefined : nameOf(text)
    return client.query({ text, values, ...(name !== undefined && { name }) })
  }
}

/** The same pool, whose statements are run so. */
const over = (pool: pg.Pool, run: Run): PostgresPool => ({
  options: pool.options,
  connect: async () => {
    const client = await pool.connect()
    let unanswered = false
    const query = async (text: string, values: readonly unknown[]) => {
      try {
        return await run(client, { text, values: [...values] })
      } catch (error) {
        unanswered ||= isUnanswered(error)
        throw error
      }
    }
    return {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely lists the commands that pg calls a string
      query: query as unknown as PostgresPoolClient['query'],
      release: (destroy) => client.release(destroy === true || unanswered),
    }
  },
  end: () => pool.end(),
})
