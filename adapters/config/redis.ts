import { isRecord, recordOf, textOf } from '../../domain/shape.ts'
import type { RedisConfiguration, ServerAddress } from './configuration.ts'
import { list, mapping, secret, text, textThat, url, whole } from './parts.ts'
import type { Finding } from './problems.ts'
import { z } from 'zod'

/** What can be written under `redis`, and what must hold between its members. */

/** `host`, `host:port` or `[::1]:port`; undefined for anything else. */
const addressIn = (written: string, port: number): ServerAddress | undefined => {
  const parsed = /^[^\s/@?#]+$/.test(written) ? URL.parse(`redis://${written}`) : null
  if (parsed === null || parsed.hostname === '') return undefined
  return {
    host: parsed.hostname.replaceAll(/^\[|\]$/g, ''),
    port: parsed.port === '' ? port : Number(parsed.port),
  }
}

/** At least one address: a list, or one text with commas, because that is what an environment variable holds. */
const nodes = (port: number) =>
  z.preprocess(
    (input) => (typeof input === 'string' ? input.split(',').map((one) => one.trim()) : input),
    list(
      textThat(
        `an address, such as redis-1.example.com:${port}`,
        (one) => addressIn(one, port) !== undefined,
      ).transform((one) => addressIn(one, port) ?? { host: '', port }),
      'addresses',
    ).min(1, { error: `Name at least one address, such as redis-1.example.com:${port}.` }),
  )

const tls = mapping({
  ca: text('the path of a file with the CAs to trust, in PEM').optional(),
  certificate: text("the path of a file with Nexus' own certificate, in PEM").optional(),
  key: secret(text('the path of a file with the key of that certificate, in PEM')).optional(),
  serverName: text('the name that the certificates of the servers have').optional(),
})

const login = {
  user: text('the name of an ACL user').optional(),
  password: secret(text('a password, best as ${A_VARIABLE}')).optional(),
}

export const redisSettings = mapping({
  url: secret(url('a URL that starts with redis:// or rediss://', ['redis:', 'rediss:'])).optional(),
  sentinel: mapping({
    name: text('the name that the Sentinels have for the primary, such as mymaster'),
    nodes: nodes(26_379),
    ...login,
    tls: tls.optional(),
  }).optional(),
  cluster: mapping({ nodes: nodes(6379) }).optional(),
  ...login,
  database: whole(0, 1_000_000).optional(),
  tls: tls.optional(),
  prefix: textThat('letters, digits, dashes and underscores', (name) => /^[A-Za-z0-9_-]{1,64}$/.test(name)).default(
    'nexus',
  ),
})

/** Null where no server is named: the queue is then in the database. */
export const toRedis = (settings: z.output<typeof redisSettings> | undefined): RedisConfiguration | null => {
  if (settings === undefined) return null
  const { url: address, sentinel, cluster, ...rest } = settings
  if (address !== undefined) return { url: address, tls: rest.tls, prefix: rest.prefix }
  if (sentinel !== undefined) return { sentinel, ...rest }
  return cluster === undefined ? null : { cluster, ...rest }
}

const servers = ['url', 'sentinel', 'cluster'] as const

/** Whether the queue is to be in a Redis. @param raw what stands under `redis` */
export const namesRedis = (raw: unknown): boolean => servers.some((member) => member in recordOf(raw))

/** A finding for each thing under `redis` that does not go with another. */
export const redisFindings = (raw: unknown): Finding[] => {
  if (!isRecord(raw)) return []
  const given = recordOf(raw)
  const [first, ...others] = servers.filter((member) => member in given)
  const wrong = (members: readonly string[], message: string): Finding[] =>
    members.filter((member) => member in given).map((member) => ({ path: ['redis', member], message }))
  const settings = ['user', 'password', 'database']
  return [
    ...wrong(others, `Give url, sentinel or cluster, only one of them: remove this, or ${first}.`),
    ...(first === undefined
      ? wrong([...settings, 'tls'], 'This says nothing without a server: give url, sentinel or cluster.')
      : []),
    ...(first === 'url' ? wrong(settings, 'This belongs into url: redis://user:password@host:6379/0.') : []),
    ...(first === 'url' && URL.parse(textOf(given['url']) ?? '')?.protocol === 'redis:'
      ? wrong(['tls'], 'This goes with a url that starts with rediss://.')
      : []),
    ...(first === 'cluster'
      ? wrong(['database'], 'A cluster has only one database: remove this. Installations share it by their prefix.')
      : []),
    ...halfCertificates(given['tls'], ['redis', 'tls']),
    ...halfCertificates(recordOf(given['sentinel'])['tls'], ['redis', 'sentinel', 'tls']),
  ]
}

const halfCertificates = (raw: unknown, path: readonly string[]): Finding[] => {
  const given = recordOf(raw)
  const halves = ['certificate', 'key'].filter((member) => member in given)
  return halves.length === 1
    ? halves.map((member) => ({
        path: [...path, member],
        message: 'certificate and key go together: give both, or neither.',
      }))
    : []
}
