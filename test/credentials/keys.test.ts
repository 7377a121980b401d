import { describe, expect, test } from 'vitest'
import { defaultKeyTimes } from '../../adapters/credentials/keys.ts'
import { epoch, goodClaims, key, otherKey, sign, startAuthenticator, startKeyServer } from './support.ts'

const longClaims = { ...goodClaims, exp: goodClaims.exp + 86_400 }
const token = sign(longClaims)
const newToken = sign(longClaims, {}, otherKey)

describe("an issuer's keys", () => {
  test('are fetched once, also for many who come at the same time', async () => {
    const keys = await startKeyServer()
    const { bearer } = startAuthenticator(keys.url)
    const outcomes = await Promise.all(Array.from({ length: 20 }, async () => bearer(token)))
    expect(outcomes.every((outcome) => 'caller' in outcome)).toBe(true)
    await bearer(token)
    expect(keys.asked).toBe(1)
  })

  test('are fetched again for a key that is not known, and not more often than every 30 s', async () => {
    const keys = await startKeyServer()
    const { bearer, clock } = startAuthenticator(keys.url)
    await bearer(token)
    keys.publish(key.jwk, otherKey.jwk)
    clock.seconds += 29
    expect(await bearer(newToken)).toHaveProperty('refused')
    expect(keys.asked).toBe(1)
    clock.seconds += 2
    expect(await bearer(newToken)).toHaveProperty('caller')
    expect(keys.asked).toBe(2)
    for (const kid of ['x', 'y', 'z']) expect(await bearer(sign(longClaims, { kid }))).toHaveProperty('refused')
    expect(keys.asked).toBe(2)
  })

  test('that were withdrawn are no longer good after ten minutes', async () => {
    const keys = await startKeyServer()
    const { bearer, clock } = startAuthenticator(keys.url)
    await bearer(token)
    keys.publish(otherKey.jwk)
    clock.seconds += 601
    expect(await bearer(token)).toHaveProperty('refused')
    expect(await bearer(newToken)).toHaveProperty('caller')
  })

  test('that were withdrawn are no longer good as soon as others are known, for a token that was good before as well', async () => {
    const keys = await startKeyServer()
    const { bearer, clock } = startAuthenticator(keys.url)
    expect(await bearer(token)).toHaveProperty('caller')
    expect(await bearer(token)).toHaveProperty('caller')
    keys.publish(otherKey.jwk)
    clock.seconds += 31
    expect(await bearer(newToken), 'fetches the keys').toHaveProperty('caller')
    expect(await bearer(token)).toHaveProperty('refused')
  })

  test('a token that was good before is good for its time and no longer', async () => {
    const keys = await startKeyServer()
    const { bearer, clock } = startAuthenticator(keys.url)
    const short = sign({ ...goodClaims, exp: goodClaims.iat + 300, nbf: goodClaims.iat })
    for (const { after, is } of [
      { after: 0, is: 'caller' },
      { after: 0, is: 'caller' },
      { after: 269, is: 'caller' },
      { after: 271, is: 'refused' },
      // A clock that was set back: it has not begun.
      { after: -91, is: 'refused' },
      { after: -90, is: 'caller' },
    ]) {
      clock.seconds = epoch + after
      expect(await bearer(short), `${after} s`).toHaveProperty(is)
    }
  })

  test('are used on while the issuer is down, for six hours', async () => {
    const keys = await startKeyServer()
    const { bearer, clock } = startAuthenticator(keys.url)
    await bearer(token)
    keys.answer = 'down'
    clock.seconds += 3600
    expect(await bearer(token)).toHaveProperty('caller')
    expect(await bearer(token)).toHaveProperty('caller')
    expect(keys.asked, 'one attempt in 30 s').toBe(2)
    expect(await bearer(newToken), 'a key that came meanwhile').toEqual({ unavailable: 'IssuerUnavailable' })
    clock.seconds += 5 * 3600 + 1
    expect(await bearer(token)).toEqual({ unavailable: 'IssuerUnavailable' })
    keys.publish(key.jwk)
    clock.seconds += 31
    expect(await bearer(token), 'and again once it is back').toHaveProperty('caller')
  })

  test.each([
    { reason: 'no connection', answer: 'down' as const },
    { reason: 'an error', answer: { status: 500, body: '{"keys":[]}' } },
    { reason: 'a page', answer: { status: 200, body: '<html>' } },
    { reason: 'something else', answer: { status: 200, body: '[]' } },
    { reason: 'no keys', answer: { status: 200, body: '{"keys":[]}' } },
    { reason: 'symmetric keys only', answer: { status: 200, body: '{"keys":[{"kty":"oct","k":"AA"}]}' } },
    {
      reason: 'far more than keys',
      answer: { status: 200, body: JSON.stringify({ keys: [key.jwk] }).padEnd(600_000) },
    },
  ])('that cannot be had make it unavailable, not refused: $reason', async ({ answer }) => {
    const keys = await startKeyServer()
    keys.answer = answer
    const { bearer, clock } = startAuthenticator(keys.url)
    expect(await bearer(token)).toEqual({ unavailable: 'IssuerUnavailable' })
    await bearer(token)
    expect(keys.asked, 'not asked again at once').toBe(1)
    keys.publish(key.jwk)
    clock.seconds += 3
    expect(await bearer(token)).toHaveProperty('caller')
  })

  test('are not fetched from where a redirect leads', async () => {
    const elsewhere = await startKeyServer()
    const keys = await startKeyServer()
    keys.answer = { status: 302, body: '', headers: { location: elsewhere.url } }
    const { bearer } = startAuthenticator(keys.url)
    expect(await bearer(token)).toEqual({ unavailable: 'IssuerUnavailable' })
    expect(elsewhere.asked).toBe(0)
  })

  test('are waited for no longer than the deadline', async () => {
    const keys = await startKeyServer()
    keys.answer = 'silent'
    const { bearer } = startAuthenticator(keys.url, { keyTimes: { ...defaultKeyTimes, timeoutMs: 50 } })
    expect(await bearer(token)).toEqual({ unavailable: 'IssuerUnavailable' })
  })

  test('that are too weak to be used make it unavailable: the caller could not mend that', async () => {
    const keys = await startKeyServer()
    keys.publish({ ...key.jwk, n: Buffer.alloc(128, 0xff).toString('base64url') })
    expect(await startAuthenticator(keys.url).bearer(token)).toEqual({ unavailable: 'IssuerUnavailable' })
  })

  test('a token without a kid is good where there is one key, and refused where there are several', async () => {
    const keys = await startKeyServer()
    const { bearer, clock } = startAuthenticator(keys.url)
    const anonymous = sign(longClaims, { kid: undefined })
    expect(await bearer(anonymous)).toHaveProperty('caller')
    keys.publish(key.jwk, otherKey.jwk)
    clock.seconds += 601
    expect(await bearer(anonymous)).toMatchObject({ refused: expect.stringContaining('kid') as unknown })
  })
})
