import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nexus } from '../support/process.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

describe.skipIf(servers === null)('nexus applications and nexus accounts', () => {
  let stack: Stack
  let directory: string
  let client: string
  beforeAll(async () => {
    stack = await startStack({ tenant: { scanInterval: '24h' } })
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-callers-'))
    await writeFile(path.join(directory, 'nexus.yaml'), stack.configurationText, { mode: 0o600 })
    client = stack.simulator.seed({
      name: 'Shop',
      client_metadata: { owners: '["auth0|tester"]', product_name: 'Shop' },
    })
  })
  afterAll(async () => {
    await stack.close()
    await rm(directory, { recursive: true, force: true })
  })

  const command = async (...parameters: string[]): Promise<{ code: number | null; output: string }> => {
    const one = nexus([...parameters, '--config', path.join(directory, 'nexus.yaml')])
    if (one.child.exitCode === null) await once(one.child, 'close')
    return { code: one.child.exitCode, output: one.output() }
  }
  const json = async (...parameters: string[]): Promise<Readonly<Record<string, unknown>>> => {
    const { code, output } = await command(...parameters, '--json')
    expect([code, output.trimEnd().split('\n')]).toEqual([0, [expect.any(String)]])
    return Object(JSON.parse(output))
  }
  const through = async (token: unknown): Promise<number> =>
    (await stack.request(`/v1/tenants/acme/clients/${client}`, { headers: { 'x-application-token': String(token) } }))
      .status
  const as = async (name: string, password: unknown, where = `/v1/tenants/acme/clients/${client}`) =>
    fetch(`${stack.url}${where}`, { headers: { authorization: `Basic ${btoa(`${name}:${String(password)}`)}` } })

  test('an application from its making to its end, while Nexus runs', async () => {
    const made = await command(
      'applications',
      'create',
      'cli-portal',
      '--tenant',
      'acme',
      '--permission',
      'client.read',
    )
    const token = /nxa_[\w-]{43}/.exec(made.output)?.[0]
    expect(made).toMatchObject({ code: 0, output: expect.stringContaining('shown this once') as unknown })
    expect([await through(token), await through(applicationToken)]).toEqual([200, 200])
    const { token: second, previousSecret } = await json('applications', 'rotate', 'cli-portal', '--overlap', '600')
    expect(previousSecret).toMatchObject({ validUntil: expect.any(String) as unknown })
    expect([await through(token), await through(second)]).toEqual([200, 200])
    expect(await command('applications', 'rotate', 'cli-portal')).toMatchObject({
      code: 77,
      output: expect.stringContaining('nexus applications retire cli-portal') as unknown,
    })
    expect(await command('applications', 'retire', 'cli-portal')).toEqual({
      code: 0,
      output: 'The application cli-portal has only one token now.\n',
    })
    expect([await through(token), await through(second)]).toEqual([401, 200])
    const list = await command('applications', 'list')
    expect(list.output).toMatch(/^NAME +STATUS +FROM +TENANTS +PERMISSIONS/)
    expect(list.output, 'its last use too, which nobody has to register for').toMatch(
      /^portal +active +configuration +all +no ceiling +20/m,
    )
    expect(list.output).toMatch(/^cli-portal +active +database +acme +client\.read +20/m)
    expect(await command('applications', 'revoke', 'cli-portal', '--yes')).toEqual({
      code: 0,
      output: 'The application cli-portal is revoked.\n',
    })
    expect(await through(second)).toBe(401)
  }, 120_000)

  test('an operator makes the first administrator, who goes on by the API', async () => {
    const { password, ownerName } = await json(
      ...'accounts create first --tenant * --permission tenant.admin --permission client.write.all'.split(' '),
    )
    expect(ownerName).toBe('account:first')
    const answer = await as('first', password, '/v1/admin/accounts')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('"createdBy":null')
    const { password: next } = await json('accounts', 'rotate', 'first', '--overlap', '0')
    expect([(await as('first', password)).status, (await as('first', next)).status]).toEqual([401, 200])
    await command('accounts', 'revoke', 'first', '--yes')
    expect((await as('first', next)).status).toBe(401)
  }, 120_000)

  test.each([
    {
      reason: 'a name of the configuration',
      args: ['applications', 'create', 'portal', '--tenant', 'acme'],
      says: 'names are unique across both',
      code: 77,
    },
    {
      reason: 'a tenant that is none',
      args: ['applications', 'create', 'x', '--tenant', 'globex'],
      says: 'it has acme',
      code: 66,
    },
    {
      reason: 'a permission that is none',
      args: ['accounts', 'create', 'x', '--tenant', 'acme', '--permission', 'root'],
      says: 'permissions',
      code: 64,
    },
    {
      reason: 'a name that is none',
      args: ['applications', 'create', 'a:b', '--tenant', 'acme'],
      says: 'letters, digits',
      code: 64,
    },
    {
      reason: 'a name that was revoked',
      args: ['applications', 'create', 'cli-portal', '--tenant', 'acme'],
      says: 'There is, or was,',
      code: 77,
    },
    {
      reason: 'one that does not exist',
      args: ['accounts', 'rotate', 'nobody'],
      says: 'nexus accounts list',
      code: 66,
    },
    {
      reason: 'one of the configuration',
      args: ['applications', 'revoke', 'portal', '--yes'],
      says: 'configuration file',
      code: 77,
    },
  ])('refuses $reason', async ({ args, says, code }) => {
    expect(await command(...args)).toMatchObject({ code, output: expect.stringContaining(says) as unknown })
  })

  test('a name that the configuration gets later is its own: the other one stays outside, and is told of', async () => {
    const { token } = await json('applications', 'create', 'later', '--tenant', 'acme')
    expect(await through(token)).toBe(200)
    // As if the file had had it from the start of this process.
    await stack.query(`delete from nexus.application_tokens where name = 'portal'`)
    await stack.query(`update nexus.application_tokens set name = 'portal' where name = 'later'`)
    expect([await through(token), await through(applicationToken)]).toEqual([401, 200])
    expect((await command('applications', 'list')).output).toMatch(/^portal +shadowed +database/m)
    await stack.stop()
    await stack.start()
    expect(stack.logLines().join('')).toMatch(
      /"kind":"application","name":"portal".*the one in the configuration is used/,
    )
  })
})
