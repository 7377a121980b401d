import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { nexusHere } from '../cli/support.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

describe.skipIf(servers === null)('commands for who looks after a tenant, through the API', { timeout: 90_000 }, () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack({ tenant: { scanInterval: '24h', freshness: '24h' } })
    id = stack.simulator.seed({ name: 'Shop', callbacks: ['https://old.example.com/cb'] })
  })
  afterAll(() => stack.close())

  const as =
    (...permissions: string[]) =>
    (...args: string[]) =>
      nexusHere(args, {
        NEXUS_URL: stack.url,
        NEXUS_TOKEN: stack.token({ permissions }),
        NEXUS_APPLICATION_TOKEN: applicationToken,
      })
  const operator = as('tenant.admin', 'client.write.all')
  /** Whoever asks for a scan from now on shares none with who asked before. */
  const forgetAskedScans = () =>
    stack.query(`update nexus.tenants set asked_scan_ended_at = null, scan_asked_at = null`)

  test('whoami says what the credentials come to', async () => {
    const { code, stdout, stderr } = await operator('whoami')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^user +auth0\|tester$/m)
    expect(stdout).toMatch(/^permissions +client\.write\.all, tenant\.admin$/m)
    expect(JSON.parse((await operator('whoami', '--json')).stdout)).toMatchObject({
      kind: 'user',
      application: 'portal',
    })
  })

  test('scan waits for the scan that it asked for; without permission it is refused', async () => {
    const { code, stdout, stderr } = await operator('scan', 'acme')
    expect([code, stderr, stdout]).toEqual([
      0,
      '',
      expect.stringMatching(/^Auth0 was read: acme has \d+ clients?\.\n$/),
    ])
    const denied = await as('client.read')('scan', 'acme', '--json')
    expect([denied.code, JSON.parse(denied.stdout)]).toEqual([
      77,
      expect.objectContaining({ code: 'refused', status: 403, type: '/problems/forbidden' }),
    ])
  })

  test('pause and resume; tenants and status tell of it', async () => {
    expect(await operator('pause', 'acme')).toMatchObject({ code: 0, stdout: 'acme is paused.\n' })
    const listed = await operator('tenants')
    expect(listed.stdout).toMatch(/^TENANT +STATUS +DOMAIN/)
    expect(listed.stdout).toMatch(/^acme +paused +/m)
    const one = await operator('status', 'acme')
    expect(one.stdout).toContain('Nothing is sent: the tenant was paused just now.')
    await forgetAskedScans()
    const waiting = await operator('scan', 'acme', '--wait', '0')
    expect([waiting.code, waiting.stderr]).toEqual([75, expect.stringContaining('until it is resumed')])
    expect(JSON.parse((await operator('resume', 'acme', '--json')).stdout)).toEqual({
      tenant: 'acme',
      client: null,
      paused: false,
    })
    expect((await operator('status', 'nowhere')).code).toBe(66)
  })

  test('a change that waits is withdrawn; drift is accepted, or reverted', async () => {
    expect((await operator('pause', 'acme', id)).code).toBe(0)
    const pending = await operator('clients', 'set', 'acme', id, 'productName=Shop', '--json')
    const { change } = Object(JSON.parse(pending.stdout))
    expect([pending.code, change]).toEqual([2, expect.any(String)])
    const withdrawn = await operator('clients', 'withdraw', 'acme', String(change))
    expect([withdrawn.code, withdrawn.stdout]).toEqual([0, expect.stringContaining('is withdrawn')])
    expect((await operator('clients', 'withdraw', 'acme', String(change))).code).toBe(77)
    expect((await operator('clients', 'withdraw', 'acme', 'x')).code).toBe(64)
    expect((await operator('resume', 'acme', id)).code).toBe(0)

    const set = await operator('clients', 'set', 'acme', id, 'callbackUrls+=https://new.example.com/cb')
    expect([set.code, set.stderr]).toEqual([0, ''])
    const held = () => stack.simulator.clients.get(id)?.['callbacks']
    const kept = held()
    const drift = async (): Promise<void> => {
      stack.simulator.seed({ ...stack.simulator.clients.get(id), callbacks: ['https://other.example.com/cb'] })
      await forgetAskedScans()
      await operator('scan', 'acme')
      await vi.waitFor(
        async () => {
          const [row] = await stack.query(`select drifted_at from nexus.clients where client_id = $1`, [id])
          expect(row).not.toMatchObject({ drifted_at: null })
        },
        { timeout: 15_000 },
      )
    }
    await drift()
    const reverted = await operator('clients', 'revert', 'acme', id)
    expect([reverted.stderr, held()]).toEqual(['', kept])
    await drift()
    const accepted = await operator('clients', 'accept', 'acme', id, '--json')
    expect([accepted.code, held()]).toEqual([0, ['https://other.example.com/cb']])
    // Read by now, or about to be.
    expect([0, 2]).toContain((await operator('clients', 'retry', 'acme', id)).code)
  })

  test('who may not change a client is told what a change needs', async () => {
    const { code, stderr } = await as('client.write')('clients', 'set', 'acme', id, 'productName=x')
    expect([code, stderr]).toEqual([77, expect.stringContaining('client.write.all')])
    expect(stderr).not.toContain('client.read.all')
  })

  const account = (...args: string[]) => operator('accounts', ...args)

  test('accounts: made, changed, disabled, and revoked only after a yes', async () => {
    const made = await account('create', 'ci', '--tenant', 'acme', '--permission', 'client.write.all', '--json')
    const { password } = Object(JSON.parse(made.stdout))
    const works = async () =>
      (
        await nexusHere(['whoami'], {
          NEXUS_URL: stack.url,
          NEXUS_USERNAME: 'ci',
          NEXUS_PASSWORD: String(password),
        })
      ).code
    expect(await works()).toBe(0)
    expect(JSON.parse((await account('change', 'ci', '--disable', '--json')).stdout)).toMatchObject({
      status: 'disabled',
      permissions: ['client.write.all'],
    })
    expect(await works()).toBe(77)
    expect((await account('change', 'ci', '--enable')).stdout).toBe(
      'The service account ci is changed: it is active.\n',
    )
    expect((await account('list')).stdout).toMatch(/^ci +active +database +acme +client\.write\.all /m)
    const unasked = await account('revoke', 'ci')
    expect([unasked.code, unasked.stderr]).toEqual([64, expect.stringContaining('confirm with --yes')])
    expect((await account('revoke', 'ci', '--yes')).stdout).toBe('The service account ci is revoked.\n')
    expect(await works()).toBe(77)
    const past = await account(
      'create',
      'late',
      '--tenant',
      'acme',
      '--permission',
      'client.read',
      '--expires-at',
      '2020-01-01T00:00:00Z',
    )
    expect([past.code, past.stderr]).toEqual([64, expect.stringContaining('in the past')])
  })

  test('a token that expired before it was made is refused by the API, too', async () => {
    const answer = await stack.request('/v1/admin/accounts', {
      method: 'POST',
      as: stack.token({ permissions: ['tenant.admin', 'client.read'] }),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'late',
        tenants: ['acme'],
        permissions: ['client.read'],
        expiresAt: '2020-01-01T00:00:00Z',
      }),
    })
    expect([answer.status, await answer.json()]).toEqual([
      422,
      expect.objectContaining({ errors: [{ pointer: '/expiresAt', detail: 'Give a time in the future.' }] }),
    ])
  })
})
