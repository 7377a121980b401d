import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { deleteInAuth0 } from '../../support/auth0.ts'
import { servers } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'
import { condition, stack, call, useSync } from './sync-support.ts'

const Page = z.object({ changes: z.array(z.object({ values: z.object({ productName: z.string() }) })) })
const names = (body: unknown): string[] => Page.parse(body).changes.map(({ values }) => values.productName)

const admin = () => stack.token({ sub: 'auth0|admin', permissions: ['tenant.admin'] })
/** Accepts while nothing is sent, does something, and lets it go on. */
const whilePaused = async (work: () => Promise<void>): Promise<void> => {
  expect((await call('POST', '/v1/tenants/acme/pause', undefined, admin())).status).toBe(204)
  try {
    await work()
  } finally {
    expect((await call('POST', '/v1/tenants/acme/resume', undefined, admin())).status).toBe(204)
  }
}
const accepted = async (id: string, body: unknown): Promise<string> => {
  const answer = await stack.patch(id, body)
  expect(answer.status).toBe(202)
  return answer.headers.get('nexus-change') ?? ''
}

describe.skipIf(servers === null)('what is between a wish and Auth0', () => {
  useSync()

  test('desired and observed stand side by side, with what waits and why nothing is sent', async () => {
    const id = seedClient(stack, { callbacks: ['https://old.test/cb'] })
    expect((await stack.patch(id, { productName: 'Billing' })).status).toBe(200)
    await whilePaused(async () => {
      const change = await accepted(id, { callbackUrls: ['https://new.test/cb'] })
      const { status, body } = await call('GET', `${pathOf(id)}/sync`)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        desired: { callbackUrls: ['https://new.test/cb'], productName: 'Billing' },
        observed: { callbackUrls: ['https://old.test/cb'], productName: 'Billing', client_upn_key: null },
        owned: ['productName', 'callbackUrls'],
        pending: [{ id: change, generation: 2 }],
        generation: 2,
        settledGeneration: 1,
        drift: [],
      })
      expect(condition(body, 'Synced')).toMatchObject({
        status: 'False',
        reason: 'ChangesWaiting',
        settledGeneration: 1,
      })
      expect(condition(body, 'Paused')).toMatchObject({
        status: 'True',
        reason: 'TenantPaused',
        since: expect.stringMatching(/^\d{4}-/),
      })
      expect(condition(body, 'Drifted')).toMatchObject({ status: 'False' })
      expect(condition(body, 'Stalled')).toMatchObject({ status: 'False' })
    })
    await vi.waitFor(
      async () =>
        expect(condition((await call('GET', `${pathOf(id)}/sync`)).body, 'Synced')).toMatchObject({ status: 'True' }),
      { timeout: 15_000 },
    )
  })

  test('a change that waits can be withdrawn: what it brought is gone, what others set stays', async () => {
    const id = seedClient(stack)
    await whilePaused(async () => {
      await accepted(id, { productName: 'Kept', applicationName: 'Kept' })
      const unwanted = await accepted(id, { productName: 'Unwanted', client_upn_key: 'unwanted' })
      expect((await call('GET', pathOf(id))).body).toMatchObject({
        productName: 'Unwanted',
        client_upn_key: 'unwanted',
      })
      expect((await call('DELETE', `/v1/tenants/acme/changes/${unwanted}`)).status).toBe(204)
      expect((await call('GET', pathOf(id))).body).toMatchObject({ productName: 'Kept', client_upn_key: null })
      expect((await call('GET', `/v1/tenants/acme/changes/${unwanted}`)).body).toMatchObject({ status: 'withdrawn' })
      const again = await call('DELETE', `/v1/tenants/acme/changes/${unwanted}`)
      expect(again).toMatchObject({ status: 409, body: { type: '/problems/change-not-pending' } })
      expect((await call('GET', `${pathOf(id)}/sync`)).body).toMatchObject({
        owned: ['productName', 'applicationName'],
      })
    })
    // Settled is what Auth0 has answered, a moment after it has it.
    await vi.waitFor(
      async () => {
        const [row] = await stack.query(
          `select generation::int, settled_generation::int, base from nexus.clients where client_id = $1`,
          [id],
        )
        expect(row).toEqual({
          generation: 2,
          settled_generation: 2,
          base: { productName: 'Kept', applicationName: 'Kept' },
        })
      },
      { timeout: 15_000 },
    )
    expect(stack.simulator.clients.get(id)).toMatchObject({
      client_metadata: { product_name: 'Kept', application_name: 'Kept' },
    })
  })

  test('not while a call with it is under way, and not by somebody who may not write', async () => {
    const id = seedClient(stack)
    await stack.request(pathOf(id))
    stack.simulator.setFaults({ latencyMs: 4000, methods: ['PATCH'] })
    try {
      const answer = await stack.patch(id, { productName: 'Under way' }, { headers: { prefer: 'respond-async' } })
      const change = answer.headers.get('nexus-change') ?? ''
      await expect.poll(() => stack.simulator.stats.writes.some(({ clientId }) => clientId === id)).toBe(true)
      expect(await call('DELETE', `/v1/tenants/acme/changes/${change}`)).toMatchObject({
        status: 409,
        body: { type: '/problems/change-under-way' },
      })
      const stranger = stack.token({ sub: 'auth0|stranger' })
      expect((await call('DELETE', `/v1/tenants/acme/changes/${change}`, undefined, stranger)).status).toBe(403)
    } finally {
      stack.simulator.setFaults({})
    }
  })

  test('who waits for a change that is withdrawn is told so', async () => {
    const id = seedClient(stack)
    await stack.request(pathOf(id))
    stack.simulator.setFaults({ errorShare: 1, methods: ['PATCH'] })
    try {
      const waiting = stack.patch(id, { productName: 'Hopeless' }, { headers: { prefer: 'wait=20' } })
      const change = await vi.waitFor(async () => {
        const [row] = await stack.query<{ id: string; failures: number }>(
          `select h.id, c.failures from nexus.changes h join nexus.clients c using (tenant_id, client_id)
           where client_id = $1 and lease_until is null`,
          [id],
        )
        expect(row?.failures).toBeGreaterThan(0)
        return row?.id ?? ''
      }, 10_000)
      await vi.waitFor(
        async () => expect((await call('DELETE', `/v1/tenants/acme/changes/${change}`)).status).toBe(204),
        10_000,
      )
      expect(await read(await waiting)).toMatchObject({ status: 409, body: { type: '/problems/change-withdrawn' } })
      const [row] = await stack.query(`select failures, next_try_at from nexus.clients where client_id = $1`, [id])
      expect(row).toEqual({ failures: 0, next_try_at: null })
    } finally {
      stack.simulator.setFaults({})
    }
  })

  test('changes are listed newest first, page by page, with what came of them', async () => {
    const id = seedClient(stack)
    for (let index = 1; index <= 5; index += 1)
      expect((await stack.patch(id, { productName: `P${index}` })).status).toBe(200)
    const first = await call('GET', `${pathOf(id)}/changes?limit=2`)
    expect(names(first.body)).toEqual(['P5', 'P4'])
    const second = await call('GET', `${pathOf(id)}/changes?limit=2&cursor=${String(first.body['next'])}`)
    expect(names(second.body)).toEqual(['P3', 'P2'])
    const last = await call('GET', `${pathOf(id)}/changes?limit=2&cursor=${String(second.body['next'])}`)
    expect(last.body).toMatchObject({
      next: null,
      changes: [{ status: 'applied', author: { kind: 'user', id: 'auth0|tester', application: 'portal' } }],
    })
    for (const wrong of ['limit=0', 'limit=101', 'cursor=x', 'page=2', 'limit=1&limit=2'])
      expect((await call('GET', `${pathOf(id)}/changes?${wrong}`)).status).toBe(400)
  })

  test('nobody is taken at less than their word: parameters that mean nothing are refused', async () => {
    const id = seedClient(stack)
    expect((await call('POST', `${pathOf(id)}/sync?dryRun=true`, { action: 'retry' })).status).toBe(400)
    expect((await call('POST', `${pathOf(id)}/pause?dryRun=true`, undefined, admin())).status).toBe(400)
  })

  test.each([
    { reason: 'an unknown action', body: { action: 'destroy' } },
    { reason: 'no action', body: {} },
    { reason: 'more than an action', body: { action: 'retry', force: true } },
  ])('400 for $reason', async ({ body }) => {
    const id = seedClient(stack)
    expect((await call('POST', `${pathOf(id)}/sync`, body)).status).toBe(400)
  })

  test('one client is paused alone; only an administrator of the tenant may', async () => {
    const id = seedClient(stack)
    await stack.request(pathOf(id))
    expect((await call('POST', `${pathOf(id)}/pause`)).status).toBe(403)
    expect((await call('POST', '/v1/tenants/acme/pause')).status).toBe(403)
    expect((await call('POST', `${pathOf(id)}/pause`, undefined, admin())).status).toBe(204)
    await accepted(id, { productName: 'Waits' })
    expect((await stack.patch(seedClient(stack), { productName: 'Does not' })).status).toBe(200)
    expect((await call('POST', `${pathOf(id)}/resume`, undefined, admin())).status).toBe(204)
    await vi.waitFor(
      () => expect(stack.simulator.clients.get(id)).toMatchObject({ client_metadata: { product_name: 'Waits' } }),
      { timeout: 15_000 },
    )
  })

  test('tenants are listed with their health, without anything of their credential', async () => {
    const { status, body, text } = await call('GET', '/v1/tenants')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      tenants: [{ id: 'acme', plan: 'none', credential: { valid: true }, paused: null, scan: { problem: null } }],
    })
    expect(text).not.toContain(stack.simulator.credential.clientSecret)
    expect((await call('GET', '/v1/tenants/acme')).body).toMatchObject({ id: 'acme' })
    expect((await call('GET', '/v1/tenants/globex')).status).toBe(404)
    const nobody = stack.token({ permissions: [] })
    expect((await call('GET', '/v1/tenants', undefined, nobody)).status).toBe(403)
  })

  test('a vanished client has no sync either', async () => {
    const id = seedClient(stack)
    await stack.request(pathOf(id))
    await deleteInAuth0(stack.simulator, id)
    expect((await stack.patch(id, { productName: 'Gone' })).status).toBe(404)
    expect((await call('GET', `${pathOf(id)}/sync`)).status).toBe(404)
  })
})
