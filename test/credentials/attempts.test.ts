import { describe, expect, test } from 'vitest'
import { createAttempts } from '../../adapters/credentials/attempts.ts'
import { TooManyAttempts } from '../../adapters/credentials/errors.ts'

const home = '192.0.2.1'
const attacker = '203.0.113.66'

const start = () => {
  let now = 1_000_000
  const attempts = createAttempts(() => now, { ofAddress: 100, ofName: 20 })
  /** What comes of a sign-in, where it is looked at; undefined where it is not. */
  const begin = (address: string, name: string) => {
    try {
      return attempts.begin(address, name)
    } catch (error) {
      expect(error).toBeInstanceOf(TooManyAttempts)
      return undefined
    }
  }
  const heard = (address: string, name: string): boolean => {
    const attempt = begin(address, name)
    attempt?.dropped()
    return attempt !== undefined
  }
  /** Tries a wrong password. @returns whether it was looked at */
  const guess = (address: string, name: string): boolean => begin(address, name) !== undefined
  const guesses = (count: number, address: string, name: string): number =>
    Array.from({ length: count }, () => guess(address, name)).filter(Boolean).length
  return { attempts, heard, guesses, pass: (ms: number) => void (now += ms) }
}

describe('guessing', () => {
  test('in one name is slowed down, from however many addresses', () => {
    const { guesses, pass } = start()
    const looked = Array.from({ length: 200 }, (_, index) => guesses(1, `203.0.113.${index}`, 'ci'))
    expect(looked.reduce((sum, one) => sum + one, 0)).toBe(20)
    pass(5000)
    expect(guesses(3, '198.51.100.1', 'ci')).toBe(1)
  })

  test('from one address is slowed down, in however many names', () => {
    const { guesses } = start()
    const looked = Array.from({ length: 300 }, (_, index) => guesses(1, attacker, `name-${index}`))
    expect(looked.reduce((sum, one) => sum + one, 0)).toBe(100)
  })

  test('does not lock out the account at an address from which it has signed in', () => {
    const { attempts, heard, guesses } = start()
    attempts.begin(home, 'ci').succeeded()
    guesses(500, attacker, 'ci')
    expect([heard(home, 'ci'), heard(attacker, 'ci')]).toEqual([true, false])
    guesses(500, home, 'other')
    expect(heard(home, 'ci')).toBe(true)
  })

  test('does not lock out other names, nor other addresses', () => {
    const { heard, guesses } = start()
    guesses(500, attacker, 'ci')
    expect([heard(home, 'deploy'), heard(attacker, 'deploy')]).toEqual([true, true])
  })

  test('is refused before it is looked at, also where all come at once', () => {
    const { guesses, attempts } = start()
    const begun = Array.from({ length: 20 }, () => attempts.begin(attacker, 'ci'))
    expect(guesses(1, attacker, 'ci')).toBe(0)
    for (const attempt of begun) attempt.succeeded()
    expect(guesses(30, '198.51.100.1', 'ci'), 'who succeeded counts for nothing').toBe(20)
  })

  test('from an IPv6 network counts as from one address, and is known as one', () => {
    const { attempts, heard, guesses } = start()
    attempts.begin('2001:db8:0:1::7', 'ci').succeeded()
    const looked = Array.from({ length: 300 }, (_, index) =>
      guesses(1, `2001:db8:0:2:${index.toString(16)}::1`, `name-${index}`),
    )
    expect(looked.reduce((sum, one) => sum + one, 0)).toBe(100)
    guesses(30, attacker, 'ci')
    expect([heard('2001:db8:0:1:ffff::', 'ci'), heard('2001:db8:0:3::7', 'ci')]).toEqual([true, false])
  })

  test('somebody who signs in from everywhere does not make others unknown', () => {
    const { attempts, heard, guesses } = start()
    attempts.begin(home, 'ci').succeeded()
    for (let index = 0; index < 20_000; index += 1)
      attempts.begin(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, 'busy').succeeded()
    guesses(30, attacker, 'ci')
    expect(heard(home, 'ci')).toBe(true)
  })

  test('that costs no work is answered 429 in the end, which takes nothing from who is right', () => {
    const { attempts } = start()
    const answers = Array.from({ length: 120 }, () => {
      try {
        attempts.failed(attacker, 'robot')
        return 401
      } catch {
        return 429
      }
    })
    expect([answers.filter((one) => one === 401).length, answers.at(-1)]).toEqual([20, 429])
  })

  test('an address is known for a day', () => {
    const { attempts, heard, guesses, pass } = start()
    attempts.begin(home, 'ci').succeeded()
    pass(24 * 3_600_000 + 1)
    guesses(500, attacker, 'ci')
    expect(heard(home, 'ci')).toBe(false)
  })
})
