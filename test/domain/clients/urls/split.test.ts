import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitUrls } from '../../../../domain/clients/urls/split.ts'
import { costlyTexts } from './shapes.ts'

/** A text without what splitting may take away. */
const squeeze = (text: string): string => text.replaceAll(/[\s,]/g, '')

describe('several URLs in one element', () => {
  test.each([
    { reason: 'two', element: 'https://a.test,https://b.test', urls: ['https://a.test', 'https://b.test'] },
    {
      reason: 'spaces around the comma',
      element: 'https://a.test , https://b.test',
      urls: ['https://a.test', 'https://b.test'],
    },
    { reason: 'own schemes too', element: 'app.one://x,app.two://y', urls: ['app.one://x', 'app.two://y'] },
    { reason: 'one URL stays as it is', element: 'https://a.test', urls: ['https://a.test'] },
    { reason: 'a comma in a query stays', element: 'https://a.test?x=1,2', urls: ['https://a.test?x=1,2'] },
    {
      reason: 'both kinds of comma',
      element: 'https://a.test?x=1,2,https://b.test',
      urls: ['https://a.test?x=1,2', 'https://b.test'],
    },
    { reason: 'what is no URL is not split', element: 'a,b', urls: ['a,b'] },
    { reason: 'words before a URL are not split off', element: 'a,https://b.test', urls: ['a,https://b.test'] },
    { reason: 'a comma at the end goes', element: 'https://a.test,', urls: ['https://a.test'] },
    {
      reason: 'a comma at the end of several goes',
      element: 'https://a.test, https://b.test, ',
      urls: ['https://a.test', 'https://b.test'],
    },
    {
      reason: 'commas without anything between',
      element: ',https://a.test,,https://b.test',
      urls: ['https://a.test', 'https://b.test'],
    },
    { reason: 'commas alone', element: ',,', urls: [',,'] },
    {
      reason: 'lines with commas',
      element: 'https://a.test,\n  https://b.test,\n',
      urls: ['https://a.test', 'https://b.test'],
    },
    {
      reason: 'a scheme with one slash',
      element: 'https://a.test/cb,com.example.app:/cb',
      urls: ['https://a.test/cb', 'com.example.app:/cb'],
    },
    {
      reason: 'a space at an end that no comma is beside stays',
      element: 'https://a.test ',
      urls: ['https://a.test '],
    },
    {
      reason: 'what no comma separates is not split',
      element: 'https://a.test;https://b.test',
      urls: ['https://a.test;https://b.test'],
    },
    { reason: 'nothing', element: '', urls: [''] },
  ])('$reason', ({ element, urls }) => {
    expect(splitUrls(element)).toEqual(urls)
  })

  test('joining URLs with commas and splitting them gives them back', () => {
    const url = fc
      .webUrl({ withQueryParameters: true })
      .filter((one) => !/,\s*[a-z][a-z0-9+.-]*:\//i.test(one) && !one.endsWith(','))
    fc.assert(
      fc.property(fc.array(url, { minLength: 1, maxLength: 5 }), fc.constantFrom(',', ', ', ' , '), (urls, comma) => {
        expect(splitUrls(urls.join(comma))).toEqual(urls)
      }),
    )
  })

  test('what was split is not split again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', ' ', ':', '/', '\n', 'h://', 'h:/x') }), (element) => {
        const once = splitUrls(element)
        expect(once.flatMap(splitUrls)).toEqual(once)
      }),
      { numRuns: 2000 },
    )
  })

  test('nothing is lost and nothing is made up, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', ' ', ':', '/', 'h://', 'h://x') }), (element) => {
        expect(squeeze(splitUrls(element).join(''))).toBe(squeeze(element))
      }),
    )
  })

  // How the contract would be written down if time did not matter: these patterns take the square of it.
  const absolute = /^[a-z][a-z0-9+.-]*:\//i
  const asWritten = (element: string): string[] => {
    const found = element.split(/,\s*(?=[a-z][a-z0-9+.-]*:\/)/i)
    const pieces = found.map((piece) => piece.replaceAll(/^[\s,]+|[\s,]+$/g, '')).filter((piece) => piece !== '')
    const isList = found.length > 1 || /,\s*$/.test(element)
    return isList && pieces.length > 0 && pieces.every((piece) => absolute.test(piece)) ? pieces : [element]
  }

  test('splits where the contract says, whatever the text', () => {
    const part = fc.constantFrom(
      'a',
      'B',
      '1',
      '-',
      ',',
      ' ',
      '\n',
      '\u2028',
      ':',
      '/',
      '?',
      '#',
      '://',
      'a://',
      ',b://',
      ', c:',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 24 }), (parts) => {
        expect(splitUrls(parts.join(''))).toEqual(asWritten(parts.join('')))
      }),
      { numRuns: 2000 },
    )
  })

  // Code that `npm run mutation` has instrumented takes its own time.
  test.skipIf(process.env['NEXUS_TEST_INSTRUMENTED'] === 'true')('no text takes long to split', () => {
    for (const text of costlyTexts) {
      const start = performance.now()
      splitUrls(text)
      expect(performance.now() - start).toBeLessThan(500)
    }
  })
})
