import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../domain/terraform/snapshot.ts'
import { StackRefused } from '../../stacks/errors.ts'
import type { Declaration } from '../../stacks/plan/claims.ts'
import { at, client, declaration, snapshot, state } from './support.ts'
import { planOf, adopt, release, other } from './plan-support.ts'

const refusalOf = (...parameters: Parameters<typeof planOf>): string => {
  try {
    planOf(...parameters)
  } catch (error) {
    if (error instanceof StackRefused) return error.message
    throw error
  }
  throw new Error('It was not refused.')
}

describe('no stack is made', () => {
  const keyed = `module.apps[0].auth0_client.this["it's"]`

  test.each<{
    reason: string
    taken: Snapshot
    declared?: Declaration[]
    elsewhere?: Declaration[]
    says: string
  }>([
    {
      reason: 'of an incomplete snapshot',
      taken: snapshot([state([])], [], { incomplete: 'the first scan is not done.' }),
      says: 'The snapshot is incomplete: the first scan is not done.',
    },
    {
      reason: 'for a state with resources that no stack has: an apply would destroy them',
      taken: snapshot([state([], { others: ['auth0_connection.google', 'auth0_role.reader'] })], []),
      says: 'terraform state rm auth0_connection.google\n    terraform state rm auth0_role.reader',
    },
    {
      reason: 'for a state that is written elsewhere',
      taken: snapshot([state([], { own: false })], []),
      says: 'terraformStates',
    },
    {
      reason: 'for a state that the snapshot does not have',
      taken: snapshot([], []),
      says: 'terraformStates',
    },
    {
      reason: 'with a client of which the snapshot knows nothing',
      taken: snapshot([state([at('auth0_client.billing', 'A')])], []),
      says: 'auth0_client.billing is the client A, of which the snapshot knows nothing',
    },
    {
      reason: 'with a client in a module, under a key: the command is ready for a shell',
      taken: snapshot([state([at(keyed, 'A')])], [client('A')]),
      says: String.raw`terraform state mv 'module.apps[0].auth0_client.this["it'\''s"]' auth0_client.c_A`,
    },
    {
      reason: 'with a client in a module that shall leave: removed blocks take no keys',
      taken: snapshot([state([at(keyed, 'A')])], [client('A', { request: release })]),
      says: String.raw`terraform state rm 'module.apps[0].auth0_client.this["it'\''s"]'`,
    },
    {
      reason: 'with credentials under a key, which would be forgotten',
      taken: snapshot([state([at('auth0_client_credentials.k[0]', 'A')])], [client('A')]),
      says: "terraform state rm 'auth0_client_credentials.k[0]'",
    },
    {
      reason: 'with a declared client under a key: it moves to the declared name',
      taken: snapshot([state([at('auth0_client.x[0]', 'A')])], [client('A')]),
      declared: [declaration('billing', { clientId: 'A' })],
      says: "terraform state mv 'auth0_client.x[0]' auth0_client.billing",
    },
    {
      reason: 'where a live client is deposed beside a kept one: prevent_destroy does not hold for it',
      taken: snapshot(
        [state([at('auth0_client.b', 'A'), at('auth0_client.b', 'B', { deposed: '0badc0de' })])],
        [client('A'), client('B')],
      ),
      says: 'would destroy the client B ("Client B")',
    },
    {
      reason: 'where two clients would have one address',
      taken: snapshot([state([at('auth0_client.c_A', 'B')])], [client('A', { request: adopt }), client('B')]),
      says: 'would be adopted as auth0_client.c_A, but another client has that address',
    },
    {
      reason: 'where two adoptions would have one address: the bytes of one id are the letters of another',
      taken: snapshot([state([])], [client('a.b', { request: adopt }), client('a_2eb', { request: adopt })]),
      says: 'would be adopted as auth0_client.c_a_2eb, but another client has that address',
    },
    {
      reason: 'with a declaration by the name of an adoption',
      taken: snapshot([state([])], [client('A', { request: adopt })]),
      declared: [declaration('c_A')],
      says: 'another client has that address',
    },
    {
      reason: 'with a declared client whose release is asked for',
      taken: snapshot([state([at('auth0_client.billing', 'A')])], [client('A', { request: release })]),
      declared: [declaration('billing')],
      says: 'Remove the declaration, or take the release back:\n    nexus adopt acme A',
    },
    {
      reason: 'with a declared client that vanished',
      taken: snapshot([state([at('auth0_client.billing', 'A')])], [client('A', { vanished: true })]),
      declared: [declaration('billing')],
      says: 'Auth0 no longer has the client A ("Client A"). Remove the declaration',
    },
    {
      reason: 'with a declaration that takes over what there is none of',
      taken: snapshot([state([])], []),
      declared: [declaration('billing', { clientId: 'A' })],
      says: 'acme has none of that id',
    },
    {
      reason: 'with a declaration that takes over what vanished',
      taken: snapshot([state([])], [client('A', { vanished: true })]),
      declared: [declaration('billing', { clientId: 'A' })],
      says: 'Auth0 no longer has the client A',
    },
    {
      reason: 'with a declaration that takes over what another state has',
      taken: snapshot([state([]), other('auth0_client.a', 'A', false)], [client('A')]),
      declared: [declaration('billing', { clientId: 'A' })],
      says: 'the state other manages it as auth0_client.a. Take it out there first:\n    terraform state rm auth0_client.a',
    },
    {
      reason: 'with a declaration that takes over what another state of ours has',
      taken: snapshot([state([]), other('auth0_client.a', 'A')], [client('A')]),
      declared: [declaration('billing', { clientId: 'A' })],
      says: 'Take it out there first:\n    nexus release acme A',
    },
    {
      reason: 'with a declaration that takes over what another state is to adopt',
      taken: snapshot(
        [state([]), other('auth0_client.b', 'B')],
        [client('A', { request: { kind: 'adopt', state: 'other' } }), client('B')],
      ),
      declared: [declaration('billing', { clientId: 'A' })],
      says: 'Declare it there, or take the adoption back:\n    nexus release acme A',
    },
    {
      reason: 'with a declaration that takes over what this state has under another name',
      taken: snapshot([state([at('auth0_client.c_A', 'A')])], [client('A')]),
      declared: [declaration('billing', { clientId: 'A' })],
      says: 'terraform state mv auth0_client.c_A auth0_client.billing',
    },
    {
      reason: 'with a declaration whose address belongs to another client',
      taken: snapshot([state([at('auth0_client.billing', 'B')])], [client('A'), client('B')]),
      declared: [declaration('billing', { clientId: 'A' })],
      says: 'declared for the client A, but in the state it is B',
    },
    {
      reason: 'with a client that two states declare',
      taken: snapshot([state([])], [client('A')]),
      declared: [declaration('billing', { clientId: 'A' })],
      elsewhere: [declaration('again', { clientId: 'A' })],
      says: 'auth0_client.billing in prod, auth0_client.again in other',
    },
    {
      reason: 'with an adoption of what another state declares',
      taken: snapshot([state([])], [client('A', { request: adopt })]),
      elsewhere: [declaration('again', { clientId: 'A' })],
      says: 'but other declares it. Take the adoption back:\n    nexus release acme A',
    },
    {
      reason: 'with a name that Terraform does not take',
      taken: snapshot([state([])], []),
      declared: [declaration('9 lives')],
      says: 'auth0_client.9 lives is declared, but that is no name',
    },
    {
      reason: 'with credentials declared where those of another client are: they would be replaced',
      taken: snapshot([state([at('auth0_client_credentials.new', 'A')])], [client('A')]),
      declared: [declaration('new', { authenticationMethod: 'none' })],
      says: 'terraform state rm auth0_client_credentials.new',
    },
    {
      reason: 'with credentials that two declarations of one client would share',
      taken: snapshot(
        [state([at('auth0_client.a', 'A'), at('auth0_client.b', 'A'), at('auth0_client_credentials.k', 'A')])],
        [client('A')],
      ),
      declared: [
        declaration('a', { authenticationMethod: 'none' }),
        declaration('b', { authenticationMethod: 'none' }),
      ],
      says: 'would be declared 2 times: auth0_client.a, auth0_client.b are one client',
    },
    {
      reason: 'with a declaration at an address that has only a deposed object',
      taken: snapshot([state([at('auth0_client.b', 'A', { deposed: '0badc0de' })])], [client('A')]),
      declared: [declaration('b')],
      says: 'terraform state rm auth0_client.b',
    },
  ])('$reason', ({ taken, declared, elsewhere, says }) => {
    expect(refusalOf(taken, declared, elsewhere)).toContain(says)
  })

  test('every reason is named at once', () => {
    const taken = snapshot([state([at('auth0_client.a[0]', 'A'), at('auth0_client.b', 'B')])], [client('A')])
    expect(refusalOf(taken).match(/^ {2}- /gm)).toHaveLength(2)
  })
})
