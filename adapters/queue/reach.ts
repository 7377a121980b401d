import type { Redis } from 'ioredis'
import { addressText } from '../../domain/redis/place.ts'
import type { RedisFound } from '../../domain/redis/place.ts'
import { codeOf } from '../../domain/shape.ts'
import type { RedisServers, ServerAddress } from '../config/configuration.ts'
import { connectRedis, connectServer, primariesOf, replicasOf } from './connection.ts'
import type { ConnectionSettings, RedisClient } from './connection.ts'

/** A Redis that was reached for a look. */
export interface Reached {
  readonly client: RedisClient
  readonly found: RedisFound
}

/** The connections of one look: each says why it failed, and all are ended together. */
export interface Connections {
  /** Waits until it is there. @throws what stood in its way, in the server's words or the system's */
  readonly connect: <Client extends RedisClient>(client: Client) => Promise<Client>
  /** What was told last of a connection; of any of them, where none is named. */
  readonly reason: (of?: RedisClient) => unknown
  readonly end: () => void
}

export const createConnections = (): Connections => {
  const reasons = new Map<RedisClient, unknown>()
  let last: unknown
  return {
    connect: async (client) => {
      reasons.set(client, undefined)
      client.on('error', (error) => {
        reasons.set(client, error)
        last = error
      })
      try {
        await client.connect()
      } catch (error) {
        // What it throws is often only that the connection is closed.
        throw reasons.get(client) ?? error
      }
      return client
    },
    reason: (of) => (of === undefined ? last : reasons.get(of)),
    end: () => {
      for (const client of reasons.keys()) client.disconnect()
    },
  }
}

/**
 * Finds the server, the primary or the cluster of the configuration, step by step: a client that does it by itself says
 * only that nobody could be reached.
 *
 * @throws what stood in the way
 */
export const reachRedis = async (
  servers: RedisServers,
  connections: Connections,
  settings: ConnectionSettings,
): Promise<Reached> => {
  if ('url' in servers)
    return { client: await connections.connect(connectRedis(servers, settings)), found: { kind: 'url' } }
  if ('sentinel' in servers) {
    const { address, answering } = await primaryOf(servers.sentinel, connections, settings)
    const client = await connections.connect(connectServer(address, servers, settings))
    const sentinels = servers.sentinel.nodes.length
    return { client, found: { kind: 'sentinel', primary: addressText(address), answering, sentinels } }
  }
  const { nodes } = servers.cluster
  await firstOf(
    nodes.map(async (node) => {
      const redis = await connections.connect(connectServer(node, servers, settings))
      await redis.call('CLUSTER', 'SLOTS')
    }),
  )
  const client = await connections.connect(connectRedis(servers, settings))
  const found = { kind: 'cluster' as const, primaries: primariesOf(client).length, replicas: replicasOf(client).length }
  return { client, found }
}

/** One that does not answer is not waited for: the others have. */
const ofSentinel = { connectTimeout: 1000, commandTimeout: 1000 }

type SentinelSettings = Extract<RedisServers, { readonly sentinel: unknown }>['sentinel']

/** The primary that the first Sentinel names which answers, and how many answer. */
const primaryOf = async (
  sentinel: SentinelSettings,
  connections: Connections,
  settings: ConnectionSettings,
): Promise<{ readonly address: ServerAddress; readonly answering: number }> => {
  const asked = sentinel.nodes.map(async (node) => {
    try {
      const redis = await connections.connect(connectServer(node, sentinel, { ...settings, ...ofSentinel }))
      return await askForPrimary(redis, sentinel.name)
    } catch (error) {
      throw new Error(`Sentinel ${addressText(node)}: ${wordsOf(error)}`, { cause: error })
    }
  })
  const address = await firstOf(asked)
  const answers = await Promise.allSettled(asked)
  return { address, answering: answers.filter(({ status }) => status === 'fulfilled').length }
}

const askForPrimary = async (redis: Redis, name: string): Promise<ServerAddress> => {
  const answer = await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)
  const [host, port]: readonly unknown[] = Array.isArray(answer) ? answer : []
  if (typeof host !== 'string') throw new Error(`no primary is called ${name}`)
  return { host, port: Number(port) }
}

/** What the first of them answers. @throws what the last of them threw, where none does */
const firstOf = async <T>(attempts: readonly Promise<T>[]): Promise<T> => {
  try {
    return await Promise.any(attempts)
  } catch (error) {
    throw error instanceof AggregateError ? error.errors.at(-1) : error
  }
}

/** An error's own words, with its code where it has one: with several addresses Node puts the reasons inside. */
export const wordsOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0])
  if (!(error instanceof Error)) return 'unknown'
  const code = codeOf(error)
  return code === undefined || error.message.includes(code) ? error.message : `${code} ${error.message}`
}
