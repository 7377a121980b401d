import { afterEach, describe, expect, test, vi } from 'vitest'
import { deleteInAuth0 } from '../support/auth0.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack, StackOptions } from '../support/stack.ts'
import { makeScanDue, scanAgain, untilScanned } from './scans.ts'
import { expectWoken } from './own-changes.ts'

/** A stack whose scan is due only when a test says so. */
const quiet: StackOptions = { tenant: { scanInterval: '24h', freshness: '24h' } }

describe.skipIf(servers === null)('scans', () => {
  let stack: Stack
  const start = async (options: StackOptions): Promise<void> => {
    stack = await startStack(options)
    await untilScanned(stack)
  }
  const seeded = (name: string): string =>
    stack.simulator.seed({
      name,
      callbacks: ['https://a.example.com/cb'],
      client_metadata: { owners: '["auth0|tester"]' },
    })
  const row = async (clientId: string) => {
    const [found] = await stack.query<{
      observed: Record<string, unknown>
      drifted: boolean
      vanished: boolean
      verify: boolean
    }>(
      `select observed, drifted_at is not null as drifted, vanished_at is not null as vanished,
              verify_at is not null as verify from nexus.clients where client_id = $1`,
      [clientId],
    )
    return found
  }
  const settledRow = (clientId: string) =>
    vi.waitFor(
      async () => {
        const found = await row(clientId)
        expect(found?.verify).toBe(false)
        return found
      },
      { timeout: 20_000, interval: 50 },
    )
  const readings = (): number => stack.simulator.stats.byRoute['GET /api/v2/clients/{id} 200'] ?? 0
  /** Somebody changes a client in Auth0's dashboard. */
  const outside = (clientId: string, members: { readonly callbacks: string[] }): void => {
    stack.simulator.seed({ ...stack.simulator.clients.get(clientId), ...members })
  }

  afterEach(() => stack.close())

  test('a shorter interval in the configuration counts at once: the next scan is due by the shorter of both', async () => {
    await start({ tenant: { scanInterval: '1h', freshness: '24h' } })
    await stack.stop()
    // As an interval of three hours has left it.
    await stack.query(
      `update nexus.tenants set last_scan_at = now() - interval '2 hours', next_scan_at = now() + interval '1 hour'`,
    )
    await stack.start()
    await vi.waitFor(
      async () => {
        const [tenant] = await stack.query(
          `select last_scan_at > now() - interval '1 minute' as anew from nexus.tenants`,
        )
        expect(tenant).toEqual({ anew: true })
      },
      { timeout: 10_000, interval: 100 },
    )
  })

  test('all clients become known, page by page, but the global one and our own', async () => {
    await start({ ...quiet, simulator: { clients: 250 } })
    const [known] = await stack.query<{ clients: number; forbidden: number }>(
      `select count(*)::int as clients,
              count(*) filter (where observed->>'global' = 'true' or client_id = $1)::int as forbidden from nexus.clients`,
      [stack.simulator.credential.clientId],
    )
    expect(known).toEqual({ clients: 250, forbidden: 0 })
    expect(stack.simulator.stats.byRoute['GET /api/v2/clients 200']).toBe(3)
    expect(readings()).toBe(0)
  })

  test('drift is confirmed by one reading, reported, and its end is noticed', async () => {
    await start(quiet)
    const id = seeded('Drifts')
    expect((await stack.patch(id, { callbackUrls: ['https://b.example.com/cb'] })).status).toBe(200)
    stack.simulator.resetStats()
    outside(id, { callbacks: ['https://stolen.example.com/cb'] })
    await scanAgain(stack)
    expect(await settledRow(id)).toMatchObject({
      drifted: true,
      observed: { callbacks: ['https://stolen.example.com/cb'] },
    })
    expect(readings()).toBe(1)
    // Known already: another scan reads nothing more.
    await scanAgain(stack)
    expect(readings()).toBe(1)
    expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(['https://stolen.example.com/cb'])
    outside(id, { callbacks: ['https://b.example.com/cb'] })
    await scanAgain(stack)
    expect(await settledRow(id)).toMatchObject({ drifted: false })
  })

  test('a field that is not owned follows what is observed, without any reading', async () => {
    await start(quiet)
    const id = seeded('Follows')
    expect((await stack.patch(id, { productName: 'Billing' })).status).toBe(200)
    stack.simulator.resetStats()
    outside(id, { callbacks: ['https://moved.example.com/cb'] })
    await scanAgain(stack)
    expect(await row(id)).toMatchObject({ drifted: false, observed: { callbacks: ['https://moved.example.com/cb'] } })
    expect(readings()).toBe(0)
  })

  test('under the policy revert the confirmed values go back, as a change whose author is the policy', async () => {
    await start({ tenant: { ...quiet.tenant, driftPolicy: 'revert' } })
    const id = seeded('Reverts')
    expect((await stack.patch(id, { callbackUrls: ['https://b.example.com/cb'] })).status).toBe(200)
    outside(id, { callbacks: ['https://stolen.example.com/cb'] })
    await scanAgain(stack)
    await vi.waitFor(
      () => expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(['https://b.example.com/cb']),
      { timeout: 20_000 },
    )
    const changes = await vi.waitFor(async () => {
      const found = await stack.query(`select author->>'kind' as kind, status from nexus.changes order by generation`)
      expect(found.at(-1)).toEqual({ kind: 'policy', status: 'applied' })
      return found
    }, 10_000)
    expect(changes).toHaveLength(2)
    await expectWoken(stack, id)
    expect(await settledRow(id)).toMatchObject({ drifted: false })
  })

  test('a client that is gone is only believed to be gone after a reading', async () => {
    await start(quiet)
    const id = seeded('Vanishes')
    expect((await stack.request(`/v1/tenants/acme/clients/${id}`)).status).toBe(200)
    expect(stack.simulator.clients.get(id)).toBeDefined()
    await deleteInAuth0(stack.simulator, id)
    await scanAgain(stack)
    expect(await settledRow(id)).toMatchObject({ vanished: true })
    expect((await stack.patch(id, { productName: 'Gone' })).status).toBe(404)
  })

  test('a scan that breaks off says so, and takes nothing for gone', async () => {
    await start({ ...quiet, simulator: { clients: 5 } })
    stack.simulator.setFaults({ errorShare: 1, methods: ['GET'] })
    await makeScanDue(stack)
    const problem = await vi.waitFor(
      async () => {
        const [tenant] = await stack.query<{ problem: string | null }>(
          `select scan_problem as problem from nexus.tenants`,
        )
        expect(tenant?.problem).not.toBeNull()
        return tenant?.problem
      },
      { timeout: 20_000 },
    )
    expect(problem).toMatch(/5\d\d/)
    const [gone] = await stack.query(
      `select count(*)::int as gone from nexus.clients where vanished_at is not null or verify_at is not null`,
    )
    expect(gone).toEqual({ gone: 0 })
  })

  test('what a page says is older than a change that came while it was on its way', async () => {
    await start(quiet)
    const id = seeded('Overtaken')
    expect((await stack.patch(id, { callbackUrls: ['https://b.example.com/cb'] })).status).toBe(200)
    stack.simulator.setFaults({ slowBodyMs: 1500, methods: ['GET'] })
    await makeScanDue(stack)
    await vi.waitFor(async () => {
      const [tenant] = await stack.query<{ scanning: boolean }>(
        `select scan_until is not null as scanning from nexus.tenants`,
      )
      expect(tenant?.scanning).toBe(true)
    }, 5000)
    expect((await stack.patch(id, { callbackUrls: ['https://c.example.com/cb'] })).status).toBe(200)
    stack.simulator.setFaults({})
    await untilScanned(stack)
    expect(await settledRow(id)).toMatchObject({
      drifted: false,
      observed: { callbacks: ['https://c.example.com/cb'] },
    })
  })
})
