import type { Redis } from 'ioredis'
import { hasRedis, until } from '../local-servers.ts'
import { addressOf, queueSettings, startRedisNode } from './node.ts'
import type { RedisNode } from './node.ts'

/** A primary with two replicas, and three Sentinels that let in one user, for one command. */
export interface RedisWithSentinels {
  /** What stands under `redis.sentinel`. */
  readonly sentinel: {
    readonly name: string
    readonly nodes: readonly string[]
    readonly user: string
    readonly password: string
  }
  /** Where the primary is, by the Sentinels. */
  readonly primary: () => Promise<string>
  /**
   * Kills the primary, and waits until the Sentinels name another.
   *
   * @returns starts the killed one again, which becomes a replica
   */
  readonly killPrimary: () => Promise<() => Promise<void>>
  readonly close: () => Promise<void>
}

const name = 'queue'
const password = 'of-sentinels'
const user = { user: 'nexus', password: 'of-nexus' }
/** As the guide to Redis has them. */
export const sentinelRules = '-@all +sentinel|get-master-addr-by-name'

const conf = (primary: number): string[] => [
  `requirepass ${password}`,
  `sentinel sentinel-pass ${password}`,
  `sentinel monitor ${name} 127.0.0.1 ${primary} 2`,
  `sentinel down-after-milliseconds ${name} 1000`,
  `sentinel failover-timeout ${name} 4000`,
  `sentinel parallel-syncs ${name} 2`,
  `user ${user.user} on >${user.password} ${sentinelRules}`,
]

const portByName = async (redis: Redis): Promise<number> => {
  const answer = await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)
  return Array.isArray(answer) ? Number(answer[1]) : 0
}

/** Throws until a replica has what its primary has. */
const inStep = (node: RedisNode) => async (): Promise<void> => {
  const info = await node.ask((redis) => redis.info('replication'))
  if (!info.includes('master_link_status:up')) throw new Error('A replica is not in step.')
}

/** Starts them; undefined where the machine has no Redis. */
export const startRedisWithSentinels = async (): Promise<RedisWithSentinels | undefined> => {
  if (!hasRedis()) return undefined
  const settings = { ...queueSettings, 'repl-diskless-sync-delay': '0' }
  const first = await startRedisNode({ settings })
  const replicas = await Promise.all(
    [1, 2].map(() => startRedisNode({ settings: { ...settings, replicaof: `127.0.0.1 ${first.port}` } })),
  )
  const servers = [first, ...replicas]
  await Promise.all(replicas.map((replica) => until(inStep(replica))))
  const sentinels = await Promise.all(
    [1, 2, 3].map(() => startRedisNode({ sentinel: conf(first.port), connection: { password } })),
  )
  const [asked] = sentinels
  const primaryPort = async (): Promise<number> => (await asked?.ask(portByName)) ?? 0
  const know = (sentinel: RedisNode) => async (): Promise<void> => {
    const answer = await sentinel.ask((redis) => redis.call('SENTINEL', 'MASTER', name))
    const told = Array.isArray(answer) ? answer.map(String) : []
    for (const [about, count] of [
      ['num-slaves', '2'],
      ['num-other-sentinels', '2'],
    ] as const)
      if (told[told.indexOf(about) + 1] !== count) throw new Error(`A Sentinel has not heard of all: ${about}.`)
  }
  await Promise.all(sentinels.map((sentinel) => until(know(sentinel))))
  return {
    sentinel: { name, nodes: sentinels.map(addressOf), ...user },
    primary: async () => addressOf({ port: await primaryPort() }),
    killPrimary: async () => {
      const port = await primaryPort()
      const primary = servers.find((node) => node.port === port)
      if (primary === undefined) throw new Error('The Sentinels name a primary that is none of ours.')
      await primary.kill()
      await until(async () => {
        if ((await primaryPort()) === port) throw new Error('Nobody took its place.')
      })
      return primary.start
    },
    close: async () => {
      await Promise.all([...sentinels, ...servers].map((node) => node.close()))
    },
  }
}
