import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { Cluster, Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import { codeOf } from '../../domain/shape.ts'
import type { RedisServers, ServerAddress, TlsFiles } from '../config/configuration.ts'
import { everyCluster, everySentinel } from './settings.ts'

/** A connection to a Redis of any kind. */
export type RedisClient = Redis | Cluster

/** What is asked of a connection, whatever kind of Redis it leads to. */
export type ConnectionSettings = Pick<
  RedisOptions,
  | 'commandTimeout'
  | 'connectTimeout'
  | 'disableClientInfo'
  | 'enableOfflineQueue'
  | 'enableReadyCheck'
  | 'lazyConnect'
  | 'maxRetriesPerRequest'
  | 'protocol'
  | 'reconnectOnError'
  | 'socketTimeout'
> & {
  readonly retryStrategy: (times: number) => number | null
  /** How often a command goes on to another node of a cluster, or waits for one to take its place. */
  readonly maxRedirections: number
}

/**
 * The one place that makes a connection from the configuration.
 *
 * @throws where a file of its TLS settings cannot be read; its message begins with "File "
 */
export const connectRedis = (
  servers: RedisServers,
  { maxRedirections, ...settings }: ConnectionSettings,
): RedisClient => {
  const tls = tlsOf(servers.tls)
  if ('url' in servers) return new Redis(servers.url, { ...settings, ...tls })
  if ('sentinel' in servers) {
    const { sentinel } = servers
    return new Redis({
      ...everySentinel,
      ...settings,
      ...loginOf(servers),
      ...tls,
      ...(tls.tls === undefined ? {} : { enableTLSForSentinelMode: true }),
      db: servers.database ?? 0,
      name: sentinel.name,
      sentinels: [...sentinel.nodes],
      sentinelUsername: sentinel.user,
      sentinelPassword: sentinel.password,
      sentinelTLS: tlsOf(sentinel.tls).tls,
      sentinelRetryStrategy: settings.retryStrategy,
    })
  }
  const { retryStrategy, enableOfflineQueue, lazyConnect, ...ofNode } = settings
  return new Cluster([...servers.cluster.nodes], {
    ...everyCluster,
    maxRedirections,
    clusterRetryStrategy: retryStrategy,
    enableOfflineQueue: enableOfflineQueue ?? true,
    lazyConnect: lazyConnect ?? false,
    redisOptions: {
      ...everyCluster.redisOptions,
      ...ofNode,
      // What a node refuses as not its own leads the command to another.
      reconnectOnError: null,
      ...loginOf(servers),
      ...tls,
    },
  })
}

/** How one is let in by a server. */
interface Access {
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: number | undefined
  readonly tls?: TlsFiles | undefined
}

/** A connection to one server of them: a Sentinel, a primary or a node. @throws as above */
export const connectServer = (
  { host, port }: ServerAddress,
  access: Access,
  settings: Omit<ConnectionSettings, 'maxRedirections'>,
): Redis => new Redis({ ...settings, host, port, db: access.database ?? 0, ...loginOf(access), ...tlsOf(access.tls) })

/** All that take writes, as far as they are known. */
export const primariesOf = (client: RedisClient): readonly Redis[] =>
  client instanceof Cluster ? client.nodes('master') : [client]

export const replicasOf = (client: RedisClient): readonly Redis[] =>
  client instanceof Cluster ? client.nodes('slave') : []

const loginOf = ({ user, password }: Access): Pick<RedisOptions, 'username' | 'password'> => ({
  ...(user === undefined ? {} : { username: user }),
  ...(password === undefined ? {} : { password }),
})

/** The option `tls`, or nothing. */
const tlsOf = (files: TlsFiles | undefined): { readonly tls?: ConnectionOptions } => {
  if (files === undefined) return {}
  const { ca, certificate, key, serverName } = files
  return {
    tls: {
      ...(ca === undefined ? {} : { ca: read(ca) }),
      ...(certificate === undefined ? {} : { cert: read(certificate) }),
      ...(key === undefined ? {} : { key: read(key) }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    },
  }
}

const read = (file: string): Buffer => {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Error(`File ${file} cannot be read (${codeOf(error) ?? 'unreadable'}).`, { cause: error })
  }
}
