import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeUrl, urlRules } from '../../../../domain/clients/urls/judge.ts'
import { placeholderRefusals } from '../../../../domain/clients/urls/placeholder-refusals.ts'
import { refusals } from '../../../../domain/clients/urls/refusals.ts'
import { warnings } from '../../../../domain/clients/urls/warnings.ts'
import { urlLists } from '../../../../domain/clients/urls/kinds.ts'
import type { UrlContext } from '../../../../domain/clients/urls/kinds.ts'
import { audiences } from '../../../../domain/clients/urls/rule.ts'
import { clients } from './shape.ts'
import { costlyTexts, shapes } from './shapes.ts'

describe('what is said of the URLs of real configurations', () => {
  test.each(shapes.flatMap((shape) => shape.kinds.map((kind) => ({ ...shape, kind }))))(
    '$kind of $client: $url ($reason)',
    ({ url, kind, client, refused, warned }) => {
      const said = judgeUrl(url, kind, clients[client])
      expect({ refused: said.refused?.rule ?? null, warned: said.warned.map(({ rule }) => rule) }).toEqual({
        refused,
        warned,
      })
    },
  )
})

describe('the table of rules', () => {
  const hidden = 'https://app.example.com/callback\u00a0'
  const everybody: readonly UrlContext[] = Object.values(clients)

  test.each(urlRules)(
    '$id says of its example what it is about',
    ({ id, outcome, kinds, clients: audience, example }) => {
      const url = id === 'hidden' ? hidden : example
      const some = everybody.filter((context) => audiences[audience].has(context))
      expect(some).not.toEqual([])
      const said = judgeUrl(url, kinds[0] ?? 'callback', some[0] ?? clients.untyped)
      expect(outcome === 'refused' ? [said.refused?.rule] : said.warned.map(({ rule }) => rule)).toContain(id)
    },
  )

  test.each(urlRules)('every shape of a configuration that $id is about is in the table of shapes', ({ id }) => {
    expect(shapes.some(({ refused, warned }) => refused === id || warned.includes(id))).toBe(true)
  })

  test('every id is that of one rule', () => {
    const ids = [...refusals, ...warnings].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(Object.keys(placeholderRefusals)))
  })

  test('what travels in a header is ASCII, and ends like a sentence', () => {
    for (const { reason } of urlRules) expect(reason).toMatch(/^[ -~]+\.$|^[ -~]+\?$/)
  })
})

describe('laws', () => {
  test('a URL that is accepted can be read by a URL parser', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string().map((text) => `https://${text}`),
        ),
        (url) => {
          const readable = URL.canParse(url.replaceAll('*', 'x').replaceAll('{organization_name}', 'x'))
          expect(readable || judgeUrl(url, 'callback', clients.web).refused !== undefined).toBe(true)
        },
      ),
    )
  })

  test('a URL as a URL parser writes it is not refused', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.constantFrom(...urlLists), (url, kind) => {
        // A star is a wildcard, and `$(x)` a variable.
        const plain = new URL(url).href.replaceAll(/[*$]/g, 'x')
        expect(judgeUrl(plain, kind, clients.web).refused?.rule).toBeUndefined()
      }),
    )
  })

  test('what is refused for one client is refused for a client that may less', () => {
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.constantFrom(...urlLists), ({ url }, kind) => {
        const [more, less] = [clients.web, clients.thirdParty].map((client) => judgeUrl(url, kind, client).refused)
        expect(more === undefined || less !== undefined).toBe(true)
      }),
    )
  })

  test('a space or a hidden character at an end is never taken', () => {
    const spoilt = fc.constantFrom(' ', '\t', '\n', '\u00a0', '\u200b', '\u202e', '\ufeff', '\u3000')
    fc.assert(
      fc.property(fc.constantFrom(...shapes), spoilt, fc.boolean(), ({ url }, character, isFirst) => {
        const text = isFirst ? `${character}${url}` : `${url}${character}`
        expect(judgeUrl(text, 'callback', clients.native).refused?.rule).toBe('hidden')
      }),
    )
  })

  // Code that `npm run mutation` has instrumented takes its own time.
  test.skipIf(process.env['NEXUS_TEST_INSTRUMENTED'] === 'true')('no text takes long to judge', () => {
    for (const text of [
      ...costlyTexts,
      '{'.repeat(100_000),
      '{custom_domain.metadata.'.repeat(10_000),
      `https://a.example.com/${'__A'.repeat(50_000)}`,
      `https://a.example.com/${'%A'.repeat(50_000)}`,
      `https://a.example.com/${'; '.repeat(50_000)}`,
    ]) {
      const start = performance.now()
      judgeUrl(text, 'callback', clients.web)
      expect(performance.now() - start).toBeLessThan(500)
    }
  })
})
