import { Redis } from 'ioredis'
import type { RedisFacts } from '../../domain/doctor.ts'

/** How long Redis may take, milliseconds. */
const patienceMs = 5000

/**
 * What `nexus doctor` wants to know of a Redis. INFO says all of it: CONFIG is closed where Redis is a service.
 *
 * @throws with Redis' own reason where it cannot be asked
 */
export const inspectRedis = async (url: string): Promise<RedisFacts> => {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let reason: Error | undefined
  redis.on('error', (error) => {
    reason = error
  })
  try {
    await redis.connect()
    const info = await redis.info()
    const lines = info.split(/\r?\n/)
    const value = (name: string): string =>
      lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1) ?? ''
    return {
      version: value('redis_version'),
      policy: value('maxmemory_policy'),
      appendOnly: value('aof_enabled') === '1',
    }
  } catch (error) {
    // What connect() throws is only that the connection is closed.
    throw reason ?? error
  } finally {
    redis.disconnect()
  }
}
