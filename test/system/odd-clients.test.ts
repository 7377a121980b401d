import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { hashPassword } from '../../adapters/credentials/passwords.ts'
import { recordOf } from '../../domain/shape.ts'
import { nexus } from '../cli/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { scanAgain, untilScanned } from '../worker/scans.ts'
import { backendOf, managedClient, stateKey, stateText } from '../terraform/support.ts'

const password = 's3cr3t-password-of-a-pipeline'

/**
 * Clients as they should not be and somewhere are, in a tenant of ordinary ones.
 *
 * `says` is what Nexus tells of one; what it handles like any other has nothing to tell.
 */
const odd: readonly { readonly reason: string; readonly client: Record<string, unknown>; readonly says?: RegExp }[] = [
  { reason: 'an id with dots', client: { client_id: 'legacy.shop.web' } },
  { reason: 'an id for a path', client: { client_id: '../legacy/web?x' } },
  { reason: 'a third party', client: { client_id: 'tpc_9fJ2kQ', is_first_party: false } },
  {
    reason: 'a client of a metadata document',
    client: {
      client_id: 'tpc_cimd',
      is_first_party: false,
      external_client_id: 'https://agent.example.com/client.json',
      external_metadata_type: 'cimd',
    },
  },
  { reason: 'a type that nobody knows', client: { client_id: 'type-unknown', app_type: 'express_configuration' } },
  {
    reason: 'a type that is no text',
    client: { client_id: 'type-number', app_type: 7 },
    says: /^app_type is a number/,
  },
  { reason: 'no name', client: { client_id: 'no-name', name: undefined }, says: /^It has no name/ },
  { reason: 'a name that is none', client: { client_id: 'name-null', name: null }, says: /^It has no name/ },
  { reason: 'a name for Terraform', client: { client_id: 'name-hcl', name: '${file("/etc/passwd")} <b>' } },
  { reason: 'nulls where lists are', client: { client_id: 'nulls', callbacks: null, grant_types: null, mobile: null } },
  {
    reason: 'texts where lists are',
    client: { client_id: 'texts', callbacks: 'https://a.example.com' },
    says: /^callbacks is a text/,
  },
  {
    reason: 'a list that holds others',
    client: { client_id: 'mixed', web_origins: [7, null, 'https://a.example.com'] },
    says: /^web_origins holds elements/,
  },
  {
    reason: 'metadata that is none',
    client: { client_id: 'metadata-list', client_metadata: ['a'] },
    says: /^client_metadata is a list/,
  },
  {
    reason: 'owners that are no text',
    client: { client_id: 'owners-list', client_metadata: { owners: ['ann'] } },
    says: /^client_metadata\.owners is a list/,
  },
  {
    reason: 'values that are no texts',
    client: { client_id: 'values', client_metadata: { product_name: 7, application_name: {} } },
    says: /^client_metadata\.(product_name|application_name)/,
  },
  {
    reason: 'owners that are too long',
    client: { client_id: 'owners-long', client_metadata: { owners: 'x'.repeat(100_000) } },
  },
  {
    reason: 'thousands of keys',
    client: {
      client_id: 'keys',
      client_metadata: Object.fromEntries(Array.from({ length: 3000 }, (_, key) => [`k${key}`, 'v'])),
    },
  },
  {
    reason: 'names of objects',
    client: recordOf(
      JSON.parse(
        '{"client_id":"proto","client_metadata":{"__proto__":"x","constructor":"y"},"__proto__":{"name":"z"}}',
      ),
    ),
  },
  {
    reason: 'numbers as texts',
    client: { client_id: 'numbers', jwt_configuration: { lifetime_in_seconds: '36000' }, refresh_token: 'none' },
    says: /^(jwt_configuration\.lifetime_in_seconds|refresh_token) is a text/,
  },
  { reason: 'an id that no path can hold', client: { client_id: '..' }, says: /^The client is left out/ },
]
const handled = odd.filter(({ client }) => client['client_id'] !== '..')
const idOf = ({ client }: (typeof odd)[number]): string => String(client['client_id'])
const pathOf = (id: string): string => `/v1/tenants/acme/clients/${encodeURIComponent(id)}`

