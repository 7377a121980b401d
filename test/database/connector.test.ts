import pg from 'pg'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { problemOf } from '../../api/http/problem-of.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { listen, settledChannel } from '../../adapters/postgres/database/notifications.ts'
import { replicationOf } from '../../adapters/postgres/database/replication.ts'
import { createConnector } from '../../adapters/postgres/servers/connector.ts'
import { reach } from '../../adapters/postgres/servers/reach.ts'
import { isUnavailable } from '../../adapters/postgres/servers/sqlstate.ts'
import { judgeReplication } from '../../domain/installation/replication.ts'
import { runSql, startPostgresPair } from '../support/postgres/pair.ts'
import type { PostgresPair } from '../support/postgres/pair.ts'
import { isThere } from '../support/postgres/programs.ts'
import { findPostgresProgram } from '../support/postgres/server.ts'
import { startTcpSwitch } from '../support/tcp-switch.ts'

const nothing = (): void => undefined
const here = isThere(await findPostgresProgram('initdb'), 'postgresql')

const poolOf = (url: string, size = 1): pg.Pool => {
  const pool = createConnector(url).pool({ max: size }, nothing)
  onTestFinished(() => pool.end())
  return pool
}
const portOf = (place: string): number => Number(place.split(':')[1])

const portAnswering = async (client: Pick<pg.Pool, 'query'>): Promise<unknown> =>
  (await client.query<{ port: unknown }>('select inet_server_port() as port')).rows[0]?.port

/** What was heard, and what went wrong. */
const listening = async (url: string) => {
  const heard: string[] = []
  const errors: string[] = []
  const notifications = await listen(
    url,
    ({ message }) => errors.push(message),
    (payload) => heard.push(payload),
    300,
  )
  onTestFinished(notifications.close)
  return { heard, errors }
}

