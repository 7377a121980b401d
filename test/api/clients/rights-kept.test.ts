import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import { pathOf, seedClient } from '../support.ts'
import { name, stack, user, send, administrator, administer, change, useRights } from './rights-support.ts'

const seed = (owner: string) => seedClient(stack, { client_metadata: { owners: `auth0|${owner}` } })

describe.skipIf(servers === null)('what was stored is answered by the rights of the moment', () => {
  useRights()

  describe('a refusal for lack of rights is not kept', () => {
    test('of one client', async () => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, { client_metadata: { owners: 'auth0|other' } })
      const headers = { 'idempotency-key': randomUUID() }
      const patch = () => send('PATCH', pathOf(client), user(own), { body: { applicationName: 'x' }, headers })
      expect((await patch()).status).toBe(403)
      await change(client, { owners: [`auth0|${own}`] })
      expect((await patch()).status).toBe(200)
    })

    test('of one client, also where a former version kept it', async () => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, { client_metadata: { owners: `auth0|${own}` } })
      const headers = { 'idempotency-key': randomUUID() }
      const patch = () => send('PATCH', pathOf(client), user(own), { body: { applicationName: 'x' }, headers })
      await patch()
      await stack.query(
        `update nexus.idempotency_keys set change_id = null,
           answer = '{"problem":{"code":"forbidden","detail":"no","errors":[],"headers":{},"extension":{}}}'
         where key = $1`,
        [headers['idempotency-key']],
      )
      expect(await patch()).toMatchObject({ status: 200, body: { applicationName: 'x' } })
    })

    test('of one client among others', async () => {
      const own = `own-${randomUUID()}`
      const [mine, foreign] = [seed(own), seed('other')]
      const headers = { 'idempotency-key': randomUUID() }
      const patch = () =>
        send('PATCH', '/v1/tenants/acme/clients', user(own), {
          body: [mine, foreign].map((id) => ({ id, patch: { applicationName: 'x' } })),
          headers,
        })
      const first = await patch()
      expect(first.body['elements']).toMatchObject([
        { status: 'applied' },
        { status: 'refused', problem: { status: 403 } },
      ])
      expect((await patch()).text).toBe(first.text)
      await change(foreign, { owners: [`auth0|${own}`] })
      await patch()
      await expect
        .poll(async () => (await patch()).body['elements'], { timeout: 5000 })
        .toMatchObject([{ status: 'applied' }, { status: 'applied' }])
      expect(Object(stack.simulator.clients.get(foreign)?.['client_metadata']).application_name).toBe('x')
      expect(await stack.query('select 1 from nexus.changes where client_id = $1', [mine])).toHaveLength(1)
    })
  })

  test('rights that go while a request waits for Auth0 are not there for its answer', async () => {
    const own = `own-${randomUUID()}`
    const client = seedClient(stack, { name, client_metadata: { owners: `auth0|${own}` } })
    await administer('GET', pathOf(client))
    stack.simulator.setFaults({ latencyMs: 1500, methods: ['PATCH'] })
    const waiting = send('PATCH', pathOf(client), user(own), { body: { applicationName: 'canary' } })
    await expect
      .poll(() => stack.query('select 1 from nexus.changes where client_id = $1', [client]), { timeout: 5000 })
      .toHaveLength(1)
    await send('PATCH', pathOf(client), administrator(), {
      body: { owners: ['auth0|other'] },
      headers: { prefer: 'respond-async' },
    })
    const answer = await waiting
    stack.simulator.setFaults({})
    expect(answer).toMatchObject({ status: 403, body: { change: { status: 'applied' } } })
    expect(answer.headers.get('nexus-change')).toBe(Object(answer.body['change']).id)
    expect(answer.text).not.toContain('canary')
  })

  describe('the query is part of what is repeated', () => {
    test.each([
      { first: '', again: '?include=secret', status: 422 },
      { first: '?include=secret', again: '', status: 422 },
      { first: '', again: '?dryRun=false', status: 422 },
      { first: '?include=secret&dryRun=false', again: '?dryRun=false&include=secret', status: 200 },
      { first: '?', again: '', status: 200 },
    ])('"$first", then "$again": $status', async ({ first, again, status }) => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, { client_metadata: { owners: `auth0|${own}` } })
      const headers = { 'idempotency-key': randomUUID() }
      const patch = (query: string) =>
        send('PATCH', `${pathOf(client)}${query}`, user(own), { body: { applicationName: 'x' }, headers })
      expect((await patch(first)).status).toBe(200)
      expect((await patch(again)).status).toBe(status)
    })

    test.each([
      { query: '', status: 200 },
      { query: '?include=secret', status: 422 },
    ])('a key of a version that left the query out, with "$query": $status', async ({ query, status }) => {
      const own = `own-${randomUUID()}`
      const client = seedClient(stack, { client_metadata: { owners: `auth0|${own}` } })
      const headers = { 'idempotency-key': randomUUID() }
      const body = { applicationName: 'x' }
      const patch = (path: string) => send('PATCH', path, user(own), { body, headers })
      await patch(pathOf(client))
      const fingerprint = createHash('sha256')
        .update(JSON.stringify(['PATCH', client, 'plain']))
        .update(JSON.stringify(body))
        .digest('base64url')
      await stack.query('update nexus.idempotency_keys set fingerprint = $2 where key = $1', [
        headers['idempotency-key'],
        fingerprint,
      ])
      expect((await patch(`${pathOf(client)}${query}`)).status).toBe(status)
    })
  })
})
