import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createAudit } from '../../adapters/postgres/audit.ts'
import type { AuditFilter } from '../../adapters/postgres/audit.ts'
import { createClientLists, listConnections } from '../../adapters/postgres/clients/client-lists.ts'
import { sortFields } from '../../adapters/postgres/clients/list-request.ts'
import type { ClientListRequest } from '../../adapters/postgres/clients/list-request.ts'
import { connect, maximumPrepared } from '../../adapters/postgres/database/connect.ts'
import { syncWords, terraformWords } from '../../domain/clients/listing.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { servers } from '../support/stack.ts'
import { known, openStore } from './support.ts'
import type { Store } from './support.ts'

/** Every combination of one of each. */
const combined = <T extends object>(choices: { readonly [K in keyof T]: readonly T[K][] }): T[] =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- entries forget their keys
  Object.entries<readonly unknown[]>(choices).reduce<object[]>(
    (some, [name, values]) => some.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  ) as T[]

/** `count` of them, from everywhere: a prime as the step meets every value of every choice. */
const sample = <T>(all: readonly T[], count: number): T[] =>
  Array.from({ length: count }, (_, index) => all[(index * 7919) % all.length]).filter(
    (one): one is T => one !== undefined,
  )

const lists = combined<{
  owner: string | undefined
  product: string | undefined
  manuallyCreated: boolean | undefined
  terraform: (typeof terraformWords)[number] | undefined
  sync: (typeof syncWords)[number] | undefined
  drifted: boolean | undefined
  text: string | undefined
  by: (typeof sortFields)[number]
  descending: boolean
  isFirst: boolean
  isAll: boolean
}>({
  owner: [undefined, 'ann'],
  product: [undefined, 'Shop'],
  manuallyCreated: [undefined, true, false],
  terraform: [undefined, ...terraformWords],
  sync: [undefined, ...syncWords],
  drifted: [undefined, true, false],
  text: [undefined, 'a', 'alpha'],
  by: sortFields,
  descending: [false, true],
  isFirst: [true, false],
  isAll: [true, false],
})

const requestOf = ({ by, descending, isFirst, isAll, ...filters }: (typeof lists)[number]): ClientListRequest => ({
  tenantId: 'acme',
  keys: defaultMetadataKeys,
  except: 'own',
  claims: isAll ? 'all' : ['owner ann'],
  filters,
  order: { by, descending },
  after: isFirst ? null : { key: by === 'updated' ? 1_700_000_000_000 : 'm', id: 'm' },
  limit: 21,
})

/** What a server keeps for one connection: statements, and bytes of memory. */
const keptFor = async ({ pool }: Pick<ReturnType<typeof connect>, 'pool'>) => {
  const { rows } = await pool.query<{ statements: number; bytes: number }>(
    `select (select count(*) from pg_prepared_statements)::int as statements,
            (select sum(total_bytes) from pg_backend_memory_contexts)::float8 as bytes`,
  )
  return rows[0] ?? { statements: 0, bytes: 0 }
}

describe.skipIf(servers === null)('what a server keeps of statements', { timeout: 90_000 }, () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
    for (const name of ['Alpha', 'Beta', 'Mike'])
      await known(store, { name, client_metadata: { owners: '["ann"]', product_name: 'Shop' } })
  })
  afterAll(() => store.close())

  const open = (more: Parameters<typeof connect>[2]) => {
    const postgres = connect(store.url, () => undefined, { ...more, size: 1 })
    onTestFinished(postgres.close)
    return postgres
  }

  test('lists with 2,000 of the combinations of filter, order, place and caller leave nothing', async () => {
    const postgres = open(listConnections)
    const { page } = createClientLists(postgres.db)
    expect(lists.length).toBeGreaterThan(25_920)
    for (const list of sample(lists, 100)) await page(requestOf(list))
    const before = await keptFor(postgres)
    for (const list of sample(lists, 2000)) await page(requestOf(list))
    const after = await keptFor(postgres)
    expect(after.statements).toBe(0)
    expect(after.bytes - before.bytes).toBeLessThan(1_000_000)
  })

  test('every combination of filters of the audit is one of a few statements', async () => {
    const postgres = open({})
    const audit = createAudit(postgres.db)
    const filters = combined<{ readonly [K in keyof AuditFilter]-?: AuditFilter[K] }>({
      tenantId: [undefined, null, 'acme'],
      since: [undefined, '2026-01-01T00:00:00Z'],
      until: [undefined, '2026-01-01T00:00:00Z'],
      actor: [undefined, 'ann'],
      action: [undefined, 'pause'],
      outcome: [undefined, 'refused'],
      target: [undefined, 'main'],
    })
    for (const filter of filters)
      for (const newestFirst of [true, false])
        for (const after of [undefined, { at: '2026-01-01T00:00:00.000001Z', id: 7 }])
          await audit.page(filter, { limit: 10, newestFirst, ...(after && { after }) })
    expect(filters).toHaveLength(192)
    expect((await keptFor(postgres)).statements).toBeLessThanOrEqual(6)
  })

  test('whatever is asked, no connection has more than so many; the others are answered all the same', async () => {
    const postgres = open({})
    for (let number = 0; number < 2 * maximumPrepared; number += 1) {
      const { rows } = await sql<{ found: number }>`
        select ${number}::int as found, ${sql.lit(number)} as text
      `.execute(postgres.db)
      expect(rows).toMatchObject([{ found: number }])
    }
    expect((await keptFor(postgres)).statements).toBe(maximumPrepared)
  })
})
