import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  imitatedPrefix,
  isPrefix,
  judgeIdentities,
  mixedIdentities,
  prefixOn,
  rateKeyOf,
} from '../../../domain/access/identities.ts'
import type { IdentitySource } from '../../../domain/access/identities.ts'

const source = (tenants: readonly string[] | '*', prefix: string | null = null): IdentitySource => ({ tenants, prefix })
const tenantIds = ['acme', 'beta', 'gamma']

const anySource = fc.record({
  tenants: fc.oneof(fc.constant('*' as const), fc.subarray(tenantIds)),
  prefix: fc.constantFrom(null, '', 'partner:', 'p2:', 'Partner:'),
})
/** Ids and roles as an issuer may write them, many of them near a prefix. */
const anyName = fc
  .oneof(
    fc.tuple(fc.constantFrom('', 'partner:', 'p2:', 'partner', 'Partner:'), fc.constantFrom('ann', 'auth0|ann', '')),
  )
  .map(([before, after]) => `${before}${after}`)

describe('user ids and roles', () => {
  test('of issuers that are not said to know the same people are never equal on a tenant', () => {
    fc.assert(
      fc.property(
        fc.array(anySource, { minLength: 2, maxLength: 4 }),
        fc.nat(3),
        fc.nat(3),
        anyName,
        anyName,
        fc.constantFrom(...tenantIds),
        (sources, i, j, oneName, otherName, tenantId) => {
          fc.pre(mixedIdentities(sources, tenantIds).length === 0)
          const [one, other] = [sources[i % sources.length], sources[j % sources.length]]
          fc.pre(one !== undefined && other !== undefined && (one.prefix ?? '') !== (other.prefix ?? ''))
          fc.pre([one, other].every((each) => each?.tenants === '*' || each?.tenants.includes(tenantId)))
          const called = (by: IdentitySource, name: string): string | undefined => {
            const prefix = prefixOn(sources, by, tenantId)
            return prefix === '' && imitatedPrefix(sources, [name]) !== undefined ? undefined : `${prefix}${name}`
          }
          const names = one && other ? [called(one, oneName), called(other, otherName)] : []
          expect(names[0] === undefined || names[0] !== names[1]).toBe(true)
        },
      ),
    )
  })

  test.each([
    { reason: 'of the only issuer', sources: [source(['acme'])], index: 0, tenantId: 'acme', expected: '' },
    {
      reason: 'of the only issuer, whatever its prefix is for',
      sources: [source('*', 'partner:')],
      index: 0,
      tenantId: 'acme',
      expected: '',
    },
    {
      reason: 'of a further one',
      sources: [source('*'), source(['acme'], 'partner:')],
      index: 1,
      tenantId: 'acme',
      expected: 'partner:',
    },
    {
      reason: 'of one that is the first elsewhere: bare there, as the rows from before are',
      sources: [source(['acme']), source(['acme', 'beta'], 'partner:')],
      index: 1,
      tenantId: 'beta',
      expected: '',
    },
    {
      reason: 'of one that is the first elsewhere, about no one tenant',
      sources: [source(['acme']), source(['acme', 'beta'], 'partner:')],
      index: 1,
      tenantId: null,
      expected: 'partner:',
    },
    {
      reason: 'of one that every tenant has first, about no one tenant',
      sources: [source('*', 'partner:')],
      index: 0,
      tenantId: null,
      expected: 'partner:',
    },
    {
      reason: 'of one that the tenant does not have, though its first one has the same prefix',
      sources: [source(['acme'], 'x:'), source(['beta'], 'x:')],
      index: 1,
      tenantId: 'acme',
      expected: 'x:',
    },
    {
      reason: 'of one that says to know the same people',
      sources: [source('*'), source('*', '')],
      index: 1,
      tenantId: 'acme',
      expected: '',
    },
    {
      reason: 'of one with the same prefix as the first',
      sources: [source('*', 'x:'), source('*', 'x:')],
      index: 1,
      tenantId: 'acme',
      expected: '',
    },
    {
      reason: 'of one with the same prefix as another further one',
      sources: [source('*'), source('*', 'x:'), source('*', 'x:')],
      index: 2,
      tenantId: 'acme',
      expected: 'x:',
    },
  ])('$reason', ({ sources, index, tenantId, expected }) => {
    expect(prefixOn(sources, sources[index] ?? source('*'), tenantId)).toBe(expected)
  })

  test.each([
    { reason: 'one issuer', sources: [source('*')], mixed: [] },
    { reason: 'a tenant each', sources: [source(['acme']), source(['beta'])], mixed: [] },
    { reason: 'two of one tenant', sources: [source(['acme']), source(['acme'])], mixed: ['acme unsaid'] },
    { reason: 'every tenant, and one of them', sources: [source('*'), source(['beta'])], mixed: ['beta unsaid'] },
    {
      reason: 'one of them, and every tenant',
      sources: [source(['beta']), source('*')],
      mixed: ['beta unsaid'],
    },
    { reason: 'other people', sources: [source('*'), source('*', 'x:')], mixed: [] },
    { reason: 'the same people', sources: [source('*'), source('*', '')], mixed: [] },
    {
      reason: 'other people beside a first one that has said',
      sources: [source('*', 'x:'), source('*', 'y:')],
      mixed: [],
    },
    {
      reason: 'the first one has said, the second has not',
      sources: [source(['acme'], 'x:'), source(['acme'])],
      mixed: ['acme unsaid'],
    },
    {
      reason: 'a second one that would be bare beside the first',
      sources: [source(['acme'], 'x:'), source(['acme'], '')],
      mixed: ['acme not-the-first'],
    },
    {
      reason: 'the third of three',
      sources: [source(['acme']), source(['acme'], 'x:'), source(['acme'])],
      mixed: ['acme unsaid'],
    },
  ])('are told apart by the configuration, or it is refused: $reason', ({ sources, mixed }) => {
    expect(mixedIdentities(sources, tenantIds).map(({ tenantId, why }) => `${tenantId} ${why}`)).toEqual(mixed)
  })

  test.each([
    { reason: 'none', names: ['ann', 'auth0|ann'], imitated: undefined },
    { reason: 'one of several names', names: ['ann', 'p2:ann'], imitated: 'p2:' },
    { reason: 'a prefix alone', names: ['partner:'], imitated: 'partner:' },
    { reason: 'further behind it is no prefix', names: ['auth0|partner:ann'], imitated: undefined },
    { reason: 'no name at all', names: [], imitated: undefined },
  ])('imitate a prefix: $reason', ({ names, imitated }) => {
    expect(imitatedPrefix([source('*'), source('*', ''), source('*', 'partner:'), source('*', 'p2:')], names)).toBe(
      imitated,
    )
  })

  test.each(['partner:', 'a:', 'P_2-x:', `${'x'.repeat(32)}:`, ''])('%j can be a prefix', (text) => {
    expect(isPrefix(text)).toBe(true)
  })
  test.each([
    { reason: 'no colon', text: 'partner' },
    { reason: 'only a colon', text: ':' },
    { reason: 'two colons: partner: could imitate it', text: 'partner:x:' },
    { reason: 'a space', text: 'the partner:' },
    { reason: 'the bar of user ids', text: 'auth0|:' },
    { reason: 'accounts of the database are called so', text: 'account:' },
    { reason: 'and would look the same', text: 'Account:' },
    { reason: 'too long', text: `${'x'.repeat(33)}:` },
    { reason: 'far too long', text: `${'x'.repeat(10_000)}:` },
  ])('cannot be a prefix: $reason', ({ text }) => {
    expect(isPrefix(text)).toBe(false)
  })

  test('with prefixes have their rate on each tenant, as they may be other people there; without, one for all', () => {
    const ann = { kind: 'user', id: 'auth0|ann' } as const
    const keys = (sources: IdentitySource[]) => new Set(tenantIds.map((id) => rateKeyOf(sources, ann, id)))
    expect([keys([source('*')]).size, keys([source('*'), source('*', 'x:')]).size]).toEqual([1, 3])
  })

  test('count for no other id and for no account, which is one and the same on every tenant', () => {
    const sources = [source('*'), source('*', 'x:')]
    const rateOf = (kind: 'user' | 'service-account', id: string, tenantId = 'acme') =>
      rateKeyOf(sources, { kind, id }, tenantId)
    expect(rateOf('user', 'ann')).not.toBe(rateOf('user', 'bob'))
    expect(rateOf('service-account', 'ci')).not.toBe(rateOf('user', 'ci'))
    expect(rateOf('service-account', 'ci')).not.toBe(rateOf('service-account', 'cd'))
    expect(rateOf('service-account', 'ci')).toBe(rateOf('service-account', 'ci', 'beta'))
  })

  test('are explained to whoever runs Nexus, where a tenant has several issuers', () => {
    const issuers = [
      { issuer: 'https://one.example/', ...source('*') },
      { issuer: 'https://two.example/', ...source(['acme'], 'partner:') },
    ]
    expect(judgeIdentities(issuers, ['acme', 'beta'])).toEqual([
      {
        about: 'identities on acme',
        level: 'ok',
        said: 'User ids and roles of https://one.example/ bare, https://two.example/ behind partner:.',
        remedy: null,
      },
    ])
  })
})
