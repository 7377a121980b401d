import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'
import { backendOf, lockOf } from '../../terraform/support.ts'
import { pathOf, read, seedClient } from '../support.ts'
import { lookOn } from './support.ts'
import type { Reader } from './support.ts'

const kindsOf = (reader: Reader, client: string): unknown[] =>
  reader.events().flatMap(({ client: about, kind }) => (about === client ? [kind] : []))

const metadata = (owners: readonly string[], product = 'Shop') => ({
  client_metadata: { owners: JSON.stringify(owners), product_name: product },
})

describe.skipIf(servers === null)('events of a tenant', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack(withStates({ tenant: { scanInterval: '24h', freshness: '1h' } }))
    await untilScanned(stack)
  })
  afterAll(() => stack.close())

  const knownClient = async (more: Record<string, unknown> = {}): Promise<string> => {
    const id = seedClient(stack, more)
    await stack.request(pathOf(id), { as: stack.token({ permissions: ['client.read.all'] }) })
    return id
  }
  const everything = () => stack.token({ sub: 'auth0|all', permissions: ['client.write.all', 'tenant.admin'] })

  test('are told in order, with names and no values', async () => {
    const reader = await lookOn(stack)
    expect(reader.status).toBe(200)
    expect(reader.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(reader.headers.get('cache-control')).toBe('no-store, no-transform')
    const id = seedClient(stack)
    await stack.patch(id, { applicationName: 'Canary' })
    await expect.poll(() => kindsOf(reader, id)).toEqual(['client.observed', 'change.accepted', 'change.applied'])
    const revisions = reader.events().flatMap(({ client, revision }) => (client === id ? [Number(revision)] : []))
    expect(revisions).toEqual(revisions.toSorted((one, other) => one - other))
    expect(JSON.stringify(reader.messages)).not.toContain('Canary')
    expect(reader.events().find(({ client }) => client === id)).toEqual({
      kind: 'client.observed',
      client: id,
      state: null,
      revision: expect.any(Number),
    })
  })

  test('a stream begins now, and says where that is: a reader who lost it at once has missed nothing', async () => {
    const id = await knownClient()
    await stack.patch(id, { applicationName: 'Before' })
    const first = await lookOn(stack)
    await expect.poll(() => first.lastId()).not.toBe('')
    first.close()
    await stack.patch(id, { applicationName: 'Meanwhile' })
    for (const again of [{ lastId: first.lastId() }, { query: `?after=${first.lastId()}` }]) {
      const second = await lookOn(stack, again)
      await expect.poll(() => kindsOf(second, id)).toEqual(['change.accepted', 'change.applied'])
      expect(second.messages.map(({ event }) => event)).not.toContain('reset')
    }
  })

  test.each([
    { reason: 'no position of any stream', position: 'no-position' },
    { reason: 'one of another database', position: '999999999' },
    { reason: 'one that no database can have', position: '99999999999999999999' },
    { reason: 'one below all', position: '-1' },
  ])('$reason: the reader is told to begin anew, and goes on from now', async ({ position }) => {
    const id = await knownClient()
    for (const named of [{ lastId: position }, { query: `?after=${position}` }]) {
      const reader = await lookOn(stack, named)
      await expect.poll(() => reader.messages.map(({ event }) => event)).toEqual(['message', 'reset'])
      expect(reader.messages.at(-1)).toMatchObject({ id: reader.lastId(), data: {} })
      await stack.patch(id, { applicationName: `After ${reader.lastId()} ${JSON.stringify(named)}` })
      await expect.poll(() => kindsOf(reader, id)).toEqual(['change.accepted', 'change.applied'])
    }
  })

  test('a position whose successors are forgotten: the same', async () => {
    const before = await lookOn(stack)
    await expect.poll(() => before.lastId()).not.toBe('')
    await stack.query("insert into nexus.events (tenant_id, kind) values ('acme', 'tenant.scanned')")
    const last = '(select last_value from nexus.events_position)'
    await stack.query(`update nexus.tenants set forgotten_events = ${last} where tenant_id = 'acme'`)
    const reader = await lookOn(stack, { lastId: before.lastId() })
    await expect.poll(() => reader.messages.map(({ event }) => event)).toEqual(['message', 'reset'])
  })

  test('narrowed to clients, with what is about the tenant', async () => {
    const [one, two, other] = [await knownClient(), await knownClient(), await knownClient()]
    const reader = await lookOn(stack, { query: `?client=${one}&client=${two}`, as: everything() })
    for (const id of [other, one, two]) await stack.patch(id, { applicationName: 'Changed' })
    await stack.request('/v1/tenants/acme/pause', { method: 'POST', as: everything() })
    await stack.request('/v1/tenants/acme/resume', { method: 'POST', as: everything() })
    await expect.poll(() => reader.events().map(({ kind }) => kind)).toContain('tenant.resumed')
    expect(new Set(reader.events().map(({ client }) => client))).toEqual(new Set([one, two, null]))
  })

  test('everybody is told of the clients that they may read, and of no others', async () => {
    const id = await knownClient(metadata(['auth0|owner', 'team']))
    const who = {
      owner: { sub: 'auth0|owner' },
      member: { sub: 'auth0|x', roles: ['team'] },
      product: { sub: 'auth0|y', products: ['Shop'] },
      all: { sub: 'auth0|z', permissions: ['client.read.all'] },
      stranger: { sub: 'auth0|stranger', roles: ['Team'], products: ['shop'] },
      administrator: { sub: 'auth0|w', permissions: ['tenant.admin'] },
    }
    const readers = await Promise.all(
      Object.entries(who).map(async ([name, claims]) => ({
        name,
        reader: await lookOn(stack, { as: stack.token(claims) }),
      })),
    )
    await stack.patch(id, { applicationName: 'Told' }, { as: stack.token({ sub: 'auth0|owner' }) })
    await stack.request('/v1/tenants/acme/pause', { method: 'POST', as: everything() })
    await stack.request('/v1/tenants/acme/resume', { method: 'POST', as: everything() })
    for (const { name, reader } of readers) {
      await expect.poll(() => reader.events().map(({ kind }) => kind)).toContain('tenant.resumed')
      const changes = kindsOf(reader, id)
      expect([name, changes.length]).toEqual([name, ['stranger', 'administrator'].includes(name) ? 0 : 2])
      const isTold = !['stranger', 'administrator'].includes(name)
      expect([name, JSON.stringify(reader.messages).includes(id)]).toEqual([name, isTold])
    }
  })

  test('an owner who is taken off is told nothing more of the client, not even that', async () => {
    const id = await knownClient(metadata(['auth0|first', 'auth0|second'], 'None'))
    const [first, second] = [
      await lookOn(stack, { as: stack.token({ sub: 'auth0|first' }) }),
      await lookOn(stack, { as: stack.token({ sub: 'auth0|second' }) }),
    ]
    const patch = (body: unknown) => stack.patch(id, body, { as: stack.token({ sub: 'auth0|first' }) })
    await patch({ applicationName: 'One' })
    await expect.poll(() => kindsOf(second, id)).toHaveLength(2)
    await patch({ owners: ['auth0|first'] })
    await patch({ applicationName: 'Two' })
    await expect.poll(() => kindsOf(first, id)).toHaveLength(6)
    expect(kindsOf(second, id)).toHaveLength(2)
    // Nor afterwards, when they come again from where they were.
    const again = await lookOn(stack, { as: stack.token({ sub: 'auth0|second' }), lastId: second.lastId() })
    await patch({ applicationName: 'Three' })
    await expect.poll(() => kindsOf(first, id)).toHaveLength(8)
    expect(kindsOf(again, id)).toEqual([])
  })

  test('of Terraform states those are told who may see them', async () => {
    const pipeline = await lookOn(stack, { headers: { authorization: basic } })
    const owner = await lookOn(stack)
    const backend = backendOf(stack, 'main')
    await backend.lock(lockOf('told'))
    await backend.unlock(lockOf('told'))
    await expect
      .poll(() => pipeline.events().map(({ kind, state }) => [kind, state]))
      .toEqual([
        ['state.locked', 'main'],
        ['state.unlocked', 'main'],
      ])
    const id = await knownClient()
    await expect.poll(() => kindsOf(owner, id)).toEqual(['client.observed'])
    expect(owner.events()).toHaveLength(1)
  })

  test.each([
    { reason: 'a parameter that is not known', query: '?clients=x' },
    { reason: 'what cannot be a client', query: '?client=%07' },
    { reason: 'more clients than 100', query: `?${'client=x&'.repeat(101)}` },
    { reason: 'two positions', query: '?after=1&after=2' },
  ])('$reason: 400', async ({ query }) => {
    const answer = await read(await stack.request(`/v1/tenants/acme/events${query}`))
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
  })

  test('a caller has 20 streams in a process, and a place again when one is closed', async () => {
    const as = stack.token({ sub: 'auth0|many' })
    const readers = await Promise.all(Array.from({ length: 20 }, () => lookOn(stack, { as })))
    expect(readers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    const refused = await read(
      await stack.request('/v1/tenants/acme/events', { as, headers: { 'x-forwarded-for': '203.0.113.7' } }),
    )
    expect(refused).toMatchObject({ status: 429, body: { type: '/problems/too-many-requests' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await lookOn(stack, { as: stack.token({ sub: 'auth0|other' }) })).status).toBe(200)
    readers[7]?.close()
    await expect.poll(async () => (await lookOn(stack, { as })).status).toBe(200)
  })
})
