import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator } from '../../../simulator/main.ts'
import type { Simulator } from '../../../simulator/main.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const claims = { roles: 'https://nexus.example/roles', products: 'https://nexus.example/products' }
const ann = 'auth0|ann'

/** Two issuers, each with an Ann of its own under the same id. */
describe.skipIf(servers === null)('two issuers of one tenant', () => {
  let home: Simulator
  let partner: Simulator
  let stack: Stack
  beforeAll(async () => {
    home = await startSimulator({})
    partner = await startSimulator({})
    const trusted = { audience: 'urn:nexus', allowInsecure: true, claims, tenants: '*' }
    stack = await startStack({
      file: {
        issuers: [
          { issuer: home.issuer, ...trusted },
          { issuer: partner.issuer, ...trusted, prefix: 'partner:' },
        ],
      },
    })
  })
  afterAll(async () => {
    await stack.close()
    await home.close()
    await partner.close()
  })

  interface Person {
    readonly sub?: string
    readonly roles?: string[]
  }
  const permissions = ['client.read', 'client.write']
  const fromHome = (more: Person = {}) => home.issueUserToken({ sub: ann, permissions, ...more })
  const fromPartner = (more: Person = {}) => partner.issueUserToken({ sub: ann, permissions, ...more })
  const owned = (...owners: string[]) => seedClient(stack, { client_metadata: { owners: JSON.stringify(owners) } })
  const patch = async (id: string, as: string, headers = {}, host = 'app') =>
    read(await stack.patch(id, { callbackUrls: [`https://${host}.example.com/cb`] }, { as, headers }))

  test.each([
    { reason: 'a bare id is of the first', owner: ann, first: {}, second: {}, expected: [200, 403] },
    { reason: 'a prefixed one of the second', owner: `partner:${ann}`, first: {}, second: {}, expected: [403, 200] },
    {
      reason: 'a bare role is of the first',
      owner: 'billing',
      first: { sub: 'auth0|x', roles: ['billing'] },
      second: { sub: 'auth0|y', roles: ['billing'] },
      expected: [200, 403],
    },
    {
      reason: 'a prefixed role of the second',
      owner: 'partner:billing',
      first: { sub: 'auth0|x', roles: ['billing'] },
      second: { sub: 'auth0|y', roles: ['billing'] },
      expected: [403, 200],
    },
    {
      reason: 'who writes the prefix into their own role gains nothing',
      owner: 'billing',
      first: { sub: 'auth0|x' },
      second: { sub: 'auth0|y', roles: ['', 'partner:billing', ':billing'] },
      expected: [403, 403],
    },
  ])('owners: $reason', async ({ owner, first, second, expected }) => {
    const id = owned(owner)
    expect([(await patch(id, fromHome(first))).status, (await patch(id, fromPartner(second))).status]).toEqual(expected)
  })

  test.each([
    { reason: 'as a user id', person: { sub: `partner:${ann}` }, claim: 'sub' },
    { reason: 'as a role', person: { roles: ['team', 'partner:billing'] }, claim: claims.roles },
    { reason: 'as a bare prefix', person: { sub: 'partner:' }, claim: 'sub' },
  ])('a name of the first that looks like one of the second is refused: $reason', async ({ person, claim }) => {
    const answer = await patch(owned(`partner:${ann}`, 'partner:billing'), fromHome(person))
    expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } })
    expect(answer.body.detail).toContain(claim)
    expect(answer.body.detail).toContain('partner:')
  })

  test('a key of one is not a key of the other, though both reach the client', async () => {
    const id = owned(ann, `partner:${ann}`)
    const key = { 'idempotency-key': 'the-same' }
    const [one, other] = [await patch(id, fromHome(), key), await patch(id, fromPartner(), key, 'partner')]
    expect([one.status, other.status]).toEqual([200, 200])
    const authors = await stack.query<{ id: string }>(
      `select author->>'id' as id from nexus.changes where client_id = $1 order by id`,
      [id],
    )
    expect(new Set(authors.map((author) => author.id))).toEqual(new Set([ann, `partner:${ann}`]))
    const recorded = await stack.query<{ actor_id: string }>(
      `select distinct actor_id from nexus.audit where target = $1 order by actor_id`,
      [id],
    )
    expect(recorded.map((row) => row.actor_id)).toEqual([ann, `partner:${ann}`])
  })

  test('an operation of one is not there for the other', async () => {
    const id = owned(ann)
    const answer = await read(
      await stack.request('/v1/tenants/acme/clients', {
        method: 'PATCH',
        as: fromHome(),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ id, patch: { productName: 'Bikes' } }]),
      }),
    )
    const at = answer.headers.get('location') ?? ''
    expect(at).toContain('/operations/')
    const seen = async (as: string) => (await stack.request(new URL(at, stack.url).pathname, { as })).status
    expect([await seen(fromHome()), await seen(fromPartner())]).toEqual([200, 403])
  })

  test('what belongs to no one tenant is answered to both', async () => {
    for (const as of [fromHome(), fromPartner()]) expect((await stack.request('/v1/tenants', { as })).status).toBe(200)
    expect((await stack.request(pathOf(owned(ann)), { as: fromPartner() })).status).toBe(403)
  })
})

