import { describe, expect, test } from 'vitest'
import { workOf } from '../../../domain/changes/plan.ts'
import { afterAnswer, afterReading, needsReading } from '../../../domain/changes/settlement.ts'
import type { Leased } from '../../../domain/changes/settlement.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import { leased, roundOf, sentFor } from './settlement-support.ts'
import type { Sent } from './settlement-support.ts'

const had = (product: string): Auth0Client => ({ client_metadata: { product_name: product } })

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
    {
      reason: 'a call may still be under way: once more, when it was put down for before',
      more: { openAttemptMs: 700, lastReadingSet: true },
      after: {},
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
