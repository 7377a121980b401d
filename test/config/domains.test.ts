import { describe, expect, test } from 'vitest'
import { domainProblem } from '../../adapters/config/domains.ts'
import { parse, problemsOf } from './support.ts'

describe('a tenant domain', () => {
  test.each([
    { reason: 'a tenant in a region', domain: 'acme.eu.auth0.com' },
    { reason: 'a custom domain', domain: 'login.acme.example' },
    { reason: 'an international name in its wire form', domain: 'login.xn--bcher-kva.example' },
    { reason: 'a label may start with a digit', domain: '1acme.auth0.com' },
    { reason: 'case does not matter in a name', domain: 'ACME.eu.auth0.com' },
    { reason: 'local is only the last label', domain: 'local.auth0.com' },
  ])('is fine: $reason', ({ domain }) => {
    expect(domainProblem(domain, false)).toBeUndefined()
  })

  test.each([
    { reason: 'a port', domain: 'acme.auth0.com:8443', says: 'no port' },
    { reason: 'a scheme', domain: 'https://acme.auth0.com', says: 'without a scheme' },
    { reason: 'a path', domain: 'acme.auth0.com/api', says: 'without a path' },
    {
      reason: 'a backslash, which URL readers take for a slash',
      domain: 'acme.auth0.com\\@evil.example',
      says: 'user name',
    },
    { reason: 'a query', domain: 'acme.auth0.com?x', says: 'without a path or query' },
    { reason: 'a fragment', domain: 'acme.auth0.com#x', says: 'without a path or query' },
    { reason: 'user info', domain: 'acme.auth0.com:x@evil.example', says: 'user name' },
    { reason: 'IPv4', domain: '10.0.0.1', says: 'not an IP' },
    { reason: 'a public IPv4 too', domain: '8.8.8.8', says: 'not an IP' },
    { reason: 'short IPv4', domain: '127.1', says: 'not an IP' },
    { reason: 'decimal IPv4', domain: '2130706433', says: 'not an IP' },
    { reason: 'hexadecimal IPv4', domain: '0x7f000001', says: 'not an IP' },
    { reason: 'IPv4 with a hexadecimal part', domain: '127.0.0.0x1', says: 'not an IP' },
    { reason: 'octal IPv4', domain: '0177.0.0.01', says: 'not an IP' },
    { reason: 'IPv6', domain: '::1', says: 'not an IP' },
    { reason: 'IPv6 in brackets', domain: '[::1]', says: 'not an IP' },
    { reason: 'IPv4 in IPv6', domain: '[::ffff:10.0.0.1]', says: 'not an IP' },
    { reason: 'this machine', domain: 'localhost', says: 'private' },
    { reason: 'below localhost', domain: 'auth0.localhost', says: 'private' },
    { reason: 'multicast names', domain: 'auth0.local', says: 'private' },
    { reason: 'a cloud metadata service', domain: 'metadata.google.internal', says: 'private' },
    { reason: 'no dot', domain: 'acme', says: 'no full domain name' },
    { reason: 'a dot at the end makes another name of the same host', domain: 'acme.auth0.com.', says: 'dot' },
    { reason: 'a reserved name with a dot at the end', domain: 'auth0.local.', says: 'dot' },
    { reason: 'an empty label', domain: 'acme..auth0.com', says: 'no domain name' },
    { reason: 'letters that look like others', domain: 'аcme.auth0.com', says: 'no domain name' },
    {
      reason: 'digits of full width, which turn into an IP address',
      domain: '１２７.０.０.１',
      says: 'no domain name',
    },
    { reason: 'percent encoding', domain: '%6c%6fcalhost.example', says: 'no domain name' },
    { reason: 'a space', domain: 'acme .auth0.com', says: 'no domain name' },
    { reason: 'a label that is too long', domain: `${'a'.repeat(64)}.auth0.com`, says: 'no domain name' },
  ])('is refused: $reason', ({ domain, says }) => {
    expect(domainProblem(domain, false)).toContain(says)
  })

  test.each([
    { reason: 'a simulator by name and port', domain: 'localhost:4000', base: 'https://localhost:4000/api/v2' },
    { reason: 'plain http when asked for', domain: 'http://127.0.0.1:4000', base: 'http://127.0.0.1:4000/api/v2' },
    { reason: 'https may be written too', domain: 'https://127.0.0.1:4000', base: 'https://127.0.0.1:4000/api/v2' },
    { reason: 'IPv6', domain: 'http://[::1]:4000', base: 'http://[::1]:4000/api/v2' },
  ])('with allowInsecure: $reason', ({ domain, base }) => {
    const { tenants } = parse(`tenants:
      - { id: sim, domain: "${domain}", allowInsecure: true, credential: { clientId: a, clientSecret: b } }`)
    expect(tenants[0]?.baseUrl).toBe(base)
    expect(tenants[0]?.tokenUrl).toBe(base.replace('/api/v2', '/oauth/token'))
    expect(tenants[0]?.audience).toBe(`${base}/`)
    expect(tenants[0]?.domain).not.toContain('//')
  })

  test.each([
    { reason: 'a path stays refused', domain: 'http://localhost:4000/x' },
    { reason: 'user info stays refused', domain: 'http://a:b@localhost:4000' },
    { reason: 'another scheme', domain: 'ftp://localhost' },
    { reason: 'no host', domain: 'http://' },
  ])('with allowInsecure, refused: $reason', ({ domain }) => {
    expect(domainProblem(domain, true)).toBeDefined()
  })

  test('is told together with what else is wrong with its tenant', () => {
    const paths = problemsOf('tenants: [{ id: A, domain: "10.0.0.1", plan: fre }]').map(({ path }) => path)
    expect(paths.toSorted()).toEqual(['tenants[0].credential', 'tenants[0].domain', 'tenants[0].id', 'tenants[0].plan'])
  })
})
