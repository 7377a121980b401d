import { scryptSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createAttempts } from '../../adapters/credentials/attempts.ts'
import { readBasic } from '../../adapters/credentials/basic.ts'
import { isPasswordHash } from '../../adapters/passwords/password-hash.ts'
import {
  hashIssuedPassword,
  issuePassword,
  matchingKeyedHash,
  parseKeyedHash,
} from '../../adapters/passwords/issued-password.ts'
import { hashPassword, verifyPassword } from '../../adapters/credentials/passwords.ts'
import { parsePasswordHash } from '../../adapters/passwords/password-hash.ts'
import { startAuthenticator } from './support.ts'

/** The cheapest hash that is allowed: tests need no strong ones. */
const hashOf = (password: string): string => {
  const salt = Buffer.alloc(16, 7)
  const hash = scryptSync(password, salt, 32, { N: 16_384, r: 8, p: 1 })
  return `scrypt$16384$8$1$${salt.toString('base64')}$${hash.toString('base64')}`
}

const accounts = `
serviceAccounts:
  - name: ci
    passwordHash: ${hashOf('pa:ss')}
    permissions: [client.write]
    roles: [billing-admins]
    products: [Billing]
    tenants: [acme]
  - { name: 'jürgen', passwordHash: '${hashOf('pässword')}', permissions: [], tenants: '*' }
`
const encode = (text: string | Buffer): string => Buffer.from(text).toString('base64')
const start = () => startAuthenticator('http://127.0.0.1:1/', {}, accounts)

describe('a service account', () => {
  test('is a caller by its name and password, without an application token', async () => {
    expect(await start().authenticate({ authorization: `Basic ${encode('ci:pa:ss')}` })).toEqual({
      caller: {
        kind: 'service-account',
        id: 'ci',
        application: null,
        tenants: ['acme'],
        permissions: new Set(['client.write']),
        roles: ['billing-admins'],
        products: ['Billing'],
        terraformStates: '*',
      },
    })
  })

  test.each([
    { reason: 'the scheme in any case', authorization: `bASIC ${encode('ci:pa:ss')}` },
    { reason: 'UTF-8', authorization: `Basic ${encode('jürgen:pässword')}` },
  ])('$reason', async ({ authorization }) => {
    expect(await start().authenticate({ authorization })).toHaveProperty('caller')
  })

  const wrong = 'The name or the password of the service account is wrong.'
  test.each([
    { reason: 'an unknown name', value: encode('nobody:pa:ss'), says: wrong },
    { reason: 'a wrong password', value: encode('ci:pass'), says: wrong },
    { reason: 'the password up to its colon', value: encode('ci:pa'), says: wrong },
    { reason: 'an empty password', value: encode('ci:'), says: wrong },
    { reason: 'an empty name', value: encode(':pa:ss'), says: wrong },
    { reason: 'case matters in a name', value: encode('CI:pa:ss'), says: wrong },
    { reason: 'the hash is not the password', value: encode(`ci:${hashOf('pa:ss')}`), says: wrong },
    { reason: "another account's password", value: encode('ci:pässword'), says: wrong },
    { reason: 'no colon', value: encode('ci'), says: 'cannot be read' },
    { reason: 'Latin-1', value: encode(Buffer.from('jürgen:pässword', 'latin1')), says: 'cannot be read' },
    { reason: 'no base64', value: 'ci:pa:ss', says: 'cannot be read' },
  ])('is refused: $reason', async ({ value, says }) => {
    const outcome = await start().authenticate({ authorization: `Basic ${value}` })
    expect(outcome).toMatchObject({ refused: expect.stringContaining(says) as unknown })
    expect(outcome).toHaveProperty('challenges', ['Bearer realm="nexus"', 'Basic realm="nexus", charset="UTF-8"'])
  })

  test('a right password is remembered, for a while, and only the right one', async () => {
    const limits = { passwordLimits: { running: 1, waiting: 0 } }
    const { authenticate, clock } = startAuthenticator('http://127.0.0.1:1/', limits, accounts)
    const come = async (password: string) => authenticate({ authorization: `Basic ${encode(`ci:${password}`)}` })
    /** What comes of a password while the one verification that may run is under way. */
    const whileBusy = async (password: string) => {
      const guess = come('a guess')
      const outcome = await come(password)
      expect(await guess).toHaveProperty('refused')
      return outcome
    }
    expect(await whileBusy('pa:ss'), 'needs a verification').toEqual({ tooMany: 'TooManyPasswords' })
    expect(await come('pa:ss')).toHaveProperty('caller')
    expect(await whileBusy('pa:ss'), 'needs none').toHaveProperty('caller')
    expect(await whileBusy('pa:sS'), 'needs one').toEqual({ tooMany: 'TooManyPasswords' })
    clock.seconds += 301
    expect(await whileBusy('pa:ss'), 'needs one again').toEqual({ tooMany: 'TooManyPasswords' })
  })

  test('a flood is told to come again, and does not keep the others out for long', async () => {
    const limits = { passwordLimits: { running: 1, waiting: 2 } }
    const { authenticate } = startAuthenticator('http://127.0.0.1:1/', limits, accounts)
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => authenticate({ authorization: `Basic ${encode(`ci:${index}`)}` })),
    )
    expect(outcomes.filter((outcome) => 'refused' in outcome)).toHaveLength(3)
    expect(outcomes.filter((outcome) => 'tooMany' in outcome)).toHaveLength(7)
    expect(await authenticate({ authorization: `Basic ${encode('ci:pa:ss')}` })).toHaveProperty('caller')
  })
})

