import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClientListRequest } from '../../adapters/postgres/clients/list-request.ts'
import { createScans } from '../../adapters/postgres/clients/scans.ts'
import { authorize, claimsOf } from '../../domain/access/authorize.ts'
import { accessOf } from '../../domain/clients/desired.ts'
import { listingOf } from '../../domain/clients/listing.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { Caller, Permission, Values } from '../../domain/vocabulary.ts'
import { servers } from '../support/stack.ts'
import { accepted, author, known, listRequest, openStore, present, takes } from './support.ts'
import type { Key, Store } from './support.ts'

const names = ['auth0|ann', 'auth0|bob', 'billing', 'Billing', 'Shop', 'shop', 'a,b', '"x"', 'übung', '']
const name = fc.constantFrom(...names)

/** `owners` as people and programs write them: as JSON, with commas, as neither, or not at all. */
const rawOwners = fc.oneof(
  fc.array(name, { maxLength: 3 }).map((owners) => JSON.stringify(owners)),
  fc.array(name, { maxLength: 3 }).map((owners) => owners.join(', ')),
  fc.constantFrom('[broken', '[1, "billing", null]', '{}', ' ', '[]'),
)
const observed = fc.record({
  name: fc.constantFrom('Alpha', 'beta', 'Übung'),
  client_metadata: fc.option(
    fc.record({ owners: rawOwners, product_name: name, application_name: name }, { requiredKeys: [] }),
  ),
})
const values: fc.Arbitrary<Values> = fc.record(
  {
    owners: fc.option(fc.array(name, { maxLength: 3 })),
    productName: fc.option(name),
    applicationName: fc.option(name),
    callbackUrls: fc.constant(['https://a.test']),
  },
  { requiredKeys: [] },
)
const permission = fc.constantFrom<Permission>(
  'client.read',
  'client.write',
  'client.read.all',
  'client.write.all',
  'tenant.admin',
)
const caller: fc.Arbitrary<Caller> = fc.record({
  kind: fc.constant('user'),
  id: name,
  application: fc.constant(null),
  tenants: fc.constant('*'),
  permissions: fc
    .uniqueArray(permission, { minLength: 1, maxLength: 2 })
    .map((some): ReadonlySet<Permission> => new Set(some)),
  roles: fc.array(name, { maxLength: 2 }),
  products: fc.array(name, { maxLength: 2 }),
  terraformStates: fc.constant('*'),
})

/** Something that happens to a client, through whoever writes its row. */
type Step = (store: Store, key: Key) => Promise<unknown>
const step: fc.Arbitrary<Step> = fc.oneof(
  values.map(
    (wish): Step =>
      (store, key) =>
        store.accept(key, author, takes(wish)),
  ),
  values.map(
    (wish): Step =>
      async (store, key) =>
        // As the domain decides it: settled at once only where nothing waits.
        store.accept(key, author, (state) => takes(wish, state.pending.length === 0)()),
  ),
  observed.map((client): Step => async (store, key) => {
    await store.clients.observe(key, client, await store.clients.load(key))
  }),
  observed.map((client): Step => async (store, key) => {
    const askedAt = await store.query<{ now: Date }>('select clock_timestamp() as now')
    await createScans(store.postgres.db).keepPage(
      key.tenantId,
      present(askedAt[0]).now,
      [{ clientId: key.clientId, client }],
      defaultMetadataKeys,
    )
  }),
  fc
    .record({ heard: fc.option(observed), take: fc.nat(3), refuse: fc.boolean(), meanwhile: fc.option(values) })
    .map(({ heard, take, refuse, meanwhile }): Step => async (store, key) => {
      const lease = await store.leases.take(key, 60_000, 30_000)
      if (lease === undefined) return
      // A change that comes while a call is under way is not settled with it.
      if (meanwhile) await store.accept(key, author, takes(meanwhile))
      const changes = lease.state.pending.slice(0, take)
      const refusal = { reason: 'refused', detail: '', issues: [] } as const
      await lease.settle({
        attemptClosed: true,
        ...(heard ? { observed: heard } : {}),
        ...(refuse ? {} : { confirmed: Object.assign({}, ...changes.map((change) => change.values)) }),
        outcomes: changes.map(({ id }) =>
          refuse ? { id, status: 'rejected', refusal } : { id, status: 'applied', supersededBy: null },
        ),
      })
    }),
  fc.nat(3).map((which): Step => async (store, key) => {
    const change = (await store.clients.load(key))?.pending[which]
    if (change) await store.changes.withdraw({ id: change.id, key })
  }),
  fc.constant<Step>(async (store, key) => store.clients.forget(key, present(await store.clients.load(key)).revision)),
)

