import type { Redis } from 'ioredis'
import { z } from 'zod'
import { firstOutgoingPort, freePort, isFree } from '../../../adapters/embedded-postgres/free-port.ts'
import { hasRedis, until } from '../local-servers.ts'
import { addressOf, queueSettings, startRedisNode } from './node.ts'
import type { RedisNode } from './node.ts'

/** Three primaries and a replica of each. */
export interface RedisCluster {
  /** All six, as a configuration has them. */
  readonly nodes: readonly string[]
  /** Does something with every node that is alive. */
  readonly each: <T>(work: (redis: Redis) => Promise<T>) => Promise<T[]>
  /**
   * Kills the primary that holds a key, and waits until its replica has taken its place.
   *
   * @returns starts the killed one again, as a replica
   */
  readonly killPrimaryOf: (key: string) => Promise<() => Promise<void>>
  readonly close: () => Promise<void>
}

const settings = {
  ...queueSettings,
  'cluster-enabled': 'yes',
  'cluster-node-timeout': '1500',
  'cluster-replica-validity-factor': '0',
  'repl-diskless-sync-delay': '0',
}
const lastSlot = 16_383
const shares = [0, 1, 2].map(
  (index) => [Math.ceil((lastSlot + 1) * (index / 3)), Math.ceil((lastSlot + 1) * ((index + 1) / 3)) - 1] as const,
)

/** Nodes talk to each other at a port that is 10,000 higher, which must be one, and free. */
const clusterPort = async (): Promise<number> => {
  for (;;) {
    const port = await freePort()
    if (port + 10_000 < firstOutgoingPort && (await isFree(port + 10_000))) return port
  }
}

const Slots = z.array(z.tuple([z.number(), z.number()]).rest(z.tuple([z.string(), z.number()]).rest(z.unknown())))
/** Ranges of slots, each with the ports of its nodes: the primary's first. */
const slotsOf = async (redis: Redis) =>
  Slots.parse(await redis.call('CLUSTER', 'SLOTS')).map(([first, last, ...nodes]) => ({
    first,
    last,
    ports: nodes.map(([, port]) => port),
  }))

const mustBe = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`The cluster is not ready: ${what}.`)
}

const join = async (nodes: readonly RedisNode[]): Promise<void> => {
  const [first] = nodes
  for (const [index, node] of nodes.entries())
    await node.ask(async (redis) => {
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
      const share = shares[index]
      if (share !== undefined) await redis.call('CLUSTER', 'ADDSLOTSRANGE', ...share)
    })
  await first?.ask((redis) =>
    Promise.all(nodes.slice(1).map(({ port }) => redis.call('CLUSTER', 'MEET', '127.0.0.1', port))),
  )
  for (const node of nodes)
    await until(() =>
      node.ask(async (redis) => {
        const info = String(await redis.call('CLUSTER', 'INFO'))
        mustBe(info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`), info)
      }),
    )
}

const follow = async (primary: RedisNode | undefined, replica: RedisNode): Promise<void> => {
  const id = String(await primary?.ask((redis) => redis.call('CLUSTER', 'MYID')))
  await replica.ask((redis) => redis.call('CLUSTER', 'REPLICATE', id))
}

/** Starts it; undefined where the machine has no Redis. */
export const startRedisCluster = async (): Promise<RedisCluster | undefined> => {
  if (!hasRedis()) return undefined
  const nodes: RedisNode[] = []
  for (let index = 0; index < 6; index += 1) nodes.push(await startRedisNode({ port: await clusterPort(), settings }))
  const dead = new Set<RedisNode>()
  const living = (): RedisNode[] => nodes.filter((node) => !dead.has(node))
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.close()))
  }
  try {
    await join(nodes)
    await Promise.all(nodes.slice(3).map((replica, index) => follow(nodes[index], replica)))
    for (const node of nodes)
      await until(() =>
        node.ask(async (redis) => {
          mustBe(
            (await slotsOf(redis)).every(({ ports }) => ports.length === 2),
            'a primary has no replica',
          )
          mustBe(!(await redis.info('replication')).includes('master_link_status:down'), 'a replica is not in step')
        }),
      )
  } catch (error) {
    await close()
    throw error
  }
  return {
    nodes: nodes.map(addressOf),
    each: (work) => Promise.all(living().map((node) => node.ask(work))),
    killPrimaryOf: async (key) => {
      const primaryPort = (): Promise<number | undefined> | undefined =>
        living()[0]?.ask(async (redis) => {
          const slot = Number(await redis.call('CLUSTER', 'KEYSLOT', key))
          return (await slotsOf(redis)).find(({ first, last }) => first <= slot && slot <= last)?.ports[0]
        })
      const port = await primaryPort()
      const primary = nodes.find((node) => node.port === port)
      if (primary === undefined) throw new Error('Nobody holds the key.')
      dead.add(primary)
      await primary.kill()
      await until(async () => mustBe(![port, undefined].includes(await primaryPort()), 'nobody took its place'))
      return async () => {
        await primary.start()
        dead.delete(primary)
      }
    },
    close,
  }
}