describe.skipIf(servers === null)('a signed claim that cannot be kept', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack.close())

  const good = { sub: ann, permissions: ['client.read.all', 'client.write.all'], roles: ['team'], products: ['Shop'] }
  const texts = [
    { reason: 'a high surrogate alone', text: 'a\ud800b' },
    { reason: 'a low surrogate alone', text: '\udc00' },
    { reason: 'a pair in the wrong order', text: '\udc00\ud800' },
    { reason: 'U+0000', text: 'a\u0000' },
  ]
  const places = [
    { claim: 'sub', of: (text: string) => ({ sub: text }) },
    { claim: 'permissions', of: (text: string) => ({ permissions: [...good.permissions, text] }) },
    { claim: claims.roles, of: (text: string) => ({ roles: ['team', text] }) },
    { claim: claims.products, of: (text: string) => ({ products: [text, 'Shop'] }) },
  ]
  const cases = [
    ...places.flatMap(({ claim, of }) => texts.map(({ reason, text }) => ({ reason, claim, person: of(text) }))),
    { reason: 'a user id that is too long', claim: 'sub', person: { sub: 'x'.repeat(256) } },
    { reason: 'a role that is too long', claim: claims.roles, person: { roles: ['x'.repeat(256)] } },
    { reason: 'a product that is too long', claim: claims.products, person: { products: ['x'.repeat(256)] } },
    {
      reason: 'too many roles',
      claim: claims.roles,
      person: { roles: Array.from({ length: 501 }, (_, i) => `r${i}`) },
    },
  ]

  test.each(cases)('is refused at sign-in with its name: $claim, $reason', async ({ claim, person }) => {
    const id = seedClient(stack)
    const as = stack.token({ ...good, ...person })
    const headers = { 'idempotency-key': crypto.randomUUID(), 'content-type': 'application/json' }
    const answers = await Promise.all([
      stack.patch(id, { productName: 'Bikes' }, { as, headers }),
      stack.request('/v1/tenants/acme/clients', {
        method: 'PATCH',
        as,
        headers,
        body: JSON.stringify([{ id, patch: { productName: 'Bikes' } }]),
      }),
      stack.request('/v1/tenants', { as }),
    ])
    for (const answer of await Promise.all(answers.map(read))) {
      expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } })
      expect(answer.body.detail).toContain(`claim ${claim} `)
      expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
    }
  })

  test('as long and as many as may be are let in', async () => {
    const as = stack.token({
      ...good,
      sub: 'x'.repeat(255),
      roles: Array.from({ length: 500 }, (_, index) => `role-${index}`),
      products: ['\u{1F6B2}'.repeat(127)],
    })
    expect((await stack.patch(seedClient(stack), { productName: 'Bikes' }, { as })).status).toBe(200)
  })
})
