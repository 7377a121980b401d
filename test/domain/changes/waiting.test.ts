import { describe, expect, test } from 'vitest'
import { waitingOf, waitingReasons } from '../../../domain/changes/waiting.ts'
import type { WaitingClient, WaitingFacts, WaitingReason } from '../../../domain/changes/waiting.ts'

const now = new Date('2026-01-01T12:00:00Z')
const before = new Date('2026-01-01T11:59:00Z')
const later = new Date('2026-01-01T12:01:00Z')

const client: WaitingClient = {
  pending: [{ id: 'a', generation: 4, values: { productName: 'A' } }],
  blockedBy: null,
  pausedAt: null,
  failures: 0,
  lastFailure: null,
  terraform: { applying: null },
  waitingSince: before,
  nextTryAt: null,
}
const facts: WaitingFacts = {
  now,
  running: null,
  heldReason: null,
  served: true,
  appliesSince: null,
  nextSlotAt: null,
  queueProblem: null,
}

/** What is so in the way of each reason, and what is said of it. */
const cases: Readonly<
  Record<
    WaitingReason,
    {
      client?: Partial<WaitingClient>
      facts?: Partial<WaitingFacts>
      says: string
      since: Date | null
      until: Date | null
    }
  >
> = {
  running: { facts: { running: { since: before, until: later } }, says: 'being sent', since: before, until: later },
  'client-paused': {
    client: { blockedBy: 'client-paused', pausedAt: before },
    says: 'for this client until it is resumed',
    since: before,
    until: null,
  },
  'tenant-paused': {
    client: { blockedBy: 'tenant-paused', pausedAt: before },
    says: 'to this tenant until it is resumed',
    since: before,
    until: null,
  },
  'tenant-held': {
    client: { blockedBy: 'tenant-held', pausedAt: before },
    facts: { heldReason: 'unauthorized: no such client.' },
    says: 'nothing is lost meanwhile. unauthorized: no such client.',
    since: before,
    until: null,
  },
  'apply-running': {
    client: { terraform: { applying: { state: 'main', who: 'ann@laptop', until: later } } },
    facts: { appliesSince: before },
    says: 'ann@laptop holds the lock of the Terraform state main',
    since: before,
    until: later,
  },
  'backing-off': {
    client: { nextTryAt: later, failures: 1, lastFailure: 'Auth0 answered 503' },
    says: 'One try has failed (Auth0 answered 503)',
    since: null,
    until: later,
  },
  'no-worker': { facts: { served: false }, says: 'No worker serves the tenant', since: null, until: null },
  'queue-down': { facts: { queueProblem: 'Redis is full.' }, says: 'Redis is full.', since: null, until: null },
  'limit-reached': { facts: { nextSlotAt: later }, says: 'rate limit', since: null, until: later },
  queued: { says: 'in the queue', since: before, until: null },
}

describe('why something waits', () => {
  test.each(waitingReasons)('%s', (reason) => {
    const { client: so = {}, facts: and = {}, says, since, until } = cases[reason]
    const waiting = waitingOf({ ...client, ...so }, { ...facts, ...and })
    expect(waiting).toMatchObject({ reason, since, until })
    expect(waiting?.detail).toContain(says)
  })

  test('nothing where nothing waits, whatever else is so', () => {
    expect(waitingOf({ ...client, pending: [], blockedBy: 'tenant-paused' }, { ...facts, served: false })).toBeNull()
  })

  test('of several reasons the one is told that has to end first', () => {
    const together = waitingReasons
      .filter((reason) => !reason.includes('ed') || reason === 'tenant-held')
      .map((reason) => cases[reason])
    const so = Object.assign({}, ...together.map((one) => one.client ?? {}))
    const and = Object.assign({}, ...together.map((one) => one.facts ?? {}))
    expect(waitingOf({ ...client, ...so }, { ...facts, ...and })?.reason).toBe('running')
    expect(waitingOf({ ...client, ...so }, { ...facts, ...and, running: null })?.reason).toBe('tenant-held')
    expect(waitingOf({ ...client, ...so, blockedBy: null }, { ...facts, ...and, running: null })?.reason).toBe(
      'apply-running',
    )
  })

  test('a next try that is due is no reason', () => {
    expect(waitingOf({ ...client, nextTryAt: before, failures: 3 }, facts)?.reason).toBe('queued')
  })

  test('several tries are counted, and nobody need know why they failed', () => {
    expect(waitingOf({ ...client, nextTryAt: later, failures: 3 }, facts)?.detail).toBe(
      '3 tries have failed (no reason known); it is tried again by itself.',
    )
  })
})
