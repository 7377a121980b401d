import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parsePasswordHash } from '../../adapters/passwords/password-hash.ts'
import { isIssuedPassword, matchingKeyedHash } from '../../adapters/passwords/issued-password.ts'
import { verifyPassword } from '../../adapters/credentials/passwords.ts'
import { nexus } from './support.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const token = 'a-token-of-some-length-0123456789'

const verifies = async (hash: string, password: string): Promise<boolean> => {
  const parsed = parsePasswordHash(hash)
  return parsed !== undefined && (await verifyPassword(password, [parsed])) === parsed
}

describe('hash password', () => {
  test.each([
    { reason: 'without the newline that echo adds', input: 'pässword\n', password: 'pässword' },
    { reason: 'and without that of Windows', input: 'pässword\r\n', password: 'pässword' },
    { reason: 'with the spaces that it has', input: ' a b ', password: ' a b ' },
  ])('$reason', async ({ input, password }) => {
    const { code, stdout, stderr } = await nexus(['hash', 'password'], { input })
    expect([code, stderr]).toEqual([0, ''])
    expect(await verifies(stdout.trimEnd(), password)).toBe(true)
  })

  test('for a pipeline', async () => {
    const { stdout } = await nexus(['hash', 'password', '--json'], { input: 'x' })
    expect(JSON.parse(stdout)).toEqual({ passwordHash: expect.stringMatching(/^scrypt\$32768\$8\$3\$/) as unknown })
  })

  test('makes a password and its hash, which costs no scrypt to verify', async () => {
    const [one, other] = await Promise.all([
      nexus(['hash', 'password', '--generate', '--json']),
      nexus(['hash', 'password', '--generate']),
    ])
    const made: Readonly<Record<string, unknown>> = Object(JSON.parse(one.stdout))
    const [password, passwordHash] = [String(made['password']), String(made['passwordHash'])]
    expect([isIssuedPassword(password), matchingKeyedHash(password, [passwordHash])]).toEqual([true, passwordHash])
    expect(other.stdout).toMatch(/^password {6}nxs_[\w-]{43}\npasswordHash {2}hmac-sha256\$/)
    const again = await nexus(['hash', 'password'], { input: `${password}\n` })
    expect(matchingKeyedHash(password, [again.stdout.trimEnd()]), 'one that was made before').toBeDefined()
  })

  test.each([
    { reason: 'nothing', input: '', says: 'empty' },
    { reason: 'a newline only', input: '\n', says: 'empty' },
    { reason: 'several lines', input: 'a\nb\n', says: 'one line' },
    { reason: 'not UTF-8', input: Buffer.from([0x70, 0xe4]), says: 'UTF-8' },
  ])('refuses $reason', async ({ input, says }) => {
    const { code, stdout, stderr } = await nexus(['hash', 'password'], { input })
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toContain(says)
  })
})

describe('hash token', () => {
  test('answers the SHA-256', async () => {
    expect(await nexus(['hash', 'token'], { input: `${token}\n` })).toEqual({
      code: 0,
      stdout: `${sha256(token)}\n`,
      stderr: '',
    })
  })

  test('makes a token and its hash, another each time', async () => {
    const [one, other] = await Promise.all([
      nexus(['hash', 'token', '--generate', '--json']),
      nexus(['hash', 'token', '--generate']),
    ])
    const made: unknown = JSON.parse(one.stdout)
    expect(made).toEqual({
      token: expect.stringMatching(/^nxa_[\w-]{43}$/) as unknown,
      sha256: expect.any(String) as unknown,
    })
    const [, shown = '', hash] = /token {3}(nxa_[\w-]{43})\nsha256 {2}([0-9a-f]{64})\n/.exec(other.stdout) ?? []
    expect(hash).toBe(sha256(shown))
    expect(one.stdout).not.toContain(shown)
  })

  test.each([
    { reason: 'one that could be guessed', input: 'hunter2', says: 'could be guessed' },
    { reason: 'one that no header can carry', input: `${token} ü`, says: 'printable ASCII' },
  ])('refuses $reason', async ({ input, says }) => {
    const { code, stdout, stderr } = await nexus(['hash', 'token'], { input })
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toContain(says)
    expect(stderr).not.toContain(input)
  })
})
