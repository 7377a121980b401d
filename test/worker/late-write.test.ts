import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { retry } from '../api/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const first = ['https://first.example.com/cb']
const second = ['https://second.example.com/cb']

describe.skipIf(servers === null)('a call whose outcome nobody knows', () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack({
      file: { worker: { httpTimeout: '2s' } },
      tenant: { scanInterval: '24h', freshness: '24h' },
    })
  })
  afterAll(() => stack.close())
  beforeEach(async () => {
    id = stack.simulator.seed({ name: 'Under test', client_metadata: { owners: '["auth0|tester"]' } })
    // Known before anything goes wrong.
    await stack.request(`/v1/tenants/acme/clients/${id}`)
    stack.simulator.resetStats()
  })

  const held = () => stack.simulator.clients.get(id)
  const row = async () => {
    const [found] = await stack.query<{ verified: boolean; drifted: boolean; base: Record<string, unknown> }>(
      `select verify_at is null as verified, drifted_at is not null as drifted, base from nexus.clients where client_id = $1`,
      [id],
    )
    return found
  }
  /** How the calls about this client went, in their order: reads are not writes, and stand in the counts only. */
  const patches = () => stack.simulator.stats.writes.filter(({ clientId }) => clientId === id)
  const readings = () => stack.simulator.stats.byRoute['GET /api/v2/clients/{id} 200'] ?? 0
  const apply = async (callbackUrls: readonly string[]): Promise<void> => {
    expect((await stack.patch(id, { callbackUrls }, { headers: { prefer: 'wait=30' } })).status).toBe(200)
  }
  /** The first change goes out, and its connection breaks before there is an answer. */
  const applyOverBrokenConnection = async (): Promise<void> => {
    stack.simulator.setFaults({ resetBeforeShare: 1, methods: ['PATCH'] })
    const applying = apply(first)
    await vi.waitFor(() => expect(patches()).toHaveLength(1), 10_000)
    stack.simulator.setFaults({})
    await applying
  }
  /** Somebody's write arrives, and the reading that was put down for after the deadline is due. */
  const arrives = async (callbacks: readonly string[]): Promise<void> => {
    stack.simulator.seed({ ...held(), callbacks: [...callbacks] })
    await stack.query(
      `update nexus.clients set verify_at = now(), woken_at = null, previous_attempt_deadline = now() - interval '2 seconds'
       where client_id = $1`,
      [id],
    )
    await vi.waitFor(async () => expect(await row()).toMatchObject({ verified: true }), 15_000)
  }

  test('is read before it is sent again, and once more after it can have ended', async () => {
    await applyOverBrokenConnection()
    expect(patches().map(({ status }) => status)).toEqual([null, 200])
    await vi.waitFor(async () => expect(await row()).toMatchObject({ verified: true }), 15_000)
    // Before the second call, and after the first can have ended.
    expect(readings()).toBe(2)
    expect(held()?.['callbacks']).toEqual(first)
  })

  test('and was done after all is not sent again', async () => {
    stack.simulator.setFaults({ resetAfterShare: 1, methods: ['PATCH'] })
    await apply(first)
    expect(patches()).toHaveLength(1)
    expect(held()?.['callbacks']).toEqual(first)
    stack.simulator.setFaults({})
  })

  test('and writes late, over a newer change, is found and repaired', async () => {
    await applyOverBrokenConnection()
    await apply(second)
    await arrives(first)
    await vi.waitFor(() => expect(held()?.['callbacks']).toEqual(second), 15_000)
    expect(await row()).toMatchObject({ drifted: false, base: { callbackUrls: second } })
  })

  test('but what somebody else wrote meanwhile is drift: reported, and left alone', async () => {
    await applyOverBrokenConnection()
    await apply(second)
    const before = patches().length
    await arrives(['https://somebody-else.example.com/cb'])
    expect(await row()).toMatchObject({ drifted: true, base: { callbackUrls: second } })
    expect(patches()).toHaveLength(before)
    expect(held()?.['callbacks']).toEqual(['https://somebody-else.example.com/cb'])
  })

  test('and where no call can be late, so is an earlier value of ours that somebody has put back', async () => {
    await apply(first)
    await apply(second)
    const before = patches().length
    stack.simulator.seed({ ...held(), callbacks: first })
    await retry(stack, id, stack.token())
    await vi.waitFor(async () => expect(await row()).toMatchObject({ verified: true, drifted: true }), 15_000)
    expect(patches()).toHaveLength(before)
    expect(held()?.['callbacks']).toEqual(first)
  })
})

describe.skipIf(servers === null)('a call of a worker that stood still, and lost its lease', () => {
  let stack: Stack
  beforeAll(async () => {
    // With the usual deadline: a call that takes seconds is answered.
    stack = await startStack({ tenant: { scanInterval: '24h', freshness: '24h' } })
  })
  afterAll(() => stack.close())

  test('is found and repaired though nothing waits any more', async () => {
    const id = stack.simulator.seed({ name: 'Under test', client_metadata: { owners: '["auth0|tester"]' } })
    await stack.request(`/v1/tenants/acme/clients/${id}`)
    const held = () => stack.simulator.clients.get(id)
    const patches = () => stack.simulator.stats.writes.filter(({ clientId }) => clientId === id)
    stack.simulator.setFaults({ latencyMs: 4000, methods: ['PATCH'] })
    const sent = await stack.patch(id, { callbackUrls: first }, { headers: { prefer: 'respond-async' } })
    expect(sent.status).toBe(202)
    await vi.waitFor(() => expect(patches()).toHaveLength(1), { timeout: 10_000, interval: 5 })
    // Meanwhile another worker took over, brought a newer change to Auth0, looked once more, and was done.
    stack.simulator.seed({ ...held(), callbacks: second })
    await stack.query(`update nexus.changes set status = 'applied', settled_at = now() where client_id = $1`, [id])
    await stack.query(
      `insert into nexus.changes (id, tenant_id, client_id, generation, "values", status, author, settled_at)
       values (gen_random_uuid(), 'acme', $1, 2, $2, 'applied', '{"kind": "user", "id": "auth0|tester"}', now())`,
      [id, JSON.stringify({ callbackUrls: second })],
    )
    await stack.query(
      `update nexus.clients set base = $2, generation = 2, settled_generation = 2, revision = revision + 1,
              lease_token = null, lease_until = null, attempt_deadline = null where client_id = $1`,
      [id, JSON.stringify({ callbackUrls: second })],
    )
    await vi.waitFor(() => expect(held()?.['callbacks']).toEqual(first), { timeout: 15_000, interval: 5 })
    stack.simulator.setFaults({})
    await vi.waitFor(() => expect(held()?.['callbacks']).toEqual(second), 15_000)
  })
})
