import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { pathOf, seedClient } from '../support.ts'
import { secret, name, application, stack, usual, user, send, administer, change, useRights } from './rights-support.ts'
import type { Credentials, Answer } from './rights-support.ts'

const product = 'canary-product'
const account = (own: string): string => `/v1/admin/accounts/${own}`

/** A right that somebody has, and how they lose it. */
interface Taking {
  readonly reason: string
  /** Their credentials; a client has the user `auth0|<own>` and the role `<own>` as its owners, and the product `product`. */
  readonly have: (own: string) => Promise<Credentials> | Credentials
  /** Takes it away. @returns their credentials from then on, where they are others */
  readonly lose: (own: string, client: string) => Promise<Credentials | void> | Credentials
  /** Whether they are told apart at the door, before any client is looked at: 401, 403; or by the client. */
  readonly at: 401 | 'door' | 'client'
}

const throughOwn = async (own: string, more: Parameters<typeof user>[1] = {}) => {
  const made = await administer('POST', '/v1/admin/applications', {
    name: own,
    tenants: ['acme'],
    permissions: usual,
  })
  return user(own, more, String(made.body['token']))
}
const asAccount = async (own: string) => {
  const made = await administer('POST', '/v1/admin/accounts', {
    name: own,
    tenants: ['acme'],
    permissions: usual,
    products: [product],
  })
  return { authorization: `Basic ${btoa(`${own}:${String(made.body['password'])}`)}` }
}

const takings: readonly Taking[] = [
  {
    reason: 'a user is taken off the owners',
    have: (own) => user(own),
    lose: async (own, client) => void (await change(client, { owners: [own] })),
    at: 'client',
  },
  {
    reason: 'a user is taken off the owners in Auth0',
    have: (own) => user(own),
    lose: async (own, client) => {
      const known = stack.simulator.clients.get(client)
      const metadata = { ...Object(known?.['client_metadata']), owners: JSON.stringify([own]) }
      stack.simulator.seed({ ...known, client_id: client, client_metadata: metadata })
      await stack.query(`update nexus.clients set observed_at = now() - interval '1 day' where client_id = $1`, [
        client,
      ])
      await administer('GET', pathOf(client))
    },
    at: 'client',
  },
  {
    reason: 'a role is taken off the owners',
    have: (own) => user(`member-${own}`, { roles: [own] }),
    lose: async (own, client) => void (await change(client, { owners: [`auth0|${own}`] })),
    at: 'client',
  },
  {
    reason: 'a user leaves a role',
    have: (own) => user(`member-${own}`, { roles: [own] }),
    lose: (own) => user(`member-${own}`),
    at: 'client',
  },
  {
    reason: 'a client leaves a product',
    have: (own) => user(`scoped-${own}`, { products: [product] }),
    lose: async (_own, client) => void (await change(client, { productName: 'other' })),
    at: 'client',
  },
  {
    reason: 'a user loses a product',
    have: (own) => user(`scoped-${own}`, { products: [product] }),
    lose: (own) => user(`scoped-${own}`, { products: ['other'] }),
    at: 'client',
  },
  {
    reason: 'a user loses the permissions',
    have: (own) => user(own),
    lose: (own) => user(own, { permissions: ['tenant.admin', 'client.secret.read'] }),
    at: 'door',
  },
  {
    reason: "an application's ceiling is lowered",
    have: (own) => throughOwn(own),
    lose: async (own) => void (await administer('PATCH', application(own), { permissions: ['tenant.admin'] })),
    at: 'door',
  },
  {
    reason: "an application's products are narrowed",
    have: (own) => throughOwn(own, { roles: [], products: [product] }),
    lose: async (own, client) => {
      await administer('PATCH', application(own), { products: ['other'] })
      await change(client, { owners: [own] })
    },
    at: 'client',
  },
  {
    reason: "an application's tenants are narrowed",
    have: (own) => throughOwn(own),
    lose: async (own) => void (await administer('PATCH', application(own), { tenants: ['globex'] })),
    at: 'door',
  },
  {
    reason: 'an application is revoked',
    have: (own) => throughOwn(own),
    lose: async (own) => void (await administer('DELETE', application(own))),
    at: 401,
  },
  {
    reason: "an account's products are narrowed",
    have: asAccount,
    lose: async (own) => void (await administer('PATCH', account(own), { products: ['other'] })),
    at: 'client',
  },
  {
    reason: "an account's permissions are narrowed",
    have: asAccount,
    lose: async (own) => void (await administer('PATCH', account(own), { permissions: ['client.secret.read'] })),
    at: 'door',
  },
  {
    reason: "an account's tenants are narrowed",
    have: asAccount,
    lose: async (own) => void (await administer('PATCH', account(own), { tenants: ['globex'] })),
    at: 'door',
  },
  {
    reason: 'an account is disabled',
    have: asAccount,
    lose: async (own) => void (await administer('PATCH', account(own), { disabled: true })),
    at: 401,
  },
  {
    reason: 'an account is revoked',
    have: asAccount,
    lose: async (own) => void (await administer('DELETE', account(own))),
    at: 401,
  },
]

