import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  boundsOf,
  hasEnded,
  isFresh,
  isGood,
  isRenewalDue,
  isUseDue,
  sessionsOfUser,
} from '../../../domain/access/sessions.ts'

const begun = Date.parse('2026-11-25T08:00:00Z')
const minutes = 60_000
const at = (afterMinutes: number): Date => new Date(begun + afterMinutes * minutes)
const rules = { idleMs: 30 * minutes, atMostMs: 720 * minutes }
const session = (more: Partial<Record<'signedInAt' | 'createdAt' | 'lastSeenAt' | 'endsAt', Date>> = {}) => ({
  signedInAt: at(0),
  createdAt: at(0),
  lastSeenAt: at(0),
  endsAt: at(720),
  ...more,
})

describe('a session ends', () => {
  test.each([
    { reason: 'not at its beginning', now: at(0), ended: false },
    { reason: 'not while it is used now and then', lastSeenAt: at(200), now: at(229.9), ended: false },
    { reason: 'half an hour after it was last used', now: at(30), ended: true },
    { reason: 'after twelve hours, however busy it is', lastSeenAt: at(719), now: at(720), ended: true },
    { reason: 'not for a clock that runs a little behind', now: at(-0.9), ended: false },
    { reason: 'where it begins in the future: a clock was set back', now: at(-1.1), ended: true },
  ])('$reason', ({ lastSeenAt = at(0), now, ended }) => {
    expect(hasEnded(session({ lastSeenAt }), now, rules)).toBe(ended)
  })

  test('exactly when its bounds say so', () => {
    fc.assert(
      fc.property(fc.nat(900), fc.nat(900), (seen, now) => {
        const one = session({ lastSeenAt: at(Math.min(seen, 720)) })
        const { idleUntil, expiresAt } = boundsOf(one, rules)
        expect(idleUntil.getTime()).toBeLessThanOrEqual(expiresAt.getTime())
        expect(hasEnded(one, at(now), rules)).toBe(at(now) >= idleUntil)
      }),
    )
  })
})

describe('a sign-in is fresh', () => {
  test.each([
    { reason: 'for five minutes', signedInAt: at(0), now: at(4.99), fresh: true },
    { reason: 'and no longer', signedInAt: at(0), now: at(5), fresh: false },
    {
      reason: 'not by a new session, where the issuer knew the person from before',
      signedInAt: at(-60),
      now: at(0),
      fresh: false,
    },
  ])('$reason', ({ signedInAt, now, fresh }) => {
    const one = session({ signedInAt })
    expect(isFresh(one, now)).toBe(fresh)
    expect(now < boundsOf(one, rules).freshUntil).toBe(fresh)
  })
})

test.each([
  { reason: 'not twice in a minute', now: at(0.9), due: false },
  { reason: 'once a minute', now: at(1), due: true },
])('the use of a session is written down $reason', ({ now, due }) => {
  expect(isUseDue(session(), now)).toBe(due)
})

test.each([
  { reason: 'long before its end', now: at(-10), due: false, good: true },
  { reason: 'a minute before its end', now: at(-1), due: true, good: true },
  { reason: 'seconds before its end: a request would meet it', now: at(-0.05), due: true, good: false },
  { reason: 'after its end', now: at(1), due: true, good: false },
])('an access token $reason is to be renewed: $due, is still sent: $good', ({ now, due, good }) => {
  expect(isRenewalDue(at(0), now)).toBe(due)
  expect(isGood(at(0), now)).toBe(good)
})

test('a user has so many sessions', () => {
  expect(sessionsOfUser).toBe(20)
})
