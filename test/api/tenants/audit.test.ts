import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pipeline, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import { pathOf, seedClient } from '../support.ts'
import { states, world, asPipeline, json } from './audited.ts'

describe.skipIf(servers === null)('what is recorded of a request', () => {
  const { stack, clientId, recorded } = world(() => startStack(withStates({ twoRoles: true })))

  const ann = {
    actor_kind: 'user',
    actor_id: 'auth0|tester',
    application: 'portal',
    tenant_id: 'acme',
    address: '127.0.0.1',
  }

  const other = 'd'.repeat(24)
  const patches = [
    {
      reason: 'forbidden',
      missing: 'client.write or client.write.all',
      status: 403,
      claims: { permissions: ['client.read'] },
      body: '{}',
    },
    {
      reason: 'forbidden',
      missing: 'relation',
      status: 403,
      claims: { sub: 'auth0|eve' },
      body: '{"productName":"x"}',
    },
    { reason: 'malformed', missing: null, status: 400, body: '{"secret":"value-canary"}' },
    {
      reason: 'unsupported-media-type',
      missing: null,
      status: 415,
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    },
    { reason: 'body-too-large', missing: null, status: 413, body: `"${'x'.repeat(300_000)}"` },
    { reason: 'not-found', missing: null, status: 404, client: other, body: '{}' },
    {
      reason: 'precondition-failed',
      missing: null,
      status: 412,
      headers: { 'if-match': '"value-canary"' },
      body: '{"productName":"x"}',
    },
    { reason: 'impossible', missing: null, status: 422, body: '{"callbackUrls":["javascript:valuecanary()"]}' },
    { reason: 'impossible', missing: null, status: 422, body: '{"owners":["value-canary"]}' },
  ]

  test('an accepted change, with its id', async () => {
    const { answer, rows } = await recorded(pathOf(clientId()), {
      method: 'PATCH',
      headers: json,
      body: '{"callbackUrls":["https://value-canary.example.com/cb"]}',
    })
    expect(answer.status).toBe(200)
    const change = answer.headers.get('nexus-change')
    expect(rows).toEqual([
      {
        ...ann,
        action: 'client.patch',
        target: clientId(),
        change_id: change,
        outcome: 'accepted',
        reason: null,
        missing: null,
      },
    ])
  })

  test('a patch that changes nothing is a decision too', async () => {
    const { rows } = await recorded(pathOf(clientId()), { method: 'PATCH', headers: json, body: '{}' })
    expect(rows).toMatchObject([{ action: 'client.patch', outcome: 'accepted', change_id: null }])
  })
  test.each(patches)(
    'a refused change: $reason, $status',
    async ({ status, reason, missing, headers, body, claims, client }) => {
      const { answer, rows } = await recorded(pathOf(client ?? clientId()), {
        method: 'PATCH',
        headers: { ...json, ...headers },
        body,
        ...(claims && { as: stack().token(claims) }),
      })
      expect(answer.status).toBe(status)
      expect(rows).toMatchObject([
        {
          action: 'client.patch',
          target: client ?? clientId(),
          tenant_id: 'acme',
          outcome: 'refused',
          reason,
          missing,
          actor_id: claims?.sub ?? 'auth0|tester',
          address: '127.0.0.1',
        },
      ])
    },
  )

  test.each([
    { what: 'a client', path: () => pathOf(clientId()), action: 'client.read' },
    { what: 'how it stands', path: () => `${pathOf(clientId())}/sync`, action: 'client.read' },
    { what: 'its changes', path: () => `${pathOf(clientId())}/changes`, action: 'change.read' },
    { what: 'the tenant', path: () => '/v1/tenants/acme', action: 'tenant.read' },
    { what: 'the tenants', path: () => '/v1/tenants', action: 'tenant.read' },
    { what: 'the states', path: () => states, action: 'state.list', as: asPipeline },
  ])('an ordinary read of $what is recorded only where it was denied', async ({ path, action, as }) => {
    const allowed = await recorded(path(), as && { headers: as })
    expect(allowed.answer.status).toBe(200)
    expect(allowed.rows).toEqual([])
    const denied = await recorded(path(), { as: stack().token({ sub: 'auth0|eve', permissions: [] }) })
    expect(denied.rows).toMatchObject([{ action, outcome: 'refused', reason: 'forbidden', actor_id: 'auth0|eve' }])
  })

  test('what is no decision is not recorded: probes, addresses that are not there', async () => {
    for (const path of ['/healthz', '/readyz', '/v1/nothing']) expect((await recorded(path)).rows).toEqual([])
    expect((await recorded(pathOf(clientId()), { method: 'DELETE' })).answer.status).toBe(405)
  })

  test('a preview is an ordinary read', async () => {
    const path = `${pathOf(clientId())}?dryRun=true`
    const seen = await recorded(path, { method: 'PATCH', headers: json, body: '{"productName":"Shop3"}' })
    expect([seen.answer.status, seen.rows]).toEqual([200, []])
  })

  test('of a list each change is recorded as one of its own, the list only where it was refused', async () => {
    const list = JSON.stringify([
      { id: clientId(), patch: { applicationName: 'value-canary-1' } },
      { id: other, patch: { applicationName: 'value-canary-2' } },
      { id: '../x', patch: {} },
    ])
    const init = { method: 'PATCH', headers: { ...json, prefer: 'respond-async' } }
    const { rows } = await recorded('/v1/tenants/acme/clients', { ...init, body: list })
    expect(
      new Set(rows.map(({ action, target, outcome, reason }) => JSON.stringify([action, target, outcome, reason]))),
    ).toEqual(
      new Set(
        [
          ['client.patch', clientId(), 'accepted', null],
          ['client.patch', other, 'refused', 'not-found'],
          ['client.patch', null, 'refused', 'not-found'],
        ].map((row) => JSON.stringify(row)),
      ),
    )
    const refused = await recorded('/v1/tenants/acme/clients', { ...init, body: '[]' })
    expect(refused.rows).toMatchObject([{ action: 'client.patch-list', outcome: 'refused', reason: 'malformed' }])
  })

  test('the repetition of a request is recorded with the change that it was about', async () => {
    const init = {
      method: 'PATCH',
      headers: { ...json, 'idempotency-key': randomUUID() },
      body: '{"applicationName":"k"}',
    }
    const first = await recorded(pathOf(clientId()), init)
    const second = await recorded(pathOf(clientId()), init)
    expect(second.answer.headers.get('nexus-replayed')).toBe('true')
    expect(second.rows).toMatchObject([{ action: 'client.patch', change_id: first.rows[0]?.['change_id'] }])
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

  test('no value, no secret and no text of a state is in any record', async () => {
    const rows = await stack().query<{ text: string }>('select a::text as text from nexus.audit a')
    expect(rows.length).toBeGreaterThan(30)
    const all = rows.map(({ text }) => text).join('\n')
    for (const canary of ['value-canary', 'valuecanary', 'a-secret-in-a-state', pipeline.password])
      expect(all).not.toContain(canary)
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
