import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { read } from '../api/support.ts'
import { narrowApplicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, lockOf, stateKey, stateText } from './support.ts'
import type { Backend } from './support.ts'

describe.skipIf(servers === null)('a lock belongs to who took it', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      tenant: { terraformStates: ['main'] },
      roles: { api: true, worker: false },
      file: { terraform: { stateKeys: [stateKey] } },
    })
  })
  afterAll(() => stack.close())

  const user = (sub: string, ...more: string[]): string =>
    stack.token({ sub, permissions: ['terraform.state', ...more] })
  const holder = () => user('auth0|holder')
  const other = () => user('auth0|other')
  const breaker = () => user('auth0|breaker', 'terraform.state.force-unlock')
  const throughAnother = { 'x-application-token': narrowApplicationToken }

  /** A state of serial 1, locked by the holder. */
  const lockedState = async (): Promise<Backend> => {
    const state = backendOf(stack)
    await state.post(stateText(1), { as: holder() })
    expect((await state.lock(lockOf('shown'), { as: holder() })).status).toBe(200)
    return state
  }
  const attempts = [
    { reason: 'to LOCK again', act: (state: Backend, o: object) => state.lock(lockOf('shown'), o), refused: 423 },
    {
      reason: 'to write',
      act: (state: Backend, o: object) => state.post(stateText(2), { query: '?ID=shown', ...o }),
      refused: 423,
    },
    { reason: 'to UNLOCK', act: (state: Backend, o: object) => state.unlock(lockOf('shown'), o), refused: 409 },
    {
      reason: 'to delete',
      act: (state: Backend, o: object) => state.remove({ query: '?ID=shown', ...o }),
      refused: 423,
    },
  ]

  test.each(attempts)('its id does not let another caller in $reason', async ({ act, refused }) => {
    for (const options of [{ as: other() }, { as: holder(), headers: throughAnother }]) {
      const state = await lockedState()
      const answer = await act(state, options)
      expect(answer).toMatchObject({ status: refused, body: { ID: 'shown' } })
      expect(answer.body.detail).toContain('terraform.state.force-unlock')
      expect(await state.rows()).toMatchObject({ current: 1, lock: { ID: 'shown' }, versions: [{ serial: 1 }] })
      // Whose it is goes on as if nothing had been.
      expect((await state.post(stateText(2), { query: '?ID=shown', as: holder() })).status).toBe(200)
      expect((await state.unlock(lockOf('shown'), { as: holder() })).status).toBe(200)
      expect((await state.rows()).lock).toBeNull()
    }
  })

  test.each(attempts)('the permission to take locks away lets them $reason', async ({ act }) => {
    const state = await lockedState()
    expect((await act(state, { as: breaker() })).status).toBe(200)
  })

  test.each(attempts)('the permission without the id does not let anybody $reason', async ({ act }) => {
    const state = await lockedState()
    await stack.query(`update nexus.terraform_states set lock = lock || '{"ID":"hidden"}' where name = $1`, [
      state.name,
    ])
    expect([409, 423]).toContain((await act(state, { as: breaker() })).status)
    expect(await state.rows()).toMatchObject({ current: 1, lock: { ID: 'hidden' } })
  })

  test('who holds it repeats a LOCK whose answer was lost, through the same application', async () => {
    const state = await lockedState()
    expect((await state.lock(lockOf('shown'), { as: holder() })).status).toBe(200)
    expect((await state.lock(lockOf('another'), { as: holder() })).status).toBe(423)
  })

  test('a lock that is taken over is no longer the first one’s', async () => {
    const state = await lockedState()
    expect((await state.lock(lockOf('shown'), { as: breaker() })).status).toBe(200)
    expect((await state.post(stateText(2), { query: '?ID=shown', as: holder() })).status).toBe(423)
    expect((await state.unlock(lockOf('shown'), { as: breaker() })).status).toBe(200)
    const actions = await stack.query<{ action: string }>(
      `select action from nexus.audit where target = $1 and action = 'state.force-unlock'`,
      [state.name],
    )
    expect(actions).toHaveLength(1)
  })

  test('two callers of one name are two: a user, and a service account of an older version', async () => {
    const state = await lockedState()
    await stack.query(
      `update nexus.terraform_states set locked_by = '{"kind":"service-account","id":"auth0|holder","application":null}'
       where name = $1`,
      [state.name],
    )
    expect((await state.unlock(lockOf('shown'), { as: holder() })).status).toBe(409)
  })

  const tenantAs = async (as: string, headers = {}) => {
    const { body } = await read(await stack.request('/v1/tenants/acme', { as, headers }))
    const list = await read(await stack.request('/v1/tenants', { as, headers }))
    return { one: JSON.stringify(body), all: list.text }
  }
  describe('what a tenant tells of its states', () => {
    test.each([
      { reason: 'who reads clients', permissions: ['client.read.all', 'client.write.all', 'terraform.adopt'] },
      { reason: 'an administrator', permissions: ['tenant.admin'] },
    ])('is not told to $reason: no name, no lock', async ({ permissions }) => {
      const state = await lockedState()
      const { one, all } = await tenantAs(stack.token({ permissions }))
      for (const text of [one, all]) {
        expect(text).toContain('"states":[]')
        expect(text).not.toContain(state.name)
        expect(text).not.toContain('shown')
      }
    })

    test.each(['terraform.state', 'terraform.state.force-unlock', 'terraform.read'])(
      'is told to who has %s',
      async (permission) => {
        const state = await lockedState()
        const { one, all } = await tenantAs(stack.token({ permissions: [permission] }))
        for (const text of [one, all]) expect(text).toContain(state.name)
      },
    )
  })
})
