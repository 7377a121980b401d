import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Scan } from '../../../api/tenants/scan-tenant.ts'
import { WhoAmI } from '../../../api/callers/who-am-i.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'

const administrator = { permissions: ['tenant.admin'] }

describe.skipIf(servers === null)('POST /v1/tenants/{tenantId}/scan', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ tenant: { scanInterval: '24h' } })
  })
  afterAll(() => stack.close())

  const scan = async (prefer: string) => {
    const answer = await stack.request('/v1/tenants/acme/scan', {
      method: 'POST',
      as: stack.token(administrator),
      headers: { prefer },
    })
    return { status: answer.status, headers: answer.headers, body: Scan.parse(await answer.json()) }
  }
  const lastScan = async (): Promise<number> => {
    const [row] = await stack.query<{ at: Date }>(
      `select last_scan_at as at from nexus.tenants where tenant_id = 'acme'`,
    )
    return row?.at.getTime() ?? 0
  }

  test('reads all clients now, and knows what was made a moment ago', async () => {
    const id = stack.simulator.seed({ name: 'Made just now' })
    const { status, body } = await scan('wait=30')
    expect([status, body.status, body.reason]).toEqual([200, 'complete', null])
    expect(body.clients).toBeGreaterThan(0)
    const [known] = await stack.query(`select 1 from nexus.clients where client_id = $1`, [id])
    expect(known).toBeDefined()
  })

  test('who asks shortly afterwards shares it', async () => {
    const before = await lastScan()
    const { status } = await scan('wait=30')
    expect([status, await lastScan()]).toEqual([200, before])
  })

  test('who does not wait is told to ask again', async () => {
    await stack.query(`update nexus.tenants set asked_scan_ended_at = null, scan_asked_at = null`)
    const first = await scan('respond-async')
    expect([first.status, first.body.status, first.headers.get('retry-after')]).toEqual([202, 'scanning', '2'])
    expect(first.headers.get('preference-applied')).toBe('respond-async')
    expect((await scan('wait=30')).status).toBe(200)
  })

  test('what keeps it from beginning is said at once', async () => {
    await stack.query(`update nexus.tenants set asked_scan_ended_at = null, scan_asked_at = null, paused_at = now()`)
    const { status, body } = await scan('wait=30')
    expect([status, body.status, body.clients]).toEqual([202, 'waiting', null])
    expect(body.reason).toContain('until it is resumed')
    await stack.query(`update nexus.tenants set paused_at = null`)
  })
})

describe.skipIf(servers === null)('GET /v1/whoami', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ roles: { api: true, worker: false } })
  })
  afterAll(() => stack.close())

  test.each([
    {
      reason: 'a user, with what their token and their application come to',
      claims: { sub: 'auth0|ann', permissions: ['client.write'], roles: ['billing-admins'], products: ['Billing'] },
    },
    { reason: 'somebody who may do nothing', claims: { sub: 'auth0|new', permissions: [] } },
  ])('$reason', async ({ claims }) => {
    const answer = await stack.request('/v1/whoami', { as: stack.token(claims) })
    expect(answer.status).toBe(200)
    const { sub, ...rest } = claims
    expect(WhoAmI.parse(await answer.json())).toMatchObject({ kind: 'user', id: sub, ...rest })
  })

  test('nobody is nobody', async () => {
    expect((await fetch(`${stack.url}/v1/whoami`)).status).toBe(401)
  })
})
