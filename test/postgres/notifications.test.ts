import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { listen, settledChannel } from '../../adapters/postgres/database/notifications.ts'
import type { Notifications } from '../../adapters/postgres/database/notifications.ts'
import { servers } from '../support/stack.ts'
import { cuttable, openStore } from './support.ts'
import type { Store } from './support.ts'

describe.skipIf(servers === null)('notifications', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  const listening = async (url = store.url): Promise<Notifications> => {
    const notifications = await listen(url, () => undefined)
    onTestFinished(notifications.close)
    return notifications
  }
  /** Whether a waiter is woken, rather than out of time. */
  const isWoken = async (notifications: Notifications, within = 1000): Promise<boolean> => {
    const id = randomUUID()
    const start = performance.now()
    const waiting = notifications.wait(id, within)
    await store.query('select pg_notify($1, $2)', [settledChannel, id])
    await waiting
    return performance.now() - start < within * 0.9
  }
  const listenerPids = async (): Promise<number[]> =>
    (
      await store.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'nexus-listen' and datname = current_database()`,
      )
    ).map(({ pid }) => pid)
  const listeners = async (): Promise<number> => (await listenerPids()).length

  test('wake those who wait for that change, all of them, and nobody else', async () => {
    const notifications = await listening()
    const [mine, other] = [randomUUID(), randomUUID()]
    let woken = 0
    const both = [notifications.wait(mine, 5000), notifications.wait(mine, 5000)]
    void notifications.wait(other, 3000).then(() => {
      woken += 1
    })
    await store.query('select pg_notify($1, $2)', [settledChannel, mine])
    await Promise.all(both)
    expect(woken).toBe(0)
  })

  test('a wait ends when its time is over, and when nobody waits any more', async () => {
    const notifications = await listening()
    await expect(notifications.wait(randomUUID(), 20)).resolves.toBeUndefined()
    const gone = new AbortController()
    setTimeout(() => gone.abort(), 20)
    await expect(notifications.wait(randomUUID(), 60_000, gone.signal)).resolves.toBeUndefined()
  })

  test('a connection that the server ends is made anew', async () => {
    const notifications = await listening()
    expect(await isWoken(notifications)).toBe(true)
    const [ended] = await listenerPids()
    await store.query('select pg_terminate_backend($1)', [ended])
    // The server ends it a moment later; until then it still wakes.
    await expect.poll(listenerPids, { timeout: 15_000 }).not.toContain(ended)
    await expect.poll(() => isWoken(notifications, 300), { timeout: 15_000 }).toBe(true)
    expect(await listeners()).toBe(1)
  })

  test('while the server cannot be reached, it is tried at an even pace, and then listened to once', async () => {
    const way = await cuttable(store.url)
    onTestFinished(way.close)
    const notifications = await listening(way.url)
    way.cut()
    await sleep(4000)
    expect(way.tries()).toBeGreaterThan(2)
    // One at the start, then two a second.
    expect(way.tries()).toBeLessThanOrEqual(10)
    way.mend()
    await expect.poll(() => isWoken(notifications, 300), { timeout: 15_000 }).toBe(true)
    await sleep(700)
    expect(await listeners()).toBe(1)
  })

  test('closed while it is cut, it stays closed', async () => {
    const way = await cuttable(store.url)
    onTestFinished(way.close)
    const notifications = await listen(way.url, () => undefined)
    way.cut()
    await sleep(100)
    await notifications.close()
    way.mend()
    await sleep(1200)
    expect(await listeners()).toBe(0)
  })
})
