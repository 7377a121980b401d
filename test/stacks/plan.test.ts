import { describe, expect, test } from 'vitest'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { attributesOf, optional } from '../../stacks/plan/attributes.ts'
import { at, client, declaration, snapshot, state } from './support.ts'
import { planOf, adopt, release, other } from './plan-support.ts'

describe('what becomes of a client', () => {
  test.each([
    {
      reason: 'in the state, without a declaration: kept under the name that the state has',
      taken: snapshot([state([at('auth0_client.billing', 'A')])], [client('A')]),
      plan: { kept: [{ name: 'billing', clientName: 'Client A' }], imports: [], removed: [] },
    },
    {
      reason: 'adoption asked for: imported under a name that may begin with a digit',
      taken: snapshot([state([])], [client('9A', { request: adopt })]),
      plan: {
        kept: [{ name: 'c_9A', clientName: 'Client 9A' }],
        imports: [{ to: 'auth0_client.c_9A', id: '9A' }],
        removed: [],
      },
    },
    ...[
      { id: 'tpc_9', name: 'c_tpc_9', reason: 'letters, digits, dashes and underscores stay as they are' },
      { id: 'legacy.shop', name: 'c_legacy_2eshop', reason: 'what no name may hold is written as its bytes' },
      { id: 'a.b_c-d', name: 'c_a_2eb_5fc-d', reason: 'and then the underscore too, so that no two are one' },
      { id: 'é/${x}', name: 'c__c3_a9_2f_24_7bx_7d', reason: 'whatever it is' },
    ].map(({ id, name, reason }) => ({
      reason: `adoption of ${id}: ${reason}`,
      taken: snapshot([state([])], [client(id, { request: adopt })]),
      plan: { kept: [{ name }], imports: [{ to: `auth0_client.${name}`, id }] },
    })),
    {
      reason: 'adoption of an id with dots that the state has elsewhere: its address there counts',
      taken: snapshot(
        [state([at('auth0_client.legacy_shop', 'legacy.shop')])],
        [client('legacy.shop', { request: adopt })],
      ),
      plan: { kept: [{ name: 'legacy_shop' }], imports: [] },
    },
    {
      reason: 'adoption asked for, and already in the state: no second import',
      taken: snapshot([state([at('auth0_client.c_A', 'A')])], [client('A', { request: adopt })]),
      plan: { kept: [{ name: 'c_A' }], imports: [] },
    },
    {
      reason: 'adoption into another state: nothing here',
      taken: snapshot([state([])], [client('A', { request: { kind: 'adopt', state: 'other' } })]),
      plan: { kept: [], imports: [], removed: [] },
    },
    {
      reason: 'vanished, with an adoption: neither resource nor import, which would fail the whole plan',
      taken: snapshot([state([])], [client('A', { vanished: true, request: adopt })]),
      plan: { kept: [], imports: [], removed: [] },
    },
    {
      reason: 'vanished, in the state: forgotten, at every address',
      taken: snapshot(
        [state([at('auth0_client.billing', 'A'), at('auth0_client_credentials.billing', 'A')])],
        [client('A', { vanished: true })],
      ),
      plan: { kept: [], removed: ['auth0_client.billing', 'auth0_client_credentials.billing'] },
    },
    {
      reason: 'release asked for: removed without being destroyed, at every address',
      taken: snapshot(
        [state([at('auth0_client.billing', 'A'), at('auth0_client_credentials.key', 'A')])],
        [client('A', { request: release })],
      ),
      plan: { kept: [], imports: [], removed: ['auth0_client.billing', 'auth0_client_credentials.key'] },
    },
    {
      reason: 'release from another state: stays here',
      taken: snapshot(
        [state([at('auth0_client.billing', 'A')])],
        [client('A', { request: { kind: 'release', state: 'other' } })],
      ),
      plan: { kept: [{ name: 'billing' }], removed: [] },
    },
    {
      reason: 'credentials without a declaration: forgotten, because to destroy them resets them in Auth0',
      taken: snapshot(
        [state([at('auth0_client.billing', 'A'), at('auth0_client_credentials.billing', 'A')])],
        [client('A')],
      ),
      plan: { kept: [{ name: 'billing' }], removed: ['auth0_client_credentials.billing'] },
    },
    {
      reason: 'only a deposed object is left at the address: forgotten, because Terraform would destroy it',
      taken: snapshot([state([at('auth0_client.billing', 'A', { deposed: '0badc0de' })])], [client('A')]),
      plan: { kept: [], removed: ['auth0_client.billing'] },
    },
    {
      reason: 'managed elsewhere, or nowhere: never a resource',
      taken: snapshot([state([]), other('auth0_client.a', 'A', false)], [client('A'), client('B')]),
      plan: { kept: [], imports: [], removed: [] },
    },
  ])('$reason', ({ taken, plan }) => {
    expect(planOf(taken)).toMatchObject(plan)
  })

  test('a client that another state has is not adopted, and that is said', () => {
    const plan = planOf(
      snapshot([state([]), other('module.x.auth0_client.a', 'A', false)], [client('A', { request: adopt })]),
    )
    expect(plan).toMatchObject({
      imports: [],
      warnings: [expect.stringContaining('the state other manages it as module.x.auth0_client.a')],
    })
  })
})