/** A request that is answered from something stored when it is sent again. */
interface Asked {
  readonly what: string
  readonly first: Answer
  readonly again: (who: Credentials) => Promise<Answer>
  /** What became of the change or the operation that its key has brought about: a refusal tells it. */
  readonly became?: { readonly change: unknown } | { readonly operation: unknown }
  /** What is answered to whoever is let in at the door and may not read the client, where that is no 403. */
  readonly without?: unknown
}

const keyed = (more: Credentials = {}) => ({ 'idempotency-key': randomUUID(), ...more })

/** Sends everything once that is answered from something stored. */
const everything = async (client: string, who: Credentials): Promise<Asked[]> => {
  const once = async (
    what: string,
    method: string,
    path: string,
    more: { body?: unknown; headers?: Credentials } = {},
    without?: unknown,
  ): Promise<Asked> => {
    const again = (by: Credentials) => send(method, path, by, more)
    const first = await again(who)
    return { what, first, again, ...(without === undefined ? {} : { without }) }
  }
  const became = (asked: Asked, status: string): Asked => {
    const id = asked.first.headers.get('nexus-change')
    return { ...asked, became: { change: { id, status } } }
  }
  const own = pathOf(client)
  const patched = async (what: string, body: unknown, headers: Credentials = keyed(), query = '') =>
    once(what, 'PATCH', `${own}${query}`, { body, headers })
  const died = keyed()
  const list = await once(
    'a list of changes',
    'PATCH',
    '/v1/tenants/acme/clients',
    { body: [{ id: client, patch: { callbackUrls: ['https://canary.test'] } }], headers: keyed() },
    { status: 200, body: { elements: [{ id: client, status: 'applied', problem: { status: 403 } }] } },
  )
  const asked = [
    became(await patched('a PATCH', { applicationName: 'canary-1' }), 'applied'),
    became(
      await patched('a PATCH for the secret', { applicationName: 'canary-2' }, keyed(), '?include=secret'),
      'applied',
    ),
    await patched('a PATCH that names nothing', {}),
    await patched('a PATCH that was impossible', { callbackUrls: ['javascript:canary'] }),
    await patched('a PATCH that came too late', { applicationName: 'canary-3' }, keyed({ 'if-match': '"old"' })),
    await once('POST …/sync', 'POST', `${own}/sync`, { body: { action: 'accept' }, headers: keyed() }),
    { ...list, became: { operation: { id: list.first.body['id'], counts: { applied: 1 } } } },
    became(await patched('a PATCH whose answer was lost', { applicationName: 'canary-4' }, died), 'applied'),
  ]
  await stack.query(
    'update nexus.idempotency_keys set answer = null, claimed_until = now() where key = $1 returning key',
    [died['idempotency-key']],
  )
  const etag = (await send('GET', own, who)).headers.get('etag') ?? ''
  const cursor = String((await send('GET', `${own}/changes?limit=1`, who)).body['next'])
  await administer('POST', `${own}/pause`)
  const waits = { applicationName: 'canary-5' }
  const waiting = await patched('a PATCH that waits', waits, keyed({ prefer: 'respond-async' }))
  const location = waiting.first.headers.get('location') ?? ''
  return [
    ...asked,
    became(waiting, 'accepted'),
    await once('the client that the caller has', 'GET', own, { headers: { 'if-none-match': etag } }),
    await once('the client with its secret', 'GET', `${own}?include=secret`),
    await once('a preview', 'PATCH', `${own}?dryRun=true`, { body: { applicationName: 'canary-6' } }),
    await once('how it stands', 'GET', `${own}/sync`),
    await once('a change', 'GET', location),
    await once('the next page of changes', 'GET', `${own}/changes?limit=1&cursor=${cursor}`),
    await once('an operation', 'GET', list.first.headers.get('location') ?? '', {}, list.without),
    await once('a list', 'GET', `/v1/tenants/acme/clients?text=${client}`, {}, { status: 200, body: { clients: [] } }),
    { what: 'withdrawing a change', first: waiting.first, again: (by) => send('DELETE', location, by) },
  ]
}

