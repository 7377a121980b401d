import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nexus } from '../support/process.ts'
import type { NexusProcess } from '../support/process.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

// It may leave a lease behind, which lasts for 15 s.
describe.skipIf(servers === null)('a process that is killed', { timeout: 90_000 }, () => {
  let stack: Stack
  let directory: string
  let id: string
  const started: NexusProcess[] = []

  beforeEach(async () => {
    // The stack is there for its database and its simulator; the process under test is a real one.
    stack = await startStack()
    await stack.stop()
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-restart-'))
    await writeFile(path.join(directory, 'nexus.yaml'), stack.configurationText, { mode: 0o600 })
    id = stack.simulator.seed({ name: 'Restarted', client_metadata: { owners: '["auth0|tester"]' } })
  })
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.kill('SIGKILL')))
    await stack.close()
    await rm(directory, { recursive: true, force: true })
  })

  const start = async (): Promise<string> => {
    const one = nexus(['start', '--config', path.join(directory, 'nexus.yaml')])
    started.push(one)
    return (await one.says(/"url":"(http:[^"]+)"/))[1] ?? ''
  }
  const acceptedBy = async (url: string): Promise<string> => {
    const answer = await fetch(`${url}/v1/tenants/acme/clients/${id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${stack.token()}`,
        'x-application-token': applicationToken,
        'content-type': 'application/json',
        prefer: 'respond-async',
      },
      body: JSON.stringify({ callbackUrls: ['https://after.example.com/cb'] }),
    })
    expect(answer.status).toBe(202)
    return answer.headers.get('nexus-change') ?? ''
  }
  const statusOf = async (change: string) => {
    const [row] = await stack.query<{ status: string }>('select status from nexus.changes where id = $1', [change])
    return row?.status
  }
  const loseTheQueue = async (): Promise<void> => {
    const { redis } = stack.configuration
    if (redis === null || !('url' in redis)) {
      await stack.query('truncate bullmq.job cascade')
      return
    }
    const connection = new Redis(redis.url)
    // Only ours: other suites keep theirs on the same server.
    const keys = await connection.keys(`${redis.prefix}:*`)
    expect(keys).not.toEqual([])
    await connection.del(...keys)
    connection.disconnect()
  }

  test.each([
    { reason: 'is started again', between: () => Promise.resolve() },
    { reason: 'is started again, the queue lost in between', between: loseTheQueue },
  ])('after a 202 leaves a change that is applied when it $reason', async ({ between }) => {
    const url = await start()
    // Known, so that the 202 needs no answer of Auth0's; then Auth0 is out of reach.
    const reading = { authorization: `Bearer ${stack.token()}`, 'x-application-token': applicationToken }
    expect((await fetch(`${url}/v1/tenants/acme/clients/${id}`, { headers: reading })).status).toBe(200)
    stack.simulator.setFaults({ outage: 'reset' })
    const change = await acceptedBy(url)
    await started[0]?.kill('SIGKILL')
    expect(await statusOf(change)).toBe('accepted')
    await between()
    stack.simulator.setFaults({})
    await start()
    await vi.waitFor(async () => expect(await statusOf(change)).toBe('applied'), { timeout: 25_000, interval: 100 })
    expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(['https://after.example.com/cb'])
  })

  test('between accepting and answering has used its key: the repetition tells the outcome of that one change', async () => {
    const send = (url: string) =>
      fetch(`${url}/v1/tenants/acme/clients/${id}`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${stack.token()}`,
          'x-application-token': applicationToken,
          'content-type': 'application/json',
          'idempotency-key': 'only-once',
          // Longer than the lease of the process that was killed.
          prefer: 'wait=40',
        },
        body: JSON.stringify({ callbackUrls: ['https://after.example.com/cb'] }),
      })
    const url = await start()
    const reading = { authorization: `Bearer ${stack.token()}`, 'x-application-token': applicationToken }
    expect((await fetch(`${url}/v1/tenants/acme/clients/${id}`, { headers: reading })).status).toBe(200)
    stack.simulator.setFaults({ outage: 'reset' })
    const unanswered = send(url).catch((error: unknown) => error)
    const changes = () => stack.query<{ id: string }>('select id from nexus.changes')
    await vi.waitFor(async () => expect(await changes()).toHaveLength(1), { timeout: 10_000, interval: 20 })
    await started[0]?.kill('SIGKILL')
    expect(await unanswered).toBeInstanceOf(Error)
    const [only] = await changes()
    stack.simulator.setFaults({})
    const next = await start()
    // For all that is known, the first may still be under way.
    expect((await send(next)).status).toBe(409)
    // The time of the dead process, shortened: its half minute is not what is tested.
    const [held] = await stack.query<{ ms: number }>(
      `select extract(epoch from claimed_until - created_at)::float8 * 1000 as ms from nexus.idempotency_keys`,
    )
    expect(held?.ms).toBeCloseTo(55_000, -1)
    await stack.query('update nexus.idempotency_keys set claimed_until = now()')
    const answer = await send(next)
    expect([answer.status, answer.headers.get('nexus-change')]).toEqual([200, only?.id])
    expect(await answer.json()).toMatchObject({ callbackUrls: ['https://after.example.com/cb'] })
    expect(await changes()).toEqual([only])
    expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(['https://after.example.com/cb'])
  })

  test('in the middle of a call leaves a lease that ends, and the next one reads before it sends', async () => {
    const url = await start()
    stack.simulator.setFaults({ latencyMs: 800, methods: ['PATCH'] })
    const change = await acceptedBy(url)
    await vi.waitFor(() => expect(stack.simulator.stats.writes).toHaveLength(1), { timeout: 10_000 })
    await started[0]?.kill('SIGKILL')
    stack.simulator.setFaults({})
    // The lease of the dead process, shortened: its ten seconds are not what is tested.
    await stack.query(`update nexus.clients set lease_until = now() + interval '1 second'`)
    await start()
    await vi.waitFor(async () => expect(await statusOf(change)).toBe('applied'), { timeout: 25_000, interval: 100 })
    const calls = Object.keys(stack.simulator.stats.byRoute).filter((route) =>
      route.startsWith('GET /api/v2/clients/{id}'),
    )
    expect(calls).not.toEqual([])
    expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual(['https://after.example.com/cb'])
  })

  test('asked to end, answers what it took and ends with 0', async () => {
    const url = await start()
    await acceptedBy(url)
    await started[0]?.kill('SIGTERM')
    expect(started[0]?.child.exitCode).toBe(0)
    expect(started[0]?.output()).toContain('"msg":"ended"')
  })
})
