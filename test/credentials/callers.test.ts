import { describe, expect, test } from 'vitest'
import { hashToken, issueToken } from '../../adapters/credentials/application-tokens.ts'
import type { CallerRow } from '../../adapters/postgres/callers.ts'
import { readClaims } from '../../adapters/credentials/claims.ts'
import { applicationToken, goodClaims, narrowToken, sign, startAuthenticator, startKeyServer } from './support.ts'

const names = { userId: 'sub', permissions: 'permissions', scope: 'scope', roles: 'roles', products: 'products' }

describe('the application', () => {
  test('narrows tenants, permissions and products', async () => {
    const { bearer } = startAuthenticator((await startKeyServer()).url)
    expect(await bearer(sign(goodClaims), narrowToken)).toMatchObject({
      caller: {
        application: 'narrow',
        tenants: ['beta'],
        permissions: new Set(['client.write']),
        products: ['Billing'],
      },
    })
  })

  test.each([
    { reason: 'without its token a Bearer token is not enough', application: undefined, says: 'must come with' },
    { reason: 'an empty one is none', application: '', says: 'must come with' },
    { reason: 'an unknown one', application: 'nxa_other', says: 'not known' },
    { reason: 'case matters', application: applicationToken.toUpperCase(), says: 'not known' },
    { reason: 'the hash from the configuration is not the token', application: '0'.repeat(64), says: 'not known' },
  ])('must be known: $reason', async ({ application, says }) => {
    const keys = await startKeyServer()
    const { authenticate } = startAuthenticator(keys.url)
    const outcome = await authenticate({ authorization: `Bearer ${sign(goodClaims)}`, applicationToken: application })
    expect(outcome).toMatchObject({ refused: expect.stringContaining(says) as unknown })
    // The Bearer token is not at fault, and was not looked at.
    expect(JSON.stringify(outcome)).not.toContain('invalid_token')
    expect(keys.asked).toBe(0)
  })
})

const away = () => Promise.reject(new Error('The database is away.'))

describe('callers of the database', () => {
  const issued = issueToken()
  const robot: CallerRow = {
    entry: {
      name: 'robot',
      grant: { tenants: ['acme'], permissions: ['client.read'], roles: [], products: [], terraformStates: '*' },
      secret: { hash: hashToken(issued), madeAt: new Date(0), usedAt: null },
      previous: null,
      expiresAt: null,
      disabledAt: null,
      revokedAt: null,
      createdAt: new Date(0),
      createdBy: null,
    },
    now: new Date(),
    useDue: [hashToken(issued)],
  }
  const none = { find: () => Promise.resolve(undefined), noteUse: away, rehash: away }

  test.each([
    { reason: 'callers of the configuration come in without it', token: applicationToken, fails: false },
    { reason: 'what cannot be a token of it is refused without it', token: 'nxa_of-no-shape', fails: false },
    { reason: 'of anybody else nobody can tell', token: issued, fails: true },
  ])('while it is away: $reason', async ({ token, fails }) => {
    const registered = { application: { findBySecret: away, noteUse: away }, account: none }
    const { bearer } = startAuthenticator((await startKeyServer()).url, { registered })
    const outcome = await bearer(sign(goodClaims), token).catch((error: unknown) => error)
    expect(outcome instanceof Error).toBe(fails)
  })

  test('come in also where their last use cannot be written down, which is told', async () => {
    const told: unknown[] = []
    const application = { findBySecret: () => Promise.resolve(robot), noteUse: away }
    const { bearer } = startAuthenticator((await startKeyServer()).url, {
      registered: { application, account: none },
      onError: (error) => told.push(error),
    })
    expect(await bearer(sign(goodClaims), issued)).toMatchObject({
      caller: { application: 'robot', tenants: ['acme'], permissions: new Set(['client.read']) },
    })
    await expect.poll(() => told).toHaveLength(1)
  })

  test('of a name that the configuration has stay outside', async () => {
    const shadowed = { ...robot, entry: { ...robot.entry, name: 'portal' } }
    const application = { findBySecret: () => Promise.resolve(shadowed), noteUse: away }
    const { bearer } = startAuthenticator('http://127.0.0.1:1/', { registered: { application, account: none } })
    expect(await bearer(sign(goodClaims), issued)).toMatchObject({
      refused: expect.stringContaining('not known') as unknown,
    })
  })
})

