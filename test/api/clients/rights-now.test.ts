import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applicationToken, servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const secret = 'canary-secret-5d0c'
const product = 'canary-product'
const name = 'canary-client'
const json = { 'content-type': 'application/json' }

/** How somebody shows who they are. */
type Credentials = Readonly<Record<string, string>>
type Answer = Awaited<ReturnType<typeof read>>

const application = (own: string): string => `/v1/admin/applications/${own}`
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

describe.skipIf(servers === null)('what was stored is answered by the rights of the moment', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      tenant: { freshness: '1h' },
      otherTenants: [
        {
          id: 'globex',
          domain: 'http://127.0.0.1:1',
          allowInsecure: true,
          credential: { clientId: 'x', clientSecret: 'y' },
          scanInterval: '24h',
        },
      ],
      file: {
        applicationTokens: {
          tokens: [
            { name: 'portal', sha256: createHash('sha256').update(applicationToken).digest('hex'), tenants: '*' },
          ],
        },
      },
    })
  })
  afterAll(() => stack.close())

  const usual = ['client.read', 'client.write', 'client.secret.read']
  const user = (
    own: string,
    more: { roles?: string[]; products?: string[]; permissions?: string[] } = {},
    through = applicationToken,
  ): Credentials => ({
    authorization: `Bearer ${stack.token({ sub: `auth0|${own}`, permissions: usual, ...more })}`,
    'x-application-token': through,
  })
  const send = async (
    method: string,
    path: string,
    who: Credentials,
    { body, headers }: { body?: unknown; headers?: Credentials } = {},
  ): Promise<Answer> =>
    read(
      await fetch(`${stack.url}${path}`, {
        method,
        headers: { ...(body === undefined ? {} : json), ...headers, ...who },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  const administrator = () => user('admin', { permissions: [...usual, 'client.write.all', 'tenant.admin'] })
  const administer = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await send(method, path, administrator(), body === undefined ? {} : { body })
    expect(answer.status).toBeLessThan(300)
    return answer
  }
  const change = (client: string, body: unknown) => administer('PATCH', pathOf(client), body)

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
    const keyed = (more: Credentials = {}) => ({ 'idempotency-key': randomUUID(), ...more })
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
      await once(
        'a list',
        'GET',
        `/v1/tenants/acme/clients?text=${client}`,
        {},
        { status: 200, body: { clients: [] } },
      ),
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

  describe('a refusal for lack of rights is not kept', () => {
    test('of one client', async () => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, { client_metadata: { owners: 'auth0|other' } })
      const headers = { 'idempotency-key': randomUUID() }
      const patch = () => send('PATCH', pathOf(client), user(own), { body: { applicationName: 'x' }, headers })
      expect((await patch()).status).toBe(403)
      await change(client, { owners: [`auth0|${own}`] })
      expect((await patch()).status).toBe(200)
    })

    test('of one client, also where a former version kept it', async () => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, { client_metadata: { owners: `auth0|${own}` } })
      const headers = { 'idempotency-key': randomUUID() }
      const patch = () => send('PATCH', pathOf(client), user(own), { body: { applicationName: 'x' }, headers })
      await patch()
      await stack.query(
        `update nexus.idempotency_keys set change_id = null,
           answer = '{"problem":{"code":"forbidden","detail":"no","errors":[],"headers":{},"extension":{}}}'
         where key = $1`,
        [headers['idempotency-key']],
      )
      expect(await patch()).toMatchObject({ status: 200, body: { applicationName: 'x' } })
    })

    test('of one client among others', async () => {
      const own = `own-${randomUUID()}`
      const seed = (owner: string) => seedClient(stack, { client_metadata: { owners: `auth0|${owner}` } })
      const [mine, foreign] = [seed(own), seed('other')]
      const headers = { 'idempotency-key': randomUUID() }
      const patch = () =>
        send('PATCH', '/v1/tenants/acme/clients', user(own), {
          body: [mine, foreign].map((id) => ({ id, patch: { applicationName: 'x' } })),
          headers,
        })
      const first = await patch()
      expect(first.body['elements']).toMatchObject([
        { status: 'applied' },
        { status: 'refused', problem: { status: 403 } },
      ])
      expect((await patch()).text).toBe(first.text)
      await change(foreign, { owners: [`auth0|${own}`] })
      await patch()
      await expect
        .poll(async () => (await patch()).body['elements'], { timeout: 5000 })
        .toMatchObject([{ status: 'applied' }, { status: 'applied' }])
      expect(Object(stack.simulator.clients.get(foreign)?.['client_metadata']).application_name).toBe('x')
      expect(await stack.query('select 1 from nexus.changes where client_id = $1', [mine])).toHaveLength(1)
    })
  })

  test('rights that go while a request waits for Auth0 are not there for its answer', async () => {
    const own = `own-${randomUUID()}`
    const client = seedClient(stack, { name, client_metadata: { owners: `auth0|${own}` } })
    await administer('GET', pathOf(client))
    stack.simulator.setFaults({ latencyMs: 1500, methods: ['PATCH'] })
    const waiting = send('PATCH', pathOf(client), user(own), { body: { applicationName: 'canary' } })
    await expect
      .poll(() => stack.query('select 1 from nexus.changes where client_id = $1', [client]), { timeout: 5000 })
      .toHaveLength(1)
    await send('PATCH', pathOf(client), administrator(), {
      body: { owners: ['auth0|other'] },
      headers: { prefer: 'respond-async' },
    })
    const answer = await waiting
    stack.simulator.setFaults({})
    expect(answer).toMatchObject({ status: 403, body: { change: { status: 'applied' } } })
    expect(answer.headers.get('nexus-change')).toBe(Object(answer.body['change']).id)
    expect(answer.text).not.toContain('canary')
  })

  describe('the query is part of what is repeated', () => {
    test.each([
      { first: '', again: '?include=secret', status: 422 },
      { first: '?include=secret', again: '', status: 422 },
      { first: '', again: '?dryRun=false', status: 422 },
      { first: '?include=secret&dryRun=false', again: '?dryRun=false&include=secret', status: 200 },
      { first: '?', again: '', status: 200 },
    ])('"$first", then "$again": $status', async ({ first, again, status }) => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, { client_metadata: { owners: `auth0|${own}` } })
      const headers = { 'idempotency-key': randomUUID() }
      const patch = (query: string) =>
        send('PATCH', `${pathOf(client)}${query}`, user(own), { body: { applicationName: 'x' }, headers })
      expect((await patch(first)).status).toBe(200)
      expect((await patch(again)).status).toBe(status)
    })

    test.each([
      { query: '', status: 200 },
      { query: '?include=secret', status: 422 },
    ])('a key of a version that left the query out, with "$query": $status', async ({ query, status }) => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, { client_metadata: { owners: `auth0|${own}` } })
      const headers = { 'idempotency-key': randomUUID() }
      const body = { applicationName: 'x' }
      const patch = (path: string) => send('PATCH', path, user(own), { body, headers })
      await patch(pathOf(client))
      const fingerprint = createHash('sha256')
        .update(JSON.stringify(['PATCH', client, 'plain']))
        .update(JSON.stringify(body))
        .digest('base64url')
      await stack.query('update nexus.idempotency_keys set fingerprint = $2 where key = $1', [
        headers['idempotency-key'],
        fingerprint,
      ])
      expect((await patch(`${pathOf(client)}${query}`)).status).toBe(status)
    })
  })
})
