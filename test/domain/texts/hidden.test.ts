import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hiddenIn, hiddenProblem } from '../../../domain/texts/hidden.ts'

describe('characters that nobody sees', () => {
  test.each([
    { reason: 'a control character', text: 'a\tb', says: 'U+0009 is character 2 of 3' },
    { reason: 'DEL', text: '\u007f', says: 'U+007F' },
    { reason: 'a control character of C1', text: 'a\u0085', says: 'U+0085' },
    { reason: 'a no-break space', text: 'a\u00a0', says: 'U+00A0 is character 2 of 2' },
    { reason: 'a soft hyphen', text: 'a\u00adb', says: 'U+00AD' },
    { reason: 'an Arabic letter mark', text: '\u061ca', says: 'U+061C' },
    { reason: 'a Hangul filler', text: '\u3164', says: 'U+3164' },
    { reason: 'a wide space', text: 'a\u3000b', says: 'U+3000' },
    { reason: 'a zero width space', text: 'a\u200bb', says: 'U+200B' },
    { reason: 'a zero width joiner between letters', text: 'a\u200db', says: 'U+200D' },
    { reason: 'a right-to-left override', text: 'a\u202eb', says: 'U+202E' },
    { reason: 'an isolate', text: '\u2066a\u2069', says: 'U+2066' },
    { reason: 'a word joiner', text: 'a\u2060b', says: 'U+2060' },
    { reason: 'a byte order mark', text: '\ufeffa', says: 'U+FEFF is character 1 of 2' },
    { reason: 'a variation selector behind a letter', text: 'a\ufe0f', says: 'U+FE0F' },
    { reason: 'a tag', text: 'a\u{e0041}', says: 'U+E0041' },
    { reason: 'a blank of Braille', text: 'a\u2800', says: 'U+2800' },
    { reason: 'a separator of lines', text: 'a\u2028b', says: 'U+2028' },
    {
      reason: 'behind letters that take two units',
      text: '\u{1f600}\u{1f600}\u200b',
      says: 'U+200B is character 3 of 3',
    },
    { reason: 'a space first', text: ' a', says: 'U+0020 is character 1 of 2' },
    { reason: 'a space last', text: 'a ', says: 'U+0020 is character 2 of 2' },
    { reason: 'a space alone', text: ' ', says: 'U+0020 is character 1 of 1' },
    { reason: 'half of a pair', text: 'a\ud800', says: 'U+D800' },
  ])('$reason', ({ text, says }) => {
    expect(hiddenProblem(text)).toContain(says)
  })

  test.each([
    { reason: 'nothing', text: '' },
    { reason: 'a space inside', text: 'The Shop' },
    { reason: 'letters of any script', text: 'Zażółć 日本語 한글 हिन्दी العربية' },
    { reason: 'an accent of its own', text: 'e\u0301' },
    { reason: 'an emoji', text: '\u{1f680} Shop' },
    { reason: 'an emoji in colour', text: '\u2764\ufe0f' },
    { reason: 'an emoji of several', text: '\u{1f469}\u{1f3fd}\u200d\u{1f680}' },
    { reason: 'a key', text: '1\ufe0f\u20e3' },
  ])('seen: $reason', ({ text }) => {
    expect(hiddenProblem(text)).toBeUndefined()
  })

  test('the place is that of one, and none stands before it that is always hidden', () => {
    const part = fc.constantFrom('a', ' ', '\u00a0', '\u200b', '\u{1f680}', '\u200d', '\ufe0f')
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('')
        const index = hiddenIn(text)
        const isRight = index < 0 ? !/\u00a0|\u200b/.test(text) : /\u00a0|\u200b|\u200d|\ufe0f/.test(text.charAt(index))
        expect(isRight).toBe(true)
      }),
    )
  })
})
