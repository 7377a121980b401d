import { randomUUID } from 'node:crypto'
import type { RedisRefusal } from '../../domain/redis/fitness.ts'
import type { RedisClient } from './connection.ts'
import type { QueueOnRedis } from './kind.ts'
import { wordsOf } from './reach.ts'
import { nameOn, queueName } from './settings.ts'

type Command = readonly [name: string, ...parameters: (string | number)[]]

/** Sends some commands, whose keys are on one node. */
const ask = async (redis: RedisClient, commands: readonly Command[]): Promise<RedisRefusal[]> => {
  const replies = (await redis.pipeline(commands.map(([name, ...rest]) => [name.toLowerCase(), ...rest])).exec()) ?? []
  return replies.flatMap(([error], index): RedisRefusal[] =>
    error === null ? [] : [{ command: commands[index]?.[0] ?? '', words: wordsOf(error) }],
  )
}

/** The commands of BullMQ's scripts that Nexus' jobs run through, and those that it sends itself, on keys of their own. */
export const exercise = async (redis: RedisClient, place: QueueOnRedis): Promise<RedisRefusal[]> => {
  const { prefix, tenants } = place
  const mark = `nexus-probe:${randomUUID()}`
  const [tenant = 'none'] = tenants
  const keyOf = (one: string): string => `${prefix}:${nameOn(place, queueName(one))}:${mark}`
  const key = (name: string): string => `${keyOf(tenant)}:${name}`
  const [text, hash, sorted, set, stream] = [key('t'), key('h'), key('z'), key('s'), key('x')]
  const [list, other] = [key('l'), key('o')]
  const away: Command = ['DEL', text, hash, sorted, list, other, set, stream]
  // In a cluster each queue may be on a node of its own.
  const queues = 'cluster' in place ? tenants.map((one) => [one]) : [tenants]
  // Who may not take them away should not make them.
  const before = await Promise.all([
    ask(redis, [away]),
    ...queues.map((some) => ask(redis, [['DEL', ...some.map(keyOf)]])),
  ])
  if (before.flat().length > 0) return before.flat()
  const refusals = await ask(redis, [
    ['EVAL', "return redis.call('EXISTS', KEYS[1])", 1, text],
    ['EVALSHA', '0'.repeat(40), 1, text],
    ['SET', text, '1', 'PX', 1000],
    ['GET', text],
    ['INCR', text],
    ['EXISTS', text],
    ['PEXPIRE', text, 1000],
    ['PTTL', text],
    ['PERSIST', text],
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
    ['LRANGE', list, 0, -1],
    ['LREM', list, 0, 'c'],
    ['LTRIM', list, 0, 9],
    ['RPOPLPUSH', list, other],
    ['LPOP', list],
    ['SADD', set, 'a'],
    ['SCARD', set],
    ['SMEMBERS', set],
    ['SREM', set, 'a'],
    ['XADD', stream, '*', 'a', '1'],
    ['XTRIM', stream, 'MAXLEN', 1],
    away,
  ])
  // It knows no script of that name, and may be asked.
  return refusals.filter(({ words }) => !words.startsWith('NOSCRIPT'))
}
