import { describe, expect, test } from 'vitest'
import { TenantDifferences, tenantReport } from '../../../domain/changes/tenant-report.ts'
import type { TenantReportKind } from '../../../domain/changes/tenant-report.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as metadataKeys } from '../../../domain/clients/metadata-keys.ts'

const observedAt = new Date('2026-01-02T03:04:05Z')
const observed: Auth0Client = { name: 'Till', callbacks: ['https://outside.test'] }
const base: Values = { callbackUrls: ['https://confirmed.test'] }

const nothingKnown = {
  blockedBy: null,
  failures: 0,
  lastFailure: null,
  driftedAt: null,
  driftedByState: null,
  oneByOneUntil: null,
}
const client = (pending: readonly Values[] = [], more: Partial<Parameters<typeof tenantReport>[1][number]> = {}) => ({
  key: { tenantId: 'acme', clientId: 'c1' },
  observed,
  observedAt,
  base: {},
  pending: pending.map((values, index) => ({ id: String(index), generation: index + 1, values })),
  generation: pending.length,
  settledGeneration: 0,
  ...nothingKnown,
  ...more,
})
const reported = (
  kind: TenantReportKind,
  clients: readonly ReturnType<typeof client>[],
  driftPolicy: 'report' | 'revert',
) => tenantReport(kind, clients, 5, { id: 'acme', driftPolicy, metadataKeys })

const plan = (one: ReturnType<typeof client>, driftPolicy: 'report' | 'revert' = 'report') =>
  reported('plan', [one], driftPolicy).clients[0]
const drift = (one: ReturnType<typeof client>) => reported('drift', [one], 'report').clients[0]

const wished: Values = { callbackUrls: ['https://wished.test'] }

describe('what would be sent', () => {
  test('a waiting change: its fields from what is observed to what is wished, and the body', () => {
    const report = reported('plan', [client([wished])], 'report')
    expect(report).toEqual({
      tenant: 'acme',
      clients: [
        {
          id: 'c1',
          name: 'Till',
          notes: ['1 change waits, in one call'],
          members: { callbacks: ['https://wished.test'] },
          fields: [{ field: 'callbackUrls', from: ['https://outside.test'], to: ['https://wished.test'] }],
        },
      ],
      unchanged: 4,
    })
    expect(TenantDifferences.parse(report)).toEqual(report)
  })

  test.each([
    { reason: 'nothing waits', one: client() },
    { reason: 'what waits is there already', one: client([{ callbackUrls: ['https://outside.test'] }]) },
    { reason: 'a drift is only told', one: client([], { base }) },
  ])('no difference: $reason', ({ one }) => {
    expect(reported('plan', [one], 'report')).toEqual({ tenant: 'acme', clients: [], unchanged: 5 })
  })

  test('under revert a drift is put back, though no change waits', () => {
    expect(plan(client([], { base }), 'revert')).toMatchObject({
      notes: [],
      fields: [{ field: 'callbackUrls', from: ['https://outside.test'], to: ['https://confirmed.test'] }],
    })
  })

  test.each([
    {
      reason: 'several changes go together',
      one: client([wished, { productName: 'Shop' }]),
      notes: ['2 changes wait, in one call'],
    },
    {
      reason: 'after a refusal of several, one by one',
      one: client([wished, { productName: 'Shop' }], { oneByOneUntil: 2 }),
      notes: ['2 changes wait, the oldest first, because some were refused together'],
    },
    {
      reason: 'something stands in the way',
      one: client([wished], { blockedBy: 'tenant-held' }),
      notes: ['1 change waits, in one call', 'nothing is sent: tenant is held'],
    },
    {
      reason: 'tries have failed',
      one: client([wished], { failures: 3, lastFailure: 'Auth0 answered 503' }),
      notes: ['1 change waits, in one call', 'tried 3 times: Auth0 answered 503'],
    },
  ])('its notes: $reason', ({ one, notes }) => {
    expect(plan(one)?.notes).toEqual(notes)
  })

  test('a client that Auth0 tells no name of', () => {
    expect(plan(client([wished], { observed: {} }))?.name).toBe('without a name')
  })
})

describe('what was changed outside Nexus', () => {
  test('from the confirmed value to the observed one, with its kind, and without a body', () => {
    expect(drift(client([], { base }))).toEqual({
      id: 'c1',
      name: 'Till',
      notes: ['not confirmed yet', 'observed 2026-01-02T03:04:05.000Z'],
      fields: [
        {
          field: 'callbackUrls',
          from: ['https://confirmed.test'],
          to: ['https://outside.test'],
          why: 'out-of-band',
        },
      ],
    })
  })

  test('since when, and that an apply of Terraform brought it', () => {
    const driftedAt = new Date('2026-01-01T00:00:00Z')
    expect(drift(client([], { base, driftedAt, driftedByState: 'main' }))).toMatchObject({
      notes: ['since 2026-01-01T00:00:00.000Z', 'observed 2026-01-02T03:04:05.000Z'],
      fields: [{ why: 'terraform' }],
    })
  })

  test.each([
    { reason: 'what waits is no drift', one: client([wished], { base }) },
    { reason: 'Auth0 has what was confirmed', one: client([], { base: { callbackUrls: ['https://outside.test'] } }) },
    { reason: 'Nexus owns no field', one: client() },
  ])('no difference: $reason', ({ one }) => {
    expect(drift(one)).toBeUndefined()
  })
})
