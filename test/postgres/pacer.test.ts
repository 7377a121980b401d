import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBudgets } from '../../adapters/postgres/tenants/budgets.ts'
import type { Budgets } from '../../adapters/postgres/tenants/budgets.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import type { Postgres } from '../../adapters/postgres/database/connect.ts'
import { createPacer, NoPlace } from '../../adapters/auth0/pacer.ts'
import type { Pacer } from '../../adapters/auth0/pacer.ts'
import { bucketOf } from '../../domain/limits/budget.ts'
import type { PlanName } from '../../domain/limits/budget.ts'
import { servers } from '../support/stack.ts'
import { openStore, present } from './support.ts'
import type { Store } from './support.ts'

const never = new AbortController().signal
const reading = (pacer: Pacer | undefined, tenantId: string, name: string, signal: AbortSignal) =>
  present(pacer).slot(tenantId, 'read-clients', { rank: 'request', asker: { name, signal } })
const change = (pacer: Pacer | undefined, tenantId: string) =>
  present(pacer).slot(tenantId, 'other', { rank: 'change' })
const elapsed = async (work: Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work
  return performance.now() - start
}

describe.skipIf(servers === null)('nobody starves anybody', () => {
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
  const pacersFor = (tenantId: string, plan: PlanName): Pacer[] =>
    budgets.map((one) => createPacer(one, new Map([[tenantId, plan]])))
  const aheadMs = async (tenantId: string): Promise<number> => {
    const [row] = await store.query<{ ms: number }>(
      `select extract(epoch from max(next_at) - clock_timestamp())::float8 * 1000 as ms from nexus.budgets where tenant_id = $1`,
      [tenantId],
    )
    return row?.ms ?? 0
  }

  test.each([
    { reason: 'a limit of two calls at once', plan: 'free' },
    { reason: 'a bucket for reading alone', plan: 'self-service' },
    { reason: 'a burst and a low rate', plan: 'enterprise-non-production' },
  ] as const)('readings that nobody waits for any more leave nothing behind: $reason', async ({ plan }) => {
    const tenantId = `given-up-${plan}`
    const pacers = pacersFor(tenantId, plan)
    const gone = new AbortController()
    const readings = Array.from({ length: 300 }, (_, index) =>
      reading(pacers[index % 3], tenantId, `reader ${index % 7}`, gone.signal).catch((error: unknown) => error),
    )
    await sleep(700)
    gone.abort()
    const refused = (await Promise.all(readings)).filter((error) => error instanceof NoPlace)
    expect(refused.length).toBeGreaterThan(250)
    const bucket = present(bucketOf(plan, 'read-clients'))
    expect(await aheadMs(tenantId)).toBeLessThanOrEqual(bucket.burst * bucket.intervalMs)
    expect(await elapsed(change(pacers[0], tenantId))).toBeLessThan(bucket.intervalMs + 1000)
  })

  test('of a flood no more waits than can be served, and who is refused learns it at once', async () => {
    const [pacer] = pacersFor('flooded', 'free')
    const gone = new AbortController()
    const flood = Array.from({ length: 300 }, () => reading(pacer, 'flooded', 'one caller', gone.signal))
    const settled = flood.map((one) =>
      one.then(
        () => 'served',
        (error: unknown) => (error instanceof NoPlace ? 'refused' : 'failed'),
      ),
    )
    const soon = await Promise.all(settled.map((one) => Promise.race([one, sleep(600).then(() => 'waiting')])))
    expect(soon.filter((what) => what === 'waiting').length).toBeLessThanOrEqual(8)
    expect(soon.filter((what) => what === 'failed')).toEqual([])
    gone.abort()
    await Promise.all(settled)
  })

  test('changes of one process go before readings of the others', async () => {
    const [here, ...there] = pacersFor('ordered', 'free')
    const gone = new AbortController()
    const readers = there.flatMap((pacer, place) =>
      Array.from({ length: 4 }, async (_, reader) => {
        while (!gone.signal.aborted)
          await reading(pacer, 'ordered', `reader ${place} ${reader}`, gone.signal).catch(() => undefined)
      }),
    )
    await sleep(1000)
    // Six calls at two a second: of eight places one is for readings whatever comes. In turn with three processes it
    // would be nine seconds.
    const took = await elapsed(Promise.all(Array.from({ length: 6 }, () => change(here, 'ordered'))))
    gone.abort()
    await Promise.all(readers)
    expect(took).toBeLessThan(6000)
  })

  test('a caller who asks once is not kept by another who asks for everything', async () => {
    const [pacer] = pacersFor('fair', 'free')
    const gone = new AbortController()
    const flood = Array.from({ length: 40 }, () => reading(pacer, 'fair', 'greedy', gone.signal).catch(() => undefined))
    expect(await elapsed(reading(pacer, 'fair', 'modest', never))).toBeLessThan(2500)
    gone.abort()
    await Promise.all(flood)
  })

  test.each([
    { reason: 'a request', read: (pacer: Pacer | undefined) => reading(pacer, 'busy', 'reader', never) },
    {
      reason: 'the background',
      read: (pacer: Pacer | undefined) => present(pacer).slot('busy', 'read-clients', { rank: 'background' }),
    },
  ])('and a backlog of changes leaves some places to the others: $reason', { timeout: 30_000 }, async ({ read }) => {
    const [here, there] = pacersFor('busy', 'free')
    const enough = new AbortController()
    const senders = Array.from({ length: 6 }, async () => {
      while (!enough.signal.aborted) await change(here, 'busy')
    })
    await sleep(500)
    const took = await elapsed(read(there))
    enough.abort()
    await Promise.all(senders)
    expect(took).toBeLessThan(16 * 500 + 1500)
  })

  test('an error of the database reaches everybody who waits, and the next one is asked for anew', async () => {
    const broken: Budgets = { ...present(budgets[0]), take: () => Promise.reject(new Error('gone')) }
    const pacer = createPacer(broken, new Map([['broken', 'free']]))
    const waiting = Array.from({ length: 3 }, () => change(pacer, 'broken').catch(String))
    expect(await Promise.all(waiting)).toEqual(['Error: gone', 'Error: gone', 'Error: gone'])
    expect(await change(pacer, 'broken').catch(String)).toBe('Error: gone')
  })
})
