import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { basic, pipeline, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const lineage = randomUUID()
const stateText = (serial: number) =>
  JSON.stringify({
    version: 4,
    terraform_version: '1.11.0',
    serial,
    lineage,
    outputs: { canary: { value: 'a-secret-in-a-state', type: 'string' } },
    resources: [],
  })
const lock = {
  ID: 'lock-1',
  Operation: 'OperationTypePlan',
  Who: 'ann@host',
  Info: '',
  Version: '',
  Created: '',
  Path: '',
}
const states = '/v1/tenants/acme/terraform/states'

const md5 = (text: string): string => createHash('md5').update(text).digest('base64')

interface Row extends Record<string, unknown> {
  action: string
  outcome: string
  reason: string | null
}

interface World {
  readonly stack: () => Stack
  readonly clientId: () => string
  /** Sends a request by an id of its own, and answers what was recorded of it. */
  readonly recorded: (
    path: string,
    init?: RequestInit & { readonly as?: string },
  ) => Promise<{ readonly answer: Awaited<ReturnType<typeof read>>; readonly rows: Row[] }>
}

interface Case {
  readonly does: string
  readonly method: string
  readonly path: () => string
  readonly body?: string
  readonly more?: Record<string, string>
  readonly target: (() => string) | null
}

const world = (start: () => Promise<Stack>): World => {
  let stack: Stack
  let clientId: string
  beforeAll(async () => {
    stack = await start()
    clientId = seedClient(stack)
    // Nexus knows it from here on.
    await stack.request(pathOf(clientId))
  })
  afterAll(() => stack.close())
  return {
    stack: () => stack,
    clientId: () => clientId,
    recorded: async (path, init = {}) => {
      const id = randomUUID()
      const headers = { ...Object.fromEntries(new Headers(init.headers)), 'x-request-id': id }
      const answer = await read(await stack.request(path, { ...init, headers }))
      const rows = await stack.query<Row>(
        `select tenant_id, actor_kind, actor_id, application, host(address) as address, action, target, change_id, outcome,
                reason, missing
         from nexus.audit where request_id = $1 order by id`,
        [id],
      )
      return { answer, rows }
    },
  }
}

const asPipeline = { authorization: basic }
const json = { 'content-type': 'application/json' }

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

  /** As an administrator. */
  const call = (method: string, path: string, body?: unknown) =>
    recorded(`/v1/admin/applications${path}`, {
      method,
      headers: { ...json, ...asPipeline },
      ...(body !== undefined && { body: JSON.stringify(body) }),
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

describe.skipIf(servers === null)('a decision that cannot be recorded is not made', () => {
  const { stack, clientId, recorded } = world(() => startStack(withStates()))
  beforeAll(async () => {
    await stack().request(`${states}/main`, { method: 'POST', headers: { ...json, ...asPipeline }, body: stateText(1) })
    await stack().query(`
      create function no_room() returns trigger language plpgsql as $$ begin raise 'no room' using errcode = '53100'; end $$`)
    await stack().query('create trigger no_room before insert on nexus.audit for each row execute function no_room()')
  })

  test('a change: 503, and nothing of it is anywhere', async () => {
    const { answer } = await recorded(pathOf(clientId()), {
      method: 'PATCH',
      headers: json,
      body: '{"productName":"Shop2"}',
    })
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } })
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(await stack().query("select 1 from nexus.changes where values ? 'productName'")).toEqual([])
    expect(stack().simulator.clients.get(clientId())?.['client_metadata']).toMatchObject({ product_name: 'Shop' })
  })

  test.each([
    {
      reason: 'a refusal stays one, and tells nothing',
      path: () => pathOf(clientId()),
      method: 'PATCH',
      as: { permissions: ['client.read'] },
    },
    { reason: 'a denied read', path: () => pathOf(clientId()), method: 'GET', as: { permissions: [] } },
    { reason: 'the text of a state is not given out', path: () => `${states}/main`, method: 'GET' },
    { reason: 'nor the snapshot', path: () => '/v1/tenants/acme/terraform/snapshot', method: 'GET' },
    { reason: 'nothing is paused', path: () => '/v1/tenants/acme/pause', method: 'POST' },
    { reason: 'no state is deleted', path: () => `${states}/main`, method: 'DELETE' },
  ])('$reason', async ({ path, method, as }) => {
    const { answer } = await recorded(path(), { method, ...(as ? { as: stack().token(as) } : { headers: asPipeline }) })
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } })
    expect(answer.text).not.toContain(lineage)
    expect(await stack().query('select paused_at, version from nexus.tenants, nexus.terraform_states')).toEqual([
      { paused_at: null, version: '1' },
    ])
    expect(stack().logLines().join('')).not.toContain('a-secret-in-a-state')
  })

  test('ordinary reads go on', async () => {
    expect((await stack().request(pathOf(clientId()))).status).toBe(200)
  })
})

/** From somewhere, by somebody who may do nothing. */
const from = (stack: Stack, forwarded: string) => ({
  headers: { 'x-forwarded-for': forwarded },
  as: stack.token({ permissions: [] }),
})

describe.skipIf(servers === null)('where a request came from', () => {
  describe('X-Forwarded-For of anybody says nothing', () => {
    const { stack, recorded } = world(() => startStack())
    test('the connection counts', async () => {
      expect((await recorded('/v1/tenants', from(stack(), '203.0.113.9'))).rows).toMatchObject([
        { address: '127.0.0.1' },
      ])
    })
  })

  describe('behind trusted proxies', () => {
    const { stack, recorded } = world(() =>
      startStack({ file: { server: { host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] } } }),
    )
    test.each([
      { reason: 'what the proxy saw', forwarded: '203.0.113.9', address: '203.0.113.9' },
      { reason: 'past a chain of proxies', forwarded: '203.0.113.9, 10.1.2.3', address: '203.0.113.9' },
      {
        reason: 'what the caller made up before it is not believed',
        forwarded: '198.51.100.1, 203.0.113.9',
        address: '203.0.113.9',
      },
      { reason: 'IPv6', forwarded: '2001:db8::7', address: '2001:db8::7' },
      { reason: 'IPv4 in IPv6 is IPv4', forwarded: '::ffff:203.0.113.9', address: '203.0.113.9' },
      { reason: 'nonsense is no address', forwarded: "x'); drop table", address: null },
    ])('$reason', async ({ forwarded, address }) => {
      expect((await recorded('/v1/tenants', from(stack(), forwarded))).rows).toMatchObject([{ address }])
    })
  })
})

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
