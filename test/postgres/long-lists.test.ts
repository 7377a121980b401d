import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sortFields } from '../../adapters/postgres/clients/list-request.ts'
import type { ClientListRequest } from '../../adapters/postgres/clients/list-request.ts'
import { createScans } from '../../adapters/postgres/clients/scans.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { servers } from '../support/stack.ts'
import { listRequest, openStore, present } from './support.ts'
import type { Store } from './support.ts'

// More than are looked at in order first, before more than are put in order.
const all = Array.from({ length: 6500 }, (_, index) => ({
  index,
  id: `many${String(index).padStart(4, '0')}`,
  name: `Client ${String((index * 7) % 6500).padStart(4, '0')}`,
  // The last thousand are few enough to be put in order, and farther away than an order is followed for that.
  product: index < 3000 ? 'Early' : index < 5500 ? 'Late' : 'Last',
  rare: index % 500 === 499,
}))
type One = (typeof all)[number]

interface Case {
  readonly filters: ClientListRequest['filters']
  readonly passes: (one: One) => boolean
}

const sorts = {
  id: (one: One) => one.id,
  name: (one: One) => one.name,
  product: (one: One) => one.product + one.id,
  updated: (one: One) => one.id,
}

describe.skipIf(servers === null)('lists of very many clients', { timeout: 90_000 }, () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
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
  })
  afterAll(() => store.close())

  /** Two pages, in every order, up and down, for who may see all and for who owns all: as they are, and as they should be. */
  const pages = async ({ filters, passes }: Case) => {
    const found: object[] = []
    const expected: object[] = []
    for (const by of sortFields)
      for (const descending of [false, true])
        for (const claims of ['all', ['owner all']] as const) {
          const upwards = all
            .filter(passes)
            .toSorted((a, b) => (sorts[by](a) < sorts[by](b) ? -1 : 1))
            .map(({ id }) => id)
          const ids = (descending ? upwards.toReversed() : upwards).slice(0, 100)
          const asked = { claims, filters, order: { by, descending }, limit: 50 }
          const { clients: first } = await store.lists.page(listRequest(asked))
          const after = first.at(-1)?.position ?? null
          const second = after === null ? [] : (await store.lists.page(listRequest({ ...asked, after }))).clients
          found.push({ filters, by, descending, ids: [...first, ...second].map(({ key }) => key.clientId) })
          expected.push({ filters, by, descending, ids })
        }
    return { found, expected }
  }

  test('a list is the same however many pass, and however far from its beginning they stand', async () => {
    const cases: readonly Case[] = [
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
    for (const one of cases) {
      const { found, expected } = await pages(one)
      expect(found).toEqual(expected)
    }
  })

  test.each<{ reason: string; has: (one: One) => boolean }>([
    { reason: 'so few that each is looked up', has: ({ index }) => index % 40 === 0 },
    { reason: 'so many that the first rows fill a page', has: ({ index }) => index % 3 === 0 },
    { reason: 'many, at one end of the orders by id and update', has: ({ index }) => index >= 5900 },
    { reason: 'many, in the middle of them', has: ({ index }) => index >= 3200 && index < 3800 },
  ])('so it is with the clients of states: $reason', async ({ has }) => {
    await store.query('truncate nexus.terraform_resources, nexus.terraform_named')
    await store.query(`insert into nexus.terraform_named values ('acme', 'main', true), ('acme', 'other', false)`)
    // A client in two states is there once, and a state that nobody names has no power.
    await store.query(
      `insert into nexus.terraform_resources (tenant_id, state, place, address, type, client_id, tainted)
       select 'acme', state, row_number() over (), 'auth0_client.c_' || id, 'auth0_client', id, false
       from unnest($1::text[]) id, unnest(array['main', 'other']) state where state = 'main' or id like '%0'
       union all
       select 'acme', 'unnamed', row_number() over (), 'auth0_client.c_' || id, 'auth0_client', id, false
       from unnest($2::text[]) id`,
      [all.filter(has).map(({ id }) => id), all.map(({ id }) => id)],
    )
    const managed: readonly Case[] = [
      { filters: { manuallyCreated: false }, passes: has },
      { filters: { terraform: 'managed', product: 'Last' }, passes: (one) => has(one) && one.product === 'Last' },
      { filters: { manuallyCreated: false, text: 'rarität' }, passes: (one) => has(one) && one.rare },
      { filters: { manuallyCreated: false, drifted: true }, passes: (one) => has(one) && one.id.endsWith('77') },
      { filters: { manuallyCreated: false, sync: 'pending' }, passes: (one) => has(one) && one.id.endsWith('99') },
      { filters: { manuallyCreated: false, sync: 'synced' }, passes: (one) => has(one) && !one.id.endsWith('99') },
      { filters: { manuallyCreated: true }, passes: (one) => !has(one) },
      { filters: { manuallyCreated: true, terraform: 'managed' }, passes: () => false },
    ]
    for (const one of managed) {
      const { found, expected } = await pages(one)
      expect(found).toEqual(expected)
    }
  })
})
