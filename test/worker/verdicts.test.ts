import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Faults } from '../../simulator/main.ts'
import { deleteInAuth0 } from '../support/auth0.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { expectWoken } from './own-changes.ts'

/** Waits for as long as it takes. */
const patient = { headers: { prefer: 'wait=30' } }

const wanted = ['https://new.example.com/cb']

/** A client that is known before anything goes wrong. @returns its id */
const seedKnown = async (stack: Stack): Promise<string> => {
  stack.simulator.setFaults({})
  const id = stack.simulator.seed({
    name: 'Under test',
    callbacks: ['https://old.example.com/cb'],
    client_metadata: { owners: '["auth0|tester"]', product_name: 'Old' },
  })
  await stack.request(`/v1/tenants/acme/clients/${id}`)
  stack.simulator.resetStats()
  return id
}

describe.skipIf(servers === null)('a call that fails for a while', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      file: { worker: { httpTimeout: '500ms' } },
      tenant: { scanInterval: '24h', freshness: '24h' },
    })
  })
  afterAll(() => stack.close())

  test.each<{ reason: string; faults: () => Partial<Faults> }>([
    { reason: 'server errors pass', faults: () => ({ errorShare: 1, methods: ['PATCH'] }) },
    { reason: 'connections are reset', faults: () => ({ outage: 'reset' }) },
    { reason: "a proxy's page is not Auth0", faults: () => ({ outage: 'page' }) },
    { reason: 'the answer never comes, though the write is done', faults: () => ({ timeoutAfterShare: 1 }) },
    { reason: 'the body never comes', faults: () => ({ slowBodyMs: 5000 }) },
    { reason: 'too many calls', faults: () => ({ tooManyUntil: Date.now() + 800 }) },
    { reason: 'every token is revoked', faults: () => ({ revokeTokens: true }) },
  ])('applied in the end, when $reason', async ({ faults }) => {
    const id = await seedKnown(stack)
    stack.simulator.setFaults(faults())
    const answering = stack.patch(id, { callbackUrls: wanted }, patient)
    const mended = sleep(700).then(() => stack.simulator.setFaults({}))
    const answer = await answering
    expect(answer.status).toBe(200)
    expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(wanted)
    // Afterwards, it would mend what the next test breaks.
    await mended
  })
})

