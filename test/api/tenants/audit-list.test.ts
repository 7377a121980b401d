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
  const exported = async (query: string) => {
    const answer = await stack().request(`/v1/tenants/acme/audit/export${query}`, { headers: asPipeline })
    return { status: answer.status, headers: answer.headers, lines: (await answer.text()).split('\r\n').slice(0, -1) }
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

  describe('export', () => {
    test('a line for each record of the filters, oldest first', async () => {
      const { status, headers, lines } = await exported('?action=client.patch')
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
      expect(headers.get('content-disposition')).toBe('attachment; filename="audit-acme.csv"')
      const [head, ...rows] = lines
      expect(head).toMatch(/^id,at,tenantId,actorKind,actorId,/)
      const listed = (await records('?action=client.patch&limit=1000')).records.map(
        ({ id, at }) => `${String(id)},${String(at)}`,
      )
      expect(rows.map((row) => row.split(',', 2).join(','))).toEqual(listed.toReversed())
    })

    test('more than a page, in one answer', async () => {
      await stack().query(
        `insert into nexus.audit (tenant_id, action, outcome, target)
         select 'acme', 'resume', 'accepted', 'many-' || i from generate_series(1, 2500) i`,
      )
      const { lines } = await exported('?action=resume')
      expect(lines).toHaveLength(2501)
      expect(new Set(lines).size).toBe(2501)
    })

    test('nothing but the names where there is no record', async () => {
      expect((await exported('?target=nobody')).lines).toHaveLength(1)
    })

    test('no value is a formula', async () => {
      await stack().query(
        `insert into nexus.audit (tenant_id, action, outcome, actor_kind, actor_id, target)
         values ('acme', 'pause', 'accepted', 'user', '=HYPERLINK("https://x.test")', '@x')`,
      )
      const [, row = ''] = (await exported('?target=%40x')).lines
      expect(row).toContain(`,user,"'=HYPERLINK(""https://x.test"")",`)
      expect(row).toContain(",'@x,")
    })

    test('it is recorded; what does not belong to it is malformed', async () => {
      const before = (await records('?action=audit.read&limit=1000')).records.length
      await exported('')
      expect((await records('?action=audit.read&limit=1000')).records.length).toBe(before + 2)
      expect((await exported('?limit=1')).status).toBe(400)
    })
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
