import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pathOf, seedClient } from '../../api/support.ts'
import { deleteInAuth0 } from '../../support/auth0.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { backendOf, lockOf, managedClient, stateKey, stateText, theirsOf, theirStates } from '../support.ts'
import { viewOf, age, stack, view, useIndex } from './stack.ts'

/** A managed client in `main`, which is alone in it. */
const managedIn = async (stack: Stack, view: ReturnType<typeof viewOf>) => {
  const id = seedClient(stack)
  const main = backendOf(stack, 'main')
  await main.remove()
  await main.post(stateText(1, [managedClient(id)]))
  await view.client(id)
  const from = (await view.version('main')) ?? 0
  return { id, main, moved: async () => ((await view.version('main')) ?? 0) - from }
}

describe.skipIf(servers === null)('what a state says of clients', () => {
  useIndex()

  describe('the count of a state', () => {
    test('rises when a field becomes owned, and not when it changes again', async () => {
      const { id, moved } = await managedIn(stack, view)
      await view.patch(id, { callbackUrls: ['https://a.example.com/cb'] })
      expect(await moved()).toBe(1)
      await view.patch(id, { callbackUrls: ['https://b.example.com/cb'] })
      expect(await moved()).toBe(1)
      await view.patch(id, { callbackUrls: ['https://b.example.com/cb'], applicationName: 'x' })
      expect(await moved()).toBe(2)
    })

    test('rises also for a change that changes nothing', async () => {
      const { id, moved } = await managedIn(stack, view)
      expect((await view.patch(id, { productName: 'Shop' })).status).toBe(200)
      expect(await moved()).toBe(1)
    })

    test('does not rise with a withdrawal, but when the field becomes owned once more', async () => {
      const { id, moved } = await managedIn(stack, view)
      expect((await view.ask(`${pathOf(id)}/pause`, { method: 'POST' })).status).toBe(204)
      const waiting = await view.patch(id, { applicationName: 'x' })
      expect(waiting.status).toBe(202)
      expect(await moved()).toBe(1)
      expect((await view.snapshot()).clients.find((one) => one.id === id)?.owned).toEqual(['applicationName'])
      const change = waiting.headers.get('nexus-change') ?? ''
      expect((await view.ask(`/v1/tenants/acme/changes/${change}`, { method: 'DELETE' })).status).toBe(204)
      expect(await moved()).toBe(1)
      expect((await view.snapshot()).clients.find((one) => one.id === id)?.owned).toEqual([])
      await view.ask(`${pathOf(id)}/resume`, { method: 'POST' })
      await view.patch(id, { applicationName: 'y' })
      expect(await moved()).toBe(2)
    })

    test('rises with a release, and again when it is taken back; an adoption alone changes nothing', async () => {
      const { id, moved } = await managedIn(stack, view)
      await view.release(id)
      expect(await moved()).toBe(1)
      await view.release(id)
      expect(await moved()).toBe(1)
      await view.adopt(id, { state: 'main' })
      expect(await moved()).toBe(2)
      const other = seedClient(stack)
      await view.adopt(other, { state: 'main' })
      expect(await moved()).toBe(2)
      // It is to be adopted: a configuration with it may stand somewhere already.
      await view.patch(other, { applicationName: 'x' })
      expect(await moved()).toBe(3)
      await view.release(other)
      expect(await moved()).toBe(4)
    })

    test('rises when a client vanishes, once', async () => {
      const { id, moved } = await managedIn(stack, view)
      await deleteInAuth0(stack.simulator, id)
      await age(stack, id)
      await view.client(id)
      expect(await moved()).toBe(1)
      await view.client(id)
      expect(await moved()).toBe(1)
    })

    test('does not rise for a client of no state, nor for one of another, nor with a version of its own', async () => {
      const { id, main, moved } = await managedIn(stack, view)
      await view.patch(seedClient(stack), { applicationName: 'x' })
      const theirs = seedClient(stack)
      const other = theirsOf(stack)
      await other.post(stateText(1, [managedClient(theirs)]))
      const before = await view.version(other.name)
      await view.patch(theirs, { applicationName: 'x' })
      expect(await view.version(other.name)).toBe((before ?? 0) + 1)
      const { current } = await main.rows()
      await main.post(stateText(2, [managedClient(id)]))
      await main.restore(current)
      expect(await moved()).toBe(0)
    })

    test.each([
      { reason: 'a client that it has no longer', after: () => [] },
      { reason: 'a client under another address', after: (id: string) => [managedClient(id, { name: 'elsewhere' })] },
    ])('rises with a write outside an apply: $reason', async ({ after }) => {
      const { id, main, moved } = await managedIn(stack, view)
      await main.post(stateText(20, after(id)))
      expect(await moved()).toBe(1)
    })

    test('does not rise with what an apply writes: its configuration says so', async () => {
      const { main, moved } = await managedIn(stack, view)
      const lock = lockOf('apply')
      await main.lock(lock)
      await main.post(stateText(20, []), { query: `?ID=${lock.ID}` })
      await main.unlock(lock)
      expect(await moved()).toBe(0)
    })

    test('rises with DELETE, and with a version that is restored and has other clients', async () => {
      const { id, main, moved } = await managedIn(stack, view)
      const { current } = await main.rows()
      await main.remove()
      expect(await moved()).toBe(1)
      await main.restore(current)
      expect(await moved()).toBe(2)
      expect((await view.client(id)).body['manuallyCreated']).toBe(false)
    })

    test('keeps an apply of an older configuration from the lock, and says which field it was', async () => {
      const { id, main } = await managedIn(stack, view)
      const then = await view.version('main')
      expect((await main.lock(lockOf('a'), { query: `?snapshot=${then}` })).status).toBe(200)
      await main.unlock(lockOf('a'))
      await view.patch(id, { allowedLogoutUrls: ['https://a.example.com/out'] })
      const refused = await main.lock(lockOf('b'), { query: `?snapshot=${then}` })
      expect(refused.status).toBe(409)
      expect(refused.body['Info']).toContain(`allowedLogoutUrls of ${id} became owned`)
      expect((await main.lock(lockOf('b'), { query: `?snapshot=${(then ?? 0) + 1}` })).status).toBe(200)
      await main.unlock(lockOf('b'))
    })

    test('a configuration that declares no client is not outdated by fields that became owned, but by all else', async () => {
      const { id, main } = await managedIn(stack, view)
      const then = await view.version('main')
      const apply = { query: `?snapshot=${then}&declares=none` }
      await view.patch(id, { allowedLogoutUrls: ['https://a.example.com/out'] })
      expect(await view.version('main')).toBe((then ?? 0) + 1)
      expect((await main.lock(lockOf('a'), apply)).status).toBe(200)
      await main.unlock(lockOf('a'))
      // A configuration from after what the state knows is not ours.
      const ahead = { query: `?snapshot=${(then ?? 0) + 5}&declares=none` }
      expect((await main.lock(lockOf('b'), ahead)).status).toBe(409)
      await stack.query(`delete from nexus.terraform_events where kind = 'owned' and client_id = $1`, [id])
      expect((await main.lock(lockOf('b'), apply)).status).toBe(409)
      const now = await view.version('main')
      const release = { method: 'DELETE', as: stack.token({ permissions: ['terraform.adopt', 'client.read.all'] }) }
      expect((await stack.request(`${pathOf(id)}/terraform`, release)).status).toBe(202)
      const refused = await main.lock(lockOf('b'), { query: `?snapshot=${now}&declares=none` })
      expect(refused.status).toBe(409)
      expect(refused.body['Info']).toContain(`the release of ${id}`)
    })
    test('what else a configuration may say of its declarations is refused', async () => {
      expect((await backendOf(stack).get({ query: '?declares=all' })).status).toBe(400)
    })
  })
})

describe.skipIf(servers === null)('a tenant that wants clients of other states changed there only', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      tenant: { terraformStates: ['main'], otherStates: theirStates, foreignTerraform: 'refuse' },
      file: { terraform: { stateKeys: [stateKey] } },
    })
  })
  afterAll(() => stack.close())

  test('refuses changes of those, and of no others; a state alone needs no name', async () => {
    const view = viewOf(stack)
    const [theirs, ours, nobodys] = [seedClient(stack), seedClient(stack), seedClient(stack)]
    const state = theirsOf(stack)
    await state.post(stateText(1, [managedClient(theirs)]))
    await backendOf(stack, 'main').post(stateText(1, [managedClient(ours)]))
    const refused = await view.patch(theirs, { applicationName: 'x' })
    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/managed-by-terraform' } })
    expect(refused.body.detail).toContain(state.name)
    expect(stack.simulator.clients.get(theirs)?.['client_metadata']).not.toHaveProperty('application_name')
    for (const id of [ours, nobodys]) expect((await view.patch(id, { applicationName: 'x' })).status).toBe(200)
    expect(await view.adopt(nobodys)).toMatchObject({ status: 202, body: { request: { state: 'main' } } })
  })
})