describe.skipIf(servers === null)('who is shown what', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  const stored = async () => {
    const rows = await store.query<{ client_id: string; listing: unknown }>(
      `select client_id, jsonb_build_object('name', name, 'product', product, 'words', words,
         'admitsConfirmed', admits_confirmed, 'admitsDesired', admits_desired, 'drifted', drifted, 'readBy', read_by) as listing
       from nexus.client_listings`,
    )
    return Object.fromEntries(rows.map((row) => [row.client_id, row.listing]))
  }
  const listed = async (more: Partial<ClientListRequest> = {}): Promise<string[]> =>
    (await store.lists.page(listRequest(more))).clients.map(({ key }) => key.clientId)

  test('the database says of every client and caller what the pure function says, whatever has happened to it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(observed, fc.array(step, { minLength: 2, maxLength: 10 })), { minLength: 1, maxLength: 3 }),
        fc.array(caller, { minLength: 1, maxLength: 6 }),
        fc.record({ owner: fc.option(name, { nil: undefined }), product: fc.option(name, { nil: undefined }) }),
        async (histories, callers, filters) => {
          await store.query('truncate nexus.changes, nexus.client_listings, nexus.clients cascade')
          const keys: Key[] = []
          for (const [first, steps] of histories) {
            const key = await known(store, first)
            keys.push(key)
            for (const happens of steps) await happens(store, key)
          }
          const records = (await Promise.all(keys.map((key) => store.clients.load(key)))).map(present)
          const there = records.filter(({ vanished }) => !vanished)
          const ids = (some: typeof there): string[] => some.map(({ key }) => key.clientId).toSorted()
          expect(await stored()).toEqual(
            Object.fromEntries(there.map((record) => [record.key.clientId, listingOf(record, defaultMetadataKeys)])),
          )
          for (const one of callers) {
            const mine = there.filter((record) => {
              const { confirmed, desired } = accessOf(record, defaultMetadataKeys)
              return authorize(one, 'read', [confirmed, desired]).allowed
            })
            const claims = claimsOf(one, 'read')
            expect((await listed({ claims })).toSorted()).toEqual(ids(mine))
            const wanted = mine.filter((record) => {
              const { desired } = accessOf(record, defaultMetadataKeys)
              return (
                (filters.owner === undefined || desired.owners.includes(filters.owner)) &&
                (filters.product === undefined || filters.product === '' || desired.productName === filters.product)
              )
            })
            // The API lets no empty product through.
            const asked = { ...filters, product: filters.product === '' ? undefined : filters.product }
            expect((await listed({ claims, filters: asked })).toSorted()).toEqual(ids(wanted))
          }
        },
      ),
      { numRuns: 100 },
    )
  }, 120_000)

  test('a row that was read by other metadata keys is not shown until it is read anew', async () => {
    await store.query('truncate nexus.changes, nexus.client_listings, nexus.clients cascade')
    const key = await known(store, { client_metadata: { owners: '["auth0|ann"]', team: 'auth0|bob' } })
    const keys = { ...defaultMetadataKeys, owners: 'team' }
    const claims = ['owner auth0|bob']
    expect(await listed({ claims: ['owner auth0|ann'] })).toEqual([key.clientId])
    expect(await listed({ keys })).toEqual([])
    expect(await store.lists.page(listRequest({ keys }))).toMatchObject({ clients: [], stale: true })
    expect(await store.lists.rebuildStale('acme', keys, 10)).toBe(1)
    expect(await store.lists.rebuildStale('acme', keys, 10)).toBe(0)
    expect(await listed({ keys, claims })).toEqual([key.clientId])
    expect(await store.lists.page(listRequest({ keys }))).toMatchObject({ stale: false })
    expect(await listed({ keys, claims: ['owner auth0|ann'] })).toEqual([])
    // Whoever has the older configuration does not see it as theirs.
    expect(await listed()).toEqual([])
  })

  test('clients that were there before there were lists are read like that too', async () => {
    await store.query('truncate nexus.changes, nexus.client_listings, nexus.clients cascade')
    const key = await known(store, { name: 'Early' })
    await accepted(store, key, { owners: ['auth0|ann'] })
    await store.query(
      `update nexus.client_listings set name = '', words = '', admits_confirmed = '{}', admits_desired = '{}', read_by = ''`,
    )
    expect(await listed()).toEqual([])
    expect(await store.lists.rebuildStale('acme', defaultMetadataKeys, 1)).toBe(1)
    expect(await listed({ filters: { owner: 'auth0|ann', text: 'early' } })).toEqual([key.clientId])
    // As the change is not in Auth0 yet, it lets nobody in.
    expect(await listed({ claims: ['owner auth0|ann'] })).toEqual([])
  })

  test('a change that names nothing of it leaves the listing as it is', async () => {
    await store.query('truncate nexus.changes, nexus.client_listings, nexus.clients cascade')
    const key = await known(store, { name: 'Quiet' })
    const version = async () => (await store.query('select xmin::text from nexus.client_listings'))[0]
    const before = await version()
    const id = await accepted(store, key, { callbackUrls: ['https://a.test'] })
    const lease = present(await store.leases.take(key, 60_000, 30_000))
    await lease.settle({
      attemptClosed: true,
      observed: { name: 'Quiet', callbacks: ['https://a.test'] },
      confirmed: { callbackUrls: ['https://a.test'] },
      outcomes: [{ id, status: 'applied', supersededBy: null }],
    })
    expect(await version()).toEqual(before)
  })
})
