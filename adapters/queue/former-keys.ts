import type { RedisConfiguration } from '../config/configuration.ts'
import { connectRedis, primariesOf } from './connection.ts'
import type { RedisClient } from './connection.ts'
import { lookSettings } from './inspect.ts'
import { nameOn, queueName } from './settings.ts'

/** Keys of this installation's queues: how they begin, and the mark that says that they are its own. */
export interface MarkedKeys {
  /** Such as `nexus:sync.`, or `nexus:{sync.` in a cluster. */
  readonly beginning: string
  readonly mark: string
}

/** How the keys of every queue begin. */
export const beginningOf = (redis: RedisConfiguration): string =>
  `${redis.prefix}:${nameOn(redis, queueName('')).replace('}', '')}`

/** What became of former keys: so many were taken away, or they are another installation's. */
export type Emptied = { readonly kind: 'emptied'; readonly keys: number } | { readonly kind: 'foreign' }

/**
 * Marks the present keys, and takes away what the queue left under former beginnings. They may be another installation's by
 * now: only what still has the mark is taken, the mark last, once nothing else was left.
 *
 * @param onEmptied told of each former beginning, one after the other
 * @throws what Redis has against it
 */
export const emptyFormerKeys = async (
  redis: RedisConfiguration,
  { present, former }: { readonly present: MarkedKeys; readonly former: readonly MarkedKeys[] },
  onEmptied: (beginning: string, emptied: Emptied) => Promise<void>,
  stopping: AbortSignal,
): Promise<void> => {
  const client = connectRedis(redis, { ...lookSettings, connectTimeout: 2000, socketTimeout: 5000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.set(markKeyOf(present.beginning), present.mark)
    for (const keys of former) {
      const isOwn = (await client.get(markKeyOf(keys.beginning))) === keys.mark
      const emptied = isOwn ? await empty(client, keys.beginning, stopping) : undefined
      await onEmptied(keys.beginning, emptied === undefined ? { kind: 'foreign' } : { kind: 'emptied', keys: emptied })
    }
  } finally {
    client.disconnect()
  }
}

const markKeyOf = (beginning: string): string => `${beginning}:installation`

/** @returns how many there were, the mark not counted */
const empty = async (client: RedisClient, beginning: string, stopping: AbortSignal): Promise<number> => {
  const mark = markKeyOf(beginning)
  let count = 0
  for (const node of primariesOf(client)) {
    let cursor = '0'
    do {
      stopping.throwIfAborted()
      // No character of a beginning means something in a pattern.
      const [next, keys] = await node.scan(cursor, 'MATCH', `${beginning}*`, 'COUNT', 1000)
      const left = keys.filter((key) => key !== mark)
      await Promise.all(left.map((key) => client.del(key)))
      count += left.length
      cursor = next
    } while (cursor !== '0')
  }
  if (count === 0) await client.del(mark)
  return count
}
