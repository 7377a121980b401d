import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { greatest, greatestHeaders, greatestToken } from '../../../domain/texts/lengths.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, read, seedClient } from '../support.ts'

const over = (most: number): string => 'x'.repeat(most + 1)

describe.skipIf(servers === null)('a text that is too long is told so', () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack()
    id = seedClient(stack, { client_metadata: { owners: '["team"]' } })
  })
  afterAll(() => stack.close())

  test.each([
    ...Object.entries(greatestHeaders).filter(([, most]) => most < 16_000 && most > 0),
    ['x-application-token', greatestToken] as const,
  ])('the header %s of more than %d', async (name, most) => {
    // fetch() sets these itself.
    if (name === 'host') return
    const answer = await read(await stack.request(pathOf(id), { headers: { [name]: over(most) } }))
    expect(answer).toMatchObject({
      status: 431,
      body: { type: '/problems/headers-too-large', detail: expect.stringContaining(name) },
    })
  })

  test.each([
    { reason: 'a filter', query: `/clients?owner=${over(greatest.label)}`, pointer: '/owner' },
    { reason: 'another', query: `/clients?product=${over(greatest.label)}`, pointer: '/product' },
    { reason: 'a search', query: `/clients?text=${over(greatest.search)}`, pointer: '/text' },
    { reason: 'a cursor', query: `/clients?cursor=${over(greatest.cursor)}`, pointer: '/cursor' },
    { reason: 'all of them together', query: `/clients?text=${over(greatest.query)}`, pointer: undefined },
    { reason: 'an actor', query: `/audit?actor=${over(greatest.target)}`, pointer: '/actor' },
    { reason: 'a time', query: `/audit?since=${over(greatest.time)}`, pointer: '/since' },
    { reason: 'the place in a page', query: `/audit?cursor=${over(greatest.time)}`, pointer: '/cursor' },
    { reason: 'a lock', query: `/terraform/states/main?ID=${over(greatest.lockId)}`, pointer: '/ID' },
    { reason: 'a count', query: `/terraform/states/main?snapshot=${over(greatest.digits)}`, pointer: '/snapshot' },
  ])('$reason', async ({ query, pointer }) => {
    const answer = await read(await stack.request(`/v1/tenants/acme${query}`, { as: stack.token(administrator) }))
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.[0]?.pointer).toBe(pointer)
  })

  test.each([
    {
      reason: 'a URL',
      body: { callbackUrls: [`https://a.test/${over(greatest.url)}`] },
      status: 422,
      pointer: '/callbackUrls/0',
    },
    {
      reason: 'an element',
      body: { callbackUrls: ['https://a.test', over(greatest.text)] },
      status: 422,
      pointer: '/callbackUrls/1',
    },
    { reason: 'a text', body: { productName: over(greatest.text) }, status: 422, pointer: '/productName' },
    {
      reason: 'a text that Auth0 does not keep',
      body: { productName: over(255) },
      status: 422,
      pointer: '/productName',
    },
    {
      reason: 'an identifier',
      body: { mobile: { ios: { team_id: over(greatest.mobileText) } } },
      status: 422,
      pointer: '/mobile/ios/team_id',
    },
    {
      reason: 'fingerprints',
      body: { mobile: { android: { keystore_hash: over(greatest.fingerprints) } } },
      status: 422,
      pointer: '/mobile/android/keystore_hash',
    },
    { reason: 'a list', body: { owners: Array.from({ length: 1001 }, () => 'a') }, status: 422, pointer: '/owners' },
    {
      reason: 'URLs in one element',
      body: { callbackUrls: ['a://b,'.repeat(1100)] },
      status: 422,
      pointer: '/callbackUrls',
    },
    {
      reason: 'members',
      body: { mobile: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [at, 1])) },
      status: 400,
      pointer: '/mobile',
    },
  ])('in a change: $reason', async ({ body, status, pointer }) => {
    const answer = await read(await stack.patch(id, body, { as: stack.token(administrator) }))
    expect(answer).toMatchObject({ status, body: { errors: [{ pointer }] } })
    expect(JSON.stringify(answer.body).length).toBeLessThan(2000)
    const listed = await read(
      await stack.request('/v1/tenants/acme/clients', {
        method: 'PATCH',
        as: stack.token(administrator),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ id, patch: body }]),
      }),
    )
    expect(JSON.stringify(listed.body)).toContain(pointer)
    expect(listed.status).toBeLessThan(500)
  })
})

const administrator = {
  sub: 'auth0|admin',
  permissions: ['tenant.admin', 'client.read.all', 'client.write.all', 'terraform.state'],
}
