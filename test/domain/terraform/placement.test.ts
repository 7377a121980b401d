import { expect, test } from 'vitest'
import { decidingForeignStateOf, foreignStateOf, manual } from '../../../domain/terraform/placement.ts'

test.each([
  { reason: 'no state has it', states: [], foreign: undefined, deciding: undefined },
  { reason: 'ours has it', states: ['main'], foreign: undefined, deciding: undefined },
  { reason: 'two of ours have it', states: ['main', 'apps'], foreign: undefined, deciding: undefined },
  { reason: 'another one has it', states: ['legacy'], foreign: 'legacy', deciding: 'legacy' },
  {
    reason: 'another one has it as well: it may revert a change, and does not decide',
    states: ['main', 'legacy'],
    foreign: 'legacy',
    deciding: undefined,
  },
  { reason: 'names compare exactly', states: ['Main'], foreign: 'Main', deciding: 'Main' },
])('whose apply may revert a change, and who decides about the client: $reason', ({ states, foreign, deciding }) => {
  const placement = { ...manual, states }
  expect(foreignStateOf(placement, ['main', 'apps'])).toBe(foreign)
  expect(decidingForeignStateOf(placement, ['main', 'apps'])).toBe(deciding)
})

test('a client that no state knows: nobody asked for anything, and nothing is waited for', () => {
  expect(manual).toEqual({ states: [], request: null, applying: null })
})
