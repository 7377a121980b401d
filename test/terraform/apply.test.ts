import { afterEach, describe, expect, test, vi } from 'vitest'
import { basic, withStates } from '../support/pipeline.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack, StackOptions } from '../support/stack.ts'
import { makeScanDue, untilScanned } from '../worker/scans.ts'

/** Nothing is due but what a test makes due. */
const quiet: StackOptions = { tenant: { scanInterval: '24h', freshness: '24h' } }

const callbacksOf = (...hosts: string[]): string[] => hosts.map((host) => `https://${host}.example.com/cb`)

/** What Terraform does, as its requests: the program itself would need the provider to touch a client. */
describe.skipIf(servers === null)('one lock for Terraform and for changes', () => {
  let stack: Stack
  const start = async (options: StackOptions = quiet, terraform: Record<string, unknown> = {}): Promise<void> => {
    stack = await startStack(withStates(options, terraform))
    // What it reads is none of a test's.
    if (options.roles?.worker !== false) await untilScanned(stack)
  }
  afterEach(() => stack.close())

  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${stack.url}/v1/tenants/acme${path}`, {
      ...init,
      headers: { authorization: basic, 'content-type': 'application/json' },
    })
    const text = await answer.text()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is in it is what the tests look at
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
  }
  let serial = 0
  const stateWith = (clientIds: readonly string[], lineage = 'one'): string =>
    JSON.stringify({
      version: 4,
      terraform_version: '1.11.4',
      serial: (serial += 1),
      lineage,
      outputs: {},
      resources: clientIds.map((id) => ({
        mode: 'managed',
        type: 'auth0_client',
        name: `c_${id}`,
        provider: 'provider["registry.terraform.io/auth0/auth0"]',
        instances: [{ schema_version: 0, attributes: { client_id: id, id } }],
      })),
      check_results: null,
    })
  const post = (state: string, clientIds: readonly string[], lockId?: string) =>
    ask(`/terraform/states/${state}${lockId === undefined ? '' : `?ID=${lockId}`}`, {
      method: 'POST',
      body: stateWith(clientIds, state),
    })
  const lock = (state: string, id: string, Operation = 'OperationTypeApply') =>
    ask(`/terraform/states/${state}`, {
      method: 'LOCK',
      body: JSON.stringify({ ID: id, Operation, Who: 'ann@laptop', Created: '2026-01-01T00:00:00Z' }),
    })
  const unlock = (state: string, id: string) =>
    ask(`/terraform/states/${state}`, { method: 'UNLOCK', body: JSON.stringify({ ID: id }) })

  const seeded = (name: string): string =>
    stack.simulator.seed({
      name,
      callbacks: callbacksOf('first'),
      client_metadata: { owners: '["auth0|tester"]' },
    })
  const held = (clientId: string) => stack.simulator.clients.get(clientId)?.['callbacks']
  /** An apply, or somebody in the dashboard, writes outside Nexus. */
  const outside = (clientId: string, ...hosts: string[]): void => {
    stack.simulator.seed({ ...stack.simulator.clients.get(clientId), callbacks: callbacksOf(...hosts) })
  }
  const change = (clientId: string, ...hosts: string[]) =>
    stack.patch(clientId, { callbackUrls: callbacksOf(...hosts) })
  /** The same for one that is to wait: a second shows it. */
  const patch = (clientId: string, ...hosts: string[]) =>
    stack.patch(clientId, { callbackUrls: callbacksOf(...hosts) }, { headers: { prefer: 'wait=1' } })
  /** A client in whose callbacks Nexus has a say. */
  const owned = async (name: string): Promise<string> => {
    const clientId = seeded(name)
    expect((await stack.patch(clientId, { callbackUrls: callbacksOf('owned') })).status).toBe(200)
    return clientId
  }
  const syncOf = async (clientId: string) => (await ask(`/clients/${clientId}/sync`)).body
  const untilChecked = () =>
    vi.waitFor(
      async () => {
        const rows = await stack.query(`select 1 from nexus.terraform_states where check_at is not null`)
        expect(rows).toEqual([])
      },
      { timeout: 20_000, interval: 50 },
    )

  test('while an apply holds the lock, changes of its clients wait, visibly, and go on as soon as it is over', async () => {
    await start()
    const [inside, other] = [seeded('inside'), seeded('other')]
    await post('main', [inside])
    await lock('main', 'apply-1')
    expect((await change(other, 'a')).status).toBe(200)
    const waiting = await patch(inside, 'a')
    expect(waiting.status).toBe(202)
    expect(held(inside)).toEqual(callbacksOf('first'))
    expect(JSON.stringify((await syncOf(inside))['conditions'])).toMatch(
      /"Paused","status":"True","reason":"TerraformApplies","message":"ann@laptop holds the lock of the Terraform state main/,
    )
    const ended = performance.now()
    await unlock('main', 'apply-1')
    await vi.waitFor(() => expect(held(inside)).toEqual(callbacksOf('a')), { timeout: 5000, interval: 20 })
    expect(performance.now() - ended).toBeLessThan(2000)
  })

  test('a plan keeps nothing waiting', async () => {
    await start()
    const inside = seeded('inside')
    await post('main', [inside])
    await lock('main', 'plan-1', 'OperationTypePlan')
    expect((await change(inside, 'a')).status).toBe(200)
    await unlock('main', 'plan-1')
    await untilChecked()
  })

  test('they wait for a bounded time; the lock is then named as abandoned, and what its apply changed is put back', async () => {
    await start(quiet, { applyWait: '4s' })
    const [waiter, victim] = [seeded('waiter'), await owned('victim')]
    await post('main', [waiter, victim])
    await lock('main', 'apply-1')
    outside(victim, 'terraform')
    expect((await patch(waiter, 'a')).status).toBe(202)
    await vi.waitFor(() => expect(held(waiter)).toEqual(callbacksOf('a')), { timeout: 10_000, interval: 50 })
    await vi.waitFor(() => expect(held(victim)).toEqual(callbacksOf('owned')), { timeout: 10_000, interval: 50 })
    expect(stack.logLines().join('')).toMatch(/"who":"ann@laptop".*a state lock looks abandoned/)
    expect((await ask('/terraform/states')).body).toMatchObject({
      states: [{ name: 'main', lock: { id: 'apply-1', who: 'ann@laptop', abandoned: true } }],
    })
    // The apply was not dead after all, and goes on writing.
    outside(victim, 'terraform-again')
    await unlock('main', 'apply-1')
    await vi.waitFor(() => expect(held(victim)).toEqual(callbacksOf('owned')), { timeout: 10_000, interval: 50 })
  })

  test('owned fields that an apply changed are put back at UNLOCK, whatever the policy says of drift', async () => {
    await start()
    const [changed, untouched, unowned, drifted] = [
      await owned('changed'),
      await owned('untouched'),
      seeded('unowned'),
      await owned('drifted'),
    ]
    await post('main', [changed, untouched, unowned, drifted])
    // Known before: an operator has removed a callback in the dashboard, and nobody has decided about it yet.
    outside(drifted, 'operator')
    await makeScanDue(stack)
    await vi.waitFor(async () => expect(await syncOf(drifted)).toMatchObject({ drift: [{ field: 'callbackUrls' }] }), {
      timeout: 20_000,
    })
    await lock('main', 'apply-1')
    outside(changed, 'terraform')
    outside(unowned, 'terraform')
    await post('main', [changed, untouched, unowned, drifted], 'apply-1')
    await unlock('main', 'apply-1')
    await vi.waitFor(() => expect(held(changed)).toEqual(callbacksOf('owned')), { timeout: 10_000, interval: 50 })
    await untilChecked()
    expect(held(unowned)).toEqual(callbacksOf('terraform'))
    expect(held(drifted)).toEqual(callbacksOf('operator'))
    // Auth0 has it a moment before its row says so.
    await expect
      .poll(async () => (await ask(`/clients/${changed}/changes`)).body, { timeout: 10_000 })
      .toMatchObject({ changes: [{ status: 'applied', author: { kind: 'policy', id: 'terraform-apply' } }, {}] })
    expect((await ask(`/clients/${untouched}/changes`)).body['changes']).toHaveLength(1)
  })

  test('what somebody asked for while the apply ran is what Auth0 gets', async () => {
    await start()
    const client = await owned('client')
    await post('main', [client])
    await lock('main', 'apply-1')
    outside(client, 'terraform')
    expect((await patch(client, 'wanted')).status).toBe(202)
    await unlock('main', 'apply-1')
    await vi.waitFor(() => expect(held(client)).toEqual(callbacksOf('wanted')), { timeout: 10_000, interval: 50 })
    await untilChecked()
    expect(held(client)).toEqual(callbacksOf('wanted'))
  })

  test('a lock that is taken away counts as the end of the apply', async () => {
    await start()
    const client = await owned('client')
    await post('main', [client])
    await lock('main', 'apply-1')
    outside(client, 'terraform')
    expect((await ask('/terraform/states/main', { method: 'UNLOCK' })).status).toBe(200)
    await vi.waitFor(() => expect(held(client)).toEqual(callbacksOf('owned')), { timeout: 10_000, interval: 50 })
  })

  test('a plan that begins right after an apply does not keep the look at it from being taken', async () => {
    await start({ ...quiet, roles: { api: true, worker: false } })
    const client = seeded('client')
    await stack.patch(client, { callbackUrls: callbacksOf('owned') }, { headers: { prefer: 'respond-async' } })
    const worker = await stack.also({ api: false, worker: true })
    await vi.waitFor(() => expect(held(client)).toEqual(callbacksOf('owned')), { timeout: 10_000, interval: 50 })
    await worker.close()
    await post('main', [client])
    await lock('main', 'apply-1')
    outside(client, 'terraform')
    await unlock('main', 'apply-1')
    await lock('main', 'plan-1', 'OperationTypePlan')
    await Promise.all([stack.also({ api: false, worker: true }), stack.also({ api: false, worker: true })])
    await vi.waitFor(() => expect(held(client)).toEqual(callbacksOf('owned')), { timeout: 10_000, interval: 50 })
    const { body } = await ask(`/clients/${client}/changes`)
    expect(body['changes']).toHaveLength(2)
  })

  test('many owned clients are looked at by pages, not one by one', async () => {
    await start()
    const clients = await Promise.all(Array.from({ length: 12 }, (_, index) => owned(`client ${index}`)))
    await post('main', clients)
    await lock('main', 'apply-1')
    for (const client of clients.slice(0, 3)) outside(client, 'terraform')
    stack.simulator.resetStats()
    await unlock('main', 'apply-1')
    await untilChecked()
    for (const client of clients)
      await vi.waitFor(() => expect(held(client)).toEqual(callbacksOf('owned')), { timeout: 10_000, interval: 50 })
    const { byRoute } = stack.simulator.stats
    expect(byRoute['GET /api/v2/clients/{id} 200'] ?? 0).toBe(0)
    expect(byRoute['PATCH /api/v2/clients/{id} 200']).toBe(3)
  })

  test('drift is of class terraform where a state of the client has moved since, and out-of-band elsewhere', async () => {
    await start()
    const [managed, manual] = [await owned('managed'), await owned('manual')]
    await post('elsewhere', [managed])
    await makeScanDue(stack)
    await vi.waitFor(
      async () => {
        const rows = await stack.query(
          `select 1 from nexus.clients c join nexus.terraform_states s on true where confirmed_at < serial_moved_at`,
        )
        expect(rows).toEqual([])
      },
      { timeout: 20_000, interval: 50 },
    )
    outside(managed, 'apply')
    outside(manual, 'dashboard')
    await post('elsewhere', [managed])
    await makeScanDue(stack)
    const driftOf = async (clientId: string) => (await syncOf(clientId))['drift']
    await vi.waitFor(
      async () => {
        expect(await driftOf(managed)).toMatchObject([{ field: 'callbackUrls', class: 'terraform' }])
        expect(await driftOf(manual)).toMatchObject([{ field: 'callbackUrls', class: 'out-of-band' }])
      },
      { timeout: 20_000, interval: 50 },
    )
    // What it was found to be, it stays: a state that moves later has nothing to do with it.
    await post('elsewhere', [managed, manual])
    expect(await driftOf(manual)).toMatchObject([{ class: 'out-of-band' }])
    expect(JSON.stringify((await syncOf(managed))['conditions'])).toContain('ChangedByTerraform')
  })
})
