import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Sync } from '../../../api/sync/answers.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

/** No worker runs, so that everything stands still as it is set. */
describe.skipIf(servers === null)('GET …/sync tells why something waits', () => {
  let stack: Stack
  let client: string

  beforeAll(async () => {
    stack = await startStack({ tenant: { plan: 'free', freshness: '1h' }, roles: { api: true, worker: false } })
    await stack.query(`insert into nexus.tenants (tenant_id) values ('acme') on conflict do nothing`)
    client = seedClient(stack)
    await stack.patch(client, { productName: 'Shed' }, { headers: { prefer: 'respond-async' } })
    await stack.query(
      `insert into nexus.budgets (tenant_id, bucket, interval_ms, burst) values ('acme', 'all', 500, 2)
       on conflict (tenant_id, bucket) do update set next_at = clock_timestamp() - interval '1 minute'`,
    )
    await stack.query(`insert into nexus.terraform_named values ('acme', 'main', true)`)
    await stack.query(`insert into nexus.terraform_states (tenant_id, name) values ('acme', 'main')`)
    await stack.query(
      `insert into nexus.terraform_resources (tenant_id, state, place, address, type, client_id, tainted)
       values ('acme', 'main', 0, 'auth0_client.x', 'auth0_client', $1, false)`,
      [client],
    )
  })
  afterAll(() => stack.close())

  const waiting = async () => Sync.parse((await read(await stack.request(`${pathOf(client)}/sync`))).body).waiting
  const tenants = (set: string) => stack.query(`update nexus.tenants set ${set} where tenant_id = 'acme'`)
  const clients = (set: string) => stack.query(`update nexus.clients set ${set} where client_id = $1`, [client])

  // From the last reason to the first: each one that is set is told before those that stand already.
  test('one reason after the other', async () => {
    expect(await waiting()).toMatchObject({ reason: 'no-worker' })

    await tenants('served_at = clock_timestamp()')
    expect(await waiting()).toMatchObject({ reason: 'queued', since: expect.stringMatching(/^\d{4}-/), until: null })

    await stack.query(`update nexus.budgets set blocked_until = clock_timestamp() + interval '30 seconds'`)
    const limited = await waiting()
    expect(limited).toMatchObject({ reason: 'limit-reached' })
    const [{ until } = { until: new Date() }] = await stack.query<{ until: Date }>(
      'select blocked_until as until from nexus.budgets',
    )
    expect(limited?.until).toBe(until.toISOString())

    await stack.query(
      // Further ahead than it can be, which counts as the furthest, whenever it is looked at.
      `update nexus.budgets set blocked_until = null, next_at = clock_timestamp() + interval '1 minute'`,
    )
    expect(await waiting()).toMatchObject({ reason: 'limit-reached', until: expect.stringMatching(/^\d{4}-/) })

    await clients(
      `next_try_at = clock_timestamp() + interval '1 minute', failures = 2, last_failure = 'Auth0 answered 503'`,
    )
    expect(await waiting()).toMatchObject({
      reason: 'backing-off',
      detail: expect.stringContaining('Auth0 answered 503'),
    })

    await stack.query(
      `update nexus.terraform_states set lock = '{"Who":"ann@laptop"}', locked_at = clock_timestamp(),
         hold_until = clock_timestamp() + interval '10 minutes'`,
    )
    const applying = await waiting()
    expect(applying).toMatchObject({ reason: 'apply-running', detail: expect.stringContaining('ann@laptop') })
    expect(Date.parse(applying?.until ?? '')).toBeGreaterThan(Date.parse(applying?.since ?? ''))

    await tenants(`held_at = clock_timestamp(), held_reason = 'unauthorized: wrong secret'`)
    expect(await waiting()).toMatchObject({ reason: 'tenant-held', detail: expect.stringContaining('wrong secret') })
    await tenants('paused_at = clock_timestamp()')
    expect(await waiting()).toMatchObject({ reason: 'tenant-paused', since: expect.stringMatching(/^\d{4}-/) })
    await clients('paused_at = clock_timestamp()')
    expect(await waiting()).toMatchObject({ reason: 'client-paused' })

    await clients(
      `lease_until = clock_timestamp() + interval '1 minute', attempt_deadline = clock_timestamp() + interval '40 seconds'`,
    )
    const running = await waiting()
    expect(running).toMatchObject({ reason: 'running' })
    expect(Date.parse(running?.until ?? '') - Date.parse(running?.since ?? '')).toBe(
      stack.configuration.worker.httpTimeoutMs,
    )
  })

  test('nothing where nothing waits', async () => {
    const other = seedClient(stack)
    const { body } = await read(await stack.request(`${pathOf(other)}/sync`))
    expect(Sync.parse(body).waiting).toBeNull()
  })
})
