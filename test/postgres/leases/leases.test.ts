import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../../adapters/postgres/database/notifications.ts'
import { servers } from '../../support/stack.ts'
import { accepted, due, known, openStore, present } from '../support.ts'
import type { Key, Store } from '../support.ts'

const applied = (id: string) => ({ id, status: 'applied', supersededBy: null }) as const

describe.skipIf(servers === null)('leases', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  const take = (key: Key, ttlMs = 5000, callMs = 3000) => store.leases.take(key, ttlMs, callMs)
  const held = async (key: Key, ttlMs?: number, callMs?: number) => present(await take(key, ttlMs, callMs))
  const load = async (key: Key) => present(await store.clients.load(key))
  /** The lease's time is over, and its holder does not know. */
  const expire = (key: Key) =>
    store.query(`update nexus.clients set lease_until = clock_timestamp() - interval '1 ms' where client_id = $1`, [
      key.clientId,
    ])

  test('of many who ask at once, one holds it; given back, it can be had again', async () => {
    const key = await due(store)
    const asked = await Promise.all(Array.from({ length: 10 }, () => take(key)))
    const [lease, ...more] = asked.filter((one) => one !== undefined)
    expect(more).toEqual([])
    expect((await store.leases.readiness(key)).kind).toBe('later')
    expect(await lease?.settle({ attemptClosed: true })).toEqual({ kind: 'now', reads: true })
    expect(await take(key)).toBeDefined()
  })

  test.each([
    { reason: 'nothing waits', sql: 'verify_at = null' },
    { reason: 'a failure asked for patience', sql: `next_try_at = now() + interval '1 minute'` },
    { reason: 'the client is paused', sql: 'paused_at = now()' },
  ])('it cannot be had where $reason', async ({ sql }) => {
    const key = await due(store)
    await store.query(`update nexus.clients set ${sql} where client_id = $1`, [key.clientId])
    expect(await take(key)).toBeUndefined()
  })

  test('who finds it held is told how long', async () => {
    const key = await known(store)
    await accepted(store, key, { productName: 'a' })
    expect(await store.leases.readiness(key)).toEqual({ kind: 'now', reads: false })
    const lease = await held(key, 5000)
    const readiness = await store.leases.readiness(key)
    expect(readiness.kind).toBe('later')
    expect(readiness.kind === 'later' && readiness.afterMs).toBeGreaterThan(3000)
    expect(readiness.kind === 'later' && readiness.afterMs).toBeLessThanOrEqual(5000)
    expect(lease.remainingMs()).toBeLessThanOrEqual(5000)
  })

  test('expired, it is taken over, by one only; and the new holder knows that a call may be under way', async () => {
    const key = await due(store)
    const former = await held(key, 100, 60)
    expect(former.openAttemptMs).toBeNull()
    await sleep(200)
    const asked = await Promise.all([take(key), take(key), take(key)])
    const [next, ...more] = asked.filter((one) => one !== undefined)
    expect(more).toEqual([])
    expect(next?.openAttemptMs).toBe(0)
  })

  test('how long the former call can still be under way is known, and remembered until it is closed', async () => {
    const key = await known(store)
    await accepted(store, key, { productName: 'a' })
    await held(key, 5000, 60_000)
    await expire(key)
    const second = await held(key, 5000, 3000)
    expect(second.openAttemptMs).toBeGreaterThan(50_000)
    expect(await second.settle({ attemptClosed: false })).toEqual({ kind: 'now', reads: true })
    const third = await held(key)
    expect(third.openAttemptMs).toBeGreaterThan(50_000)
    expect(await third.settle({ attemptClosed: true, verifyAfterMs: null })).toEqual({ kind: 'now', reads: false })
    expect((await held(key)).openAttemptMs).toBeNull()
  })

  test('a former holder writes nothing at all, whatever it brings', async () => {
    const key = await known(store, { name: 'before' })
    const id = await accepted(store, key, { productName: 'a' })
    const former = await held(key)
    await expire(key)
    const next = await held(key)
    const before = await store.query('select * from nexus.clients where client_id = $1', [key.clientId])
    const settled = await former.settle({
      attemptClosed: true,
      observed: { name: 'late' },
      confirmed: { productName: 'late' },
      outcomes: [applied(id)],
      vanished: true,
      oneByOneUntil: 1,
      verifyAfterMs: 1,
      failure: { reason: 'late', retryAfterMs: 99_999, countsAsFailure: true },
    })
    expect(settled).toBeUndefined()
    expect(await store.query('select * from nexus.clients where client_id = $1', [key.clientId])).toEqual(before)
    expect(await store.changes.find('acme', id)).toMatchObject({ status: 'accepted', settledAt: null })
    expect(
      await next.settle({ attemptClosed: true, outcomes: [applied(id)], confirmed: { productName: 'a' } }),
    ).toEqual({
      kind: 'done',
    })
    expect(await load(key)).toMatchObject({ base: { productName: 'a' }, settledGeneration: 1, pending: [] })
  })

  test('nor does the same holder twice', async () => {
    const key = await due(store)
    const lease = await held(key)
    expect(await lease.settle({ attemptClosed: true })).toEqual({ kind: 'now', reads: true })
    expect(await lease.settle({ attemptClosed: true, confirmed: { productName: 'again' } })).toBeUndefined()
    expect((await load(key)).base).toEqual({})
  })

  test('settling covers only what was read: what came since keeps waiting', async () => {
    const key = await known(store)
    const first = await accepted(store, key, { productName: 'a' })
    const lease = await held(key)
    const second = await accepted(store, key, { productName: 'b' })
    expect(
      await lease.settle({ attemptClosed: true, outcomes: [applied(first)], confirmed: { productName: 'a' } }),
    ).toEqual({ kind: 'now', reads: false })
    expect(await load(key)).toMatchObject({ generation: 2, settledGeneration: 1, pending: [{ id: second }] })
    expect(await store.leases.readiness(key)).toEqual({ kind: 'now', reads: false })
  })

  test('a change that was not read cannot be settled', async () => {
    const key = await due(store)
    const lease = await held(key)
    const id = await accepted(store, key, { productName: 'a' })
    await expect(lease.settle({ attemptClosed: true, outcomes: [applied(id)] })).rejects.toThrow(/not read/)
    expect(await store.changes.find('acme', id)).toMatchObject({ status: 'accepted' })
  })

  test('the settled generation never passes a change that waits', async () => {
    const key = await known(store)
    const ids = []
    for (const productName of ['a', 'b', 'c', 'd']) ids.push(await accepted(store, key, { productName }))
    const [a = '', b = '', c = '', d = ''] = ids
    const steps: readonly { reason: string; settle: string[]; reaches: number }[] = [
      { reason: 'b before a: a still waits', settle: [b], reaches: 0 },
      { reason: 'a: then everything up to b is done', settle: [a], reaches: 2 },
      { reason: 'nothing: it stays', settle: [], reaches: 2 },
      { reason: 'c and d: all', settle: [c, d], reaches: 4 },
    ]
    for (const { reason, settle, reaches } of steps) {
      const lease = await held(key)
      await lease.settle({ attemptClosed: true, outcomes: settle.map(applied) })
      const { settledGeneration } = await load(key)
      expect({ reason, settledGeneration }).toEqual({ reason, settledGeneration: reaches })
    }
  })

  test('a refusal is kept with its change, and its values are in nothing that remains', async () => {
    const key = await known(store)
    const [good, bad] = [
      await accepted(store, key, { productName: 'good' }),
      await accepted(store, key, { productName: 'bad' }),
    ]
    const refusal = { reason: 'refused', detail: 'No.', issues: [{ pointer: '/productName', detail: 'No.' }] } as const
    const lease = await held(key)
    await lease.settle({
      attemptClosed: true,
      confirmed: { productName: 'good' },
      outcomes: [applied(good), { id: bad, status: 'rejected', refusal }],
    })
    expect(await store.changes.find('acme', bad)).toMatchObject({ status: 'rejected', refusal })
    expect(await store.changes.find('acme', good)).toMatchObject({ status: 'applied', refusal: null })
    expect(await load(key)).toMatchObject({ base: { productName: 'good' }, settledGeneration: 2, pending: [] })
  })

  test('a failure asks for patience, by the clock of the database; a new change does not wait for it', async () => {
    const key = await known(store)
    await accepted(store, key, { productName: 'a' })
    const failure = { reason: 'no answer from Auth0', retryAfterMs: 60_000, countsAsFailure: true }
    await (await held(key)).settle({ attemptClosed: true, failure })
    const readiness = await store.leases.readiness(key)
    expect(readiness.kind === 'later' && readiness.afterMs).toBeGreaterThan(50_000)
    expect(await store.clients.claimLagging(['acme'], 0, 100)).not.toContainEqual(key)
    await accepted(store, key, { productName: 'b' })
    expect(await store.leases.readiness(key)).toEqual({ kind: 'now', reads: false })
    expect(await store.clients.claimLagging(['acme'], 0, 100)).toContainEqual(key)
    const lease = await held(key)
    expect(lease.failures).toBe(1)
    await lease.settle({ attemptClosed: true })
    expect((await held(key)).failures).toBe(0)
  })

  test('what lags is claimed in turn, however much it is and however soon it is due again', async () => {
    const keys = await Promise.all(Array.from({ length: 30 }, () => known(store)))
    await Promise.all(keys.map((key) => accepted(store, key, { productName: 'a' })))
    const wanted = new Set(keys.map(({ clientId }) => clientId))
    const lagging = await store.query<{ count: number }>(
      'select count(*)::int as count from nexus.clients where generation > settled_generation or verify_at is not null',
    )
    for (let claimed = 0; claimed < (lagging[0]?.count ?? 0); claimed += 10)
      for (const { clientId } of await store.clients.claimLagging(['acme'], 0, 10)) wanted.delete(clientId)
    expect([...wanted]).toEqual([])
  })

  test('who waits for a change is told when it is settled, and not when the settling was fenced off', async () => {
    const key = await known(store)
    const id = await accepted(store, key, { productName: 'a' })
    const notifications = await listen(store.url, () => undefined)
    try {
      const former = await held(key)
      await expire(key)
      const lease = await held(key)
      let told = false
      const telling = notifications.wait(id, 10_000).then(() => {
        told = true
      })
      await former.settle({ attemptClosed: true, outcomes: [applied(id)] })
      await sleep(200)
      expect(told).toBe(false)
      await lease.settle({ attemptClosed: true, outcomes: [applied(id)] })
      // Well before the wait would be over by itself.
      await expect.poll(() => told, { timeout: 5000 }).toBe(true)
      await telling
    } finally {
      await notifications.close()
    }
  })

  describe('an observation', () => {
    test('of a client that is not known makes it known; a second one of the same moment changes nothing', async () => {
      const key = { tenantId: 'acme', clientId: 'observedTwice' }
      await Promise.all(Array.from({ length: 5 }, () => store.clients.observe(key, { name: 'one' })))
      expect(await load(key)).toMatchObject({ observed: { name: 'one' }, revision: 0 })
      await store.clients.observe(key, { name: 'two' })
      expect(await load(key)).toMatchObject({ observed: { name: 'one' } })
    })

    test('is kept where nobody has written the row since Auth0 was asked', async () => {
      const key = await known(store, { name: 'old' })
      const asked = await load(key)
      await store.clients.observe(key, { name: 'new' }, asked)
      expect(await load(key)).toMatchObject({ observed: { name: 'new' }, revision: asked.revision + 1 })
      await store.clients.observe(key, { name: 'older' }, asked)
      expect(await load(key)).toMatchObject({ observed: { name: 'new' } })
    })

    const meanwhile: readonly { reason: string; happens: (key: Key) => Promise<unknown>; name: string }[] = [
      {
        reason: 'a change was accepted',
        happens: (key) => accepted(store, key, { productName: 'x' }),
        name: 'old',
      },
      { reason: 'a worker holds the lease', happens: (key) => held(key), name: 'old' },
      {
        reason: 'a worker has settled what Auth0 answered it',
        happens: async (key) => (await held(key)).settle({ attemptClosed: true, observed: { name: 'settled' } }),
        name: 'settled',
      },
    ]
    test.each(meanwhile)('is dropped where $reason meanwhile', async ({ happens, name }) => {
      const key = await due(store, { name: 'old' })
      const asked = await load(key)
      await happens(key)
      await store.clients.observe(key, { name: 'stale' }, asked)
      expect(await load(key)).toMatchObject({ observed: { name } })
    })

    test('brings back a client that had vanished', async () => {
      const key = await known(store, { name: 'old' })
      await store.clients.forget(key, (await load(key)).revision)
      const gone = await load(key)
      expect(gone.vanished).toBe(true)
      expect(await take(key)).toBeUndefined()
      await store.clients.observe(key, { name: 'back' }, gone)
      expect(await load(key)).toMatchObject({ vanished: false, observed: { name: 'back' } })
    })
  })
})
