import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../support/stack.ts'
import { accepted, author, known, openStore, present, takes } from './support.ts'
import type { Store } from './support.ts'

describe.skipIf(servers === null)('accepting a change', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  const load = async (key: { tenantId: string; clientId: string }) => present(await store.clients.load(key))

  test('stores it with its author, gives it the next generation, and leaves base and observation alone', async () => {
    const key = await known(store, { callbacks: ['https://old.test'] })
    const first = await accepted(store, key, { callbackUrls: ['https://a.test'] })
    const second = await accepted(store, key, { productName: 'Till' })
    expect(await load(key)).toMatchObject({
      base: {},
      observed: { callbacks: ['https://old.test'] },
      generation: 2,
      settledGeneration: 0,
      pending: [
        { id: first, generation: 1, values: { callbackUrls: ['https://a.test'] } },
        { id: second, generation: 2, values: { productName: 'Till' } },
      ],
    })
    expect(await store.changes.find('acme', first)).toMatchObject({
      key,
      status: 'accepted',
      author,
      settledAt: null,
      refusal: null,
    })
    expect(await store.changes.find('other', first)).toBeUndefined()
  })

  test('one that changes nothing is settled here and now, and its fields are owned from then on', async () => {
    const key = await known(store, { client_metadata: { product_name: 'Till' } })
    const outcome = await store.accept(key, author, takes({ productName: 'Till' }, true))
    expect(outcome).toMatchObject({ kind: 'accepted', settled: true })
    expect(await load(key)).toMatchObject({
      base: { productName: 'Till' },
      generation: 1,
      settledGeneration: 1,
      pending: [],
    })
    expect((await store.query('select status from nexus.changes where client_id = $1', [key.clientId]))[0]).toEqual({
      status: 'applied',
    })
    expect(await store.leases.readiness(key)).toEqual({ kind: 'done' })
  })

  test('of values that mean the same, those that were sent become the base', async () => {
    const key = await known(store)
    await store.accept(key, author, takes({ callbackUrls: [], owners: null }, true))
    await store.accept(key, author, takes({ callbackUrls: null }, true))
    expect((await load(key)).base).toEqual({ callbackUrls: null, owners: null })
  })

  test('a refusal stores nothing', async () => {
    const key = await known(store)
    const refused = await store.accept(key, author, () => ({ kind: 'no-thanks' }))
    expect(refused).toEqual({ kind: 'refused', refused: { kind: 'no-thanks' } })
    expect(await load(key)).toMatchObject({ generation: 0, pending: [] })
  })

  test('a decision that throws stores nothing, and lets go of the row', async () => {
    const key = await known(store)
    const broken = store.accept(key, author, () => {
      throw new Error('undecided')
    })
    await expect(broken).rejects.toThrow('undecided')
    await accepted(store, key, { productName: 'Till' })
    expect((await load(key)).generation).toBe(1)
  })

  test('there is none for a client that is not known, or has vanished', async () => {
    const unknown = { tenantId: 'acme', clientId: 'nobody' }
    expect(await store.accept(unknown, author, takes({}))).toEqual({ kind: 'no-such-client' })
    const key = await known(store)
    await store.clients.forget(key, (await load(key)).revision)
    expect(await store.accept(key, author, takes({}))).toEqual({ kind: 'no-such-client' })
  })

  test('fifty at once: each sees the one before it, none is lost, and their order is that of their generations', async () => {
    const key = await known(store)
    const seen: number[] = []
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.accept(key, author, (state) => {
          // Whoever decides sees all that was accepted before, in its order.
          expect(state.pending.map(({ generation }) => generation)).toEqual(seen)
          seen.push(state.generation + 1)
          return { kind: 'accepted', values: { applicationName: `n${index}` }, changesNothing: false }
        }),
      ),
    )
    const after = await load(key)
    expect(after.generation).toBe(50)
    expect(after.pending.map(({ generation }) => generation)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    )
    const byId = new Map(after.pending.map(({ id, values }) => [id, values.applicationName]))
    outcomes.forEach((outcome, index) => {
      expect(outcome.kind === 'accepted' && byId.get(outcome.changeId)).toBe(`n${index}`)
    })
  })

  test('while a worker settles, accepting goes on, and neither undoes the other', async () => {
    const key = await known(store)
    let settledCount = 0
    const accepting = async (): Promise<void> => {
      for (let index = 0; index < 40; index += 1) await accepted(store, key, { applicationName: `n${index}` })
    }
    const settling = async (): Promise<void> => {
      while (settledCount < 40) {
        const lease = await store.leases.take(key, 5000, 3000)
        // Nothing has been accepted since: there is no lease to have.
        if (lease === undefined) continue
        const changes = lease.state.pending.slice(0, 3)
        const outcomes = changes.map(({ id }) => ({ id, status: 'applied', supersededBy: null }) as const)
        const confirmed = Object.assign({}, ...changes.map(({ values }) => values))
        expect(await lease.settle({ outcomes, confirmed, attemptClosed: true })).toBeDefined()
        settledCount += changes.length
      }
    }
    await Promise.all([accepting(), settling()])
    expect(await load(key)).toMatchObject({ generation: 40, base: { applicationName: 'n39' }, pending: [] })
    const statuses = await store.query(
      'select status, count(*)::int from nexus.changes where client_id = $1 group by 1',
      [key.clientId],
    )
    expect(statuses).toEqual([{ status: 'applied', count: 40 }])
  })
})
