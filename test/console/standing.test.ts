import { describe, expect, test } from 'vitest'
import { standingsOf } from '../../console/src/tenants/standing.ts'

type Tenant = Parameters<typeof standingsOf>[0]

const well: Tenant = {
  id: 'acme',
  domain: 'acme.eu.auth0.com',
  plan: 'none',
  driftPolicy: 'report',
  paused: null,
  pausedBy: null,
  served: true,
  credential: { valid: true, heldSince: null, reason: null },
  scan: {
    lastCompleteAt: '2026-11-26T00:00:00.000Z',
    clients: 3,
    problem: null,
    nextAt: null,
    running: false,
    leftOut: { count: 0, elements: [] },
  },
  queue: { working: true, problem: null, reason: null },
  clients: 3,
  backlog: 0,
  oldestWaitingAt: null,
  drifted: 0,
  stalled: 0,
  budgets: [],
  terraform: {
    managed: 0,
    manual: 3,
    conflicting: 0,
    adopting: 0,
    releasing: 0,
    outdatedWriteAt: null,
    states: [],
  },
}
const since = '2026-11-26T00:00:00.000Z'
const held = { valid: false, heldSince: since, reason: 'The secret is wrong.' }

describe('how a tenant stands', () => {
  test.each([
    { reason: 'nothing is the matter', tenant: {}, weights: ['well'], words: ['Up to date'] },
    { reason: 'a held one sends nothing', tenant: { credential: held }, weights: ['stops'], words: ['Held'] },
    {
      reason: 'held is heavier than paused: resuming would not help',
      tenant: { credential: held, paused: since },
      weights: ['stops', 'stops'],
      words: ['Held', 'Paused'],
    },
    {
      reason: 'a backlog passes by itself, and is the least',
      tenant: { backlog: 1, drifted: 2, paused: since },
      weights: ['stops', 'look', 'passes'],
      words: ['Paused', 'Drift', 'Catching up'],
    },
    {
      reason: 'a state that was written from an old configuration is to be looked at',
      tenant: { terraform: { ...well.terraform, outdatedWriteAt: since, conflicting: 1 } },
      weights: ['look', 'look'],
      words: ['Outdated write', 'Conflicts'],
    },
  ])('$reason', ({ tenant, weights, words }) => {
    const standings = standingsOf({ ...well, ...tenant })
    expect(standings.map(({ weight }) => weight)).toEqual(weights)
    expect(standings.map(({ word }) => word)).toEqual(words)
  })

  test('what the API says of it, and since when, is carried over', () => {
    expect(standingsOf({ ...well, credential: held })[0]).toMatchObject({ reason: 'The secret is wrong.', since })
  })

  test('one and many are said as people say them', () => {
    expect([1, 1200].map((drifted) => standingsOf({ ...well, drifted })[0].sentence)).toEqual([
      '1 client changed in Auth0, outside Nexus.',
      '1,200 clients changed in Auth0, outside Nexus.',
    ])
  })
})
