import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { behindNexus, pathOf, read } from '../support.ts'

const Listed = z.object({
  clients: z.array(
    z.looseObject({ id: z.string(), name: z.string().nullable(), owners: z.array(z.string()).nullable() }),
  ),
  next: z.string().nullable(),
})

/** What comes about in a while: a worker is at it. */
const eventually = (looks: () => Promise<void>) => vi.waitFor(looks, { timeout: 15_000, interval: 50 })

describe.skipIf(servers === null)('lists of clients', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      tenant: { scanInterval: '24h', freshness: '24h', terraformStates: ['main'], otherStates: ['other'] },
    })
    await scanned()
  })
  afterAll(() => stack.close())

  const all = { permissions: ['client.read.all'] }
  const get = async (query: Record<string, string> | string = {}, claims: Parameters<Stack['token']>[0] = all) => {
    const text = typeof query === 'string' ? query : new URLSearchParams(query).toString()
    return read(await stack.request(`/v1/tenants/acme/clients?${text}`, { as: stack.token(claims) }))
  }
  const page = async (query: Record<string, string> = {}, claims: Parameters<Stack['token']>[0] = all) => {
    const answer = await get(query, claims)
    expect(answer).toMatchObject({ status: 200 })
    return Listed.parse(answer.body)
  }
  /** Names of every client on every page. */
  const names = async (query: Record<string, string> = {}, claims: Parameters<Stack['token']>[0] = all) => {
    const found: (string | null)[] = []
    let cursor: string | null = null
    do {
      const one: z.infer<typeof Listed> = await page(cursor === null ? query : { ...query, cursor }, claims)
      found.push(...one.clients.map(({ name }) => name))
      cursor = one.next
    } while (cursor !== null)
    return found
  }
  /** A list in which only this test's clients stand: they share a product. */
  let products = 0
  const family = () => {
    products += 1
    const product = `Family ${products}`
    const seed = (name: string, { metadata = {}, ...more }: Record<string, unknown> & { metadata?: object } = {}) =>
      stack.simulator.seed({ name, client_metadata: { product_name: product, ...metadata }, ...more })
    return { product, seed, meet: (...ids: string[]) => Promise.all(ids.map((id) => stack.request(pathOf(id)))) }
  }
  const scanned = async (): Promise<void> => {
    await stack.query(`update nexus.tenants set last_scan_at = null, next_scan_at = now()`)
    await vi.waitFor(
      async () => {
        const rows = await stack.query(
          `select 1 from nexus.tenants where last_scan_at is not null and next_scan_at > now() and scan_until is null`,
        )
        expect(rows).toHaveLength(1)
        expect(await stack.query(`select 1 from nexus.clients where verify_at is not null`)).toEqual([])
      },
      { timeout: 20_000, interval: 50 },
    )
  }
  const admin = () => ({ as: stack.token({ sub: 'auth0|admin', permissions: ['client.write.all', 'tenant.admin'] }) })
  const post = async (path: string) => (await stack.request(path, { method: 'POST', ...admin() })).status
  /** Accepts while nothing is sent, looks, and lets it go on. */
  const whilePaused = async (work: () => Promise<void>): Promise<void> => {
    expect(await post('/v1/tenants/acme/pause')).toBe(204)
    try {
      await work()
    } finally {
      expect(await post('/v1/tenants/acme/resume')).toBe(204)
    }
  }

  test('an element tells a client from others, and how it stands; desired over observed', async () => {
    const { product, seed, meet } = family()
    const id = seed('Till', {
      app_type: 'spa',
      client_secret: 'canary',
      metadata: { owners: '["auth0|tester"]', application_name: 'till' },
    })
    await meet(id)
    const element = {
      id,
      name: 'Till',
      type: 'spa',
      owners: ['auth0|tester'],
      productName: product,
      applicationName: 'till',
      manuallyCreated: true,
      sync: 'synced',
      drifted: false,
    }
    const first = await get({ product })
    expect(first.body).toMatchObject({ clients: [element], next: null })
    expect(Object.keys(Object(first.body)['clients'][0]).join(' ')).toBe(
      `${Object.keys(element).join(' ')} observedAt updatedAt`,
    )
    expect(first.text).not.toContain('canary')
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    await whilePaused(async () => {
      await stack.patch(id, { applicationName: 'counter' })
      expect((await page({ product })).clients).toMatchObject([{ applicationName: 'counter', sync: 'paused' }])
      expect(await names({ product, text: 'COUNTER' })).toEqual(['Till'])
      expect(await names({ product, text: 'app-1' })).toEqual([])
    })
    await eventually(async () => expect((await page({ product })).clients).toMatchObject([{ sync: 'synced' }]))
  })

  describe('who sees what', () => {
    test('the three rules, as for one client', async () => {
      const { product, seed, meet } = family()
      await meet(
        seed('by user', { metadata: { owners: '["auth0|ann"]' } }),
        seed('by role', { metadata: { owners: 'x, billing-team' } }),
        seed('nobody', { metadata: { owners: '' } }),
      )
      const cases: readonly { reason: string; claims: Parameters<Stack['token']>[0]; sees: string[] }[] = [
        {
          reason: 'an owner',
          claims: { sub: 'auth0|ann', permissions: ['client.read'] },
          sees: ['by user'],
        },
        {
          reason: 'write implies read',
          claims: { sub: 'auth0|x', permissions: ['client.write'], roles: ['billing-team'] },
          sees: ['by role'],
        },
        {
          reason: 'the product scope',
          claims: { sub: 'auth0|x', permissions: ['client.read'], products: [product] },
          sees: ['by role', 'by user', 'nobody'],
        },
        {
          reason: 'client.write.all',
          claims: { permissions: ['client.write.all'] },
          sees: ['by role', 'by user', 'nobody'],
        },
        { reason: 'in another case', claims: { sub: 'auth0|Ann', permissions: ['client.read'] }, sees: [] },
        { reason: 'no relation', claims: { sub: 'auth0|x', permissions: ['client.read'] }, sees: [] },
      ]
      for (const { reason, claims, sees } of cases)
        expect({ reason, sees: await names({ product }, claims) }).toEqual({ reason, sees })
      expect((await get({ product }, { sub: 'auth0|ann', permissions: ['terraform.read'] })).status).toBe(403)
    })

    test('a removal binds at once, a grant when Auth0 has it', async () => {
      const { product, seed, meet } = family()
      const id = seed('Moving', { metadata: { owners: '["auth0|ann"]' } })
      await meet(id)
      const ann = { sub: 'auth0|ann', permissions: ['client.read'] }
      const bob = { sub: 'auth0|bob', permissions: ['client.read'] }
      expect(await names({ product }, ann)).toEqual(['Moving'])
      await whilePaused(async () => {
        expect((await stack.patch(id, { owners: ['auth0|bob'] }, admin())).status).toBe(202)
        expect(await names({ product }, ann)).toEqual([])
        expect(await names({ product }, bob)).toEqual([])
      })
      await eventually(async () => expect(await names({ product }, bob)).toEqual(['Moving']))
      expect(await names({ product }, ann)).toEqual([])
    })

    test('a removal that is withdrawn, and one that Auth0 refuses, let in again', async () => {
      const { product, seed, meet } = family()
      const id = seed('Staying', { metadata: { owners: '["auth0|ann"]' } })
      await meet(id)
      const ann = { sub: 'auth0|ann', permissions: ['client.read'] }
      await whilePaused(async () => {
        const change = (await stack.patch(id, { owners: [] }, admin())).headers.get('nexus-change')
        expect(await names({ product }, ann)).toEqual([])
        await stack.request(`/v1/tenants/acme/changes/${change}`, { method: 'DELETE', ...admin() })
        expect(await names({ product }, ann)).toEqual(['Staying'])
      })
      stack.simulator.setFaults({ ignoreMembers: ['client_metadata'] })
      onTestFinished(() => void stack.simulator.setFaults({}))
      expect((await stack.patch(id, { owners: [] }, admin())).status).toBe(422)
      expect(await names({ product }, ann)).toEqual(['Staying'])
    })

    test('the global client, Nexus’ own credential and vanished clients are in no list', async () => {
      const { product, seed, meet } = family()
      const gone = seed('Gone')
      await meet(gone)
      expect(await names({ product })).toEqual(['Gone'])
      await behindNexus(stack, 'DELETE', `/clients/${gone}`)
      await scanned()
      await eventually(async () => expect(await names({ product })).toEqual([]))
      const ids = stack.simulator.clients.all()
      const shown = new Set((await everything()).map(({ id }) => id))
      expect(shown.has(stack.simulator.credential.clientId)).toBe(false)
      for (const client of ids.filter(({ global }) => global === true)) expect(shown.has(client.client_id)).toBe(false)
      // It comes back, and so it does here.
      seed('Back', { client_id: gone })
      await scanned()
      expect(await names({ product })).toEqual(['Back'])
    })

    test("another tenant's address shows nothing of this one", async () => {
      const answer = await stack.request('/v1/tenants/other/clients', { as: stack.token(all) })
      expect(answer.status).toBe(404)
    })
  })

  const everything = async () => {
    const found: { id: string }[] = []
    let next: string | null = null
    do {
      const one: z.infer<typeof Listed> = await page({ limit: '100', ...(next === null ? {} : { cursor: next }) })
      found.push(...one.clients)
      next = one.next
    } while (next !== null)
    return found
  }

  describe('order and pages', () => {
    test('by name, whatever its case; equal names by id; upwards and downwards', async () => {
      const { product, seed, meet } = family()
      for (const [name, client_id] of [
        ['beta', 'id2'],
        ['Alpha', 'id4'],
        ['alpha', 'id1'],
        ['Ärger', 'id5'],
        ['ALPHA', 'id3'],
      ])
        await meet(seed(name ?? '', { client_id: `${client_id}x${products}` }))
      const upwards = ['alpha', 'ALPHA', 'Alpha', 'beta', 'Ärger']
      for (const limit of ['1', '2', '3', '100']) {
        expect(await names({ product, limit })).toEqual(upwards)
        expect(await names({ product, limit, sort: '-name' })).toEqual(upwards.toReversed())
        expect(await names({ product, limit, sort: 'id' })).toEqual(['alpha', 'beta', 'ALPHA', 'Alpha', 'Ärger'])
        expect(await names({ product, limit, sort: '-product' })).toEqual(['Ärger', 'Alpha', 'ALPHA', 'beta', 'alpha'])
      }
    })

    test('by what was updated last', async () => {
      const { product, seed, meet } = family()
      const ids = ['one', 'two', 'three'].map((name) => seed(name, { metadata: { owners: '["auth0|tester"]' } }))
      for (const id of ids) await meet(id)
      expect(await names({ product, sort: '-updated' })).toEqual(['three', 'two', 'one'])
      expect((await stack.patch(ids[1] ?? '', { applicationName: 'x' })).status).toBe(200)
      expect(await names({ product, sort: '-updated', limit: '1' })).toEqual(['two', 'three', 'one'])
      // A scan that finds everything as it was updates nothing.
      await scanned()
      expect(await names({ product, sort: 'updated', limit: '2' })).toEqual(['one', 'three', 'two'])
      seed('one', { client_id: ids[0] ?? '', callbacks: ['https://a.test'] })
      await scanned()
      expect(await names({ product, sort: '-updated' })).toEqual(['one', 'two', 'three'])
    })

    test('rows that come and go between two pages neither repeat nor hide others', async () => {
      const { product, seed, meet } = family()
      const ids = ['b', 'd', 'f', 'h', 'j'].map((name) => seed(name))
      await meet(...ids)
      const first = await page({ product, limit: '2' })
      expect(first.clients.map(({ name }) => name)).toEqual(['b', 'd'])
      // The very client at which the page ended, one before and one after it; and two new ones.
      await behindNexus(stack, 'DELETE', `/clients/${ids[1]}`)
      await behindNexus(stack, 'DELETE', `/clients/${ids[3]}`)
      await meet(seed('a'), seed('e'))
      await scanned()
      await eventually(async () => expect(await names({ product })).toEqual(['a', 'b', 'e', 'f', 'j']))
      const second = await page({ product, limit: '2', cursor: first.next ?? '' })
      expect(second.clients.map(({ name }) => name)).toEqual(['e', 'f'])
      const third = await page({ product, limit: '2', cursor: second.next ?? '' })
      expect(third).toMatchObject({ clients: [{ name: 'j' }], next: null })
    })

    test('a page that is full to the last row has no next', async () => {
      const { product, seed, meet } = family()
      await meet(seed('a'), seed('b'))
      expect(await page({ product, limit: '2' })).toMatchObject({ next: null })
    })
  })

  describe('filters', () => {
    test('owner and product compare exactly', async () => {
      const { product, seed, meet } = family()
      await meet(
        seed('one', { metadata: { owners: '["Team","auth0|ann"]' } }),
        seed('two', { metadata: { owners: 'team' } }),
      )
      expect(await names({ product, owner: 'Team' })).toEqual(['one'])
      expect(await names({ product, owner: 'team' })).toEqual(['two'])
      expect(await names({ product, owner: 'Tea' })).toEqual([])
      expect(await names({ product: product.toUpperCase() })).toEqual([])
    })

    test('text: in any of four places, in any case, every character meaning itself', async () => {
      const { product, seed, meet } = family()
      await meet(
        seed('100% Kaffee_Bar'),
        seed('1000 Kaffee-Bar', { client_id: `Needle${products}` }),
        seed('Übergröße', { metadata: { application_name: 'straße\\weg' } }),
        seed('日本語のクライアント'),
      )
      const cases: readonly { text: string; finds: string[] }[] = [
        { text: 'KAFFEE', finds: ['100% Kaffee_Bar', '1000 Kaffee-Bar'] },
        { text: '0%', finds: ['100% Kaffee_Bar'] },
        { text: 'e_b', finds: ['100% Kaffee_Bar'] },
        { text: '%', finds: ['100% Kaffee_Bar'] },
        { text: `nEEdle${products}`, finds: ['1000 Kaffee-Bar'] },
        { text: 'ÜBERGRÖSSE', finds: [] },
        { text: 'übergröße', finds: ['Übergröße'] },
        { text: 'u\u0308bergro\u0308ße', finds: ['Übergröße'] },
        { text: 'e\\w', finds: ['Übergröße'] },
        { text: '語の', finds: ['日本語のクライアント'] },
        {
          text: product.toLowerCase(),
          finds: ['100% Kaffee_Bar', '1000 Kaffee-Bar', 'Übergröße', '日本語のクライアント'],
        },
        { text: "'; drop table nexus.clients; --", finds: [] },
      ]
      for (const { text, finds } of cases)
        expect({ text, finds: await names({ product, text }) }).toEqual({ text, finds })
    })

    test('drifted, sync and the words in the elements are the same', async () => {
      const { product, seed, meet } = family()
      const owners = { owners: '["auth0|tester"]' }
      const [quiet = '', drifting = '', paused = ''] = ['quiet', 'drifting', 'paused'].map((name) =>
        seed(name, { callbacks: ['https://a.test'], metadata: owners }),
      )
      await meet(quiet, paused)
      expect((await stack.patch(drifting, { callbackUrls: ['https://a.test'] })).status).toBe(200)
      stack.simulator.seed({ ...stack.simulator.clients.get(drifting), callbacks: ['https://b.test'] })
      expect(await post(`${pathOf(paused)}/pause`)).toBe(204)
      await scanned()
      await eventually(async () => expect(await names({ product, drifted: 'true' })).toEqual(['drifting']))
      expect(await names({ product, drifted: 'false' })).toEqual(['paused', 'quiet'])
      expect(await names({ product, sync: 'paused' })).toEqual(['paused'])
      expect(await names({ product, sync: 'synced' })).toEqual(['drifting', 'quiet'])
      stack.simulator.setFaults({ outage: 'reset' })
      onTestFinished(() => void stack.simulator.setFaults({}))
      await stack.patch(quiet, { applicationName: 'x' }, { headers: { prefer: 'respond-async' } })
      expect(await names({ product, sync: 'pending' })).toEqual(['quiet'])
      await stack.query(`update nexus.clients set stalled_at = now() where client_id = $1`, [quiet])
      expect(await names({ product, sync: 'stalled' })).toEqual(['quiet'])
      expect(await names({ product, sync: 'pending' })).toEqual([])
      for (const word of ['synced', 'pending', 'stalled', 'paused'])
        for (const client of (await page({ product, sync: word })).clients) expect(client['sync']).toBe(word)
    })

    test("manuallyCreated and terraform agree with the tenant's counts and with each element", async () => {
      const { product, seed, meet } = family()
      const [one = '', two = '', three = '', four = ''] = ['one', 'two', 'three', 'four'].map((name) => seed(name))
      const gone = seed('gone')
      await meet(one, two, three, four, gone)
      const resource = (state: string, place: number, id: string, type = 'auth0_client') =>
        stack.query(`insert into nexus.terraform_resources values ('acme', $1, $2, $3, $5, $4, false)`, [
          state,
          place,
          `${type}.c${place}`,
          id,
          type,
        ])
      await resource('main', 0, one)
      await resource('main', 1, two)
      await resource('other', 0, two)
      // Its credentials alone do not make a client managed.
      await resource('main', 2, three, 'auth0_client_credentials')
      await stack.query(
        `insert into nexus.terraform_requests (tenant_id, client_id, state, kind, author)
         values ('acme', $1, 'main', 'adopt', '{}'), ('acme', $2, 'main', 'release', '{}'), ('acme', $3, 'main', 'adopt', '{}')`,
        [three, one, gone],
      )
      // What has vanished counts nowhere.
      await resource('main', 3, gone)
      await behindNexus(stack, 'DELETE', `/clients/${gone}`)
      await stack.query(`update nexus.client_listings set drifted = true where client_id = $1`, [gone])
      await scanned()
      expect(await names({ product, manuallyCreated: 'true' })).toEqual(['four', 'three'])
      expect(await names({ product, manuallyCreated: 'false' })).toEqual(['one', 'two'])
      expect(await names({ product, terraform: 'conflict' })).toEqual(['two'])
      expect(await names({ product, terraform: 'adopting' })).toEqual(['three'])
      expect(await names({ product, terraform: 'releasing' })).toEqual(['one'])
      const { body } = await read(await stack.request('/v1/tenants/acme', { as: stack.token(all) }))
      const counts = z.record(z.string(), z.unknown()).parse(body['terraform'])
      expect(body['clients']).toBe((await everything()).length)
      expect(body['drifted']).toBe((await names({ drifted: 'true' })).length)
      for (const word of ['manual', 'managed', 'adopting', 'releasing'])
        expect({ word, clients: counts[word] }).toEqual({ word, clients: (await names({ terraform: word })).length })
      expect(counts['conflicting']).toBe((await names({ terraform: 'conflict' })).length)
      for (const value of ['true', 'false'])
        for (const client of (await page({ product, manuallyCreated: value })).clients)
          expect(String(client['manuallyCreated'])).toBe(value)
    })
  })

  describe('400', () => {
    test.each([
      'limit=0',
      'limit=101',
      'limit=x',
      'sort=secret',
      'sort=--name',
      'drifted=yes',
      'manuallyCreated=1',
      'sync=unknown',
      'terraform=unknown',
      'owner=',
      'product=',
      'text=',
      `text=${'x'.repeat(201)}`,
      'text=%00',
      'colour=red',
      'sort=name&sort=id',
      'cursor=',
      'cursor=abc',
      'cursor=bnVsbA',
      `cursor=${Buffer.from('["x","y","../z"]').toString('base64url')}`,
    ])('%s', async (query) => {
      const answer = await get(query)
      expect(answer).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
    })

    test('a cursor of other filters, of another order, or with a place that is none', async () => {
      const { product, seed, meet } = family()
      await meet(seed('a'), seed('b'))
      const { next } = await page({ product, limit: '1' })
      const cursor = next ?? ''
      for (const query of [{ cursor }, { product, cursor, sort: '-name' }, { product, cursor, text: 'a' }]) {
        const answer = await get({ limit: '1', ...query })
        expect(answer.status).toBe(400)
        expect(answer.body.errors).toMatchObject([{ pointer: '/cursor' }])
      }
      const [digest] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
      for (const place of [
        [digest, 1, 'id'],
        [digest, '\0', 'id'],
        [digest, 'a'],
        [digest, null, 'id'],
      ])
        expect((await get({ product, cursor: Buffer.from(JSON.stringify(place)).toString('base64url') })).status).toBe(
          400,
        )
      // Another size of page is no other list.
      expect((await page({ product, limit: '7', cursor })).clients.map(({ name }) => name)).toEqual(['b'])
    })
  })
})
