import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const wrong = `Basic ${Buffer.from('pipeline:wrong').toString('base64')}`

describe.skipIf(servers === null)('limits', () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack(
      withStates({
        file: {
          server: { host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] },
          limits: {
            requestsPerSecond: 1,
            burst: 6,
            waitingChanges: 5,
            waitingChangesOfCaller: 3,
            failedSignInsOfAddress: 100,
            failedSignInsOfName: 20,
          },
        },
      }),
    )
    id = seedClient(stack, { client_metadata: { owners: '["team"]' } })
  })
  afterAll(() => stack.close())

  const user = (sub: string, more: string[] = []) =>
    stack.token({ sub, roles: ['team'], permissions: ['client.read', 'client.write', ...more] })

  test('a caller who is too fast gets 429 and when to come again; another is served', async () => {
    const ann = user('auth0|fast')
    const answers = await Promise.all(
      Array.from({ length: 12 }, async () => read(await stack.request('/v1/tenants/acme', { as: ann }))),
    )
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(4)
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(6)
    for (const { headers, body } of refused) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(body).toMatchObject({ type: '/problems/too-many-requests', status: 429 })
    }
    expect((await stack.request('/v1/tenants/acme', { as: user('auth0|slow') })).status).toBe(200)
  })

  test('being too fast fills no audit, and probes are never too fast', async () => {
    expect(await stack.query("select 1 from nexus.audit where reason = 'too-many-requests'")).toEqual([])
    const probes = await Promise.all(Array.from({ length: 30 }, () => fetch(`${stack.url}/healthz`)))
    expect(probes.every(({ status }) => status === 200)).toBe(true)
  })

  test('as many changes of one caller wait as may, and as many of a tenant; what to do is said', async () => {
    await stack.query("update nexus.tenants set paused_at = now() where tenant_id = 'acme'")
    const change = async (sub: string) =>
      read(await stack.patch(id, { applicationName: Math.random().toString(36) }, { as: user(sub) }))
    expect([
      (await change('auth0|a')).status,
      (await change('auth0|a')).status,
      (await change('auth0|a')).status,
    ]).toEqual([202, 202, 202])
    expect(await change('auth0|a')).toMatchObject({
      status: 429,
      body: { detail: expect.stringContaining('withdraw') },
    })
    expect([(await change('auth0|b')).status, (await change('auth0|b')).status]).toEqual([202, 202])
    expect(await change('auth0|b')).toMatchObject({
      status: 429,
      body: { detail: expect.stringContaining('this tenant') },
    })
    expect(await stack.query("select 1 from nexus.changes where status = 'accepted'")).toHaveLength(5)
    await stack.query('update nexus.tenants set paused_at = null')
    await expect.poll(async () => (await change('auth0|c')).status, { timeout: 15_000 }).toBe(200)
  })

  const sign = async (authorization: string, address: string) => {
    const headers = { authorization, 'x-forwarded-for': address, 'x-application-token': 'x' }
    return (await fetch(`${stack.url}/v1/tenants/acme/terraform/states`, { headers })).status
  }

  test('whoever guesses a password is slowed down, and locks nobody out who is known', async () => {
    expect(await sign(basic, '192.0.2.1')).toBe(200)
    const guesses: number[] = []
    for (let index = 0; index < 24; index += 1) guesses.push(await sign(wrong, '203.0.113.66'))
    expect(guesses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401))
    expect(guesses.at(-1)).toBe(429)
    expect(await sign(wrong, '198.51.100.7')).toBe(429)
    expect(await sign(basic, '192.0.2.1')).toBe(200)
  })

  test('an address whose tokens fail gets 429 in the end; a good token from there is heard', async () => {
    const from = { 'x-forwarded-for': '203.0.113.99' }
    const bad = await Promise.all(
      Array.from({ length: 130 }, async () => (await stack.request(pathOf(id), { as: 'x.y.z', headers: from })).status),
    )
    expect(new Set(bad)).toEqual(new Set([401, 429]))
    expect((await stack.request('/v1/tenants/acme', { as: user('auth0|good'), headers: from })).status).toBe(200)
  })
})
