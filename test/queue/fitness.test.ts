import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { untilFit } from '../../adapters/queue/fitness.ts'
import { inspectRedis, lookForProblem } from '../../adapters/queue/inspect.ts'
import { createQueue } from '../../adapters/queue/queue.ts'
import { hasRedis, startOwnRedis } from '../support/local-servers.ts'
import { forTest, userOfGuide } from './support.ts'

const place = (url: string) => ({ url, prefix: 'nexus', tenants: ['acme', 'beta'] })

const own = async (settings: readonly string[]): Promise<string> => {
  const { url } = await forTest(startOwnRedis(settings))
  return url
}

/** What answers every connection in its own way. */
const stranger = async (greet: (socket: Socket) => void): Promise<string> => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    greet(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

describe.skipIf(!hasRedis())('a Redis', () => {
  let redis: Awaited<ReturnType<typeof startOwnRedis>>
  let admin: Redis
  beforeAll(async () => {
    redis = await startOwnRedis(['--appendonly', 'yes'])
    admin = new Redis(redis?.url ?? '')
  })
  afterAll(async () => {
    admin.disconnect()
    await redis?.close()
  })
  const userWith = async (name: string, ...rules: readonly string[]): Promise<string> => {
    await admin.call('ACL', 'SETUSER', name, 'reset', 'on', '>hunter2', ...rules)
    return (redis?.url ?? '').replace('//', `//${name}:hunter2@`)
  }

  test('that can do the work is taken, and nothing stays behind', async () => {
    expect(await lookForProblem(place(redis?.url ?? ''))).toBeNull()
    expect(await admin.keys('*')).toEqual([])
  })

  test('is used by a user with the rights that the guide to Redis names, and no more', async () => {
    const url = await userWith('guided', ...userOfGuide().rules)
    expect(await lookForProblem(place(url))).toBeNull()
    const handled: string[] = []
    const queue = await createQueue({
      postgresUrl: '',
      redis: { url, prefix: 'nexus' },
      tenants: ['acme'],
      onError: (error) => handled.push(error.message),
      onUnfit: ({ code }) => handled.push(code),
    })
    onTestFinished(() => queue.close(1000))
    queue.work(
      ['acme'],
      ({ clientId }) => {
        handled.push(clientId)
        return Promise.resolve({ kind: 'done' })
      },
      2,
    )
    await queue.wake({ tenantId: 'acme', clientId: 'one' })
    await expect.poll(() => handled, { timeout: 10_000 }).toEqual(['one'])
    expect(await admin.call('ACL', 'WHOAMI')).toBe('default')
  })

  test.each([
    { reason: 'INFO, as with managed services', rules: ['~*', '+@all', '-@dangerous'], names: ['INFO'] },
    { reason: 'scripts', rules: ['~*', '+@all', '-@scripting'], names: ['EVAL', 'EVALSHA'] },
    { reason: 'waiting', rules: ['~*', '+@all', '-bzpopmin'], names: ['BZPOPMIN'] },
    { reason: 'a command inside the scripts', rules: ['~*', '+@all', '-xadd', '-lpush'], names: ['XADD', 'LPUSH'] },
    { reason: 'all writing', rules: ['~*', '+@all', '-@write'], names: ['DEL'] },
    { reason: 'everything', rules: ['~*'], names: ['INFO', 'DEL'] },
    { reason: "another program's keys", rules: ['~cache:*', '+@all'], names: ['the keys nexus:*'] },
    { reason: 'no keys at all', rules: ['+@all'], names: ['the keys nexus:*'] },
    { reason: 'one tenant of two', rules: ['~nexus:sync.acme:*', '+@all'], names: ['the keys nexus:*'] },
    { reason: 'reading the keys only', rules: ['%R~nexus:*', '+@all'], names: ['the keys nexus:*'] },
  ])('whose user may not use $reason is told, with the rule that is missing', async ({ rules, names }) => {
    const url = await userWith('poor', ...rules)
    const problem = await lookForProblem(place(url))
    expect(problem).toMatchObject({ code: 'forbidden', passing: false })
    for (const name of names) expect(problem?.said).toContain(name)
    expect(problem?.remedy).toContain('ACL SETUSER poor ')
    // What it says to add is enough, or leads to the next.
    let missing = problem
    for (let round = 0; missing !== null && round < 4; round += 1) {
      const [, added = ''] = /ACL SETUSER poor (.*?)\. /.exec(missing.remedy) ?? []
      await admin.call('ACL', 'SETUSER', 'poor', ...added.split(' '))
      missing = await lookForProblem(place(url))
    }
    expect(missing).toBeNull()
  })

  test.each([
    {
      code: 'login',
      reason: 'a wrong password',
      url: async () => (await userWith('known', '~*', '+@all')).replace('hunter2', 'wrong'),
    },
    {
      code: 'login',
      reason: 'no password where one is needed',
      url: async () => {
        const url = await own([])
        const locking = new Redis(url)
        await locking.config('SET', 'requirepass', 'x')
        locking.disconnect()
        return url
      },
    },
    {
      code: 'login',
      reason: 'a user that is not there',
      url: () => Promise.resolve((redis?.url ?? '').replace('//', '//nobody:hunter2@')),
    },
    { code: 'cluster', reason: 'cluster mode, without slots', url: () => own(['--cluster-enabled', 'yes']) },
    {
      code: 'cluster',
      reason: 'cluster mode, one node with all slots',
      url: async () => {
        const url = await own(['--cluster-enabled', 'yes'])
        const node = new Redis(url)
        await node.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383)
        node.disconnect()
        return url
      },
    },
    {
      code: 'no-such-database',
      reason: 'a database that is not there',
      url: () => Promise.resolve(`${redis?.url}/99`),
    },
    {
      code: 'replica',
      reason: 'a replica',
      url: () => own(['--replicaof', '127.0.0.1', new URL(redis?.url ?? '').port]),
    },
    {
      code: 'replica',
      reason: 'a replica whose primary is away',
      url: () => own(['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'no']),
    },
    { code: 'full', reason: 'no memory', url: () => own(['--maxmemory', '1', '--maxmemory-policy', 'noeviction']) },
    { code: 'cannot-save', reason: 'too few replicas', url: () => own(['--min-replicas-to-write', '1']) },
    { code: 'unreachable', reason: 'nothing there', url: () => Promise.resolve('redis://127.0.0.1:1') },
    { code: 'unreachable', reason: 'no such host', url: () => Promise.resolve('redis://redis.invalid:6379') },
    { code: 'unreachable', reason: 'what closes each connection', url: () => stranger((socket) => socket.destroy()) },
    { code: 'unanswering', reason: 'what takes and never answers', url: () => stranger(() => undefined) },
    {
      code: 'protected',
      reason: 'protected mode',
      url: () => stranger((s) => s.end('-DENIED Redis is running in protected mode because…\r\n')),
    },
    {
      code: 'loading',
      reason: 'a dump being loaded',
      url: () =>
        stranger((s) =>
          s.on('data', (chunk: Buffer) => {
            const commands = chunk.toString().split(/^\*/m).length - 1
            s.write('-LOADING Redis is loading the dataset in memory\r\n'.repeat(commands))
          }),
        ),
    },
    {
      code: 'crowded',
      reason: 'too many connections',
      url: () => stranger((s) => s.end('-ERR max number of clients reached\r\n')),
    },
    {
      code: 'unanswering',
      reason: 'TLS to a server that has none',
      url: () => Promise.resolve((redis?.url ?? '').replace('redis:', 'rediss:')),
    },
  ])('that is not fit says so: $reason ($code)', { timeout: 20_000 }, async ({ code, url }) => {
    const address = await url()
    const started = performance.now()
    const problem = await lookForProblem(place(address))
    expect(problem?.code).toBe(code)
    expect(problem?.remedy).not.toBe('')
    expect(JSON.stringify(problem)).not.toContain('hunter2')
    expect(performance.now() - started).toBeLessThan(5000)
    // A start waits a bounded time for what may pass, and not at all for what will not.
    await expect(untilFit(place(address))).rejects.toMatchObject({ problem: { code } })
    expect(performance.now() - started).toBeLessThan(problem?.passing === true ? 13_000 : 8000)
  })

  test('that is another program is not taken for one', { timeout: 20_000 }, async () => {
    const address = await stranger((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(['unreachable', 'unanswering']).toContain((await lookForProblem(place(address)))?.code)
  })

  test('that becomes fit while a start waits is taken', async () => {
    const url = await own(['--replicaof', '127.0.0.1', new URL(redis?.url ?? '').port])
    const waiting = untilFit(place(url))
    const replica = new Redis(url)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await replica.replicaof('NO', 'ONE')
    replica.disconnect()
    await expect(waiting).resolves.toBeUndefined()
  })

  test('that evicts or forgets can be used, and doctor says what to change', async () => {
    const url = await own(['--maxmemory-policy', 'allkeys-lru', '--save', ''])
    expect(await lookForProblem(place(url))).toBeNull()
    expect(await inspectRedis(place(url))).toMatchObject({ policy: 'allkeys-lru', appendOnly: false, refusals: [] })
  })
})
