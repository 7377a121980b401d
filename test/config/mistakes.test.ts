import { describe, expect, test } from 'vitest'
import { account, containing, hash, least, problemsOf, token } from './support.ts'

describe('a mistake', () => {
  test.each([
    {
      reason: 'an unknown key, with the one that was meant',
      text: `${least}    plna: free`,
      path: 'tenants[0].plna',
      says: 'Did you mean plan?',
    },
    {
      reason: 'an unknown key at the top',
      text: `tennants: []\n${least}`,
      path: 'tennants',
      says: 'Did you mean tenants?',
    },
    {
      reason: 'an unknown key that is like none',
      text: `server: { zzz: 1 }\n${least}`,
      path: 'server.zzz',
      says: 'Here are: host, port',
    },
    {
      reason: 'a key that needs quotes in a path',
      text: `server: { "a b": 1 }\n${least}`,
      path: 'server["a b"]',
      says: 'no such setting',
    },
    {
      reason: 'an unknown plan',
      text: `${least}    plan: self_service`,
      path: 'tenants[0].plan',
      says: 'Did you mean self-service?',
    },
    {
      reason: 'an owner of the tables, and no database',
      text: `database: { adminUrl: "postgres://a@b/c" }\n${least}`,
      path: 'database.adminUrl',
      says: 'goes with url',
    },
    {
      reason: 'a network whose prefix is too long',
      text: `server: { trustedProxies: [10.0.0.0/33] }\n${least}`,
      path: 'server.trustedProxies[0]',
      says: '10.0.0.0/8',
    },
    {
      reason: 'a proxy by its name',
      text: `server: { trustedProxies: [proxy.internal] }\n${least}`,
      path: 'server.trustedProxies[0]',
      says: 'an IP address',
    },
    {
      reason: 'an origin with a path',
      text: `server: { corsOrigins: ["https://portal.example.com/"] }\n${least}`,
      path: 'server.corsOrigins[0]',
      says: 'without a path',
    },
    {
      reason: 'every origin',
      text: `server: { corsOrigins: ["*"] }\n${least}`,
      path: 'server.corsOrigins[0]',
      says: 'an origin',
    },
    {
      reason: 'an audit that is kept for no time',
      text: `audit: { keep: 1h }\n${least}`,
      path: 'audit.keep',
      says: 'from 1d',
    },
    { reason: 'no tenant', text: 'tenants: []', path: 'tenants', says: 'at least one' },
    { reason: 'an empty file', text: '', path: 'tenants', says: 'missing' },
    { reason: 'a file that is no mapping', text: '- 1', path: '', says: 'must be a mapping' },
    {
      reason: 'a number where a text belongs',
      text: least.replace('hush', '12'),
      path: 'tenants[0].credential.clientSecret',
      says: 'in quotes',
    },
    {
      reason: 'an empty text',
      text: least.replace('hush', '""'),
      path: 'tenants[0].credential.clientSecret',
      says: 'empty',
    },
    {
      reason: 'a time without its unit',
      text: `${least}    freshness: 60`,
      path: 'tenants[0].freshness',
      says: 'with its unit',
    },
    {
      reason: 'a time in a unit that there is none of',
      text: `${least}    freshness: 3w`,
      path: 'tenants[0].freshness',
      says: 'with its unit',
    },
    {
      reason: 'a time that is too long',
      text: `${least}    freshness: 25h`,
      path: 'tenants[0].freshness',
      says: 'to 24h',
    },
    { reason: 'a port out of range', text: `server: { port: 65536 }\n${least}`, path: 'server.port', says: '65535' },
    { reason: 'half a port', text: `server: { port: 80.5 }\n${least}`, path: 'server.port', says: 'whole number' },
    {
      reason: 'another kind of database',
      text: `database: { url: "mysql://x" }\n${least}`,
      path: 'database.url',
      says: 'postgres://',
    },
    {
      reason: 'two databases',
      text: `database: { url: "postgres://x", embedded: y }\n${least}`,
      path: 'database.embedded',
      says: 'remove one',
    },
    {
      reason: 'another kind of queue',
      text: `redis: { url: "http://x" }\n${least}`,
      path: 'redis.url',
      says: 'redis://',
    },
    {
      reason: 'an id that could not stand in a path',
      text: least.replace('id: acme', 'id: a/b'),
      path: 'tenants[0].id',
      says: 'lower case',
    },
    {
      reason: 'two fields on one metadata key',
      text: `${least}    metadataKeys: { owners: product_name }`,
      path: 'tenants[0].metadataKeys.owners',
      says: 'share',
    },
    {
      reason: 'a symmetric algorithm',
      text: `${least}\nissuers: [{ issuer: "https://i/", audience: n, tenants: "*", algorithms: [HS256] }]`,
      path: 'issuers[0].algorithms[0]',
      says: 'one of: RS256',
    },
    {
      reason: 'no signature',
      text: `${least}\nissuers: [{ issuer: "https://i/", audience: n, tenants: "*", algorithms: [none] }]`,
      path: 'issuers[0].algorithms[0]',
      says: 'one of: RS256',
    },
    {
      reason: 'no algorithm',
      text: `${least}\nissuers: [{ issuer: "https://i/", audience: n, tenants: "*", algorithms: [] }]`,
      path: 'issuers[0].algorithms',
      says: 'at least one',
    },
    {
      reason: 'an issuer whose keys could be replaced on the way',
      text: `${least}\nissuers: [{ issuer: "http://i/", audience: n, tenants: "*" }]`,
      path: 'issuers[0].issuer',
      says: 'https://',
    },
    {
      reason: 'keys that could be',
      text: `${least}\nissuers: [{ issuer: i, jwksUrl: "http://i/", audience: n, tenants: "*" }]`,
      path: 'issuers[0].jwksUrl',
      says: 'https://',
    },
    {
      reason: 'an issuer for tenants that there are none of',
      text: `${least}\nissuers: [{ issuer: "https://i/", audience: n, tenants: [acne] }]`,
      path: 'issuers[0].tenants[0]',
      says: 'Did you mean acme?',
    },
    {
      reason: 'a star in a list',
      text: `${least}\nissuers: [{ issuer: "https://i/", audience: n, tenants: ["*"] }]`,
      path: 'issuers[0].tenants[0]',
      says: 'tenants: "*"',
    },
    {
      reason: 'an issuer for no tenant',
      text: `${least}\nissuers: [{ issuer: "https://i/", audience: n }]`,
      path: 'issuers[0].tenants',
      says: 'Name the tenants',
    },
    {
      reason: 'a header that carries something else',
      text: `${least}\napplicationTokens: { header: Authorization }`,
      path: 'applicationTokens.header',
      says: 'other than Authorization',
    },
    {
      reason: 'a token instead of its hash',
      text: `${least}\napplicationTokens: { tokens: [{ name: a, sha256: nxa_x, tenants: "*" }] }`,
      path: 'applicationTokens.tokens[0].sha256',
      says: 'nexus hash token',
    },
    {
      reason: 'two applications of one name',
      text: `${least}\napplicationTokens: { tokens: [${token('a', 'a')}, ${token('a', 'b')}] }`,
      path: 'applicationTokens.tokens[1].name',
      says: 'unique',
    },
    {
      reason: 'two applications of one token',
      text: `${least}\napplicationTokens: { tokens: [${token('a', 'a')}, ${token('b', 'A')}] }`,
      path: 'applicationTokens.tokens[1].sha256',
      says: 'make one for each',
    },
    {
      reason: 'a permission that there is none of',
      text: account.replace('client.read]', 'client.reed]'),
      path: 'serviceAccounts[0].permissions[0]',
      says: 'Did you mean client.read?',
    },
    {
      reason: 'a name that Basic cannot carry',
      text: account.replace('name: ci', 'name: "c:i"'),
      path: 'serviceAccounts[0].name',
      says: 'colon',
    },
    {
      reason: 'a password instead of its hash',
      text: account.replace(hash, 'hunter2'),
      path: 'serviceAccounts[0].passwordHash',
      says: 'nexus hash password',
    },
    {
      reason: 'a hash that is too weak',
      text: account.replace('32768', '1024'),
      path: 'serviceAccounts[0].passwordHash',
      says: 'nexus hash password',
    },
    {
      reason: 'a hash that would take all memory',
      text: account.replace('32768', '4194304'),
      path: 'serviceAccounts[0].passwordHash',
      says: 'nexus hash password',
    },
  ])('$reason', ({ text, path, says }) => {
    expect(problemsOf(text)).toMatchObject([{ path, message: containing(says) }])
  })

  test('the account that those are made of is fine', () => {
    expect(problemsOf(account)).toEqual([])
  })
})
