import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'
import { pathOf, read, seedClient } from '../support.ts'
import { clientMembers } from '../../support/contract.ts'

const secret = 'canary-include-secret-8c1f2a'

describe.skipIf(servers === null)('?include=secret', () => {
  let stack: Stack
  let as: string
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '1h' } })
    await untilScanned(stack)
    as = stack.token({ permissions: ['client.write', 'client.secret.read'] })
  })
  afterAll(() => stack.close())

  const get = async (id: string, query: string, init: Parameters<Stack['request']>[1] = {}) =>
    read(await stack.request(`${pathOf(id)}${query}`, { as, ...init }))
  const patch = async (id: string, body: unknown, init: Parameters<Stack['patch']>[2] = {}) =>
    read(await stack.patch(`${id}?include=secret`, body, { as, ...init }))
  const seed = () => seedClient(stack, { client_secret: secret })
  const logged = () => stack.logLines().filter((line) => line.includes('a client secret was read')).length

  test('GET: the client with its secret, for this answer only, and the log says who read it', async () => {
    const id = seed()
    const [plain, before] = [await get(id, ''), logged()]
    const answer = await get(id, '?include=secret')
    expect(answer).toMatchObject({ status: 200, body: { ...plain.body, secret } })
    expect(Object.keys(answer.body)).toEqual(Object.keys(plain.body))
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('etag')).toBe(plain.headers.get('etag'))
    expect(logged()).toBe(before + 1)
    const line: unknown = JSON.parse(stack.logLines().findLast((one) => one.includes('secret was read')) ?? '')
    expect(line).toMatchObject({ tenantId: 'acme', clientId: id, by: { kind: 'user', id: 'auth0|tester' } })
    expect((await get(id, '')).body).toMatchObject({ secret: null })
  })

  test('never a 304: what the tag stands for has no secret in it', async () => {
    const id = seed()
    const known = { 'if-none-match': (await get(id, '')).headers.get('etag') ?? '' }
    expect((await get(id, '', { headers: known })).status).toBe(304)
    expect(await get(id, '?include=secret', { headers: known })).toMatchObject({ status: 200, body: { secret } })
  })

  test('is read anew each time: a rotated one shows at once', async () => {
    const id = seed()
    await get(id, '?include=secret')
    seedClient(stack, { client_id: id, client_secret: `${secret}-rotated` })
    expect((await get(id, '?include=secret')).body['secret']).toBe(`${secret}-rotated`)
  })

  test('PATCH: in the 200, the 202, and anew in a repetition, which keeps none', async () => {
    const [id, key] = [seed(), randomUUID()]
    const first = await patch(id, { applicationName: 'x' }, { headers: { 'idempotency-key': key } })
    expect(first).toMatchObject({ status: 200, body: { applicationName: 'x', secret } })
    expect(Object.keys(first.body).join(' ')).toBe(clientMembers.replace(' clientAuthMethod', ''))
    expect(first.headers.get('cache-control')).toBe('no-store')
    const kept = await stack.query<{ answer: string }>('select answer from nexus.idempotency_keys where key = $1', [
      key,
    ])
    expect(kept[0]?.answer).toContain('applicationName')
    expect(kept[0]?.answer).not.toContain(secret)
    seedClient(stack, { ...stack.simulator.clients.get(id), client_id: id, client_secret: `${secret}-rotated` })
    const again = await patch(id, { applicationName: 'x' }, { headers: { 'idempotency-key': key } })
    expect(again).toMatchObject({ status: 200, body: { secret: `${secret}-rotated` } })
    expect(again.headers.get('nexus-replayed')).toBe('true')
    const plain = await stack.patch(id, { applicationName: 'x' }, { as, headers: { 'idempotency-key': key } })
    expect(await read(plain)).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } })
    expect(await patch(id, { applicationName: 'y' }, { headers: { prefer: 'respond-async' } })).toMatchObject({
      status: 202,
      body: { secret: `${secret}-rotated` },
    })
  })

  test('403 without the permission, which is named; nothing is looked up or changed', async () => {
    const id = seed()
    const without = stack.token({ permissions: ['client.write.all', 'tenant.admin'] })
    for (const answer of [
      await get(id, '?include=secret', { as: without }),
      await patch(id, { productName: 'x' }, { as: without }),
    ])
      expect(answer).toMatchObject({ status: 403, body: { detail: expect.stringContaining('client.secret.read') } })
    expect(await stack.query('select 1 from nexus.clients where client_id = $1', [id])).toEqual([])
    // The permission alone opens no client that is not the caller's.
    const stranger = stack.token({ sub: 'auth0|bob', permissions: ['client.read', 'client.secret.read'] })
    expect((await get(id, '?include=secret', { as: stranger })).status).toBe(403)
  })

  test('a refused PATCH has none', async () => {
    const [id, before] = [seed(), logged()]
    const answer = await patch(id, { callbackUrls: ['javascript:x'] })
    expect(answer.status).toBe(422)
    expect(answer.text).not.toContain(secret)
    expect(logged()).toBe(before)
  })

  test('Auth0 cannot be read: GET is a 503, PATCH answers what was done, without the secret', async () => {
    const id = seed()
    await get(id, '')
    await stack.patch(id, { productName: 'Shop' })
    stack.simulator.setFaults({ outage: 'reset' })
    const [reading, patching] = [await get(id, '?include=secret'), await patch(id, { productName: 'Shop' })]
    stack.simulator.setFaults({})
    expect(reading.status).toBe(503)
    expect(Number(reading.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(patching).toMatchObject({ status: 200, body: { secret: null } })
    expect(patching.headers.get('nexus-warning')).toMatch(/could not be read/)
  })

  test.each(['?include=secrets', '?include=', '?include=secret&include=secret', '?fields=secret'])(
    '%s: 400',
    async (query) => {
      expect((await get(seed(), query)).status).toBe(400)
    },
  )
})
