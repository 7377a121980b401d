import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { pipeline, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import { pathOf } from '../support.ts'
import { stateText, states, world, asPipeline, json } from './audited.ts'

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
  const machine = { actor_kind: 'service-account', actor_id: pipeline.name, application: null, tenant_id: 'acme' }

  /** As an administrator. */
  const call = (method: string, path: string, body?: unknown) =>
    recorded(`/v1/admin/applications${path}`, {
      method,
      headers: { ...json, ...asPipeline },
      ...(body !== undefined && { body: JSON.stringify(body) }),
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
})
