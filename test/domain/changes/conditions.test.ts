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
      reason: 'somebody applied a Terraform state',
      facts: { drift, driftedByState: 'acme' },
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
})
