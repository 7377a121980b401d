import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClock } from '../../adapters/postgres/database/clock.ts'
import { createIdempotency } from '../../adapters/postgres/changes/idempotency.ts'
import { createScans } from '../../adapters/postgres/clients/scans.ts'
import { createTenants } from '../../adapters/postgres/tenants/tenants.ts'
import { storedTimes } from '../../domain/changes/clock.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { servers } from '../support/stack.ts'
import { author, due, known, openStore } from './support.ts'
import type { Store } from './support.ts'

const limits = { callMs: 10_000, applyWaitMs: 900_000, scanIntervalMs: 600_000 }
const waits = Object.entries(storedTimes).flatMap(([table, columns]) =>
  Object.entries(columns).flatMap(([column, time]) =>
    time.kind === 'wait' ? [{ table, column, furthestMs: time.ms(limits), remedy: time.remedy }] : [],
  ),
)

describe.skipIf(servers === null)('times in rows', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
    await createTenants(store.postgres.db).ensure(['acme', 'other'])
    await store.query(`insert into nexus.terraform_states (tenant_id, name, lock) values ('acme', 'main', '{}')`)
  })
  afterAll(() => store.close())

  test('each of the schema is in the table that says what becomes of it', async () => {
    const rows = await store.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'nexus' and data_type like 'timestamp%' order by 1`,
    )
    const named = Object.entries(storedTimes).flatMap(([table, columns]) =>
      Object.keys(columns).map((column) => `${table}.${column}`),
    )
    expect(rows.map(({ name }) => name)).toEqual(named.toSorted())
  })

  const set = async (table: string, column: string, ms: number | null): Promise<void> => {
    await store.query(
      `update nexus.${table} set ${column} = clock_timestamp() + $1::float8 * interval '1 millisecond' where tenant_id = 'acme'`,
      [ms],
    )
  }
  const aheadMs = async (table: string, column: string): Promise<number | null> => {
    const [row] = await store.query<{ ms: number | null }>(
      `select extract(epoch from ${column} - clock_timestamp())::float8 * 1000 as ms from nexus.${table} where tenant_id = 'acme' limit 1`,
    )
    return row?.ms ?? null
  }
  const day = 86_400_000

  describe.each(waits)('$table, $column', ({ table, column, furthestMs, remedy }) => {
    beforeAll(async () => {
      if (table === 'clients') await due(store)
    })
    test.each([3_600_000, day, 40 * 365 * day])('%d ms beyond what it can be: taken back', async (beyond) => {
      await set(table, column, furthestMs + beyond)
      const repaired = await createClock(store.postgres.db).takeBack(limits, ['acme'], true)
      expect(Object.keys(repaired)).toEqual([table])
      const ahead = await aheadMs(table, column)
      const expected = { now: 0, furthest: furthestMs, never: null, 'once-unlocked': furthestMs }[remedy]
      expect(ahead === null || expected === null ? ahead === expected : Math.abs(ahead - expected) < 5000).toBe(true)
    })
    test.each([
      { reason: 'what it can be', ms: furthestMs },
      { reason: 'the past', ms: -day },
    ])('$reason stays as it is', async ({ ms }) => {
      await set(table, column, ms)
      expect(await createClock(store.postgres.db).takeBack(limits, ['acme'], true)).toEqual({})
      expect(await aheadMs(table, column)).toBeGreaterThan(ms - 10_000)
    })
  })

  test('a check of a state that nobody has locked is due at once', async () => {
    await store.query(`update nexus.terraform_states set lock = null`)
    await set('terraform_states', 'check_at', day)
    await createClock(store.postgres.db).takeBack(limits, ['acme'], false)
    expect(await aheadMs('terraform_states', 'check_at')).toBeLessThanOrEqual(0)
  })

  test('other tenants have limits of their own', async () => {
    await store.query(
      `update nexus.tenants set next_scan_at = clock_timestamp() + interval '1 day' where tenant_id = 'other'`,
    )
    expect(await createClock(store.postgres.db).takeBack(limits, ['acme'], true)).toEqual({})
    expect(await createClock(store.postgres.db).takeBack(limits, ['other'], true)).toEqual({ tenants: 1 })
  })

  test('a lease from another clock ends, and what its holder may have sent is waited for no longer than it can last', async () => {
    const key = await due(store)
    await store.leases.take(key, 1000, 400)
    await store.query(
      `update nexus.clients set lease_until = lease_until + interval '1 day', attempt_deadline = attempt_deadline + interval '1 day'
       where client_id = $1`,
      [key.clientId],
    )
    expect(await store.leases.take(key, 1000, 400)).toBeUndefined()
    await createClock(store.postgres.db).takeBack({ ...limits, callMs: 400 }, ['acme'], false)
    await new Promise((resolve) => setTimeout(resolve, 650))
    const lease = await store.leases.take(key, 1000, 400)
    expect(lease?.openAttemptMs).toBeGreaterThanOrEqual(0)
    expect(lease?.openAttemptMs).toBeLessThanOrEqual(400)
  })

  test('an observation from the future is no fresh one', async () => {
    const key = await known(store)
    expect((await store.clients.load(key))?.ageMs).toBeLessThan(60_000)
    await store.query(`update nexus.clients set observed_at = observed_at + interval '1 day' where client_id = $1`, [
      key.clientId,
    ])
    expect((await store.clients.load(key))?.ageMs).toBe(Infinity)
  })

  test('a scan writes over what a clock from the future has written, and finds what is gone', async () => {
    const scans = createScans(store.postgres.db)
    const [kept, gone] = [await known(store), await known(store)]
    await store.query(
      `update nexus.clients set observed_at = clock_timestamp() + interval '1 day', written_at = clock_timestamp() + interval '1 day'
       where client_id = any($1)`,
      [[kept.clientId, gone.clientId]],
    )
    const startedAt = await scans.beginPage('acme', 60_000)
    const page = [{ clientId: kept.clientId, client: { client_id: kept.clientId, name: 'New' } }]
    await scans.keepPage('acme', await scans.beginPage('acme', 60_000), page, defaultMetadataKeys)
    expect((await store.clients.load(kept))?.observed['name']).toBe('New')
    await scans.nominateUnseen('acme', startedAt)
    const nominated = await store.query<{ client_id: string }>(
      `select client_id from nexus.clients where verify_at is not null and client_id = any($1)`,
      [[kept.clientId, gone.clientId]],
    )
    expect(nominated.map(({ client_id: id }) => id)).toEqual([gone.clientId])
  })

  test('a key that a request of another clock has claimed can be taken over', async () => {
    const idempotency = createIdempotency(store.postgres.db)
    const key = { tenantId: 'acme', caller: author, key: 'claimed' }
    await idempotency.claim(key, 'print', 60_000)
    expect((await idempotency.claim(key, 'print', 60_000)).kind).toBe('in-flight')
    await store.query(`update nexus.idempotency_keys set claimed_until = claimed_until + interval '1 day'`)
    expect((await idempotency.claim(key, 'print', 60_000)).kind).toBe('claimed')
  })
})
