import { beforeAll, describe, expect, test } from 'vitest'
import { withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import { read } from '../support.ts'
import { world, asPipeline } from './audit-support.ts'

describe.skipIf(servers === null)('GET /v1/tenants/{tenant}/audit', () => {
  const { stack, clientId } = world(() => startStack(withStates()))
  const list = async (query: string) =>
    read(await stack().request(`/v1/tenants/acme/audit${query}`, { headers: asPipeline }))
  const records = async (query: string) => {
    const { body } = await list(query)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is in it is what the tests look at
    return body as unknown as { records: Record<string, unknown>[]; next: string | null }
  }
  beforeAll(async () => {
    for (let index = 0; index < 5; index += 1) await stack().patch(clientId(), {})
    await stack().patch(clientId(), {}, { as: stack().token({ sub: 'auth0|eve' }) })
    await stack().query("insert into nexus.audit (tenant_id, action, outcome) values ('other', 'pause', 'accepted')")
  })

  test('newest first, page by page, each record once, only those of the tenant', async () => {
    const seen: unknown[] = []
    let query = '?limit=2&action=client.patch'
    for (;;) {
      const page = await records(query)
      seen.push(...page.records.map(({ id }) => id))
      if (page.next === null) break
      query = `?limit=2&action=client.patch&cursor=${encodeURIComponent(page.next)}`
    }
    expect(seen).toHaveLength(6)
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => Number(b) - Number(a)))
  })

  test.each([
    { query: '?actor=auth0%7Ceve', count: 1 },
    { query: '?outcome=refused', count: 1 },
    { query: '?outcome=accepted&action=client.patch', count: 5 },
    { query: '?target=nobody', count: 0 },
    { query: '?until=2020-01-01T00:00:00Z', count: 0 },
    { query: '?since=2999-01-01T00:00:00%2B01:00', count: 0 },
  ])('$query', async ({ query, count }) => {
    expect((await records(query)).records).toHaveLength(count)
  })

  test('a record, whole', async () => {
    expect((await records('?actor=auth0%7Ceve')).records).toEqual([
      {
        id: expect.any(Number),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        tenantId: 'acme',
        actor: { kind: 'user', id: 'auth0|eve', application: 'portal' },
        address: '127.0.0.1',
        requestId: expect.any(String),
        action: 'client.patch',
        target: clientId(),
        changeId: null,
        outcome: 'refused',
        reason: 'forbidden',
        missing: 'relation',
        count: null,
      },
    ])
  })

  test.each(['?action=nothing', '?since=yesterday', '?limit=0', '?cursor=1', '?x=1', '?actor=%00', '?actor=a&actor=b'])(
    '%s is malformed',
    async (query) => {
      expect((await list(query)).status).toBe(400)
    },
  )

  test('needs tenant.admin', async () => {
    const answer = await stack().request('/v1/tenants/acme/audit', {
      as: stack().token({ permissions: ['client.write.all', 'terraform.state'] }),
    })
    expect(answer.status).toBe(403)
  })
})
