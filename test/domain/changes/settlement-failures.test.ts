import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { workOf } from '../../../domain/changes/plan.ts'
import { afterAnswer, afterFailure, isRecovery } from '../../../domain/changes/settlement.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import { fieldPaths, pathsOf } from '../../../domain/vocabulary.ts'
import { failed } from './failed-reply.ts'
import { leased, roundOf, sentFor } from './settlement-support.ts'

const named = (pending: readonly Values[]): boolean => pending.some((one) => pathsOf(one).length > 0)

const findings = { credential: null, random: 0, keys } as const

describe('after a failure', () => {
  const one = leased([{ productName: 'New' }])
  const two = leased([{ productName: 'New' }, { callbackUrls: ['https://new'] }])
  const three = leased([{ productName: 'New' }, { callbackUrls: ['https://new'] }, { applicationName: 'New' }])
  const message = 'Payload validation error on property callbacks[0] (…)'

  test.each([
    {
      reason: 'a refusal rejects the one change',
      lease: one,
      reply: failed(400),
      expected: {
        outcomes: [{ id: 'a', status: 'rejected', refusal: { reason: 'refused', detail: 'Auth0 said no' } }],
      },
    },
    {
      reason: 'of two, the one at fault is found one by one',
      lease: two,
      reply: failed(400),
      expected: { oneByOneUntil: 2 },
    },
    {
      reason: 'of three likewise, the last included',
      lease: three,
      reply: failed(400),
      expected: { oneByOneUntil: 3 },
    },
    {
      reason: 'a proxy that says 400 is not Auth0',
      lease: one,
      reply: failed(400, { fromAuth0: false }),
      expected: { failure: { countsAsFailure: true, retryAfterMs: 500 } },
    },
    {
      reason: 'a server error is tried again',
      lease: one,
      reply: failed(503),
      expected: { failure: { reason: 'Auth0 answered 503', countsAsFailure: true } },
    },
    {
      reason: 'a limit is waited for, and is no failure of the client',
      lease: one,
      reply: failed(429, { retryAfter: 3 }),
      expected: { failure: { retryAfterMs: 3000, countsAsFailure: false } },
    },
    {
      reason: 'each failure in a row doubles the time',
      lease: { ...one, failures: 3 },
      reply: failed(500),
      expected: { failure: { retryAfterMs: 4000 } },
    },
  ])('$reason', ({ lease, reply, expected }) => {
    expect(afterFailure(lease, sentFor(lease), reply, findings)).toMatchObject(expected)
  })

  test("Auth0's words come with the pointer of the field that they name", () => {
    const lease = leased([{ callbackUrls: ['https://new'] }])
    expect(afterFailure(lease, sentFor(lease), failed(400, { message }), findings)).toMatchObject({
      outcomes: [{ refusal: { issues: [{ pointer: '/callbackUrls/0' }] } }],
    })
  })

  test.each([
    {
      reason: 'an ill credential holds the tenant: nothing is rejected, nothing counts',
      status: 401,
      credential: 'ill',
      expected: { failure: { reason: 'the tenant is held', retryAfterMs: 0, countsAsFailure: false } },
    },
    {
      reason: 'nobody knows: back off',
      status: 403,
      credential: 'unknown',
      expected: { failure: { countsAsFailure: true } },
    },
    {
      reason: 'a healthy one that may not: the change is refused',
      status: 403,
      credential: 'well',
      expected: { outcomes: [{ status: 'rejected' }] },
    },
    {
      reason: 'a healthy one at a 401: back off',
      status: 401,
      credential: 'well',
      expected: { failure: { countsAsFailure: true } },
    },
  ] as const)('$reason', ({ status, credential, expected }) => {
    const settled = afterFailure(one, sentFor(one), failed(status), { ...findings, credential })
    expect(settled).toMatchObject(expected)
    expect('outcomes' in settled).toBe('outcomes' in expected)
  })

  test('a 403 of a proxy refuses nothing', () => {
    const reply = failed(403, { fromAuth0: false })
    expect(afterFailure(one, sentFor(one), reply, { ...findings, credential: 'well' })).not.toHaveProperty('outcomes')
  })

  test('a client that is gone rejects all that waits for it, though some were tried alone', () => {
    const lease = { ...two, oneByOneUntil: 2 }
    const reply = failed(404, { errorCode: 'inexistent_client' })
    expect(afterFailure(lease, sentFor(lease), reply, findings)).toMatchObject({
      vanished: true,
      attemptClosed: true,
      verifyAfterMs: null,
      outcomes: [
        { id: 'a', refusal: { reason: 'vanished', issues: [] } },
        { id: 'b', refusal: { reason: 'vanished', issues: [] } },
      ],
    })
  })

  test.each([
    { reason: 'an answer ends the attempt', sent: true, status: 503, closed: true },
    { reason: 'without one the call may still be under way', sent: true, status: null, closed: false },
    { reason: 'a failed reading says nothing of the attempt before it', sent: false, status: 503, closed: false },
  ])('$reason', ({ sent, status, closed }) => {
    const lease = { ...one, openAttemptMs: 300, mayBeLate: true }
    const settled = afterFailure(lease, sent ? sentFor(lease) : undefined, failed(status), findings)
    expect(settled.attemptClosed).toBe(closed)
    expect(settled.verifyAfterMs).toBe(closed ? 1300 : undefined)
  })

  test('a failed reading that looked for no former attempt leaves none behind', () => {
    const settled = afterFailure({ ...one, verifyDue: true }, undefined, failed(503), findings)
    expect(settled).toMatchObject({ attemptClosed: true, failure: { countsAsFailure: true } })
    expect(settled.verifyAfterMs).toBeUndefined()
  })

  test.each([400, 403])('a reading that is refused with %d rejects nothing: nobody asked for it', (status) => {
    const settled = afterFailure(one, undefined, failed(status), { ...findings, credential: 'well' })
    expect(settled).toMatchObject({ failure: { countsAsFailure: true } })
    expect(settled).not.toHaveProperty('outcomes')
  })

  test.each([
    { reason: 'the first success after failures', failures: 2, failure: undefined, recovery: true },
    { reason: 'a success among successes', failures: 0, failure: undefined, recovery: false },
    {
      reason: 'one more failure',
      failures: 2,
      failure: { reason: '', retryAfterMs: 1, countsAsFailure: true },
      recovery: false,
    },
  ])('others are brought forward after $reason: $recovery', ({ failures, failure, recovery }) => {
    expect(isRecovery({ ...one, failures }, { attemptClosed: true, ...(failure && { failure }) })).toBe(recovery)
  })
})

