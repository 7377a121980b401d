import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backOffMs, longestWaitMs, verdictOf } from '../../../domain/changes/verdict.ts'
import type { RateReading } from '../../../domain/changes/verdict.ts'
import { failed } from './failed-reply.ts'

const silent: RateReading = { remaining: null, resetIn: null }

const refused = { kind: 'terminal', reason: 'refused' }
const vanished = { kind: 'terminal', reason: 'vanished' }
const notAuth0 = { fromAuth0: false }
const gone = { errorCode: 'inexistent_client' }

describe('what follows from an answer', () => {
  test('from a success, nothing more', () => {
    expect(verdictOf({ ok: true, body: {}, rate: silent })).toEqual({ kind: 'done' })
  })

  test.each([
    { reason: 'the body is not taken', reply: failed(400), verdict: refused },
    { reason: 'it is in conflict with something', reply: failed(409), verdict: refused },
    { reason: 'its values are not possible', reply: failed(422), verdict: refused },
    { reason: 'the client is gone', reply: failed(404, gone), verdict: vanished },
    { reason: 'something else is not there', reply: failed(404), verdict: { kind: 'back-off' } },
    {
      reason: 'something else is not there, as Auth0 says',
      reply: failed(404, { errorCode: 'not_found' }),
      verdict: { kind: 'back-off' },
    },
    { reason: "a proxy's page is not Auth0: 400", reply: failed(400, notAuth0), verdict: { kind: 'back-off' } },
    { reason: "a proxy's page is not Auth0: 409", reply: failed(409, notAuth0), verdict: { kind: 'back-off' } },
    { reason: "a proxy's page is not Auth0: 422", reply: failed(422, notAuth0), verdict: { kind: 'back-off' } },
    {
      reason: "a proxy's page is not Auth0: 404",
      reply: failed(404, { ...notAuth0, ...gone }),
      verdict: { kind: 'back-off' },
    },
    {
      reason: 'the credential may be ill',
      reply: failed(401),
      verdict: { kind: 'probe', reason: 'Auth0 answered 401' },
    },
    { reason: 'it may not do this', reply: failed(403), verdict: { kind: 'probe', reason: 'Auth0 answered 403' } },
    { reason: 'Auth0 is ill', reply: failed(500), verdict: { kind: 'back-off', reason: 'Auth0 answered 500' } },
    {
      reason: 'a status that nobody expects',
      reply: failed(418),
      verdict: { kind: 'back-off', reason: 'Auth0 answered 418' },
    },
    {
      reason: 'nothing came back, and this is why',
      reply: failed(null, { ...notAuth0, message: 'no route to it' }),
      verdict: { kind: 'back-off', reason: 'no route to it' },
    },
  ])('$reason', ({ reply, verdict }) => {
    expect(verdictOf(reply)).toMatchObject(verdict)
  })
})

describe('how long a limit is waited for', () => {
  test.each([
    { reason: 'as long as Auth0 says', retryAfter: 3, resetIn: null, afterMs: 3000 },
    { reason: 'until the bucket is full, where it says only that', retryAfter: null, resetIn: 7, afterMs: 7000 },
    { reason: 'what it says outright comes first', retryAfter: 3, resetIn: 7, afterMs: 3000 },
    { reason: 'a second where it says nothing', retryAfter: null, resetIn: null, afterMs: 1000 },
    { reason: 'a moment at least', retryAfter: 0, resetIn: null, afterMs: 50 },
    { reason: 'a moment at least, where the reset is past', retryAfter: null, resetIn: -5, afterMs: 50 },
    { reason: 'five minutes at most, whatever it says', retryAfter: 86_400, resetIn: null, afterMs: longestWaitMs },
  ])('$reason', ({ retryAfter, resetIn, afterMs }) => {
    const reply = failed(429, { retryAfter, rate: { remaining: 0, resetIn } })
    expect(verdictOf(reply)).toEqual({ kind: 'again', afterMs, reason: 'rate-limited' })
  })
})

describe('the back-off', () => {
  test.each([
    { reason: 'half a second to one after the first failure', failures: 1, from: 500, to: 1000 },
    { reason: 'twice as long after the second', failures: 2, from: 1000, to: 2000 },
    { reason: 'doubled each time', failures: 5, from: 8000, to: 16_000 },
    { reason: 'five minutes at most', failures: 10, from: 150_000, to: 300_000 },
    { reason: 'and no longer however many there are', failures: 5000, from: 150_000, to: 300_000 },
  ])('$reason', ({ failures, from, to }) => {
    expect([0, 0.5, 1].map((random) => backOffMs(failures, random))).toEqual([from, (from + to) / 2, to])
  })

  test('law: never shorter after more failures, with the same luck', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        expect(backOffMs(failures + 1, random)).toBeGreaterThanOrEqual(backOffMs(failures, random))
      }),
    )
  })
})
