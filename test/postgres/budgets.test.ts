import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBudgets } from '../../adapters/postgres/tenants/budgets.ts'
import type { Budgets } from '../../adapters/postgres/tenants/budgets.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import type { Postgres } from '../../adapters/postgres/database/connect.ts'
import { createPacer } from '../../adapters/auth0/pacer.ts'
import type { Bucket, Rank } from '../../domain/limits/budget.ts'
import type { Reply } from '../../domain/changes/verdict.ts'
import { servers } from '../support/stack.ts'
import { openStore, present } from './support.ts'
import type { Store } from './support.ts'

/** Waits for one place, as a process would that has nobody else in its line. */
const place = async (one: Budgets | undefined, tenantId: string, bucket: Bucket, rank: Rank = 'change') => {
  for (;;) {
    const { granted, waitMs } = present(await one?.take(tenantId, bucket, rank, 1))
    if (granted === 1) return performance.now()
    await sleep(waitMs)
  }
}

describe.skipIf(servers === null)('the budget of a tenant', () => {
  let store: Store
  let processes: Postgres[]
  let budgets: Budgets[]
  beforeAll(async () => {
    store = await openStore()
    processes = Array.from({ length: 3 }, () => connect(store.url, () => undefined, { size: 4 }))
    budgets = processes.map(({ db }) => createBudgets(db))
  })
  afterAll(async () => {
    await Promise.all(processes.map(({ close }) => close()))
    await store.close()
  })

  /** When each of many callers of several processes may send, in milliseconds, in order. */
  const granted = async (tenantId: string, bucket: Bucket, callers: number): Promise<number[]> => {
    const times = await Promise.all(
      Array.from({ length: callers }, (_, index) => place(budgets[index % budgets.length], tenantId, bucket)),
    )
    return times.toSorted((a, b) => a - b)
  }
  /** How long a place would have to be waited for. */
  const waitOf = async (tenantId: string, bucket: Bucket): Promise<number> => {
    const { granted: places, waitMs } = present(await budgets[0]?.take(tenantId, bucket, 'change', 1))
    return places === 1 ? 0 : waitMs
  }
  // Between the database's answer and our clock a loaded machine may let this much pass.
  const noiseMs = 400

  test('many callers at once never get more than the burst and the rate, in any window', async () => {
    const bucket: Bucket = { name: 'all', burst: 5, intervalMs: 200 }
    const times = await granted('acme', bucket, 40)
    times.forEach((start, from) => {
      times.slice(from).forEach((end, more) => {
        const allowed = bucket.burst + (end - start + noiseMs) / bucket.intervalMs
        expect(more + 1).toBeLessThanOrEqual(allowed + 1e-6)
      })
    })
    // And all of it is used: nobody waits longer than the limit asks for, but for the little that is held back.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan((40 - bucket.burst + 3) * bucket.intervalMs + noiseMs)
  })

  test('a bucket fills up to its burst while nobody calls, and no further', async () => {
    const bucket: Bucket = { name: 'all', burst: 4, intervalMs: 1000 }
    await waitOf('idle', bucket)
    await store.query(`update nexus.budgets set next_at = next_at - interval '1 hour' where tenant_id = 'idle'`)
    const times = await granted('idle', bucket, 8)
    const atOnce = times.filter((time) => time < (times[0] ?? 0) + noiseMs).length
    expect(atOnce).toBeGreaterThanOrEqual(bucket.burst - 1)
    expect(atOnce).toBeLessThanOrEqual(bucket.burst)
  })

  test('tenants and buckets have each their own', async () => {
    const bucket: Bucket = { name: 'all', burst: 1, intervalMs: 60_000 }
    expect(await waitOf('one', bucket)).toBe(0)
    expect(await waitOf('one', bucket)).toBeGreaterThan(50_000)
    expect(await waitOf('two', bucket)).toBe(0)
    expect(await waitOf('one', { ...bucket, name: 'other' })).toBe(0)
  })

  test('a block holds for everybody, and nobody has a place from before it', async () => {
    const bucket: Bucket = { name: 'all', burst: 10, intervalMs: 10 }
    const [here, there] = budgets
    expect(await waitOf('blocked', bucket)).toBe(0)
    await there?.block('blocked', bucket, 60_000)
    const during = await here?.take('blocked', bucket, 'change', 5)
    expect(during?.granted).toBe(0)
    expect(during?.waitMs).toBeGreaterThan(50_000)
    // A shorter block of a 429 that was late does not lift the longer one.
    await there?.block('blocked', bucket, 10)
    expect(await waitOf('blocked', bucket)).toBeGreaterThan(50_000)
  })

  const counted = () =>
    store.query(`select throttled, throttled_before as before from nexus.budgets where tenant_id = 'counted'`)
  const hoursPass = (time: string) =>
    store.query(`update nexus.budgets set throttled_hour = throttled_hour - $1::interval where tenant_id = 'counted'`, [
      time,
    ])

  test('every refusal is counted, by the hour', async () => {
    const bucket: Bucket = { name: 'all', burst: 10, intervalMs: 10 }
    const [here, there] = budgets
    expect(await waitOf('counted', bucket)).toBe(0)
    await Promise.all([
      here?.block('counted', bucket, 60_000),
      there?.block('counted', bucket, 10),
      here?.block('counted', bucket, 10),
    ])
    expect(await counted()).toEqual([{ throttled: 3, before: 0 }])
    await hoursPass('1 hour')
    await here?.block('counted', bucket, 10)
    expect(await counted()).toEqual([{ throttled: 1, before: 3 }])
    await hoursPass('2 hours')
    await here?.block('counted', bucket, 10)
    expect(await counted()).toEqual([{ throttled: 1, before: 0 }])
  })

  test('after a block the bucket is empty: no burst follows it', async () => {
    const bucket: Bucket = { name: 'all', burst: 10, intervalMs: 1000 }
    const [here] = budgets
    await waitOf('emptied', bucket)
    await here?.block('emptied', bucket, 50)
    await sleep(100)
    const times = await granted('emptied', bucket, 5)
    const atOnce = times.filter((time) => time < (times[0] ?? 0) + noiseMs).length
    expect(atOnce).toBeLessThanOrEqual(2)
  })

  test('the pacer: a 429 that one process hears of holds back those who already wait in another', async () => {
    const pacers = budgets.map((one) => createPacer(one, new Map([['paced', 'free']])))
    const [here, there] = pacers
    const tooMany: Reply<never> = {
      ok: false,
      status: 429,
      errorCode: 'too_many_requests',
      fromAuth0: true,
      message: 'Global limit has been reached',
      retryAfter: 2,
      rate: { remaining: 0, resetIn: 2 },
    }
    await here?.slot('paced', 'other', { rank: 'change' })
    await here?.slot('paced', 'other', { rank: 'change' })
    // No place falls due while the 429 is on its way.
    await store.query(
      `update nexus.budgets set next_at = clock_timestamp() + interval '1 second' where tenant_id = 'paced'`,
    )
    const start = performance.now()
    const waiting = there?.slot('paced', 'other', { rank: 'change' })
    await here?.report('paced', 'other', tooMany)
    await waiting
    expect(performance.now() - start).toBeGreaterThan(1900)
  })

  test('a tenant without limits never waits, and leaves no row', async () => {
    const pacer = createPacer(createBudgets(store.postgres.db), new Map([['free-for-all', 'none']]))
    await Promise.all(Array.from({ length: 100 }, () => pacer.slot('free-for-all', 'other', { rank: 'change' })))
    expect(await store.query(`select 1 from nexus.budgets where tenant_id = 'free-for-all'`)).toEqual([])
  })

  describe('a clock that was set', () => {
    const bucket: Bucket = { name: 'all', burst: 2, intervalMs: 200 }
    const shifts = ['1 hour', '-1 hour', '1 day', '-1 day', '40 years', '-20 years']
    const columns = ['next_at', 'seen_at', 'blocked_until']
    test.each(shifts.flatMap((shift) => columns.map((column) => ({ shift, column }))))(
      'left $column off by $shift: calls go on within seconds',
      async ({ shift, column }) => {
        const tenantId = `${column}${shift}`
        const [budget] = budgets
        await place(budget, tenantId, bucket)
        await budget?.learn(tenantId, bucket, [{ remaining: 1, at: performance.now() }])
        await store.query(
          `update nexus.budgets set ${column} = clock_timestamp() + $2::interval where tenant_id = $1`,
          [tenantId, shift],
        )
        const start = performance.now()
        await place(budget, tenantId, bucket)
        await budget?.learn(tenantId, bucket, [{ remaining: 0, at: performance.now() }])
        await place(budget, tenantId, bucket)
        await budget?.block(tenantId, bucket, 300)
        await place(budget, tenantId, bucket)
        expect(performance.now() - start).toBeLessThan(3000)
        // And the limit holds: no burst of what was never saved up.
        expect((await budget?.take(tenantId, bucket, 'change', 100))?.granted).toBeLessThanOrEqual(1)
      },
    )
  })
})