describe.skipIf(!here)('the way to the server that takes writes', { timeout: 60_000 }, () => {
  let pair: PostgresPair
  let places: Readonly<Record<'primary' | 'standby' | 'nobody', string>>
  beforeAll(async () => {
    const started = await startPostgresPair()
    if (started === undefined) throw new Error('There is no PostgreSQL.')
    pair = started
    places = { primary: new URL(pair.primaryUrl).host, standby: new URL(pair.standbyUrl).host, nobody: '127.0.0.1:9' }
  })
  afterAll(() => pair.close())

  const urlOf = (servers: readonly (keyof typeof places)[], user = 'test:test'): string =>
    `postgres://${user}@${servers.map((name) => places[name]).join(',')}/postgres`
  test.each([
    { reason: 'the only one', servers: ['primary'] },
    { reason: 'the first', servers: ['primary', 'standby'] },
    { reason: 'behind a standby', servers: ['standby', 'primary'] },
    { reason: 'behind nobody', servers: ['nobody', 'primary'] },
    { reason: 'behind both', servers: ['nobody', 'standby', 'primary'] },
  ] as const)('$reason: a connection and a pool lead there', async ({ servers }) => {
    const url = urlOf(servers)
    const client = await createConnector(url).open({}, nothing)
    onTestFinished(() => client.end())
    expect(await portAnswering(client)).toBe(portOf(places.primary))
    expect(await portAnswering(poolOf(url))).toBe(portOf(places.primary))
    await expect(reach(url, 'database.url')).resolves.toBeUndefined()
  })

  test.each([
    { reason: 'one standby', servers: ['standby'], says: /cannot be used: it is a standby, which takes no writes\./ },
    {
      reason: 'a standby and nobody',
      servers: ['standby', 'nobody'],
      says: /127\.0\.0\.1:\d+: it is a standby, .* 127\.0\.0\.1:9: nothing listens on 127\.0\.0\.1:9\./,
    },
  ] as const)('$reason: is refused, as something that may pass', async ({ servers, says }) => {
    const url = urlOf(servers)
    const refused = await reach(url, 'database.url').catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringMatching(says) as unknown, passing: true })
    expect(String(refused)).not.toContain('test:test')
    const error = await portAnswering(poolOf(url)).catch((one: unknown) => one)
    expect(isUnavailable(error)).toBe(true)
  })

  test('a password that is wrong is wrong everywhere: nobody else is asked', async () => {
    const wrong = createConnector(urlOf(['primary', 'standby'], 'test:wrong'))
    await expect(wrong.open({}, nothing)).rejects.toMatchObject({ code: '28P01' })
  })

  test('a server that lets nobody write by default is refused', async () => {
    await runSql(
      pair.primaryUrl,
      `create role reader login password 'reader'; alter role reader set default_transaction_read_only = on`,
    )
    await expect(reach(urlOf(['primary'], 'reader:reader'), 'database.url')).rejects.toThrow(
      /takes no writes by default/,
    )
  })

  test.each([
    { reason: 'an error of a statement', statement: 'select 1 / 0', kept: true },
    { reason: 'a refusal to write', statement: 'begin read only; create table refused ()', kept: false },
    {
      reason: 'a server that says it takes no writes',
      statement: 'set default_transaction_read_only = on',
      kept: false,
    },
  ])('after $reason a connection is kept: $kept', async ({ statement, kept }) => {
    const pool = poolOf(urlOf(['primary', 'standby']))
    const backend = async (): Promise<unknown> =>
      (await pool.query<{ pid: unknown }>('select pg_backend_pid() as pid')).rows[0]?.pid
    const before = await backend()
    const client = await pool.connect()
    await client.query(statement).catch(nothing)
    await client.query('rollback')
    client.release()
    expect((await backend()) === before).toBe(kept)
  })

  test('a server that does not answer is given up, with its connection', async () => {
    const way = await startTcpSwitch(portOf(places.primary))
    onTestFinished(way.close)
    const url = `postgres://test:test@127.0.0.1:${way.port}/postgres`
    const { ping, close } = connect(url, nothing, { size: 1, answersWithinMs: 2000 })
    onTestFinished(close)
    await ping()
    way.hush(true)
    const error: unknown = await ping().catch((one: unknown) => one)
    expect(isUnavailable(error)).toBe(true)
    way.hush(false)
    await expect(ping()).resolves.toBeUndefined()
  })

  test.each([
    { reason: 'who may see them', user: 'test:test', waitedFor: 1 },
    { reason: 'who may not', user: 'blind:blind', waitedFor: null },
  ])('what is said of the standbys to $reason', async ({ user, waitedFor }) => {
    await runSql(pair.primaryUrl, `drop role if exists blind; create role blind login password 'blind'`)
    const { db, close } = connect(urlOf(['standby', 'primary'], user), nothing, { size: 1 })
    onTestFinished(close)
    const facts = await replicationOf(db)
    expect(facts).toEqual({ standbys: 1, waitedFor, names: 'ANY 1 (standby1)', commit: 'on' })
    expect(judgeReplication(facts).level).toBe('ok')
  })

  /** Whether somebody who listens hears what is told now. */
  const isHeard = async ({ heard }: { readonly heard: readonly string[] }): Promise<boolean> => {
    const before = heard.length
    await runSql(
      pair.primaryUrl,
      `set default_transaction_read_only = off; select pg_notify('${settledChannel}', 'here')`,
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    return heard.slice(before).includes('here')
  }

  test('a statement that takes too long is no fault of the server: 503', async () => {
    const { db, close } = connect(pair.primaryUrl, nothing, { size: 1, settings: { statement_timeout: '200' } })
    onTestFinished(close)
    const error: unknown = await sql`select pg_sleep(2)`.execute(db).catch((one: unknown) => one)
    expect(problemOf(error).status).toBe(503)
  })

  describe('who listens', () => {
    test('leaves a server that takes no writes any more, and comes back once it does', async () => {
      const listener = await listening(urlOf(['standby', 'primary']))
      await expect.poll(() => isHeard(listener)).toBe(true)
      await runSql(pair.primaryUrl, 'alter system set default_transaction_read_only = on; select pg_reload_conf()')
      await expect.poll(() => listener.errors.join()).toContain('takes no writes')
      await expect.poll(() => isHeard(listener)).toBe(false)
      await runSql(
        pair.primaryUrl,
        'set default_transaction_read_only = off; alter system reset default_transaction_read_only; select pg_reload_conf()',
      )
      await expect.poll(() => isHeard(listener), { timeout: 15_000 }).toBe(true)
    })

    test('leaves a server that does not answer', async () => {
      const way = await startTcpSwitch(portOf(places.primary))
      onTestFinished(way.close)
      const listener = await listening(`postgres://test:test@127.0.0.1:${way.port}/postgres`)
      way.hush(true)
      await expect.poll(() => listener.errors.join()).toContain('does not answer')
      way.hush(false)
      await expect.poll(() => isHeard(listener), { timeout: 15_000 }).toBe(true)
    })
  })

  // The last one: afterwards there is no primary any more that was one before.
  test('once the primary is dead and the standby promoted, the same pool and listener lead there', async () => {
    const pool = poolOf(pair.url, 3)
    const heard: string[] = []
    const notifications = await listen(pair.url, nothing, (payload) => heard.push(payload), 300)
    onTestFinished(notifications.close)
    await Promise.all([1, 2, 3].map(() => pool.query('select pg_sleep(0.1)')))
    await pair.killPrimary()
    const error: unknown = await pool.query('select 1').catch((one: unknown) => one)
    expect(isUnavailable(error)).toBe(true)
    await pair.promote()
    await expect.poll(() => portAnswering(pool).catch(String), { timeout: 15_000 }).toBe(portOf(places.standby))
    await pool.query('create table written ()')
    await expect
      .poll(
        async () => {
          await pool.query('select pg_notify($1, $2)', [settledChannel, 'promoted'])
          return heard
        },
        { timeout: 15_000 },
      )
      .toContain('promoted')
  })
})
