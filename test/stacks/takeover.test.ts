import { describe, expect, test } from 'vitest'
import type { SnapshotClient } from '../../domain/terraform/snapshot.ts'
import { StackRefused } from '../../stacks/errors.ts'
import type { Declaration } from '../../stacks/plan/claims.ts'
import { planStack } from '../../stacks/plan/plan.ts'
import { at, client, declaration, snapshot, state } from './support.ts'
import { contractKeys } from '../support/contract.ts'

const ours = 'https://shop.example.com'

const secret = ['addons', 'encryption_key', 'client_secret', 'signing_keys', 'client_authentication_methods']

const shop = (observed: Record<string, unknown>, more: Partial<SnapshotClient> = {}): SnapshotClient =>
  client('A', { name: 'Shop', observed: { name: 'Shop', ...observed }, withheld: secret, ...more })

interface Case {
  readonly found: SnapshotClient
  readonly declares: Partial<Declaration>
  /** What the state says of it; undefined where it is in none. */
  readonly declared?: boolean | null
}

/** What the plan has of the client; the refusal where there is none. */
const decided = ({ found, declares, declared }: Case) => {
  const resources = declared === undefined ? [] : [at('auth0_client.shop', 'A', { declared })]
  const one = declaration('shop', { clientId: 'A', ...declares, given: { name: 'Shop', ...declares.given } })
  try {
    const plan = planStack(snapshot([state(resources)], [found]), 'prod', new Map([['prod', [one]]]))
    return { ...plan.declared.get('shop'), warnings: plan.warnings, refusal: '' }
  } catch (error) {
    if (error instanceof StackRefused) return { leftOut: [], ignored: [], warnings: [], refusal: error.message }
    throw error
  }
}

const accessKeys = { owners: '["billing"]', product_name: 'Shop' }

describe('a takeover is refused, and says what would go', () => {
  test.each<Case & { reason: string; says: string; replaces: string }>([
    {
      reason: 'a callback that is not declared',
      found: shop({ callbacks: [`${ours}/a`, `${ours}/b`] }),
      declares: { given: { callbacks: [`${ours}/b`, `${ours}/c`] } },
      says: `- callbacks: "${ours}/a" would go`,
      replaces: 'callbacks',
    },
    {
      reason: 'another callback as the first, which logins without one go to',
      found: shop({ callbacks: [`${ours}/a`, `${ours}/b`] }),
      declares: { given: { callbacks: [`${ours}/b`, `${ours}/a`] } },
      says: `- callbacks: "${ours}/a" would no longer be the first`,
      replaces: 'callbacks',
    },
    {
      reason: 'metadata of which the declaration gives a part',
      found: shop({ client_metadata: { ...accessKeys, cost_center: '4711' } }),
      declares: { given: { client_metadata: { cost_center: '4711' } } },
      says: String.raw`- client_metadata.owners: "[\"billing\"]" would go`,
      replaces: "client_metadata.owners', 'client_metadata.product_name",
    },
    {
      reason: 'metadata that is declared as none',
      found: shop({ client_metadata: accessKeys }),
      declares: { given: { client_metadata: {} } },
      says: '- client_metadata.product_name: "Shop" would go',
      replaces: "client_metadata.owners', 'client_metadata.product_name",
    },
    {
      reason: 'one owner of two',
      found: shop({ client_metadata: { owners: '["billing", "ann"]' } }),
      declares: { given: { client_metadata: { owners: '["billing"]' } } },
      says: '- client_metadata.owners: ',
      replaces: 'client_metadata.owners',
    },
    {
      reason: 'owners that only Terraform can tell',
      found: shop({ client_metadata: { owners: '["billing"]' } }),
      declares: { given: { client_metadata: { owners: '${jsonencode(["billing"])}' } } },
      says: 'what Terraform makes of "${jsonencode([\\"billing\\"])}"',
      replaces: 'client_metadata.owners',
    },
    {
      reason: 'a part of mobile that is not declared',
      found: shop({ mobile: { ios: { team_id: 'T', app_bundle_identifier: 'B' } } }),
      declares: { given: { mobile: { ios: { team_id: 'T' } } } },
      says: '- mobile.ios.app_bundle_identifier: "B" would go',
      replaces: 'mobile.ios.app_bundle_identifier',
    },
    {
      reason: 'another text',
      found: shop({ description: 'Old' }),
      declares: { given: { description: 'New' } },
      says: '- description: "Old" would become "New"',
      replaces: 'description',
    },
    {
      reason: 'another name',
      found: shop({ name: 'Old shop' }),
      declares: {},
      says: '- name: "Old shop" would become "Shop"',
      replaces: 'name',
    },
    {
      reason: 'a switch',
      found: shop({ cross_origin_authentication: true }),
      declares: { given: { cross_origin_auth: false } },
      says: '- cross_origin_auth: true would become false',
      replaces: 'cross_origin_auth',
    },
    {
      reason: 'logout URLs under the name that Auth0 gives them',
      found: shop({ oidc_backchannel_logout: { backchannel_logout_urls: [ours] } }),
      declares: { given: { oidc_logout: { backchannel_logout_urls: [`${ours}/bye`] } } },
      says: `- oidc_logout.backchannel_logout_urls: "${ours}" would go`,
      replaces: 'oidc_logout.backchannel_logout_urls',
    },
    {
      reason: 'add-ons, whose secrets Nexus does not keep',
      found: shop({}),
      declares: { given: { addons: { samlp: { audience: 'urn:shop' } } } },
      says: '- addons: Nexus cannot see what Auth0 holds there',
      replaces: 'addons',
    },
    {
      reason: 'how it authenticates',
      found: shop({ token_endpoint_auth_method: 'client_secret_basic' }),
      declares: { authenticationMethod: 'none' },
      says: '- authentication_method: "client_secret_basic" would become "none"',
      replaces: 'authentication_method',
    },
    {
      reason: 'perhaps keys',
      found: shop({}),
      declares: { authenticationMethod: 'none' },
      says: '- authentication_method: Nexus cannot see what Auth0 holds there',
      replaces: 'authentication_method',
    },
  ])('$reason', ({ says, replaces, found, declares }) => {
    for (const declared of [undefined, false]) {
      const { refusal } = decided({ found, declares, ...(declared === undefined ? {} : { declared }) })
      expect(refusal).toContain(
        'auth0_client.shop takes over the client A ("Shop"), and would replace what Auth0 holds:',
      )
      expect(refusal).toContain(says)
      expect(refusal).toContain(`replaces: ['${replaces}']`)
    }
    const meant = { ...declares, replaces: replaces.split("', '") }
    expect(decided({ found, declares: meant })).toMatchObject({ refusal: '', leftOut: [], warnings: [] })
    // The whole says its parts.
    const whole = { ...declares, replaces: [replaces.split('.')[0] ?? ''] }
    expect(decided({ found, declares: whole })).toMatchObject({ refusal: '', leftOut: [], warnings: [] })
  })

  test('everything that would go is named at once', () => {
    const found = shop({ callbacks: [ours], description: 'Old', client_metadata: accessKeys })
    const { refusal } = decided({
      found,
      declares: { given: { callbacks: [], description: 'New', client_metadata: { a: 'b' } } },
    })
    expect(refusal.match(/^ +- \w[\w.]*:/gm)).toHaveLength(4)
  })

  test('what belongs to Nexus is left out, and nothing of it would go', () => {
    const found = shop({ callbacks: [ours] }, { owned: ['callbackUrls'] })
    const { refusal, leftOut } = decided({ found, declares: { given: { callbacks: [] } } })
    expect([refusal, leftOut]).toEqual(['', ['callbacks']])
  })

  test('of a snapshot that does not say what Auth0 holds', () => {
    const { observed: _, withheld: __, ...unknown } = shop({})
    const { refusal } = decided({ found: unknown, declares: { replaces: ['name'] } })
    expect(refusal).toContain('the snapshot does not say what Auth0 holds of it')
  })

  test('for a part that there is no attribute of', () => {
    const { refusal } = decided({ found: shop({}), declares: { replaces: ['callbackUrls', 'client_metadata.owners'] } })
    expect(refusal).toContain('replaces: callbackUrls, which is no attribute of auth0_client')
  })
})

