import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { grantTo, roleOf } from '../../adapters/postgres/database/grants.ts'
import { migrate } from '../../adapters/postgres/database/migrate.ts'
import { bringUpToDate, settleRights } from '../../adapters/postgres/database/prepare.ts'
import { SchemaBusy, SchemaTooNew } from '../../adapters/postgres/database/schema-outdated.ts'
import { createDatabase, createRole, servers } from '../support/stack.ts'

const open = async () => {
  if (servers === null) throw new Error('There are no servers for this run.')
  const database = await createDatabase(servers)
  onTestFinished(database.drop)
  const postgres = connect(database.url, () => undefined, { size: 2 })
  onTestFinished(postgres.close)
  const session = async () => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }
  return { ...postgres, url: database.url, session }
}

/** As a newer version leaves it, which has a migration more. */
const aNewerVersion = `
  insert into nexus_migrations values ('0099-of-tomorrow', '2030-01-01T00:00:00.000Z');
  alter table nexus.audit add column tomorrow text`

describe.skipIf(servers === null)('a database that a newer version has extended', () => {
  test('is left as it is, and its rights too', async () => {
    const { db, pool, url } = await open()
    const role = await createRole(url)
    onTestFinished(role.drop)
    const running = connect(role.url, () => undefined, { size: 1 })
    onTestFinished(running.close)
    await bringUpToDate(db)
    const { name } = await roleOf(running.db)
    await grantTo(db, name)
    await pool.query(aNewerVersion)
    // What the newer version grants, and this one does not know.
    await pool.query(`grant insert (tomorrow) on nexus.audit to ${name}`)
    expect(await bringUpToDate(db)).toEqual([])
    expect(await settleRights(db, running.db, 86_400_000)).toBe(true)
    expect(await bringUpToDate(running.db)).toEqual([])
    const { rows } = await running.pool.query(
      `select has_column_privilege('nexus.audit', 'tomorrow', 'insert') as granted`,
    )
    expect(rows).toEqual([{ granted: true }])
  })

  test('is refused where that has taken away what this version needs', async () => {
    const { db, pool } = await open()
    await bringUpToDate(db)
    await pool.query(`${aNewerVersion}; insert into nexus.schema_needs values ('0099-of-tomorrow')`)
    await expect(bringUpToDate(db)).rejects.toThrow(SchemaTooNew)
    await expect(bringUpToDate(db)).rejects.toThrow(/too new for this version: since 0099-of-tomorrow/)
  })

  test('is not taken for one that is too new because of what this version knows', async () => {
    const { db, pool } = await open()
    await bringUpToDate(db)
    await pool.query(`insert into nexus.schema_needs values ('0020-lag-by-waking')`)
    expect(await bringUpToDate(db)).toEqual([])
  })
})

const quick = { lockMs: 200, pausesMs: [100, 100, 100, 100] }
/** A database that lacks these migrations. */
const before = async (names: string, undo: string) => {
  const world = await open()
  await migrate(world.db)
  await world.pool.query(`delete from nexus_migrations where name = any('{${names}}'); ${undo}`)
  return world
}

describe.skipIf(servers === null)('a migration of a busy database', () => {
  const toAlter = 'alter table nexus.changes drop column before'

  test('waits for a lock for moments, so that nobody waits behind it, and is tried again', async () => {
    const { db, session } = await before('0018-values-before', toAlter)
    const [holder, other] = [await session(), await session()]
    await holder.query('begin; select * from nexus.changes')
    const migrating = migrate(db, quick)
    await sleep(100)
    const asked = performance.now()
    await other.query('select * from nexus.changes')
    expect(performance.now() - asked).toBeLessThan(1000)
    await holder.query('commit')
    expect(await migrating).toEqual(['0018-values-before'])
  })

  test('is given up where that lasts, with nothing of it kept', async () => {
    const { db, pool, session } = await before('0018-values-before', toAlter)
    const holder = await session()
    await holder.query('begin; select * from nexus.changes')
    await expect(migrate(db, quick)).rejects.toThrow(SchemaBusy)
    expect((await pool.query(`select name from nexus_migrations where name = '0018-values-before'`)).rows).toEqual([])
    await holder.query('commit')
    expect(await migrate(db, quick)).toEqual(['0018-values-before'])
  })

  test('waits for no table with the lock of another: who reads both, in whatever order, is served', async () => {
    const { db, pool, session } = await before(
      '0022-restored, 0024-traces',
      `alter table nexus.tenants drop column restored_at; drop table nexus.database_identity;
       alter table nexus.changes drop column traceparent`,
    )
    const reader = await session()
    await reader.query('begin; select * from nexus.changes')
    const migrating = migrate(db, { ...quick, lockMs: 5000 })
    const waits = `select from pg_locks join pg_database on database = pg_database.oid
      where not granted and datname = current_database() and relation = 'nexus.changes'::regclass`
    await expect.poll(async () => (await pool.query(waits)).rowCount, { timeout: 5000 }).toBe(1)
    // For longer than PostgreSQL waits before it looks for a deadlock, the migration does.
    await sleep(1200)
    expect((await reader.query('select * from nexus.tenants')).rows).toEqual([])
    await reader.query('commit')
    expect(await migrating).toEqual(['0022-restored', '0024-traces'])
  })

  test('makes an index while others write', async () => {
    const { db, pool, session } = await before('0020-lag-by-waking', 'drop index nexus.clients_lag_by_waking')
    const writer = await session()
    await writer.query(`begin; insert into nexus.tenants (tenant_id) values ('acme');
      insert into nexus.clients (tenant_id, client_id, observed, observed_at) values ('acme', 'a', '{}', now())`)
    const migrating = migrate(db, { ...quick, lockMs: 20_000 })
    await sleep(300)
    // It waits for the one who began before; who comes now does not wait for it.
    const asked = performance.now()
    await pool.query(
      `insert into nexus.clients (tenant_id, client_id, observed, observed_at) values ('acme', 'b', '{}', now())`,
    )
    expect(performance.now() - asked).toBeLessThan(5000)
    await writer.query('commit')
    expect(await migrating).toEqual(['0020-lag-by-waking'])
  })

  test('makes an index anew that an attempt left half made', async () => {
    const { db, pool } = await before('0020-lag-by-waking', '')
    const validity = `select indisvalid as valid from pg_index where indexrelid = 'nexus.clients_lag_by_waking'::regclass`
    await pool.query(
      `update pg_index set indisvalid = false where indexrelid = 'nexus.clients_lag_by_waking'::regclass`,
    )
    expect((await pool.query(validity)).rows).toEqual([{ valid: false }])
    await migrate(db, quick)
    expect((await pool.query(validity)).rows).toEqual([{ valid: true }])
  })
})
