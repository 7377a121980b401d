import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { read, seedClient } from '../support.ts'

const patches = (ids: readonly string[], body: unknown) => ids.map((id) => ({ id, patch: body }))

/** Ids that no client has. */
const invented = (count: number) => Array.from({ length: count }, () => `invented${randomUUID().replaceAll('-', '')}`)

describe.skipIf(servers === null)('what a list of changes costs', () => {
  let stack: Stack
  beforeAll(async () => {
    // Without a worker, whose own calls would be counted: what is accepted waits.
    stack = await startStack({
      tenant: { freshness: '1h', scanInterval: '24h' },
      roles: { api: true, worker: false },
    })
  })
  afterAll(() => stack.close())
  beforeEach(() => stack.simulator.setFaults({}))

  const sue = () => stack.token({ sub: 'auth0|sue', permissions: ['client.write'] })
  const seed = (owner: string) =>
    seedClient(stack, { client_metadata: { owners: JSON.stringify([owner]), product_name: 'Shop' } })
  const calls = (): number =>
    Object.entries(stack.simulator.stats.byRoute)
      .filter(([name]) => name.startsWith('GET /api/v2/clients'))
      .reduce((sum, [, count]) => sum + count, 0)

  const send = async (list: unknown, as: string, headers: Record<string, string> = {}) =>
    read(
      await stack.request('/v1/tenants/acme/clients', {
        method: 'PATCH',
        body: JSON.stringify(list),
        as,
        headers: { 'content-type': 'application/json', prefer: 'respond-async', ...headers },
      }),
    )
  /** Many clients that Nexus knows, as after a scan; those of others by owners and product that Nexus owns, or not. */
  const many = async (count: number, owner: string, owned = false, age = '0 seconds') => {
    const ids = Array.from({ length: count }, () => seed(owner))
    await stack.query(
      `insert into nexus.clients (tenant_id, client_id, observed, observed_at, confirmed_at, base)
       select 'acme', id, observed::jsonb - 'client_secret' - 'signing_keys', now() - $3::interval, now(), $4::jsonb
       from unnest($1::text[], $2::text[]) t (id, observed) on conflict do nothing`,
      [
        ids,
        ids.map((id) => JSON.stringify(stack.simulator.clients.get(id))),
        age,
        JSON.stringify(owned ? { owners: [owner], productName: 'Shop' } : {}),
      ],
    )
    return ids
  }
  const rows = async (table: string) =>
    Number((await stack.query<{ n: string }>(`select count(*) as n from nexus.${table}`))[0]?.n)
  const count = async () => ({
    audit: await rows('audit'),
    elements: await rows('operation_elements'),
    operations: await rows('operations'),
    calls: calls(),
  })
  const growth = async (work: () => Promise<unknown>) => {
    const before = await count()
    await work()
    const after = await count()
    return {
      audit: after.audit - before.audit,
      elements: after.elements - before.elements,
      operations: after.operations - before.operations,
      calls: after.calls - before.calls,
    }
  }

  test('their owners, as observed: a page for a hundred, and each is decided on it', async () => {
    const ids = await many(200, 'auth0|sue')
    const [taken = ''] = ids
    stack.simulator.seed({
      ...stack.simulator.clients.get(taken),
      client_id: taken,
      client_metadata: { owners: '["auth0|bob"]' },
    })
    const before = calls()
    const answer = await send(patches(ids, { owners: ['auth0|sue', 'team'] }), sue())
    expect(answer.body).toMatchObject({ counts: { refused: 1, accepted: 199 } })
    expect(Object(answer.body['elements'])[0]).toMatchObject({ id: taken, problem: { status: 403 } })
    const clients = stack.simulator.clients.all().length
    expect(calls() - before).toBeLessThanOrEqual(Math.ceil(clients / 100) + 1)
    expect(await stack.query('select 1 from nexus.changes where client_id = $1', [taken])).toEqual([])
    expect(await stack.query('select 1 from nexus.changes where client_id = any($1)', [ids])).toHaveLength(199)
  }, 90_000)

  /** After a reading that Auth0 did not answer, nobody reads from the tenant for a while. */
  const untilRead = async () => {
    await expect
      .poll(async () => (await send(patches(invented(11), { applicationName: 'x' }), sue())).status, {
        timeout: 10_000,
      })
      .toBe(404)
  }

  test('in an outage nobody is said to be nobody: a list of unknown clients is a 503, until Auth0 is read', async () => {
    const ids = [...invented(20), ...Array.from({ length: 12 }, () => seed('auth0|sue'))]
    stack.simulator.setFaults({ outage: 'reset' })
    const refused = await send(patches(ids, { applicationName: 'x' }), sue())
    stack.simulator.setFaults({})
    // Auth0 answers again, and is left alone for the moment: it has still not been read.
    const left = await send(patches(ids, { applicationName: 'x' }), sue())
    for (const answer of [refused, left]) {
      expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } })
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    await untilRead()
    const taken = await send(patches(ids, { applicationName: 'x' }), sue())
    expect(taken.body).toMatchObject({ counts: { accepted: 12, refused: 20 } })
  }, 30_000)

  test('in an outage each is a 503, and none is stored', async () => {
    const ids = await many(30, 'auth0|sue')
    stack.simulator.setFaults({ outage: 'reset' })
    const answer = await send(patches(ids, { owners: ['auth0|sue', 'team'] }), sue())
    stack.simulator.setFaults({})
    expect(answer.body).toMatchObject({ counts: { refused: 30 } })
    expect(answer.text.match(/"status":503/g)).toHaveLength(30)
    expect(await stack.query('select 1 from nexus.changes where client_id = any($1)', [ids])).toEqual([])
    await untilRead()
  }, 30_000)

  test.each([
    { reason: 'clients of others', owned: true, age: '0 seconds', pages: 0 },
    { reason: 'the same, too old: nothing that Auth0 shows could let them in', owned: true, age: '1 day', pages: 0 },
    { reason: 'as observed, and too old', owned: false, age: '1 day', pages: 40 },
  ])(
    'a thousand of which the caller may change none, $reason: one record, and no rows',
    async ({ owned, age, pages }) => {
      const ids = await many(1000, 'auth0|other', owned, age)
      let answer: Awaited<ReturnType<typeof send>> | undefined
      const grown = await growth(async () => {
        answer = await send(patches(ids, { applicationName: 'x' }), sue(), { 'idempotency-key': randomUUID() })
      })
      expect(answer).toMatchObject({ status: 403, body: { detail: expect.stringContaining('1000') } })
      expect(grown).toMatchObject({ audit: 1, elements: 0, operations: 0 })
      expect(grown.calls).toBeLessThanOrEqual(pages)
      const [record] = await stack.query('select * from nexus.audit order by id desc limit 1')
      expect(record).toMatchObject({
        action: 'client.patch-list',
        outcome: 'refused',
        reason: 'forbidden',
        missing: 'relation',
        actor_id: 'auth0|sue',
      })
      expect(Number(record?.['count'])).toBe(1000)
    },
    60_000,
  )

  test('a thousand ids that are nobody: one record, no rows, a page for a hundred that are there', async () => {
    const ids = invented(1000)
    let answer: Awaited<ReturnType<typeof send>> | undefined
    const grown = await growth(async () => {
      answer = await send(patches(ids, { applicationName: 'x' }), sue())
    })
    expect(answer?.status).toBe(404)
    expect(grown).toMatchObject({ audit: 1, elements: 0, operations: 0 })
    expect(grown.calls).toBeLessThanOrEqual(Math.ceil(stack.simulator.clients.all().length / 100) + 1)
    // Once more nobody is asked.
    expect((await growth(() => send(patches(ids, { applicationName: 'x' }), sue()))).calls).toBe(0)
  }, 60_000)

  test('a few of theirs among many of others: each acceptance has its record, the refusals one', async () => {
    const [mine, foreign] = [await many(3, 'auth0|sue'), await many(300, 'auth0|other', true)]
    let answer: Awaited<ReturnType<typeof send>> | undefined
    const grown = await growth(async () => {
      answer = await send(patches([...mine, ...foreign], { applicationName: 'x' }), sue())
    })
    expect(answer?.body).toMatchObject({ counts: { refused: 300 } })
    expect(grown.audit).toBe(4)
    expect(grown.calls).toBe(0)
    const records = await stack.query('select outcome, target, count from nexus.audit order by id desc limit 4')
    expect(
      records
        .filter(({ outcome }) => outcome === 'accepted')
        .map(({ target }) => String(target))
        .toSorted(),
    ).toEqual(mine.toSorted())
    expect(records.find(({ outcome }) => outcome === 'refused')).toMatchObject({ target: null })
  }, 60_000)

  test('a short list is answered one by one', async () => {
    const ids = await many(10, 'auth0|other', true)
    const grown = await growth(async () => {
      const answer = await send(patches(ids, { applicationName: 'x' }), sue())
      expect(answer).toMatchObject({ status: 200, body: { counts: { refused: 10 } } })
    })
    expect(grown).toMatchObject({ audit: 10, elements: 10, calls: 0 })
  })
})
