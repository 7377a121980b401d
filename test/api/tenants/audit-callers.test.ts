import { describe, expect, onTestFinished, test } from 'vitest'
import { pipeline, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import { pathOf, seedClient } from '../support.ts'
import { world, asPipeline, json } from './audit-support.ts'

describe.skipIf(servers === null)('what is recorded of a request', () => {
  const { stack, clientId, recorded } = world(() => startStack(withStates({ twoRoles: true })))

  /** As an administrator. */
  const call = (method: string, path: string, body?: unknown) =>
    recorded(`/v1/admin/applications${path}`, {
      method,
      headers: { ...json, ...asPipeline },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })

  test("a client's secret is recorded: who had it, and who was not let in", async () => {
    const path = `${pathOf(clientId())}?include=secret`
    const reader = stack().token({ permissions: ['client.read', 'client.write', 'client.secret.read'] })
    const given = await recorded(path, { as: reader })
    expect(given.answer.body['secret']).toEqual(expect.any(String))
    expect(given.rows).toMatchObject([{ action: 'client.secret.read', outcome: 'accepted', target: clientId() }])
    const denied = await recorded(path)
    expect(denied.rows).toMatchObject([
      { action: 'client.secret.read', outcome: 'refused', reason: 'forbidden', missing: 'client.secret.read' },
    ])
    const both = await recorded(path, { as: reader, method: 'PATCH', headers: json, body: '{"applicationName":"s"}' })
    expect(both.answer.body['secret']).toEqual(expect.any(String))
    expect(both.rows.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['client.patch', 'accepted'],
      ['client.secret.read', 'accepted'],
    ])
    const all = await stack().query<{ text: string }>('select a::text as text from nexus.audit a')
    const { secret } = given.answer.body
    expect(all.filter(({ text }) => typeof secret !== 'string' || text.includes(secret))).toEqual([])
  })

  test('applications and accounts: who made, changed, rotated and revoked them', async () => {
    const steps = [
      {
        does: 'token.create',
        call: () => call('POST', '', { name: 'shop', tenants: ['acme'], permissions: ['client.write.all'] }),
      },
      {
        does: 'token.change',
        call: () => call('PATCH', '/shop', { tenants: ['acme'], permissions: ['client.write.all'] }),
      },
      { does: 'token.rotate', call: () => call('POST', '/shop/rotate', { overlapSeconds: 60 }) },
      { does: 'token.retire', call: () => call('POST', '/shop/retire') },
      { does: 'token.revoke', call: () => call('DELETE', '/shop') },
    ]
    const secrets: string[] = []
    for (const { does, call } of steps) {
      const { answer, rows } = await call()
      secrets.push(JSON.stringify(answer.body['token'] ?? 'none-shown'))
      expect([does, answer.status < 300, answer.body['detail']]).toEqual([does, true, undefined])
      expect(rows).toMatchObject([
        { action: does, outcome: 'accepted', target: 'shop', actor_id: pipeline.name, tenant_id: null },
      ])
    }
    const again = await call('POST', '', { name: 'shop', tenants: ['acme'], permissions: ['client.write.all'] })
    expect(again.rows).toMatchObject([
      { action: 'token.create', outcome: 'refused', reason: 'name-taken', target: 'shop' },
    ])
    const more = await call('POST', '', { name: 'too-much', tenants: '*', permissions: ['client.secret.read'] })
    expect(more.rows).toMatchObject([{ action: 'token.create', outcome: 'refused', reason: 'forbidden' }])
    const all = await stack().query<{ text: string }>('select a::text as text from nexus.audit a')
    for (const secret of secrets) expect(all.map(({ text }) => text).join()).not.toContain(JSON.parse(secret))
  })

  test('the record of a change is stored in the same transaction: a process that dies then loses neither', async () => {
    await stack().request(`${pathOf(clientId())}/pause`, { method: 'POST', headers: asPipeline })
    const accepted = await stack().patch(clientId(), { applicationName: 'value-canary' })
    expect(accepted.status).toBe(202)
    const [row] = await stack().query(
      'select a.xmin = h.xmin as together from nexus.changes h join nexus.audit a on a.change_id = h.id where h.id = $1',
      [accepted.headers.get('nexus-change')],
    )
    expect(row).toEqual({ together: true })
  })

  test('a policy that puts values back is recorded as the one who did it', async () => {
    const own = await startStack({ tenant: { driftPolicy: 'revert', scanInterval: '200ms' } })
    onTestFinished(own.close)
    const id = seedClient(own)
    await own.patch(id, { callbackUrls: ['https://a.example.com/cb'] })
    own.simulator.seed({ ...own.simulator.clients.get(id), callbacks: ['https://elsewhere.example.com'] })
    await expect
      .poll(() => own.query("select actor_id, action, target from nexus.audit where actor_kind = 'policy'"), {
        timeout: 15_000,
      })
      .toContainEqual({ actor_id: 'revert', action: 'sync.revert', target: id })
  })
})
