import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hashPassword } from '../../adapters/credentials/passwords.ts'
import type { Permission } from '../../domain/vocabulary.ts'
import { nexus } from '../cli/support.ts'
import type { Finished } from '../cli/support.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const password = 's3cr3t-password-of-a-pipeline'
/** What a state holds and no list, error or log may show. */
const secretInState = 's3cr3t-in-the-state'
const states = '/v1/tenants/acme/terraform/states'

/** A state as Terraform writes it, with clients at plain addresses. */
const stateOf = (serial: number, clients: readonly string[], lineage = 'first-lineage'): string =>
  JSON.stringify({
    version: 4,
    terraform_version: '1.13.3',
    serial,
    lineage,
    outputs: { secret: { value: secretInState, type: 'string', sensitive: true } },
    resources: clients.map((clientId, index) => ({
      mode: 'managed',
      type: 'auth0_client',
      name: `c_${index}`,
      provider: 'provider["registry.terraform.io/auth0/auth0"]',
      instances: [{ schema_version: 0, attributes: { client_id: clientId, id: clientId } }],
    })),
  })

const lock = (id: string) => ({
  ID: id,
  Operation: 'OperationTypeApply',
  Info: '',
  Who: 'ann@laptop',
  Version: '1.13.3',
  Created: '2026-01-02T03:04:05Z',
  Path: '',
})

const sorted = (...texts: readonly string[]): string[] => texts.toSorted()
const json = ({ stdout }: Finished): unknown => JSON.parse(stdout)