describe('the work of a sign-in', () => {
  const [issued, wrongIssued] = [issuePassword(), issuePassword()]
  const more = `${accounts}  - { name: robot, passwordHash: ${hashIssuedPassword(issued)}, permissions: [], tenants: '*' }
  - { name: old-robot, passwordHash: ${hashOf(issued)}, permissions: [], tenants: '*' }`
  const busy = { tooMany: 'TooManyPasswords' }
  const refused = { refused: 'The name or the password of the service account is wrong.' }

  test.each([
    { reason: 'a guess at a chosen password', name: 'ci', password: 'guess', expected: busy },
    { reason: 'the same for a name that does not exist', name: 'nobody', password: 'guess', expected: busy },
    { reason: 'the same where the password was issued', name: 'robot', password: 'guess', expected: busy },
    { reason: 'a wrong issued password takes no turn', name: 'robot', password: wrongIssued, expected: refused },
    { reason: 'nor does one of nobody', name: 'nobody', password: wrongIssued, expected: refused },
    { reason: 'the right one takes none', name: 'robot', password: issued, expected: { caller: { id: 'robot' } } },
    { reason: 'one of which scrypt is kept takes one', name: 'old-robot', password: issued, expected: busy },
    { reason: 'a longer one has not the form', name: 'robot', password: `${issued}x`, expected: busy },
    { reason: 'nor has its hash', name: 'robot', password: hashIssuedPassword(issued), expected: busy },
  ])('$reason', async ({ name, password, expected }) => {
    const limits = { passwordLimits: { running: 1, waiting: 0 } }
    const { authenticate } = startAuthenticator('http://127.0.0.1:1/', limits, more)
    const come = async (as: string) => authenticate({ authorization: `Basic ${encode(as)}` })
    const other = come('ci:another guess')
    expect(await come(`${name}:${password}`)).toMatchObject(expected)
    expect(await other).toHaveProperty('refused')
  })

  test('an issued password of which the file keeps scrypt is as good as ever', async () => {
    const { authenticate } = startAuthenticator('http://127.0.0.1:1/', {}, more)
    const outcome = await authenticate({ authorization: `Basic ${encode(`old-robot:${issued}`)}` })
    expect(outcome).toMatchObject({ caller: { id: 'old-robot' } })
  })

  test('wrong guesses of whatever kind never keep an issued password out, from the same address too', async () => {
    const attempts = createAttempts(() => 0, { ofAddress: 5, ofName: 5 })
    const { authenticate } = startAuthenticator('http://127.0.0.1:1/', { attempts }, more)
    const come = async (as: string) => authenticate({ authorization: `Basic ${encode(as)}`, address: '192.0.2.1' })
    const guesses = ['robot:guess', `robot:${wrongIssued}`, 'ci:guess', 'nobody:guess']
    const outcomes = await Promise.all(Array.from({ length: 90 }, async (_, index) => come(guesses[index % 4] ?? '')))
    expect(outcomes.some((outcome) => 'unavailable' in outcome || 'caller' in outcome)).toBe(false)
    expect(outcomes.at(-1)).toEqual({ tooMany: 'TooManyAttempts' })
    expect(await come(`robot:${issued}`)).toHaveProperty('caller')
    expect(await come('ci:pa:ss'), 'a chosen one may have to wait').toEqual({ tooMany: 'TooManyAttempts' })
  })
})

