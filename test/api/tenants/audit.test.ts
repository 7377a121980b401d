import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { pipeline, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import { pathOf } from '../support.ts'
import { stateText, states, world, asPipeline, json } from './audit-support.ts'

const lock = {
  ID: 'lock-1',
  Operation: 'OperationTypePlan',
  Who: 'ann@host',
  Info: '',
  Version: '',
  Created: '',
  Path: '',
}

const md5 = (text: string): string => createHash('md5').update(text).digest('base64')

interface Case {
  readonly does: string
  readonly method: string
  readonly path: () => string
  readonly body?: string
  readonly more?: Record<string, string>
  readonly target: (() => string) | null
}

describe.skipIf(servers === null)('what is recorded of a request', () => {
  const { stack, clientId, recorded } = world(() => startStack(withStates({ twoRoles: true })))

  const ann = {
    actor_kind: 'user',
    actor_id: 'auth0|tester',
    application: 'portal',
    tenant_id: 'acme',
    address: '127.0.0.1',
  }
  const machine = { actor_kind: 'service-account', actor_id: pipeline.name, application: null, tenant_id: 'acme' }

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

  describe('every other decision', () => {
    const state = `${states}/main`
    const cases: readonly Case[] = [
      { does: 'pause', method: 'POST', path: () => '/v1/tenants/acme/pause', target: null },
      { does: 'resume', method: 'POST', path: () => '/v1/tenants/acme/resume', target: null },
      { does: 'pause', method: 'POST', path: () => `${pathOf(clientId())}/pause`, target: clientId },
      { does: 'resume', method: 'POST', path: () => `${pathOf(clientId())}/resume`, target: clientId },
      {
        does: 'sync.retry',
        method: 'POST',
        path: () => `${pathOf(clientId())}/sync`,
        body: '{"action":"retry"}',
        target: clientId,
      },
      {
        does: 'sync.accept',
        method: 'POST',
        path: () => `${pathOf(clientId())}/sync`,
        body: '{"action":"accept"}',
        target: clientId,
      },
      { does: 'state.lock', method: 'LOCK', path: () => state, body: JSON.stringify(lock), target: () => 'main' },
      {
        does: 'state.write',
        method: 'POST',
        path: () => `${state}?ID=lock-1`,
        body: stateText(1),
        more: { 'content-md5': md5(stateText(1)) },
        target: () => 'main/1',
      },
      { does: 'state.unlock', method: 'UNLOCK', path: () => state, body: JSON.stringify(lock), target: () => 'main' },
      { does: 'state.lock', method: 'LOCK', path: () => state, body: JSON.stringify(lock), target: () => 'main' },
      { does: 'state.force-unlock', method: 'UNLOCK', path: () => state, target: () => 'main' },
      { does: 'state.read', method: 'GET', path: () => state, target: () => 'main/1' },
      { does: 'state.read', method: 'GET', path: () => `${state}/versions/1`, target: () => 'main/1' },
      {
        does: 'state.restore',
        method: 'POST',
        path: () => `${state}/restore`,
        body: '{"version":1}',
        target: () => 'main/2',
      },
      { does: 'terraform.snapshot', method: 'GET', path: () => '/v1/tenants/acme/terraform/snapshot', target: null },
      { does: 'terraform.adopt', method: 'PUT', path: () => `${pathOf(clientId())}/terraform`, target: clientId },
      { does: 'terraform.release', method: 'DELETE', path: () => `${pathOf(clientId())}/terraform`, target: clientId },
      { does: 'state.delete', method: 'DELETE', path: () => state, target: () => 'main' },
      { does: 'audit.read', method: 'GET', path: () => '/v1/tenants/acme/audit?limit=1', target: null },
    ]
    test.each(cases)('$does by $method is recorded once', async ({ does, method, path, body, more, target }) => {
      const { answer, rows } = await recorded(path(), {
        method,
        headers: { ...json, ...asPipeline, ...more },
        ...(body !== undefined && { body }),
      })
      expect(answer.status).toBeLessThan(300)
      expect(rows).toMatchObject([
        { ...machine, action: does, outcome: 'accepted', reason: null, target: target?.() ?? null },
      ])
      const denied = await recorded(path(), {
        method,
        headers: { ...json, ...more },
        as: stack().token({ permissions: [] }),
        ...(body !== undefined && { body }),
      })
      expect(denied.answer.status).toBe(403)
      expect(denied.rows).toMatchObject([{ outcome: 'refused', reason: 'forbidden' }])
    })

    test('what came too late, or was held by another', async () => {
      await recorded(state, { method: 'LOCK', headers: { ...json, ...asPipeline }, body: JSON.stringify(lock) })
      const late = await recorded(state, {
        method: 'LOCK',
        headers: { ...json, ...asPipeline },
        body: JSON.stringify({ ...lock, ID: 'lock-2' }),
      })
      expect(late.rows).toMatchObject([{ action: 'state.lock', outcome: 'refused', reason: 'state-locked' }])
      const sync = await recorded(`${pathOf(clientId())}/sync`, {
        method: 'POST',
        headers: { ...json, ...asPipeline },
        body: '{}',
      })
      expect(sync.rows).toMatchObject([{ action: 'client.sync', outcome: 'refused', reason: 'malformed' }])
    })

    test('a withdrawal, and one too many', async () => {
      await stack().request(`${pathOf(clientId())}/pause`, { method: 'POST', headers: asPipeline })
      const accepted = await stack().patch(clientId(), { applicationName: 'value-canary' })
      const change = accepted.headers.get('nexus-change') ?? ''
      const first = await recorded(`/v1/tenants/acme/changes/${change}`, { method: 'DELETE' })
      expect(first.rows).toMatchObject([
        { action: 'change.withdraw', outcome: 'accepted', target: change, change_id: change },
      ])
      const second = await recorded(`/v1/tenants/acme/changes/${change}`, { method: 'DELETE' })
      expect(second.rows).toMatchObject([
        { action: 'change.withdraw', outcome: 'refused', reason: 'change-not-pending' },
      ])
    })
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
      { id: '..', patch: {} },
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

  test('no value, no secret and no text of a state is in any record', async () => {
    const rows = await stack().query<{ text: string }>('select a::text as text from nexus.audit a')
    expect(rows.length).toBeGreaterThan(30)
    const all = rows.map(({ text }) => text).join('\n')
    for (const canary of ['value-canary', 'valuecanary', 'a-secret-in-a-state', pipeline.password])
      expect(all).not.toContain(canary)
  })
})
