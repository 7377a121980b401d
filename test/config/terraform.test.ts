import { describe, expect, test } from 'vitest'
import { account, containing, least, parse, problemsOf, token } from './support.ts'

const bytes = Buffer.alloc(32, 7)
const base64 = bytes.toString('base64')
const withTerraform = (members: string): string => `terraform: { ${members} }\n${least}`
const tokens = (one: string): string => `${least}\napplicationTokens: { tokens: [${one}] }`

describe('the keys of states', () => {
  test.each([
    { reason: 'base64, as openssl writes it', written: base64 },
    { reason: 'without its filling', written: base64.replace('=', '') },
    { reason: 'hexadecimal digits', written: bytes.toString('hex') },
    { reason: 'in capitals', written: bytes.toString('hex').toUpperCase() },
    { reason: 'from a variable', written: '${KEY}' },
  ])('are 32 bytes: $reason', ({ written }) => {
    const { terraform } = parse(withTerraform(`stateKeys: ["${written}"]`), { KEY: base64 })
    expect(terraform.stateKeys.map((key) => Buffer.from(key, 'base64'))).toEqual([bytes])
  })

  test('base64 for URLs is the same key', () => {
    const other = Buffer.alloc(32, 0xff)
    const { terraform } = parse(withTerraform(`stateKeys: ["${other.toString('base64url')}"]`))
    expect(terraform.stateKeys).toEqual([other.toString('base64')])
  })

  test('that are not there are none: a variable that is not set', () => {
    const text = withTerraform('stateKeys: ["${NEW:-}", "${OLD:-}"]')
    expect(parse(text).terraform.stateKeys).toEqual([])
    expect(parse(text, { NEW: '', OLD: base64 }).terraform.stateKeys).toEqual([base64])
  })

  test('keep their order: the first one seals', () => {
    const older = Buffer.alloc(32, 8).toString('base64')
    expect(parse(withTerraform(`stateKeys: ["${base64}", "${older}"]`)).terraform.stateKeys).toEqual([base64, older])
  })

  test('that are wrong are told by their place in the list', () => {
    const text = withTerraform('stateKeys: ["${NEW:-}", "${OLD}"]')
    expect(problemsOf(text, { OLD: 'short' })).toMatchObject([{ path: 'terraform.stateKeys[1]', line: 1 }])
  })
})

test('everything about states has a default', () => {
  expect(parse(least).terraform).toEqual({
    stateKeys: [],
    maximumStateBytes: 33_554_432,
    keepVersions: null,
    applyWaitMs: 900_000,
  })
})

test('numbers and times', () => {
  const { terraform } = parse(withTerraform('maximumStateBytes: "65536", keepVersions: 1, applyWait: 2m'))
  expect(terraform).toMatchObject({ maximumStateBytes: 65_536, keepVersions: 1, applyWaitMs: 120_000 })
})

describe('the states that credentials are good for', () => {
  test('are all of them by default', () => {
    expect(parse(account).serviceAccounts[0]?.terraformStates).toBe('*')
    expect(parse(tokens(token('a', 'a'))).applicationTokens.tokens[0]?.terraformStates).toBe('*')
  })

  test('can be named, for an account and for a token; a list may be empty', () => {
    expect(parse(account.replace('{ name', '{ terraformStates: [main, b.1], name')).serviceAccounts[0]).toMatchObject({
      terraformStates: ['main', 'b.1'],
    })
    const none = tokens(token('a', 'a').replace('{', '{ terraformStates: [],'))
    expect(parse(none).applicationTokens.tokens[0]?.terraformStates).toEqual([])
  })
})

describe('a mistake', () => {
  test.each([
    {
      reason: 'a key that is too short',
      text: withTerraform(`stateKeys: ["${Buffer.alloc(16, 1).toString('base64')}"]`),
      path: 'terraform.stateKeys[0]',
      says: 'openssl rand -base64 32',
    },
    {
      reason: 'a passphrase',
      text: withTerraform('stateKeys: [correct horse battery staple]'),
      path: 'terraform.stateKeys[0]',
      says: '32 random bytes',
    },
    {
      reason: 'a key alone',
      text: withTerraform(`stateKeys: "${base64}"`),
      path: 'terraform.stateKeys',
      says: 'a list of keys',
    },
    { reason: 'an empty key', text: withTerraform('stateKeys: [""]'), path: 'terraform.stateKeys[0]', says: 'empty' },
    {
      reason: 'a limit in which no state fits',
      text: withTerraform('maximumStateBytes: 1000'),
      path: 'terraform.maximumStateBytes',
      says: 'from 65536 to 268435456',
    },
    {
      reason: 'no version kept',
      text: withTerraform('keepVersions: 0'),
      path: 'terraform.keepVersions',
      says: 'from 1 to',
    },
    {
      reason: 'a time without its unit',
      text: withTerraform('applyWait: 900'),
      path: 'terraform.applyWait',
      says: 'with its unit',
    },
    {
      reason: 'a time that is too long',
      text: withTerraform('applyWait: 25h'),
      path: 'terraform.applyWait',
      says: 'to 24h',
    },
    {
      reason: 'an unknown setting',
      text: withTerraform('stateKey: x'),
      path: 'terraform.stateKey',
      says: 'Did you mean stateKeys?',
    },
    {
      reason: 'a state whose name could not stand in a path',
      text: account.replace('{ name', '{ terraformStates: [a/b], name'),
      path: 'serviceAccounts[0].terraformStates[0]',
      says: 'letters, digits',
    },
    {
      reason: 'a state that is no list',
      text: account.replace('{ name', '{ terraformStates: main, name'),
      path: 'serviceAccounts[0].terraformStates',
      says: 'a list of names, or "*"',
    },
    {
      reason: 'the same for a token',
      text: tokens(token('a', 'a').replace('{', '{ terraformStates: 5,')),
      path: 'applicationTokens.tokens[0].terraformStates',
      says: 'a list of names, or "*"',
    },
    {
      reason: 'a state of the tenant',
      text: `${least}    terraformStates: [".."]`,
      path: 'tenants[0].terraformStates[0]',
      says: 'the name of a state',
    },
    {
      reason: 'a state of others',
      text: `${least}    otherStates: [a/b]`,
      path: 'tenants[0].otherStates[0]',
      says: 'the name of a state',
    },
    {
      reason: 'a state that is both ours and of others',
      text: `${least}    terraformStates: [main]\n    otherStates: [theirs, main]`,
      path: 'tenants[0].otherStates[1]',
      says: 'in terraformStates already',
    },
  ])('is told: $reason', ({ text, path, says }) => {
    expect(problemsOf(text)).toMatchObject([{ path, message: containing(says) }])
  })

  test('never shows a key', () => {
    expect(JSON.stringify(problemsOf(withTerraform('stateKeys: ["s3cr3t", "${S}"]'), { S: 's3cr3t' }))).not.toContain(
      's3cr3t',
    )
  })
})
