import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { Snapshot } from '../../domain/terraform/snapshot.ts'
import { pathOf, read, seedClient } from '../api/support.ts'
import { deleteInAuth0 } from '../support/auth0.ts'
import { servers, startStack } from '../support/stack.ts'
import { recordOf } from '../../domain/shape.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, lockOf, managedClient, stateKey, stateText, theirsOf, theirStates } from './support.ts'

const everything = ['client.read.all', 'client.write.all', 'terraform.adopt', 'terraform.read', 'tenant.admin']

/** What the API says about clients and Terraform, to somebody who may ask for all of it. */
const viewOf = (stack: Stack) => {
  const as = stack.token({ permissions: everything })
  const ask = async (path: string, init: RequestInit = {}) => read(await stack.request(path, { ...init, as }))
  return {
    ask,
    client: (id: string) => ask(pathOf(id)),
    manuallyCreated: async (id: string): Promise<unknown> => (await ask(pathOf(id))).body['manuallyCreated'],
    /** How it stands with Terraform, as its sync view says. */
    standing: async (id: string) => {
      const { status, body } = await ask(`${pathOf(id)}/sync`)
      return { status, body: recordOf(body['terraform']) }
    },
    adopt: (id: string, body?: unknown) =>
      ask(`${pathOf(id)}/terraform`, { method: 'PUT', body: body === undefined ? null : JSON.stringify(body) }),
    release: (id: string) => ask(`${pathOf(id)}/terraform`, { method: 'DELETE' }),
    tenant: async () => {
      const { body } = await ask('/v1/tenants/acme')
      return z
        .object({
          managed: z.number(),
          manual: z.number(),
          conflicting: z.number(),
          adopting: z.number(),
          releasing: z.number(),
        })
        .parse(body['terraform'])
    },
    snapshotText: async (): Promise<string> => (await ask('/v1/tenants/acme/terraform/snapshot')).text,
    snapshot: async (): Promise<Snapshot> => Snapshot.parse((await ask('/v1/tenants/acme/terraform/snapshot')).body),
    /** The count of a state, as a configuration would have it. */
    version: async (state: string): Promise<number | undefined> => {
      const { body } = await ask('/v1/tenants/acme/terraform/snapshot')
      return Snapshot.parse(body).states.find(({ name }) => name === state)?.version
    },
    patch: async (id: string, body: unknown) => read(await stack.patch(id, body, { as })),
  }
}

const untilScanned = async (stack: Stack): Promise<void> => {
  for (;;) {
    const [row] = await stack.query<{ done: boolean }>('select last_scan_at is not null as done from nexus.tenants')
    if (row?.done === true) return
    await sleep(50)
  }
}

