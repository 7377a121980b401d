import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Redis } from 'ioredis'
import pg from 'pg'
import { z } from 'zod'
import { startSimulator } from '../../simulator/main.ts'
import type { Simulator } from '../../simulator/main.ts'
import { nexus } from '../cli/support.ts'
import { startOwnRedis } from '../support/local-servers.ts'
import { createDatabase, servers } from '../support/stack.ts'

const Answer = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({ about: z.string(), level: z.string(), said: z.string(), remedy: z.string().nullable() }),
  ),
})

const tenant = (id: string, { url, credential }: Simulator, more: object = {}) => ({
  id,
  domain: url,
  credential: { ...credential },
  plan: 'none',
  allowInsecure: true,
  ...more,
})

describe.skipIf(servers === null)('nexus doctor', { timeout: 90_000 }, () => {
  const simulators: Simulator[] = []
  let database: Awaited<ReturnType<typeof createDatabase>>
  let directory: string
  let good: Simulator

  const simulator = async (options: Parameters<typeof startSimulator>[0]): Promise<Simulator> => {
    const started = await startSimulator(options)
    simulators.push(started)
    return started
  }
  const query = async (text: string, values: unknown[] = []): Promise<void> => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query(text, values)
    await client.end()
  }

  beforeAll(async () => {
    if (servers === null) return
    good = await simulator({ scopes: ['read:clients', 'update:clients'] })
    database = await createDatabase(servers)
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-doctor-'))
  })
  afterAll(async () => {
    await Promise.all(simulators.map((one) => one.close()))
    await database.drop()
    await rm(directory, { recursive: true, force: true })
  })

  const fileOf = async (more: Record<string, unknown>): Promise<string> => {
    const file = path.join(directory, `${randomBytes(4).toString('hex')}.yaml`)
    const redis = servers?.redisUrl === null ? {} : { redis: { url: servers?.redisUrl } }
    const text = {
      server: { port: 0 },
      database: { url: database.url },
      tenants: [tenant('acme', good)],
      ...redis,
      ...more,
    }
    await writeFile(file, JSON.stringify(text))
    return file
  }
  /** What is not fine, by what it is about. */
  const complaints = async (more: Record<string, unknown>) => {
    const { code, stdout } = await nexus(['doctor', '--json', '--config', await fileOf(more)])
    const { ok, findings } = Answer.parse(JSON.parse(stdout))
    expect(code).toBe(ok ? 0 : 1)
    expect(findings.filter(({ level, remedy }) => level !== 'ok' && !remedy)).toEqual([])
    return findings.filter(({ level }) => level !== 'ok')
  }

  test('a database that nobody has migrated: what lacks is said, and nothing is migrated', async () => {
    const found = await complaints({})
    expect(found).toMatchObject([
      { about: 'database schema', level: 'warn', said: expect.stringContaining('0001') as unknown },
    ])
    expect(await complaints({})).toEqual(found)
  })

  test('an installation without a fault: 0, and every line is ok', async () => {
    const file = await fileOf({})
    expect((await nexus(['migrate', '--config', file])).code).toBe(0)
    const { code, stdout, stderr } = await nexus(['doctor', '--config', file])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/\n\nEverything is fine\.\n$/)
    expect(stdout).toMatch(/^ok {4}scopes of acme +read:clients, update:clients$/m)
    expect(stdout).toMatch(/^ok {4}clock of acme +The clocks agree\.$/m)
    expect(stdout).not.toContain(good.credential.clientSecret)
    expect(stdout).not.toContain(`:${new URL(database.url).password}@`)
  })

  test('a credential that is not taken, one without its scopes, one with too many, and a tenant that is not there', async () => {
    const [refused, poor, rich] = await Promise.all([
      simulator({}),
      simulator({ scopes: ['read:clients'] }),
      simulator({ scopes: ['read:clients', 'update:clients', 'delete:clients'] }),
    ])
    const wrong = { clientId: refused.credential.clientId, clientSecret: 's3cr3t-that-is-wrong' }
    const found = await complaints({
      tenants: [
        tenant('refused', refused, { credential: wrong }),
        tenant('poor', poor),
        tenant('rich', rich),
        tenant('gone', { ...rich, url: 'http://127.0.0.1:1' }),
      ],
      serviceAccounts: [
        {
          name: 'reader',
          permissions: ['client.read.all', 'client.secret.read'],
          tenants: ['rich'],
          passwordHash: `scrypt$16384$8$1$${'A'.repeat(22)}==$${'A'.repeat(22)}==`,
        },
      ],
    })
    expect(found.map(({ about, level }) => [about, level])).toEqual([
      ['credential of refused', 'fail'],
      ['scopes of poor', 'fail'],
      ['scopes of rich', 'warn'],
      ['scopes of rich', 'warn'],
      ['credential of gone', 'fail'],
    ])
    const said = found.map((one) => one.said).join('\n')
    for (const part of [
      'access_denied',
      'lacks update:clients',
      'read:client_keys',
      'delete:clients',
      'did not answer',
    ])
      expect(said).toContain(part)
    expect(JSON.stringify(found)).not.toContain('s3cr3t')
  })

  test('a Redis that evicts and forgets', async ({ skip }) => {
    const redis = await startOwnRedis(['--maxmemory-policy', 'allkeys-lru', '--save', ''])
    if (redis === undefined) return skip('redis-server is not installed')
    try {
      const client = new Redis(redis.url)
      await client.config('SET', 'requirepass', 's3cr3t-of-redis')
      client.disconnect()
      const found = await complaints({ redis: { url: redis.url.replace('//', '//:s3cr3t-of-redis@') } })
      expect(found.map(({ about, level }) => [about, level])).toEqual([
        ['Redis maxmemory-policy', 'fail'],
        ['Redis appendonly', 'warn'],
      ])
      const [refused] = await complaints({ redis: { url: redis.url.replace('//', '//:s3cr3t-of-another@') } })
      expect(refused).toMatchObject({
        about: 'queue',
        level: 'fail',
        said: expect.stringContaining('WRONGPASS') as unknown,
      })
      expect(JSON.stringify([found, refused])).not.toContain('s3cr3t')
    } finally {
      await redis.close()
    }
  })

  test('servers that are not there', async () => {
    const found = await complaints({
      database: { url: 'postgres://nexus:s3cr3t-of-db@127.0.0.1:1/nexus' },
      redis: { url: 'redis://:s3cr3t-of-redis@127.0.0.1:1' },
    })
    expect(found.map(({ about, said }) => [about, said])).toEqual([
      ['database', expect.stringContaining('postgres://127.0.0.1:1/nexus cannot be used')],
      ['queue', expect.stringContaining('redis://127.0.0.1:1 cannot be used')],
    ])
    expect(JSON.stringify(found)).not.toContain('s3cr3t')
  })

  test('states without a key, and versions whose key has gone', async () => {
    const tenants = [tenant('acme', good, { terraformStates: ['main'] })]
    expect(await complaints({ tenants })).toMatchObject([{ about: 'terraform.stateKeys', level: 'fail' }])
    const terraform = { stateKeys: [randomBytes(32).toString('base64')] }
    expect(await complaints({ tenants, terraform })).toEqual([])
    await query(`insert into nexus.terraform_states (tenant_id, name) values ('acme', 'main')`)
    await query(
      `insert into nexus.terraform_state_versions
         (tenant_id, state, version, lineage, serial, terraform_version, sha256, bytes, key_id, sealed, written_by)
       values ('acme', 'main', 1, 'l', 1, '1.13', '', 0, 'deadbeef', '', '{}')`,
    )
    const [lost] = await complaints({ tenants, terraform })
    expect(lost).toMatchObject({ level: 'fail', said: expect.stringContaining('deadbeef') as unknown })
    await query('delete from nexus.terraform_state_versions')
  })

  test('states that are held and that no configuration names, with the line to add', async () => {
    await query(`insert into nexus.terraform_states (tenant_id, name, version) values ('acme', 'posted', 1)`)
    try {
      const [unnamed] = await complaints({ tenants: [tenant('acme', good, { otherStates: ['theirs'] })] })
      expect(unnamed).toMatchObject({
        about: 'states of acme',
        level: 'warn',
        said: expect.stringContaining('posted (0 clients)'),
        remedy: expect.stringContaining('otherStates: [theirs, posted]'),
      })
      expect(await complaints({ tenants: [tenant('acme', good, { otherStates: ['posted'] })] })).toEqual([])
    } finally {
      await query(`delete from nexus.terraform_states where name = 'posted'`)
    }
  })

  test('a user who may not write, and a database of a newer program', async () => {
    await query(`create role doctor_reader login password 'reader'`)
    const url = new URL(database.url)
    url.username = 'doctor_reader'
    url.password = 'reader'
    try {
      expect(await complaints({ database: { url: url.href } })).toMatchObject([
        { about: 'database rights', level: 'fail' },
      ])
      await query(`insert into nexus_migrations (name, timestamp) values ('9999-of-tomorrow', '2099-01-01')`)
      // It has only added to it, as far as that is known.
      expect(await complaints({})).toEqual([])
      await query(`insert into nexus.schema_needs values ('9999-of-tomorrow')`)
      expect(await complaints({})).toMatchObject([{ about: 'database schema', level: 'fail' }])
    } finally {
      await query('drop role doctor_reader')
    }
  })

  test('who migrates where the running user may not', async () => {
    const fresh = servers === null ? undefined : await createDatabase(servers)
    if (fresh === undefined) return
    await query(`create role doctor_runner login password 'runner'`)
    const url = new URL(fresh.url)
    url.username = 'doctor_runner'
    url.password = 'runner'
    try {
      const running = { url: url.href }
      expect(await complaints({ database: running })).toMatchObject([{ about: 'database schema', level: 'fail' }])
      const both = { ...running, adminUrl: fresh.url }
      expect(await complaints({ database: both })).toMatchObject([{ about: 'database schema', level: 'warn' }])
      expect((await nexus(['migrate', '--config', await fileOf({ database: both })])).code).toBe(0)
      expect(await complaints({ database: both })).toEqual([])
      expect(await complaints({ database: running })).toEqual([])
      const wrong = { ...running, adminUrl: url.href }
      expect(await complaints({ database: wrong })).toMatchObject([{ about: 'database.adminUrl', level: 'fail' }])
    } finally {
      await fresh.drop()
      await query('drop role doctor_runner')
    }
  })

  test('a port that another program has', async () => {
    const server = createServer((_, response) => response.end('no Nexus')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    const { port } = server.address() as AddressInfo
    const found = await complaints({ server: { port } })
    server.close()
    expect(found.find(({ about }) => about === 'port of the API')).toMatchObject({
      level: 'fail',
      said: expect.stringContaining('Another program') as unknown,
    })
  })

  test('mistakes in the configuration are all that is said', async () => {
    const found = await complaints({ tenants: [{ id: 'acme' }], server: { port: 'x' } })
    expect(found.map(({ about }) => new Set([about]))).toEqual(found.map(() => new Set(['configuration'])))
    expect(found.length).toBeGreaterThan(1)
  })
})
