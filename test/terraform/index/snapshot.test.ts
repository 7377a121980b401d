import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { Snapshot } from '../../../domain/terraform/snapshot.ts'
import { seedClient } from '../../api/support.ts'
import { deleteInAuth0 } from '../../support/auth0.ts'
import { servers } from '../../support/stack.ts'
import { backendOf, managedClient, stateText } from '../support.ts'
import { age, stack, view, useIndex } from './stack.ts'

const incomplete = async () => {
  const snapshot = await view.snapshot()
  const of = (name: string) => snapshot.states.find((state) => state.name === name)?.incomplete
  return { whole: snapshot.incomplete, main: of('main'), second: of('second') }
}

describe.skipIf(servers === null)('what a state says of clients', () => {
  useIndex()

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
})
