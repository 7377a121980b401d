import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuditDraft } from '../../adapters/postgres/audit-draft.ts'
import { AuditUnavailable } from '../../adapters/postgres/audit.ts'
import { createAccept } from '../../adapters/postgres/changes/accept.ts'
import type { Accept } from '../../adapters/postgres/changes/accept.ts'
import { createIdempotency, ClaimLost } from '../../adapters/postgres/changes/idempotency.ts'
import { createOperations } from '../../adapters/postgres/changes/operations.ts'
import type { Origin } from '../../adapters/postgres/changes/origin.ts'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { createTenants } from '../../adapters/postgres/tenants/tenants.ts'
import { servers } from '../support/stack.ts'
import { accepted, author, keysOf, known, openStore, present, takes } from './support.ts'
import type { Key, Store } from './support.ts'

const values = { productName: 'Till' }

const draft = ({ tenantId, clientId }: Key) =>
  createAuditDraft({
    action: 'client.patch',
    tenantId,
    actor: author,
    address: null,
    requestId: null,
    target: clientId,
    changeId: null,
  })

describe.skipIf(servers === null)('accepting a change on what was loaded', () => {
  let store: Store
  /** A way to it on which every statement is noted, by its first words. */
  let noted: ReturnType<typeof connect>
  let accept: Accept
  const asked: string[] = []
  beforeAll(async () => {
    store = await openStore()
    noted = connect(store.url, () => undefined)
    noted.pool.on('connect', (client) => {
      const query = client.query.bind(client)
      Object.assign(client, {
        query: (statement: string | { readonly text: string }, ...more: never[]) => {
          const text = typeof statement === 'string' ? statement : statement.text
          asked.push(text.trim().split(' ', 2).join(' '))
          return query(text === statement ? text : statement, ...more)
        },
      })
    })
    accept = createAccept(noted.db, keysOf)
  })
  afterAll(async () => {
    await noted.close()
    await store.close()
  })

  const load = async (key: Key) => present(await store.clients.load(key))
  const acceptOn = async (
    key: Key,
    loaded: Awaited<ReturnType<typeof load>>,
    { origin, decide = takes(values) }: { origin?: Origin; decide?: ReturnType<typeof takes> } = {},
  ) => {
    const audit = draft(key)
    asked.length = 0
    const outcome = await accept(key, author, decide, { loaded, origin, audit })
    return { outcome, audit, statements: [...asked] }
  }
  /** All that an acceptance writes about a client. */
  const written = async ({ clientId }: Key) => {
    const [row] = await store.query(
      `select c.generation, c.revision, (select count(*) from nexus.changes h where h.client_id = c.client_id) as changes,
              (select count(*) from nexus.audit a where a.target = c.client_id) as records,
              (select count(*) from nexus.terraform_events e where e.client_id = c.client_id) as events
       from nexus.clients c where c.client_id = $1`,
      [clientId],
    )
    return row
  }
  const manage = async ({ clientId }: Key, state: string): Promise<void> => {
    await store.query(`insert into nexus.terraform_named values ('acme', $1, true) on conflict do nothing`, [state])
    await store.query(
      `insert into nexus.terraform_states (tenant_id, name) values ('acme', $1) on conflict do nothing`,
      [state],
    )
    await store.query(
      `insert into nexus.terraform_resources (tenant_id, state, place, address, type, client_id, tainted)
       values ('acme', $1, 0, $2, 'auth0_client', $3, false)`,
      [state, `auth0_client.${clientId}`, clientId],
    )
  }

  test('takes one statement, with its record', async () => {
    const key = await known(store)
    const { outcome, audit, statements } = await acceptOn(key, await load(key))
    expect(statements).toEqual(['with asked'])
    const state = await load(key)
    expect(outcome).toMatchObject({
      kind: 'accepted',
      settled: false,
      owned: ['productName'],
      state: { generation: 1, revision: state.revision, pending: state.pending },
    })
    expect(state.pending).toMatchObject([{ generation: 1, values }])
    expect(audit.isStored()).toBe(true)
    expect(await written(key)).toMatchObject({ changes: 1, records: 1 })
  })

  test.each([
    { reason: 'by one statement', loaded: load },
    { reason: 'on the locked row', loaded: () => Promise.resolve(undefined) },
  ])('keeps what the fields were: $reason', async ({ loaded }) => {
    const key = await known(store, { client_metadata: { product_name: 'Shop' } })
    await accept(key, author, takes({ productName: 'Till', callbackUrls: ['https://a.test'] }), {
      loaded: await loaded(key),
      audit: draft(key),
    })
    const [row] = await store.query(`select "before" from nexus.changes where client_id = $1`, [key.clientId])
    expect(row).toEqual({ before: { productName: 'Shop', callbackUrls: null } })
  })

  test('one that changes nothing is settled by it', async () => {
    const key = await known(store, { client_metadata: { product_name: 'Till' } })
    const { outcome, statements } = await acceptOn(key, await load(key), { decide: takes(values, true) })
    expect(statements).toEqual(['with asked'])
    expect(outcome).toMatchObject({ kind: 'accepted', settled: true })
    expect(await load(key)).toMatchObject({ base: values, generation: 1, settledGeneration: 1, pending: [] })
  })

  test('what lists say of the client is stored with it', async () => {
    const key = await known(store)
    await acceptOn(key, await load(key))
    expect(await store.query('select product from nexus.client_listings where client_id = $1', [key.clientId])).toEqual(
      [{ product: 'till' }],
    )
  })

  test('where it has moved on, the locked row is decided on, and all that came before is seen', async () => {
    const key = await known(store)
    const loaded = await load(key)
    await accepted(store, key, { applicationName: 'meanwhile' })
    const seen: number[] = []
    const { outcome } = await acceptOn(key, loaded, {
      decide: (...[state]: readonly { readonly generation: number }[]) => {
        seen.push(state?.generation ?? -1)
        return { kind: 'accepted', values, changesNothing: false }
      },
    })
    expect(seen).toEqual([0, 1])
    expect(outcome).toMatchObject({ kind: 'accepted', state: { generation: 2 } })
    expect((await load(key)).pending).toMatchObject([{ generation: 1 }, { generation: 2, values }])
  })

  test.each(['request', 'element'] as const)(
    'the origin (%s) is lost, though the client is as it was: nothing at all is stored',
    async (kind) => {
      const key = await known(store)
      const origin = await lostOrigin(kind, key)
      const before = await written(key)
      await expect(acceptOn(key, await load(key), { origin })).rejects.toThrow(ClaimLost)
      expect(await written(key)).toEqual(before)
    },
  )
  const lostOrigin = async (kind: Origin['kind'], key: Key): Promise<Origin> => {
    if (kind === 'element') {
      const operations = createOperations(store.postgres.db)
      const operationId = await operations.open('acme', author, [key.clientId], undefined)
      await operations.decide(operationId, 0, 'decided by another')
      return { kind, operationId, place: 0 }
    }
    const keys = createIdempotency(store.postgres.db)
    const named = { tenantId: 'acme', caller: author, key: key.clientId }
    const slow = await keys.claim(named, 'print', 0)
    await keys.claim(named, 'print', 60_000)
    if (slow.kind !== 'claimed') throw new Error(slow.kind)
    return { kind, claim: slow.claim }
  }

  test('the origin is still ours, but the client has moved on: it is stored once, with its origin', async () => {
    const key = await known(store)
    const loaded = await load(key)
    await accepted(store, key, { applicationName: 'meanwhile' })
    const keys = createIdempotency(store.postgres.db)
    const named = { tenantId: 'acme', caller: author, key: key.clientId }
    const claimed = await keys.claim(named, 'print', 60_000)
    if (claimed.kind !== 'claimed') throw new Error(claimed.kind)
    const { outcome } = await acceptOn(key, loaded, { origin: { kind: 'request', claim: claimed.claim } })
    expect(await keys.find(named)).toMatchObject({
      changeId: outcome.kind === 'accepted' ? outcome.changeId : undefined,
    })
    expect(await written(key)).toMatchObject({ generation: 2, changes: 2, records: 1 })
  })

  test('a state that was indexed since it was loaded learns of the field that became owned', async () => {
    const key = await known(store)
    const loaded = await load(key)
    await manage(key, 'indexed-since')
    const { outcome } = await acceptOn(key, loaded)
    expect(outcome).toMatchObject({ kind: 'accepted', state: { terraform: { states: ['indexed-since'] } } })
    expect(
      await store.query(`select kind, fields from nexus.terraform_events where client_id = $1`, [key.clientId]),
    ).toEqual([{ kind: 'owned', fields: ['productName'] }])
  })

  test('a state that has it all along learns of it by the one statement', async () => {
    const key = await known(store)
    await manage(key, 'all-along')
    const { statements } = await acceptOn(key, await load(key))
    expect(statements).toEqual(['with asked'])
    expect(await written(key)).toMatchObject({ events: 1 })
    const again = await acceptOn(key, await load(key))
    expect(again.statements).toEqual(['with asked'])
    expect(await written(key)).toMatchObject({ events: 1, changes: 2 })
  })

  test('whether anything is sent now is read with it, not taken from what was loaded', async () => {
    const key = await known(store)
    const loaded = await load(key)
    const tenants = createTenants(store.postgres.db)
    await tenants.hold('acme', 'ill', 60_000)
    try {
      const { outcome, statements } = await acceptOn(key, loaded)
      expect(statements).toEqual(['with asked'])
      expect(outcome).toMatchObject({ state: { blockedBy: 'tenant-held' } })
    } finally {
      await tenants.lift('acme')
    }
  })

  test('what cannot be recorded is not stored, and the error says that', async () => {
    const key = await known(store)
    const loaded = await load(key)
    await store.query('alter table nexus.audit add constraint never check (target is null) not valid')
    try {
      await expect(acceptOn(key, loaded)).rejects.toBeInstanceOf(AuditUnavailable)
    } finally {
      await store.query('alter table nexus.audit drop constraint never')
    }
    expect(await written(key)).toMatchObject({ generation: 0, changes: 0, records: 0 })
  })

  test('an answer that cannot be read is no reason to store a change twice', async () => {
    const key = await known(store)
    const loaded = await load(key)
    // No version of Nexus writes such a time.
    await store.query(
      `insert into nexus.tenants (tenant_id, held_at) values ('acme', 'infinity')
       on conflict (tenant_id) do update set held_at = excluded.held_at`,
    )
    try {
      expect((await acceptOn(key, loaded)).outcome).toMatchObject({ kind: 'accepted' })
    } finally {
      await store.query(`update nexus.tenants set held_at = null`)
    }
    expect(await written(key)).toMatchObject({ generation: 1, changes: 1, records: 1 })
  })

  test('a row that somebody is writing is waited for under the lock, not by the one statement', async () => {
    const key = await known(store)
    const loaded = await load(key)
    const other = await store.postgres.pool.connect()
    await other.query('begin')
    await other.query('select 1 from nexus.clients where client_id = $1 for update', [key.clientId])
    const accepting = acceptOn(key, loaded)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await written(key))?.['changes']).toBe(0)
    await other.query('commit')
    other.release()
    expect((await accepting).outcome).toMatchObject({ kind: 'accepted' })
    expect(await written(key)).toMatchObject({ generation: 1, changes: 1, records: 1 })
  })

  test('fifty at once on the same loaded row: one each, in one order, and each decision saw the one before', async () => {
    const key = await known(store)
    const loaded = await load(key)
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        accept(key, author, takes({ applicationName: `n${index}` }), { loaded, audit: draft(key) }),
      ),
    )
    const { generation, pending } = await load(key)
    expect(generation).toBe(50)
    expect(pending.map((change) => change.generation)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    expect(new Set(pending.map((change) => change.values.applicationName)).size).toBe(50)
    expect(await written(key)).toMatchObject({ changes: 50, records: 50 })
  })
})