// Each test starts several processes, which takes its time on a busy machine.
describe.skipIf(servers === null)('commands that ask the API', { timeout: 90_000 }, () => {
  let stack: Stack
  let directory: string
  const stateKeys = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]

  beforeAll(async () => {
    const passwordHash = await hashPassword(password)
    const account = (name: string, permissions: readonly Permission[]) => ({
      name,
      passwordHash,
      permissions,
      tenants: '*',
    })
    stack = await startStack({
      tenant: { scanInterval: '24h', freshness: '24h', terraformStates: ['main', 'second'] },
      file: {
        terraform: { stateKeys: stateKeys.slice(0, 1) },
        serviceAccounts: [
          account('pipeline', [
            'client.read.all',
            'client.write.all',
            'terraform.adopt',
            'terraform.read',
            'terraform.state',
            'terraform.state.force-unlock',
          ]),
          account('keeper', ['terraform.state']),
          account('locksmith', ['terraform.state.force-unlock']),
          account('reader', ['terraform.read']),
        ],
      },
    })
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-commands-'))
    await writeFile(path.join(directory, 'nexus.yaml'), stack.configurationText, { mode: 0o600 })
  })
  afterAll(async () => {
    await stack.close()
    await rm(directory, { recursive: true, force: true })
  })

  const as =
    (username: string) =>
    async (...parameters: readonly string[]): Promise<Finished> => {
      const env = { NEXUS_URL: stack.url, NEXUS_USERNAME: username, NEXUS_PASSWORD: password }
      const finished = await nexus(parameters, { env })
      expect(`${finished.stdout}${finished.stderr}`).not.toContain(password)
      return finished
    }
  const pipeline = as('pipeline')

  const basic = `Basic ${Buffer.from(`pipeline:${password}`).toString('base64')}`
  const call = async (method: string, where: string, body?: string): Promise<Response> =>
    fetch(`${stack.url}${where}`, {
      method,
      headers: { authorization: basic },
      ...(body === undefined ? {} : { body }),
    })
  const write = async (name: string, text: string): Promise<void> => {
    expect((await call('POST', `${states}/${name}`, text)).status).toBe(200)
  }
  const takeLock = async (name: string, id: string): Promise<void> => {
    expect((await call('LOCK', `${states}/${name}`, JSON.stringify(lock(id)))).status).toBe(200)
  }

  /** The stack's configuration, with these keys. */
  const fileWithKeys = async (keys: readonly string[]): Promise<string> => {
    const name = path.join(directory, `keys-${randomBytes(4).toString('hex')}.yaml`)
    const text: unknown = JSON.parse(stack.configurationText)
    await writeFile(name, JSON.stringify({ ...Object(text), terraform: { stateKeys: keys } }), { mode: 0o600 })
    return name
  }
  const stored = (...parameters: readonly string[]): Promise<Finished> =>
    nexus([...parameters, '--config', path.join(directory, 'nexus.yaml')])
  const requests = async (): Promise<readonly string[]> => {
    const rows = await stack.query<{ text: string }>(
      `select kind || ' ' || client_id || ' ' || state as text from nexus.terraform_requests order by text`,
    )
    return rows.map(({ text }) => text).toSorted()
  }

  describe('nexus state', () => {
    const one = stateOf(1, ['first'])
    const two = stateOf(2, ['first', 'second'])

    test('lists what the configuration names, and what was written', async () => {
      expect((await pipeline('state', 'list', 'acme')).stdout).toMatch(/^main +yes +- +- +0 +- +- +-$/m)
      await write('main', one)
      await write('main', two)
      const { code, stdout, stderr } = await pipeline('state', 'list', 'acme')
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(/^main +yes +2 +2 +2 +\d+ B +just now +-$/m)
      const answer: unknown = await (await call('GET', states)).json()
      expect(json(await pipeline('state', 'list', 'acme', '--json'))).toEqual(answer)
    })

    test('shows the text as it was written, and says that it holds secrets', async () => {
      const shown = await pipeline('state', 'show', 'acme', 'main')
      expect(shown).toEqual({
        code: 0,
        stdout: two,
        stderr: 'A state holds secrets in plain text: mind where this goes.\n',
      })
      const old = await pipeline('state', 'show', 'acme', 'main', '--version', '1', '--json')
      expect(old).toEqual({ code: 0, stdout: one, stderr: '' })
      const none = await pipeline('state', 'show', 'acme', 'main', '--version', '99')
      expect([none.code, none.stderr]).toEqual([
        66,
        'nexus: Nexus refused (404): There is no such version of this state.\n',
      ])
    })

    test('lists versions, restores one, and says what that means', async () => {
      const { code, stdout } = await pipeline('state', 'restore', 'acme', 'main', '1')
      expect(code).toBe(0)
      expect(stdout).toContain('Version 1 of main is current again, as version 3 with serial 3.')
      expect(await (await call('GET', `${states}/main`)).json()).toMatchObject({ serial: 3, lineage: 'first-lineage' })
      const versions = await pipeline('state', 'versions', 'acme', 'main')
      expect(versions.stdout).toMatch(
        /^3 +3 +\d{4}-\d\d-\d\d \d\d:\d\d UTC +pipeline +1\.13\.3 +\d+ B +current, restored from 1$/m,
      )
      expect(versions.stdout).toMatch(/^3 versions\.$/m)
      expect(json(await pipeline('state', 'versions', 'acme', 'main', '--json'))).toMatchObject({
        versions: [{ version: 3, current: true, restoredFrom: 1 }, { version: 2 }, { version: 1 }],
      })
      expect(json(await pipeline('state', 'restore', 'acme', 'main', '2', '--json'))).toEqual({
        version: 4,
        restoredFrom: 2,
        serial: 4,
      })
      const nothing = await pipeline('state', 'versions', 'acme', 'mian')
      expect([nothing.code, nothing.stderr]).toEqual([66, expect.stringContaining('nexus state list acme')])
    })

    test('an abandoned lock is shown with its remedy, and taken away only from whom it was shown for', async () => {
      await takeLock('main', 'lock-1')
      const fresh = await pipeline('state', 'list', 'acme')
      expect(fresh.stdout).toContain('main is locked by ann@laptop (pipeline) since')
      expect(fresh.stdout).not.toContain('abandoned')
      await stack.query(`update nexus.terraform_states set locked_at = now() - interval '3 hours' where name = 'main'`)
      const old = await pipeline('state', 'list', 'acme')
      expect(old.stdout).toContain('3 hours ago, for: apply.\nIt looks abandoned')
      expect(old.stdout).toContain('nexus state unlock acme main')

      const restore = await pipeline('state', 'restore', 'acme', 'main', '1')
      expect([restore.code, restore.stderr]).toEqual([75, expect.stringContaining('nexus state unlock')])

      const unasked = await pipeline('state', 'unlock', 'acme', 'main')
      expect([unasked.code, unasked.stdout]).toEqual([64, ''])
      expect(unasked.stderr).toContain('main is locked by ann@laptop')
      expect(unasked.stderr).toContain('confirm with --yes')
      const forbidden = await as('keeper')('state', 'unlock', 'acme', 'main', '--yes')
      expect([forbidden.code, forbidden.stderr]).toEqual([77, expect.stringContaining('terraform.state.force-unlock')])

      // Somebody else's lock stays, although no body means force.
      expect((await call('UNLOCK', `${states}/main?ID=lock-0`)).status).toBe(409)
      const done = await as('locksmith')('state', 'unlock', 'acme', 'main', '--yes')
      expect([done.code, done.stdout]).toEqual([0, 'main is unlocked.\n'])
      expect(await pipeline('state', 'unlock', 'acme', 'main')).toEqual({
        code: 0,
        stdout: 'main is not locked.\n',
        stderr: '',
      })
    })

    test('deletes after a yes, never what is locked, and what is deleted can be restored', async () => {
      const unasked = await pipeline('state', 'delete', 'acme', 'main')
      expect([unasked.code, unasked.stdout]).toEqual([64, ''])
      expect(unasked.stderr).toContain('manages 2 clients')
      await takeLock('main', 'lock-2')
      const locked = await pipeline('state', 'delete', 'acme', 'main', '--yes')
      expect([locked.code, locked.stderr]).toEqual([75, expect.stringContaining('ann@laptop holds the lock')])
      const taken = json(await pipeline('state', 'unlock', 'acme', 'main', '--yes', '--json'))
      expect(taken).toMatchObject({ state: 'main', unlocked: true, was: { id: 'lock-2' } })

      const deleted = await pipeline('state', 'delete', 'acme', 'main', '--yes')
      expect([deleted.code, deleted.stdout]).toEqual([
        0,
        'main is deleted. Its versions stay: nexus state restore acme main 4\n',
      ])
      expect((await call('GET', `${states}/main`)).status).toBe(404)
      const again = await pipeline('state', 'delete', 'acme', 'main', '--yes')
      expect([again.code, again.stderr]).toEqual([
        66,
        expect.stringContaining('it was never written, or it is deleted'),
      ])
      expect((await pipeline('state', 'restore', 'acme', 'main', '4')).code).toBe(0)
      expect((await call('GET', `${states}/main`)).status).toBe(200)
    })

    test('rekey seals what an older key sealed, and then the older key can go', async () => {
      const [first = '', second = ''] = stateKeys
      const lost = await nexus(['state', 'rekey', '--config', await fileWithKeys([second])])
      expect([lost.code, lost.stderr]).toEqual([1, expect.stringContaining('add it back')])
      const done = await nexus(['state', 'rekey', '--config', await fileWithKeys([second, first]), '--json'])
      expect([done.code, json(done)]).toEqual([0, { versions: 5, unreadable: [] }])
      const again = await nexus(['state', 'rekey', '--config', await fileWithKeys([second, first])])
      expect([again.code, again.stdout]).toEqual([0, 'Every version is encrypted with the first key already.\n'])
      const back = await nexus(['state', 'rekey', '--config', await fileWithKeys([first, second])])
      expect(back.stdout).toBe(
        '5 versions re-encrypted with the first key. The other keys of terraform.stateKeys can be removed.\n',
      )
      expect((await pipeline('state', 'show', 'acme', 'main')).code).toBe(0)
      for (const { stdout, stderr } of [lost, done, again, back])
        for (const key of stateKeys) expect(`${stdout}${stderr}`).not.toContain(key)
    })

    test('what may not be seen is refused with the reason', async () => {
      const { code, stdout, stderr } = await as('reader')('state', 'show', 'acme', 'main')
      expect([code, stdout]).toEqual([77, ''])
      expect(stderr).toContain('Nexus refused (403)')
      expect(stderr).toContain('terraform.state')
      const wrong = await nexus(['state', 'list', 'acme', '--url', stack.url], {
        env: { NEXUS_USERNAME: 'pipeline', NEXUS_PASSWORD: 's3cr3t-and-wrong' },
      })
      expect([wrong.code, wrong.stderr]).toEqual([77, expect.stringContaining('Nexus refused (401)')])
      expect(wrong.stderr).not.toContain('s3cr3t')
      expect(stack.logLines().join('')).not.toContain(secretInState)
    })
  })

  describe('nexus adopt and release', () => {
    let shop: string
    let billing: string
    let stock: string
    let nested: string
    beforeAll(async () => {
      const seed = (name: string, owners: string, product: string): string =>
        stack.simulator.seed({ name, client_metadata: { owners: JSON.stringify([owners]), product_name: product } })
      shop = seed('Shop front', 'shop-team', 'Shop')
      billing = seed('Shop bills', 'billing-team', 'Billing')
      stock = seed('Stock', 'shop-team', 'Logistics')
      nested = seed('Nested', 'shop-team', 'Logistics')
      await write(
        'second',
        JSON.stringify({
          ...Object(JSON.parse(stateOf(1, [nested], 'second-lineage'))),
          resources: [
            {
              mode: 'managed',
              type: 'auth0_client',
              name: 'nested',
              module: 'module.apps',
              instances: [{ attributes: { client_id: nested } }],
            },
          ],
        }),
      )
      await stack.query(`update nexus.tenants set last_scan_at = null, next_scan_at = now()`)
      await vi.waitFor(
        async () => {
          const rows = await stack.query(`select from nexus.tenants where last_scan_at is not null`)
          if (rows.length === 0) throw new Error('The scan is not over yet.')
        },
        { timeout: 15_000 },
      )
    })

    test('a dry run tells what it would ask for, and asks for nothing', async () => {
      const dry = await pipeline('adopt', 'acme', '--name', 'Shop *', '--state', 'main', '--dry-run')
      expect([dry.code, dry.stderr]).toEqual([0, ''])
      expect(dry.stdout).toContain(`${shop}  Shop front  adoption into main`)
      expect(dry.stdout).toContain('2 clients would be asked for; nothing was.')
      expect(dry.stdout).not.toContain(stock)
      expect(await requests()).toEqual([])
    })

    test('filters choose, ids and filters combine', async () => {
      const many = await pipeline('adopt', 'acme', '--owner', 'shop-team', '--name', 'Sh*', '--state', 'main', '--json')
      expect([many.code, json(many)]).toEqual([
        0,
        {
          tenant: 'acme',
          dryRun: false,
          clients: [{ id: shop, name: 'Shop front', kind: 'adopt', state: 'main', outcome: 'asked' }],
          left: [],
        },
      ])
      expect(await requests()).toEqual([`adopt ${shop} main`])
      const none = await pipeline('adopt', 'acme', billing, '--product', 'Shop', '--state', 'main')
      expect([none.code, none.stdout]).toEqual([0, expect.stringContaining('a filter leaves it out')])
      const unsaid = await pipeline('adopt', 'acme', billing)
      expect([unsaid.code, unsaid.stderr]).toEqual([
        77,
        'nexus: Say which state is to take them over: --state, with one of main, second.\n',
      ])
    })

    test('what is refused is told for each client; the others are done', async () => {
      const { code, stdout } = await pipeline('adopt', 'acme', billing, nested, 'nobody', '--state', 'main')
      expect(code).toBe(77)
      expect(stdout).toContain('Asked: adoption into main, 1 client.')
      expect(stdout).toContain(
        `  Nested (${nested}): Nexus refused (409): The state second manages this client already`,
      )
      expect(stdout).toContain("terraform state rm 'module.apps.auth0_client.nested'")
      expect(stdout).toContain('  nobody: Nexus refused (404)')
      expect(stdout).toContain('nexus synth acme')
      expect(await requests()).toEqual(sorted(`adopt ${shop} main`, `adopt ${billing} main`))
    })

    test('every one that is left, once', async () => {
      const { code, stdout } = await pipeline('adopt', 'acme', '--all', '--state', 'main')
      expect(code).toBe(0)
      expect(stdout).toMatch(/^Asked: adoption into main, 1 client\.$/m)
      expect(stdout).toContain(`Shop front (${shop}): its adoption into main is asked for already`)
      expect(await requests()).toEqual(sorted(`adopt ${shop} main`, `adopt ${billing} main`, `adopt ${stock} main`))
      const again = await pipeline('adopt', 'acme', '--all', '--state', 'main')
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing was requested.')])
    })

    test('release takes an adoption back, asks for what is managed, and tells what it cannot do', async () => {
      const back = await pipeline('release', 'acme', '--product', 'Billing')
      expect([back.code, back.stdout]).toEqual([
        0,
        expect.stringContaining('Asked: take back the adoption into main, 1 client.'),
      ])
      expect(await requests()).toEqual(sorted(`adopt ${shop} main`, `adopt ${stock} main`))

      // An apply has made it true.
      const [{ version } = { version: '0' }] = await stack.query<{ version: string }>(
        `select highest_serial as version from nexus.terraform_states where name = 'main'`,
      )
      await write('main', stateOf(Number(version) + 1, [shop, stock]))
      expect(await requests()).toEqual([])

      const dry = await pipeline('release', 'acme', '--all', '--dry-run', '--json')
      expect(json(dry)).toMatchObject({
        dryRun: true,
        clients: expect.arrayContaining([
          { id: shop, name: 'Shop front', kind: 'release', state: 'main', outcome: 'planned' },
        ]),
      })
      expect(await requests()).toEqual([])
      const { code, stdout } = await pipeline('release', 'acme', '--all')
      expect(code).toBe(77)
      expect(stdout).toContain('Asked: release from main, 2 clients.')
      expect(stdout).toContain(`Nested (${nested}): Nexus refused (409)`)
      expect(await requests()).toEqual(sorted(`release ${shop} main`, `release ${stock} main`))

      const only = await pipeline('adopt', 'acme', shop, '--state', 'main')
      expect(only.stdout).toContain('Asked: take back the release from main, 1 client.')
      expect(await requests()).toEqual([`release ${stock} main`])
    })

    test('what would be refused for every client is told once', async () => {
      const { code, stdout, stderr } = await as('reader')('release', 'acme', '--all')
      expect(code).toBe(77)
      expect(stdout).toContain('Nothing was requested.')
      expect(stderr).toContain('nexus release stopped')
      expect(stderr.match(/terraform\.adopt/g)).toHaveLength(1)
    })
  })

  describe('nexus plan and drift', () => {
    beforeAll(async () => {
      const id = stack.simulator.seed({ name: 'Looked at', callbacks: ['https://old.example.com/cb'] })
      await call('GET', `/v1/tenants/acme/clients/${id}`)
      await stack.query(`update nexus.tenants set paused_at = now()`)
      await fetch(`${stack.url}/v1/tenants/acme/clients/${id}`, {
        method: 'PATCH',
        headers: { authorization: basic, 'content-type': 'application/json', prefer: 'respond-async' },
        body: JSON.stringify({ callbackUrls: ['https://new.example.com/cb'] }),
      })
      // Auth0 has another value of a field that is confirmed: nothing but the row says so yet.
      await stack.query(
        `update nexus.clients set base = '{"allowedLogoutUrls": ["https://a.example.com"]}' where observed->>'name' = 'Stock'`,
      )
    })

    test.each([
      { look: 'plan', as: 'text', shows: 'https://new.example.com/cb', more: [] },
      { look: 'plan', as: 'JSON', shows: 'https://new.example.com/cb', more: ['--json'] },
      { look: 'drift', as: 'text', shows: 'https://a.example.com', more: [] },
      { look: 'drift', as: 'JSON', shows: 'https://a.example.com', more: ['--json'] },
    ])('$look says the same of the API as of the store, as $as', async ({ look, shows, more }) => {
      const remote = await pipeline(look, 'acme', '-detailed-exitcode', ...more)
      expect(remote.code).toBe(2)
      expect(remote.stdout).toContain(shows)
      expect(await stored(look, 'acme', '-detailed-exitcode', ...more)).toEqual(remote)
    })

    test('what --json prints is the answer of the API', async () => {
      const { stdout } = await pipeline('plan', 'acme', '--json')
      expect(`${await (await call('GET', '/v1/tenants/acme/plan')).text()}\n`).toBe(stdout)
    })

    test('need a permission on every client', async () => {
      const { code, stderr } = await as('reader')('drift', 'acme', '--detailed-exitcode')
      expect([code, stderr]).toEqual([77, expect.stringContaining('client.read.all')])
    })

    test('a user with both tokens is a caller too', async () => {
      const token = stack.token({ permissions: ['client.read.all'] })
      const env = { NEXUS_TOKEN: token, NEXUS_APPLICATION_TOKEN: applicationToken }
      const { code, stdout, stderr } = await nexus(['drift', 'acme', '--url', stack.url], { env })
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toContain('Stock')
      const refused = await nexus(['drift', 'globex', '--url', stack.url], { env })
      expect(refused.code).toBe(66)
      expect(refused.stderr).not.toContain(token)
      expect(refused.stderr).not.toContain(applicationToken)
    })
  })
})
