import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptyDirectory, nexus } from './support.ts'

const fileOf = (text: string): string => {
  const file = join(emptyDirectory(), 'nexus.yaml')
  writeFileSync(file, text)
  return file
}
const example = 'docs/examples/nexus.yaml'
const env = {
  ACME_CLIENT_ID: 'acme-id',
  ACME_CLIENT_SECRET: 's3cr3t-of-acme',
  NEXUS_STATE_KEY: 's3cr3t/of/states++++++++++++++++++++++++++A=',
  CONSOLE_CLIENT_ID: 'console-of-nexus',
  CONSOLE_CLIENT_SECRET: 's3cr3t-of-console',
  CONSOLE_APPLICATION_TOKEN: 'nxa_s3cr3t-of-console',
  CONSOLE_SESSION_KEY: 's3cr3t/of/sessions++++++++++++++++++++++++A=',
  NEXUS_DATABASE_URL: 'postgres://nexus:s3cr3t-of-db@db.example/nexus',
  NEXUS_REDIS_URL: 'rediss://:s3cr3t-of-redis@redis.example:6380/0',
}
const tenant = '{ id: acme, domain: acme.auth0.com, credential: { clientId: a, clientSecret: b } }'

describe('config check', () => {
  test('shows what a configuration comes to, without secrets', async () => {
    const { code, stdout, stderr } = await nexus(['config', 'check', '--config', example], { env })
    expect([code, stderr]).toEqual([0, ''])
    for (const shown of [
      'acme.eu.auth0.com',
      'sandbox',
      'postgres://db.example/nexus',
      'developer-portal',
      'ci: client',
      '1 key to seal states with',
      'acme: main',
      'sandbox: no states of its own',
      'good for acme, sandbox, Terraform states: main',
      'https://nexus.example.com/console, signed in to at https://acme.eu.auth0.com/ as console-of-nexus',
      'a session ends after 30 minutes without use, and after 720 minutes at most',
      'warning: console.applicationToken is the token of no application in this file',
    ])
      expect(stdout).toContain(shown)
    expect(stdout).not.toMatch(/s3cr3t|scrypt\$|4f1c1a3a|acme-id/)
  })

  test('for a pipeline', async () => {
    const { code, stdout } = await nexus(['config', 'check', '-c', example, '--json'], { env })
    expect([code, stdout.split('\n')]).toEqual([0, [expect.any(String), '']])
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      queue: 'rediss://redis.example:6380/0',
      tenants: [{ id: 'acme' }, {}],
      terraform: { stateKeys: 1, states: { acme: ['main'], sandbox: [] } },
      serviceAccounts: [{ name: 'ci', terraformStates: ['main'] }],
    })
    expect(stdout).not.toMatch(/s3cr3t|scrypt\$|4f1c1a3a|acme-id/)
  })

  test('names every mistake, and ends with 78', async () => {
    const file = fileOf('server: { port: x }\ntenants:\n  - { id: acme, domain: 10.0.0.1, credentials: s3cr3t }\n')
    const { code, stdout, stderr } = await nexus(['config', 'check', '--config', file])
    expect([code, stdout]).toEqual([78, ''])
    expect(stderr).toBe(`nexus: ${file} has 4 mistakes:
  - server.port, line 1: This must be a whole number from 0 to 65535.
  - tenants[0].credential, line 3: This is missing: give a mapping with clientId, clientSecret.
  - tenants[0].credentials, line 3: There is no such setting. Did you mean credential?
  - tenants[0].domain, line 3: A tenant domain is a name, not an IP address. Only for a simulator, set allowInsecure: true on the tenant.
`)
  })

  test('names them for a pipeline too', async () => {
    const { code, stdout } = await nexus(['config', 'check', '--json'], {
      env: { NEXUS_CONFIG: fileOf('tenants: []') },
    })
    expect(code).toBe(78)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      code: 'configuration',
      problems: [{ path: 'tenants', line: 1, message: 'Configure at least one tenant.' }],
    })
  })

  test.each([
    { reason: 'nobody can call', text: `tenants: [${tenant}]`, says: 'Nobody can call the API' },
    {
      reason: 'people cannot call',
      text: `tenants: [${tenant}]
issuers: [{ issuer: "https://i/", audience: n, tenants: "*" }]
serviceAccounts: [{ name: ci, permissions: [], tenants: "*", passwordHash: "scrypt$16384$8$1$${'A'.repeat(22)}==$${'A'.repeat(22)}==" }]`,
      says: 'Bearer tokens cannot be used',
    },
    {
      reason: 'states cannot be kept',
      text: `tenants: [${tenant.replace(/ \}$/, ', terraformStates: [main] }')}]`,
      says: 'States of acme are to be kept',
    },
  ])('warns where $reason', async ({ text, says }) => {
    const { code, stdout } = await nexus(['config', 'check', '--config', fileOf(text)])
    expect([code, stdout]).toEqual([0, expect.stringContaining(`warning: ${says}`)])
  })

  test('of a file that is not there names the remedy', async () => {
    const { code, stderr } = await nexus(['config', 'check', '--config', '/no/such.yaml'])
    expect([code, stderr]).toEqual([78, expect.stringContaining('docs/examples/nexus.yaml is one to start from')])
  })
})
