import { expect, test } from 'vitest'
import { clientIdIn } from '../../../console/src/clients/client-address.ts'

test.each([
  { id: 'a/b', reason: 'a slash' },
  { id: 'a%2Fb', reason: 'what reads as an encoded slash' },
  { id: '100%', reason: 'a percent sign' },
  { id: 'a?b#c&d', reason: 'what begins other parts of an address' },
])('An id is read as it was written into an address: $reason', ({ id }) => {
  expect(clientIdIn(`/tenants/acme/clients/${encodeURIComponent(id)}/history`)).toBe(id)
})

test('What was written by hand and encodes nothing is taken as it is', () => {
  expect(clientIdIn('/tenants/acme/clients/100%')).toBe('100%')
})
