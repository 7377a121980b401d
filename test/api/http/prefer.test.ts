import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { waitPreferenceOf } from '../../../api/http/prefer.ts'

const settings = { waitMs: 10_000, maximumWaitMs: 60_000 }

describe('Prefer', () => {
  test.each([
    { reason: 'nothing asked for', header: undefined, ms: 10_000, applied: null },
    { reason: 'seconds', header: 'wait=5', ms: 5000, applied: 'wait=5' },
    { reason: 'no more than the most', header: 'wait=999999999', ms: 60_000, applied: 'wait=60' },
    { reason: 'in quotes', header: 'wait="7"', ms: 7000, applied: 'wait=7' },
    { reason: 'with white space', header: ' wait \t= 7 ; x=y', ms: 7000, applied: 'wait=7' },
    { reason: 'with parameters in quotes', header: 'wait="7"; x="y"', ms: 7000, applied: 'wait=7' },
    { reason: 'at once', header: 'respond-async', ms: 0, applied: 'respond-async' },
    { reason: 'both', header: 'respond-async, wait=3', ms: 3000, applied: 'respond-async, wait=3' },
    { reason: 'capitals', header: 'Respond-Async', ms: 0, applied: 'respond-async' },
    { reason: 'the first of several counts', header: 'wait=3, wait=4', ms: 3000, applied: 'wait=3' },
    { reason: 'words behind it make it none', header: 'wait=3 4', ms: 10_000, applied: null },
    { reason: 'a quote that does not end makes it none', header: 'wait="3', ms: 10_000, applied: null },
    { reason: 'no number', header: 'wait=soon', ms: 10_000, applied: null },
    { reason: 'a sign is no number', header: 'wait=-1', ms: 10_000, applied: null },
    { reason: 'an empty one beside it', header: ',, ;, wait=3', ms: 3000, applied: 'wait=3' },
  ])('$reason: $header', ({ header, ms, applied }) => {
    expect(waitPreferenceOf(header, settings)).toEqual({ ms, applied })
  })

  // How one preference reads by RFC 7240, if time did not matter: this pattern takes the square of it.
  const asWritten = /^\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s";,]*)))?\s*(?:;.*)?$/

  test('reads what the grammar reads, whatever the text', () => {
    const part = fc.constantFrom('wait', '=', '"', ' ', '\t', ';', '5', '1', 'x', 'respond-async')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
        const match = asWritten.exec(parts.join(''))
        const value = match?.[1]?.toLowerCase() === 'wait' ? (match[2] ?? match[3] ?? '') : undefined
        const seconds = value !== undefined && /^\d{1,9}$/.test(value) ? `wait=${Math.min(60, Number(value))}` : null
        const { applied } = waitPreferenceOf(parts.join(''), settings)
        expect(applied === null || applied === 'respond-async' ? null : applied).toBe(seconds)
      }),
      { numRuns: 2000 },
    )
  })
})
