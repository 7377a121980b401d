import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Simulator } from '../../simulator/main.ts'
import { simulated } from '../simulator/support.ts'
import { startProxy } from '../support/proxy.ts'
import { emptyDirectory, nexus } from './support.ts'

/** What `nexus doctor` says of the ways out: proxies, CAs, and why somebody cannot be reached. */

const Answer = z.object({
  findings: z.array(
    z.object({ about: z.string(), level: z.string(), said: z.string(), remedy: z.string().nullable() }),
  ),
})

const doctor = async ({ url, credential }: Pick<Simulator, 'url' | 'credential'>, env: Record<string, string> = {}) => {
  const directory = emptyDirectory()
  const file = join(directory, 'nexus.yaml')
  const text = {
    server: { port: 0 },
    database: { embedded: join(directory, '.nexus') },
    tenants: [{ id: 'acme', domain: url, credential: { ...credential }, allowInsecure: true }],
    issuers: [{ issuer: `${url}/`, audience: 'urn:nexus', tenants: '*', allowInsecure: true }],
    applicationTokens: { tokens: [{ name: 'portal', sha256: 'a'.repeat(64), tenants: '*' }] },
  }
  writeFileSync(file, JSON.stringify(text))
  const { stdout, stderr } = await nexus(['doctor', '--json', '--config', file], { env })
  expect(stdout + stderr).not.toContain('s3cr3t')
  const { findings } = Answer.parse(JSON.parse(stdout))
  return findings.filter(({ about }) => /^(?:credential|keys|proxy|NODE)/.test(about))
}

test('through a proxy and with a CA of the company: each line says the way', async () => {
  const simulator = await simulated({ https: true })
  const proxy = await startProxy({ login: 'ann:s3cr3t' })
  const found = await doctor(simulator, {
    HTTPS_PROXY: `http://ann:s3cr3t@127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: simulator.caFile ?? '',
  })
  const way = `through the proxy http://127.0.0.1:${proxy.port}.`
  expect(found).toMatchObject([
    { about: 'NODE_EXTRA_CA_CERTS', level: 'ok' },
    { about: 'credential of acme', level: 'ok', said: `${simulator.domain} accepts it, ${way}` },
    {
      about: `keys of ${simulator.url}/`,
      level: 'ok',
      said: `${simulator.url}/.well-known/jwks.json has them, ${way}`,
    },
  ])
  expect(proxy.asked).toEqual(Array(2).fill(`CONNECT ${simulator.domain}`))
})

test('NO_PROXY is heard', async () => {
  const simulator = await simulated()
  const found = await doctor(simulator, { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' })
  expect(found.map(({ level }) => level)).toEqual(['ok', 'ok'])
  expect(JSON.stringify(found)).not.toContain('proxy')
})

test('a CA that is not known is named as the reason, with what to do', async () => {
  const simulator = await simulated({ https: true })
  const found = await doctor(simulator, { NODE_EXTRA_CA_CERTS: join(emptyDirectory(), 'absent.pem') })
  expect(found.map(({ about, level }) => [about, level])).toEqual([
    ['NODE_EXTRA_CA_CERTS', 'fail'],
    ['credential of acme', 'fail'],
    [`keys of ${simulator.url}/`, 'fail'],
  ])
  for (const { said, remedy } of found.slice(1)) {
    expect(said).toContain('comes from an authority that this machine does not trust')
    expect(remedy).toContain('NODE_EXTRA_CA_CERTS')
  }
})

test('a proxy that does not let Nexus through says so', async () => {
  const proxy = await startProxy({ refuses: 403 })
  const { credential } = await simulated()
  const found = await doctor(
    { url: 'https://acme.test', credential },
    { HTTPS_PROXY: `http://ann:s3cr3t@127.0.0.1:${proxy.port}` },
  )
  for (const { level, said } of found) {
    expect(level).toBe('fail')
    expect(said).toContain(`through the proxy http://127.0.0.1:${proxy.port}: `)
    expect(said).toContain('the proxy does not allow this address (403)')
  }
  expect(found).toHaveLength(2)
})

test('a variable that names no proxy is a finding, not a fault', async () => {
  const { credential } = await simulated()
  const found = await doctor({ url: 'https://acme.test', credential }, { HTTPS_PROXY: 'socks5://s3cr3t@here:1' })
  expect(found).toMatchObject([{ about: 'proxy', level: 'fail', said: 'HTTPS_PROXY is not the URL of a proxy.' }])
})
