import { describe, expect, test } from 'vitest'
import { containing, least, parse, problemsOf } from './support.ts'

const issuer = (name: string, more = '') =>
  `  - { issuer: 'https://${name}.example/', audience: urn:nexus, tenants: [acme]${more} }\n`
const withIssuers = (...issuers: readonly string[]) => `${least}issuers:\n${issuers.join('')}`

describe('several issuers of a tenant', () => {
  test.each([
    { reason: 'nothing is said', issuers: [issuer('one'), issuer('two')] },
    {
      reason: 'the first one has a prefix, which says nothing of the second',
      issuers: [issuer('one', ", prefix: 'x:'"), issuer('two')],
    },
    {
      reason: 'one serves every tenant',
      issuers: [issuer('one'), "  - { issuer: 'https://two.example/', audience: urn:nexus, tenants: '*' }\n"],
    },
  ])('are refused with both ways to say whose people they know: $reason', ({ issuers }) => {
    expect(problemsOf(withIssuers(...issuers))).toMatchObject([
      { path: 'issuers[1].prefix', line: expect.any(Number) as unknown },
    ])
    const [problem] = problemsOf(withIssuers(...issuers))
    expect(problem?.message).toMatch(/^ *prefix: 'partner:' # other people/m)
    expect(problem?.message).toMatch(/^ *prefix: '' # the same people/m)
  })

  test('are each named, with prefixes that differ', () => {
    const problems = problemsOf(withIssuers(issuer('one'), issuer('two'), issuer('three')))
    expect(problems.map(({ path }) => path)).toEqual(['issuers[1].prefix', 'issuers[2].prefix'])
    const suggested = problems.map(({ message }) => /prefix: '(?<prefix>.+)'/.exec(message)?.groups?.['prefix'])
    expect(new Set(suggested).size).toBe(2)
  })

  test('what is suggested is taken', () => {
    for (const prefix of ["'partner:'", "''"])
      expect(parse(withIssuers(issuer('one'), issuer('two', `, prefix: ${prefix}`))).issuers).toHaveLength(2)
  })

  test('an empty prefix where the first issuer has another is refused, as both would be bare', () => {
    const [problem] = problemsOf(withIssuers(issuer('one', ", prefix: 'x:'"), issuer('two', ", prefix: ''")))
    expect(problem).toMatchObject({ path: 'issuers[1].prefix', message: containing("prefix: 'x:'") })
  })

  test.each(["'partner'", "'account:'", "'a:b:'", '7'])('a prefix is a word and a colon, not %s', (prefix) => {
    expect(problemsOf(withIssuers(issuer('one', `, prefix: ${prefix}`)))).toMatchObject([
      { path: 'issuers[0].prefix', message: containing('a word and a colon') },
    ])
  })
})

test.each([
  {
    reason: 'an application',
    path: 'applicationTokens.tokens[0].name',
    text: `applicationTokens: { tokens: [{ name: "a\\ud800", sha256: ${'a'.repeat(64)}, tenants: '*' }] }`,
  },
  {
    reason: 'U+0000',
    path: 'applicationTokens.tokens[0].name',
    text: `applicationTokens: { tokens: [{ name: "a\\u0000", sha256: ${'a'.repeat(64)}, tenants: '*' }] }`,
  },
  {
    reason: 'the name of a claim',
    path: 'issuers[0].claims.roles',
    text: withIssuers(issuer('one', ', claims: { roles: "r\\udc00" }')).slice(least.length),
  },
])('a text that cannot be kept is a mistake: $reason', ({ path, text }) => {
  expect(problemsOf(`${least}${text}`)).toMatchObject([{ path, message: containing('cannot be kept') }])
})
