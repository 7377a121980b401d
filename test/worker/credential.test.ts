import { afterEach, describe, expect, test, vi } from 'vitest'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

describe.skipIf(servers === null)("a tenant's credential", () => {
  let stack: Stack
  afterEach(() => stack.close())

  /** A tenant with a client that Nexus knows. */
  const start = async (scopes?: readonly string[]): Promise<string> => {
    stack = await startStack({
      simulator: scopes === undefined ? {} : { scopes },
      tenant: { scanInterval: '24h', freshness: '24h' },
    })
    // Its first scan is over, so that every call seen later is one of the test's.
    await vi.waitFor(async () => {
      const [row] = await stack.query<{ over: boolean }>(
        `select next_scan_at > now() and scan_until is null as over from nexus.tenants`,
      )
      expect(row?.over).toBe(true)
    }, 10_000)
    const id = stack.simulator.seed({ name: 'Under test', client_metadata: { owners: '["auth0|tester"]' } })
    expect((await stack.request(`/v1/tenants/acme/clients/${id}`)).status).toBe(200)
    return id
  }
  const tenant = async () => {
    const [row] = await stack.query<{ held: boolean; probed: boolean }>(
      `select held_at is not null as held, next_probe_at > now() as probed from nexus.tenants`,
    )
    return row
  }
  const statusOf = async (answer: Response) => {
    const [row] = await stack.query<{ status: string }>('select status from nexus.changes where id = $1', [
      answer.headers.get('nexus-change'),
    ])
    return row?.status
  }
  const calls = (route: string): number =>
    Object.entries(stack.simulator.stats.byRoute)
      .filter(([name]) => name.startsWith(route))
      .reduce((sum, [, count]) => sum + count, 0)

  test('revoked tokens cost one new token and one more call, and nobody notices', async () => {
    const id = await start()
    stack.simulator.resetStats()
    stack.simulator.setFaults({ revokeTokens: true })
    expect((await stack.patch(id, { applicationName: 'Till' })).status).toBe(200)
    expect(stack.simulator.stats.byRoute).toMatchObject({
      'POST /oauth/token 200': 1,
      'PATCH /api/v2/clients/{id} 401': 1,
      'PATCH /api/v2/clients/{id} 200': 1,
    })
    expect(await tenant()).toMatchObject({ held: false })
  })

  test('that becomes ill while a caller waits: the answer is a 202 then, not at the end of the wait', async () => {
    const id = await start()
    stack.simulator.setFaults({ refuseCredential: true, revokeTokens: true })
    const asked = performance.now()
    const answer = await stack.patch(id, { applicationName: 'Till' }, { headers: { prefer: 'wait=60' } })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([202, '30'])
    // Far less than the minute that it would have waited.
    expect(performance.now() - asked).toBeLessThan(30_000)
    expect(await tenant()).toMatchObject({ held: true })
    expect(await statusOf(answer)).toBe('accepted')

    // A list of changes waits in the same way, and no longer.
    await stack.query('update nexus.tenants set held_at = null, held_reason = null')
    const list = await stack.request('/v1/tenants/acme/clients', {
      method: 'PATCH',
      body: JSON.stringify([{ id, patch: { applicationName: 'Desk' } }]),
      headers: { 'content-type': 'application/json', prefer: 'wait=60' },
    })
    expect(list.status).toBe(202)
    expect(performance.now() - asked).toBeLessThan(50_000)
  })

  test('that may read but not write: the change is refused, and the tenant is not held', async () => {
    const id = await start(['read:clients'])
    const answer = await stack.patch(id, { applicationName: 'Till' })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(/scope/) })
    expect(await tenant()).toMatchObject({ held: false })
  })

  test('nothing is refused while a probe cannot tell', async () => {
    const id = await start(['read:clients'])
    stack.simulator.setFaults({ errorShare: 1, methods: ['GET'] })
    const probes = calls('GET /api/v2/clients 5')
    const answer = await stack.patch(id, { applicationName: 'Till' }, { headers: { prefer: 'wait=1' } })
    expect(answer.status).toBe(202)
    await vi.waitFor(() => expect(calls('GET /api/v2/clients 5')).toBeGreaterThan(probes), 10_000)
    expect(await statusOf(answer)).toBe('accepted')
    stack.simulator.setFaults({})
    await vi.waitFor(async () => expect(await statusOf(answer)).toBe('rejected'), 15_000)
  })

  test('a held tenant stays held while a probe cannot tell, and nothing but probes is sent to it', async () => {
    const id = await start()
    stack.simulator.setFaults({ refuseCredential: true, revokeTokens: true })
    const answer = await stack.patch(id, { applicationName: 'Till' }, { headers: { prefer: 'wait=0' } })
    await vi.waitFor(async () => expect(await tenant()).toMatchObject({ held: true }), 10_000)
    stack.simulator.setFaults({ outage: 'page' })
    stack.simulator.resetStats()
    await stack.query(`update nexus.tenants set next_probe_at = now()`)
    await vi.waitFor(async () => expect(await tenant()).toMatchObject({ probed: true }), 10_000)
    await vi.waitFor(() => expect(stack.simulator.stats.calls).toBeGreaterThan(0), 10_000)
    // Time for a hold that was lifted wrongly to send the change.
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await tenant()).toMatchObject({ held: true })
    expect(calls('PATCH')).toBe(0)
    expect(await statusOf(answer)).toBe('accepted')
    stack.simulator.setFaults({})
    await stack.query(`update nexus.tenants set next_probe_at = now()`)
    await vi.waitFor(async () => expect(await statusOf(answer)).toBe('applied'), 15_000)
    expect(stack.simulator.clients.get(id)).toMatchObject({ client_metadata: { application_name: 'Till' } })
  })
})