describe('a password hash', () => {
  test('that was made is read back, verifies its password and no other, and has its own salt', async () => {
    const [one, other] = await Promise.all([hashPassword('swordfish'), hashPassword('swordfish')])
    expect(one).not.toBe(other)
    const hash = parsePasswordHash(one)
    if (hash === undefined) throw new Error('A hash that was made cannot be read.')
    expect(await verifyPassword('swordfish', [hash])).toBe(hash)
    expect(await verifyPassword('Swordfish', [hash])).toBe(undefined)
  })

  test('is found among several of an account, with the same salt (one derivation) or another', async () => {
    const [first, second] = [hashOf('swordfish'), hashOf('marlin')].map(parsePasswordHash)
    const third = parsePasswordHash(await hashPassword('eel'))
    if (first === undefined || second === undefined || third === undefined) throw new Error('A hash cannot be read.')
    const all = [first, second, third]
    const found = await Promise.all(['swordfish', 'marlin', 'eel', 'tuna'].map((one) => verifyPassword(one, all)))
    expect(found).toEqual([first, second, third, undefined])
  })

  const salt = 'A'.repeat(22)
  test.each([
    { reason: 'the least', text: `scrypt$16384$8$1$${salt}==$${salt}==`, good: true },
    { reason: 'the memory that is allowed', text: `scrypt$131072$8$1$${salt}==$${salt}==`, good: true },
    { reason: 'more memory', text: `scrypt$262144$8$1$${salt}==$${salt}==`, good: false },
    { reason: 'much more work', text: `scrypt$32768$8$999$${salt}==$${salt}==`, good: false },
    { reason: 'too little work', text: `scrypt$8192$8$1$${salt}==$${salt}==`, good: false },
    { reason: 'no power of two', text: `scrypt$20000$8$1$${salt}==$${salt}==`, good: false },
    { reason: 'nothing in parallel', text: `scrypt$16384$8$0$${salt}==$${salt}==`, good: false },
    { reason: 'a short salt', text: `scrypt$16384$8$1$AAAA$${salt}==`, good: false },
    { reason: 'a short hash, which many passwords have', text: `scrypt$16384$8$1$${salt}==$AA==`, good: false },
    { reason: 'another kind', text: '$2b$10$abcdefghijklmnopqrstuv', good: false },
    { reason: 'empty', text: '', good: false },
  ])('is read within bounds: $reason', ({ text, good }) => {
    expect(isPasswordHash(text)).toBe(good)
  })
})

describe('the hash of an issued password', () => {
  test('is another each time, says nothing of it, and is matched by it only', () => {
    const [password, other] = [issuePassword(), issuePassword()]
    const hashes = [hashIssuedPassword(password), hashIssuedPassword(password)]
    expect(new Set(hashes).size).toBe(2)
    expect(hashes.join('')).not.toContain(password.slice(4))
    expect([matchingKeyedHash(password, hashes.slice(1)), matchingKeyedHash(other, hashes)]).toEqual([
      hashes[1],
      undefined,
    ])
    expect([matchingKeyedHash(password, []), matchingKeyedHash(password, [hashOf(password)])]).toEqual([
      undefined,
      undefined,
    ])
  })

  const [key, digest] = ['A'.repeat(43), 'B'.repeat(43)]
  test.each([
    { reason: 'whole', text: `hmac-sha256$${key}=$${digest}=`, good: true },
    { reason: 'a short key', text: `hmac-sha256$AAAA$${digest}=`, good: false },
    { reason: 'a short digest, which many passwords have', text: `hmac-sha256$${key}=$BB==`, good: false },
    { reason: 'no key', text: `hmac-sha256$${digest}=`, good: false },
    { reason: 'another algorithm', text: `hmac-md5$${key}=$${digest}=`, good: false },
    { reason: 'more behind it', text: `hmac-sha256$${key}=$${digest}=x`, good: false },
  ])('is read, or is none: $reason', ({ text, good }) => {
    expect([parseKeyedHash(text) !== undefined, isPasswordHash(text)]).toEqual([good, good])
  })
})

describe('Basic credentials', () => {
  test.each([
    { reason: 'the name ends at the first colon', text: 'a:b:c', expected: { name: 'a', password: 'b:c' } },
    {
      reason: 'a mark at the start belongs to the name',
      text: '\ufeffa:b',
      expected: { name: '\ufeffa', password: 'b' },
    },
    { reason: 'no colon', text: 'ab', expected: undefined },
  ])('$reason', ({ text, expected }) => {
    expect(readBasic(encode(text))).toEqual(expected)
  })
})
