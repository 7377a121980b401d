import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { nexus } from '../../cli/support.ts'
import type { Finished } from '../../cli/support.ts'
import { applicationToken, servers } from '../../support/stack.ts'
import { stack, directory, as, pipeline, basic, call, useCommands } from './stack.ts'

const stored = (...parameters: readonly string[]): Promise<Finished> =>
  nexus([...parameters, '--config', path.join(directory, 'nexus.yaml')])

// Each test starts several processes, which takes its time on a busy machine.
describe.skipIf(servers === null)('commands that ask the API', { timeout: 90_000 }, () => {
  useCommands()

  describe('nexus plan and drift', () => {
    beforeAll(async () => {
      const id = stack.simulator.seed({ name: 'Looked at', callbacks: ['https://old.example.com/cb'] })
      await call('GET', `/v1/tenants/acme/clients/${id}`)
      await call('GET', `/v1/tenants/acme/clients/${stack.simulator.seed({ name: 'Stock' })}`)
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
