import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { momentOf } from '../../../domain/texts/kept.ts'
import { basic, withStates } from '../../support/pipeline.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const json = { 'content-type': 'application/json' }
const digits = (length: number) =>
  fc.string({
    unit: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'),
    minLength: length,
    maxLength: length,
  })
const cursor = (...parts: readonly unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url')

describe.skipIf(servers === null)('what the database could not hold is refused with its name', () => {
  let stack: Stack
  let clientId: string
  beforeAll(async () => {
    stack = await startStack(withStates())
    clientId = seedClient(stack)
    await stack.request(pathOf(clientId))
  })
  afterAll(() => stack.close())

  const get = async (path: string) => read(await stack.request(path, { headers: { authorization: basic } }))

  const times = [
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00%2B01:00',
    '9999-12-31T23:59:59-01:00',
    '9999-99-99T99:99:99Z',
    '2026-02-30T00:00:00Z',
    '2026-01-31T08:00:00%2B23:59',
    '294277-01-01T00:00:00Z',
    'infinity',
    '1e309',
    'NaN',
  ]
  test.each(['since', 'until'].flatMap((name) => times.map((value) => ({ name, value }))))(
    'audit: $name=$value',
    async ({ name, value }) => {
      const answer = await get(`/v1/tenants/acme/audit?${name}=${value}`)
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: `/${name}` }] } })
    },
  )

  test.each([
    '9999-99-99T99:99:99.999999Z_1',
    '0000-01-01T00:00:00.000000Z_1',
    '2026-02-30T00:00:00.000000Z_1',
    '2026-01-31T24:00:00.000000Z_1',
    '2026-01-31T08:00:00.000000Z_99999999999999999999',
    '2026-01-31T08:00:00.000000Z_-1',
    '2026-01-31T08:00:00.000000Z_1e3',
    '2026-01-31T08:00:00.000000Z_',
    '2026-01-31T08:00:00.000000Z',
    '_1',
  ])('audit: cursor=%s', async (value) => {
    const answer = await get(`/v1/tenants/acme/audit?cursor=${value}`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/cursor' }] } })
  })

  const numbers = [
    '0',
    '-1',
    '1.5',
    '1e309',
    'NaN',
    'Infinity',
    '-0',
    '9223372036854775808',
    '99999999999999999999',
    '',
  ]
  test.each(
    [
      { list: '/v1/tenants/acme/audit', name: 'limit' },
      { list: '/v1/tenants/acme/clients', name: 'limit' },
      { list: 'changes', name: 'limit' },
      { list: 'changes', name: 'cursor' },
    ].flatMap(({ list, name }) => numbers.map((value) => ({ list, name, value }))),
  )('$list: $name=$value', async ({ list, name, value }) => {
    const path = list === 'changes' ? `${pathOf(clientId)}/changes` : list
    const { status, body } = await get(`${path}?${name}=${value}`)
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, `/${name}`])
  })

  test('the greatest place in a list of changes is a place', async () => {
    expect((await get(`${pathOf(clientId)}/changes?cursor=${Number.MAX_SAFE_INTEGER}`)).status).toBe(200)
  })

  test.each([
    { reason: 'a time after the last', sort: 'updated', key: 253_402_300_800_000 },
    { reason: 'a time before the first', sort: 'updated', key: -62_135_596_800_001 },
    { reason: 'a fraction', sort: 'updated', key: 0.5 },
    { reason: 'U+0000', sort: 'name', key: 'a\0' },
    { reason: 'half of a pair', sort: 'name', key: '\ud800' },
    { reason: 'no text', sort: 'name', key: null },
  ])('the cursor of a list: $reason', async ({ sort, key }) => {
    const own = await get(`/v1/tenants/acme/clients?sort=${sort}&limit=1`)
    expect(own.status).toBe(200)
    const answer = await get(`/v1/tenants/acme/clients?sort=${sort}&cursor=${cursor('x', key, 'id')}`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/cursor' }] } })
  })

  test.each([
    '/v1/tenants/acme/clients?owner=%00',
    `/v1/tenants/acme/clients?product=${'x'.repeat(1001)}`,
    '/v1/tenants/acme/audit?actor=%00',
    '/v1/tenants/acme/audit?target=',
    '/v1/tenants/acme/terraform/states/main?ID=%00',
    '/v1/tenants/acme/terraform/states/main?snapshot=1e309',
    '/v1/tenants/acme/terraform/states/main?snapshot=9223372036854775808',
  ])('%s', async (path) => {
    expect((await get(path)).status).toBe(400)
  })

  test.each([
    '/v1/tenants/%00',
    '/v1/tenants/acme/clients/%00',
    '/v1/tenants/acme/clients/%ED%A0%80',
    '/v1/tenants/acme/clients/%FF',
    '/v1/tenants/acme/changes/00000000-0000-0000-0000-00000000000g',
    '/v1/tenants/acme/operations/1',
    '/v1/tenants/acme/terraform/states/main/versions/99999999999999999999',
    '/v1/tenants/acme/terraform/states/main/versions/1e309',
    '/v1/admin/applications/%ED%A0%80',
  ])('%s is nothing that is there', async (path) => {
    expect((await get(path)).status).toBe(404)
  })

  test.each([
    { reason: 'a year that is none', expiresAt: '0000-01-01T00:00:00Z' },
    { reason: 'a year of five digits by its zone', expiresAt: '9999-12-31T23:59:59-01:00' },
    { reason: 'no such day', expiresAt: '2027-02-30T00:00:00Z' },
    { reason: 'a number', expiresAt: 'beyond' },
  ])('the end of an application: $reason', async ({ expiresAt }) => {
    const answer = await read(
      await stack.request('/v1/admin/applications', {
        method: 'POST',
        headers: { authorization: basic, ...json },
        body: JSON.stringify({
          name: `a-${randomUUID()}`,
          tenants: ['acme'],
          permissions: ['client.write.all'],
          expiresAt,
        }).replace('"beyond"', '1e309'),
      }),
    )
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/expiresAt' }] } })
  })

  test.each(['wait=1e309', 'wait=99999999999999999999', 'wait=-1', 'wait=NaN', 'wait=\xff'])(
    'Prefer: %s is no preference',
    async (prefer) => {
      const answer = await stack.patch(clientId, {}, { headers: { prefer } })
      expect([answer.status, answer.headers.get('preference-applied')]).toEqual([200, null])
    },
  )

  test.each([
    { reason: 'U+0000 in a text', body: '{"productName":"a\\u0000"}', pointer: '/productName' },
    { reason: 'half of a pair in a list', body: '{"owners":["\\ud800"]}', pointer: '/owners/0' },
    { reason: 'U+0000 in a key', body: '{"a\\u0000":1}', pointer: '/a\0' },
    { reason: 'half of a pair in a key', body: '{"\\udc00":1}', pointer: '/\udc00' },
    { reason: 'a number beyond every number', body: '{"productName":1e309}', pointer: '/productName' },
  ])('a PATCH with $reason, also under a key and in a list', async ({ body, pointer }) => {
    for (const headers of [json, { ...json, 'idempotency-key': randomUUID() }]) {
      const answer = await read(await stack.patch(clientId, body, { headers }))
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } })
    }
    const list = await read(
      await stack.request('/v1/tenants/acme/clients', {
        method: 'PATCH',
        headers: json,
        body: `[{"id":"${clientId}","patch":${body}}]`,
      }),
    )
    expect(list.status).toBe(200)
    expect(list.text).toContain('malformed')
  })

  test('every moment that is let through is one that the database has', async () => {
    const written = fc
      .tuple(
        digits(4),
        digits(2),
        digits(2),
        digits(2),
        digits(2),
        digits(2),
        fc.string({ unit: fc.constantFrom('0', '9'), maxLength: 9 }),
        fc.constantFrom('Z', '+14:00', '-14:00', '+15:59'),
      )
      .map(([y, mo, d, h, m, s, f, zone]) => `${y}-${mo}-${d}T${h}:${m}:${s}${f === '' ? '' : `.${f}`}${zone}`)
    const moments = fc
      .sample(
        fc.oneof(
          written,
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
        3000,
      )
      .concat('0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999Z', '0001-01-01T14:00:00+14:00')
      .flatMap((text) => momentOf(text) ?? [])
    expect(moments.length).toBeGreaterThan(2)
    const rows = await stack.query('select t::timestamptz as at from unnest($1::text[]) t', [moments])
    expect(rows).toHaveLength(moments.length)
  })
})