describe.skipIf(servers === null)('what Auth0 answers, and what becomes of the change', () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    // With the usual deadline: where calls are counted, a slow one is none that is sent again.
    stack = await startStack({ tenant: { scanInterval: '24h', freshness: '24h' } })
  })
  afterAll(() => stack.close())
  beforeEach(async () => {
    id = await seedKnown(stack)
  })

  const held = () => stack.simulator.clients.get(id)
  const change = async (answer: Response) => {
    const found = await stack.query<{ status: string; refusal: { reason: string } | null }>(
      `select status, refusal from nexus.changes where id = $1`,
      [answer.headers.get('nexus-change')],
    )
    return found[0]
  }
  const patches = (): number =>
    stack.simulator.stats.writes.filter(({ clientId, method }) => clientId === id && method === 'PATCH').length

  test('an ill credential holds the tenant, rejects nothing, and is found well again by a probe', async () => {
    stack.simulator.setFaults({ refuseCredential: true, revokeTokens: true })
    const answer = await stack.patch(id, { callbackUrls: wanted }, { headers: { prefer: 'wait=1' } })
    expect(answer.status).toBe(202)
    await vi.waitFor(async () => {
      const [tenant] = await stack.query<{ reason: string }>(`select held_reason as reason from nexus.tenants`)
      expect(tenant?.reason).toMatch(/401/)
    }, 10_000)
    expect(await change(answer)).toMatchObject({ status: 'accepted' })
    // Meanwhile nobody waits in vain.
    const next = await stack.patch(id, { applicationName: 'While held' }, patient)
    expect(next.status).toBe(202)
    stack.simulator.setFaults({})
    await stack.query(`update nexus.tenants set next_probe_at = now()`)
    await vi.waitFor(async () => expect(await change(next)).toMatchObject({ status: 'applied' }), 15_000)
    expect(await change(answer)).toMatchObject({ status: 'applied' })
    expect(held()).toMatchObject({ callbacks: wanted, client_metadata: { application_name: 'While held' } })
  })

  test('a client that vanished: the change is rejected, and the caller gets 404', async () => {
    await deleteInAuth0(stack.simulator, id)
    const answer = await stack.patch(id, { callbackUrls: wanted })
    expect(answer.status).toBe(404)
    expect(await change(answer)).toMatchObject({ status: 'rejected', refusal: { reason: 'vanished' } })
  })

  test("what Auth0 refuses is undone in the desired state, and Auth0's words come with a pointer", async () => {
    const full = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`theirs_${index}`, 'x']))
    stack.simulator.seed({
      ...held(),
      client_metadata: { owners: '["auth0|tester"]', product_name: 'Old', ...full },
    })
    const answer = await stack.patch(id, { client_upn_key: 'one key too many' })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({
      detail: expect.stringMatching(/maximum 10/),
      errors: [{ pointer: '/client_upn_key', detail: expect.stringMatching(/maximum 10/) }],
    })
    const after = await stack.request(`/v1/tenants/acme/clients/${id}`)
    expect(after.headers.get('nexus-sync')).toBe('synced')
    expect(await after.json()).toMatchObject({ client_upn_key: null, productName: 'Old' })
    // It never blocks the next one.
    expect((await stack.patch(id, { productName: 'Next' })).status).toBe(200)
  })

  test('what Auth0 ignores is a refusal; the part that it took is put back', async () => {
    stack.simulator.setFaults({ ignoreMembers: ['callbacks'] })
    const answer = await stack.patch(id, { callbackUrls: wanted, productName: 'Half' }, patient)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '/callbackUrls' }] })
    expect(await change(answer)).toMatchObject({ status: 'rejected', refusal: { reason: 'ignored' } })
    await vi.waitFor(
      () =>
        expect(held()).toMatchObject({
          callbacks: ['https://old.example.com/cb'],
          client_metadata: { product_name: 'Old' },
        }),
      10_000,
    )
    // The first call, two more rounds, and the one that puts back.
    expect(patches()).toBe(4)
    await expectWoken(stack, id)
  })

  test('what Auth0 normalises becomes the confirmed value, and is not sent for ever', async () => {
    stack.simulator.setFaults({ normalise: ['trailing-slash'] })
    const answer = await stack.patch(id, { callbackUrls: ['https://new.example.com/'] }, patient)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ callbackUrls: ['https://new.example.com'] })
    expect(patches()).toBe(3)
    const [row] = await stack.query(`select base, drifted_at from nexus.clients where client_id = $1`, [id])
    expect(row).toEqual({ base: { callbackUrls: ['https://new.example.com'] }, drifted_at: null })
  })

  test('of several that are refused together only the one at fault is rejected', async () => {
    await stack.query(`update nexus.tenants set paused_at = now()`)
    const full = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`theirs_${index}`, 'x']))
    const metadata = { owners: '["auth0|tester"]', product_name: 'Old', ...full }
    const bodies = [
      { callbackUrls: ['https://1.example.com/cb'] },
      { client_upn_key: 'one key too many' },
      { productName: 'Third' },
    ]
    const answers: Response[] = []
    for (const body of bodies) answers.push(await stack.patch(id, body))
    stack.simulator.seed({ ...held(), client_metadata: metadata })
    await stack.query(`update nexus.tenants set paused_at = null`)
    await stack.query(`update nexus.clients set woken_at = null where client_id = $1`, [id])
    await vi.waitFor(async () => {
      const outcomes = await Promise.all(answers.map(change))
      expect(outcomes.map((outcome) => outcome?.status)).toEqual(['applied', 'rejected', 'applied'])
    }, 15_000)
    expect(held()).toMatchObject({
      callbacks: ['https://1.example.com/cb'],
      client_metadata: { ...metadata, product_name: 'Third' },
    })
    expect(patches()).toBe(4)
  })

  test('changes that wait for a call under way become one; what a later one replaces is superseded', async () => {
    stack.simulator.setFaults({ latencyMs: 4000, methods: ['PATCH'] })
    const first = stack.patch(id, { applicationName: 'first' }, patient)
    await vi.waitFor(() => expect(patches()).toBe(1), 10_000)
    // The call that is under way keeps its latency.
    stack.simulator.setFaults({})
    const later = await Promise.all(
      Array.from({ length: 10 }, (_, index) => stack.patch(id, { applicationName: `later ${index}` }, patient)),
    )
    expect((await first).status).toBe(200)
    expect(later.map(({ status }) => status)).toEqual(later.map(() => 200))
    expect(patches()).toBe(2)
    const [counts] = await stack.query(
      `select count(*) filter (where status = 'applied')::int as applied, count(superseded_by)::int as superseded
       from nexus.changes where client_id = $1`,
      [id],
    )
    expect(counts).toEqual({ applied: 11, superseded: 9 })
  })
})
