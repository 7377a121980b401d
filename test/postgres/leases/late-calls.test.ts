import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needsReading } from '../../../domain/changes/settlement.ts'
import { servers } from '../../support/stack.ts'
import { accepted, due, known, openStore, present } from '../support.ts'
import type { Key, Store } from '../support.ts'

describe.skipIf(servers === null)('of calls that may come late is known', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  /** Under its lease; that Auth0 has to be read first was known before. */
  const held = async (key: Key, ttlMs = 5000, callMs = 3000) => {
    const before = await store.leases.readiness(key)
    const lease = present(await store.leases.take(key, ttlMs, callMs))
    expect(before).toEqual({ kind: 'now', reads: needsReading(lease) })
    return lease
  }

  test('that one of a former holder may have written, until Auth0 has been read after its end, and no longer', async () => {
    const key = await known(store)
    await accepted(store, key, { productName: 'a' })
    await held(key, 100, 60)
    await sleep(200)
    const second = await held(key)
    expect(second).toMatchObject({ openAttemptMs: 0, mayBeLate: true })
    expect(second).toMatchObject({ lastReadingSet: false })
    expect(await second.settle({ attemptClosed: true, verifyAfterMs: 60_000 })).toEqual({ kind: 'now', reads: true })
    // Whoever comes meanwhile, however often, leaves it at that.
    for (let coming = 0; coming < 3; coming += 1) {
      const meanwhile = await held(key)
      expect(meanwhile).toMatchObject({ openAttemptMs: 0, mayBeLate: true, verifyDue: false, lastReadingSet: true })
      await meanwhile.settle({ attemptClosed: true })
    }
    // A minute later.
    await store.query(
      `update nexus.clients set verify_at = verify_at - interval '1 minute',
              previous_attempt_deadline = previous_attempt_deadline - interval '1 minute' where client_id = $1`,
      [key.clientId],
    )
    const last = await held(key)
    expect(last).toMatchObject({ openAttemptMs: null, mayBeLate: true, verifyDue: true })
    await last.settle({ attemptClosed: true, verifyAfterMs: null })
    expect(await held(key)).toMatchObject({ openAttemptMs: null, mayBeLate: false, verifyDue: false })
  })

  test('that one was late, by whoever finds its lease lost, also while somebody else holds it', async () => {
    const key = await due(store)
    const holder = await held(key)
    await store.clients.verify(key, 0)
    await holder.settle({ attemptClosed: true })
    expect(await held(key)).toMatchObject({ openAttemptMs: null, mayBeLate: true, verifyDue: true })
  })
})
