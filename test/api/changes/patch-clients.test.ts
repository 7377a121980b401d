import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const someKey = () => ({ 'idempotency-key': randomUUID() })

type Init = Omit<NonNullable<Parameters<Stack['request']>[1]>, 'headers'> & {
  readonly headers?: Record<string, string>
}

describe.skipIf(servers === null)('PATCH of many clients', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '1h' } })
  })
  afterAll(() => stack.close())

  const send = async (list: unknown, { headers, ...init }: Init = {}) =>
    read(
      await stack.request('/v1/tenants/acme/clients', {
        method: 'PATCH',
        body: typeof list === 'string' ? list : JSON.stringify(list),
        ...init,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    )
  const operation = async (location: string | null, as?: string) =>
    read(await stack.request(location ?? '', as === undefined ? {} : { as }))
  const held = (id: string): Readonly<Record<string, unknown>> => stack.simulator.clients.get(id) ?? {}
  const changesOf = (ids: readonly string[]) =>
    stack.query('select client_id from nexus.changes where client_id = any($1)', [ids])
  /** Many clients that Nexus knows, as it would after a scan. */
  const knownClients = async (count: number): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => seedClient(stack))
    const observed = ids.map((id) => JSON.stringify(held(id)))
    await stack.query(
      `insert into nexus.clients (tenant_id, client_id, observed, observed_at, confirmed_at)
       select 'acme', id, observed::jsonb - 'client_secret' - 'signing_keys', now(), now()
       from unnest($1::text[], $2::text[]) t (id, observed) on conflict do nothing`,
      [ids, observed],
    )
    return ids
  }

  test('each is accepted or refused on its own, and the answer says what came of each', async () => {
    const ids = {
      good: seedClient(stack),
      same: seedClient(stack),
      ignored: seedClient(stack, { client_metadata: { owners: '["auth0|tester"]' } }),
      foreign: seedClient(stack, { client_metadata: { owners: '["auth0|ann"]' } }),
      bad: seedClient(stack),
      shapeless: seedClient(stack),
      nothing: seedClient(stack),
    }
    await stack.request(pathOf(ids.same))
    stack.simulator.setFaults({ ignoreMembers: ['web_origins'] })
    const answer = await send([
      { id: ids.good, patch: { applicationName: 'Till' } },
      { id: ids.same, patch: { productName: 'Shop' } },
      { id: ids.ignored, patch: { allowedWebOrigins: ['https://a.test'] } },
      { id: ids.foreign, patch: { productName: 'x' } },
      { id: ids.bad, patch: { callbackUrls: ['https://a.test', 'javascript:x'] } },
      { id: ids.shapeless, patch: { owners: 'auth0|tester', 'a/b\u0000': 1 } },
      { id: 'nobody', patch: { productName: 'x' } },
      { id: '../users', patch: { productName: 'x' } },
      { id: ids.nothing, patch: { mobile: {} } },
    ])
    stack.simulator.setFaults({})
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      tenantId: 'acme',
      author: { kind: 'user', id: 'auth0|tester', application: 'portal' },
      counts: { undecided: 0, refused: 5, unchanged: 1, accepted: 0, applied: 2, rejected: 1, withdrawn: 0 },
      elements: [
        { id: ids.good, status: 'applied', change: expect.any(String) },
        { id: ids.same, status: 'applied' },
        {
          id: ids.ignored,
          status: 'rejected',
          problem: { status: 422, errors: [{ pointer: '/2/patch/allowedWebOrigins' }] },
        },
        { id: ids.foreign, status: 'refused', problem: { status: 403, type: '/problems/forbidden' } },
        { id: ids.bad, status: 'refused', problem: { status: 422, errors: [{ pointer: '/4/patch/callbackUrls/1' }] } },
        {
          id: ids.shapeless,
          status: 'refused',
          problem: { status: 400, errors: [{ pointer: '/5/patch/owners' }, { pointer: '/5/patch/a~1b\u0000' }] },
        },
        { id: 'nobody', status: 'refused', problem: { status: 404 } },
        { id: '../users', status: 'refused', problem: { status: 404 } },
        { id: ids.nothing, status: 'unchanged' },
      ],
    })
    expect(held(ids.good)['client_metadata']).toMatchObject({ application_name: 'Till' })
    expect(await changesOf(Object.values(ids))).toHaveLength(3)
    expect((await operation(answer.headers.get('location'))).text).toBe(answer.text)
  })

  test('a thousand, some of them refused; each is told, and Auth0 has the others', async () => {
    const ids = await knownClients(1000)
    const list = ids.map((id, index) => ({
      id,
      patch: index % 10 === 3 ? { callbackUrls: ['javascript:x'] } : { applicationName: `n${index}` },
    }))
    const first = await send(list, { headers: { prefer: 'respond-async' } })
    expect(first.status).toBe(202)
    expect(first.headers.get('preference-applied')).toBe('respond-async')
    expect(first.headers.get('retry-after')).toBe('1')
    expect(first.body).toMatchObject({ counts: { undecided: 0, refused: 100 } })
    await expect
      .poll(async () => (await operation(first.headers.get('location'))).body['counts'], { timeout: 60_000 })
      .toMatchObject({ applied: 900, refused: 100, accepted: 0 })
    expect(ids.filter((id) => Object(held(id)['client_metadata']).application_name !== undefined)).toHaveLength(900)
    // Refused like a PATCH of its own, but for the place.
    const elements = Object((await operation(first.headers.get('location'))).body).elements
    const single = await read(await stack.patch(ids[3] ?? '', { callbackUrls: ['javascript:x'] }))
    const { instance, ...expected } = single.body
    expect(instance).toBe(pathOf(ids[3] ?? ''))
    expect(elements[3].problem).toEqual({
      ...expected,
      errors: single.body.errors?.map(({ pointer, detail }) => ({ pointer: `/3/patch${pointer}`, detail })),
    })
  }, 120_000)

  test('null clears in a merge patch only', async () => {
    const id = seedClient(stack)
    const merge = { 'content-type': 'application/merge-patch+json' }
    expect((await send([{ id, patch: { productName: null } }])).body).toMatchObject({ counts: { unchanged: 1 } })
    const cleared = await send([{ id, patch: { productName: null } }], { headers: merge })
    expect(cleared.body).toMatchObject({ counts: { applied: 1 } })
    expect(held(id)['client_metadata']).toEqual({ owners: '["auth0|tester"]' })
  })

  test.each([
    { reason: 'no list', body: { id: 'a', patch: {} }, pointers: [''] },
    { reason: 'an empty list', body: [], pointers: undefined },
    {
      reason: 'too many',
      body: Array.from({ length: 1001 }, (_, n) => ({ id: `c${n}`, patch: {} })),
      pointers: undefined,
    },
    { reason: 'members that are missing', body: [{ id: 'a' }, { patch: {} }], pointers: ['/0/patch', '/1/id'] },
    { reason: 'a member too many', body: [{ id: 'a', patch: {}, iff: 1 }], pointers: ['/0/iff'] },
    {
      reason: 'clients that stand there twice',
      body: ['a', 'b', 'a', 'b'].map((id) => ({ id, patch: {} })),
      pointers: ['/2/id', '/3/id'],
    },
    {
      reason: 'a key that stands there twice',
      body: '[{"id":"a","patch":{"owners":[],"owners":[]}}]',
      pointers: ['/0/patch/owners'],
    },
  ])('400 for the whole of it, $reason', async ({ body, pointers }) => {
    const answer = await send(body)
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
    expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual(pointers)
  })

  test.each([
    { reason: 'parameters', path: '?dryRun=true', init: {}, status: 400 },
    { reason: 'If-Match', path: '', init: { headers: { 'if-match': '*' } }, status: 400 },
    { reason: 'another type', path: '', init: { headers: { 'content-type': 'text/plain' } }, status: 415 },
    { reason: 'more than 4 MiB', path: '', init: { body: `[${' '.repeat(4_194_304)}]` }, status: 413 },
  ])('refused as a whole: $reason', async ({ path, init, status }) => {
    const { headers, ...more }: Init = init
    const answer = await stack.request(`/v1/tenants/acme/clients${path}`, {
      method: 'PATCH',
      body: JSON.stringify([{ id: 'a', patch: {} }]),
      ...more,
      headers: { 'content-type': 'application/json', ...headers },
    })
    expect(answer.status).toBe(status)
    await answer.arrayBuffer()
  })

  test('a paused tenant is not waited for', async () => {
    const [id = ''] = await knownClients(1)
    await stack.query('update nexus.tenants set paused_at = now()')
    const start = performance.now()
    const answer = await send([{ id, patch: { applicationName: 'x' } }])
    await stack.query('update nexus.tenants set paused_at = null')
    expect(answer).toMatchObject({ status: 202, body: { counts: { accepted: 1 } } })
    expect(performance.now() - start).toBeLessThan(2000)
  })

  test('its author may look at it, and whoever may read all; others may not', async () => {
    const answer = await send([{ id: seedClient(stack), patch: { applicationName: 'x' } }])
    const location = answer.headers.get('location')
    const as = (sub: string, ...permissions: string[]) => stack.token({ sub, permissions })
    expect((await operation(location, as('auth0|tester', 'client.read'))).status).toBe(200)
    expect((await operation(location, as('auth0|bob', 'client.read.all'))).status).toBe(200)
    expect(await operation(location, as('auth0|bob', 'client.write'))).toMatchObject({
      status: 403,
      body: { detail: expect.stringMatching(/client\.read\.all/) },
    })
    expect((await operation(`/v1/tenants/acme/operations/${randomUUID()}`)).status).toBe(404)
    expect((await operation('/v1/tenants/acme/operations/x')).status).toBe(404)
  })

  describe('with an Idempotency-Key', () => {
    test('the same again is answered the same, with another list refused', async () => {
      const ids = await knownClients(3)
      const list = ids.map((id) => ({ id, patch: { applicationName: 'x' } }))
      const key = someKey()
      const first = await send(list, { headers: key })
      expect(first.status).toBe(200)
      const again = await send(list, { headers: key })
      expect(again).toMatchObject({ status: 200, text: first.text })
      expect(again.headers.get('location')).toBe(first.headers.get('location'))
      expect(again.headers.get('nexus-replayed')).toBe('true')
      expect(await send(list.slice(1), { headers: key })).toMatchObject({
        status: 422,
        body: { type: '/problems/idempotency-key-reused' },
      })
      expect(await changesOf(ids)).toHaveLength(3)
    })

    test('of one that died on its way, the repetition goes on with what is undecided', async () => {
      const ids = await knownClients(10)
      const list = ids.map((id) => ({ id, patch: { applicationName: 'x' } }))
      const key = someKey()
      const first = await send(list, { headers: key })
      // As if it had died after the fourth.
      const [row] = await stack.query<{ operation_id: string }>(
        `update nexus.idempotency_keys set answer = null, claimed_until = now() where key = $1 returning operation_id`,
        [key['idempotency-key']],
      )
      expect(row?.operation_id).toBe(first.body['id'])
      await stack.query(`update nexus.operation_elements set change_id = null where operation_id = $1 and place >= 4`, [
        row?.operation_id,
      ])
      expect((await operation(first.headers.get('location'))).body['counts']).toMatchObject({
        applied: 4,
        undecided: 6,
      })
      const again = await send(list, { headers: key })
      expect(again).toMatchObject({
        status: 200,
        // The six are so already, as the first attempt has brought them; of none a second change is made.
        body: { id: first.body['id'], counts: { applied: 4, unchanged: 6, undecided: 0 } },
      })
      expect(await changesOf(ids)).toHaveLength(10)
    })
  })

  test('an operation is forgotten after a week, unless something of it still waits', async () => {
    const [settled = '', waits = ''] = await knownClients(2)
    const done = await send([{ id: settled, patch: { applicationName: 'x' } }])
    await stack.query('update nexus.tenants set paused_at = now()')
    const open = await send([{ id: waits, patch: { applicationName: 'x' } }])
    await stack.query(`update nexus.operations set created_at = now() - interval '8 days'`)
    await stack.stop()
    await stack.start()
    await expect.poll(async () => (await operation(done.headers.get('location'))).status, { timeout: 5000 }).toBe(404)
    expect((await operation(open.headers.get('location'))).status).toBe(200)
    await stack.query('update nexus.tenants set paused_at = null')
    expect(await changesOf([settled])).toHaveLength(1)
  })
})
