import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { startOwnRedis } from '../local-servers.ts'
import { startTcpSwitch } from '../tcp-switch.ts'
import type { TcpSwitch } from '../tcp-switch.ts'
import { askRedis } from './node.ts'

/** A primary and its replica behind one address. */
export interface RedisPair {
  /** Of the address, which leads to the present primary. */
  readonly url: string
  readonly address: TcpSwitch
  /** The replica becomes the primary, the primary its replica, and no connection is ended. */
  readonly failOver: () => Promise<void>
  readonly close: () => Promise<void>
}

const portOf = (url: string): number => Number(new URL(url).port)

const ask = <T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> => askRedis({ port: portOf(url) }, work)

/** Starts both; undefined where the machine has no Redis. */
export const startRedisPair = async (): Promise<RedisPair | undefined> => {
  const first = await startOwnRedis(['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
  const second = await startOwnRedis(['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
  if (first === undefined || second === undefined) return undefined
  let [primary, replica] = [first.url, second.url]
  const follow = (url: string, leader: string) => ask(url, (redis) => redis.replicaof('127.0.0.1', portOf(leader)))
  await follow(replica, primary)
  const inStep = async (): Promise<void> => {
    while (!(await ask(replica, (redis) => redis.info('replication'))).includes('master_link_status:up'))
      await sleep(50)
  }
  await inStep()
  const address = await startTcpSwitch(portOf(primary))
  return {
    url: `redis://127.0.0.1:${address.port}`,
    address,
    failOver: async () => {
      await inStep()
      await ask(replica, (redis) => redis.replicaof('NO', 'ONE'))
      address.leadTo(portOf(replica))
      await follow(primary, replica)
      ;[primary, replica] = [replica, primary]
    },
    close: async () => {
      await address.close()
      await Promise.all([first.close(), second.close()])
    },
  }
}
