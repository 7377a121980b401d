import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'
import { behindNexus, pathOf, read, seedClient } from '../support.ts'
import { clientMembers } from '../../support/contract.ts'

describe.skipIf(servers === null)('reading', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '1h' } })
    await untilScanned(stack)
  })
  afterAll(() => stack.close())

  const get = async (path: string, init: Parameters<Stack['request']>[1] = {}) => read(await stack.request(path, init))
  /** Makes what Nexus knows of a client older than the tenant wants it. */
  const age = (clientId: string) =>
    stack.query(`update nexus.clients set observed_at = observed_at - interval '1 day' where client_id = $1`, [
      clientId,
    ])

  test('a client that Nexus did not know is read from Auth0, once', async () => {
    const id = seedClient(stack, { token_endpoint_auth_method: 'none', callbacks: ['https://a.test/cb'] })
    const first = await get(pathOf(id))
    expect(first).toMatchObject({
      status: 200,
      body: { id, callbackUrls: ['https://a.test/cb'], clientAuthMethod: 'None' },
    })
    expect(Object.keys(first.body).join(' ')).toBe(clientMembers)
    const asked = stack.simulator.stats
    expect((await get(pathOf(id))).text).toBe(first.text)
    expect(stack.simulator.stats).toEqual(asked)
  })

  test('no secret is answered or stored', async () => {
    const id = seedClient(stack, { client_secret: 'canary-7d1c', signing_keys: [{ cert: 'canary-7d1c' }] })
    expect((await get(pathOf(id))).text).not.toContain('canary')
    expect(JSON.stringify(await stack.query('select * from nexus.clients where client_id = $1', [id]))).not.toContain(
      'canary',
    )
  })

  describe('ETag', () => {
    test('changes exactly when the body does', async () => {
      const id = seedClient(stack)
      const first = await get(pathOf(id))
      const etag = first.headers.get('etag')
      expect((await get(pathOf(id))).headers.get('etag')).toBe(etag)
      const patched = await stack.patch(id, { applicationName: 'New' })
      expect(patched.headers.get('etag')).not.toBe(etag)
      expect((await get(pathOf(id))).headers.get('etag')).toBe(patched.headers.get('etag'))
    })

    test('304 for who has it already, without a body', async () => {
      const id = seedClient(stack)
      const etag = (await get(pathOf(id))).headers.get('etag') ?? ''
      for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
        const answer = await get(pathOf(id), { headers: { 'if-none-match': known } })
        expect(answer).toMatchObject({ status: 304, text: '' })
        expect(answer.headers.get('etag')).toBe(etag)
      }
      expect((await get(pathOf(id), { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
    })

    test('is the same whether a change is pending or applied', async () => {
      const id = seedClient(stack)
      const pending = await stack.patch(id, { applicationName: 'Soon' }, { headers: { prefer: 'respond-async' } })
      await expect.poll(async () => (await get(pathOf(id))).headers.get('nexus-sync')).toBe('synced')
      expect((await get(pathOf(id))).headers.get('etag')).toBe(pending.headers.get('etag'))
    })
  })

  test('HEAD answers as GET does, without the body', async () => {
    const id = seedClient(stack)
    const [whole, head] = [await get(pathOf(id)), await get(pathOf(id), { method: 'HEAD' })]
    expect(head).toMatchObject({ status: 200, text: '' })
    for (const name of ['etag', 'content-type', 'content-length', 'nexus-sync'])
      expect(head.headers.get(name)).toBe(whole.headers.get(name))
  })

  describe('an observation that is too old', () => {
    test('is read anew, so that what others changed shows', async () => {
      const id = seedClient(stack)
      await get(pathOf(id))
      seedClient(stack, { client_id: id, name: 'Renamed behind our back' })
      expect((await get(pathOf(id))).body['name']).not.toBe('Renamed behind our back')
      await age(id)
      expect((await get(pathOf(id))).body['name']).toBe('Renamed behind our back')
    })

    test('is answered with a word of warning where Auth0 cannot be asked', async () => {
      const id = seedClient(stack)
      const before = await get(pathOf(id))
      await age(id)
      stack.simulator.setFaults({ outage: 'reset' })
      const stale = await get(pathOf(id))
      stack.simulator.setFaults({})
      expect(stale).toMatchObject({ status: 200, text: before.text })
      expect(Date.parse(stale.headers.get('nexus-observed-at') ?? '')).toBeLessThan(Date.now() - 3_600_000)
      expect(stale.headers.get('nexus-warning')).toMatch(/out of date/)
      await expect
        .poll(async () => (await get(pathOf(id))).headers.get('nexus-warning'), { timeout: 10_000 })
        .toBeNull()
    })

    test('is a 404 where Auth0 no longer has the client', async () => {
      const id = seedClient(stack)
      await get(pathOf(id))
      await behindNexus(stack, 'DELETE', `/clients/${id}`)
      expect((await get(pathOf(id))).status).toBe(200)
      await age(id)
      expect((await get(pathOf(id))).status).toBe(404)
      expect((await get(pathOf(id))).status).toBe(404)
    })

    test('refuses nobody who was let in since', async () => {
      const id = seedClient(stack, { client_metadata: { owners: '["auth0|ann"]' } })
      expect((await stack.patch(id, { productName: 'x' })).status).toBe(403)
      seedClient(stack, { client_id: id })
      expect((await stack.patch(id, { productName: 'x' })).status).toBe(403)
      await age(id)
      expect((await stack.patch(id, { productName: 'x' })).status).toBe(200)
    })

    test('is read before If-Match is compared', async () => {
      const id = seedClient(stack)
      const etag = (await get(pathOf(id))).headers.get('etag') ?? ''
      seedClient(stack, { client_id: id, callbacks: ['https://somebody.test/extended'] })
      await age(id)
      const answer = await stack.patch(id, { callbackUrls: ['https://a.test'] }, { headers: { 'if-match': etag } })
      expect(answer.status).toBe(412)
    })
  })

  describe('changes', () => {
    test('who, what, when, and what came of it', async () => {
      const id = seedClient(stack)
      const patched = await stack.patch(id, {
        callbackUrls: [],
        productName: 'Shed',
        mobile: { ios: { team_id: 'T' } },
      })
      const changeId = patched.headers.get('nexus-change') ?? ''
      const answer = await get(`/v1/tenants/acme/changes/${changeId}`)
      expect(answer).toMatchObject({
        status: 200,
        body: {
          id: changeId,
          tenantId: 'acme',
          clientId: id,
          generation: 1,
          status: 'applied',
          values: { callbackUrls: [], productName: 'Shed', mobile: { ios: { team_id: 'T' } } },
          author: { kind: 'user', id: 'auth0|tester', application: 'portal' },
          refusal: null,
          supersededBy: null,
          links: { self: `/v1/tenants/acme/changes/${changeId}`, client: pathOf(id) },
        },
      })
      const { acceptedAt, settledAt } = answer.body
      expect(Date.parse(String(settledAt))).toBeGreaterThanOrEqual(Date.parse(String(acceptedAt)))
    })

    test('what was cleared reads as the request that clears it', async () => {
      const id = seedClient(stack)
      const patched = await stack.patch(id, { productName: '' })
      const answer = await get(`/v1/tenants/acme/changes/${patched.headers.get('nexus-change')}`)
      expect(answer.body['values']).toEqual({ productName: '' })
    })

    test('a refusal is told as it was answered', async () => {
      const id = seedClient(stack)
      stack.simulator.setFaults({ ignoreMembers: ['web_origins'] })
      const refused = await read(await stack.patch(id, { allowedWebOrigins: ['https://a.test'] }))
      stack.simulator.setFaults({})
      const answer = await get(`/v1/tenants/acme/changes/${refused.headers.get('nexus-change')}`)
      expect(answer.body).toMatchObject({
        status: 'rejected',
        refusal: { reason: 'ignored', detail: refused.body.detail, errors: refused.body.errors },
      })
    })

    test('who may not read the client may not read its changes', async () => {
      const id = seedClient(stack)
      const changeId = (await stack.patch(id, { productName: 'Shed' })).headers.get('nexus-change')
      const as = stack.token({ sub: 'auth0|bob', permissions: ['client.read'] })
      expect((await get(`/v1/tenants/acme/changes/${changeId}`, { as })).status).toBe(403)
    })

    test.each(['no-uuid', randomUUID(), `${randomUUID()}x`, '%2e%2e'])('%s is a 404', async (changeId) => {
      expect((await get(`/v1/tenants/acme/changes/${changeId}`)).status).toBe(404)
    })
  })
})