describe('a declared client', () => {
  const billing = at('auth0_client.billing', 'A')

  test('is not kept as well', () => {
    const plan = planOf(snapshot([state([billing])], [client('A')]), [declaration('billing')])
    expect(plan).toMatchObject({ kept: [], imports: [], removed: [], counts: { managed: 1, declared: 1 } })
    expect(plan.declared.get('billing')).toMatchObject({ leftOut: [], credentials: 'billing' })
  })

  test('goes without what Nexus owns: one metadata key takes the whole map with it, one leaf all of mobile', () => {
    const owned = ['callbackUrls', 'productName', 'mobile.ios.team_id'] as const
    const plan = planOf(snapshot([state([billing])], [client('A', { owned: [...owned] })]), [
      declaration('billing', {
        given: { callbacks: ['https://a.example.com'], web_origins: ['https://b.example.com'] },
      }),
    ])
    expect(plan.declared.get('billing')?.leftOut).toEqual(['callbacks'])
    expect(plan.declared.get('billing')?.ignored).toEqual(optional.filter((name) => name !== 'web_origins'))
    expect(plan.warnings).toEqual([expect.stringContaining('auth0_client.billing declares callbacks, which')])
  })

  test('that is new is neither imported nor listed, because it has no id yet', () => {
    const plan = planOf(snapshot([state([])], []), [declaration('billing')])
    expect(plan).toMatchObject({ imports: [], managed: {}, counts: { managed: 1, declared: 1, adopting: 0 } })
  })

  test('takes over an existing client by an import, also one whose adoption is asked for', () => {
    const plan = planOf(snapshot([state([])], [client('A', { owned: ['callbackUrls'], request: adopt })]), [
      declaration('billing', { clientId: 'A', given: { callbacks: ['https://a.example.com'] } }),
    ])
    expect(plan).toMatchObject({ kept: [], imports: [{ to: 'auth0_client.billing', id: 'A' }] })
    expect(plan.declared.get('billing')?.leftOut).toEqual(['callbacks'])
  })

  test('is not imported again once the state has it', () => {
    const plan = planOf(snapshot([state([billing])], [client('A')]), [declaration('billing', { clientId: 'A' })])
    expect(plan.imports).toEqual([])
  })

  test('keeps the name that its credentials have in the state', () => {
    const taken = snapshot([state([billing, at('auth0_client_credentials.key', 'A')])], [client('A')])
    const plan = planOf(taken, [declaration('billing', { authenticationMethod: 'none' })])
    expect([plan.declared.get('billing')?.credentials, plan.removed]).toEqual(['key', []])
  })

  test('that says nothing of credentials has them forgotten', () => {
    const taken = snapshot([state([billing, at('auth0_client_credentials.key', 'A')])], [client('A')])
    expect(planOf(taken, [declaration('billing')]).removed).toEqual(['auth0_client_credentials.key'])
  })

  test('that is no longer declared stays, untouched', () => {
    expect(planOf(snapshot([state([billing])], [client('A')])).kept).toEqual([
      { name: 'billing', clientName: 'Client A' },
    ])
  })

  test('with the name of a manual client is said to become a second one', () => {
    const plan = planOf(snapshot([state([])], [client('M', { name: 'Billing' })]), [
      declaration('billing', { clientName: 'Billing' }),
    ])
    expect(plan.warnings).toEqual([expect.stringContaining("declare clientId: 'M'")])
  })

  test('with the name of a client that another declaration takes over says nothing of that one', () => {
    const plan = planOf(snapshot([state([])], [client('M', { name: 'Billing' })]), [
      declaration('billing', { clientName: 'Billing' }),
      declaration('taken', { clientName: 'Billing', clientId: 'M' }),
    ])
    expect(plan.warnings).toEqual([])
  })
})

describe('what somebody should know', () => {
  test.each([
    {
      reason: 'a tainted client stops the plan',
      taken: snapshot([state([at('auth0_client.billing', 'A', { tainted: true })])], [client('A')]),
      says: 'terraform untaint auth0_client.billing',
    },
    {
      reason: 'a client in two states',
      taken: snapshot(
        [state([at('auth0_client.billing', 'A')]), other('auth0_client.again', 'A', false)],
        [client('A')],
      ),
      says: 'auth0_client.billing in prod, auth0_client.again in other',
    },
    {
      reason: 'a deposed object that Auth0 no longer has',
      taken: snapshot(
        [state([at('auth0_client.b', 'A'), at('auth0_client.b', 'B', { deposed: '0badc0de' })])],
        [client('A')],
      ),
      says: 'destroys the deposed object 0badc0de',
    },
  ])('$reason', ({ taken, says }) => {
    expect(planOf(taken).warnings).toEqual([expect.stringContaining(says)])
  })
})

test('manual is what no state has once the stacks are applied', () => {
  const taken = snapshot(
    [
      state([at('auth0_client.kept', 'KEPT'), at('auth0_client.leaving', 'LEAVING')]),
      other('auth0_client.foreign', 'FOREIGN', false),
    ],
    [
      client('KEPT'),
      client('LEAVING', { request: release }),
      client('FOREIGN', { request: { kind: 'release', state: 'other' } }),
      client('COMING', { request: adopt }),
      client('DECLARED'),
      client('GONE', { vanished: true }),
      client('MANUAL'),
    ],
  )
  const plan = planOf(taken, [], [declaration('taken', { clientId: 'DECLARED' })])
  expect(plan.manual).toEqual({ LEAVING: 'Client LEAVING', MANUAL: 'Client MANUAL' })
  expect(plan.managed).toEqual({
    'auth0_client.kept': { clientId: 'KEPT', clientName: 'Client KEPT' },
    'auth0_client.c_COMING': { clientId: 'COMING', clientName: 'Client COMING' },
  })
})

test('every field has its attribute, and none that must be given', () => {
  expect(optional).toEqual(expect.arrayContaining(attributesOf(fieldPaths)))
})
