import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { servers } from '../../support/stack.ts'
import { behindNexus, pathOf, read } from '../support.ts'
import {
  eventually,
  stack,
  all,
  get,
  page,
  names,
  products,
  family,
  scanned,
  post,
  everything,
  useLists,
} from './list-support.ts'

const resource = (state: string, place: number, id: string, type = 'auth0_client') =>
  stack.query(`insert into nexus.terraform_resources values ('acme', $1, $2, $3, $5, $4, false)`, [
    state,
    place,
    `${type}.c${place}`,
    id,
    type,
  ])

describe.skipIf(servers === null)('lists of clients', () => {
  useLists()

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
      expect(
        (await page({ product })).clients.map(({ name, terraform }) => `${String(name)}: ${String(terraform)}`),
      ).toEqual(['four: manual', 'one: releasing', 'three: adopting', 'two: conflict'])
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
