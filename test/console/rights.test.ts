import { describe, expect, test } from 'vitest'
import {
  knowsEveryClient,
  may,
  mayChange,
  seesClients,
  seesEveryClient,
  seesStates,
} from '../../console/src/app/rights.ts'

describe('what a caller is shown by their permissions', () => {
  test.each([
    { reason: 'nothing shows nothing', permissions: [], shown: [] },
    { reason: 'who reads their own clients has a list', permissions: ['client.read'], shown: ['clients'] },
    { reason: 'who changes them reads them', permissions: ['client.write'], shown: ['clients'] },
    {
      reason: 'who changes every client reads every client',
      permissions: ['client.write.all'],
      shown: ['clients', 'every', 'runs'],
    },
    { reason: 'who only administers looks into no client', permissions: ['tenant.admin'], shown: ['runs'] },
    { reason: 'who only unlocks finds the locks', permissions: ['terraform.state.force-unlock'], shown: ['states'] },
  ])('$reason', ({ permissions, shown }) => {
    const sees = { clients: seesClients, every: seesEveryClient, runs: knowsEveryClient, states: seesStates }
    expect(Object.entries(sees).flatMap(([what, holds]) => (holds({ permissions }) ? [what] : []))).toEqual(shown)
  })

  test('one of several permissions is enough, and none of them is not', () => {
    expect(may({ permissions: ['client.read'] }, 'tenant.admin', 'client.read')).toBe(true)
    expect(may({ permissions: ['client.read.all'] }, 'tenant.admin', 'client.read')).toBe(false)
  })
})

const right = (allowed: boolean) => ({ allowed, by: null, detail: '', rules: [] })

describe('whether the rules let the caller change a client', () => {
  const answer = (write: ReturnType<typeof right> | null): Parameters<typeof mayChange>[0] => ({
    client: 'c',
    observedAt: '2026-11-26T00:00:00.000Z',
    access: [{ kind: 'user', id: 'auth0|ann', application: null, keptOut: null, read: right(true), write }],
  })
  test.each([
    { reason: 'nothing is known yet', given: undefined, may: false },
    { reason: 'a rule holds', given: answer(right(true)), may: true },
    { reason: 'none holds', given: answer(right(false)), may: false },
    { reason: 'who has no permission to change anything has no answer', given: answer(null), may: false },
  ])('$reason', ({ given, may: expected }) => {
    expect(mayChange(given)).toBe(expected)
  })
})