describe('a takeover goes through', () => {
  test.each<{ reason: string; observed: Record<string, unknown>; given: Record<string, unknown> }>([
    {
      reason: 'where the declaration gives none of what Auth0 holds',
      observed: {
        client_metadata: accessKeys,
        cross_origin_loc: ours,
        oidc_logout: { backchannel_logout_urls: [ours] },
      },
      given: { app_type: 'regular_web', callbacks: [`${ours}/a`] },
    },
    {
      reason: 'where it gives the same',
      observed: { callbacks: [ours], sso: true },
      given: { callbacks: [ours], sso: true },
    },
    { reason: 'where it adds', observed: { callbacks: [ours] }, given: { callbacks: [ours, `${ours}/b`], sso: true } },
    {
      reason: 'where it adds an owner',
      observed: { client_metadata: { owners: '["billing"]' } },
      given: { client_metadata: { owners: '["ann","billing"]' } },
    },
    {
      reason: 'where another order means nothing',
      observed: { web_origins: ['a', 'b'] },
      given: { web_origins: ['b', 'a'] },
    },
    {
      reason: 'where a text stands for itself',
      observed: { description: '${x} %{y}' },
      given: { description: '$${x} %%{y}' },
    },
    {
      reason: 'where Auth0 has nothing or emptiness',
      observed: { callbacks: [], description: '', mobile: { ios: {} } },
      given: { callbacks: [ours], description: 'New', mobile: { ios: { team_id: 'T' } } },
    },
    {
      reason: 'where Auth0 keeps what it is not told: the lifetime beside an algorithm',
      observed: { jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 60 } },
      given: { jwt_configuration: { alg: 'RS256' } },
    },
  ])('$reason', ({ observed, given }) => {
    const { refusal, leftOut, warnings, ignored } = decided({ found: shop(observed), declares: { given } })
    expect({ refusal, leftOut, warnings }).toEqual({ refusal: '', leftOut: [], warnings: [] })
    for (const attribute of Object.keys(observed))
      expect(ignored?.includes(attribute)).toBe(!Object.hasOwn(given, attribute))
  })
})

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
