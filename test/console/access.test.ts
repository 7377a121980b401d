import { expect, test } from 'vitest'
import { shownIn } from '../../console/src/access/shown.ts'

test.each([
  { reason: 'nothing yet', text: '  ', shown: { kind: 'nothing' } },
  {
    reason: 'an object is claims',
    text: ' {"sub": "auth0|ann"}',
    shown: { kind: 'claims', claims: { sub: 'auth0|ann' } },
  },
  { reason: 'another value is none', text: '["auth0|ann"]', shown: { kind: 'not-an-object' } },
  { reason: 'what is no JSON is a token', text: 'eyJh.eyJz.c2ln\n', shown: { kind: 'token', token: 'eyJh.eyJz.c2ln' } },
  { reason: 'a header was copied', text: 'Bearer eyJh.eyJz.c2ln', shown: { kind: 'token', token: 'eyJh.eyJz.c2ln' } },
])('what is pasted of somebody: $reason', ({ text, shown }) => {
  expect(shownIn(text)).toEqual(shown)
})
