import { expect, test } from 'vitest'
import { holdOf } from '../../../domain/terraform/state-lock.ts'
import type { Claimant } from '../../../domain/terraform/state-lock.ts'

const ann = { kind: 'user', id: 'auth0|ann', application: 'terraform' } as const
const lock = { info: { ID: '2b7d' }, by: ann }

test.each<{ reason: string; claimant: Partial<Claimant>; hold: string }>([
  { reason: 'who took it, with its id', claimant: {}, hold: 'theirs' },
  { reason: 'who took it, and may take locks away too', claimant: { mayForce: true }, hold: 'theirs' },
  { reason: 'who took it, with the id of another lock', claimant: { lockId: 'ffff' }, hold: 'other' },
  { reason: 'who took it, without an id', claimant: { lockId: null }, hold: 'other' },
  {
    reason: 'somebody else, with the id that Terraform printed',
    claimant: { author: { ...ann, id: 'auth0|bob' } },
    hold: 'other',
  },
  {
    reason: 'the same person through another application',
    claimant: { author: { ...ann, application: 'portal' } },
    hold: 'other',
  },
  {
    reason: 'an account that is called as they are',
    claimant: { author: { ...ann, kind: 'service-account' } },
    hold: 'other',
  },
  {
    reason: 'somebody else who may take locks away',
    claimant: { author: { ...ann, id: 'auth0|bob' }, mayForce: true },
    hold: 'forced',
  },
  {
    reason: 'but only the lock that they name',
    claimant: { author: { ...ann, id: 'auth0|bob' }, mayForce: true, lockId: 'ffff' },
    hold: 'other',
  },
  {
    reason: 'and not without an id',
    claimant: { author: { ...ann, id: 'auth0|bob' }, mayForce: true, lockId: null },
    hold: 'other',
  },
])('whose a lock is to $reason: $hold', ({ claimant, hold }) => {
  expect(holdOf(lock, { author: ann, lockId: '2b7d', mayForce: false, ...claimant })).toBe(hold)
})
