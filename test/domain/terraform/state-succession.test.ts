import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPlainAddress, successionOf } from '../../../domain/terraform/state.ts'
import { isApply, LockInfo } from '../../../domain/terraform/state-lock.ts'

describe('a state that follows another', () => {
  const held = { lineage: 'a', serial: 5, sha256: 'x' }
  test.each([
    { reason: 'where none is, any may come', present: null, next: { ...held, serial: 0 }, is: 'first' },
    {
      reason: 'up to the highest',
      present: null,
      next: { ...held, serial: 2 ** 52 },
      is: 'first',
    },
    {
      reason: 'but none so high that few could follow',
      present: null,
      next: { ...held, serial: 2 ** 52 + 1 },
      is: 'leap',
    },
    { reason: 'nor may it leap there', present: held, next: { ...held, serial: 2 ** 53 - 1 }, is: 'leap' },
    {
      reason: 'from there it rises in steps',
      present: { ...held, serial: 2 ** 52 },
      next: { ...held, serial: 2 ** 52 + 1 },
      is: 'next',
    },
    {
      reason: 'which are no longer than a thousand',
      present: { ...held, serial: 2 ** 52 },
      next: { ...held, serial: 2 ** 52 + 1000 },
      is: 'next',
    },
    {
      reason: 'so that a longer one is a leap',
      present: { ...held, serial: 2 ** 52 },
      next: { ...held, serial: 2 ** 52 + 1001 },
      is: 'leap',
    },
    { reason: 'a higher serial', present: held, next: { ...held, serial: 6, sha256: 'y' }, is: 'next' },
    { reason: 'also one that leaves some out', present: held, next: { ...held, serial: 60 }, is: 'next' },
    { reason: 'a request whose answer was lost', present: held, next: held, is: 'same' },
    { reason: 'somebody wrote in between', present: held, next: { ...held, sha256: 'y' }, is: 'same-serial' },
    { reason: 'an older one', present: held, next: { ...held, serial: 4 }, is: 'lower-serial' },
    {
      reason: 'one that began elsewhere',
      present: held,
      next: { ...held, lineage: 'b', serial: 6 },
      is: 'foreign-lineage',
    },
    { reason: 'lineages compare exactly', present: held, next: { ...held, lineage: 'A' }, is: 'foreign-lineage' },
  ] as const)('$reason', ({ present, next, is }) => {
    expect(successionOf(present, next)).toBe(is)
  })

  test('of two that differ, at most one may follow the other', () => {
    const version = fc.record({
      lineage: fc.constantFrom('a', 'b'),
      serial: fc.nat(3),
      sha256: fc.constantFrom('x', 'y'),
    })
    fc.assert(
      fc.property(version, version, (one, other) => {
        const mayFollow = [successionOf(one, other), successionOf(other, one)].filter((is) => is === 'next')
        expect(mayFollow.length).toBe(one.lineage === other.lineage && one.serial !== other.serial ? 1 : 0)
      }),
    )
  })
})

test.each([
  { address: 'auth0_client.this', plain: true },
  { address: 'auth0_client.größe-1', plain: true },
  { address: 'auth0_client.this[0]', plain: false },
  { address: 'auth0_client.this["a"]', plain: false },
  { address: 'module.a.auth0_client.this', plain: false },
  { address: 'module.a[0].auth0_client.this', plain: false },
  { address: '', plain: false },
])('whether a configuration of ours has such an address: $address', ({ address, plain }) => {
  expect(isPlainAddress(address)).toBe(plain)
})

describe('a lock', () => {
  const lock = {
    ID: '2b7d',
    Operation: 'OperationTypeApply',
    Info: '',
    Who: 'ann@laptop',
    Version: '1.11.4',
    Created: '2026-01-02T03:04:05.123456789Z',
    Path: '',
  }
  test('is kept as Terraform sends it, and nothing that it does not know', () => {
    expect(LockInfo.parse({ ...lock, type: '/problems/x' })).toEqual(lock)
  })

  test('has a time of any zone', () => {
    const Created = '2026-01-02T03:04:05+01:00'
    expect(LockInfo.parse({ ...lock, Created }).Created).toBe(Created)
  })

  test('needs an id only; a time that Terraform could not read is Go’s zero time', () => {
    expect(LockInfo.parse({ ID: 'x', Created: 'yesterday' })).toEqual({
      ID: 'x',
      Operation: '',
      Info: '',
      Who: '',
      Version: '',
      Created: '0001-01-01T00:00:00Z',
      Path: '',
    })
  })

  test.each([
    { reason: 'no id', value: { ...lock, ID: '' } },
    { reason: 'an id that is a number', value: { ...lock, ID: 5 } },
    { reason: 'U+0000', value: { ...lock, Who: '\u0000' } },
    { reason: 'half of a pair', value: { ...lock, Info: '\udfff' } },
    { reason: 'no object', value: 'x' },
    { reason: 'without end', value: { ...lock, Info: 'x'.repeat(4097) } },
  ])('cannot be read: $reason', ({ value }) => {
    expect(LockInfo.safeParse(value).success).toBe(false)
  })

  test.each([
    { operation: 'OperationTypeApply', applies: true },
    { operation: 'OperationTypePlan', applies: false },
    { operation: 'OperationTypeRefresh', applies: false },
    { operation: '', applies: false },
  ])('whether its holder writes to Auth0: $operation', ({ operation, applies }) => {
    expect(isApply({ Operation: operation })).toBe(applies)
  })
})
