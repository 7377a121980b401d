import { describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { behindNexus, pathOf, read, seedClient } from '../support.ts'
import { stack, held, status, usePatches } from './patch-support.ts'

describe.skipIf(servers === null)('PATCH of a client', () => {
  usePatches()

  describe('If-Match', () => {
    test('the tag of the newest answer holds, an older one does not', async () => {
      const id = seedClient(stack)
      const first = await stack.patch(id, { applicationName: 'One' })
      const old = first.headers.get('etag') ?? ''
      const second = await stack.patch(id, { applicationName: 'Two' }, { headers: { 'if-match': old } })
      expect(second.status).toBe(200)
      const third = await read(await stack.patch(id, { applicationName: 'Three' }, { headers: { 'if-match': old } }))
      expect(third).toMatchObject({ status: 412, body: { type: '/problems/precondition-failed' } })
      expect(held(id)['client_metadata']).toMatchObject({ application_name: 'Two' })
      expect((await stack.patch(id, { applicationName: 'Four' }, { headers: { 'if-match': '*' } })).status).toBe(200)
      expect((await stack.patch(id, {}, { headers: { 'if-match': old } })).status).toBe(412)
    })

    test('a tag that a proxy has weakened does not hold, and the answer says so', async () => {
      const id = seedClient(stack)
      const tag = (await stack.patch(id, { applicationName: 'One' })).headers.get('etag') ?? ''
      for (const body of [{ applicationName: 'Two' }, {}]) {
        const refused = await read(await stack.patch(id, body, { headers: { 'if-match': `W/${tag}` } }))
        expect(refused).toMatchObject({ status: 412, body: { detail: expect.stringContaining('proxy') } })
      }
      expect(held(id)['client_metadata']).toMatchObject({ application_name: 'One' })
    })
  })

  describe('422', () => {
    test("Nexus' own checks name every element, and nothing is stored", async () => {
      const id = seedClient(stack)
      const answer = await read(
        await stack.patch(id, {
          callbackUrls: ['https://ok.test,https://bad.test/#x', 'javascript:alert(1)'],
          allowedWebOrigins: ['https://${HOST}'],
          owners: ['auth0|somebody-else'],
        }),
      )
      expect(answer.status).toBe(422)
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual([
        '/callbackUrls/0',
        '/callbackUrls/1',
        '/allowedWebOrigins/0',
        '/owners',
      ])
      expect(await stack.query('select 1 from nexus.changes where client_id = $1', [id])).toEqual([])
    })

    test("Auth0's refusal comes with its message and our pointer, and does not block the next change", async () => {
      const id = seedClient(stack)
      await stack.patch(id, {})
      // Somebody fills the metadata behind Nexus' back.
      const others = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`k${index}`, 'v']))
      seedClient(stack, {
        client_id: id,
        client_metadata: { owners: '["auth0|tester"]', product_name: 'Shop', ...others },
      })
      const answer = await read(await stack.patch(id, { applicationName: 'One too many' }))
      expect(answer).toMatchObject({ status: 422, body: { type: '/problems/impossible', instance: pathOf(id) } })
      expect(answer.body.errors?.[0]?.pointer).toBe('/applicationName')
      expect(answer.headers.get('nexus-change')).toBeTruthy()
      expect((await stack.patch(id, { productName: 'Shed' })).status).toBe(200)
      expect((await read(await stack.request(pathOf(id)))).body['applicationName']).toBeNull()
    })

    test('a value that Auth0 ignores is refused too', async () => {
      const id = seedClient(stack)
      stack.simulator.setFaults({ ignoreMembers: ['web_origins'] })
      const answer = await read(await stack.patch(id, { allowedWebOrigins: ['https://a.test'] }))
      stack.simulator.setFaults({})
      expect(answer.status).toBe(422)
      expect(answer.body.errors?.[0]?.pointer).toBe('/allowedWebOrigins')
    })
  })

  describe('404', () => {
    test('a client that Auth0 does not have is asked for once', async () => {
      const before = stack.simulator.stats
      expect(await status('noSuchClient0000000000000000000')).toBe(404)
      const asked = stack.simulator.stats
      expect(asked).not.toEqual(before)
      expect(await status('noSuchClient0000000000000000000')).toBe(404)
      expect(stack.simulator.stats).toEqual(asked)
    })
    test("the global client and Nexus' own", async () => {
      const all = stack.token({ permissions: ['client.write.all'] })
      const untouchable = [
        stack.simulator.credential.clientId,
        ...stack.simulator.clients
          .all()
          .filter((client) => client['global'] === true)
          .map((client) => client.client_id),
      ]
      expect(untouchable).toHaveLength(2)
      for (const id of untouchable) {
        const before = JSON.stringify(held(id))
        expect((await stack.patch(id, { callbackUrls: ['https://evil.test'] }, { as: all })).status).toBe(404)
        expect((await stack.request(pathOf(id), { as: all })).status).toBe(404)
        expect(JSON.stringify(held(id))).toBe(before)
      }
    })
    test('a client that vanished before the change was applied', async () => {
      const id = seedClient(stack)
      await stack.patch(id, {})
      expect((await behindNexus(stack, 'DELETE', `/clients/${id}`)).status).toBe(204)
      const answer = await read(await stack.patch(id, { productName: 'x' }))
      expect(answer).toMatchObject({ status: 404, body: { detail: expect.stringMatching(/vanished/) } })
      expect(await status(id)).toBe(404)
    })
  })

  test('503 while an unknown client cannot be read; known ones are still accepted', async () => {
    const known = seedClient(stack)
    await stack.patch(known, {})
    const unknown = seedClient(stack)
    stack.simulator.setFaults({ outage: 'page' })
    try {
      const answer = await read(await stack.patch(unknown, { productName: 'x' }))
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      const accepted = await stack.patch(known, { applicationName: 'y' }, { headers: { prefer: 'wait=0' } })
      expect(accepted.status).toBe(202)
    } finally {
      stack.simulator.setFaults({})
    }
    await expect
      .poll(() => held(known)['client_metadata'], { timeout: 15_000 })
      .toMatchObject({
        application_name: 'y',
      })
  })
})
