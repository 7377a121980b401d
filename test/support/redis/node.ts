import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { Redis } from 'ioredis'
import { freePort } from '../../../adapters/embedded-postgres/free-port.ts'
import { until } from '../local-servers.ts'

/** A process of `redis-server`, which can be killed, and started again with what it has kept. */
export interface RedisNode {
  readonly port: number
  /** Does something by a connection of its own. */
  readonly ask: <T>(work: (redis: Redis) => Promise<T>) => Promise<T>
  /** SIGKILL. */
  readonly kill: () => Promise<void>
  /** Resolves when it takes connections. */
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface NodeOptions {
  readonly port?: number
  /** As in redis.conf. */
  readonly settings?: Readonly<Record<string, string>>
  /** Lines of a configuration file that it may write to, which makes it a Sentinel. */
  readonly sentinel?: readonly string[]
  readonly connection?: Connection
}

/** How a node is connected to, beside its address. */
interface Connection {
  readonly password?: string
  readonly tls?: ConnectionOptions
}

/** What most tests want of a Redis. */
export const queueSettings = { appendonly: 'yes', 'maxmemory-policy': 'noeviction' }

/** Where a node listens, as a configuration of Nexus has it. */
export const addressOf = ({ port }: Pick<RedisNode, 'port'>): string => `127.0.0.1:${port}`

/** Does something with a Redis by a connection of its own. */
export const askRedis = async <T>(
  options: Connection & { readonly port: number },
  work: (redis: Redis) => Promise<T>,
): Promise<T> => {
  const redis = new Redis({
    host: '127.0.0.1',
    ...options,
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    commandTimeout: 2000,
  })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

/** Makes one and starts it, in a folder of its own. */
export const startRedisNode = async (options: NodeOptions = {}): Promise<RedisNode> => {
  const { sentinel, settings = sentinel === undefined ? queueSettings : {}, connection = {} } = options
  const port = options.port ?? (await freePort())
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-redis-'))
  const file = path.join(directory, 'sentinel.conf')
  const place = connection.tls === undefined ? { port } : { port: 0, 'tls-port': port }
  const all = Object.entries({ ...place, bind: '127.0.0.1', dir: directory, ...settings })
  if (sentinel !== undefined)
    await writeFile(file, [...all.map(([name, value]) => `${name} ${value}`), ...sentinel, ''].join('\n'))
  const parameters =
    sentinel === undefined ? all.flatMap(([name, value]) => `--${name} ${value}`.split(' ')) : [file, '--sentinel']
  let child: ChildProcess | undefined
  const ask: RedisNode['ask'] = (work) => askRedis({ ...connection, port }, work)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  const start = async (): Promise<void> => {
    child = spawn('redis-server', parameters, { stdio: 'ignore' })
    await until(() => ask(async (redis) => void (await redis.ping())))
  }
  await start()
  return {
    port,
    ask,
    start,
    kill: () => end('SIGKILL'),
    close: async () => {
      await end('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    },
  }
}
