import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { problemOfRedis } from '../../domain/redis-fitness.ts'
import type { RedisFacts, RedisProblem, RedisRefusal } from '../../domain/redis-fitness.ts'
import { codeOf } from '../../domain/shape.ts'
import { queueName } from './settings.ts'

export interface RedisPlace {
  readonly url: string
  readonly prefix: string
  readonly tenants: readonly string[]
}

/** How long a look at Redis may take, milliseconds. */
const patienceMs = 4000

/**
 * Does once with Redis what the queue will do with it, on keys of its own that it takes away again, and says what Redis had
 * against it. It never throws for what Redis does, and is over within `withinMs`.
 */
export const inspectRedis = async (place: RedisPlace, withinMs: number = patienceMs): Promise<RedisFacts> => {
  const redis = new Redis(place.url, {
    lazyConnect: true,
    connectTimeout: withinMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // Its check is INFO, over and over where that is forbidden.
    enableReadyCheck: false,
    // Its first command is then one of ours, and what Redis has against the connection is the answer to it.
    protocol: 2,
    disableClientInfo: true,
  })
  let reason: unknown
  redis.on('error', (error) => {
    reason = error
  })
  const look = async (): Promise<RedisFacts> => {
    await redis.connect()
    const asked = await ask(redis, [['INFO']])
    // A database that is not there: the others would be used instead of it.
    const connecting = reason === undefined ? [] : [{ command: 'CONNECT', words: wordsOf(reason) }]
    const refusals = [...connecting, ...asked.refusals, ...(await exercise(redis, place))]
    return { ...readInfo(asked.answers[0]), refusals }
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(reason instanceof Error ? reason : new Error('timed out')), withinMs)
  })
  try {
    return await Promise.race([look(), late])
  } catch (error) {
    // What connect() throws is only that the connection is closed.
    return { ...readInfo(undefined), refusals: [{ command: 'CONNECT', words: wordsOf(reason ?? error) }] }
  } finally {
    clearTimeout(timer)
    redis.disconnect()
  }
}

/** What keeps this Redis from doing the work; null where nothing does. */
export const lookForProblem = async (place: RedisPlace, withinMs?: number): Promise<RedisProblem | null> =>
  problemOfRedis(await inspectRedis(place, withinMs), userOf(place.url), place.prefix)

export const userOf = (url: string): string => decodeURIComponent(new URL(url).username) || 'default'

type Command = readonly [name: string, ...parameters: (string | number)[]]

const ask = async (redis: Redis, commands: readonly Command[]) => {
  const replies = (await redis.pipeline(commands.map(([name, ...rest]) => [name.toLowerCase(), ...rest])).exec()) ?? []
  const refusals = replies.flatMap(([error], index): RedisRefusal[] =>
    error === null ? [] : [{ command: commands[index]?.[0] ?? '', words: wordsOf(error) }],
  )
  return { answers: replies.map(([, answer]) => answer), refusals }
}

/** The commands of BullMQ's scripts that Nexus' jobs run through, and those that it sends itself. */
const exercise = async (redis: Redis, { prefix, tenants }: RedisPlace): Promise<RedisRefusal[]> => {
  const mark = `nexus-probe:${randomUUID()}`
  const [tenant = 'none'] = tenants
  const key = (name: string): string => `${prefix}:${queueName(tenant)}:${mark}:${name}`
  const [text, hash, sorted, list, other, set, stream] = ['t', 'h', 'z', 'l', 'o', 's', 'x'].map(key)
  if (!text || !hash || !sorted || !list || !other || !set || !stream) return []
  const away: Command = ['DEL', text, hash, sorted, list, other, set, stream]
  const everyQueue: Command = ['DEL', ...tenants.map((one) => `${prefix}:${queueName(one)}:${mark}`)]
  // Who may not take them away should not make them.
  const before = await ask(redis, [away, everyQueue])
  if (before.refusals.length > 0) return before.refusals
  const { refusals } = await ask(redis, [
    ['EVAL', "return redis.call('EXISTS', KEYS[1])", 1, text],
    ['EVALSHA', '0'.repeat(40), 0],
    ['SET', text, '1', 'PX', 1000],
    ['GET', text],
    ['INCR', text],
    ['EXISTS', text],
    ['PEXPIRE', text, 1000],
    ['PTTL', text],
    ['HSET', hash, 'a', '1'],
    ['HMSET', hash, 'b', '1'],
    ['HGET', hash, 'a'],
    ['HMGET', hash, 'a', 'b'],
    ['HGETALL', hash],
    ['HEXISTS', hash, 'a'],
    ['HINCRBY', hash, 'a', 1],
    ['HDEL', hash, 'b'],
    ['ZADD', sorted, 1, 'a', 2, 'b'],
    ['ZSCORE', sorted, 'a'],
    ['ZCARD', sorted],
    ['ZRANGE', sorted, 0, -1],
    ['ZRANGEBYSCORE', sorted, 0, 1],
    ['ZREVRANGE', sorted, 0, 0],
    ['ZREVRANGEBYSCORE', sorted, 1, 0],
    ['ZREM', sorted, 'a'],
    ['ZREMRANGEBYRANK', sorted, 5, 6],
    ['ZREMRANGEBYSCORE', sorted, 5, 6],
    ['ZPOPMIN', sorted],
    ['ZADD', sorted, 1, 'a'],
    ['BZPOPMIN', sorted, 1],
    ['LPUSH', list, 'a', 'b'],
    ['LLEN', list],
    ['LINDEX', list, 0],
    ['LREM', list, 0, 'c'],
    ['LTRIM', list, 0, 9],
    ['RPOPLPUSH', list, other],
    ['LPOP', list],
    ['SADD', set, 'a'],
    ['SCARD', set],
    ['SREM', set, 'a'],
    ['XADD', stream, '*', 'a', '1'],
    ['XTRIM', stream, 'MAXLEN', 1],
    away,
  ])
  // It knows no script of that name, and may be asked.
  return refusals.filter(({ words }) => !words.startsWith('NOSCRIPT'))
}

const readInfo = (info: unknown): Omit<RedisFacts, 'refusals'> => {
  const lines = typeof info === 'string' ? info.split(/\r?\n/) : []
  const value = (name: string): string =>
    lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1) ?? ''
  return {
    version: value('redis_version'),
    policy: value('maxmemory_policy'),
    appendOnly: value('aof_enabled') === '1',
    clustered: value('redis_mode') === 'cluster' || value('cluster_enabled') === '1',
  }
}

/** An error's own words, with its code where it has one: with several addresses Node puts the reasons inside. */
const wordsOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0])
  if (!(error instanceof Error)) return 'unknown'
  const code = codeOf(error)
  return code === undefined || error.message.includes(code) ? error.message : `${code} ${error.message}`
}
