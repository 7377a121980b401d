import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator } from '../../../simulator/main.ts'
import type { Simulator } from '../../../simulator/main.ts'
import { claimsAfterLogin } from '../../docs/post-login-action.ts'
import type { LoginEvent } from '../../docs/post-login-action.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const guide = readFileSync(new URL('../../../docs/guides/tokens.md', import.meta.url), 'utf8')
const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

const audience = 'https://nexus.example.com'
const claimsOf = (roles: readonly string[], products: readonly string[]) => ({
  'https://nexus.example/roles': roles,
  'https://nexus.example/products': products,
})

/** Somebody signs in at an application that asks for a token for Nexus. */
const login = (user: LoginEvent['user'], roles?: readonly string[]): LoginEvent => ({
  user,
  resource_server: { identifier: audience },
  ...(roles === undefined ? {} : { authorization: { roles } }),
})

describe.skipIf(servers === null)('the guide to tokens', () => {
  let stack: Stack
  let auth0: Simulator
  let ownedByRole: string
  let ofBilling: string
  let ownedByMachine: string

  beforeAll(async () => {
    auth0 = await startSimulator()
    stack = await startStack({
      otherIssuers: [{ issuer: auth0.issuer, audience, tenants: ['acme'], prefix: '', allowInsecure: true }],
    })
    const clientOf = (owners: readonly string[], product: string): string =>
      seedClient(stack, { client_metadata: { owners: JSON.stringify(owners), product_name: product } })
    ownedByRole = clientOf(['billing-admins'], 'Shop')
    ofBilling = clientOf(['auth0|somebody-else'], 'Billing')
    ownedByMachine = clientOf(['m2mPipeline@clients'], 'Shop')
  })
  afterAll(async () => {
    await stack.close()
    await auth0.close()
  })

  /** A token as Auth0 makes it for an API with role-based access control. */
  const tokenWith = (claims: Record<string, unknown>): string =>
    auth0.issueUserToken({ sub: 'auth0|ann', permissions: ['client.write'], audience, ...claims })
  /** Whether a caller could add a URL: Auth0 has it, or the answer was a 403 and Auth0 does not have it. */
  const couldAddUrl = async (clientId: string, as: string): Promise<boolean> => {
    const url = `https://app.example.com/${randomUUID()}`
    const { status } = await stack.patch(clientId, { callbackUrls: [url] }, { as })
    const isThere = JSON.stringify(stack.simulator.clients.get(clientId)).includes(url)
    expect({ status, isThere }).toEqual(isThere ? { status: 200, isThere } : { status: 403, isThere })
    return isThere
  }

  test('what Nexus makes of a token is what Auth0 and the Action put there', async () => {
    const user = { app_metadata: { products: ['Billing'] } }
    const token = tokenWith(await claimsAfterLogin(login(user, ['billing-admins'])))
    expect((await read(await stack.request('/v1/whoami', { as: token }))).body).toMatchObject({
      kind: 'user',
      id: 'auth0|ann',
      tenants: ['acme'],
      permissions: ['client.write'],
      roles: ['billing-admins'],
      products: ['Billing'],
    })
  })

  const elsewhere = 'https://other.example.com'
  test.each([
    {
      reason: 'a role and a product',
      event: login({ app_metadata: { products: ['Billing'] } }, ['billing-admins']),
      claims: claimsOf(['billing-admins'], ['Billing']),
      byRole: true,
      byProduct: true,
    },
    {
      reason: 'a role, and no products',
      event: login({ app_metadata: {} }, ['billing-admins']),
      claims: claimsOf(['billing-admins'], []),
      byRole: true,
      byProduct: false,
    },
    {
      reason: 'a role, and no app_metadata at all',
      event: login({}, ['billing-admins']),
      claims: claimsOf(['billing-admins'], []),
      byRole: true,
      byProduct: false,
    },
    {
      reason: 'no roles, and one product as a text',
      event: login({ app_metadata: { products: 'Billing' } }, []),
      claims: claimsOf([], ['Billing']),
      byRole: false,
      byProduct: true,
    },
    {
      reason: 'an event without authorization',
      event: login({ app_metadata: { products: ['Billing'] } }),
      claims: claimsOf([], ['Billing']),
      byRole: false,
      byProduct: true,
    },
    {
      reason: 'values that are no texts stand beside good ones: Nexus would drop the whole list',
      event: login({ app_metadata: { products: [null, 7, '', ['Shop'], { name: 'Shop' }, 'Billing'] } }),
      claims: claimsOf([], ['Billing']),
      byRole: false,
      byProduct: true,
    },
    {
      reason: 'app_metadata of another shape',
      event: login({ app_metadata: { products: { Billing: true } } }),
      claims: claimsOf([], []),
      byRole: false,
      byProduct: false,
    },
    {
      reason: 'user_metadata, which users write themselves, gives nothing',
      event: login({ user_metadata: { products: ['Billing'], roles: ['billing-admins'] } }),
      claims: claimsOf([], []),
      byRole: false,
      byProduct: false,
    },
    {
      reason: 'names are compared exactly',
      event: login({ app_metadata: { products: ['billing'] } }, ['Billing-Admins']),
      claims: claimsOf(['Billing-Admins'], ['billing']),
      byRole: false,
      byProduct: false,
    },
    {
      reason: 'a token for another API gets no claims',
      event: {
        ...login({ app_metadata: { products: ['Billing'] } }, ['billing-admins']),
        resource_server: { identifier: elsewhere },
      },
      claims: {},
      byRole: false,
      byProduct: false,
    },
    {
      reason: 'a login without an API gets no claims',
      event: { user: { app_metadata: { products: ['Billing'] } }, authorization: { roles: ['billing-admins'] } },
      claims: {},
      byRole: false,
      byProduct: false,
    },
  ])('the Action: $reason', async ({ event, claims, byRole, byProduct }) => {
    const set = await claimsAfterLogin(event)
    expect(set).toEqual(claims)
    const token = tokenWith(set)
    expect(await couldAddUrl(ownedByRole, token)).toBe(byRole)
    expect(await couldAddUrl(ofBilling, token)).toBe(byProduct)
  })

  test.each([
    { reason: 'with permissions', claims: { permissions: ['client.write'], scope: 'client.write' } },
    { reason: 'with a scope only', claims: { permissions: undefined, scope: 'client.write' } },
  ])('a machine, $reason, is an owner by its client id', async ({ claims }) => {
    const token = tokenWith({ sub: 'm2mPipeline@clients', gty: 'client-credentials', ...claims })
    expect(await couldAddUrl(ownedByMachine, token)).toBe(true)
    expect(await couldAddUrl(ownedByRole, token)).toBe(false)
  })

  const symmetric = (): string => {
    const content = `${encode({ alg: 'HS256' })}.${encode({ iss: auth0.issuer, aud: audience })}`
    return `${content}.${createHmac('sha256', 'the secret of the API').update(content).digest('base64url')}`
  }

  test.each([
    { reason: 'opaque, without an audience', token: () => 'kq3vX0_opaque', status: 401 },
    { reason: 'encrypted, without an audience', token: () => `${encode({ alg: 'dir' })}..a.b.c`, status: 401 },
    { reason: 'an ID token', token: () => tokenWith({ aud: 'idOfThePortal' }), status: 401 },
    { reason: 'from a custom domain', token: () => tokenWith({ iss: 'https://login.acme.com/' }), status: 401 },
    { reason: 'signed with HS256', token: symmetric, status: 401 },
    { reason: 'too old', token: () => tokenWith({ expiresIn: -60 }), status: 401 },
    { reason: 'without an application token', token: () => tokenWith({}), application: '', status: 401 },
    { reason: 'with another application token', token: () => tokenWith({}), application: 'nxa_other', status: 401 },
    { reason: 'too many roles', token: () => tokenWith(claimsOf(Array(501).fill('r'), [])), status: 401 },
    { reason: 'no permissions', token: () => tokenWith({ permissions: [] }), status: 403 },
    { reason: 'for another tenant', token: () => tokenWith({}), tenant: 'beta', status: 403 },
    { reason: 'no relation', token: () => tokenWith({}), status: 403 },
  ])('a mistake: $reason', async ({ token, application, tenant = 'acme', status }) => {
    const answer = await read(
      await stack.request(pathOf(ownedByRole).replace('acme', tenant), {
        method: 'PATCH',
        body: '{}',
        as: token(),
        headers: {
          'content-type': 'application/json',
          ...(application === undefined ? {} : { 'x-application-token': application }),
        },
      }),
    )
    expect(answer.status).toBe(status)
    expect(guide.replaceAll(/\s+/g, ' ')).toContain(answer.body.detail)
  })
})
