import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { readClaims } from '../../adapters/credentials/claims.ts'
import { permissions } from '../../domain/vocabulary.ts'
import { claimsAfterLogin } from './post-login-action.ts'

const docs = path.join(import.meta.dirname, '..', '..', 'docs')
const guide = readFileSync(path.join(docs, 'guides', 'tokens.md'), 'utf8')

const tenants = `
tenants:
  - { id: acme, domain: acme.eu.auth0.com, credential: { clientId: id, clientSecret: secret } }
`
/** The issuer of the guide's configuration. */
const issuer = () => {
  const [, block = ''] = /```yaml\n([^`]+)```/.exec(guide) ?? []
  const [found] = parseConfiguration(`${tenants}${block}`, { file: 'tokens.md', env: {} }).issuers
  if (found === undefined) throw new Error('The guide configures no issuer.')
  return found
}

describe('the guide to tokens', () => {
  test('lists every permission, and no other', () => {
    const [, section = ''] = /^## 2\. ([^#]+)/m.exec(guide) ?? []
    const listed = [...section.matchAll(/^\| `([a-z.-]+)` +\|/gm)].map(([, name]) => name)
    expect(listed).toEqual([...permissions])
  })

  test('quotes the Action as it is', () => {
    const [, block = ''] = /```js\n(exports[^`]+)```/.exec(guide) ?? []
    expect(block).not.toBe('')
    expect(readFileSync(path.join(docs, 'examples', 'post-login-action.js'), 'utf8')).toContain(block)
  })

  test("its configuration takes the audience and the claims of its Action's", async () => {
    const { audience, claims } = issuer()
    const set = await claimsAfterLogin({
      user: { app_metadata: { products: ['Billing'] } },
      authorization: { roles: ['billing-admins'] },
      resource_server: { identifier: audience[0] ?? '' },
    })
    expect(readClaims({ sub: 'auth0|ann', ...set }, claims)).toMatchObject({
      userId: 'auth0|ann',
      roles: ['billing-admins'],
      products: ['Billing'],
    })
  })

  test.each([
    { reason: 'what was only asked for gives nothing', token: { scope: 'tenant.admin' }, granted: [] },
    { reason: 'permissions do', token: { permissions: ['client.write'] }, granted: ['client.write'] },
    { reason: 'none are none', token: { permissions: [], scope: 'client.write' }, granted: [] },
  ])('under its configuration $reason', ({ token, granted }) => {
    expect([...readClaims({ sub: 'auth0|ann', ...token }, issuer().claims).permissions]).toEqual(granted)
  })
})
