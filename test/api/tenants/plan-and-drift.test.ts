import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TenantDifferences } from '../../../api/tenants/answers.ts'
import type { Permission } from '../../../domain/vocabulary.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

describe.skipIf(servers === null)('GET …/plan and …/drift', () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack({ tenant: { scanInterval: '24h', freshness: '24h' }, roles: { api: true, worker: false } })
    id = seedClient(stack, { name: 'Looked at', callbacks: ['https://old.example.com/cb'] })
    await stack.request(pathOf(id))
  })
  afterAll(() => stack.close())

  const look = async (which: string, ...permissions: readonly Permission[]) =>
    read(await stack.request(`/v1/tenants/acme/${which}`, { as: stack.token({ permissions: [...permissions] }) }))

  test.each([
    { reason: 'reading every client is enough', permission: 'client.read.all', status: 200 },
    { reason: 'and so is writing to every client', permission: 'client.write.all', status: 200 },
    { reason: 'they tell of clients of others too', permission: 'client.read', status: 403 },
    { reason: 'an administrator stops and starts, and reads nothing', permission: 'tenant.admin', status: 403 },
  ] as const)('$reason: $permission', async ({ permission, status }) => {
    for (const which of ['plan', 'drift']) expect((await look(which, permission)).status).toBe(status)
  })

  test.each([
    { reason: 'another tenant', path: '/v1/tenants/globex/plan', status: 404 },
    { reason: 'a parameter', path: '/v1/tenants/acme/drift?class=terraform', status: 400 },
  ])('$reason: $status', async ({ path, status }) => {
    const as = stack.token({ permissions: ['client.read.all'] })
    expect((await stack.request(path, { as })).status).toBe(status)
  })

  test('what waits is what the plan shows, from the observed value to the wanted one', async () => {
    expect((await look('plan', 'client.read.all')).body).toEqual({ tenant: 'acme', clients: [], unchanged: 1 })
    await stack.patch(id, { callbackUrls: ['https://new.example.com/cb'] }, { headers: { prefer: 'respond-async' } })
    const { headers, body } = await look('plan', 'client.read.all')
    expect(headers.get('cache-control')).toBe('private, no-cache')
    // The document knows every member of it.
    expect(TenantDifferences.parse(body)).toEqual(body)
    expect(body).toEqual({
      tenant: 'acme',
      clients: [
        {
          id,
          name: 'Looked at',
          members: { callbacks: ['https://new.example.com/cb'] },
          notes: ['1 change waits, in one call'],
          fields: [{ field: 'callbackUrls', from: ['https://old.example.com/cb'], to: ['https://new.example.com/cb'] }],
        },
      ],
      unchanged: 0,
    })
    // What waits is no drift.
    expect((await look('drift', 'client.read.all')).body).toEqual({ tenant: 'acme', clients: [], unchanged: 1 })
  })

  test('a drifted field is shown from the confirmed value to the observed one, with its class', async () => {
    const other = seedClient(stack, { name: 'Drifted', allowed_logout_urls: ['https://out.example.com'] })
    await stack.request(pathOf(other))
    await stack.query(
      `update nexus.clients set base = '{"allowedLogoutUrls": ["https://in.example.com"]}' where client_id = $1`,
      [other],
    )
    expect((await look('drift', 'client.read.all')).body).toMatchObject({
      clients: [
        {
          id: other,
          notes: ['not confirmed yet', expect.stringMatching(/^observed \d{4}-/)],
          fields: [
            {
              field: 'allowedLogoutUrls',
              from: ['https://in.example.com'],
              to: ['https://out.example.com'],
              why: 'out-of-band',
            },
          ],
        },
      ],
      unchanged: 1,
    })
  })
})
