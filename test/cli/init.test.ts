import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { hashPassword } from '../../adapters/credentials/passwords.ts'
import { configurationText, variablesOf } from '../../cli/setup/first-configuration.ts'
import type { Choices } from '../../cli/setup/first-configuration.ts'
import { bin, emptyDirectory, nexus } from './support.ts'

const passwordHash = await hashPassword('s3cr3t-of-admin')
const env = {
  ACME_CLIENT_ID: 'acme-id',
  ACME_CLIENT_SECRET: 's3cr3t-of-acme',
  NEXUS_PORTAL_TOKEN_SHA256: '0'.repeat(64),
  NEXUS_ADMIN_PASSWORD_HASH: passwordHash,
}
const fileIn = (): string => join(emptyDirectory(), 'nexus.yaml')
const acme = ['init', '--tenant', 'acme', '--domain', 'acme.eu.auth0.com']
const Written = z.object({ file: z.string(), variables: z.array(z.object({ name: z.string() })) })

describe('nexus init', () => {
  test('writes a file that config check takes, with nothing in it but references', async () => {
    const file = fileIn()
    const written = await nexus([...acme, '--out', file], { env })
    expect([written.code, written.stderr]).toEqual([0, ''])
    for (const name of Object.keys(env)) expect(written.stdout).toContain(`${name}=''`)
    for (const text of [written.stdout, readFileSync(file, 'utf8')]) expect(text).not.toMatch(/s3cr3t|acme-id|scrypt\$/)
    const { code, stdout, stderr } = await nexus(['config', 'check', '--config', file], { env })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain('warning')
  })

  test('the variables that it names are all that the file needs', async () => {
    const file = fileIn()
    const { stdout } = await nexus([...acme, '--out', file, '--database', 'url', '--json'])
    const { variables } = Written.parse(JSON.parse(stdout))
    const named = new Set(variables.map(({ name }) => name))
    const text = readFileSync(file, 'utf8').replaceAll(/^\s*#.*$/gm, '')
    expect(new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name))).toEqual(named)
    expect(named).toContain('NEXUS_DATABASE_URL')
  })

  test('does not write over a file, unless told to', async () => {
    const file = fileIn()
    writeFileSync(file, 'mine')
    const { code, stderr } = await nexus([...acme, '--out', file])
    expect([code, stderr]).toEqual([77, expect.stringContaining('exists already')])
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await nexus([...acme, '--out', file, '--force'])).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('acme.eu.auth0.com')
  })

  test.each([
    { reason: 'nobody to ask', args: ['--domain', 'a.eu.auth0.com'], says: 'give --tenant' },
    { reason: 'no tenant id', args: ['--tenant', 'Acme', '--domain', 'a.eu.auth0.com'], says: 'lower case letters' },
    { reason: 'a port in a domain', args: ['--tenant', 'a', '--domain', 'localhost:4000'], says: '--allow-insecure' },
    { reason: 'no plan', args: [...acme.slice(1), '--plan', 'gold'], says: 'self-service' },
    {
      reason: 'a secret for its name',
      args: [...acme.slice(1), '--client-secret-env', 's-3'],
      says: 'name of a variable',
    },
    { reason: 'an issuer without TLS', args: [...acme.slice(1), '--issuer', 'http://i/'], says: 'https://' },
    { reason: 'no port', args: [...acme.slice(1), '--port', '70000'], says: '65535' },
  ])('$reason: nothing is written', async ({ args, says }) => {
    const file = fileIn()
    const { code, stderr } = await nexus(['init', ...args, '--out', file])
    expect([code, stderr]).toEqual([64, expect.stringContaining(says)])
    expect(() => readFileSync(file)).toThrow('ENOENT')
  })

  const hasScript = process.platform === 'linux' && execFileSync('sh', ['-c', 'command -v script || true']).length > 0
  test.skipIf(!hasScript)('asks at a terminal, says what is wrong with an answer, and asks again', async () => {
    const file = fileIn()
    const command = `${process.execPath} ${bin} init --out ${file}`
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: { PATH: process.env['PATH'] } })
    let shown = ''
    const answers: [RegExp, string][] = [
      [/Id of the tenant/, 'Acme'],
      [/lower case[^]*Id of the tenant/, 'acme'],
      [/Its domain/, 'acme.eu.auth0.com'],
      ...Array.from({ length: 7 }, (): [RegExp, string] => [/\]: /, '']),
    ]
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString()
      const [next] = answers
      if (next === undefined || !next[0].test(shown)) return
      answers.shift()
      shown = ''
      child.stdin.write(`${next[1]}\r`)
    })
    await once(child, 'exit')
    expect(readFileSync(file, 'utf8')).toContain('plan: free')
  })
})

test.each([
  { reason: 'an id that YAML would read as a number', choice: { tenant: '007' } },
  { reason: 'an id that YAML would read as true', choice: { tenant: 'true' } },
  { reason: 'machines only', choice: { issuer: null } },
  {
    reason: 'a simulator',
    choice: { domain: 'http://127.0.0.1:4000', allowInsecure: true, issuer: 'http://127.0.0.1:4000/' },
  },
  { reason: 'a reference in a text is a text', choice: { audience: 'urn:${HOME}: # "x"' } },
])('a first configuration is a good one: $reason', ({ choice }) => {
  const choices: Choices = {
    tenant: 'acme',
    domain: 'acme.eu.auth0.com',
    allowInsecure: false,
    plan: 'free',
    clientIdVariable: 'ID',
    clientSecretVariable: 'SECRET',
    issuer: 'https://acme.eu.auth0.com/',
    audience: 'urn:nexus',
    port: 8080,
    databaseVariable: null,
    ...choice,
  }
  const values = { ...env, ID: 'id', SECRET: 'secret' }
  const parsed = parseConfiguration(configurationText(choices), { file: 'nexus.yaml', env: values })
  expect(parsed.tenants).toMatchObject([{ id: choices.tenant }])
  expect(parsed.issuers.map(({ issuer, audience }) => [issuer, audience])).toEqual(
    choices.issuer === null ? [] : [[choices.issuer, [choices.audience]]],
  )
  expect(variablesOf(choices).every(({ name }) => Object.hasOwn(values, name))).toBe(true)
})
