import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consoleAsset } from '../../../api/console/assets.ts'
import { indexPage } from '../../../api/console/pages.ts'
import { createAuditDraft } from '../../../adapters/postgres/audit-draft.ts'
import type { ApiRequest } from '../../../api/http/request.ts'
import { publicUrl } from './support.ts'

const settings = { publicUrl, applicationToken: 'nxa_x', idleMs: 1, atMostMs: 1 }
const request = (params: Record<string, string>, headers: Record<string, string> = {}): ApiRequest => ({
  arrivedAt: 0,
  headers,
  params,
  query: '',
  readBody: () => Promise.resolve(Buffer.alloc(0)),
  gone: new AbortController().signal,
  closing: new AbortController().signal,
  over: new AbortController().signal,
  audit: createAuditDraft({
    action: 'probe',
    tenantId: null,
    actor: null,
    address: null,
    requestId: null,
    target: null,
    changeId: null,
  }),
  decides: () => undefined,
})

let directory: string
let folder: URL
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'nexus-console-'))
  folder = pathToFileURL(`${directory}/dist/`)
  mkdirSync(path.join(directory, 'dist/assets'), { recursive: true })
  const put = (name: string, content: string | Buffer): void =>
    writeFileSync(path.join(directory, 'dist', name), content)
  put('index.html', '<base href="__BASE__"><meta name="nonce" content="__NONCE__"><style nonce="__NONCE__"></style>')
  put('secret.js', 'beside the assets')
  put('assets/index-1a2b.js', 'plain')
  put('assets/index-1a2b.js.br', brotliCompressSync('packed'))
  put('assets/font.woff2', 'font')
  put('assets/notes.exe', 'of no kind')
})
afterAll(() => rmSync(directory, { recursive: true }))

const page = (name = '', from = folder) =>
  indexPage({ settings, folder: from })(request(name === '' ? {} : { '*': name }))

const asset = (name: string, accepted = '') =>
  consoleAsset({ folder })(request({ asset: name }, { 'accept-encoding': accepted }))

describe('the page', () => {
  test.each(['', 'tenants/acme', 'tenants/acme/clients/a%2Fb', 'apis', 'assets-of-mine'])(
    'is the same at every address below the console: %s',
    async (name) => {
      const { status, body } = await page(name)
      expect(status).toBe(200)
      expect(String(body)).toContain('<base href="/portal/console/">')
    },
  )

  test('has a nonce of its own in each answer, which is the one of its policy', async () => {
    const nonces = new Set<string>()
    for (let index = 0; index < 20; index += 1) {
      const { headers, body } = await page()
      const [, nonce = ''] = /nonce="([^"]+)"/.exec(String(body)) ?? []
      expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/)
      expect(String(body)).toContain(`content="${nonce}"`)
      expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`)
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(20)
  })

  test('may run and load nothing but its own, is shown in no frame, and is kept nowhere', async () => {
    const { headers } = await page()
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
    const policy = String(headers['content-security-policy'])
    expect(policy).not.toContain('unsafe')
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ])
      expect(policy.split('; ')).toContain(part)
  })

  test('says that it is being built while it is not there, and looks again', async () => {
    const { status, headers, body } = await page('tenants/acme', pathToFileURL(`${directory}/nowhere/`))
    expect(status).toBe(503)
    expect(headers['retry-after']).toBe('2')
    expect(String(body)).toContain('npm run console')
    expect(String(body)).toContain('<meta http-equiv="refresh" content="2">')
  })

  test.each(['api', 'api/v1/nothing', 'assets/x', 'assets/x/y.js', 'sign-out', 'session/x'])(
    'is not what lies at %s',
    async (name) => {
      await expect(page(name)).rejects.toMatchObject({ code: 'not-found' })
    },
  )
})

describe('a file of the page', () => {
  test.each([
    { name: 'index-1a2b.js', type: 'text/javascript; charset=utf-8' },
    { name: 'font.woff2', type: 'font/woff2' },
  ])('$name is kept for ever, by its type', async ({ name, type }) => {
    const { status, headers } = await asset(name)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
  })

  test.each([
    { reason: 'takes it', accepted: 'gzip, deflate, br', packed: true },
    { reason: 'takes it, and would rather have another', accepted: 'gzip;q=1, BR;q=0.1', packed: true },
    { reason: 'does not say', accepted: '', packed: false },
    { reason: 'does not take it', accepted: 'br;q=0', packed: false },
    { reason: 'takes what there is not', accepted: 'gzip', packed: false },
  ])('is sent as the build has compressed it where the browser $reason', async ({ accepted, packed }) => {
    const { headers, body } = await asset('index-1a2b.js', accepted)
    expect(headers['content-encoding']).toBe(packed ? 'br' : undefined)
    const bytes = Buffer.from(body ?? '')
    expect(String(packed ? brotliDecompressSync(bytes) : bytes)).toBe(packed ? 'packed' : 'plain')
  })

  test.each([
    { reason: 'nothing of that name', name: 'nothing.js' },
    { reason: 'a file beside', name: '../secret.js' },
    { reason: 'a file beside, encoded once more', name: '%2e%2e%2fsecret.js' },
    { reason: 'a whole path', name: '/etc/passwd' },
    { reason: 'a Windows path', name: '..\\secret.js' },
    { reason: 'a kind that a page has not', name: 'notes.exe' },
    { reason: 'a hidden file', name: '.env' },
    { reason: 'a name with a NUL', name: 'index.js\0.js' },
    { reason: 'the name of a method', name: 'constructor' },
  ])('there is none: $reason', async ({ name }) => {
    await expect(asset(name)).rejects.toMatchObject({ code: 'not-found' })
  })
})
