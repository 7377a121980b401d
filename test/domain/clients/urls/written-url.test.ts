import { describe, expect, test } from 'vitest'
import {
  customDomainKeys,
  filledIn,
  isUnfilled,
  withoutPlaceholders,
} from '../../../../domain/clients/urls/placeholders.ts'
import { isBelowDomain, isLoopback, writtenUrl } from '../../../../domain/clients/urls/written-url.ts'

describe('a URL as it is written, in its parts', () => {
  test.each([
    { url: 'https://a.test:8443/cb?x#y', scheme: 'https', host: 'a.test', rest: '/cb?x#y' },
    { url: 'HTTPS://A.Test', scheme: 'https', host: 'A.Test', rest: '' },
    { url: 'http://[::1]:80?x', scheme: 'http', host: '[::1]', rest: '?x' },
    { url: 'com.example.app:/cb', scheme: 'com.example.app', host: '', rest: '/cb' },
    { url: 'com.example.app:cb', scheme: 'com.example.app', host: '', rest: 'cb' },
    { url: 'myapp://', scheme: 'myapp', host: '', rest: '' },
    { url: 'localhost:3000/cb', scheme: '', host: '', rest: 'localhost:3000/cb' },
    { url: '/cb', scheme: '', host: '', rest: '/cb' },
    { url: '', scheme: '', host: '', rest: '' },
  ])('$url', ({ url, ...parts }) => {
    expect(writtenUrl(url)).toMatchObject(parts)
  })

  test('a placeholder with dots is one label', () => {
    expect(writtenUrl('https://{custom_domain.metadata.public_a}.example.com').labels).toHaveLength(3)
  })

  test.each([
    { url: 'http://localhost', loopback: true },
    { url: 'http://LOCALHOST:3000', loopback: true },
    { url: 'http://app.localhost', loopback: true },
    { url: 'http://127.0.0.1', loopback: true },
    { url: 'http://[::1]', loopback: true },
    { url: 'http://127.example.com', loopback: false },
    { url: 'http://notlocalhost', loopback: false },
    { url: 'capacitor://localhost', loopback: false },
  ])('$url stands for the machine of whoever asks: $loopback', ({ url, loopback }) => {
    expect(isLoopback(writtenUrl(url))).toBe(loopback)
  })

  test.each([
    { url: 'https://*.example.com', below: true },
    { url: 'https://*.example.co.uk', below: true },
    { url: 'https://*.localhost', below: true },
    { url: 'https://*.{custom_domain.metadata.public_a}', below: true },
    { url: 'https://*.co.jp', below: false },
    { url: 'https://*.com', below: false },
    { url: 'https://*.com.', below: false },
  ])('$url is below a domain: $below', ({ url, below }) => {
    expect(isBelowDomain(writtenUrl(url))).toBe(below)
  })
})

describe('placeholders', () => {
  test('what Auth0 fills in', () => {
    const url = 'https://{organization_name}.{custom_domain.metadata.public_a}/*'
    expect(customDomainKeys(url)).toEqual(['public_a'])
    expect(filledIn(url)).toBe('https://organization.custom/wildcard')
    expect(withoutPlaceholders('{organization_name}{organization.metadata.public_a}', 'page')).toBe('')
    expect(withoutPlaceholders('{organization.metadata.public_a}', 'list')).not.toBe('')
  })

  test.each(['https://$HOST/', 'https://a.test/${X}', '%HOST%', '<HOST>', '__HOST__'])('%s is unfilled', (text) => {
    expect(isUnfilled(text)).toBe(true)
  })

  test.each(['https://a.test/$metadata', 'https://a.test/%20a%20', 'https://a.test/__auth__', 'https://a.test/a__b'])(
    '%s is not',
    (text) => {
      expect(isUnfilled(text)).toBe(false)
    },
  )
})
