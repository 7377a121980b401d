import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { workOf } from '../../../domain/changes/plan.ts'
import type { Work } from '../../../domain/changes/plan.ts'
import {
  afterAnswer,
  afterFailure,
  afterReading,
  isRecovery,
  needsReading,
} from '../../../domain/changes/settlement.ts'
import type { Leased } from '../../../domain/changes/settlement.ts'
import type { Reply } from '../../../domain/changes/verdict.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import { fieldPaths, pathsOf } from '../../../domain/vocabulary.ts'

type Failed = Extract<Reply<unknown>, { ok: false }>
type Sent = Extract<Work, { kind: 'send' }>

/** A client under its lease, with changes 1, 2, … waiting, called a, b, … */
const leased = (
  pending: readonly Values[],
  more: Partial<Leased> & { base?: Values; observed?: Auth0Client } = {},
): Leased => ({
  state: {
    key: { tenantId: 'acme', clientId: 'c' },
    observed: more.observed ?? {},
    observedAt: new Date(0),
    base: more.base ?? {},
    pending: pending.map((values, index) => ({ id: 'abcdefg'.charAt(index), generation: index + 1, values })),
    generation: pending.length,
    settledGeneration: 0,
  },
  failures: 0,
  oneByOneUntil: null,
  contested: null,
  openAttemptMs: null,
  verifyDue: false,
  ...more,
})
const roundOf = ({ state, oneByOneUntil }: Leased) => ({ ...state, oneByOneUntil })
const sentFor = (lease: Leased): Sent => {
  const work = workOf(roundOf(lease), keys)
  if (work.kind !== 'send') throw new Error('Nothing is sent.')
  return work
}
const failed = (status: number | null, more: Partial<Failed> = {}): Failed => ({
  ok: false,
  status,
  errorCode: null,
  fromAuth0: true,
  message: 'Auth0 said no',
  retryAfter: null,
  rate: { remaining: null, resetIn: null },
  ...more,
})
const had = (product: string): Auth0Client => ({ client_metadata: { product_name: product } })
const named = (pending: readonly Values[]): boolean => pending.some((one) => pathsOf(one).length > 0)
const findings = { credential: null, random: 0, keys } as const

describe('whether Auth0 has to be read first', () => {
  test.each([
    { reason: 'every former attempt has ended', more: {}, reads: false },
    { reason: 'one may still be under way', more: { openAttemptMs: 500 }, reads: true },
    { reason: 'one has just ended', more: { openAttemptMs: 0 }, reads: true },
    { reason: 'a late write has to be looked for', more: { verifyDue: true }, reads: true },
  ])('$reason: $reads', ({ more, reads }) => {
    expect(needsReading(leased([], more))).toBe(reads)
  })
})

describe('after a reading', () => {
  const observed: Auth0Client = { client_metadata: { product_name: 'Billing' } }

  test('what Auth0 has already is confirmed and applied', () => {
    const lease = leased([{ productName: 'Billing' }])
    const settled = afterReading(lease, observed, workOf({ ...roundOf(lease), observed }, keys, []), keys)
    expect(settled).toEqual({
      observed,
      confirmed: { productName: 'Billing' },
      attemptClosed: true,
      drifted: false,
      outcomes: [{ id: 'a', status: 'applied', supersededBy: null }],
    })
  })

  test('what it lacks waits for the next round: nothing is confirmed, nothing is settled', () => {
    const lease = leased([{ productName: 'Shop' }])
    const settled = afterReading(lease, observed, workOf({ ...roundOf(lease), observed }, keys, []), keys)
    expect(settled.confirmed).toEqual({})
    expect(settled).not.toHaveProperty('outcomes')
  })

  test.each<{ reason: string; base: Values; pending: Values[]; drifted: boolean }>([
    { reason: 'another value than the confirmed one', base: { productName: 'Shop' }, pending: [], drifted: true },
    { reason: 'the confirmed one', base: { productName: 'Billing' }, pending: [], drifted: false },
    {
      reason: 'a field that a pending change names',
      base: { productName: 'Shop' },
      pending: [{ productName: 'New' }],
      drifted: false,
    },
    {
      reason: 'a field that no pending change names',
      base: { productName: 'Shop' },
      pending: [{ applicationName: 'New' }],
      drifted: true,
    },
  ])('drifted: $reason, $drifted', ({ base, pending, drifted }) => {
    const lease = leased(pending, { base })
    const work = workOf({ ...roundOf(lease), observed }, keys, [])
    expect(afterReading(lease, observed, work, keys).drifted).toBe(drifted)
  })

  test.each([
    {
      reason: 'a call may still be under way: once more a second after its deadline',
      more: { openAttemptMs: 700 },
      after: { verifyAfterMs: 1700 },
    },
    { reason: 'that has been done', more: { verifyDue: true }, after: { verifyAfterMs: null } },
    { reason: 'there was nothing to look for', more: {}, after: {} },
  ])('$reason', ({ more, after }) => {
    const lease = leased([], more)
    const { verifyAfterMs, ...rest } = afterReading(lease, observed, workOf(roundOf(lease), keys, []), keys)
    expect(verifyAfterMs === undefined ? {} : { verifyAfterMs }).toEqual(after)
    expect(rest.attemptClosed).toBe(true)
  })
})