/** Nobody has read the client for an hour. */
const age = async (stack: Stack, id: string): Promise<void> => {
  await stack.query(`update nexus.clients set observed_at = now() - interval '1 hour' where client_id = $1`, [id])
}

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
  let stack: Stack
  let view: ReturnType<typeof viewOf>
  beforeAll(async () => {
    stack = await startStack({
      tenant: { terraformStates: ['main', 'second'], otherStates: theirStates },
      file: { terraform: { stateKeys: [stateKey] } },
    })
    view = viewOf(stack)
    await untilScanned(stack)
  })
  afterAll(() => stack.close())

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

  describe('the snapshot', () => {
    test('knows the states, their resources, and every client with its owned fields', async () => {
      const [managed, unknown] = [seedClient(stack), seedClient(stack, { name: 'Made by an apply' })]
      const main = backendOf(stack, 'main')
      await view.patch(managed, { callbackUrls: ['https://a.example.com/cb'] })
      await main.post(
        stateText(1, [
          managedClient(managed),
          managedClient(unknown, { name: 'new' }),
          managedClient('gone00', { name: 'gone' }),
        ]),
      )
      const snapshot = await view.snapshot()
      expect(snapshot).toMatchObject({ format: 1, tenant: 'acme', domain: null, incomplete: null })
      expect(snapshot.states.filter(({ own }) => own).map(({ name }) => name)).toEqual(['main', 'second'])
      expect(
        snapshot.states
          .find(({ name }) => name === 'main')
          ?.resources.map(({ address, clientId }) => [address, clientId]),
      ).toEqual([
        ['auth0_client.this', managed],
        ['auth0_client.new', unknown],
        ['auth0_client.gone', 'gone00'],
      ])
      const client = (id: string) => snapshot.clients.find((one) => one.id === id)
      expect(client(managed)).toMatchObject({
        owned: ['callbackUrls'],
        vanished: false,
        productName: 'Shop',
        owners: ['auth0|tester'],
      })
      expect(client(unknown)).toMatchObject({ name: 'Made by an apply', vanished: false, owned: [] })
      expect(client('gone00')).toMatchObject({ name: '', vanished: true })
      expect(client('nexusDemoAllApplications00000000')).toBeUndefined()
      expect(client(stack.simulator.credential.clientId)).toBeUndefined()
      await main.remove()
    })

    test('tells what Auth0 holds where that is asked for, and no secret', async () => {
      const page = '<p>'.repeat(2000)
      const id = seedClient(stack, {
        web_origins: ['https://shop.example.com'],
        custom_login_page: page,
        addons: { sap_api: { service_password: 's3cr3t' } },
      })
      const main = backendOf(stack, 'main')
      const stacks = { managed_clients: { value: { 'auth0_client.this': { declared: true } } } }
      await main.post(
        stateText(1, [managedClient(id), managedClient(seedClient(stack), { name: 'older' })], { outputs: stacks }),
      )
      const asked = (await view.ask('/v1/tenants/acme/terraform/snapshot?observed=true')).text
      const whole = Snapshot.parse(JSON.parse(asked))
      const found = whole.clients.find((one) => one.id === id)
      expect(found?.observed).toMatchObject({ web_origins: ['https://shop.example.com'] })
      expect(found?.withheld).toEqual(expect.arrayContaining(['addons', 'client_secret', 'custom_login_page']))
      expect(asked).not.toMatch(/s3cr3t|"client_secret":|<p>/)
      expect(whole.metadataKeys?.owners).toBe('owners')
      const resources = whole.states.find(({ name }) => name === 'main')?.resources
      expect(resources?.map(({ address, declared }) => [address, declared])).toEqual([
        ['auth0_client.this', true],
        ['auth0_client.older', null],
      ])
      // Who does not ask gets what programs of before can read.
      expect(await view.snapshotText()).not.toMatch(/"observed"|"withheld"|"declared"|"metadataKeys"/)
      await main.remove()
    })

    test.each(['?observed=yes', '?observed=true&observed=true', '?obsorved=true'])('refuses %s', async (query) => {
      expect((await view.ask(`/v1/tenants/acme/terraform/snapshot${query}`)).status).toBe(400)
    })

    test('is the same text for the same knowledge', async () => {
      const [one, other] = [await view.snapshotText(), await view.snapshotText()]
      expect(other).toBe(one)
    })

    test('says a client vanished, and no longer names it when no state does', async () => {
      const id = seedClient(stack)
      const main = backendOf(stack, 'main')
      await main.post(stateText(1, [managedClient(id)]))
      await view.client(id)
      await deleteInAuth0(stack.simulator, id)
      await age(stack, id)
      expect((await view.client(id)).status).toBe(404)
      expect((await view.snapshot()).clients.find((one) => one.id === id)).toMatchObject({ vanished: true })
      await main.remove()
      expect((await view.snapshot()).clients.find((one) => one.id === id)).toBeUndefined()
    })

    test('names what is asked for', async () => {
      const id = seedClient(stack)
      await view.adopt(id, { state: 'main' })
      expect((await view.snapshot()).clients.find((one) => one.id === id)).toMatchObject({
        request: { kind: 'adopt', state: 'main' },
      })
      await view.release(id)
      expect((await view.snapshot()).clients.find((one) => one.id === id)).toMatchObject({ request: null })
    })

    test('is incomplete while clients could be missing', async () => {
      const [{ at } = { at: null }] = await stack.query<{ at: Date | null }>(
        'select last_scan_at as at from nexus.tenants',
      )
      await stack.query('update nexus.tenants set last_scan_at = null')
      expect((await view.snapshot()).incomplete).toContain('first scan')
      await stack.query('update nexus.tenants set last_scan_at = $1', [at])
    })

    test('one state of ours says that it is incomplete, and the others are synthesised all the same', async () => {
      const id = seedClient(stack)
      const main = backendOf(stack, 'main')
      await main.post(stateText(1, [managedClient(id)]))
      const incomplete = async () => {
        const snapshot = await view.snapshot()
        const of = (name: string) => snapshot.states.find((state) => state.name === name)?.incomplete
        return { whole: snapshot.incomplete, main: of('main'), second: of('second') }
      }
      stack.simulator.setFaults({ errorShare: 1 })
      try {
        expect(await incomplete()).toMatchObject({
          whole: null,
          main: expect.stringContaining('Auth0 cannot be asked'),
          second: undefined,
        })
      } finally {
        stack.simulator.setFaults({})
      }
      await sleep(1100)
      expect(await incomplete()).toEqual({ whole: null, main: undefined, second: undefined })
      const many = Array.from({ length: 51 }, (_, index) => managedClient(`unknown${index}`, { name: `u${index}` }))
      await main.post(stateText(2, many))
      expect(await incomplete()).toMatchObject({ whole: null, main: expect.stringContaining('the next scan') })
      // Which it asked for: from then on they are known not to be there.
      await vi.waitFor(async () => expect((await incomplete()).main).toBeUndefined(), {
        timeout: 10_000,
        interval: 200,
      })
      expect((await view.snapshot()).clients.filter(({ id }) => id.startsWith('unknown'))).toHaveLength(51)
      await main.post(stateText(3, [managedClient(stack.simulator.credential.clientId, { name: 'me' })]))
      expect(await incomplete()).toMatchObject({
        whole: null,
        main: expect.stringContaining(`terraform state rm 'auth0_client.me'`),
        second: undefined,
      })
      await main.remove()
      expect(await incomplete()).toEqual({ whole: null, main: undefined, second: undefined })
    })

    test('needs terraform.read', async () => {
      const path = '/v1/tenants/acme/terraform/snapshot'
      const as = stack.token({ permissions: ['client.read.all', 'terraform.state'] })
      expect((await stack.request(path, { as })).status).toBe(403)
    })
  })

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
