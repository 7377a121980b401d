import { problemOfRedis } from '../../domain/redis/fitness.ts'
import type { RedisFacts, RedisProblem, RedisRefusal } from '../../domain/redis/fitness.ts'
import { kindOf } from '../../domain/redis/place.ts'
import type { RedisConfiguration } from '../config/configuration.ts'
import { primariesOf } from './connection.ts'
import type { ConnectionSettings, RedisClient } from './connection.ts'
import { exercise } from './exercise.ts'
import type { QueueOnRedis } from './kind.ts'
import { createConnections, reachRedis, wordsOf } from './reach.ts'

/** How long a look at Redis may take, milliseconds. */
const patienceMs = 4000

/** For a look: whatever fails is the answer. */
export const lookSettings = {
  lazyConnect: true,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  maxRedirections: 3,
  // Its check is INFO, over and over where that is forbidden.
  enableReadyCheck: false,
  // Its first command is then one of ours, and what Redis has against the connection is the answer to it.
  protocol: 2,
  disableClientInfo: true,
} satisfies ConnectionSettings

/**
 * Does once with Redis what the queue will do with it, on keys of its own that it takes away again, and says what Redis had
 * against it. It never throws for what Redis does, and is over within `withinMs`.
 */
export const inspectRedis = async (place: QueueOnRedis, withinMs: number = patienceMs): Promise<RedisFacts> => {
  const connections = createConnections()
  const look = async (): Promise<RedisFacts> => {
    const connectTimeout = 'url' in place ? withinMs : Math.min(withinMs, 1500)
    const { client, found } = await reachRedis(place, connections, { ...lookSettings, connectTimeout })
    const asked = await askPrimaries(client)
    // A database that is not there: the others would be used instead of it.
    const connecting = refusalOf('CONNECT', connections.reason(client))
    const refusals = [...connecting, ...asked.refusals, ...(await exercise(client, place))]
    return { ...factsOf(asked.infos), refusals, found }
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const reason = connections.reason()
      reject(reason instanceof Error ? reason : new Error('timed out'))
    }, withinMs)
  })
  try {
    return await Promise.race([look(), late])
  } catch (error) {
    const isBare = wordsOf(error) === 'Connection is closed.'
    const refusals = refusalOf('CONNECT', (isBare ? connections.reason() : undefined) ?? error)
    return { ...factsOf([]), refusals, found: null }
  } finally {
    clearTimeout(timer)
    connections.end()
  }
}

/** What keeps this Redis from doing the work; null where nothing does. */
export const lookForProblem = async (place: QueueOnRedis, withinMs?: number): Promise<RedisProblem | null> =>
  problemAt(place, await inspectRedis(place, withinMs))

export const problemAt = (place: RedisConfiguration, facts: RedisFacts): RedisProblem | null =>
  problemOfRedis(facts, userOf(place), place.prefix, kindOf(place))

const userOf = (place: RedisConfiguration): string =>
  'url' in place ? decodeURIComponent(new URL(place.url).username) || 'default' : (place.user ?? 'default')

const refusalOf = (command: string, error: unknown): RedisRefusal[] =>
  error === undefined ? [] : [{ command, words: wordsOf(error) }]

/** INFO of each, and what they had against it. */
const askPrimaries = async (client: RedisClient) => {
  const answers = await Promise.allSettled(primariesOf(client).map((node) => node.info()))
  const infos = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const refused = answers.flatMap((one) => (one.status === 'rejected' ? refusalOf('INFO', one.reason) : []))
  const strange = infos.some((info) => valueIn(info, 'redis_mode') === 'sentinel')
    ? [{ command: 'INFO', words: 'redis_mode:sentinel' }]
    : []
  return { infos, refusals: [...strange, ...refused] }
}

const valueIn = (info: string, name: string): string =>
  info
    .split(/\r?\n/)
    .find((line) => line.startsWith(`${name}:`))
    ?.slice(name.length + 1) ?? ''

const factsOf = (infos: readonly string[]): Omit<RedisFacts, 'refusals' | 'found'> => {
  const values = (name: string): string[] => infos.map((info) => valueIn(info, name))
  const policies = values('maxmemory_policy')
  return {
    version: values('redis_version').toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))[0] ?? '',
    policy: policies.find((policy) => policy !== 'noeviction') ?? policies[0] ?? '',
    appendOnly: infos.length > 0 && values('aof_enabled').every((enabled) => enabled === '1'),
    clustered: [...values('redis_mode'), ...values('cluster_enabled')].some((mode) => ['cluster', '1'].includes(mode)),
  }
}
