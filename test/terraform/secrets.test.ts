import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSealing } from '../../adapters/sealing/sealing.ts'
import { seedClient } from '../api/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { backendOf, lockOf, managedClient, stateKey, stateText } from './support.ts'
import type { Backend } from './support.ts'

const megabyte = 1_048_576

/** Every value that must not be found has this in it. */
const mark = 'canary-of-a-state'
const secret = (what: string): string => `${mark}-${what}`

/** A state of 20 MB that is full of secrets: in attributes, outputs, data sources, and where Terraform keeps its own. */
const secretState = (clientId: string): string => {
  const attributes = { client_id: clientId, id: clientId, name: secret('name'), client_secret: secret('attribute') }
  const filling = Array.from({ length: 400 }, (_, index) => ({
    ...managedClient('x'),
    type: 'random_password',
    name: `p${index}`,
    instances: [{ attributes: { result: `${secret('filling')}-${randomBytes(26_000).toString('hex')}` } }],
  }))
  return stateText(
    1,
    [
      managedClient(clientId, {
        name: 'web',
        provider: secret('provider'),
        instances: [
          {
            index_key: 'eu',
            attributes: { ...attributes, client_metadata: { x: secret('metadata') }, callbacks: [secret('callback')] },
            private: btoa(secret('private')),
            sensitive_attributes: [[{ type: 'get_attr', value: secret('sensitive') }]],
            dependencies: [secret('dependency')],
          },
        ],
      }),
      managedClient(clientId, {
        type: 'auth0_client_credentials',
        instances: [
          {
            attributes: { client_id: clientId, client_secret: secret('credentials'), private_key_jwt: [secret('key')] },
          },
        ],
      }),
      managedClient(clientId, {
        mode: 'data',
        instances: [{ attributes: { ...attributes, client_secret: secret('data') } }],
      }),
      ...filling,
    ],
    { outputs: { o: { value: secret('output'), sensitive: true } }, check_results: [{ message: secret('check') }] },
  )
}

describe.skipIf(servers === null)('the secrets of a state', () => {
  let stack: Stack
  let state: Backend
  let id: string
  let text: string
  const answers: string[] = []
  /** Every command that anybody sent to Redis meanwhile. */
  const commands: string[] = []

  beforeAll(async () => {
    stack = await startStack({ tenant: { terraformStates: ['main'] }, file: { terraform: { stateKeys: [stateKey] } } })
    const { redis } = stack.configuration
    const connection = redis === null || !('url' in redis) ? undefined : new Redis(redis.url)
    const monitor = await connection?.monitor()
    monitor?.on('monitor', (_time: string, parameters: readonly string[]) => {
      commands.push(parameters.join(' '))
    })
    state = backendOf(stack, 'main')
    id = seedClient(stack)
    text = secretState(id)
    await exercise()
    monitor?.disconnect()
    connection?.disconnect()
  })
  afterAll(() => stack.close())

  const keep = ({ text: answer }: { readonly text: string }): void => void answers.push(answer)
  const exercise = async (): Promise<void> => {
    await state.lock(lockOf('mine'))
    keep(await state.post(text, { query: '?ID=mine' }))
    await state.unlock(lockOf('mine'))
    await stack.patch(id, { applicationName: 'x' })
    // What is refused says what is wrong, and nothing of what was there.
    for (const damaged of [
      text.slice(0, -1),
      text.replace('"version":4', `"version":"${secret('version')}"`),
      text.replace('"serial":1', `"serial":"${secret('serial')}"`),
      text.replace('"mode":"data"', `"mode":"${secret('mode')}"`),
      text.replace(`"client_id":"${id}"`, `"client_id":"${secret('id')} "`),
      text.replace('"name":"web"', `"name":"${secret('address')} "`),
      text.replace('"index_key":"eu"', `"index_key":{"${secret('key')}":1}`),
      text.replace('"serial":1', '"serial":0'),
      text.replace('"serial":1', `"serial":1,"x":"${secret('other')}"`),
      `"${secret('text')}"`,
    ])
      keep(await state.post(damaged))
    keep(await state.lock({ ID: 5, Who: secret('who') }))
    keep(await state.call('GET', null, {}, '/versions'))
    const as = stack.token({ permissions: ['client.read.all', 'terraform.read'] })
    for (const path of ['', '/terraform/states', '/terraform/snapshot', `/clients/${id}/terraform`])
      keep({ text: await (await stack.request(`/v1/tenants/acme${path}`, { as })).text() })
    await state.restore(1)
    // So is what cannot be opened.
    await stack.query('update nexus.terraform_state_versions set sealed = substring(sealed from 2) where version = 1')
    keep(await state.version(1))
  }

  /** All rows of all tables, as text; bytes in hexadecimal digits, and as what a text search would see of them. */
  const database = async (): Promise<string> => {
    const tables = await stack.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    )
    const dumps: string[] = []
    for (const { name } of tables)
      for (const row of await stack.query<Record<string, unknown>>(
        `select t.*, row_to_json(t)::text as all from ${name} t`,
      ))
        dumps.push(
          ...Object.values(row).map((value) =>
            Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value),
          ),
        )
    return dumps.join('\n')
  }

  test('are accepted within the default limit, refused where damaged, and can be read again', async () => {
    expect(text.length).toBeGreaterThan(19.5 * megabyte)
    expect(answers[0]).toBe('')
    const refusals = answers.slice(1, 12).map((answer) => /"status":(\d+)/.exec(answer)?.[1])
    expect(refusals).toEqual(['400', '422', '422', '422', '409', '422', '422', '409', '409', '422', '400'])
    expect((await state.get()).text === text.replace('"serial":1', '"serial":2')).toBe(true)
  })

  test('are in what is stored, for who has the key', async () => {
    const [row] = await stack.query<{ key_id: string; sealed: Buffer }>(
      'select key_id, sealed from nexus.terraform_state_versions where version = 2',
    )
    const sealed = { keyId: row?.key_id ?? '', bytes: row?.sealed ?? Buffer.alloc(0) }
    const opened = await createSealing([stateKey])?.open(sealed, 'acme/main/2')
    const plain = gunzipSync(opened ?? Buffer.alloc(0)).toString()
    expect(plain).toContain(secret('data'))
    expect(sealed.bytes.length).toBeGreaterThan(megabyte)
  })

  test('are nowhere in the database; client ids and addresses are', async () => {
    const dump = await database()
    // Compared as booleans: nobody wants to read megabytes of it where one fails.
    expect([id, 'auth0_client.web'].map((there) => dump.includes(there))).toEqual([true, true])
    for (const form of [mark, Buffer.from(mark).toString('hex'), btoa(mark).slice(0, -4)])
      expect(dump.includes(form)).toBe(false)
    expect(dump.includes(stateKey)).toBe(false)
    const objects = await stack.query<{ count: number }>('select count(*)::int as count from pg_largeobject_metadata')
    expect(objects).toEqual([{ count: 0 }])
  })

  test.each([
    { place: 'the log', of: () => stack.logLines().join(''), sign: () => 'state written' },
    { place: 'the answers', of: () => answers.join('\n'), sign: () => 'lineage-1' },
    // Where it is kept in the database, that was looked at with the rest.
    { place: 'the queue', of: () => commands.join('\n'), sign: () => (stack.configuration.redis === null ? '' : id) },
  ])('are nowhere in $place', ({ of, sign }) => {
    expect(of().includes(sign())).toBe(true)
    expect(of().includes(mark)).toBe(false)
    expect(of().includes(stateKey)).toBe(false)
  })
})
