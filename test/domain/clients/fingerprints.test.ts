import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprintsIn } from '../../../domain/clients/fingerprints.ts'

const hex = 'ab'.repeat(32)
const written = Array.from({ length: 32 }, () => 'AB').join(':')
const other = written.replace('AB', 'CD')

describe('fingerprints', () => {
  test.each([
    { reason: 'without colons', text: hex, present: null, read: written, wrong: 0 },
    { reason: 'as it is written', text: written, present: null, read: written, wrong: 0 },
    { reason: 'with spaces around', text: ` ${hex} , ${other}`, present: null, read: `${written},${other}`, wrong: 0 },
    { reason: 'the same one twice', text: `${hex},${written}`, present: null, read: written, wrong: 0 },
    { reason: 'too short', text: hex.slice(2), present: null, read: hex.slice(2), wrong: 1 },
    { reason: 'too long', text: `${hex}ab`, present: null, read: `${hex}ab`, wrong: 1 },
    { reason: 'no hexadecimal digit', text: `g${hex.slice(1)}`, present: null, read: `g${hex.slice(1)}`, wrong: 1 },
    { reason: 'nothing between commas', text: `${hex},`, present: null, read: `${written},`, wrong: 1 },
    { reason: 'what Auth0 has', text: `odd,${hex}`, present: 'odd,other', read: `odd,${written}`, wrong: 0 },
    { reason: 'a form that Auth0 has is kept as it is', text: hex, present: `x,${hex}`, read: hex, wrong: 0 },
    { reason: 'only a part of what Auth0 has', text: 'odd', present: 'odder', read: 'odd', wrong: 1 },
    { reason: 'a list is no text of theirs', text: 'odd', present: ['odd'], read: 'odd', wrong: 1 },
  ])('$reason', ({ text, present, read, wrong }) => {
    const found = fingerprintsIn(text, present)
    expect(found.text).toBe(read)
    expect(found.wrong).toHaveLength(wrong)
  })

  test('each that is none is named', () => {
    const { wrong } = fingerprintsIn(`one, ${hex}, t"wo`, null)
    expect(wrong).toEqual([expect.stringMatching(/^"one" is no/), expect.stringMatching(/^"t\\"wo" is no/)])
  })

  test('law: what was read once is read the same again, and is never wrong then', () => {
    const digits = fc.stringMatching(/^[0-9a-fA-F]{64}$/)
    fc.assert(
      fc.property(fc.array(digits, { minLength: 1, maxLength: 4 }), (several) => {
        const once = fingerprintsIn(several.join(), null)
        expect(once.wrong).toEqual([])
        expect(fingerprintsIn(once.text, null)).toEqual(once)
        expect(once.text.replaceAll(':', '').toLowerCase()).toBe(several.join().toLowerCase())
      }),
    )
  })
})
