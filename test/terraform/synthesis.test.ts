import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRecord, recordOf } from '../../domain/shape.ts'
import { behindNexus, seedClient } from '../api/support.ts'
import { nexus } from '../cli/support.ts'
import { changesOf, sentBy } from '../stacks/provider-model.ts'
import type { Attributes, Configuration } from '../stacks/provider-model.ts'
import { deleteInAuth0, managementToken } from '../support/auth0.ts'
import { pipeline, withStates } from '../support/pipeline.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, managedClient, stateText } from './support.ts'

/** From a tenant in Auth0, by a running Nexus, to what Terraform would send: with the real command, and a model of the provider. */

/** What an owner and an administrator put on a client. */
const full = {
  name: 'Shop',
  callbacks: ['https://shop.example.com/callback'],
  web_origins: ['https://shop.example.com'],
  cross_origin_loc: 'https://shop.example.com/cross',
  addons: { samlp: { audience: 'urn:shop' } },
  client_metadata: { owners: '["auth0|tester"]', product_name: 'Shop' },
}

/** A folder with these declarations of the tenant acme. */
const declaring = (clients: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'nexus-declared-'))
  const text = `import { NexusClient } from '${resolve('stacks/nexus-client.ts')}'
    export default { main: (stack) => { ${clients} } }`
  writeFileSync(join(directory, 'acme.ts'), text)
  return directory
}

