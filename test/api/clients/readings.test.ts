import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'
import { pathOf, read, seedClient } from '../support.ts'

/** Resolves when a request for a path arrives at a server of this process, as the simulated Auth0 is one. */
const arrival = (path: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (message: unknown): void => {
      if (!String(Object(Object(message).request).url).startsWith(path)) return
      unsubscribe('http.server.request.start', look)
      resolve()
    }
    subscribe('http.server.request.start', look)
  })

describe.skipIf(servers === null)('who may reach a client is changed on a reading of its own', () => {
  let stack: Stack
  beforeAll(async () => {
    // No scan reads anything meanwhile, and nothing that was read is too old.
    stack = await startStack({ tenant: { freshness: '1h', scanInterval: '24h' } })
    await untilScanned(stack)
  })
  afterAll(() => stack.close())
  beforeEach(() => stack.simulator.setFaults({}))

  const sue = (more: { products?: string[]; permissions?: string[] } = {}) =>
    stack.token({ sub: 'auth0|sue', permissions: ['client.write'], ...more })
  const admin = () => stack.token({ sub: 'auth0|admin', permissions: ['client.write.all'] })
  const seed = (owners: readonly string[] = ['auth0|sue', 'auth0|bob'], product = 'Shop') =>
    seedClient(stack, { client_metadata: { owners: JSON.stringify(owners), product_name: product } })
  /** Somebody changes the client in Auth0, outside Nexus. */
  const past = (client: string, metadata: Record<string, unknown>) => {
    const known = stack.simulator.clients.get(client)
    const client_metadata = { ...Object(known?.['client_metadata']), ...metadata }
    stack.simulator.seed({ ...known, client_id: client, client_metadata })
  }
  const metadataOf = (client: string) => Object(stack.simulator.clients.get(client)?.['client_metadata'])
  const patch = async (client: string, body: unknown, as = sue(), headers: Record<string, string> = {}) =>
    read(await stack.patch(client, body, { as, headers }))
  const calls = (route = ''): number =>
    Object.entries(stack.simulator.stats.byRoute)
      .filter(([name]) => name.startsWith(`GET /api/v2/clients${route}`))
      .reduce((sum, [, count]) => sum + count, 0)
  /** Nexus sees it, and knows it from then on. */
  const known = async (...clients: string[]) => {
    for (const client of clients) expect((await stack.request(pathOf(client), { as: admin() })).status).toBe(200)
  }
  const changesOf = (client: string) => stack.query('select 1 from nexus.changes where client_id = $1', [client])

  test.each([
    { reason: 'who was taken off the owners puts themselves back', taken: { owners: '["auth0|bob"]' } },
    { reason: 'the owners were emptied', taken: { owners: '[]' } },
    { reason: 'the key is gone', taken: { owners: undefined } },
  ])('$reason: 403, and nothing is stored', async ({ taken }) => {
    const client = seed()
    await known(client)
    past(client, taken)
    for (const body of [
      { callbackUrls: ['https://a.test'], owners: ['auth0|sue'] },
      // The very owners that Nexus has observed.
      { owners: ['auth0|sue', 'auth0|bob'] },
      { productName: 'Vault' },
    ])
      expect(await patch(client, body)).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } })
    expect(await changesOf(client)).toEqual([])
    expect(String(metadataOf(client).owners)).not.toMatch(/sue/)
  })

  test('who lost the product in Auth0 makes nobody an owner', async () => {
    const client = seed(['auth0|bob'])
    await known(client)
    past(client, { product_name: 'Vault' })
    const as = sue({ products: ['Shop'] })
    expect((await patch(client, { owners: ['auth0|sue'] }, as)).status).toBe(403)
    expect((await patch(client, { productName: 'Shop' }, as)).status).toBe(403)
  })

  test('of two rights the one that is left has its bounds', async () => {
    const client = seed()
    await known(client)
    past(client, { owners: '["auth0|bob"]' })
    const as = sue({ products: ['Shop'] })
    expect(await patch(client, { productName: 'Vault' }, as)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/productName' }] },
    })
    expect((await patch(client, { owners: ['auth0|bob', 'auth0|eve'] }, as)).status).toBe(200)
  })

  test.each([
    { reason: 'owners, observed', own: false, body: { owners: ['auth0|sue'] }, as: () => sue(), readings: 1 },
    { reason: 'a product, observed', own: false, body: { productName: 'x' }, as: () => sue(), readings: 1 },
    { reason: 'other fields', own: false, body: { callbackUrls: [] }, as: () => sue(), readings: 0 },
    { reason: 'owners that Nexus owns', own: true, body: { owners: ['auth0|sue'] }, as: () => sue(), readings: 0 },
    { reason: 'client.write.all', own: false, body: { owners: ['x'] }, as: () => admin(), readings: 0 },
    { reason: 'whoever has no right', own: true, body: { owners: ['x'] }, as: () => stack.token(), readings: 0 },
  ])('$reason: $readings readings', async ({ own, body, as, readings }) => {
    const client = seed()
    await known(client)
    if (own) await patch(client, { owners: ['auth0|sue', 'auth0|bob'] }, admin())
    const before = calls()
    await patch(client, body, as())
    expect(calls() - before).toBe(readings)
  })

  test('a preview costs no reading: it changes nothing', async () => {
    const client = seed()
    await known(client)
    const before = calls()
    expect((await patch(`${client}?dryRun=true`, { owners: ['auth0|sue'] })).status).toBe(200)
    expect(calls()).toBe(before)
  })

  test('taking over what was changed outside Nexus is decided on a reading too', async () => {
    const client = seed()
    await known(client)
    await patch(client, { productName: 'Shop' }, admin())
    past(client, { product_name: 'Vault' })
    await stack.query(`update nexus.clients set observed_at = now() - interval '1 day' where client_id = $1`, [client])
    await known(client)
    past(client, { owners: '[]' })
    const answer = await read(
      await stack.request(`${pathOf(client)}/sync`, {
        method: 'POST',
        body: '{"action":"accept"}',
        as: sue(),
        headers: { 'content-type': 'application/json' },
      }),
    )
    expect(answer.status).toBe(403)
  })

  test('a reading that began before the request does not do', async () => {
    const client = seed()
    await known(client)
    // The simulator answers with what it has when the answer goes out; what is on its way was asked for before.
    await stack.query(`update nexus.clients set observed_at = now() - interval '1 day' where client_id = $1`, [client])
    stack.simulator.setFaults({ latencyMs: 600, methods: ['GET'] })
    const before = calls('/{id}')
    const asked = arrival(`/api/v2/clients/${client}`)
    const early = stack.request(pathOf(client), { as: admin() })
    await asked
    const late = await Promise.all([1, 2, 3].map((n) => patch(client, { owners: ['auth0|sue', `role-${n}`] })))
    await (await early).arrayBuffer()
    expect(late.map(({ status }) => status)).toEqual([200, 200, 200])
    // One that was under way, and one that the three share.
    expect(calls('/{id}') - before).toBe(2)
  })

  test.each([
    { reason: 'an outage', faults: { outage: 'reset' as const }, held: false },
    { reason: 'answers that take too long', faults: { latencyMs: 7000, methods: ['GET'] }, held: false },
    { reason: 'a tenant that is held', faults: {}, held: true },
  ])(
    '503 with Retry-After, and nothing is stored: $reason',
    async ({ faults, held }) => {
      const client = seed()
      await known(client)
      stack.simulator.setFaults(faults)
      if (held)
        await stack.query(
          `update nexus.tenants set held_at = now(), held_reason = 'test', next_probe_at = now() + interval '25 seconds'`,
        )
      const before = calls()
      const key = { 'idempotency-key': randomUUID() }
      const answer = await patch(client, { owners: ['auth0|sue'] }, sue(), key)
      stack.simulator.setFaults({})
      await stack.query('update nexus.tenants set held_at = null, held_reason = null, next_probe_at = null')
      expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } })
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await changesOf(client)).toEqual([])
      expect(held ? calls() - before : 0).toBe(0)
      // Sent again with the same key, it is done.
      await expect
        .poll(async () => (await patch(client, { owners: ['auth0|sue'] }, sue(), key)).status, { timeout: 10_000 })
        .toBe(200)
    },
    30_000,
  )
})
