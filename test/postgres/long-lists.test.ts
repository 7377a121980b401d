import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sortFields } from '../../adapters/postgres/clients/list-request.ts'
import type { ClientListRequest } from '../../adapters/postgres/clients/list-request.ts'
import { createScans } from '../../adapters/postgres/clients/scans.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { servers } from '../support/stack.ts'
import { listRequest, openStore, present } from './support.ts'
import type { Store } from './support.ts'

describe.skipIf(servers === null)('lists of very many clients', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  test('a list is the same however many pass, and however far from its beginning they stand', async () => {
    // More than are looked at in order first, before more than are put in order.
    const all = Array.from({ length: 6500 }, (_, index) => ({
      id: `many${String(index).padStart(4, '0')}`,
      name: `Client ${String((index * 7) % 6500).padStart(4, '0')}`,
      // The last thousand are few enough to be put in order, and farther away than an order is followed for that.
      product: index < 3000 ? 'Early' : index < 5500 ? 'Late' : 'Last',
      rare: index % 500 === 499,
    }))
    const [time] = await store.query<{ now: Date }>('select clock_timestamp() as now')
    await createScans(store.postgres.db).keepPage(
      'acme',
      present(time).now,
      all.map(({ id, name: called, product, rare }) => ({
        clientId: id,
        client: {
          name: called,
          client_metadata: {
            product_name: product,
            owners: '["all"]',
            ...(rare ? { application_name: 'Rarität' } : {}),
          },
        },
      })),
      defaultMetadataKeys,
    )
    await store.query(`update nexus.client_listings set drifted = true where client_id like '%77'`)
    await store.query(`update nexus.clients set generation = 1 where client_id like '%99'`)
    await store.query(
      `update nexus.clients set updated_at = timestamptz '2026-01-01Z' + substr(client_id, 5)::int * interval '1 second'`,
    )
    type One = (typeof all)[number]
    const cases: readonly { filters: ClientListRequest['filters']; passes: (one: One) => boolean }[] = [
      { filters: {}, passes: () => true },
      { filters: { product: 'Early' }, passes: ({ product }) => product === 'Early' },
      { filters: { product: 'Late' }, passes: ({ product }) => product === 'Late' },
      { filters: { product: 'Last' }, passes: ({ product }) => product === 'Last' },
      {
        filters: { product: 'Last', sync: 'synced', manuallyCreated: true },
        passes: ({ id, product }) => product === 'Last' && !id.endsWith('99'),
      },
      { filters: { text: 'rarität' }, passes: ({ rare }) => rare },
      { filters: { text: 'tä', owner: 'all' }, passes: ({ rare }) => rare },
      { filters: { drifted: true }, passes: ({ id }) => id.endsWith('77') },
      {
        filters: { drifted: false, product: 'Late' },
        passes: ({ id, product }) => !id.endsWith('77') && product === 'Late',
      },
      { filters: { sync: 'pending' }, passes: ({ id }) => id.endsWith('99') },
      { filters: { sync: 'synced', text: 'rarität' }, passes: ({ id, rare }) => !id.endsWith('99') && rare },
      { filters: { text: 'nowhere' }, passes: () => false },
    ]
    const sorts = {
      id: (one: One) => one.id,
      name: (one: One) => one.name,
      product: (one: One) => one.product + one.id,
      updated: (one: One) => one.id,
    }
    for (const { filters, passes } of cases)
      for (const by of sortFields)
        for (const descending of [false, true])
          for (const claims of ['all', ['owner all']] as const) {
            const upwards = all
              .filter(passes)
              .toSorted((a, b) => (sorts[by](a) < sorts[by](b) ? -1 : 1))
              .map(({ id }) => id)
            const expected = descending ? upwards.toReversed() : upwards
            const asked = { claims, filters, order: { by, descending }, limit: 50 }
            const first = await store.lists.page(listRequest(asked))
            const after = first.at(-1)?.position ?? null
            const second = after === null ? [] : await store.lists.page(listRequest({ ...asked, after }))
            const found = [...first, ...second].map(({ key }) => key.clientId)
            expect({ filters, by, descending, found }).toEqual({
              filters,
              by,
              descending,
              found: expected.slice(0, 100),
            })
          }
  })
})