describe.skipIf(servers === null)('nexus synth beside a running Nexus', { timeout: 90_000 }, () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack(
      withStates({ tenant: { scanInterval: '24h', freshness: '24h', terraformStates: ['main'] } }),
    )
  })
  afterAll(() => stack.stop())

  const synth = async (clients: string) => {
    const out = mkdtempSync(join(tmpdir(), 'nexus-synth-'))
    const args = ['synth', 'acme', '--url', stack.url, '--out', out, '--tenants', declaring(clients)]
    const env = { NEXUS_USERNAME: pipeline.name, NEXUS_PASSWORD: pipeline.password }
    const { code, stdout, stderr } = await nexus(args, { env })
    const resources = (): Attributes => {
      const text = readFileSync(join(out, 'stacks', 'acme.main', 'cdk.tf.json'), 'utf8')
      return recordOf(recordOf(recordOf(JSON.parse(text))['resource'])['auth0_client'])
    }
    return { code, stdout, stderr, resources }
  }

  /** A client that Nexus knows: one scan serves all who ask within half a minute. */
  const known = async (members: Attributes): Promise<string> => {
    const id = seedClient(stack, members)
    const { status } = await stack.request(`/v1/tenants/acme/clients/${id}`, { as: stack.token() })
    expect(status).toBe(200)
    return id
  }

  const inAuth0 = async (id: string): Promise<Attributes> =>
    recordOf(await (await behindNexus(stack, 'GET', `/clients/${id}`)).json())

  const write = async (id: string, members: Attributes): Promise<void> => {
    const answer = await fetch(`${stack.simulator.url}/api/v2/clients/${id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${await managementToken(stack.simulator)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(members),
    })
    expect(answer.status).toBe(200)
  }

  /** Applies what stands in a stack, as the provider would. */
  const apply = async (id: string, resource: unknown): Promise<Configuration> => {
    const { lifecycle, '//': _, ...given } = recordOf(resource)
    const { ignore_changes: named } = recordOf(lifecycle)
    const ignored = Array.isArray(named) ? named.map(String) : []
    const sent = sentBy({ given, ignored }, await inAuth0(id))
    if (Object.keys(sent).length > 0) await write(id, sent)
    return { given, ignored }
  }

  test('a takeover leaves what is not declared, the next plan is empty, and owners keep the client', async () => {
    const id = await known(full)
    const { code, stderr, resources } = await synth(
      `new NexusClient(stack, 'shop', { clientId: '${id}', name: 'Shop', appType: 'regular_web', description: 'New',
         callbacks: ['https://shop.example.com/callback', 'https://shop.example.com/more'] })`,
    )
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('warning')])
    const configuration = await apply(id, resources()['shop'])
    const after = await inAuth0(id)
    expect(after).toMatchObject({
      ...full,
      callbacks: [...full.callbacks, 'https://shop.example.com/more'],
      description: 'New',
    })
    expect(changesOf(configuration, after)).toEqual([])
    const read = await stack.request(`/v1/tenants/acme/clients/${id}`, { as: stack.token() })
    expect(read.status).toBe(200)
  })

  test('a takeover that would take something is refused, until the declaration means it', async () => {
    const id = await known(full)
    const declared = (more: string): string =>
      `new NexusClient(stack, 'shop', { clientId: '${id}', name: 'Shop', callbacks: ['https://new.example.com'], clientMetadata: { tier: '1' }, ${more} })`
    const { code, stdout, stderr } = await synth(declared(''))
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('- callbacks: "https://shop.example.com/callback" would go')
    expect(stderr).toContain(String.raw`- client_metadata.owners: "[\"auth0|tester\"]" would go`)
    const [, line = ''] = /declare as replaced: (replaces: \[.*\])/.exec(stderr) ?? []
    const meant = await synth(declared(line))
    expect(meant.code).toBe(0)
    await apply(id, meant.resources()['shop'])
    expect(await inAuth0(id)).toMatchObject({ callbacks: ['https://new.example.com'], client_metadata: { tier: '1' } })
  })

  test('owners that somebody put on a declared client in the dashboard stay', async () => {
    const id = seedClient(stack, { name: 'Shop', client_metadata: { tier: '1' } })
    const main = backendOf(stack, 'main')
    const outputs = { managed_clients: { value: { 'auth0_client.shop': { declared: true } } } }
    await main.post(stateText(1, [managedClient(id, { name: 'shop' })], { outputs }))
    await write(id, { client_metadata: full.client_metadata })
    for (const given of ['', `clientMetadata: { tier: '2' }`]) {
      const { code, stderr, resources } = await synth(
        `new NexusClient(stack, 'shop', { name: 'Shop', description: 'New', ${given} })`,
      )
      expect(code).toBe(0)
      expect(stderr.includes('client_metadata.owners')).toBe(given !== '')
      const configuration = await apply(id, resources()['shop'])
      expect(await inAuth0(id)).toMatchObject({
        description: 'New',
        client_metadata: { ...full.client_metadata, tier: '1' },
      })
      expect(changesOf(configuration, await inAuth0(id))).toEqual([])
    }
    await main.remove()
  })

  test('an adopted client that becomes declared is taken over, as long as no apply has written it so', async () => {
    const id = await known(full)
    const main = backendOf(stack, 'main')
    const saying = (declared: boolean) => ({
      outputs: { managed_clients: { value: { [`auth0_client.c_${id}`]: { declared } } } },
    })
    const declared = `new NexusClient(stack, 'c_${id}', { name: 'Shop', callbacks: [] })`
    await main.post(stateText(1, [managedClient(id, { name: `c_${id}` })], saying(false)))
    expect(await synth(declared)).toMatchObject({ code: 1, stderr: expect.stringContaining('takes over the client') })
    await main.post(stateText(2, [managedClient(id, { name: `c_${id}` })], saying(true)))
    expect((await synth(declared)).code).toBe(0)
    await main.remove()
  })

  test('a client that was deleted in Auth0 a moment ago is forgotten, and not made again', async () => {
    const id = await known(full)
    const main = backendOf(stack, 'main')
    await main.post(stateText(1, [managedClient(id, { name: 'shop' })]))
    expect((await synth('')).resources()['shop']).toMatchObject({ name: 'Shop' })
    await deleteInAuth0(stack.simulator, id)
    const { code, stdout, resources } = await synth('')
    expect([code, isRecord(resources()['shop'])]).toEqual([0, false])
    expect(stdout).toContain('1 forgetting')
    await main.remove()
  })
})
