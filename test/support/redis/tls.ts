import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { certificate, makeAuthority, newKeys, serverCertificate } from '../../../simulator/http/certificate.ts'
import type { Authority } from '../../../simulator/http/certificate.ts'
import { KeyObject } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
} from '@peculiar/x509'
import { hasRedis } from '../local-servers.ts'
import { queueSettings, startRedisNode } from './node.ts'
import type { RedisNode } from './node.ts'

/** A Redis that speaks TLS only, with a CA of its own, and wants a certificate of whoever connects. */
export interface TlsRedis {
  readonly url: string
  /** What stands under `redis.tls`. */
  readonly tls: { readonly ca: string; readonly certificate: string; readonly key: string }
  readonly node: RedisNode
  /** A Sentinel of it, which speaks TLS as well. */
  readonly startSentinel: (name: string) => Promise<RedisNode>
  readonly close: () => Promise<void>
}

const clientCertificate = async (ca: Authority): Promise<{ readonly key: string; readonly cert: string }> => {
  const keys = await newKeys()
  const own = await certificate({
    subject: [{ CN: ['nexus'] }],
    key: keys.publicKey,
    authority: ca.keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
    ],
  })
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()
  return { key, cert: `${own.toString('pem')}\n` }
}

/**
 * Starts it; undefined where the machine has no Redis.
 *
 * @param name that its certificate is for
 * @param more settings of redis.conf
 */
export const startTlsRedis = async (
  name: string,
  more: Readonly<Record<string, string>> = {},
): Promise<TlsRedis | undefined> => {
  if (!hasRedis()) return undefined
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-redis-tls-'))
  const ca = await makeAuthority()
  const server = await serverCertificate(ca, [name])
  const client = await clientCertificate(ca)
  const file = async (called: string, text: string): Promise<string> => {
    await writeFile(path.join(directory, called), text, { mode: 0o600 })
    return path.join(directory, called)
  }
  const tls = {
    ca: await file('ca.pem', ca.pem),
    certificate: await file('client.pem', client.cert),
    key: await file('client.key', client.key),
  }
  const files = {
    'tls-cert-file': await file('server.pem', server.cert),
    'tls-key-file': await file('server.key', server.key),
    'tls-ca-cert-file': tls.ca,
    'tls-auth-clients': 'yes',
  }
  const servername = isIP(name) === 0 ? { servername: name } : {}
  const connection = { tls: { ca: ca.pem, cert: client.cert, key: client.key, ...servername } }
  const node = await startRedisNode({ settings: { ...queueSettings, ...files, ...more }, connection })
  const others: RedisNode[] = []
  return {
    url: `rediss://127.0.0.1:${node.port}`,
    tls,
    node,
    startSentinel: async (called) => {
      const settings = { ...files, 'tls-replication': 'yes' }
      const sentinel = [`sentinel monitor ${called} 127.0.0.1 ${node.port} 1`]
      const other = await startRedisNode({ settings, sentinel, connection })
      others.push(other)
      return other
    },
    close: async () => {
      await Promise.all([node, ...others].map((one) => one.close()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}
