import { describe, expect, test, vi } from 'vitest'
import { servers } from '../../support/stack.ts'
import { makeScanDue } from '../../worker/scans.ts'
import { pathOf, seedClient } from '../support.ts'
import { condition, stack, call, useSync } from './sync-support.ts'

const outside = async (id: string, callbacks: string[]): Promise<void> => {
  stack.simulator.seed({ ...stack.simulator.clients.get(id), callbacks })
  await makeScanDue(stack)
  await vi.waitFor(
    async () => {
      const [row] = await stack.query<{ drifted: boolean }>(
        `select drifted_at is not null as drifted from nexus.clients where client_id = $1`,
        [id],
      )
      expect(row?.drifted).toBe(true)
    },
    { timeout: 15_000 },
  )
}

describe.skipIf(servers === null)('what is between a wish and Auth0', () => {
  useSync()

  test('revert puts the confirmed values back; nothing drifted, it changes nothing', async () => {
    const id = seedClient(stack)
    expect((await stack.patch(id, { callbackUrls: ['https://ours.test/cb'] })).status).toBe(200)
    await outside(id, ['https://theirs.test/cb'])
    const { body } = await call('GET', `${pathOf(id)}/sync`)
    expect(body).toMatchObject({
      drift: [
        {
          field: 'callbackUrls',
          class: 'out-of-band',
          confirmed: ['https://ours.test/cb'],
          observed: ['https://theirs.test/cb'],
        },
      ],
    })
    expect(condition(body, 'Drifted')).toMatchObject({ status: 'True', reason: 'ChangedOutside' })
    const answer = await call('POST', `${pathOf(id)}/sync`, { action: 'revert' })
    expect(answer).toMatchObject({ status: 200, body: { callbackUrls: ['https://ours.test/cb'] } })
    expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(['https://ours.test/cb'])
    const again = await call('POST', `${pathOf(id)}/sync`, { action: 'revert' })
    expect(again.status).toBe(200)
    expect(again.headers.get('nexus-change')).toBeNull()
  })

  test('accept takes the outside values over, without a PATCH to Auth0', async () => {
    const id = seedClient(stack)
    expect((await stack.patch(id, { callbackUrls: ['https://ours.test/cb'] })).status).toBe(200)
    await outside(id, ['https://theirs.test/cb'])
    const before = stack.simulator.stats.writes.length
    expect(await call('POST', `${pathOf(id)}/sync`, { action: 'accept' })).toMatchObject({
      status: 200,
      body: { callbackUrls: ['https://theirs.test/cb'] },
    })
    expect(stack.simulator.stats.writes).toHaveLength(before)
    await vi.waitFor(
      async () => {
        const { body } = await call('GET', `${pathOf(id)}/sync`)
        expect(body).toMatchObject({ drift: [], desired: { callbackUrls: ['https://theirs.test/cb'] } })
        expect(condition(body, 'Drifted')).toMatchObject({ status: 'False' })
      },
      { timeout: 15_000 },
    )
  })

  test('accept and revert read Auth0 first, however young what was seen of it is', async () => {
    for (const action of ['accept', 'revert'] as const) {
      const id = seedClient(stack)
      expect((await stack.patch(id, { callbackUrls: ['https://ours.test/cb'] })).status).toBe(200)
      stack.simulator.seed({ ...stack.simulator.clients.get(id), callbacks: ['https://theirs.test/cb'] })
      const answer = await call('POST', `${pathOf(id)}/sync`, { action })
      const wanted = action === 'accept' ? ['https://theirs.test/cb'] : ['https://ours.test/cb']
      expect(answer).toMatchObject({ status: 200, body: { callbackUrls: wanted } })
      expect(answer.headers.get('nexus-change')).not.toBeNull()
      expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(wanted)
      expect((await call('GET', `${pathOf(id)}/sync`)).body).toMatchObject({ drift: [] })
    }
  })

  test('an owner who was taken off outside Nexus writes no more while that stands: neither accept nor revert', async () => {
    const id = seedClient(stack)
    expect((await stack.patch(id, { owners: ['auth0|tester', 'billing'] })).status).toBe(200)
    stack.simulator.seed({ ...stack.simulator.clients.get(id), client_metadata: { owners: '["billing"]' } })
    await stack.query(`update nexus.clients set observed_at = observed_at - interval '1 day' where client_id = $1`, [
      id,
    ])
    for (const action of ['accept', 'revert'])
      expect(await call('POST', `${pathOf(id)}/sync`, { action })).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining('taken off') },
      })
    expect((await stack.patch(id, { applicationName: 'x' })).status).toBe(403)
    // They see what happened; another owner puts it right.
    expect(await call('GET', `${pathOf(id)}/sync`)).toMatchObject({
      status: 200,
      body: { drift: [{ field: 'owners' }] },
    })
    const billing = stack.token({ sub: 'auth0|bill', permissions: ['client.write'], roles: ['billing'] })
    expect((await call('POST', `${pathOf(id)}/sync`, { action: 'revert' }, billing)).status).toBe(200)
    expect((await stack.patch(id, { applicationName: 'x' })).status).toBe(200)
  })

  test('accept cannot lock its caller out, just as a PATCH cannot', async () => {
    const id = seedClient(stack)
    const scoped = stack.token({ sub: 'auth0|sue', permissions: ['client.write'], products: ['Shop'] })
    expect((await stack.patch(id, { owners: ['auth0|tester'] })).status).toBe(200)
    expect((await stack.patch(id, { productName: 'Shop' })).status).toBe(200)
    stack.simulator.seed({ ...stack.simulator.clients.get(id), client_metadata: { owners: '["auth0|tester"]' } })
    await stack.query(`update nexus.clients set observed_at = observed_at - interval '1 day' where client_id = $1`, [
      id,
    ])
    // The product was taken away outside Nexus: who has it by the product alone may not make that so.
    expect((await call('POST', `${pathOf(id)}/sync`, { action: 'accept' }, scoped)).status).toBe(403)
    expect((await call('POST', `${pathOf(id)}/sync`, { action: 'accept' })).status).toBe(200)
  })

  test('retry reads Auth0 and tries at once, whatever a failure asked to wait for', async () => {
    const id = seedClient(stack)
    await stack.request(pathOf(id))
    await stack.query(
      `update nexus.clients set next_try_at = now() + interval '5 minutes', failures = 11, stalled_at = now(), last_failure = 'x'
       where client_id = $1`,
      [id],
    )
    expect(condition((await call('GET', `${pathOf(id)}/sync`)).body, 'Stalled')).toMatchObject({ status: 'True' })
    expect((await call('POST', `${pathOf(id)}/sync`, { action: 'retry' })).status).toBe(202)
    await vi.waitFor(
      async () =>
        expect(condition((await call('GET', `${pathOf(id)}/sync`)).body, 'Stalled')).toMatchObject({ status: 'False' }),
      { timeout: 15_000 },
    )
  })

  // The last: after an outage nobody reads from the tenant for a while.
  test('where Auth0 cannot be read nothing is accepted; a known drift is reverted all the same', async () => {
    const id = seedClient(stack)
    expect((await stack.patch(id, { callbackUrls: ['https://ours.test/cb'] })).status).toBe(200)
    await outside(id, ['https://theirs.test/cb'])
    stack.simulator.setFaults({ outage: 'reset' })
    try {
      const refused = await call('POST', `${pathOf(id)}/sync`, { action: 'accept' })
      expect(refused).toMatchObject({ status: 503, body: { detail: expect.stringContaining('cannot be read') } })
      expect(refused.headers.get('retry-after')).not.toBeNull()
      const reverting = call('POST', `${pathOf(id)}/sync`, { action: 'revert' })
      setTimeout(() => stack.simulator.setFaults({}), 500)
      expect(await reverting).toMatchObject({ status: 200, body: { callbackUrls: ['https://ours.test/cb'] } })
    } finally {
      stack.simulator.setFaults({})
    }
  })
})
