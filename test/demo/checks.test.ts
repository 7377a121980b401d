import { expect, test, vi } from 'vitest'
import { createTally, hasBecome } from '../../demo/checks.ts'
import { difference } from '../../demo/difference.ts'

const before = {
  client: { name: 'Invoices', callbacks: ['https://a.example'], mobile: { ios: { team_id: 'A' } } },
  writes: 1,
}

test.each([
  {
    reason: 'what is wanted, and nothing else',
    now: { client: { ...before.client, callbacks: ['https://b.example'] }, writes: 2 },
    failures: 0,
  },
  {
    reason: 'Auth0 did not take it',
    now: { client: before.client, writes: 2 },
    failures: 1,
  },
  {
    reason: 'something else changed as well',
    now: { client: { ...before.client, callbacks: ['https://b.example'], mobile: {} }, writes: 2 },
    failures: 1,
  },
  {
    reason: 'it took more calls than it should',
    now: { client: { ...before.client, callbacks: ['https://b.example'] }, writes: 4 },
    failures: 1,
  },
])('a demo that is not as it should be fails: $reason', ({ now, failures }) => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const tally = createTally()
  tally.check(hasBecome(before, now, { callbacks: ['https://b.example'] }))
  expect(tally.failures).toHaveLength(failures)
  expect(tally.count()).toBe(3)
  written.mockRestore()
})

test('a difference names members by path, with what they had and have', () => {
  const now = {
    name: 'Invoices',
    callbacks: ['https://b.example', 'https://a.example'],
    mobile: { ios: { team_id: 'B' } },
  }
  expect(difference(before.client, now)).toEqual([
    {
      member: 'callbacks',
      lines: [
        { mark: '+', text: 'https://b.example' },
        { mark: ' ', text: 'https://a.example' },
      ],
    },
    {
      member: 'mobile.ios.team_id',
      lines: [
        { mark: '-', text: 'A' },
        { mark: '+', text: 'B' },
      ],
    },
  ])
})
