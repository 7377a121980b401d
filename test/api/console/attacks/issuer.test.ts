import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../../support/stack.ts'
import type { Stack } from '../../../support/stack.ts'
import { openBrowser } from '../browser.ts'
import type { Browser } from '../browser.ts'
import { startForgedIssuer } from './forged-issuer.ts'
import type { Forgery } from './forged-issuer.ts'
import { consoleSettings, publicUrl, startConsole } from '../support.ts'
import { begin, isSignedIn } from './steps.ts'

describe.skipIf(servers === null)('the answers of an issuer', () => {
  let stack: Stack
  let forged: Awaited<ReturnType<typeof startForgedIssuer>>
  beforeAll(async () => {
    forged = await startForgedIssuer(consoleSettings.clientId)
    const { issuer } = forged
    stack = await startConsole({
      console: { issuer },
      otherIssuers: [{ issuer, audience: 'urn:nexus', allowInsecure: true, tenants: '*', prefix: '' }],
    })
  })
  afterAll(async () => {
    await stack.close()
    await forged.close()
  })

  /** What comes of a sign-in where the issuer answers so. */
  const signIn = async (
    forgery: Forgery,
    {
      iss = forged.issuer,
      fresh = false,
      browser = openBrowser(stack),
    }: { iss?: string | null; fresh?: boolean; browser?: Browser } = {},
  ) => {
    const authorize = await begin(browser, fresh ? '?fresh=true' : '')
    forged.forge(authorize, forgery)
    const callback = new URL(`${publicUrl}/console/callback`)
    callback.searchParams.set('code', 'x')
    callback.searchParams.set('state', new URL(authorize).searchParams.get('state') ?? '')
    if (iss !== null) callback.searchParams.set('iss', iss)
    const answer = await browser.go(callback.href)
    return { status: answer.status, isIn: await isSignedIn(browser) }
  }

  const now = Math.floor(Date.now() / 1000)

  test.each<{ reason: string; forgery: Forgery; fresh?: boolean }>([
    { reason: 'a right one', forgery: {} },
    { reason: 'a right one, to who is to show again who they are', forgery: {}, fresh: true },
    {
      reason: 'one for several, of which the console is the authorised party',
      forgery: { claims: { aud: [consoleSettings.clientId, 'another'], azp: consoleSettings.clientId } },
    },
  ])('let somebody in: $reason', async ({ forgery, fresh = false }) => {
    expect(await signIn(forgery, { fresh })).toEqual({ status: 302, isIn: true })
  })

  test.each<{ reason: string; forgery: Forgery; fresh?: boolean }>([
    { reason: 'an ID token of another tenant', forgery: { claims: { iss: 'https://other.auth0.com/' } } },
    { reason: 'an ID token that names no issuer', forgery: { claims: { iss: undefined } } },
    { reason: 'an ID token for another application', forgery: { claims: { aud: 'another' } } },
    {
      reason: 'an ID token that another application may use',
      forgery: { claims: { aud: [consoleSettings.clientId, 'another'], azp: 'another' } },
    },
    { reason: 'an ID token with another nonce', forgery: { claims: { nonce: 'n'.repeat(43) } } },
    { reason: 'an ID token without nonce', forgery: { claims: { nonce: undefined } } },
    { reason: 'an ID token that has expired', forgery: { claims: { exp: now - 3600 } } },
    { reason: 'an ID token that never expires', forgery: { claims: { exp: undefined } } },
    { reason: 'an ID token that is not valid yet', forgery: { claims: { nbf: now + 3600 } } },
    { reason: 'an ID token about nobody', forgery: { claims: { sub: undefined } } },
    { reason: 'an ID token that is not signed', forgery: { signed: 'none' } },
    { reason: 'an ID token by a key of somebody else', forgery: { signed: 'other' } },
    { reason: 'no ID token', forgery: { idToken: null } },
    { reason: 'an ID token that is none', forgery: { idToken: 'x' } },
    { reason: 'a sign-in too long ago', forgery: { claims: { auth_time: now - 13 * 3600 } } },
    { reason: 'a sign-in at a time that is not told', forgery: { claims: { auth_time: undefined } } },
    {
      reason: 'a sign-in of an hour ago, where a fresh one was asked for',
      forgery: { claims: { auth_time: now - 3600 } },
      fresh: true,
    },
    { reason: 'an access token that the API does not take', forgery: { accessToken: 'opaque' } },
  ])('let nobody in: $reason', async ({ forgery, fresh = false }) => {
    expect(await signIn(forgery, { fresh })).toMatchObject({ status: 403, isIn: false })
  })

  test('let nobody in where the ID token and the access token are about different people', async () => {
    expect(await signIn({ claims: { sub: 'auth0|other' } })).toEqual({ status: 403, isIn: false })
    expect(await signIn({ accessClaims: { sub: 'auth0|other' } })).toEqual({ status: 403, isIn: false })
  })

  test('make nobody somebody else later: a renewal gives tokens of the same person', async () => {
    const browser = openBrowser(stack)
    const authorize = await begin(browser)
    forged.forge(authorize, {})
    const state = new URL(authorize).searchParams.get('state') ?? ''
    const query = new URLSearchParams({ code: 'x', state, iss: forged.issuer }).toString()
    expect((await browser.go(`callback?${query}`)).status).toBe(302)
    // Renewals have no nonce.
    const renewed = { claims: { nonce: undefined } }
    forged.forge(authorize, renewed)
    const due = () => stack.query('update nexus.console_sessions set access_until = clock_timestamp()')
    await due()
    expect((await browser.ask('api/v1/whoami')).status).toBe(200)
    forged.forge(authorize, { ...renewed, idToken: null, accessClaims: { sub: 'auth0|other' } })
    await due()
    expect((await browser.ask('api/v1/whoami')).status).toBe(401)
    expect(await isSignedIn(browser)).toBe(false)
  })

  test('keep nobody from signing out: it has ended here, though the issuer does not revoke', async () => {
    const browser = openBrowser(stack)
    expect(await signIn({}, { browser })).toEqual({ status: 302, isIn: true })
    expect((await browser.ask('sign-out', { method: 'POST' })).status).toBe(200)
    expect(browser.cookies().has('__Host-nexus')).toBe(false)
    expect(await isSignedIn(browser)).toBe(false)
  })

  // RFC 9207: without it, one issuer's answer could be taken for another's.
  test.each([
    { reason: 'another tenant', iss: 'https://other.auth0.com/' },
    { reason: 'the issuer written otherwise', iss: 'HTTP://127.0.0.1/' },
    { reason: 'nobody, though the issuer says that it names itself', iss: null },
  ])('let nobody in where the answer names $reason', async ({ iss }) => {
    expect(await signIn({}, { iss })).toEqual({ status: 403, isIn: false })
  })
})
