import { describe, expect, test } from 'vitest'
import { least, parse, problemsOf } from './support.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const issuer = `${least}
issuers:
  - { issuer: "https://acme.eu.auth0.com/", audience: [urn:nexus, urn:other], tenants: '*' }
`
const settings: Readonly<Record<string, string>> = {
  issuer: 'https://acme.eu.auth0.com/',
  clientId: 'console',
  clientSecret: 'hush',
  applicationToken: 'nxa_console',
  publicUrl: 'https://nexus.example.com/portal/',
  sessionKeys: `["${key}"]`,
}
const consoleOf = (more: Readonly<Record<string, string | null>>): string => {
  const members = Object.entries({ ...settings, ...more }).filter(([, value]) => value !== null)
  return `${issuer}console:\n${members.map(([name, value]) => `  ${name}: ${value}`).join('\n')}`
}

describe('the console', () => {
  test('is off unless it is configured', () => {
    expect(parse(least).console).toBeNull()
  })

  test('has defaults for all but who signs people in and how it is reached', () => {
    expect(parse(consoleOf({})).console).toEqual({
      issuer: 'https://acme.eu.auth0.com/',
      clientId: 'console',
      clientSecret: 'hush',
      audience: 'urn:nexus',
      applicationToken: 'nxa_console',
      publicUrl: 'https://nexus.example.com/portal',
      sessionKeys: [key],
      idleMs: 30 * 60_000,
      atMostMs: 12 * 3_600_000,
    })
  })

  test('can have another audience of its issuer, and other times', () => {
    const { console } = parse(consoleOf({ audience: 'urn:other', idle: '10m', atMost: '8h' }))
    expect(console).toMatchObject({ audience: 'urn:other', idleMs: 600_000, atMostMs: 28_800_000 })
  })

  test.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080', 'https://NEXUS.example.com:443/'])(
    'is reached at %s',
    (publicUrl) => {
      expect(problemsOf(consoleOf({ publicUrl }))).toEqual([])
      expect(parse(consoleOf({ publicUrl })).console?.publicUrl).toBe(new URL(publicUrl).href.replace(/\/$/, ''))
    },
  )

  test('a key that is not set leaves the others', () => {
    expect(parse(consoleOf({ sessionKeys: `["${key}", "\${OLD:-}"]` })).console?.sessionKeys).toEqual([key])
  })
})

describe('a mistake of the console', () => {
  test.each([
    {
      reason: 'an issuer that is none',
      more: { issuer: 'https://acme.auth0.com/' },
      path: 'console.issuer',
      says: 'none of issuers',
    },
    {
      reason: 'an audience that the issuer has not',
      more: { audience: 'urn:nexsu' },
      path: 'console.audience',
      says: 'Did you mean urn:nexus?',
    },
    {
      reason: 'http over a network',
      more: { publicUrl: 'http://nexus.example.com' },
      path: 'console.publicUrl',
      says: 'https://',
    },
    {
      reason: 'a query',
      more: { publicUrl: 'https://nexus.example.com/?a=b' },
      path: 'console.publicUrl',
      says: 'plain address',
    },
    { reason: 'no address', more: { publicUrl: 'nexus.example.com' }, path: 'console.publicUrl', says: 'https://' },
    { reason: 'no key', more: { sessionKeys: '[]' }, path: 'console.sessionKeys', says: 'openssl rand' },
    {
      reason: 'a key that is not set',
      more: { sessionKeys: '["${NONE:-}"]' },
      path: 'console.sessionKeys',
      says: 'openssl rand',
    },
    { reason: 'a short key', more: { sessionKeys: '[abc]' }, path: 'console.sessionKeys[0]', says: '32 random bytes' },
    {
      reason: 'no application token',
      more: { applicationToken: null },
      path: 'console.applicationToken',
      says: 'missing',
    },
    { reason: 'a session that never idles', more: { idle: '30d' }, path: 'console.idle', says: '24h' },
  ])('is told: $reason', ({ more, path, says }) => {
    expect(problemsOf(consoleOf(more))).toEqual([
      { path, line: expect.any(Number), message: expect.stringContaining(says) },
    ])
  })
})
