import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applicationToken, narrowApplicationToken, servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

describe.skipIf(servers === null)('who may do what, over HTTP', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack.close())

  /** A client owned by a user and a role, of the product Billing. */
  const owned = () =>
    seedClient(stack, { client_metadata: { owners: '["auth0|ann","billing-team"]', product_name: 'Billing' } })

  describe('the three rules', () => {
    test.each([
      { reason: 'owner by user id', claims: { sub: 'auth0|ann', permissions: ['client.write'] }, get: 200, patch: 200 },
      {
        reason: 'owner by role',
        claims: { permissions: ['client.write'], roles: ['x', 'billing-team'] },
        get: 200,
        patch: 200,
      },
      {
        reason: 'product scope',
        claims: { permissions: ['client.write'], products: ['Billing'] },
        get: 200,
        patch: 200,
      },
      { reason: 'client.write.all', claims: { permissions: ['client.write.all'] }, get: 200, patch: 200 },
      {
        reason: 'owner who may read only',
        claims: { sub: 'auth0|ann', permissions: ['client.read'] },
        get: 200,
        patch: 403,
      },
      { reason: 'client.read.all', claims: { permissions: ['client.read.all'] }, get: 200, patch: 403 },
      {
        reason: 'another role, in other case',
        claims: { permissions: ['client.write'], roles: ['Billing-Team'] },
        get: 403,
        patch: 403,
      },
      {
        reason: 'another product, in other case',
        claims: { permissions: ['client.write'], products: ['billing'] },
        get: 403,
        patch: 403,
      },
      { reason: 'no relation', claims: { permissions: ['client.write'] }, get: 403, patch: 403 },
      { reason: 'owner without permission', claims: { sub: 'auth0|ann', permissions: [] }, get: 403, patch: 403 },
      {
        reason: 'permissions of other things',
        claims: { sub: 'auth0|ann', permissions: ['tenant.admin'] },
        get: 403,
        patch: 403,
      },
    ])('$reason', async ({ claims, get, patch }) => {
      const id = owned()
      const as = stack.token(claims)
      expect((await stack.request(pathOf(id), { as })).status).toBe(get)
      expect((await stack.patch(id, { applicationName: 'x' }, { as })).status).toBe(patch)
    })

    test("the application's token narrows the product scope", async () => {
      const id = seedClient(stack, { client_metadata: { product_name: 'Shop' } })
      const as = stack.token({ permissions: ['client.write'], products: ['Shop', 'Billing'] })
      expect((await stack.patch(id, { applicationName: 'x' }, { as })).status).toBe(200)
      const narrowed = { as, headers: { 'x-application-token': narrowApplicationToken } }
      expect((await stack.patch(id, { applicationName: 'y' }, narrowed)).status).toBe(403)
    })

    test('the refusal says what is missing', async () => {
      const id = owned()
      const without = await read(await stack.patch(id, {}, { as: stack.token({ permissions: [] }) }))
      expect(without.body).toMatchObject({
        status: 403,
        type: '/problems/forbidden',
        detail: expect.stringMatching(/client\.write/),
      })
      const unrelated = await read(await stack.patch(id, {}, { as: stack.token({ permissions: ['client.write'] }) }))
      expect(unrelated.body.detail).toMatch(/owner/)
    })
  })

  test('a removal binds at once, before Auth0 has it', async () => {
    const id = owned()
    const ann = stack.token({ sub: 'auth0|ann', permissions: ['client.write'] })
    const admin = stack.token({ permissions: ['client.write.all'] })
    await stack.patch(id, {}, { as: admin })
    const administrator = { method: 'POST', as: stack.token({ permissions: ['tenant.admin', 'client.read.all'] }) }
    expect((await stack.request(`${pathOf(id)}/pause`, administrator)).status).toBe(204)
    const removal = await stack.patch(
      id,
      { owners: ['auth0|bob'] },
      { as: admin, headers: { prefer: 'respond-async' } },
    )
    expect(removal.status).toBe(202)
    expect((await stack.patch(id, { applicationName: 'x' }, { as: ann })).status).toBe(403)
    // And a grant binds when Auth0 has it.
    const bob = stack.token({ sub: 'auth0|bob', permissions: ['client.write'] })
    expect((await stack.patch(id, { applicationName: 'x' }, { as: bob })).status).toBe(403)
    expect((await stack.request(`${pathOf(id)}/resume`, administrator)).status).toBe(204)
    await expect
      .poll(async () => (await stack.patch(id, { applicationName: 'x' }, { as: bob })).status, { timeout: 10_000 })
      .toBe(200)
  })

  test('nothing is looked up for a caller whom nothing could let in', async () => {
    const nobody = { as: stack.token({ permissions: ['terraform.read'] }) }
    const before = stack.simulator.stats
    for (const id of [seedClient(stack), 'noSuchClientAtAll'])
      expect((await stack.patch(id, { productName: 'x' }, nobody)).status).toBe(403)
    expect(stack.simulator.stats).toEqual(before)
  })

  test('the permission comes before the body and its type', async () => {
    const init = { as: stack.token({ permissions: [] }), headers: { 'content-type': 'text/plain' } }
    expect((await stack.patch('x', 'x'.repeat(500_000), init)).status).toBe(403)
  })

  describe('401', () => {
    const attempts: readonly { reason: string; headers: () => Record<string, string> }[] = [
      { reason: 'no credentials', headers: () => ({ authorization: '' }) },
      { reason: 'a token without an application token', headers: () => ({ 'x-application-token': '' }) },
      { reason: 'an unknown application token', headers: () => ({ 'x-application-token': `${applicationToken}x` }) },
      { reason: 'not a token', headers: () => ({ authorization: 'Bearer abc' }) },
      { reason: 'a changed signature', headers: () => ({ authorization: `Bearer ${stack.token().slice(0, -4)}AAAA` }) },
      { reason: 'an unknown account', headers: () => ({ authorization: `Basic ${btoa('nobody:secret')}` }) },
      { reason: 'another scheme', headers: () => ({ authorization: 'Digest x' }) },
    ]
    test.each(attempts)('$reason', async ({ headers }) => {
      const answer = await read(await stack.patch('x', {}, { headers: headers() }))
      expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated', status: 401 } })
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(answer.headers.get('www-authenticate')).toMatch(/Bearer.*Basic/s)
    })
  })
})
