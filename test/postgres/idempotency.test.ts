import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClaimLost, createIdempotency } from '../../adapters/postgres/changes/idempotency.ts'
import type { Claim, Idempotency, RequestKey } from '../../adapters/postgres/changes/idempotency.ts'
import { createOperations } from '../../adapters/postgres/changes/operations.ts'
import { servers } from '../support/stack.ts'
import { author, known, openStore, takes } from './support.ts'
import type { Store } from './support.ts'

const fresh = (): RequestKey => ({ tenantId: 'acme', caller: author, key: randomUUID() })

describe.skipIf(servers === null)('keys of requests', () => {
  let store: Store
  let keys: Idempotency
  beforeAll(async () => {
    store = await openStore()
    keys = createIdempotency(store.postgres.db)
  })
  afterAll(() => store.close())

  const claimed = async (key = fresh(), holdMs = 60_000): Promise<Claim> => {
    const outcome = await keys.claim(key, 'print', holdMs)
    if (outcome.kind !== 'claimed') throw new Error(`Not claimed: ${outcome.kind}`)
    return outcome.claim
  }
  const accept = async (claim: Claim) => {
    const client = await known(store)
    return store.accept(client, author, takes({ productName: 'x' }), { origin: { kind: 'request', claim } })
  }

  test('of fifty at once, one gets it', async () => {
    const key = fresh()
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => keys.claim(key, 'print', 60_000)))
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['claimed', ...Array(49).fill('in-flight')])
  })

  test('of fifty at once after its holder died, one gets it, and finds the change', async () => {
    const key = fresh()
    const first = await accept(await claimed(key, 0))
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => keys.claim(key, 'print', 60_000)))
    const taken = outcomes.filter((one) => one.kind === 'claimed')
    expect(taken).toHaveLength(1)
    expect(taken[0]?.claim.changeId).toBe(first.kind === 'accepted' && first.changeId)
  })

  test('who was too slow accepts nothing: another has the key', async () => {
    const key = fresh()
    const slow = await claimed(key, 0)
    await claimed(key)
    const client = await known(store)
    const late = store.accept(client, author, takes({ productName: 'x' }), { origin: { kind: 'request', claim: slow } })
    await expect(late).rejects.toThrow(ClaimLost)
    expect(await store.clients.load(client)).toMatchObject({ generation: 0, pending: [] })
  })

  test('a key brings about one change', async () => {
    const claim = await claimed()
    await accept(claim)
    await expect(accept(claim)).rejects.toThrow(ClaimLost)
  })

  test('let go of, it is as if it had never been; with a change, the next one finds that', async () => {
    const unused = await claimed()
    await keys.release(unused)
    expect(await keys.claim({ ...unused }, 'another print', 1000)).toMatchObject({ kind: 'claimed' })
    const used = await claimed()
    const change = await accept(used)
    await keys.release(used)
    const next = await claimed({ tenantId: used.tenantId, caller: author, key: used.key })
    expect(next.changeId).toBe(change.kind === 'accepted' && change.changeId)
  })

  test('what a former holder answers late is not kept', async () => {
    const key = fresh()
    const slow = await claimed(key, 0)
    const next = await claimed(key)
    await keys.keep(slow, 'late')
    await keys.release(slow)
    expect(await keys.claim(key, 'print', 1000)).toEqual({ kind: 'in-flight' })
    await keys.keep(next, 'kept')
    expect(await keys.claim(key, 'print', 1000)).toEqual({ kind: 'answered', answer: 'kept' })
  })

  test('of an operation each element is decided once, by whoever is first', async () => {
    const operations = createOperations(store.postgres.db)
    const client = await known(store)
    const id = await operations.open('acme', author, [client.clientId, 'b'], undefined)
    const origin = { kind: 'element', operationId: id, place: 0 } as const
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, () => store.accept(client, author, takes({ productName: 'x' }), { origin })),
    )
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await operations.decide(id, 0, 'too late')
    await operations.decide(id, 1, 'refused')
    await operations.decide(id, 1, 'refused again')
    expect(await operations.find('acme', id)).toMatchObject({
      elements: [
        { clientId: client.clientId, change: { status: 'accepted' }, answer: null },
        { clientId: 'b', change: null, answer: 'refused' },
      ],
    })
    expect(await operations.find('other', id)).toBeUndefined()
    expect((await store.clients.load(client))?.generation).toBe(1)
  })

  test('an operation is opened with its key, or not at all', async () => {
    const operations = createOperations(store.postgres.db)
    const key = fresh()
    const slow = await claimed(key, 0)
    const next = await claimed(key)
    await expect(operations.open('acme', author, ['only-here'], slow)).rejects.toThrow(ClaimLost)
    const id = await operations.open('acme', author, ['only-here'], next)
    expect(
      await store.query(`select operation_id from nexus.operation_elements where client_id = 'only-here'`),
    ).toEqual([{ operation_id: id }])
  })
})
