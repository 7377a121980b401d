import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { greatest } from '../../../domain/texts/lengths.ts'
import { deleteInAuth0 } from '../../support/auth0.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { scanAgain, untilScanned } from '../../worker/scans.ts'
import { backendOf, managedClient, stateKey, stateText } from '../../terraform/support.ts'

/** Ids that a tenant can have, beside those of 32 letters and digits. */
const ids = [
  { reason: 'chosen by the tenant, with dots', id: 'legacy.shop.web' },
  { reason: "a third party's", id: 'tpc_3fJk29QmPz' },
  { reason: 'as short as Auth0 lets it be', id: 'a.b-c' },
  { reason: 'as long as Nexus takes', id: 'x.'.repeat(127) + 'y' },
  { reason: 'what would be a folder in a path', id: '../..' },
  { reason: 'what has a meaning in a path', id: 'a/b?c#d;e=f&g' },
  { reason: 'what looks encoded', id: '%2e%2e%2Fx' },
  { reason: 'spaces and quotes', id: `it's "one" client` },
  { reason: 'letters of other scripts', id: 'größe.東京' },
  { reason: 'the longest when encoded', id: '東'.repeat(greatest.clientId) },
] as const

const History = z.object({ changes: z.array(z.object({ links: z.object({ client: z.string() }) })) })
const Page = z.object({ clients: z.array(z.object({ id: z.string() })), next: z.string().nullable() })

const pathOf = (id: string): string => `/v1/tenants/acme/clients/${encodeURIComponent(id)}`

const bodyOf = async (answer: Response): Promise<unknown> => {
  expect(answer.status).toBe(200)
  return answer.json()
}

describe.skipIf(servers === null)('a client of any id', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({
      tenant: { scanInterval: '24h', freshness: '24h', terraformStates: ['main'] },
      file: { terraform: { stateKeys: [stateKey] } },
    })
    await untilScanned(stack)
    for (const { id } of ids)
      stack.simulator.seed({ client_id: id, name: `Shop ${id}`, client_metadata: { owners: '["auth0|tester"]' } })
  }, 60_000)
  afterAll(() => stack.close())

  test.each(ids)('is read and changed before any scan: $reason', async ({ id }) => {
    expect(await bodyOf(await stack.request(pathOf(id)))).toMatchObject({ id, name: `Shop ${id}` })
    const changed = await stack.patch(encodeURIComponent(id), { productName: 'Billing' })
    expect(await bodyOf(changed)).toMatchObject({ id, productName: 'Billing' })
    expect(stack.simulator.clients.get(id)?.['client_metadata']).toMatchObject({ product_name: 'Billing' })
    const { changes } = History.parse(await bodyOf(await stack.request(`${pathOf(id)}/changes`)))
    expect(changes[0]?.links.client).toBe(pathOf(id))
    expect(await bodyOf(await stack.request(`${pathOf(id)}/sync`))).toMatchObject({ owned: ['productName'] })
  })

  test('all are listed, page after page', async () => {
    await scanAgain(stack)
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page = Page.parse(await bodyOf(await stack.request(`/v1/tenants/acme/clients?limit=3${query}`)))
      found.push(...page.clients.map(({ id }) => id))
      cursor = page.next
    }
    expect(found.toSorted()).toEqual(ids.map(({ id }) => id).toSorted())
  })

  test('a state that holds them is taken, and says that they are managed', async () => {
    const posted = await backendOf(stack, 'main').post(
      stateText(
        1,
        ids.map(({ id }, index) => managedClient(id, { name: `c${index}` })),
      ),
    )
    expect(posted.status).toBe(200)
    for (const { id } of ids)
      expect(await bodyOf(await stack.request(pathOf(id)))).toMatchObject({ id, manuallyCreated: false })
  })

  test('the deletion of each is noticed by a scan', async () => {
    for (const { id } of ids) await deleteInAuth0(stack.simulator, id)
    await scanAgain(stack)
    await vi.waitFor(
      async () => {
        const left = await stack.query('select client_id from nexus.clients where vanished_at is null')
        expect(left).toEqual([])
      },
      { timeout: 20_000, interval: 100 },
    )
    for (const { id } of ids) expect((await stack.request(pathOf(id))).status).toBe(404)
  })

  test.each([
    { reason: 'a folder in a path', path: '..' },
    { reason: 'the same, encoded', path: '%2e%2e' },
    { reason: 'a control character', path: 'a%0Ab' },
    { reason: 'a character that nobody sees', path: 'a%E2%80%8Bb' },
    { reason: 'too long', path: 'x'.repeat(greatest.clientId + 1) },
  ])('no id, and nothing is asked of Auth0: $reason', async ({ path }) => {
    stack.simulator.resetStats()
    expect((await stack.request(`/v1/tenants/acme/clients/${path}`)).status).toBe(404)
    expect(stack.simulator.stats.byRoute).toEqual({})
  })
})
