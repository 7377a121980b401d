import { describe, expect, test } from 'vitest'
import { conditionsOf } from '../../../domain/changes/conditions.ts'

const at = new Date('2026-01-01T00:00:00Z')
const calm: Parameters<typeof conditionsOf>[0] = {
  settledGeneration: 3,
  pending: [],
  settledAt: at,
  waitingSince: null,
  drift: [],
  driftedAt: null,
  observedAt: at,
  stalledAt: null,
  pausedAt: null,
  failures: 0,
  lastFailure: null,
  blockedBy: null,
  driftedByState: null,
  terraform: { applying: null },
}
const drift = [{ path: 'productName', class: 'out-of-band', confirmed: 'A', observed: 'B' }] as const
const change = { id: 'a', generation: 4, values: { productName: 'A' } }
const applying = { state: 'main', who: 'ann@laptop', until: new Date('2026-01-01T00:15:00Z') }

describe('the conditions of a client', () => {
  test.each<{ reason: string; facts: Partial<typeof calm>; says: Record<string, string> }>([
    {
      reason: 'all is calm',
      facts: {},
      says: { Synced: 'True Settled', Drifted: 'False AsConfirmed', Stalled: 'False Trying', Paused: 'False Sending' },
    },
    {
      reason: 'a change waits',
      facts: { pending: [change], waitingSince: at },
      says: { Synced: 'False ChangesWaiting' },
    },
    { reason: 'somebody changed it in Auth0', facts: { drift }, says: { Drifted: 'True ChangedOutside' } },
    {
      reason: 'an apply of Terraform did',
      facts: { drift, driftedAt: at, driftedByState: 'main' },
      says: { Drifted: 'True ChangedByTerraform' },
    },
    {
      reason: 'tries keep failing',
      facts: { stalledAt: at, failures: 12, lastFailure: 'Auth0 answered 503' },
      says: { Stalled: 'True TriesFailing' },
    },
    { reason: 'failing has only begun', facts: { failures: 3, lastFailure: 'x' }, says: { Stalled: 'False Trying' } },
    {
      reason: 'the client is paused',
      facts: { blockedBy: 'client-paused', pausedAt: at },
      says: { Paused: 'True ClientPaused' },
    },
    { reason: 'its tenant is', facts: { blockedBy: 'tenant-paused' }, says: { Paused: 'True TenantPaused' } },
    { reason: 'its tenant is held', facts: { blockedBy: 'tenant-held' }, says: { Paused: 'True TenantHeld' } },
    {
      reason: 'an apply of Terraform is under way',
      facts: { terraform: { applying } },
      says: { Paused: 'True TerraformApplies' },
    },
    {
      reason: 'what somebody has stopped is told before an apply, which ends by itself',
      facts: { blockedBy: 'tenant-paused', terraform: { applying } },
      says: { Paused: 'True TenantPaused' },
    },
  ])('$reason', ({ facts, says }) => {
    const conditions = conditionsOf({ ...calm, ...facts })
    expect(conditions.map(({ type }) => type)).toEqual(['Synced', 'Drifted', 'Stalled', 'Paused'])
    expect(
      Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`])),
    ).toMatchObject(says)
    for (const { settledGeneration, message } of conditions) {
      expect(settledGeneration).toBe(3)
      expect(message).not.toBe('')
    }
  })

  test('a stalled client says how often, and why', () => {
    const stalled = conditionsOf({ ...calm, stalledAt: at, failures: 12, lastFailure: 'Auth0 answered 503' })[2]
    expect(stalled?.message).toMatch(/^12 tries have failed \(Auth0 answered 503\)/)
    expect(stalled?.since).toBe(at)
  })

  test.each<{ reason: string; place: number; facts: Partial<typeof calm>; says: RegExp }>([
    { reason: 'one change waits', place: 0, facts: { pending: [change] }, says: /^One change waits/ },
    { reason: 'several wait', place: 0, facts: { pending: [change, change] }, says: /^2 changes wait/ },
    {
      reason: 'nobody knows who changed it',
      place: 1,
      facts: { drift, driftedAt: at },
      says: /^Owned fields were changed in Auth0\. Revert/,
    },
    {
      reason: 'the state whose apply changed it',
      place: 1,
      facts: { drift, driftedAt: at, driftedByState: 'main' },
      says: /by an apply of the Terraform state main\. Revert/,
    },
    {
      reason: 'tries fail for no reason that is known',
      place: 2,
      facts: { stalledAt: at, failures: 10 },
      says: /^10 tries have failed \(no reason known\)/,
    },
    {
      reason: 'who applies, which state, and how long that is waited for',
      place: 3,
      facts: { terraform: { applying } },
      says: /^ann@laptop holds the lock of the Terraform state main: .* until 2026-01-01T00:15:00\.000Z/,
    },
    {
      reason: 'an apply of somebody without a name',
      place: 3,
      facts: { terraform: { applying: { ...applying, who: '' } } },
      says: /^Somebody holds/,
    },
  ])('what it says: $reason', ({ place, facts, says }) => {
    expect(conditionsOf({ ...calm, ...facts })[place]?.message).toMatch(says)
  })

  test.each<{ type: string; place: number; facts: Partial<typeof calm> }>([
    { type: 'Synced', place: 0, facts: { settledAt: at } },
    { type: 'waiting', place: 0, facts: { settledAt: null, pending: [change], waitingSince: at } },
    { type: 'Drifted', place: 1, facts: { settledAt: null, drift, driftedAt: at } },
    { type: 'Stalled', place: 2, facts: { settledAt: null, stalledAt: at } },
    { type: 'Paused', place: 3, facts: { settledAt: null, pausedAt: at, blockedBy: 'client-paused' } },
  ])('since when: $type', ({ place, facts }) => {
    const since = conditionsOf({ ...calm, ...facts }).map((condition) => condition.since)
    expect(since).toEqual([0, 1, 2, 3].map((index) => (index === place ? at : null)))
  })
})
