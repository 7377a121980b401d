import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { permissions } from '../../../domain/vocabulary.ts'
import { readSeed } from '../../../simulator/seed/read.ts'
import { demoUsers } from '../../../simulator/sign-in/demo-users.ts'
import { simulated } from '../support.ts'

const file = (users: unknown): string => JSON.stringify({ clients: [], users })

describe('the users of a file', () => {
  test('can sign in, and nothing of them is left out', async () => {
    const { users, notes } = readSeed(`
clients: []
users:
  - { sub: auth0|ann, name: Ann ##TEAM##, permissions: [client.write] }
`)
    const ann = { sub: 'auth0|ann', name: 'Ann ##TEAM##', permissions: ['client.write'], roles: [], products: [] }
    expect([users, notes]).toEqual([[ann], []])
    expect((await simulated({ users: users ?? [] })).users).toEqual([ann])
  })

  test('are none where it lists none, and not known where it does not say', () => {
    expect([readSeed(file([])).users, readSeed('[]').users, readSeed('{"clients":[]}').users]).toEqual([
      [],
      undefined,
      undefined,
    ])
  })

  test.each([
    { reason: 'without a name', users: [{ sub: 'a' }], says: 'users[0].name: ' },
    { reason: 'with a member that nothing reads', users: [{ sub: 'a', name: 'A', role: 'b' }], says: 'users[0]: ' },
    { reason: 'with one text as a list', users: [{ sub: 'a', name: 'A', roles: 'b' }], says: 'users[0].roles: ' },
    {
      reason: 'of one id',
      users: [
        { sub: 'a', name: 'A' },
        { sub: 'a', name: 'B' },
      ],
      says: 'users: Two users have the same sub.',
    },
    { reason: 'that are no list', users: { a: 1 }, says: 'users: ' },
  ])('$reason are refused', ({ users, says }) => {
    expect(() => readSeed(file(users))).toThrow(says)
  })
})

test('the example of the guides is read whole', async () => {
  const example = new URL('../../../docs/examples/sandbox.yaml', import.meta.url)
  const { clients, users, notes } = readSeed(await readFile(example, 'utf8'))
  expect([clients.length, users?.length, notes]).toEqual([1, 3, []])
})

test('the permissions of the demo users are those of Nexus', () => {
  const named = demoUsers.flatMap((user) => user.permissions ?? [])
  expect(named.filter((name) => !permissions.some((known) => known === name))).toEqual([])
})
