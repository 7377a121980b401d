import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { returnAddress } from '../../../domain/access/return-address.ts'

const console = 'https://nexus.example.com/portal/console'
const home = `${console}/`

describe('after signing in somebody is led', () => {
  test.each([
    { reason: 'to the page that they came from', given: '/tenants/acme', to: '/tenants/acme' },
    {
      reason: 'with its filters',
      given: '/tenants/acme/clients?search=a%20b&sort=-name',
      to: '/tenants/acme/clients?search=a%20b&sort=-name',
    },
    { reason: 'and its place', given: '/tenants/acme#drift', to: '/tenants/acme#drift' },
    {
      reason: 'whatever characters a client id has',
      given: '/tenants/acme/clients/a%2Fb%40c',
      to: '/tenants/acme/clients/a%2Fb%40c',
    },
    { reason: 'to a page whose name only begins like an address of the server', given: '/sessions', to: '/sessions' },
  ])('$reason', ({ given, to }) => {
    expect(returnAddress(console, given)).toBe(`${console}${to}`)
  })

  test.each([
    { reason: 'nothing is asked for', given: null },
    { reason: 'nothing is named', given: '' },
    { reason: 'another host', given: '//evil.example' },
    { reason: 'another host, as browsers read a backslash', given: '/\\evil.example' },
    { reason: 'a whole address', given: 'https://evil.example/' },
    { reason: 'a script', given: 'javascript:alert(1)' },
    { reason: 'a path that goes up', given: '/../../v1/tenants' },
    { reason: 'a path that goes up, encoded', given: '/%2e%2e/%2E%2E/v1/tenants' },
    { reason: 'a path that goes up late', given: '/tenants/../../../x' },
    { reason: 'a line break', given: '/tenants\r\nset-cookie: a=b' },
    { reason: 'a tab, which browsers leave out', given: '/\t/evil.example' },
    { reason: 'characters beyond ASCII', given: '/tenants/ä' },
    { reason: 'too long', given: `/${'a'.repeat(512)}` },
    { reason: 'a sign-in again: it would never end', given: '/sign-in?return=/sign-in' },
    { reason: 'an answer of the API, which is no page', given: '/api/v1/tenants' },
    { reason: 'a file', given: '/assets/x.js' },
    { reason: 'an answer of the API, as only a server reads it', given: '/%61pi/v1/tenants' },
    { reason: 'an answer of the API, with an encoded slash', given: '/api%2Fv1' },
    { reason: 'what a router could take for another host', given: '/.//evil.example' },
    { reason: 'the same, encoded', given: '/%2fevil.example' },
    { reason: 'the same, with a backslash', given: '/%5Cevil.example' },
    { reason: 'a path that nobody can decode', given: '/tenants/%zz' },
  ])('to the first page where the page is none: $reason', ({ given }) => {
    expect(returnAddress(console, given)).toBe(home)
  })

  test('nowhere else, whatever is asked for', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '..',
      '%2e',
      '%2f',
      '@',
      ':',
      'evil.example',
      '?',
      '#',
      'a',
      '\t',
      '//',
      '%5c',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.array(piece).map((pieces) => `/${pieces.join('')}`),
        ),
        (given) => {
          const { origin, pathname } = new URL(returnAddress(console, given))
          expect(origin).toBe('https://nexus.example.com')
          expect(pathname.startsWith('/portal/console/')).toBe(true)
          expect(decodeURIComponent(pathname).slice('/portal/console/'.length)).not.toMatch(/^[/\\]/)
        },
      ),
    )
  })
})
