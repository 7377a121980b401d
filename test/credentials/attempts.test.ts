import { describe, expect, test } from 'vitest'
import { createAttempts } from '../../adapters/credentials/attempts.ts'
import { TooManyAttempts } from '../../adapters/credentials/errors.ts'

const home = '192.0.2.1'
const attacker = '203.0.113.66'

const start = () => {
  let now = 1_000_000
  const attempts = createAttempts(() => now, { ofAddress: 100, ofName: 20 })
  const heard = (address: string, name: string): boolean => {
    try {
      attempts.hear(address, name)
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(TooManyAttempts)
      return false
    }
  }
  /** Tries a wrong password. @returns whether it was looked at */
  const guess = (address: string, name: string): boolean => {
    if (!heard(address, name)) return false
    attempts.wrong(name)
    try {
      attempts.failed(address)
    } catch {
      return true
    }
    return true
  }
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
    attempts.succeeded(home, 'ci')
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

  test('an address is known for a day', () => {
    const { attempts, heard, guesses, pass } = start()
    attempts.succeeded(home, 'ci')
    pass(24 * 3_600_000 + 1)
    guesses(500, attacker, 'ci')
    expect(heard(home, 'ci')).toBe(false)
  })
})