describe('credentials', () => {
  test.each([
    { reason: 'none', authorization: undefined },
    { reason: 'empty', authorization: '' },
    { reason: 'a scheme without a value', authorization: 'Bearer' },
    { reason: 'another scheme', authorization: 'Digest abc' },
    { reason: 'two in one header', authorization: 'Bearer abc, Basic abc' },
    { reason: 'a token without its scheme', authorization: 'abc' },
  ])('that are missing get both challenges: $reason', async ({ authorization }) => {
    const { authenticate } = startAuthenticator('http://127.0.0.1:1/')
    expect(await authenticate({ authorization, applicationToken })).toEqual({
      refused: expect.stringContaining('Credentials are missing') as unknown,
      challenges: ['Bearer realm="nexus"', 'Basic realm="nexus", charset="UTF-8"'],
    })
  })

  test.each(['bearer', 'BEARER', 'Bearer '])('the scheme is read in any case: %j', async (scheme) => {
    const { authenticate } = startAuthenticator((await startKeyServer()).url)
    const authorization = `${scheme} ${sign(goodClaims)}`
    expect(await authenticate({ authorization, applicationToken })).toHaveProperty('caller')
  })
})

describe('claims', () => {
  test.each([
    { reason: 'permissions as a list', payload: { permissions: ['client.read'] }, expected: ['client.read'] },
    { reason: 'one permission as a text', payload: { permissions: 'client.read' }, expected: ['client.read'] },
    { reason: 'a text is not split', payload: { permissions: 'client.read client.write' }, expected: [] },
    {
      reason: 'the scope is',
      payload: { scope: 'openid client.read client.write' },
      expected: ['client.read', 'client.write'],
    },
    { reason: 'a scope as a list', payload: { scope: ['client.read'] }, expected: ['client.read'] },
    {
      reason: 'a scope adds nothing to permissions',
      payload: { permissions: ['client.read'], scope: 'client.write' },
      expected: ['client.read'],
    },
    {
      reason: 'no permissions are none, whatever the scope',
      payload: { permissions: [], scope: 'client.write' },
      expected: [],
    },
    { reason: 'a list that holds something else is none', payload: { permissions: ['client.read', 1] }, expected: [] },
    { reason: 'an object is none', payload: { permissions: { 0: 'client.read', length: 1 } }, expected: [] },
    { reason: 'unknown ones are left out, in any case', payload: { permissions: ['Client.Read', 'x'] }, expected: [] },
  ])('$reason', ({ payload, expected }) => {
    expect([...readClaims(payload, names).permissions]).toEqual(expected)
  })

  test.each([
    { reason: 'a list', roles: ['a', 'b'], expected: ['a', 'b'] },
    { reason: 'one text, commas and spaces in it', roles: 'a, b', expected: ['a, b'] },
    { reason: 'empty texts are nobody', roles: ['', 'a'], expected: ['a'] },
    { reason: 'a number is none', roles: 7, expected: [] },
    { reason: 'null is none', roles: null, expected: [] },
    { reason: 'a nested list is none', roles: [['a']], expected: [] },
  ])('roles: $reason', ({ roles, expected }) => {
    expect(readClaims({ roles }, names).roles).toEqual(expected)
  })

  const half = 'a\ud800'
  test.each([
    { reason: 'the user id', payload: { sub: half }, claim: 'sub' },
    {
      reason: 'one of the permissions, also of somebody else',
      payload: { permissions: ['x', half] },
      claim: 'permissions',
    },
    { reason: 'a word of the scope', payload: { scope: `openid ${half}` }, claim: 'scope' },
    { reason: 'a scope as a list', payload: { scope: ['client.read', half] }, claim: 'scope' },
    { reason: 'a role as a text', payload: { roles: half }, claim: 'roles' },
    { reason: 'one of the products', payload: { products: ['x', '\u0000'] }, claim: 'products' },
    { reason: 'too many roles', payload: { roles: Array.from({ length: 501 }, String) }, claim: 'roles' },
    { reason: 'too long a product', payload: { products: 'x'.repeat(256) }, claim: 'products' },
  ])('that are used and cannot be kept are refused by name: $reason', ({ payload, claim }) => {
    expect(() => readClaims(payload, names)).toThrow(`The claim ${claim} of the Bearer token holds`)
  })

  test('that are not used may hold anything', () => {
    const payload = { sub: 'ann', permissions: ['client.read'], scope: half, other: '\u0000', roles: [half, 7] }
    expect(readClaims(payload, names)).toMatchObject({ userId: 'ann', roles: [] })
  })

  test('are read by their exact name, never from a prototype', () => {
    const claims = readClaims({ 'a.b': ['x'], a: { b: ['y'] } }, { ...names, roles: 'a.b', products: 'constructor' })
    expect([claims.roles, claims.products]).toEqual([['x'], []])
  })
})
