import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApplyChecks } from '../../adapters/postgres/terraform/apply-checks.ts'
import { createOperations } from '../../adapters/postgres/changes/operations.ts'
import { servers } from '../support/stack.ts'
import { accepted, author, known, openStore } from './support.ts'
import type { Store } from './support.ts'

const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000)

describe.skipIf(servers === null)('what is kept for a time only', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore()
  })
  afterAll(() => store.close())

  test('settled changes are forgotten after their time, some at once; what waits, and what is told of, stays', async () => {
    const key = await known(store)
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) ids.push(await accepted(store, key, { applicationName: `a${index}` }))
    const [first, second, third, told] = ids
    const settle =
      "update nexus.changes set status = 'applied', settled_at = clock_timestamp() - interval '9 days' where id = any($1)"
    await store.query(settle, [[first, second, third, told]])
    const operations = createOperations(store.postgres.db)
    await operations.open(key.tenantId, author, [key.clientId], undefined)
    await store.query('update nexus.operation_elements set change_id = $1', [told])
    expect(await store.changes.expire(ago(10), 100)).toBe(0)
    expect(await store.changes.expire(ago(8), 2)).toBe(2)
    expect(await store.changes.expire(ago(8), 2)).toBe(1)
    expect(await store.changes.expire(ago(8), 2)).toBe(0)
    const left = await store.query('select id from nexus.changes')
    expect(new Set(left.map(({ id }) => id))).toEqual(new Set(ids.slice(3)))
    // The next change goes on where the last one was.
    await accepted(store, key, { applicationName: 'next' })
    expect((await store.clients.load(key))?.generation).toBe(6)
  })

  test('of what happened to a state only the newest events stay', async () => {
    await store.query("insert into nexus.terraform_states (tenant_id, name, snapshot) values ('acme', 'main', 50)")
    await store.query(
      "insert into nexus.terraform_events (tenant_id, state, snapshot, client_id, kind) select 'acme', 'main', n, 'c', 'owned' from generate_series(1, 50) n",
    )
    await createApplyChecks(store.postgres.db, { applyWaitMs: 1000 }).expireEvents(20)
    expect(
      await store.query('select min(snapshot)::int as oldest, count(*)::int as count from nexus.terraform_events'),
    ).toEqual([{ oldest: 31, count: 20 }])
  })
})
