import { createHmac, createSign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { goodClaims, epoch, key, otherKey, sign, startAuthenticator, startKeyServer, unsigned } from './support.ts'
import type { Key } from './support.ts'

const without = (...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(goodClaims).filter(([name]) => !names.includes(name)))

const hmac = (secret: string | Buffer, header: object): string => {
  const content = unsigned({ alg: 'HS256', typ: 'JWT', kid: key.kid, ...header }, goodClaims)
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`
}

const publicPem = (of: Key): string => of.publicKey.export({ type: 'spki', format: 'pem' }).toString()

const spki = (of: Key): string => of.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

/** Signs JSON as it is written. */
const signText = (payload: string, header = JSON.stringify({ alg: 'RS256', kid: 'one' })): string => {
  const content = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.')
  return `${content}.${createSign('sha256').update(content).sign(key.privateKey).toString('base64url')}`
}
const withTwice = (member: string): string => `${JSON.stringify(goodClaims).slice(0, -1)},${member}}`

describe('a Bearer token', () => {
  test('of a configured issuer, with an application token, is a caller', async () => {
    const { bearer } = startAuthenticator((await startKeyServer()).url)
    expect(await bearer(sign(goodClaims))).toEqual({
      caller: {
        kind: 'user',
        id: 'auth0|ann',
        application: 'portal',
        tenants: ['acme', 'beta'],
        permissions: new Set(['client.read', 'client.write']),
        roles: ['billing-admins'],
        products: ['Billing', 'Search'],
        terraformStates: '*',
      },
    })
  })

  test.each([
    { reason: 'one of several audiences is enough', claims: { aud: ['urn:other', 'urn:nexus:2'] } },
    { reason: 'expired within the leeway', claims: { exp: epoch - 29 } },
    { reason: 'not yet valid, within the leeway', claims: { nbf: epoch + 29 } },
  ])('is good: $reason', async ({ claims }) => {
    const { bearer } = startAuthenticator((await startKeyServer()).url)
    expect(await bearer(sign({ ...goodClaims, ...claims }))).toHaveProperty('caller')
  })

  test.each([
    { reason: 'alg none', token: `${unsigned({ alg: 'none' }, goodClaims)}.`, says: 'algorithm' },
    { reason: 'alg None', token: `${unsigned({ alg: 'None', kid: 'one' }, goodClaims)}.`, says: 'algorithm' },
    {
      reason: 'alg none over a real signature',
      token: `${unsigned({ alg: 'none' }, goodClaims)}.${sign(goodClaims).split('.')[2]}`,
      says: 'algorithm',
    },
    { reason: 'the public key as an HMAC secret', token: hmac(publicPem(key), {}), says: 'algorithm' },
    {
      reason: 'the modulus as an HMAC secret',
      token: hmac(Buffer.from(key.jwk.n ?? '', 'base64url'), {}),
      says: 'algorithm',
    },
    { reason: 'an algorithm that is not allowed', token: sign(goodClaims, { alg: 'PS256' }), says: 'algorithm' },
    {
      reason: 'the signature stripped',
      token: `${unsigned({ alg: 'RS256', kid: 'one' }, goodClaims)}.`,
      says: 'signature',
    },
    {
      reason: 'no signature part at all',
      token: unsigned({ alg: 'RS256', kid: 'one' }, goodClaims),
      says: 'not a signed JWT',
    },
    {
      reason: 'signed by somebody else under the same kid',
      token: sign(goodClaims, { kid: 'one' }, otherKey),
      says: 'signature',
    },
    {
      reason: 'claims changed after signing',
      token: sign(goodClaims).replace(
        /\.[^.]+\./,
        `.${unsigned({ ...goodClaims, sub: 'auth0|eve' }, {}).split('.')[0]}.`,
      ),
      says: 'signature',
    },
    {
      reason: 'a key that it brings itself (jwk)',
      token: sign(goodClaims, { jwk: otherKey.jwk, kid: undefined }, otherKey),
      says: 'signature',
    },
    {
      reason: 'a key that the issuer does not have',
      token: sign(goodClaims, {}, otherKey),
      says: "none of its issuer's keys",
    },
    {
      reason: 'an unknown crit',
      token: sign(goodClaims, { crit: ['exp-nbf'], 'exp-nbf': 1 }),
      says: 'malformed, or uses a feature',
    },
    { reason: 'an empty crit', token: sign(goodClaims, { crit: [] }), says: 'malformed, or uses a feature' },
    {
      reason: 'an unencoded payload',
      token: sign(goodClaims, { crit: ['b64'], b64: false }),
      says: 'malformed, or uses a feature',
    },
    { reason: 'another issuer', token: sign({ ...goodClaims, iss: 'https://evil.example/' }), says: 'does not know' },
    {
      reason: 'the issuer without its slash',
      token: sign({ ...goodClaims, iss: 'https://issuer.example' }),
      says: 'does not know',
    },
    { reason: 'no issuer', token: sign(without('iss')), says: 'does not know' },
    {
      reason: 'a list of issuers',
      token: sign({ ...goodClaims, iss: ['https://issuer.example/'] }),
      says: 'does not know',
    },
    {
      reason: 'another audience',
      token: sign({ ...goodClaims, aud: 'urn:other' }),
      says: 'ask for urn:nexus or urn:nexus:2',
    },
    {
      reason: 'an audience that begins like ours',
      token: sign({ ...goodClaims, aud: 'urn:nexus:other' }),
      says: 'another audience',
    },
    { reason: 'no audience', token: sign(without('aud')), says: 'another audience' },
    { reason: 'expired beyond the leeway', token: sign({ ...goodClaims, exp: epoch - 31 }), says: 'expired' },
    { reason: 'no expiry', token: sign(without('exp')), says: 'expiry' },
    { reason: 'an expiry that is no number', token: sign({ ...goodClaims, exp: String(epoch + 60) }), says: 'expiry' },
    {
      reason: 'not yet valid, beyond the leeway',
      token: sign({ ...goodClaims, nbf: epoch + 31 }),
      says: 'not valid yet',
    },
    { reason: 'no user', token: sign(without('sub')), says: 'names no user' },
    { reason: 'an empty user', token: sign({ ...goodClaims, sub: '' }), says: 'names no user' },
    {
      reason: 'a certificate that it brings itself (x5c)',
      token: sign(goodClaims, { x5c: [spki(otherKey)], kid: undefined }, otherKey),
      says: 'signature',
    },
    { reason: 'ES256 with the RSA key', token: sign(goodClaims, { alg: 'ES256' }), says: 'algorithm' },
    { reason: 'HS256 with an empty secret', token: hmac('', {}), says: 'algorithm' },
    { reason: 'a claim that stands twice', token: signText(withTwice('"sub":"auth0|eve"')), says: 'twice' },
    { reason: 'one in other letters', token: signText(withTwice(String.raw`"s\u0075b":"auth0|eve"`)), says: 'twice' },
    {
      reason: 'a member of the header that stands twice',
      token: signText(JSON.stringify(goodClaims), '{"alg":"none","alg":"RS256","kid":"one"}'),
      says: 'twice',
    },
    {
      reason: 'a huge token',
      token: sign({ ...goodClaims, padding: 'x'.repeat(20_000) }),
      says: 'more than 16384 characters',
    },
    { reason: 'an opaque token', token: 'opaque', says: 'not a signed JWT' },
    { reason: 'five parts, as an encrypted one has', token: 'a.b.c.d.e', says: 'not a signed JWT' },
  ])('is refused: $reason', async ({ token, says }) => {
    const { bearer } = startAuthenticator((await startKeyServer()).url)
    const outcome = await bearer(token)
    expect(outcome).toMatchObject({ refused: expect.stringContaining(says) as unknown })
    expect(outcome).toMatchObject({
      challenges: [
        expect.stringContaining('error="invalid_token"'),
        expect.stringMatching(/^Basic realm="nexus"/),
      ] as unknown,
    })
    // Nothing of the token may come back in an answer or a log.
    for (const part of token.split('.').filter((part) => part.length > 8))
      expect(JSON.stringify(outcome)).not.toContain(part)
  })

  test.each(['jku', 'x5u'])('brings no keys by %s: nobody is asked but the issuer', async (header) => {
    const evil = await startKeyServer()
    evil.publish({ ...otherKey.jwk, kid: 'evil' })
    const { bearer } = startAuthenticator((await startKeyServer()).url)
    const token = sign(goodClaims, { [header]: evil.url, kid: 'evil' }, otherKey)
    expect(await bearer(token)).toHaveProperty('refused')
    expect(evil.asked).toBe(0)
  })

  test('may hold a text that looks like a claim which stands twice, and a claim of the same name further down', async () => {
    const { bearer } = startAuthenticator((await startKeyServer()).url)
    const more = { note: '","sub":"', 'https://x.example/nested': { sub: 'auth0|eve', list: [{ sub: 1 }] } }
    expect(await bearer(sign({ ...goodClaims, ...more }))).toMatchObject({ caller: { id: 'auth0|ann' } })
  })

  test("of one tenant's issuer is good for no other tenant, nor signed by the other's keys for it", async () => {
    const keys = await startKeyServer()
    const otherKeys = await startKeyServer()
    otherKeys.publish({ ...otherKey.jwk, kid: 'one' })
    const { bearer } = startAuthenticator(
      keys.url,
      {},
      '',
      `  - { issuer: 'https://other.example/', audience: urn:nexus, jwksUrl: ${otherKeys.url}, allowInsecure: true, tenants: [beta], prefix: 'other:' }`,
    )
    const claims = { ...goodClaims, iss: 'https://other.example/' }
    expect(await bearer(sign(claims, { kid: 'one' }, otherKey))).toMatchObject({ caller: { tenants: ['beta'] } })
    expect(await bearer(sign(goodClaims, { kid: 'one' }, otherKey)), 'under the name of the first').toHaveProperty(
      'refused',
    )
    expect(await bearer(sign(claims)), 'signed by the first').toHaveProperty('refused')
  })

  test('cannot be verified with a symmetric key that stands among the keys', async () => {
    const keys = await startKeyServer()
    keys.publish(key.jwk, { kty: 'oct', k: Buffer.from('shared').toString('base64url'), kid: 'oct', alg: 'HS256' })
    const { bearer } = startAuthenticator(keys.url)
    expect(await bearer(hmac('shared', { kid: 'oct' }))).toHaveProperty('refused')
  })
})
