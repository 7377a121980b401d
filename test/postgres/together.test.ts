import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChangedClients } from '../../adapters/postgres/changes/changed-clients.ts'
import { servers } from '../support/stack.ts'
import { accepted, due, known, openStore } from './support.ts'
import type { Key, Store } from './support.ts'

const statuses = async (asked: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(asked)).map(({ status }) => status)
const onlyTheSecond = ['fulfilled', 'rejected', 'fulfilled']

describe.skipIf(servers === null)('what is asked of the database together', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  /** Something that no version of Nexus writes. */
  const spoil = (column: string, { clientId }: Key) =>
    store.query(`update nexus.clients set ${column} = '[]' where client_id = $1`, [clientId])

  test('a client whose row cannot be read is no reason for the others not to be', async () => {
    const keys = [await known(store), await known(store), await known(store)]
    if (keys[1]) await spoil('base', keys[1])
    expect(await statuses(keys.map((key) => store.clients.load(key)))).toEqual(onlyTheSecond)
  })

  test('nor is it for those who wait for changes of others', async () => {
    const keys = [await known(store), await known(store), await known(store)]
    const ids = await Promise.all(keys.map((key) => accepted(store, key, { productName: 'a' })))
    if (keys[1]) await spoil('base', keys[1])
    const { find } = createChangedClients(store.postgres.db)
    expect(await statuses(ids.map((id) => find('acme', id)))).toEqual(onlyTheSecond)
  })

  test('nor for the leases of others', async () => {
    const keys = [await due(store), await due(store), await due(store)]
    if (keys[1]) await spoil('contested', keys[1])
    const takes = keys.map((key) => store.leases.take(key, 5000, 3000))
    expect(await statuses(takes)).toEqual(onlyTheSecond)
    expect(await takes[0]).toMatchObject({ key: keys[0] })
  })

  test('a step that the database refuses leaves the steps of others as they are', async () => {
    const keys = [await due(store), await due(store), await due(store)]
    const leases = await Promise.all(keys.map((key) => store.leases.take(key, 5000, 3000)))
    const settling = leases.map((lease, place) =>
      lease?.settle({ attemptClosed: true, observed: { name: place === 1 ? 'a\0b' : 'settled' } }),
    )
    expect(await statuses(settling.map((one) => Promise.resolve(one)))).toEqual(onlyTheSecond)
    const names = await store.query(
      `select observed->>'name' as name from nexus.clients where client_id = any($1) order by client_id`,
      [keys.map(({ clientId }) => clientId)],
    )
    expect(names).toEqual([{ name: 'settled' }, { name: null }, { name: 'settled' }])
  })
})
