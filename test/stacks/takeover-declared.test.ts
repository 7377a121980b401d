import { describe, expect, test } from 'vitest'
import type { SnapshotClient } from '../../domain/terraform/snapshot.ts'
import { planStack } from '../../stacks/plan/plan.ts'
import { at, declaration, snapshot, state } from './support.ts'
import { contractKeys } from '../support/contract.ts'
import { ours, shop, decided, accessKeys } from './takeover-support.ts'

describe('a client that is declared already', () => {
  test.each<{ reason: string; observed: Record<string, unknown>; given: Record<string, unknown>; says: string }>([
    {
      reason: 'owners that somebody put on in the dashboard, beside other metadata that is declared',
      observed: { client_metadata: { cost_center: '4711', ...accessKeys } },
      given: { client_metadata: { cost_center: '0815' } },
      says: '- client_metadata.owners: ',
    },
    {
      reason: 'one more owner than declared',
      observed: { client_metadata: { owners: '["billing","ann"]' } },
      given: { client_metadata: { owners: '["billing"]' } },
      says: String.raw`"[\"billing\",\"ann\"]" would become`,
    },
    {
      reason: 'another product than declared',
      observed: { client_metadata: { product_name: 'Shop' } },
      given: { client_metadata: { product_name: 'Billing' } },
      says: '- client_metadata.product_name: "Shop" would become "Billing"',
    },
    {
      reason: 'the application that the other half of mobile is of',
      observed: { mobile: { ios: { team_id: 'T' }, android: { app_package_name: 'com.example' } } },
      given: { mobile: { ios: { team_id: 'T' } } },
      says: '- mobile.android: ',
    },
  ])('goes without what would take $reason', ({ observed, given, says }) => {
    const [attribute = ''] = Object.keys(given)
    for (const declared of [true, null]) {
      const found = decided({ found: shop(observed), declares: { given }, declared })
      expect(found.leftOut).toEqual([attribute])
      expect(found.ignored).toContain(attribute)
      expect(found.warnings).toEqual([expect.stringContaining(says)])
    }
    const meant = decided({ found: shop(observed), declares: { given, replaces: [attribute] }, declared: true })
    expect([meant.leftOut, meant.warnings]).toEqual([[], []])
  })

  test.each<{ reason: string; observed: Record<string, unknown>; given: Record<string, unknown> }>([
    { reason: 'a callback', observed: { callbacks: [ours] }, given: { callbacks: [`${ours}/new`] } },
    { reason: 'a description', observed: { description: 'Old' }, given: { description: 'New' } },
    {
      reason: 'metadata of nobody’s',
      observed: { client_metadata: { tier: '1', cost: '2' } },
      given: { client_metadata: { tier: '2' } },
    },
    {
      reason: 'a value that is declared',
      observed: { mobile: { ios: { team_id: 'T' } } },
      given: { mobile: { ios: { team_id: 'U' } } },
    },
  ])('changes with its declaration: $reason', ({ observed, given }) => {
    const found = decided({ found: shop(observed), declares: { given }, declared: true })
    expect([found.refusal, found.leftOut, found.warnings]).toEqual(['', [], []])
  })

  test('ignores the keys of owners that it does not declare, whatever stands there between synthesis and plan', () => {
    const { ignored } = decided({
      found: shop({}),
      declares: { given: { client_metadata: { owners: '["a"]', tier: '1' } } },
      declared: true,
    })
    expect(ignored?.filter((one) => one.startsWith('client_metadata'))).toEqual(
      Object.values(contractKeys)
        .filter((key) => key !== 'owners')
        .map((key) => `client_metadata["${key}"]`),
    )
  })

  test('has keys of other names where the tenant has', () => {
    const keys = { ...contractKeys, owners: '${own}"ers', productName: 'p' }
    const found = shop({ client_metadata: { p: 'Shop' } })
    const one = declaration('shop', { given: { client_metadata: { tier: '1' } } })
    const planOf = (taken: SnapshotClient) =>
      planStack(
        snapshot([state([at('auth0_client.shop', 'A')])], [taken], { metadataKeys: keys }),
        'prod',
        new Map([['prod', [one]]]),
      )
    expect(planOf(found).declared.get('shop')?.leftOut).toEqual(['client_metadata'])
    expect(planOf(shop({})).declared.get('shop')?.ignored).toContain('client_metadata["$${own}\\"ers"]')
  })

  test('is told when there is nothing left to replace: the next thing that somebody puts there would go', () => {
    const { warnings } = decided({
      found: shop({ callbacks: [ours] }),
      declares: { given: { callbacks: [ours] }, replaces: ['callbacks'] },
      declared: true,
    })
    expect(warnings).toEqual([expect.stringContaining('replaces: callbacks, but there is nothing left to replace')])
  })

  test('has its credentials taken over like a client', () => {
    const found = shop({ token_endpoint_auth_method: 'client_secret_basic' })
    const { refusal } = decided({ found, declares: { authenticationMethod: 'none' }, declared: true })
    expect(refusal).toContain('takes over the credentials of the client A ("Shop")')
  })
})

test('a new client gives what its declaration gives, and ignores the rest', () => {
  const one = declaration('shop', { given: { name: 'Shop', client_metadata: { owners: '["a"]' } } })
  const plan = planStack(snapshot([state([])], []), 'prod', new Map([['prod', [one]]]))
  expect(plan.declared.get('shop')?.leftOut).toEqual([])
  expect(plan.declared.get('shop')?.ignored).toEqual(expect.arrayContaining(['addons', 'callbacks', 'web_origins']))
})
