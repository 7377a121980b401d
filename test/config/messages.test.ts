import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../adapters/config/problems.ts'
import { containing, least, problemsOf } from './support.ts'

describe('mistakes', () => {
  test('a tenant that is there twice is told by id and by domain', () => {
    const text = `${least}${least.split('\n').slice(2).join('\n').replace('acme.eu', 'ACME.eu')}`
    expect(problemsOf(text).map(({ path, line }) => [path, line])).toEqual([
      ['tenants[1].id', 6],
      ['tenants[1].domain', 7],
    ])
  })

  test('all are told at once, in the order of the file, with their lines', () => {
    const text = `server:
  port: many
tenants:
  - id: acme
    domain: acme.eu.auth0.com:1
    credential: { clientId: "\${NOBODY}" }
issuers:
  - issuer: http://x
    tenants: [acme, other]
    algorithms: [none]
`
    expect(problemsOf(text).map(({ path, line }) => `${line} ${path}`)).toEqual([
      '2 server.port',
      '5 tenants[0].domain',
      '6 tenants[0].credential.clientId',
      '6 tenants[0].credential.clientSecret',
      '8 issuers[0].audience',
      '8 issuers[0].issuer',
      '9 issuers[0].tenants[1]',
      '10 issuers[0].algorithms[0]',
    ])
  })

  test('a tenant whose id is not known yet is not told again as one that is missing', () => {
    const text = `${least.replace('id: acme', 'id: ${T}')}
issuers: [{ issuer: "https://i/", audience: n, tenants: [acme] }]`
    expect(problemsOf(text).map(({ path }) => path)).toEqual(['tenants[0].id'])
  })

  test.each([
    {
      reason: 'a key twice',
      text: `${least}redis: { url: "redis://a" }\nredis: { url: "redis://b" }`,
      line: 7,
      says: 'twice',
    },
    { reason: 'a star without quotes', text: `${least}issuers: [{ tenants: * }]`, line: 6, says: 'in quotes' },
    { reason: 'a tab', text: `${least}server:\n\tport: 1`, line: 7, says: 'spaces' },
    { reason: 'a reference in braces without quotes', text: 'server: { host: ${H} }', line: 1, says: 'in quotes' },
    { reason: 'a quote that is not closed', text: `${least}x: "abc`, line: 6, says: 'closing quote' },
  ])('of syntax: $reason', ({ text, line, says }) => {
    expect(problemsOf(text)).toContainEqual({ path: '', line, message: containing(says) })
  })

  test('an alias is told', () => {
    expect(problemsOf(`x: &a 1\n${least}server: { host: *a }`)).toContainEqual(
      expect.objectContaining({ path: 'server.host', message: containing('aliases') }),
    )
  })

  test.each([
    { reason: 'a value of a wrong type', text: `${least}    plan: s3cr3t` },
    { reason: 'a URL that cannot be read', text: `database: { url: "postgresql//u:s3cr3t@h" }\n${least}` },
    { reason: 'user info in a domain', text: least.replace('acme.eu', 'u:s3cr3t@acme') },
    { reason: 'a variable in the wrong place', text: `${least}    driftPolicy: \${S}` },
    { reason: 'a line of broken YAML', text: `${least}x: "s3cr3t` },
    { reason: 'a broken flow mapping', text: `x: { s3cr3t: a } } s3cr3t` },
    { reason: 'an unknown alias', text: 'x: *s3cr3t' },
    { reason: 'a tag', text: 'x: !s3cr3t s3cr3t' },
    { reason: 'an escape', text: 'x: "s3cr3t\\q"' },
    {
      reason: 'a tenant that there is none of',
      text: `${least}\nissuers: [{ issuer: "https://i/", audience: n, tenants: ["\${S}"] }]`,
    },
  ])('never show a secret: $reason', ({ text }) => {
    const problems = problemsOf(text, { S: 's3cr3t' })
    expect(problems).not.toEqual([])
    expect(`${JSON.stringify(problems)} ${String(new ConfigurationError('x', problems))}`).not.toContain('s3cr3t')
  })
})
