import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { narrowApplicationToken, servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

describe.skipIf(servers === null)('Idempotency-Key', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '60s' } })
  })
  afterAll(() => stack.close())

  const patch = async (
    id: string,
    body: unknown,
    key: string,
    { headers, ...more }: { headers?: Record<string, string>; as?: string } = {},
  ) => read(await stack.patch(id, body, { ...more, headers: { 'idempotency-key': key, ...headers } }))
  const changes = (id: string) => stack.query('select id from nexus.changes where client_id = $1', [id])
  /** What of an answer a repetition must have again. */
  const shape = ({ status, text, headers }: Awaited<ReturnType<typeof patch>>) => ({
    status,
    text,
    headers: [...headers].filter(([name]) => !['date', 'x-request-id', 'nexus-replayed'].includes(name)),
  })

  test('the same again is answered the same, and nothing is done', async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    const first = await patch(id, { applicationName: 'One' }, key)
    expect(first.status).toBe(200)
    expect(first.headers.get('nexus-replayed')).toBeNull()
    await stack.patch(id, { applicationName: 'Two' })
    const again = await patch(id, { applicationName: 'One' }, key)
    expect(shape(again)).toEqual(shape(first))
    expect(again.headers.get('nexus-replayed')).toBe('true')
    expect(await changes(id)).toHaveLength(2)
    expect((await read(await stack.request(pathOf(id)))).body['applicationName']).toBe('Two')
  })

  test.each([
    {
      reason: 'a 202',
      body: { applicationName: 'x' },
      headers: { prefer: 'respond-async' },
      status: 202,
    },
    { reason: 'a refusal of ours', body: { callbackUrls: ['javascript:alert(1)'] }, headers: {}, status: 422 },
    { reason: 'a 412', body: { applicationName: 'x' }, headers: { 'if-match': '"old"' }, status: 412 },
    { reason: 'an answer that changed nothing', body: {}, headers: {}, status: 200 },
  ])('$reason is kept as well', async ({ body, headers, status }) => {
    const [id, key] = [seedClient(stack), randomUUID()]
    const first = await patch(id, body, key, { headers })
    expect(first.status).toBe(status)
    const again = await patch(id, body, key, { headers })
    expect(shape(again)).toEqual(shape(first))
    expect(again.headers.get('nexus-replayed')).toBe('true')
  })

  test("Auth0's refusal is kept", async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    stack.simulator.setFaults({ ignoreMembers: ['web_origins'] })
    const first = await patch(id, { allowedWebOrigins: ['https://a.test'] }, key)
    stack.simulator.setFaults({})
    expect(first).toMatchObject({ status: 422, body: { errors: [{ pointer: '/allowedWebOrigins' }] } })
    expect(shape(await patch(id, { allowedWebOrigins: ['https://a.test'] }, key))).toEqual(shape(first))
  })

  test('with If-Match: the repetition is answered, although the client has moved on by the first one', async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    const headers = { 'if-match': (await stack.request(pathOf(id))).headers.get('etag') ?? '' }
    const first = await patch(id, { applicationName: 'Once' }, key, { headers })
    expect(first.status).toBe(200)
    expect(shape(await patch(id, { applicationName: 'Once' }, key, { headers }))).toEqual(shape(first))
    // Without the key it is a request of its own, which has seen too little.
    expect((await stack.patch(id, { applicationName: 'Once' }, { headers })).status).toBe(412)
  })

  describe('another request with the same key is refused', () => {
    const key = randomUUID()
    let id: string
    beforeAll(async () => {
      id = seedClient(stack)
      await patch(id, { productName: 'x' }, key)
    })
    test.each([
      { reason: 'another body', send: () => patch(id, { productName: 'y' }, key) },
      { reason: 'another client', send: () => patch(seedClient(stack), { productName: 'x' }, key) },
      {
        reason: 'a type in which null means something else',
        send: () =>
          patch(id, { productName: 'x' }, key, { headers: { 'content-type': 'application/merge-patch+json' } }),
      },
      {
        reason: 'another address',
        send: async () =>
          read(
            await stack.request(`${pathOf(id)}/sync`, {
              method: 'POST',
              body: '{"action":"retry"}',
              headers: { 'content-type': 'application/json', 'idempotency-key': key },
            }),
          ),
      },
    ])('$reason', async ({ send }) => {
      expect(await send()).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } })
    })

    test.each([
      { reason: 'another user may use it', headers: {}, sub: 'auth0|ann' },
      {
        reason: 'the same user through another application too',
        headers: { 'x-application-token': narrowApplicationToken },
        sub: 'auth0|tester',
      },
    ])('$reason', async ({ headers, sub }) => {
      const as = stack.token({ sub, permissions: ['client.write.all'] })
      expect((await patch(id, { productName: 'z' }, key, { as, headers })).status).toBe(200)
    })
  })

  test('twenty times at once: one change; who came meanwhile is told so', async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    await stack.patch(id, {})
    const answers = await Promise.all(Array.from({ length: 20 }, () => patch(id, { applicationName: 'Once' }, key)))
    expect(await changes(id)).toHaveLength(1)
    const kinds = answers.map(({ status, body }) => (status === 409 ? body.type : status))
    expect(new Set(kinds)).toEqual(new Set([200, '/problems/idempotency-key-in-flight']))
    const refused = answers.find(({ status }) => status === 409)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await patch(id, { applicationName: 'Once' }, key)).status).toBe(200)
    expect(await changes(id)).toHaveLength(1)
  })

  test('what failed on our side is not kept', async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    stack.simulator.setFaults({ outage: 'reset' })
    expect((await patch(id, { applicationName: 'x' }, key)).status).toBe(503)
    stack.simulator.setFaults({})
    await expect
      .poll(async () => (await patch(id, { applicationName: 'x' }, key)).status, { timeout: 10_000 })
      .toBe(200)
  })

  test('a request that was malformed has not used its key', async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    expect((await patch(id, { productNam: 'x' }, key)).status).toBe(400)
    expect((await patch(id, { productName: 'x' }, key)).status).toBe(200)
  })

  test('of what was accepted and never answered, the repetition tells the outcome, and changes nothing', async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    // Owned before: which fields became owned is told once, when the change is accepted.
    await patch(id, { applicationName: 'before' }, randomUUID())
    const first = await patch(id, { applicationName: 'x' }, key)
    // As if the process had died before it could keep the answer.
    const [row] = await stack.query<{ change_id: string }>(
      `update nexus.idempotency_keys set answer = null, claimed_until = now() + interval '1 minute'
       where key = $1 returning change_id`,
      [key],
    )
    expect(row?.change_id).toBe(first.headers.get('nexus-change'))
    expect((await patch(id, { applicationName: 'x' }, key)).status).toBe(409)
    await stack.query('update nexus.idempotency_keys set claimed_until = now() where key = $1', [key])
    const again = await patch(id, { applicationName: 'x' }, key)
    expect(shape(again)).toEqual(shape(first))
    expect(await changes(id)).toHaveLength(2)
  })

  test('POST …/sync: revert is done once', async () => {
    const [id, key] = [seedClient(stack, { callbacks: ['https://a.test'] }), randomUUID()]
    await stack.patch(id, { callbackUrls: ['https://a.test'] })
    stack.simulator.seed({ ...stack.simulator.clients.get(id), client_id: id, callbacks: ['https://b.test'] })
    const revert = async () =>
      read(
        await stack.request(`${pathOf(id)}/sync`, {
          method: 'POST',
          body: '{"action":"revert"}',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
        }),
      )
    await stack.query(`update nexus.clients set observed_at = now() - interval '1 day' where client_id = $1`, [id])
    const first = await revert()
    expect(first).toMatchObject({ status: 200, body: { callbackUrls: ['https://a.test'] } })
    const before = await changes(id)
    expect(shape(await revert())).toEqual(shape(first))
    expect(await changes(id)).toEqual(before)
  })

  test.each([
    { reason: 'empty', key: '""', status: 400 },
    { reason: 'with a space', key: 'a b', status: 400 },
    { reason: 'not ASCII', key: '\u00e9', status: 400 },
    { reason: 'too long', key: 'x'.repeat(256), status: 400 },
    { reason: 'as long as may be', key: 'x'.repeat(255), status: 200 },
    { reason: "quoted, as the IETF's draft has it", key: '"quoted"', status: 200 },
  ])('a key that is $reason: $status', async ({ key, status }) => {
    expect((await patch(seedClient(stack), {}, key)).status).toBe(status)
  })

  test('quotes are not part of the key', async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    await patch(id, {}, key)
    expect((await patch(id, {}, `"${key}"`)).headers.get('nexus-replayed')).toBe('true')
  })

  test('keys are forgotten after a day', async () => {
    const [id, key] = [seedClient(stack), randomUUID()]
    await patch(id, {}, key)
    await stack.query(
      `update nexus.idempotency_keys set created_at = now() - interval '24 hours 1 second' where key = $1`,
      [key],
    )
    await stack.stop()
    await stack.start()
    await expect
      .poll(() => stack.query('select 1 from nexus.idempotency_keys where key = $1', [key]), { timeout: 5000 })
      .toEqual([])
    expect((await patch(id, { productName: 'other' }, key)).status).toBe(200)
  })
})
