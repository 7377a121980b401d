import { describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'
import { clientMembers } from '../../support/contract.ts'
import { stack, held, usePatches } from './patch-support.ts'

const writes = () => stack.simulator.stats.writes.length

describe.skipIf(servers === null)('PATCH of a client', () => {
  usePatches()

  test('200: the whole client, as Auth0 has it, with its headers', async () => {
    const id = seedClient(stack, { token_endpoint_auth_method: 'client_secret_post' })
    const answer = await read(
      await stack.patch(id, {
        callbackUrls: ['https://b.test/cb,https://a.test/cb', 'https://c.test/cb?x=1,2'],
        applicationName: 'Till',
        mobile: { android: { keystore_hash: 'ab'.repeat(32) } },
      }),
    )
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body).join(' ')).toBe(clientMembers)
    expect(answer.body).toMatchObject({
      id,
      type: 'regular_web',
      secret: null,
      manuallyCreated: true,
      clientAuthMethod: 'ClientSecretPost',
      owners: ['auth0|tester'],
      applicationName: 'Till',
      callbackUrls: ['https://b.test/cb', 'https://a.test/cb', 'https://c.test/cb?x=1,2'],
      mobile: { ios: { team_id: null }, android: { keystore_hash: Array(32).fill('AB').join(':') } },
    })
    expect(held(id)).toMatchObject({
      callbacks: ['https://b.test/cb', 'https://a.test/cb', 'https://c.test/cb?x=1,2'],
      client_metadata: { owners: '["auth0|tester"]', product_name: 'Shop', application_name: 'Till' },
    })
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.headers.get('etag')).toMatch(/^"[\w-]+"$/)
    expect(answer.headers.get('nexus-change')).toMatch(/^[\da-f-]{36}$/)
    expect(answer.headers.get('nexus-sync')).toBe('synced')
    expect(answer.headers.get('nexus-warning')).toBeNull()
    expect(answer.headers.get('x-request-id')).toBeTruthy()
    expect(answer.text).not.toContain(String(held(id)['client_secret']))
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/json',
    'application/*+json',
    'application/vnd.acme+json; v=1',
    'application/merge-patch+json',
    'application/json-patch+json',
  ])('a body of type %s', async (type) => {
    const id = seedClient(stack)
    const answer = await stack.patch(id, { productName: type }, { headers: { 'content-type': type } })
    expect(answer.status).toBe(200)
    expect(held(id)['client_metadata']).toMatchObject({ product_name: type })
  })

  test('Accept never refuses', async () => {
    const id = seedClient(stack)
    const answer = await stack.patch(id, { productName: 'Shed' }, { headers: { accept: 'application/xml' } })
    expect(answer.status).toBe(200)
  })

  describe('leaving and clearing', () => {
    const filled = {
      callbacks: ['https://a.test/cb'],
      client_metadata: { owners: '["auth0|tester"]', product_name: 'Shop', other: 'kept' },
      mobile: { ios: { team_id: 'T', app_bundle_identifier: 'B' } },
    }
    test('nulls and empty objects change nothing, and nothing is stored or sent', async () => {
      const id = seedClient(stack, filled)
      const before = writes()
      const body = {
        callbackUrls: null,
        productName: null,
        owners: null,
        mobile: { ios: { team_id: null }, android: {} },
      }
      for (const empty of [body, {}, { mobile: null }]) {
        const answer = await read(await stack.patch(id, empty))
        expect(answer).toMatchObject({
          status: 200,
          body: { callbackUrls: ['https://a.test/cb'], productName: 'Shop' },
        })
        expect(answer.headers.get('nexus-change')).toBeNull()
      }
      expect(writes()).toBe(before)
      expect(held(id)).toMatchObject(filled)
      expect(await stack.query('select 1 from nexus.changes where client_id = $1', [id])).toEqual([])
    })

    test('[] and "" clear', async () => {
      const id = seedClient(stack, filled)
      const answer = await read(
        await stack.patch(id, { callbackUrls: [], productName: '', mobile: { ios: { team_id: '' } } }),
      )
      expect(answer).toMatchObject({ status: 200, body: { callbackUrls: [], productName: null } })
      expect(answer.body).toMatchObject({ mobile: { ios: { team_id: null, app_bundle_identifier: 'B' } } })
      expect(held(id)['client_metadata']).toEqual({ owners: '["auth0|tester"]', other: 'kept' })
    })

    test('null clears in a merge patch', async () => {
      const id = seedClient(stack, filled)
      const answer = await stack.patch(
        id,
        { callbackUrls: null, productName: null, mobile: { ios: { team_id: null } } },
        { headers: { 'content-type': 'application/merge-patch+json' } },
      )
      expect(answer.status).toBe(200)
      expect(held(id)).toMatchObject({ callbacks: [], client_metadata: { owners: '["auth0|tester"]', other: 'kept' } })
    })
  })

  test('what is so already, in fields that Nexus owns already, is no change: nothing is stored', async () => {
    const id = seedClient(stack, { callbacks: ['https://a.test/cb'] })
    const stored = () =>
      stack.query(
        `select (select count(*)::int from nexus.changes where client_id = $1) as changes,
                (select count(*)::int from nexus.audit where target = $1) as records,
                (select revision from nexus.clients where client_id = $1) as revision`,
        [id],
      )
    const first = await stack.patch(id, { callbackUrls: ['https://a.test/cb'], productName: 'Shop' })
    expect(first.status).toBe(200)
    expect(first.headers.get('nexus-owned')).toBe('productName, callbackUrls')
    expect(first.headers.get('nexus-change')).not.toBeNull()
    const before = await stored()
    for (const body of [{ productName: 'Shop' }, { callbackUrls: ['https://a.test/cb'], productName: 'Shop' }]) {
      const again = await read(await stack.patch(id, body))
      expect(again).toMatchObject({ status: 200, body: { productName: 'Shop' } })
      expect([again.headers.get('nexus-change'), again.headers.get('nexus-owned')]).toEqual([null, null])
    }
    expect(await stored()).toEqual(before)
    // One more field: a change, which says what became owned.
    const more = await stack.patch(id, { productName: 'Shop', owners: ['auth0|tester'] })
    expect([more.status, more.headers.get('nexus-owned')]).toEqual([200, 'owners'])
    expect((await stack.patch(id, { productName: 'Shed' })).headers.get('nexus-owned')).toBeNull()
  })

  test('what is there already is not sent again', async () => {
    const id = seedClient(stack, { callbacks: ['https://a.test/cb'] })
    await stack.patch(id, {})
    const before = stack.simulator.stats
    const answer = await read(await stack.patch(id, { callbackUrls: ['https://a.test/cb'], productName: 'Shop' }))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('nexus-change')).toMatch(/^[\da-f-]{36}$/)
    expect(stack.simulator.stats).toEqual(before)
  })

  describe('202', () => {
    test('respond-async: accepted values at once, and the change behind Location', async () => {
      const id = seedClient(stack)
      const answer = await read(
        await stack.patch(id, { applicationName: 'Soon' }, { headers: { prefer: 'respond-async' } }),
      )
      expect(answer.status).toBe(202)
      expect(answer.body).toMatchObject({ id, applicationName: 'Soon' })
      expect(Object.keys(answer.body)).toContain('isRefreshTokenInactivityLifetimeEnabled')
      expect(answer.headers.get('preference-applied')).toBe('respond-async')
      expect(answer.headers.get('nexus-sync')).toBe('pending')
      expect(answer.headers.get('retry-after')).toBe('1')
      const changeId = answer.headers.get('nexus-change')
      const location = answer.headers.get('location')
      expect(location).toBe(`/v1/tenants/acme/changes/${changeId}`)
      await expect
        .poll(async () => (await read(await stack.request(location ?? ''))).body['status'], { timeout: 10_000 })
        .toBe('applied')
      expect(held(id)['client_metadata']).toMatchObject({ application_name: 'Soon' })
    })

    test('the wait is over before Auth0 has answered; the change is applied all the same', async () => {
      const id = seedClient(stack)
      await stack.patch(id, {})
      stack.simulator.setFaults({ latencyMs: 6000, methods: ['PATCH'] })
      try {
        const start = performance.now()
        const answer = await read(await stack.patch(id, { applicationName: 'Late' }, { headers: { prefer: 'wait=1' } }))
        expect(performance.now() - start).toBeLessThan(5900)
        expect(answer).toMatchObject({ status: 202, body: { applicationName: 'Late' } })
        expect(answer.headers.get('preference-applied')).toBe('wait=1')
      } finally {
        stack.simulator.setFaults({})
      }
      await expect
        .poll(() => held(id)['client_metadata'], { timeout: 15_000 })
        .toMatchObject({ application_name: 'Late' })
    })

    test('a paused tenant answers at once', async () => {
      const id = seedClient(stack)
      await stack.patch(id, {})
      await stack.query(`update nexus.tenants set paused_at = now() where tenant_id = 'acme'`)
      try {
        const start = performance.now()
        const answer = await read(await stack.patch(id, { applicationName: 'Paused' }))
        expect(performance.now() - start).toBeLessThan(2000)
        expect(answer).toMatchObject({ status: 202, body: { applicationName: 'Paused' } })
        expect(answer.headers.get('retry-after')).toBe('30')
        const seen = await read(await stack.request(pathOf(id)))
        expect(seen.body['applicationName']).toBe('Paused')
        expect(seen.headers.get('nexus-sync')).toBe('pending')
      } finally {
        await stack.query(`update nexus.tenants set paused_at = null where tenant_id = 'acme'`)
      }
    })

    test('a change goes on when its caller hangs up', async () => {
      const id = seedClient(stack)
      await stack.patch(id, {})
      stack.simulator.setFaults({ latencyMs: 2000, methods: ['PATCH'] })
      const hangUp = new AbortController()
      const patching = stack.patch(id, { applicationName: 'Alone' }, { signal: hangUp.signal })
      await expect.poll(() => stack.query('select 1 from nexus.changes where client_id = $1', [id])).toHaveLength(1)
      hangUp.abort()
      await expect(patching).rejects.toThrow(/abort/)
      stack.simulator.setFaults({})
      await expect
        .poll(() => held(id)['client_metadata'], { timeout: 10_000 })
        .toMatchObject({ application_name: 'Alone' })
    })
  })

  test('changes of one client at the same time all get their answer, and the last one accepted stays', async () => {
    const id = seedClient(stack)
    await expect.poll(async () => (await stack.patch(id, {})).status, { timeout: 10_000 }).toBe(200)
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => stack.patch(id, { applicationName: `n${index}` })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200))
    const [last] = await stack.query<{ values: { applicationName: string } }>(
      'select "values" from nexus.changes where client_id = $1 order by generation desc limit 1',
      [id],
    )
    expect(held(id)['client_metadata']).toMatchObject({ application_name: last?.values.applicationName })
  })

  test('a server that closes answers who waits: the change is safe, and applied by the next one', async () => {
    const id = seedClient(stack)
    await stack.patch(id, {})
    stack.simulator.setFaults({ latencyMs: 1500, methods: ['PATCH'] })
    const patching = stack.patch(id, { applicationName: 'Over the gap' })
    await expect
      .poll(() => stack.query('select 1 from nexus.changes where client_id = $1', [id]), {
        timeout: 5000,
        interval: 20,
      })
      .toHaveLength(1)
    const start = performance.now()
    const stopping = stack.stop()
    expect((await patching).status).toBe(202)
    expect(performance.now() - start).toBeLessThan(1000)
    stack.simulator.setFaults({})
    await stopping
    await stack.start()
    await expect
      .poll(() => held(id)['client_metadata'], { timeout: 15_000 })
      .toMatchObject({ application_name: 'Over the gap' })
  })
})
