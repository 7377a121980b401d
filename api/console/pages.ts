import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { codeOf } from '../../domain/shape.ts'
import type { AnswerHeaders } from '../http/problem.ts'
import { notFound } from '../http/problem.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'
import { isPage } from '../../domain/access/return-address.ts'
import { consoleAddress } from '../../domain/texts/web-address.ts'
import type { Console } from './console.ts'

/** A page, for one answer: what it may do, a browser holds it to. */
export const pageHeaders = (nonce: string): AnswerHeaders => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; ` +
    "font-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
})

export const newNonce = (): string => randomBytes(16).toString('base64')

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')

/** A page of a few words, that needs no file. */
export const plainPage = (nonce: string, { title, words, link, againMs }: PlainPage): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${againMs === undefined ? '' : `<meta http-equiv="refresh" content="${againMs / 1000}">`}
<title>${escaped(title)}</title>
<style nonce="${nonce}">
  :root { color-scheme: light dark }
  body { max-width: 36rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif }
</style>
<body>
<main>
<h1>${escaped(title)}</h1>
${words.map((line) => `<p>${escaped(line)}</p>`).join('\n')}
${link === undefined ? '' : `<p><a href="${escaped(link.to)}">${escaped(link.words)}</a></p>`}
</main>
`

interface PlainPage {
  readonly title: string
  readonly words: readonly string[]
  readonly link?: { readonly to: string; readonly words: string }
  /** The page is asked for again after so long. */
  readonly againMs?: number
}

/** How often a browser looks whether the page has been built. */
const againMs = 2000

const building = {
  title: 'The console is being built',
  words: [
    'The page is not there yet. The demo builds it in the background; elsewhere `npm run console` builds it.',
    'This looks again by itself every two seconds.',
  ],
  againMs,
}

/** GET /console and every page below it: one file, which finds by its address what to show. */
export const indexPage = ({ settings, folder }: Pick<Console, 'settings' | 'folder'>) => {
  const base = `${new URL(consoleAddress(settings)).pathname}/`
  const file = new URL('index.html', folder)
  return async ({ params }: ApiRequest): Promise<ApiResponse> => {
    if (!isPage(params['*'] ?? '')) throw notFound('There is nothing at this address.')
    const nonce = newNonce()
    const headers = pageHeaders(nonce)
    const html = await readFile(file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (html !== undefined) {
      const body = html.replaceAll('__BASE__', () => base).replaceAll('__NONCE__', () => nonce)
      return { status: 200, headers, body }
    }
    return {
      status: 503,
      headers: { ...headers, 'retry-after': String(againMs / 1000) },
      body: plainPage(nonce, building),
    }
  }
}
