import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printable, printableJson, printableLines } from '../../../domain/texts/printable.ts'

const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

describe('a text from outside, for a terminal', () => {
  test.each([
    { reason: 'an escape sequence', text: '\u001b[2J', shown: '\u{fffd}[2J' },
    { reason: 'a link', text: '\u001b]8;;http://a\u0007x', shown: '\u{fffd}]8;;http://a\u{fffd}x' },
    { reason: 'the clipboard', text: '\u001b]52;c;eA==\u0007', shown: '\u{fffd}]52;c;eA==\u{fffd}' },
    { reason: 'a sequence of one byte', text: '\u009b31m', shown: '\u{fffd}31m' },
    { reason: 'the deletion of what stands there', text: 'a\u007f\b', shown: 'a\u{fffd}\u{fffd}' },
    { reason: 'the beginning of the line', text: 'a\rb', shown: 'a\u{fffd}b' },
    { reason: 'another line', text: 'a\nb\u2028c\u2029d\u0085e', shown: 'a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e' },
    { reason: 'another order', text: '\u202eabc\u2066\u061c\u200f', shown: '\u{fffd}abc\u{fffd}\u{fffd}\u{fffd}' },
    { reason: 'nothing to be seen', text: 'a\u200bb\ufeff\u00ad', shown: 'a\u{fffd}b\u{fffd}\u{fffd}' },
    { reason: 'what is seen stays', text: 'Übung 日本 😀 ñ', shown: 'Übung 日本 😀 ñ' },
  ])('$reason', ({ text, shown }) => {
    expect(printable(text)).toBe(shown)
  })

  test('nothing that steers is left, and lines stay where they are the own ones', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(steering)
        const lines = printableLines(`${text}\n${text}`)
        expect(lines.replaceAll('\n', '')).not.toMatch(steering)
        expect(lines.split('\n')).toHaveLength(2 * text.split('\n').length)
      }),
    )
  })

  test.each([
    { reason: 'a control character', json: '"a\u009bb"', shown: String.raw`"a\u009bb"` },
    { reason: 'one of two units', json: '"\u{e0001}"', shown: String.raw`"\udb40\udc01"` },
    { reason: 'lines of a layout stay', json: '{\n  "a": 1\n}', shown: '{\n  "a": 1\n}' },
  ])('in JSON it is escaped: $reason', ({ json, shown }) => {
    expect(printableJson(json)).toBe(shown)
  })

  test('JSON says the same, and holds nothing that steers', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = printableJson(JSON.stringify(value))
        expect(json).not.toMatch(steering)
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