/** What somebody is answered who has lost a right. */
const wanted = (at: Taking['at'], { became, without }: Asked) => {
  if (at === 401) return { status: 401, change: null }
  if (at === 'client' && without !== undefined) return { change: null, ...Object(without) }
  const change = became !== undefined && 'change' in became ? Object(became.change).id : null
  return { status: 403, change, body: became ?? {} }
}

describe.skipIf(servers === null)('what was stored is answered by the rights of the moment', () => {
  useRights()

  test.each(takings)(
    '$reason',
    async ({ have, lose, at }) => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, {
        name,
        client_secret: secret,
        client_metadata: { owners: JSON.stringify([`auth0|${own}`, own]), product_name: product },
      })
      const who = await have(own)
      const asked = await everything(client, who)
      const refused = asked.filter(({ first: { status } }) => status >= 400).map(({ what }) => what)
      expect(refused).toEqual(['a PATCH that was impossible', 'a PATCH that came too late'])
      const changes = await stack.query('select id from nexus.changes where client_id = $1', [client])

      const after = (await lose(own, client)) ?? who
      const made = (await stack.query('select id from nexus.changes where client_id = $1', [client])).length
      for (const one of asked) {
        const { status, headers, body, text } = await one.again(after)
        const seen = { status, change: headers.get('nexus-change'), body }
        expect({ what: one.what, ...seen }).toMatchObject({ what: one.what, ...wanted(at, one) })
        // Nothing of the client, whoever they are.
        const told = [secret, product, name, 'canary'].filter((canary) => text.includes(canary))
        expect({ what: one.what, told }).toEqual({ what: one.what, told: [] })
      }
      // Nothing was done by any of them, and nothing of it is kept.
      expect(made - changes.length).toBeLessThanOrEqual(1)
      expect(await stack.query('select id from nexus.changes where client_id = $1', [client])).toHaveLength(made)
      const kept = await stack.query<{ answer: string | null }>(
        `select answer from nexus.idempotency_keys where answer like '%"forbidden"%'`,
      )
      expect(kept).toEqual([])
    },
    30_000,
  )

  test('a right that comes back brings the answer back', async () => {
    const own = `own-${randomUUID()}`
    const client = seedClient(stack, { client_metadata: { owners: `auth0|${own}` } })
    const headers = { 'idempotency-key': randomUUID() }
    const patch = (who: Credentials) => send('PATCH', pathOf(client), who, { body: { applicationName: 'x' }, headers })
    const first = await patch(user(own))
    expect((await patch(user(own, { permissions: [] }))).status).toBe(403)
    await change(client, { owners: ['auth0|other'] })
    expect((await patch(user(own))).status).toBe(403)
    await change(client, { owners: [`auth0|${own}`] })
    const again = await patch(user(own))
    expect(again).toMatchObject({ status: 200, text: first.text })
    expect(again.headers.get('nexus-replayed')).toBe('true')
  })
})
