import { KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createConnector } from '../../adapters/postgres/servers/connector.ts'
import { reach } from '../../adapters/postgres/servers/reach.ts'
import { certificate, makeAuthority, newKeys, serverCertificate } from '../../simulator/http/certificate.ts'
import type { Authority } from '../../simulator/http/certificate.ts'
import { startOwnPostgres } from '../support/local-servers.ts'
import { runSql } from '../support/postgres/pair.ts'
import { isThere } from '../support/postgres/programs.ts'
import { findPostgresProgram } from '../support/postgres/server.ts'

const here = isThere(await findPostgresProgram('initdb'), 'postgresql')

/** A certificate by which somebody is known to the server, and its key. */
const clientCertificate = async (ca: Authority, name: string) => {
  const keys = await newKeys()
  const own = await certificate({
    subject: [{ CN: [name] }],
    key: keys.publicKey,
    authority: ca.keys,
    extensions: [],
  })
  return {
    cert: own.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const accessRules = `
host    all test      127.0.0.1/32 scram-sha-256
hostssl all encrypted all          scram-sha-256
hostssl all certified all          cert
`

describe.skipIf(!here)('TLS to the database', () => {
  let port: string
  let server: Awaited<ReturnType<typeof startOwnPostgres>>
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-tls-'))
    const [ca, other] = await Promise.all([makeAuthority(), makeAuthority()])
    const { cert, key } = await serverCertificate(ca, ['localhost'])
    const [known, unknown] = await Promise.all([clientCertificate(ca, 'certified'), clientCertificate(ca, 'nobody')])
    const files = {
      'ca.pem': ca.pem,
      'other.pem': other.pem,
      'known.pem': known.cert,
      'known.key': known.key,
      'unknown.pem': unknown.cert,
      'unknown.key': unknown.key,
    }
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text)
    server = await startOwnPostgres(['ssl=on', 'ssl_ca_file=ca.crt'], {
      'server.crt': cert,
      'server.key': key,
      'ca.crt': ca.pem,
      'pg_hba.conf': accessRules,
    })
    if (server === undefined) throw new Error('There is no PostgreSQL.')
    port = new URL(server.url).port
    await runSql(server.url, `create role encrypted login password 'secret'; create role certified login`)
  })
  afterAll(async () => {
    await server?.close()
    await rm(directory, { recursive: true, force: true })
  })

  /** @param parameters with the names of files in the place of their paths */
  const urlOf = (user: string, host: string, parameters: Readonly<Record<string, string>>): string => {
    const entries = Object.entries(parameters).map(([name, value]): [string, string] => [
      name,
      /\.(?:pem|key)$/.test(value) ? path.join(directory, value) : value,
    ])
    return `postgres://${user}@${host}:${port}/postgres?${new URLSearchParams(entries).toString()}`
  }
  const encrypted = 'encrypted:secret'
  const ca = { sslrootcert: 'ca.pem' }
  const asKnown = { sslmode: 'verify-full', ...ca, sslcert: 'known.pem', sslkey: 'known.key' }

  test.each([
    { reason: 'verify-full', user: encrypted, host: 'localhost', parameters: { sslmode: 'verify-full', ...ca } },
    {
      reason: 'require verifies, and may',
      user: encrypted,
      host: 'localhost',
      parameters: { sslmode: 'require', ...ca },
    },
    { reason: 'no-verify', user: encrypted, host: '127.0.0.1', parameters: { sslmode: 'no-verify' } },
    {
      reason: "libpq's verify-ca, which does not look at the name",
      user: encrypted,
      host: '127.0.0.1',
      parameters: { sslmode: 'verify-ca', ...ca, uselibpqcompat: 'true' },
    },
    { reason: 'a client certificate', user: 'certified', host: 'localhost', parameters: asKnown },
  ])('$reason: is encrypted', async ({ user, host, parameters }) => {
    const client = await createConnector(urlOf(user, host, parameters)).open({}, () => undefined)
    onTestFinished(() => client.end())
    const { rows } = await client.query('select ssl, client_dn from pg_stat_ssl where pid = pg_backend_pid()')
    expect(rows).toMatchObject([{ ssl: true, ...(user === 'certified' && { client_dn: '/CN=certified' }) }])
  })

  const wrongHost =
    /its certificate is for another host than 127\.0\.0\.1\. Write a name of its certificate into database\.url/
  test.each([
    {
      reason: 'verify-full: another host name',
      user: encrypted,
      host: '127.0.0.1',
      parameters: { sslmode: 'verify-full', ...ca },
      says: wrongHost,
    },
    {
      reason: 'require: another host name, as it has always been',
      user: encrypted,
      host: '127.0.0.1',
      parameters: { sslmode: 'require', ...ca },
      says: wrongHost,
    },
    {
      reason: 'verify-ca: another host name, as it has always been',
      user: encrypted,
      host: '127.0.0.1',
      parameters: { sslmode: 'verify-ca', ...ca },
      says: wrongHost,
    },
    {
      reason: 'a CA that is not trusted',
      user: encrypted,
      host: 'localhost',
      parameters: { sslmode: 'verify-full' },
      says: /comes from an authority that is not trusted\. Name the file of its CA in database\.url: \?sslmode=verify-full&sslrootcert=/,
    },
    {
      reason: 'another CA',
      user: encrypted,
      host: 'localhost',
      parameters: { sslmode: 'verify-full', sslrootcert: 'other.pem' },
      says: /comes from an authority that is not trusted/,
    },
    {
      reason: 'a file that is not there',
      user: encrypted,
      host: 'localhost',
      parameters: { sslmode: 'verify-full', sslrootcert: 'gone.pem' },
      says: /gone\.pem is not there\. Correct the file in database\.url/,
    },
    {
      reason: 'no TLS, where the server wants it',
      user: encrypted,
      host: 'localhost',
      parameters: {},
      says: /does not let encrypted in from this machine \(no pg_hba\.conf entry .*no encryption\)/,
    },
    {
      reason: 'no client certificate, where the server wants one',
      user: 'certified',
      host: 'localhost',
      parameters: { sslmode: 'verify-full', ...ca },
      says: /does not let certified in .*certificate.*sslcert, sslkey/,
    },
    {
      reason: "somebody else's client certificate",
      user: 'certified',
      host: 'localhost',
      parameters: { ...asKnown, sslcert: 'unknown.pem', sslkey: 'unknown.key' },
      says: /does not let certified in/,
    },
  ])('$reason: is refused, and it is said why', async ({ user, host, parameters, says }) => {
    const refused: unknown = await reach(urlOf(user, host, parameters), 'database.url').catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'DatabaseUnusable', message: expect.stringMatching(says) as unknown })
    expect(String(refused)).not.toContain('secret')
  })

  test('a server without a certificate that fits does not hide one that has it', async () => {
    const url = urlOf(encrypted, 'localhost', { sslmode: 'verify-full', ...ca })
    const client = await createConnector(url.replace('@', `@127.0.0.1:${port},`)).open({}, () => undefined)
    onTestFinished(() => client.end())
    expect(client.host).toBe('localhost')
  })
})
