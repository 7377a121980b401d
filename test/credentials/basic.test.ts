import { scryptSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readBasic } from '../../adapters/credentials/basic.ts'
import { isPasswordHash } from '../../adapters/credentials/password-hash.ts'
import { createPasswordVerifier, hashPassword } from '../../adapters/credentials/passwords.ts'
import { parsePasswordHash } from '../../adapters/credentials/password-hash.ts'
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
    expect(await whileBusy('pa:ss'), 'needs a verification').toEqual({ unavailable: 'TooManyPasswords' })
    expect(await come('pa:ss')).toHaveProperty('caller')
    expect(await whileBusy('pa:ss'), 'needs none').toHaveProperty('caller')
    expect(await whileBusy('pa:sS'), 'needs one').toEqual({ unavailable: 'TooManyPasswords' })
    clock.seconds += 301
    expect(await whileBusy('pa:ss'), 'needs one again').toEqual({ unavailable: 'TooManyPasswords' })
  })

  test('a flood is told to come again, and does not keep the others out for long', async () => {
    const limits = { passwordLimits: { running: 1, waiting: 2 } }
    const { authenticate } = startAuthenticator('http://127.0.0.1:1/', limits, accounts)
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => authenticate({ authorization: `Basic ${encode(`ci:${index}`)}` })),
    )
    expect(outcomes.filter((outcome) => 'refused' in outcome)).toHaveLength(3)
    expect(outcomes.filter((outcome) => 'unavailable' in outcome)).toHaveLength(7)
    expect(await authenticate({ authorization: `Basic ${encode('ci:pa:ss')}` })).toHaveProperty('caller')
  })
})

describe('a password hash', () => {
  test('that was made is read back, verifies its password and no other, and has its own salt', async () => {
    const [one, other] = await Promise.all([hashPassword('swordfish'), hashPassword('swordfish')])
    expect(one).not.toBe(other)
    const hash = parsePasswordHash(one)
    if (hash === undefined) throw new Error('A hash that was made cannot be read.')
    const verify = createPasswordVerifier()
    expect([await verify('swordfish', [hash]), await verify('Swordfish', [hash])]).toEqual([hash, undefined])
  })

  test('of a rotation keeps the salt, so that two of an account are verified by one derivation', async () => {
    const former = parsePasswordHash(hashOf('swordfish'))
    const present = parsePasswordHash(await hashPassword('marlin', former))
    if (former === undefined || present === undefined) throw new Error('A hash that was made cannot be read.')
    expect({ ...present, hash: null }).toEqual({ ...former, hash: null })
    const verify = createPasswordVerifier()
    expect(await verify('swordfish', [present, former])).toBe(former)
    expect(await verify('marlin', [present, former])).toBe(present)
    expect(await verify('tuna', [present, former])).toBe(undefined)
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
