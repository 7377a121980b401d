import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stateLines, States } from '../../cli/terraform/state-answers.ts'
import { read, seedClient } from '../api/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, lockOf, managedClient, stateKey, stateText } from './support.ts'
import type { Backend } from './support.ts'

/** How people set up the backend, beside the way of the guide. */
describe.skipIf(servers === null)('a backend as people configure it', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      tenant: { terraformStates: ['main'] },
      roles: { api: true, worker: false },
      file: { terraform: { stateKeys: [stateKey] } },
    })
  })
  afterAll(() => stack.close())

  const operator = () => stack.token({ permissions: ['terraform.state', 'terraform.read', 'tenant.admin'] })
  const ask = async (path: string) => read(await stack.request(path, { as: operator() }))
  const listed = async ({ name }: Backend) => {
    const answer = await ask('/v1/tenants/acme/terraform/states')
    return States.parse(answer.body).states.find((state) => state.name === name)
  }
  const audited = async (action: string): Promise<unknown[]> => {
    const { body } = await ask(`/v1/tenants/acme/audit?action=${action}`)
    return Array.isArray(body['records']) ? body['records'] : []
  }

  describe('update_method = "PUT"', () => {
    test('is taken as POST is: under the lock, with its version and its index', async () => {
      const state = backendOf(stack)
      const id = seedClient(stack)
      await state.lock(lockOf('apply'))
      const text = stateText(1, [managedClient(id)])
      expect((await state.call('PUT', text, { query: '?ID=apply' })).status).toBe(200)
      expect((await state.call('PUT', stateText(2), { query: '?ID=another' })).status).toBe(423)
      expect((await state.get()).text).toBe(text)
      expect(await state.rows()).toMatchObject({ current: 1, index: [['auth0_client.this', id]] })
    })
    test.each([
      { reason: 'nothing', body: '', status: 400 },
      { reason: 'no state', body: '{}', status: 422 },
    ])('$reason is refused', async ({ body, status }) => {
      expect((await backendOf(stack).call('PUT', body, {})).status).toBe(status)
    })
  })

  describe('lock_method and unlock_method of another backend', () => {
    test.each(['POST', 'PUT'])('a lock that comes by %s is no state', async (method) => {
      const state = backendOf(stack)
      expect((await state.call(method, JSON.stringify(lockOf('apply')), {})).status).toBe(422)
      expect((await state.get()).status).toBe(404)
    })

    test('a lock that comes by DELETE takes no state away, whether it is held or lost', async () => {
      const state = backendOf(stack)
      const lock = lockOf('apply')
      await state.lock(lock)
      await state.post(stateText(1), { query: '?ID=apply' })
      const unlock = () => state.call('DELETE', JSON.stringify(lock), {})
      expect(await unlock()).toMatchObject({ status: 400, body: { detail: expect.stringContaining('UNLOCK') } })
      await state.unlock()
      expect((await unlock()).status).toBe(400)
      expect((await state.get()).text).toBe(stateText(1))
    })
  })

  describe('lock addresses that somebody forgot', () => {
    test('the state is taken, and the log, the audit and the list of states tell, until a write under a lock', async () => {
      const state = backendOf(stack)
      expect((await state.post(stateText(1))).status).toBe(200)
      expect(await listed(state)).toMatchObject({ unlockedWrite: { by: 'auth0|tester', at: expect.any(String) } })
      expect(stack.logLines().join('')).toContain('state written without a lock')
      expect(await audited('state.write-unlocked')).toContainEqual(
        expect.objectContaining({ target: `${state.name}/1`, outcome: 'accepted' }),
      )
      const { states } = States.parse((await ask('/v1/tenants/acme/terraform/states')).body)
      const shown = stateLines('acme', states, { now: new Date(), width: 80 }).join('\n')
      expect(shown).toContain(`${state.name} was last written without a lock, by auth0|tester`)
      expect(shown).toContain('lock_address')

      await state.lock(lockOf('apply'))
      expect((await state.post(stateText(2), { query: '?ID=apply' })).status).toBe(200)
      await state.unlock(lockOf('apply'))
      expect(await listed(state)).toMatchObject({ unlockedWrite: null })
    })

    test('the same text once more is no write, and a restored version is no fault of a backend', async () => {
      const state = backendOf(stack)
      await state.lock(lockOf('apply'))
      await state.post(stateText(1), { query: '?ID=apply' })
      await state.unlock(lockOf('apply'))
      expect((await state.post(stateText(1))).status).toBe(200)
      expect(await listed(state)).toMatchObject({ version: 1, unlockedWrite: null })
      expect((await state.restore(1)).status).toBe(200)
      expect(await listed(state)).toMatchObject({ version: 2, unlockedWrite: null })
    })
  })

  describe('OpenTofu that encrypts its states', () => {
    /** As OpenTofu writes it: serial and lineage are plain, so that backends can compare them. */
    const encrypted = JSON.stringify({
      serial: 3,
      lineage: 'lineage-1',
      meta: { 'key_provider.pbkdf2.main': 'eyJzYWx0IjoiYyJ9' },
      encrypted_data: 'bm90IHJlYWxseQ==',
      encryption_version: 'v0',
    })
    test.each(['POST', 'PUT'])('%s is refused with the reason, and nothing is stored', async (method) => {
      const state = backendOf(stack)
      await state.post(stateText(1))
      const refused = await state.call(method, encrypted, {})
      expect(refused).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/encrypted_data', detail: expect.stringContaining('encrypted by OpenTofu') }] },
      })
      expect(refused.text).not.toContain('bm90IHJlYWxseQ')
      expect(await state.rows()).toMatchObject({ current: 1 })
    })
    test('a plain state of OpenTofu is a state as any other', async () => {
      const state = backendOf(stack)
      const text = stateText(1, [managedClient(seedClient(stack))], { terraform_version: '1.9.0', check_results: null })
      expect((await state.post(text)).status).toBe(200)
    })
  })
})
