import { expect, test } from 'vitest'
import { withoutSlashes } from '../../../domain/texts/web-address.ts'

test.each([
  { reason: 'none', address: 'https://a.test', is: 'https://a.test' },
  { reason: 'one', address: 'https://a.test/', is: 'https://a.test' },
  { reason: 'many', address: 'https://a.test/x///', is: 'https://a.test/x' },
  { reason: 'those inside stay', address: 'https://a.test//x', is: 'https://a.test//x' },
  { reason: 'nothing else', address: '//', is: '' },
  { reason: 'nothing', address: '', is: '' },
])('slashes at the end of an address: $reason', ({ address, is }) => {
  expect(withoutSlashes(address)).toBe(is)
})
