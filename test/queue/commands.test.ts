import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { migrateQueue } from '../../adapters/queue/on-postgres.ts'
import { createQueue } from '../../adapters/queue/queue.ts'
import type { JobResult, Queue } from '../../adapters/queue/queue.ts'
import { hasRedis, startEmbeddedServers, startOwnRedis } from '../support/local-servers.ts'
import type { LocalServers } from '../support/local-servers.ts'

interface Process extends Pick<Queue, 'close'> {
  readonly wake: (clientId: string) => Promise<void>
}

/** Starts queues of one tenant over one storage, as processes of their own would have them. */
const processesOver =
  (storage: Pick<Parameters<typeof createQueue>[0], 'postgresUrl' | 'redis'>, tenantId: string = randomUUID()) =>
  async (handle?: (clientId: string) => Promise<JobResult>, concurrency = 8): Promise<Process> => {
    const queue = await createQueue({
      ...storage,
      tenants: [tenantId],
      onError: () => undefined,
      onUnfit: () => undefined,
    })
    onTestFinished(() => queue.close(2000))
    if (handle !== undefined) queue.work([tenantId], ({ clientId }) => handle(clientId), concurrency)
    return { close: queue.close, wake: (clientId) => queue.wake({ tenantId, clientId }) }
  }

/** Scripts, but for the look for jobs of killed workers, which comes with time and not with jobs. */
const scriptsIn = (commands: readonly (readonly string[])[]) =>
  commands.filter(
    ([name = '', ...rest]) => /^eval/i.test(name) && !rest.some((word) => word.endsWith(':stalled-check')),
  )

let redis: Awaited<ReturnType<typeof startOwnRedis>>
beforeAll(async () => {
  redis = await startOwnRedis(['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
})
afterAll(() => redis?.close())
const url = () => redis?.url ?? ''

/** What is sent to Redis for keys of this prefix while something is done; what a script does in it is not counted. */
const sent = async (prefix: string, work: () => Promise<unknown>): Promise<(readonly string[])[]> => {
  const client = new Redis(url())
  const monitor = await client.monitor()
  const commands: (readonly string[])[] = []
  monitor.on('monitor', (_time: string, command: readonly string[], source: string) => {
    if (source !== 'lua' && command.some((word) => word.startsWith(prefix))) commands.push(command)
  })
  await work()
  // What comes after the last job.
  await sleep(500)
  monitor.disconnect()
  client.disconnect()
  return commands
}

describe.skipIf(!hasRedis())('on Redis', () => {
  test.each([
    { reason: 'with places for more', concurrency: 8 },
    { reason: 'with one place', concurrency: 1 },
  ])('a change costs three scripts: to add, to take and to end it ($reason)', async ({ concurrency }) => {
    const prefix = randomUUID()
    const process = processesOver({ postgresUrl: '', redis: { url: url(), prefix } })
    let handled = 0
    const queue = await process(async () => {
      await sleep(20)
      handled += 1
      return { kind: 'done' }
    }, concurrency)
    const one = async (): Promise<void> => {
      const before = handled
      await queue.wake(randomUUID())
      await expect.poll(() => handled, { timeout: 10_000 }).toBe(before + 1)
    }
    // The first one is sent in full, and finds a worker that is only beginning to wait.
    await one()
    await sleep(500)
    expect(scriptsIn(await sent(prefix, one))).toHaveLength(3)
  })

  test('of what happened to jobs little is kept', async () => {
    const prefix = randomUUID()
    const process = processesOver({ postgresUrl: '', redis: { url: url(), prefix } }, 'acme')
    let handled = 0
    const queue = await process(() => {
      handled += 1
      return Promise.resolve({ kind: 'done' })
    })
    for (let round = 0; round < 5; round += 1)
      await Promise.all(Array.from({ length: 100 }, (_, index) => queue.wake(`client-${round}-${index}`)))
    await expect.poll(() => handled, { timeout: 20_000 }).toBe(500)
    const client = new Redis(url())
    onTestFinished(() => client.disconnect())
    await expect.poll(() => client.keys(`${prefix}:*`).then((keys) => keys.length)).toBeLessThan(8)
    expect(await client.xlen(`${prefix}:sync.acme:events`)).toBeLessThan(300)
  })
})

describe.for([
  { storage: 'Redis', inPostgres: false },
  { storage: 'PostgreSQL', inPostgres: true },
])('wake-ups, with the queue on $storage', ({ inPostgres }) => {
  const isMissing = !inPostgres && !hasRedis()
  let postgres: LocalServers | undefined
  beforeAll(async () => {
    if (!inPostgres) return
    postgres = await startEmbeddedServers()
    await migrateQueue(postgres.servers.postgresUrl)
  })
  afterAll(() => postgres?.close())
  const processes = () => {
    const redisOf = inPostgres ? null : { url: url(), prefix: randomUUID() }
    return processesOver({ postgresUrl: postgres?.servers.postgresUrl ?? '', redis: redisOf })
  }

  test.skipIf(isMissing)(
    'of any rhythm are all heard by three workers, long before they would look by themselves',
    async () => {
      const process = processes()
      const waiting = new Map<string, number>()
      const waited: number[] = []
      let lastAt = 0
      const handle = async (clientId: string): Promise<JobResult> => {
        const asked = waiting.get(clientId)
        const now = performance.now()
        // While others are begun, it only waits behind them.
        if (asked !== undefined) waited.push(now - Math.max(asked, lastAt))
        lastAt = now
        waiting.delete(clientId)
        await sleep(waited.length % 7)
        return waited.length % 10 === 0 ? { kind: 'later', afterMs: 50 } : { kind: 'done' }
      }
      for (let worker = 0; worker < 3; worker += 1) await process(handle, 2)
      const api = await process()
      const wakes: Promise<void>[] = []
      for (let index = 0; index < 400; index += 1) {
        waiting.set(`client-${index}`, performance.now())
        wakes.push(api.wake(`client-${index}`))
        if (index % 3 === 0) await sleep(index % 13)
      }
      await Promise.all(wakes)
      await expect.poll(() => waiting.size, { timeout: 20_000 }).toBe(0)
      // A worker looks by itself every 5 s: one that was overlooked would have waited for that.
      expect(Math.max(...waited)).toBeLessThan(4500)
    },
  )

  test.skipIf(isMissing)('that come while a client is worked on have it worked on once more', async () => {
    const process = processes()
    const handled: string[] = []
    const first = Promise.withResolvers<undefined>()
    const queue = await process(async (clientId) => {
      handled.push(clientId)
      if (handled.length === 1) await first.promise
      return { kind: 'done' }
    })
    await queue.wake('one')
    await expect.poll(() => handled.length, { timeout: 10_000 }).toBe(1)
    await Promise.all([queue.wake('one'), queue.wake('one')])
    await queue.wake('one')
    first.resolve(undefined)
    await expect.poll(() => handled, { timeout: 10_000 }).toEqual(['one', 'one'])
    await sleep(300)
    expect(handled).toHaveLength(2)
  })

  test.skipIf(isMissing)('bring a client forward that was to be looked at later', async () => {
    const process = processes()
    let handled = 0
    const queue = await process(() => {
      handled += 1
      return Promise.resolve(handled === 1 ? { kind: 'later', afterMs: 60_000 } : { kind: 'done' })
    })
    await queue.wake('one')
    await expect.poll(() => handled, { timeout: 10_000 }).toBe(1)
    await sleep(200)
    await Promise.all([queue.wake('one'), queue.wake('two')])
    await expect.poll(() => handled, { timeout: 4000 }).toBe(3)
  })
})
