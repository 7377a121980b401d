import { describe, expect, test } from 'vitest'
import { read } from '../../api/support.ts'
import { servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { backendOf, lockOf, stateText } from '../support.ts'
import type { Backend } from '../support.ts'
import { password, oneStateToken, stack, fresh, tokenWith, useBackend } from './stack.ts'

const basic = (name: string): string => `Basic ${btoa(`${name}:${password}`)}`

/** Counts events of a state: client, kind, fields. */
const move = (stack: Stack, state: Backend, ...events: readonly (readonly [string, string, string | null])[]) =>
  stack.query(
    `with moved as (update nexus.terraform_states set snapshot = $2 where name = $1 returning tenant_id, name)
         insert into nexus.terraform_events (tenant_id, state, snapshot, client_id, kind, fields)
         select tenant_id, name, e.number, e.client_id, e.kind, e.fields::jsonb from moved,
           unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) as e(number, client_id, kind, fields)`,
    [
      state.name,
      events.length,
      events.map((_, index) => index + 1),
      ...[0, 1, 2].map((column) => events.map((event) => event[column])),
    ],
  )

describe.skipIf(servers === null)('the state backend', () => {
  useBackend()

  describe('who may', () => {
    test.each([
      { reason: 'terraform.state', permissions: ['terraform.state'], get: 200, unlock: 200, force: 403 },
      { reason: 'only force', permissions: ['terraform.state.force-unlock'], get: 403, unlock: 403, force: 200 },
      { reason: 'reading what there is', permissions: ['terraform.read'], get: 403, unlock: 403, force: 403 },
      {
        reason: 'everything about clients',
        permissions: ['client.read.all', 'client.write.all', 'tenant.admin'],
        get: 403,
        unlock: 403,
        force: 403,
      },
    ])('a user with $reason', async ({ permissions, get, unlock, force }) => {
      const as = tokenWith(...permissions)
      const state = fresh()
      await state.post(stateText(1))
      expect((await state.get({ as })).status).toBe(get)
      for (const answer of [
        await state.post(stateText(2), { as }),
        await state.lock(lockOf('x'), { as }),
        await state.unlock(lockOf('x'), { as }),
        await state.remove({ as, query: '?ID=x' }),
        await state.restore(1, { as }),
      ])
        expect(answer.status).toBe(unlock)
      await state.lock(lockOf('y'))
      expect((await state.unlock(null, { as })).status).toBe(force)
      expect((await state.rows()).lock === null).toBe(force === 200)
    })

    test.each([
      { reason: 'an account', account: 'ci', name: 'any', status: 404 },
      { reason: 'an account for one state, at that one', account: 'one', name: 'only-this', status: 404 },
      { reason: 'an account for one state, at another', account: 'one', name: 'another', status: 403 },
      { reason: 'an account without the permission', account: 'elsewhere', name: 'any', status: 403 },
      { reason: 'an account that there is none of', account: 'nobody', name: 'any', status: 401 },
    ])('$reason', async ({ account, name, status }) => {
      const state = backendOf(stack, name)
      expect((await state.get({ headers: { authorization: basic(account) } })).status).toBe(status)
    })

    test('a name and a password without the word for them, as Terraform sends them: challenged', async () => {
      const answer = await fresh().get({ headers: { authorization: '' } })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/Basic/)
    })

    test('an account whose only permission is to break locks does so without reading', async () => {
      const state = fresh()
      const headers = { authorization: basic('breaker') }
      await state.lock(lockOf('mine'))
      expect((await state.get({ headers })).status).toBe(403)
      expect((await state.unlock(lockOf('mine'), { headers })).status).toBe(403)
      expect((await state.unlock(null, { headers })).status).toBe(200)
      expect((await state.rows()).lock).toBeNull()
    })

    test.each([
      { reason: 'its state', name: 'only-this', status: 404 },
      { reason: 'another', name: 'another', status: 403 },
    ])('a user through an application for one state: $reason', async ({ name, status }) => {
      const headers = { 'x-application-token': oneStateToken }
      expect((await backendOf(stack, name).get({ headers })).status).toBe(status)
    })
  })

  test('a tenant names only the states that the credentials are good for', async () => {
    const hidden = fresh()
    await hidden.post(stateText(1))
    await hidden.lock(lockOf('hidden-lock'))
    const as = { authorization: basic('narrow-reader'), 'x-application-token': '' }
    for (const path of ['/v1/tenants', '/v1/tenants/acme', '/v1/tenants/acme/terraform/states']) {
      const { status, text } = await read(await fetch(`${stack.url}${path}`, { headers: as }))
      expect(status).toBe(200)
      expect(text).not.toContain(hidden.name)
      expect(text).not.toContain('hidden-lock')
      expect(text).not.toContain('"main"')
    }
  })

  describe('the snapshot in the address', () => {
    test.each(['x', '-1', '1.0', '', '1e3', '1234567890123456'])('is a whole number: %s is none', async (snapshot) => {
      const state = fresh()
      for (const answer of [
        await state.lock(lockOf('a'), { query: `?snapshot=${snapshot}` }),
        await state.post(stateText(1), { query: `?snapshot=${snapshot}` }),
        await state.get({ query: `?snapshot=${snapshot}` }),
      ])
        expect(answer).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
      expect(await state.rows()).toMatchObject({ current: null, lock: null })
    })

    test('that is older refuses an apply, and says what changed and what to do', async () => {
      const state = fresh()
      await state.post(stateText(1))
      await move(
        stack,
        state,
        ['c1', 'owned', '["callbackUrls","owners"]'],
        ['c2', 'release', null],
        ['c3', 'vanished', null],
        ['c4', 'cancelled', null],
      )
      const refused = await state.lock(lockOf('a'), { query: '?snapshot=1' })
      expect(refused).toMatchObject({
        status: 409,
        body: { type: '/problems/state-outdated', Operation: 'OperationTypeApply' },
      })
      const info = refused.body['Info']
      for (const part of [
        'snapshot 1',
        'is at 4',
        'c2',
        'c3 vanished',
        'c4',
        'nexus synth',
        'terraform init -reconfigure',
      ])
        expect(info).toContain(part)
      expect(info).not.toContain('c1')
      expect(refused.body['ID']).not.toBe('')
      expect(Date.parse(String(refused.body['Created']))).not.toBeNaN()
      expect((await state.rows()).lock).toBeNull()
      const earlier = await state.lock(lockOf('a'), { query: '?snapshot=0' })
      expect(earlier.body['Info']).toContain('callbackUrls, owners of c1 became owned')
    })

    test('names twenty events, and how many more there are', async () => {
      const state = fresh()
      await state.post(stateText(1))
      await move(stack, state, ...Array.from({ length: 25 }, (_, index) => [`c${index}`, 'vanished', null] as const))
      const { body } = await state.lock(lockOf('a'), { query: '?snapshot=0' })
      expect(String(body['Info']).match(/vanished/g)).toHaveLength(20)
      expect(body['Info']).toContain('5 more')
    })

    test.each([
      { reason: 'a plan with an older one', operation: 'OperationTypePlan', query: '?snapshot=0', status: 200 },
      { reason: 'a state command with an older one', operation: '', query: '?snapshot=0', status: 200 },
      { reason: 'an apply with the current one', operation: 'OperationTypeApply', query: '?snapshot=2', status: 200 },
      { reason: 'an apply that does not say', operation: 'OperationTypeApply', query: '', status: 200 },
      {
        reason: 'an apply with one that is yet to come',
        operation: 'OperationTypeApply',
        query: '?snapshot=3',
        status: 409,
      },
    ])('$reason', async ({ operation, query, status }) => {
      const state = fresh()
      await state.post(stateText(1))
      await move(stack, state, ['c1', 'vanished', null], ['c2', 'vanished', null])
      expect((await state.lock(lockOf('a', { Operation: operation }), { query })).status).toBe(status)
      expect((await state.rows()).lock === null).toBe(status === 409)
    })

    test('stands beside the lock’s id in a write', async () => {
      const state = fresh()
      await state.lock(lockOf('mine'), { query: '?snapshot=0' })
      expect(await state.post(stateText(1), { query: '?snapshot=0&ID=mine' })).toMatchObject({ status: 200 })
    })
  })

  describe('addresses', () => {
    test.each(['..', '.hidden', '-x', 'a%2Fb', 'a%00b', 'a b', 'größe', 'x'.repeat(129), '%2e%2e', "a'--"])(
      'no state is called %s',
      async (name) => {
        for (const method of ['GET', 'POST', 'LOCK', 'UNLOCK', 'DELETE']) {
          const path = `/v1/tenants/acme/terraform/states/${encodeURI(decodeURI(name))}`
          const answer = await read(
            await stack.request(path, {
              method,
              body: method === 'GET' ? null : stateText(1),
              as: tokenWith('terraform.state'),
            }),
          )
          expect([404, 405]).toContain(answer.status)
        }
      },
    )

    test.each(['x'.repeat(128), '__proto__', 'constructor', 'v1.2_3-4'])('a state may be called %s', async (name) => {
      const state = backendOf(stack, name)
      expect((await state.post(stateText(1))).status).toBe(200)
      expect((await state.get()).text).toBe(stateText(1))
    })

    test('unknown parameters are refused before anything is done', async () => {
      const state = fresh()
      for (const answer of [
        await state.get({ query: '?id=x' }),
        await state.post(stateText(1), { query: '?ID=x&force=true' }),
        await state.lock(lockOf('a'), { query: '?x' }),
        await state.unlock(lockOf('a'), { query: '?x=1' }),
        await state.remove({ query: '?purge' }),
        await state.restore(1, { query: '?ID=x' }),
      ])
        expect(answer).toMatchObject({ status: 400, body: { type: '/problems/malformed' } })
      expect(await state.rows()).toMatchObject({ current: null, lock: null })
    })

    test('another method is told which there are', async () => {
      const answer = await fresh().call('PATCH', stateText(1), {})
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('DELETE, GET, HEAD, LOCK, POST, PUT, UNLOCK')
    })

    test('another tenant has no such state', async () => {
      const as = tokenWith('terraform.state')
      const answer = await stack.request('/v1/tenants/other/terraform/states/main', { as })
      expect(answer.status).toBe(404)
    })
  })
})