describe('laws of settling', () => {
  const values: fc.Arbitrary<Values> = fc.record(
    {
      productName: fc.constantFrom('a', 'b', null),
      applicationName: fc.constantFrom('a', 'b', null),
      callbackUrls: fc.constantFrom(['https://a'], ['https://b'], []),
    },
    { requiredKeys: [] },
  )
  const replies = fc.record({
    status: fc.constantFrom(null, 400, 401, 403, 404, 409, 422, 429, 500, 503),
    fromAuth0: fc.boolean(),
    errorCode: fc.constantFrom(null, 'inexistent_client', 'invalid_body'),
  })
  test('a failure settles only what was sent or has vanished, and otherwise says when to try again', () => {
    fc.assert(
      fc.property(
        fc.array(values, { minLength: 1, maxLength: 5 }).filter(named),
        fc.option(fc.nat(6)),
        replies,
        fc.constantFrom('well', 'ill', 'unknown'),
        (pending, oneByOneUntil, reply, credential) => {
          const lease = leased(pending, { oneByOneUntil })
          const work = workOf(roundOf(lease), keys)
          const sent = work.kind === 'send' ? work : undefined
          const settled = afterFailure(lease, sent, failed(reply.status, reply), { ...findings, credential })
          const ids = new Set((settled.outcomes ?? []).map(({ id }) => id))
          const allowed = settled.vanished ? lease.state.pending : (sent?.changes ?? [])
          expect([...ids].filter((id) => allowed.every((change) => change.id !== id))).toEqual([])
          // There is a way on: something is settled, narrowed down, or tried again.
          expect(ids.size > 0 || settled.failure !== undefined || settled.oneByOneUntil !== undefined).toBe(true)
          expect(settled.failure === undefined || ids.size === 0).toBe(true)
        },
      ),
    )
  })

  test('an answer that has everything settles everything that was sent, and confirms what was wanted last', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }).filter(named), (pending) => {
        const lease = leased(pending)
        const work = sentFor(lease)
        const answer: Auth0Client = {
          callbacks: work.values.callbackUrls,
          client_metadata: Object.fromEntries(
            Object.entries(Object(work.members['client_metadata'])).filter(([, value]) => value !== null),
          ),
        }
        const settled = afterAnswer(lease, {}, work, answer, keys)
        expect(settled.outcomes?.map(({ id, status }) => [id, status])).toEqual(
          lease.state.pending.map(({ id }) => [id, 'applied']),
        )
        for (const path of fieldPaths)
          expect(settled.confirmed?.[path]).toEqual(pending.findLast((one) => one[path] !== undefined)?.[path])
      }),
    )
  })
})
