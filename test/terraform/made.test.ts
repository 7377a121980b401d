import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { withStates } from '../support/pipeline.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { untilScanned } from '../worker/scans.ts'
import { backendOf, lockOf, managedClient, stateText } from './support.ts'
import type { Backend } from './support.ts'

const Page = z.object({ clients: z.array(z.object({ id: z.string() })) })

describe.skipIf(servers === null)('clients that an apply has made', () => {
  let stack: Stack
  let main: Backend
  let serial = 0
  beforeEach(async () => {
    // No scan but the first.
    stack = await startStack(withStates({ tenant: { scanInterval: '24h', freshness: '24h' } }))
    main = backendOf(stack, 'main')
    await untilScanned(stack)
  })
  afterEach(() => stack.close())

  const apply = async (clientIds: readonly string[], Operation = 'OperationTypeApply'): Promise<void> => {
    serial += 1
    const lock = lockOf(`lock-${serial}`, { Operation })
    const resources = clientIds.map((id) => managedClient(id, { name: `c_${id}` }))
    await main.lock(lock)
    await main.post(stateText(serial, resources), { query: `?ID=lock-${serial}` })
    await main.unlock(lock)
  }
  const listed = async (): Promise<string[]> => {
    const as = stack.token({ permissions: ['client.read.all'] })
    const answer = await stack.request('/v1/tenants/acme/clients?limit=100', { as })
    return Page.parse(await answer.json())
      .clients.map(({ id }) => id)
      .toSorted()
  }
  const untilListed = (clientIds: readonly string[]) =>
    vi.waitFor(async () => expect(await listed()).toEqual(clientIds.toSorted()), { timeout: 5000, interval: 50 })

  test.each([
    { reason: 'few', count: 2 },
    { reason: 'more than are read one by one', count: 8 },
  ])('are listed as soon as it is over, and nothing else is: $reason', async ({ count }) => {
    const made = Array.from({ length: count }, (_, index) => stack.simulator.seed({ name: `made ${index}` }))
    // Nobody has told Nexus of it.
    stack.simulator.seed({ name: 'made by hand' })
    expect(await listed()).toEqual([])
    await apply(made)
    await untilListed(made)
    // Known ones are not read again, and those that were new keep no later look waiting.
    stack.simulator.resetStats()
    const later = stack.simulator.seed({ name: 'later' })
    await apply([...made, later])
    await untilListed([...made, later])
    expect(stack.simulator.stats.byRoute).toEqual({ 'GET /api/v2/clients/{id} 200': 1 })
  })

  test("are not Nexus' own, and not the global client", async () => {
    const global = stack.simulator.seed({ name: 'All Applications', global: true })
    const made = stack.simulator.seed({ name: 'made' })
    await apply([stack.simulator.credential.clientId, global, made])
    await untilListed([made])
    expect(await listed()).toEqual([made])
  })

  test('and that Auth0 does not have are looked for once in a minute', async () => {
    expect(await listed()).toEqual([])
    stack.simulator.resetStats()
    for (const operation of ['OperationTypeApply', 'OperationTypeApply', 'OperationTypePlan']) {
      await apply(['invented'], operation)
      await sleep(1200)
    }
    expect(stack.simulator.stats.byRoute).toEqual({ 'GET /api/v2/clients/{id} 404': 1 })
  })
})
