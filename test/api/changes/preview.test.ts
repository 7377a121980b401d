import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordOf } from '../../../domain/shape.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { untilScanned } from '../../worker/scans.ts'
import { pathOf, read, seedClient } from '../support.ts'

const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })

describe.skipIf(servers === null)('?dryRun=true', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ tenant: { freshness: '1h' } })
    await untilScanned(stack)
  })
  afterAll(() => stack.close())

  const send = async (id: string, body: unknown, query: string, init: Parameters<Stack['patch']>[2] = {}) =>
    read(await stack.patch(`${id}${query}`, body, init))
  const preview = (id: string, body: unknown, init: Parameters<Stack['patch']>[2] = {}) =>
    send(id, body, '?dryRun=true', init)

  /** Everything that is stored, but for what is written beside it: times of looks, slots, and when callers last came. */
  const everything = async (): Promise<Record<string, unknown>> => {
    const tables = await stack.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'nexus' order by 1`,
    )
    const rows = await Promise.all(
      tables
        .filter(({ name }) => !['tenants', 'budgets', 'configured_callers'].includes(name))
        .map(async ({ name }) => [name, await stack.query(`select * from nexus.${name} t order by t::text`)] as const),
    )
    return Object.fromEntries(rows)
  }

  test('tells fields and members, and leaves no trace', async () => {
    const id = seedClient(stack, {
      callbacks: ['https://a.test'],
      mobile: { ios: { team_id: 'T', app_bundle_identifier: 'B' } },
    })
    const etag = (await stack.request(pathOf(id))).headers.get('etag')
    const [before, asked] = [await everything(), stack.simulator.stats]
    const answer = await preview(
      id,
      {
        callbackUrls: ['https://a.test', 'https://b.test'],
        productName: '',
        allowedWebOrigins: [],
        mobile: { ios: { team_id: 'U' } },
      },
      { headers: { 'idempotency-key': randomUUID() } },
    )
    expect(answer.status).toBe(200)
    expect(answer.headers.get('nexus-dry-run')).toBe('true')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('nexus-change')).toBeNull()
    expect(answer.body).toMatchObject({
      id,
      productName: null,
      callbackUrls: ['https://a.test', 'https://b.test'],
      mobile: { ios: { team_id: 'U' } },
    })
    expect(answer.body['preview']).toEqual({
      detail: expect.stringMatching(/^Nothing was done/),
      etag,
      fields: [
        { field: 'mobile.ios.team_id', from: 'T', to: 'U' },
        { field: 'productName', from: 'Shop', to: null },
        { field: 'callbackUrls', from: ['https://a.test'], to: ['https://a.test', 'https://b.test'] },
      ],
      members: {
        callbacks: ['https://a.test', 'https://b.test'],
        web_origins: [],
        client_metadata: { product_name: null },
        mobile: { ios: { team_id: 'U', app_bundle_identifier: 'B' } },
      },
      waitingChanges: 0,
    })
    expect(await everything()).toEqual(before)
    expect(stack.simulator.stats).toEqual(asked)
  })

  test('its tag lets the real one through, as long as nobody else was there', async () => {
    const id = seedClient(stack)
    const { body } = await preview(id, { applicationName: 'Till' })
    const headers = { 'if-match': String(recordOf(body['preview'])['etag']) }
    expect((await stack.patch(id, { applicationName: 'Till' }, { headers })).status).toBe(200)
    expect((await stack.patch(id, { applicationName: 'Till' }, { headers })).status).toBe(412)
    expect((await preview(id, { applicationName: 'Till' }, { headers })).status).toBe(412)
  })

  test.each([
    { reason: 'a patch that names nothing', body: {} },
    { reason: 'what is there already', body: { productName: 'Shop' } },
  ])('$reason: nothing would be sent', async ({ body }) => {
    const id = seedClient(stack)
    expect(await preview(id, body)).toMatchObject({ status: 200, body: { preview: { fields: [], members: null } } })
  })

  test('what waits goes along in the same call, and is told', async () => {
    const id = seedClient(stack)
    await stack.patch(id, {})
    await stack.query(`update nexus.tenants set paused_at = now()`)
    await stack.patch(id, { callbackUrls: ['https://a.test'] })
    const answer = await preview(id, { allowedLogoutUrls: ['https://b.test'] })
    await stack.query(`update nexus.tenants set paused_at = null`)
    expect(answer.body['preview']).toMatchObject({
      fields: [{ field: 'allowedLogoutUrls', to: ['https://b.test'] }],
      members: { callbacks: ['https://a.test'], allowed_logout_urls: ['https://b.test'] },
      waitingChanges: 1,
    })
  })

  test.each([
    { reason: 'impossible', query: '', body: { callbackUrls: ['javascript:x'] }, status: 422 },
    { reason: 'malformed', query: '', body: { nonsense: 1 }, status: 400 },
    { reason: 'forbidden', query: '', body: { productName: 'x' }, sub: 'auth0|bob', status: 403 },
    { reason: 'moved on', query: '', body: { productName: 'x' }, headers: { 'if-match': '"x"' }, status: 412 },
  ])('is refused as the real one would be: $reason', async ({ body, sub, headers = {}, status }) => {
    const id = seedClient(stack)
    const init = { headers, as: stack.token(sub === undefined ? {} : { sub }) }
    const [dry, real] = [await preview(id, body, init), await send(id, body, '', init)]
    expect(dry).toMatchObject({ status, text: real.text })
  })

  test.each([
    { reason: 'no such client', query: '?dryRun=true', id: 'nobody', status: 404 },
    { reason: 'another value', query: '?dryRun=yes', status: 400 },
    { reason: 'another name', query: '?dry_run=true', status: 400 },
    { reason: 'twice', query: '?dryRun=true&dryRun=false', status: 400 },
    { reason: 'with the secret, which no preview has', query: '?dryRun=true&include=secret', status: 400 },
    { reason: 'false is the real thing', query: '?dryRun=false', status: 200 },
  ])('$query, $reason: $status', async ({ id = seedClient(stack), query, status }) => {
    const answer = await send(id, { applicationName: 'Real' }, query)
    expect(answer.status).toBe(status)
    const stored = await stack.query('select 1 from nexus.changes where client_id = $1', [id])
    expect(stored).toHaveLength(status === 200 ? 1 : 0)
  })

  /** What other tests have left to be done is done meanwhile. */
  const writesOf = (id: string) => stack.simulator.stats.writes.filter(({ clientId }) => clientId === id)

  test('law: what is previewed is what Auth0 then gets', async () => {
    const url = fc.constantFrom('https://a.test/cb', 'https://b.test/cb', 'https://c.test')
    const origin = fc.constantFrom('https://a.test', 'https://b.test:8443')
    const name = fc.constantFrom('', 'Till', 'Shop', 'é "x"')
    const hash = fc.constantFrom('', 'ab'.repeat(32), `${'AB:'.repeat(31)}AB,${'cd'.repeat(32)}`)
    const body = fc.record({
      callbackUrls: optional(fc.uniqueArray(url)),
      allowedLogoutUrls: optional(fc.uniqueArray(url)),
      allowedWebOrigins: optional(fc.uniqueArray(origin)),
      productName: optional(name),
      applicationName: optional(name),
      client_upn_key: optional(name),
      owners: optional(fc.constant(['auth0|tester', 'role'])),
      mobile: optional(
        fc.record({
          ios: optional(fc.record({ team_id: optional(name), app_bundle_identifier: optional(name) })),
          android: optional(fc.record({ keystore_hash: optional(hash), app_package_name: optional(name) })),
        }),
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 3 }), async (bodies) => {
        const id = seedClient(stack, { mobile: { ios: { team_id: 'T' } }, callbacks: ['https://a.test/cb'] })
        for (const body of bodies) {
          const previewed = await preview(id, body)
          expect(previewed.status).toBe(200)
          const previewedBody = recordOf(previewed.body['preview'])
          const before = writesOf(id).length
          const done = await stack.patch(id, body)
          expect(done.status).toBe(200)
          const sent = writesOf(id)
            .slice(before)
            .map((write) => write.sent)
          expect(sent).toEqual(previewedBody['members'] === null ? [] : [previewedBody['members']])
          // The fields that were said to change are those that did.
          const { fields } = previewedBody
          expect((await preview(id, body)).body).toMatchObject({ preview: { fields: [], members: null } })
          expect(Array.isArray(fields) && fields.length > 0).toBe(previewedBody['etag'] !== done.headers.get('etag'))
        }
      }),
      { numRuns: 40 },
    )
  })
})
