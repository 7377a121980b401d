import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { Running, Tenant, TenantList } from '../../../api/tenants/answers.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient, unreachableTenant } from '../support.ts'

describe.skipIf(servers === null)("an operator's view of tenants", () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      tenant: { plan: 'self-service', scanInterval: '24h', freshness: '1h' },
      otherTenants: [unreachableTenant('globex')],
    })
  })
  afterAll(() => stack.close())

  const operator = () => stack.token({ sub: 'auth0|operator', permissions: ['tenant.admin'] })
  const ask = async <T>(schema: z.ZodType<T>, path: string) => {
    const { status, body } = await read(await stack.request(path, { as: operator() }))
    expect(status).toBe(200)
    return schema.parse(body)
  }
  const acme = () => ask(Tenant, '/v1/tenants/acme')
  const running = () => ask(Running, '/v1/tenants/acme/running')
  const post = (path: string) => stack.request(path, { method: 'POST', as: operator() })

  test('who paused it and since when, and how long the oldest change has waited', async () => {
    expect(await acme()).toMatchObject({ paused: null, pausedBy: null, oldestWaitingAt: null })
    const id = seedClient(stack)
    await post('/v1/tenants/acme/pause')
    try {
      const change = (await stack.patch(id, { productName: 'Shed' })).headers.get('nexus-change')
      const paused = await acme()
      expect(paused).toMatchObject({
        paused: expect.stringMatching(/^\d{4}-/),
        pausedBy: { kind: 'user', id: 'auth0|operator', application: 'portal' },
        backlog: 1,
      })
      const [row] = await stack.query<{ at: Date }>(
        `select accepted_at as at from nexus.changes where client_id = $1`,
        [id],
      )
      expect(paused.oldestWaitingAt).toBe(row?.at.toISOString())
      // Paused again, it still is who paused it first.
      await stack.request('/v1/tenants/acme/pause', {
        method: 'POST',
        as: stack.token({ sub: 'auth0|second', permissions: ['tenant.admin'] }),
      })
      expect((await acme()).pausedBy?.id).toBe('auth0|operator')
      // Else it would be sent in the middle of another test.
      expect((await stack.request(`/v1/tenants/acme/changes/${change}`, { method: 'DELETE' })).status).toBe(204)
    } finally {
      await post('/v1/tenants/acme/resume')
    }
    expect(await acme()).toMatchObject({ paused: null, pausedBy: null })
  })

  test('a client that is paused says nothing of who paused the tenant', async () => {
    await post(`${pathOf(seedClient(stack))}/pause`)
    expect((await acme()).pausedBy).toBeNull()
  })

  test('the budget of each bucket of its plan, and what Auth0 last said of it', async () => {
    await stack.query(
      `insert into nexus.budgets (tenant_id, bucket, interval_ms, burst, next_at, remaining, seen_at, foreign_per_second, blocked_until)
       values ('acme', 'other', 400, 10, clock_timestamp() + interval '1 day', 3, '2026-01-01T00:00:00Z', 0.5, '2026-01-01T00:00:05Z')
       on conflict (tenant_id, bucket) do update set next_at = excluded.next_at, remaining = excluded.remaining,
         seen_at = excluded.seen_at, foreign_per_second = excluded.foreign_per_second, blocked_until = excluded.blocked_until`,
    )
    const { budgets } = await acme()
    expect(budgets.map(({ bucket }) => bucket)).toEqual(['read-clients', 'other'])
    expect(budgets[1]).toEqual({
      bucket: 'other',
      burst: 10,
      perSecond: 2.5,
      left: 0,
      remaining: 3,
      observedAt: '2026-01-01T00:00:00.000Z',
      othersPerSecond: 0.5,
      throttledUntil: '2026-01-01T00:00:05.000Z',
      throttledThisHour: 0,
      throttledLastHour: 0,
    })
    await stack.query(`update nexus.budgets set next_at = clock_timestamp() - interval '1 day', blocked_until = null`)
  })

  test.each([
    { reason: 'in this hour and the one before', ago: '0 hours', seen: [5, 2] },
    { reason: 'in the hour before alone', ago: '1 hour', seen: [0, 5] },
    { reason: 'longer ago', ago: '2 hours', seen: [0, 0] },
    { reason: 'by a clock that was ahead', ago: '-3 hours', seen: [0, 0] },
  ])('how often Auth0 refused a call as one too many: $reason', async ({ ago, seen }) => {
    await stack.query(
      `insert into nexus.budgets (tenant_id, bucket, interval_ms, burst, next_at, throttled_hour, throttled, throttled_before)
       values ('acme', 'other', 400, 10, clock_timestamp(), date_trunc('hour', clock_timestamp(), 'UTC') - $1::interval, 5, 2)
       on conflict (tenant_id, bucket) do update set throttled_hour = excluded.throttled_hour,
         throttled = excluded.throttled, throttled_before = excluded.throttled_before`,
      [ago],
    )
    const { budgets } = await acme()
    expect([budgets[1]?.throttledThisHour, budgets[1]?.throttledLastHour]).toEqual(seen)
  })

  test('in the list too: whether a worker serves it, whether a scan runs, what has stalled', async () => {
    const id = seedClient(stack)
    await stack.request(pathOf(id))
    await stack.query(`update nexus.clients set stalled_at = clock_timestamp() where client_id = $1`, [id])
    const { tenants } = await ask(TenantList, '/v1/tenants')
    expect(tenants.map(({ id, served, stalled, budgets }) => [id, served, stalled, budgets.length])).toEqual([
      ['acme', true, 1, 2],
      ['globex', true, 0, 1],
    ])
    await stack.query(
      `update nexus.tenants set scan_until = clock_timestamp() + interval '1 minute' where tenant_id = 'acme'`,
    )
    expect((await acme()).scan.running).toBe(true)
    await stack.query(`update nexus.tenants set scan_until = null where tenant_id = 'acme'`)
    expect((await acme()).scan.running).toBe(false)
  })

  test('what runs now', async () => {
    const id = seedClient(stack)
    await stack.request(pathOf(id))
    stack.simulator.setFaults({ latencyMs: 2000, methods: ['PATCH'] })
    try {
      await stack.patch(id, { productName: 'Slow' }, { headers: { prefer: 'respond-async' } })
      const found = await vi.waitFor(
        async () => {
          const { running: now } = await running()
          expect(now).toHaveLength(1)
          return now[0]
        },
        { timeout: 15_000 },
      )
      expect(found).toMatchObject({ client: id, attempt: 1 })
      const [row] = await stack.query<{ at: Date }>(
        `select accepted_at as at from nexus.changes where client_id = $1`,
        [id],
      )
      expect(Date.parse(found?.since ?? '')).toBeGreaterThanOrEqual(row?.at.getTime() ?? Infinity)
    } finally {
      stack.simulator.setFaults({})
    }
    await vi.waitFor(async () => expect(await running()).toEqual({ running: [] }), { timeout: 15_000 })
  })
})