const repairOf = (lease: Leased): Sent => {
  const work = workOf(roundOf(lease), keys, [{ callbackUrls: ['https://older'] }])
  if (work.kind !== 'send') throw new Error('Nothing is repaired.')
  return work
}

describe('after an answer', () => {
  const lease = leased([{ productName: 'New' }], { observed: had('Old') })

  test('taken: confirmed, applied, and the attempt is closed', () => {
    expect(afterAnswer(lease, had('Old'), sentFor(lease), had('New'), keys)).toEqual({
      observed: had('New'),
      drifted: false,
      attemptClosed: true,
      contested: null,
      confirmed: { productName: 'New' },
      outcomes: [{ id: 'a', status: 'applied', supersededBy: null }],
    })
  })

  test('something else: two more rounds, remembering what stood there before the first', () => {
    const first = afterAnswer(lease, had('Old'), sentFor(lease), had('Other'), keys)
    expect(first).toMatchObject({ contested: { generation: 1, rounds: 1, before: { productName: 'Old' } } })
    expect(first).not.toHaveProperty('outcomes')
    const again = { ...lease, contested: first.contested ?? null }
    const second = afterAnswer(again, had('Other'), sentFor(again), had('Other'), keys)
    expect(second).toMatchObject({ contested: { generation: 1, rounds: 2, before: { productName: 'Old' } } })
    const last = { ...lease, contested: second.contested ?? null }
    expect(afterAnswer(last, had('Other'), sentFor(last), had('Other'), keys)).toMatchObject({
      contested: null,
      confirmed: { productName: 'Other' },
      outcomes: [{ id: 'a', status: 'applied' }],
    })
  })

  test('rounds of an older batch do not count for a newer one', () => {
    const old = { generation: 1, rounds: 2, before: {} }
    const newer = leased([{ applicationName: 'x' }, { productName: 'New' }], { contested: old })
    expect(afterAnswer(newer, had('Old'), sentFor(newer), had('Old'), keys)).toMatchObject({
      contested: { generation: 2, rounds: 1, before: { productName: 'Old' } },
    })
  })

  const spent = { generation: 1, rounds: 2, before: { productName: 'Old', callbackUrls: ['https://old'] } }

  test('ignored at the end: rejected, and the part that Auth0 took is put back', () => {
    const both = leased([{ productName: 'New', callbackUrls: ['https://new'] }], { contested: spent })
    const answer = { ...had('Old'), callbacks: ['https://new'] }
    const step = afterAnswer(both, answer, sentFor(both), answer, keys)
    expect(step).not.toHaveProperty('confirmed')
    expect(step).toMatchObject({
      contested: null,
      undoPartial: { callbackUrls: ['https://old'] },
      outcomes: [
        { id: 'a', status: 'rejected', refusal: { reason: 'ignored', issues: [{ pointer: '/productName' }] } },
      ],
    })
  })

  test('what Auth0 took and had before as well need not be put back', () => {
    const both = leased([{ productName: 'New', callbackUrls: ['https://old'] }], { contested: spent })
    const answer = { ...had('Old'), callbacks: ['https://old'] }
    expect(afterAnswer(both, answer, sentFor(both), answer, keys).undoPartial).toEqual({})
  })

  /** A late call has put back an older value of ours: it is repaired, together with what waits. */
  const late = { base: { callbackUrls: ['https://ours'] }, observed: { ...had('Old'), callbacks: ['https://older'] } }

  test('a repaired late write is confirmed, though no change asked for it', () => {
    const alone = leased([], late)
    const answer = { ...had('Old'), callbacks: ['https://ours'] }
    expect(afterAnswer(alone, late.observed, repairOf(alone), answer, keys)).toMatchObject({
      contested: null,
      confirmed: { callbackUrls: ['https://ours'] },
      drifted: false,
      outcomes: [],
    })
    const other = { ...had('Old'), callbacks: ['https://other'] }
    expect(afterAnswer(alone, late.observed, repairOf(alone), other, keys)).toMatchObject({
      contested: { generation: 0, rounds: 1 },
    })
  })

  test('of a change that is rejected nothing is confirmed: what Auth0 made of the rest is drift', () => {
    const mixed = leased([{ productName: 'New' }], { ...late, contested: { ...spent, before: { productName: 'Old' } } })
    const answer = { ...had('Old'), callbacks: ['https://other'] }
    const step = afterAnswer(mixed, late.observed, repairOf(mixed), answer, keys)
    expect(step).toMatchObject({ outcomes: [{ id: 'a', status: 'rejected' }], drifted: true })
  })

  test('of several, the one at fault is found one by one', () => {
    const several = leased([{ applicationName: 'x' }, { productName: 'New' }], {
      contested: { ...spent, generation: 2 },
    })
    const answer = { client_metadata: { product_name: 'Old', application_name: 'x' } }
    const step = afterAnswer(several, had('Old'), sentFor(several), answer, keys)
    expect(step).toMatchObject({ oneByOneUntil: 2, contested: null })
    expect(step).not.toHaveProperty('outcomes')
  })

  test.each<{ reason: string; pending: Values[]; superseded: (string | null)[] }>([
    {
      reason: 'each its own field',
      pending: [{ productName: 'a' }, { applicationName: 'b' }],
      superseded: [null, null],
    },
    { reason: 'the same field again', pending: [{ productName: 'a' }, { productName: 'b' }], superseded: ['b', null] },
    {
      reason: 'only a part of its fields again',
      pending: [{ productName: 'a', applicationName: 'a' }, { productName: 'b' }],
      superseded: [null, null],
    },
    {
      reason: 'only the other part again',
      pending: [{ productName: 'a', applicationName: 'a' }, { applicationName: 'b' }],
      superseded: [null, null],
    },
    {
      reason: 'its parts by two later ones: the last of them',
      pending: [{ productName: 'a', applicationName: 'a' }, { productName: 'b' }, { applicationName: 'c' }],
      superseded: ['c', null, null],
    },
    {
      reason: 'its parts by two later ones the other way round: still the last of them',
      pending: [{ productName: 'a', applicationName: 'a' }, { applicationName: 'b' }, { productName: 'c' }],
      superseded: ['c', null, null],
    },
    {
      reason: 'again and again: the last of them',
      pending: [{ productName: 'a' }, { productName: 'b' }, { productName: 'c' }],
      superseded: ['c', 'c', null],
    },
    { reason: 'a change that names nothing', pending: [{}, { productName: 'b' }], superseded: [null, null] },
  ])('superseded: $reason', ({ pending, superseded }) => {
    const several = leased(pending)
    const work = sentFor(several)
    const answer: Auth0Client = { client_metadata: { ...Object(work.members['client_metadata']) } }
    const { outcomes = [] } = afterAnswer(several, {}, work, answer, keys)
    expect(outcomes.map((one) => (one.status === 'applied' ? one.supersededBy : one))).toEqual(superseded)
  })
})

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
    const lease = { ...one, openAttemptMs: 300 }
    const settled = afterFailure(lease, sent ? sentFor(lease) : undefined, failed(status), findings)
    expect(settled.attemptClosed).toBe(closed)
    expect(settled.verifyAfterMs).toBe(closed ? 1300 : undefined)
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