const Health = z.object({
  clients: z.number(),
  scan: z.object({
    problem: z.null(),
    leftOut: z.object({ count: z.number(), elements: z.array(z.object({ client: z.string(), reason: z.string() })) }),
  }),
})
const List = z.object({ clients: z.array(z.object({ id: z.string() })), next: z.string().nullable() })
const Differences = z.object({ clients: z.array(z.object({ id: z.string() })), unchanged: z.number() })
const Adopted = z.object({ clients: z.array(z.object({ id: z.string(), outcome: z.string() })) })

describe.skipIf(servers === null)('a tenant of 200 clients, 20 of them odd', { timeout: 120_000 }, () => {
  let stack: Stack
  let directory: string
  let as: string

  const ask = async (where: string): Promise<unknown> => {
    const answer = await stack.request(where, { as })
    expect([where, answer.status]).toEqual([where, 200])
    return answer.json()
  }
  const command = (...parameters: readonly string[]) =>
    nexus(parameters, {
      env: { NEXUS_URL: stack.url, NEXUS_USERNAME: 'pipeline', NEXUS_PASSWORD: password },
    })

  beforeAll(async () => {
    stack = await startStack({
      simulator: { clients: 200 - odd.length },
      tenant: { scanInterval: '24h', freshness: '24h', terraformStates: ['main'], otherStates: ['theirs'] },
      file: {
        terraform: { stateKeys: [stateKey] },
        serviceAccounts: [
          {
            name: 'pipeline',
            passwordHash: await hashPassword(password),
            permissions: [
              'client.read.all',
              'client.write.all',
              'terraform.adopt',
              'terraform.read',
              'terraform.state',
            ],
            tenants: '*',
          },
        ],
      },
    })
    as = stack.token({ permissions: ['client.read', 'client.read.all', 'client.write.all', 'tenant.admin'] })
    await untilScanned(stack)
    for (const { client, reason } of odd) stack.simulator.seed({ name: `Odd: ${reason}`, ...client })
    await scanAgain(stack)
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-odd-'))
  }, 120_000)
  afterAll(async () => {
    await stack.close()
    await rm(directory, { recursive: true, force: true })
  })

  test('the scan is complete, and health and metrics tell what it left out, with the reason', async () => {
    const { clients, scan } = Health.parse(await ask('/v1/tenants/acme'))
    expect(clients).toBe(199)
    for (const one of odd) {
      const told = scan.leftOut.elements.filter(({ client }) => client === idOf(one)).map(({ reason }) => reason)
      expect([idOf(one), told.length > 0, told.some((reason) => one.says?.test(reason))]).toEqual([
        idOf(one),
        one.says !== undefined,
        one.says !== undefined,
      ])
    }
    expect(scan.leftOut.count).toBe(scan.leftOut.elements.length)
    const metrics = await (await stack.request('/metrics')).text()
    expect(metrics).toContain(`nexus_left_out{tenant="acme"} ${scan.leftOut.count}`)
  })

  test('who may not read every client learns how much was left out, and not of which', async () => {
    const answer = await stack.request('/v1/tenants/acme')
    const { scan } = Health.parse(await answer.json())
    expect(scan.leftOut).toMatchObject({ count: expect.any(Number) as unknown, elements: [] })
    expect(scan.leftOut.count).toBeGreaterThan(0)
  })

  test('nexus doctor names them', async () => {
    const file = path.join(directory, 'nexus.yaml')
    await writeFile(file, stack.configurationText, { mode: 0o600 })
    const { stdout } = await nexus(['doctor', '--config', file, '--json'])
    const { findings } = z.object({ findings: z.array(z.record(z.string(), z.unknown())) }).parse(JSON.parse(stdout))
    expect(findings).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        about: 'clients of acme',
        said: expect.stringMatching(/left out \d+ things.*type-number: app_type is a number/) as unknown,
      }),
    )
  })

  test('the list has every client that can be handled', async () => {
    const found: string[] = []
    for (let next: string | null = ''; next !== null;) {
      const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`
      const page = List.parse(await ask(`/v1/tenants/acme/clients?limit=50${cursor}`))
      found.push(...page.clients.map(({ id }) => id))
      next = page.next
    }
    expect(found).toHaveLength(199)
    expect(found).toEqual(expect.arrayContaining(handled.map(idOf)))
  })

  test.each(handled)('is read, changed and looked at: $reason', async (one) => {
    const id = idOf(one)
    expect(await ask(pathOf(id))).toMatchObject({ id })
    // Auth0 takes ten keys, so an eleventh is refused, as it is of any client.
    const owners = id === 'keys' ? {} : { owners: ['role-a'] }
    const body = { callbackUrls: ['https://new.example.com/cb'], ...owners }
    const changed = await stack.patch(encodeURIComponent(id), body, { as })
    expect([id, changed.status, await changed.json()]).toEqual([id, 200, expect.objectContaining({ id, ...body })])
    expect(await ask(`${pathOf(id)}/sync`)).toMatchObject({
      owned: expect.arrayContaining(['callbackUrls']) as unknown,
    })
  })

  test('drift and plan are told of an odd one as of any other', async () => {
    const id = 'legacy.shop.web'
    stack.simulator.seed({ ...recordOf(stack.simulator.clients.get(id)), client_id: id, callbacks: 'gone' })
    await scanAgain(stack)
    await vi.waitFor(
      async () => {
        const drift = Differences.parse(await ask('/v1/tenants/acme/drift'))
        expect(drift).toMatchObject({ clients: [{ id }], unchanged: 198 })
      },
      { timeout: 20_000 },
    )
    expect(Differences.parse(await ask('/v1/tenants/acme/plan'))).toMatchObject({ clients: [] })
    const plan = await command('plan', 'acme')
    expect([plan.code, plan.stderr]).toEqual([0, ''])
  })

  test('a state that holds odd ids is taken, and the others of it are managed', async () => {
    const text = stateText(1, [
      managedClient('legacy.shop.web', { name: 'legacy' }),
      managedClient('..', { name: 'nothing' }),
      managedClient('type-unknown', { name: 'other' }),
    ])
    expect((await backendOf(stack, 'theirs').post(text)).status).toBe(200)
    expect(await ask(pathOf('legacy.shop.web'))).toMatchObject({ manuallyCreated: false })
    expect(await ask(pathOf('type-unknown'))).toMatchObject({ manuallyCreated: false })
    expect((await backendOf(stack, 'theirs').post(stateText(2))).status).toBe(200)
  })

  test('all of them are adopted and synthesised', async () => {
    const asked = await command('adopt', 'acme', '--all', '--json')
    expect([asked.code, asked.stderr]).toEqual([0, ''])
    const { clients } = Adopted.parse(JSON.parse(asked.stdout))
    expect(clients.filter(({ outcome }) => outcome === 'asked')).toHaveLength(199)
    const synth = await command('synth', 'acme', '--out', directory)
    expect([synth.code, synth.stderr]).toEqual([0, expect.not.stringContaining('refused')])
    const stackFile = path.join(directory, 'stacks', 'acme.main', 'cdk.tf.json')
    const written = recordOf(JSON.parse(await readFile(stackFile, 'utf8')))
    const resources = recordOf(recordOf(written['resource'])['auth0_client'])
    expect(Object.keys(resources)).toHaveLength(199)
    expect(resources).toHaveProperty('c_legacy_2eshop_2eweb')
    expect(written['import']).toContainEqual({ to: 'auth0_client.c_tpc_9fJ2kQ', id: 'tpc_9fJ2kQ' })
  })
})
