import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { pathOf, seedClient } from '../../api/support.ts'
import { servers } from '../../support/stack.ts'
import { backendOf, managedClient, stateText, theirsOf } from '../support.ts'
import { stack, view, useIndex } from './stack.ts'

describe.skipIf(servers === null)('what a state says of clients', () => {
  useIndex()

  describe('who manages a client', () => {
    test('follows the state: written, without it, deleted, restored', async () => {
      const id = seedClient(stack)
      const state = theirsOf(stack)
      expect(await view.manuallyCreated(id)).toBe(true)
      await state.post(stateText(1, [managedClient(id)]))
      expect(await view.manuallyCreated(id)).toBe(false)
      expect((await view.standing(id)).body).toMatchObject({
        status: 'managed',
        states: [{ state: state.name, address: 'auth0_client.this', tainted: false, deposed: null }],
        request: null,
      })
      await state.post(stateText(2))
      expect(await view.manuallyCreated(id)).toBe(true)
      await state.restore(1)
      expect(await view.manuallyCreated(id)).toBe(false)
      await state.remove()
      expect(await view.manuallyCreated(id)).toBe(true)
      await state.restore(1)
      expect(await view.manuallyCreated(id)).toBe(false)
      await state.post('{"version":4}')
      expect(await view.manuallyCreated(id)).toBe(false)
    })

    test.each([
      { reason: 'its credentials alone do not manage it', more: { type: 'auth0_client_credentials' }, manual: true },
      { reason: 'nor does a data source', more: { mode: 'data' }, manual: true },
      { reason: 'in a module it is managed', more: { module: 'module.a[0]' }, manual: false },
    ])('$reason', async ({ more, manual }) => {
      const id = seedClient(stack)
      await theirsOf(stack).post(stateText(1, [managedClient(id, more)]))
      expect(await view.manuallyCreated(id)).toBe(manual)
    })

    test('two states are a conflict, until one lets go', async () => {
      const before = await view.tenant()
      const id = seedClient(stack)
      const [one, other] = [theirsOf(stack), theirsOf(stack)]
      await one.post(stateText(1, [managedClient(id)]))
      await view.client(id)
      expect(await view.tenant()).toMatchObject({ managed: before.managed + 1, conflicting: before.conflicting })
      await other.post(stateText(1, [managedClient(id, { name: 'other' })]))
      expect((await view.standing(id)).body).toMatchObject({ status: 'conflict' })
      expect((await view.standing(id)).body['states']).toHaveLength(2)
      expect(await view.tenant()).toMatchObject({ managed: before.managed + 1, conflicting: before.conflicting + 1 })
      await one.post(stateText(2))
      expect((await view.standing(id)).body).toMatchObject({ status: 'managed' })
      expect(await view.tenant()).toMatchObject({ conflicting: before.conflicting })
    })

    test('twice in one state is one manager', async () => {
      const id = seedClient(stack)
      await theirsOf(stack).post(stateText(1, [managedClient(id), managedClient(id, { name: 'again' })]))
      expect((await view.standing(id)).body).toMatchObject({ status: 'managed' })
    })

    test('a state whose configuration Nexus does not write is warned of, ours is not', async () => {
      const [theirs, ours] = [seedClient(stack), seedClient(stack)]
      const state = theirsOf(stack)
      await state.post(stateText(1, [managedClient(theirs)]))
      const main = backendOf(stack, 'second')
      await main.post(stateText(1, [managedClient(ours)]))
      expect((await view.client(theirs)).headers.get('nexus-warning')).toContain(state.name)
      const patched = await view.patch(theirs, { applicationName: 'x' })
      expect(patched.status).toBe(200)
      expect(patched.headers.get('nexus-warning')).toContain('its next apply may revert')
      expect((await view.client(ours)).headers.get('nexus-warning')).toBeNull()
      await main.remove()
    })

    test('the real state makes exactly its managed clients managed', async ({ skip }) => {
      const file = new URL('../../../shared/terraform/state-sample.json', import.meta.url)
      if (!existsSync(file)) skip('../shared/terraform/state-sample.json is not beside this clone')
      const ids = [
        '7d30278957d99ff1edff1345dad06fd3',
        'a043a395abb7308393bb2e12846378a4',
        '79328acd060f383277b76cc83b643239',
        '2e19c1e9d8ea2761e932c8373c04562f',
        '8d7f75c78720ea3e02b196c3ed466998',
      ]
      for (const id of [...ids, 'seedclient']) seedClient(stack, { client_id: id })
      const before = await view.tenant()
      expect(await theirsOf(stack).post(readFileSync(file, 'utf8'))).toMatchObject({ status: 200 })
      for (const id of ids) expect(await view.manuallyCreated(id)).toBe(false)
      expect(await view.manuallyCreated('seedclient')).toBe(true)
      expect(await view.tenant()).toMatchObject({ managed: before.managed + 5 })
    })
  })

  describe('adoption', () => {
    test('is asked for, again without effect, and done when the state has the client', async () => {
      const before = await view.tenant()
      const id = seedClient(stack)
      const asked = await view.adopt(id, { state: 'main' })
      expect(asked).toMatchObject({
        status: 202,
        body: { status: 'adopting', states: [], request: { kind: 'adopt', state: 'main', by: { id: 'auth0|tester' } } },
      })
      expect((await view.adopt(id, { state: 'main' })).body['request']).toEqual(asked.body['request'])
      expect(await view.tenant()).toMatchObject({ adopting: before.adopting + 1 })
      expect(await view.manuallyCreated(id)).toBe(true)
      const main = backendOf(stack, 'main')
      await main.post(stateText(1, [managedClient(id)]))
      expect((await view.standing(id)).body).toMatchObject({ status: 'managed', request: null })
      expect(await view.adopt(id, { state: 'main' })).toMatchObject({ status: 200, body: { status: 'managed' } })
      expect(await view.tenant()).toMatchObject({ adopting: before.adopting })
      await main.remove()
    })

    test('is not done by another state, nor by the credentials alone', async () => {
      const id = seedClient(stack)
      const main = backendOf(stack, 'main')
      await view.adopt(id, { state: 'main' })
      await main.post(stateText(1, [managedClient(id, { type: 'auth0_client_credentials' })]))
      expect((await view.standing(id)).body).toMatchObject({ status: 'adopting' })
      await main.remove()
      expect((await view.standing(id)).body).toMatchObject({ status: 'adopting' })
      expect(await view.release(id)).toMatchObject({ status: 200 })
    })

    test('moves to another state of ours, and is taken back by DELETE', async () => {
      const id = seedClient(stack)
      await view.adopt(id, { state: 'main' })
      expect((await view.adopt(id, { state: 'second' })).body).toMatchObject({ request: { state: 'second' } })
      expect(await view.release(id)).toMatchObject({ status: 200, body: { status: 'manual', request: null } })
      expect(await view.release(id)).toMatchObject({ status: 200, body: { status: 'manual', request: null } })
    })

    test('is taken back also where a state of others has the client by now', async () => {
      const id = seedClient(stack)
      await view.adopt(id, { state: 'main' })
      const theirs = theirsOf(stack)
      await theirs.post(stateText(1, [managedClient(id)]))
      expect(await view.release(id)).toMatchObject({ status: 200, body: { status: 'managed', request: null } })
      expect(await view.release(id)).toMatchObject({ status: 409 })
      await theirs.remove()
    })

    test.each([
      {
        reason: 'a state whose configuration Nexus does not write',
        body: { state: 'theirs' },
        status: 409,
        says: 'main, second',
      },
      { reason: 'no state where there are two', body: undefined, status: 409, says: 'main, second' },
      { reason: 'no name of a state', body: { state: '../x' }, status: 400, says: '' },
      { reason: 'anything else', body: { name: 'main' }, status: 400, says: '' },
    ])('is refused: $reason', async ({ body, status, says }) => {
      const id = seedClient(stack)
      const answer = await view.adopt(id, body)
      expect(answer.status).toBe(status)
      expect(answer.body.detail).toContain(says)
      expect((await view.standing(id)).body).toMatchObject({ status: 'manual' })
    })

    test('is refused while another state manages the client, with the command to run', async () => {
      const id = seedClient(stack)
      const state = theirsOf(stack)
      await state.post(stateText(1, [managedClient(id, { module: `module.a["it's"]` })]))
      const answer = await view.adopt(id, { state: 'main' })
      expect(answer).toMatchObject({ status: 409, body: { type: '/problems/not-adoptable' } })
      expect(answer.body.detail).toContain(`terraform state rm 'module.a["it'\\''s"].auth0_client.this'`)
    })

    test.each([
      { reason: 'the global client', id: () => 'nexusDemoAllApplications00000000' },
      { reason: 'Nexus’ own credential', id: () => stack.simulator.credential.clientId },
      { reason: 'a client that there is none of', id: () => 'nobody' },
    ])('is refused for $reason', async ({ id }) => {
      expect(await view.adopt(id(), { state: 'main' })).toMatchObject({ status: 404 })
      expect(await view.release(id())).toMatchObject({ status: 404 })
      expect(await stack.query('select 1 from nexus.terraform_requests where client_id = $1', [id()])).toEqual([])
    })

    test('needs a permission of its own', async () => {
      const id = seedClient(stack)
      for (const method of ['PUT', 'DELETE']) {
        const answer = await stack.request(`${pathOf(id)}/terraform`, {
          method,
          as: stack.token({ permissions: ['client.write.all'] }),
        })
        expect(answer.status).toBe(403)
      }
    })
  })

  describe('release', () => {
    test('is asked for, taken back by PUT, and done when the state has it no longer', async () => {
      const id = seedClient(stack)
      const main = backendOf(stack, 'main')
      await main.post(stateText(1, [managedClient(id)]))
      const asked = await view.release(id)
      expect(asked).toMatchObject({
        status: 202,
        body: { status: 'releasing', request: { kind: 'release', state: 'main' } },
      })
      expect((await view.release(id)).body['request']).toEqual(asked.body['request'])
      expect(await view.adopt(id, { state: 'main' })).toMatchObject({
        status: 200,
        body: { status: 'managed', request: null },
      })
      await view.release(id)
      expect(await view.manuallyCreated(id)).toBe(false)
      await main.post(stateText(2))
      expect((await view.standing(id)).body).toMatchObject({ status: 'manual', states: [], request: null })
      await main.remove()
    })

    test.each([
      { reason: 'in a module', more: { module: 'module.apps' }, address: 'module.apps.auth0_client.this' },
      {
        reason: 'one of several instances',
        more: { instances: [{ index_key: 'eu', attributes: {} }] },
        address: 'auth0_client.this["eu"]',
      },
    ])('is refused $reason, with the command to run', async ({ more, address }) => {
      const id = seedClient(stack)
      const main = backendOf(stack, 'main')
      const resource = managedClient(id, more)
      const instances =
        'instances' in more ? [{ ...more.instances[0], attributes: { client_id: id } }] : resource['instances']
      await main.post(stateText(1, [{ ...resource, instances }]))
      const answer = await view.release(id)
      expect(answer).toMatchObject({ status: 409, body: { type: '/problems/not-adoptable' } })
      expect(answer.body.detail).toContain(`terraform state rm '${address}'`)
      expect((await view.standing(id)).body).toMatchObject({ status: 'managed' })
      await main.remove()
    })

    test('is refused for a state whose configuration Nexus does not write', async () => {
      const id = seedClient(stack)
      await theirsOf(stack).post(stateText(1, [managedClient(id)]))
      const answer = await view.release(id)
      expect(answer.status).toBe(409)
      expect(answer.body.detail).toContain(`terraform state rm 'auth0_client.this'`)
    })
  })
})
