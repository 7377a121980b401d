import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { exits } from '../../cli/exit-codes.ts'
import { startSimulator } from '../../simulator/main.ts'
import type { Simulator } from '../../simulator/main.ts'
import { nexus } from '../cli/support.ts'
import { servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'

const within = { timeout: 15_000, interval: 50 }

const callbacks = (simulator: Simulator, id: string): unknown => simulator.clients.get(id)?.['callbacks']

describe.skipIf(servers === null)('a worker for some of the tenants', { timeout: 60_000 }, () => {
  let stack: Stack
  let globex: Simulator
  let ids: Readonly<Record<'acme' | 'globex', string>>
  beforeAll(async () => {
    globex = await startSimulator({})
    const { url, credential } = globex
    stack = await startStack({
      otherTenants: [{ id: 'globex', domain: url, credential: { ...credential }, plan: 'none', allowInsecure: true }],
      roles: { api: true, worker: true, tenants: ['acme'] },
    })
    const client = { name: 'Ours', client_metadata: { owners: '["auth0|tester"]' } }
    ids = { acme: stack.simulator.seed(client), globex: globex.seed(client) }
  })
  afterAll(async () => {
    await stack.close()
    await globex.close()
  })

  const change = async (tenant: keyof typeof ids, url: string): Promise<void> => {
    const answer = await stack.request(`/v1/tenants/${tenant}/clients/${ids[tenant]}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', prefer: 'respond-async' },
      body: JSON.stringify({ callbackUrls: [url] }),
    })
    expect(answer.status).toBe(202)
  }
  const served = async (tenant: string): Promise<string | undefined> =>
    new RegExp(`^nexus_tenant_served\\{tenant="${tenant}"\\} (\\d)$`, 'm').exec(
      await (await fetch(`${stack.url}/metrics`)).text(),
    )?.[1]
  const isScanned = async (tenant: string): Promise<unknown> =>
    (
      await stack.query('select last_scan_at is not null as done from nexus.tenants where tenant_id = $1', [tenant])
    )[0]?.['done']

  test('works for these alone: the others are accepted, are not scanned, and are seen to be served by none', async () => {
    await change('globex', 'https://waits.example.com/')
    await change('acme', 'https://one.example.com/')
    await vi.waitFor(() => expect(callbacks(stack.simulator, ids.acme)).toEqual(['https://one.example.com/']), within)
    await vi.waitFor(async () => expect(await isScanned('acme')).toBe(true), within)
    await vi.waitFor(async () => expect(await served('acme')).toBe('1'), within)
    expect(await served('globex')).toBe('0')
    // Two sweeps, and several looks for scans.
    await new Promise((resolve) => setTimeout(resolve, 4500))
    expect(callbacks(globex, ids.globex)).toBeUndefined()
    expect(await isScanned('globex')).toBe(false)
    expect(globex.stats.writes).toEqual([])
  })

  test('leaves the others to whoever serves them, and each has what waited', async () => {
    await stack.also({ api: false, worker: true, tenants: ['globex'] })
    await vi.waitFor(() => expect(callbacks(globex, ids.globex)).toEqual(['https://waits.example.com/']), within)
    await vi.waitFor(async () => expect(await isScanned('globex')).toBe(true), within)
    expect([await served('acme'), await served('globex')]).toEqual(['1', '1'])
    await change('acme', 'https://two.example.com/')
    await vi.waitFor(() => expect(callbacks(stack.simulator, ids.acme)).toEqual(['https://two.example.com/']), within)
  })

  test.each([
    {
      reason: 'an id that is not there',
      tenants: 'acme,nowhere',
      says: /no tenant nowhere .* has acme, globex/,
      exit: 66,
    },
    { reason: 'nothing', tenants: '', says: /--tenants/, exit: exits.usage.code },
    { reason: 'what is no id', tenants: 'acme,,globex', says: /--tenants/, exit: exits.usage.code },
  ])('is refused for $reason', async ({ tenants, says, exit }) => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-served-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const config = path.join(directory, 'nexus.yaml')
    await writeFile(config, stack.configurationText, { mode: 0o600 })
    const { code, stderr } = await nexus(['worker', '--config', config, '--tenants', tenants])
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(says)
    expect(code).toBe(exit)
  })
})
