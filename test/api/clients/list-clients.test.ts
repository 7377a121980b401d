import { describe, expect, onTestFinished, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { behindNexus } from '../support.ts'
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
  admin,
  post,
  everything,
  useLists,
} from './list-support.ts'

/** Accepts while nothing is sent, looks, and lets it go on. */
const whilePaused = async (work: () => Promise<void>): Promise<void> => {
  expect(await post('/v1/tenants/acme/pause')).toBe(204)
  try {
    await work()
  } finally {
    expect(await post('/v1/tenants/acme/resume')).toBe(204)
  }
}

describe.skipIf(servers === null)('lists of clients', () => {
  useLists()

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
      terraform: 'manual',
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
    // Written by a program that reads clients otherwise, it is read anew for the page.
    await stack.query(`update nexus.client_listings set read_by = 'otherwise' where client_id = $1`, [id])
    expect((await get({ product })).body).toMatchObject({ clients: [element], next: null })
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
})
