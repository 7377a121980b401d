import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../../adapters/postgres/database/connect.ts'
import { createNamedStates } from '../../adapters/postgres/terraform/named-states.ts'
import { recordOf } from '../../domain/shape.ts'
import { Snapshot } from '../../domain/terraform/snapshot.ts'
import { pathOf, read, seedClient } from '../api/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack, StackOptions } from '../support/stack.ts'
import { untilScanned } from '../worker/scans.ts'
import { backendOf, lockOf, managedClient, stateKey, stateText } from './support.ts'

const callbacksOf = (host: string): string[] => [`https://${host}.example.com/cb`]

const everything = ['client.read.all', 'client.write.all', 'terraform.adopt', 'terraform.read', 'terraform.state']

describe.skipIf(servers === null)('the power of a state over clients', () => {
  let stack: Stack
  afterEach(() => stack.close())
  const start = async (more: StackOptions = {}): Promise<void> => {
    stack = await startStack({
      ...more,
      tenant: {
        terraformStates: ['main'],
        otherStates: ['theirs'],
        scanInterval: '24h',
        freshness: '24h',
        ...more.tenant,
      },
      file: { terraform: { stateKeys: [stateKey] } },
    })
    // What it reads is none of a test's.
    if (more.roles?.worker !== false) await untilScanned(stack)
  }
  const ask = async (path: string, init: RequestInit = {}) =>
    read(await stack.request(path, { ...init, as: stack.token({ permissions: everything }) }))
  const patch = async (id: string, body: unknown, wait = 10) =>
    read(
      await stack.patch(id, body, {
        as: stack.token({ permissions: everything }),
        headers: { prefer: `wait=${wait}` },
      }),
    )
  const standing = async (id: string) => recordOf((await ask(`${pathOf(id)}/sync`)).body['terraform'])
  const snapshot = async (): Promise<Snapshot> =>
    Snapshot.parse((await ask('/v1/tenants/acme/terraform/snapshot')).body)
  const held = (id: string) => stack.simulator.clients.get(id)?.['callbacks']
  const outside = (id: string, host: string): void => {
    stack.simulator.seed({ ...stack.simulator.clients.get(id), callbacks: callbacksOf(host) })
  }
  const known = async (): Promise<string> => {
    const id = seedClient(stack)
    await ask(pathOf(id))
    return id
  }

  test.each([
    { reason: 'one that Nexus writes has it', name: 'main', power: true },
    { reason: 'another that is named has it', name: 'theirs', power: true },
    { reason: 'one that nobody names has none', name: 'invented', power: false },
  ])('$reason', async ({ name, power }) => {
    await start()
    const id = await known()
    expect((await patch(id, { callbackUrls: callbacksOf('owned') })).status).toBe(200)
    const state = backendOf(stack, name)
    await state.post(stateText(1, [managedClient(id)]))
    expect((await ask(pathOf(id))).body['manuallyCreated']).toBe(!power)
    const list = async (query: string) => (await ask(`/v1/tenants/acme/clients?${query}`)).text.includes(id)
    expect(await list('manuallyCreated=true')).toBe(!power)
    expect(await list('terraform=managed')).toBe(power)
    const place = { state: name, address: 'auth0_client.this', tainted: false, deposed: null }
    expect(await standing(id)).toMatchObject({
      status: power ? 'managed' : 'manual',
      states: power ? [place] : [],
      claims: power ? [] : [place],
    })
    expect((await ask('/v1/tenants/acme')).body['terraform']).toMatchObject({ managed: power ? 1 : 0 })
    expect((await snapshot()).states.some((one) => one.name === name)).toBe(power)
    // A change waits for its apply, or does not.
    await state.lock(lockOf('apply'))
    expect((await patch(id, { applicationName: 'x' }, power ? 1 : 10)).status).toBe(power ? 202 : 200)
    outside(id, 'apply')
    await state.unlock(lockOf('apply'))
    // What it changed is put back, or is drift like any other.
    const after = callbacksOf(power ? 'owned' : 'apply')
    await sleep(power ? 0 : 1500)
    await vi.waitFor(() => expect(held(id)).toEqual(after), { timeout: 10_000 })
    // It is kept and listed all the same.
    const { body } = await ask('/v1/tenants/acme/terraform/states')
    expect(body['states']).toContainEqual(
      expect.objectContaining({ name, clients: 1, own: name === 'main', named: power }),
    )
  })

  test('a claim does not stand in the way of an adoption, a release or a change', async () => {
    await start({ tenant: { foreignTerraform: 'refuse' } })
    const id = await known()
    await backendOf(stack, 'invented').post(stateText(1, [managedClient(id)]))
    expect((await patch(id, { applicationName: 'x' })).status).toBe(200)
    expect((await ask(pathOf(id))).headers.get('nexus-warning')).toBeNull()
    expect((await ask(`${pathOf(id)}/terraform`, { method: 'PUT' })).status).toBe(202)
    expect(await ask(`${pathOf(id)}/terraform`, { method: 'DELETE' })).toMatchObject({ status: 200 })
  })

  test('of two that are named, the one that Nexus writes decides, and the conflict is shown', async () => {
    await start({ tenant: { foreignTerraform: 'refuse' } })
    const id = await known()
    const [ours, theirs] = [backendOf(stack, 'main'), backendOf(stack, 'theirs')]
    await theirs.post(stateText(1, [managedClient(id)]))
    expect((await patch(id, { applicationName: 'x' })).status).toBe(409)
    await ours.post(stateText(1, [managedClient(id)]))
    expect(await standing(id)).toMatchObject({ status: 'conflict' })
    await theirs.lock(lockOf('theirs'))
    expect((await patch(id, { applicationName: 'x' })).status).toBe(200)
    await ours.lock(lockOf('ours'))
    expect((await patch(id, { applicationName: 'y' }, 1)).status).toBe(202)
  })

  test('a state that is named later has power after a restart, and one that is named no longer has none', async () => {
    await start()
    const id = await known()
    await backendOf(stack, 'theirs').post(stateText(1, [managedClient(id)]))
    const postgres = connect(stack.databaseUrl, () => undefined, { size: 1 })
    const named = createNamedStates(postgres.db)
    try {
      await named.name([{ id: 'acme', terraformStates: ['main'], otherStates: [] }])
      expect(await named.unnamed([{ id: 'acme', terraformStates: ['main'], otherStates: [] }])).toEqual([
        { tenantId: 'acme', state: 'theirs', clients: 1 },
      ])
      expect((await ask(pathOf(id))).body['manuallyCreated']).toBe(true)
      await stack.stop()
      await stack.start()
      expect((await ask(pathOf(id))).body['manuallyCreated']).toBe(false)
    } finally {
      await postgres.close()
    }
  })

  test('the log says at the start which states are held without a name, and what to add', async () => {
    await start()
    await backendOf(stack, 'older').post(stateText(1, [managedClient(await known())]))
    await backendOf(stack, 'theirs').post(stateText(1))
    await stack.stop()
    await stack.start()
    const line = stack.logLines().find((text) => text.includes('does not name'))
    expect(line).toContain('older (1 client)')
    expect(line).toContain('otherStates: [theirs, older]')
    expect(line).not.toContain('theirs (')
  })

  test('whatever other states hold, ours is synthesised', async () => {
    await start()
    const id = await known()
    const main = backendOf(stack, 'main')
    await main.post(stateText(1, [managedClient(id)]))
    await vi.waitFor(async () => expect((await snapshot()).incomplete).toBeNull(), { timeout: 10_000 })
    const before = await snapshot()
    const invented = Array.from({ length: 3000 }, (_, index) =>
      managedClient(`invented${index}`, { name: `i${index}` }),
    )
    const own = managedClient(stack.simulator.credential.clientId, { name: 'me' })
    for (const name of ['theirs', 'invented']) await backendOf(stack, name).post(stateText(1, [...invented, own]))
    stack.simulator.resetStats()
    const after = await snapshot()
    expect(after.incomplete).toBeNull()
    expect(after.states.find(({ name }) => name === 'main')).toEqual(before.states.find(({ name }) => name === 'main'))
    expect(after.clients).toEqual(before.clients)
    expect(after.states.find(({ name }) => name === 'theirs')?.resources).toEqual([])
    expect(stack.simulator.stats.calls).toBe(0)
  })

  test('a state is looked at once in a minute, however often it is locked and given back', async () => {
    await start()
    const id = await known()
    await patch(id, { callbackUrls: callbacksOf('owned') })
    const state = backendOf(stack, 'theirs')
    await state.post(stateText(1, [managedClient(id)]))
    stack.simulator.resetStats()
    for (let round = 0; round < 5; round += 1) {
      await state.lock(lockOf(`apply-${round}`))
      await state.unlock(lockOf(`apply-${round}`))
      await sleep(700)
    }
    expect(stack.simulator.stats.byRoute['GET /api/v2/clients/{id} 200']).toBe(1)
    // What an apply changed in the meantime is found when the minute is over.
    outside(id, 'apply')
    await stack.query(`update nexus.terraform_states set looked_at = looked_at - interval '1 minute'`)
    await vi.waitFor(() => expect(held(id)).toEqual(callbacksOf('owned')), { timeout: 10_000 })
  })
})
