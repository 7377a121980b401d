import { describe, expect, test } from 'vitest'
import { ours, shop, decided, accessKeys } from './takeover-support.ts'
import type { Case } from './takeover-support.ts'

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
