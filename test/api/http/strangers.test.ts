import { describe, expect, onTestFinished, test } from 'vitest'
import { basic, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read } from '../support.ts'

const open = async (more: Parameters<typeof withStates>[0] = {}) => {
  const stack = await startStack(withStates(more))
  onTestFinished(stack.close)
  return stack
}

interface Counted extends Record<string, unknown> {
  readonly address: string | null
  readonly reason: string
  readonly count: number
}

/** The audit's rows of nobody. */
const counted = (stack: Stack) =>
  stack.query<Counted>(`
    select abbrev(address) as address, reason, count::int as count from nexus.audit
    where actor_id is null order by reason, address`)

/** Ways not to be known. */
const unknown = {
  'no credentials': { authorization: '', 'x-application-token': '' },
  'a token that is none': { authorization: 'Bearer x.y.z' },
  'a token of nobody': { authorization: `Bearer ${'e30'.repeat(3)}.e30.AAAA` },
  'no application token': { 'x-application-token': '' },
  'a wrong application token': { 'x-application-token': 'nxa_wrong' },
  'a wrong password': { authorization: `Basic ${Buffer.from('pipeline:wrong').toString('base64')}` },
  'a name that nobody has': { authorization: `Basic ${Buffer.from('nobody:x').toString('base64')}` },
  'another scheme': { authorization: 'Digest username="x"' },
  'two schemes in one': { authorization: 'Bearer x, Basic y' },
} as const

const requests = [
  { method: 'GET', path: '/v1/tenants' },
  { method: 'GET', path: '/v1/tenants/acme/clients?text=x' },
  { method: 'PATCH', path: pathOf('client1') },
  { method: 'PATCH', path: '/v1/tenants/acme/clients' },
  { method: 'DELETE', path: '/v1/tenants/acme/changes/1' },
  { method: 'GET', path: '/v1/tenants/nowhere/audit' },
  { method: 'LOCK', path: '/v1/tenants/acme/terraform/states/main' },
  { method: 'POST', path: '/v1/admin/applications' },
]

describe.skipIf(servers === null)('requests without valid credentials', { timeout: 120_000 }, () => {
  test('2,000 of every kind leave a row for each address and reason, once the process ends', async () => {
    const stack = await open()
    const statuses: Record<string, number> = {}
    // A wrong password costs work: few of these.
    const cheap = Object.entries(unknown).flatMap(([kind, headers]) => (/password|name/.test(kind) ? [] : [headers]))
    for (let sent = 0; sent < 2000; sent += 50)
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const { method, path } = requests[(sent + index) % requests.length] ?? { method: 'GET', path: '/' }
          const headers = {
            ...(sent === 0 && index < 4 ? unknown['a wrong password'] : cheap[(sent + index) % cheap.length]),
            'content-type': 'application/json',
          }
          const { status } = await read(
            await stack.request(path, { method, headers, ...(method === 'GET' ? {} : { body: '{}' }) }),
          )
          statuses[status] = (statuses[status] ?? 0) + 1
        }),
      )
    expect(Object.keys(statuses).every((status) => ['401', '429'].includes(status))).toBe(true)
    expect(await stack.query('select 1 from nexus.audit')).toEqual([])
    await stack.stop()
    const rows = await counted(stack)
    expect(Object.fromEntries(rows.map(({ reason, count }) => [reason, count]))).toEqual({
      unauthenticated: statuses['401'],
      ...(statuses['429'] === undefined ? {} : { 'too-many-requests': statuses['429'] }),
    })
    expect(rows.every(({ address }) => address === '127.0.0.1')).toBe(true)
    await stack.start()
  })

  test.each(Object.entries(unknown))('%s is counted, and leaves no row of its own', async (_, headers) => {
    const stack = await open()
    const answer = await stack.request(pathOf('client1'), {
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(answer.status).toBe(401)
    expect(await counted(stack)).toEqual([])
    await stack.stop()
    expect(await counted(stack)).toEqual([{ address: '127.0.0.1', reason: 'unauthenticated', count: 1 }])
    await stack.start()
  })

  test('refusals of callers who are known are stored before they are answered, one by one', async () => {
    const stack = await open()
    for (const as of [stack.token({ permissions: [] }), stack.token({ sub: 'auth0|eve', permissions: [] })])
      expect((await stack.request(pathOf('client1'), { as })).status).toBe(403)
    expect(await stack.query('select actor_id, action, reason, count from nexus.audit order by actor_id')).toEqual([
      { actor_id: 'auth0|eve', action: 'client.read', reason: 'forbidden', count: null },
      { actor_id: 'auth0|tester', action: 'client.read', reason: 'forbidden', count: null },
    ])
  })

  test('probes, pages and addresses that are not there count for nothing', async () => {
    const stack = await open()
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/v1/nothing', '/'])
      await stack.request(path, { headers: unknown['no credentials'] })
    await stack.stop()
    expect(await counted(stack)).toEqual([])
    await stack.start()
  })

  test('a flood from everywhere is 1,000 rows: IPv6 by /64, and the rest as one', async () => {
    const stack = await open({
      file: { server: { host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] } },
    })
    const from = (address: string) =>
      stack.request('/v1/tenants', { headers: { ...unknown['no credentials'], 'x-forwarded-for': address } })
    for (let host = 0; host < 20; host += 1) await from(`2001:db8:0:7::${host.toString(16)}`)
    for (let sent = 0; sent < 1200; sent += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          from(`198.51.${Math.floor((sent + index) / 250)}.${(sent + index) % 250}`),
        ),
      )
    await stack.stop()
    const rows = await counted(stack)
    expect(rows).toHaveLength(1000)
    expect(rows).toContainEqual({ address: '2001:db8:0:7::/64', reason: 'unauthenticated', count: 20 })
    expect(rows.filter(({ reason }) => reason === 'others')).toEqual([{ address: null, reason: 'others', count: 202 }])
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(1220)
    const lines = stack
      .logLines()
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter(({ status, unlogged }) => status === 401 || unlogged !== undefined)
    // A line each up to a bound; what is beyond is counted.
    expect(lines.length).toBeLessThan(1150)
    const unlogged = lines.reduce((sum, line) => sum + Number(line['unlogged'] ?? 0), 0)
    expect(lines.filter(({ status }) => status === 401).length + unlogged).toBe(1220)
    await stack.start()
  })

  test('where the audit cannot be written they are answered, and counted until it can', async () => {
    const stack = await open()
    await stack.query(`
      create function no_room() returns trigger language plpgsql as $$ begin raise 'no room' using errcode = '53100'; end $$`)
    await stack.query('create trigger no_room before insert on nexus.audit for each row execute function no_room()')
    expect((await stack.request('/v1/tenants', { headers: unknown['no credentials'] })).status).toBe(401)
    // Who is known is told that nothing can be decided now.
    expect((await stack.request('/v1/tenants', { as: stack.token({ permissions: [] }) })).status).toBe(503)
    await stack.query('drop trigger no_room on nexus.audit')
    await stack.stop()
    expect(await counted(stack)).toEqual([{ address: '127.0.0.1', reason: 'unauthenticated', count: 1 }])
    await stack.start()
  })

  test('the list of a tenant does not show them, as they are about none', async () => {
    const stack = await open()
    await stack.request('/v1/tenants/acme/audit', { headers: unknown['no credentials'] })
    await stack.stop()
    await stack.start()
    const { body } = await read(await stack.request('/v1/tenants/acme/audit', { headers: { authorization: basic } }))
    expect(body['records']).toEqual([])
  })
})
