import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { TenantDifferences } from '../../domain/changes/tenant-report.ts'
import { pathOf } from '../api/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { makeScanDue } from './scans.ts'

/** What happens to one client before the plan is printed. */
const history = fc.record({
  /** Applied before: the fields that Nexus owns. */
  confirmed: fc.record({
    callbackUrls: fc.constantFrom(
      ['https://a.example.com/cb'],
      ['https://a.example.com/cb', 'https://b.example.com/cb'],
    ),
    applicationName: fc.constantFrom('First', 'Second'),
  }),
  /** Somebody else changes it in Auth0. */
  outside: fc.option(
    fc.record(
      { callbacks: fc.constantFrom('https://c.example.com/cb', null), application: fc.constantFrom('Third', 'First') },
      { requiredKeys: [] },
    ),
  ),
  /** Accepted, and not sent yet. */
  pending: fc.array(
    fc.record(
      {
        callbackUrls: fc.constantFrom(['https://d.example.com/cb'], ['https://e.example.com/cb']),
        applicationName: fc.constantFrom('Fourth', ''),
        client_upn_key: fc.constantFrom('email', 'upn'),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 3 },
  ),
  /** Whether some of what waits was refused together, and is tried one by one. */
  suspects: fc.boolean(),
})

const seed = 20_260

describe.skipIf(servers === null).each(['report', 'revert'] as const)('the printed plan under %s', (driftPolicy) => {
  let stack: Stack
  afterEach(() => stack.close())

  test(`is, byte for byte, what Auth0 gets next (histories of seed ${seed})`, async () => {
    stack = await startStack({ tenant: { scanInterval: '24h', freshness: '24h', driftPolicy } })
    const admin = stack.token({ sub: 'auth0|tester', permissions: ['tenant.admin', 'client.write.all'] })
    const say = async (path: string, init: RequestInit = {}): Promise<unknown> => {
      const response = await stack.request(path, { as: admin, ...init })
      const text = await response.text()
      expect(response.status, `${path}: ${text}`).toBeLessThan(300)
      return text === '' ? {} : JSON.parse(text)
    }
    const settled = () =>
      vi.waitFor(
        async () => {
          const waiting = `select 1 from nexus.clients where generation > settled_generation or verify_at is not null`
          expect(await stack.query(waiting)).toEqual([])
        },
        { timeout: 25_000, interval: 100 },
      )

    const clients = fc.sample(history, { seed, numRuns: 24 }).map((events, index) => {
      const id = stack.simulator.seed({ name: `Client ${index}`, app_type: 'regular_web' })
      return Object.assign({ id }, events)
    })
    for (const { id, confirmed } of clients) await (await stack.patch(id, confirmed, { as: admin })).text()
    for (const { id } of clients) await say(`${pathOf(id)}/pause`, { method: 'POST' })
    for (const { id, pending, suspects, outside } of clients) {
      for (const patch of pending.filter((values) => Object.keys(values).length > 0))
        await (await stack.patch(id, patch, { as: admin, headers: { prefer: 'respond-async' } })).text()
      if (suspects)
        await stack.query('update nexus.clients set one_by_one_until = generation where client_id = $1', [id])
      if (outside === null) continue
      const { callbacks, application } = outside
      const held: Record<string, unknown> = stack.simulator.clients.get(id) ?? {}
      stack.simulator.seed({
        ...held,
        client_id: id,
        ...(callbacks === undefined ? {} : { callbacks: callbacks === null ? [] : [callbacks] }),
        ...(application && { client_metadata: { ...Object(held['client_metadata']), application_name: application } }),
      })
    }
    // A reading sees what was changed outside, and while the client is paused nothing follows from it.
    await stack.query(`update nexus.clients set observed_at = now() - interval '2 days'`)
    for (const { id } of clients) await say(pathOf(id))

    const plan = TenantDifferences.parse(await say('/v1/tenants/acme/plan'))
    expect(plan.clients.length).toBeGreaterThan(10)
    const before = stack.simulator.stats.writes.length
    for (const { id } of clients) await say(`${pathOf(id)}/resume`, { method: 'POST' })
    // The policy acts on a drift that a scan has found.
    await makeScanDue(stack)
    const written = () => new Set(stack.simulator.stats.writes.slice(before).map(({ clientId }) => clientId))
    await vi.waitFor(() => expect(plan.clients.filter(({ id }) => !written().has(id))).toEqual([]), { timeout: 25_000 })
    await settled()
    const writes = stack.simulator.stats.writes.slice(before)
    const sent = plan.clients.map(
      ({ id }) => `${id} ${JSON.stringify(writes.find((one) => one.clientId === id)?.sent)}`,
    )
    expect(sent).toEqual(plan.clients.map(({ id, members }) => `${id} ${JSON.stringify(members)}`))
    // Whoever is not in it gets a call only where a value is sent again that Auth0 had already.
    const printed = new Set(plan.clients.map(({ id }) => id))
    const waited = new Set(clients.filter(({ pending }) => pending.length > 0).map(({ id }) => id))
    expect(writes.filter(({ clientId }) => !printed.has(clientId ?? '') && !waited.has(clientId ?? ''))).toEqual([])
  })
})
