import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { rateLimit } from '../../simulator/tenant/limits.ts'
import { management, simulated } from './support.ts'

/** A bucket whose clock the test moves; `passes` counts the calls that pass out of `tries` made at once. */
const at = (limits: Parameters<typeof rateLimit>[0]) => {
  let now = 1_700_000_000_000
  const limit = rateLimit(limits, () => now)
  return {
    wait: (seconds: number) => {
      now += seconds * 1000
    },
    passes: (tries: number, { reads = false, foreign = 0 } = {}) =>
      Array.from({ length: tries }, () => limit.take(reads, foreign).passed).filter(Boolean).length,
    headers: () => limit.take(false, 0).headers,
    now: () => now,
  }
}

describe('a bucket is burst and sustained rate', () => {
  test.each([
    { plan: 'free', burst: 2, inTen: 2, reason: 'a bucket never holds more than its burst' },
    { plan: 'enterprise-non-production', burst: 10, inTen: 10, reason: '2 a second fill 10 in 5 seconds' },
    { plan: 'enterprise-production', burst: 50, inTen: 50, reason: '16 a second fill 50 in 4 seconds' },
    { plan: 'private-100', burst: 50, inTen: 50, reason: '50 a second' },
  ] as const)('$plan: $reason', ({ plan, burst, inTen }) => {
    const bucket = at(plan)
    expect(bucket.passes(burst + 5)).toBe(burst)
    bucket.wait(10)
    expect(bucket.passes(burst + 5)).toBe(inTen)
  })

  test('a second gives back what the plan says', () => {
    const bucket = at('enterprise-production')
    bucket.passes(60)
    bucket.wait(1)
    expect(bucket.passes(60)).toBe(16)
  })

  test('self-service counts reading clients apart', () => {
    const bucket = at('self-service')
    expect(bucket.passes(20, { reads: true })).toBe(5)
    expect(bucket.passes(20)).toBe(10)
    bucket.wait(60)
    expect(bucket.passes(20, { reads: true })).toBe(5)
    bucket.wait(1.2)
    expect(bucket.passes(20, { reads: true })).toBe(2)
  })

  test('a foreign client takes its part of the same bucket', () => {
    const bucket = at('enterprise-production')
    bucket.passes(60, { foreign: 8 })
    bucket.wait(2)
    expect(bucket.passes(60, { foreign: 8 })).toBe(16)
    bucket.wait(2)
    expect(bucket.passes(60, { foreign: 100 })).toBe(0)
  })

  test('the headers say what is left, and when there is more', () => {
    const bucket = at({ burst: 3, perSecond: 0.5 })
    expect(bucket.headers()).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' })
    bucket.passes(2)
    expect(bucket.headers()).toEqual({
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(bucket.now() / 1000 + 2),
    })
  })
})

describe('over http', () => {
  test('a full bucket answers 429 in the shape of Auth0, then recovers', async () => {
    const simulator = await simulated({ clients: 1, limits: { burst: 3, perSecond: 1 } })
    const api = await management(simulator)
    // On a busy machine these take a while: the bucket must not fill meanwhile.
    const replies = await Promise.all(Array.from({ length: 8 }, () => api('GET', '/clients')))
    const refused = replies.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(4)
    expect(refused[0]?.body).toEqual({
      statusCode: 429,
      error: 'Too Many Requests',
      message: 'Global limit has been reached',
      errorCode: 'too_many_requests',
    })
    expect(simulator.stats.tooMany).toBe(refused.length)
    await sleep(1200)
    const later = await api('GET', '/clients')
    expect(later.status).toBe(200)
    for (const header of ['date', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'])
      expect(later.headers.get(header)).not.toBeNull()
  })

  test('a refused write changes nothing', async () => {
    const simulator = await simulated({ clients: 1, limits: { burst: 1, perSecond: 0.001 } })
    const api = await management(simulator)
    const id = simulator.clients.all()[0]?.client_id ?? ''
    await api('PATCH', `/clients/${id}`, { name: 'first' })
    expect((await api('PATCH', `/clients/${id}`, { name: 'second' })).status).toBe(429)
    expect(simulator.clients.get(id)?.['name']).toBe('first')
  })

  test.each([
    { reason: 'nothing to say', method: 'DELETE', path: '/clients/none', status: 204 },
    { reason: 'an unknown route', method: 'GET', path: '/nothing', status: 404 },
    { reason: 'a body that is no object', method: 'PATCH', path: '/clients/none', body: [1], status: 400 },
  ])('$reason: the headers are there, and the type (recorded also for 204)', async ({ method, path, body, status }) => {
    const api = await management(await simulated())
    const answer = await api(method, path, body)
    expect(answer.status).toBe(status)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-ratelimit-limit': expect.any(String) as unknown,
      'x-ratelimit-remaining': expect.any(String) as unknown,
      'x-ratelimit-reset': expect.any(String) as unknown,
    })
  })
})
