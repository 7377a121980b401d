import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { recordOf } from '../../domain/shape.ts'
import type { Snapshot } from '../../domain/terraform/snapshot.ts'
import { nexus } from '../cli/support.ts'
import { optional } from '../../stacks/plan/attributes.ts'
import { at, client, snapshot, state } from './support.ts'

const temporary = (): string => mkdtempSync(join(tmpdir(), 'nexus-stacks-'))

const fileOf = (content: unknown): string => {
  const file = join(temporary(), 'snapshot.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const read = (out: string, stack: string): string => readFileSync(join(out, 'stacks', stack, 'cdk.tf.json'), 'utf8')

/** A folder with the declarations of one tenant. */
const declarations = (tenant: string, body: string): string => {
  const directory = temporary()
  const nexusClient = resolve('stacks/nexus-client.ts')
  writeFileSync(join(directory, `${tenant}.ts`), `import { NexusClient } from '${nexusClient}'\n${body}\n`)
  return directory
}

const acme = snapshot(
  [
    state([
      at('auth0_client.billing', 'A'),
      at('auth0_client.leaving', 'B'),
      at('auth0_client_credentials.leaving', 'B'),
      at('auth0_client.gone', 'C'),
    ]),
    state([], { name: 'staging.eu', version: 12 }),
    state([at('auth0_client.x', 'F')], { name: 'elsewhere', own: false }),
  ],
  [
    client('A', {
      owned: ['callbackUrls', 'owners'],
      observed: { name: 'Billing', token_endpoint_auth_method: 'client_secret_post' },
    }),
    client('B', { request: { kind: 'release', state: 'prod' } }),
    client('C', { vanished: true }),
    client('9D', { request: { kind: 'adopt', state: 'prod' } }),
    client('F'),
    client('M', { name: '${file("/etc/hostname")}' }),
  ],
)

const synth = async (taken: Snapshot | string, args: readonly string[] = [], env: Record<string, string> = {}) => {
  const out = temporary()
  const file = typeof taken === 'string' ? taken : fileOf(taken)
  return { out, ...(await nexus(['synth', '--snapshot', file, '--out', out, ...args], { env })) }
}

const written = async (taken: Snapshot, env: Record<string, string> = {}): Promise<string> =>
  read((await synth(taken, [], env)).out, 'acme.prod')

describe('nexus synth', () => {
  test('writes a stack for each state that Nexus writes, and a line about each', async () => {
    const { code, stdout, stderr, out } = await synth(acme, ['--manual-clients'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(
      `acme.prod: ${join(out, 'stacks/acme.prod/cdk.tf.json')}: 2 managed, 0 declared, 1 adopting, 1 releasing, 1 forgetting\n` +
        `acme.staging.eu: ${join(out, 'stacks/acme.staging.eu/cdk.tf.json')}: 0 managed, 0 declared, 0 adopting, 0 releasing, 0 forgetting\n`,
    )
    const stack: unknown = JSON.parse(read(out, 'acme.prod'))
    expect(stack).toMatchObject({
      provider: { auth0: [{ domain: 'acme.eu.auth0.com' }] },
      terraform: {
        required_version: '>= 1.7',
        required_providers: { auth0: { source: 'registry.terraform.io/auth0/auth0', version: '~> 1.38' } },
      },
      resource: {
        auth0_client: {
          billing: { name: 'Client A', lifecycle: { ignore_changes: 'all', prevent_destroy: true } },
          c_9D: { name: 'Client 9D', lifecycle: { ignore_changes: 'all', prevent_destroy: true } },
        },
      },
      import: [{ to: 'auth0_client.c_9D', id: '9D' }],
      removed: ['auth0_client.gone', 'auth0_client.leaving', 'auth0_client_credentials.leaving'].map((from) => ({
        from,
        lifecycle: { destroy: false },
      })),
      output: { manual_clients: { value: { M: '$${file("/etc/hostname")}', B: 'Client B' } } },
    })
  })

  test('a client that somebody makes by hand changes no stack, unless the list of them is asked for', async () => {
    const more = { ...acme, clients: [...acme.clients, client('N')] }
    expect(await written(more)).toBe(await written(acme))
    const listed = await written(more, { NEXUS_MANUAL_CLIENTS: 'true' })
    expect(JSON.parse(listed)).toMatchObject({ output: { manual_clients: { value: { N: 'Client N' } } } })
  })

  test('the backend locks under the version of the snapshot, and holds no credential', async () => {
    const { out } = await synth(acme, [], {
      NEXUS_USERNAME: 'ci',
      NEXUS_PASSWORD: 's3cr3t',
      AUTH0_CLIENT_SECRET: 's3cr3t',
    })
    const address = 'https://nexus.example.com/v1/tenants/acme/terraform/states/staging.eu?snapshot=12&declares=none'
    expect(JSON.parse(read(out, 'acme.staging.eu'))).toMatchObject({
      terraform: {
        backend: {
          http: {
            address,
            lock_address: address,
            unlock_address: address,
            lock_method: 'LOCK',
            unlock_method: 'UNLOCK',
          },
        },
      },
    })
    expect(read(out, 'acme.prod')).not.toMatch(/s3cr3t|password|secret/)
  })

  test('--url, and NEXUS_URL, say how Terraform reaches Nexus, rather than the snapshot', async () => {
    const { out } = await synth(acme, ['--url', 'http://127.0.0.1:8080/'])
    expect(read(out, 'acme.prod')).toContain('"address": "http://127.0.0.1:8080/v1/tenants/acme/')
    const again = await synth(acme, [], { NEXUS_URL: 'https://proxy.example.com/nexus' })
    expect(read(again.out, 'acme.prod')).toContain('"address": "https://proxy.example.com/nexus/v1/')
  })

  test('the domain is left to the environment where the snapshot has none', async () => {
    const { out } = await synth({ ...acme, domain: null })
    expect(JSON.parse(read(out, 'acme.prod'))).toMatchObject({ provider: { auth0: [{}] } })
    expect(read(out, 'acme.prod')).not.toContain('domain')
  })

  test('the same snapshot is the same bytes, wherever it is synthesised, and no path of the machine', async () => {
    const [one, other] = [await synth(acme), await synth(acme)]
    expect(read(other.out, 'acme.prod')).toBe(read(one.out, 'acme.prod'))
    expect(read(one.out, 'acme.prod')).not.toContain(process.cwd())
    expect(read(one.out, 'acme.prod')).not.toContain(tmpdir())
  })

  test('npx cdktn synth writes the same bytes', async () => {
    const file = fileOf(snapshot([state([])], [client('M')], { tenant: 'example' }))
    const out = temporary()
    await new Promise((done, fail) => {
      const bin = resolve('node_modules/.bin')
      const env = { HOME: out, PATH: `${bin}:${process.env['PATH']}`, NEXUS_SNAPSHOT: file, CHECKPOINT_DISABLE: '1' }
      execFile(join(bin, 'cdktn'), ['synth', '--output', out], { env }, (error, stdout, stderr) =>
        error === null ? done(stdout) : fail(new Error(stdout + stderr)),
      )
    })
    const ours = await synth(file)
    expect(read(out, 'example.prod')).toBe(read(ours.out, 'example.prod'))
    expect(read(out, 'example.prod')).toContain('"storefront"')
  })

  test('writes the other stacks where one is refused, and ends with 1', async () => {
    const taken = snapshot([state([at('auth0_client.a[0]', 'A')]), state([], { name: 'other' })], [client('A')])
    const { code, stdout, stderr, out } = await synth(taken)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^acme\.other: [^\n]+\n$/)
    expect(stderr).toBe(`No stack can be made for acme, state prod:
  - auth0_client.a[0] is in a module or under an instance key, which a stack of Nexus has none of. Give it a plain address:
    terraform state mv 'auth0_client.a[0]' auth0_client.c_A
`)
    expect(existsSync(join(out, 'stacks/acme.prod/cdk.tf.json'))).toBe(false)
  })

  test.each([
    { reason: 'a file that is not there', file: '/no/such/file', says: '/no/such/file cannot be read' },
    { reason: 'what is not JSON', file: fileOf('{'), says: 'cannot be read' },
    { reason: 'what is no snapshot', file: fileOf({ ...acme, format: 2 }), says: '→ at format' },
    { reason: 'a member that we do not know', file: fileOf({ ...acme, secret: 'x' }), says: '"secret"' },
    {
      reason: 'a client that is there twice',
      file: fileOf(snapshot([state([])], [client('A'), client('A')])),
      says: 'it has the client A twice',
    },
    {
      reason: 'states that are one folder on some file systems',
      file: fileOf(snapshot([state([]), state([], { name: 'PROD' })], [])),
      says: 'the state prod',
    },
    { reason: 'nobody says where Nexus is', file: fileOf({ ...acme, url: null }), says: 'set NEXUS_URL', exit: 64 },
    {
      reason: 'a URL with a password, which would stand in the stack',
      file: fileOf({ ...acme, url: 'https://ci:s3cr3t@nexus.example.com' }),
      says: 'may not contain a user name or password',
      exit: 64,
    },
    {
      reason: 'a tenant whose states are all written elsewhere',
      file: fileOf(snapshot([state([], { own: false })], [])),
      says: 'terraformStates: [prod]',
    },
  ])('says what is wrong: $reason', async ({ file, says, exit = 1 }) => {
    const { code, stdout, stderr } = await synth(file)
    expect(stderr).toContain(says)
    expect(stderr).not.toMatch(/^ +at \w|s3cr3t/m)
    expect([code, stdout]).toEqual([exit, ''])
  })
})

/** What a `mobile` with nothing but a team leaves open. */
const openParts = ['mobile[0].android', 'mobile[0].ios[0].app_bundle_identifier']

describe('declared clients', () => {
  test('are written without what Nexus owns; their own interpolations stay', async () => {
    const directory = declarations(
      'acme',
      `export default { prod: (stack) => {
        new NexusClient(stack, 'billing', { name: 'Billing', description: '\${terraform.workspace}',
          callbacks: ['https://declared.example.com'], clientMetadata: { a: 'b' }, mobile: { ios: { teamId: 'T' } },
          webOrigins: ['https://kept.example.com'], authenticationMethod: 'client_secret_post' })
      } }`,
    )
    const { out, code, stderr } = await synth(acme, ['--tenants', directory])
    expect(code).toBe(0)
    expect(stderr).toContain(
      'warning: acme.prod: auth0_client.billing declares callbacks, client_metadata, which Nexus',
    )
    const stack: { resource?: Record<string, Record<string, unknown>> } = JSON.parse(read(out, 'acme.prod'))
    expect(stack.resource?.['auth0_client']?.['billing']).toEqual({
      '//': expect.anything(),
      name: 'Billing',
      description: '${terraform.workspace}',
      mobile: { ios: { team_id: 'T' } },
      web_origins: ['https://kept.example.com'],
      lifecycle: { prevent_destroy: true, ignore_changes: expect.arrayContaining(['callbacks', 'client_metadata']) },
    })
    const given = new Set(['description', 'mobile', 'web_origins'])
    expect(recordOf(stack.resource?.['auth0_client']?.['billing'])['lifecycle']).toEqual({
      prevent_destroy: true,
      ignore_changes: [...optional.filter((name) => !given.has(name)), ...openParts].sort(),
    })
    expect(stack.resource?.['auth0_client_credentials']?.['billing']).toMatchObject({
      client_id: '${auth0_client.billing.client_id}',
      authentication_method: 'client_secret_post',
    })
  })

  test.each([
    { reason: 'a file that exports nothing', body: '', says: 'must export, as default, a function for each state' },
    { reason: 'a file that cannot be run', body: 'throw new Error("broken")', says: 'cannot be run: broken' },
    {
      reason: 'a state that is written elsewhere',
      body: 'export default { elsewhere: () => undefined }',
      says: 'It names prod, staging.eu.',
    },
    {
      reason: 'one name twice, in different scopes',
      body: `import { Construct } from '${resolve('node_modules/constructs/lib/index.js')}'
        export default { prod: (stack) => {
          new NexusClient(stack, 'a', { name: 'A' })
          new NexusClient(new Construct(stack, 'inner'), 'a', { name: 'A' })
        } }`,
      says: 'auth0_client.a is declared twice',
    },
  ])('says what is wrong: $reason', async ({ body, says }) => {
    const { code, stdout, stderr } = await synth(acme, ['--tenants', declarations('acme', body)])
    expect(stderr).toContain(says)
    expect([code, stdout]).toEqual([1, ''])
  })

  test('a warning of several lines is one', async () => {
    const metadata = { owners: '["ann"]' }
    const taken = snapshot(
      [state([at('auth0_client.a', 'A')])],
      [client('A', { observed: { client_metadata: metadata } })],
    )
    const directory = declarations(
      'acme',
      `export default { prod: (stack) => { new NexusClient(stack, 'a', { name: 'A', clientMetadata: { tier: '1' } }) } }`,
    )
    const { code, stderr } = await synth(taken, ['--tenants', directory])
    expect(code).toBe(0)
    expect(stderr).toContain(
      'warning: acme.prod: auth0_client.a declares client_metadata, which would take from A ("Client A") what its owners rely on: left out.\n' +
        String.raw`  - client_metadata.owners: "[\"ann\"]" would go`,
    )
    expect(stderr).toContain("declare replaces: ['client_metadata.owners']\n")
  })

  test('a folder of declarations that is not there is said', async () => {
    expect((await synth(acme, ['--tenants', '/no/such'])).stderr).toContain('There is no directory /no/such')
  })
})
