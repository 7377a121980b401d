import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { nexus } from '../support/process.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { makeScanDue } from '../worker/scans.ts'

describe.skipIf(servers === null)('nexus plan, drift, pause and resume', { timeout: 90_000 }, () => {
  let stack: Stack
  let directory: string
  let id: string
  beforeAll(async () => {
    stack = await startStack({ tenant: { scanInterval: '24h', freshness: '24h' } })
    directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-look-'))
    await writeFile(path.join(directory, 'nexus.yaml'), stack.configurationText, { mode: 0o600 })
    id = stack.simulator.seed({
      name: 'Looked at',
      callbacks: ['https://old.example.com/cb', 'https://both.example.com/cb'],
      client_metadata: { owners: '["auth0|tester"]' },
    })
    await stack.request(`/v1/tenants/acme/clients/${id}`)
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

  test('nothing waits: 0, and a line that says so', async () => {
    const { code, output } = await command('plan', 'acme', '--detailed-exitcode')
    expect(output).toContain('Auth0 has what is wanted')
    expect(code).toBe(0)
  })

  test('what waits is shown field by field, and sent as shown once the tenant is resumed', async () => {
    expect(await command('pause', 'acme')).toEqual({ code: 0, output: 'acme is paused.\n' })
    const answer = await stack.patch(id, {
      callbackUrls: ['https://both.example.com/cb', 'https://new.example.com/cb'],
      productName: 'Billing',
    })
    expect(answer.status).toBe(202)
    const { code, output } = await command('plan', 'acme', '-detailed-exitcode')
    expect(output).toBe(`Nexus would send to acme:

~ Looked at (${id})
    + productName: "Billing"
    ~ callbackUrls
        - https://old.example.com/cb
          https://both.example.com/cb
        + https://new.example.com/cb
      1 change waits, in one call
      nothing is sent: tenant is paused

Plan: 1 client to change, 0 unchanged.
`)
    expect(code).toBe(2)
    expect((await command('plan', 'acme')).code).toBe(0)
    expect(await command('resume', 'acme')).toEqual({ code: 0, output: 'acme is resumed.\n' })
    await vi.waitFor(
      () =>
        expect(stack.simulator.clients.get(id)).toMatchObject({
          callbacks: ['https://both.example.com/cb', 'https://new.example.com/cb'],
        }),
      { timeout: 15_000 },
    )
    // The row has it a moment after Auth0.
    const waiting = 'select client_id from nexus.clients where generation > settled_generation'
    await expect.poll(() => stack.query(waiting)).toEqual([])
  })

  test('drift is shown with its class, as JSON too', async () => {
    const other = stack.simulator.seed({ name: 'Second' })
    stack.simulator.seed({ ...stack.simulator.clients.get(id), callbacks: ['https://stolen.example.com/cb'] })
    await makeScanDue(stack)
    await vi.waitFor(
      async () => {
        const [row] = await stack.query(`select drifted_at from nexus.clients where client_id = $1`, [id])
        expect(row).not.toMatchObject({ drifted_at: null })
      },
      { timeout: 15_000 },
    )
    const { code, output } = await command('drift', 'acme', '--json', '--detailed-exitcode')
    expect(code).toBe(2)
    const found: unknown = JSON.parse(output)
    expect(found).toMatchObject({
      tenant: 'acme',
      clients: [
        {
          id,
          name: 'Looked at',
          fields: [
            {
              field: 'callbackUrls',
              from: ['https://both.example.com/cb', 'https://new.example.com/cb'],
              to: ['https://stolen.example.com/cb'],
              why: 'out-of-band',
            },
          ],
        },
      ],
    })
    expect(output).not.toContain(other)
    // Reported, and left alone.
    expect((await command('plan', 'acme', '--detailed-exitcode')).code).toBe(0)
  })

  test('a tenant that is not configured is an error that names those that are', async () => {
    const { code, output } = await command('plan', 'globex', '--detailed-exitcode')
    expect(code).toBe(66)
    expect(output).toContain('There is no tenant globex in the configuration; it has acme.')
  })

  test('one client can be paused alone', async () => {
    expect((await command('pause', 'acme', id)).code).toBe(0)
    expect((await stack.patch(id, { productName: 'Waits' })).status).toBe(202)
    expect((await command('resume', 'acme', id)).code).toBe(0)
    await vi.waitFor(
      () => expect(stack.simulator.clients.get(id)).toMatchObject({ client_metadata: { product_name: 'Waits' } }),
      { timeout: 15_000 },
    )
    expect((await command('pause', 'acme', 'nobody')).output).toContain('acme has no client nobody that Nexus knows.')
  })
})
