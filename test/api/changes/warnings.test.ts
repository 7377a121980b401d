import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { warningLines } from '../../../api/changes/warning-lines.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const warning = (pointer: string, detail: string) => ({ pointer, detail })

describe('lines of Nexus-Warning', () => {
  test('the same warning of many texts is one line', () => {
    expect(
      warningLines([
        warning('/callbackUrls/0', 'It may not match.'),
        warning('/callbackUrls/0', 'Users are asked.'),
        warning('/callbackUrls/2', 'It may not match.'),
        warning('/allowedLogoutUrls/0', 'It may not match.'),
      ]),
    ).toEqual(['/callbackUrls/0 and 2 more: It may not match.', '/callbackUrls/0: Users are asked.'])
  })

  test('nothing to say is no line', () => {
    expect(warningLines([])).toEqual([])
  })

  test('what a proxy would not take stays out, and is counted', () => {
    const many = Array.from({ length: 100 }, (_, index) =>
      warning(`/callbackUrls/${index}`, `${index} ${'x'.repeat(100)}.`),
    )
    const lines = warningLines(many)
    expect(lines.join('').length).toBeLessThan(2200)
    expect(lines.at(-1)).toBe(
      `There are ${100 - lines.length + 1} more warnings: the preview and the change name them all.`,
    )
  })
})

describe.skipIf(servers === null)('what may not work is accepted, and said', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '1h' } })
  })
  afterAll(() => stack.close())

  const path = '/v1/tenants/acme/clients'
  const patch = {
    callbackUrls: ['https://a.test/cb', 'http://localhost:3000/cb'],
    allowedWebOrigins: ['https://a.test/'],
  }
  const prompt = { pointer: '/callbackUrls/1', detail: expect.stringContaining('skip_non_verifiable_callback_uri') }
  const origin = { pointer: '/allowedWebOrigins/0', detail: expect.stringContaining('scheme, host and port only') }

  test('in the header of a PATCH, in the change, and again for the same key', async () => {
    const id = seedClient(stack)
    const init = { headers: { 'idempotency-key': randomUUID() } }
    const answer = await read(await stack.patch(id, patch, init))
    expect(answer).toMatchObject({ status: 200, body: patch })
    const said = answer.headers.get('nexus-warning')
    expect(said).toMatch(/^\/callbackUrls\/1: Nobody can verify .+\., \/allowedWebOrigins\/0: An origin is .+\.$/)
    const change = await read(await stack.request(`/v1/tenants/acme/changes/${answer.headers.get('nexus-change')}`))
    expect(change.body['warnings']).toEqual([prompt, origin])
    expect((await stack.patch(id, patch, init)).headers.get('nexus-warning')).toBe(said)
    expect(stack.simulator.clients.get(id)).toMatchObject({
      callbacks: patch.callbackUrls,
      web_origins: patch.allowedWebOrigins,
    })
  })

  test('in a 202 too', async () => {
    const answer = await stack.patch(seedClient(stack), patch, { headers: { prefer: 'respond-async' } })
    expect(answer.status).toBe(202)
    expect(answer.headers.get('nexus-warning')).toContain('/callbackUrls/1: ')
  })

  test('in a preview, with its place', async () => {
    const answer = await read(await stack.patch(`${seedClient(stack)}?dryRun=true`, patch))
    expect(answer.body['preview']).toMatchObject({ warnings: [prompt, origin] })
    expect(answer.headers.get('nexus-warning')).toContain('/callbackUrls/1: ')
  })

  test('of each element of a list, with its place in the list', async () => {
    const [one, other] = [seedClient(stack), seedClient(stack)]
    const answer = await read(
      await stack.request(path, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([
          { id: one, patch: { applicationName: 'Till' } },
          { id: other, patch },
        ]),
      }),
    )
    expect(answer.body['elements']).toEqual([
      expect.not.objectContaining({ warnings: expect.anything() }),
      expect.objectContaining({
        id: other,
        warnings: [
          { ...prompt, pointer: '/1/patch/callbackUrls/1' },
          { ...origin, pointer: '/1/patch/allowedWebOrigins/0' },
        ],
      }),
    ])
  })

  test('not of what was there before', async () => {
    const id = seedClient(stack, { callbacks: ['demo://a.test/cb'] })
    const callbackUrls = ['demo://a.test/cb', 'https://a.test/cb']
    const answer = await read(await stack.patch(id, { callbackUrls }))
    expect(answer).toMatchObject({ status: 200, body: { callbackUrls } })
    expect(answer.headers.get('nexus-warning')).toBeNull()
  })

  test('a URL beyond ASCII breaks no header', async () => {
    const answer = await stack.patch(seedClient(stack), { callbackUrls: ['https://bücher.example/cb'] })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('nexus-warning')).toContain('xn--')
  })

  test('a text with a hidden character is refused by its code point', async () => {
    const answer = await read(await stack.patch(seedClient(stack), { applicationName: 'Till\u00a0' }))
    expect(answer).toMatchObject({ status: 422 })
    expect(answer.body.errors).toEqual([{ pointer: '/applicationName', detail: expect.stringContaining('U+00A0') }])
  })

  test('a key that holds nothing goes, and makes room', async () => {
    const others = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`k${index}`, 'v']))
    const metadata = { owners: '["auth0|tester"]', product_name: '', ...others }
    const id = seedClient(stack, { client_metadata: metadata })
    await read(await stack.request(pathOf(id)))
    expect((await stack.patch(id, { applicationName: 'Till' })).status).toBe(422)
    expect((await stack.patch(id, { productName: '' })).status).toBe(200)
    expect(stack.simulator.clients.get(id)?.['client_metadata']).not.toHaveProperty('product_name')
    expect((await stack.patch(id, { applicationName: 'Till' })).status).toBe(200)
  })

  test("the members of a pasted Auth0 client are told by their fields' names", async () => {
    const pasted = {
      callbacks: ['https://a.test/cb'],
      web_origins: [],
      client_metadata: { product_name: 'Till' },
      mobile: { android: { sha256_cert_fingerprints: ['AB'] } },
      app_type: 'spa',
      callbackURLs: [],
    }
    const answer = await read(await stack.patch(seedClient(stack), pasted))
    expect(answer.status).toBe(400)
    const said = new Map(answer.body.errors?.map(({ pointer, detail }) => [pointer, detail]))
    expect(said.get('/callbacks')).toContain('is callbackUrls here')
    expect(said.get('/web_origins')).toContain('is allowedWebOrigins here')
    expect(said.get('/client_metadata')).toMatch(/owners, productName.* here/)
    expect(said.get('/mobile/android/sha256_cert_fingerprints')).toContain('is mobile.android.keystore_hash here')
    expect(said.get('/callbackURLs')).toContain('Did you mean callbackUrls?')
    expect(said.get('/app_type')).toBe('There is no such field, or it cannot be changed.')
  })
})
